"""Invoices over a month: one for each account that wants it so, over all that left and is on no invoice yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, InvoiceRhythm, Seller
from portal.core.clock import local_date
from portal.invoices.books import open_books
from portal.invoices.facts import parties_of
from portal.invoices.issue import issue_shipments, lock_orders, uncharged, uncharged_shipments
from portal.invoices.models import Invoice
from portal.invoices.numbers import zone_of
from portal.jobs.queue import enqueue
from portal.orders.models import Drop, Order, OrderLine, Shipment

LOOK_BACK: Final = timedelta(days=62)
"""How far back shipments are looked for whose own invoice should stand by now and does not."""

PATIENCE: Final = timedelta(hours=6)
"""After which an invoice for a shipment should stand: its job has tried for longer than that."""


def issue_month(
    session: Session, account_id: int, month: date, now: datetime, *, actor_id: int | None = None
) -> str | None:
    """Issue the account's invoice over what left by the end of the month (its first day) and is not charged yet.

    What is older and was left over is on it too. Its number; None if there is nothing, or the account wants another
    rhythm. Raises NotFound; Refused ``no_seller``.
    """
    parties = parties_of(session, account_id)
    if parties.rhythm is not InvoiceRhythm.MONTH:
        return None
    conditions = (Order.account_id == account_id, Shipment.shipped_at < _end_of(month, parties.timezone))
    lock_orders(session, _orders_of(session, conditions))
    books = open_books(session, account_id)
    shipment_ids = uncharged_shipments(session, *conditions)
    if not shipment_ids:
        return None
    key = _free_key(session, account_id, f"month:{month:%Y-%m}")
    written = issue_shipments(session, books, parties, shipment_ids, key=key, actor_id=actor_id, now=now)
    return written.number if written else None


def ask_for_months(session: Session, now: datetime) -> int:
    """Ask for the invoices of months that are over, and again for those of shipments and orders that should stand.

    Gives how many were asked for.

    To be called daily: it asks for what is missing, on the first of a month and after. Nothing without a seller.
    """
    zones = _zones(session)
    asked = 0
    rows = session.execute(
        select(Account.id, Account.seller_id, Account.timezone, func.min(Shipment.shipped_at).label("first"))
        .join(Order, Order.account_id == Account.id)
        .join(Shipment, Shipment.order_id == Order.id)
        .where(Account.invoice_rhythm == InvoiceRhythm.MONTH, uncharged())
        .group_by(Account.id)
        .order_by(Account.id)
    ).all()
    for row in rows:
        if row.seller_id not in zones:
            continue
        zone = zones[row.seller_id] or row.timezone
        this_month = local_date(now, zone).replace(day=1)
        if local_date(row.first, zone) < this_month:
            month = (this_month - timedelta(days=1)).replace(day=1)
            arguments = {"account_id": row.id, "month": month.isoformat()}
            enqueue(
                session,
                "invoice_month",
                arguments,
                now=now,
                unique_key=f"invoice_month:{row.id}:{local_date(now, zone)}",
            )
            asked += 1
    return asked + _ask_for_shipments(session, now, zones) + _ask_for_orders(session, now, zones)


def _ask_for_shipments(session: Session, now: datetime, zones: dict[int | None, str]) -> int:
    """Ask again for invoices of shipments whose account wants one for each and whose job gave up."""
    missing = session.execute(
        select(Shipment.id, Account.seller_id)
        .join(Order, Order.id == Shipment.order_id)
        .join(Account, Account.id == Order.account_id)
        .where(
            Account.invoice_rhythm == InvoiceRhythm.SHIPMENT,
            Shipment.shipped_at.between(now - LOOK_BACK, now - PATIENCE),
            uncharged(),
        )
        .order_by(Shipment.id)
    ).all()
    wanted = [row.id for row in missing if row.seller_id in zones]
    for shipment_id in wanted:
        enqueue(
            session,
            "invoice_shipment",
            {"shipment_id": shipment_id},
            now=now,
            unique_key=f"invoice_shipment:{shipment_id}:{now.date()}",
        )
    return len(wanted)


def _ask_for_orders(session: Session, now: datetime, zones: dict[int | None, str]) -> int:
    """Ask again for invoices of orders all of which left: a job gave up, or the account had another rhythm then."""
    still_to_leave = (
        select(Drop.id)
        .join(OrderLine, OrderLine.id == Drop.order_line_id)
        .where(OrderLine.order_id == Order.id, Drop.reserved + Drop.backordered > 0)
        .exists()
    )
    missing = session.execute(
        select(Order.id, Account.seller_id)
        .distinct()
        .join(Shipment, Shipment.order_id == Order.id)
        .join(Account, Account.id == Order.account_id)
        .where(
            Account.invoice_rhythm == InvoiceRhythm.ORDER,
            Shipment.shipped_at.between(now - LOOK_BACK, now - PATIENCE),
            uncharged(),
            ~still_to_leave,
        )
        .order_by(Order.id)
    ).all()
    wanted = [row.id for row in missing if row.seller_id in zones]
    for order_id in wanted:
        enqueue(
            session,
            "invoice_order",
            {"order_id": order_id},
            now=now,
            unique_key=f"invoice_order:{order_id}:{now.date()}",
        )
    return len(wanted)


def _zones(session: Session) -> dict[int | None, str]:
    """The zone of each seller by its id, of the default one by None as well; empty text: the account's own."""
    zones: dict[int | None, str] = {}
    for row in session.execute(select(Seller.id, Seller.timezone, Seller.country, Seller.is_default)):
        zones[row.id] = zone_of(row.timezone, row.country, "")
        if row.is_default:
            zones[None] = zones[row.id]
    return zones


def _orders_of(session: Session, conditions: Sequence[ColumnElement[bool]]) -> list[int]:
    return list(
        session.scalars(
            select(Order.id)
            .distinct()
            .join(Shipment, Shipment.order_id == Order.id)
            .where(uncharged(), *conditions)
            .order_by(Order.id)
        )
    )


def _free_key(session: Session, account_id: int, key: str) -> str:
    """``key``, or with a number behind it where the month was invoiced before something else of it left."""
    known = set(
        session.scalars(
            select(Invoice.key).where(Invoice.account_id == account_id, Invoice.key.startswith(key))
        )
    )
    if key not in known:
        return key
    return next(name for place in range(2, len(known) + 3) if (name := f"{key}:{place}") not in known)


def _end_of(month: date, timezone: str) -> datetime:
    """The moment at which the month is over in ``timezone``."""
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return datetime.combine(following, time(), tzinfo=ZoneInfo(timezone))
