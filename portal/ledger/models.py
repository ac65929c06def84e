"""Tables of the books."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.append_only import append_only
from portal.core.columns import MoneyAmount, UtcDateTime, word_of
from portal.core.tables import Base, Id


class Book(StrEnum):
    """A book of an account. A debit is positive, a credit negative."""

    RECEIVABLE = "receivable"
    """What the account owes, invoice by invoice."""
    ACCOUNT_CREDIT = "account_credit"
    """What it has paid or been credited and not used yet, source by source; never above zero."""
    REVENUE = "revenue"
    FREIGHT = "freight"
    INTEREST = "interest"
    TAX = "tax"
    """Owed to the tax office; ``detail`` is the tax's code."""
    BANK = "bank"
    """Money that arrived by transfer."""
    CLEARING = "clearing"
    """Money a payment provider holds for the seller; ``detail`` is the provider's code."""
    TEST_MONEY = "test_money"
    """What the test card pretends; it is no money and stands apart from all that is."""
    DISCOUNT = "discount"
    """Granted for paying early."""
    WRITTEN_OFF = "written_off"


class JournalKind(StrEnum):
    """What a journal records."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    ALLOCATION = "allocation"
    DISCOUNT = "discount"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    WRITE_OFF = "write_off"
    REVERSAL = "reversal"


class Journal(Base):
    """One event in the books of one account. Its postings sum to 0."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_account_id_posted_on_id", "account_id", "posted_on", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    kind: Mapped[JournalKind] = mapped_column(word_of(JournalKind))

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    currency: Mapped[str]

    reference: Mapped[str]
    """Number of the document or payment it is about, as people know it."""

    key: Mapped[str] = mapped_column(unique=True)
    """Names the event; the same key is never booked twice."""

    posted_on: Mapped[date]
    """Day in the account's zone."""

    note: Mapped[str] = mapped_column(default="")

    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """Who did it; null: the portal itself."""

    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("journal.id"), unique=True)
    """The journal it takes back; one is taken back at most once."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Posting(Base):
    """An amount in one book."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        CheckConstraint(
            "book <> 'receivable' OR invoice_id IS NOT NULL", name="a_receivable_is_of_an_invoice"
        ),
        CheckConstraint(
            "book <> 'account_credit' OR payment_id IS NOT NULL OR credit_note_id IS NOT NULL",
            name="account_credit_has_a_source",
        ),
        Index("ix_posting_account_id_book", "account_id", "book"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"), index=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    """The journal's."""

    book: Mapped[Book] = mapped_column(word_of(Book))

    amount: Mapped[int] = mapped_column(MoneyAmount)
    """Minor units of the journal's currency; positive is a debit."""

    detail: Mapped[str] = mapped_column(default="")

    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    """The invoice whose receivable moves, or that an allocation settles."""

    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    """The payment that is the source."""

    credit_note_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    """The credit note that is the source."""


class BooksProof(Base):
    """What the nightly proof of the books found."""

    __tablename__ = "books_proof"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    proved_on: Mapped[date] = mapped_column(index=True)
    """The seller's day."""

    journals: Mapped[int]
    """How many were summed."""

    findings: Mapped[int]
    """How many things do not add up; 0 is what it should be."""

    report: Mapped[str] = mapped_column(default="")
    """A line for each finding, the first hundred."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(cast(Table, Journal.__table__))
append_only(cast(Table, Posting.__table__))
