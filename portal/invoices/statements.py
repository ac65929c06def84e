"""Statements: what happened between an account and the seller in a period, with the balance before and after.

A statement shows what changes the balance. That money settles an invoice only moves it from the account's unused
credit to the invoice, so an allocation is no line of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Date, bindparam, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.errors import NotFound
from portal.invoices.ageing import Ageing, ageing_of
from portal.invoices.models import Invoice
from portal.ledger.models import Book, Journal, JournalKind, Posting
from portal.ledger.queries import OWED_BOOKS


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One event of the period; minor units."""

    posted_on: date
    kind: JournalKind
    reference: str
    """Number of the document or payment, as people know it."""
    document_number: str
    """The invoice or credit note it is about; empty: a payment or refund."""
    payment_id: int | None
    due_on: date | None
    """Of an invoice, when it is due."""
    charge: int
    """What it adds to the balance; 0 if it takes away."""
    credit: int
    """What it takes from the balance; 0 if it adds."""
    balance: int
    """What is owed after it; negative if the seller owes."""
    note: str


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement of account; minor units, a positive balance is owed to the seller."""

    account_id: int
    account_code: str
    account_name: str
    currency: str
    starts_on: date
    ends_on: date
    """Both days belong to the period, by the account's clock."""
    opening: int
    lines: tuple[StatementLine, ...]
    charged: int
    """Sum of the lines' charges."""
    credited: int
    """Sum of the lines' credits."""
    closing: int
    """opening + charged − credited."""
    unused: int
    """Of the account's money, what has settled nothing yet at the end of the period; already counted in closing."""
    ageing: Ageing
    """What was open at the end of the period, by age on that day; less ``unused`` it is ``closing``."""
    seller: Mapping[str, Any]
    """As on the account's newest invoice (see ``invoice.seller``); empty without any."""
    buyer: Mapping[str, Any]
    """As on the account's newest invoice; without any its code, name, country and business_number."""


_BEFORE: Final = (
    select(func.coalesce(func.sum(Posting.amount), 0))
    .join(Journal, Journal.id == Posting.journal_id)
    .where(
        Journal.account_id == bindparam("account_id"),
        Journal.posted_on < bindparam("starts_on", type_=Date),
        Posting.book.in_(OWED_BOOKS),
    )
)

_EVENTS = (
    select(
        Journal.id,
        Journal.kind,
        Journal.reference,
        Journal.posted_on,
        Journal.note,
        func.sum(Posting.amount).label("change"),
        func.min(func.coalesce(Posting.invoice_id, Posting.credit_note_id)).label("document_id"),
        func.min(Posting.payment_id).label("payment_id"),
    )
    .join(Posting, Posting.journal_id == Journal.id)
    .where(
        Journal.account_id == bindparam("account_id"),
        Journal.posted_on.between(bindparam("starts_on", type_=Date), bindparam("ends_on", type_=Date)),
        Posting.book.in_(OWED_BOOKS),
    )
    .group_by(Journal.id)
    .having(func.sum(Posting.amount) != 0)
    .subquery()
)

_LINES: Final = (
    select(_EVENTS, Invoice.number, Invoice.due_on)
    .outerjoin(Invoice, Invoice.id == _EVENTS.c.document_id)
    .order_by(_EVENTS.c.posted_on, _EVENTS.c.id)
)

_OPEN_THEN: Final = (
    select(Posting.invoice_id, Posting.book, func.sum(Posting.amount).label("amount"), Invoice.due_on)
    .join(Journal, Journal.id == Posting.journal_id)
    .outerjoin(Invoice, (Invoice.id == Posting.invoice_id) & (Posting.book == Book.RECEIVABLE))
    .where(
        Journal.account_id == bindparam("account_id"),
        Journal.posted_on <= bindparam("ends_on", type_=Date),
        Posting.book.in_(OWED_BOOKS),
    )
    .group_by(Posting.invoice_id, Posting.book, Invoice.due_on)
    .having(func.sum(Posting.amount) != 0)
)

_PARTIES: Final = (
    select(
        Account.code,
        Account.name,
        Account.currency,
        Account.country,
        Account.business_number,
        Invoice.seller,
        Invoice.buyer,
    )
    .outerjoin(Invoice, Invoice.account_id == Account.id)
    .where(Account.id == bindparam("account_id"))
    .order_by(Invoice.issued_on.desc(), Invoice.id.desc())
    .limit(1)
)


def statement_of(session: Session, account_id: int, starts_on: date, ends_on: date) -> StatementView:
    """The account's statement over a period, both days included; four statements of SQL. Raises NotFound."""
    values: dict[str, Any] = {"account_id": account_id, "starts_on": starts_on, "ends_on": ends_on}
    connection = session.connection()
    account = connection.execute(_PARTIES, values).one_or_none()
    if account is None:
        raise NotFound("account", account_id)
    opening = int(connection.scalar(_BEFORE, values) or 0)
    lines: list[StatementLine] = []
    balance = opening
    for row in connection.execute(_LINES, values):
        change = int(row.change)
        balance += change
        lines.append(
            StatementLine(
                row.posted_on,
                row.kind,
                row.reference,
                row.number or "",
                row.payment_id,
                row.due_on if row.kind is JournalKind.INVOICE else None,
                max(change, 0),
                max(-change, 0),
                balance,
                row.note,
            )
        )
    left = connection.execute(_OPEN_THEN, values).all()
    return StatementView(
        account_id=account_id,
        account_code=account.code,
        account_name=account.name,
        currency=account.currency,
        starts_on=starts_on,
        ends_on=ends_on,
        opening=opening,
        lines=tuple(lines),
        charged=sum(line.charge for line in lines),
        credited=sum(line.credit for line in lines),
        closing=balance,
        unused=-sum(int(row.amount) for row in left if row.book is Book.ACCOUNT_CREDIT),
        ageing=ageing_of(
            ((row.due_on, int(row.amount)) for row in left if row.book is Book.RECEIVABLE), ends_on
        ),
        seller=account.seller or {},
        buyer=account.buyer
        or {
            "code": account.code,
            "name": account.name,
            "country": account.country,
            "business_number": account.business_number or "",
        },
    )
