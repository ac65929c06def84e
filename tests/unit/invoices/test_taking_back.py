"""What was booked once is taken back once, and nobody is given back what was never paid."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.errors import Conflict
from portal.invoices import books
from portal.invoices.booking import book_event, event_of
from portal.invoices.credit_notes import full_credit, lines_for_amount, write_credit_note
from portal.invoices.models import CreditReasonKind, Invoice
from portal.invoices.proof import prove
from portal.ledger.actions import Entry
from portal.ledger.models import Book, Journal, JournalKind
from portal.ledger.queries import balance_of
from tests import factories as make
from tests.invoicing import make_invoice, make_payment, settle
from tests.ordering import NOW


@pytest.fixture
def account(session: Session) -> Account:
    return make.make_account(session)


def journal(session: Session, kind: JournalKind) -> int:
    return session.scalars(select(Journal.id).where(Journal.kind == kind).order_by(Journal.id)).first() or 0


def take_back(session: Session, account: Account, journal_id: int) -> None:
    opened = books.open_books(session, account.id)
    books.take_back(session, opened, journal_id, note="wrong", actor_id=None, now=NOW)


def credit_note(session: Session, invoice: Invoice, amount: int | None = None) -> None:
    lines = lines_for_amount(session, invoice.id, amount) if amount else full_credit(session, invoice.id)
    write_credit_note(
        session, invoice.id, lines, reason=CreditReasonKind.CLAIM, note="", key=f"k:{amount}", actor_id=None,
        now=NOW, total=amount,
    )  # fmt: skip
    session.refresh(invoice)


def test_what_went_back_to_the_payer_is_not_made_credit_again(session: Session, account: Account) -> None:
    invoice = make_invoice(session, account)
    first, second = (make_payment(session, account, 5_500) for _ in range(2))
    settle(session, first, invoice, 5_500)
    settle(session, second, invoice, 5_500)
    opened = books.open_books(session, account.id)
    # The first was charged back: what it had settled is open again.
    books.free_payment(session, opened, first.id, 5_500, key="freed", now=NOW)
    books.give_back(
        session, opened, first.id, 5_500,
        book=Book.BANK, detail="", kind=JournalKind.CHARGEBACK, key="gone", reference="", now=NOW,
    )  # fmt: skip
    before = balance_of(session, account.id)

    with pytest.raises(Conflict, match="already_reversed"):
        take_back(session, account, journal(session, JournalKind.ALLOCATION))

    assert balance_of(session, account.id) == before
    assert (before.receivable, before.credit) == (5_500, 0)


def test_a_partly_freed_settlement_is_not_taken_back_whole(session: Session, account: Account) -> None:
    invoice = make_invoice(session, account)
    payment = make_payment(session, account, 8_000)
    settle(session, payment, invoice, 8_000)
    books.free_payment(session, books.open_books(session, account.id), payment.id, 1, key="freed", now=NOW)
    with pytest.raises(Conflict, match="already_reversed"):
        take_back(session, account, journal(session, JournalKind.ALLOCATION))
    assert balance_of(session, account.id).credit == 1


def test_an_untouched_settlement_is_taken_back(session: Session, account: Account) -> None:
    invoice = make_invoice(session, account)
    payment = make_payment(session, account, 8_000)
    settle(session, payment, invoice, 8_000)
    take_back(session, account, journal(session, JournalKind.ALLOCATION))
    session.refresh(invoice)
    assert (invoice.open_amount, balance_of(session, account.id).credit) == (11_000, 8_000)


def discounted(session: Session, account: Account) -> Invoice:
    """Over 11,000 with its tax, paid with 10,780 in time."""
    invoice = make_invoice(session, account)
    payment = make_payment(session, account, 10_780)
    settle(session, payment, invoice, 10_780)
    opened = books.open_books(session, account.id)
    books.grant_discount(session, opened, invoice.id, 220, key="discount:1", now=NOW)
    session.refresh(invoice)
    return invoice


@pytest.mark.parametrize("amount, credit", [(None, 10_780), (11_000, 10_780), (5_500, 5_390), (100, 98)])
def test_a_discount_is_not_paid_out(
    session: Session, account: Account, amount: int | None, credit: int
) -> None:
    invoice = discounted(session, account)
    credit_note(session, invoice, amount)
    assert invoice.open_amount == 0
    balance = balance_of(session, account.id)
    assert (balance.receivable, balance.credit) == (0, credit)
    assert prove(session).findings == ()


def test_a_discount_shrinks_step_by_step(session: Session, account: Account) -> None:
    invoice = discounted(session, account)
    for amount in (3_000, 3_001, 4_999):
        credit_note(session, invoice, amount)
    balance = balance_of(session, account.id)
    assert (invoice.open_amount, balance.receivable, balance.credit) == (0, 0, 10_780)


def test_what_was_given_up_is_not_paid_out(session: Session, account: Account) -> None:
    invoice = make_invoice(session, account)
    payment = make_payment(session, account, 1_000)
    settle(session, payment, invoice, 1_000)
    actor_id = make.make_user(session, account).id
    opened = books.open_books(session, account.id)
    books.write_off(session, opened, invoice.id, 10_000, key="w", note="bankrupt", actor_id=actor_id, now=NOW)
    credit_note(session, invoice)
    balance = balance_of(session, account.id)
    assert (invoice.open_amount, balance.receivable, balance.credit) == (0, 0, 1_000)
    assert prove(session).findings == ()


def test_the_proof_finds_more_freed_than_was_settled(session: Session, account: Account) -> None:
    invoice = make_invoice(session, account)
    first, second = (make_payment(session, account, 5_500) for _ in range(2))
    settle(session, second, invoice, 5_500)
    book_event(
        session,
        event_of(books.open_books(session, account.id), JournalKind.REVERSAL, "", "fault", NOW.date()),
        [
            Entry(Book.ACCOUNT_CREDIT, -100, payment_id=first.id),
            Entry(Book.RECEIVABLE, 100, invoice_id=invoice.id, payment_id=first.id),
        ],
        NOW,
    )
    (found,) = prove(session).findings
    assert found == f"invoice {invoice.id}: 100 more of payment {first.id} was freed than had settled it"
