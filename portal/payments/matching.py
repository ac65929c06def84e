"""Whose transfer it is: by what it says of itself, else by amount and payer, and only where one answer is possible.

``Facts`` holds what must be known for a number of lines, read in a few statements; ``decide`` is pure over it. What is
not certain waits for a person, who is shown the likely accounts. Nothing here writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountStatus, BillingProfile
from portal.invoices.models import Invoice, InvoiceKind
from portal.payments.models import Payment, PaymentState, PaymentTarget
from portal.payments.payer_names import folded_name, is_named, is_same
from portal.payments.rules import GIVEN_UP, REFERENCE

SUGGESTIONS: Final = 3
"""Accounts shown beside a line that waits."""

_INVOICE: Final = re.compile(r"(?<![A-Z0-9])([A-Z][A-Z0-9]{0,9})[-\s]?(I?20\d\d)[-\s]?(\d{1,6})(?!\d)")
_EXPECTED: Final = (PaymentState.WAITING_DEPOSIT, PaymentState.PENDING, PaymentState.CREATED)


class Way(StrEnum):
    """How a line was matched."""

    REFERENCE = "reference"
    """The payment's reference or an invoice's number stands in it."""
    AMOUNT_AND_PAYER = "amount_and_payer"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a bank says of a transfer."""

    id: int
    currency: str
    booked_on: date
    amount: int
    """Minor units."""
    payer: str
    text: str

    @property
    def words(self) -> str:
        """All of its text, in capitals."""
        return f"{self.payer} {self.text}".upper()


@dataclass(frozen=True, slots=True)
class Match:
    """Whose transfer a line is, and what it settles."""

    way: Way
    account_id: int
    payment_id: int | None
    """The payment that waits for it; None: a new one is made."""
    invoice_numbers: tuple[str, ...] = ()
    """What a new one settles, the first due first; what is left is the account's credit."""


class Because(StrEnum):
    """Why an account is suggested."""

    NAME_AND_AMOUNT = "name_and_amount"
    NAME = "name"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An account a line may be of."""

    account_id: int
    account_code: str
    account_name: str
    because: Because
    invoice_numbers: tuple[str, ...]
    """What the amount would settle exactly; empty: nothing does."""
    payment_id: int | None
    payment_reference: str
    """A payment that waits for this amount."""


@dataclass(slots=True)
class OpenInvoice:
    """An invoice that is not paid."""

    number: str
    open_amount: int
    due_on: date


@dataclass(slots=True)
class Payer:
    """An account as a payer."""

    id: int
    code: str
    name: str
    names: frozenset[str]
    """Folded: its own, the one on invoices, and those its transfers came under."""
    invoices: list[OpenInvoice] = field(default_factory=list)
    """The longest due first."""
    waiting: list[tuple[int, str, int]] = field(default_factory=list)
    """Payments that wait for a transfer: id, reference, amount."""


@dataclass(slots=True)
class Facts:
    """What is known of payments, invoices and accounts of one currency."""

    payers: dict[int, Payer]
    payments: Mapping[str, Any]
    """By reference: id, account_id, state, provider and the numbers of the invoices it is meant for."""
    invoices: Mapping[str, int]
    """The account of what is open, by number."""


def facts_for(session: Session, lines: Sequence[Incoming], currency: str) -> Facts:
    """What must be known to match these lines, which are of ``currency``; five statements."""
    rows = session.execute(
        select(
            Account.id,
            Account.code,
            Account.name,
            BillingProfile.name.label("billed"),
            BillingProfile.payer_names,
        )
        .outerjoin(BillingProfile, BillingProfile.account_id == Account.id)
        .where(Account.currency == currency, Account.status != AccountStatus.CLOSED)
    )
    payers = {
        row.id: Payer(
            row.id,
            row.code,
            row.name,
            frozenset(
                filter(
                    None,
                    (folded_name(name) for name in (row.name, row.billed or "", *(row.payer_names or ()))),
                )
            ),
        )
        for row in rows
    }
    open_invoices = session.execute(
        select(Invoice.account_id, Invoice.number, Invoice.open_amount, Invoice.due_on)
        .where(Invoice.open_amount > 0, Invoice.kind != InvoiceKind.CREDIT_NOTE, Invoice.currency == currency)
        .order_by(Invoice.due_on, Invoice.id)
    ).all()
    for row in open_invoices:
        if row.account_id in payers:
            payers[row.account_id].invoices.append(OpenInvoice(row.number, row.open_amount, row.due_on))
    waiting = session.execute(
        select(Payment.id, Payment.account_id, Payment.reference, Payment.amount)
        .where(
            Payment.provider == "bank_transfer",
            Payment.state.in_(_EXPECTED),
            Payment.currency == currency,
        )
        .order_by(Payment.id)
    )
    for payment in waiting:
        if payment.account_id in payers:
            payers[payment.account_id].waiting.append((payment.id, payment.reference, payment.amount))
    return Facts(
        payers,
        _payments_named(
            session, {name for line in lines for name in REFERENCE.findall(line.words)}, currency
        ),
        {row.number: row.account_id for row in open_invoices},
    )


def decide(line: Incoming, facts: Facts) -> Match | None:
    """Whose transfer it is; None if that is not certain. What it settles is taken off ``facts``."""
    match = _by_reference(line, facts) or _by_number(line, facts) or _by_amount_and_payer(line, facts)
    if match is not None:
        _take(facts, match, line.amount)
    return match


def suggestions_for(line: Incoming, facts: Facts) -> list[Suggestion]:
    """The accounts the line may be of, the likeliest first."""
    found = []
    payer, text = folded_name(line.payer), folded_name(f"{line.payer} {line.text}")
    for account in facts.payers.values():
        fitting = _fitting(account, line.amount)
        named = _is_of(account, payer, text)
        if not named and not fitting:
            continue
        because = Because.NAME_AND_AMOUNT if named and fitting else Because.NAME if named else Because.AMOUNT
        numbers, waiting = fitting[0] if fitting else ((), None)
        found.append(
            Suggestion(
                account.id,
                account.code,
                account.name,
                because,
                numbers,
                waiting[0] if waiting else None,
                waiting[1] if waiting else "",
            )
        )
    order = list(Because)
    return sorted(found, key=lambda each: (order.index(each.because), each.account_name))[:SUGGESTIONS]


def _by_reference(line: Incoming, facts: Facts) -> Match | None:
    """The one payment that is named: it waits, or was given up before its money came after all."""
    named = [
        facts.payments[name]
        for name in dict.fromkeys(REFERENCE.findall(line.words))
        if name in facts.payments
    ]
    if len(named) != 1:
        return None
    payment = named[0]
    if payment.provider == "bank_transfer" and payment.state in _EXPECTED:
        return Match(Way.REFERENCE, payment.account_id, payment.id)
    if payment.state in GIVEN_UP:
        return Match(Way.REFERENCE, payment.account_id, None, payment.invoice_numbers)
    # It is paid already: somebody paid twice, or the number is another's. A person looks.
    return None


def _by_number(line: Incoming, facts: Facts) -> Match | None:
    """The open invoices that are named, if all are one account's."""
    numbers = [f"{code}-{year}-{int(sequence):06d}" for code, year, sequence in _INVOICE.findall(line.words)]
    named = [number for number in dict.fromkeys(numbers) if number in facts.invoices]
    accounts = {facts.invoices[number] for number in named}
    if len(accounts) != 1:
        return None
    account_id = accounts.pop()
    account = facts.payers.get(account_id)
    if account is None:
        return None
    # Who names an invoice and has announced just this amount pays what was announced.
    waiting = [each for each in account.waiting if each[2] == line.amount]
    opened = sum(each.open_amount for each in account.invoices if each.number in named)
    if len(waiting) == 1 and opened == line.amount:
        return Match(Way.REFERENCE, account_id, waiting[0][0])
    return Match(Way.REFERENCE, account_id, None, tuple(named))


