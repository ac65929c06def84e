"""The books: journals balance, happen once, and cannot be changed by anybody."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from portal.core.errors import NotFound
from portal.ledger.actions import Entry, Event, post
from portal.ledger.models import Book, Journal, JournalKind, Posting
from portal.ledger.queries import Balance, balance_of, journal_of, unused_of_payments
from tests import factories as make
from tests.invoicing import make_invoice, make_payment, settle
from tests.ordering import NOW, TODAY


@pytest.fixture
def account(session):
    return make.make_account(session)


def event_of(account, key="k", **changes):
    return Event(JournalKind.PAYMENT, account.id, "KRW", "P1", key, TODAY, **changes)


BANK_FEE = [Entry(Book.BANK, 5), Entry(Book.WRITTEN_OFF, -5)]


def test_an_event_is_booked_once(session, account):
    journal_id = post(session, event_of(account, note="why"), BANK_FEE, NOW)
    assert journal_id is not None
    assert post(session, event_of(account), BANK_FEE, NOW) is None

    found = journal_of(session, journal_id)
    assert (found.reference, found.note, found.entries) == ("P1", "why", tuple(BANK_FEE))
    assert (found.reverses_id, found.reversed_by_id) == (None, None)
    assert session.scalars(select(Posting.amount).order_by(Posting.id)).all() == [5, -5]


def test_a_reversal_is_known_to_what_it_reverses(session, account):
    journal_id = post(session, event_of(account), BANK_FEE, NOW)
    assert journal_id is not None
    later = post(
        session,
        event_of(account, "later", reverses_id=journal_id),
        [entry.reversed() for entry in BANK_FEE],
        NOW,
    )
    assert journal_of(session, journal_id).reversed_by_id == later


@pytest.mark.parametrize(
    "entries", [[], [Entry(Book.BANK, 0)], [Entry(Book.BANK, 5)], [*BANK_FEE, Entry(Book.TAX, 1)]]
)
def test_what_does_not_balance_is_not_booked(session, account, entries):
    with pytest.raises(ValueError, match="must balance"):
        post(session, event_of(account), entries, NOW)
    assert session.scalars(select(Journal.id)).all() == []


def test_how_an_account_stands(session, account):
    assert balance_of(session, account.id) == Balance(0, 0)
    invoice = make_invoice(session, account)
    payment = make_payment(session, account, 15_000)
    assert balance_of(session, account.id) == Balance(11_000, 15_000)
    settle(session, payment, invoice, 4_000)

    found = balance_of(session, account.id)
    assert (found, found.owed) == (Balance(7_000, 11_000), -4_000)
    assert unused_of_payments(session, [payment.id, 999]) == {payment.id: 11_000, 999: 0}


def test_an_unknown_journal_is_told(session):
    with pytest.raises(NotFound):
        journal_of(session, 1)


@pytest.mark.parametrize(
    "statement",
    [
        update(Journal).values(reference="x"),
        update(Posting).values(amount=6),
        delete(Posting),
        delete(Journal),
    ],
)
def test_the_database_refuses_to_change_what_is_booked(session, account, statement):
    post(session, event_of(account), BANK_FEE, NOW)
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(statement)
    assert session.scalars(select(Posting.amount).order_by(Posting.id)).all() == [5, -5]


def test_an_issued_document_changes_in_what_is_open_alone(session, account):
    invoice = make_invoice(session, account)
    changed = update(type(invoice)).execution_options(synchronize_session=False)
    session.execute(changed.values(open_amount=5))
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(changed.values(net=1, total=1_001))
    session.refresh(invoice)
    assert (invoice.open_amount, invoice.net) == (5, 10_000)
