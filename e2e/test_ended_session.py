"""What is typed when the session ends stays, is shown to its person alone, and is sent once they say so."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, RIVAL, SYRUP
from e2e.pages.cart import CartPage, cart_of_syrup
from e2e.pages.checkout import CheckoutPage
from e2e.pages.ended import EndedSession
from e2e.pages.orders import OrderPage
from e2e.pages.product import ProductPage
from e2e.pages.quick_order import QuickOrderPage
from e2e.pages.returns import ReturnForm, ReturnPage
from e2e.pages.sign_in import SignInPage
from e2e.test_placing_once import cancel_orders, orders_with, ready_to_order
from e2e.test_returns import open_delivered
from e2e.visitor import Visitor

WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@WITH_AND_WITHOUT
def test_an_order_is_placed_once(visit: Visit, own_word: str, scripts: bool) -> None:
    dealer = visit(BUYERS["ko"], scripts=scripts)
    checkout = ready_to_order(dealer, own_word)
    notes = dealer.page.get_by_label(dealer.word("Notes for us"))
    notes.fill(f"{own_word} 뒷문\n<벨>을 눌러 주세요")
    ended = EndedSession(dealer)
    ended.end()

    dealer.tap(checkout.order_button)
    ended.sign_in(BUYERS["ko"])

    expect(ended.question).to_contain_text(dealer.word("Your order"))
    expect(ended.question).to_contain_text(own_word)
    expect(ended.question).to_contain_text("<벨>을 눌러 주세요")
    html = dealer.page.request.get(f"/orders?q={own_word}").text()
    assert re.findall(r'<li[^>]* data-order="([^"]+)"', html) == []
    if scripts:
        dealer.tap(ended.send_button)
    else:
        # Without scripts nothing in the browser holds back a second tap: the order's own key does.
        ended.send_button.dblclick()
    expect(OrderPage(dealer).thanks).to_be_visible()
    expect(dealer.page.get_by_text("<벨>을 눌러 주세요")).to_be_visible()
    assert orders_with(dealer, own_word) == 1
    cancel_orders(dealer, own_word)


@WITH_AND_WITHOUT
def test_forty_pasted_lines_are_checked(visit: Visit, scripts: bool) -> None:
    dealer = visit(BUYERS["en"], language="en", scripts=scripts)
    quick = QuickOrderPage(dealer)
    quick.open()
    lines = "\n".join(f"{SYRUP.sku} {6 * number}" for number in range(1, 41))
    ended = EndedSession(dealer)
    dealer.page.get_by_role("textbox", name=dealer.word("Paste or write")).fill(lines)
    ended.end()

    dealer.tap(dealer.page.get_by_role("button", name=dealer.word("Check the lines"), exact=True).last)
    ended.sign_in(BUYERS["en"])

    expect(ended.question).to_contain_text(dealer.word("Your quick order"))
    expect(ended.question).to_contain_text("40 lines")
    dealer.tap(ended.send_button)
    expect(quick.counts).to_have_attribute("data-input", "40")


@WITH_AND_WITHOUT
def test_a_return_is_sent_once(visit: Visit, own_word: str, scripts: bool) -> None:
    dealer = visit(BUYERS["ko"], scripts=scripts)
    order = open_delivered(dealer, 3)
    number = order.order.get_attribute("data-order") or ""
    before = order.order.locator("[data-return]").count()
    dealer.tap(dealer.page.get_by_role("link", name=dealer.word("Return or report")))
    form = ReturnForm(dealer)
    sku = form.lines.first.get_attribute("data-sku") or ""
    form.choose(sku, 1, "Damaged")
    if not scripts:
        # The first answer shows what it is worth, and asks again.
        form.send()
    expect(form.credit).to_be_visible()
    dealer.page.get_by_label(dealer.word("Notes"), exact=True).fill(own_word)
    dealer.page.wait_for_load_state("networkidle")
    ended = EndedSession(dealer)
    ended.end()

    form.send()
    ended.sign_in(BUYERS["ko"])
    expect(ended.question).to_contain_text(dealer.word("Your return"))
    expect(ended.question).to_contain_text(own_word)
    dealer.tap(ended.send_button)

    returned = ReturnPage(dealer)
    expect(returned.sent).to_be_visible()
    expect(returned.line(sku)).to_be_visible()
    order.open_number(number)
    expect(order.order.locator("[data-return]")).to_have_count(before + 1)


@WITH_AND_WITHOUT
def test_a_tap_on_add_goes_on(visit: Visit, scripts: bool) -> None:
    dealer = visit(BUYERS["ko"], scripts=scripts)
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(SYRUP.sku)
    ended = EndedSession(dealer)
    ended.end()

    product.add()
    ended.sign_in(BUYERS["ko"])

    # The sign-in page was a page of its own, and nothing was added behind its back.
    expect(product.cart_count).to_have_attribute("data-count", "0")
    expect(ended.back_link).to_have_attribute("href", f"/products/{SYRUP.sku}")
    dealer.tap(ended.send_button)
    expect(dealer.page).to_have_url(re.compile(r"/cart$"))
    expect(CartPage(dealer).line(SYRUP.sku)).to_have_attribute("data-quantity", str(SYRUP.step))


def test_a_stepper_that_met_the_end_goes_on(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    cart = cart_of_syrup(dealer)
    dealer.page.wait_for_load_state("networkidle")
    ended = EndedSession(dealer)
    ended.end()

    dealer.tap(cart.more(SYRUP.sku))
    ended.sign_in(BUYERS["ko"])
    dealer.tap(ended.send_button)

    expect(cart.line(SYRUP.sku)).to_have_attribute("data-quantity", str(2 * SYRUP.step))


@WITH_AND_WITHOUT
def test_somebody_else_sees_nothing_of_it(visit: Visit, own_word: str, scripts: bool) -> None:
    dealer = visit(BUYERS["ko"], scripts=scripts)
    checkout = ready_to_order(dealer, own_word)
    ended = EndedSession(dealer)
    ended.end()
    dealer.tap(checkout.order_button)
    expect(ended.kept_note).to_be_visible()

    SignInPage(dealer).fill_in(RIVAL)

    expect(dealer.page).to_have_url(re.compile(r"/checkout$"))
    expect(ended.question).to_have_count(0)
    assert own_word not in dealer.page.content()


@WITH_AND_WITHOUT
def test_going_back_without_it_does_nothing(visit: Visit, own_word: str, scripts: bool) -> None:
    dealer = visit(BUYERS["ko"], scripts=scripts)
    checkout = ready_to_order(dealer, own_word)
    ended = EndedSession(dealer)
    ended.end()
    dealer.tap(checkout.order_button)
    ended.sign_in(BUYERS["ko"])

    dealer.tap(ended.back_link)

    expect(checkout.order_button).to_be_visible()
    assert orders_with(dealer, own_word) == 0


def write_an_order_whose_part_is_missed(dealer: Visitor, own_word: str) -> tuple[CheckoutPage, EndedSession]:
    """A checkout with a PO number and notes; the session ends before its day is chosen."""
    checkout = ready_to_order(dealer, own_word)
    dealer.page.get_by_label(dealer.word("Notes for us")).fill("뒷문\n벨")
    dealer.page.wait_for_load_state("networkidle")
    ended = EndedSession(dealer)
    ended.end()
    dealer.page.locator("#requested_date").fill("2030-01-02")
    ended.expect_notice()
    return checkout, ended


def test_a_missed_part_leaves_the_page_and_its_form_is_kept_as_ever(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["ko"])
    checkout, ended = write_an_order_whose_part_is_missed(dealer, own_word)
    expect(dealer.page).to_have_url(re.compile(r"/checkout$"))
    expect(checkout.po_number).to_have_value(own_word)

    dealer.tap(checkout.order_button)
    ended.sign_in(BUYERS["ko"])

    expect(ended.question).to_contain_text(own_word)
    assert orders_with(dealer, own_word) == 0


def test_what_is_typed_is_there_again_after_signing_in_by_the_notice(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["ko"])
    checkout, ended = write_an_order_whose_part_is_missed(dealer, own_word)

    dealer.tap(ended.sign_in_link)
    sign_in = SignInPage(dealer)
    sign_in.fill_in(BUYERS["ko"], "not the password")
    sign_in.fill_in(BUYERS["ko"])

    expect(dealer.page).to_have_url(re.compile(r"/checkout$"))
    expect(checkout.po_number).to_have_value(own_word)
    expect(dealer.page.locator("#notes")).to_have_value("뒷문\n벨")
    expect(dealer.page.locator("#requested_date")).to_have_value("2030-01-02")


def test_somebody_else_finds_nothing_typed_after_the_notice(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["ko"])
    _checkout, ended = write_an_order_whose_part_is_missed(dealer, own_word)

    dealer.tap(ended.sign_in_link)
    SignInPage(dealer).fill_in(RIVAL)

    expect(dealer.page).to_have_url(re.compile(r"/checkout$"))
    dealer.page.wait_for_load_state("networkidle")
    assert own_word not in dealer.page.content()
    assert dealer.page.evaluate("sessionStorage.getItem('portal-typed')") is None


def test_rows_and_suggestions_say_it_too(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    quick = QuickOrderPage(dealer)
    quick.open()
    code = dealer.page.locator("[data-row] [name=code]").first
    ended = EndedSession(dealer)
    ended.end()

    code.fill(SYRUP.sku)
    ended.expect_notice()
    expect(ended.sign_in_link).to_have_attribute("href", "/login?next=/quick-order")
    dealer.tap(ended.notice.get_by_role("button", name=dealer.word("Close")))
    quick.search_field.press_sequentially("시럽")

    ended.expect_notice()
    expect(quick.search_field).to_have_value("시럽")
    expect(code).to_have_value(SYRUP.sku)
    expect(dealer.page).to_have_url(re.compile(r"/quick-order$"))


def test_an_order_that_asks_by_itself_says_it_once(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.page.clock.install()
    dealer.open("/orders?status=placed")
    dealer.tap(dealer.page.locator("[data-order] a").first)
    expect(dealer.page.locator("#order[data-poll]")).to_be_visible()
    ended = EndedSession(dealer)
    ended.end()

    with dealer.page.expect_response(lambda answer: answer.status == 401):
        dealer.page.clock.fast_forward(20_000)
    ended.expect_notice()
    dealer.tap(ended.notice.get_by_role("button", name=dealer.word("Close")))
    with dealer.page.expect_response(lambda answer: answer.status == 401):
        dealer.page.clock.fast_forward(20_000)

    expect(ended.notice).to_be_hidden()
    expect(OrderPage(dealer).order).to_be_visible()
