"""Tables of what is sent out, and of what its carrier tells."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.columns import UtcDateTime, word_of
from portal.core.tables import Base, Id


class Shipment(Base):
    """Goods that left together for one location."""

    __tablename__ = "shipment"
    __table_args__ = (Index("ix_shipment_order_id_id", "order_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    number: Mapped[str] = mapped_column(unique=True)
    """Such as 2026-000042-S1."""

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"))

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))

    submit_key: Mapped[str] = mapped_column(unique=True)
    """Key of the form that recorded it; the same key never ships twice."""

    carrier: Mapped[str] = mapped_column(default="")

    tracking_number: Mapped[str] = mapped_column(default="")

    shipped_at: Mapped[datetime] = mapped_column(UtcDateTime)

    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ShipmentLine(Base):
    """How much of a drop went with a shipment."""

    __tablename__ = "shipment_line"
    __table_args__ = (CheckConstraint("quantity >= 1", name="quantity_positive"),)

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), primary_key=True)

    drop_id: Mapped[int] = mapped_column(ForeignKey("drop.id"), primary_key=True, index=True)

    quantity: Mapped[int]
    """Units."""


class TrackingKind(StrEnum):
    """What happened to a shipment on its way."""

    HANDED_OVER = "handed_over"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    FAILED = "failed"


class ShipmentEvent(Base):
    """A step of a shipment. Rows are only ever added."""

    __tablename__ = "shipment_event"
    __table_args__ = (Index("ix_shipment_event_shipment_id_id", "shipment_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"))

    kind: Mapped[TrackingKind] = mapped_column(word_of(TrackingKind))

    place: Mapped[str] = mapped_column(default="")
    """Where, as the carrier says it."""

    note: Mapped[str] = mapped_column(default="")

    at: Mapped[datetime] = mapped_column(UtcDateTime)
