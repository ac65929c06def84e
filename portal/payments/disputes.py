"""Disputes: money that the payer's bank takes back, and gives back where the seller wins.

What a provider says of them may come late, twice and out of order. Two sums only ever grow: what was taken back at any
time, and what of it was won. Each is compared with what is noted here, so that an old report changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.adapters.payments.provider import Report
from portal.invoices.books import Source, Use, allocate, grant_discount, receive_again, unused_of
from portal.invoices.models import Invoice
from portal.invoices.terms import release_if_paid
from portal.ledger.models import Book, Journal, Posting
from portal.payments.holding import Held, hold_payment, note_event, write_payment
from portal.payments.models import PaymentEventKind, Refund, RefundKind, RefundState
from portal.payments.refunds import returned_elsewhere
from portal.payments.rules import NEVER_TAKEN, WON, place_of_money


@dataclass(frozen=True, slots=True)
class _Noted:
    taken: int
    won: int
    never_taken: int


def book_disputes(session: Session, payment_id: int, report: Report, now: datetime) -> None:
    """Book what was taken back of a payment, and what was given back, that is not booked yet. Raises NotFound."""
    noted = _noted(session, payment_id)
    won = max(report.won - noted.won - noted.never_taken, 0)
    given_back = min(won, noted.taken - noted.won)
    if given_back:
        _give_back(session, payment_id, given_back, report.won, now)
    if unheard := won - given_back:
        _note(session, payment_id, unheard, NEVER_TAKEN, report.won, now)
    in_all = report.disputed + report.won
    if (taken := in_all - noted.taken - noted.never_taken - unheard) > 0:
        returned_elsewhere(session, payment_id, taken, RefundKind.CHARGEBACK, in_all, now)


def _noted(session: Session, payment_id: int) -> _Noted:
    rows = session.execute(
        select(Refund.state, Refund.failure, func.sum(Refund.amount).label("amount"))
        .where(Refund.payment_id == payment_id, Refund.kind == RefundKind.CHARGEBACK)
        .group_by(Refund.state, Refund.failure)
    )
    sums = {(row.state, row.failure): int(row.amount) for row in rows}
    return _Noted(
        sum(amount for (state, _), amount in sums.items() if state is RefundState.DONE),
        sums.get((RefundState.FAILED, WON), 0),
        sums.get((RefundState.FAILED, NEVER_TAKEN), 0),
    )


def _note(session: Session, payment_id: int, amount: int, failure: str, in_all: int, now: datetime) -> int:
    """Note ``amount`` of chargebacks that came to nothing; ``in_all`` is how much was won by now, which names it."""
    return session.execute(
        insert(Refund)
        .values(
            payment_id=payment_id,
            kind=RefundKind.CHARGEBACK,
            submit_key=f"{failure}:{in_all}",
            state=RefundState.FAILED,
            amount=amount,
            reason="chargeback",
            failure=failure,
            created_at=now,
        )
        .returning(Refund.id)
    ).scalar_one()


def _give_back(session: Session, payment_id: int, amount: int, in_all: int, now: datetime) -> None:
    """Book money that is back, and settle with it again what lost it."""
    held = hold_payment(session, payment_id)
    payment, books = held.payment, held.books
    key = f"{WON}:{_note(session, payment_id, amount, WON, in_all, now)}"
    book, detail = place_of_money(payment.provider, is_test=payment.is_test)
    receive_again(
        session, books, payment_id, amount,
        book=book, detail=detail, key=key, reference=payment.reference, now=now,
    )  # fmt: skip
    write_payment(session, payment_id, now, refunded=payment.refunded - amount)
    note_event(session, payment_id, PaymentEventKind.REPORTED, now, facts={"dispute": WON, "amount": amount})
    _settle_again(session, held, key, now)
    release_if_paid(session, books.account_id, now)


def _settle_again(session: Session, held: Held, key: str, now: datetime) -> None:
    """Settle what the payment's chargebacks opened again, with the discounts that ended, then its order's invoices."""
    payment, books = held.payment, held.books
    freed = _opened_by(session, payment.id, "freed:refund:")
    discounts = _opened_by(session, payment.id, "discount:freed:refund:")
    rows = session.execute(
        select(Invoice.id, Invoice.number, Invoice.open_amount)
        .where(
            Invoice.account_id == books.account_id,
            Invoice.open_amount > 0,
            Invoice.id.in_(freed) | (Invoice.order_id == (held.order.id if held.order else 0)),
            Invoice.credits_id.is_(None),
        )
        .order_by(Invoice.due_on, Invoice.id)
    ).all()
    left = unused_of(session, books, Source(payment_id=payment.id))
    uses, granted = [], []
    for row in rows:
        part = min(left, row.open_amount, freed.get(row.id, row.open_amount))
        if part > 0:
            uses.append(Use(Source(payment_id=payment.id), row.id, part))
            left -= part
        still = row.open_amount - part
        if part and 0 < still <= discounts.get(row.id, 0):
            granted.append((row.id, still))
    if uses:
        allocate(session, books, uses, key=f"again:{key}", reference=payment.reference, now=now)
    for invoice_id, amount in granted:
        grant_discount(session, books, invoice_id, amount, key=f"discount:{key}:{invoice_id}", now=now)


def _opened_by(session: Session, payment_id: int, prefix: str) -> dict[int, int]:
    """By how much the chargebacks of a payment opened its invoices again, in journals of this kind of key."""
    chargebacks = session.scalars(
        select(Refund.id).where(
            Refund.payment_id == payment_id,
            Refund.kind == RefundKind.CHARGEBACK,
            Refund.state == RefundState.DONE,
        )
    ).all()
    opened: dict[int, int] = {}
    for refund_id in chargebacks:
        exact = f"{prefix}{refund_id}"
        rows = session.execute(
            select(Posting.invoice_id, func.sum(Posting.amount).label("amount"))
            .join(Journal, Journal.id == Posting.journal_id)
            .where(
                (Journal.key == exact) | Journal.key.startswith(f"{exact}:"),
                Posting.book == Book.RECEIVABLE,
                Posting.invoice_id.is_not(None),
            )
            .group_by(Posting.invoice_id)
        )
        for row in rows:
            opened[row.invoice_id] = opened.get(row.invoice_id, 0) + int(row.amount)
    return opened
