"""Reads of money across all accounts, for the seller's people alone. Amounts are minor units.

Where ``sales_rep_id`` is given, only what belongs to the accounts that person looks after is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import (
    Account,
    AccountStatus,
    CreditOverride,
    InvoiceRhythm,
    PaymentTerms,
    Seller,
    TermsKind,
    User,
)
from portal.core.errors import NotFound
from portal.core.money import MINOR_DIGITS
from portal.invoices.ageing import AGE_LIMITS, Ageing
from portal.invoices.desk_documents import MAX_WORDS, of_rep
from portal.invoices.invoice_list import IS_OPEN
from portal.invoices.models import Invoice
from portal.ledger.models import Book, BooksProof, Journal, JournalKind, Posting
from portal.ledger.queries import OWED_BOOKS


@dataclass(frozen=True, slots=True)
class AccountMoney:
    """An account as those see it who look after its money."""

    id: int
    code: str
    name: str
    currency: str
    locale: str
    timezone: str
    country: str
    status: AccountStatus
    held_for_overdue: bool
    credit_limit: int | None
    """None: no credit at all."""
    credit_used: int
    terms_id: int
    terms_code: str
    terms_kind: TermsKind
    invoice_rhythm: InvoiceRhythm
    seller_code: str
    """Empty: no company of the seller's is set up."""
    sales_rep: str

    @property
    def credit_left(self) -> int | None:
        """What it may still use; below zero if it owes too much; None without credit."""
        return None if self.credit_limit is None else self.credit_limit - self.credit_used


@dataclass(frozen=True, slots=True)
class Receivable:
    """What accounts of one currency owe, by age."""

    currency: str
    ageing: Ageing
    accounts: int
    """How many owe anything."""


@dataclass(frozen=True, slots=True)
class Debtor:
    """An account with what it owes, by age."""

    code: str
    name: str
    currency: str
    status: AccountStatus
    ageing: Ageing
    oldest_due_on: date


@dataclass(frozen=True, slots=True)
class UnusedSource:
    """Money of an account that has settled nothing yet: part of a payment or of a credit note."""

    payment_id: int | None
    credit_note_id: int | None
    reference: str
    """The payment's, or the credit note's number."""
    amount: int

    @property
    def key(self) -> str:
        """Names it in a form: p12 or c34."""
        return f"p{self.payment_id}" if self.payment_id is not None else f"c{self.credit_note_id}"


@dataclass(frozen=True, slots=True)
class JournalRow:
    """An event in an account's books."""

    id: int
    kind: JournalKind
    reference: str
    posted_on: date
    note: str
    by: str
    """Empty: the portal itself."""
    change: int
    """By how much more the account owes."""
    moved: int
    """What it settled or opened again of documents, where it changed nothing of what is owed."""
    kept: int
    """What it set aside of the account's credit for an order that is paid in advance."""
    is_taken_back: bool
    takes_back: bool


@dataclass(frozen=True, slots=True)
class Override:
    """A limit that holds for a while, or the note of a lasting change (both limits the same)."""

    limit_before: int
    limit_meanwhile: int
    until: date
    reason: str
    granted_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """What the last proof of the books found."""

    proved_on: date
    journals: int
    findings: int
    report: str
    created_at: datetime


def account_at_desk(session: Session, code: str, *, sales_rep_id: int | None = None) -> AccountMoney:
    """The account of this code; one statement. Raises NotFound."""
    row = session.execute(_ACCOUNTS.where(Account.code == code, *of_rep(sales_rep_id))).one_or_none()
    if row is None:
        raise NotFound("account", code)
    return _account(row)


def find_accounts(
    session: Session, q: str, *, sales_rep_id: int | None = None, most: int = 10
) -> tuple[AccountMoney, ...]:
    """Accounts whose code or name holds every word, by name; empty without a word."""
    words = q.split()[:MAX_WORDS]
    if not words:
        return ()
    text = func.lower(Account.code + " " + Account.name)
    rows = session.execute(
        _ACCOUNTS.where(
            *(text.contains(word.lower(), autoescape=True) for word in words), *of_rep(sales_rep_id)
        )
        .order_by(Account.name)
        .limit(most)
    )
    return tuple(_account(row) for row in rows)


