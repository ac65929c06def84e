from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.invoices import books
from portal.invoices.interest import (
    charge_account,
    charge_interest,
    interest_note,
    interest_of,
    late_in,
    open_by_day,
)
from portal.invoices.models import Invoice, InvoiceKind, InvoiceLine
from portal.invoices.proof import prove
from portal.ledger.models import Book
from portal.ledger.queries import balance_of
from tests.unit.invoices.owing import context, jobs, make_dealer, make_payment, owe

RATE = {"interest_ppm": 146_000}
"""14.6 % a year: four hundredths of a percent a day."""

DECEMBER = datetime(2026, 12, 5, 1, tzinfo=UTC)
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture
def dealer(session: Session) -> Account:
    return make_dealer(session, locale="en", terms=RATE)


def pay_on(session: Session, account: Account, invoice: Invoice, amount: int, moment: datetime) -> None:
    payment_id = make_payment(session, account, amount)
    opened = books.open_books(session, account.id)
    books.receive(
        session, opened, payment_id, amount,
        book=Book.BANK, detail="", reference="P", received_on=moment.date(), now=moment,
    )  # fmt: skip
    use = books.Use(books.Source(payment_id=payment_id), invoice.id, amount)
    books.allocate(session, opened, [use], key=f"use:{payment_id}", reference="P", now=moment)


@pytest.mark.parametrize(
    "amounts, rate, interest",
    [
        ([], 146_000, 0),
        ([1_000_000], 146_000, 400),
        ([1_000_000] * 10, 146_000, 4_000),
        ([1_000] * 3, 146_000, 1),
        ([1_000], 146_000, 0),
        ([1_250], 146_000, 1),
        ([365_000_000], 0, 0),
    ],
)
def test_a_day_costs_a_365th_of_the_rate_and_rounding_happens_once(amounts, rate, interest):
    assert interest_of(amounts, rate) == interest


def test_what_is_open_in_the_evening_counts():
    moves = [(date(2026, 10, 1), 500), (date(2026, 11, 2), -200), (date(2026, 11, 3), -300)]
    assert list(open_by_day(moves, date(2026, 11, 1), date(2026, 11, 4)).values()) == [500, 300, 0, 0]
    assert open_by_day(moves, date(2026, 11, 5), date(2026, 11, 4)) == {}


def test_an_invoice_is_late_from_the_day_after_it_was_due(session, dealer):
    invoice = owe(session, dealer, due=date(2026, 11, 20), amount=1_100_000, terms=RATE)
    (late,) = late_in(session, dealer.id, *NOVEMBER)
    assert (late.invoice_id, late.days, late.until, late.amount) == (
        invoice.id,
        10,
        date(2026, 11, 30),
        4_400,
    )


def test_what_was_paid_bears_no_more(session, dealer):
    invoice = owe(session, dealer, due=date(2026, 11, 20), amount=1_100_000, terms=RATE)
    pay_on(session, dealer, invoice, 600_000, datetime(2026, 11, 23, 3, tzinfo=UTC))
    pay_on(session, dealer, invoice, 500_000, datetime(2026, 11, 26, 3, tzinfo=UTC))
    (late,) = late_in(session, dealer.id, *NOVEMBER)
    # Two days of all of it and three of the rest: 2 × 440 + 3 × 200.
    assert (late.days, late.until, late.amount) == (5, date(2026, 11, 25), 1_480)


def test_what_was_paid_in_time_or_bears_none_is_not_late(session, dealer):
    in_time = owe(session, dealer, due=date(2026, 11, 20), terms=RATE)
    pay_on(session, dealer, in_time, 110_000, datetime(2026, 11, 20, 3, tzinfo=UTC))
    owe(session, dealer, due=date(2026, 11, 10), amount=1_100_000)
    owe(session, dealer, due=date(2026, 11, 30), amount=1_100_000, terms=RATE)
    assert late_in(session, dealer.id, *NOVEMBER) == []


def test_a_note_is_written_once_for_a_month_and_booked(session, dealer):
    late = owe(session, dealer, due=date(2026, 11, 20), amount=1_100_000, terms=RATE)
    owe(session, dealer, due=date(2026, 11, 25), amount=1_100_000, terms=RATE)

    charge_interest(context(session, DECEMBER))
    charge_interest(context(session, DECEMBER))
    assert jobs(session, "interest_note") == [{"account_id": dealer.id}]
    interest_note(context(session, DECEMBER), dealer.id)
    interest_note(context(session, DECEMBER), dealer.id)

    (note,) = session.scalars(select(Invoice).where(Invoice.kind == InvoiceKind.INTEREST))
    assert (note.number, note.key, note.total, note.tax, note.open_amount) == (
        "HB-I2026-000001",
        "interest:2026-11",
        6_600,
        0,
        6_600,
    )
    assert (note.issued_on, note.due_on) == (date(2026, 12, 5), date(2027, 1, 4))
    lines = session.scalars(
        select(InvoiceLine).where(InvoiceLine.invoice_id == note.id).order_by(InvoiceLine.position)
    ).all()
    assert [line.line_total for line in lines] == [4_400, 2_200]
    assert lines[0].name == f"Interest on {late.number}, 10 days to 2026-11-30"
    assert balance_of(session, dealer.id).owed == 2_206_600
    assert jobs(session, "invoice_mail") == [{"invoice_id": note.id}]
    assert [finding for finding in prove(session).findings if "HB-I" in finding] == []


def test_each_day_is_charged_once(session, dealer):
    owe(session, dealer, due=date(2026, 10, 30), amount=1_100_000, terms=RATE)
    charge_account(session, dealer.id, datetime(2026, 11, 5, 1, tzinfo=UTC))
    charge_account(session, dealer.id, DECEMBER)
    notes = session.scalars(
        select(Invoice.total).where(Invoice.kind == InvoiceKind.INTEREST).order_by(Invoice.id)
    ).all()
    # One day of October, thirty of November; interest itself bears none.
    assert notes == [440, 13_200]


def test_nothing_is_charged_before_the_transfers_of_the_month_are_in(session, dealer):
    owe(session, dealer, due=date(2026, 11, 20), amount=1_100_000, terms=RATE)
    assert charge_account(session, dealer.id, datetime(2026, 12, 4, 1, tzinfo=UTC)) is None
    assert session.scalars(select(Invoice).where(Invoice.kind == InvoiceKind.INTEREST)).all() == []


def test_without_such_terms_nobody_is_charged(session):
    dealer = make_dealer(session)
    owe(session, dealer, due=date(2026, 11, 20), amount=1_100_000, terms=RATE)
    charge_interest(context(session, DECEMBER))
    assert jobs(session, "interest_note") == []