def _by_amount_and_payer(line: Incoming, facts: Facts) -> Match | None:
    payer, text = folded_name(line.payer), folded_name(f"{line.payer} {line.text}")
    named = [account for account in facts.payers.values() if _is_of(account, payer, text)]
    fits = [(account, fit) for account in named for fit in _fitting(account, line.amount)]
    if len(fits) != 1:
        return None
    account, (numbers, waiting) = fits[0]
    return Match(Way.AMOUNT_AND_PAYER, account.id, waiting[0] if waiting else None, numbers)


def _is_of(account: Payer, payer: str, text: str) -> bool:
    if any(is_same(payer, name) for name in account.names):
        return True
    # A file without a column of payers names them among other words.
    return any(is_named(text, name) for name in account.names)


def _fitting(account: Payer, amount: int) -> list[tuple[tuple[str, ...], tuple[int, str, int] | None]]:
    """What the amount settles exactly: a payment that waits; else each single invoice; else the oldest together."""
    waiting = [each for each in account.waiting if each[2] == amount]
    if waiting:
        return [((), each) for each in waiting]
    single = [each for each in account.invoices if each.open_amount == amount]
    if single:
        return [((each.number,), None) for each in single]
    left, together = amount, []
    for each in account.invoices:
        if each.open_amount > left:
            break
        left -= each.open_amount
        together.append(each.number)
        if not left:
            return [(tuple(together), None)]
    return []


def _take(facts: Facts, match: Match, amount: int) -> None:
    account = facts.payers.get(match.account_id)
    if account is None:
        return
    account.waiting = [each for each in account.waiting if each[0] != match.payment_id]
    left = amount
    for each in account.invoices:
        if each.number in match.invoice_numbers:
            part = min(left, each.open_amount)
            each.open_amount -= part
            left -= part
    account.invoices = [each for each in account.invoices if each.open_amount]
    opened = {each.number for each in account.invoices}
    facts.invoices = {
        number: account_id
        for number, account_id in facts.invoices.items()
        if account_id != match.account_id or number in opened
    }
    if match.payment_id is not None:
        facts.payments = {name: each for name, each in facts.payments.items() if each.id != match.payment_id}


@dataclass(frozen=True, slots=True)
class _Named:
    id: int
    account_id: int
    provider: str
    state: PaymentState
    invoice_numbers: tuple[str, ...]


def _payments_named(session: Session, references: Iterable[str], currency: str) -> dict[str, _Named]:
    wanted = sorted(references)
    if not wanted:
        return {}
    rows = session.execute(
        select(Payment.id, Payment.reference, Payment.account_id, Payment.provider, Payment.state).where(
            Payment.reference.in_(wanted), Payment.currency == currency
        )
    ).all()
    targets: dict[int, list[str]] = {}
    for payment_id, number in session.execute(
        select(PaymentTarget.payment_id, Invoice.number)
        .join(Invoice, Invoice.id == PaymentTarget.invoice_id)
        .where(PaymentTarget.payment_id.in_([row.id for row in rows]))
        .order_by(Invoice.due_on, Invoice.id)
    ):
        targets.setdefault(payment_id, []).append(number)
    return {
        row.reference: _Named(row.id, row.account_id, row.provider, row.state, tuple(targets.get(row.id, ())))
        for row in rows
    }
