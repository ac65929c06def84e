"""What is done with what is wanted again: it is put in the cart, or becomes the basket of an order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import Refused
from portal.core.upsert import insert_for
from portal.orders.basket import Basket, BasketLine
from portal.orders.models import BulkEntry, CartLine
from portal.orders.own_cart import touch_cart
from portal.orders.reorder import Again, AgainLine
from portal.orders.rules import MAX_QUANTITY


def basket_of(found: Again) -> Basket:
    """What is ordered, for ``place_basket``."""
    return Basket(
        tuple(BasketLine(line.wanted.variant_id, line.quantity, _unit_price(line)) for line in found.ordered)
    )


def put_in_cart(
    session: Session,
    user_id: int,
    account_id: int,
    found: Again,
    *,
    submit_key: str,
    source: str,
    now: datetime,
) -> bool:
    """Add what is ordered to the person's cart, all of it or nothing; False if this key has done so before.

    What the cart holds of a variant already is added to. Four statements. Raises Refused ``too_large``
    (``maximum``, ``sku``) if a line would be more than a cart's line may hold.
    """
    ordered = found.ordered
    entry = insert_for(session, BulkEntry).values(
        account_id=account_id,
        user_id=user_id,
        submit_key=submit_key,
        source=source,
        lines=[_noted(line) for line in found.all_lines],
        outcome=[_noted(line) | {"status": "added"} for line in ordered]
        + [_noted(line) | {"status": "refused"} for line in found.left_out],
        created_at=now,
        committed_at=now,
    )
    new = session.scalar(
        entry.on_conflict_do_nothing(index_elements=["account_id", "submit_key"]).returning(BulkEntry.id)
    )
    if new is None:
        return False
    cart_id = touch_cart(session, user_id, account_id, now)
    # Locked until the end, so that another tap does not make a line too large meanwhile.
    there = {
        row.variant_id: row.quantity
        for row in session.execute(
            select(CartLine.variant_id, CartLine.quantity)
            .where(CartLine.cart_id == cart_id)
            .order_by(CartLine.id)
            .with_for_update()
        )
    }
    for line in ordered:
        if there.get(line.wanted.variant_id, 0) + line.quantity > MAX_QUANTITY:
            raise Refused("too_large", maximum=MAX_QUANTITY, sku=line.wanted.sku)
    if ordered:
        add = insert_for(session, CartLine).values(
            [
                {
                    "cart_id": cart_id,
                    "variant_id": line.wanted.variant_id,
                    "quantity": line.quantity,
                    "seen_unit_price_e4": _unit_price(line),
                    "added_at": now,
                }
                for line in ordered
            ]
        )
        session.execute(
            add.on_conflict_do_update(
                index_elements=["cart_id", "variant_id"],
                set_={
                    "quantity": CartLine.quantity + add.excluded.quantity,
                    "seen_unit_price_e4": add.excluded.seen_unit_price_e4,
                },
            )
        )
    return True


def _unit_price(line: AgainLine) -> int | None:
    return line.priced.unit_price_e4 if line.priced else None


def _noted(line: AgainLine) -> dict[str, Any]:
    return {"sku": line.wanted.sku, "quantity": line.quantity}
