"""Tables of delivery: the seller's routes and what a drop costs to bring."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.columns import MoneyAmount
from portal.core.tables import Base, Id


class Route(Base):
    """A round of the seller's trucks, or the parcels a warehouse hands to carriers."""

    __tablename__ = "route"
    __table_args__ = (
        CheckConstraint("cutoff_minutes BETWEEN 0 AND 1439", name="cutoff_within_a_day"),
        CheckConstraint("lead_days >= 0", name="lead_days_not_negative"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    code: Mapped[str] = mapped_column(unique=True)
    """What Location.route names; ``parcel:<warehouse code>`` for places without a route of their own."""

    name: Mapped[str]

    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), index=True)
    """Where it starts. Its time zone is the cutoff's, its country's holidays are days without work."""

    cutoff_minutes: Mapped[int]
    """Orders in before this minute of a working day, local time of the warehouse, leave on that day's round."""

    lead_days: Mapped[int] = mapped_column(default=1)
    """Working days from the day of the cutoff to the earliest arrival; 0 arrives the same day."""

    active: Mapped[bool] = mapped_column(default=True)


class FreightRule(Base):
    """What bringing one drop costs, and from which value of goods on it is brought at all or for nothing."""

    __tablename__ = "freight_rule"
    __table_args__ = (
        CheckConstraint("charge >= 0", name="charge_not_negative"),
        CheckConstraint("free_from IS NULL OR free_from >= 0", name="free_from_not_negative"),
        CheckConstraint("minimum IS NULL OR minimum >= 0", name="minimum_not_negative"),
        Index("uq_freight_rule_route_id_currency", "route_id", "currency", unique=True),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    route_id: Mapped[int | None] = mapped_column(ForeignKey("route.id"))
    """Null: for every route that has no rule of its own in the currency."""

    currency: Mapped[str]

    charge: Mapped[int] = mapped_column(MoneyAmount)
    """For one drop (one place, one day), without tax, minor units."""

    free_from: Mapped[int | None] = mapped_column(MoneyAmount)
    """Goods of a drop worth this much, without tax, are brought free; minor units; null: never free."""

    minimum: Mapped[int | None] = mapped_column(MoneyAmount)
    """Goods of a drop must be worth this much, without tax; minor units; null: no minimum."""
