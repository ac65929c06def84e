"""A list is made of pasted lines, put in order by dragging or by buttons, and put in the cart."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, SYRUP
from e2e.pages.reorder import ListPage, ReorderPage
from e2e.visitor import Visitor


def goods_of(dealer: Visitor) -> list[str]:
    """Three SKUs that the account has bought before."""
    dealer.open("/lists/usual")
    rows = dealer.page.locator("[data-usual]")
    found: list[str] = rows.evaluate_all("rows => rows.map(row => row.dataset.usual)")
    return [*[sku for sku in found if sku != SYRUP.sku][:2], SYRUP.sku]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("screen", ["phone", "desktop"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_list_from_pasted_lines_to_the_cart(
    visit: Visit, screen: str, scripts: bool, language: str, own_word: str
) -> None:
    dealer = visit(BUYERS[language], device=screen, scripts=scripts, language=language)
    dealer.empty_cart()
    one, two, syrup = goods_of(dealer)
    lists = ListPage(dealer)
    lists.make(own_word, f"{one} 60\n{two}\t60\n60 {syrup}")
    assert lists.skus == [one, two, syrup]
    assert not lists.is_wider_than_window()

    dealer.tap(lists.button(syrup, "up"))
    expect(lists.page.locator("#list-lines .again__facts").nth(1)).to_have_attribute("data-sku", syrup)
    dealer.tap(lists.button(one, "remove"))
    expect(lists.line(one)).to_have_count(0)
    dealer.tap(dealer.page.get_by_role("button", name=dealer.word("Undo")))
    expect(lists.page.locator("#list-lines .again__facts").nth(0)).to_have_attribute("data-sku", one)
    assert lists.skus == [one, syrup, two]

    count = lists.page.locator("#list-form input[name=pick]:checked").count()
    dealer.tap(ReorderPage(dealer).cart_button)
    expect(lists.cart_count).to_have_attribute("data-count", str(count))


def test_a_line_is_dragged_and_stays_there(visit: Visit, own_word: str) -> None:
    dealer = visit(BUYERS["ko"], device="desktop")
    one, two, syrup = goods_of(dealer)
    lists = ListPage(dealer)
    lists.make(own_word, f"{one} 60\n{two} 60\n{syrup} 60")
    grip = lists.line(syrup).locator("[data-grip]").bounding_box()
    top = lists.line(one).bounding_box()
    assert grip is not None
    assert top is not None

    mouse = dealer.page.mouse
    mouse.move(grip["x"] + 10, grip["y"] + 10)
    mouse.down()
    mouse.move(grip["x"] + 10, top["y"] + top["height"] / 2, steps=8)
    mouse.move(grip["x"] + 10, top["y"] + 5, steps=4)
    with dealer.page.expect_response(lambda answer: answer.url.endswith("/lines")):
        mouse.up()

    assert lists.skus == [syrup, one, two]
    dealer.page.reload()
    assert lists.skus == [syrup, one, two]
