"""Money that arrived by transfer or by hand, and transfers that turned out to be another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import Conflict, NotFound, Refused
from portal.invoices.books import open_books, take_back
from portal.invoices.prepaid import kept_of_payments
from portal.ledger.models import Journal, JournalKind
from portal.ledger.queries import unused_of_payments
from portal.payments.holding import Held, hold_payment, note_event, write_payment
from portal.payments.making import BANK_TRANSFER, Way, insert_payment
from portal.payments.models import Payment, PaymentEvent, PaymentEventKind, PaymentState
from portal.payments.payable import Part, leaving, part_of, payables
from portal.payments.rules import TAKEN_BACK
from portal.payments.settling import free_part, settle


@dataclass(frozen=True, slots=True)
class Received:
    """The payment that money turned out to be."""

    payment_id: int
    reference: str
    settled: int
    """What of it settled invoices at once, minor units; 0 for a repeat."""
    is_repeat: bool


def receive_transfer(
    session: Session,
    account_id: int,
    amount: int,
    *,
    booked_on: date,
    text: str,
    submit_key: str,
    now: datetime,
    actor_id: int | None,
    payment_id: int | None = None,
    invoice_numbers: Sequence[str] | None = None,
    method: str = "transfer",
) -> Received:
    """Book money (minor units) that arrived in the bank, or by hand (``method`` cash), and settle invoices with it.

    ``payment_id``: the payment that waited for it; what it was meant for is settled as far as the money reaches.
    Without one a new payment is made, which settles the invoices named, the first due first, or with None all that
    are open; with an empty list none, and the money is the account's credit. ``text`` is the bank's (payer, purpose);
    ``booked_on`` the bank's day. The same key never books twice.

    Raises NotFound for a payment or invoice that is not the account's; Refused ``negative_amount``,
    ``not_a_transfer`` (``provider``).
    """
    if amount < 1:
        raise Refused("negative_amount", field="amount")
    if payment_id is not None:
        held = hold_payment(session, payment_id)
        if held.payment.account_id != account_id:
            raise NotFound("payment", payment_id)
        if held.payment.provider != BANK_TRANSFER:
            raise Refused("not_a_transfer", provider=held.payment.provider)
        if held.payment.state is not PaymentState.PAID and held.payment.failure != TAKEN_BACK:
            settle(
                session, held, now,
                amount=amount, received_on=booked_on, actor_id=actor_id, facts={"text": text, "key": submit_key},
            )  # fmt: skip
            return Received(payment_id, held.payment.reference, _used(session, held), is_repeat=False)
        if _paid_by(session, payment_id) == submit_key:
            return Received(payment_id, held.payment.reference, 0, is_repeat=True)
    books = open_books(session, account_id)
    known = session.execute(
        select(Payment.id, Payment.reference).where(
            Payment.account_id == account_id, Payment.submit_key == submit_key
        )
    ).one_or_none()
    if known is not None:
        return Received(known.id, known.reference, 0, is_repeat=True)
    parts = _parts_for(session, account_id, invoice_numbers, amount, booked_on)
    made, reference = insert_payment(
        session, books, Way(BANK_TRANSFER, method), amount, submit_key, now, actor_id=actor_id, parts=parts
    )
    held = hold_payment(session, made)
    settle(
        session, held, now, received_on=booked_on, actor_id=actor_id, facts={"text": text, "key": submit_key}
    )
    return Received(made, reference, _used(session, held), is_repeat=False)


def undo_transfer(session: Session, payment_id: int, *, note: str, actor_id: int, now: datetime) -> None:
    """Take back a transfer that turned out to be another's: what it settled is open again, and its money is gone.

    Raises NotFound; Refused ``not_a_transfer``; Conflict ``not_paid``, ``refunded`` if some went or goes back, and
    ``order_paid`` (``number``) if an order went on by it.
    """
    held = hold_payment(session, payment_id)
    payment = held.payment
    if payment.provider != BANK_TRANSFER:
        raise Refused("not_a_transfer", provider=payment.provider)
    if payment.state is not PaymentState.PAID:
        raise Conflict("not_paid", state=payment.state)
    if payment.refunded or leaving(session, [payment_id]):
        raise Conflict("refunded")
    if held.order is not None and held.order.prepaid:
        raise Conflict("order_paid", number=held.order.number)
    for number in kept_of_payments(session, payment.account_id, [payment_id]).get(payment_id, {}):
        raise Conflict("order_paid", number=number)
    key = f"undone:{payment_id}"
    free_part(session, held.books, payment_id, payment.amount, key=key, now=now)
    journal_id = session.scalar(
        select(Journal.id).where(Journal.key == f"payment:{payment_id}", Journal.kind == JournalKind.PAYMENT)
    )
    if journal_id is None:
        raise NotFound("journal", payment_id)
    take_back(session, held.books, journal_id, note=note, actor_id=actor_id, now=now)
    write_payment(session, payment_id, now, state=PaymentState.CANCELLED, failure=TAKEN_BACK, paid_at=None)
    note_event(session, payment_id, PaymentEventKind.CANCELLED, now, actor_id=actor_id, facts={"note": note})


def _parts_for(
    session: Session, account_id: int, numbers: Sequence[str] | None, amount: int, on: date
) -> list[Part]:
    """What an amount settles of the named invoices, or of all open ones, the first due first. Raises NotFound."""
    parts = []
    for invoice in payables(session, account_id, numbers, on):
        wanted = min(amount, invoice.due)
        if wanted > 0:
            parts.append(part_of(invoice, wanted))
            amount -= wanted
    return parts


def _used(session: Session, held: Held) -> int:
    amount = session.scalar(select(Payment.amount).where(Payment.id == held.payment.id)) or 0
    return amount - unused_of_payments(session, [held.payment.id])[held.payment.id]


def _paid_by(session: Session, payment_id: int) -> str:
    facts = session.scalar(
        select(PaymentEvent.facts).where(
            PaymentEvent.payment_id == payment_id, PaymentEvent.kind == PaymentEventKind.PAID
        )
    )
    return str((facts or {}).get("key", ""))
