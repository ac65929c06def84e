"""GET parameters of the desk."""

from __future__ import annotations

from typing import Final

from portal.blueprints.order_params import OrderListParams
from portal.orders.desk_queries import CHANGED_STATUSES
from portal.orders.models import OrderStatus
from portal.orders.rules import OPEN_STATUSES

WAITING: Final = "waiting"
"""The filter for open orders with units on back-order."""

CHANGED: Final = "changed"
"""The filter for orders the dealer has changed since they were placed or confirmed."""

FILTERS: Final[dict[str, frozenset[OrderStatus]]] = {
    "": OPEN_STATUSES,
    "placed": frozenset({OrderStatus.PLACED}),
    "confirmed": frozenset({OrderStatus.CONFIRMED}),
    "picking": frozenset({OrderStatus.PICKING, OrderStatus.PARTIALLY_SHIPPED}),
    "shipped": frozenset({OrderStatus.SHIPPED, OrderStatus.PARTIALLY_DELIVERED}),
    "on_hold": frozenset({OrderStatus.ON_HOLD}),
    CHANGED: CHANGED_STATUSES,
    WAITING: OPEN_STATUSES,
    "delivered": frozenset({OrderStatus.DELIVERED}),
    "cancelled": frozenset({OrderStatus.CANCELLED}),
    "all": frozenset(),
}
"""The filters of the desk's list; nothing asked for is everything that is open."""


class DeskParams(OrderListParams):
    """GET /desk/orders."""

    __slots__ = ()

    filters = FILTERS
