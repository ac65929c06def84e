"""Deliveries as a calendar file: what comes where on which day, and the text that calendars read (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Location
from portal.orders.models import Drop, Order, OrderLine, OrderStatus

LINE_OCTETS: Final = 75
"""Longest line, without its end; what is longer goes on in the next one after a space."""


@dataclass(frozen=True, slots=True)
class Goods:
    """Units of a product in a delivery."""

    name: str
    sku: str
    unit: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """What of an order goes to one place on one day."""

    order_number: str
    key: int
    """Stays with the delivery when its day or its quantities change."""
    version: int
    """Raised by every change of the order."""
    day: date
    place: dict[str, str]
    """Name and address of the place."""
    goods: tuple[Goods, ...]
    """What is still wanted of it; empty: all of it was cancelled."""
    has_arrived: bool

    @property
    def is_cancelled(self) -> bool:
        """True if nothing of it is wanted any more."""
        return not self.goods


@dataclass(frozen=True, slots=True)
class Entry:
    """An all-day event of a calendar, in words."""

    uid: str
    sequence: int
    day: date
    summary: str
    description: str
    location: str
    url: str
    is_cancelled: bool


_ADDRESS: Final = ("name", "country", "region", "city", "line1", "line2", "postal_code")
_DAY: Final = func.coalesce(Drop.promised_date, Drop.requested_date)

_ROWS = (
    select(
        Order.number,
        Order.version,
        Order.status,
        _DAY.label("day"),
        Drop.id.label("drop_id"),
        Drop.location_id,
        Drop.quantity,
        Drop.cancelled,
        Drop.delivered,
        OrderLine.name.label("line_name"),
        OrderLine.sku,
        OrderLine.unit,
        *(getattr(Location, name).label(f"to_{name}") for name in _ADDRESS),
    )
    .join(OrderLine, OrderLine.id == Drop.order_line_id)
    .join(Order, Order.id == OrderLine.order_id)
    .join(Location, Location.id == Drop.location_id)
    .where(_DAY.is_not(None))
    .order_by(_DAY, Order.id, Drop.id)
)


def deliveries_of_order(session: Session, account_id: int, number: str) -> tuple[Delivery, ...]:
    """All deliveries of an order that have a day, those that arrived or were cancelled too; one statement.

    Empty for an order that is not the account's.
    """
    return _deliveries(session, Order.account_id == account_id, Order.number == number)


def coming_deliveries(session: Session, account_id: int, today: date) -> tuple[Delivery, ...]:
    """The account's deliveries from ``today`` on; one statement.

    The cancelled ones are among them, so that calendars take them out.
    """
    return _deliveries(session, Order.account_id == account_id, today <= _DAY)


def _deliveries(session: Session, *conditions: ColumnElement[bool]) -> tuple[Delivery, ...]:
    groups: dict[tuple[str, int, date], list[Any]] = {}
    for row in session.execute(_ROWS.where(*conditions)):
        groups.setdefault((row.number, row.location_id, row.day), []).append(row)
    return tuple(_delivery(rows) for rows in groups.values())


def _delivery(rows: list[Any]) -> Delivery:
    first = rows[0]
    is_cancelled = first.status is OrderStatus.CANCELLED
    return Delivery(
        order_number=first.number,
        key=min(row.drop_id for row in rows),
        version=first.version,
        day=first.day,
        place={name: getattr(first, f"to_{name}") for name in _ADDRESS},
        goods=tuple(
            Goods(row.line_name, row.sku, row.unit, row.quantity - row.cancelled)
            for row in rows
            if row.quantity > row.cancelled and not is_cancelled
        ),
        has_arrived=all(row.delivered == row.quantity - row.cancelled for row in rows),
    )


def calendar_text(name: str, entries: Iterable[Entry], now: datetime) -> str:
    """The file: ``name`` is what calendars call it; ``now`` is the moment it was made."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Partner portal//Deliveries//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(name)}",
    ]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_escaped(entry.uid)}",
            f"DTSTAMP:{stamp}",
            f"SEQUENCE:{entry.sequence}",
            f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
            # The end is the first day that is not part of it any more.
            f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(entry.summary)}",
            f"DESCRIPTION:{_escaped(entry.description)}",
            f"LOCATION:{_escaped(entry.location)}",
            f"URL:{entry.url}",
            f"STATUS:{'CANCELLED' if entry.is_cancelled else 'CONFIRMED'}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(sign, written)
    # Other control signs have no place in a calendar.
    return "".join(letter for letter in plain if letter >= " " or letter == "\t")


def _folded(line: str) -> str:
    """The line in pieces of LINE_OCTETS bytes at most, none of which ends inside a letter."""
    pieces, piece, size, room = [], "", 0, LINE_OCTETS
    for letter in line:
        octets = len(letter.encode())
        if size + octets > room:
            pieces.append(piece)
            # The space before a further piece takes one of its octets.
            piece, size, room = "", 0, LINE_OCTETS - 1
        piece += letter
        size += octets
    return "\r\n ".join([*pieces, piece])
