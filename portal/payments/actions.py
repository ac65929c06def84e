"""Asking for payments and starting them. What arrives by transfer is taken in by ``transfers``, named here too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, ClosedDay, Seller
from portal.adapters.payments.provider import Start
from portal.core.clock import local_date
from portal.core.errors import Conflict, NotFound, Refused
from portal.delivery.calendar import working_day_after
from portal.invoices.books import Books, Use, allocate, grant_discount, open_books, set_aside
from portal.invoices.terms import release_if_paid
from portal.ledger.models import Journal
from portal.orders.models import Order
from portal.orders.moving import locked
from portal.orders.prepaid import take_payment, wait_longer, waits, watch
from portal.payments.holding import hold_payment, note_event, write_payment
from portal.payments.making import BANK_TRANSFER, Way, insert_payment
from portal.payments.models import Payment, PaymentEventKind, PaymentState
from portal.payments.payable import Part, credit_parts, credits_of, part_of, payables
from portal.payments.queries import waiting_payments
from portal.payments.rules import OPEN
from portal.payments.settling import give_up_for_order
from portal.payments.transfers import Received, receive_transfer, undo_transfer

__all__ = [
    "BANK_TRANSFER",
    "MAX_INVOICES",
    "Asked",
    "Received",
    "Way",
    "note_start",
    "pay_invoices",
    "pay_order",
    "receive_transfer",
    "undo_transfer",
]

MAX_INVOICES: Final = 200
"""Most invoices of one payment."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The payment of a submission."""

    payment_id: int | None
    """None: the account's credit settled all of it."""
    reference: str
    """Empty without a payment."""
    by_credit: int
    """What the account's credit settled, minor units; 0 for a repeat."""
    is_repeat: bool
    """True if this key had asked for it before."""


def pay_invoices(
    session: Session,
    account_id: int,
    amounts: Mapping[str, int],
    *,
    way: Way | None,
    credit_first: bool,
    user_id: int,
    submit_key: str,
    now: datetime,
) -> Asked:
    """Ask for a payment of invoices, by number with the amount of each (minor units).

    With ``credit_first`` the account's credit settles what it can at once and only the rest is asked for; where it
    settles all, no payment is made and ``way`` may be missing. The same key never asks twice.

    Raises NotFound for an invoice that is not the account's; Refused ``nothing_chosen``, ``too_many`` (``maximum``),
    ``no_way``; then as ``part_of``.
    """
    books = open_books(session, account_id)
    known = _asked_before(session, account_id, submit_key)
    if known is not None:
        return known
    if not amounts:
        raise Refused("nothing_chosen")
    if len(amounts) > MAX_INVOICES:
        raise Refused("too_many", maximum=MAX_INVOICES)
    today = local_date(now, books.timezone)
    parts = [
        part_of(invoice, amounts[invoice.number])
        for invoice in payables(session, account_id, list(amounts), today)
    ]
    by_credit = 0
    if credit_first:
        parts, by_credit = _use_credit(session, books, parts, submit_key, user_id, now)
    if not parts:
        return Asked(None, "", by_credit, is_repeat=False)
    if way is None:
        raise Refused("no_way", field="way")
    payment_id, reference = insert_payment(
        session, books, way, sum(part.amount for part in parts), submit_key, now, user_id=user_id, parts=parts
    )
    return Asked(payment_id, reference, by_credit, is_repeat=False)


def pay_order(
    session: Session,
    account_id: int,
    number: str,
    *,
    way: Way | None,
    credit_first: bool = False,
    user_id: int,
    submit_key: str,
    transfer_days: int,
    now: datetime,
) -> Asked:
    """Ask for what is to be paid in advance of an order; its number.

    With ``credit_first`` what may be used of the account's credit counts for it at once and only the rest is asked
    for; where that is all of it, the order goes on without a payment and ``way`` may be missing. A payment of the same
    way and amount that is under way already is given again, and those of more than is left are given up. For a transfer
    the order waits ``transfer_days`` business days of the seller.

    Raises NotFound; Conflict ``order_not_waiting`` (``status``); Refused ``no_way``.
    """
    order_id = session.scalar(select(Order.id).where(Order.number == number, Order.account_id == account_id))
    if order_id is None:
        raise NotFound("order", number)
    order = locked(session, order_id)
    books = open_books(session, account_id)
    known = _asked_before(session, account_id, submit_key)
    still_waits = waits(order.status, order.pay_until)
    if known is not None and (known.payment_id is not None or not still_waits):
        return known
    if not still_waits:
        raise Conflict("order_not_waiting", status=order.status)
    rest = order.prepay - order.prepaid
    parts = credit_parts(session, account_id, rest) if credit_first and known is None else {}
    by_credit = sum(parts.values())
    rest -= by_credit
    if rest and way is None:
        raise Refused("no_way", field="way")
    if parts:
        key = _credit_key(account_id, submit_key)
        set_aside(session, books, parts, number, key=key, now=now, actor_id=user_id)
        take_payment(session, order, by_credit, now)
    give_up_for_order(session, order_id, now, above=rest)
    if not rest or way is None:
        return Asked(None, "", by_credit, is_repeat=False)
    same = _same_way(session, order_id, way, rest)
    if same is not None:
        return replace(same, by_credit=by_credit)
    until = order.pay_until
    if way.provider == BANK_TRANSFER:
        until = max(until, _end_of_days(session, books, transfer_days, now))
        wait_longer(session, order_id, until)
        watch(session, order_id, number, until, now)
    payment_id, reference = insert_payment(
        session, books, way, rest, submit_key, now, user_id=user_id, order_id=order_id, expires_at=until
    )
    return Asked(payment_id, reference, by_credit, is_repeat=False)


