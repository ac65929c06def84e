"""What the desk's forms about money send. A form checks shape and units; what may be done is for the rooms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from portal.accounts.billing import Billing
from portal.accounts.models import InvoiceRhythm
from portal.blueprints.typed import MAX_REASON, MAX_SUBMIT_KEY, one_line
from portal.core.amounts import amount_of
from portal.invoices.books import Source

MAX_TEXT: Final = 120
METHODS: Final = ("transfer", "cash", "check")
ADDRESS: Final = ("line1", "line2", "city", "region", "postal_code", "country")
TAX_NUMBERS: Final = ("VAT", "GST", "QST", "EXEMPTION")

_ID: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
_SOURCE: Final = re.compile(r"([pc])([0-9]{1,15})", re.ASCII)
_UNITS: Final = re.compile(r"units-([0-9]{1,15})", re.ASCII)

Fields = Mapping[str, str]


def submit_key_of(form: Fields) -> str:
    """The form's key; empty: it has none, and is refused."""
    return one_line(form.get("submit_key"))[:MAX_SUBMIT_KEY]


def reason_of(form: Fields) -> str:
    """The reason that was typed."""
    return one_line(form.get("reason"))[:MAX_REASON]


def amount_in(form: Fields, name: str, currency: str) -> int | None:
    """The amount of a field in minor units; None if it holds none above 0."""
    amount = amount_of(one_line(form.get(name))[:40], currency)
    return amount if amount is not None and amount > 0 else None


def day_in(form: Fields, name: str) -> date | None:
    """The day of a field; None if it holds none."""
    try:
        return date.fromisoformat(form.get(name, "").strip()[:10])
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class ReceiptForm:
    """POST /desk/accounts/<code>/receipts."""

    submit_key: str
    amount: int | None
    booked_on: date | None
    method: str
    text: str
    settles_oldest: bool

    @classmethod
    def read(cls, form: Fields, currency: str) -> Self:
        """Read the fields."""
        method = form.get("method", "")
        return cls(
            submit_key_of(form),
            amount_in(form, "amount", currency),
            day_in(form, "booked_on"),
            method if method in METHODS else "",
            one_line(form.get("text"))[:MAX_TEXT],
            form.get("settles") != "none",
        )


@dataclass(frozen=True, slots=True)
class AllocationForm:
    """POST /desk/accounts/<code>/allocations."""

    submit_key: str
    source: Source | None
    invoice_number: str
    amount: int | None

    @classmethod
    def read(cls, form: Fields, currency: str) -> Self:
        """Read the fields."""
        found = _SOURCE.fullmatch(form.get("source", ""))
        source = None
        if found is not None:
            number = int(found[2])
            source = Source(payment_id=number) if found[1] == "p" else Source(credit_note_id=number)
        return cls(
            submit_key_of(form),
            source,
            one_line(form.get("invoice"))[:60],
            amount_in(form, "amount", currency),
        )


@dataclass(frozen=True, slots=True)
class LimitForm:
    """POST /desk/accounts/<code>/limit."""

    limit: int | None
    """Minor units; None: no credit at all."""
    is_wrong: bool
    """True: what was typed is no amount."""
    shown: int | None
    until: date | None
    is_until_wrong: bool
    reason: str

    @classmethod
    def read(cls, form: Fields, currency: str) -> Self:
        """Read the fields."""
        typed = one_line(form.get("limit"))[:40]
        limit = amount_of(typed, currency) if typed else None
        shown = form.get("shown", "")
        until = day_in(form, "until")
        return cls(
            limit,
            bool(typed) and (limit is None or limit < 0),
            int(shown) if _ID.fullmatch(shown) else None,
            until,
            bool(form.get("until", "").strip()) and until is None,
            reason_of(form),
        )


@dataclass(frozen=True, slots=True)
class TermsForm:
    """POST /desk/accounts/<code>/terms."""

    terms_id: int
    rhythm: InvoiceRhythm | None
    shown: tuple[int, str]

    @classmethod
    def read(cls, form: Fields) -> Self:
        """Read the fields; what is no number counts as the terms of nobody."""
        rhythm = form.get("rhythm", "")
        return cls(
            _whole(form.get("terms", "")),
            InvoiceRhythm(rhythm) if rhythm in set(InvoiceRhythm) else None,
            (_whole(form.get("shown_terms", "")), form.get("shown_rhythm", "")),
        )


@dataclass(frozen=True, slots=True)
class CreditForm:
    """POST /desk/invoices/<number>/credit-notes: units of lines, or an amount."""

    submit_key: str
    units: dict[int, int] | None
    """By line, without zeros; None: a field holds no whole number."""
    amount_text: str
    amount: int | None
    reason: str
    note: str

    @classmethod
    def read(cls, form: Fields, currency: str) -> Self:
        """Read the fields."""
        typed = {
            int(found[1]): text.strip() or "0"
            for name, text in form.items()
            if (found := _UNITS.fullmatch(name))
        }
        is_right = all(re.fullmatch(r"[0-9]{1,7}", text, re.ASCII) for text in typed.values())
        return cls(
            submit_key_of(form),
            {line: int(text) for line, text in typed.items() if int(text)} if is_right else None,
            one_line(form.get("amount"))[:40],
            amount_in(form, "amount", currency),
            form.get("kind", ""),
            reason_of(form),
        )


def billing_of_form(form: Fields) -> Billing:
    """Whom invoices are to name, as typed; empty fields are left out."""
    return Billing(
        name=one_line(form.get("name"))[:MAX_TEXT],
        address=_filled(form, ADDRESS, "address-"),
        representative=one_line(form.get("representative"))[:MAX_TEXT],
        business_type=one_line(form.get("business_type"))[:MAX_TEXT],
        business_item=one_line(form.get("business_item"))[:MAX_TEXT],
        tax_numbers=_filled(form, TAX_NUMBERS, "tax-"),
        email=one_line(form.get("email"))[:MAX_TEXT],
        attach_pdf=form.get("attach_pdf") == "1",
    )


def _filled(form: Fields, names: tuple[str, ...], prefix: str) -> dict[str, str]:
    typed = {name: one_line(form.get(prefix + name))[:MAX_TEXT] for name in names}
    return {name: text for name, text in typed.items() if text}


def _whole(text: str) -> int:
    return int(text) if _ID.fullmatch(text) else 0
