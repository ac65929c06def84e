"""Finding an account's documents, and how it stands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.amounts import amount_of, days_of
from portal.core.errors import NotFound
from portal.invoices.ageing import Ageing, ageing_of
from portal.invoices.books import Source, Use, allocate, open_books
from portal.invoices.invoice_list import PAGE_SIZE
from portal.invoices.models import BatchState, DownloadBatch, Invoice, InvoiceKind
from portal.invoices.queries import (
    DueDay,
    InvoiceFilter,
    InvoiceStatus,
    batch_of,
    credit_notes_of,
    due_now,
    invoices_of,
    numbered,
    settlements_of,
    standing_of,
    to_free,
    unused_credit_notes,
)
from portal.ledger.models import JournalKind
from tests import factories as make
from tests.invoicing import make_invoice, make_payment, settle, ship_and_invoice
from tests.ordering import NOW, TODAY, open_shop


@pytest.fixture
def account(session: Session) -> Account:
    return make.make_account(session)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def found(session: Session, account: Account, shown: InvoiceFilter, **wanted) -> list[str]:
    page = invoices_of(session, account.id, account.currency, shown=shown, today=TODAY, **wanted)
    return [row.number for row in page.rows]


@pytest.mark.parametrize(
    "text, currency, minor",
    [
        ("₩1,234,000", "KRW", 1_234_000),
        ("1234000원", "KRW", 1_234_000),
        ("１,２３４", "KRW", 1_234),
        ("1,234.50", "USD", 123_450),
        ("1.234,5 $", "CAD", 123_450),
        ("1 234,50 $", "CAD", 123_450),
        ("US$12", "USD", 1_200),
        ("1,234", "USD", 123_400),
        ("12.5", "USD", 1_250),
        ("¥9,800", "JPY", 9_800),
        ("12.5", "KRW", None),
        ("1,23,456", "KRW", None),
        ("1234,567", "KRW", None),
        ("-5", "KRW", -5),
        ("0.001", "USD", None),
        ("HB-2026", "KRW", None),
        ("", "KRW", None),
        ("9" * 16, "KRW", None),
    ],
)
def test_amounts_as_people_type_them(text: str, currency: str, minor: int | None) -> None:
    assert amount_of(text, currency) == minor


@pytest.mark.parametrize(
    "text, first, last",
    [
        ("2026-11-03", date(2026, 11, 3), date(2026, 11, 3)),
        ("2026.11.3.", date(2026, 11, 3), date(2026, 11, 3)),
        ("2026/02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026년12월", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026년12월7일", date(2026, 12, 7), date(2026, 12, 7)),
    ],
)
def test_days_and_months_as_people_type_them(text: str, first: date, last: date) -> None:
    assert days_of(text) == (first, last)


@pytest.mark.parametrize("text", ["2026", "2026-13-01", "2026-02-30", "0000-01", "9999-12", "11-03", "x"])
def test_what_names_no_day(text: str) -> None:
    assert days_of(text) is None


def test_ages_begin_on_the_day_after_the_due_day() -> None:
    dues = [
        (TODAY - timedelta(days=days), 10**index) for index, days in enumerate((0, 1, 30, 31, 60, 61, 90, 91))
    ]
    assert ageing_of(dues, TODAY) == Ageing(1, 110, 11_000, 1_100_000, 10_000_000)
    assert ageing_of(dues, TODAY).overdue == 11_111_110
    assert ageing_of([], TODAY).total == 0


def test_each_filter_shows_its_documents_in_its_order(session: Session, account: Account) -> None:
    late = make_invoice(session, account, issued_on=days_ago(40)).number
    later = make_invoice(session, account, issued_on=days_ago(60)).number
    soon = make_invoice(session, account, issued_on=days_ago(25)).number
    calm = make_invoice(session, account, issued_on=days_ago(1)).number
    paid = make_invoice(session, account, issued_on=days_ago(2))
    credit = make_invoice(session, account, kind=InvoiceKind.CREDIT_NOTE, credits_id=paid.id, net=500, tax=50)
    settle(session, make_payment(session, account, 11_000), paid, 11_000)
    stranger = make.make_account(session)
    make_invoice(session, stranger, issued_on=days_ago(40))

    assert found(session, account, InvoiceFilter.OPEN) == [later, late, soon, calm]
    assert found(session, account, InvoiceFilter.OVERDUE) == [later, late]
    assert found(session, account, InvoiceFilter.DUE) == [soon]
    assert found(session, account, InvoiceFilter.PAID) == [paid.number]
    assert found(session, account, InvoiceFilter.CREDIT) == [credit.number]
    everything = [credit.number, calm, paid.number, soon, late, later]
    assert found(session, account, InvoiceFilter.ALL) == everything
    page = invoices_of(session, account.id, "KRW", shown=InvoiceFilter.ALL, today=TODAY)
    assert [row.status for row in page.rows] == [
        InvoiceStatus.CREDIT,
        InvoiceStatus.OPEN,
        InvoiceStatus.PAID,
        InvoiceStatus.DUE,
        InvoiceStatus.OVERDUE,
        InvoiceStatus.OVERDUE,
    ]
    assert [row.days_late for row in page.rows] == [0, 0, 0, 0, 10, 30]


def test_pages_of_the_list(session: Session, account: Account) -> None:
    numbers = [
        make_invoice(session, account, issued_on=days_ago(100 - index)).number
        for index in range(PAGE_SIZE + 2)
    ]
    first = invoices_of(session, account.id, "KRW", shown=InvoiceFilter.ALL, today=TODAY)
    second = invoices_of(session, account.id, "KRW", shown=InvoiceFilter.ALL, today=TODAY, page=2)
    assert [row.number for row in first.rows] == numbers[:1:-1]
    assert [row.number for row in second.rows] == [numbers[1], numbers[0]]
    assert (first.has_more, second.has_more, second.page) == (True, False, 2)


def test_documents_are_found_by_number_order_po_amount_and_day(session: Session) -> None:
    shop = open_shop(session)
    account = session.get_one(Account, shop.account_id)
    bolts = shop.sell(session, won=7_000, on_hand=100)
    order = shop.order(session, {bolts: 3}, po_number="Bestellung-77")
    shipped = ship_and_invoice(session, shop, order)
    other = make_invoice(session, account, net=999_000, tax=99_900, issued_on=date(2026, 9, 9), days=10)
    everything = InvoiceFilter.ALL

    assert found(session, account, everything, q=shipped.number.lower()) == [shipped.number]
    assert found(session, account, everything, q=order.number) == [shipped.number]
    assert found(session, account, everything, q="bestellung-77") == [shipped.number]
    assert found(session, account, everything, q="23,100") == [shipped.number]
    assert found(session, account, everything, q="1 098 900 원") == [other.number]
    assert found(session, account, everything, q="2026-09-09") == [other.number]
    assert found(session, account, everything, q="2026.09.19") == [other.number]
    assert found(session, account, everything, q="2026-09 1,098,900") == [other.number]
    assert found(session, account, everything, q="2026-09 23,100") == []
    assert found(session, account, everything, q="%") == []
    assert found(session, account, everything, ends_on=date(2026, 9, 9)) == [other.number]
    assert found(session, account, everything, starts_on=date(2026, 9, 10)) == [shipped.number]
    assert found(session, account, InvoiceFilter.OVERDUE, q="2026-09") == [other.number]

    stranger = make.make_account(session)
    assert found(session, stranger, everything, q=order.number) == []


def test_a_discount_is_offered_for_the_whole_and_in_time(session: Session, account: Account) -> None:
    made = make_invoice(session, account, discount=220, discount_until=TODAY)
    (row,) = numbered(session, account.id, [made.number], TODAY)
    assert (row.discount, row.discount_until) == (220, TODAY)
    (row,) = numbered(session, account.id, [made.number], TODAY + timedelta(days=1))
    assert (row.discount, row.discount_until) == (0, None)
    settle(session, make_payment(session, account, 1_000), made, 1_000)
    (row,) = numbered(session, account.id, [made.number], TODAY)
    assert (row.discount, row.open_amount, row.is_partly_paid) == (0, 10_000, True)


def test_strangers_numbers_are_left_out(session: Session, account: Account) -> None:
    own = make_invoice(session, account)
    other = make_invoice(session, make.make_account(session))
    rows = numbered(session, account.id, [own.number, other.number, "HB-0"], TODAY)
    assert [row.number for row in rows] == [own.number]


def test_how_an_account_stands(session: Session, account: Account) -> None:
    for days, net in ((130, 1_000), (65, 2_000), (31, 4_000), (25, 8_000), (25, 16_000), (0, 32_000)):
        make_invoice(session, account, net=net, tax=0, issued_on=days_ago(days))
    make_payment(session, account, 700)
    standing = standing_of(session, account.id, TODAY)
    assert standing.ageing == Ageing(56_000, 4_000, 2_000, 0, 1_000)
    assert standing.next_days == (
        DueDay(TODAY + timedelta(days=5), 24_000, 2),
        DueDay(TODAY + timedelta(days=30), 32_000, 1),
    )
    assert (standing.count, standing.unused) == (6, 700)


def test_what_home_says(session: Session, account: Account) -> None:
    assert due_now(session, account.id, TODAY) is None
    make_invoice(session, account, net=1_000, tax=0)
    calm = due_now(session, account.id, TODAY)
    assert calm is not None
    assert (calm.is_soon, calm.count, calm.amount, calm.overdue_count) == (False, 0, 0, 0)
    make_invoice(session, account, net=2_000, tax=0, issued_on=days_ago(25))
    oldest = make_invoice(session, account, net=4_000, tax=0, issued_on=days_ago(40))
    due = due_now(session, account.id, TODAY)
    assert due is not None
    assert (due.oldest.number, due.oldest.open_amount) == (oldest.number, 4_000)
    assert (due.is_soon, due.count, due.amount, due.overdue_count, due.overdue) == (True, 2, 6_000, 1, 4_000)


def test_the_longest_due_are_paid_first_to_free_credit(session: Session, account: Account) -> None:
    late = make_invoice(session, account, net=1_000, tax=0, issued_on=days_ago(40)).number
    soon = make_invoice(session, account, net=2_000, tax=0, issued_on=days_ago(25)).number
    make_invoice(session, account, net=4_000, tax=0)
    make_invoice(session, make.make_account(session), net=9_000, tax=0, issued_on=days_ago(90))

    def numbers(amount: int) -> list[str]:
        return [invoice.number for invoice in to_free(session, account.id, amount)]

    assert numbers(1) == [late]
    assert numbers(1_000) == [late]
    assert numbers(1_001) == [late, soon]
    assert len(numbers(1_000_000)) == 3
    assert len(to_free(session, account.id, 1_000_000, most=2)) == 2


def test_what_settled_a_document(session: Session, account: Account) -> None:
    invoice = make_invoice(session, account)
    payment = make_payment(session, account, 6_000)
    credit = make_invoice(
        session, account, kind=InvoiceKind.CREDIT_NOTE, credits_id=invoice.id, net=2_000, tax=200
    )
    settle(session, payment, invoice, 6_000)
    use = Use(Source(credit_note_id=credit.id), invoice.id, 1_200)
    allocate(session, open_books(session, account.id), [use], key="use", reference=credit.number, now=NOW)

    paid, credited = settlements_of(session, invoice.id)
    assert (paid.kind, paid.amount, paid.payment_id) == (JournalKind.ALLOCATION, 6_000, payment.id)
    assert (paid.payment_reference, paid.document_number) == (payment.reference, "")
    assert (credited.amount, credited.payment_id, credited.document_number) == (1_200, None, credit.number)
    (used,) = settlements_of(session, credit.id)
    assert (used.amount, used.document_number) == (1_200, invoice.number)
    (note,) = credit_notes_of(session, invoice.id)
    assert (note.number, note.total) == (credit.number, 2_200)
    (unused,) = unused_credit_notes(session, account.id, TODAY)
    assert (unused.number, unused.open_amount) == (credit.number, 1_000)


def test_a_batch_is_its_persons_alone(session: Session, account: Account) -> None:
    person, colleague = make.make_user(session, account), make.make_user(session, account)
    batch = make.added(
        session,
        DownloadBatch(
            account_id=account.id,
            user_id=person.id,
            submit_key="key",
            state=BatchState.WAITING,
            invoice_ids=[1, 2, 3],
            done=2,
            created_at=NOW,
        ),
    )
    found_batch = batch_of(session, account.id, person.id, batch.id)
    assert (found_batch.count, found_batch.done, found_batch.file_id) == (3, 2, None)
    with pytest.raises(NotFound):
        batch_of(session, account.id, colleague.id, batch.id)
    with pytest.raises(NotFound):
        batch_of(session, make.make_account(session).id, person.id, batch.id)


def test_a_paid_document_leaves_what_is_to_be_paid(session: Session, account: Account) -> None:
    made = make_invoice(session, account)
    assert found(session, account, InvoiceFilter.OPEN) == [made.number]
    settle(session, make_payment(session, account, 11_000), made, 11_000)
    assert found(session, account, InvoiceFilter.OPEN) == []
    assert session.scalars(select(Invoice.settled_on)).one() == TODAY
    assert standing_of(session, account.id, TODAY).ageing == Ageing()
