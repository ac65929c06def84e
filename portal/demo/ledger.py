"""Writing the demo's priced orders, and what they mean for stock and the number series; their money is in books.py.

All that the rooms keep true holds here too: numbers without a gap, drops that add up, stock promised for what is
open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.orm import Session

from portal.accounts.models import TermsKind
from portal.catalog.models import Stock
from portal.core.ids import shipment_number
from portal.core.locales import localized
from portal.demo.history import History, PricedOrder
from portal.demo.masters import Keys
from portal.importers.bulk import insert_rows, reserve_ids, table_of
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


@dataclass(frozen=True, slots=True)
class OrderKeys:
    """Keys of an order's rows; lines and drops in the order of its lines, shipments in the order of its parcels."""

    id: int
    lines: tuple[int, ...]
    drops: tuple[int, ...]
    shipments: tuple[int, ...]


def write_history(session: Session, history: History, keys: Keys) -> dict[str, OrderKeys]:
    """Write the orders and bring stock and number series in step with them; gives their keys by number."""
    connection = session.connection()
    written = _write_orders(connection, history.orders, keys)
    _write_stock(connection, history, keys)
    last = {order.year: int(order.number.rpartition("-")[2]) for order in history.orders}
    insert_rows(
        connection,
        NumberSeries,
        ("name", "last"),
        [(f"order:{year}", number) for year, number in last.items()],
    )
    return written


def is_prepaid(order: PricedOrder) -> bool:
    """True if the order is paid in advance, all of it."""
    return order.plan.dealer.terms == TermsKind.PREPAID.value


def ship_to(order: PricedOrder) -> dict[str, str]:
    """The place the order goes to, as it keeps it."""
    place = order.place
    return {
        "name": place.name,
        "recipient": place.recipient,
        "phone": place.phone,
        "country": order.plan.dealer.country,
        "region": place.region,
        "city": place.city,
        "line1": place.line1,
        "line2": place.line2,
        "postal_code": place.postal_code,
    }


def _write_orders(
    connection: Connection, orders: tuple[PricedOrder, ...], keys: Keys
) -> dict[str, OrderKeys]:
    line_count = sum(len(order.lines) for order in orders)
    order_ids = reserve_ids(connection, Order, len(orders))
    shipment_ids = iter(reserve_ids(connection, Shipment, sum(len(order.track.parcels) for order in orders)))
    line_ids = iter(reserve_ids(connection, OrderLine, line_count))
    drop_ids = iter(reserve_ids(connection, Drop, line_count))
    rows: dict[str, list[tuple[Any, ...]]] = {
        name: [] for name in ("orders", "lines", "drops", "shipments", "shipped", "steps", "events")
    }
    written: dict[str, OrderKeys] = {}
    for order, order_id in zip(orders, order_ids, strict=True):
        own_drops = [next(drop_ids) for _ in order.lines]
        own_lines = [next(line_ids) for _ in order.lines]
        own_shipments = [next(shipment_ids) for _ in order.track.parcels]
        written[order.number] = OrderKeys(order_id, tuple(own_lines), tuple(own_drops), tuple(own_shipments))
        rows["orders"].append(_order_row(order, order_id, keys))
        for index, (line_id, drop_id) in enumerate(zip(own_lines, own_drops, strict=True)):
            rows["lines"].append(_line_row(order, order_id, index, line_id, keys))
            rows["drops"].append(_drop_row(order, index, line_id, drop_id, keys))
        for sequence, parcel in enumerate(order.track.parcels, start=1):
            shipment_id = own_shipments[sequence - 1]
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
    return written


def _location(order: PricedOrder, keys: Keys) -> int:
    return keys.locations[order.plan.dealer.code, order.place.code]


def _order_row(order: PricedOrder, order_id: int, keys: Keys) -> tuple[Any, ...]:
    plan, document = order.plan, order.document
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
        ship_to(order),
        document.total if is_prepaid(order) else 0,
        document.total if is_prepaid(order) else 0,
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


_ORDER: Final = (
    "id", "number", "account_id", "location_id", "placed_by_id", "status", "status_before_hold", "version",
    "submit_key", "currency", "locale", "po_number", "requested_date", "notes", "promotion_code", "subtotal", "net",
    "tax", "total", "taxes", "ship_to", "prepay", "prepaid", "placed_at",
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
