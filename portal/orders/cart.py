"""What a person does to a cart. Every verb touches one line: the 300th costs what the first did."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, and_, bindparam, delete, select
from sqlalchemy.orm import Session

from portal.accounts.models import Location
from portal.catalog.queries import VariantRow
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.upsert import insert_for
from portal.orders.models import Cart, CartLine
from portal.orders.rules import MAX_QUANTITY, check_quantity
from portal.pricing.prices import folded_code

MAX_CODE: Final = 40
"""Longest promotion code, in characters."""

_LINE_IN_CART = (
    select(Cart.id.label("cart_id"), CartLine.quantity)
    .outerjoin(CartLine, and_(CartLine.cart_id == Cart.id, CartLine.variant_id == bindparam("variant_id")))
    .where(Cart.user_id == bindparam("user_id"), Cart.account_id == bindparam("account_id"))
)


def add_to_cart(
    session: Session,
    user_id: int,
    account_id: int,
    variant: VariantRow,
    quantity: int,
    seen_unit_price_e4: int | None,
    now: datetime,
) -> int:
    """Put ``quantity`` more units of a variant in the cart and give the line's quantity after it.

    What is in the cart afterwards must be a quantity the variant is sold in: a step may be added to a line that
    has its minimum. ``seen_unit_price_e4`` is the price the person saw; null for a price on request.

    Raises Refused as ``check_quantity`` does, Conflict ``not_available`` for a variant that is no longer sold.
    """
    if quantity < 1:
        check_quantity(quantity, variant.minimum, variant.step)
    row = session.execute(
        _LINE_IN_CART, {"user_id": user_id, "account_id": account_id, "variant_id": variant.id}
    ).one_or_none()
    _require_orderable(variant, quantity + ((row and row.quantity) or 0))
    cart_id = row.cart_id if row else _cart_id(session, user_id, account_id, now)
    line = insert_for(session, CartLine).values(
        cart_id=cart_id,
        variant_id=variant.id,
        quantity=quantity,
        seen_unit_price_e4=seen_unit_price_e4,
        added_at=now,
    )
    # Two taps at once may both have read the quantity before either wrote it: the database adds them up.
    after: int | None = session.scalar(
        line.on_conflict_do_update(
            index_elements=["cart_id", "variant_id"],
            set_={
                "quantity": CartLine.quantity + line.excluded.quantity,
                "seen_unit_price_e4": line.excluded.seen_unit_price_e4,
            },
            where=CartLine.quantity + line.excluded.quantity <= MAX_QUANTITY,
        ).returning(CartLine.quantity)
    )
    if after is None:
        raise Refused("too_large", field="quantity", maximum=MAX_QUANTITY, nearest=MAX_QUANTITY)
    return after


def set_cart_quantity(
    session: Session,
    user_id: int,
    account_id: int,
    variant: VariantRow,
    quantity: int,
    seen_unit_price_e4: int | None,
    now: datetime,
) -> None:
    """Make the line of a variant ``quantity`` units, whether it was in the cart or not.

    Raises Refused as ``check_quantity`` does, Conflict ``not_available`` for a variant that is no longer sold.
    """
    _require_orderable(variant, quantity)
    line = insert_for(session, CartLine).values(
        cart_id=_cart_id(session, user_id, account_id, now),
        variant_id=variant.id,
        quantity=quantity,
        seen_unit_price_e4=seen_unit_price_e4,
        added_at=now,
    )
    session.execute(
        line.on_conflict_do_update(
            index_elements=["cart_id", "variant_id"],
            set_={
                "quantity": line.excluded.quantity,
                "seen_unit_price_e4": line.excluded.seen_unit_price_e4,
            },
        )
    )


def remove_cart_line(session: Session, user_id: int, account_id: int, line_id: int) -> None:
    """Take a line out of this person's cart. Raises NotFound, also for a line of another's cart."""
    removed = session.execute(
        delete(CartLine)
        .where(CartLine.id == line_id, CartLine.cart_id.in_(_own_cart(user_id, account_id)))
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", removed).rowcount == 0:
        raise NotFound("cart line", line_id)


def choose_location(session: Session, user_id: int, account_id: int, location_id: int, now: datetime) -> None:
    """Order for another of the account's places. Raises NotFound for a place that is not its own or not in use."""
    owned = session.scalar(
        select(Location.id).where(
            Location.id == location_id, Location.account_id == account_id, Location.active.is_(True)
        )
    )
    if owned is None:
        raise NotFound("location", location_id)
    _cart_id(session, user_id, account_id, now, location_id=location_id)


def set_promotion_code(
    session: Session, user_id: int, account_id: int, code: str, now: datetime
) -> str | None:
    """Keep the promotion code a person entered, in capitals, and give it back; an empty text takes it out.

    Whether it does anything is for the price engine to say. Raises Refused ``promotion_code`` for what can be none.
    """
    folded = folded_code(code)
    if folded is not None and (len(folded) > MAX_CODE or not folded.isprintable()):
        raise Refused("promotion_code", field="promotion_code")
    _cart_id(session, user_id, account_id, now, promotion_code=folded)
    return folded


def _require_orderable(variant: VariantRow, quantity: int) -> None:
    if not variant.active:
        raise Conflict("not_available", field="quantity", variant_ids=[variant.id])
    check_quantity(quantity, variant.minimum, variant.step)


def _own_cart(user_id: int, account_id: int) -> Any:
    return select(Cart.id).where(Cart.user_id == user_id, Cart.account_id == account_id)


def _cart_id(session: Session, user_id: int, account_id: int, now: datetime, **values: Any) -> int:
    """The person's cart at the account with ``values`` set, made if there is none; one statement."""
    cart = insert_for(session, Cart).values(user_id=user_id, account_id=account_id, updated_at=now, **values)
    cart_id: int = session.execute(
        cart.on_conflict_do_update(
            index_elements=["user_id", "account_id"],
            set_={"updated_at": cart.excluded.updated_at, **values},
        ).returning(Cart.id)
    ).scalar_one()
    return cart_id
