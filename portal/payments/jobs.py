"""Background work of payments: what is asked of providers, what runs out, receipts.

Providers are asked outside any transaction; what they say goes through ``apply``, whoever asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.adapters.mail import Mail
from portal.adapters.mail_templates import translations
from portal.adapters.payments.provider import Attempt, RefundReport, Report
from portal.core.clock import local_date
from portal.core.errors import NotFound
from portal.invoices.prepaid import kept_of_payments
from portal.invoices.recipients import recipient_of, recipients_of
from portal.jobs.context import Errand, JobContext, Services
from portal.jobs.queue import enqueue
from portal.ledger.queries import unused_of_payments
from portal.orders.cancelling import cancel
from portal.orders.models import Order, OrderStatus
from portal.orders.moving import locked
from portal.orders.prepaid import waits
from portal.payments.apply import apply
from portal.payments.models import Payment, PaymentState, Refund, RefundState
from portal.payments.queries import attempt_of, payment_by_id, waiting_payments
from portal.payments.refunds import ask_refund, by_hand, complete, give_up, refundable
from portal.payments.rules import OPEN

STALE: Final = timedelta(days=14)
"""After so long nobody comes back to a card form that was left open."""

LOOK_AGAIN: Final = timedelta(minutes=15)
"""How soon an order is looked at again whose payment its provider is still working on."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A payment that its provider is asked about."""

    provider: str
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Expiring:
    """An order whose time to be paid is over, with the payments that are under way for it."""

    order_id: int
    asking: tuple[Asking, ...]


@dataclass(frozen=True, slots=True)
class Returning:
    """A refund that its provider is asked for."""

    refund_id: int
    amount: int
    reason: str
    key: str
    asking: Asking


def expire_payments(context: JobContext) -> None:
    """Have orders looked at whose time to be paid is over, and give up forms nobody came back to."""
    session, now = context.session, context.now
    orders = session.execute(
        select(Order.id, Order.number).where(Order.status == OrderStatus.ON_HOLD, Order.pay_until <= now)
    )
    for order_id, number in orders:
        enqueue(
            session,
            "expire_order",
            {"order_id": order_id},
            now=now,
            unique_key=f"expire_order:{number}:{now.date()}",
        )
    left_open = session.scalars(
        select(Payment.id).where(
            Payment.state.in_((PaymentState.CREATED, PaymentState.ACTION_REQUIRED)),
            Payment.order_id.is_(None),
            Payment.created_at < now - STALE,
        )
    )
    for payment_id in left_open:
        enqueue(
            session,
            "cancel_payment",
            {"payment_id": payment_id},
            now=now,
            unique_key=f"cancel_payment:{payment_id}",
        )


def return_prepaid(context: JobContext, order_id: int) -> None:
    """What was paid in advance of a cancelled order goes back the way it came; a transfer becomes account credit.

    Payments for it that nobody has made yet are given up.
    """
    session, now = context.session, context.now
    number = session.scalar(
        select(Order.number).where(Order.id == order_id, Order.status == OrderStatus.CANCELLED)
    )
    if number is None:
        return
    for payment_id in waiting_payments(session, order_id):
        enqueue(
            session,
            "cancel_payment",
            {"payment_id": payment_id},
            now=now,
            unique_key=f"cancel_payment:{payment_id}",
        )
    paid = session.scalars(
        select(Payment)
        .where(Payment.order_id == order_id, Payment.state == PaymentState.PAID)
        .order_by(Payment.id)
    ).all()
    ids = [payment.id for payment in paid]
    unused = unused_of_payments(session, ids)
    kept = kept_of_payments(session, paid[0].account_id, ids, but=number) if paid else {}
    for payment in paid:
        amount = min(
            unused[payment.id] - sum(kept.get(payment.id, {}).values()), refundable(session, payment)
        )
        if amount > 0 and not by_hand(payment.provider):
            ask_refund(
                session,
                payment.id,
                amount,
                reason="order_cancelled",
                submit_key=f"cancelled:{number}",
                actor_id=None,
                now=now,
            )


def receipt_mail(context: JobContext, payment_id: int) -> None:
    """Have who paid written to, or where the bank told of the money everyone who gets the account's documents."""
    payment = payment_by_id(context.session, payment_id)
    people: list[int | None] = [payment.user_id]
    if payment.user_id is None:
        people = [recipient.user_id for recipient in recipients_of(context.session, payment.account_id)]
    for user_id in people:
        enqueue(
            context.session,
            "receipt_letter",
            {"payment_id": payment_id, "user_id": user_id},
            now=context.now,
            unique_key=f"receipt_letter:{payment_id}:{user_id or ''}",
        )


def receipt_letter(context: JobContext, payment_id: int, user_id: int | None) -> Mail | None:
    """The receipt of a payment, in the account's language; a test says in its subject and text that it is one.

    None for who is no longer written to. Raises NotFound.
    """
    session = context.session
    payment = payment_by_id(session, payment_id)
    person, email = _reader(session, payment.account_id, payment.user_id, user_id)
    if not email:
        return None
    account = session.execute(
        select(Account.name, Account.locale, Account.timezone).where(Account.id == payment.account_id)
    ).one()
    subject, text, html = context.mail_renderer.render(
        "receipt",
        account.locale,
        person=person,
        brand_name=context.brand_name,
        account=account.name,
        payment=payment,
        paid_on=local_date(payment.paid_at or context.now, account.timezone),
        link=f"{context.base_url}/payments/{payment.reference}",
    )
    reference = f"receipt-{payment.reference}-{user_id or 'billing'}"
    return Mail(email, subject, text, html, context.message_id(reference))


