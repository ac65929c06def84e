"""What an account can pay, and with what it has already: open invoices, early payers' discounts, account credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.credit import reserved_by
from portal.accounts.models import Account
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.money import divide
from portal.invoices.books import Source
from portal.invoices.models import Invoice, InvoiceKind
from portal.invoices.prepaid import purses
from portal.ledger.models import Book, Posting
from portal.orders.models import Order
from portal.payments.models import Payment, Refund, RefundState


@dataclass(frozen=True, slots=True)
class Payable:
    """An invoice that can be paid; amounts in minor units."""

    invoice_id: int
    number: str
    order_number: str | None
    due_on: date
    total: int
    open_amount: int
    discount: int
    """What is taken off today if all of it is paid; 0: nothing."""
    discount_until: date | None

    @property
    def due(self) -> int:
        """What settles it today."""
        return self.open_amount - self.discount


@dataclass(frozen=True, slots=True)
class Part:
    """How much of a payment is for an invoice, with the discount that comes on top, minor units."""

    invoice_id: int
    number: str
    amount: int
    discount: int


@dataclass(frozen=True, slots=True)
class Credit:
    """What is unused of a payment or a credit note; minor units."""

    source: Source
    number: str
    """Reference of the payment, number of the credit note."""
    amount: int


def payables(session: Session, account_id: int, numbers: Sequence[str] | None, today: date) -> list[Payable]:
    """The account's invoices of these numbers, those that are settled too, or all open ones; the first due first.

    ``today`` is the day of the account. Raises NotFound for a number that is none of its invoices'.
    """
    credited = (
        select(func.coalesce(func.sum(Posting.amount), 0))
        .where(
            Posting.invoice_id == Invoice.id,
            Posting.book == Book.RECEIVABLE,
            Posting.credit_note_id.is_not(None),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Invoice.id,
            Invoice.number,
            Order.number.label("order_number"),
            Invoice.due_on,
            Invoice.total,
            Invoice.open_amount,
            Invoice.discount,
            Invoice.discount_until,
            credited.label("credited"),
        )
        .outerjoin(Order, Order.id == Invoice.order_id)
        .where(
            Invoice.account_id == account_id,
            Invoice.kind != InvoiceKind.CREDIT_NOTE,
            Invoice.open_amount > 0 if numbers is None else Invoice.number.in_(numbers),
        )
        .order_by(Invoice.due_on, Invoice.id)
    ).all()
    if missing := set(numbers or ()) - {row.number for row in rows}:
        raise NotFound("invoice", min(missing))
    found = []
    for row in rows:
        in_time = row.discount_until is not None and today <= row.discount_until
        # What was credited is not paid for, so no discount is granted on it.
        discount = divide(row.discount * (row.total + int(row.credited)), row.total) if row.total else 0
        found.append(
            Payable(
                row.id,
                row.number,
                row.order_number,
                row.due_on,
                row.total,
                row.open_amount,
                discount if in_time and 0 < discount < row.open_amount else 0,
                row.discount_until,
            )
        )
    return found


def part_of(invoice: Payable, amount: int) -> Part:
    """What is paid of an invoice if a person wants to pay ``amount``: no more than settles it today.

    Raises Conflict ``settled`` (``number``) if nothing is open; Refused ``negative_amount`` and Conflict
    ``more_than_open`` (``number``, ``open``).
    """
    if not invoice.open_amount:
        raise Conflict("settled", number=invoice.number)
    if amount < 1:
        raise Refused("negative_amount", field=invoice.number, number=invoice.number)
    if amount > invoice.open_amount:
        raise Conflict(
            "more_than_open", field=invoice.number, number=invoice.number, open=invoice.open_amount
        )
    if invoice.discount and amount >= invoice.due:
        return Part(invoice.invoice_id, invoice.number, invoice.due, invoice.discount)
    return Part(invoice.invoice_id, invoice.number, amount, 0)


def credits_of(session: Session, account_id: int) -> list[Credit]:
    """What the account has paid or been credited and not used, the oldest first.

    What is meant for an order that is not invoiced yet, and what is on its way back, is left out.
    """
    found = purses(session, account_id)
    payment_ids = [purse.source.payment_id for purse in found if purse.source.payment_id is not None]
    note_ids = [purse.source.credit_note_id for purse in found if purse.source.credit_note_id is not None]
    payments = {
        row.id: row
        for row in session.execute(
            select(Payment.id, Payment.reference, Order.number)
            .outerjoin(Order, Order.id == Payment.order_id)
            .where(Payment.id.in_(payment_ids))
        )
    }
    notes = {
        row.id: row.number
        for row in session.execute(select(Invoice.id, Invoice.number).where(Invoice.id.in_(note_ids)))
    }
    own = {payment_id: row.number for payment_id, row in payments.items() if row.number}
    named = {number for purse in found for number in purse.set_aside} | set(own.values())
    # Several payments for one order together cover what it reserves.
    kept = reserved_by(session, account_id, sorted(named)) if named else {}
    going = leaving(session, payment_ids)
    for purse in found:
        purse.left -= going.get(purse.source.payment_id or 0, 0)
        for number in purse.set_aside:
            kept[number] = kept.get(number, 0) - purse.take(number, kept.get(number, 0))
    credits = []
    for purse in found:
        payment_id = purse.source.payment_id
        if payment_id in own:
            held = max(min(purse.left, kept.get(own[payment_id], 0)), 0)
            kept[own[payment_id]] = kept.get(own[payment_id], 0) - held
            purse.left -= held
        if purse.left > 0:
            named_by = (
                payments[payment_id].reference if payment_id else notes[purse.source.credit_note_id or 0]
            )
            credits.append(Credit(purse.source, named_by, purse.left))
    return credits


def credit_for_orders(session: Session, account_id: int) -> int:
    """How much of its credit the account may use for what it pays in advance of an order, minor units.

    Money that counts for such an order no longer makes room within the credit limit: where orders on account have
    taken that room already, it is not there twice.
    """
    return _usable(session, account_id, credits_of(session, account_id))


def credit_parts(session: Session, account_id: int, wanted: int) -> dict[Source, int]:
    """What of the account's credit is used for ``wanted`` (minor units) of an order paid in advance, the oldest first.

    It may come to less, as ``credit_for_orders`` says.
    """
    credits = credits_of(session, account_id)
    wanted = min(wanted, _usable(session, account_id, credits))
    parts = {}
    for credit in credits:
        part = min(wanted, credit.amount)
        if part > 0:
            parts[credit.source] = part
            wanted -= part
    return parts


def _usable(session: Session, account_id: int, credits: Sequence[Credit]) -> int:
    limit, used = session.execute(
        select(Account.credit_limit, Account.credit_used).where(Account.id == account_id)
    ).one()
    unused = sum(each.amount for each in credits)
    return unused if limit is None else max(min(unused, limit - used), 0)


def leaving(session: Session, payment_ids: list[int]) -> dict[int, int]:
    """What was asked to go back of each payment and has not yet, minor units; payments without are left out."""
    rows = session.execute(
        select(Refund.payment_id, func.sum(Refund.amount))
        .where(Refund.payment_id.in_(payment_ids), Refund.state == RefundState.ASKED)
        .group_by(Refund.payment_id)
    )
    return {payment_id: int(amount) for payment_id, amount in rows}
