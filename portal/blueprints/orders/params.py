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
    steps: int | None
    """How many steps of shipments it shows."""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Self:
        """Read the address; never raises."""

        def number(name: str) -> int | None:
            text = args.get(name, "")
            return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None

        return cls(
            is_placed=args.get("placed") == "1",
            version=number("version"),
            steps=number("steps"),
        )