def seller_currencies(session: Session) -> tuple[str, ...]:
    """The currencies accounts trade in, the most usual first."""
    rows = session.execute(
        select(Account.currency, func.count().label("accounts"))
        .group_by(Account.currency)
        .order_by(func.count().desc(), Account.currency)
    )
    return tuple(row.currency for row in rows if row.currency in MINOR_DIGITS)


def receivables(session: Session, today: date, *, sales_rep_id: int | None = None) -> tuple[Receivable, ...]:
    """What is owed by age, a row for each currency; one statement."""
    rows = session.execute(
        select(
            Invoice.currency, *_ages(today), func.count(func.distinct(Invoice.account_id)).label("accounts")
        )
        .join(Account, Account.id == Invoice.account_id)
        .where(IS_OPEN, *of_rep(sales_rep_id))
        .group_by(Invoice.currency)
        .order_by(Invoice.currency)
    )
    return tuple(Receivable(row.currency, _ageing(row), row.accounts) for row in rows)


def debtors(
    session: Session, today: date, *, sales_rep_id: int | None = None, most: int = 20
) -> tuple[Debtor, ...]:
    """The accounts with anything overdue, the longest overdue first; one statement."""
    rows = session.execute(
        select(
            Account.code,
            Account.name,
            Account.currency,
            Account.status,
            *_ages(today),
            func.min(Invoice.due_on).label("oldest"),
        )
        .join(Account, Account.id == Invoice.account_id)
        .where(IS_OPEN, *of_rep(sales_rep_id))
        .group_by(Account.id, Account.code, Account.name, Account.currency, Account.status)
        .having(func.min(Invoice.due_on) < today)
        .order_by(func.min(Invoice.due_on), Account.id)
        .limit(most)
    )
    return tuple(
        Debtor(row.code, row.name, row.currency, row.status, _ageing(row), row.oldest) for row in rows
    )


def unused_sources(session: Session, account_id: int) -> tuple[UnusedSource, ...]:
    """Money of the account that has settled nothing yet, the oldest first; one statement."""
    note, received = aliased(Invoice), aliased(Journal)
    rows = session.execute(
        select(
            Posting.payment_id,
            Posting.credit_note_id,
            func.max(func.coalesce(note.number, received.reference, "")).label("reference"),
            (-func.sum(Posting.amount)).label("amount"),
        )
        .outerjoin(note, note.id == Posting.credit_note_id)
        .outerjoin(received, and_(received.id == Posting.journal_id, received.kind == JournalKind.PAYMENT))
        .where(Posting.account_id == account_id, Posting.book == Book.ACCOUNT_CREDIT)
        .group_by(Posting.payment_id, Posting.credit_note_id)
        .having(func.sum(Posting.amount) < 0)
        .order_by(func.min(Posting.id))
    )
    return tuple(
        UnusedSource(row.payment_id, row.credit_note_id, row.reference, int(row.amount)) for row in rows
    )


