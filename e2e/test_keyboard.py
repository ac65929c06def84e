"""With a keyboard alone, and with a screen reader: the focus is never lost, changes are said."""

from __future__ import annotations

from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, SYRUP
from e2e.pages.cart import CartPage
from e2e.pages.product import ProductPage
from e2e.pages.product_list import HomePage, SearchPage


def test_the_focus_stays_where_a_change_was_made(visit: Visit) -> None:
    dealer = visit(BUYERS["en"], device="desktop", language="en")
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(SYRUP.sku)
    product.add_button.press("Enter")
    expect(dealer.page.locator("#live[role=status]")).to_have_text(f"In the cart: {SYRUP.step}")
    expect(product.add_button).to_be_focused()

    cart = CartPage(dealer)
    cart.open()
    cart.more(SYRUP.sku).press("Enter")
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", str(2 * SYRUP.step))
    expect(cart.more(SYRUP.sku)).to_be_focused()
    cart.more(SYRUP.sku).press("Enter")
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", str(3 * SYRUP.step))
    expect(dealer.page.locator("#live")).to_contain_text(f"{cart.total:,}")


def test_suggestions_are_walked_through_with_the_arrows(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], device="desktop")
    search = SearchPage(dealer)
    HomePage(dealer).open()
    search.suggest("바닐라 시", SYRUP.sku)
    keyboard = dealer.page.keyboard

    keyboard.press("ArrowDown")
    expect(dealer.page.locator("#suggestions a").first).to_be_focused()
    keyboard.press("ArrowUp")
    expect(search.search_field).to_be_focused()
    keyboard.press("Escape")
    expect(dealer.page.locator("#suggestions")).to_be_empty()
    expect(search.search_field).to_have_value("바닐라 시")
