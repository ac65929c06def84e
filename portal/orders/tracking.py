"""Where goods are on their way: the steps of shipments, how much of an order is under way, and when it arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.accounts.models import Location
from portal.core.errors import Conflict, NotFound, Refused
from portal.jobs.queue import enqueue
from portal.orders import fulfil
from portal.orders.models import (
    Drop,
    Order,
    OrderLine,
    Shipment,
    ShipmentEvent,
    ShipmentLine,
    TrackingKind,
)
from portal.orders.order_view import OrderView


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a shipment on its way."""

    kind: TrackingKind
    place: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Track:
    """The way of a shipment so far."""

    place_name: str
    """Where it goes."""
    timezone: str
    """IANA name of that place; its moments are shown in it."""
    arrives_on: date | None
    """The day the dealer was told or asked for, the earliest of its goods; None if there is none."""
    steps: tuple[Step, ...]
    """In the order in which they happened."""

    @property
    def last(self) -> Step | None:
        """The latest step; None while nothing is known."""
        return self.steps[-1] if self.steps else None


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of an order has left and arrived, in units; and in shipments, of which some may be still to come."""

    wanted: int
    shipped: int
    delivered: int
    shipments: int
    """Those that left, and one for each place and day to which goods are still to go."""
    left: int
    arrived: int
    unit: str | None
    """What the units are, if they are the same in every line."""

    @property
    def is_partial(self) -> bool:
        """True while some of it has left and some has not."""
        return 0 < self.shipped < self.wanted


def progress_of(order: OrderView) -> Progress:
    """How far the goods of the order are."""
    drops = [drop for line in order.lines for drop in line.drops]
    to_come = {
        (drop.location_id, drop.requested_date)
        for drop in drops
        if drop.quantity - drop.cancelled - drop.shipped > 0
    }
    units = {line.unit for line in order.lines if line.quantity > line.cancelled}
    return Progress(
        wanted=sum(drop.quantity - drop.cancelled for drop in drops),
        shipped=sum(drop.shipped for drop in drops),
        delivered=sum(drop.delivered for drop in drops),
        shipments=len(order.shipments) + len(to_come),
        left=len(order.shipments),
        arrived=sum(shipment.delivered_at is not None for shipment in order.shipments),
        unit=units.pop() if len(units) == 1 else None,
    )


def tracks_of(session: Session, order_id: int) -> dict[int, Track]:
    """The way of each shipment (id) of an order; one statement."""
    day = func.coalesce(Drop.promised_date, Drop.requested_date)
    arrival = (
        select(func.min(day))
        .join(ShipmentLine, ShipmentLine.drop_id == Drop.id)
        .where(ShipmentLine.shipment_id == Shipment.id)
        .correlate(Shipment)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Shipment.id,
            Location.name,
            Location.timezone,
            arrival,
            ShipmentEvent.kind,
            ShipmentEvent.place,
            ShipmentEvent.note,
            ShipmentEvent.at,
        )
        .join(Location, Location.id == Shipment.location_id)
        .outerjoin(ShipmentEvent, ShipmentEvent.shipment_id == Shipment.id)
        .where(Shipment.order_id == order_id)
        .order_by(Shipment.id, ShipmentEvent.at, ShipmentEvent.id)
    )
    facts: dict[int, tuple[str, str, date | None]] = {}
    steps: dict[int, list[Step]] = {}
    for shipment_id, name, timezone, arrives_on, kind, place, note, at in rows:
        facts[shipment_id] = (name, timezone, arrives_on)
        own = steps.setdefault(shipment_id, [])
        if kind is not None:
            own.append(Step(kind, place, note, at))
    return {shipment_id: Track(*known, tuple(steps[shipment_id])) for shipment_id, known in facts.items()}


def arrivals(session: Session, order_ids: Sequence[int]) -> dict[int, date]:
    """The next day on which goods of each order (id) arrive, as told or asked for; one statement, or none.

    Left out are orders of which nothing is to come, and those for which no day is known.
    """
    if not order_ids:
        return {}
    day = func.coalesce(Drop.promised_date, Drop.requested_date)
    rows = session.execute(
        select(OrderLine.order_id, func.min(day))
        .join(Drop, Drop.order_line_id == OrderLine.id)
        .where(
            OrderLine.order_id.in_(list(order_ids)),
            Drop.delivered < Drop.quantity - Drop.cancelled,
            day.is_not(None),
        )
        .group_by(OrderLine.order_id)
    )
    return {row[0]: row[1] for row in rows}


def add_step(
    session: Session,
    order_id: int,
    shipment: str,
    kind: TrackingKind,
    *,
    place: str,
    note: str,
    at: datetime,
    now: datetime,
) -> bool:
    """Note a step of a shipment (its number); False if just this step was noted before.

    The dealer gets a mail when goods are out for delivery, once for each shipment. Arrival is not noted here: it
    moves the order as well, see arrived.

    Raises NotFound for a shipment that is not the order's; Conflict ``already_delivered``; Refused ``wrong_kind`` for
    an arrival, ``wrong_moment`` for one before it left or after now.
    """
    order = session.execute(
        select(Order.number).where(Order.id == order_id).with_for_update(key_share=True)
    ).one_or_none()
    found = session.execute(
        select(Shipment.id, Shipment.shipped_at, Shipment.delivered_at).where(
            Shipment.order_id == order_id, Shipment.number == shipment
        )
    ).one_or_none()
    if order is None or found is None:
        raise NotFound("shipment", shipment)
    if kind is TrackingKind.DELIVERED:
        raise Refused("wrong_kind", field="kind")
    if at > now or at < found.shipped_at:
        raise Refused("wrong_moment", field="at")
    same = select(ShipmentEvent.id).where(
        ShipmentEvent.shipment_id == found.id, ShipmentEvent.kind == kind, ShipmentEvent.at == at
    )
    if session.scalar(same.limit(1)) is not None:
        return False
    if found.delivered_at is not None and at >= found.delivered_at:
        raise Conflict("already_delivered", shipment=shipment)
    session.execute(
        insert(ShipmentEvent).values(shipment_id=found.id, kind=kind, place=place, note=note, at=at)
    )
    if kind is TrackingKind.OUT_FOR_DELIVERY and found.delivered_at is None:
        enqueue(
            session,
            "order_mail",
            {"number": order.number, "kind": "out_for_delivery", "shipment_number": shipment},
            now=now,
            unique_key=f"order_mail:{shipment}:out_for_delivery",
        )
    return True


def take_in(session: Session, event: Mapping[str, Any], *, now: datetime) -> bool:
    """Note what a carrier reports; False if it was noted before.

    ``event`` has ``shipment`` (number), ``kind`` (a word of TrackingKind), ``at`` (ISO 8601 with its zone) and, if
    known, ``place`` and ``note``. An arrival moves the order as the desk would.

    Raises as add_step does, Conflict ``illegal_move``, and Refused ``unreadable`` for an event without these facts.
    """
    try:
        number, kind = str(event["shipment"]), TrackingKind(event["kind"])
        at = datetime.fromisoformat(str(event["at"]))
        if at.tzinfo is None:
            raise ValueError("a moment needs its time zone")
    except (KeyError, ValueError) as error:
        raise Refused("unreadable", field="event") from error
    row = session.execute(
        select(Order.id, Order.version, Shipment.delivered_at)
        .join(Shipment, Shipment.order_id == Order.id)
        .where(Shipment.number == number)
    ).one_or_none()
    if row is None:
        raise NotFound("shipment", number)
    place, note = str(event.get("place") or ""), str(event.get("note") or "")
    if kind is not TrackingKind.DELIVERED:
        return add_step(session, row.id, number, kind, place=place, note=note, at=at, now=now)
    if row.delivered_at is not None:
        return False
    if at > now:
        raise Refused("wrong_moment", field="at")
    fulfil.deliver(session, row.id, number, version=row.version, actor_id=None, now=at)
    return True
