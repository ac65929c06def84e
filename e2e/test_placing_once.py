"""An order is placed once, however often its button is hit."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, STRAWS
from e2e.pages.cart import CartPage
from e2e.pages.checkout import CheckoutPage
from e2e.pages.orders import OrderPage, OrdersPage
from e2e.pages.product import ProductPage
from e2e.visitor import Visitor


def ready_to_order(dealer: Visitor, po_number: str) -> CheckoutPage:
    """A checkout of one line, the button yet to be hit. The PO number finds the order again."""
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(STRAWS.sku)
    product.add()
    expect(product.cart_count).to_have_attribute("data-count", "1")
    checkout = CheckoutPage(dealer)
    checkout.open()
    checkout.po_number.fill(po_number)
    return checkout


def orders_with(dealer: Visitor, po_number: str) -> int:
    orders = OrdersPage(dealer)
    orders.open()
    orders.find(po_number)
    expect(dealer.page).to_have_url(re.compile(rf"/orders\?q={po_number}"))
    return orders.rows.count()


def cancel_orders(dealer: Visitor, po_number: str) -> None:
    """Cancel what a test ordered: the next one is not asked whether it means the same again."""
    request = dealer.page.request
    listed = request.get(f"/orders?q={po_number}").text()
    for number in re.findall(r'<li[^>]* data-order="([^"]+)"', listed):
        html = request.get(f"/orders/{number}").text()
        fields = dict(re.findall(r'<input type="hidden" name="(csrf_token|version)" value="([^"]+)"', html))
        gone = request.post(f"/orders/{number}/cancellation", form=fields)
        assert gone.ok, f"order {number} stays: {gone.status}"


def tap_twice(button: Locator) -> None:
    """Two taps so quickly that nothing is looked at between them."""
    spot = button.bounding_box()
    assert spot is not None
    for _tap in range(2):
        button.page.touchscreen.tap(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)


def test_a_double_tap_orders_once(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["ko"])
    checkout = ready_to_order(dealer, own_word)

    tap_twice(checkout.order_button)

    expect(OrderPage(dealer).thanks).to_be_visible()
    assert orders_with(dealer, own_word) == 1
    cancel_orders(dealer, own_word)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_nearly_the_same_order_is_asked_about(visit: Visit, own_word: str, scripts: bool) -> None:
    dealer = visit(BUYERS["en"], language="en", scripts=scripts)
    checkout = ready_to_order(dealer, own_word)
    checkout.place_order()
    first = OrderPage(dealer).placed_number()

    checkout = ready_to_order(dealer, own_word)
    dealer.tap(checkout.order_button)

    expect(checkout.notice.get_by_role("link")).to_have_attribute("href", f"/orders/{first}")
    expect(checkout.po_number).to_have_value(own_word)
    html = dealer.page.request.get(f"/orders?q={own_word}").text()
    assert re.findall(r'<li[^>]* data-order="([^"]+)"', html) == [first]

    dealer.tap(checkout.again_button)
    expect(OrderPage(dealer).thanks).to_be_visible()
    assert orders_with(dealer, own_word) == 2
    cancel_orders(dealer, own_word)


def test_two_windows_with_one_checkout_without_scripts_order_once(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["en"], language="en", scripts=False)
    checkout = ready_to_order(dealer, own_word)
    fields = dealer.page.locator("#checkout-form [name]").evaluate_all(
        "all => Object.fromEntries(all.map(one => [one.name, one.value]))"
    )

    checkout.place_order()
    number = OrderPage(dealer).placed_number()
    again = dealer.page.request.post("/checkout", form=fields)

    assert again.url.endswith(f"/orders/{number}?placed=1")
    assert orders_with(dealer, own_word) == 1
    cancel_orders(dealer, own_word)


def test_going_back_after_ordering_offers_nothing_to_order_again(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["ko"])
    ready_to_order(dealer, own_word).place_order()
    expect(OrderPage(dealer).thanks).to_be_visible()

    dealer.page.go_back()

    expect(dealer.page.get_by_text(dealer.word("There is nothing to order"))).to_be_visible()
    expect(CheckoutPage(dealer).order_button).to_have_count(0)
    CartPage(dealer).open()
    expect(CartPage(dealer).cart_count).to_have_attribute("data-count", "0")
    assert orders_with(dealer, own_word) == 1
    cancel_orders(dealer, own_word)
