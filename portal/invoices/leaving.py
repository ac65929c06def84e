"""What an invoice over shipments is made of: the units that leave, what was charged before, its lines.

Nothing is written here, and nothing locked: ``issue`` does that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portal.core.locales import localized
from portal.core.money import PPM, e4_from_minor
from portal.core.money import allocate as share_out
from portal.invoices.bill import Bill, Charge, Rates, part_of
from portal.invoices.facts import Parties, places, rates_in_force
from portal.invoices.models import InvoiceLine, LineKind
from portal.orders.models import Drop, Order, OrderLine, Shipment, ShipmentLine
from portal.pricing.tax import STANDARD

FREIGHT_NAMES: Final = {"en": "Delivery", "ko": "배송비", "ja": "送料", "fr-CA": "Livraison"}
"""What the line for bringing the goods is called on a document of each language."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What documents before charged of an order."""

    units: Mapping[int, int]
    """By order line."""
    amounts: Mapping[int, int]
    freight: int
    groups: frozenset[tuple[int, str | None]]
    """The groups of drops (place, day) of which goods were charged."""


class RatesByDay:
    """The taxes on a class of goods by the day they left, read once for each day."""

    def __init__(self, session: Session, parties: Parties) -> None:
        self._session = session
        self._profile_id = parties.tax_profile_id
        self._by_day: dict[date, Rates] = {}

    def of(self, tax_class: str, day: date) -> tuple[Any, ...]:
        """The taxes on the class on the day; none for a class without any."""
        if day not in self._by_day:
            self._by_day[day] = rates_in_force(self._session, self._profile_id, day)
        return self._by_day[day].get(tax_class, ())


def leaving_of(session: Session, shipment_ids: Sequence[int]) -> list[Any]:
    """What the shipments brought and no invoice charges, in the order of orders, lines and drops."""
    charged = and_(
        InvoiceLine.shipment_id == ShipmentLine.shipment_id,
        InvoiceLine.drop_id == ShipmentLine.drop_id,
        InvoiceLine.credits_line_id.is_(None),
    )
    return list(
        session.execute(
            select(
                Shipment.order_id,
                Shipment.id.label("shipment_id"),
                Shipment.number.label("shipment_number"),
                Shipment.location_id,
                Shipment.shipped_at,
                ShipmentLine.drop_id,
                ShipmentLine.quantity,
                Drop.requested_date,
                Drop.location_id.label("drop_location_id"),
                OrderLine.id.label("line_id"),
                Order.number.label("order_number"),
                OrderLine.sku,
                OrderLine.name,
                OrderLine.unit,
                OrderLine.pack_size,
                (OrderLine.quantity - OrderLine.cancelled).label("wanted"),
                OrderLine.unit_price_e4,
                OrderLine.line_total,
                OrderLine.tax_class,
                OrderLine.tax_included,
            )
            .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
            .join(Drop, Drop.id == ShipmentLine.drop_id)
            .join(OrderLine, OrderLine.id == Drop.order_line_id)
            .join(Order, Order.id == Shipment.order_id)
            .outerjoin(InvoiceLine, charged)
            .where(Shipment.id.in_(shipment_ids), InvoiceLine.id.is_(None))
            .order_by(Shipment.order_id, Shipment.id, OrderLine.position, ShipmentLine.drop_id)
        )
    )


def earlier_of(session: Session, order_ids: Sequence[int]) -> dict[int, Earlier]:
    """What was charged of each of the orders before."""
    rows = session.execute(
        select(
            Shipment.order_id,
            InvoiceLine.kind,
            InvoiceLine.order_line_id,
            InvoiceLine.quantity,
            InvoiceLine.line_total,
            Drop.location_id,
            Drop.requested_date,
        )
        .join(Shipment, Shipment.id == InvoiceLine.shipment_id)
        .outerjoin(Drop, Drop.id == InvoiceLine.drop_id)
        .where(Shipment.order_id.in_(order_ids), InvoiceLine.credits_line_id.is_(None))
    ).all()
    by_order: dict[int, list[Any]] = {order_id: [] for order_id in order_ids}
    for row in rows:
        by_order[row.order_id].append(row)
    found = {}
    for order_id, own in by_order.items():
        goods = [row for row in own if row.kind is LineKind.GOODS]
        units: dict[int, int] = {}
        amounts: dict[int, int] = {}
        for row in goods:
            units[row.order_line_id] = units.get(row.order_line_id, 0) + row.quantity
            amounts[row.order_line_id] = amounts.get(row.order_line_id, 0) + row.line_total
        found[order_id] = Earlier(
            units,
            amounts,
            sum(row.line_total for row in own if row.kind is LineKind.FREIGHT),
            frozenset((row.location_id, _day(row.requested_date)) for row in goods),
        )
    return found


