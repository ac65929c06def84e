"""Tables of the credit of accounts, and of whom invoices name."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.append_only import append_only
from portal.core.columns import Json, MoneyAmount, UtcDateTime, word_of
from portal.core.tables import Base, Id


class CreditReason(StrEnum):
    """Why an account's used credit changed."""

    ORDER_PLACED = "order_placed"
    ORDER_CHANGED = "order_changed"
    ORDER_CANCELLED = "order_cancelled"
    SETTLED = "settled"
    INVOICED = "invoiced"
    """What an order had reserved turned into an invoice: the reservation ends."""
    OWED = "owed"
    """An invoice is owed."""
    ROUNDED = "rounded"
    """Taxes of an order's invoices, rounded one by one, came to more than those of the order."""
    PAID = "paid"
    """Part of an invoice was paid, credited, written off or granted as a discount."""
    REOPENED = "reopened"
    """A payment or another settlement of an invoice was taken back."""


class CreditEntry(Base):
    """One change of an account's used credit. Rows are only ever added."""

    __tablename__ = "credit_entry"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        Index("ix_credit_entry_account_id_id", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    reason: Mapped[CreditReason] = mapped_column(word_of(CreditReason))

    reference: Mapped[str]
    """Number of the order or document that caused it."""

    amount: Mapped[int] = mapped_column(MoneyAmount)
    """Minor units; positive uses credit, negative frees it."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(cast(Table, CreditEntry.__table__))


class CreditOverride(Base):
    """A person of the seller's let an account owe more for a while. Rows are only ever added."""

    __tablename__ = "credit_override"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)

    limit_before: Mapped[int] = mapped_column(MoneyAmount)
    """Minor units; what the limit returns to."""

    limit_meanwhile: Mapped[int] = mapped_column(MoneyAmount)
    """Minor units."""

    until: Mapped[date]
    """Last day of it, in the account's zone."""

    reason: Mapped[str]

    granted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(cast(Table, CreditOverride.__table__))


class AccountChange(Base):
    """What a person of the seller changed of an account's terms, limits or billing. Rows are only ever added."""

    __tablename__ = "account_change"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)

    what: Mapped[str]
    """terms, credit_limit or billing."""

    before: Mapped[dict[str, Any]] = mapped_column(Json)

    after: Mapped[dict[str, Any]] = mapped_column(Json)

    reason: Mapped[str] = mapped_column(default="")

    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(cast(Table, AccountChange.__table__))


class BillingProfile(Base):
    """Whom the seller's invoices to an account name, beyond its name and number."""

    __tablename__ = "billing_profile"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)

    name: Mapped[str] = mapped_column(default="")
    """Registered name on invoices; empty: the account's."""

    address: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """line1, line2, city, region, postal_code, country."""

    representative: Mapped[str] = mapped_column(default="")

    business_type: Mapped[str] = mapped_column(default="")

    business_item: Mapped[str] = mapped_column(default="")

    tax_numbers: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """As the seller's; "VAT" is needed for reverse charge, "EXEMPTION" is the certificate on file."""

    email: Mapped[str] = mapped_column(default="")
    """Where invoices are mailed to; empty: to the account's owners and accountants."""

    attach_pdf: Mapped[bool] = mapped_column(default=False)
    """True: the mail carries the PDF, not only a link."""

    payer_names: Mapped[list[str]] = mapped_column(Json, default=list)
    """Names under which the account's transfers arrive, learned from matches people made."""
