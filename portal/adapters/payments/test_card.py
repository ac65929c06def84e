"""The test card: it moves no money, says so everywhere, and does what the person chooses that it do.

Instead of a number the person chooses what happens: it pays, it is declined, or the bank asks for a confirmation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from portal.adapters.payments.provider import (
    Attempt,
    BadNotice,
    Hint,
    RefundReport,
    Report,
    ReportState,
    Start,
)

# ruff: noqa: ARG002 -- The interface gives what other providers need.

OUTCOMES: Final = ("pays", "declined", "asks")
"""What a person can have the card do."""

ANSWERS: Final = ("confirmed", "refused")
"""What the person answers when the bank asks."""


class TestCard:
    """Knows nothing of its own: each answer follows from what was chosen on the page."""

    __test__ = False
    """It is no collection of tests, whatever its name begins with."""
    code = "test_card"
    is_test = True
    methods: Sequence[str] = ("card",)

    def takes(self, currency: str) -> bool:
        """Whether it takes the currency: any."""
        return bool(currency)

    def script_sources(self) -> Mapping[str, Sequence[str]]:
        """Nothing."""
        return {}

    def start(self, attempt: Attempt, *, idempotency_key: str) -> Start:
        """The page has a form of its own."""
        return Start(provider_ref=_key(attempt), client={"form": "card"})

    def confirm(self, attempt: Attempt, claims: Mapping[str, str], *, idempotency_key: str) -> Report:
        """What was chosen (``outcome``); anything else asks again."""
        match claims.get("outcome"):
            case "pays" | "confirmed":
                return _report(attempt, ReportState.PAID)
            case "declined":
                return _report(attempt, ReportState.ACTION_REQUIRED, failure="card_declined")
            case "refused":
                return _report(attempt, ReportState.ACTION_REQUIRED, failure="authentication_failed")
            case "asks":
                return _report(attempt, ReportState.ACTION_REQUIRED, step="confirm")
            case _:
                return self.fetch(attempt)

    def fetch(self, attempt: Attempt) -> Report:
        """The card is still to be chosen."""
        return _report(attempt, ReportState.ACTION_REQUIRED)

    def cancel(self, attempt: Attempt) -> Report:
        """Nothing is paid."""
        return _report(attempt, ReportState.CANCELLED)

    def refund(self, attempt: Attempt, amount: int, *, reason: str, idempotency_key: str) -> RefundReport:
        """As much is given back as was paid: nothing, which goes well."""
        return RefundReport(done=True, provider_ref=f"test_refund_{idempotency_key}")

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Hint]:
        """Nobody calls for it. Raises BadNotice."""
        raise BadNotice(self.code)

    def list_day(self, day: date) -> list[Report]:
        """Nothing: no money moved."""
        return []


def _key(attempt: Attempt) -> str:
    return f"test_{attempt.reference}"


def _report(attempt: Attempt, state: ReportState, *, failure: str = "", step: str = "card") -> Report:
    return Report(
        state,
        attempt.amount,
        attempt.currency,
        attempt.reference,
        _key(attempt),
        method="card",
        failure=failure,
        instructions={"step": step},
        is_test=True,
    )
