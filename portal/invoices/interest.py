"""Interest on what is paid late, where the terms say so: simple, by the day, charged once for each month.

The days that count are those on whose evening something of an invoice was still open, from the day after the due date
on. The rate is the one the invoice was issued under.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, PaymentTerms
from portal.core.clock import local_date
from portal.core.locales import localized
from portal.core.money import PPM, divide, e4_from_minor
from portal.invoices.books import open_books
from portal.invoices.facts import parties_of
from portal.invoices.models import Invoice, InvoiceKind, LineKind
from portal.invoices.writing import Draft, number_by_key, write_document
from portal.jobs.context import JobContext
from portal.jobs.queue import enqueue
from portal.ledger.models import Book, Journal, Posting

DAYS_OF_YEAR: Final = 365
"""By which a year's rate is divided, in leap years, too."""

FROM_DAY: Final = 5
"""Day of the month from which the month before is charged: by then its transfers have been read in."""

NAMES: Final = {
    "en": "Interest on {number}, {days} days to {until}",
    "ko": "{number} 연체 이자, {until}까지 {days}일",
    "ja": "{number} 遅延損害金、{until}まで{days}日分",
    "fr-CA": "Intérêts sur {number}, {days} jours jusqu’au {until}",
}
"""What a line is called on a note of each language; {until} is an ISO date."""

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Late:
    """Interest on one invoice."""

    invoice_id: int
    number: str
    days: int
    until: date
    """The last day that is charged."""
    amount: int
    """Minor units, above 0."""


def charge_interest(context: JobContext) -> None:
    """Ask for the interest notes of every account whose terms bear interest, each by itself.

    A note takes the next number of its series, for which everybody waits who issues anything: no other account may be
    locked after that.
    """
    session = context.session
    bearing = session.scalars(
        select(Account.id)
        .join(PaymentTerms, PaymentTerms.id == Account.payment_terms_id)
        .where(PaymentTerms.interest_ppm > 0)
        .order_by(Account.id)
    )
    for account_id in bearing.all():
        enqueue(
            session,
            "interest_note",
            {"account_id": account_id},
            now=context.now,
            unique_key=f"interest_note:{account_id}:{context.now.date()}",
        )


def interest_note(context: JobContext, account_id: int) -> None:
    """Write the interest note of an account for the month before; nothing if it stands."""
    charge_account(context.session, account_id, context.now)


def charge_account(session: Session, account_id: int, now: datetime) -> str | None:
    """Write the interest note over the month before; its number.

    None before FROM_DAY, if nothing was late, or if it stands already. Raises NotFound; Refused ``no_seller``.
    """
    books = open_books(session, account_id)
    parties = parties_of(session, account_id)
    today = local_date(now, parties.timezone)
    last = today.replace(day=1) - _ONE_DAY
    first = last.replace(day=1)
    key = f"interest:{first:%Y-%m}"
    if today.day < FROM_DAY or number_by_key(session, account_id, key) is not None:
        return None
    found = late_in(session, account_id, first, last)
    if not found:
        return None
    net = sum(late.amount for late in found)
    draft = Draft(
        kind=InvoiceKind.INTEREST,
        key=key,
        issued_on=today,
        lines=[_line(late, parties.locale, parties.currency) for late in found],
        net=net,
        taxes=[],
        supplied_from=first,
        supplied_to=last,
    )
    return write_document(session, books, parties, draft, reserved={}, actor_id=None, now=now).number


def late_in(session: Session, account_id: int, first: date, last: date) -> list[Late]:
    """Interest on each invoice of the account that was late between two days, both counted; two statements."""
    invoices = session.execute(
        select(Invoice.id, Invoice.number, Invoice.due_on, Invoice.terms)
        .where(
            Invoice.account_id == account_id,
            Invoice.kind == InvoiceKind.INVOICE,
            Invoice.due_on < last,
            or_(Invoice.settled_on.is_(None), Invoice.settled_on > first),
        )
        .order_by(Invoice.due_on, Invoice.id)
    ).all()
    moves: dict[int, list[tuple[date, int]]] = {row.id: [] for row in invoices}
    for row in session.execute(
        select(Posting.invoice_id, Journal.posted_on, func.sum(Posting.amount).label("amount"))
        .join(Journal, Journal.id == Posting.journal_id)
        .where(Posting.invoice_id.in_(list(moves)), Posting.book == Book.RECEIVABLE)
        .group_by(Posting.invoice_id, Journal.posted_on)
    ):
        moves[row.invoice_id].append((row.posted_on, int(row.amount)))
    found = []
    for row in invoices:
        rate = int(row.terms.get("interest_ppm", 0))
        late = _late(row.id, row.number, moves[row.id], max(first, row.due_on + _ONE_DAY), last, rate)
        if late is not None:
            found.append(late)
    return found


def open_by_day(moves: Sequence[tuple[date, int]], first: date, last: date) -> Mapping[date, int]:
    """What is open in the evening of each day, both counted, after moves (day, minor units); empty if first > last."""
    days = (last - first).days + 1
    return {
        day: sum(amount for moved_on, amount in moves if moved_on <= day)
        for day in (first + _ONE_DAY * ahead for ahead in range(days))
    }


def interest_of(open_amounts: Sequence[int], rate_ppm: int) -> int:
    """Simple interest for one day on each of the amounts (minor units), rounded once."""
    return divide(sum(open_amounts) * rate_ppm, DAYS_OF_YEAR * PPM)


def _late(
    invoice_id: int, number: str, moves: Sequence[tuple[date, int]], first: date, last: date, rate_ppm: int
) -> Late | None:
    late = {day: amount for day, amount in open_by_day(moves, first, last).items() if amount > 0}
    amount = interest_of(list(late.values()), rate_ppm)
    return Late(invoice_id, number, len(late), max(late), amount) if amount else None


def _line(late: Late, locale: str, currency: str) -> dict[str, Any]:
    name = localized(NAMES, locale).format(number=late.number, days=late.days, until=late.until.isoformat())
    return {
        "kind": LineKind.INTEREST,
        "supplied_on": late.until,
        "name": name,
        "quantity": 1,
        "unit_price_e4": e4_from_minor(late.amount, currency),
        "line_total": late.amount,
        "net": late.amount,
        "tax": None,
        "tax_class": "",
        "taxes": [],
    }