def completed_by(
    session: Session, order_ids: Sequence[int], leaving: Sequence[Any], earlier: Mapping[int, Earlier]
) -> set[int]:
    """The orders all of whose wanted units are charged once these are."""
    wanted = session.execute(
        select(OrderLine.order_id, func.sum(OrderLine.quantity - OrderLine.cancelled))
        .where(OrderLine.order_id.in_(order_ids))
        .group_by(OrderLine.order_id)
    )
    charged = {order_id: sum(each.units.values()) for order_id, each in earlier.items()}
    for row in leaving:
        charged[row.order_id] += row.quantity
    return {order_id for order_id, units in wanted if charged[order_id] >= units}


def amounts_of(leaving: Sequence[Any], earlier: Mapping[int, Earlier]) -> list[int]:
    """What each of the units that leave costs; several parts of a line, one after the other."""
    units = {line_id: count for each in earlier.values() for line_id, count in each.units.items()}
    charged = {line_id: amount for each in earlier.values() for line_id, amount in each.amounts.items()}
    amounts = []
    for row in leaving:
        before, so_far = units.get(row.line_id, 0), charged.get(row.line_id, 0)
        amount = part_of(row.line_total, row.wanted, so_far, before, row.quantity)
        amounts.append(amount)
        units[row.line_id] = before + row.quantity
        charged[row.line_id] = so_far + amount
    return amounts


def goods_line(row: Any, charge: Charge, supplied_on: date) -> dict[str, Any]:
    """The document's line for units that leave, but for its net and tax."""
    return {
        "kind": LineKind.GOODS,
        "order_line_id": row.line_id,
        "shipment_id": row.shipment_id,
        "drop_id": row.drop_id,
        "order_number": row.order_number,
        "shipment_number": row.shipment_number,
        "supplied_on": supplied_on,
        "sku": row.sku,
        "name": row.name,
        "unit": row.unit,
        "pack_size": row.pack_size,
        "quantity": row.quantity,
        "unit_price_e4": row.unit_price_e4,
        "line_total": charge.amount,
        "tax_class": row.tax_class,
        "tax_included": row.tax_included,
        "taxes": [rate.to_snapshot() for rate in charge.rates],
    }


def freight_line(
    order: Any, first: Any, charge: Charge, supplied_on: date, parties: Parties
) -> dict[str, Any]:
    """The document's line for bringing an order's goods, but for its net and tax; ``first`` is what leaves first."""
    return {
        "kind": LineKind.FREIGHT,
        "order_line_id": None,
        "shipment_id": first.shipment_id,
        "drop_id": None,
        "order_number": order.number,
        "shipment_number": first.shipment_number,
        "supplied_on": supplied_on,
        "sku": "",
        "name": localized(FREIGHT_NAMES, parties.locale),
        "unit": "",
        "pack_size": 1,
        "quantity": 1,
        "unit_price_e4": e4_from_minor(charge.amount, parties.currency),
        "line_total": charge.amount,
        "tax_class": STANDARD,
        "tax_included": False,
        "taxes": [rate.to_snapshot() for rate in charge.rates],
    }


def group_of(row: Any) -> tuple[int, str | None]:
    """Place and day (ISO) the units are brought to."""
    return row.drop_location_id, _day(row.requested_date)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def ship_to_of(session: Session, leaving: Sequence[Any], orders: Mapping[int, Any]) -> list[dict[str, str]]:
    """The places the goods went to: the order's own as it was then, another as it is now."""
    others = {row.location_id for row in leaving if row.location_id != orders[row.order_id].location_id}
    now_named = places(session, others) if others else {}
    found: list[dict[str, str]] = []
    for row in leaving:
        order = orders[row.order_id]
        place = order.ship_to if row.location_id == order.location_id else now_named[row.location_id]
        if place not in found:
            found.append(place)
    return found


def totals_by_order(lines: Sequence[Mapping[str, Any]], billed: Bill) -> dict[str, int]:
    """By order number, its part of the document's total: in proportion to its lines with their taxes."""
    weights = [line["net"] * (PPM + sum(tax["rate_ppm"] for tax in line["taxes"])) for line in lines]
    parts: dict[str, int] = {}
    for line, part in zip(lines, share_out(billed.total, weights), strict=True):
        parts[line["order_number"]] = parts.get(line["order_number"], 0) + part
    return parts
