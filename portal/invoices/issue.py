"""Issuing invoices from what has left: for a shipment, for an order, for a month, as the account wants it.

Every verb locks the orders first, by their ids, then opens the account's books, and takes the number last. What left is
charged once, whoever asks and how often: what is not charged yet is looked for once the locks are held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from portal.accounts.credit import owe, reserved_by
from portal.accounts.models import CreditReason, InvoiceRhythm
from portal.core.clock import local_date
from portal.core.errors import NotFound
from portal.core.locales import localized
from portal.core.money import PPM, e4_from_minor
from portal.core.money import allocate as share_out
from portal.invoices.bill import Bill, Charge, Rates, bill, freight_part, part_of
from portal.invoices.books import Books, Use, allocate, open_books
from portal.invoices.facts import Parties, parties_of, places, rates_in_force
from portal.invoices.models import InvoiceKind, InvoiceLine, LineKind
from portal.invoices.prepaid import prepaid_of
from portal.invoices.writing import Draft, Written, write_document
from portal.jobs.queue import enqueue
from portal.orders.models import Drop, Order, OrderLine, ReturnRequest, ReturnStatus, Shipment, ShipmentLine
from portal.pricing.tax import STANDARD

FREIGHT_NAMES: Final = {"en": "Delivery", "ko": "배송비", "ja": "送料", "fr-CA": "Livraison"}
"""What the line for bringing the goods is called on a document of each language."""


@dataclass(frozen=True, slots=True)
class _Earlier:
    """What documents before charged of an order."""

    units: Mapping[int, int]
    """By order line."""
    amounts: Mapping[int, int]
    freight: int
    groups: frozenset[tuple[int, str | None]]
    """The groups of drops (place, day) of which goods were charged."""


def issue_for_shipment(
    session: Session, shipment_id: int, *, now: datetime, actor_id: int | None = None
) -> str | None:
    """Issue the invoice for a shipment; its number. None if the account wants another rhythm, or it is done.

    Raises NotFound; Refused ``no_seller``.
    """
    shipment = session.execute(
        select(Shipment.number, Shipment.order_id, Order.account_id)
        .join(Order, Order.id == Shipment.order_id)
        .where(Shipment.id == shipment_id)
    ).one_or_none()
    if shipment is None:
        raise NotFound("shipment", shipment_id)
    lock_orders(session, [shipment.order_id])
    books = open_books(session, shipment.account_id)
    parties = parties_of(session, shipment.account_id)
    if parties.rhythm is not InvoiceRhythm.SHIPMENT:
        return None
    written = issue_shipments(
        session, books, parties, [shipment_id], key=f"shipment:{shipment.number}", actor_id=actor_id, now=now
    )
    return written.number if written else None


def issue_for_order(
    session: Session, order_id: int, *, now: datetime, actor_id: int | None = None
) -> str | None:
    """Issue the invoice for an order once all that is wanted of it has left; its number.

    None if something is still to leave, if the account wants another rhythm, or if it is done. Of an order all of
    which is invoiced or taken back, what it still has reserved of the account's credit ends. Raises NotFound;
    Refused ``no_seller``.
    """
    order = session.execute(select(Order.number, Order.account_id).where(Order.id == order_id)).one_or_none()
    if order is None:
        raise NotFound("order", order_id)
    lock_orders(session, [order_id])
    books = open_books(session, order.account_id)
    waiting = session.scalar(
        select(func.sum(Drop.reserved + Drop.backordered))
        .join(OrderLine, OrderLine.id == Drop.order_line_id)
        .where(OrderLine.order_id == order_id)
    )
    if waiting:
        return None
    to_charge = uncharged_shipments(session, Shipment.order_id == order_id)
    if not to_charge:
        rest = reserved_by(session, order.account_id, [order.number]).get(order.number, 0)
        owe(session, order.account_id, -rest, CreditReason.INVOICED, order.number, now)
        return None
    parties = parties_of(session, order.account_id)
    if parties.rhythm is not InvoiceRhythm.ORDER:
        return None
    written = issue_shipments(
        session, books, parties, to_charge, key=f"order:{order.number}", actor_id=actor_id, now=now
    )
    return written.number if written else None


def lock_orders(session: Session, order_ids: Sequence[int]) -> None:
    """Lock the orders, by their ids, until the transaction ends."""
    session.execute(
        select(Order.id).where(Order.id.in_(order_ids)).order_by(Order.id).with_for_update(key_share=True)
    ).all()


def uncharged_shipments(session: Session, *conditions: ColumnElement[bool]) -> list[int]:
    """Shipments (ids, the oldest first) of which something is on no invoice, among those that fit."""
    return list(
        session.scalars(
            select(Shipment.id)
            .join(Order, Order.id == Shipment.order_id)
            .where(uncharged(), *conditions)
            .order_by(Shipment.id)
        )
    )


def uncharged() -> ColumnElement[bool]:
    """True for a row of Shipment of which something is on no invoice."""
    charged = (
        select(InvoiceLine.id)
        .where(
            InvoiceLine.shipment_id == ShipmentLine.shipment_id,
            InvoiceLine.drop_id == ShipmentLine.drop_id,
            InvoiceLine.credits_line_id.is_(None),
        )
        .exists()
    )
    return select(ShipmentLine.drop_id).where(ShipmentLine.shipment_id == Shipment.id, ~charged).exists()


def issue_shipments(
    session: Session,
    books: Books,
    parties: Parties,
    shipment_ids: Sequence[int],
    *,
    key: str,
    actor_id: int | None,
    now: datetime,
) -> Written | None:
    """One invoice over what is not charged yet of the shipments; None if all of it is.

    Their orders are locked. Money that was paid for these orders in advance settles it as far as it goes.
    """
    leaving = _leaving(session, shipment_ids)
    if not leaving:
        return None
    issued_on = local_date(now, parties.timezone)
    order_ids = sorted({row.order_id for row in leaving})
    orders = {
        row.id: row
        for row in session.execute(
            select(
                Order.id,
                Order.number,
                Order.po_number,
                Order.location_id,
                Order.ship_to,
                Order.freight,
                Order.freight_charges,
            ).where(Order.id.in_(order_ids))
        )
    }
    earlier = _earlier(session, order_ids)
    completed = _completed(session, order_ids, leaving, earlier)
    rates = _Rates(session, parties)
    lines: list[dict[str, Any]] = []
    charges: list[Charge] = []
    for row, amount in zip(leaving, _amounts(leaving, earlier), strict=True):
        supplied_on = local_date(row.shipped_at, parties.timezone)
        charge = Charge(amount, rates.of(row.tax_class, supplied_on), row.tax_included)
        charges.append(charge)
        lines.append(_goods(row, charge, supplied_on))
    by_order: dict[int, list[Any]] = {order_id: [] for order_id in order_ids}
    for row in leaving:
        by_order[row.order_id].append(row)
    for order_id, own in by_order.items():
        order = orders[order_id]
        amount = freight_part(
            order.freight,
            order.freight_charges,
            earlier[order_id].freight,
            [_group(row) for row in own],
            earlier[order_id].groups,
            completes=order_id in completed,
        )
        if amount:
            supplied_on = local_date(own[0].shipped_at, parties.timezone)
            charge = Charge(amount, rates.of(STANDARD, supplied_on))
            charges.append(charge)
            lines.append(_freight(order, own[0], charge, supplied_on, parties))
    billed = bill(charges, parties.tax_rounding)
    for line, net, tax in zip(lines, billed.nets, billed.line_taxes, strict=True):
        line |= {"net": net, "tax": tax}
    draft = Draft(
        kind=InvoiceKind.INVOICE,
        key=key,
        issued_on=issued_on,
        lines=lines,
        net=billed.net,
        taxes=[tax.to_snapshot() for tax in billed.taxes],
        supplied_from=min(line["supplied_on"] for line in lines),
        supplied_to=max(line["supplied_on"] for line in lines),
        freight=sum(line["net"] for line in lines if line["kind"] is LineKind.FREIGHT),
        order_id=order_ids[0] if len(order_ids) == 1 else None,
        po_numbers=list(dict.fromkeys(po for each in order_ids if (po := orders[each].po_number))),
        ship_to=_ship_to(session, leaving, orders),
    )
    reserved = _reserved(session, books, orders, completed, _totals(lines, billed))
    written = write_document(session, books, parties, draft, reserved=reserved, actor_id=actor_id, now=now)
    _use_prepaid(session, books, {each.id: each.number for each in orders.values()}, written, now)
    _credit_returns(session, order_ids, written, now)
    return written


class _Rates:
    """The taxes on a class of goods by the day they left, read once for each day."""

    def __init__(self, session: Session, parties: Parties) -> None:
        self._session = session
        self._profile_id = parties.tax_profile_id
        self._by_day: dict[date, Rates] = {}

    def of(self, tax_class: str, day: date) -> tuple[Any, ...]:
        if day not in self._by_day:
            self._by_day[day] = rates_in_force(self._session, self._profile_id, day)
        return self._by_day[day].get(tax_class, ())


def _leaving(session: Session, shipment_ids: Sequence[int]) -> list[Any]:
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


def _earlier(session: Session, order_ids: Sequence[int]) -> dict[int, _Earlier]:
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
        found[order_id] = _Earlier(
            units,
            amounts,
            sum(row.line_total for row in own if row.kind is LineKind.FREIGHT),
            frozenset((row.location_id, _day(row.requested_date)) for row in goods),
        )
    return found


def _completed(
    session: Session, order_ids: Sequence[int], leaving: Sequence[Any], earlier: Mapping[int, _Earlier]
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


def _amounts(leaving: Sequence[Any], earlier: Mapping[int, _Earlier]) -> list[int]:
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


def _goods(row: Any, charge: Charge, supplied_on: date) -> dict[str, Any]:
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


def _freight(order: Any, first: Any, charge: Charge, supplied_on: date, parties: Parties) -> dict[str, Any]:
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


def _group(row: Any) -> tuple[int, str | None]:
    return row.drop_location_id, _day(row.requested_date)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _ship_to(session: Session, leaving: Sequence[Any], orders: Mapping[int, Any]) -> list[dict[str, str]]:
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


def _totals(lines: Sequence[Mapping[str, Any]], billed: Bill) -> dict[str, int]:
    """By order number, its part of the document's total: in proportion to its lines with their taxes."""
    weights = [line["net"] * (PPM + sum(tax["rate_ppm"] for tax in line["taxes"])) for line in lines]
    parts: dict[str, int] = {}
    for line, part in zip(lines, share_out(billed.total, weights), strict=True):
        parts[line["order_number"]] = parts.get(line["order_number"], 0) + part
    return parts


