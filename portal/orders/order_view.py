"""One order with lines, drops, shipments and events, read in four statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Location, User
from portal.orders.models import (
    Drop,
    EventKind,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Shipment,
    ShipmentLine,
)
from portal.orders.rules import Move, moves_from


@dataclass(frozen=True, slots=True)
class DropView:
    """A quantity of a line for one place on one date; all counts in units."""

    id: int
    location_id: int
    warehouse_id: int
    requested_date: date | None
    quantity: int
    reserved: int
    backordered: int
    shipped: int
    cancelled: int
    delivered: int
    promised_date: date | None = None
    """Day of arrival the dealer was told, at the place; None: none could be told."""
    place_name: str = ""
    """Name of the place as it is today."""


@dataclass(frozen=True, slots=True)
class OrderDelivery:
    """What of an order is brought to one place on one day; all counts in units."""

    location_id: int
    place_name: str
    requested_date: date | None
    """None: as soon as possible."""
    promised: tuple[date, ...]
    """The days of arrival that were told, rising; empty: none could be told."""
    lines: int
    quantity: int
    """Cancelled units are not in it."""
    shipped: int
    delivered: int
    backordered: int
    freight: int
    """Without tax, minor units."""


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of an order as it was placed, with where its units are."""

    id: int
    position: int
    variant_id: int
    sku: str
    name: str
    unit: str
    pack_size: int
    quantity: int
    cancelled: int
    unit_price_e4: int
    list_unit_price_e4: int
    line_total: int
    """Minor units, in the line's tax mode."""
    tax_class: str
    tax_included: bool
    steps: list[dict[str, Any]]
    """The steps that led to the price, as the engine gave them."""
    drops: tuple[DropView, ...]

    @property
    def reserved(self) -> int:
        """Units promised from the shelf, not yet gone."""
        return sum(drop.reserved for drop in self.drops)

    @property
    def backordered(self) -> int:
        """Units waiting for goods to come in."""
        return sum(drop.backordered for drop in self.drops)

    @property
    def shipped(self) -> int:
        """Units that left."""
        return sum(drop.shipped for drop in self.drops)

    @property
    def delivered(self) -> int:
        """Units that arrived."""
        return sum(drop.delivered for drop in self.drops)


@dataclass(frozen=True, slots=True)
class ShipmentLineView:
    """Units of a drop in a shipment."""

    drop_id: int
    sku: str
    name: str
    unit: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """Goods that left together."""

    id: int
    number: str
    carrier: str
    tracking_number: str
    shipped_at: datetime
    delivered_at: datetime | None
    lines: tuple[ShipmentLineView, ...]


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that happened to the order."""

    kind: EventKind
    at: datetime
    actor_name: str | None
    """Who did it; None: the portal itself."""
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with all that belongs to it."""

    id: int
    number: str
    account_id: int
    account_code: str
    account_name: str
    location_id: int
    placed_by_id: int
    placed_by_name: str
    status: OrderStatus
    status_before_hold: OrderStatus | None
    version: int
    currency: str
    locale: str
    po_number: str
    requested_date: date | None
    notes: str
    promotion_code: str | None
    subtotal: int
    net: int
    tax: int
    total: int
    taxes: list[dict[str, Any]]
    ship_to: dict[str, str]
    placed_at: datetime
    freight: int
    """Without tax, minor units; part of ``net``."""
    freight_charges: list[dict[str, Any]]
    """What bringing each drop costs, as Order has it."""
    changeable_until: datetime | None
    prepay: int
    """What is paid before it goes on, minor units."""
    prepaid: int
    """Of that, what has been paid, minor units."""
    pay_until: datetime | None
    """Until when it waits for its payment; None: it does not wait."""
    lines: tuple[LineView, ...]
    shipments: tuple[ShipmentView, ...]
    events: tuple[EventView, ...]

    @property
    def moves(self) -> frozenset[Move]:
        """What can be done to it now, as far as its state goes."""
        return moves_from(self.status)

    @property
    def waits_for_payment(self) -> bool:
        """True if it goes on once it is paid."""
        return self.status is OrderStatus.ON_HOLD and self.pay_until is not None

    @property
    def is_split(self) -> bool:
        """True if it goes to several places, or on several days."""
        return (
            len({(drop.location_id, drop.requested_date) for line in self.lines for drop in line.drops}) > 1
        )

    @property
    def deliveries(self) -> tuple[OrderDelivery, ...]:
        """What is brought together, the earliest first."""
        charges = {
            (charge["location_id"], charge["date"]): charge["amount"] for charge in self.freight_charges
        }
        groups: dict[tuple[int, date | None], list[DropView]] = {}
        for line in self.lines:
            for drop in line.drops:
                groups.setdefault((drop.location_id, drop.requested_date), []).append(drop)
        return tuple(
            OrderDelivery(
                location_id=location_id,
                place_name=drops[0].place_name,
                requested_date=day,
                promised=tuple(sorted({drop.promised_date for drop in drops if drop.promised_date})),
                lines=len(drops),
                quantity=sum(drop.quantity - drop.cancelled for drop in drops),
                shipped=sum(drop.shipped for drop in drops),
                delivered=sum(drop.delivered for drop in drops),
                backordered=sum(drop.backordered for drop in drops),
                freight=charges.get((location_id, day and day.isoformat()), 0),
            )
            for (location_id, day), drops in sorted(
                groups.items(), key=lambda each: (each[0][1] or date.min, each[0][0])
            )
        )


