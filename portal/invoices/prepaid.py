"""Money for orders that are paid in advance, as far as it has settled nothing yet.

It is the account's credit like any other. A payment names the order it was made for; what was there before and was set
aside for an order stands under the order's number (``detail`` of its postings). Either is meant for the order only as
long as the order reserves as much: of one that was cancelled it is free again, and nothing needs to be booked for that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, column, func, or_, select, table
from sqlalchemy.orm import Session

from portal.accounts.credit import reserved_by
from portal.invoices.booking import Source
from portal.ledger.models import Book, Posting

_PAYMENT = table("payment", column("id"), column("order_id"))
"""The room of payments stands above this one and is not known here; which order a payment is for is its one fact."""


@dataclass(slots=True)
class Purse:
    """A source of the account's credit with what it holds, minor units."""

    source: Source
    order_id: int | None
    """The order the payment was made for; None: none, or it is a credit note."""
    left: int = 0
    """What is unused of it, in all."""
    set_aside: dict[str, int] = field(default_factory=dict)
    """What of that was set aside, by the order's number."""

    def take(self, order_number: str, most: int) -> int:
        """Give out what was set aside for the order, no more than ``most`` and than is left; gives how much."""
        amount = max(min(self.set_aside.get(order_number, 0), self.left, most), 0)
        self.left -= amount
        return amount


@dataclass(frozen=True, slots=True)
class Prepaid:
    """Money that settles an order's invoice."""

    source: Source
    order_number: str
    """Under which it was set aside; empty: it was paid for the order."""
    amount: int


def prepaid_of(session: Session, account_id: int, orders: Mapping[int, str]) -> list[Prepaid]:
    """What there is for these orders (their numbers by id), the oldest payments first."""
    numbers = list(orders.values())
    named = session.execute(
        select(Posting.payment_id, Posting.credit_note_id)
        .where(*_of_account(account_id), Posting.detail.in_(numbers))
        .distinct()
    ).all()
    paid_for = select(_PAYMENT.c.id).where(_PAYMENT.c.order_id.in_(orders))
    found = purses(
        session,
        account_id,
        or_(
            Posting.payment_id.in_(paid_for),
            Posting.payment_id.in_([row.payment_id for row in named if row.payment_id]),
            Posting.credit_note_id.in_([row.credit_note_id for row in named if row.credit_note_id]),
        ),
    )
    _keep_for_others(session, account_id, found, numbers)
    parts = []
    for purse in found:
        for number in numbers:
            if amount := purse.take(number, purse.left):
                parts.append(Prepaid(purse.source, number, amount))
        if purse.order_id in orders and purse.left > 0:
            parts.append(Prepaid(purse.source, "", purse.left))
    return parts


def kept_of_payments(
    session: Session, account_id: int, payment_ids: Collection[int], but: str = ""
) -> dict[int, dict[str, int]]:
    """What of each payment is set aside for orders that still need it, by their numbers, other than ``but``.

    Payments without any are left out.
    """
    found = purses(session, account_id, Posting.payment_id.in_(payment_ids))
    kept: dict[int, dict[str, int]] = {}
    for purse, number, amount in _keep_for_others(session, account_id, found, [but]):
        if purse.source.payment_id is not None:
            kept.setdefault(purse.source.payment_id, {})[number] = amount
    return kept


def purses(session: Session, account_id: int, *where: ColumnElement[bool]) -> list[Purse]:
    """Sources of the account's credit of which anything is unused: credit notes, then payments, the oldest first."""
    rows = session.execute(
        select(
            Posting.payment_id,
            Posting.credit_note_id,
            Posting.detail,
            _PAYMENT.c.order_id,
            (-func.sum(Posting.amount)).label("amount"),
        )
        .outerjoin(_PAYMENT, _PAYMENT.c.id == Posting.payment_id)
        .where(*_of_account(account_id), *where)
        .group_by(Posting.payment_id, Posting.credit_note_id, Posting.detail, _PAYMENT.c.order_id)
    )
    found: dict[Source, Purse] = {}
    for row in rows:
        purse = _purse(found, row)
        purse.left += int(row.amount)
        if row.detail:
            purse.set_aside[row.detail] = int(row.amount)
    return sorted(
        (purse for purse in found.values() if purse.left > 0),
        key=lambda purse: (purse.source.payment_id or 0, purse.source.credit_note_id or 0),
    )


def _purse(found: dict[Source, Purse], row: Any) -> Purse:
    source = Source(row.payment_id, None if row.payment_id else row.credit_note_id)
    return found.setdefault(source, Purse(source, row.order_id))


def _keep_for_others(
    session: Session, account_id: int, found: list[Purse], but: Collection[str]
) -> list[tuple[Purse, str, int]]:
    """Take out what was set aside for orders that still reserve it, but for these; gives what was taken."""
    others = sorted({number for purse in found for number in purse.set_aside} - set(but))
    kept = reserved_by(session, account_id, others) if others else {}
    taken = []
    for purse in found:
        for number in others:
            if amount := purse.take(number, kept.get(number, 0)):
                kept[number] -= amount
                taken.append((purse, number, amount))
    return taken


def _of_account(account_id: int) -> tuple[ColumnElement[bool], ...]:
    return Posting.account_id == account_id, Posting.book == Book.ACCOUNT_CREDIT