def journals_of(session: Session, account_id: int, most: int = 30) -> tuple[JournalRow, ...]:
    """The last events in the account's books, the newest first; one statement."""
    later = aliased(Journal)
    change = func.sum(case((Posting.book.in_(OWED_BOOKS), Posting.amount), else_=0))
    is_set_aside = and_(
        Posting.book == Book.ACCOUNT_CREDIT, Posting.detail != "", Posting.invoice_id.is_(None)
    )
    kept = func.sum(case((is_set_aside, -Posting.amount), else_=0))
    moved = func.sum(case((Posting.book == Book.RECEIVABLE, -Posting.amount), else_=0))
    rows = session.execute(
        select(
            Journal.id,
            Journal.kind,
            Journal.reference,
            Journal.posted_on,
            Journal.note,
            User.name.label("by"),
            change.label("change"),
            moved.label("moved"),
            kept.label("kept"),
            func.max(later.id).label("later"),
            Journal.reverses_id,
        )
        .join(Posting, Posting.journal_id == Journal.id)
        .outerjoin(User, User.id == Journal.actor_id)
        .outerjoin(later, later.reverses_id == Journal.id)
        .where(Journal.account_id == account_id)
        .group_by(
            Journal.id,
            Journal.kind,
            Journal.reference,
            Journal.posted_on,
            Journal.note,
            User.name,
            Journal.reverses_id,
        )
        .order_by(Journal.id.desc())
        .limit(most)
    )
    return tuple(
        JournalRow(
            row.id,
            row.kind,
            row.reference,
            row.posted_on,
            row.note,
            row.by or "",
            int(row.change),
            int(row.moved),
            int(row.kept),
            row.later is not None,
            row.reverses_id is not None,
        )
        for row in rows
    )


def overrides_of(session: Session, account_id: int, most: int = 5) -> tuple[Override, ...]:
    """What was decided about the account's limit, the newest first."""
    rows = session.execute(
        select(
            CreditOverride.limit_before,
            CreditOverride.limit_meanwhile,
            CreditOverride.until,
            CreditOverride.reason,
            User.name.label("granted_by"),
            CreditOverride.created_at,
        )
        .join(User, User.id == CreditOverride.granted_by_id)
        .where(CreditOverride.account_id == account_id)
        .order_by(CreditOverride.id.desc())
        .limit(most)
    )
    return tuple(Override(*row) for row in rows)


def last_proof(session: Session) -> Proof | None:
    """The last proof of the books; None before the first."""
    row = session.execute(
        select(
            BooksProof.proved_on,
            BooksProof.journals,
            BooksProof.findings,
            BooksProof.report,
            BooksProof.created_at,
        )
        .order_by(BooksProof.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Proof(*row)


_ACCOUNTS: Final[Any] = (
    select(
        Account.id,
        Account.code,
        Account.name,
        Account.currency,
        Account.locale,
        Account.timezone,
        Account.country,
        Account.status,
        Account.held_for_overdue,
        Account.credit_limit,
        Account.credit_used,
        Account.payment_terms_id.label("terms_id"),
        PaymentTerms.code.label("terms_code"),
        PaymentTerms.kind.label("terms_kind"),
        Account.invoice_rhythm,
        Seller.code.label("seller_code"),
        User.name.label("sales_rep"),
    )
    .join(PaymentTerms, PaymentTerms.id == Account.payment_terms_id)
    .outerjoin(
        Seller, or_(Seller.id == Account.seller_id, and_(Account.seller_id.is_(None), Seller.is_default))
    )
    .outerjoin(User, User.id == Account.sales_rep_id)
)


def _account(row: Any) -> AccountMoney:
    return AccountMoney(
        **{
            **row._mapping,
            "invoice_rhythm": InvoiceRhythm(row.invoice_rhythm),
            "seller_code": row.seller_code or "",
            "sales_rep": row.sales_rep or "",
        }
    )


def _ages(today: date) -> list[ColumnElement[int]]:
    """What is open by age, each a sum."""
    edges = [today - timedelta(days=limit) for limit in AGE_LIMITS]
    parts = [
        Invoice.due_on >= edges[0],
        *(and_(Invoice.due_on < upper, Invoice.due_on >= lower) for upper, lower in pairwise(edges)),
        Invoice.due_on < edges[-1],
    ]
    return [
        func.sum(case((part, Invoice.open_amount), else_=0)).label(f"age_{place}")
        for place, part in enumerate(parts)
    ]


def _ageing(row: Any) -> Ageing:
    return Ageing(*(int(row._mapping[f"age_{place}"]) for place in range(5)))
