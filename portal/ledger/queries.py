"""Reads of the books. Amounts are minor units; a debit is positive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.ledger.actions import Entry
from portal.ledger.models import Book, Journal, JournalKind, Posting

OWED_BOOKS = (Book.RECEIVABLE, Book.ACCOUNT_CREDIT)
"""The books whose sum is what an account owes: its invoices less what it has not used of its money."""


@dataclass(frozen=True, slots=True)
class Balance:
    """How an account stands."""

    receivable: int
    """What is open of its invoices; not negative."""
    credit: int
    """What it has paid or been credited and not used; not negative."""

    @property
    def owed(self) -> int:
        """What it owes in all; negative if the seller owes it."""
        return self.receivable - self.credit


@dataclass(frozen=True, slots=True)
class JournalView:
    """A journal with its entries."""

    id: int
    kind: JournalKind
    account_id: int
    currency: str
    reference: str
    posted_on: date
    note: str
    actor_id: int | None
    reverses_id: int | None
    reversed_by_id: int | None
    created_at: datetime
    entries: tuple[Entry, ...]


def balance_of(session: Session, account_id: int) -> Balance:
    """How the account stands today; zero without any posting."""
    sums = {
        row.book: row.amount
        for row in session.execute(
            select(Posting.book, func.sum(Posting.amount).label("amount"))
            .where(Posting.account_id == account_id, Posting.book.in_(OWED_BOOKS))
            .group_by(Posting.book)
        )
    }
    return Balance(int(sums.get(Book.RECEIVABLE, 0)), -int(sums.get(Book.ACCOUNT_CREDIT, 0)))


def unused_of_payments(session: Session, payment_ids: list[int]) -> dict[int, int]:
    """What is left to use of each payment; 0 for one that was never received."""
    rows = session.execute(
        select(Posting.payment_id, func.sum(Posting.amount).label("amount"))
        .where(Posting.payment_id.in_(payment_ids), Posting.book == Book.ACCOUNT_CREDIT)
        .group_by(Posting.payment_id)
    )
    found = {row.payment_id: -int(row.amount) for row in rows}
    return {payment_id: found.get(payment_id, 0) for payment_id in payment_ids}


def journal_of(session: Session, journal_id: int) -> JournalView:
    """A journal with its entries. Raises NotFound."""
    later = select(Journal.id).where(Journal.reverses_id == journal_id).scalar_subquery()
    row = session.execute(select(Journal, later.label("later")).where(Journal.id == journal_id)).one_or_none()
    if row is None:
        raise NotFound("journal", journal_id)
    journal: Journal = row.Journal
    postings = session.execute(
        select(
            Posting.book,
            Posting.amount,
            Posting.detail,
            Posting.invoice_id,
            Posting.payment_id,
            Posting.credit_note_id,
        )
        .where(Posting.journal_id == journal_id)
        .order_by(Posting.id)
    )
    return JournalView(
        id=journal.id,
        kind=journal.kind,
        account_id=journal.account_id,
        currency=journal.currency,
        reference=journal.reference,
        posted_on=journal.posted_on,
        note=journal.note,
        actor_id=journal.actor_id,
        reverses_id=journal.reverses_id,
        reversed_by_id=row.later,
        created_at=journal.created_at,
        entries=tuple(Entry(*each) for each in postings),
    )
