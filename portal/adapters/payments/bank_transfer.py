"""Payment by bank transfer: the portal says where to; that money arrived is told by the bank's file alone."""

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

FIELDS: Final = ("bank", "branch", "number", "holder", "iban", "bic", "routing")
"""What is told of a bank account, in this order; a virtual account is one whose number is the payment's own."""


class BankTransfer:
    """Nothing is reached over any network here: no call fails, and none ever says that money arrived."""

    code = "bank_transfer"
    is_test = False
    methods: Sequence[str] = ("transfer",)

    def takes(self, currency: str) -> bool:
        """Whether it takes the currency: any, as far as the seller has a bank account for it."""
        return bool(currency)

    def script_sources(self) -> Mapping[str, Sequence[str]]:
        """Nothing."""
        return {}

    def start(self, attempt: Attempt, *, idempotency_key: str) -> Start:
        """Where to transfer to, with the reference that names the payment."""
        told = {name: attempt.transfer_to[name] for name in FIELDS if attempt.transfer_to.get(name)}
        told["reference"] = attempt.reference
        if attempt.due is not None:
            told["due"] = attempt.due.isoformat()
        return Start(instructions=told, expires_at=attempt.due)

    def confirm(self, attempt: Attempt, claims: Mapping[str, str], *, idempotency_key: str) -> Report:
        """Nobody's word is taken: the money is still waited for."""
        return self.fetch(attempt)

    def fetch(self, attempt: Attempt) -> Report:
        """The money is waited for."""
        return _report(attempt, ReportState.WAITING_DEPOSIT)

    def cancel(self, attempt: Attempt) -> Report:
        """Nobody waits for the money any more."""
        return _report(attempt, ReportState.CANCELLED)

    def refund(self, attempt: Attempt, amount: int, *, reason: str, idempotency_key: str) -> RefundReport:
        """A person has to send the money back; nothing was done."""
        return RefundReport(done=False, provider_ref="", failure="by_hand")

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Hint]:
        """Nobody calls for a bank. Raises BadNotice."""
        raise BadNotice(self.code)

    def list_day(self, day: date) -> list[Report]:
        """Nothing: what arrived is in the bank's file."""
        return []


def _report(attempt: Attempt, state: ReportState) -> Report:
    return Report(state, attempt.amount, attempt.currency, attempt.reference, "", method="transfer")
