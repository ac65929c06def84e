"""GET /invoices and POST /invoices/selection."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from portal.accounts.models import AccountRole, StaffRole
from portal.core.database import Database
from portal.invoices.models import InvoiceKind
from portal.ledger.queries import balance_of
from tests.browser import Page
from tests.conftest import Statements
from tests.dealer import Person
from tests.factories import make_user
from tests.invoicing import make_invoice, make_payment, settle
from tests.ordering import TODAY
from tests.storefront import Shop


def rows(page: Page) -> list[tuple[str, str, str]]:
    return [
        (row.attributes["data-invoice"], row.attributes["data-status"], row.attributes["data-total"])
        for row in page.all("li")
        if "data-invoice" in row.attributes
    ]


def days_ago(days: int):
    return TODAY - timedelta(days=days)


def test_what_is_to_be_paid_comes_first(shop: Shop, dealer: Person) -> None:
    session = shop.session
    soon = make_invoice(session, shop.account, issued_on=days_ago(25)).number
    late = make_invoice(session, shop.account, net=50_000, tax=5_000, issued_on=days_ago(40))
    paid = make_invoice(session, shop.account, issued_on=days_ago(3))
    settle(session, make_payment(session, shop.account, 21_000), paid, 11_000)
    credit = make_invoice(session, shop.account, kind=InvoiceKind.CREDIT_NOTE, credits_id=late.id).number
    shop.commit()

    page = dealer.open("/invoices")
    assert rows(page) == [(late.number, "overdue", "55000"), (soon, "due", "11000")]
    (total,) = [each for each in page.having("data-testid") if each.attributes["data-testid"] == "open-total"]
    assert (total.attributes["data-total"], total.attributes["data-currency"]) == ("66000", "KRW")
    ages = {age.attributes["data-age"]: age.attributes["data-total"] for age in page.having("data-age")}
    assert ages == {"current": "11000", "30": "55000", "60": "0", "90": "0", "older": "0"}
    # 10,000 of the payment and the credit note of 11,000 have settled nothing.
    assert "You have paid or been credited ₩21,000 that is not used yet." in page.text
    assert f"/payments/new?invoice={late.number}&invoice={soon}" in [
        link.attributes.get("href") for link in page.all("a")
    ]

    assert rows(dealer.open("/invoices?status=paid")) == [(paid.number, "paid", "11000")]
    assert rows(dealer.open("/invoices?status=credit")) == [(credit, "credit", "11000")]
    assert len(rows(dealer.open("/invoices?status=all"))) == 4
    assert rows(dealer.open("/invoices?status=nonsense&page=x&from=x")) == rows(page)


def test_searching_looks_at_everything(shop: Shop, dealer: Person) -> None:
    paid = make_invoice(shop.session, shop.account, net=70_000, tax=7_000)
    settle(shop.session, make_payment(shop.session, shop.account, 77_000), paid, 77_000)
    make_invoice(shop.session, shop.account)
    shop.commit()
    assert [row[0] for row in rows(dealer.open("/invoices?q=77,000"))] == [paid.number]
    assert rows(dealer.open("/invoices?q=77,000&status=open")) == []
    assert len(rows(dealer.open("/invoices?from=2026-11-23&to=2026-11-23"))) == 2
    assert rows(dealer.open("/invoices?to=2026-11-22")) == []
    assert "No invoice matches" in dealer.browser.page.text


def test_several_are_chosen_and_paid_together(shop: Shop, dealer: Person) -> None:
    first = make_invoice(shop.session, shop.account, issued_on=days_ago(5)).number
    second = make_invoice(shop.session, shop.account).number
    paid = make_invoice(shop.session, shop.account)
    settle(shop.session, make_payment(shop.session, shop.account, 11_000), paid, 11_000)
    account, _rival = shop.rival()
    strangers = make_invoice(shop.session, account).number
    shop.commit()
    dealer.open("/invoices?status=all")

    def pay(*numbers: str) -> str:
        response = dealer.browser.client.post(
            "/invoices/selection", data={"invoice": list(numbers), "csrf_token": dealer.token}
        )
        assert response.status_code == 303
        return response.headers["Location"]

    assert pay(second, first) == f"/payments/new?invoice={first}&invoice={second}"
    assert pay(second, paid.number, strangers) == f"/payments/new?invoice={second}"
    assert pay(strangers) == pay(paid.number) == pay() == "/invoices"


def test_who_may_see_and_who_may_pay(shop: Shop, dealer: Person, app: Flask, database: Database) -> None:
    invoice = make_invoice(shop.session, shop.account)
    approver, looker = shop.person(AccountRole.APPROVER), shop.person(AccountRole.VIEWER)
    staff = make_user(shop.session, staff_role=StaffRole.FINANCE)
    shop.commit()
    approving = Person(app, approver)
    page = approving.open("/invoices")
    assert rows(page) == [(invoice.number, "open", "11000")]
    assert "/invoices/selection" not in str(page.forms)
    refused = approving.post("/invoices/selection", invoice=invoice.number)
    assert refused.status_code == 403
    looking = Person(app, looker)
    assert looking.get("/invoices").status_code == 403
    assert looking.get("/statement").status_code == 403
    assert "home-due" not in looking.get("/").text
    tab = '<a class="tabs__tab" href="/invoices"'
    assert f'{tab} aria-current="page">' in approving.get("/invoices").text
    assert f"{tab}>" in approving.get("/").text
    assert tab not in looking.get("/").text
    assert Person(app, staff).get("/invoices").status_code == 403
    with database.reading() as session:
        assert balance_of(session, shop.account.id).receivable == 11_000


def test_statements_of_the_list_do_not_grow(shop: Shop, dealer: Person, statements: Statements) -> None:
    def count() -> int:
        statements.texts.clear()
        assert dealer.get("/invoices?status=all").status_code == 200
        return len(statements)

    make_invoice(shop.session, shop.account)
    shop.commit()
    one = count()
    for number in range(30):
        paid = make_invoice(shop.session, shop.account, issued_on=days_ago(number))
        settle(shop.session, make_payment(shop.session, shop.account, 11_000), paid, 5_000)
    shop.commit()
    # Sign-in (3), the page, what is open by day, what is unused.
    assert one == count() == 6


def test_home_says_what_is_to_be_paid(shop: Shop, dealer: Person) -> None:
    assert "home-due" not in dealer.get("/").text
    late = make_invoice(shop.session, shop.account, issued_on=days_ago(40)).number
    make_invoice(shop.session, shop.account, issued_on=days_ago(31))
    shop.commit()
    page = dealer.open("/")
    assert "2 invoices are overdue" in page.text
    (pay,) = [link for link in page.all("a") if link.attributes.get("data-invoice") == late]
    assert pay.attributes["href"] == f"/payments/new?invoice={late}"
    assert "₩11,000" in pay.text
