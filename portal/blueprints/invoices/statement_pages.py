"""What the statement's template gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask import url_for

from portal.blueprints.invoice_words import journal_word
from portal.blueprints.invoices.pages import BAR_WIDTH, Chip, ages_of
from portal.blueprints.invoices.params import StatementParams, months_before
from portal.extensions import today
from portal.i18n import gettext as _
from portal.invoices.statements import StatementLine, StatementView

PAGE_SIZE: Final = 200
"""Lines of a statement on one page; the files hold all of them."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the statement, in words."""

    line: StatementLine
    label: str
    url: str | None


def statement_values(params: StatementParams, statement: StatementView) -> dict[str, Any]:
    """The values of the statement's page."""
    pages = max(-(-len(statement.lines) // PAGE_SIZE), 1)
    page = min(params.page, pages)
    lines = statement.lines[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]

    def url(number: int) -> str:
        return url_for("statements.show", **dict[str, Any](params.to_args(page=number)))

    return {
        "params": params,
        "statement": statement,
        "lines": [ShownLine(line, journal_word(line.kind), _url(line)) for line in lines],
        "carried": lines[0].balance - lines[0].charge + lines[0].credit if lines else statement.opening,
        "is_first": page == 1,
        "is_last": page == pages,
        "page": page,
        "pages": pages,
        "previous_url": url(page - 1) if page > 1 else None,
        "next_url": url(page + 1) if page < pages else None,
        "chips": _periods(params),
        "ages": ages_of(statement.ageing),
        "bar_width": BAR_WIDTH,
        "period": params.to_args(),
    }


def _url(line: StatementLine) -> str | None:
    if line.document_number:
        return url_for("invoices.show", number=line.document_number)
    return f"/payments/{line.reference}" if line.payment_id and line.reference else None


def _periods(params: StatementParams) -> list[Chip]:
    now = today()
    this_month, last_month = now.replace(day=1), months_before(now, 1)
    this_year = now.replace(month=1, day=1)
    last_year = this_year.replace(year=this_year.year - 1)
    # What the page opens with stands first: on a phone the row slides, and it must be in sight.
    periods: list[tuple[str, date, date]] = [
        (_("Three months"), months_before(now, 2), now),
        (_("This month"), this_month, now),
        (_("Last month"), last_month, this_month - timedelta(days=1)),
        (_("This year"), this_year, now),
        (_("Last year"), last_year, this_year - timedelta(days=1)),
    ]
    chosen = (params.starts_on, params.ends_on)
    return [
        Chip(
            label,
            url_for("statements.show", **dict[str, Any](params.over(start, end).to_args())),
            (start, end) == chosen,
        )
        for label, start, end in periods
    ]
