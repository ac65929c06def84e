"""GET parameters of the order pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from portal.blueprints.order_params import OrderListParams
from portal.orders.models import OrderStatus
from portal.orders.rules import OPEN_STATUSES

FILTERS: Final[dict[str, frozenset[OrderStatus]]] = {
    "": frozenset(),
    "open": OPEN_STATUSES,
    "shipped": frozenset(
        {OrderStatus.PARTIALLY_SHIPPED, OrderStatus.SHIPPED, OrderStatus.PARTIALLY_DELIVERED}
    ),
    "delivered": frozenset({OrderStatus.DELIVERED}),
    "cancelled": frozenset({OrderStatus.CANCELLED}),
}
"""The filters that are offered; every single state can be asked for as well."""


class OrdersParams(OrderListParams):
    """GET /orders."""

    __slots__ = ()

    filters = FILTERS


@dataclass(frozen=True, slots=True)
class OrderParams:
    """GET /orders/<number>."""

    is_placed: bool
    """True: the person has just placed it."""
    version: int | None
    """The version the page shows, when it asks whether there is news."""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Self:
        """Read the address; never raises."""
        version = args.get("version", "")
        return cls(
            is_placed=args.get("placed") == "1",
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
        )