def _reserved(
    session: Session,
    books: Books,
    orders: Mapping[int, Any],
    completed: set[int],
    totals: Mapping[str, int],
) -> dict[str, int]:
    """What each order's reservation gives up for the document: its part of it, or all that is left if it completes."""
    left = reserved_by(session, books.account_id, [order.number for order in orders.values()])
    return {
        order.number: left[order.number]
        if order_id in completed
        else min(left[order.number], totals[order.number])
        for order_id, order in orders.items()
        if order.number in left
    }


def _use_prepaid(
    session: Session, books: Books, orders: Mapping[int, str], written: Written, now: datetime
) -> None:
    uses, open_amount = [], written.total
    for each in prepaid_of(session, books.account_id, orders):
        amount = min(each.amount, open_amount)
        if amount > 0:
            uses.append(Use(each.source, written.id, amount, each.order_number))
            open_amount -= amount
    if uses:
        allocate(session, books, uses, key=f"prepaid:{written.number}", reference=written.number, now=now)


def _credit_returns(session: Session, order_ids: Sequence[int], written: Written, now: datetime) -> None:
    """Ask again for the credit notes of returns whose goods were not charged yet when they were credited."""
    waiting = session.scalars(
        select(ReturnRequest.id).where(
            ReturnRequest.order_id.in_(order_ids), ReturnRequest.status == ReturnStatus.CREDITED
        )
    )
    for return_id in waiting:
        enqueue(
            session,
            "credit_return",
            {"return_id": return_id},
            now=now,
            unique_key=f"credit_return:{return_id}:{written.number}",
        )
