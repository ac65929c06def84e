"""A page of an account's documents, found as people look for them. Amounts are minor units."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.core.amounts import amount_of, days_of
from portal.invoices.models import (
    Invoice,
    InvoiceKind,
    InvoiceLine,
)
from portal.orders.models import Order, OrderLine

PAGE_SIZE: Final = 25
"""Documents on a page of the list."""

MAX_PAGE: Final = 1_000
"""Deepest page of the list."""

MAX_QUERY: Final = 100
"""Characters of a search text that are looked at."""

MAX_WORDS: Final = 6
"""Words of a search text that are looked for."""

MAX_ORDERS: Final = 100
"""Orders a word of a search may name, the newest first."""

SOON_DAYS: Final = 7
"""Days before its due day from which an invoice counts as due."""


class InvoiceStatus(StrEnum):
    """How a document stands today."""

    OPEN = "open"
    DUE = "due"
    """Open, and due within ``SOON_DAYS`` days."""
    OVERDUE = "overdue"
    PAID = "paid"
    CREDIT = "credit"
    """A credit note that is not used up."""
    USED = "used"
    """A credit note that is."""


class InvoiceFilter(StrEnum):
    """Which documents a list shows."""

    OPEN = "open"
    """All that is to be paid, due or not, overdue or not."""
    DUE = "due"
    OVERDUE = "overdue"
    PAID = "paid"
    CREDIT = "credit"
    """All credit notes."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A document as a list shows it."""

    id: int
    number: str
    kind: InvoiceKind
    status: InvoiceStatus
    issued_on: date
    due_on: date
    days_late: int
    """Days past due of what is open; 0 if it is not late."""
    currency: str
    total: int
    open_amount: int
    discount: int
    """Granted for paying in full today; 0: none."""
    discount_until: date | None
    settled_on: date | None
    order_number: str
    """Of the one order it is about; empty: several, or none."""
    po_numbers: tuple[str, ...]

    @property
    def is_credit_note(self) -> bool:
        """True if it gives back."""
        return self.kind is InvoiceKind.CREDIT_NOTE

    @property
    def is_payable(self) -> bool:
        """True if something of it is to be paid."""
        return not self.is_credit_note and self.open_amount > 0

    @property
    def is_partly_paid(self) -> bool:
        """True if some of it is paid, and some is not."""
        return 0 < self.open_amount < self.total


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """A page of the list."""

    rows: tuple[InvoiceRow, ...]
    page: int
    """Counts from 1."""
    has_more: bool


_ROWS = select(
    Invoice.id,
    Invoice.number,
    Invoice.kind,
    Invoice.issued_on,
    Invoice.due_on,
    Invoice.currency,
    Invoice.total,
    Invoice.open_amount,
    Invoice.discount,
    Invoice.discount_until,
    Invoice.settled_on,
    Invoice.po_numbers,
    Order.number.label("order_number"),
).outerjoin(Order, Order.id == Invoice.order_id)

IS_CLAIM = Invoice.kind != InvoiceKind.CREDIT_NOTE
IS_OPEN = and_(IS_CLAIM, Invoice.open_amount > 0)


def invoices_of(
    session: Session,
    account_id: int,
    currency: str,
    *,
    shown: InvoiceFilter,
    today: date,
    q: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    page: int = 1,
) -> InvoicePage:
    """A page of the account's documents, issued from ``starts_on`` to ``ends_on``; one statement.

    Each word of ``q`` is part of a number (its own, of an order, the dealer's own) or an amount or a day or month on
    which it was issued or is due. What is to be paid comes the longest due first, everything else the newest first.
    """
    page = min(max(page, 1), MAX_PAGE)
    statement = _ROWS.where(Invoice.account_id == account_id, *_filter(shown, today))
    if starts_on is not None:
        statement = statement.where(Invoice.issued_on >= starts_on)
    if ends_on is not None:
        statement = statement.where(Invoice.issued_on <= ends_on)
    if q:
        statement = statement.where(_found(q, account_id, currency))
    if shown in (InvoiceFilter.OPEN, InvoiceFilter.DUE, InvoiceFilter.OVERDUE):
        statement = statement.order_by(Invoice.due_on, Invoice.id)
    else:
        statement = statement.order_by(Invoice.issued_on.desc(), Invoice.id.desc())
    rows = session.connection().execute(statement.limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)).all()
    return InvoicePage(tuple(_row(row, today) for row in rows[:PAGE_SIZE]), page, len(rows) > PAGE_SIZE)


