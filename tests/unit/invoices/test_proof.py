"""The proof finds what does not add up, each thing by its own check, and nothing where all does."""

import pytest
from sqlalchemy import insert, select, update

from portal.accounts.models import Account, CreditEntry, CreditReason
from portal.invoices.credit_notes import full_credit, write_credit_note
from portal.invoices.models import CreditReasonKind, Invoice, InvoiceKind, InvoiceLine
from portal.invoices.proof import keep_proof, prove
from portal.ledger.models import Book, BooksProof, Journal, JournalKind, Posting
from portal.orders.models import NumberSeries
from portal.payments.models import Payment
from tests import factories as make
from tests.invoicing import make_invoice, make_payment, make_seller, settle, ship_and_invoice
from tests.ordering import NOW, TODAY, open_shop


@pytest.fixture
def shop(session):
    make_seller(session)
    return open_shop(session)


@pytest.fixture
def invoice(session, shop):
    bolt = shop.sell(session, won=1_000, on_hand=50)
    return ship_and_invoice(session, shop, shop.order(session, {bolt: 2}))


def journal(session, shop, *postings):
    """A journal nobody's verb would write."""
    journal_id = session.execute(
        insert(Journal)
        .values(
            kind=JournalKind.PAYMENT,
            account_id=shop.account_id,
            currency="KRW",
            reference="",
            key="fault",
            posted_on=TODAY,
            created_at=NOW,
        )
        .returning(Journal.id)
    ).scalar_one()
    for values in postings:
        session.execute(
            insert(Posting).values(journal_id=journal_id, **{"account_id": shop.account_id} | values)
        )


def test_books_that_add_up_have_no_findings(session, shop, invoice):
    payment = make_payment(session, session.get_one(Account, shop.account_id), 1_500)
    settle(session, payment, invoice, 1_000)
    write_credit_note(
        session, invoice.id, full_credit(session, invoice.id), reason=CreditReasonKind.CLAIM, note="",
        key="k", actor_id=None, now=NOW,
    )  # fmt: skip

    proof = prove(session)
    assert (proof.findings, proof.is_right, proof.journals) == ((), True, 5)


def test_no_books_have_no_findings(session):
    assert prove(session).findings == ()


def test_a_journal_that_does_not_balance_is_found(session, shop):
    journal(session, shop, {"book": Book.BANK, "amount": 5})
    (found,) = prove(session).findings
    assert found == f"journal {session.scalar(select(Journal.id))}: its postings sum to 5, or there are none"


@pytest.mark.parametrize("changes", [{"refunded": 500}, {"state": "failed"}, {"amount": 2_000}])
def test_a_payment_that_says_other_than_the_books_is_found(session, shop, changes):
    payment = make_payment(session, session.get_one(Account, shop.account_id), 1_500)
    assert prove(session).findings == ()
    session.execute(update(Payment).where(Payment.id == payment.id).values(changes))
    (found,) = prove(session).findings
    said = {"refunded": 1_000, "state": 0, "amount": 2_000}[next(iter(changes))]
    assert found == f"payment {payment.reference}: {said} is said to be here, 1500 is booked"


def test_a_journal_without_postings_is_found(session, shop):
    journal(session, shop)
    assert len(prove(session).findings) == 1


def test_a_posting_of_another_account_is_found(session, shop):
    other = make.make_account(session)
    journal(
        session,
        shop,
        {"book": Book.BANK, "amount": 5},
        {"book": Book.WRITTEN_OFF, "amount": -5, "account_id": other.id},
    )
    (found,) = prove(session).findings
    assert found.endswith("of another account than its journal")


@pytest.mark.parametrize(
    "changes", [{"open_amount": 100}, {"settled_on": TODAY}, {"open_amount": 0, "settled_on": TODAY}]
)
def test_an_open_amount_the_postings_do_not_say_is_found(session, invoice, changes):
    session.execute(update(Invoice).values(**changes))
    (found,) = prove(session).findings
    assert found.startswith(f"{invoice.number}: ")


def test_credit_that_no_entry_explains_is_found(session, shop, invoice):
    session.execute(update(Account).values(credit_used=1))
    (found,) = prove(session).findings
    assert "uses 1, its entries sum to 2200; it owes 2200, its entries say 2200" in found


