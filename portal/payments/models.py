"""Tables of payments."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.append_only import append_only
from portal.core.columns import Json, MoneyAmount, UtcDateTime, word_of
from portal.core.tables import Base, Id


class PaymentState(StrEnum):
    """Where a payment stands."""

    CREATED = "created"
    """Asked for; no provider knows of it yet."""
    PENDING = "pending"
    ACTION_REQUIRED = "action_required"
    """The person has something to do: choose a card, confirm with the bank."""
    WAITING_DEPOSIT = "waiting_deposit"
    """The person was told where to transfer the money."""
    AUTHORIZED = "authorized"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REVIEW = "review"
    """What the provider says is not what was asked for; a person decides."""


class PaymentEventKind(StrEnum):
    """What happened to a payment."""

    CREATED = "created"
    STARTED = "started"
    REPORTED = "reported"
    """The provider said how it stands."""
    PAID = "paid"
    FAILED = "failed"
    REVIEW = "review"
    DECIDED = "decided"
    ALLOCATED = "allocated"
    REFUND_ASKED = "refund_asked"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    CHARGED_BACK = "charged_back"
    CANCELLED = "cancelled"


class Payment(Base):
    """Money an account pays, or has been asked to pay."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("account_id", "submit_key"),
        UniqueConstraint("provider", "provider_ref"),
        Index("ix_payment_account_id_id", "account_id", "id"),
        Index("ix_payment_state_id", "state", "id"),
        Index("ix_payment_order_id", "order_id"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("refunded BETWEEN 0 AND amount", name="refunded_within_amount"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    reference: Mapped[str] = mapped_column(unique=True)
    """What people name it by, on transfers and receipts: P and eight letters or digits that are hard to mistake."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    """Who pays; null: it came from a bank file."""

    submit_key: Mapped[str]

    provider: Mapped[str]
    """bank_transfer, test_card, stripe or toss."""

    method: Mapped[str] = mapped_column(default="")
    """card, transfer, virtual_account …, as far as it is known."""

    is_test: Mapped[bool] = mapped_column(default=False)
    """True: no money moved."""

    state: Mapped[PaymentState] = mapped_column(word_of(PaymentState))

    amount: Mapped[int] = mapped_column(MoneyAmount)
    """Minor units."""

    refunded: Mapped[int] = mapped_column(MoneyAmount, default=0)
    """Of it, what was given or taken back, minor units."""

    currency: Mapped[str]

    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"))
    """The order it is paid in advance for; null: none."""

    provider_ref: Mapped[str | None]
    """The provider's own key of it."""

    secret: Mapped[str] = mapped_column(default="")
    """What a deposit's notice must bring along (Toss); never shown."""

    instructions: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What the person needs to pay it: bank, number, holder, due; or client_token, redirect."""

    failure: Mapped[str] = mapped_column(default="")
    """Why it failed or is under review: a word that the pages explain."""

    receipt_url: Mapped[str] = mapped_column(default="")

    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaymentTarget(Base):
    """How much of a payment is meant for an invoice."""

    __tablename__ = "payment_target"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), primary_key=True)

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), primary_key=True, index=True)

    amount: Mapped[int] = mapped_column(MoneyAmount)
    """Minor units. If less is open by the time it is paid, the rest is account credit."""

    discount: Mapped[int] = mapped_column(MoneyAmount, default=0)
    """Granted for paying by the day of the discount, minor units, on top of ``amount``."""


class PaymentEvent(Base):
    """What happened to a payment. Rows are only ever added."""

    __tablename__ = "payment_event"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)

    kind: Mapped[PaymentEventKind] = mapped_column(word_of(PaymentEventKind))

    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """No number of a card, no secret."""

    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(cast(Table, PaymentEvent.__table__))


class RefundState(StrEnum):
    """Where a refund stands."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"


class RefundKind(StrEnum):
    """Who wanted the money back."""

    REFUND = "refund"
    CHARGEBACK = "chargeback"


class Refund(Base):
    """Money of a payment that goes back, or was taken back by the payer's bank."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("payment_id", "submit_key"),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))

    kind: Mapped[RefundKind] = mapped_column(word_of(RefundKind))

    submit_key: Mapped[str]
    """Also the idempotency key the provider is given."""

    state: Mapped[RefundState] = mapped_column(word_of(RefundState))

    amount: Mapped[int] = mapped_column(MoneyAmount)
    """Minor units."""

    reason: Mapped[str] = mapped_column(default="")

    provider_ref: Mapped[str] = mapped_column(default="")

    failure: Mapped[str] = mapped_column(default="")

    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ProviderNotice(Base):
    """A webhook that was taken in; the same is taken in once."""

    __tablename__ = "provider_notice"
    __table_args__ = (UniqueConstraint("provider", "notice_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    provider: Mapped[str]

    notice_id: Mapped[str]
    """The provider's key of the notice."""

    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)

    outcome: Mapped[str] = mapped_column(default="")
    """What came of it: a word for the desk."""

    at: Mapped[datetime] = mapped_column(UtcDateTime)


class BankImport(Base):
    """A file of a bank that was read in."""

    __tablename__ = "bank_import"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    file_name: Mapped[str]

    sha256: Mapped[str] = mapped_column(unique=True)

    currency: Mapped[str]

    imported_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BankLineState(StrEnum):
    """What became of a line of a bank's file."""

    UNMATCHED = "unmatched"
    MATCHED = "matched"
    IGNORED = "ignored"
    """Not a dealer's payment; a person said so."""


class BankLine(Base):
    """Money that arrived, as the bank says it."""

    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("currency", "fingerprint"),
        Index("ix_bank_line_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    import_id: Mapped[int] = mapped_column(ForeignKey("bank_import.id"), index=True)

    row: Mapped[int]
    """Its place in the file, the first is 1."""

    currency: Mapped[str]

    fingerprint: Mapped[str]
    """Names the transfer, so that files that overlap bring it in once."""

    booked_on: Mapped[date]

    amount: Mapped[int] = mapped_column(MoneyAmount)
    """Minor units, above 0; what left the bank is not taken in."""

    payer: Mapped[str] = mapped_column(default="")

    text: Mapped[str] = mapped_column(default="")

    state: Mapped[BankLineState] = mapped_column(word_of(BankLineState))

    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), unique=True)
    """The payment it turned out to be."""

    matched_by: Mapped[str] = mapped_column(default="")
    """reference, amount_and_payer, or person."""

    note: Mapped[str] = mapped_column(default="")
    """Why a person put it aside."""

    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)

    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Reconciliation(Base):
    """What comparing a provider's list of a day with the books found."""

    __tablename__ = "reconciliation"
    __table_args__ = (UniqueConstraint("provider", "day"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    provider: Mapped[str]

    day: Mapped[date]
    """UTC."""

    checked: Mapped[int]
    """Payments compared."""

    findings: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """[{"reference", "provider_ref", "problem", "ours", "theirs"}, …], amounts in minor units."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
