"""Something goes back: the credit is seen before it is sent, the desk decides, the dealer reads it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, DESK
from e2e.pages.orders import OrderPage
from e2e.pages.returns import ReturnForm, ReturnPage
from e2e.visitor import Visitor

AT_THE_DOOR = 2
"""Taps from an order to a problem that is reported."""


def open_delivered(dealer: Visitor, place: int) -> OrderPage:
    """An order that has arrived and of which something can come back: the ``place``-th of them, from 0."""
    dealer.open("/orders?status=delivered")
    dealer.page.locator('li[data-order][data-status="delivered"]').nth(place).get_by_role(
        "link"
    ).first.click()
    order = OrderPage(dealer)
    expect(order.problems.first).to_be_visible()
    return order


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("screen", ["phone", "desktop"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_line_goes_back_for_the_credit_that_was_shown(
    visit: Visit, screen: str, scripts: bool, language: str
) -> None:
    dealer = visit(BUYERS[language], device=screen, scripts=scripts, language=language)
    order = open_delivered(dealer, 2)
    dealer.tap(dealer.page.get_by_role("link", name=dealer.word("Return or report")))

    form = ReturnForm(dealer)
    sku = form.lines.first.get_attribute("data-sku") or ""
    left = int(form.lines.first.get_attribute("data-left") or "")
    form.choose(sku, 1, "Damaged")
    if not scripts:
        # The first answer shows what it is worth and asks again: nothing is sent unseen.
        form.send()
    expect(form.credit).to_be_visible()
    credit = Decimal(form.credit.get_attribute("data-total") or "")
    assert credit > 0
    expect(form.line(sku).get_by_role("spinbutton")).to_have_value("1")
    form.send()

    returned = ReturnPage(dealer)
    expect(returned.sent).to_be_visible()
    expect(returned.found).to_have_attribute("data-status", "requested")
    assert returned.credit == credit
    number = returned.number

    desk = visit(DESK, device="desktop", scripts=scripts)
    at_desk = ReturnPage(desk)
    desk.open(f"/desk/returns/{number}")
    expect(at_desk.line(sku).last).to_have_attribute("data-quantity", "1")
    desk.page.get_by_role("textbox", name=desk.word("Answer")).fill("Sorry!")
    desk.tap(desk.page.get_by_role("button", name=desk.word("Accept"), exact=True))
    expect(at_desk.found).to_have_attribute("data-status", "approved")
    settle = desk.page.get_by_role("button", name=desk.word("Credit %(amount)s and settle", amount=""))
    desk.tap(desk.page.locator('form[action$="/credit"] button') if not settle.count() else settle)
    expect(at_desk.found).to_have_attribute("data-status", "credited")
    assert at_desk.credit == credit

    dealer.page.reload()
    expect(returned.found).to_have_attribute("data-status", "credited")
    assert returned.credit == credit
    expect(returned.found.get_by_text("Sorry!")).to_be_visible()
    dealer.tap(dealer.page.locator('main a[href^="/orders/"]').first)
    expect(order.returned(number)).to_have_attribute("data-status", "credited")
    dealer.tap(dealer.page.get_by_role("link", name=dealer.word("Return or report")))
    if left > 1:
        expect(form.line(sku)).to_have_attribute("data-left", str(left - 1))
    else:
        expect(form.line(sku)).to_have_count(0)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_problem_at_the_door_takes_two_taps(visit: Visit, language: str) -> None:
    dealer = visit(BUYERS[language], language=language)
    order = open_delivered(dealer, 3)
    dealer.taps = 0

    dealer.tap(order.problems.first)
    credit = order.claim.locator(".return-credit[data-total]")
    expect(credit).to_be_visible()
    shown = Decimal(credit.get_attribute("data-total") or "")
    dealer.tap(order.claim.get_by_role("button", name=dealer.word("Came short")))

    returned = ReturnPage(dealer)
    expect(returned.sent).to_be_visible()
    assert dealer.taps <= AT_THE_DOOR
    assert returned.credit == shown > 0


def test_a_declined_return_says_why_and_frees_the_units(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    order = open_delivered(dealer, 4)
    dealer.tap(order.problems.first)
    dealer.tap(order.claim.get_by_role("button", name=dealer.word("Damaged")))
    returned = ReturnPage(dealer)
    expect(returned.sent).to_be_visible()

    desk = visit(DESK, device="desktop")
    at_desk = ReturnPage(desk)
    desk.open(f"/desk/returns/{returned.number}")
    decline = desk.page.get_by_role("button", name=desk.word("Decline"), exact=True)
    desk.tap(decline)
    expect(desk.page.locator(".order-problem")).to_have_text(
        desk.word("Say why not all of it is accepted: the dealer reads it.")
    )
    expect(at_desk.found).to_have_attribute("data-status", "requested")
    desk.page.get_by_role("textbox", name=desk.word("Answer")).fill("상자는 온전했습니다")
    desk.tap(decline)
    expect(at_desk.found).to_have_attribute("data-status", "declined")

    dealer.page.reload()
    expect(returned.found).to_have_attribute("data-status", "declined")
    expect(returned.found.get_by_text("상자는 온전했습니다")).to_be_visible()
    assert returned.credit == 0
