"""What the templates about transfers get."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from flask import url_for

from portal.blueprints.desk.bank_words import because_word, row_problem, state_word, way_word
from portal.blueprints.desk.money_common import dealer_of
from portal.blueprints.desk.pages import Chip, own_accounts_of
from portal.blueprints.typed import search_words
from portal.core.errors import NotFound
from portal.core.money import MINOR_DIGITS
from portal.extensions import session
from portal.i18n import gettext as _
from portal.invoices.desk_documents import open_invoices
from portal.invoices.desk_queries import AccountMoney, find_accounts, seller_currencies
from portal.payments.bank_lines import (
    Imported,
    LineView,
    line_at_desk,
    lines_at_desk,
    waiting_lines,
)
from portal.payments.matching import Suggestion, facts_for, suggestions_for
from portal.payments.models import BankLineState

STATES: Final[Mapping[str, frozenset[BankLineState]]] = {
    "": frozenset({BankLineState.UNMATCHED}),
    "matched": frozenset({BankLineState.MATCHED}),
    "ignored": frozenset({BankLineState.IGNORED}),
    "all": frozenset(BankLineState),
}

MAX_PAGE: Final = 1_000
_PAGE: Final = re.compile(r"[0-9]{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class BankParams:
    """GET /desk/bank."""

    state: str = ""
    q: str = ""
    page: int = 1

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Self:
        """Read the query; what cannot be meant is left at its default."""
        state, page = args.get("state", ""), args.get("page", "")
        return cls(
            state if state in STATES else "",
            search_words(args.get("q", ""), 100),
            min(max(int(page), 1), MAX_PAGE) if _PAGE.fullmatch(page) else 1,
        )


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A transfer with the accounts it may be of."""

    line: LineView
    suggestions: tuple[Suggestion, ...]


def index_values(
    params: BankParams, *, problem: str | None = None, currency: str | None = None
) -> dict[str, Any]:
    """The values of the list; ``problem`` says why a file was not read."""
    found = lines_at_desk(session(), states=STATES[params.state], page=params.page, q=params.q)
    labels = {"": _("To match"), "matched": _("Matched"), "ignored": _("Put aside"), "all": _("All")}
    known = seller_currencies(session())

    def url(**changes: Any) -> str:
        asked = {"state": params.state or None, "q": params.q or None, **changes}
        return url_for("desk_bank.index", **asked)

    return {
        "params": params,
        "rows": _with_suggestions(found.rows),
        "waiting": waiting_lines(session()),
        "chips": [
            Chip(label, url(state=key or None, page=None), key == params.state)
            for key, label in labels.items()
        ],
        "previous_url": url(page=params.page - 1) if params.page > 1 else None,
        "next_url": url(page=params.page + 1) if found.has_more else None,
        "problem": problem,
        "currencies": [(each, each) for each in [*known, *(c for c in MINOR_DIGITS if c not in known)]],
        "currency": currency or next(iter(known), "KRW"),
        "state_word": state_word,
        "way_word": way_word,
        "because_word": because_word,
    }


def imported_values(imported: Imported, file_name: str, currency: str) -> dict[str, Any]:
    """The values of the page that says what became of a file, row by row."""
    return {
        "imported": imported,
        "file_name": file_name,
        "currency": currency,
        "row_problem": row_problem,
    }


def line_values(line_id: int, account: str, problem: str | None) -> dict[str, Any]:
    """The values of one transfer; ``account`` is the code of the one whose invoices are shown, or what is searched."""
    line = line_at_desk(session(), line_id)
    chosen: AccountMoney | None = None
    accounts: tuple[AccountMoney, ...] = ()
    if account and line.state is BankLineState.UNMATCHED:
        try:
            chosen = dealer_of(account)
        except NotFound:
            accounts = find_accounts(session(), account, sales_rep_id=own_accounts_of())
    (shown,) = _with_suggestions((line,))
    suggested = next((each for each in shown.suggestions if chosen and each.account_id == chosen.id), None)
    return {
        "line": line,
        "suggestions": shown.suggestions,
        "chosen": chosen,
        "accounts": accounts,
        "asked": account,
        "invoices": open_invoices(session(), chosen.id) if chosen else (),
        "ticked": set(suggested.invoice_numbers) if suggested else set(),
        "waiting": suggested if suggested and suggested.payment_id else None,
        "problem": problem,
        "state_word": state_word,
        "way_word": way_word,
        "because_word": because_word,
    }


def _with_suggestions(rows: tuple[LineView, ...]) -> list[ShownLine]:
    """Likely accounts for the lines that wait; what must be known is read once for each currency."""
    waiting = [row for row in rows if row.state is BankLineState.UNMATCHED]
    facts = {
        currency: facts_for(
            session(), [row.incoming for row in waiting if row.currency == currency], currency
        )
        for currency in {row.currency for row in waiting}
    }
    return [
        ShownLine(
            row,
            tuple(suggestions_for(row.incoming, facts[row.currency]))
            if row.state is BankLineState.UNMATCHED
            else (),
        )
        for row in rows
    ]
