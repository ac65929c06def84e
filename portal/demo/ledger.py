"""Writing the demo's priced orders, and what they mean for stock, credit and the number series.

All that the rooms keep true holds here too: numbers without a gap, drops that add up, stock promised for what is
open, credit used that is the sum of its entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, CreditEntry, CreditReason
from portal.catalog.models import Stock
from portal.core.ids import shipment_number
from portal.core.locales import localized
from portal.demo.dealers import DEALERS, Dealer
from portal.demo.history import History, PricedOrder
from portal.demo.masters import Keys
from portal.importers.bulk import insert_rows, reserve_ids, table_of
from portal.importers.reference import TERMS
from portal.orders.models import (
    Drop,
    NumberSeries,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Shipment,
    ShipmentEvent,
    ShipmentLine,
)
from portal.pricing.priced import CodeState

_NET_DAYS: Final = {code: days for code, _, days in TERMS}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A change of an account's used credit."""

    account: str
    reason: CreditReason
    reference: str
    amount: int
    at: datetime


def write_history(session: Session, history: History, keys: Keys, today: date) -> None:
    """Write the orders and bring stock, credit and number series in step with them."""
    connection = session.connection()
    _write_orders(connection, history.orders, keys)
    _write_stock(connection, history, keys)
    _write_credit(connection, history.orders, keys, today)
    last = {order.year: int(order.number.rpartition("-")[2]) for order in history.orders}
    insert_rows(
        connection,
        NumberSeries,
        ("name", "last"),
        [(f"order:{year}", number) for year, number in last.items()],
    )


def _write_orders(connection: Connection, orders: tuple[PricedOrder, ...], keys: Keys) -> None:
    line_count = sum(len(order.lines) for order in orders)
    order_ids = reserve_ids(connection, Order, len(orders))
    shipment_ids = iter(reserve_ids(connection, Shipment, sum(len(order.track.parcels) for order in orders)))
    line_ids = iter(reserve_ids(connection, OrderLine, line_count))
    drop_ids = iter(reserve_ids(connection, Drop, line_count))
    rows: dict[str, list[tuple[Any, ...]]] = {
        name: [] for name in ("orders", "lines", "drops", "shipments", "shipped", "steps", "events")
    }
    for order, order_id in zip(orders, order_ids, strict=True):
        own_drops = [next(drop_ids) for _ in order.lines]
        rows["orders"].append(_order_row(order, order_id, keys))
        for index, drop_id in enumerate(own_drops):
            line_id = next(line_ids)
            rows["lines"].append(_line_row(order, order_id, index, line_id, keys))
            rows["drops"].append(_drop_row(order, index, line_id, drop_id, keys))
        for sequence, parcel in enumerate(order.track.parcels, start=1):
            shipment_id = next(shipment_ids)
            number = shipment_number(order.number, sequence)
            rows["shipments"].append(
                (shipment_id, number, order_id, _location(order, keys), f"demo:{number}", parcel.carrier,
                 parcel.tracking_number, parcel.shipped_at, parcel.delivered_at)
            )  # fmt: skip
            rows["steps"].extend((shipment_id, kind, place, "", at) for kind, place, at in parcel.steps())
            rows["shipped"].extend(
                (shipment_id, own_drops[index], order.lines[index].quantity) for index in sorted(parcel.lines)
            )
        rows["events"].extend(_event_rows(order, order_id, keys))
    insert_rows(connection, Order, _ORDER, rows["orders"])
    insert_rows(connection, OrderLine, _LINE, rows["lines"])
    insert_rows(connection, Drop, _DROP, rows["drops"])
    insert_rows(connection, Shipment, _SHIPMENT, rows["shipments"])
    insert_rows(connection, ShipmentLine, ("shipment_id", "drop_id", "quantity"), rows["shipped"])
    insert_rows(connection, ShipmentEvent, ("shipment_id", "kind", "place", "note", "at"), rows["steps"])
    insert_rows(connection, OrderEvent, ("order_id", "kind", "actor_id", "facts", "at"), rows["events"])


def _location(order: PricedOrder, keys: Keys) -> int:
    return keys.locations[order.plan.dealer.code, order.place.code]


def _order_row(order: PricedOrder, order_id: int, keys: Keys) -> tuple[Any, ...]:
    plan, document, place = order.plan, order.document, order.place
    return (
        order_id,
        order.number,
        keys.accounts[plan.dealer.code],
        _location(order, keys),
        keys.users[plan.buyer],
        plan.status,
        OrderStatus.CONFIRMED if plan.status is OrderStatus.ON_HOLD else None,
        len(order.track.happenings),
        f"demo:{order.number}",
        plan.dealer.currency,
        plan.dealer.locale,
        plan.po_number,
        order.requested_date,
        plan.notes,
        plan.code if document.code_state is CodeState.APPLIED else None,
        document.subtotal,
        document.net,
        document.tax,
        document.total,
        [tax.to_snapshot() for tax in document.taxes],
        {
            "name": place.name,
            "recipient": place.recipient,
            "phone": place.phone,
            "country": plan.dealer.country,
            "region": place.region,
            "city": place.city,
            "line1": place.line1,
            "line2": place.line2,
            "postal_code": place.postal_code,
        },
        plan.placed_at,
    )


def _line_row(order: PricedOrder, order_id: int, index: int, line_id: int, keys: Keys) -> tuple[Any, ...]:
    line, priced = order.lines[index], order.document.lines[index]
    article = line.article
    return (
        line_id,
        order_id,
        index + 1,
        keys.variants[article.sku],
        article.sku,
        localized(article.names, order.plan.dealer.locale),
        article.unit.value,
        article.pack_size,
        line.quantity,
        line.quantity if order.plan.status is OrderStatus.CANCELLED else 0,
        priced.unit_price_e4,
        priced.list_unit_price_e4,
        priced.line_total,
        priced.tax_class,
        priced.tax_included,
        priced.to_snapshot(),
    )


