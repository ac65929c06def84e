"""Reads of carts and of what an account ordered. Each is scoped by the account; frozen rows come out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Location
from portal.core.errors import NotFound
from portal.orders.basket import BasketDrop
from portal.orders.models import Cart, CartDrop, CartLine, Order, OrderLine, OrderStatus
from portal.orders.order_list import OrderPage, OrderRow, open_order_rows, order_page
from portal.orders.order_view import (
    DropView,
    EventView,
    LineView,
    OrderView,
    ShipmentLineView,
    ShipmentView,
    order_view,
)
from portal.orders.usual import middle

__all__ = [
    "CartBadge",
    "CartLineRow",
    "CartView",
    "DropView",
    "EventView",
    "LastBought",
    "LineView",
    "OrderPage",
    "OrderRow",
    "OrderView",
    "ShipmentLineView",
    "ShipmentView",
    "UsualVariant",
    "cart_badge",
    "cart_drops",
    "cart_line_of",
    "cart_of",
    "in_cart",
    "last_bought",
    "open_orders",
    "order_of",
    "orders_of",
    "usual_variants",
]

RECENT_ORDERS: Final = 30
"""How many of an account's last orders tell what it usually buys; a longer history costs nothing more."""


@dataclass(frozen=True, slots=True)
class CartBadge:
    """What every page shows of a cart."""

    count: int
    """Lines in it."""
    location_id: int | None
    """The place chosen for it; None: the account's default."""


@dataclass(frozen=True, slots=True)
class CartLineRow:
    """A line of a cart."""

    id: int
    variant_id: int
    quantity: int
    seen_unit_price_e4: int | None
    """What the person last saw a unit cost; None: price on request."""
    dropped: int = 0
    """Units that its drops were entered for, which may no longer be its quantity; 0: it is not split."""


@dataclass(frozen=True, slots=True)
class CartView:
    """A person's cart at an account; without lines if there is none yet."""

    location_id: int | None
    promotion_code: str | None
    lines: tuple[CartLineRow, ...]


@dataclass(frozen=True, slots=True)
class UsualVariant:
    """Something an account buys again and again."""

    variant_id: int
    times: int
    """In how many of its recent orders."""
    quantity: int
    """The middle one of its last orders, units; not yet one the variant is sold in."""
    last_placed_at: datetime


@dataclass(frozen=True, slots=True)
class LastBought:
    """When an account last ordered a variant."""

    number: str
    placed_at: datetime
    quantity: int
    """Units."""


_BADGE = select(
    Cart.location_id,
    select(func.count()).where(CartLine.cart_id == Cart.id).correlate(Cart).scalar_subquery().label("lines"),
).where(Cart.user_id == bindparam("user_id"), Cart.account_id == bindparam("account_id"))

_CART = (
    select(
        Cart.location_id,
        Cart.promotion_code,
        CartLine.id,
        CartLine.variant_id,
        CartLine.quantity,
        CartLine.seen_unit_price_e4,
        select(func.coalesce(func.sum(CartDrop.quantity), 0))
        .where(CartDrop.cart_line_id == CartLine.id)
        .correlate(CartLine)
        .scalar_subquery()
        .label("dropped"),
    )
    .outerjoin(CartLine, CartLine.cart_id == Cart.id)
    .where(Cart.user_id == bindparam("user_id"), Cart.account_id == bindparam("account_id"))
    .order_by(CartLine.id)
)

_CART_DROPS = (
    select(CartDrop.cart_line_id, CartDrop.location_id, CartDrop.requested_date, CartDrop.quantity)
    .join(CartLine, CartLine.id == CartDrop.cart_line_id)
    .join(Cart, Cart.id == CartLine.cart_id)
    .join(Location, Location.id == CartDrop.location_id)
    .where(
        Cart.user_id == bindparam("user_id"),
        Cart.account_id == bindparam("account_id"),
        Location.active.is_(True),
    )
    .order_by(CartDrop.requested_date, CartDrop.location_id)
)

_CART_LINE = (
    select(CartLine.id, CartLine.variant_id, CartLine.quantity, CartLine.seen_unit_price_e4)
    .join(Cart, Cart.id == CartLine.cart_id)
    .where(Cart.user_id == bindparam("user_id"), Cart.account_id == bindparam("account_id"))
)


def cart_badge(session: Session, user_id: int, account_id: int) -> CartBadge:
    """How many lines are in the cart, and for which place; one statement."""
    row = session.connection().execute(_BADGE, {"user_id": user_id, "account_id": account_id}).one_or_none()
    return CartBadge(row.lines, row.location_id) if row else CartBadge(0, None)


def cart_of(session: Session, user_id: int, account_id: int) -> CartView:
    """The cart with its lines in the order they were added; one statement."""
    rows = session.connection().execute(_CART, {"user_id": user_id, "account_id": account_id}).all()
    if not rows:
        return CartView(None, None, ())
    return CartView(
        rows[0].location_id,
        rows[0].promotion_code,
        tuple(
            CartLineRow(row.id, row.variant_id, row.quantity, row.seen_unit_price_e4, row.dropped)
            for row in rows
            if row.id is not None
        ),
    )


def cart_drops(session: Session, user_id: int, account_id: int) -> dict[int, list[BasketDrop]]:
    """Where the lines of this person's cart go, as entered, by the line's id; one statement.

    Lines that are not split are left out, and drops for places that are no longer in use.
    """
    drops: dict[int, list[BasketDrop]] = {}
    for row in session.connection().execute(_CART_DROPS, {"user_id": user_id, "account_id": account_id}):
        drops.setdefault(row.cart_line_id, []).append(
            BasketDrop(row.location_id, row.requested_date, row.quantity)
        )
    return drops


