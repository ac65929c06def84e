"""GET parameters of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from portal.orders.models import OrderStatus
from portal.orders.order_list import MAX_PAGE, MAX_QUERY
from portal.orders.rules import OPEN_STATUSES

WAITING: Final = "waiting"
"""The filter for open orders with units on back-order."""

FILTERS: Final[dict[str, frozenset[OrderStatus]]] = {
    "": OPEN_STATUSES,
    "placed": frozenset({OrderStatus.PLACED}),
    "confirmed": frozenset({OrderStatus.CONFIRMED}),
    "picking": frozenset({OrderStatus.PICKING, OrderStatus.PARTIALLY_SHIPPED}),
    "shipped": frozenset({OrderStatus.SHIPPED, OrderStatus.PARTIALLY_DELIVERED}),
    "on_hold": frozenset({OrderStatus.ON_HOLD}),
    WAITING: OPEN_STATUSES,
    "delivered": frozenset({OrderStatus.DELIVERED}),
    "cancelled": frozenset({OrderStatus.CANCELLED}),
    "all": frozenset(),
}
"""The filters of the desk's list; nothing asked for is everything that is open."""


@dataclass(frozen=True, slots=True)
class DeskParams:
    """GET /desk/orders."""

    q: str
    status: str
    """A key of FILTERS, or a state."""
    page: int
    """Counts from 1."""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Self:
        """Read the address; never raises: what cannot be meant falls back to all that is open, page 1."""
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