def numbered(
    session: Session, account_id: int, numbers: Collection[str], today: date
) -> tuple[InvoiceRow, ...]:
    """The account's documents with these numbers, the longest due first; others are left out."""
    statement = _ROWS.where(Invoice.account_id == account_id, Invoice.number.in_(sorted(numbers)))
    rows = session.connection().execute(statement.order_by(Invoice.due_on, Invoice.id))
    return tuple(_row(row, today) for row in rows)


def unused_credit_notes(session: Session, account_id: int, today: date) -> tuple[InvoiceRow, ...]:
    """Credit notes of the account that are not used up, the oldest first; one statement."""
    statement = _ROWS.where(
        Invoice.account_id == account_id,
        Invoice.kind == InvoiceKind.CREDIT_NOTE,
        Invoice.open_amount > 0,
    )
    rows = session.connection().execute(statement.order_by(Invoice.issued_on, Invoice.id).limit(20))
    return tuple(_row(row, today) for row in rows)


def status_of(kind: InvoiceKind, open_amount: int, due_on: date, today: date) -> InvoiceStatus:
    """How a document stands on the day ``today``."""
    if kind is InvoiceKind.CREDIT_NOTE:
        return InvoiceStatus.CREDIT if open_amount else InvoiceStatus.USED
    if not open_amount:
        return InvoiceStatus.PAID
    if due_on < today:
        return InvoiceStatus.OVERDUE
    return InvoiceStatus.DUE if due_on <= today + timedelta(days=SOON_DAYS) else InvoiceStatus.OPEN


def _filter(shown: InvoiceFilter, today: date) -> tuple[ColumnElement[bool], ...]:
    match shown:
        case InvoiceFilter.OPEN:
            return (IS_OPEN,)
        case InvoiceFilter.DUE:
            return (IS_OPEN, Invoice.due_on.between(today, today + timedelta(days=SOON_DAYS)))
        case InvoiceFilter.OVERDUE:
            return (IS_OPEN, Invoice.due_on < today)
        case InvoiceFilter.PAID:
            return (IS_CLAIM, Invoice.open_amount == 0)
        case InvoiceFilter.CREDIT:
            return (Invoice.kind == InvoiceKind.CREDIT_NOTE,)
        case InvoiceFilter.ALL:
            return ()


def _found(q: str, account_id: int, currency: str) -> ColumnElement[bool]:
    text = unicodedata.normalize("NFKC", q[:MAX_QUERY])
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()[:MAX_WORDS]
    fits = and_(True, *(_has(word, account_id, currency) for word in words))
    # An amount may be typed with spaces in it.
    whole = amount_of(text, currency) if len(words) > 1 else None
    return fits if whole is None else or_(fits, _amounts_to(whole))


def _has(word: str, account_id: int, currency: str) -> ColumnElement[bool]:
    orders = (
        select(Order.id)
        .where(
            Order.account_id == account_id,
            func.lower(Order.number + " " + Order.po_number).contains(word.lower(), autoescape=True),
        )
        .order_by(Order.id.desc())
        .limit(MAX_ORDERS)
    )
    lines = select(OrderLine.id).where(OrderLine.order_id.in_(orders))
    ways = [
        func.lower(Invoice.number).contains(word.lower(), autoescape=True),
        Invoice.order_id.in_(orders),
        Invoice.id.in_(select(InvoiceLine.invoice_id).where(InvoiceLine.order_line_id.in_(lines))),
    ]
    amount = amount_of(word, currency)
    if amount is not None:
        ways.append(_amounts_to(amount))
    days = days_of(word)
    if days is not None:
        ways += [Invoice.issued_on.between(*days), Invoice.due_on.between(*days)]
    return or_(*ways)


def _amounts_to(amount: int) -> ColumnElement[bool]:
    return or_(Invoice.total == amount, and_(Invoice.open_amount == amount, Invoice.open_amount > 0))


def _row(row: Any, today: date) -> InvoiceRow:
    is_open = row.open_amount > 0 and row.kind is not InvoiceKind.CREDIT_NOTE
    has_discount = (
        is_open
        and row.open_amount == row.total
        and row.discount_until is not None
        and today <= row.discount_until
    )
    return InvoiceRow(
        id=row.id,
        number=row.number,
        kind=row.kind,
        status=status_of(row.kind, row.open_amount, row.due_on, today),
        issued_on=row.issued_on,
        due_on=row.due_on,
        days_late=max((today - row.due_on).days, 0) if is_open else 0,
        currency=row.currency,
        total=row.total,
        open_amount=row.open_amount,
        discount=row.discount if has_discount else 0,
        discount_until=row.discount_until if has_discount else None,
        settled_on=row.settled_on,
        order_number=row.order_number or "",
        po_numbers=tuple(row.po_numbers),
    )
