"""The proof that the books add up: sums over all of them, taken anew from the rows, compared with what is kept.

Nothing here is believed: every sum that the verbs of the books keep in step is taken again from the postings, the
entries and the lines. Each check is one statement over whole tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Integer, and_, case, cast, column, func, insert, or_, select, table
from sqlalchemy.orm import Session, aliased

from portal.accounts.credit import OF_ORDERS
from portal.accounts.models import Account, CreditEntry, CreditReason, Seller
from portal.core.clock import local_date
from portal.invoices.models import Invoice, InvoiceKind, InvoiceLine, LineKind
from portal.invoices.numbers import series_of, zone_of
from portal.ledger.models import Book, BooksProof, Journal, Posting
from portal.ledger.queries import OWED_BOOKS
from portal.orders.models import Drop, NumberSeries, Order, OrderLine, ShipmentLine

MOST_REPORTED: Final = 100
"""Findings that are kept in words."""

_OF_BOOKS: Final = (
    CreditReason.OWED,
    CreditReason.ROUNDED,
    CreditReason.PAID,
    CreditReason.REOPENED,
)


_MONEY: Final = (Book.BANK, Book.CLEARING, Book.TEST_MONEY)

_PAYMENT = table(
    "payment", column("id"), column("reference"), column("state"), column("amount"), column("refunded")
)
"""The room of payments stands above this one and is not known here; what it says of its money is compared."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What proving found."""

    journals: int
    """How many were summed."""
    findings: tuple[str, ...]
    """A sentence for each thing that does not add up; empty is what it should be."""

    @property
    def is_right(self) -> bool:
        """True if everything adds up."""
        return not self.findings


def prove(session: Session) -> Proof:
    """Prove the books of all accounts. About a dozen statements, whatever their size."""
    findings = [finding for check in _CHECKS for finding in check(session)]
    journals = session.scalar(select(func.count()).select_from(Journal)) or 0
    return Proof(journals, tuple(findings))


def keep_proof(session: Session, now: datetime) -> Proof:
    """Prove the books and keep what was found, under the day of the default seller."""
    proof = prove(session)
    seller = session.execute(
        select(Seller.timezone, Seller.country).where(Seller.is_default.is_(True))
    ).one_or_none()
    own, country = seller if seller else ("", "")
    session.execute(
        insert(BooksProof).values(
            proved_on=local_date(now, zone_of(own, country, "UTC")),
            journals=proof.journals,
            findings=len(proof.findings),
            report="\n".join(proof.findings[:MOST_REPORTED]),
            created_at=now,
        )
    )
    return proof


def _journals(session: Session) -> Iterator[str]:
    total = func.coalesce(func.sum(Posting.amount), 0)
    for number, off in session.execute(
        select(Journal.id, total)
        .outerjoin(Posting, Posting.journal_id == Journal.id)
        .group_by(Journal.id)
        .having(or_(total != 0, func.count(Posting.id) == 0))
    ):
        yield f"journal {number}: its postings sum to {off}, or there are none"
    for number in session.scalars(
        select(Posting.id)
        .join(Journal, Journal.id == Posting.journal_id)
        .where(Posting.account_id != Journal.account_id)
    ):
        yield f"posting {number}: of another account than its journal"


def _open_amounts(session: Session) -> Iterator[str]:
    is_note = Invoice.kind == InvoiceKind.CREDIT_NOTE
    owed = (
        select(Posting.invoice_id.label("id"), func.sum(Posting.amount).label("amount"))
        .where(Posting.book == Book.RECEIVABLE)
        .group_by(Posting.invoice_id)
        .subquery()
    )
    unused = (
        select(Posting.credit_note_id.label("id"), (-func.sum(Posting.amount)).label("amount"))
        .where(Posting.book == Book.ACCOUNT_CREDIT, Posting.credit_note_id.is_not(None))
        .group_by(Posting.credit_note_id)
        .subquery()
    )
    said = func.coalesce(case((is_note, unused.c.amount), else_=owed.c.amount), 0)
    for number, kept, proved in session.execute(
        select(Invoice.number, Invoice.open_amount, said)
        .outerjoin(owed, owed.c.id == Invoice.id)
        .outerjoin(unused, unused.c.id == Invoice.id)
        .where(
            or_(said != Invoice.open_amount, (Invoice.open_amount == 0) != Invoice.settled_on.is_not(None))
        )
    ):
        yield f"{number}: {kept} is kept as open, the postings say {proved}"


