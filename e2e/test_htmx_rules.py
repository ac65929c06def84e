"""What pages must never do: act twice, come back in pieces, ask on unseen, take a person's text for markup."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, STRAWS, SYRUP
from e2e.pages.cart import CartPage
from e2e.pages.invoices import InvoicePage, InvoicesPage, PaymentPage, PayPage
from e2e.pages.orders import OrderPage
from e2e.pages.product import ProductPage
from e2e.pages.quick_order import QuickOrderPage
from e2e.pages.reorder import ReorderPage
from e2e.pages.returns import ReturnForm, ReturnPage
from e2e.test_placing_once import cancel_orders, orders_with, ready_to_order, tap_twice
from e2e.test_returns import open_delivered
from e2e.visitor import Visitor


def twice(button: Locator) -> None:
    """Two quick taps on a button that is in sight and keeps still."""
    button.scroll_into_view_if_needed()
    button.page.wait_for_load_state("networkidle")
    tap_twice(button)


def numbers_of_orders(dealer: Visitor) -> list[str]:
    """The orders on the first page of the list, latest first."""
    html = dealer.page.request.get("/orders").text()
    return re.findall(r'<li[^>]* data-order="([^"]+)"', html)


def test_add_tapped_twice_adds_once(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(SYRUP.sku)

    twice(product.add_button)

    expect(product.note).to_have_text(dealer.word("In the cart: %(count)s", count=SYRUP.step))
    cart = CartPage(dealer)
    cart.open()
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", str(SYRUP.step))


def test_reorder_tapped_twice_orders_once(visit: Visit) -> None:
    dealer = visit(BUYERS["en"], language="en")
    dealer.open("/orders?status=delivered")
    dealer.tap(dealer.page.get_by_role("link", name=dealer.word("Order again")).last)
    reorder = ReorderPage(dealer)
    expect(reorder.order_button).to_be_visible()
    before = numbers_of_orders(dealer)

    twice(reorder.order_button)
    order = OrderPage(dealer)
    question = dealer.page.get_by_role("button", name=dealer.word("Order it all the same")).filter(
        visible=True
    )
    expect(order.thanks.or_(question)).to_be_visible()
    if question.count():
        # Another test ordered the same a moment ago, which is asked about.
        assert numbers_of_orders(dealer) == before
        twice(question)

    expect(order.thanks).to_be_visible()
    assert len([number for number in numbers_of_orders(dealer) if number not in before]) == 1


def test_cancel_tapped_twice_cancels_once(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["ko"])
    ready_to_order(dealer, own_word).place_order()
    order = OrderPage(dealer)
    number = order.placed_number()
    order.open_number(number)
    cancel = dealer.page.locator(f'form[action="/orders/{number}/cancellation"]')
    for fold in dealer.page.locator("details:has(form[action$='/cancellation'])").all():
        if fold.get_attribute("open") is None:
            fold.locator("summary").first.click()

    twice(cancel.get_by_role("button").last)

    expect(order.order).to_have_attribute("data-status", "cancelled")
    assert orders_with(dealer, own_word) == 1


def test_a_return_tapped_twice_is_sent_once(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    order = open_delivered(dealer, 4)
    number = order.order.get_attribute("data-order") or ""
    before = order.order.locator("[data-return]").count()
    dealer.tap(dealer.page.get_by_role("link", name=dealer.word("Return or report")))
    form = ReturnForm(dealer)
    form.choose(form.lines.first.get_attribute("data-sku") or "", 1, "Damaged")
    expect(form.credit).to_be_visible()

    twice(dealer.page.get_by_role("button", name=dealer.word("Send"), exact=True))

    expect(ReturnPage(dealer).sent).to_be_visible()
    order.open_number(number)
    expect(order.order.locator("[data-return]")).to_have_count(before + 1)


def payments_of(dealer: Visitor) -> set[str]:
    """The references of the payments that are listed."""
    return set(re.findall(r'href="/payments/([A-Z0-9][^"/?]+)"', dealer.page.request.get("/payments").text()))


def test_pay_tapped_twice_pays_once(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    listed = InvoicesPage(dealer)
    listed.open()
    number = listed.rows.last.get_attribute("data-invoice") or ""
    before = payments_of(dealer)
    dealer.open(f"/payments/new?invoice={number}")
    PayPage(dealer).choose_way("test_card")

    twice(dealer.page.get_by_role("button", name=dealer.word("Pay"), exact=True))
    payment = PaymentPage(dealer)
    expect(dealer.page.locator("#test-card")).to_be_visible()
    twice(dealer.page.locator("#test-card").get_by_role("button").first)

    payment.expect_state("paid")
    assert payments_of(dealer) - before == {payment.reference}
    dealer.open(f"/invoices/{number}")
    expect(InvoicePage(dealer).invoice).to_have_attribute("data-status", "paid")


def test_a_quick_order_tapped_twice_fills_the_cart_once(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.empty_cart()
    quick = QuickOrderPage(dealer)
    quick.open()
    quick.paste(f"{SYRUP.sku} 12\n{STRAWS.sku} 20")
    words = dealer.words("Put %(num)s line in the cart", "Put %(num)s lines in the cart", 2)

    twice(dealer.page.get_by_role("button", name=words))

    expect(quick.heading).to_have_text(dealer.word("In your cart"))
    cart = CartPage(dealer)
    cart.open()
    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", "12")
    expect(cart.line(STRAWS.sku)).to_have_attribute("data-quantity", "20")


@pytest.mark.parametrize("address", ["/search?q=syrup", "/cart", "/orders"])
def test_a_page_comes_back_whole(visit: Visit, address: str) -> None:
    dealer = visit(BUYERS["ko"])

    for headers in (
        {},
        {"HX-Request": "true", "HX-History-Restore-Request": "true"},
        {"HX-Request": "true", "HX-Boosted": "true"},
    ):
        answer = dealer.page.request.get(address, headers=headers)
        assert answer.text().lower().startswith("<!doctype html>"), headers
        assert answer.headers["cache-control"] == "private, no-store"
        assert "HX-Request" in answer.headers["vary"]


def test_an_open_order_is_not_asked_for_while_nobody_looks(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["ko"])
    ready_to_order(dealer, own_word).place_order()
    expect(OrderPage(dealer).order).to_have_attribute("data-hx-trigger", "every 20s")
    goes_out = """(hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      const elt = document.querySelector("#order[data-poll]");
      return elt.dispatchEvent(
        new CustomEvent("htmx:beforeRequest", { bubbles: true, cancelable: true, detail: { elt } }));
    }"""

    assert dealer.page.evaluate(goes_out, False) is True
    assert dealer.page.evaluate(goes_out, True) is False
    cancel_orders(dealer, own_word)


def test_what_a_person_wrote_stays_text(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["ko"])
    checkout = ready_to_order(dealer, own_word)
    written = f'{own_word}<b data-hx-get="/orders" data-hx-trigger="load">x</b>'
    dealer.page.get_by_label(dealer.word("Notes for us")).fill(written)
    checkout.place_order()

    expect(OrderPage(dealer).thanks).to_be_visible()
    expect(dealer.page.get_by_text(written)).to_be_visible()
    expect(dealer.page.locator("b[data-hx-get]")).to_have_count(0)
    cancel_orders(dealer, own_word)
