"""Reads of payments. Amounts are minor units of the account's currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Seller, User
from portal.adapters.payments.provider import Attempt
from portal.core.errors import NotFound
from portal.invoices.models import Invoice
from portal.orders.models import Order, OrderStatus
from portal.payments.models import (
    Payment,
    PaymentEvent,
    PaymentEventKind,
    PaymentState,
    PaymentTarget,
    Refund,
    RefundKind,
    RefundState,
)
from portal.payments.rules import NEVER_TAKEN, OPEN

PAGE: Final = 30
"""Payments on a page of the history."""


@dataclass(frozen=True, slots=True)
class TargetView:
    """An invoice that a payment is meant for."""

    invoice_id: int
    number: str
    amount: int
    discount: int


@dataclass(frozen=True, slots=True)
class RefundView:
    """Money of a payment that goes back."""

    id: int
    kind: RefundKind
    state: RefundState
    amount: int
    reason: str
    failure: str
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentBrief:
    """What is shown of a payment wherever one is."""

    id: int
    reference: str
    provider: str
    method: str
    is_test: bool
    state: PaymentState
    amount: int
    refunded: int
    currency: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView(PaymentBrief):
    """A payment as pages show it."""

    account_id: int
    user_id: int | None
    user_name: str | None
    """Who pays; None: it came from a bank file."""
    order_id: int | None
    order_number: str | None
    order_status: OrderStatus | None
    pay_until: datetime | None
    provider_ref: str | None
    instructions: Mapping[str, Any]
    failure: str
    receipt_url: str
    expires_at: datetime | None
    paid_at: datetime | None
    targets: tuple[TargetView, ...] = ()
    refunds: tuple[RefundView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow(PaymentBrief):
    """A payment in the history."""

    order_number: str | None
    numbers: tuple[str, ...]
    """Of the invoices it is meant for."""
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventView:
    """What happened to a payment."""

    kind: PaymentEventKind
    facts: Mapping[str, Any]
    at: datetime


BRIEF: Final = (
    Payment.id,
    Payment.reference,
    Payment.provider,
    Payment.method,
    Payment.is_test,
    Payment.state,
    Payment.amount,
    Payment.refunded,
    Payment.currency,
    Payment.created_at,
)
"""The columns of a PaymentBrief."""

_VIEW = (
    select(
        *BRIEF,
        Payment.account_id,
        Payment.user_id,
        User.name.label("user_name"),
        Payment.order_id,
        Order.number.label("order_number"),
        Order.status.label("order_status"),
        Order.pay_until,
        Payment.provider_ref,
        Payment.instructions,
        Payment.failure,
        Payment.receipt_url,
        Payment.expires_at,
        Payment.paid_at,
    )
    .outerjoin(User, User.id == Payment.user_id)
    .outerjoin(Order, Order.id == Payment.order_id)
)


def payment_of(session: Session, account_id: int, reference: str) -> PaymentView:
    """A payment of the account by its reference. Raises NotFound."""
    return _view(session, Payment.account_id == account_id, Payment.reference == reference)


def payment_by_id(session: Session, payment_id: int) -> PaymentView:
    """A payment, whoever's. Raises NotFound."""
    return _view(session, Payment.id == payment_id)


def payment_by_reference(session: Session, reference: str) -> PaymentView:
    """A payment by its reference, whoever's. Raises NotFound."""
    return _view(session, Payment.reference == reference)


def find_payment(session: Session, provider: str, *, reference: str, provider_ref: str) -> int | None:
    """The payment a provider speaks of, by our reference or its own key; None: it is none of ours."""
    named = Payment.reference == reference if reference else Payment.provider_ref == provider_ref
    if not (reference or provider_ref):
        return None
    return session.scalar(select(Payment.id).where(Payment.provider == provider, named))


def history(
    session: Session, account_id: int, *, before: int | None = None, limit: int = PAGE
) -> list[PaymentRow]:
    """The account's payments, the latest first; with ``before``, those older than that payment (its id)."""
    where = [Payment.account_id == account_id]
    if before is not None:
        where.append(Payment.id < before)
    rows = session.execute(
        select(
            *BRIEF,
            Order.number.label("order_number"),
            Payment.paid_at,
        )
        .outerjoin(Order, Order.id == Payment.order_id)
        .where(*where)
        .order_by(Payment.id.desc())
        .limit(limit)
    ).all()
    numbers: dict[int, list[str]] = {}
    for payment_id, number in session.execute(
        select(PaymentTarget.payment_id, Invoice.number)
        .join(Invoice, Invoice.id == PaymentTarget.invoice_id)
        .where(PaymentTarget.payment_id.in_([row.id for row in rows]))
        .order_by(Invoice.due_on, Invoice.id)
    ):
        numbers.setdefault(payment_id, []).append(number)
    return [PaymentRow(**row._mapping, numbers=tuple(numbers.get(row.id, ()))) for row in rows]


