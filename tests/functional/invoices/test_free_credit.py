"""Where credit is missing, the invoice that frees it is one tap away."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from portal.accounts.models import AccountRole
from portal.core.database import Database
from tests.dealer import Person, order_count
from tests.invoicing import make_invoice
from tests.ordering import TODAY
from tests.storefront import Shop


def free_link(page) -> tuple[str, str] | None:
    found = [each for each in page.having("data-testid") if each.attributes["data-testid"] == "free-credit"]
    return (found[0].text, found[0].attributes["href"]) if found else None


def test_cart_and_checkout_name_the_invoice_to_pay(shop: Shop, app: Flask, database: Database) -> None:
    shop.sell("BEANS", "Beans", won=100_000)
    shop.account.credit_limit = 1_000_000
    late = make_invoice(
        shop.session, shop.account, net=500_000, tax=50_000, issued_on=TODAY - timedelta(days=40)
    ).number
    second = make_invoice(shop.session, shop.account, net=300_000, tax=30_000).number
    shop.commit()
    dealer = Person(app, shop.buyer)
    dealer.add("BEANS", 1)
    assert free_link(dealer.open("/cart")) is None
    dealer.add("BEANS", 4)
    # 120,000 of the credit is left, the order comes to 550,000.
    link = (f"Pay invoice {late} (₩550,000) to free ₩550,000", f"/payments/new?invoice={late}")
    assert free_link(dealer.open("/cart")) == link
    assert free_link(dealer.open("/checkout")) == link
    dealer.browser.submit("/checkout")
    assert dealer.browser.status == 409
    (action,) = dealer.browser.page.all("a", class_="message__action")
    assert (action.text, action.attributes["href"]) == link
    assert order_count(database) == 0

    dealer.add("BEANS", 2)
    dealer.open("/cart")
    found = free_link(dealer.browser.page)
    assert found == (
        f"Pay 2 invoices from {late} on (₩880,000) to free ₩880,000",
        f"/payments/new?invoice={late}&invoice={second}",
    )


def test_who_may_not_pay_is_not_sent_to_pay(shop: Shop, app: Flask) -> None:
    shop.sell("BEANS", "Beans", won=100_000)
    shop.account.credit_limit = 100_000
    make_invoice(shop.session, shop.account, net=90_000, tax=9_000)
    approver = shop.person(AccountRole.APPROVER)
    shop.commit()
    dealer = Person(app, approver)
    dealer.add("BEANS", 1)
    page = dealer.open("/cart")
    assert "This order is above your credit." in page.text
    assert free_link(page) is None


def test_without_an_open_invoice_there_is_nothing_to_pay(shop: Shop, app: Flask) -> None:
    shop.sell("BEANS", "Beans", won=100_000)
    shop.account.credit_limit = 100_000
    shop.commit()
    dealer = Person(app, shop.buyer)
    dealer.add("BEANS", 1)
    assert free_link(dealer.open("/cart")) is None
    dealer.open("/checkout")
    dealer.browser.submit("/checkout")
    (action,) = dealer.browser.page.all("a", class_="message__action")
    assert action.attributes["href"] == "/cart"
