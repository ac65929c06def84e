"""Tables of orders; those of what precedes and follows them are named here too."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.columns import Json, MoneyAmount, UtcDateTime, word_of
from portal.core.tables import Base, Id
from portal.orders.cart_models import (
    BulkEntry,
    Cart,
    CartDrop,
    CartLine,
    LaterLine,
    Nickname,
    SavedList,
    SavedListLine,
    StockWatch,
)
from portal.orders.kept_models import FormDone, TakenAway, TakenAwayKind
from portal.orders.return_models import (
    Remedy,
    ReturnLine,
    ReturnReason,
    ReturnRequest,
    ReturnStatus,
)
from portal.orders.shipment_models import Shipment, ShipmentEvent, ShipmentLine, TrackingKind

__all__ = [
    "BulkEntry",
    "Cart",
    "CartDrop",
    "CartLine",
    "Drop",
    "EventKind",
    "FormDone",
    "LaterLine",
    "MailChoice",
    "MailTopic",
    "Nickname",
    "NumberSeries",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderStatus",
    "Remedy",
    "ReturnLine",
    "ReturnReason",
    "ReturnRequest",
    "ReturnStatus",
    "SavedList",
    "SavedListLine",
    "Shipment",
    "ShipmentEvent",
    "ShipmentLine",
    "StockWatch",
    "TakenAway",
    "TakenAwayKind",
    "TrackingKind",
]


class OrderStatus(StrEnum):
    """Where an order stands. Moves between states are in orders/rules.py, all of them."""

    PLACED = "placed"
    ON_HOLD = "on_hold"
    CONFIRMED = "confirmed"
    PICKING = "picking"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    PARTIALLY_DELIVERED = "partially_delivered"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class EventKind(StrEnum):
    """What happened to an order."""

    PLACED = "placed"
    HELD = "held"
    RELEASED = "released"
    CONFIRMED = "confirmed"
    PICKING_STARTED = "picking_started"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    CHANGED = "changed"
    RETURN_REQUESTED = "return_requested"
    RETURN_DECIDED = "return_decided"


class NumberSeries(Base):
    """The last number given in a gapless series. Its row is locked until the taking document is committed."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(primary_key=True)
    """Such as order:2026."""

    last: Mapped[int] = mapped_column(default=0)


