"""What the demo's dealers were invoiced: every parcel that left, by the very rules by which invoices are issued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.accounts.models import InvoiceRhythm
from portal.core.clock import local_date
from portal.core.ids import shipment_number
from portal.core.locales import localized
from portal.core.money import PPM, allocate
from portal.demo.history import PricedOrder
from portal.demo.ledger import OrderKeys, ship_to
from portal.demo.masters import Keys
from portal.demo.tracks import Parcel
from portal.invoices.bill import Bill, Charge, Rates, bill
from portal.invoices.due import IsBusinessDay, discount_of, discount_until, due_on
from portal.invoices.facts import Parties, business_days, parties_of, rates_in_force
from portal.invoices.models import InvoiceKind, LineKind
from portal.invoices.numbers import number_of

ISSUED_AFTER: Final = timedelta(minutes=1)
"""An invoice follows its shipment so soon."""

MONTHLY_AT: Final = time(4, 0)
"""When the invoices over a month are issued on the first of the next, by the seller's clock."""


@dataclass(slots=True, eq=False)
class Issued:
    """An invoice-to-be. Amounts are minor units; what is left of it changes while it is paid."""

    account: str
    parties: Parties
    key: str
    at: datetime
    issued_on: date
    due_on: date
    discount_until: date | None
    discount: int
    orders: tuple[PricedOrder, ...]
    order_keys: tuple[OrderKeys, ...]
    lines: list[dict[str, Any]]
    bill: Bill
    parts: Mapping[str, int]
    """By order number, its part of the total."""
    completes: frozenset[str]
    """Numbers of the orders all of which is charged with it."""
    number: str = ""
    id: int = 0
    open_before: int = 0
    open_amount: int = 0
    settled_on: date | None = None

    @property
    def total(self) -> int:
        """To pay."""
        return self.bill.total


@dataclass(frozen=True, slots=True)
class Invoicing:
    """All invoices in the order of their numbers, and the last number of each series (company, year)."""

    issued: tuple[Issued, ...]
    last: Mapping[tuple[str, int], int]


@dataclass(slots=True)
class _Left:
    """A parcel that left."""

    order: PricedOrder
    keys: OrderKeys
    index: int
    parcel: Parcel
    completes: bool


@dataclass
class _Law:
    """What holds on a day, read once: taxes by profile and day, business days by country."""

    session: Session
    rates: dict[tuple[int, date], Rates] = field(default_factory=dict)
    days: dict[str, IsBusinessDay] = field(default_factory=dict)

    def taxes(self, profile_id: int, day: date) -> Rates:
        if (profile_id, day) not in self.rates:
            self.rates[profile_id, day] = rates_in_force(self.session, profile_id, day)
        return self.rates[profile_id, day]

    def works(self, country: str) -> IsBusinessDay:
        if country not in self.days:
            self.days[country] = business_days(self.session, country)
        return self.days[country]


def invoicing_of(
    session: Session,
    orders: Sequence[PricedOrder],
    order_keys: Mapping[str, OrderKeys],
    keys: Keys,
    until: datetime,
) -> Invoicing:
    """Every invoice issued before ``until`` for what has left."""
    law = _Law(session)
    parties = {code: parties_of(session, account_id) for code, account_id in keys.accounts.items()}
    left: dict[str, list[_Left]] = {}
    for order in orders:
        left.setdefault(order.plan.dealer.code, []).extend(_left_of(order, order_keys[order.number]))
    issued = [
        document
        for code, parcels in left.items()
        for document in _documents(code, parties[code], parcels, law, until)
    ]
    issued.sort(key=lambda each: (each.at, each.account, each.key))
    last: dict[tuple[str, int], int] = {}
    for each in issued:
        series = (each.parties.seller_code, each.issued_on.year)
        last[series] = last.get(series, 0) + 1
        each.number = number_of(InvoiceKind.INVOICE, *series, last[series])
    return Invoicing(tuple(issued), last)


def _left_of(order: PricedOrder, keys: OrderKeys) -> Iterator[_Left]:
    gone = 0
    for index, parcel in enumerate(order.track.parcels):
        gone += len(parcel.lines)
        yield _Left(order, keys, index, parcel, gone == len(order.lines))


def _documents(
    code: str, parties: Parties, parcels: Sequence[_Left], law: _Law, until: datetime
) -> Iterator[Issued]:
    if parties.rhythm is not InvoiceRhythm.MONTH:
        for each in parcels:
            number = shipment_number(each.order.number, each.index + 1)
            yield _document(
                code, parties, [each], f"shipment:{number}", each.parcel.shipped_at + ISSUED_AFTER, law
            )
        return
    months: dict[date, list[_Left]] = {}
    for each in sorted(parcels, key=lambda each: each.parcel.shipped_at):
        day = local_date(each.parcel.shipped_at, parties.timezone)
        months.setdefault(day.replace(day=1), []).append(each)
    for month, own in months.items():
        first = (month + timedelta(days=31)).replace(day=1)
        at = datetime.combine(first, MONTHLY_AT, ZoneInfo(parties.timezone)).astimezone(UTC)
        if at < until:
            yield _document(code, parties, own, f"month:{month:%Y-%m}", at, law)


