"""A placed order is changed until it is picked: more of one product, another one added, split over two places."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, DESK, SAUCE, SYRUP
from e2e.pages.change import ChangePage
from e2e.pages.checkout import CheckoutPage
from e2e.pages.desk import DeskPage
from e2e.pages.orders import OrderPage
from e2e.pages.product import ProductPage
from e2e.visitor import Visitor


def ordered(dealer: Visitor, own_word: str) -> str:
    """Order the smallest quantity of syrup; the order's number."""
    dealer.empty_cart()
    dealer.open(f"/products/{SYRUP.sku}")
    product = ProductPage(dealer)
    product.add()
    expect(product.cart_count).to_have_attribute("data-count", "1")
    dealer.open("/checkout")
    checkout = CheckoutPage(dealer)
    checkout.po_number.fill(own_word)
    checkout.place_order()
    return OrderPage(dealer).placed_number()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("screen", ["phone", "desktop"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_dealer_changes_a_placed_order(
    visit: Visit, own_word: str, screen: str, scripts: bool, language: str
) -> None:
    dealer = visit(BUYERS[language], device=screen, scripts=scripts, language=language)
    number = ordered(dealer, own_word)
    order = OrderPage(dealer)
    before = order.total

    dealer.tap(dealer.page.get_by_role("link", name=dealer.word("Change this order")))
    page = ChangePage(dealer)
    expect(page.form).to_be_visible()
    assert not page.is_wider_than_window()
    page.step_up(SYRUP.sku)
    page.add(SAUCE.sku)
    expect(page.units(SAUCE.sku)).to_have_value(str(SAUCE.step))
    page.split(SAUCE.sku)
    # Enough that the delivery to the other place is not below its minimum.
    page.units(SAUCE.sku, 1).fill(str(2 * SAUCE.step))
    page.line(SAUCE.sku).locator("select").nth(1).select_option(index=1)
    page.form.get_by_label(dealer.word("Your order number (PO)"), exact=True).fill(f"{own_word}-2")
    page.look()

    expect(page.diff.locator(f'[data-changed="{SYRUP.sku}"]')).to_have_attribute(
        "data-after", str(2 * SYRUP.step)
    )
    expect(page.diff.locator(f'[data-changed="{SAUCE.sku}"]')).to_have_attribute("data-before", "0")
    assert not page.is_wider_than_window()
    page.send()

    expect(order.order).to_have_attribute("data-order", number)
    expect(order.line(SYRUP.sku)).to_have_attribute("data-quantity", str(2 * SYRUP.step))
    expect(order.line(SAUCE.sku)).to_have_attribute("data-quantity", str(3 * SAUCE.step))
    expect(order.order.get_by_text(f"{own_word}-2").first).to_be_attached()
    assert order.total > before


def test_what_is_typed_stays_when_picking_began_meanwhile(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["ko"])
    number = ordered(dealer, own_word)
    page = ChangePage(dealer)
    page.open_order(number)
    page.step_up(SYRUP.sku)
    page.look()
    desk = DeskPage(visit(DESK, device="desktop"))
    desk.open()
    desk.find(number)
    desk.confirm()
    desk.start_picking()

    page.send()

    expect(dealer.page.get_by_text(dealer.word("We are picking this order already"))).to_be_visible()
    expect(page.units(SYRUP.sku)).to_have_value(str(2 * SYRUP.step))
    expect(page.form.get_by_role("button", name=dealer.word("Send the change"))).to_have_count(0)
