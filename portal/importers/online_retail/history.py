"""The invoices of Online Retail as delivered orders, in batches that are each one transaction.

A batch writes its orders whole or not at all, and takes its numbers from the gapless series in the same transaction.
An order is known by its submit key, so an import that was stopped, even killed, goes on with the first invoice that
is missing, and a second import finds nothing to do. No job is enqueued: nothing imported sends mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from portal.catalog.models import Unit
from portal.core.clock import local_date
from portal.core.database import Database
from portal.core.ids import order_number, shipment_number
from portal.core.money import e4_from_minor, minor_from_e4, share_of
from portal.importers.bulk import insert_rows, reserve_ids
from portal.importers.online_retail.goods import PRICE_LIST, PRICE_LIST_NAMES, Goods
from portal.importers.online_retail.people import CURRENCY, Dealer, People
from portal.importers.online_retail.source import (
    ACCOUNTS,
    ORDER_LINES,
    PRODUCTS,
    ImportProblem,
    SourceLine,
    moment_of,
)
from portal.orders.models import (
    Drop,
    EventKind,
    NumberSeries,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Shipment,
    ShipmentLine,
)
from portal.pricing.models import TaxRate
from portal.pricing.priced import Step, StepKind

KEY_PREFIX: Final = "online-retail:"
"""Before the source's invoice number in an order's submit key."""

LINES_PER_BATCH: Final = 20_000
"""Lines after which a batch is committed: some 10 MB of memory, a second of work to lose."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """The lines of one invoice of a dealer."""

    number: str
    dealer: Dealer
    moment: datetime
    lines: list[SourceLine]


@dataclass(slots=True)
class Progress:
    """What has been written so far."""

    orders: int = 0
    lines: int = 0


@dataclass(slots=True)
class _Batch:
    """Rows of one transaction, by table."""

    orders: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[tuple[Any, ...]] = field(default_factory=list)
    drops: list[tuple[Any, ...]] = field(default_factory=list)
    shipments: list[tuple[Any, ...]] = field(default_factory=list)
    shipped: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)


class TaxTable:
    """The standard rates of the tax profiles the orders need, for any day."""

    def __init__(self, session: Session) -> None:
        self._rates: dict[int, list[tuple[date, date | None, str, int]]] = {}
        for row in session.execute(
            select(
                TaxRate.tax_profile_id, TaxRate.valid_from, TaxRate.valid_to, TaxRate.code, TaxRate.rate_ppm
            )
            .where(TaxRate.tax_class == "standard")
            .order_by(TaxRate.position, TaxRate.id)
        ):
            self._rates.setdefault(row.tax_profile_id, []).append(
                (row.valid_from, row.valid_to, row.code, row.rate_ppm)
            )

    def taxes(self, tax_profile_id: int, day: date, net: int) -> list[dict[str, Any]]:
        """The document's taxes on ``net`` minor units that day, each rounded half up once."""
        return [
            {"code": code, "rate_ppm": ppm, "base": net, "amount": share_of(net, ppm)}
            for first, last, code, ppm in self._rates.get(tax_profile_id, ())
            if first <= day and (last is None or day <= last)
        ]


def load_orders(
    database: Database,
    lines: Iterable[SourceLine],
    people: People,
    goods: Goods,
    warehouse_id: int,
    advance: Callable[[int], object],
) -> Progress:
    """Write every invoice of a dealer that is not there yet; ``advance`` is told of each batch's lines.

    Raises ImportProblem at the first row that does not fit; batches before it stay.
    """
    with database.reading() as session:
        known = set(session.scalars(select(Order.submit_key).where(Order.submit_key.startswith(KEY_PREFIX))))
        taxes = TaxTable(session)
    progress = Progress()
    batch: list[Invoice] = []
    size = 0
    for invoice in _invoices(lines, people, goods):
        if KEY_PREFIX + invoice.number in known:
            advance(len(invoice.lines))
            continue
        batch.append(invoice)
        size += len(invoice.lines)
        if size >= LINES_PER_BATCH:
            _write(database, batch, goods, warehouse_id, taxes, progress)
            advance(size)
            batch, size = [], 0
    if batch:
        _write(database, batch, goods, warehouse_id, taxes, progress)
        advance(size)
    return progress


def _invoices(lines: Iterable[SourceLine], people: People, goods: Goods) -> Iterator[Invoice]:
    seen: set[str] = set()
    for number, group in groupby(lines, key=lambda line: line.invoice):
        members = list(group)
        first = members[0]
        if number in seen:
            raise ImportProblem(ORDER_LINES, first.row, f"invoice {number} appears again after others")
        seen.add(number)
        for line in members:
            if line.customer != first.customer:
                raise ImportProblem(ORDER_LINES, line.row, f"invoice {number} has two customers")
            if line.code not in goods.articles:
                raise ImportProblem(ORDER_LINES, line.row, f"no product {line.code} in {PRODUCTS}")
        if first.customer in people.others:
            continue
        if (dealer := people.dealers.get(first.customer)) is None:
            raise ImportProblem(ORDER_LINES, first.row, f"no customer {first.customer} in {ACCOUNTS}")
        try:
            moment = moment_of(first.moment)
        except ValueError as problem:
            raise ImportProblem(ORDER_LINES, first.row, f"InvoiceDate {first.moment!r}: {problem}") from None
        yield Invoice(number, dealer, moment, members)


