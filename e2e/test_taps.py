"""How many taps a dealer needs, typing apart. The budgets are promises of the product."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from e2e.conftest import EVERY_PAIR, Visit
from e2e.goods import BUYERS, SYRUP
from e2e.pages.cart import CartPage
from e2e.pages.checkout import CheckoutPage
from e2e.pages.orders import OrderPage
from e2e.pages.product_list import HomePage, SearchPage

FIND_AND_ORDER = 4
"""From home: a product found by its name and ordered."""

WHERE_IS_MY_ORDER = 1
"""From home: the steps of an order under way."""


@EVERY_PAIR
def test_a_product_is_found_and_ordered_in_four_taps(
    visit: Visit, screen: str, scripts: bool, language: str
) -> None:
    dealer = visit(BUYERS[language], device=screen, language=language, scripts=scripts)
    dealer.empty_cart()
    home = HomePage(dealer)
    home.open()

    home.search(SYRUP.names[language])
    SearchPage(dealer).add(SYRUP.sku)
    expect(home.cart_count).to_have_attribute("data-count", "1")
    dealer.tap(home.cart_link)
    CartPage(dealer).go_to_checkout()
    CheckoutPage(dealer).place_order()

    expect(OrderPage(dealer).thanks).to_be_visible()
    assert dealer.taps <= FIND_AND_ORDER


def test_a_suggestion_is_ordered_in_four_taps_with_the_first_syllables(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.empty_cart()
    search = SearchPage(dealer)
    HomePage(dealer).open()

    suggestion = search.suggest("바닐라 시", SYRUP.sku)
    dealer.tap(suggestion.get_by_role("button"))
    expect(suggestion.locator(".add__note")).to_have_text(
        dealer.word("In the cart: %(count)s", count=SYRUP.step)
    )
    dealer.tap(search.cart_link)
    CartPage(dealer).go_to_checkout()
    CheckoutPage(dealer).place_order()

    expect(OrderPage(dealer).line(SYRUP.sku)).to_have_attribute("data-quantity", str(SYRUP.step))
    assert dealer.taps <= FIND_AND_ORDER


@pytest.mark.parametrize("screen", ["phone", "iphone", "desktop"])
def test_where_an_order_is_takes_one_tap_from_home(visit: Visit, screen: str) -> None:
    dealer = visit(BUYERS["ko"], device=screen)
    home = HomePage(dealer)
    home.open()
    first = home.orders_under_way.first
    number = first.get_attribute("data-order")

    dealer.tap(first)

    order = OrderPage(dealer)
    expect(order.order).to_have_attribute("data-order", number or "none")
    expect(order.reached("Placed")).to_be_visible()
    assert dealer.taps <= WHERE_IS_MY_ORDER
