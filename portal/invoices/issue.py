"""Issuing invoices from what has left: for a shipment, for an order, for a month, as the account wants it.

Every verb locks the orders first, by their ids, then opens the account's books, and takes the number last. What left is
charged once, whoever asks and how often: what is not charged yet is looked for once the locks are held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.accounts.credit import owe, reserved_by
from portal.accounts.models import CreditReason, InvoiceRhythm
from portal.core.clock import local_date
from portal.core.errors import NotFound
from portal.invoices.bill import Charge, bill, freight_part
from portal.invoices.books import Books, Use, allocate, open_books
from portal.invoices.facts import Parties, parties_of
from portal.invoices.leaving import (
    RatesByDay,
    amounts_of,
    completed_by,
    earlier_of,
    freight_line,
    goods_line,
    group_of,
    leaving_of,
    ship_to_of,
    totals_by_order,
)
from portal.invoices.models import InvoiceKind, InvoiceLine, LineKind
from portal.invoices.prepaid import prepaid_of
from portal.invoices.writing import Draft, Written, write_document
from portal.jobs.queue import enqueue
from portal.orders.models import Drop, Order, OrderLine, ReturnRequest, ReturnStatus, Shipment, ShipmentLine
from portal.pricing.tax import STANDARD


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
    leaving = leaving_of(session, shipment_ids)
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
    earlier = earlier_of(session, order_ids)
    completed = completed_by(session, order_ids, leaving, earlier)
    rates = RatesByDay(session, parties)
    lines: list[dict[str, Any]] = []
    charges: list[Charge] = []
    for row, amount in zip(leaving, amounts_of(leaving, earlier), strict=True):
        supplied_on = local_date(row.shipped_at, parties.timezone)
        charge = Charge(amount, rates.of(row.tax_class, supplied_on), row.tax_included)
        charges.append(charge)
        lines.append(goods_line(row, charge, supplied_on))
    by_order: dict[int, list[Any]] = {order_id: [] for order_id in order_ids}
    for row in leaving:
        by_order[row.order_id].append(row)
    for order_id, own in by_order.items():
        order = orders[order_id]
        amount = freight_part(
            order.freight,
            order.freight_charges,
            earlier[order_id].freight,
            [group_of(row) for row in own],
            earlier[order_id].groups,
            completes=order_id in completed,
        )
        if amount:
            supplied_on = local_date(own[0].shipped_at, parties.timezone)
            charge = Charge(amount, rates.of(STANDARD, supplied_on))
            charges.append(charge)
            lines.append(freight_line(order, own[0], charge, supplied_on, parties))
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
        ship_to=ship_to_of(session, leaving, orders),
    )
    reserved = _reserved(session, books, orders, completed, totals_by_order(lines, billed))
    written = write_document(session, books, parties, draft, reserved=reserved, actor_id=actor_id, now=now)
    _use_prepaid(session, books, {each.id: each.number for each in orders.values()}, written, now)
    _credit_returns(session, order_ids, written, now)
    return written


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
