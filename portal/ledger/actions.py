"""Writing in the books: one verb. What events mean in postings is said by the rooms above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from portal.ledger.models import Book, Journal, JournalKind, Posting

_POSTINGS = cast(Table, Posting.__table__)


@dataclass(frozen=True, slots=True)
class Entry:
    """An amount for one book; minor units, positive is a debit."""

    book: Book
    amount: int
    detail: str = ""
    invoice_id: int | None = None
    payment_id: int | None = None
    credit_note_id: int | None = None

    def reversed(self) -> Entry:
        """The entry that takes this one back."""
        return Entry(
            self.book, -self.amount, self.detail, self.invoice_id, self.payment_id, self.credit_note_id
        )


@dataclass(frozen=True, slots=True)
class Event:
    """What a journal is about."""

    kind: JournalKind
    account_id: int
    currency: str
    reference: str
    key: str
    """The same key is never booked twice."""
    posted_on: date
    """Day in the account's zone."""
    actor_id: int | None = None
    note: str = ""
    reverses_id: int | None = None


def post(session: Session, event: Event, entries: Sequence[Entry], now: datetime) -> int | None:
    """Book an event; gives the journal's id, or None if its key was booked before and nothing was done.

    Whoever calls holds the account's row, so that of two equal events one waits for the other. Entries of 0 are left
    out. Raises ValueError if the entries do not sum to 0 or nothing is left of them.
    """
    booked = [entry for entry in entries if entry.amount]
    if not booked or sum(entry.amount for entry in booked) != 0:
        raise ValueError(f"a journal must balance: {entries}")
    if session.scalar(select(Journal.id).where(Journal.key == event.key)) is not None:
        return None
    journal_id: int = session.execute(
        insert(Journal)
        .values(
            kind=event.kind,
            account_id=event.account_id,
            currency=event.currency,
            reference=event.reference,
            key=event.key,
            posted_on=event.posted_on,
            note=event.note,
            actor_id=event.actor_id,
            reverses_id=event.reverses_id,
            created_at=now,
        )
        .returning(Journal.id)
    ).scalar_one()
    session.connection().execute(
        insert(_POSTINGS),
        [
            {
                "journal_id": journal_id,
                "account_id": event.account_id,
                "book": entry.book,
                "amount": entry.amount,
                "detail": entry.detail,
                "invoice_id": entry.invoice_id,
                "payment_id": entry.payment_id,
                "credit_note_id": entry.credit_note_id,
            }
            for entry in booked
        ],
    )
    return journal_id
