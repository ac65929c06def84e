"""How an account stands: what it owes, what is to be paid first, what it may use. Amounts are minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Date, bindparam, case, func, select
from sqlalchemy.orm import Session

from portal.invoices.ageing import Ageing, ageing_of
from portal.invoices.invoice_list import IS_OPEN, SOON_DAYS
from portal.invoices.models import (
    Invoice,
)
from portal.ledger.queries import balance_of


@dataclass(frozen=True, slots=True)
class DueDay:
    """What falls due on a day, which frees as much credit once it is paid."""

    due_on: date
    amount: int
    count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account owes, by age, and what it has to use."""

    ageing: Ageing
    next_days: tuple[DueDay, ...]
    """The next days on which something falls due, today included, at most four."""
    count: int
    """Open invoices."""
    unused: int
    """Paid or credited and not used yet: payments and credit notes."""


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that is to be paid."""

    number: str
    due_on: date
    open_amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class DueNow:
    """What home says about invoices."""

    oldest: OpenInvoice
    """The open invoice that was due first."""
    count: int
    """Open invoices that are overdue or due soon."""
    amount: int
    """What is open of them."""
    overdue_count: int
    overdue: int
    is_soon: bool
    """False: the oldest is neither overdue nor due within ``SOON_DAYS`` days."""


_BY_DUE_DAY: Final = (
    select(Invoice.due_on, func.sum(Invoice.open_amount).label("amount"), func.count().label("invoices"))
    .where(Invoice.account_id == bindparam("account_id"), IS_OPEN)
    .group_by(Invoice.due_on)
    .order_by(Invoice.due_on)
)


def standing_of(session: Session, account_id: int, today: date) -> Standing:
    """What the account owes by age, and what falls due next; two statements."""
    rows = session.connection().execute(_BY_DUE_DAY, {"account_id": account_id}).all()
    coming = [DueDay(row.due_on, int(row.amount), row.invoices) for row in rows if row.due_on >= today]
    return Standing(
        ageing=ageing_of(((row.due_on, int(row.amount)) for row in rows), today),
        next_days=tuple(coming[:4]),
        count=sum(row.invoices for row in rows),
        unused=balance_of(session, account_id).credit,
    )


_SOON = Invoice.due_on <= bindparam("soon", type_=Date)
_LATE = Invoice.due_on < bindparam("today", type_=Date)
_DUE_NOW: Final = (
    select(
        Invoice.number,
        Invoice.due_on,
        Invoice.open_amount,
        Invoice.currency,
        func.sum(case((_SOON, 1), else_=0)).over().label("soon_count"),
        func.sum(case((_SOON, Invoice.open_amount), else_=0)).over().label("amount"),
        func.sum(case((_LATE, 1), else_=0)).over().label("overdue_count"),
        func.sum(case((_LATE, Invoice.open_amount), else_=0)).over().label("overdue"),
    )
    .where(Invoice.account_id == bindparam("account_id"), IS_OPEN)
    .order_by(Invoice.due_on, Invoice.id)
    .limit(1)
)


def due_now(session: Session, account_id: int, today: date) -> DueNow | None:
    """What is overdue or due soon, and the invoice to pay first; None if nothing is open. One statement."""
    soon = today + timedelta(days=SOON_DAYS)
    row = (
        session.connection()
        .execute(_DUE_NOW, {"account_id": account_id, "today": today, "soon": soon})
        .one_or_none()
    )
    if row is None:
        return None
    return DueNow(
        oldest=OpenInvoice(row.number, row.due_on, row.open_amount, row.currency),
        count=int(row.soon_count),
        amount=int(row.amount),
        overdue_count=int(row.overdue_count),
        overdue=int(row.overdue),
        is_soon=row.due_on <= soon,
    )


_OLDEST_OPEN: Final = (
    select(Invoice.number, Invoice.due_on, Invoice.open_amount, Invoice.currency)
    .where(Invoice.account_id == bindparam("account_id"), IS_OPEN)
    .order_by(Invoice.due_on, Invoice.id)
    .limit(bindparam("most"))
)


def to_free(session: Session, account_id: int, amount: int, most: int = 20) -> tuple[OpenInvoice, ...]:
    """The invoices to pay, the longest due first, until their open amounts come to ``amount``.

    At most ``most``, which may then come to less; empty if nothing is open. One statement.
    """
    chosen: list[OpenInvoice] = []
    freed = 0
    for row in session.connection().execute(_OLDEST_OPEN, {"account_id": account_id, "most": most}):
        if freed >= amount:
            break
        chosen.append(OpenInvoice(*row))
        freed += row.open_amount
    return tuple(chosen)