def _credit(session: Session) -> Iterator[str]:
    entries = (
        select(
            CreditEntry.account_id.label("id"),
            func.sum(CreditEntry.amount).label("used"),
            func.sum(case((CreditEntry.reason.in_(_OF_BOOKS), CreditEntry.amount), else_=0)).label("owed"),
        )
        .group_by(CreditEntry.account_id)
        .subquery()
    )
    booked = (
        select(Posting.account_id.label("id"), func.sum(Posting.amount).label("owed"))
        .where(Posting.book.in_(OWED_BOOKS))
        .group_by(Posting.account_id)
        .subquery()
    )
    used = func.coalesce(entries.c.used, 0)
    noted, owed = func.coalesce(entries.c.owed, 0), func.coalesce(booked.c.owed, 0)
    for row in session.execute(
        select(
            Account.code,
            Account.credit_used,
            used.label("used"),
            noted.label("noted"),
            owed.label("owed"),
        )
        .outerjoin(entries, entries.c.id == Account.id)
        .outerjoin(booked, booked.c.id == Account.id)
        .where(or_(Account.credit_used != used, noted != owed))
    ):
        yield (
            f"account {row.code}: uses {row.credit_used}, its entries sum to {row.used};"
            f" it owes {row.owed}, its entries say {row.noted}"
        )


def _reservations(session: Session) -> Iterator[str]:
    left = func.sum(CreditEntry.amount)
    reserved = (
        select(CreditEntry.account_id, CreditEntry.reference, left.label("amount"))
        .where(CreditEntry.reason.in_(OF_ORDERS))
        .group_by(CreditEntry.account_id, CreditEntry.reference)
        .having(left != 0)
        .subquery()
    )
    to_leave = (
        select(OrderLine.order_id.label("id"), func.sum(Drop.quantity - Drop.cancelled).label("units"))
        .join(Drop, Drop.order_line_id == OrderLine.id)
        .group_by(OrderLine.order_id)
        .subquery()
    )
    charged = (
        select(OrderLine.order_id.label("id"), func.sum(InvoiceLine.quantity).label("units"))
        .join(InvoiceLine, InvoiceLine.order_line_id == OrderLine.id)
        .where(InvoiceLine.credits_line_id.is_(None))
        .group_by(OrderLine.order_id)
        .subquery()
    )
    uncharged = func.coalesce(to_leave.c.units, 0) - func.coalesce(charged.c.units, 0)
    for number, amount in session.execute(
        select(reserved.c.reference, reserved.c.amount)
        .outerjoin(
            Order, and_(Order.number == reserved.c.reference, Order.account_id == reserved.c.account_id)
        )
        .outerjoin(to_leave, to_leave.c.id == Order.id)
        .outerjoin(charged, charged.c.id == Order.id)
        .where(or_(reserved.c.amount < 0, uncharged <= 0))
    ):
        yield f"order {number}: {amount} of the credit is reserved, which nothing stands for"


def _numbers(session: Session) -> Iterator[str]:
    series = func.rtrim(Invoice.number, "0123456789")
    place = cast(func.substr(Invoice.number, func.length(series) + 1), Integer)
    rows = session.execute(
        select(
            Invoice.kind,
            Seller.code,
            series,
            func.count().label("count"),
            func.min(place).label("first"),
            func.max(place).label("last"),
        )
        .join(Seller, Seller.id == Invoice.seller_id)
        .group_by(Invoice.kind, Seller.code, series)
    ).all()
    kept = {row.name: row.last for row in session.execute(select(NumberSeries.name, NumberSeries.last))}
    for row in rows:
        if (row.first, row.last) != (1, row.count):
            yield f"numbers {row[2]}: {row.count} from {row.first} to {row.last}"
        year = row[2].rstrip("-")[-4:]
        last = kept.get(series_of(row.kind, row.code, int(year)) if year.isdigit() else "")
        if last != row.last:
            yield f"numbers {row[2]}: the last is {row.last}, the series says {last}"


