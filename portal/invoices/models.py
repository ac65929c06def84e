"""Tables of invoices and what is made of them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.append_only import append_only
from portal.core.columns import Json, MoneyAmount, UtcDateTime, word_of
from portal.core.tables import Base, Id


class InvoiceKind(StrEnum):
    """What a document claims or gives."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    """Gives back what an invoice charged; its amounts are positive and count against it."""
    INTEREST = "interest"
    """Claims interest on what was paid late."""


class CreditReasonKind(StrEnum):
    """Why a credit note is written."""

    RETURN = "return"
    CLAIM = "claim"
    PRICE = "price"
    CANCELLATION = "cancellation"
    GOODWILL = "goodwill"


class Invoice(Base):
    """A document as it was issued. Only what is left of it, ``open_amount`` and ``settled_on``, ever changes."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_invoice_account_id_issued_on_id", "account_id", "issued_on", "id"),
        # The few that are open, without the long history.
        Index("ix_invoice_account_id_open_amount_due_on", "account_id", "open_amount", "due_on"),
        Index("ix_invoice_open_amount_due_on", "open_amount", "due_on"),
        Index("ix_invoice_order_id", "order_id"),
        CheckConstraint("total = net + tax", name="total_is_net_and_tax"),
        CheckConstraint("open_amount BETWEEN 0 AND total", name="open_within_total"),
        CheckConstraint("kind <> 'credit_note' OR credits_id IS NOT NULL", name="a_credit_note_refers"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    number: Mapped[str] = mapped_column(unique=True)
    """Gapless for each seller, kind and year: HB-2026-000042, credit notes HB-C2026-000007."""

    kind: Mapped[InvoiceKind] = mapped_column(word_of(InvoiceKind))

    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), index=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    key: Mapped[str]
    """What it is issued for (shipment:…, order:…, month:…, return:…); the same is never invoiced twice."""

    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"))
    """The one order it is about; null: several, or none."""

    credits_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    """The invoice a credit note refers to."""

    return_number: Mapped[str] = mapped_column(default="")
    """The return a credit note settles; empty: none."""

    reason: Mapped[str] = mapped_column(default="")
    """Of a credit note, a word of CreditReasonKind."""

    note: Mapped[str] = mapped_column(default="")
    """What the seller says on it."""

    currency: Mapped[str]

    locale: Mapped[str]
    """Language of the document."""

    po_numbers: Mapped[list[str]] = mapped_column(Json, default=list)
    """The dealer's own numbers of its orders, without repeats."""

    issued_on: Mapped[date]
    """Day in the seller's zone."""

    supplied_from: Mapped[date]
    """First day on which goods of it left, in the seller's zone."""

    supplied_to: Mapped[date]

    due_on: Mapped[date]
    """Of a credit note, the day of issue."""

    discount_until: Mapped[date | None]
    """Last day on which ``discount`` is granted; null: none is."""

    discount: Mapped[int] = mapped_column(MoneyAmount, default=0)
    """Taken off for paying in full by then, with its tax, minor units."""

    terms: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """The payment terms as they were: code, kind, net_days, end_of_month, discount_ppm, discount_days, interest_ppm."""

    seller: Mapped[dict[str, Any]] = mapped_column(Json)
    """The seller as it was: the columns of ``seller``, with the one bank account of the currency as "bank"."""

    buyer: Mapped[dict[str, Any]] = mapped_column(Json)
    """The account as it was: code, name, country, business_number, address, representative, business_type,
    business_item, tax_numbers, timezone."""

    ship_to: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """The places goods went to, as they were, without repeats."""

    freight: Mapped[int] = mapped_column(MoneyAmount, default=0)
    """Without tax, minor units; part of ``net``."""

    net: Mapped[int] = mapped_column(MoneyAmount)

    tax: Mapped[int] = mapped_column(MoneyAmount)

    total: Mapped[int] = mapped_column(MoneyAmount)
    """Minor units, not negative; a credit note's is what it gives."""

    taxes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """[{"code", "rate_ppm", "base", "amount", "category", "exemption"}, …] as on the document, minor units."""

    tax_rounding: Mapped[str]
    """How they were rounded: a word of TaxRounding."""

    open_before: Mapped[int] = mapped_column(MoneyAmount, default=0)
    """What the account owed in all when it was issued, minor units (이전 미수금)."""

    open_amount: Mapped[int] = mapped_column(MoneyAmount)
    """What is left to pay, or of a credit note to use, minor units; always what the books say."""

    settled_on: Mapped[date | None]
    """Day on which open_amount became 0; null: it is not."""

    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """Null: the portal itself."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LineKind(StrEnum):
    """What a line of a document charges."""

    GOODS = "goods"
    FREIGHT = "freight"
    INTEREST = "interest"
    ADJUSTMENT = "adjustment"


class InvoiceLine(Base):
    """A line of a document, frozen."""

    __tablename__ = "invoice_line"
    __table_args__ = (
        UniqueConstraint("invoice_id", "position"),
        # What left once is charged once.
        Index(
            "uq_invoice_line_charged_once",
            "shipment_id",
            "drop_id",
            unique=True,
            sqlite_where=text("credits_line_id IS NULL AND drop_id IS NOT NULL"),
            postgresql_where=text("credits_line_id IS NULL AND drop_id IS NOT NULL"),
        ),
        Index("ix_invoice_line_order_line_id", "order_line_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))

    position: Mapped[int]
    """1, 2, 3, … within the document."""

    kind: Mapped[LineKind] = mapped_column(word_of(LineKind))

    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("order_line.id"))

    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id"), index=True)

    drop_id: Mapped[int | None] = mapped_column(ForeignKey("drop.id"))

    credits_line_id: Mapped[int | None] = mapped_column(ForeignKey("invoice_line.id"), index=True)
    """The line of the invoice that a credit note's line gives back."""

    order_number: Mapped[str] = mapped_column(default="")

    shipment_number: Mapped[str] = mapped_column(default="")

    supplied_on: Mapped[date]

    sku: Mapped[str] = mapped_column(default="")

    name: Mapped[str]
    """In the document's locale."""

    unit: Mapped[str] = mapped_column(default="")

    pack_size: Mapped[int] = mapped_column(default=1)

    quantity: Mapped[int]
    """Units; 1 for freight and interest."""

    unit_price_e4: Mapped[int] = mapped_column(MoneyAmount)
    """Charged for a unit, e4, in the line's tax mode."""

    line_total: Mapped[int] = mapped_column(MoneyAmount)
    """Charged, minor units, in the line's tax mode."""

    net: Mapped[int] = mapped_column(MoneyAmount)
    """Without tax, minor units; the lines sum to the document's net."""

    tax: Mapped[int | None] = mapped_column(MoneyAmount)
    """Its own tax where taxes are rounded line by line; null: only the document's is known."""

    tax_class: Mapped[str]

    tax_included: Mapped[bool] = mapped_column(default=False)

    taxes: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """[{"code", "rate_ppm", "category"}, …]: the taxes it bears."""