class Order(Base):
    """A placed order. Prices, names and addresses are copies: what is placed is never repriced or renamed."""

    __tablename__ = "order"
    __table_args__ = (
        UniqueConstraint("account_id", "submit_key"),
        Index("ix_order_account_id_id", "account_id", "id"),
        # The few orders under way, without reading the long history.
        Index("ix_order_account_id_status_id", "account_id", "status", "id"),
        Index("ix_order_status_id", "status", "id"),
        CheckConstraint("total = net + tax", name="total_is_net_and_tax"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    number: Mapped[str] = mapped_column(unique=True)
    """Gapless within its year: 2026-000042."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    """The place the order was made for; its drops may go elsewhere."""

    placed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    status: Mapped[OrderStatus] = mapped_column(word_of(OrderStatus))

    status_before_hold: Mapped[OrderStatus | None] = mapped_column(
        word_of(OrderStatus, name="order_status_before_hold")
    )
    """Where it returns to when released; null unless on hold."""

    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change, to notice two people changing at once."""

    submit_key: Mapped[str]
    """Key of the form that placed it; the same key never places a second order of the account."""

    currency: Mapped[str]

    locale: Mapped[str]
    """Language of its documents and mail."""

    po_number: Mapped[str] = mapped_column(default="")
    """The dealer's own order number."""

    requested_date: Mapped[date | None]
    """Day the dealer asked for, at the place; null: as soon as possible."""

    notes: Mapped[str] = mapped_column(default="")

    promotion_code: Mapped[str | None]

    subtotal: Mapped[int] = mapped_column(MoneyAmount)
    """Sum of the lines' totals, minor units, in the lines' own tax modes."""

    net: Mapped[int] = mapped_column(MoneyAmount)
    """Without tax, minor units."""

    tax: Mapped[int] = mapped_column(MoneyAmount)
    """All taxes, minor units."""

    total: Mapped[int] = mapped_column(MoneyAmount)
    """To pay, minor units."""

    freight: Mapped[int] = mapped_column(MoneyAmount, default=0, server_default="0")
    """Bringing all drops, without tax, minor units; part of ``net``."""

    freight_charges: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default="[]")
    """[{"location_id", "date", "amount"}, …]: what bringing each drop costs, minor units."""

    prepay: Mapped[int] = mapped_column(MoneyAmount, default=0, server_default="0")
    """Of the total, what is paid before the order goes on, minor units; 0: all of it is on account."""

    prepaid: Mapped[int] = mapped_column(MoneyAmount, default=0, server_default="0")
    """Of ``prepay``, what has been paid, minor units."""

    pay_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """An order that waits for its payment is cancelled after this moment; null: it does not wait."""

    changeable_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The cutoff of its earliest drop, after which the dealer changes nothing; null: until picking begins."""

    taxes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """[{"code", "rate_ppm", "base", "amount"}, …] in minor units, as on the document."""

    ship_to: Mapped[dict[str, str]] = mapped_column(Json)
    """Name and address of the place as they were."""

    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OrderLine(Base):
    """A line of an order with a copy of its priced line."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
        CheckConstraint("cancelled >= 0 AND cancelled <= quantity", name="cancelled_within_quantity"),
        Index("ix_order_line_variant_id_order_id", "variant_id", "order_id"),
        # Holds all that "what it usually buys" asks of a line, so the wide rows themselves are not read.
        Index("ix_order_line_order_id_variant_id_quantity", "order_id", "variant_id", "quantity"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"))

    position: Mapped[int]
    """1, 2, 3, … within the order."""

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))

    sku: Mapped[str]

    name: Mapped[str]
    """In the order's locale, as it was."""

    unit: Mapped[str]

    pack_size: Mapped[int]

    quantity: Mapped[int]
    """Units ordered."""

    cancelled: Mapped[int] = mapped_column(default=0)
    """Units of it no longer wanted."""

    unit_price_e4: Mapped[int] = mapped_column(MoneyAmount)
    """Charged for a unit before line promotions such as buy-and-get, e4."""

    list_unit_price_e4: Mapped[int] = mapped_column(MoneyAmount)
    """Base list price of a unit that day, e4."""

    line_total: Mapped[int] = mapped_column(MoneyAmount)
    """Charged for the line, minor units, in its tax mode."""

    tax_class: Mapped[str]

    tax_included: Mapped[bool]
    """True: unit_price_e4 and line_total are with tax."""

    steps: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """The steps that led to the price, as the engine gave them."""


class Drop(Base):
    """A quantity of a line for one location on one date."""

    __tablename__ = "drop"
    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity_positive"),
        CheckConstraint(
            "reserved >= 0 AND backordered >= 0 AND shipped >= 0 AND cancelled >= 0"
            " AND reserved + backordered + shipped + cancelled = quantity",
            name="every_unit_accounted_for",
        ),
        CheckConstraint("delivered >= 0 AND delivered <= shipped", name="delivered_was_shipped"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), index=True)

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))

    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    """Where the units come from."""

    requested_date: Mapped[date | None]

    promised_date: Mapped[date | None]
    """Day of arrival the dealer was told when ordering, at the place; null: none could be told."""

    quantity: Mapped[int]
    """Units; the sum of the next four."""

    reserved: Mapped[int]
    """Units promised from the shelf, not yet gone."""

    backordered: Mapped[int] = mapped_column(default=0)
    """Units waiting for goods to come in."""

    shipped: Mapped[int] = mapped_column(default=0)

    cancelled: Mapped[int] = mapped_column(default=0)

    delivered: Mapped[int] = mapped_column(default=0)
    """Of the shipped units, those that have arrived."""


class OrderEvent(Base):
    """Something that happened to an order. Rows are only ever added."""

    __tablename__ = "order_event"
    __table_args__ = (Index("ix_order_event_order_id_id", "order_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"))

    kind: Mapped[EventKind] = mapped_column(word_of(EventKind))

    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """Who did it; null: the portal itself."""

    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What a reader needs to know: carrier, tracking number, reason …"""

    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MailTopic(StrEnum):
    """What a person can be told by mail about orders."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    CHANGED = "changed"
    SHIPPED = "shipped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    RETURNS = "returns"
    BACK_IN_STOCK = "back_in_stock"
    INVOICES = "invoices"


class MailChoice(Base):
    """A person's own choice about one topic; without a row the topic is on."""

    __tablename__ = "mail_choice"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)

    topic: Mapped[MailTopic] = mapped_column(word_of(MailTopic), primary_key=True)

    wanted: Mapped[bool]