def _sources(session: Session) -> Iterator[str]:
    for name, source in (("payment", Posting.payment_id), ("credit note", Posting.credit_note_id)):
        used = func.sum(Posting.amount)
        for source_id, amount in session.execute(
            select(source, used)
            .where(Posting.book == Book.ACCOUNT_CREDIT, source.is_not(None))
            .group_by(source)
            .having(used > 0)
        ):
            yield f"{name} {source_id}: {amount} more is used than it brought"
        for invoice_id, source_id, amount in session.execute(
            select(Posting.invoice_id, source, used)
            .where(Posting.book == Book.RECEIVABLE, source.is_not(None))
            .group_by(Posting.invoice_id, source)
            .having(used > 0)
        ):
            yield f"invoice {invoice_id}: {amount} more of {name} {source_id} was freed than had settled it"
    set_aside = func.sum(Posting.amount)
    for number, amount in session.execute(
        select(Posting.detail, set_aside)
        .where(Posting.book == Book.ACCOUNT_CREDIT, Posting.detail != "")
        .group_by(Posting.payment_id, Posting.credit_note_id, Posting.detail)
        .having(set_aside > 0)
    ):
        yield f"order {number}: {amount} more is used than was set aside for it"
    given_up = func.sum(Posting.amount)
    for invoice_id, book, amount in session.execute(
        select(Posting.invoice_id, Posting.book, given_up)
        .where(Posting.book.in_((Book.DISCOUNT, Book.WRITTEN_OFF)), Posting.invoice_id.is_not(None))
        .group_by(Posting.invoice_id, Posting.book)
        .having(given_up < 0)
    ):
        yield f"invoice {invoice_id}: {-amount} more was claimed again than was given up ({book.value})"


def _payments(session: Session) -> Iterator[str]:
    money = func.coalesce(func.sum(Posting.amount), 0)
    kept = case((_PAYMENT.c.state == "paid", _PAYMENT.c.amount - _PAYMENT.c.refunded), else_=0)
    for reference, said, booked in session.execute(
        select(_PAYMENT.c.reference, kept, money)
        .outerjoin(Posting, and_(Posting.payment_id == _PAYMENT.c.id, Posting.book.in_(_MONEY)))
        .group_by(
            _PAYMENT.c.id, _PAYMENT.c.reference, _PAYMENT.c.state, _PAYMENT.c.amount, _PAYMENT.c.refunded
        )
        .having(money != kept)
    ):
        yield f"payment {reference}: {said} is said to be here, {booked} is booked"


def _lines(session: Session) -> Iterator[str]:
    freight = case((InvoiceLine.kind == LineKind.FREIGHT, InvoiceLine.net), else_=0)
    sums = (
        select(
            InvoiceLine.invoice_id.label("id"),
            func.sum(InvoiceLine.net).label("net"),
            func.sum(freight).label("freight"),
        )
        .group_by(InvoiceLine.invoice_id)
        .subquery()
    )
    for number, net, lines in session.execute(
        select(Invoice.number, Invoice.net, sums.c.net)
        .outerjoin(sums, sums.c.id == Invoice.id)
        .where(
            or_(
                func.coalesce(sums.c.net, 0) != Invoice.net,
                func.coalesce(sums.c.freight, 0) != Invoice.freight,
            )
        )
    ):
        yield f"{number}: its net is {net}, its lines sum to {lines}, or its freight differs"
    for number in session.scalars(
        select(Invoice.number)
        .join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
        .join(
            ShipmentLine,
            and_(
                ShipmentLine.shipment_id == InvoiceLine.shipment_id,
                ShipmentLine.drop_id == InvoiceLine.drop_id,
            ),
        )
        .where(InvoiceLine.credits_line_id.is_(None), InvoiceLine.quantity != ShipmentLine.quantity)
    ):
        yield f"{number}: charges other units than left"


def _credit_notes(session: Session) -> Iterator[str]:
    note = aliased(Invoice)
    given = func.sum(note.total)
    for number, total, credited in session.execute(
        select(Invoice.number, Invoice.total, given)
        .join(note, note.credits_id == Invoice.id)
        .group_by(Invoice.id, Invoice.number, Invoice.total)
        .having(given > Invoice.total)
    ):
        yield f"{number}: {credited} was credited of {total}"
    credits = aliased(InvoiceLine)
    net = func.sum(credits.net)
    for line_id, charged, credited in session.execute(
        select(InvoiceLine.id, InvoiceLine.net, net)
        .join(credits, credits.credits_line_id == InvoiceLine.id)
        .group_by(InvoiceLine.id, InvoiceLine.net)
        .having(net > InvoiceLine.net)
    ):
        yield f"invoice line {line_id}: {credited} was credited of {charged}"


_CHECKS: Final[tuple[Callable[[Session], Iterator[str]], ...]] = (
    _journals,
    _open_amounts,
    _credit,
    _reservations,
    _numbers,
    _sources,
    _payments,
    _lines,
    _credit_notes,
)
