"""What the seller does with a placed order, from confirming to delivering.

Every verb locks the order first, then (where it needs them) the account, then stock in its fixed order: placing takes
the same locks in the same order, so nobody waits in a circle. Each takes the ``version`` the person saw and raises:
NotFound; Conflict ``changed_meanwhile`` (``version``, ``status``) if the order is another by now; Conflict
``illegal_move`` (``status``, ``move``) if its state does not allow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from portal.catalog import stock
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.ids import shipment_number
from portal.jobs.queue import enqueue
from portal.orders.models import (
    Drop,
    EventKind,
    OrderStatus,
    Shipment,
    ShipmentEvent,
    ShipmentLine,
    TrackingKind,
)
from portal.orders.moving import Units, ask_for_invoice, locked, mail, move, require_version, units_of
from portal.orders.prepaid import waits
from portal.orders.rules import Move, require_move, status_of_drops

_DROPS = cast(Table, Drop.__table__)
_SHIPMENT_LINES = cast(Table, ShipmentLine.__table__)


@dataclass(frozen=True, slots=True)
class ShippedGoods:
    """The shipment of a submission."""

    number: str
    is_repeat: bool
    """True if this key had recorded it before."""


def confirm(session: Session, order_id: int, *, version: int, actor_id: int | None, now: datetime) -> None:
    """Accept the order; the person who placed it gets a mail."""
    order = locked(session, order_id, version)
    move(session, order, Move.CONFIRM, OrderStatus.CONFIRMED, EventKind.CONFIRMED, actor_id, now)
    mail(session, order.number, "confirmed", now)


def hold(
    session: Session, order_id: int, *, reason: str, version: int, actor_id: int | None, now: datetime
) -> None:
    """Stop the order where it is until it is released."""
    order = locked(session, order_id, version)
    move(
        session, order, Move.HOLD, OrderStatus.ON_HOLD, EventKind.HELD, actor_id, now,
        facts={"reason": reason}, status_before_hold=order.status,
    )  # fmt: skip


def release(session: Session, order_id: int, *, version: int, actor_id: int | None, now: datetime) -> None:
    """Let a held order go on where it was. Raises Conflict ``waits_for_payment`` for one that goes on by being paid."""
    order = locked(session, order_id, version)
    require_move(order.status, Move.RELEASE)
    if waits(order.status, order.pay_until):
        raise Conflict("waits_for_payment")
    back_to = order.status_before_hold or OrderStatus.PLACED
    move(session, order, Move.RELEASE, back_to, EventKind.RELEASED, actor_id, now, status_before_hold=None)


def start_picking(
    session: Session, order_id: int, *, version: int, actor_id: int | None, now: datetime
) -> None:
    """Give the order to the warehouse."""
    order = locked(session, order_id, version)
    move(session, order, Move.START_PICKING, OrderStatus.PICKING, EventKind.PICKING_STARTED, actor_id, now)


def ship(
    session: Session,
    order_id: int,
    quantities: Mapping[int, int],
    *,
    carrier: str,
    tracking_number: str,
    submit_key: str,
    version: int,
    actor_id: int | None,
    now: datetime,
) -> ShippedGoods:
    """Record goods that left: units by drop id; a drop with 0 units stays behind. The dealer gets a mail.

    The same ``submit_key`` never ships an order's goods twice: the first shipment is given back.

    Raises further: NotFound for a drop that is not the order's; Refused ``nothing_to_ship``, ``negative_quantity``,
    ``several_locations`` (one shipment goes to one place); Conflict ``not_reserved`` (``drops``: drop id and units
    that could be shipped) for more than is promised from the shelf.
    """
    order = locked(session, order_id)
    # A key is the order's own, so that one from another order's form can never stand in the way.
    key = f"{order.number}:{submit_key}"
    shipped_before = session.scalar(select(Shipment.number).where(Shipment.submit_key == key))
    if shipped_before is not None:
        return ShippedGoods(shipped_before, is_repeat=True)
    require_version(order, version)
    require_move(order.status, Move.SHIP)
    drops = units_of(session, order_id)
    leaving = _leaving(drops, quantities)
    location_id = next(iter(leaving.values())).location_id

    by_place: dict[stock.Place, int] = {}
    for drop_id, drop in leaving.items():
        by_place[drop.place] = by_place.get(drop.place, 0) + quantities[drop_id]
    stock.ship(session, by_place)
    session.connection().execute(
        update(_DROPS)
        .where(_DROPS.c.id == bindparam("drop_id"))
        .values(
            reserved=_DROPS.c.reserved - bindparam("units"), shipped=_DROPS.c.shipped + bindparam("units")
        ),
        [{"drop_id": drop_id, "units": quantities[drop_id]} for drop_id in sorted(leaving)],
    )
    for drop_id, drop in leaving.items():
        drop.shipped += quantities[drop_id]

    sequence = session.scalar(select(func.count()).select_from(Shipment).where(Shipment.order_id == order_id))
    number = shipment_number(order.number, (sequence or 0) + 1)
    shipment_id: int = session.execute(
        insert(Shipment)
        .values(
            number=number,
            order_id=order_id,
            location_id=location_id,
            submit_key=key,
            carrier=carrier,
            tracking_number=tracking_number,
            shipped_at=now,
        )
        .returning(Shipment.id)
    ).scalar_one()
    session.connection().execute(
        insert(_SHIPMENT_LINES),
        [
            {"shipment_id": shipment_id, "drop_id": drop_id, "quantity": quantities[drop_id]}
            for drop_id in sorted(leaving)
        ],
    )
    _step(session, shipment_id, TrackingKind.HANDED_OVER, now)
    move(
        session, order, Move.SHIP, _status(drops), EventKind.SHIPPED, actor_id, now,
        facts={
            "shipment": number,
            "carrier": carrier,
            "tracking_number": tracking_number,
            "units": sum(by_place.values()),
        },
    )  # fmt: skip
    mail(session, order.number, "shipped", now, shipment_number=number)
    if not any(drop.waiting for drop in drops.values()):
        # Where some was delivered before, the order's state does not say that all has left.
        ask_for_invoice(session, order, now)
    enqueue(
        session,
        "invoice_shipment",
        {"shipment_id": shipment_id},
        now=now,
        unique_key=f"invoice_shipment:{shipment_id}",
    )
    return ShippedGoods(number, is_repeat=False)


def deliver(
    session: Session, order_id: int, shipment: str, *, version: int, actor_id: int | None, now: datetime
) -> None:
    """Record that a shipment (its number) arrived. The dealer gets a mail.

    Raises further: NotFound for a shipment that is not the order's, Conflict ``already_delivered``.
    """
    order = locked(session, order_id, version)
    require_move(order.status, Move.DELIVER)
    row = session.execute(
        select(Shipment.id, Shipment.delivered_at).where(
            Shipment.order_id == order_id, Shipment.number == shipment
        )
    ).one_or_none()
    if row is None:
        raise NotFound("shipment", shipment)
    if row.delivered_at is not None:
        raise Conflict("already_delivered", shipment=shipment)
    lines = session.execute(
        select(ShipmentLine.drop_id, ShipmentLine.quantity).where(ShipmentLine.shipment_id == row.id)
    )
    arrived: dict[int, int] = {line.drop_id: line.quantity for line in lines}
    drops = units_of(session, order_id)
    for drop_id, units in arrived.items():
        drops[drop_id].delivered += units
    session.connection().execute(
        update(_DROPS)
        .where(_DROPS.c.id == bindparam("drop_id"))
        .values(delivered=_DROPS.c.delivered + bindparam("units")),
        [{"drop_id": drop_id, "units": units} for drop_id, units in sorted(arrived.items())],
    )
    session.execute(
        update(Shipment)
        .where(Shipment.id == row.id)
        .values(delivered_at=now)
        .execution_options(synchronize_session=False)
    )
    _step(session, row.id, TrackingKind.DELIVERED, now)
    move(
        session, order, Move.DELIVER, _status(drops), EventKind.DELIVERED, actor_id, now,
        facts={"shipment": shipment},
    )  # fmt: skip
    mail(session, order.number, "delivered", now, shipment_number=shipment)


def _leaving(drops: Mapping[int, Units], quantities: Mapping[int, int]) -> dict[int, Units]:
    unknown = sorted(quantities.keys() - drops.keys())
    if unknown:
        raise NotFound("drop", unknown[0])
    if any(units < 0 for units in quantities.values()):
        raise Refused("negative_quantity", field="quantities")
    leaving = {drop_id: drops[drop_id] for drop_id, units in quantities.items() if units}
    if not leaving:
        raise Refused("nothing_to_ship", field="quantities")
    too_many = [
        (drop_id, drop.reserved) for drop_id, drop in leaving.items() if quantities[drop_id] > drop.reserved
    ]
    if too_many:
        raise Conflict("not_reserved", field="quantities", drops=too_many)
    if len({drop.location_id for drop in leaving.values()}) > 1:
        raise Refused("several_locations", field="quantities")
    return leaving


def _status(drops: Mapping[int, Units]) -> OrderStatus:
    status = status_of_drops(drops.values())
    if status is None:
        raise AssertionError("nothing of the order has left")
    return status


def _step(session: Session, shipment_id: int, kind: TrackingKind, now: datetime) -> None:
    session.execute(
        insert(ShipmentEvent).values(shipment_id=shipment_id, kind=kind, place="", note="", at=now)
    )
