"""What became of a document after it was issued, and what is kept of it. Amounts are minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import String, and_, cast, or_, select
from sqlalchemy.orm import Session, aliased

from portal.catalog.models import StoredFile
from portal.core.errors import NotFound
from portal.invoices.models import (
    BatchState,
    DownloadBatch,
    Invoice,
    InvoiceKind,
)
from portal.ledger.models import Book, Journal, JournalKind, Posting


@dataclass(frozen=True, slots=True)
class Settlement:
    """What took from (or gave back to) what was open of a document."""

    posted_on: date
    kind: JournalKind
    amount: int
    """What it settled; negative if it opened the document again."""
    payment_id: int | None
    payment_reference: str
    """Empty: no payment."""
    document_number: str
    """The credit note that settled an invoice, or the invoice that used a credit note; empty: neither."""


@dataclass(frozen=True, slots=True)
class CreditNoteRow:
    """A credit note that refers to an invoice."""

    number: str
    issued_on: date
    total: int
    currency: str


@dataclass(frozen=True, slots=True)
class Batch:
    """A person's batch of papers."""

    id: int
    state: BatchState
    count: int
    done: int
    file_id: int | None


def settlements_of(session: Session, document_id: int) -> tuple[Settlement, ...]:
    """What settled a document since it was issued, in the order in which it was booked; one statement."""
    # An invoice's own posting, and a credit note's, is what issuing it booked: not a settlement.
    is_issue = Journal.kind.in_((JournalKind.INVOICE, JournalKind.CREDIT_NOTE))
    used_for, source, received = aliased(Invoice), aliased(Invoice), aliased(Journal)
    of_invoice = and_(Posting.invoice_id == document_id, Posting.book == Book.RECEIVABLE)
    # What is set aside of a credit note for an order has settled nothing yet.
    is_set_aside = and_(Journal.kind == JournalKind.ALLOCATION, Posting.invoice_id.is_(None))
    of_credit_note = and_(
        Posting.credit_note_id == document_id, Posting.book == Book.ACCOUNT_CREDIT, ~is_set_aside
    )
    rows = session.execute(
        select(
            Journal.posted_on,
            Journal.kind,
            Posting.book,
            Posting.amount,
            Posting.payment_id,
            received.reference.label("payment_reference"),
            source.number.label("source_number"),
            used_for.number.label("used_number"),
        )
        .select_from(Posting)
        .join(Journal, Journal.id == Posting.journal_id)
        .outerjoin(source, source.id == Posting.credit_note_id)
        .outerjoin(used_for, used_for.id == Posting.invoice_id)
        .outerjoin(received, received.key == "payment:" + cast(Posting.payment_id, String))
        .where(or_(of_invoice, of_credit_note), ~is_issue)
        .order_by(Posting.id)
    )
    return tuple(
        Settlement(
            posted_on=row.posted_on,
            kind=row.kind,
            amount=-row.amount if row.book is Book.RECEIVABLE else row.amount,
            payment_id=row.payment_id,
            payment_reference=row.payment_reference or "",
            document_number=(row.source_number if row.book is Book.RECEIVABLE else row.used_number) or "",
        )
        for row in rows
    )


def credit_notes_of(session: Session, invoice_id: int) -> tuple[CreditNoteRow, ...]:
    """The credit notes that refer to an invoice, the oldest first; one statement."""
    rows = session.execute(
        select(Invoice.number, Invoice.issued_on, Invoice.total, Invoice.currency)
        .where(Invoice.credits_id == invoice_id, Invoice.kind == InvoiceKind.CREDIT_NOTE)
        .order_by(Invoice.id)
    )
    return tuple(CreditNoteRow(*row) for row in rows)


def batch_of(session: Session, account_id: int, user_id: int, batch_id: int) -> Batch:
    """A batch the person asked for at the account. Raises NotFound."""
    row = session.execute(
        select(
            DownloadBatch.id,
            DownloadBatch.state,
            DownloadBatch.invoice_ids,
            DownloadBatch.done,
            DownloadBatch.stored_file_id,
        ).where(
            DownloadBatch.id == batch_id,
            DownloadBatch.account_id == account_id,
            DownloadBatch.user_id == user_id,
        )
    ).one_or_none()
    if row is None:
        raise NotFound("batch", batch_id)
    return Batch(row.id, row.state, len(row.invoice_ids), row.done, row.stored_file_id)


def batch_content(session: Session, file_id: int) -> bytes:
    """The bytes of a batch's file. Raises NotFound."""
    content = session.scalar(select(StoredFile.content).where(StoredFile.id == file_id))
    if content is None:
        raise NotFound("file", file_id)
    return content