def events_of(session: Session, payment_id: int) -> list[EventView]:
    """All that happened to a payment, the first first."""
    rows = session.execute(
        select(PaymentEvent.kind, PaymentEvent.facts, PaymentEvent.at)
        .where(PaymentEvent.payment_id == payment_id)
        .order_by(PaymentEvent.id)
    )
    return [EventView(*row) for row in rows]


def attempt_of(session: Session, payment_id: int, base_url: str) -> Attempt:
    """The payment as its provider needs to know it. ``base_url``: the portal's, without a trailing slash.

    Raises NotFound.
    """
    row = session.execute(
        select(Payment, Account.name, Account.locale, User.name, User.email, User.locale, Order.number)
        .join(Account, Account.id == Payment.account_id)
        .outerjoin(User, User.id == Payment.user_id)
        .outerjoin(Order, Order.id == Payment.order_id)
        .where(Payment.id == payment_id)
        # What was read before in this session may have changed meanwhile.
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound("payment", payment_id)
    payment, account_name, account_locale, name, email, locale, order_number = row
    numbers = [order_number] if order_number else [target.number for target in _targets(session, payment_id)]
    return Attempt(
        id=payment.id,
        reference=payment.reference,
        amount=payment.amount,
        currency=payment.currency,
        provider_ref=payment.provider_ref,
        # Numbers alone: they are the same in every language.
        description=", ".join(numbers[:5]),
        customer_name=name or account_name,
        customer_email=email or "",
        locale=locale or account_locale,
        return_url=f"{base_url}/payments/{payment.reference}/return",
        cancel_url=f"{base_url}/payments/{payment.reference}",
        due=payment.expires_at,
        method=payment.method,
        secret=payment.secret,
        transfer_to=bank_account_of(session, payment.account_id, payment.currency) or {},
    )


def bank_account_of(session: Session, account_id: int, currency: str) -> dict[str, str] | None:
    """The seller's bank account to which the account transfers money of the currency; None: there is none."""
    own = select(Account.seller_id).where(Account.id == account_id).scalar_subquery()
    accounts = session.scalar(
        select(Seller.bank_accounts)
        .where((Seller.id == own) | (own.is_(None) & Seller.is_default.is_(True)))
        .order_by(Seller.id)
        .limit(1)
    )
    return next((dict(each) for each in accounts or () if each.get("currency") == currency), None)


def waiting_payments(session: Session, order_id: int) -> list[int]:
    """Ids of the payments for an order that are still under way, the latest first."""
    rows = session.scalars(
        select(Payment.id)
        .where(Payment.order_id == order_id, Payment.state.in_(OPEN))
        .order_by(Payment.id.desc())
    )
    return list(rows)


def payments_under_way(session: Session, account_id: int, invoice_ids: Sequence[int]) -> dict[int, int]:
    """What payments that wait for money will settle of each invoice; invoices without one are left out."""
    rows = session.execute(
        select(PaymentTarget.invoice_id, func.sum(PaymentTarget.amount))
        .join(Payment, Payment.id == PaymentTarget.payment_id)
        .where(
            Payment.account_id == account_id,
            PaymentTarget.invoice_id.in_(invoice_ids),
            Payment.state.in_((PaymentState.WAITING_DEPOSIT, PaymentState.PENDING, PaymentState.AUTHORIZED)),
        )
        .group_by(PaymentTarget.invoice_id)
    )
    return {invoice_id: int(amount) for invoice_id, amount in rows}


def _view(session: Session, *where: ColumnElement[bool]) -> PaymentView:
    row = session.execute(_VIEW.where(*where)).one_or_none()
    if row is None:
        raise NotFound("payment")
    refunds = session.execute(
        select(
            Refund.id,
            Refund.kind,
            Refund.state,
            Refund.amount,
            Refund.reason,
            Refund.failure,
            Refund.created_at,
            Refund.done_at,
        )
        .where(Refund.payment_id == row.id, Refund.failure != NEVER_TAKEN)
        .order_by(Refund.id)
    )
    return PaymentView(
        **row._mapping,
        targets=tuple(_targets(session, row.id)),
        refunds=tuple(RefundView(*refund) for refund in refunds),
    )


def _targets(session: Session, payment_id: int) -> list[TargetView]:
    rows = session.execute(
        select(Invoice.id, Invoice.number, PaymentTarget.amount, PaymentTarget.discount)
        .join(Invoice, Invoice.id == PaymentTarget.invoice_id)
        .where(PaymentTarget.payment_id == payment_id)
        .order_by(Invoice.due_on, Invoice.id)
    )
    return [TargetView(*row) for row in rows]