def _reader(session: Session, account_id: int, payer_id: int | None, user_id: int | None) -> tuple[str, str]:
    if user_id is not None and user_id == payer_id:
        row = session.execute(
            select(User.name, User.email).where(User.id == user_id, User.active.is_(True))
        ).one_or_none()
        return (row.name, row.email) if row else ("", "")
    recipient = recipient_of(session, account_id, user_id)
    return (recipient.name, recipient.email) if recipient else ("", "")


def _read_payment(context: JobContext, payment_id: int) -> Asking | None:
    state = context.session.scalar(select(Payment.state).where(Payment.id == payment_id))
    if state is None:
        raise NotFound("payment", payment_id)
    return _asking(context, payment_id)


def _read_open_payment(context: JobContext, payment_id: int) -> Asking | None:
    state = context.session.scalar(select(Payment.state).where(Payment.id == payment_id))
    return _asking(context, payment_id) if state in OPEN else None


def _asking(context: JobContext, payment_id: int) -> Asking:
    provider = context.session.scalars(select(Payment.provider).where(Payment.id == payment_id)).one()
    return Asking(provider, attempt_of(context.session, payment_id, context.base_url))


def _fetch(services: Services, asking: Asking) -> Report:
    return services.providers[asking.provider].fetch(asking.attempt)


def _cancel(services: Services, asking: Asking) -> Report:
    return services.providers[asking.provider].cancel(asking.attempt)


def _apply(context: JobContext, asking: Asking, report: Report) -> None:
    apply(context.session, asking.attempt.id, report, now=context.now)


def _read_expiring(context: JobContext, order_id: int) -> Expiring | None:
    order = context.session.execute(
        select(Order.status, Order.pay_until).where(Order.id == order_id)
    ).one_or_none()
    if order is None or not waits(order.status, order.pay_until) or order.pay_until > context.now:
        return None
    return Expiring(
        order_id,
        tuple(_asking(context, payment_id) for payment_id in waiting_payments(context.session, order_id)),
    )


def _close(services: Services, expiring: Expiring) -> list[Report]:
    return [_cancel(services, asking) for asking in expiring.asking]


def _write_expired(context: JobContext, expiring: Expiring, reports: list[Report]) -> None:
    session, now = context.session, context.now
    for asking, report in zip(expiring.asking, reports, strict=True):
        apply(session, asking.attempt.id, report, now=now)
    order = locked(session, expiring.order_id)
    if not waits(order.status, order.pay_until) or order.pay_until > now:
        return
    if waiting_payments(session, order.id):
        # Its provider is at work on it, or it was begun just now: what comes of it is known soon.
        enqueue(
            session,
            "expire_order",
            {"order_id": order.id},
            now=now,
            run_after=now + LOOK_AGAIN,
            unique_key=f"expire_order:{order.number}:{(now + LOOK_AGAIN).isoformat()}",
        )
        return
    locale = session.scalars(select(Order.locale).where(Order.id == order.id)).one()
    _ = translations(locale).gettext
    reason = _("It was not paid in time.")
    cancel(session, order.id, reason=reason, version=order.version, actor_id=None, now=now)


def _read_refund(context: JobContext, refund_id: int) -> Returning | None:
    refund = context.session.get(Refund, refund_id)
    if refund is None:
        raise NotFound("refund", refund_id)
    if refund.state is not RefundState.ASKED:
        return None
    key = f"refund-{refund.id}-{refund.submit_key}"
    return Returning(refund.id, refund.amount, refund.reason, key, _asking(context, refund.payment_id))


def _refund(services: Services, returning: Returning) -> RefundReport:
    provider = services.providers[returning.asking.provider]
    return provider.refund(
        returning.asking.attempt, returning.amount, reason=returning.reason, idempotency_key=returning.key
    )


def _write_refund(context: JobContext, returning: Returning, report: RefundReport) -> None:
    if report.done:
        complete(context.session, returning.refund_id, provider_ref=report.provider_ref, now=context.now)
    else:
        give_up(context.session, returning.refund_id, failure=report.failure or "other", now=context.now)


FETCH_PAYMENT: Final = Errand(_read_payment, _fetch, _apply)
"""Ask how a payment stands. Arguments: payment_id."""

CANCEL_PAYMENT: Final = Errand(_read_open_payment, _cancel, _apply)
"""Give up a payment nobody has made; if it turns out to be paid, it is paid. Arguments: payment_id."""

EXPIRE_ORDER: Final = Errand(_read_expiring, _close, _write_expired)
"""Cancel an order that was not paid in time, unless it turns out to be paid. Arguments: order_id."""

REFUND_PAYMENT: Final = Errand(_read_refund, _refund, _write_refund)
"""Send money back by its provider. Arguments: refund_id."""
