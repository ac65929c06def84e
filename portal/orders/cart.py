"""What a person does to a cart. A verb that touches one line costs the same for the 300th as for the first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, and_, bindparam, delete, insert, select, true, update
from sqlalchemy.orm import Session

from portal.accounts.models import Location
from portal.catalog.queries import VariantRow
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.upsert import insert_for
from portal.orders.models import Cart, CartDrop, CartLine, TakenAway, TakenAwayKind
from portal.orders.own_cart import own_cart, touch_cart
from portal.orders.rules import MAX_QUANTITY, check_quantity
from portal.orders.taken_away import drops_to_keep, is_kept, keep, kept_drops
from portal.pricing.prices import folded_code

MAX_CODE: Final = 40
"""Longest promotion code, in characters."""

MOST_LOOKED_AT: Final = 20
"""Times something was taken out that are looked through for a line that is gone."""

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
    cart_id = row.cart_id if row else touch_cart(session, user_id, account_id, now)
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
        cart_id=touch_cart(session, user_id, account_id, now),
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


def change_cart_line(
    session: Session,
    user_id: int,
    account_id: int,
    line_id: int,
    variant: VariantRow,
    quantity: int,
    seen_unit_price_e4: int | None,
    shown: Collection[int] = (),
) -> None:
    """Make a line of this person's cart ``quantity`` units.

    ``shown`` are the quantities that the page it was tapped on knows of; empty: whatever it is now. If the line has
    another one by now, somebody else's hand was there in between, and that newer quantity is kept.

    Raises Refused as ``check_quantity`` does; NotFound, also for a line of another's cart; Conflict
    ``not_available`` for a variant that is no longer sold, ``changed_elsewhere`` with the ``quantity`` the line has
    and what was ``asked`` (units).
    """
    _require_orderable(variant, quantity)
    of_line = (CartLine.id == line_id, CartLine.cart_id.in_(own_cart(user_id, account_id)))
    changed = update(CartLine).where(*of_line)
    if shown:
        changed = changed.where(CartLine.quantity.in_({*shown, quantity}))
    done = session.execute(
        changed.values(quantity=quantity, seen_unit_price_e4=seen_unit_price_e4).execution_options(
            synchronize_session=False
        )
    )
    if cast("CursorResult[Any]", done).rowcount == 0:
        now_there = session.scalar(select(CartLine.quantity).where(*of_line))
        if now_there is None:
            raise NotFound("cart line", line_id)
        raise Conflict("changed_elsewhere", field="quantity", quantity=now_there, asked=quantity)


def take_out(
    session: Session, user_id: int, account_id: int, line_ids: Collection[int], now: datetime
) -> str | None:
    """Take these lines out of this person's cart. Gives the key that ``put_back`` puts them back by.

    Those of another's cart are passed over; None if none is left. Four statements, however many lines.
    """
    kept = _keep_and_delete(session, user_id, account_id, CartLine.id.in_(line_ids), now)
    return kept[0] if kept else None


def empty_cart(session: Session, user_id: int, account_id: int, now: datetime) -> tuple[str, int] | None:
    """Take every line out of this person's cart. Gives the key that ``put_back`` puts them back by, and how many.

    None if there was nothing in it. Four statements, however many lines.
    """
    return _keep_and_delete(session, user_id, account_id, true(), now)


def emptied(session: Session, user_id: int, account_id: int, key: str) -> tuple[int, datetime] | None:
    """How many lines ``put_back`` would put back by this key, and when they were taken out.

    None for a key that is not this person's or is used.
    """
    taken = session.execute(
        select(TakenAway.content, TakenAway.taken_at).where(
            *is_kept(user_id, account_id, TakenAwayKind.CART_LINES, key), TakenAway.put_back_at.is_(None)
        )
    ).one_or_none()
    return (len(taken.content["lines"]), taken.taken_at) if taken else None


def was_taken_out(session: Session, user_id: int, account_id: int, line_id: int) -> bool:
    """True if a line of this id is among the last MOST_LOOKED_AT things this person took out of the cart."""
    taken = session.scalars(
        select(TakenAway.content)
        .where(
            TakenAway.user_id == user_id,
            TakenAway.account_id == account_id,
            TakenAway.kind == TakenAwayKind.CART_LINES,
        )
        .order_by(TakenAway.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    return any(line["id"] == line_id for content in taken for line in content["lines"])


def put_back(session: Session, user_id: int, account_id: int, key: str, now: datetime) -> int:
    """Put back what was taken out: where it stood, with its places and days. Gives how many lines; 0 the second time.

    A variant that is in the cart again keeps the quantity it has. Raises NotFound for a key that is not this
    person's.
    """
    own = is_kept(user_id, account_id, TakenAwayKind.CART_LINES, key)
    content = session.scalar(select(TakenAway.content).where(*own))
    if content is None:
        raise NotFound("what was taken out", key)
    kept = content["lines"]
    claimed = session.execute(
        update(TakenAway)
        .where(*own, TakenAway.put_back_at.is_(None))
        .values(put_back_at=now)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", claimed).rowcount == 0:
        return 0
    cart_id = touch_cart(session, user_id, account_id, now)
    # Lines stand in the order of their ids. SQLite may have given one to another line by now.
    ids = [each["id"] for each in kept]
    taken = set(session.scalars(select(CartLine.id).where(CartLine.id.in_(ids))))
    drops: list[dict[str, Any]] = []
    count = 0
    for own_place in (True, False):
        lines = [each for each in kept if (each["id"] not in taken) is own_place]
        if not lines:
            continue
        rows = [
            {
                "cart_id": cart_id,
                "variant_id": each["variant_id"],
                "quantity": each["quantity"],
                "seen_unit_price_e4": each["seen_unit_price_e4"],
                "added_at": datetime.fromisoformat(each["added_at"]),
                **({"id": each["id"]} if own_place else {}),
            }
            for each in lines
        ]
        back = session.execute(
            insert_for(session, CartLine)
            .values(rows)
            .on_conflict_do_nothing(index_elements=["cart_id", "variant_id"])
            .returning(CartLine.variant_id, CartLine.id)
        )
        id_of = {row.variant_id: row.id for row in back}
        count += len(id_of)
        drops += [
            drop | {"cart_line_id": id_of[each["variant_id"]]}
            for each in lines
            if each["variant_id"] in id_of
            for drop in kept_drops(each["drops"])
        ]
    if drops:
        session.connection().execute(insert(cast(Table, CartDrop.__table__)), drops)
    return count


def _keep_and_delete(
    session: Session, user_id: int, account_id: int, which: Any, now: datetime
) -> tuple[str, int] | None:
    wanted = and_(CartLine.cart_id.in_(own_cart(user_id, account_id)), which)
    lines = session.execute(
        select(
            CartLine.id,
            CartLine.variant_id,
            CartLine.quantity,
            CartLine.seen_unit_price_e4,
            CartLine.added_at,
        )
        .where(wanted)
        .order_by(CartLine.id)
        # Locked, so that what is being ordered meanwhile is not kept to be put back.
        .with_for_update()
    ).all()
    if not lines:
        return None
    drops = drops_to_keep(session, wanted)
    kept = [
        {
            "id": line.id,
            "variant_id": line.variant_id,
            "quantity": line.quantity,
            "seen_unit_price_e4": line.seen_unit_price_e4,
            "added_at": line.added_at.isoformat(),
            "drops": drops.get(line.id, []),
        }
        for line in lines
    ]
    key = keep(session, user_id, account_id, TakenAwayKind.CART_LINES, {"lines": kept}, now)
    # A line that came in since the look stays: it is kept nowhere else.
    session.execute(
        delete(CartLine)
        .where(wanted, CartLine.id <= lines[-1].id)
        .execution_options(synchronize_session=False)
    )
    return key, len(lines)


def choose_location(session: Session, user_id: int, account_id: int, location_id: int, now: datetime) -> None:
    """Order for another of the account's places. Raises NotFound for a place that is not its own or not in use."""
    owned = session.scalar(
        select(Location.id).where(
            Location.id == location_id, Location.account_id == account_id, Location.active.is_(True)
        )
    )
    if owned is None:
        raise NotFound("location", location_id)
    touch_cart(session, user_id, account_id, now, location_id=location_id)


def set_promotion_code(
    session: Session, user_id: int, account_id: int, code: str, now: datetime
) -> str | None:
    """Keep the promotion code a person entered, in capitals, and give it back; an empty text takes it out.

    Whether it does anything is for the price engine to say. Raises Refused ``promotion_code`` for what can be none.
    """
    folded = folded_code(code)
    if folded is not None and (len(folded) > MAX_CODE or not folded.isprintable()):
        raise Refused("promotion_code", field="promotion_code")
    touch_cart(session, user_id, account_id, now, promotion_code=folded)
    return folded


def _require_orderable(variant: VariantRow, quantity: int) -> None:
    if not variant.active:
        raise Conflict("not_available", field="quantity", variant_ids=[variant.id])
    check_quantity(quantity, variant.minimum, variant.step)
