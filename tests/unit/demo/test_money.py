"""The demo's invoices and payments are what the rooms themselves would have written."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Account, BillingProfile, CreditEntry, CreditReason, PaymentTerms, Seller
from portal.accounts.rules import business_number_of
from portal.demo import seed
from portal.demo.dealers import DEALERS
from portal.invoices.document import document_of
from portal.invoices.issue import issue_for_shipment
from portal.invoices.models import Invoice, InvoiceKind, InvoiceLine, Reminder, TaxReport
from portal.invoices.month import ask_for_months
from portal.invoices.overdue import overdue_accounts
from portal.invoices.proof import prove
from portal.invoices.reminders import level_of
from portal.ledger.models import Journal, JournalKind, Posting
from portal.ledger.queries import balance_of
from portal.orders.models import Order, ReturnRequest, ReturnStatus, Shipment, ShipmentLine
from portal.payments.models import BankLine, BankLineState, Payment, PaymentState
from portal.payments.rules import REFERENCE
from tests.unit.demo.conftest import PASSWORD, TODAY

NOW = datetime(TODAY.year, TODAY.month, TODAY.day - 1, 23, tzinfo=UTC)
"""Eight in the morning of TODAY in Seoul."""


def accounts(session) -> dict[str, Account]:
    return {row.code: row for row in session.scalars(select(Account))}


def test_the_books_add_up(demo):
    proof = prove(demo)
    assert proof.findings == ()
    assert proof.journals > 1_000


@pytest.mark.slow
def test_the_books_add_up_on_the_first_of_a_month_and_of_a_year(fresh):
    for days in (8, 39):
        database = fresh("again")
        seed(database, today=TODAY + timedelta(days=days), password=PASSWORD, progress=False)
        with database.reading() as session:
            assert prove(session).findings == ()


def test_all_that_left_is_invoiced_but_what_waits_for_the_end_of_its_month(demo):
    charged = select(InvoiceLine.id).where(
        InvoiceLine.shipment_id == ShipmentLine.shipment_id, InvoiceLine.drop_id == ShipmentLine.drop_id
    )
    missing = demo.execute(
        select(Account.code, func.min(Shipment.shipped_at))
        .join(Order, Order.account_id == Account.id)
        .join(Shipment, Shipment.order_id == Order.id)
        .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .where(~charged.exists())
        .group_by(Account.code)
    ).all()
    assert [code for code, _ in missing] == ["JP-4001"]
    assert missing[0][1] >= datetime(2026, 10, 31, 15, tzinfo=UTC)


def test_the_worker_finds_nothing_to_invoice(loaded):
    with loaded[0].transaction() as session:
        assert ask_for_months(session, NOW) == 0
        shipped = session.scalars(select(Shipment.id).join(Order, Order.id == Shipment.order_id)).all()
        assert [issue_for_shipment(session, key, now=NOW) for key in shipped[-8:]] == [None] * 8
        session.rollback()


def test_what_an_invoice_charges_is_what_the_order_said(demo):
    """Orders all of which has left: the parts of each line sum to it, and so do nets."""
    charged: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    lines = select(InvoiceLine.order_number, InvoiceLine.line_total, InvoiceLine.net).where(
        InvoiceLine.credits_line_id.is_(None)
    )
    for number, total, net in demo.execute(lines):
        charged[number][0] += total
        charged[number][1] += net
    # What left on both sides of a month's end is on one invoice, and waits for the other.
    month = datetime(TODAY.year, TODAY.month, 1, tzinfo=UTC) - timedelta(days=3)
    late = (Order.account_id == accounts(demo)["JP-4001"].id) & (Order.placed_at > month)
    rows = demo.execute(
        select(Order.number, Order.net).where(Order.status.in_(["delivered", "shipped"]), ~late)
    ).all()
    assert {number: charged[number] for number, _ in rows} == {number: [net, net] for number, net in rows}
    assert len(rows) > 600


def test_numbers_run_without_a_gap_in_time_order(demo):
    rows = demo.execute(
        select(Invoice.number, Invoice.issued_on, Seller.code)
        .join(Seller, Seller.id == Invoice.seller_id)
        .where(Invoice.kind == InvoiceKind.INVOICE)
        .order_by(Invoice.created_at, Invoice.id)
    ).all()
    counted: Counter[tuple[str, int]] = Counter()
    for number, issued_on, code in rows:
        counted[code, issued_on.year] += 1
        assert number == f"{code}-{issued_on.year}-{counted[code, issued_on.year]:06d}"
    assert {code for code, _ in counted} == {"NW", "NWJ", "NWU", "NWC"}


def test_the_sellers_companies_have_numbers_that_could_be(demo):
    for seller in demo.scalars(select(Seller)):
        assert business_number_of(seller.country, seller.business_number) == seller.business_number
        assert seller.bank_accounts
    assert demo.scalars(select(Seller.code).where(Seller.is_default.is_(True))).all() == ["NW"]


def test_every_dealer_on_terms_owes_something_overdue_and_something_not_yet_due(demo):
    found = accounts(demo)
    overdue = {each.account_id: each for each in overdue_accounts(demo, NOW)}
    for dealer in DEALERS:
        account = found[dealer.code]
        open_not_due = demo.scalar(
            select(func.count()).where(
                Invoice.account_id == account.id, Invoice.open_amount > 0, Invoice.due_on >= TODAY
            )
        )
        if dealer.terms == "prepaid":
            assert account.id not in overdue
            assert open_not_due == 0
        else:
            assert account.id in overdue, dealer.code
            assert open_not_due or dealer.code == "KR-1003"
    assert len(overdue[found["KR-1001"].id].invoices) == 2
    still_open = select(func.count()).where(
        Invoice.account_id == found["KR-1001"].id,
        Invoice.open_amount > 0,
        Invoice.kind == InvoiceKind.INVOICE,
    )
    assert demo.scalar(still_open) > 5


def test_some_is_paid_in_part_early_by_card_and_too_much(demo):
    partly = select(func.count()).where(Invoice.open_amount.between(1, Invoice.total - 1))
    assert demo.scalar(partly) >= 4
    kinds = dict(demo.execute(select(Journal.kind, func.count()).group_by(Journal.kind)).all())
    assert kinds[JournalKind.CREDIT_NOTE] == 4
    assert kinds[JournalKind.DISCOUNT] > 10
    found = accounts(demo)
    assert balance_of(demo, found["US-2001"].id).credit == 5_000
    note = select(Invoice).where(Invoice.kind == InvoiceKind.CREDIT_NOTE, Invoice.open_amount > 0)
    (unused,) = demo.scalars(note)
    assert unused.account_id == found["KR-1001"].id
    assert balance_of(demo, unused.account_id).credit == unused.open_amount
    ways = set(demo.execute(select(Payment.provider, Payment.is_test).distinct()).all())
    assert ways == {("bank_transfer", False), ("test_card", True)}


def test_discounts_were_granted_in_time_and_in_full(demo):
    rows = demo.execute(
        select(Journal.posted_on, Invoice.discount_until, Invoice.discount, func.sum(Posting.amount))
        .join(Posting, Posting.journal_id == Journal.id)
        .join(Invoice, Invoice.id == Posting.invoice_id)
        .where(Journal.kind == JournalKind.DISCOUNT, Posting.book == "receivable")
        .group_by(Journal.id, Journal.posted_on, Invoice.id)
    ).all()
    assert all(day <= until and granted == -amount for day, until, granted, amount in rows)


def test_the_new_dealer_pays_every_order_in_advance(demo):
    account = accounts(demo)["US-2002"]
    orders = demo.scalars(select(Order).where(Order.account_id == account.id)).all()
    assert len(orders) >= 5
    assert all(order.total == order.prepay == order.prepaid <= account.order_limit for order in orders)
    payments = demo.scalars(select(Payment).where(Payment.account_id == account.id)).all()
    assert {payment.order_id: payment.amount for payment in payments} == {
        order.id: order.total for order in orders
    }
    assert all(payment.is_test and payment.state is PaymentState.PAID for payment in payments)
    invoices = demo.scalars(select(Invoice).where(Invoice.account_id == account.id)).all()
    assert len(invoices) >= 4
    assert all(invoice.open_amount == 0 for invoice in invoices)
    assert account.credit_used == 0


def test_credited_returns_have_their_credit_notes(demo):
    credited = demo.execute(
        select(ReturnRequest.number, ReturnRequest.granted_credit).where(
            ReturnRequest.status == ReturnStatus.CREDITED
        )
    ).all()
    notes = demo.execute(
        select(Invoice.return_number, Invoice.total).where(Invoice.kind == InvoiceKind.CREDIT_NOTE)
    ).all()
    assert sorted(map(tuple, credited)) == sorted(map(tuple, notes))
    assert len(notes) == 4


def test_transfers_came_with_a_banks_list_and_some_wait_for_a_person(demo):
    matched = demo.scalars(select(BankLine.payment_id).where(BankLine.state == BankLineState.MATCHED)).all()
    transfers = demo.scalars(select(Payment.id).where(Payment.provider == "bank_transfer")).all()
    assert sorted(matched) == sorted(transfers)
    waiting = demo.scalars(select(BankLine.currency).where(BankLine.state == BankLineState.UNMATCHED)).all()
    assert sorted(waiting) == ["CAD", "KRW", "KRW", "USD"]
    assert all(REFERENCE.fullmatch(reference) for reference in demo.scalars(select(Payment.reference)))


def test_korean_documents_are_to_be_reported(demo):
    reported = set(demo.scalars(select(TaxReport.invoice_id)))
    korean = select(Invoice.id).join(Seller, Seller.id == Invoice.seller_id).where(Seller.country == "KR")
    assert reported == set(demo.scalars(korean))


def test_reminders_went_out_on_their_days(demo):
    sent = defaultdict(set)
    for invoice_id, level in demo.execute(select(Reminder.invoice_id, Reminder.level)):
        sent[invoice_id].add(level)
    for overdue in overdue_accounts(demo, NOW):
        for invoice in overdue.invoices:
            # Today's go out at half past eight.
            level = level_of(overdue.reminder_days, invoice.days - 1)
            assert sent.pop(invoice.id, set()) == set(range(1, level + 1))
    assert not sent


def test_entries_say_why_credit_is_used(demo):
    reasons = Counter(demo.scalars(select(CreditEntry.reason)))
    assert reasons.keys() == {
        CreditReason.ORDER_PLACED,
        CreditReason.ORDER_CANCELLED,
        CreditReason.INVOICED,
        CreditReason.OWED,
        CreditReason.ROUNDED,
        CreditReason.PAID,
    }


def test_a_month_of_the_japanese_dealer_is_one_invoice(demo):
    account = accounts(demo)["JP-4001"]
    rows = demo.scalars(
        select(Invoice.id).where(Invoice.account_id == account.id, Invoice.kind == InvoiceKind.INVOICE)
    ).all()
    assert 22 <= len(rows) <= 24
    document = document_of(demo, Invoice.id == rows[-1])
    assert (document.issued_on.day, document.order_number) == (1, "")
    assert len({line.order_number for line in document.lines}) > 3
    assert {tax.rate_ppm for tax in document.taxes} == {80_000, 100_000}
    assert document.net == sum(line.net for line in document.lines)


def test_documents_name_the_parties_as_they_are(demo):
    account = accounts(demo)["KR-1001"]
    row = demo.scalars(select(Invoice.id).where(Invoice.account_id == account.id).limit(1)).one()
    document = document_of(demo, Invoice.id == row)
    profile = demo.get(BillingProfile, account.id)
    assert document.seller["business_number"] == "5978800424"
    assert document.seller["bank"]["currency"] == "KRW"
    assert document.buyer["representative"] == profile.representative == "한상우"
    assert document.terms["net_days"] == 30
    assert document.ship_to[0]["city"]


def test_terms_remind_but_hold_nobody(demo):
    rows = demo.execute(
        select(PaymentTerms.code, PaymentTerms.reminder_days, PaymentTerms.hold_after_days)
        .join(Account, Account.payment_terms_id == PaymentTerms.id)
        .distinct()
    ).all()
    for code, days, hold_after in rows:
        assert (list(days), hold_after) == ([] if code == "prepaid" else [3, 10, 20], None)
