"""A line goes to two places on two days, and is placed like that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, SYRUP
from e2e.pages.cart import CartPage
from e2e.pages.checkout import CheckoutPage
from e2e.pages.orders import OrderPage
from e2e.pages.places import PlacesPage
from e2e.pages.product import ProductPage
from e2e.test_placing_once import cancel_orders
from portal.delivery.calendar import public_holidays

COUNTRIES = {"ko": "KR", "en": "US"}
TUESDAY, THURSDAY = 1, 3


def days_to_come(country: str) -> tuple[date, date]:
    """A Tuesday and a Thursday a week or more ahead: both places of both dealers are served on these weekdays."""
    day = datetime.now(UTC).date() + timedelta(days=7)
    found: list[date] = []
    while len(found) < 2:
        is_served = day.weekday() == (THURSDAY if found else TUESDAY)
        if is_served and day not in public_holidays(country, "", day.year):
            found.append(day)
        day += timedelta(days=1)
    return found[0], found[1]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("screen", ["phone", "desktop"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_line_is_split_over_two_places_and_two_days(
    visit: Visit, screen: str, scripts: bool, language: str, own_word: str
) -> None:
    sku, step = SYRUP.sku, SYRUP.step
    dealer = visit(BUYERS[language], device=screen, scripts=scripts, language=language)
    dealer.empty_cart()
    product = ProductPage(dealer)
    product.open_sku(sku)
    product.add()
    expect(product.cart_count).to_have_attribute("data-count", "1")
    cart = CartPage(dealer)
    cart.open()
    cart.type_quantity(sku, str(8 * step))
    expect(cart.line(sku)).to_have_attribute("data-quantity", str(8 * step))
    dealer.tap(dealer.page.get_by_role("link", name=dealer.word("Places and days")).filter(visible=True))

    grid = PlacesPage(dealer)
    expect(grid.grid).to_be_visible()
    assert grid.is_table is (screen == "desktop")
    first, second = grid.places[:2]
    days = days_to_come(COUNTRIES[language])
    wanted = [(place, day) for day in days for place in (first, second)]
    for place, day in wanted:
        grid.add(place, day)
    expect(grid.cells(sku)).to_have_count(4)

    # One step too few is not kept: every unit has its place.
    fill_in(grid, sku, [2 * step, 2 * step, 2 * step, 0])
    if scripts:
        expect(grid.assigned(sku)).to_have_text(
            dealer.word("%(assigned)s of %(quantity)s assigned", assigned=6 * step, quantity=8 * step)
        )
    grid.keep()
    expect(grid.line(sku).get_by_role("alert")).to_be_visible()
    expect(grid.cells(sku).first).to_have_value(str(2 * step))
    fill_in(grid, sku, [2 * step] * 4)
    grid.keep()
    expect(grid.line(sku).get_by_role("alert")).to_have_count(0)
    expect(grid.assigned(sku)).to_have_class("assigned assigned--all")
    grid.go_to_checkout()

    checkout = CheckoutPage(dealer)
    expect(checkout.deliveries).to_have_count(4)
    shown = checkout.deliveries.evaluate_all(
        "all => all.map(one => [one.dataset.place, one.dataset.day, one.dataset.promised])"
    )
    asked = sorted([place, day.isoformat(), day.isoformat()] for place, day in wanted)
    assert sorted(shown) == asked
    total = checkout.total
    checkout.po_number.fill(own_word)
    checkout.place_order()

    order = OrderPage(dealer)
    number = order.placed_number()
    assert order.total == total
    expect(order.line(sku)).to_have_attribute("data-quantity", str(8 * step))
    expect(order.line(sku).locator(".line__drops").get_by_role("listitem")).to_have_count(4)
    order.open_number(number)
    kept = order.deliveries.evaluate_all("all => all.map(one => [one.dataset.place, one.dataset.day])")
    assert sorted(kept) == sorted([place, day.isoformat()] for place, day in wanted)
    # So much of it, eight times over, would leave too little on the shelves for others.
    cancel_orders(dealer, own_word)


def fill_in(grid: PlacesPage, sku: str, units: Sequence[int]) -> None:
    """Type these units into the cells of a line; 0 leaves a cell empty."""
    for index, number in enumerate(units):
        grid.cells(sku).nth(index).fill(str(number) if number else "")
