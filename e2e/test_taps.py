"""How many taps a dealer needs, typing apart. The budgets are promises of the product."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.conftest import EVERY_PAIR, Visit
from e2e.goods import BUYERS, SYRUP
from e2e.pages.cart import CartPage
from e2e.pages.checkout import CheckoutPage
from e2e.pages.ended import EndedSession
from e2e.pages.my import MyPage
from e2e.pages.orders import OrderPage, OrdersPage
from e2e.pages.product_list import HomePage, SearchPage
from e2e.pages.returns import ReturnPage
from e2e.pages.sign_in import SignInPage
from e2e.test_placing_once import cancel_orders
from e2e.visitor import DEMO_PASSWORD

FIND_AND_ORDER = 4
"""From home: a product found by its name and ordered."""

WHERE_IS_MY_ORDER = 1
"""From home: the steps of an order under way."""

FIVE_USUAL = 7
"""From home: five of the products that are usually bought, each put in the cart, and ordered."""

RETURN_A_LINE = 5
"""From home: what came short, damaged or wrong is reported, its credit seen before."""

STATEMENT = 2
"""From home: the statement on paper."""

SIGN_IN_AGAIN = 1
"""Where a browser or a phone has filled in what it keeps."""


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


@pytest.mark.parametrize("language, screen", [("ko", "phone"), ("en", "iphone"), ("en", "desktop")])
def test_five_usual_products_are_ordered_in_seven_taps(
    visit: Visit, language: str, screen: str, own_word: str
) -> None:
    dealer = visit(BUYERS[language], language=language, device=screen)
    dealer.empty_cart()
    home, checkout = HomePage(dealer), CheckoutPage(dealer)
    home.open()
    expect(home.checkout_link).to_be_hidden()
    # What is on the shelf in the quantity that its field begins with.
    skus = home.usual.evaluate_all(
        """cards => cards.filter((card) => {
            const field = card.querySelector("input[name=quantity]");
            return field && Number(card.dataset.available) >= Number(field.value);
        }).map((card) => card.dataset.sku)"""
    )[:5]
    assert len(skus) == 5

    for count, sku in enumerate(skus, 1):
        home.add(sku)
        expect(home.cart_count).to_have_attribute("data-count", str(count))
    dealer.tap(home.checkout_link)
    checkout.po_number.fill(own_word)
    checkout.place_order()

    order = OrderPage(dealer)
    expect(order.thanks).to_be_visible()
    assert dealer.taps <= FIVE_USUAL
    ordered = order.order.locator("li[data-sku]").evaluate_all("all => all.map(one => one.dataset.sku)")
    assert sorted(ordered) == sorted(skus)
    cancel_orders(dealer, own_word)


@EVERY_PAIR
def test_a_line_goes_back_in_five_taps(visit: Visit, screen: str, scripts: bool, language: str) -> None:
    dealer = visit(BUYERS[language], device=screen, language=language, scripts=scripts)
    home, orders, order = HomePage(dealer), OrdersPage(dealer), OrderPage(dealer)
    home.open()

    dealer.tap(home.tab("Orders"))
    dealer.tap(orders.chip("Delivered"))
    expect(dealer.page).to_have_url(re.compile("status=delivered"))
    # Not the newest, of which other tests send back.
    number = orders.rows.nth(5).get_attribute("data-order") or ""
    dealer.tap(orders.link(number))
    dealer.tap(order.problems.first)
    credit = order.claim.locator(".return-credit[data-total]")
    expect(credit).to_be_visible()
    shown = Decimal(credit.get_attribute("data-total") or "")
    dealer.tap(order.claim.get_by_role("button", name=dealer.word("Damaged")))

    returned = ReturnPage(dealer)
    expect(returned.sent).to_be_visible()
    assert dealer.taps <= RETURN_A_LINE
    assert returned.credit == shown > 0


@EVERY_PAIR
def test_the_statement_is_on_paper_in_two_taps(
    visit: Visit, screen: str, scripts: bool, language: str, tmp_path: Path
) -> None:
    dealer = visit(BUYERS[language], device=screen, language=language, scripts=scripts)
    home, my = HomePage(dealer), MyPage(dealer)
    home.open()

    dealer.tap(home.tab("My"))
    paper = my.download_statement(tmp_path)

    assert dealer.taps <= STATEMENT
    assert paper.suffix == ".pdf"
    assert paper.read_bytes().startswith(b"%PDF-")


@EVERY_PAIR
def test_signing_in_again_takes_one_tap_and_leads_back(
    visit: Visit, screen: str, scripts: bool, language: str
) -> None:
    dealer = visit(BUYERS[language], device=screen, language=language, scripts=scripts)
    EndedSession(dealer).end()
    dealer.open("/orders?status=delivered")
    again = SignInPage(dealer)
    # By these a browser, a phone or a keeper of passwords knows what to fill in.
    expect(again.email).to_have_attribute("autocomplete", "username")
    expect(again.password).to_have_attribute("autocomplete", "current-password")
    again.email.fill(BUYERS[language])
    again.password.fill(DEMO_PASSWORD)

    dealer.tap(again.button)

    expect(dealer.page).to_have_url(re.compile(r"/orders\?status=delivered$"))
    assert dealer.taps <= SIGN_IN_AGAIN
