"""A walk through the main pages in each language: nothing is left in English, nothing scrolls sideways."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, SYRUP
from e2e.pages.invoices import InvoicesPage
from e2e.pages.orders import OrdersPage
from e2e.pages.product import ProductPage
from e2e.pages.screen import Screen
from e2e.pages.sign_in import SignInPage
from e2e.untranslated import left_in_english
from e2e.visitor import Visitor

LANGUAGES = ("ko", "en", "ja", "fr-CA")


def faults_of(visitor: Visitor, address: str) -> list[str]:
    """What is wrong with the page at ``address``, in words."""
    visitor.open(address)
    screen = Screen(visitor)
    expect(screen.heading).to_be_visible()
    expect(visitor.page.locator("html")).to_have_attribute("lang", visitor.language)
    found = [f"{address}: {text!r}" for text in left_in_english(visitor.page, visitor.language)]
    return [*found, f"{address} scrolls sideways"] if screen.is_wider_than_window() else found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", ["phone", "iphone"])
def test_a_dealer_walks_through_in_the_own_language(visit: Visit, screen: str, language: str) -> None:
    dealer = visit(language=language, device=screen)
    found = faults_of(dealer, "/login") + faults_of(dealer, "/password/forgot")
    SignInPage(dealer).come_in(BUYERS[language])
    dealer.empty_cart()
    found += faults_of(dealer, "/cart")
    product = ProductPage(dealer)
    product.open_sku(SYRUP.sku)
    product.add()
    expect(product.cart_count).to_have_attribute("data-count", "1")
    found += left_in_english(dealer.page, language)
    orders, invoices = OrdersPage(dealer), InvoicesPage(dealer)
    orders.open()
    order = orders.rows.first.get_attribute("data-order")
    invoices.open()
    invoice = invoices.rows.first.get_attribute("data-invoice")
    dealer.open("/orders?status=delivered")
    delivered = orders.rows.first.get_attribute("data-order")
    assert order
    assert invoice
    assert delivered

    for address in (
        "/",
        "/search",
        f"/search?q={SYRUP.sku}",
        "/search?q=nothing-is-called-this",
        "/categories/cafe",
        f"/products/{SYRUP.sku}",
        "/cart",
        "/cart/places",
        "/checkout",
        "/quick-order",
        "/lists",
        "/lists/usual",
        "/orders",
        f"/orders/{order}",
        f"/orders/{delivered}",
        f"/orders/{delivered}/reorder",
        f"/orders/{delivered}/returns",
        "/invoices",
        f"/invoices/{invoice}",
        f"/payments/new?invoice={invoice}",
        "/payments",
        "/statement",
        "/account",
        "/account/password",
        "/no-such-page",
    ):
        found += faults_of(dealer, address)

    assert found == []