def _drop_row(order: PricedOrder, index: int, line_id: int, drop_id: int, keys: Keys) -> tuple[Any, ...]:
    line = order.lines[index]
    parcel = next((parcel for parcel in order.track.parcels if index in parcel.lines), None)
    shipped = line.quantity if parcel else 0
    return (
        drop_id,
        line_id,
        _location(order, keys),
        keys.warehouses[order.plan.dealer.warehouse],
        order.requested_date,
        line.quantity,
        line.reserved,
        line.backordered,
        shipped,
        line.quantity if order.plan.status is OrderStatus.CANCELLED else 0,
        shipped if parcel and parcel.delivered_at else 0,
    )


def _event_rows(order: PricedOrder, order_id: int, keys: Keys) -> list[tuple[Any, ...]]:
    rows = []
    for happening in order.track.happenings:
        parcel = None if happening.parcel is None else order.track.parcels[happening.parcel]
        shipment = "" if happening.parcel is None else shipment_number(order.number, happening.parcel + 1)
        units = sum(order.lines[index].quantity for index in parcel.lines) if parcel else 0
        actor = keys.users[happening.actor] if happening.actor else None
        facts = happening.facts(shipment, parcel, units)
        rows.append((order_id, happening.kind, actor, facts, happening.at))
    return rows


def _write_stock(connection: Connection, history: History, keys: Keys) -> None:
    shelf = history.shelf
    changes = [
        {
            "of_variant": keys.variants[sku],
            "at_warehouse": keys.warehouses[warehouse],
            "reserved": shelf.reserved.get((sku, warehouse), 0),
            "backordered": shelf.backordered.get((sku, warehouse), 0),
        }
        for sku, warehouse in sorted(shelf.reserved.keys() | shelf.backordered.keys())
    ]
    stock = table_of(Stock)
    connection.execute(
        update(stock)
        .where(
            stock.c.variant_id == bindparam("of_variant"), stock.c.warehouse_id == bindparam("at_warehouse")
        )
        .values(reserved=bindparam("reserved"), backordered=bindparam("backordered")),
        changes,
    )


def _write_credit(connection: Connection, orders: tuple[PricedOrder, ...], keys: Keys, today: date) -> None:
    entries = sorted(
        (entry for order in orders for entry in _entries(order, today)),
        key=lambda entry: (entry.at, entry.reference),
    )
    insert_rows(
        connection,
        CreditEntry,
        ("account_id", "reason", "reference", "amount", "created_at"),
        [
            (keys.accounts[entry.account], entry.reason, entry.reference, entry.amount, entry.at)
            for entry in entries
        ],
    )
    account = table_of(Account)
    for dealer in DEALERS:
        if dealer.credit_limit is None:
            continue
        used = peak = 0
        for entry in entries:
            if entry.account == dealer.code:
                used += entry.amount
                peak = max(peak, used)
        connection.execute(
            update(account)
            .where(account.c.id == keys.accounts[dealer.code])
            .values(credit_used=used, credit_limit=_limit(dealer, peak))
        )


def _limit(dealer: Dealer, peak: int) -> int:
    """The dealer's limit, or if it ever owed more than nine tenths of that, a rounder and higher one."""
    limit = dealer.credit_limit or 0
    while peak * 10 > limit * 9:
        limit += (dealer.credit_limit or 0) // 4
    return limit


def _entries(order: PricedOrder, today: date) -> list[_Entry]:
    """Credit is taken when the order is placed and freed when it is cancelled or paid."""
    plan, total = order.plan, order.document.total
    code = plan.dealer.code
    entries = [_Entry(code, CreditReason.ORDER_PLACED, order.number, total, plan.placed_at)]
    if plan.status is OrderStatus.CANCELLED:
        cancelled = order.track.finished_at
        entries.append(_Entry(code, CreditReason.ORDER_CANCELLED, order.number, -total, cancelled))
    elif plan.status is OrderStatus.DELIVERED:
        due = order.track.finished_at.date() + timedelta(days=_NET_DAYS[plan.dealer.terms] + plan.days_late)
        if due < today:
            paid = datetime.combine(due, time(10), ZoneInfo(plan.dealer.timezone))
            entries.append(_Entry(code, CreditReason.SETTLED, order.number, -total, paid))
    return entries


_ORDER: Final = (
    "id", "number", "account_id", "location_id", "placed_by_id", "status", "status_before_hold", "version",
    "submit_key", "currency", "locale", "po_number", "requested_date", "notes", "promotion_code", "subtotal", "net",
    "tax", "total", "taxes", "ship_to", "placed_at",
)  # fmt: skip
_LINE: Final = (
    "id", "order_id", "position", "variant_id", "sku", "name", "unit", "pack_size", "quantity", "cancelled",
    "unit_price_e4", "list_unit_price_e4", "line_total", "tax_class", "tax_included", "steps",
)  # fmt: skip
_DROP: Final = (
    "id", "order_line_id", "location_id", "warehouse_id", "requested_date", "quantity", "reserved", "backordered",
    "shipped", "cancelled", "delivered",
)  # fmt: skip
_SHIPMENT: Final = (
    "id", "number", "order_id", "location_id", "submit_key", "carrier", "tracking_number", "shipped_at",
    "delivered_at",
)  # fmt: skip
