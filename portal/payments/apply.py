"""What a provider says of a payment, applied: the one place where a report changes anything.

Reports may come several times, late, in any order, and from several sides at once; the locks make them wait for each
other, and what is known already changes nothing. A report that does not fit what was asked for never settles: the
payment waits for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.adapters.payments.provider import Report
from portal.payments.disputes import book_disputes
from portal.payments.holding import Held, hold_payment, note_event, write_payment
from portal.payments.models import (
    PaymentEvent,
    PaymentEventKind,
    PaymentState,
    Refund,
    RefundKind,
    RefundState,
)
from portal.payments.refunds import complete, returned_elsewhere
from portal.payments.rules import REFUSED, difference, goes_forward, state_of
from portal.payments.settling import settle

MOST_WEIGHED: Final = 10
"""Refunds under way of one payment among which those are looked for that make up what went back."""


def apply(
    session: Session, payment_id: int, report: Report, *, now: datetime, received_on: date | None = None
) -> PaymentState:
    """Bring a payment to where the report says it stands, as far as that is forward; gives where it stands then.

    ``received_on``: the day the money arrived, in the account's zone; today unless told. Raises NotFound.
    """
    held = hold_payment(session, payment_id)
    payment = held.payment
    wrong = difference(
        report,
        reference=payment.reference,
        amount=payment.amount,
        currency=payment.currency,
        provider_ref=payment.provider_ref,
        is_test=payment.is_test,
    )
    if wrong:
        return _to_review(session, held, report, wrong, now)
    to = state_of(report)
    stands: PaymentState = payment.state
    if goes_forward(stands, to):
        _go(session, held, report, to, now, received_on)
        stands = to
    if stands is PaymentState.PAID and to is PaymentState.PAID:
        if report.refunded:
            _send_back(session, held, report, now)
        if report.disputed or report.won:
            book_disputes(session, payment_id, report, now)
    return stands


def _go(
    session: Session,
    held: Held,
    report: Report,
    to: PaymentState,
    now: datetime,
    received_on: date | None,
) -> None:
    payment = held.payment
    known: dict[str, Any] = {
        "method": report.method or payment.method,
        "provider_ref": payment.provider_ref or report.provider_ref or None,
        "receipt_url": report.receipt_url or payment.receipt_url,
        "secret": report.secret or payment.secret,
        "expires_at": report.expires_at or payment.expires_at,
    }
    if report.instructions:
        known["instructions"] = {**payment.instructions, **report.instructions}
    if to is PaymentState.PAID:
        write_payment(session, payment.id, now, **known)
        settle(session, held, now, received_on=received_on)
        return
    changes = {"state": to, "failure": report.failure, **known}
    if all(getattr(payment, name) == value for name, value in changes.items()):
        return
    write_payment(session, payment.id, now, **changes)
    kind = {
        PaymentState.FAILED: PaymentEventKind.FAILED,
        PaymentState.EXPIRED: PaymentEventKind.FAILED,
        PaymentState.CANCELLED: PaymentEventKind.CANCELLED,
    }.get(to, PaymentEventKind.REPORTED)
    note_event(session, payment.id, kind, now, facts={"state": to.value, "failure": report.failure})


def _to_review(session: Session, held: Held, report: Report, wrong: str, now: datetime) -> PaymentState:
    """Have a person look at a report that does not fit; what is settled stays settled."""
    payment = held.payment
    facts = {
        "why": wrong,
        "state": report.state.value,
        "amount": report.amount,
        "currency": report.currency,
        "reference": report.reference,
        "provider_ref": report.provider_ref,
    }
    last = session.scalar(
        select(PaymentEvent.facts)
        .where(PaymentEvent.payment_id == payment.id, PaymentEvent.kind == PaymentEventKind.REVIEW)
        .order_by(PaymentEvent.id.desc())
        .limit(1)
    )
    if last == facts and payment.failure == REFUSED:
        # A person has decided about just this; it is told again when its money goes back at the provider.
        return PaymentState(payment.state)
    if last != facts:
        note_event(session, payment.id, PaymentEventKind.REVIEW, now, facts=facts)
    if payment.state is PaymentState.PAID:
        return PaymentState.PAID
    if payment.state is not PaymentState.REVIEW:
        write_payment(session, payment.id, now, state=PaymentState.REVIEW, failure=wrong)
    return PaymentState.REVIEW


def _send_back(session: Session, held: Held, report: Report, now: datetime) -> None:
    """Book what went back at the provider without our asking, and end what we had asked for."""
    beyond = report.refunded - _returned(session, held.payment.id)
    asked = session.execute(
        select(Refund.id, Refund.amount)
        .where(
            Refund.payment_id == held.payment.id,
            Refund.state == RefundState.ASKED,
            Refund.kind == RefundKind.REFUND,
        )
        .order_by(Refund.id)
    ).all()
    for refund in _ended(asked, beyond):
        complete(session, refund.id, provider_ref="", now=now)
        beyond -= refund.amount
    if beyond > 0:
        returned_elsewhere(session, held.payment.id, beyond, RefundKind.REFUND, report.refunded, now)


def _ended(asked: Sequence[Any], gone: int) -> Sequence[Any]:
    """Which of the refunds we asked for were done if ``gone`` went back: those that make it up, else what fits."""
    found: dict[int, tuple[Any, ...]] = {0: ()}
    for refund in asked[:MOST_WEIGHED]:
        for amount, refunds in list(found.items()):
            if amount + refund.amount <= gone:
                found.setdefault(amount + refund.amount, (*refunds, refund))
    if gone in found:
        return found[gone]
    fitting = []
    for refund in asked:
        if refund.amount <= gone:
            fitting.append(refund)
            gone -= refund.amount
    return fitting


def _returned(session: Session, payment_id: int) -> int:
    amount = session.scalar(
        select(func.sum(Refund.amount)).where(
            Refund.payment_id == payment_id,
            Refund.state == RefundState.DONE,
            Refund.kind == RefundKind.REFUND,
        )
    )
    return int(amount or 0)