def _write(
    database: Database,
    invoices: list[Invoice],
    goods: Goods,
    warehouse_id: int,
    taxes: TaxTable,
    progress: Progress,
) -> None:
    with database.transaction() as session:
        connection = session.connection()
        days = [local_date(invoice.moment, "Europe/London") for invoice in invoices]
        numbers = _numbers(session, [day.year for day in days])
        line_count = sum(len(invoice.lines) for invoice in invoices)
        order_ids = reserve_ids(connection, Order, len(invoices))
        shipment_ids = reserve_ids(connection, Shipment, len(invoices))
        line_ids = iter(reserve_ids(connection, OrderLine, line_count))
        drop_ids = iter(reserve_ids(connection, Drop, line_count))
        batch = _Batch()
        for invoice, day, number, order_id, shipment_id in zip(
            invoices, days, numbers, order_ids, shipment_ids, strict=True
        ):
            dealer = invoice.dealer
            net = 0
            for position, line in enumerate(invoice.lines, start=1):
                line_id, drop_id = next(line_ids), next(drop_ids)
                article = goods.articles[line.code]
                total = minor_from_e4(line.price_e4 * line.quantity, CURRENCY)
                net += total
                batch.lines.append(
                    (
                        line_id,
                        order_id,
                        position,
                        article.variant_id,
                        line.code,
                        article.name,
                        Unit.EACH.value,
                        1,
                        line.quantity,
                        0,
                        line.price_e4,
                        line.price_e4,
                        total,
                        "standard",
                        False,
                        _steps(line, total),
                    )
                )
                batch.drops.append(
                    (drop_id, line_id, dealer.location_id, warehouse_id, line.quantity, 0, 0, line.quantity, 0,
                     line.quantity)
                )  # fmt: skip
                batch.shipped.append((shipment_id, drop_id, line.quantity))
            document = taxes.taxes(dealer.tax_profile_id, day, net)
            tax = sum(entry["amount"] for entry in document)
            key = KEY_PREFIX + invoice.number
            batch.orders.append(
                (
                    order_id,
                    number,
                    dealer.account_id,
                    dealer.location_id,
                    dealer.user_id,
                    OrderStatus.DELIVERED,
                    3,
                    key,
                    CURRENCY,
                    dealer.locale,
                    invoice.number,
                    "",
                    net,
                    net,
                    tax,
                    net + tax,
                    document,
                    dealer.ship_to,
                    invoice.moment,
                )
            )
            # The source knows one moment, that of the invoice: the goods were ordered, left and arrived then.
            batch.shipments.append(
                (shipment_id, shipment_number(number, 1), order_id, dealer.location_id, key, "", "",
                 invoice.moment, invoice.moment)
            )  # fmt: skip
            shipment = shipment_number(number, 1)
            units = sum(line.quantity for line in invoice.lines)
            left = {"shipment": shipment, "carrier": "", "tracking_number": "", "units": units}
            batch.events.extend(
                (order_id, kind, actor, facts, invoice.moment)
                for kind, actor, facts in (
                    (EventKind.PLACED, dealer.user_id, {}),
                    (EventKind.SHIPPED, None, left),
                    (EventKind.DELIVERED, None, {"shipment": shipment}),
                )
            )
        _insert(connection, batch)
    progress.orders += len(invoices)
    progress.lines += line_count


def _steps(line: SourceLine, total: int) -> list[dict[str, Any]]:
    """The price on the invoice as the one step there is, and what rounding it to pence changed."""
    amount = line.price_e4 * line.quantity
    steps = [Step(StepKind.LIST, PRICE_LIST, PRICE_LIST_NAMES, None, None, amount)]
    if rest := e4_from_minor(total, CURRENCY) - amount:
        steps.append(Step(StepKind.ROUNDING, "", {}, None, None, rest))
    return [step.to_snapshot() for step in steps]


def _numbers(session: Session, years: list[int]) -> list[str]:
    """Take the next number of its year for each order, holding the series until the end of the transaction."""
    series = {}
    for year in sorted(set(years)):
        name = f"order:{year}"
        row = session.get(NumberSeries, name, with_for_update=True)
        if row is None:
            row = NumberSeries(name=name, last=0)
            session.add(row)
        series[year] = row
    numbers = []
    for year in years:
        series[year].last += 1
        numbers.append(order_number(year, series[year].last))
    session.flush()
    return numbers


def _insert(connection: Connection, batch: _Batch) -> None:
    insert_rows(connection, Order, _ORDER, batch.orders)
    insert_rows(connection, OrderLine, _LINE, batch.lines)
    insert_rows(connection, Drop, _DROP, batch.drops)
    insert_rows(connection, Shipment, _SHIPMENT, batch.shipments)
    insert_rows(connection, ShipmentLine, ("shipment_id", "drop_id", "quantity"), batch.shipped)
    insert_rows(connection, OrderEvent, ("order_id", "kind", "actor_id", "facts", "at"), batch.events)


_ORDER: Final = (
    "id", "number", "account_id", "location_id", "placed_by_id", "status", "version", "submit_key", "currency",
    "locale", "po_number", "notes", "subtotal", "net", "tax", "total", "taxes", "ship_to", "placed_at",
)  # fmt: skip
_LINE: Final = (
    "id", "order_id", "position", "variant_id", "sku", "name", "unit", "pack_size", "quantity", "cancelled",
    "unit_price_e4", "list_unit_price_e4", "line_total", "tax_class", "tax_included", "steps",
)  # fmt: skip
_DROP: Final = (
    "id", "order_line_id", "location_id", "warehouse_id", "quantity", "reserved", "backordered", "shipped",
    "cancelled", "delivered",
)  # fmt: skip
_SHIPMENT: Final = (
    "id", "number", "order_id", "location_id", "submit_key", "carrier", "tracking_number", "shipped_at",
    "delivered_at",
)  # fmt: skip
