"""The whole way of an order: found, priced the same everywhere, ordered on account, followed until it arrives."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from e2e.conftest import EVERY_PAIR, Visit
from e2e.goods import BUYERS, DESK, SYRUP
from e2e.pages.cart import CartPage
from e2e.pages.checkout import CheckoutPage
from e2e.pages.desk import DeskPage
from e2e.pages.orders import OrderPage, OrdersPage
from e2e.pages.product import ProductPage
from e2e.pages.product_list import HomePage, SearchPage
from e2e.visitor import amount


@EVERY_PAIR
def test_a_dealer_orders_and_follows_the_order(
    visit: Visit, screen: str, scripts: bool, language: str
) -> None:
    sku, step = SYRUP.sku, SYRUP.step
    dealer = visit(BUYERS[language], device=screen, scripts=scripts, language=language)
    dealer.empty_cart()
    expect(dealer.page.locator("html")).to_have_attribute("lang", language)

    HomePage(dealer).search(SYRUP.names[language])
    results = SearchPage(dealer)
    expect(results.card(sku)).to_be_visible()
    price = results.price(sku)
    results.open_product(sku, SYRUP.names[language])

    product = ProductPage(dealer)
    expect(product.heading).to_have_text(SYRUP.names[language])
    assert product.price == price
    assert amount(product.shown_price.inner_text()) == price
    product.add()
    expect(product.cart_count).to_have_attribute("data-count", "1")
    dealer.tap(product.cart_link)

    cart = CartPage(dealer)
    expect(cart.lines).to_have_count(1)
    assert cart.price(sku) == price
    assert cart.line_total(sku) == price * step
    before = cart.total
    cart.step_up(sku, step)
    assert cart.line_total(sku) == price * 2 * step
    expect(cart.summary).not_to_have_attribute("data-total", f"{before}")
    total = cart.total
    cart.go_to_checkout()

    checkout = CheckoutPage(dealer)
    expect(checkout.line(sku)).to_have_attribute("data-quantity", str(2 * step))
    # So much is brought free in Seoul, and costs something in New York; the dealer there pays no tax.
    assert (checkout.freight > 0) is (language == "en")
    total += checkout.freight
    assert checkout.total == total
    expect(checkout.deliveries).to_have_attribute("data-promised", re.compile(r"\d{4}-\d{2}-\d{2}"))
    credit_after = checkout.credit_after
    assert checkout.credit_left - total == credit_after
    checkout.po_number.fill("PO-7 e2e")
    checkout.place_order()

    order = OrderPage(dealer)
    number = order.placed_number()
    expect(order.order).to_have_attribute("data-status", "placed")
    expect(order.line(sku)).to_have_attribute("data-quantity", str(2 * step))
    assert order.total == total
    expect(order.cart_count).to_have_attribute("data-count", "0")
    dealer.tap(order.tab("My"))
    assert amount(dealer.page.locator(".credit__head strong").inner_text()) == credit_after

    orders = OrdersPage(dealer)
    dealer.tap(orders.tab("Orders"))
    expect(orders.rows.first).to_have_attribute("data-order", number)
    expect(orders.row(number)).to_have_attribute("data-status", "placed")

    desk_visitor = visit(DESK, device="desktop", scripts=scripts)
    desk = DeskPage(desk_visitor)
    desk.open()
    expect(desk.new_orders).not_to_have_attribute("data-count", "0")
    desk.find(number)
    desk.confirm()
    desk.start_picking()
    desk.ship("CJ대한통운", "680122334455")

    dealer.tap(orders.link(number))
    expect(order.order).to_have_attribute("data-status", "shipped")
    expect(order.shipment.get_by_role("link", name="680122334455")).to_be_visible()
    for station in ("Placed", "Confirmed", "Being picked", "Shipped"):
        expect(order.reached(station)).to_be_visible()
    expect(order.reached("Delivered")).to_have_count(0)

    desk.deliver()
    order.open_number(number)
    expect(order.order).to_have_attribute("data-status", "delivered")
    expect(order.reached("Delivered")).to_be_visible()
