"""An account's books while they are open, and the one way into them: the postings and what follows from them.

What events mean is said by ``books``; here three things are kept in step, in one transaction: the postings, what is
open of the documents they touch, and the credit the account uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from portal.accounts.credit import owe
from portal.accounts.models import Account, CreditReason
from portal.core.errors import NotFound
from portal.invoices.models import Invoice
from portal.ledger.actions import Entry, Event, post
from portal.ledger.models import Book, JournalKind, Posting
from portal.ledger.queries import OWED_BOOKS

_INVOICES = cast(Table, Invoice.__table__)


@dataclass(frozen=True, slots=True)
class Source:
    """Where money to settle invoices comes from: a payment, or a credit note; one of the two."""

    payment_id: int | None = None
    credit_note_id: int | None = None

    def __post_init__(self) -> None:
        if (self.payment_id is None) == (self.credit_note_id is None):
            raise ValueError("a source is a payment or a credit note")


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a source settles which invoice; above 0."""

    source: Source
    invoice_id: int
    amount: int
    order_number: str = ""
    """The order it was set aside for; empty: it comes of what is not."""


@dataclass(frozen=True, slots=True)
class Books:
    """An account whose books are open for writing: its row is locked until the transaction ends."""

    account_id: int
    currency: str
    timezone: str
    status: Any
    held_for_overdue: bool


def open_books(session: Session, account_id: int) -> Books:
    """Lock the account. Raises NotFound."""
    row = session.execute(
        select(Account.currency, Account.timezone, Account.status, Account.held_for_overdue)
        .where(Account.id == account_id)
        .with_for_update(key_share=True)
    ).one_or_none()
    if row is None:
        raise NotFound("account", account_id)
    return Books(account_id, row.currency, row.timezone, row.status, row.held_for_overdue)


def unused_of(session: Session, books: Books, source: Source) -> int:
    """What is left to use of a payment or credit note of the account; 0 if it never brought anything."""
    column = Posting.payment_id if source.payment_id is not None else Posting.credit_note_id
    amount = session.scalar(
        select(func.coalesce(func.sum(Posting.amount), 0)).where(
            column == (source.payment_id if source.payment_id is not None else source.credit_note_id),
            Posting.book == Book.ACCOUNT_CREDIT,
            Posting.account_id == books.account_id,
        )
    )
    return -int(amount or 0)


def event_of(
    books: Books,
    kind: JournalKind,
    reference: str,
    key: str,
    posted_on: date,
    *,
    actor_id: int | None = None,
    note: str = "",
    reverses_id: int | None = None,
) -> Event:
    """The event in the account's books."""
    return Event(
        kind, books.account_id, books.currency, reference, key, posted_on, actor_id, note, reverses_id
    )


def book_event(
    session: Session,
    event: Event,
    entries: Sequence[Entry],
    now: datetime,
    *,
    covered: int = 0,
    derives_open: bool = True,
) -> bool:
    """Book the event and bring what is open, and the credit that is used, in step. False if its key was booked before.

    ``covered`` is what of an invoice was reserved of the account's credit; what is owed beyond is noted as rounding.
    ``derives_open`` is False for a document that was just written with what is open of it.
    """
    if post(session, event, entries, now) is None:
        return False
    if derives_open:
        _write_open(session, _moved(entries), event.posted_on)
    change = sum(entry.amount for entry in entries if entry.book in OWED_BOOKS)
    if change > 0 and event.kind is JournalKind.INVOICE:
        beyond = max(change - max(covered, 0), 0)
        owe(session, event.account_id, change - beyond, CreditReason.OWED, event.reference, now)
        owe(session, event.account_id, beyond, CreditReason.ROUNDED, event.reference, now)
    else:
        reason = CreditReason.REOPENED if change > 0 else CreditReason.PAID
        owe(session, event.account_id, change, reason, event.reference, now)
    return True


def _moved(entries: Iterable[Entry]) -> dict[int, int]:
    """By how much more or less each document is open."""
    moved: dict[int, int] = {}
    for entry in entries:
        if entry.book is Book.RECEIVABLE and entry.invoice_id is not None:
            moved[entry.invoice_id] = moved.get(entry.invoice_id, 0) + entry.amount
        elif entry.book is Book.ACCOUNT_CREDIT and entry.credit_note_id is not None:
            moved[entry.credit_note_id] = moved.get(entry.credit_note_id, 0) - entry.amount
    return {invoice_id: amount for invoice_id, amount in moved.items() if amount}


def _write_open(session: Session, moved: Mapping[int, int], on: date) -> None:
    if not moved:
        return
    left = _INVOICES.c.open_amount + bindparam("moved")
    session.connection().execute(
        update(_INVOICES)
        .where(_INVOICES.c.id == bindparam("document_id"))
        .values(open_amount=left, settled_on=case((left == 0, bindparam("on_day")), else_=None)),
        [
            {"document_id": document_id, "moved": amount, "on_day": on}
            for document_id, amount in sorted(moved.items())
        ],
    )