_HEADER_COLUMNS = (
    "id",
    "number",
    "account_id",
    "location_id",
    "placed_by_id",
    "status",
    "status_before_hold",
    "version",
    "currency",
    "locale",
    "po_number",
    "requested_date",
    "notes",
    "promotion_code",
    "subtotal",
    "net",
    "tax",
    "total",
    "taxes",
    "ship_to",
    "placed_at",
    "freight",
    "freight_charges",
    "changeable_until",
    "prepay",
    "prepaid",
    "pay_until",
)

_HEADER = (
    select(
        *(getattr(Order, name) for name in _HEADER_COLUMNS),
        Account.code.label("account_code"),
        Account.name.label("account_name"),
        User.name.label("placed_by_name"),
    )
    .join(Account, Account.id == Order.account_id)
    .join(User, User.id == Order.placed_by_id)
    .where(Order.number == bindparam("number"))
)

_LINE_COLUMNS = (
    OrderLine.id,
    OrderLine.position,
    OrderLine.variant_id,
    OrderLine.sku,
    OrderLine.name,
    OrderLine.unit,
    OrderLine.pack_size,
    OrderLine.quantity,
    OrderLine.cancelled,
    OrderLine.unit_price_e4,
    OrderLine.list_unit_price_e4,
    OrderLine.line_total,
    OrderLine.tax_class,
    OrderLine.tax_included,
    OrderLine.steps,
)
_DROP_COLUMNS = (
    Drop.id,
    Drop.location_id,
    Drop.warehouse_id,
    Drop.requested_date,
    Drop.quantity,
    Drop.reserved,
    Drop.backordered,
    Drop.shipped,
    Drop.cancelled,
    Drop.delivered,
    Drop.promised_date,
    Location.name,
)

_LINES = (
    select(*_LINE_COLUMNS, *_DROP_COLUMNS)
    .join(Drop, Drop.order_line_id == OrderLine.id)
    .join(Location, Location.id == Drop.location_id)
    .where(OrderLine.order_id == bindparam("order_id"))
    .order_by(OrderLine.position, Drop.id)
)

_SHIPMENTS = (
    select(
        Shipment.id,
        Shipment.number,
        Shipment.carrier,
        Shipment.tracking_number,
        Shipment.shipped_at,
        Shipment.delivered_at,
        ShipmentLine.drop_id,
        OrderLine.sku,
        OrderLine.name,
        OrderLine.unit,
        ShipmentLine.quantity,
    )
    .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
    .join(Drop, Drop.id == ShipmentLine.drop_id)
    .join(OrderLine, OrderLine.id == Drop.order_line_id)
    .where(Shipment.order_id == bindparam("order_id"))
    .order_by(Shipment.id, OrderLine.position, Drop.id)
)

_EVENTS = (
    select(OrderEvent.kind, OrderEvent.at, User.name, OrderEvent.facts)
    .outerjoin(User, User.id == OrderEvent.actor_id)
    .where(OrderEvent.order_id == bindparam("order_id"))
    .order_by(OrderEvent.id)
)


def order_view(session: Session, number: str, *conditions: ColumnElement[bool]) -> OrderView | None:
    """The order of this number if it meets the conditions, else None; four statements."""
    if not number.isprintable():
        return None
    header = session.connection().execute(_HEADER.where(*conditions), {"number": number}).one_or_none()
    if header is None:
        return None
    key = {"order_id": header.id}
    return OrderView(
        **header._mapping,
        lines=_lines(session.connection().execute(_LINES, key).all()),
        shipments=_shipments(session.connection().execute(_SHIPMENTS, key).all()),
        events=tuple(
            EventView(kind, at, actor_name, facts)
            for kind, at, actor_name, facts in session.connection().execute(_EVENTS, key)
        ),
    )


def _lines(rows: Any) -> tuple[LineView, ...]:
    width = len(_LINE_COLUMNS)
    columns: dict[int, Any] = {}
    drops: dict[int, list[DropView]] = {}
    for row in rows:
        columns[row[0]] = row[:width]
        drops.setdefault(row[0], []).append(DropView(*row[width:]))
    return tuple(LineView(*(*values, tuple(drops[line_id]))) for line_id, values in columns.items())


def _shipments(rows: Any) -> tuple[ShipmentView, ...]:
    columns: dict[int, Any] = {}
    lines: dict[int, list[ShipmentLineView]] = {}
    for row in rows:
        columns[row[0]] = row[:6]
        lines.setdefault(row[0], []).append(ShipmentLineView(*row[6:]))
    return tuple(ShipmentView(*(*values, tuple(lines[key]))) for key, values in columns.items())
