"""Paying invoices through the pages, with the test card and by transfer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.accounts.models import AccountRole, Membership, Seller
from portal.adapters.payments.provider import ProviderAway, Start
from portal.core.database import Database
from portal.extensions import Runtime
from portal.invoices.books import open_books, receive
from portal.invoices.models import Invoice
from portal.jobs.models import Job
from portal.ledger.models import Book
from portal.payments.models import Payment, PaymentState, PaymentTarget
from tests.browser import Page
from tests.conftest import NOW
from tests.dealer import Person
from tests.invoicing import make_invoice, make_seller
from tests.ordering import TODAY
from tests.storefront import Shop


@pytest.fixture
def invoices(shop: Shop) -> list[str]:
    """Numbers of three invoices of ₩11,000 each."""
    make_seller(shop.session)
    made = [make_invoice(shop.session, shop.account, days=days).number for days in (30, 40, 50)]
    shop.commit()
    return made


def payments(database: Database) -> list[Payment]:
    with database.reading() as session:
        return list(session.scalars(select(Payment).order_by(Payment.id)))


def open_amounts(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(Invoice.open_amount).order_by(Invoice.id)))


def pay(person: Person, address: str, way: str = "test_card:card", **values: Any) -> Page:
    person.open(address)
    return person.browser.submit("/payments/new", way=way, **values)


def state(page: Page) -> str:
    return page.having("data-payment")[0].attributes["data-state"]


def reference(page: Page) -> str:
    return page.having("data-payment")[0].attributes["data-payment"]


def test_everything_is_filled_in_and_two_taps_pay(
    invoices: list[str], dealer: Person, database: Database
) -> None:
    page = dealer.open(f"/payments/new?invoice={invoices[0]}")
    assert page.having("data-pay-total")[0].attributes["data-total"] == "11000"
    page = dealer.browser.submit("/payments/new")
    assert (dealer.browser.status, state(page)) == (200, "action_required")
    assert "TEST – no money moves" in page.text
    page = dealer.browser.submit(f"/payments/{reference(page)}/confirm")
    assert state(page) == "paid"
    assert "TEST: it counts as paid, and no money moved." in page.text
    assert open_amounts(database) == [0, 11_000, 11_000]
    (paid,) = payments(database)
    assert (paid.state, paid.amount, paid.is_test, paid.user_id) == (
        PaymentState.PAID, 11_000, True, dealer.user_id,
    )  # fmt: skip


def test_several_at_once_and_one_in_part(invoices: list[str], dealer: Person, database: Database) -> None:
    dealer.open("/payments/new?" + "&".join(f"invoice={number}" for number in invoices))
    form = dealer.browser.form("/payments/new")
    amounts = iter(["11,000", "4000", "11000"])
    form.values = [(name, next(amounts) if name == "amount" else value) for name, value in form.values]
    page = dealer.browser.send(form)
    assert page.having("data-payment")[0].attributes["data-amount"] == "26000"
    dealer.browser.submit(f"/payments/{reference(page)}/confirm")
    assert open_amounts(database) == [0, 7_000, 0]


def test_a_declined_card_loses_nothing(invoices: list[str], dealer: Person, database: Database) -> None:
    page = pay(dealer, f"/payments/new?invoice={invoices[0]}")
    name = reference(page)
    page = dealer.browser.submit(f"/payments/{name}/confirm", outcome="declined")
    assert "The card was declined. Try again, use another card, or ask your bank." in page.text
    assert open_amounts(database)[0] == 11_000
    page = dealer.browser.submit(f"/payments/{name}/confirm", outcome="asks")
    assert "Your bank asks you to confirm" in page.text
    form = dealer.browser.form(f"/payments/{name}/confirm")
    page = dealer.browser.send(form, button=("outcome", "refused"))
    assert "Your bank did not confirm the payment." in page.text
    page = dealer.browser.submit(f"/payments/{name}/confirm", outcome="asks")
    page = dealer.browser.send(
        dealer.browser.form(f"/payments/{name}/confirm"), button=("outcome", "confirmed")
    )
    assert state(page) == "paid"
    assert (open_amounts(database)[0], len(payments(database))) == (0, 1)


def test_the_same_form_twice_makes_one_payment(
    invoices: list[str], dealer: Person, database: Database
) -> None:
    dealer.open(f"/payments/new?invoice={invoices[0]}")
    form = dealer.browser.form("/payments/new")
    first, second = dealer.browser.send(form), dealer.browser.send(form)
    assert reference(first) == reference(second)
    confirm = dealer.browser.form(f"/payments/{reference(first)}/confirm")
    assert state(dealer.browser.send(confirm)) == "paid"
    assert state(dealer.browser.send(confirm)) == "paid"
    assert state(dealer.open(f"/payments/{reference(first)}/return?outcome=pays")) == "paid"
    with database.reading() as session:
        receipts = session.scalar(select(func.count()).where(Job.name == "receipt_mail"))
    assert (len(payments(database)), receipts, open_amounts(database)[0]) == (1, 1, 0)


def test_by_transfer_it_says_where_to_and_waits(
    invoices: list[str], dealer: Person, database: Database
) -> None:
    page = pay(dealer, f"/payments/new?invoice={invoices[0]}", "bank_transfer:transfer")
    assert state(page) == "waiting_deposit"
    for fact in ("한빛은행", "110-000-000000", "한빛상사", reference(page)):
        assert fact in page.text
    # Nobody's word makes it paid.
    dealer.post(f"/payments/{reference(page)}/confirm", outcome="pays")
    dealer.get(f"/payments/{reference(page)}/return?outcome=pays")
    assert (payments(database)[0].state, open_amounts(database)[0]) == (PaymentState.WAITING_DEPOSIT, 11_000)
    page = dealer.open(f"/payments/new?invoice={invoices[0]}")
    assert "A payment of ₩11,000 is under way." in page.text


def test_without_a_bank_account_transfer_is_not_offered(
    shop: Shop, invoices: list[str], dealer: Person, database: Database
) -> None:
    shop.session.execute(update(Seller).values(bank_accounts=[]))
    shop.commit()
    dealer.open(f"/payments/new?invoice={invoices[0]}")
    response = dealer.post(
        "/payments/new", submit_key="key", invoice=invoices[0], amount="11000", way="bank_transfer:transfer"
    )
    assert response.status_code == 422
    assert payments(database) == []


def test_credit_comes_first_and_may_settle_all(
    shop: Shop, invoices: list[str], dealer: Person, database: Database
) -> None:
    earlier = Payment(
        reference="PEARLIER2", account_id=shop.account.id, submit_key="earlier", provider="bank_transfer",
        state=PaymentState.PAID, amount=15_000, currency="KRW", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    shop.session.add(earlier)
    shop.session.flush()
    books = open_books(shop.session, shop.account.id)
    receive(
        shop.session, books, earlier.id, 15_000,
        book=Book.BANK, detail="", reference=earlier.reference, received_on=TODAY, now=NOW,
    )  # fmt: skip
    shop.commit()

    page = dealer.open(f"/payments/new?invoice={invoices[0]}")
    assert "Use your credit of ₩15,000 first" in page.text
    form = dealer.browser.form("/payments/new")
    dealer.browser.send(form)
    dealer.browser.send(form)
    assert open_amounts(database) == [0, 11_000, 11_000]
    page = pay(dealer, f"/payments/new?invoice={invoices[1]}")
    assert page.having("data-payment")[0].attributes["data-amount"] == "7000"
    assert open_amounts(database) == [0, 7_000, 11_000]
    dealer.browser.submit(f"/payments/{reference(page)}/confirm")
    assert open_amounts(database) == [0, 0, 11_000]
    assert len(payments(database)) == 2


def test_the_early_discount_is_shown_and_granted(shop: Shop, dealer: Person, database: Database) -> None:
    make_seller(shop.session)
    number = make_invoice(
        shop.session, shop.account, discount=220, discount_until=TODAY + timedelta(days=10)
    ).number
    shop.commit()
    page = dealer.open(f"/payments/new?invoice={number}")
    assert "₩220 off if you pay it in full by" in page.text
    assert page.having("data-pay-total")[0].attributes["data-total"] == "10780"
    page = dealer.browser.submit("/payments/new")
    dealer.browser.submit(f"/payments/{reference(page)}/confirm")
    assert open_amounts(database) == [0]


@pytest.mark.parametrize(
    ("amount", "status", "words"),
    [
        ("12000", 409, "That is more than is open of invoice"),
        ("0", 422, "It has to be above zero."),
        ("-5", 422, "This amount cannot be read"),
        ("ten", 422, "This amount cannot be read"),
        ("", 422, "Nothing is chosen"),
    ],
)
def test_amounts_that_cannot_be_paid_come_back_with_what_was_typed(
    invoices: list[str], dealer: Person, database: Database, amount: str, status: int, words: str
) -> None:
    page = pay(dealer, f"/payments/new?invoice={invoices[0]}", amount=amount)
    assert dealer.browser.status == status
    assert words in page.text
    assert (payments(database), open_amounts(database)) == ([], [11_000] * 3)


@pytest.mark.parametrize(
    ("amount", "shown", "total"),
    [
        ("ten", "–", None),
        ("-5", "–", None),
        ("1,5,0", "–", None),
        ("12000", "₩12,000", "12000"),
        ("0", "₩0", "0"),
    ],
)
def test_no_sum_is_shown_of_an_amount_that_cannot_be_read(
    invoices: list[str], dealer: Person, amount: str, shown: str, total: str | None
) -> None:
    page = pay(dealer, f"/payments/new?invoice={invoices[0]}", amount=amount)
    (bar,) = page.having("data-pay-total")
    assert (bar.text, bar.attributes.get("data-total")) == (shown, total)


def test_strangers_and_those_who_may_not_pay_change_nothing(
    shop: Shop, invoices: list[str], app: Flask, dealer: Person, database: Database
) -> None:
    page = pay(dealer, f"/payments/new?invoice={invoices[0]}")
    name = reference(page)
    _account, rival = shop.rival()
    viewer = shop.person(AccountRole.VIEWER)
    shop.commit()
    stranger = Person(app, rival)
    assert stranger.get(f"/payments/{name}").status_code == 404
    assert stranger.get(f"/payments/new?invoice={invoices[1]}").status_code == 404
    fields: Mapping[str, str] = {
        "submit_key": "k",
        "invoice": invoices[1],
        "amount": "11000",
        "way": "test_card:card",
    }
    assert stranger.post("/payments/new", **fields).status_code == 404
    assert stranger.post(f"/payments/{name}/confirm", outcome="pays").status_code == 404
    assert stranger.get(f"/payments/{name}/return?outcome=pays").status_code == 404
    assert stranger.post(f"/payments/{name}/cancellation").status_code == 404
    looker = Person(app, viewer)
    assert looker.get(f"/payments/new?invoice={invoices[1]}").status_code == 403
    assert looker.post("/payments/new", **fields).status_code == 403
    assert looker.post(f"/payments/{name}/confirm", outcome="pays").status_code == 403
    (left,) = payments(database)
    assert (left.state, open_amounts(database)) == (PaymentState.ACTION_REQUIRED, [11_000] * 3)


def test_a_provider_that_is_away_loses_nothing(
    invoices: list[str], app: Flask, dealer: Person, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime: Runtime = app.extensions["portal"]
    card = runtime.providers["test_card"]
    real = card.start

    def away(*_args: object, **_kwargs: object) -> Start:
        raise ProviderAway

    monkeypatch.setattr(card, "start", away)
    page = pay(dealer, f"/payments/new?invoice={invoices[0]}")
    assert state(page) == "created"
    assert "Nothing was charged; try again." in page.text
    monkeypatch.setattr(card, "start", real)
    page = dealer.browser.submit(f"/payments/{reference(page)}/start")
    assert state(page) == "action_required"
    monkeypatch.setattr(card, "confirm", away)
    page = dealer.browser.submit(f"/payments/{reference(page)}/confirm")
    assert "We keep asking; you need not pay again." in page.text
    with database.reading() as session:
        jobs = session.scalars(select(Job.arguments).where(Job.name == "fetch_payment")).all()
    assert jobs == [{"payment_id": payments(database)[0].id}]


def test_a_payment_can_be_given_up_and_made_anew(
    invoices: list[str], dealer: Person, database: Database
) -> None:
    page = pay(dealer, f"/payments/new?invoice={invoices[0]}", amount="5000")
    page = dealer.browser.submit(f"/payments/{reference(page)}/cancellation")
    assert state(page) == "cancelled"
    link = next(each for each in page.all("a") if each.text.strip() == "Pay again")
    page = dealer.open(link.attributes["href"])
    assert page.having("data-pay-total")[0].attributes["data-total"] == "5000"
    assert dict(dealer.browser.form("/payments/new").values)["amount"] == "5000"
    assert open_amounts(database)[0] == 11_000


def test_the_history_lists_what_was_paid(
    shop: Shop, invoices: list[str], dealer: Person, database: Database
) -> None:
    first = pay(dealer, f"/payments/new?invoice={invoices[0]}")
    second = pay(dealer, f"/payments/new?invoice={invoices[1]}&invoice={invoices[2]}")
    page = dealer.open("/payments")
    rows = page.having("data-payment")
    assert [row.attributes["data-payment"] for row in rows] == [reference(second), reference(first)]
    assert f"{invoices[1]}, {invoices[2]}" in rows[0].text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PaymentTarget)) == 3


def test_a_settled_invoice_is_said_to_be_paid(invoices: list[str], dealer: Person) -> None:
    page = pay(dealer, f"/payments/new?invoice={invoices[0]}")
    dealer.browser.submit(f"/payments/{reference(page)}/confirm")
    page = dealer.open(f"/payments/new?invoice={invoices[0]}")
    assert f"Invoice {invoices[0]} is paid already." in page.text
    assert "There is nothing to pay here" in page.text


def test_finance_may_pay(shop: Shop, invoices: list[str], app: Flask, database: Database) -> None:
    person = shop.person(AccountRole.FINANCE)
    shop.commit()
    with database.reading() as session:
        assert (
            session.scalar(select(Membership.role).where(Membership.user_id == person.id))
            is AccountRole.FINANCE
        )
    page = pay(Person(app, person), f"/payments/new?invoice={invoices[0]}")
    assert state(page) == "action_required"
