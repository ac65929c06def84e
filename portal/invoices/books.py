"""What events mean in the books. Every change of what an account owes goes through here, and only here.

Each verb keeps three things in step, in one transaction: the postings, what is open of the documents they touch
(``invoice.open_amount``), and the credit the account uses. Each first locks the account's row, so that two changes of
one account's books never cross; who also needs an order locks that before. A verb's ``key`` names the event: the same
event booked again changes nothing. Amounts are minor units of the account's currency.
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
from portal.core.clock import local_date
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.money import allocate as share_out
from portal.invoices.models import Invoice, InvoiceKind
from portal.ledger.actions import Entry, Event, post
from portal.ledger.models import Book, JournalKind, Posting
from portal.ledger.queries import OWED_BOOKS, journal_of

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


def book_document(
    session: Session, books: Books, invoice_id: int, *, reserved: Mapping[str, int], now: datetime
) -> None:
    """Book an invoice, interest or credit note that was just written.

    ``reserved`` is what its orders (by their numbers) had reserved of the account's credit for it, which ends; what is
    owed beyond that is noted as rounding. It is empty where no order ever took any credit.
    """
    row = session.execute(
        select(
            Invoice.number,
            Invoice.kind,
            Invoice.net,
            Invoice.freight,
            Invoice.total,
            Invoice.taxes,
            Invoice.issued_on,
        ).where(Invoice.id == invoice_id)
    ).one()
    income = Book.INTEREST if row.kind is InvoiceKind.INTEREST else Book.REVENUE
    claim = [
        Entry(Book.RECEIVABLE, row.total, invoice_id=invoice_id),
        Entry(income, row.freight - row.net),
        Entry(Book.FREIGHT, -row.freight),
        *(Entry(Book.TAX, -tax["amount"], detail=tax["code"]) for tax in row.taxes),
    ]
    if row.kind is InvoiceKind.CREDIT_NOTE:
        claim = [
            Entry(Book.ACCOUNT_CREDIT, -row.total, credit_note_id=invoice_id),
            *(entry.reversed() for entry in claim[1:]),
        ]
    if row.total:
        kind = JournalKind.CREDIT_NOTE if row.kind is InvoiceKind.CREDIT_NOTE else JournalKind.INVOICE
        event = _event(books, kind, row.number, f"document:{row.number}", row.issued_on)
        covered = sum(reserved.values()) if reserved else row.total
        _book(session, event, claim, now, covered=covered, derives_open=False)
    for order_number, amount in sorted(reserved.items()):
        owe(session, books.account_id, -amount, CreditReason.INVOICED, order_number, now)


def receive(
    session: Session,
    books: Books,
    payment_id: int,
    amount: int,
    *,
    book: Book,
    detail: str,
    reference: str,
    received_on: date,
    now: datetime,
) -> bool:
    """Book money that arrived: it is the account's credit until it settles something. False if it was booked before.

    ``book`` is where the money is: BANK, CLEARING (with the provider's code as ``detail``) or TEST_MONEY.
    """
    event = _event(books, JournalKind.PAYMENT, reference, f"payment:{payment_id}", received_on)
    entries = [
        Entry(book, amount, detail=detail, payment_id=payment_id),
        Entry(Book.ACCOUNT_CREDIT, -amount, payment_id=payment_id),
    ]
    return _book(session, event, entries, now)


def allocate(
    session: Session,
    books: Books,
    uses: Sequence[Use],
    *,
    key: str,
    reference: str,
    now: datetime,
    actor_id: int | None = None,
) -> bool:
    """Settle invoices from payments and credit notes. False if ``key`` was booked before.

    Raises NotFound for an invoice or source that is not the account's; Refused ``negative_amount``; Conflict
    ``more_than_open`` (``invoice_id``, ``open``) and ``more_than_unused`` (``unused``).
    """
    if any(use.amount < 1 for use in uses):
        raise Refused("negative_amount", field="amount")
    _require_open(session, books, uses)
    _require_unused(session, books, uses)
    entries = [
        entry
        for use in uses
        for entry in (
            Entry(Book.ACCOUNT_CREDIT, use.amount, "", use.invoice_id, **_of(use.source)),
            Entry(Book.RECEIVABLE, -use.amount, "", use.invoice_id, **_of(use.source)),
        )
    ]
    event = _event(
        books, JournalKind.ALLOCATION, reference, key, local_date(now, books.timezone), actor_id=actor_id
    )
    return _book(session, event, entries, now)


def grant_discount(
    session: Session, books: Books, invoice_id: int, amount: int, *, key: str, now: datetime
) -> bool:
    """Take an early payer's discount (with its tax) off an invoice. False if ``key`` was booked before.

    The taxes shrink in proportion. Raises as ``write_off``.
    """
    row = _claim(session, books, invoice_id, amount)
    parts = share_out(amount, [row.net, *(tax["amount"] for tax in row.taxes)])
    entries = [
        Entry(Book.RECEIVABLE, -amount, invoice_id=invoice_id),
        Entry(Book.DISCOUNT, parts[0], invoice_id=invoice_id),
        *(
            Entry(Book.TAX, part, detail=tax["code"], invoice_id=invoice_id)
            for tax, part in zip(row.taxes, parts[1:], strict=True)
        ),
    ]
    event = _event(books, JournalKind.DISCOUNT, row.number, key, local_date(now, books.timezone))
    return _book(session, event, entries, now)


def write_off(
    session: Session,
    books: Books,
    invoice_id: int,
    amount: int,
    *,
    key: str,
    note: str,
    actor_id: int,
    now: datetime,
) -> bool:
    """Give up ``amount`` of an invoice. False if ``key`` was booked before.

    Raises NotFound for an invoice that is not the account's; Refused ``negative_amount``; Conflict ``more_than_open``
    (``invoice_id``, ``open``).
    """
    row = _claim(session, books, invoice_id, amount)
    entries = [
        Entry(Book.RECEIVABLE, -amount, invoice_id=invoice_id),
        Entry(Book.WRITTEN_OFF, amount, invoice_id=invoice_id),
    ]
    event = _event(
        books,
        JournalKind.WRITE_OFF,
        row.number,
        key,
        local_date(now, books.timezone),
        actor_id=actor_id,
        note=note,
    )
    return _book(session, event, entries, now)


def give_back(
    session: Session,
    books: Books,
    payment_id: int,
    amount: int,
    *,
    book: Book,
    detail: str,
    kind: JournalKind,
    key: str,
    reference: str,
    now: datetime,
    actor_id: int | None = None,
) -> bool:
    """Book money of a payment that went back (kind REFUND) or was taken back (CHARGEBACK). False if booked before.

    Only what the payment has not settled can go: ``free_payment`` frees what it has. Raises Conflict
    ``more_than_unused`` (``unused``).
    """
    source = Source(payment_id=payment_id)
    unused = unused_of(session, books, source)
    if amount > unused:
        raise Conflict("more_than_unused", unused=unused)
    entries = [
        Entry(Book.ACCOUNT_CREDIT, amount, payment_id=payment_id),
        Entry(book, -amount, detail=detail, payment_id=payment_id),
    ]
    event = _event(books, kind, reference, key, local_date(now, books.timezone), actor_id=actor_id)
    return _book(session, event, entries, now)


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
        event = _event(books, JournalKind.REVERSAL, "", key, local_date(now, books.timezone))
        _book(session, event, entries, now)
    return sum(use.amount for use in uses)


def take_back(
    session: Session, books: Books, journal_id: int, *, note: str, actor_id: int | None, now: datetime
) -> None:
    """Reverse a journal as a whole; it stays, and another takes it back.

    Raises NotFound for a journal of another account; Conflict ``already_reversed``, and ``in_use`` if what it brought
    has been used since.
    """
    journal = journal_of(session, journal_id)
    if journal.account_id != books.account_id:
        raise NotFound("journal", journal_id)
    if journal.reversed_by_id is not None or journal.reverses_id is not None:
        raise Conflict("already_reversed")
    event = _event(
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
    for source, amount in _credit_by_source(entries).items():
        if amount > unused_of(session, books, source):
            raise Conflict("in_use")
    _book(session, event, entries, now)


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


def _of(source: Source) -> dict[str, int | None]:
    return {"payment_id": source.payment_id, "credit_note_id": source.credit_note_id}


def _event(
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
    return Event(
        kind, books.account_id, books.currency, reference, key, posted_on, actor_id, note, reverses_id
    )


def _book(
    session: Session,
    event: Event,
    entries: Sequence[Entry],
    now: datetime,
    *,
    covered: int = 0,
    derives_open: bool = True,
) -> bool:
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


def _require_open(session: Session, books: Books, uses: Sequence[Use]) -> None:
    wanted: dict[int, int] = {}
    for use in uses:
        wanted[use.invoice_id] = wanted.get(use.invoice_id, 0) + use.amount
    rows = session.execute(
        select(Invoice.id, Invoice.open_amount).where(
            Invoice.id.in_(wanted),
            Invoice.account_id == books.account_id,
            Invoice.kind != InvoiceKind.CREDIT_NOTE,
        )
    )
    open_amounts = {row.id: row.open_amount for row in rows}
    for invoice_id, amount in wanted.items():
        if invoice_id not in open_amounts:
            raise NotFound("invoice", invoice_id)
        if amount > open_amounts[invoice_id]:
            raise Conflict(
                "more_than_open", field="amount", invoice_id=invoice_id, open=open_amounts[invoice_id]
            )


def _require_unused(session: Session, books: Books, uses: Sequence[Use]) -> None:
    wanted: dict[Source, int] = {}
    for use in uses:
        wanted[use.source] = wanted.get(use.source, 0) + use.amount
    for source, amount in wanted.items():
        unused = unused_of(session, books, source)
        if amount > unused:
            raise Conflict("more_than_unused", field="amount", unused=unused)


def _claim(session: Session, books: Books, invoice_id: int, amount: int) -> Any:
    row = session.execute(
        select(Invoice.number, Invoice.net, Invoice.taxes, Invoice.open_amount).where(
            Invoice.id == invoice_id,
            Invoice.account_id == books.account_id,
            Invoice.kind != InvoiceKind.CREDIT_NOTE,
        )
    ).one_or_none()
    if row is None:
        raise NotFound("invoice", invoice_id)
    if amount < 1:
        raise Refused("negative_amount", field="amount")
    if amount > row.open_amount:
        raise Conflict("more_than_open", field="amount", invoice_id=invoice_id, open=row.open_amount)
    return row


def _credit_by_source(entries: Iterable[Entry]) -> dict[Source, int]:
    """What entries would take of each source."""
    taken: dict[Source, int] = {}
    for entry in entries:
        if entry.book is Book.ACCOUNT_CREDIT and entry.amount > 0:
            source = Source(entry.payment_id, None if entry.payment_id else entry.credit_note_id)
            taken[source] = taken.get(source, 0) + entry.amount
    return taken
