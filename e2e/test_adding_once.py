"""A tap that adds counts once, however often a browser sends it; a tap that is meant again counts again."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, SYRUP
from e2e.pages.cart import CartPage
from e2e.pages.product import ProductPage
from e2e.test_placing_once import tap_twice
from e2e.visitor import Visitor


def ready_to_add(dealer: Visitor) -> ProductPage:
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(SYRUP.sku)
    return product


def assert_noted(product: ProductPage, units: int) -> None:
    """The page says that so many are in the cart: where it was tapped, or, shown again, at its top."""
    dealer = product.visitor
    if dealer.scripts:
        expect(product.note).to_have_text(dealer.word("In the cart: %(count)s", count=units))
        return
    name = SYRUP.names[dealer.language]
    words = dealer.word("%(name)s is in the cart: %(count)s", name=name, count=units)
    expect(dealer.page.get_by_text(words)).to_be_visible()


def assert_in_cart(dealer: Visitor, units: int) -> None:
    cart = CartPage(dealer)
    cart.open()
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", str(units))


def test_a_double_tap_without_scripts_adds_once(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], scripts=False)
    product = ready_to_add(dealer)

    tap_twice(product.add_button)

    assert_noted(product, SYRUP.step)
    assert_in_cart(dealer, SYRUP.step)


def test_the_page_shown_again_without_scripts_adds_again(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], scripts=False)
    product = ready_to_add(dealer)

    for count in (1, 2):
        product.add()
        assert_noted(product, count * SYRUP.step)
    # Back shows the page before; what is tapped there is meant.
    dealer.page.go_back()
    product.add()
    assert_noted(product, 3 * SYRUP.step)

    assert_in_cart(dealer, 3 * SYRUP.step)


def test_an_add_whose_answer_is_lost_counts_once_when_it_is_tried_again(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    product = ready_to_add(dealer)
    dealer.expects_failures = True

    def lose_the_answer(route: Route) -> None:
        assert route.fetch().ok
        route.abort()

    dealer.page.route("**/cart/lines", lose_the_answer, times=1)
    product.add()
    dealer.tap(dealer.page.get_by_role("button", name=dealer.word("Try again")))

    assert_noted(product, SYRUP.step)
    dealer.expects_failures = False
    # A tap after an answer is a new one.
    dealer.page.wait_for_timeout(500)
    product.add()
    assert_noted(product, 2 * SYRUP.step)
    assert_in_cart(dealer, 2 * SYRUP.step)