class FileKind(StrEnum):
    """What is kept of a document."""

    PDF = "pdf"
    XML = "xml"
    """Factur-X (EN 16931, CII); also inside the PDF."""
    UBL = "ubl"


class InvoiceFile(Base):
    """The paper or data of a document, made once."""

    __tablename__ = "invoice_file"

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), primary_key=True)

    kind: Mapped[FileKind] = mapped_column(word_of(FileKind), primary_key=True)

    stored_file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    """Its sha256 is the hash the document is filed under."""

    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reminder(Base):
    """A reminder that was sent for an overdue invoice. Rows are only ever added."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("invoice_id", "level"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))

    level: Mapped[int]
    """1, 2, 3, …: the place in the terms' reminder_days."""

    open_amount: Mapped[int] = mapped_column(MoneyAmount)
    """What was open then, minor units."""

    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BatchState(StrEnum):
    """Where a batch of downloads stands."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class DownloadBatch(Base):
    """Papers of several documents that a person asked for in one file."""

    __tablename__ = "download_batch"
    __table_args__ = (UniqueConstraint("account_id", "submit_key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    submit_key: Mapped[str]

    state: Mapped[BatchState] = mapped_column(word_of(BatchState))

    invoice_ids: Mapped[list[int]] = mapped_column(Json)

    done: Mapped[int] = mapped_column(default=0)
    """How many of them are in."""

    stored_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class TaxReportState(StrEnum):
    """Where the report of a document to a tax office stands."""

    NOT_CONNECTED = "not_connected"
    """No service is set up: the data can be exported, nothing is sent."""
    WAITING = "waiting"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class TaxReport(Base):
    """The report of a document to a tax office, where its country asks for one (세금계산서)."""

    __tablename__ = "tax_report"

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), primary_key=True)

    channel: Mapped[str]
    """Such as kr_nts."""

    state: Mapped[TaxReportState] = mapped_column(word_of(TaxReportState))

    approval_number: Mapped[str] = mapped_column(default="")
    """승인번호: 24 digits of the National Tax Service."""

    message: Mapped[str] = mapped_column(default="")

    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(cast(Table, Invoice.__table__), but=("open_amount", "settled_on"))
append_only(cast(Table, InvoiceLine.__table__))
append_only(cast(Table, InvoiceFile.__table__))
append_only(cast(Table, Reminder.__table__))
