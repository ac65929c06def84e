"""On the narrowest phone no page scrolls sideways, also with the large text."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, DESK, SYRUP
from e2e.pages.cart import CartPage
from e2e.pages.desk import DeskPage
from e2e.pages.orders import OrdersPage
from e2e.pages.product import ProductPage
from e2e.pages.screen import Screen
from e2e.visitor import Visitor

NARROW = {"width": 320, "height": 640}
"""CSS pixels: the width that pages must fit by WCAG 2.2, 1.4.10."""

LONG_NAME = "GM-OLV-01"
"""The product with the longest name."""


def too_wide(visitor: Visitor, addresses: list[str]) -> list[str]:
    """Those of the addresses whose page scrolls sideways."""
    screen = Screen(visitor)
    found = []
    for address in addresses:
        visitor.open(address)
        expect(screen.page.locator("main")).to_be_visible()
        if screen.is_wider_than_window():
            found.append(address)
    return found


@pytest.mark.parametrize("language, text", [("ko", "normal"), ("en", "normal"), ("en", "large")])
def test_no_page_scrolls_sideways(visit: Visit, language: str, text: str) -> None:
    stranger = visit(language=language, viewport=NARROW, screen=NARROW)
    assert too_wide(stranger, ["/login", "/password/forgot"]) == []

    dealer = visit(BUYERS[language], language=language, viewport=NARROW, screen=NARROW)
    if text == "large":
        dealer.page.context.add_cookies([{"name": "portal_text", "value": "large", "url": dealer.page.url}])
    dealer.empty_cart()
    for sku in (SYRUP.sku, LONG_NAME):
        product = ProductPage(dealer)
        product.open_sku(sku)
        product.add()
        expect(product.note).not_to_be_empty()
    orders = OrdersPage(dealer)
    orders.open()
    number = orders.rows.first.get_attribute("data-order")
    assert number
    dealer.open("/orders?status=delivered")
    delivered = orders.rows.first.get_attribute("data-order")
    assert delivered
    assert (
        too_wide(
            dealer,
            [
                "/",
                "/search",
                f"/search?q={SYRUP.names[language]}&in_stock=1",
                "/search?q=nothing-is-called-this",
                "/categories/cafe",
                f"/products/{SYRUP.sku}",
                f"/products/{LONG_NAME}",
                "/cart",
                "/cart/places",
                "/cart/places?view=table",
                "/checkout",
                "/quick-order",
                "/lists",
                "/lists/new",
                "/lists/usual",
                "/orders",
                f"/orders/{number}",
                f"/orders/{number}/reorder",
                f"/orders/{delivered}",
                f"/orders/{delivered}/returns",
                f"/orders/{number}?placed=1",
                "/invoices",
                "/payments",
                "/payments/new",
                "/statement",
                "/account",
                "/account/password",
                "/no-such-page",
            ],
        )
        == []
    )
    cart = CartPage(dealer)
    cart.open()
    cart.type_quantity(SYRUP.sku, "13")
    expect(cart.message(SYRUP.sku)).to_be_visible()
    assert not cart.is_wider_than_window()

    desk = visit(DESK, viewport=NARROW, screen=NARROW)
    DeskPage(desk).open()
    addresses = ["/desk", "/desk/orders", f"/desk/orders/{number}", "/desk/returns", "/account"]
    assert too_wide(desk, addresses) == []
