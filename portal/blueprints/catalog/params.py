"""What the address of a list or a product asks for, brought within bounds: no address is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from portal.catalog.queries import ListSort

PAGE_SIZE: Final = 24
LAST_PAGE: Final = 1_000
"""Nobody leafs further."""

LARGEST_QUANTITY: Final = 1_000_000
"""Units that a price is asked for at most."""


@dataclass(frozen=True, slots=True)
class ListParams:
    """One page of a category."""

    sort: ListSort = ListSort.FEATURED
    page: int = 1

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> ListParams:
        """Read a query string. What makes no sense counts as not given."""
        wanted = args.get("sort", "")
        sort = ListSort(wanted) if wanted in set(ListSort) else ListSort.FEATURED
        return cls(sort, whole_number(args.get("page", ""), LAST_PAGE) or 1)

    @property
    def offset(self) -> int:
        """Products on the pages before."""
        return (self.page - 1) * PAGE_SIZE

    def to_args(self, *, sort: ListSort, page: int) -> dict[str, str]:
        """The query string of another page or order of the same list; defaults are left out."""
        args = {
            "sort": "" if sort is ListSort.FEATURED else sort.value,
            "page": "" if page == 1 else str(page),
        }
        return {name: value for name, value in args.items() if value}


@dataclass(frozen=True, slots=True)
class ProductParams:
    """How much of a product a price is asked for."""

    quantity: int | None = None
    """Units; None: the smallest quantity that can be ordered."""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> ProductParams:
        """Read a query string. What is no quantity counts as not given."""
        return cls(whole_number(args.get("quantity", ""), LARGEST_QUANTITY))


def whole_number(text: str, most: int) -> int | None:
    """A number from 1 to ``most``, larger ones brought down to it; None for anything else."""
    if not (text.isascii() and text.isdigit()):
        return None
    # Thousands of digits would take int() its time and are beyond ``most`` anyway.
    return min(int(text[:18]), most) or None
