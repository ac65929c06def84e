"""Orders that are paid in advance: from checkout to the warehouse, or back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Account, TermsKind
from portal.catalog.models import Stock
from portal.core.database import Database
from portal.extensions import Runtime
from portal.jobs.context import Services
from portal.jobs.models import Job
from portal.ledger.queries import balance_of
from portal.orders import actions
from portal.orders.models import Order, OrderStatus
from portal.payments.actions import receive_transfer
from portal.payments.models import Payment, PaymentState, Refund, RefundState
from portal.worker import Worker
from tests.browser import Page
from tests.conftest import NOW
from tests.dealer import Person
from tests.factories import make_terms
from tests.invoicing import make_seller
from tests.ordering import TODAY
from tests.storefront import Shop


@pytest.fixture
def buyer(shop: Shop, app: Flask) -> Person:
    """Of an account without credit, with three bags of beans in the cart: ₩39,600 with tax."""
    make_seller(shop.session)
    shop.sell("BEANS", "Beans", won=12_000)
    shop.account.credit_limit = None
    shop.account.payment_terms_id = make_terms(shop.session, kind=TermsKind.PREPAID, net_days=0).id
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 3)
    return person


def order_of(database: Database) -> Order:
    with database.reading() as session:
        return session.scalars(select(Order)).one()


def payment_of(database: Database) -> Payment:
    with database.reading() as session:
        return session.scalars(select(Payment).order_by(Payment.id.desc()).limit(1)).one()


def standing(database: Database, shop: Shop) -> tuple[int, int, int]:
    """(credit used, unused credit, units reserved)."""
    with database.reading() as session:
        used = session.scalars(select(Account.credit_used).where(Account.id == shop.account.id)).one()
        reserved = session.scalars(select(Stock.reserved)).one()
        return used, balance_of(session, shop.account.id).credit, reserved


def work(app: Flask, at: datetime = NOW) -> None:
    """Do all that is due at the moment."""
    runtime: Runtime = app.extensions["portal"]
    worker = Worker(
        runtime.database,
        runtime.mailer,
        runtime.settings,
        services=Services(runtime.press, runtime.providers),
    )
    while worker.step(at):
        pass


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Job.name).order_by(Job.id)))


def order_it(buyer: Person) -> Page:
    page = buyer.open("/checkout")
    assert "To be paid now, on the next page" in page.text
    return buyer.browser.submit("/checkout")


def pay_it(buyer: Person, way: str = "test_card:card", outcome: str = "pays") -> Page:
    page = buyer.browser.submit("/payments/new", way=way)
    reference = page.having("data-payment")[0].attributes["data-payment"]
    if way.startswith("test_card"):
        page = buyer.browser.submit(f"/payments/{reference}/confirm", outcome=outcome)
    return page


def test_an_account_without_credit_orders_by_card(
    shop: Shop, buyer: Person, app: Flask, database: Database
) -> None:
    page = order_it(buyer)
    assert page.having("data-order")[0].attributes["data-amount"] == "39600"
    placed = order_of(database)
    assert (placed.status, placed.prepay, placed.prepaid) == (OrderStatus.ON_HOLD, 39_600, 0)
    assert placed.pay_until == NOW + timedelta(minutes=60)
    assert standing(database, shop) == (0, 0, 3)
    assert "order_mail" not in names(database)
    shown = buyer.open(f"/orders/{placed.number}")
    assert "Waiting for payment" in shown.text
    assert "Pay ₩39,600" in shown.text
    assert "Waiting for payment" in buyer.open("/orders").text

    buyer.open(f"/payments/new?order={placed.number}")
    page = pay_it(buyer)
    assert page.having("data-payment")[0].attributes["data-state"] == "paid"
    paid = order_of(database)
    assert (paid.status, paid.prepaid, paid.pay_until) == (OrderStatus.PLACED, 39_600, None)
    # The money and what the order reserves cancel out.
    assert standing(database, shop) == (0, 39_600, 3)
    assert "order_mail" in names(database)
    assert "The order was paid and goes on." in buyer.open(f"/orders/{paid.number}").text
    # Nothing of it is free to be used for anything else.
    work(app, NOW + timedelta(hours=2))
    assert order_of(database).status is OrderStatus.PLACED
    assert standing(database, shop) == (0, 39_600, 3)


def test_a_declined_card_leaves_the_order_waiting(buyer: Person, database: Database) -> None:
    order_it(buyer)
    page = pay_it(buyer, outcome="declined")
    assert "The card was declined." in page.text
    assert order_of(database).status is OrderStatus.ON_HOLD


def test_unpaid_in_time_it_is_cancelled_and_its_goods_are_free(
    shop: Shop, buyer: Person, app: Flask, database: Database
) -> None:
    order_it(buyer)
    pay_it(buyer, outcome="declined")
    work(app, NOW + timedelta(minutes=59))
    assert order_of(database).status is OrderStatus.ON_HOLD
    work(app, NOW + timedelta(minutes=61))
    assert order_of(database).status is OrderStatus.CANCELLED
    assert payment_of(database).state is PaymentState.CANCELLED
    assert standing(database, shop) == (0, 0, 0)
    page = buyer.open(f"/orders/{order_of(database).number}")
    assert "결제 기한" in page.text or "It was not paid in time." in page.text
    page = buyer.open(f"/payments/new?order={order_of(database).number}")
    assert "There is nothing to pay here" in page.text


def test_a_transfer_waits_for_business_days_and_then_goes_on(
    shop: Shop, buyer: Person, app: Flask, database: Database
) -> None:
    order_it(buyer)
    page = pay_it(buyer, "bank_transfer:transfer")
    assert page.having("data-payment")[0].attributes["data-state"] == "waiting_deposit"
    # Monday and three business days: the end of Thursday in Seoul.
    until = datetime.fromisoformat("2026-11-26T15:00:00+00:00")
    assert order_of(database).pay_until == until
    work(app, NOW + timedelta(hours=5))
    assert order_of(database).status is OrderStatus.ON_HOLD
    with database.transaction() as session:
        receive_transfer(
            session, shop.account.id, 39_600,
            booked_on=TODAY,
            text="김민지",
            payment_id=payment_of(database).id,
            submit_key="bank:1",
            now=NOW + timedelta(hours=6),
            actor_id=None,
        )  # fmt: skip
    assert order_of(database).status is OrderStatus.PLACED
    assert standing(database, shop) == (0, 39_600, 3)


def test_a_cancelled_order_sends_the_cards_money_back(
    shop: Shop, buyer: Person, app: Flask, database: Database
) -> None:
    order_it(buyer)
    pay_it(buyer)
    number = order_of(database).number
    buyer.open(f"/orders/{number}")
    buyer.browser.submit(f"/orders/{number}/cancellation")
    assert order_of(database).status is OrderStatus.CANCELLED
    work(app)
    with database.reading() as session:
        refund = session.scalars(select(Refund)).one()
    assert (refund.state, refund.amount) == (RefundState.DONE, 39_600)
    assert payment_of(database).refunded == 39_600
    assert standing(database, shop) == (0, 0, 0)


def test_money_that_comes_after_the_order_was_cancelled_goes_back(
    shop: Shop, buyer: Person, app: Flask, database: Database
) -> None:
    order_it(buyer)
    buyer.browser.submit("/payments/new", way="test_card:card")
    confirm = buyer.browser.form(f"/payments/{payment_of(database).reference}/confirm")
    with database.transaction() as session:
        placed = order_of(database)
        actions.cancel(session, placed.id, reason="", version=placed.version, actor_id=None, now=NOW)
    buyer.browser.send(confirm)
    assert payment_of(database).state is PaymentState.PAID
    assert order_of(database).status is OrderStatus.CANCELLED
    work(app)
    assert payment_of(database).refunded == 39_600
    assert standing(database, shop) == (0, 0, 0)


def test_a_deposit_is_paid_now_and_the_rest_is_on_account(shop: Shop, app: Flask, database: Database) -> None:
    make_seller(shop.session)
    shop.sell("BEANS", "Beans", won=12_000)
    shop.account.payment_terms_id = make_terms(shop.session, deposit_ppm=300_000).id
    shop.commit()
    buyer = Person(app, shop.buyer)
    buyer.add("BEANS", 3)
    page = buyer.open("/checkout")
    assert "₩11,880 to be paid now, the rest within 30 days" in page.text
    buyer.browser.submit("/checkout")
    assert standing(database, shop) == (27_720, 0, 3)
    pay_it(buyer)
    assert order_of(database).status is OrderStatus.PLACED
    assert standing(database, shop) == (27_720, 11_880, 3)


def test_the_same_order_form_twice_is_one_order_and_one_payment(buyer: Person, database: Database) -> None:
    buyer.open("/checkout")
    form = buyer.browser.form("/checkout")
    buyer.browser.send(form)
    page = buyer.browser.send(form)
    assert page.having("data-order")[0].attributes["data-order"] == order_of(database).number
    first = buyer.browser.form("/payments/new")
    buyer.browser.send(first)
    buyer.open(f"/payments/new?order={order_of(database).number}")
    # Another tab, another key, the same way: the same payment.
    buyer.browser.submit("/payments/new", way="test_card:card")
    with database.reading() as session:
        assert len(session.scalars(select(Payment)).all()) == 1


def test_paid_by_card_the_transfer_begun_before_is_closed(
    buyer: Person, app: Flask, database: Database
) -> None:
    order_it(buyer)
    pay_it(buyer, "bank_transfer:transfer")
    buyer.open(f"/payments/new?order={order_of(database).number}")
    pay_it(buyer)
    work(app)
    with database.reading() as session:
        states = session.scalars(select(Payment.state).order_by(Payment.id)).all()
    assert states == [PaymentState.CANCELLED, PaymentState.PAID]


def test_what_is_paid_in_advance_keeps_its_total(shop: Shop, buyer: Person, database: Database) -> None:
    order_it(buyer)
    pay_it(buyer)
    before = order_of(database)
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        page = buyer.open(f"/orders/{before.number}/change")
        form = next(form for form in page.forms if form.action.endswith("/change") and form.method == "post")
        form.values = [
            (name, "5" if value == "3" and name.startswith(("quantity", "units")) else value)
            for name, value in form.values
        ]
        page = buyer.browser.send(form)
    assert "This order is paid in advance" in page.text
    after = order_of(database)
    assert (after.version, after.total) == (before.version, 39_600)


def receive(database: Database, shop: Shop, amount: int) -> None:
    """Money of the account that settles nothing yet."""
    with database.transaction() as session:
        receive_transfer(
            session, shop.account.id, amount,
            booked_on=TODAY, text="", submit_key="bank:1", now=NOW, actor_id=None, invoice_numbers=[],
        )  # fmt: skip


def pay_form(page: Page) -> dict[str, str]:
    return next(each.attributes for each in page.all("form") if each.attributes.get("id") == "pay-form")


def test_the_accounts_credit_pays_all_of_it(
    shop: Shop, buyer: Person, app: Flask, database: Database
) -> None:
    receive(database, shop, 50_000)
    page = order_it(buyer)
    assert "Use your credit of ₩39,600 first" in page.text
    assert "data-covered" in pay_form(page)
    assert page.having("data-pay-total")[0].attributes["data-total"] == "0"
    page = buyer.browser.submit("/payments/new")
    assert "Settled with your credit. Nothing is left to pay." in page.text
    paid = order_of(database)
    assert buyer.browser.address.endswith(f"/orders/{paid.number}")
    assert (paid.status, paid.prepaid) == (OrderStatus.PLACED, 39_600)
    assert payment_of(database).provider == "bank_transfer"
    assert standing(database, shop) == (-10_400, 50_000, 3)
    work(app)
    assert standing(database, shop) == (-10_400, 50_000, 3)


def test_the_accounts_credit_pays_some_of_it_and_comes_back_with_the_order(
    shop: Shop, buyer: Person, app: Flask, database: Database
) -> None:
    receive(database, shop, 10_000)
    page = order_it(buyer)
    assert "data-covered" not in pay_form(page)
    assert page.having("data-pay-total")[0].attributes["data-total"] == "29600"
    pay_it(buyer)
    assert payment_of(database).amount == 29_600
    number = order_of(database).number
    assert order_of(database).status is OrderStatus.PLACED
    assert standing(database, shop) == (0, 39_600, 3)
    buyer.open(f"/orders/{number}")
    buyer.browser.submit(f"/orders/{number}/cancellation")
    work(app)
    # The card's money goes back to the card; what was there before is there again.
    assert payment_of(database).refunded == 29_600
    assert standing(database, shop) == (-10_000, 10_000, 0)


def test_who_keeps_the_credit_pays_all_of_it_by_card(shop: Shop, buyer: Person, database: Database) -> None:
    receive(database, shop, 10_000)
    order_it(buyer)
    form = buyer.browser.form("/payments/new")
    form.values = [(name, value) for name, value in form.values if name != "credit_first"]
    buyer.browser.send(form)
    assert payment_of(database).amount == 39_600


def test_the_desk_does_not_release_what_is_not_paid(shop: Shop, buyer: Person, database: Database) -> None:
    order_it(buyer)
    placed = order_of(database)
    with database.transaction() as session, pytest.raises(Exception, match="waits_for_payment"):
        actions.release(session, placed.id, version=placed.version, actor_id=None, now=NOW)
    assert order_of(database).status is OrderStatus.ON_HOLD


def test_an_order_above_its_limit_is_not_placed(shop: Shop, buyer: Person, database: Database) -> None:
    shop.session.get_one(Account, shop.account.id).order_limit = 30_000
    shop.commit()
    buyer.open("/checkout")
    page = buyer.browser.submit("/checkout")
    assert "This order is above the limit for one order" in page.text
    with database.reading() as session:
        assert session.scalars(select(Order)).all() == []
