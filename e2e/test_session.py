"""What stays on the screen when a session ends: nothing. What was typed is in test_ended_session.py."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Playwright, expect

from e2e.conftest import context_arguments
from e2e.goods import OWNER, SYRUP
from e2e.pages.product import ProductPage
from e2e.pages.product_list import HomePage
from e2e.pages.sign_in import SignInPage
from e2e.visitor import Visitor

SIGN_IN = re.compile(r"/login(\?|$)")

NOTE_KEPT_PAGE = (
    "addEventListener('pageshow', ({persisted}) => persisted && sessionStorage.setItem('kept', 'yes'))"
)


@pytest.fixture
def keeper(phone_that_keeps_pages: Browser, playwright: Playwright, base_url: str) -> Visitor:
    """A dealer whose phone keeps the pages one goes back to."""
    arguments = context_arguments(playwright, "phone", scripts=True, language="ko")
    context = phone_that_keeps_pages.new_context(base_url=base_url, **arguments)
    context.add_init_script(NOTE_KEPT_PAGE)
    visitor = Visitor(context.new_page(), "ko", "phone", scripts=True)
    SignInPage(visitor).come_in(OWNER)
    return visitor


def test_back_after_signing_out_shows_no_prices(keeper: Visitor) -> None:
    page = keeper.page
    product = ProductPage(keeper)
    product.open_sku(SYRUP.sku)
    expect(product.shown_price).to_be_visible()
    keeper.tap(product.tab("My"))
    keeper.tap(page.get_by_role("button", name=keeper.word("Sign out"), exact=True))
    expect(page).to_have_url(SIGN_IN)

    for _step in range(2):
        page.go_back(wait_until="commit")
        expect(SignInPage(keeper).password).to_be_visible()
        expect(page.locator("[data-unit-price]")).to_have_count(0)
        expect(page.get_by_text("₩")).to_have_count(0)
    assert keeper.faults == []


def test_back_to_a_kept_page_shows_what_is_true_now(keeper: Visitor) -> None:
    keeper.empty_cart()
    home = HomePage(keeper)
    home.open()
    expect(home.cart_count).to_have_attribute("data-count", "0")
    product = ProductPage(keeper)
    product.open_sku(SYRUP.sku)
    product.add()
    expect(product.cart_count).to_have_attribute("data-count", "1")

    keeper.page.go_back(wait_until="commit")

    expect(keeper.page).to_have_url(re.compile(r"/$"))
    expect(home.cart_count).to_have_attribute("data-count", "1")
    assert keeper.page.evaluate("sessionStorage.getItem('kept')") == "yes", "the browser kept no page"
    keeper.empty_cart()
    assert keeper.faults == []
