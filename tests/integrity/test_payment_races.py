"""A return, a webhook and a second return at once: one settlement; and two forms at once: one payment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

from sqlalchemy import func, select

from portal.accounts.models import Account, TermsKind
from portal.adapters.payments.provider import Report, ReportState
from portal.core.database import Database
from portal.core.errors import Conflict
from portal.invoices.models import Invoice
from portal.invoices.proof import prove
from portal.jobs.models import Job
from portal.ledger.models import Book, Posting
from portal.orders.models import Order
from portal.payments import actions
from portal.payments.apply import apply
from portal.payments.models import Payment, PaymentEvent, PaymentEventKind, PaymentState
from portal.payments.payable import credits_of
from tests.factories import make_terms
from tests.invoicing import make_invoice, make_seller
from tests.ordering import NOW, credit_used, open_shop

WORKERS = 6


def test_reports_that_come_at_once_settle_once(database: Database) -> None:
    with database.transaction() as session:
        shop = open_shop(session)
        owed = make_invoice(session, session.get_one(Account, shop.account_id))
        asked = actions.pay_invoices(
            session, shop.account_id, {owed.number: 11_000},
            way=actions.Way("stripe", "card"), credit_first=False,
            user_id=shop.user_id, submit_key="k", now=NOW,
        )  # fmt: skip
    assert asked.payment_id is not None
    payment_id = asked.payment_id
    barrier = Barrier(WORKERS)

    def report(number: int) -> PaymentState:
        state = ReportState.PAID if number % 3 else ReportState.PENDING
        said = Report(state, 11_000, "KRW", asked.reference, "pi_1")
        barrier.wait()
        with database.transaction() as session:
            return apply(session, payment_id, said, now=NOW)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(report, range(WORKERS)))
    with database.reading() as session:
        assert session.get_one(Payment, payment_id).state is PaymentState.PAID
        assert session.scalars(select(Invoice.open_amount)).one() == 0
        assert session.scalar(select(func.sum(Posting.amount)).where(Posting.book == Book.CLEARING)) == 11_000
        paid = select(func.count()).where(PaymentEvent.kind == PaymentEventKind.PAID)
        assert session.scalar(paid) == 1
        assert session.scalar(select(func.count()).where(Job.name == "receipt_mail")) == 1
        assert credit_used(session, shop.account_id) == 0


def test_the_same_form_sent_at_once_asks_once_and_uses_credit_once(database: Database) -> None:
    with database.transaction() as session:
        shop = open_shop(session)
        owed = make_invoice(session, session.get_one(Account, shop.account_id))
        actions.receive_transfer(
            session, shop.account_id, 4_000,
            booked_on=NOW.date(), text="", submit_key="bank:1", now=NOW, actor_id=None, invoice_numbers=[],
        )  # fmt: skip
    barrier = Barrier(WORKERS)

    def send(_number: int) -> str:
        barrier.wait()
        with database.transaction() as session:
            return actions.pay_invoices(
                session, shop.account_id, {owed.number: 11_000},
                way=actions.Way("stripe", "card"), credit_first=True,
                user_id=shop.user_id, submit_key="k", now=NOW,
            ).reference  # fmt: skip

    with ThreadPoolExecutor(WORKERS) as pool:
        assert len(set(pool.map(send, range(WORKERS)))) == 1
    with database.reading() as session:
        amounts = session.scalars(select(Payment.amount).where(Payment.provider == "stripe")).all()
        assert amounts == [7_000]
        assert session.scalars(select(Invoice.open_amount)).one() == 7_000


def test_two_orders_paid_at_once_do_not_use_the_same_credit(database: Database) -> None:
    with database.transaction() as session:
        make_seller(session)
        terms = make_terms(session, kind=TermsKind.PREPAID, net_days=0)
        shop = open_shop(session, credit_limit=None, payment_terms_id=terms.id)
        bolt = shop.sell(session, won=1_000, on_hand=50)
        until = NOW + timedelta(hours=1)
        numbers = [shop.order(session, {bolt: 2}, f"o{each}", pay_until=until).number for each in range(3)]
        actions.receive_transfer(
            session, shop.account_id, 3_000,
            booked_on=NOW.date(), text="", submit_key="bank:1", now=NOW, actor_id=None, invoice_numbers=[],
        )  # fmt: skip
    barrier = Barrier(WORKERS)

    def send(number: int) -> None:
        barrier.wait()
        # Each order in two tabs, with keys of their own.
        with database.transaction() as session, suppress(Conflict):
            actions.pay_order(
                session, shop.account_id, numbers[number % 3],
                way=actions.Way("stripe", "card"), credit_first=True,
                user_id=shop.user_id, submit_key=f"k{number}", transfer_days=3, now=NOW,
            )  # fmt: skip

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(send, range(WORKERS)))
    with database.reading() as session:
        prepaid = session.scalars(select(Order.prepaid)).all()
        assert sorted(prepaid) == [0, 800, 2_200]
        open_parts = select(Payment.amount).where(Payment.provider == "stripe")
        assert {2_200, 1_400} >= set(session.scalars(open_parts))
        assert credits_of(session, shop.account_id) == []
        assert prove(session).findings == ()
