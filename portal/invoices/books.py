"""What events mean in the books. Every change of what an account owes goes through here, and only here.

Each verb keeps three things in step, in one transaction: the postings, what is open of the documents they touch
(``invoice.open_amount``), and the credit the account uses. Each first locks the account's row, so that two changes of
one account's books never cross; who also needs an order locks that before. A verb's ``key`` names the event: the same
event booked again changes nothing. Amounts are minor units of the account's currency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.credit import owe
from portal.accounts.models import CreditReason
from portal.core.clock import local_date
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.money import allocate as share_out
from portal.invoices.booking import Books, Source, Use, book_event, event_of, open_books, unused_of
from portal.invoices.models import Invoice, InvoiceKind
from portal.invoices.taking_back import claim_again, free_payment, given_up, take_back
from portal.ledger.actions import Entry
from portal.ledger.models import Book, JournalKind

__all__ = [
    "Books",
    "Source",
    "Use",
    "allocate",
    "book_document",
    "claim_again",
    "free_payment",
    "give_back",
    "given_up",
    "grant_discount",
    "open_books",
    "receive",
    "receive_again",
    "set_aside",
    "take_back",
    "unused_of",
    "write_off",
]


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
        event = event_of(books, kind, row.number, f"document:{row.number}", row.issued_on)
        covered = sum(reserved.values()) if reserved else row.total
        book_event(session, event, claim, now, covered=covered, derives_open=False)
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
    event = event_of(books, JournalKind.PAYMENT, reference, f"payment:{payment_id}", received_on)
    return book_event(session, event, _arrived(payment_id, amount, book, detail), now)


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
            Entry(Book.ACCOUNT_CREDIT, use.amount, use.order_number, use.invoice_id, **_of(use.source)),
            Entry(Book.RECEIVABLE, -use.amount, "", use.invoice_id, **_of(use.source)),
        )
    ]
    event = event_of(
        books, JournalKind.ALLOCATION, reference, key, local_date(now, books.timezone), actor_id=actor_id
    )
    return book_event(session, event, entries, now)


def receive_again(
    session: Session,
    books: Books,
    payment_id: int,
    amount: int,
    *,
    book: Book,
    detail: str,
    key: str,
    reference: str,
    now: datetime,
) -> bool:
    """Book money of a payment that had been taken back and is there again: the account's credit, as ``receive`` says.

    False if ``key`` was booked before.
    """
    event = event_of(books, JournalKind.REVERSAL, reference, key, local_date(now, books.timezone))
    return book_event(session, event, _arrived(payment_id, amount, book, detail), now)


def set_aside(
    session: Session,
    books: Books,
    parts: Mapping[Source, int],
    order_number: str,
    *,
    key: str,
    now: datetime,
    actor_id: int | None = None,
) -> bool:
    """Keep some of payments and credit notes for an order that is not invoiced yet. False if ``key`` was booked before.

    It stays the account's credit, of the same sources, under the order's number; what may be kept is for the caller to
    know. Raises Refused ``negative_amount``; Conflict ``more_than_unused`` (``unused``).
    """
    if any(amount < 1 for amount in parts.values()):
        raise Refused("negative_amount", field="amount")
    for source, amount in parts.items():
        _require_so_much(session, books, source, amount)
    entries = [
        entry
        for source, amount in parts.items()
        for entry in (
            Entry(Book.ACCOUNT_CREDIT, amount, "", **_of(source)),
            Entry(Book.ACCOUNT_CREDIT, -amount, order_number, **_of(source)),
        )
    ]
    event = event_of(
        books, JournalKind.ALLOCATION, order_number, key, local_date(now, books.timezone), actor_id=actor_id
    )
    return book_event(session, event, entries, now)


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
    event = event_of(books, JournalKind.DISCOUNT, row.number, key, local_date(now, books.timezone))
    return book_event(session, event, entries, now)


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
    event = event_of(
        books,
        JournalKind.WRITE_OFF,
        row.number,
        key,
        local_date(now, books.timezone),
        actor_id=actor_id,
        note=note,
    )
    return book_event(session, event, entries, now)


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
    event = event_of(books, kind, reference, key, local_date(now, books.timezone), actor_id=actor_id)
    return book_event(session, event, entries, now)


def _of(source: Source) -> dict[str, int | None]:
    return {"payment_id": source.payment_id, "credit_note_id": source.credit_note_id}


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


def _arrived(payment_id: int, amount: int, book: Book, detail: str) -> list[Entry]:
    return [
        Entry(book, amount, detail=detail, payment_id=payment_id),
        Entry(Book.ACCOUNT_CREDIT, -amount, payment_id=payment_id),
    ]


def _require_unused(session: Session, books: Books, uses: Sequence[Use]) -> None:
    wanted: dict[Source, int] = {}
    for use in uses:
        wanted[use.source] = wanted.get(use.source, 0) + use.amount
    for source, amount in wanted.items():
        _require_so_much(session, books, source, amount)


def _require_so_much(session: Session, books: Books, source: Source, amount: int) -> None:
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
