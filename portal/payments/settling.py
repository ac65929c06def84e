"""Money that arrived, and money that goes back: what it does to invoices, orders and the account's credit."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.clock import local_date
from portal.invoices.books import (
    Books,
    Source,
    Use,
    allocate,
    claim_again,
    free_payment,
    give_back,
    given_up,
    grant_discount,
    receive,
    unused_of,
)
from portal.invoices.models import Invoice
from portal.invoices.terms import release_if_paid
from portal.jobs.queue import enqueue
from portal.ledger.models import Book, Journal, JournalKind, Posting
from portal.orders.models import OrderStatus
from portal.orders.prepaid import take_payment
from portal.payments.holding import Held, note_event, write_payment
from portal.payments.models import Payment, PaymentEventKind, PaymentState, PaymentTarget, RefundKind
from portal.payments.rules import OPEN, place_of_money


def settle(
    session: Session,
    held: Held,
    now: datetime,
    *,
    amount: int | None = None,
    received_on: date | None = None,
    actor_id: int | None = None,
    facts: dict[str, object] | None = None,
) -> None:
    """Book the money of a payment, once, and settle with it what it is meant for; the rest is the account's credit.

    ``amount``: what arrived, if it is not what was asked for, minor units; ``received_on``: the day it did, in the
    account's zone, today unless told.
    """
    payment, books = held.payment, held.books
    amount = payment.amount if amount is None else amount
    day = received_on or local_date(now, books.timezone)
    book, detail = place_of_money(payment.provider, is_test=payment.is_test)
    write_payment(
        session,
        payment.id,
        now,
        state=PaymentState.PAID,
        amount=amount,
        failure="",
        paid_at=now,
        expires_at=None,
    )
    received = receive(
        session, books, payment.id, amount,
        book=book, detail=detail, reference=payment.reference, received_on=day, now=now,
    )  # fmt: skip
    if not received:
        return
    note_event(
        session, payment.id, PaymentEventKind.PAID, now,
        actor_id=actor_id, facts={"amount": amount, "asked": payment.amount, "on": day.isoformat(), **(facts or {})},
    )  # fmt: skip
    if held.order is not None:
        take_payment(session, held.order, amount, now)
        if held.order.status is OrderStatus.CANCELLED:
            # It came too late: it goes back the way it came.
            enqueue(
                session,
                "return_prepaid",
                {"order_id": held.order.id},
                now=now,
                unique_key=f"return_prepaid:{held.order.number}:{payment.reference}",
            )
        give_up_for_order(session, held.order.id, now, but=payment.id)
    _settle_targets(session, books, payment.id, payment.reference, day, now, actor_id)
    release_if_paid(session, books.account_id, now)
    enqueue(
        session,
        "receipt_mail",
        {"payment_id": payment.id},
        now=now,
        unique_key=f"receipt_mail:{payment.reference}",
    )


def return_money(
    session: Session,
    held: Held,
    amount: int,
    *,
    kind: RefundKind,
    key: str,
    now: datetime,
    actor_id: int | None,
) -> None:
    """Book money of a payment that went back, or was taken back by the payer's bank; what it settled is open again.

    An early payer's discount of an invoice that is open again is no longer granted.
    """
    payment, books = held.payment, held.books
    book, detail = place_of_money(payment.provider, is_test=payment.is_test)
    free_part(session, books, payment.id, amount, key=f"freed:{key}", now=now)
    give_back(
        session, books, payment.id, amount,
        book=book,
        detail=detail,
        kind=JournalKind.CHARGEBACK if kind is RefundKind.CHARGEBACK else JournalKind.REFUND,
        key=key,
        reference=payment.reference,
        now=now,
        actor_id=actor_id,
    )  # fmt: skip
    write_payment(session, payment.id, now, refunded=payment.refunded + amount)
    note_event(
        session,
        payment.id,
        PaymentEventKind.CHARGED_BACK if kind is RefundKind.CHARGEBACK else PaymentEventKind.REFUNDED,
        now,
        actor_id=actor_id,
        facts={"amount": amount},
    )


def free_part(
    session: Session, books: Books, payment_id: int, amount: int, *, key: str, now: datetime
) -> None:
    """Make ``amount`` of a payment unused, and take back the discounts of invoices that are open again by it."""
    if not free_payment(session, books, payment_id, amount, key=key, now=now):
        return
    reopened = session.scalars(
        select(Invoice.id)
        .join(Posting, Posting.invoice_id == Invoice.id)
        .join(Journal, Journal.id == Posting.journal_id)
        .where(Journal.key == key, Posting.book == Book.RECEIVABLE, Invoice.open_amount > 0)
        .order_by(Invoice.id)
    ).all()
    for invoice_id in reopened:
        granted = given_up(session, invoice_id, Book.DISCOUNT)
        claim_again(
            session, books, invoice_id, Book.DISCOUNT, granted, key=f"discount:{key}:{invoice_id}", now=now
        )


def give_up_for_order(
    session: Session, order_id: int, now: datetime, *, but: int | None = None, above: int = 0
) -> None:
    """Close what was begun for an order, of more than ``above`` (minor units), so that nobody pays for it twice."""
    others = session.scalars(
        select(Payment.id)
        .where(
            Payment.order_id == order_id,
            Payment.id != (but or 0),
            Payment.amount > above,
            Payment.state.in_(OPEN),
        )
        .order_by(Payment.id)
    ).all()
    for payment_id in others:
        enqueue(
            session,
            "cancel_payment",
            {"payment_id": payment_id},
            now=now,
            unique_key=f"cancel_payment:{payment_id}",
        )


def _settle_targets(
    session: Session,
    books: Books,
    payment_id: int,
    reference: str,
    day: date,
    now: datetime,
    actor_id: int | None,
) -> None:
    targets = session.execute(
        select(
            PaymentTarget.invoice_id,
            PaymentTarget.amount,
            PaymentTarget.discount,
            Invoice.open_amount,
            Invoice.discount_until,
        )
        .join(Invoice, Invoice.id == PaymentTarget.invoice_id)
        .where(PaymentTarget.payment_id == payment_id)
        .order_by(Invoice.due_on, Invoice.id)
    ).all()
    left = unused_of(session, books, Source(payment_id=payment_id))
    uses, discounts = [], []
    for target in targets:
        part = min(left, target.amount, target.open_amount)
        if part > 0:
            uses.append(Use(Source(payment_id=payment_id), target.invoice_id, part))
            left -= part
        still = target.open_amount - part
        in_time = target.discount_until is not None and day <= target.discount_until
        if target.discount and in_time and part and 0 < still <= target.discount:
            discounts.append((target.invoice_id, still))
    if uses:
        allocate(
            session, books, uses, key=f"targets:{payment_id}", reference=reference, now=now, actor_id=actor_id
        )
        _note_uses(session, payment_id, uses, now, actor_id)
    for invoice_id, amount in discounts:
        grant_discount(
            session, books, invoice_id, amount, key=f"discount:payment:{payment_id}:{invoice_id}", now=now
        )


def _note_uses(
    session: Session, payment_id: int, uses: list[Use], now: datetime, actor_id: int | None
) -> None:
    facts = {"invoices": [{"invoice_id": use.invoice_id, "amount": use.amount} for use in uses]}
    note_event(session, payment_id, PaymentEventKind.ALLOCATED, now, actor_id=actor_id, facts=facts)
