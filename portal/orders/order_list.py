"""A page of orders: for an account and for the desk, the same rows found in the same way."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.accounts.models import Account
from portal.orders.models import Order, OrderLine, OrderStatus
from portal.orders.prepaid import waits
from portal.orders.rules import OPEN_STATUSES

MAX_QUERY: Final = 100
"""Characters of a search text that are looked at."""

MAX_WORDS: Final = 6
"""Words of a search text that are looked for."""

MAX_PAGE: Final = 1_000
"""Deepest page of a list."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as a list shows it."""

    id: int
    number: str
    account_id: int
    account_name: str
    status: OrderStatus
    placed_at: datetime
    requested_date: date | None
    po_number: str
    currency: str
    total: int
    """Minor units."""
    location_name: str
    """The place as it was called then."""
    line_count: int
    first_name: str
    """Name on the first line; with ``line_count`` a title for the row."""
    first_sku: str
    version: int
    waits_for_payment: bool
    """True: it goes on once it is paid."""


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of a list of orders."""

    rows: tuple[OrderRow, ...]
    page: int
    """Counts from 1."""
    has_more: bool


_LINE_COUNT = select(func.count()).where(OrderLine.order_id == Order.id).correlate(Order).scalar_subquery()


def _of_first_line(column: InstrumentedAttribute[str]) -> ColumnElement[str | None]:
    return (
        select(column)
        .where(OrderLine.order_id == Order.id)
        .order_by(OrderLine.position)
        .limit(1)
        .correlate(Order)
        .scalar_subquery()
    )


_ROWS = select(
    Order.id,
    Order.number,
    Order.account_id,
    Account.name.label("account_name"),
    Order.status,
    Order.placed_at,
    Order.requested_date,
    Order.po_number,
    Order.currency,
    Order.total,
    Order.ship_to,
    _LINE_COUNT.label("line_count"),
    _of_first_line(OrderLine.name).label("first_name"),
    _of_first_line(OrderLine.sku).label("first_sku"),
    Order.version,
    Order.pay_until,
).join(Account, Account.id == Order.account_id)


def order_page(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    *,
    q: str,
    statuses: Collection[OrderStatus],
    page: int,
    page_size: int,
    oldest_first: bool = False,
    in_lines: bool = True,
) -> OrderPage:
    """The orders under ``conditions``; see orders_of.

    With ``in_lines`` a word may stand in a line, else in the account's name or code.
    """
    page = min(max(page, 1), MAX_PAGE)
    statement = _ROWS.where(*conditions, *(_has(word, in_lines) for word in _words(q)))
    if statuses:
        statement = statement.where(Order.status.in_(sorted(statuses)))
    statement = (
        statement.order_by(Order.id if oldest_first else Order.id.desc())
        .limit(page_size + 1)
        .offset((page - 1) * page_size)
    )
    rows = session.connection().execute(statement).all()
    return OrderPage(tuple(_row(row) for row in rows[:page_size]), page, len(rows) > page_size)


_OPEN_ORDERS = (
    _ROWS.where(
        Order.account_id == bindparam("account_id"),
        Order.status.in_(sorted(OPEN_STATUSES)),
    )
    .order_by(Order.id.desc())
    .limit(bindparam("limit"))
)


def open_order_rows(session: Session, account_id: int, limit: int) -> tuple[OrderRow, ...]:
    """The account's last orders that are not yet delivered or cancelled; see open_orders."""
    rows = session.connection().execute(_OPEN_ORDERS, {"account_id": account_id, "limit": limit})
    return tuple(_row(row) for row in rows)


def _words(q: str) -> list[str]:
    # Control characters and half surrogate pairs cannot be stored, so they cannot be found either.
    kept = "".join(letter if letter.isprintable() else " " for letter in q[:MAX_QUERY])
    return unicodedata.normalize("NFKC", kept).split()[:MAX_WORDS]


def _has(word: str, in_lines: bool) -> ColumnElement[bool]:
    # A word holds no space, so it cannot be found across two texts that a space keeps apart.
    if not in_lines:
        return _contains(Order.number + " " + Order.po_number + " " + Account.code + " " + Account.name, word)
    line = (
        select(literal(1))
        .where(OrderLine.order_id == Order.id, _contains(OrderLine.sku + " " + OrderLine.name, word))
        .limit(1)
        .correlate(Order)
        .scalar_subquery()
    )
    # Not EXISTS: PostgreSQL may turn that into one search of the lines of all accounts.
    return or_(_contains(Order.number + " " + Order.po_number, word), line.is_not(None))


def _contains(text: ColumnElement[str], word: str) -> ColumnElement[bool]:
    found = func.lower(text).contains(word.lower(), autoescape=True)
    if word.isascii() or word.lower() == word.upper():
        return found
    # SQLite lowers ASCII letters alone, so other letters that have capitals are looked for as typed as well.
    return or_(found, text.contains(word, autoescape=True))


def _row(row: Any) -> OrderRow:
    return OrderRow(
        id=row.id,
        number=row.number,
        account_id=row.account_id,
        account_name=row.account_name,
        status=row.status,
        placed_at=row.placed_at,
        requested_date=row.requested_date,
        po_number=row.po_number,
        currency=row.currency,
        total=row.total,
        location_name=row.ship_to.get("name", ""),
        line_count=row.line_count,
        first_name=row.first_name or "",
        first_sku=row.first_sku or "",
        version=row.version,
        waits_for_payment=waits(row.status, row.pay_until),
    )
