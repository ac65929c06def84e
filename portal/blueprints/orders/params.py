"""GET parameters of the order pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from portal.orders.models import OrderStatus
from portal.orders.order_list import MAX_PAGE, MAX_QUERY
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


@dataclass(frozen=True, slots=True)
class OrdersParams:
    """GET /orders."""

    q: str
    status: str
    """A key of FILTERS, or a state; empty: all."""
    page: int
    """Counts from 1."""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Self:
        """Read the address; never raises: what cannot be meant falls back to all orders, page 1."""
        status = args.get("status", "")
        page = args.get("page", "")
        return cls(
            q=" ".join("".join(c if c.isprintable() else " " for c in args.get("q", "")[:MAX_QUERY]).split()),
            status=status if status in FILTERS or status in set(OrderStatus) else "",
            page=min(max(int(page), 1), MAX_PAGE)
            if page.isascii() and page.isdigit() and len(page) < 9
            else 1,
        )

    @property
    def statuses(self) -> frozenset[OrderStatus]:
        """The states that are asked for; empty: all."""
        found = FILTERS.get(self.status)
        return frozenset({OrderStatus(self.status)}) if found is None else found

    def to_args(self, *, status: str | None = None, page: int = 1) -> dict[str, str]:
        """The address of the same search at another filter or page."""
        args = {"q": self.q, "status": self.status if status is None else status}
        return {name: text for name, text in args.items() if text} | ({"page": str(page)} if page > 1 else {})


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
