"""Tables of goods that come back."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.columns import MoneyAmount, UtcDateTime, word_of
from portal.core.tables import Base, Id


class ReturnStatus(StrEnum):
    """Where a return or claim stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    RECEIVED = "received"
    CREDITED = "credited"
    WITHDRAWN = "withdrawn"


class ReturnReason(StrEnum):
    """Why goods come back, or what was wrong at the door."""

    SHORT = "short"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    DEFECTIVE = "defective"
    ORDERED_BY_MISTAKE = "ordered_by_mistake"
    NOT_NEEDED = "not_needed"


class Remedy(StrEnum):
    """What the dealer wants instead."""

    CREDIT = "credit"
    REPLACEMENT = "replacement"


class ReturnRequest(Base):
    """Goods a dealer sends back, or says came short, damaged or wrong."""

    __tablename__ = "return_request"
    __table_args__ = (
        UniqueConstraint("account_id", "submit_key"),
        Index("ix_return_request_order_id", "order_id"),
        Index("ix_return_request_status_id", "status", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    number: Mapped[str] = mapped_column(unique=True)
    """Such as 2026-000042-R1."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"))

    requested_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    submit_key: Mapped[str]

    status: Mapped[ReturnStatus] = mapped_column(word_of(ReturnStatus))

    version: Mapped[int] = mapped_column(default=1)

    pickup_date: Mapped[date | None]
    """Day on which the goods may be fetched, at the place; null: nothing to fetch."""

    notes: Mapped[str] = mapped_column(default="")

    decision_note: Mapped[str] = mapped_column(default="")
    """What the seller says to it."""

    currency: Mapped[str]

    expected_credit: Mapped[int] = mapped_column(MoneyAmount)
    """With tax, minor units, as shown before it was sent."""

    granted_credit: Mapped[int | None] = mapped_column(MoneyAmount)
    """With tax, minor units; null: not decided."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class ReturnLine(Base):
    """A line of a return."""

    __tablename__ = "return_line"
    __table_args__ = (
        UniqueConstraint("return_id", "order_line_id", "reason"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
        CheckConstraint("granted IS NULL OR granted BETWEEN 0 AND quantity", name="granted_within_quantity"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    return_id: Mapped[int] = mapped_column(ForeignKey("return_request.id"))

    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), index=True)

    quantity: Mapped[int]
    """Units."""

    reason: Mapped[ReturnReason] = mapped_column(word_of(ReturnReason))

    remedy: Mapped[Remedy] = mapped_column(word_of(Remedy))

    photo_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))

    expected_credit: Mapped[int] = mapped_column(MoneyAmount)
    """With tax, minor units."""

    granted: Mapped[int | None]
    """Units the seller accepted; null: not decided."""
