"""One line of a cart by itself: what a change of it needs, whatever else is in the cart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog.queries import VariantRow, variants_by_id
from portal.core.errors import NotFound
from portal.orders.models import Cart, CartDrop, CartLine
from portal.orders.priced_cart import PricedCartLine
from portal.pricing.priced import Ask
from portal.pricing.prices import price_lines


@dataclass(frozen=True, slots=True)
class LoneLine:
    """A line of a cart without its price."""

    id: int
    quantity: int
    """Units."""
    seen_unit_price_e4: int | None
    dropped: int
    """Units its drops were entered for; 0: it is not split."""
    promotion_code: str | None
    """The cart's."""
    variant: VariantRow | None
    """None: it has left the assortment."""


_LINE = (
    select(
        CartLine.id,
        CartLine.variant_id,
        CartLine.quantity,
        CartLine.seen_unit_price_e4,
        Cart.promotion_code,
        select(func.coalesce(func.sum(CartDrop.quantity), 0))
        .where(CartDrop.cart_line_id == CartLine.id)
        .correlate(CartLine)
        .scalar_subquery()
        .label("dropped"),
    )
    .join(Cart, Cart.id == CartLine.cart_id)
    .where(
        CartLine.id == bindparam("line_id"),
        Cart.user_id == bindparam("user_id"),
        Cart.account_id == bindparam("account_id"),
    )
)


def lone_line(
    session: Session, buyer: Buyer, user_id: int, warehouse_id: int, locale: str, line_id: int
) -> LoneLine:
    """A line of this person's cart; two statements. Raises NotFound, also for a line of another's cart."""
    row = (
        session.connection()
        .execute(_LINE, {"line_id": line_id, "user_id": user_id, "account_id": buyer.account_id})
        .one_or_none()
    )
    if row is None:
        raise NotFound("cart line", line_id)
    found = variants_by_id(session, buyer, [row.variant_id], warehouse_id, locale)
    return LoneLine(
        row.id,
        row.quantity,
        row.seen_unit_price_e4,
        row.dropped,
        row.promotion_code,
        found[0] if found else None,
    )


def priced_alone(
    session: Session, buyer: Buyer, line: LoneLine, variant: VariantRow, quantity: int, on: date
) -> PricedCartLine:
    """The line with ``quantity`` units, priced for the day ``on`` as if nothing else were in the cart.

    Bundles and amounts off the order need the others: who shows this line asks for the whole cart soon after. A
    line that gets another quantity counts as seen at the price it has then.
    """
    ask = Ask.of(variant, quantity)
    priced = price_lines(session, buyer, [ask], on, code=line.promotion_code)[0]
    is_same = quantity == line.quantity
    return PricedCartLine(
        line.id,
        quantity,
        line.seen_unit_price_e4 if is_same else priced.unit_price_e4,
        variant,
        priced,
        dropped=line.dropped,
    )
