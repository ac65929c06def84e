"""Statements of account."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.errors import NotFound
from portal.invoices.ageing import Ageing
from portal.invoices.books import open_books, write_off
from portal.invoices.models import InvoiceKind
from portal.invoices.statements import statement_of
from portal.ledger.models import JournalKind
from portal.ledger.queries import balance_of
from tests import factories as make
from tests.invoicing import make_invoice, make_payment, settle


@pytest.fixture
def account(session: Session) -> Account:
    """Owes from October on; November has an invoice, a credit note, a payment and a write-off."""
    account = make.make_account(session)
    old = make_invoice(session, account, net=10_000, tax=1_000, issued_on=date(2026, 10, 5))
    new = make_invoice(session, account, net=20_000, tax=2_000, issued_on=date(2026, 11, 2))
    make_invoice(
        session, account, kind=InvoiceKind.CREDIT_NOTE, credits_id=new.id,
        net=500, tax=50, issued_on=date(2026, 11, 3),
    )  # fmt: skip
    paid_at = datetime(2026, 11, 9, 16, 0, tzinfo=UTC)  # The 10th in Seoul.
    settle(session, make_payment(session, account, 12_000, now=paid_at), old, 11_000, now=paid_at)
    later = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
    staff = make.make_user(session)
    books = open_books(session, account.id)
    write_off(session, books, new.id, 7, key="w", note="Cents", actor_id=staff.id, now=later)
    return account


def test_a_period_with_its_balances(session: Session, account: Account) -> None:
    statement = statement_of(session, account.id, date(2026, 11, 1), date(2026, 11, 30))
    assert (statement.opening, statement.charged, statement.credited) == (11_000, 22_000, 12_550)
    assert statement.closing == 20_450
    assert [
        (line.posted_on.day, line.kind, line.charge, line.credit, line.balance) for line in statement.lines
    ] == [
        (2, JournalKind.INVOICE, 22_000, 0, 33_000),
        (3, JournalKind.CREDIT_NOTE, 0, 550, 32_450),
        (10, JournalKind.PAYMENT, 0, 12_000, 20_450),
    ]
    invoice, credit_note, payment = statement.lines
    assert invoice.document_number == "HB-2026-000002"
    assert invoice.due_on == date(2026, 12, 2)
    assert (credit_note.document_number, credit_note.due_on) == ("HB-C2026-000001", None)
    assert (payment.document_number, payment.reference[:5]) == ("", "PTEST")
    assert payment.payment_id is not None


def test_what_is_open_at_the_end_less_what_is_unused_is_the_closing_balance(
    session: Session, account: Account
) -> None:
    november = statement_of(session, account.id, date(2026, 11, 1), date(2026, 11, 30))
    assert (november.ageing, november.unused) == (Ageing(current=22_000), 1_550)
    assert november.ageing.total - november.unused == november.closing
    # On the 9th the old invoice was open, and five days late.
    early = statement_of(session, account.id, date(2026, 11, 1), date(2026, 11, 9))
    assert (early.ageing, early.unused) == (Ageing(current=22_000, days_30=11_000), 550)
    assert early.closing == 32_450


def test_periods_join_and_the_last_ends_with_what_the_books_say(session: Session, account: Account) -> None:
    days = [date(2026, 10, 1), date(2026, 11, 3), date(2026, 11, 4), date(2026, 12, 31)]
    first = statement_of(session, account.id, days[0], days[1])
    second = statement_of(session, account.id, days[2], days[3])
    assert first.closing == second.opening
    assert second.closing == balance_of(session, account.id).owed
    (written_off,) = [line for line in second.lines if line.kind is JournalKind.WRITE_OFF]
    assert (written_off.credit, written_off.note, written_off.document_number) == (
        7,
        "Cents",
        "HB-2026-000002",
    )


def test_before_anything_happened(session: Session, account: Account) -> None:
    statement = statement_of(session, account.id, date(2020, 1, 1), date(2020, 12, 31))
    assert (statement.opening, statement.closing, statement.lines) == (0, 0, ())
    assert statement.ageing == Ageing()
    assert statement.buyer["name"] == account.name
    assert statement.seller["code"] == "HB"


def test_an_account_without_invoices_and_none_at_all(session: Session, account: Account) -> None:
    other = make.make_account(session, name="새 거래처")
    statement = statement_of(session, other.id, date(2026, 1, 1), date(2026, 12, 31))
    assert (statement.lines, statement.closing, statement.seller) == ((), 0, {})
    assert statement.buyer == {
        "code": other.code,
        "name": "새 거래처",
        "country": "KR",
        "business_number": "",
    }
    with pytest.raises(NotFound):
        statement_of(session, 999, date(2026, 1, 1), date(2026, 12, 31))
