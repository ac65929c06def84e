"""Documents of every account, as the seller's people find and name them. Amounts are minor units.

Where ``sales_rep_id`` is given, only what belongs to the accounts that person looks after is found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.amounts import amount_of
from portal.core.errors import NotFound
from portal.core.money import MINOR_DIGITS
from portal.invoices.invoice_list import IS_OPEN, InvoiceFilter
from portal.invoices.models import Invoice, InvoiceKind
from portal.orders.models import Order

PAGE_SIZE: Final = 25
MAX_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class DeskInvoice:
    """A document in the desk's list."""

    id: int
    number: str
    kind: InvoiceKind
    account_code: str
    account_name: str
    order_number: str
    """Of the one order it is about; empty: several, or none."""
    issued_on: date
    due_on: date
    currency: str
    total: int
    open_amount: int


@dataclass(frozen=True, slots=True)
class DeskInvoicePage:
    """A page of the desk's list."""

    rows: tuple[DeskInvoice, ...]
    page: int
    has_more: bool


def search_invoices(
    session: Session,
    *,
    q: str,
    shown: InvoiceFilter,
    today: date,
    page: int = 1,
    sales_rep_id: int | None = None,
) -> DeskInvoicePage:
    """A page of documents of every account, the newest first, or what is to be paid the longest due first.

    Each word of ``q`` is part of the document's, the order's or the dealer's own number or of the account's code or
    name, or an amount as people write it. One statement.
    """
    conditions = [*of_rep(sales_rep_id), *_shown(shown, today)]
    conditions += [_has(word) for word in q.split()[:MAX_WORDS]]
    to_pay = shown in (InvoiceFilter.OPEN, InvoiceFilter.DUE, InvoiceFilter.OVERDUE)
    order = (Invoice.due_on, Invoice.id) if to_pay else (Invoice.issued_on.desc(), Invoice.id.desc())
    rows = session.execute(
        _INVOICES.where(*conditions).order_by(*order).limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)
    ).all()
    return DeskInvoicePage(tuple(_invoice(row) for row in rows[:PAGE_SIZE]), page, len(rows) > PAGE_SIZE)


def open_invoices(session: Session, account_id: int, most: int = 200) -> tuple[DeskInvoice, ...]:
    """What the account has to pay, the longest due first."""
    rows = session.execute(
        _INVOICES.where(Invoice.account_id == account_id, IS_OPEN)
        .order_by(Invoice.due_on, Invoice.id)
        .limit(most)
    )
    return tuple(_invoice(row) for row in rows)


def latest_documents(session: Session, account_id: int, most: int = 10) -> tuple[DeskInvoice, ...]:
    """The account's last documents, the newest first."""
    rows = session.execute(
        _INVOICES.where(Invoice.account_id == account_id)
        .order_by(Invoice.issued_on.desc(), Invoice.id.desc())
        .limit(most)
    )
    return tuple(_invoice(row) for row in rows)


def invoice_id_of(session: Session, number: str, *, sales_rep_id: int | None = None) -> tuple[int, str]:
    """The id of a document and the code of its account. Raises NotFound."""
    row = session.execute(
        select(Invoice.id, Account.code)
        .join(Account, Account.id == Invoice.account_id)
        .where(Invoice.number == number, *of_rep(sales_rep_id))
    ).one_or_none()
    if row is None:
        raise NotFound("invoice", number)
    return row.id, row.code


_INVOICES: Final[Any] = (
    select(
        Invoice.id,
        Invoice.number,
        Invoice.kind,
        Account.code.label("account_code"),
        Account.name.label("account_name"),
        Order.number.label("order_number"),
        Invoice.issued_on,
        Invoice.due_on,
        Invoice.currency,
        Invoice.total,
        Invoice.open_amount,
    )
    .join(Account, Account.id == Invoice.account_id)
    .outerjoin(Order, Order.id == Invoice.order_id)
)


def _invoice(row: Any) -> DeskInvoice:
    return DeskInvoice(**{**row._mapping, "order_number": row.order_number or ""})


def _shown(shown: InvoiceFilter, today: date) -> Iterable[ColumnElement[bool]]:
    match shown:
        case InvoiceFilter.OPEN:
            return (IS_OPEN,)
        case InvoiceFilter.DUE:
            return (IS_OPEN, Invoice.due_on.between(today, today + timedelta(days=7)))
        case InvoiceFilter.OVERDUE:
            return (IS_OPEN, Invoice.due_on < today)
        case InvoiceFilter.PAID:
            return (Invoice.kind != InvoiceKind.CREDIT_NOTE, Invoice.open_amount == 0)
        case InvoiceFilter.CREDIT:
            return (Invoice.kind == InvoiceKind.CREDIT_NOTE,)
    return ()


def _has(word: str) -> ColumnElement[bool]:
    orders = select(Order.id).where(
        func.lower(Order.number + " " + Order.po_number).contains(word.lower(), autoescape=True)
    )
    ways = [
        func.lower(Invoice.number + " " + Account.code + " " + Account.name).contains(
            word.lower(), autoescape=True
        ),
        Invoice.order_id.in_(orders),
    ]
    by_digits: dict[int, list[str]] = {}
    for currency, digits in MINOR_DIGITS.items():
        by_digits.setdefault(digits, []).append(currency)
    for currencies in by_digits.values():
        amount = amount_of(word, currencies[0])
        if amount:
            ways.append(
                and_(
                    Invoice.currency.in_(currencies),
                    or_(Invoice.total == amount, Invoice.open_amount == literal(amount)),
                )
            )
    return or_(*ways)


def of_rep(sales_rep_id: int | None) -> list[ColumnElement[bool]]:
    """Conditions that leave the accounts of one rep; none for those who look after all."""
    return [] if sales_rep_id is None else [Account.sales_rep_id == sales_rep_id]
