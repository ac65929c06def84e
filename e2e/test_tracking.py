"""Half of an order has left: the dealer reads so, follows it, and has the day in a calendar."""

from __future__ import annotations

from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, DESK, SAUCE
from e2e.pages.cart import CartPage
from e2e.pages.checkout import CheckoutPage
from e2e.pages.desk import DeskPage
from e2e.pages.orders import OrderPage
from e2e.pages.product import ProductPage


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(("screen", "scripts"), [("phone", True), ("desktop", False)])
def test_part_of_an_order_is_under_way(visit: Visit, screen: str, scripts: bool, language: str) -> None:
    sku, step = SAUCE.sku, SAUCE.step
    dealer = visit(BUYERS[language], device=screen, scripts=scripts, language=language)
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(sku)
    product.add()
    expect(product.cart_count).to_have_attribute("data-count", "1")
    cart = CartPage(dealer)
    cart.open()
    cart.step_up(sku, step)
    cart.go_to_checkout()
    checkout = CheckoutPage(dealer)
    promised = checkout.deliveries.get_attribute("data-promised") or ""
    checkout.place_order()
    order = OrderPage(dealer)
    number = order.placed_number()

    with dealer.page.expect_download() as downloading:
        dealer.tap(order.calendar_link)
    path = downloading.value.path()
    assert downloading.value.suggested_filename == f"deliveries-{number}.ics"
    (event,) = Calendar.from_ical(Path(path).read_bytes()).walk("VEVENT")
    assert event.decoded("DTSTART").isoformat() == promised
    assert (str(event["STATUS"]), str(event["URL"]).rpartition("/")[2]) == ("CONFIRMED", number)
    assert f"({sku})" in str(event["DESCRIPTION"])

    desk = DeskPage(visit(DESK, device="desktop", scripts=scripts))
    desk.open()
    desk.find(number)
    desk.confirm()
    desk.start_picking()
    desk.ship("자사 배송", "", {sku: step}, status="partially_shipped")
    desk.note_step("On its way", "Hub 7")
    expect(desk.order.locator('[data-step="in_transit"]')).to_contain_text("Hub 7")

    order.open_number(number)
    expect(order.order).to_have_attribute("data-status", "partially_shipped")
    half = dealer.words("%(shown)s bottle", "%(shown)s bottles", step, shown=step)
    said = "Shipments that have left: %(left)s of %(all)s, with %(units)s. To follow: %(rest)s."
    expect(order.under_way).to_have_text(dealer.word(said, left=1, all=2, units=half, rest=half))
    expect(order.shipment).to_have_count(1)
    expect(order.shipment.locator('[data-step="in_transit"]')).to_contain_text("Hub 7")

    desk.ship("자사 배송", "")
    order.open_number(number)
    expect(order.shipment).to_have_count(2)
    expect(order.under_way).to_have_text(dealer.word("All of it is on its way."))