def note_start(session: Session, payment_id: int, start: Start, now: datetime) -> None:
    """Keep what the provider said when the payment was opened. Raises NotFound."""
    held = hold_payment(session, payment_id)
    if held.payment.state not in OPEN:
        return
    instructions: dict[str, Any] = {**held.payment.instructions, **start.instructions}
    if start.client:
        instructions["client"] = dict(start.client)
    if start.redirect:
        instructions["redirect"] = start.redirect
    state = held.payment.state
    if state is PaymentState.CREATED:
        waits_for_money = start.instructions and not start.client and not start.redirect
        state = PaymentState.WAITING_DEPOSIT if waits_for_money else PaymentState.ACTION_REQUIRED
        note_event(session, payment_id, PaymentEventKind.STARTED, now)
    write_payment(
        session, payment_id, now,
        state=state,
        provider_ref=held.payment.provider_ref or start.provider_ref,
        instructions=instructions,
        expires_at=start.expires_at or held.payment.expires_at,
    )  # fmt: skip


def _end_of_days(session: Session, books: Books, days: int, now: datetime) -> datetime:
    """The end of the ``days``-th business day of the seller from now, by the account's clock."""
    own = select(Account.seller_id).where(Account.id == books.account_id).scalar_subquery()
    country = session.scalar(
        select(Seller.country).where((Seller.id == own) | (own.is_(None) & Seller.is_default.is_(True)))
    )
    closed = frozenset(session.scalars(select(ClosedDay.day)))
    today = local_date(now, books.timezone)
    last = working_day_after(country or "", today, days, closed) or today + timedelta(days=days)
    zone = ZoneInfo(books.timezone)
    return datetime.combine(last + timedelta(days=1), time(0, 0), zone).astimezone(UTC)


def _asked_before(session: Session, account_id: int, submit_key: str) -> Asked | None:
    row = session.execute(
        select(Payment.id, Payment.reference).where(
            Payment.account_id == account_id, Payment.submit_key == submit_key
        )
    ).one_or_none()
    if row is not None:
        return Asked(row.id, row.reference, 0, is_repeat=True)
    key = _credit_key(account_id, submit_key)
    if session.scalar(select(Journal.id).where(Journal.key == key)) is not None:
        return Asked(None, "", 0, is_repeat=True)
    return None


def _same_way(session: Session, order_id: int, way: Way, amount: int) -> Asked | None:
    for payment_id in waiting_payments(session, order_id):
        row = session.execute(
            select(Payment.id, Payment.reference, Payment.provider, Payment.method, Payment.amount).where(
                Payment.id == payment_id
            )
        ).one()
        is_same = row.provider == way.provider and (not way.method or row.method == way.method)
        if is_same and row.amount == amount:
            return Asked(row.id, row.reference, 0, is_repeat=True)
    return None


def _use_credit(
    session: Session, books: Books, parts: list[Part], submit_key: str, user_id: int, now: datetime
) -> tuple[list[Part], int]:
    """Settle with the account's credit what it reaches for; gives what is left to pay, and how much it settled."""
    credits = credits_of(session, books.account_id)
    uses: list[Use] = []
    left: list[Part] = []
    settled: list[Part] = []
    for part in parts:
        open_amount = part.amount
        while open_amount and credits:
            first = credits.pop(0)
            used = min(open_amount, first.amount)
            uses.append(Use(first.source, part.invoice_id, used))
            open_amount -= used
            if used < first.amount:
                credits.insert(0, replace(first, amount=first.amount - used))
        if open_amount:
            left.append(Part(part.invoice_id, part.number, open_amount, part.discount))
        else:
            settled.append(part)
    if uses:
        key = _credit_key(books.account_id, submit_key)
        reference = parts[0].number if len(parts) == 1 else ""
        allocate(session, books, uses, key=key, reference=reference, now=now, actor_id=user_id)
        for part in settled:
            if part.discount:
                grant_discount(
                    session,
                    books,
                    part.invoice_id,
                    part.discount,
                    key=f"discount:{key}:{part.invoice_id}",
                    now=now,
                )
        release_if_paid(session, books.account_id, now)
    return left, sum(use.amount for use in uses)


def _credit_key(account_id: int, submit_key: str) -> str:
    return f"credit:{account_id}:{submit_key}"
