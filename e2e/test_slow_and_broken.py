"""A weak signal: the tap answers at once, a failure says so in words, and nothing is lost or done twice."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, SAUCE, SYRUP
from e2e.pages.cart import CartPage
from e2e.pages.checkout import CheckoutPage
from e2e.pages.orders import OrderPage
from e2e.pages.product import ProductPage

REACTION_MILLISECONDS = 100
"""Within this a tap must show that it was felt."""

SLOW_PHONE = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1.44e6 / 8,
    "uploadThroughput": 675e3 / 8,
}
"""Network of the browser's own "Slow 4G": milliseconds, bytes a second."""

WATCH = """
(selector) => {
  const button = document.querySelector(selector);
  button.addEventListener("click", () => {
    const tapped = performance.now();
    const look = () => {
      const passed = performance.now() - tapped;
      if (button.disabled || getComputedStyle(button).pointerEvents === "none")
        sessionStorage.setItem("reaction", passed);
      else if (passed < 5000) setTimeout(look);
    };
    look();
  }, { once: true, capture: true });
}
"""
"""Times, inside the page, from a tap on a button until it looks busy and takes no second tap."""


def slow_down(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", dict[str, Any](SLOW_PHONE))


def reaction(page: Page) -> float:
    """Milliseconds the button that was watched took to react."""
    noted: str = page.wait_for_function("sessionStorage.getItem('reaction')").json_value()
    return float(noted)


def test_add_reacts_at_once_on_a_slow_network(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(SYRUP.sku)
    slow_down(dealer.page)
    dealer.page.evaluate(WATCH, ".action-bar .add__button")

    product.add()

    assert reaction(dealer.page) <= REACTION_MILLISECONDS
    expect(product.note).to_have_text(dealer.word("In the cart: %(count)s", count=SYRUP.step))


def test_the_order_button_reacts_at_once_on_a_slow_network(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(SAUCE.sku)
    product.add()
    expect(product.cart_count).to_have_attribute("data-count", "1")
    checkout = CheckoutPage(dealer)
    checkout.open()
    slow_down(dealer.page)
    dealer.page.evaluate(WATCH, ".action-bar button[type=submit]")

    checkout.place_order()

    expect(OrderPage(dealer).thanks).to_be_visible()
    assert reaction(dealer.page) <= REACTION_MILLISECONDS


@pytest.mark.parametrize("trouble", ["no network", "server fails"])
def test_a_failed_tap_says_so_and_is_tried_again(visit: Visit, trouble: str) -> None:
    dealer = visit(BUYERS["ko"])
    page = dealer.page
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(SYRUP.sku)
    product.quantity.fill("18")
    dealer.expects_failures = True
    if trouble == "no network":
        page.context.set_offline(True)
        said = dealer.word("No connection. Nothing was lost.")
    else:
        page.route("**/cart/lines", lambda route: route.fulfill(status=503, body=""))
        said = dealer.word("Something went wrong on our side. Nothing was lost.")

    product.add()

    bar = page.get_by_role("alert").filter(has_text=said)
    expect(bar).to_be_visible()
    expect(product.quantity).to_have_value("18")
    page.context.set_offline(False)
    page.unroute("**/cart/lines")
    page.wait_for_function("navigator.onLine")
    dealer.expects_failures = False
    dealer.tap(bar.get_by_role("button", name=dealer.word("Try again")))
    expect(product.note).to_have_text(dealer.word("In the cart: %(count)s", count=18))
    expect(bar).to_be_hidden()
    cart = CartPage(dealer)
    cart.open()
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", "18")
