"""The rules of payments, free of any database: references, the states a payment goes through, what a report may do."""

from __future__ import annotations

import re
import secrets
from typing import Final

from portal.adapters.payments.provider import Report, ReportState
from portal.ledger.models import Book
from portal.payments.models import PaymentState

ALPHABET: Final = "234679ACDEFGHJKMNPQRTUVWXY"
"""Without what is mistaken for another on paper or on the telephone: 0 O, 1 I L, 5 S, 8 B, Z."""

REFERENCE: Final = re.compile(rf"P[{ALPHABET}]{{8}}")
"""How a reference looks."""

OPEN: Final = frozenset(
    {
        PaymentState.CREATED,
        PaymentState.PENDING,
        PaymentState.ACTION_REQUIRED,
        PaymentState.WAITING_DEPOSIT,
        PaymentState.AUTHORIZED,
    }
)
"""Where money may still be expected."""

GIVEN_UP: Final = frozenset({PaymentState.FAILED, PaymentState.CANCELLED, PaymentState.EXPIRED})
"""Where none is expected. Money that arrives all the same is booked: it is there."""

TAKEN_BACK: Final = "taken_back"
"""Failure of a payment whose money turned out to be another's."""

REFUSED: Final = "refused"
"""Failure of a payment whose money a person did not want as it came."""

WON: Final = "won"
"""Failure of a chargeback whose money was given back, which is booked."""

NEVER_TAKEN: Final = "never_taken"
"""Failure of a chargeback that was won before anything was heard of it; nothing of it is booked."""

_RANK: Final = {
    PaymentState.CREATED: 0,
    # A card is declined and another is tried: these two follow each other in any order.
    PaymentState.ACTION_REQUIRED: 1,
    PaymentState.PENDING: 1,
    PaymentState.WAITING_DEPOSIT: 2,
    PaymentState.AUTHORIZED: 3,
}

_STATES: Final = {state: PaymentState(state.value) for state in ReportState}


def new_reference() -> str:
    """A reference for a payment: P and eight signs; as good as never given before."""
    return "P" + "".join(secrets.choice(ALPHABET) for _ in range(8))


def state_of(report: Report) -> PaymentState:
    """What a payment would be if the report is believed."""
    return _STATES[report.state]


def goes_forward(state: PaymentState, to: PaymentState) -> bool:
    """Whether a report may bring a payment from ``state`` to ``to``; False for what is late or known already."""
    if to is PaymentState.PAID:
        return state in OPEN or state in GIVEN_UP
    if state not in OPEN:
        return False
    return to in GIVEN_UP or _RANK[to] >= _RANK[state]


def difference(
    report: Report, *, reference: str, amount: int, currency: str, provider_ref: str | None, is_test: bool
) -> str:
    """What of a report is not what was asked for, as a word; empty if nothing is."""
    if report.reference != reference:
        return "reference_differs"
    if report.currency != currency:
        return "currency_differs"
    if report.amount != amount:
        return "amount_differs"
    if provider_ref and report.provider_ref and report.provider_ref != provider_ref:
        return "other_payment"
    if report.is_test and not is_test:
        return "test_differs"
    return ""


def place_of_money(provider: str, *, is_test: bool) -> tuple[Book, str]:
    """The book where a payment's money is, and its detail."""
    if is_test:
        return Book.TEST_MONEY, provider
    if provider == "bank_transfer":
        return Book.BANK, ""
    return Book.CLEARING, provider