def _document(
    code: str, parties: Parties, parcels: Sequence[_Left], key: str, at: datetime, law: _Law
) -> Issued:
    issued_on = local_date(at, parties.timezone)
    lines: list[dict[str, Any]] = []
    charges: list[Charge] = []
    for each in parcels:
        supplied_on = local_date(each.parcel.shipped_at, parties.timezone)
        rates = law.taxes(parties.tax_profile_id, supplied_on)
        for index in sorted(each.parcel.lines):
            priced = each.order.document.lines[index]
            charge = Charge(
                priced.line_total or 0, rates.get(priced.tax_class, ()), bool(priced.tax_included)
            )
            charges.append(charge)
            lines.append(_line(each, index, charge, supplied_on))
    billed = bill(charges, parties.tax_rounding)
    for line, net, tax in zip(lines, billed.nets, billed.line_taxes, strict=True):
        line |= {"net": net, "tax": tax}
    works = law.works(parties.seller_country)
    early = discount_until(parties.terms, issued_on, works)
    orders = {each.order.number: each for each in parcels}
    return Issued(
        account=code,
        parties=parties,
        key=key,
        at=at,
        issued_on=issued_on,
        due_on=due_on(parties.terms, issued_on, works),
        discount_until=early,
        discount=discount_of(parties.terms, billed.total) if early else 0,
        orders=tuple(each.order for each in orders.values()),
        order_keys=tuple(each.keys for each in orders.values()),
        lines=lines,
        bill=billed,
        parts=_parts(lines, billed),
        completes=frozenset(each.order.number for each in parcels if each.completes),
        open_amount=billed.total,
    )


def _line(left: _Left, index: int, charge: Charge, supplied_on: date) -> dict[str, Any]:
    line, priced = left.order.lines[index], left.order.document.lines[index]
    return {
        "kind": LineKind.GOODS,
        "order_line_id": left.keys.lines[index],
        "shipment_id": left.keys.shipments[left.index],
        "drop_id": left.keys.drops[index],
        "order_number": left.order.number,
        "shipment_number": shipment_number(left.order.number, left.index + 1),
        "supplied_on": supplied_on,
        "sku": line.article.sku,
        "name": localized(line.article.names, left.order.plan.dealer.locale),
        "unit": line.article.unit.value,
        "pack_size": line.article.pack_size,
        "quantity": line.quantity,
        "unit_price_e4": priced.unit_price_e4,
        "line_total": charge.amount,
        "tax_class": priced.tax_class,
        "tax_included": charge.tax_included,
        "taxes": [rate.to_snapshot() for rate in charge.rates],
    }


def _parts(lines: Sequence[Mapping[str, Any]], billed: Bill) -> dict[str, int]:
    weights = [line["net"] * (PPM + sum(tax["rate_ppm"] for tax in line["taxes"])) for line in lines]
    parts: dict[str, int] = {}
    for line, part in zip(lines, allocate(billed.total, weights), strict=True):
        parts[line["order_number"]] = parts.get(line["order_number"], 0) + part
    return parts


def row_of(each: Issued, keys: Keys) -> tuple[Any, ...]:
    """The invoice as a row of INVOICE_COLUMNS."""
    parties, billed = each.parties, each.bill
    places: list[dict[str, str]] = []
    for order in each.orders:
        if (place := ship_to(order)) not in places:
            places.append(place)
    days = [line["supplied_on"] for line in each.lines]
    return (
        each.id,
        each.number,
        InvoiceKind.INVOICE,
        parties.seller_id,
        keys.accounts[each.account],
        each.key,
        each.order_keys[0].id if len(each.orders) == 1 else None,
        parties.currency,
        parties.locale,
        list(dict.fromkeys(order.plan.po_number for order in each.orders if order.plan.po_number)),
        each.issued_on,
        min(days),
        max(days),
        each.due_on,
        each.discount_until,
        each.discount,
        parties.terms.to_snapshot(),
        parties.seller,
        parties.buyer,
        places,
        0,
        billed.net,
        billed.tax,
        billed.total,
        [tax.to_snapshot() for tax in billed.taxes],
        parties.tax_rounding.value,
        each.open_before,
        each.open_amount,
        each.settled_on,
        "",
        "",
        "",
        each.at,
    )


INVOICE_COLUMNS: Final = (
    "id", "number", "kind", "seller_id", "account_id", "key", "order_id", "currency", "locale", "po_numbers",
    "issued_on", "supplied_from", "supplied_to", "due_on", "discount_until", "discount", "terms", "seller", "buyer",
    "ship_to", "freight", "net", "tax", "total", "taxes", "tax_rounding", "open_before", "open_amount", "settled_on",
    "return_number", "reason", "note", "created_at",
)  # fmt: skip

LINE_COLUMNS: Final = (
    "kind", "order_line_id", "shipment_id", "drop_id", "order_number", "shipment_number", "supplied_on", "sku", "name",
    "unit", "pack_size", "quantity", "unit_price_e4", "line_total", "net", "tax", "tax_class", "tax_included", "taxes",
)  # fmt: skip
