"""GET parameters of the invoice pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

from portal.blueprints.typed import search_words
from portal.invoices.invoice_list import MAX_PAGE, MAX_QUERY
from portal.invoices.queries import InvoiceFilter


@dataclass(frozen=True, slots=True)
class InvoicesParams:
    """GET /invoices."""

    q: str
    status: str
    """A word of InvoiceFilter; empty: what is to be paid, or where something is looked for, everything."""
    starts_on: date | None
    ends_on: date | None
    """Days of issue, both included; None: from the first, to the last."""
    page: int
    """Counts from 1."""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Self:
        """Read the address; never raises: what cannot be meant is left out."""
        status = args.get("status", "")
        return cls(
            q=search_words(args.get("q", ""), MAX_QUERY),
            status=status if status in set(InvoiceFilter) else "",
            starts_on=day_of(args.get("from", "")),
            ends_on=day_of(args.get("to", "")),
            page=page_of(args.get("page", "")),
        )

    @property
    def is_search(self) -> bool:
        """True if something is looked for."""
        return bool(self.q or self.starts_on or self.ends_on)

    @property
    def shown(self) -> InvoiceFilter:
        """The documents that are shown."""
        if self.status:
            return InvoiceFilter(self.status)
        return InvoiceFilter.ALL if self.is_search else InvoiceFilter.OPEN

    def to_args(self, *, status: str | None = None, page: int = 1) -> dict[str, str]:
        """The address of the same search at another filter or page."""
        args = {
            "q": self.q,
            "status": self.status if status is None else status,
            "from": self.starts_on.isoformat() if self.starts_on else "",
            "to": self.ends_on.isoformat() if self.ends_on else "",
            "page": str(page) if page > 1 else "",
        }
        return {name: text for name, text in args.items() if text}


@dataclass(frozen=True, slots=True)
class StatementParams:
    """GET /statement and its files."""

    starts_on: date
    ends_on: date
    page: int
    """Counts from 1."""

    @classmethod
    def from_args(cls, args: Mapping[str, str], today: date) -> Self:
        """Read the address; never raises. Without a period it is this month and the two before, until today."""
        ends_on = day_of(args.get("to", "")) or today
        starts_on = day_of(args.get("from", "")) or months_before(ends_on, 2)
        if starts_on > ends_on:
            starts_on, ends_on = ends_on, starts_on
        return cls(starts_on, ends_on, page_of(args.get("page", "")))

    def to_args(self, *, page: int = 1) -> dict[str, str]:
        """The address of the same period at another page."""
        period = {"from": self.starts_on.isoformat(), "to": self.ends_on.isoformat()}
        return period | ({"page": str(page)} if page > 1 else {})

    def over(self, starts_on: date, ends_on: date) -> Self:
        """The same for another period."""
        return replace(self, starts_on=starts_on, ends_on=ends_on, page=1)


def day_of(text: str) -> date | None:
    """The day a date field sent; None if it is none, or so far away that nothing can be reckoned with it."""
    try:
        day = date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2999 else None


def page_of(text: str) -> int:
    """The page a number names; 1 if it names none."""
    return min(max(int(text), 1), MAX_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def months_before(day: date, months: int) -> date:
    """The first day of the month so many before that of ``day``."""
    first = day.replace(day=1)
    for _step in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first
