"""The last order is ordered again with two taps from home; what is chosen is what is ordered."""

from __future__ import annotations

from playwright.sync_api import expect

from e2e.conftest import EVERY_PAIR, Visit
from e2e.goods import BUYERS
from e2e.pages.orders import OrderPage
from e2e.pages.product_list import HomePage
from e2e.pages.reorder import ReorderPage

REORDER_THE_LAST = 2
"""Taps from home."""


@EVERY_PAIR
def test_the_last_order_again_in_two_taps(visit: Visit, screen: str, scripts: bool, language: str) -> None:
    dealer = visit(BUYERS[language], device=screen, scripts=scripts, language=language)
    home, reorder = HomePage(dealer), ReorderPage(dealer)
    home.open()
    again = dealer.page.get_by_role("region", name=dealer.word("Your last order"))

    dealer.tap(again.get_by_role("link", name=dealer.word("Order again")))
    expect(reorder.picked.first).to_be_checked()
    picked, total = reorder.picked.count(), reorder.total
    assert not reorder.is_wider_than_window()
    dealer.tap(reorder.order_button)

    order = OrderPage(dealer)
    question = dealer.page.get_by_role("button", name=dealer.word("Order it all the same")).filter(
        visible=True
    )
    expect(order.thanks.or_(question)).to_be_visible()
    if question.count():
        # Another test ordered the same a moment ago, which is asked about; a person would not be asked.
        dealer.taps -= 1
        dealer.tap(question)
    expect(order.thanks).to_be_visible()
    assert order.total == total
    expect(order.order.locator("li[data-sku]")).to_have_count(picked)
    assert dealer.taps <= REORDER_THE_LAST


def test_what_is_unticked_is_not_ordered_and_the_total_follows(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.empty_cart()
    home, reorder = HomePage(dealer), ReorderPage(dealer)
    dealer.open("/orders?status=delivered")
    dealer.tap(dealer.page.get_by_role("link", name=dealer.word("Order again")).first)
    before = reorder.total
    first = reorder.picked.first
    facts = dealer.page.locator(f"#again-{first.get_attribute('value')}")
    sku = facts.get_attribute("data-sku") or ""
    expect(facts).not_to_have_attribute("data-quantity", "0")

    first.uncheck()

    expect(facts).to_have_attribute("data-quantity", "0")
    assert reorder.total < before
    count = reorder.picked.count()
    dealer.tap(reorder.cart_button)
    expect(home.cart_count).to_have_attribute("data-count", str(count))
    expect(dealer.page.locator(f'li[data-sku="{sku}"]')).to_have_count(0)
