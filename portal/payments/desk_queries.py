"""Reads of payments across all accounts, for the seller's people alone. Amounts are minor units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.jobs.models import Job
from portal.jobs.queue import MAX_ATTEMPTS
from portal.payments.models import Payment, PaymentState, Reconciliation, Refund, RefundKind, RefundState
from portal.payments.queries import BRIEF, PaymentBrief
from portal.payments.refunds import GIVEN_UP_BY_HAND, is_stuck

MONEY_JOBS = (
    "invoice_shipment",
    "invoice_order",
    "invoice_months",
    "invoice_month",
    "credit_return",
    "make_paper",
    "invoice_mail",
    "refund_payment",
    "fetch_payment",
    "reconcile",
    "return_prepaid",
    "cancel_payment",
    "expire_order",
    "prove_books",
    "charge_interest",
    "interest_note",
    "expire_payments",
    "receipt_mail",
)
"""The jobs that money hangs on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPayment(PaymentBrief):
    """A payment at the desk."""

    account_code: str
    account_name: str
    failure: str


@dataclass(frozen=True, slots=True)
class DeskRefund:
    """Money that is to go back."""

    id: int
    reference: str
    """The payment's."""
    account_code: str
    account_name: str
    provider: str
    state: RefundState
    amount: int
    currency: str
    reason: str
    failure: str
    created_at: datetime
    is_stuck: bool
    """True: its provider was asked as often as it is, and nobody asks any more until a person says so."""


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job about money that waits for a person, or fails and is tried again."""

    id: int
    name: str
    arguments: Mapping[str, Any]
    attempts: int
    is_given_up: bool
    error: str
    """The last line of what it said."""

    @property
    def refusal(self) -> str:
        """The code of what was refused, such as ``no_seller``; empty if it failed in another way."""
        kind, _, said = self.error.partition(": ")
        return said.partition(" ")[0] if kind.rpartition(".")[2] in ("Refused", "Conflict") else ""


@dataclass(frozen=True, slots=True)
class ReconciliationRow:
    """What comparing a provider's day with the books found."""

    provider: str
    day: date
    checked: int
    findings: Sequence[Mapping[str, Any]]


def payments_to_review(
    session: Session, *, sales_rep_id: int | None = None, most: int = 20
) -> tuple[DeskPayment, ...]:
    """Payments about which a person decides, the oldest first."""
    return _payments(session, Payment.state == PaymentState.REVIEW, *_of_rep(sales_rep_id), most=most)


def latest_payments(session: Session, account_id: int, most: int = 10) -> tuple[DeskPayment, ...]:
    """The account's last payments, the newest first."""
    return _payments(session, Payment.account_id == account_id, most=most, newest_first=True)


def payment_at_desk(
    session: Session, reference: str, *, sales_rep_id: int | None = None
) -> DeskPayment | None:
    """The payment of this reference; None if there is none, or none that may be seen."""
    found = _payments(session, Payment.reference == reference, *_of_rep(sales_rep_id), most=1)
    return found[0] if found else None


def refunds_to_do(
    session: Session, *, sales_rep_id: int | None = None, most: int = 20
) -> tuple[DeskRefund, ...]:
    """Refunds that a person sends, and those that failed, the oldest first."""
    rows = session.execute(
        select(
            Refund.id,
            Payment.reference,
            Account.code,
            Account.name,
            Payment.provider,
            Refund.state,
            Refund.amount,
            Payment.currency,
            Refund.reason,
            Refund.failure,
            Refund.created_at,
            is_stuck(),
        )
        .join(Payment, Payment.id == Refund.payment_id)
        .join(Account, Account.id == Payment.account_id)
        .where(
            Refund.kind == RefundKind.REFUND,
            Refund.state.in_([RefundState.ASKED, RefundState.FAILED]),
            Refund.failure != GIVEN_UP_BY_HAND,
            *_of_rep(sales_rep_id),
        )
        .order_by(Refund.id)
        .limit(most)
    )
    return tuple(DeskRefund(*cast(Any, row)) for row in rows)


def reconciliations(session: Session, most: int = 7) -> tuple[ReconciliationRow, ...]:
    """What comparing with the providers found of late, the newest first."""
    rows = session.execute(
        select(Reconciliation.provider, Reconciliation.day, Reconciliation.checked, Reconciliation.findings)
        .order_by(Reconciliation.day.desc(), Reconciliation.provider)
        .limit(most)
    )
    return tuple(ReconciliationRow(*row) for row in rows)


def failed_jobs(session: Session, most: int = 20) -> tuple[FailedJob, ...]:
    """Jobs about money that failed and are not done, the oldest first."""
    rows = session.execute(
        select(Job.id, Job.name, Job.arguments, Job.attempts, Job.last_error)
        .where(Job.name.in_(MONEY_JOBS), Job.finished_at.is_(None), Job.last_error.is_not(None))
        .order_by(Job.id)
        .limit(most)
    )
    return tuple(
        FailedJob(
            row.id,
            row.name,
            row.arguments,
            row.attempts,
            row.attempts >= MAX_ATTEMPTS,
            row.last_error.strip().rpartition("\n")[2][:200],
        )
        for row in rows
    )


def _payments(
    session: Session, *where: ColumnElement[bool], most: int, newest_first: bool = False
) -> tuple[DeskPayment, ...]:
    rows = session.execute(
        select(
            *BRIEF,
            Account.code.label("account_code"),
            Account.name.label("account_name"),
            Payment.failure,
        )
        .join(Account, Account.id == Payment.account_id)
        .where(*where)
        .order_by(Payment.id.desc() if newest_first else Payment.id)
        .limit(most)
    )
    return tuple(DeskPayment(**row._mapping) for row in rows)


def _of_rep(sales_rep_id: int | None) -> list[ColumnElement[bool]]:
    return [] if sales_rep_id is None else [Account.sales_rep_id == sales_rep_id]