def test_entries_that_are_not_what_is_owed_are_found(session, shop, invoice):
    for reason, amount in ((CreditReason.OWED, 7), (CreditReason.ORDER_PLACED, -7)):
        session.execute(
            insert(CreditEntry).values(
                account_id=shop.account_id, reason=reason, reference="x", amount=amount, created_at=NOW
            )
        )
    assert prove(session).findings == (
        f"account {session.scalar(select(Account.code))}: uses 2200, its entries sum to 2200;"
        " it owes 2200, its entries say 2207",
        "order x: -7 of the credit is reserved, which nothing stands for",
    )


def test_a_reservation_of_an_order_that_is_invoiced_is_found(session, shop, invoice):
    number = session.scalar(
        select(CreditEntry.reference).where(CreditEntry.reason == CreditReason.ORDER_PLACED)
    )
    session.execute(
        insert(CreditEntry).values(
            account_id=shop.account_id, reason=CreditReason.ORDER_CHANGED, reference=number, amount=3,
            created_at=NOW,
        )
    )  # fmt: skip
    session.execute(update(Account).values(credit_used=2_203))
    assert prove(session).findings == (
        f"order {number}: 3 of the credit is reserved, which nothing stands for",
    )


def test_an_order_that_waits_may_reserve(session, shop):
    bolt = shop.sell(session, won=1_000, on_hand=50)
    shop.order(session, {bolt: 2})
    assert prove(session).findings == ()


def test_a_gap_in_the_numbers_is_found(session, shop):
    account = session.get_one(Account, shop.account_id)
    make_invoice(session, account)
    make_invoice(session, account, number="HB-2026-000003")
    assert prove(session).findings == (
        "numbers HB-2026-: 2 from 1 to 3",
        "numbers HB-2026-: the last is 3, the series says 2",
    )


def test_a_series_that_is_ahead_is_found(session, invoice):
    session.execute(update(NumberSeries).where(NumberSeries.name.startswith("invoice")).values(last=9))
    assert prove(session).findings == ("numbers HB-2026-: the last is 1, the series says 9",)


def test_more_used_than_a_payment_brought_is_found(session, shop):
    payment = make_payment(session, session.get_one(Account, shop.account_id), 10)
    journal(
        session,
        shop,
        {"book": Book.ACCOUNT_CREDIT, "amount": 11, "payment_id": payment.id},
        {"book": Book.BANK, "amount": -11},
    )
    findings = prove(session).findings
    assert f"payment {payment.id}: 1 more is used than it brought" in findings


def test_lines_that_are_not_the_document_are_found(session, invoice):
    session.execute(
        insert(InvoiceLine).values(
            invoice_id=invoice.id, position=9, kind="adjustment", supplied_on=TODAY, name="x", quantity=1,
            unit_price_e4=0, line_total=1, net=1, tax_class="standard",
        )
    )  # fmt: skip
    (found,) = prove(session).findings
    assert found == f"{invoice.number}: its net is 2000, its lines sum to 2001, or its freight differs"


def test_more_credited_than_was_charged_is_found(session, shop):
    account = session.get_one(Account, shop.account_id)
    charged = make_invoice(session, account, net=100, tax=10)
    make_invoice(session, account, net=200, tax=20, kind=InvoiceKind.CREDIT_NOTE, credits_id=charged.id)
    assert prove(session).findings == (f"{charged.number}: 220 was credited of 110",)


def test_what_was_found_is_kept(session, shop, invoice):
    session.execute(update(Account).values(credit_used=1))
    keep_proof(session, NOW)

    kept = session.scalars(select(BooksProof)).one()
    assert (kept.proved_on, kept.journals, kept.findings) == (TODAY, 1, 1)
    assert kept.report == prove(session).findings[0]


def test_the_command_fails_if_the_books_do_not_add_up(app, session, shop, invoice):
    session.commit()
    run = app.test_cli_runner().invoke
    assert run(args=["books", "prove"]).output == "1 journals, 0 findings\n"
    session.execute(update(Account).values(credit_used=1))
    session.commit()
    failed = run(args=["books", "prove"])
    assert (failed.exit_code, "uses 1" in failed.output) == (1, True)
