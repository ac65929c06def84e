"""A walk through the main pages in each language: nothing is left in English, nothing scrolls sideways."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, SYRUP
from e2e.pages.cart import CartPage
from e2e.pages.ended import EndedSession
from e2e.pages.invoices import InvoicesPage
from e2e.pages.my import MyPage
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
    return faults_here(visitor, address)


def faults_here(visitor: Visitor, name: str) -> list[str]:
    """What is wrong with the page that is shown, which is called ``name``, in words."""
    screen = Screen(visitor)
    expect(screen.heading).to_be_visible()
    expect(visitor.page.locator("html")).to_have_attribute("lang", visitor.language)
    found = [f"{name}: {text!r}" for text in left_in_english(visitor.page, visitor.language)]
    return [*found, f"{name} scrolls sideways"] if screen.is_wider_than_window() else found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", ["phone", "iphone"])
def test_a_dealer_walks_through_in_the_own_language(visit: Visit, screen: str, language: str) -> None:
    dealer = visit(language=language, device=screen)
    found = [
        fault
        for address in ("/login", "/password/forgot", "/password/reset/nothing", "/offline")
        for fault in faults_of(dealer, address)
    ]
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
        "/lists/new",
        "/lists/usual",
        "/orders",
        "/orders?q=nothing-is-called-this",
        f"/orders/{order}",
        f"/orders/{delivered}",
        f"/orders/{delivered}/reorder",
        f"/orders/{delivered}/returns",
        "/invoices",
        "/invoices?q=nothing-is-called-this",
        f"/invoices/{invoice}",
        f"/invoices/{invoice}/paper",
        f"/payments/new?invoice={invoice}",
        "/payments",
        "/statement",
        "/account",
        "/account/password",
        "/no-such-page",
    ):
        found += faults_of(dealer, address)

    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_comes_between_is_in_the_own_language_too(visit: Visit, language: str, tmp_path: Path) -> None:
    dealer = visit(BUYERS[language], language=language)
    dealer.empty_cart()
    product, cart = ProductPage(dealer), CartPage(dealer)
    product.open_sku(SYRUP.sku)
    product.add()
    expect(product.cart_count).to_have_attribute("data-count", "1")

    cart.open()
    cart.take_out(SYRUP.sku)
    expect(cart.put_back_button).to_be_visible()
    found = faults_here(dealer, "what was taken out")
    dealer.tap(cart.put_back_button)
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", str(SYRUP.step))
    found += faults_here(dealer, "what was put back")

    my = MyPage(dealer)
    my.open()
    table = my.download_prices(tmp_path).read_text(encoding="utf-8-sig")
    headings, *rows = table.splitlines()
    assert [row for row in rows if SYRUP.sku in row] != []
    assert dealer.word("Unit price") in headings

    product.open_sku(SYRUP.sku)
    ended = EndedSession(dealer)
    ended.end()
    product.add()
    expect(ended.kept_note).to_be_visible()
    found += faults_here(dealer, "signing in with a form in hand")
    ended.sign_in(BUYERS[language])
    expect(ended.question).to_be_visible()
    found += faults_here(dealer, "the question whether to send it")

    assert found == []
