"""Taking back what was booked: settlements, discounts, what was written off, journals as a whole.

The same rules hold as in ``books``, which names these verbs: the account's books are open, a key books once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.clock import local_date
from portal.core.errors import Conflict, NotFound
from portal.core.money import allocate as share_out
from portal.invoices.booking import Books, Source, Use, book_event, event_of, unused_of
from portal.ledger.actions import Entry
from portal.ledger.models import Book, JournalKind, Posting
from portal.ledger.queries import journal_of


def given_up(session: Session, invoice_id: int, book: Book) -> int:
    """What is not claimed of an invoice any more, minor units: its discount (DISCOUNT) or what was WRITTEN_OFF."""
    return sum(entry.amount for entry in _given_up(session, invoice_id, book))


def claim_again(
    session: Session, books: Books, invoice_id: int, book: Book, amount: int, *, key: str, now: datetime
) -> int:
    """Claim again up to ``amount`` of what was given up of an invoice, as ``given_up`` has it; gives how much.

    The invoice is open again by as much; nothing if ``key`` was booked before.
    """
    left = _given_up(session, invoice_id, book)
    amount = min(amount, sum(entry.amount for entry in left))
    if amount < 1:
        return 0
    parts = share_out(amount, [entry.amount for entry in left])
    entries = [
        Entry(Book.RECEIVABLE, amount, invoice_id=invoice_id),
        *(replace(entry, amount=-part) for entry, part in zip(left, parts, strict=True)),
    ]
    event = event_of(books, JournalKind.REVERSAL, "", key, local_date(now, books.timezone))
    return amount if book_event(session, event, entries, now) else 0


def free_payment(
    session: Session, books: Books, payment_id: int, amount: int, *, key: str, now: datetime
) -> int:
    """Take back what a payment settled, the newest first, until ``amount`` of it is unused; gives what was freed.

    The invoices are open again by as much.
    """
    wanted = amount - unused_of(session, books, Source(payment_id=payment_id))
    settled = session.execute(
        select(Posting.invoice_id, func.sum(Posting.amount).label("amount"))
        .where(
            Posting.payment_id == payment_id,
            Posting.book == Book.RECEIVABLE,
        )
        .group_by(Posting.invoice_id)
        .order_by(func.max(Posting.id).desc())
    ).all()
    uses = []
    for row in settled:
        part = min(wanted, -row.amount)
        if part > 0:
            uses.append(Use(Source(payment_id=payment_id), row.invoice_id, part))
            wanted -= part
    if uses:
        entries = [
            entry
            for use in uses
            for entry in (
                Entry(Book.ACCOUNT_CREDIT, -use.amount, "", use.invoice_id, payment_id=payment_id),
                Entry(Book.RECEIVABLE, use.amount, "", use.invoice_id, payment_id=payment_id),
            )
        ]
        event = event_of(books, JournalKind.REVERSAL, "", key, local_date(now, books.timezone))
        book_event(session, event, entries, now)
    return sum(use.amount for use in uses)


def take_back(
    session: Session, books: Books, journal_id: int, *, note: str, actor_id: int | None, now: datetime
) -> None:
    """Reverse a journal as a whole; it stays, and another takes it back.

    Raises NotFound for a journal of another account; Conflict ``already_reversed``, also if some of it was taken back
    in another way, and ``in_use`` if what it brought has been used since, be it that an order went on by it.
    """
    journal = journal_of(session, journal_id)
    if journal.account_id != books.account_id:
        raise NotFound("journal", journal_id)
    if journal.reversed_by_id is not None or journal.reverses_id is not None:
        raise Conflict("already_reversed")
    event = event_of(
        books,
        JournalKind.REVERSAL,
        journal.reference,
        f"reversal:{journal_id}",
        local_date(now, books.timezone),
        actor_id=actor_id,
        note=note,
        reverses_id=journal_id,
    )
    entries = [entry.reversed() for entry in journal.entries]
    if any(entry.book is Book.ACCOUNT_CREDIT and entry.detail and not entry.invoice_id for entry in entries):
        raise Conflict("in_use")
    for source, amount in _credit_by_source(entries).items():
        if amount > unused_of(session, books, source):
            raise Conflict("in_use")
    _require_standing(session, entries)
    book_event(session, event, entries, now)


def _credit_by_source(entries: Iterable[Entry]) -> dict[Source, int]:
    """What entries would take of each source."""
    taken: dict[Source, int] = {}
    for entry in entries:
        if entry.book is Book.ACCOUNT_CREDIT and entry.amount > 0:
            source = Source(entry.payment_id, None if entry.payment_id else entry.credit_note_id)
            taken[source] = taken.get(source, 0) + entry.amount
    return taken


def _given_up(session: Session, invoice_id: int, book: Book) -> list[Entry]:
    """What is left of a discount, with its taxes, or of what was written off; all above 0."""
    wanted = (Book.DISCOUNT, Book.TAX) if book is Book.DISCOUNT else (book,)
    amount = func.sum(Posting.amount)
    rows = session.execute(
        select(Posting.book, Posting.detail, amount)
        .where(Posting.invoice_id == invoice_id, Posting.book.in_(wanted))
        .group_by(Posting.book, Posting.detail)
        .having(amount > 0)
        .order_by(Posting.book, Posting.detail)
    )
    return [Entry(each, int(left), detail, invoice_id) for each, detail, left in rows]


def _require_standing(session: Session, entries: Iterable[Entry]) -> None:
    """Raise Conflict unless all that the entries claim again still is settled, or given up, as it was."""
    claimed: dict[tuple[int, Source | None], int] = {}
    books_of: dict[int, Book] = {}
    for entry in entries:
        if entry.invoice_id is None:
            continue
        if entry.book is Book.RECEIVABLE and entry.amount > 0:
            source = (
                Source(entry.payment_id, entry.credit_note_id)
                if entry.payment_id or entry.credit_note_id
                else None
            )
            at = entry.invoice_id, source
            claimed[at] = claimed.get(at, 0) + entry.amount
        elif entry.book in (Book.DISCOUNT, Book.WRITTEN_OFF):
            books_of[entry.invoice_id] = entry.book
    for (invoice_id, source), amount in claimed.items():
        if source is not None:
            standing = _settled_by(session, invoice_id, source)
        else:
            standing = given_up(session, invoice_id, books_of.get(invoice_id, Book.DISCOUNT))
        if amount > standing:
            raise Conflict("already_reversed")


def _settled_by(session: Session, invoice_id: int, source: Source) -> int:
    amount = session.scalar(
        select(func.coalesce(func.sum(Posting.amount), 0)).where(
            Posting.invoice_id == invoice_id,
            Posting.book == Book.RECEIVABLE,
            Posting.payment_id == source.payment_id
            if source.payment_id is not None
            else Posting.credit_note_id == source.credit_note_id,
        )
    )
    return -int(amount or 0)
