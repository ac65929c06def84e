"""Tables of carts, orders and shipments."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.columns import Json, MoneyAmount, UtcDateTime, word_of
from portal.core.tables import Base, Id


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


class Cart(Base):
    """What one person is about to order for one account."""

    __tablename__ = "cart"
    __table_args__ = (UniqueConstraint("user_id", "account_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)

    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    """Where the person is ordering for; null: the account's default place."""

    promotion_code: Mapped[str | None]
    """Code the person entered, in capitals."""

    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CartLine(Base):
    """A variant in a cart."""

    __tablename__ = "cart_line"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    cart_id: Mapped[int] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"))

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))

    quantity: Mapped[int]
    """Units."""

    seen_unit_price_e4: Mapped[int | None] = mapped_column(MoneyAmount)
    """Unit price the person last saw for it, to tell when it has changed; null: price on request."""

    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CartDrop(Base):
    """How much of a cart's line goes to one place on one day. A line without any goes to the cart's place at once.

    The quantities are kept as entered. Where the line's quantity has changed since, orders/basket.settled puts the
    difference on the last ones wherever they are read.
    """

    __tablename__ = "cart_drop"
    __table_args__ = (
        UniqueConstraint("cart_line_id", "location_id", "requested_date"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    cart_line_id: Mapped[int] = mapped_column(ForeignKey("cart_line.id", ondelete="CASCADE"))

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))

    requested_date: Mapped[date]
    """Day of arrival, at the place."""

    quantity: Mapped[int]
    """Units."""


class LaterLine(Base):
    """A variant a person took out of the cart to think about again."""

    __tablename__ = "later_line"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    cart_id: Mapped[int] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"))

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))

    quantity: Mapped[int]
    """Units."""

    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SavedList(Base):
    """A named set of variants with quantities, of one person or shared within the account."""

    __tablename__ = "saved_list"
    __table_args__ = (Index("ix_saved_list_account_id_id", "account_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    """Who made it."""

    name: Mapped[str]

    shared: Mapped[bool] = mapped_column(default=False)
    """True: everyone of the account sees and changes it; false: its owner alone."""

    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change, to notice two people changing at once."""

    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SavedListLine(Base):
    """A variant of a list."""

    __tablename__ = "saved_list_line"
    __table_args__ = (
        UniqueConstraint("list_id", "variant_id"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    list_id: Mapped[int] = mapped_column(ForeignKey("saved_list.id", ondelete="CASCADE"))

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))

    quantity: Mapped[int]
    """Units."""

    position: Mapped[int] = mapped_column(default=0)


class Nickname(Base):
    """What an account calls a variant, learned from what its people corrected."""

    __tablename__ = "nickname"
    __table_args__ = (UniqueConstraint("account_id", "folded"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    folded: Mapped[str]
    """The words, folded as queries are."""

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), index=True)

    uses: Mapped[int] = mapped_column(default=1)
    """How often it was meant so."""

    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BulkEntry(Base):
    """Lines someone pasted, uploaded or asked for again, from the preview to what became of each of them."""

    __tablename__ = "bulk_entry"
    __table_args__ = (
        UniqueConstraint("account_id", "submit_key"),
        Index("ix_bulk_entry_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    submit_key: Mapped[str]
    """Names the entry in forms; the same key is committed once."""

    source: Mapped[str]
    """What it came from: text, the name of a file, the number of an order, the name of a list."""

    lines: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """The lines as read, each with its original text."""

    outcome: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """What became of each line: added, changed or refused, and why; null: not committed yet."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    committed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StockWatch(Base):
    """Somebody wants to be told when a variant can be delivered again."""

    __tablename__ = "stock_watch"
    __table_args__ = (
        UniqueConstraint("user_id", "account_id", "variant_id"),
        Index("ix_stock_watch_variant_id", "variant_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))

    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


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
