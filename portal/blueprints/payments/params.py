"""GET parameters of the payment pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from werkzeug.datastructures import MultiDict

from portal.payments.actions import MAX_INVOICES

MAX_NUMBER: Final = 40
"""Characters of a document's number."""


@dataclass(frozen=True, slots=True)
class NewParams:
    """GET /payments/new."""

    amounts: dict[str, str]
    """By the invoice's number the amount as it was typed; empty: what settles it."""
    order: str
    """Number of the order that is paid in advance; empty: invoices are paid."""

    @classmethod
    def from_args(cls, args: MultiDict[str, str]) -> Self:
        """Read the address; never raises. ``amount`` goes with ``invoice`` where there are as many of both."""
        numbers = [number.strip()[:MAX_NUMBER] for number in args.getlist("invoice")[:MAX_INVOICES]]
        amounts = args.getlist("amount")
        if len(amounts) != len(numbers):
            amounts = [""] * len(numbers)
        return cls(
            {number: amount[:MAX_NUMBER] for number, amount in zip(numbers, amounts, strict=True) if number},
            args.get("order", "").strip()[:MAX_NUMBER],
        )


@dataclass(frozen=True, slots=True)
class HistoryParams:
    """GET /payments."""

    before: int | None
    """Payments older than this one."""

    @classmethod
    def from_args(cls, args: MultiDict[str, str]) -> Self:
        """Read the address; never raises."""
        text = args.get("before", "")
        return cls(int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None)
