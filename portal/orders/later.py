"""What a person took out of the cart to think about again, and how it comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.core.errors import NotFound, Refused
from portal.core.upsert import insert_for
from portal.orders.models import CartLine, LaterLine
from portal.orders.own_cart import own_cart
from portal.orders.rules import MAX_QUANTITY

MOST_SHOWN: Final = 100
"""Kept lines that are shown; the newest."""


@dataclass(frozen=True, slots=True)
class LaterRow:
    """A kept line."""

    id: int
    variant_id: int
    quantity: int
    """Units."""


def later_of(session: Session, user_id: int, account_id: int) -> list[LaterRow]:
    """What this person kept for later at the account, the newest first, at most MOST_SHOWN; one statement."""
    rows = session.execute(
        select(LaterLine.id, LaterLine.variant_id, LaterLine.quantity)
        .where(LaterLine.cart_id.in_(own_cart(user_id, account_id)))
        .order_by(LaterLine.kept_at.desc(), LaterLine.id.desc())
        .limit(MOST_SHOWN)
    )
    return [LaterRow(*row) for row in rows]


def keep_for_later(session: Session, user_id: int, account_id: int, line_id: int, now: datetime) -> int:
    """Move a line out of the cart, to what is kept for later, and give the kept line's id.

    If some of the variant is kept already, the quantities add up. Raises NotFound, also for a line of another's
    cart; Refused ``too_large`` (``maximum``) if a line cannot hold both: the caller gives up the transaction.
    """
    taken = session.execute(
        delete(CartLine)
        .where(CartLine.id == line_id, CartLine.cart_id.in_(own_cart(user_id, account_id)))
        .returning(CartLine.cart_id, CartLine.variant_id, CartLine.quantity)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        raise NotFound("cart line", line_id)
    kept = insert_for(session, LaterLine).values(
        cart_id=taken.cart_id, variant_id=taken.variant_id, quantity=taken.quantity, kept_at=now
    )
    together = LaterLine.quantity + kept.excluded.quantity
    later_id = session.scalar(
        kept.on_conflict_do_update(
            index_elements=["cart_id", "variant_id"],
            set_={"quantity": together, "kept_at": kept.excluded.kept_at},
            where=together <= MAX_QUANTITY,
        ).returning(LaterLine.id)
    )
    if later_id is None:
        raise Refused("too_large", field="quantity", maximum=MAX_QUANTITY)
    return int(later_id)


def bring_back(session: Session, user_id: int, account_id: int, later_id: int, now: datetime) -> int:
    """Move a kept line back into the cart, and give the variant's id.

    If the variant is in the cart by now, the quantities add up. Whether what is in the cart then can be ordered is
    for the cart to say. Raises NotFound, also for another's; Refused ``too_large`` (``maximum``) if a line cannot
    hold both: the caller gives up the transaction, and both stay as they were.
    """
    taken = session.execute(
        delete(LaterLine)
        .where(LaterLine.id == later_id, LaterLine.cart_id.in_(own_cart(user_id, account_id)))
        .returning(LaterLine.cart_id, LaterLine.variant_id, LaterLine.quantity)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        raise NotFound("kept line", later_id)
    line = insert_for(session, CartLine).values(
        cart_id=taken.cart_id, variant_id=taken.variant_id, quantity=taken.quantity, added_at=now
    )
    together = CartLine.quantity + line.excluded.quantity
    after = session.scalar(
        line.on_conflict_do_update(
            index_elements=["cart_id", "variant_id"],
            set_={"quantity": together},
            where=together <= MAX_QUANTITY,
        ).returning(CartLine.quantity)
    )
    if after is None:
        raise Refused("too_large", field="quantity", maximum=MAX_QUANTITY)
    return int(taken.variant_id)


def forget_later(session: Session, user_id: int, account_id: int, later_id: int) -> tuple[LaterRow, datetime]:
    """Drop a kept line; gives it, and when it was kept. Raises NotFound, also for another's."""
    dropped = session.execute(
        delete(LaterLine)
        .where(LaterLine.id == later_id, LaterLine.cart_id.in_(own_cart(user_id, account_id)))
        .returning(LaterLine.id, LaterLine.variant_id, LaterLine.quantity, LaterLine.kept_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if dropped is None:
        raise NotFound("kept line", later_id)
    return LaterRow(dropped.id, dropped.variant_id, dropped.quantity), dropped.kept_at


def keep_again(
    session: Session, user_id: int, account_id: int, variant_id: int, quantity: int, kept_at: datetime
) -> None:
    """Keep what was dropped, where it stood; what is kept of the variant by now stays as it is.

    Raises NotFound if the person has no cart at the account.
    """
    cart_id = session.scalar(own_cart(user_id, account_id))
    if cart_id is None:
        raise NotFound("cart", user_id)
    session.execute(
        insert_for(session, LaterLine)
        .values(cart_id=cart_id, variant_id=variant_id, quantity=quantity, kept_at=kept_at)
        .on_conflict_do_nothing(index_elements=["cart_id", "variant_id"])
    )
