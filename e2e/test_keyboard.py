"""With a keyboard alone, and with a screen reader: the focus is never lost, changes are said."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, STRAWS, SYRUP
from e2e.pages.cart import CartPage, cart_of_syrup
from e2e.pages.product import ProductPage
from e2e.pages.product_list import HomePage, SearchPage
from e2e.pages.quick_order import QuickOrderPage
from e2e.test_placing_once import ready_to_order


def test_the_focus_stays_where_a_change_was_made(visit: Visit) -> None:
    dealer = visit(BUYERS["en"], device="desktop", language="en")
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(SYRUP.sku)
    product.add_button.press("Enter")
    expect(dealer.page.locator("#live[role=status]")).to_have_text(f"In the cart: {SYRUP.step}")
    expect(product.add_button).to_be_focused()

    cart = CartPage(dealer)
    cart.open()
    cart.more(SYRUP.sku).press("Enter")
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", str(2 * SYRUP.step))
    expect(cart.more(SYRUP.sku)).to_be_focused()
    cart.more(SYRUP.sku).press("Enter")
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", str(3 * SYRUP.step))
    # The sums come a moment after their line. The dealer pays no tax: they are those of the only line.
    expect(cart.summary).to_have_attribute("data-total", f"{cart.line_total(SYRUP.sku)}")
    expect(dealer.page.locator("#live")).to_contain_text(f"{cart.total:,}")


def test_suggestions_are_walked_through_with_the_arrows(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], device="desktop")
    search = SearchPage(dealer)
    HomePage(dealer).open()
    search.suggest("바닐라 시", SYRUP.sku)
    keyboard = dealer.page.keyboard

    keyboard.press("ArrowDown")
    expect(dealer.page.locator("#suggestions a").first).to_be_focused()
    keyboard.press("ArrowUp")
    expect(search.search_field).to_be_focused()
    keyboard.press("Escape")
    expect(dealer.page.locator("#suggestions")).to_be_empty()
    expect(search.search_field).to_have_value("바닐라 시")


def focus_is_somewhere(page: Page) -> None:
    """Whoever goes on with the keyboard goes on from where they were, not from the top of the page."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function("document.activeElement && document.activeElement !== document.body")


def test_adding_from_a_suggestion_keeps_the_focus(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], device="desktop")
    dealer.empty_cart()
    search = SearchPage(dealer)
    HomePage(dealer).open()
    row = search.suggest("바닐라 시", SYRUP.sku)

    row.locator("[data-first]").press("Enter")

    expect(search.cart_count).to_have_attribute("data-count", "1")
    focus_is_somewhere(dealer.page)


def test_a_filter_keeps_the_focus(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], device="desktop")
    dealer.open("/search?q=%EC%8B%9C%EB%9F%BD")
    bought = dealer.page.locator("#facets").get_by_role("checkbox", name=dealer.word("Bought before"))

    bought.press("Space")

    dealer.page.wait_for_url("**bought=1**")
    expect(bought).to_be_focused()


def test_an_order_that_cannot_be_leads_to_what_is_wrong(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["ko"], device="desktop")
    checkout = ready_to_order(dealer, own_word)
    # More than the form takes: browsers hold back such typing, not such pasting by a script.
    checkout.po_number.evaluate(
        "(field) => { field.removeAttribute('maxlength'); field.value = 'x'.repeat(300); }"
    )

    checkout.order_button.press("Enter")

    expect(checkout.po_number).to_have_attribute("aria-invalid", "true")
    focus_is_somewhere(dealer.page)


def test_a_line_of_a_quick_order_keeps_the_focus(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], device="desktop")
    quick = QuickOrderPage(dealer)
    quick.open()
    # Seven are not sold: the line is changed, and stands open to be looked at.
    quick.paste(f"{SYRUP.sku} 7\n{STRAWS.sku} 20")
    quantity = quick.line(1).locator("input[name=quantity]")
    quantity.fill("18")

    quantity.press("Enter")

    expect(quick.line(1).locator("input[name=quantity]")).to_have_value("18")
    focus_is_somewhere(dealer.page)


def test_taking_out_leads_to_putting_back(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], device="desktop")
    cart = cart_of_syrup(dealer)

    cart.line(SYRUP.sku).locator(".line__remove button").last.press("Enter")
    expect(cart.line(SYRUP.sku)).to_have_count(0)
    focus_is_somewhere(dealer.page)
    dealer.page.get_by_role("button", name=dealer.word("Put it back")).first.press("Enter")

    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", str(SYRUP.step))
