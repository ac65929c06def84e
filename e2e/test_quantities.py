"""Quantities that cannot be, quick taps, and one cart on two screens: a message at the line, and nothing lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, OWNER, SYRUP
from e2e.pages.cart import CartPage
from e2e.pages.product import ProductPage
from e2e.visitor import Visitor

SKU, STEP = SYRUP.sku, SYRUP.step


def cart_of_one_line(dealer: Visitor) -> CartPage:
    """The cart, open, with one step of syrup in it."""
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(SKU)
    product.add()
    expect(product.cart_count).to_have_attribute("data-count", "1")
    cart = CartPage(dealer)
    cart.open()
    expect(cart.line(SKU)).to_have_attribute("data-quantity", str(STEP))
    return cart


@pytest.mark.parametrize(
    "language, scripts", [("ko", True), ("en", False)], ids=["scripts-ko", "no-scripts-en"]
)
def test_a_bad_quantity_is_explained_at_its_line(visit: Visit, language: str, scripts: bool) -> None:
    dealer = visit(BUYERS[language], language=language, scripts=scripts)
    cart = cart_of_one_line(dealer)

    for typed, said in (
        ("", dealer.word("Type a quantity, such as 12.")),
        ("3", dealer.word("You can order this from %(minimum)s on.", minimum=STEP)),
        (
            "99999999",
            dealer.word("At most %(maximum)s go into one line. For more, ask us.", maximum="999,996"),
        ),
        ("13", dealer.word("This is sold in steps of %(step)s. Choose the nearest quantity:", step=STEP)),
    ):
        cart.type_quantity(SKU, typed)
        expect(cart.message(SKU)).to_contain_text(said)
        expect(cart.quantity(SKU)).to_have_value(typed)
        expect(cart.line(SKU)).to_have_attribute("data-quantity", str(STEP))

    dealer.tap(cart.message(SKU).get_by_role("button", name=dealer.word("Take %(count)s", count=12)))
    expect(cart.line(SKU)).to_have_attribute("data-quantity", "12")
    expect(cart.quantity(SKU)).to_have_value("12")
    expect(cart.message(SKU)).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_bad_quantity_is_explained_where_it_is_added(visit: Visit, scripts: bool) -> None:
    dealer = visit(BUYERS["ko"], scripts=scripts)
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(SKU)
    product.quantity.fill("13")

    product.add()

    main = dealer.page.get_by_role("main")
    said = dealer.word("This is sold in steps of %(step)s. Choose the nearest quantity:", step=STEP)
    expect(main.get_by_text(said)).to_be_visible()
    expect(product.quantity if scripts else main.get_by_role("spinbutton")).to_have_value("13")
    dealer.tap(main.get_by_role("button", name=dealer.word("Add %(count)s", count=18), exact=True))
    expect(product.cart_count).to_have_attribute("data-count", "1")
    cart = CartPage(dealer)
    cart.open()
    expect(cart.line(SKU)).to_have_attribute("data-quantity", "18")


def test_no_quick_tap_is_lost(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    cart = cart_of_one_line(dealer)

    for _tap in range(5):
        cart.more(SKU).tap()

    expect(cart.quantity(SKU)).to_have_value(str(6 * STEP))
    expect(cart.line(SKU)).to_have_attribute("data-quantity", str(6 * STEP))
    cart.open()
    expect(cart.line(SKU)).to_have_attribute("data-quantity", str(6 * STEP))


def test_two_screens_add_to_one_line_and_both_count(visit: Visit) -> None:
    phone = visit(OWNER)
    desktop = visit(OWNER, device="desktop")
    phone.empty_cart()
    pages = [ProductPage(phone), ProductPage(desktop)]
    for product in pages:
        product.open_sku(SKU)

    for product in pages:
        product.add()
    expect(pages[0].note).to_have_text(phone.word("In the cart: %(count)s", count=STEP))
    expect(pages[1].note).to_have_text(phone.word("In the cart: %(count)s", count=2 * STEP))

    cart = CartPage(phone)
    cart.open()
    expect(cart.line(SKU)).to_have_attribute("data-quantity", str(2 * STEP))


def test_a_line_taken_out_on_another_screen_is_not_ordered_behind_ones_back(visit: Visit) -> None:
    phone = visit(OWNER)
    desktop = visit(OWNER, device="desktop")
    on_phone = cart_of_one_line(phone)
    on_desktop = CartPage(desktop)
    on_desktop.open()
    take_out = desktop.word("Take out: %(name)s", name=SYRUP.names["ko"])
    desktop.tap(on_desktop.line(SKU).get_by_role("button", name=take_out))
    expect(desktop.page.get_by_role("button", name=desktop.word("Put it back"))).to_be_focused()

    phone.tap(on_phone.more(SKU))

    said = phone.word("It is no longer there, or no longer sold to you. Nothing was changed.")
    expect(phone.page.get_by_role("alert").filter(has_text=said)).to_be_visible()
    expect(phone.page.get_by_text(phone.word("Your cart is empty"))).to_be_visible()