def cart_line_of(session: Session, user_id: int, account_id: int, line_id: int) -> CartLineRow:
    """One line of this person's cart. Raises NotFound, also for a line of another's cart."""
    row = session.execute(
        _CART_LINE.where(CartLine.id == line_id), {"user_id": user_id, "account_id": account_id}
    ).one_or_none()
    if row is None:
        raise NotFound("cart line", line_id)
    return CartLineRow(row.id, row.variant_id, row.quantity, row.seen_unit_price_e4)


def in_cart(session: Session, user_id: int, account_id: int, variant_ids: Collection[int]) -> dict[int, int]:
    """Units of each of these variants that are in the cart; what is not in it is left out."""
    rows = session.execute(
        _CART_LINE.where(CartLine.variant_id.in_(variant_ids)), {"user_id": user_id, "account_id": account_id}
    )
    return {row.variant_id: row.quantity for row in rows}


def orders_of(
    session: Session,
    account_id: int,
    *,
    q: str = "",
    statuses: Collection[OrderStatus] = (),
    page: int = 1,
    page_size: int = 20,
) -> OrderPage:
    """A page of the account's orders, the last first; one statement.

    Every word of ``q`` must occur in the order's number, its PO number, or a SKU or name of its lines.
    ``statuses`` empty means all; ``page`` counts from 1.
    """
    return order_page(
        session, (Order.account_id == account_id,), q=q, statuses=statuses, page=page, page_size=page_size
    )


def open_orders(session: Session, account_id: int, limit: int = 5) -> tuple[OrderRow, ...]:
    """The account's last orders that are not yet delivered or cancelled; one statement."""
    return open_order_rows(session, account_id, limit)


def order_of(session: Session, account_id: int, number: str) -> OrderView:
    """One order of this account with all that happened to it; four statements.

    Raises NotFound, also for another account's order.
    """
    found = order_view(session, number, Order.account_id == account_id)
    if found is None:
        raise NotFound("order", number)
    return found


def usual_variants(session: Session, account_id: int, limit: int = 8) -> list[UsualVariant]:
    """What the account ordered most often of late, the most frequent first; one statement.

    Only its last RECENT_ORDERS orders are looked at. A variant may have left the assortment since: whoever shows
    it asks the catalog.
    """
    rows = session.connection().execute(_USUAL, {"account_id": account_id, "limit": limit})
    found = []
    for variant_id, bought in groupby(rows, key=lambda row: row.variant_id):
        orders = list(bought)
        quantity = middle([order.quantity for order in orders])
        found.append(UsualVariant(variant_id, orders[-1].times, quantity, orders[-1].placed_at))
    return found


_RECENT = (
    select(Order.id, Order.placed_at)
    .where(Order.account_id == bindparam("account_id"), Order.status != OrderStatus.CANCELLED)
    .order_by(Order.id.desc())
    .limit(RECENT_ORDERS)
    .subquery("recent")
)
_COUNTED = (
    select(
        OrderLine.variant_id,
        func.count(OrderLine.order_id.distinct()).label("times"),
        func.max(OrderLine.order_id).label("last_order_id"),
    )
    .join(_RECENT, _RECENT.c.id == OrderLine.order_id)
    .group_by(OrderLine.variant_id)
    .order_by(
        func.count(OrderLine.order_id.distinct()).desc(),
        func.max(OrderLine.order_id).desc(),
        OrderLine.variant_id,
    )
    .limit(bindparam("limit"))
    .subquery("counted")
)
_USUAL = (
    select(
        _COUNTED.c.variant_id,
        _COUNTED.c.times,
        func.sum(OrderLine.quantity).label("quantity"),
        _RECENT.c.placed_at,
    )
    .join(OrderLine, OrderLine.variant_id == _COUNTED.c.variant_id)
    .join(_RECENT, _RECENT.c.id == OrderLine.order_id)
    .group_by(
        _COUNTED.c.variant_id, _COUNTED.c.times, _COUNTED.c.last_order_id, _RECENT.c.id, _RECENT.c.placed_at
    )
    .order_by(_COUNTED.c.times.desc(), _COUNTED.c.last_order_id.desc(), _COUNTED.c.variant_id, _RECENT.c.id)
)

_LAST_ORDERS = (
    select(OrderLine.variant_id, func.max(Order.id).label("order_id"))
    .join(Order, Order.id == OrderLine.order_id)
    .where(
        OrderLine.variant_id.in_(bindparam("variant_ids", expanding=True)),
        Order.account_id == bindparam("account_id"),
        Order.status != OrderStatus.CANCELLED,
    )
    .group_by(OrderLine.variant_id)
    .subquery("last_orders")
)
_LAST_BOUGHT = (
    select(
        OrderLine.variant_id, Order.number, Order.placed_at, func.sum(OrderLine.quantity).label("quantity")
    )
    .join(_LAST_ORDERS, _LAST_ORDERS.c.order_id == OrderLine.order_id)
    .join(Order, Order.id == OrderLine.order_id)
    .where(OrderLine.variant_id == _LAST_ORDERS.c.variant_id)
    .group_by(OrderLine.variant_id, Order.number, Order.placed_at)
)


def last_bought(session: Session, account_id: int, variant_ids: Sequence[int]) -> dict[int, LastBought]:
    """The account's last order of each variant; those never ordered are left out; one statement, or none."""
    if not variant_ids:
        return {}
    rows = session.connection().execute(_LAST_BOUGHT, {"account_id": account_id, "variant_ids": variant_ids})
    return {row.variant_id: LastBought(row.number, row.placed_at, row.quantity) for row in rows}
