"""What is another's does not exist: neither an order of another dealer nor the seller's desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, RIVAL
from e2e.pages.orders import OrderPage, OrdersPage


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_rival_finds_no_order_of_ours(visit: Visit, scripts: bool) -> None:
    dealer = visit(BUYERS["ko"], scripts=scripts)
    orders = OrdersPage(dealer)
    orders.open()
    number = orders.rows.first.get_attribute("data-order")
    assert number
    rival = visit(RIVAL, scripts=scripts)

    for address in (f"/orders/{number}", "/orders/2020-999999", "/desk", f"/desk/orders/{number}"):
        answer = rival.page.goto(address)
        assert answer is not None
        assert answer.status == 404, address
        expect(OrderPage(rival).heading).to_have_text(rival.word("We cannot find this page"))
        expect(rival.page.get_by_text(number)).to_have_count(0)
        expect(
            rival.page.get_by_role("main").get_by_role("link", name=rival.word("Go to home"))
        ).to_be_visible()

    rivals_orders = OrdersPage(rival)
    rivals_orders.open()
    rivals_orders.find(number)
    expect(rivals_orders.row(number)).to_have_count(0)
    expect(rival.page.get_by_text(rival.word("No order matches"))).to_be_visible()
