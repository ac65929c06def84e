"""GET parameters of a list of orders: the dealer's and the desk's differ in the filters they offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from portal.blueprints.typed import search_words
from portal.orders.models import OrderStatus
from portal.orders.order_list import MAX_PAGE, MAX_QUERY


@dataclass(frozen=True, slots=True)
class OrderListParams:
    """A page of a list of orders. Children say which filters there are."""

    filters: ClassVar[Mapping[str, frozenset[OrderStatus]]]
    """By key; the empty key is what counts when nothing is asked for. No state in it means all."""

    q: str
    status: str
    """A key of ``filters``, or a state."""
    page: int
    """Counts from 1."""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Self:
        """Read the address; never raises: what cannot be meant falls back to the empty key, page 1."""
        status = args.get("status", "")
        page = args.get("page", "")
        return cls(
            q=search_words(args.get("q", ""), MAX_QUERY),
            status=status if status in cls.filters or status in set(OrderStatus) else "",
            page=min(max(int(page), 1), MAX_PAGE)
            if page.isascii() and page.isdigit() and len(page) < 9
            else 1,
        )

    @property
    def statuses(self) -> frozenset[OrderStatus]:
        """The states that are asked for; empty: all."""
        found = self.filters.get(self.status)
        return frozenset({OrderStatus(self.status)}) if found is None else found

    def to_args(self, *, status: str | None = None, page: int = 1) -> dict[str, str]:
        """The address of the same search at another filter or page."""
        args = {"q": self.q, "status": self.status if status is None else status}
        return {name: text for name, text in args.items() if text} | ({"page": str(page)} if page > 1 else {})
