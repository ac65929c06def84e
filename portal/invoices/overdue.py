"""What is overdue, invoice by invoice, by the calendar of each account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, PaymentTerms
from portal.core.clock import local_date
from portal.invoices.models import Invoice, InvoiceKind
from portal.ledger.queries import balance_of


@dataclass(frozen=True, slots=True)
class OverdueInvoice:
    """An invoice that should have been paid; amounts in minor units."""

    id: int
    number: str
    currency: str
    issued_on: date
    due_on: date
    total: int
    open_amount: int
    days: int
    """Since the due date, by the account's calendar; at least 1."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """What of an account's invoices is overdue, the oldest first; at least one."""

    account_id: int
    today: date
    """The account's."""
    reminder_days: tuple[int, ...]
    hold_after_days: int | None
    invoices: tuple[OverdueInvoice, ...]

    @property
    def amount(self) -> int:
        """Sum of what is open of them, minor units."""
        return sum(invoice.open_amount for invoice in self.invoices)


def overdue_accounts(
    session: Session, now: datetime, *, account_ids: Iterable[int] | None = None
) -> list[Overdue]:
    """Every account with overdue invoices, or those of ``account_ids`` that have any; one statement."""
    latest = now.date() + timedelta(days=1)
    conditions = [
        Invoice.open_amount > 0,
        Invoice.due_on < latest,
        Invoice.kind != InvoiceKind.CREDIT_NOTE,
    ]
    if account_ids is not None:
        conditions.append(Invoice.account_id.in_(list(account_ids)))
    rows = session.execute(
        select(
            Invoice.id,
            Invoice.account_id,
            Invoice.number,
            Invoice.currency,
            Invoice.issued_on,
            Invoice.due_on,
            Invoice.total,
            Invoice.open_amount,
            Account.timezone,
            PaymentTerms.reminder_days,
            PaymentTerms.hold_after_days,
        )
        .join(Account, Account.id == Invoice.account_id)
        .join(PaymentTerms, PaymentTerms.id == Account.payment_terms_id)
        .where(*conditions)
        .order_by(Invoice.account_id, Invoice.due_on, Invoice.id)
    )
    found: dict[int, Overdue] = {}
    for row in rows:
        today = local_date(now, row.timezone)
        days = (today - row.due_on).days
        if days < 1:
            continue
        invoice = OverdueInvoice(
            row.id, row.number, row.currency, row.issued_on, row.due_on, row.total, row.open_amount, days
        )
        before = found.get(row.account_id)
        found[row.account_id] = Overdue(
            row.account_id,
            today,
            tuple(row.reminder_days),
            row.hold_after_days,
            (*before.invoices, invoice) if before else (invoice,),
        )
    return list(found.values())


def is_covered(session: Session, overdue: Overdue) -> bool:
    """True if the account's unused money and credit notes are as much as what is overdue: nobody is dunned then."""
    return balance_of(session, overdue.account_id).credit >= overdue.amount
