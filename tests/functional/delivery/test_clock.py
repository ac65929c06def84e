"""The cutoff clock and the promised day where they are shown. It is Monday, 23 November 2026, 10:00 in Seoul."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import ClosedDay
from portal.delivery.models import Route
from portal.orders.models import CartDrop, CartLine
from tests.browser import Element, Page
from tests.conftest import NOW, Statements
from tests.dealer import Person, part
from tests.factories import added
from tests.storefront import Shop


@pytest.fixture
def route(shop: Shop) -> Route:
    """Orders before 14:00 arrive on the next working day."""
    return added(
        shop.session,
        Route(
            code=f"parcel:{shop.warehouse.code}",
            name="Parcels",
            warehouse_id=shop.warehouse.id,
            cutoff_minutes=14 * 60,
            lead_days=1,
        ),
    )


def note(page: Page) -> Element:
    """The note, as it stands on the page once."""
    (found,) = page.all(id="promise")
    return found


def words(page: Page) -> str:
    return " ".join(note(page).text.split())


def test_home_counts_down_to_the_cutoff(shop: Shop, route: Route, dealer: Person):
    page = dealer.open("/")
    shown = note(page)
    assert words(page) == "Order within 4 h 0 min for tomorrow (Tue)"
    assert shown.attributes["data-promise"] == "2026-11-24"
    assert shown.attributes["data-countdown"] == "14400"
    assert shown.attributes["data-hours"] == "{h} h {m} min"
    assert shown.attributes["data-minutes"] == "{m} min"
    assert shown.attributes["data-moment"] == "a minute"
    assert shown.attributes["data-hx-get"] == "/"
    assert [script for script in page.all("script") if "/js/clock." in script.attributes.get("src", "")]


def test_in_korean(shop: Shop, route: Route, app: Flask):
    shop.account.locale = "ko"
    route.cutoff_minutes = 12 * 60 + 13
    shop.commit()
    page = Person(app, shop.buyer).open("/")
    assert words(page) == "2시간 13분 안에 주문하면 내일(화) 도착"
    assert note(page).attributes["data-hours"] == "{h}시간 {m}분"


@pytest.mark.parametrize(
    "cutoff,later,lead_days,expected",
    [
        (10 * 60 + 31, 0, 1, "Order within 31 min for tomorrow (Tue)"),
        (10 * 60 + 1, 1, 1, "Order within a minute for tomorrow (Tue)"),
        (11 * 60, 1, 1, "Order within 59 min for tomorrow (Tue)"),
        (14 * 60, 0, 0, "Order within 4 h 0 min for today (Mon)"),
        (14 * 60, 0, 3, "Order within 4 h 0 min for Thu, Nov 26"),
        # At the minute itself the next round counts, and a whole day is left for it.
        (10 * 60, 0, 1, "Order within 24 h 0 min for Wed, Nov 25"),
    ],
)
def test_the_time_that_is_left(shop: Shop, route: Route, app: Flask, cutoff, later, lead_days, expected):
    route.cutoff_minutes, route.lead_days = cutoff, lead_days
    shop.commit()
    person = Person(app, shop.buyer)
    with time_machine.travel(NOW + timedelta(seconds=later), tick=False):
        assert words(person.open("/")) == expected


def test_a_far_cutoff_is_named_and_not_counted(shop: Shop, route: Route, app: Flask):
    shop.session.add_all(ClosedDay(day=date(2026, 11, day)) for day in (23, 24))
    shop.commit()
    page = Person(app, shop.buyer).open("/")
    assert " ".join(words(page).split()) == "Order by Wed, Nov 25, 2:00 PM for Thu, Nov 26"
    assert "data-countdown" not in note(page).attributes
    assert note(page).attributes["data-promise"] == "2026-11-26"


def test_when_the_time_is_up_the_server_has_the_new_text(shop: Shop, route: Route, dealer: Person):
    with time_machine.travel(NOW + timedelta(hours=4), tick=False):
        response = dealer.browser.client.get("/", headers={"HX-Request": "true"})
    assert words(part(response)) == "Order within 24 h 0 min for Wed, Nov 25"


def test_the_place_decides_and_its_clock(shop: Shop, route: Route, app: Flask):
    shop.place.timezone, shop.place.country, shop.place.region = "America/Los_Angeles", "US", "CA"
    shop.commit()
    # In Los Angeles it is still Sunday; what leaves Seoul on Monday is there on Tuesday at the earliest.
    assert words(Person(app, shop.buyer).open("/")) == "Order within 4 h 0 min for Tue, Nov 24"


@pytest.mark.parametrize(
    "weekdays,expected",
    [
        (0b0011111, "Delivery day unknown: we tell you when we confirm the order."),
        (0, "No delivery days are agreed for this place yet. Ask your contact."),
    ],
)
def test_what_is_unknown_is_said(shop: Shop, app: Flask, weekdays, expected):
    if not weekdays:
        shop.place.delivery_weekdays = 0
        values = {"name": "Parcels", "warehouse_id": shop.warehouse.id, "cutoff_minutes": 840}
        added(shop.session, Route(code=f"parcel:{shop.warehouse.code}", **values))
    shop.commit()
    page = Person(app, shop.buyer).open("/")
    assert words(page) == expected
    assert "data-promise" not in note(page).attributes
    assert "data-countdown" not in note(page).attributes


def test_a_seller_who_is_closed_says_so(shop: Shop, route: Route, app: Flask):
    shop.session.add_all(ClosedDay(day=date(2026, 11, 23) + timedelta(days=ahead)) for ahead in range(400))
    shop.commit()
    page = Person(app, shop.buyer).open("/")
    assert words(page) == "Delivery day unknown: we are closed until further notice."


def test_a_product_is_promised_for_the_quantity_asked(shop: Shop, route: Route, app: Flask):
    shop.sell("FEW", stock=4, allow_backorder=True, lead_days=3)
    shop.commit()
    person = Person(app, shop.buyer)

    assert words(person.open("/products/FEW")) == "Order within 4 h 0 min for tomorrow (Tue)"
    page = person.open("/products/FEW?quantity=10")
    assert words(page) == "Order within 4 h 0 min for Fri, Nov 27 4 of it arrive tomorrow (Tue)."
    assert note(page).attributes["data-hx-get"] == "/products/FEW?quantity=10"
    response = person.browser.client.get("/products/FEW?quantity=10", headers={"HX-Request": "true"})
    assert note(part(response)).attributes["data-promise"] == "2026-11-27"


def test_one_that_is_there_is_spoken_of_as_one(shop: Shop, route: Route, app: Flask):
    shop.sell("ONE", stock=1, allow_backorder=True, lead_days=3)
    shop.sell("LOST", stock=1, allow_backorder=True)
    shop.sell("NONE", stock=0, allow_backorder=True)
    shop.commit()
    person = Person(app, shop.buyer)
    assert words(person.open("/products/ONE?quantity=2")).endswith("1 of it arrives tomorrow (Tue).")
    assert words(person.open("/products/LOST?quantity=2")) == (
        "1 of it arrives tomorrow (Tue); for the rest the delivery day is still unknown."
    )
    assert words(person.open("/products/NONE")) == "Delivery day unknown: we cannot say yet when it comes in."


@pytest.mark.parametrize(
    "changes", [{"stock": 0}, {"stock": 4, "minimum": 5}, {"won": None}, {"active": False}]
)
def test_what_cannot_be_ordered_has_no_clock(shop: Shop, route: Route, app: Flask, changes):
    shop.sell("NOT", lead_days=3, **changes)
    shop.commit()
    page = Person(app, shop.buyer).open("/products/NOT")
    assert page.having("data-countdown") == page.having("data-promise") == []
    assert "Order within" not in page.text


def test_the_cart_is_promised_for_its_slowest_line(shop: Shop, route: Route, app: Flask):
    shop.sell("FAST")
    shop.sell("SLOW", stock=4, allow_backorder=True, lead_days=3)
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("FAST", 1)
    person.add("SLOW", 4)
    page = person.open("/cart")
    assert words(page) == "Order within 4 h 0 min for tomorrow (Tue)"

    line = next(found for found in page.having("data-line-total") if found.attributes["data-sku"] == "SLOW")
    line_id = line.attributes["id"].removeprefix("line-")
    part(person.htmx(f"/cart/lines/{line_id}", quantity="5"))
    # What depends on the whole cart follows in an answer of its own.
    assert note(part(person.htmx_get("/cart/sums"))).attributes["data-promise"] == "2026-11-27"
    assert words(person.open("/cart")) == "Order within 4 h 0 min for Fri, Nov 27"


def test_a_split_cart_has_more_than_one_day_and_no_clock(shop: Shop, route: Route, app: Flask):
    shop.sell("FAST")
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("FAST", 2)
    line_id = shop.session.scalars(select(CartLine.id)).one()
    shop.session.add_all(
        CartDrop(cart_line_id=line_id, location_id=shop.place.id, requested_date=day, quantity=1)
        for day in (date(2026, 11, 24), date(2026, 12, 1))
    )
    shop.commit()
    assert "hidden" in note(person.open("/cart")).attributes


def test_an_account_without_a_place_has_no_clock(shop: Shop, route: Route, app: Flask):
    shop.place.active = False
    shop.commit()
    page = Person(app, shop.buyer).open("/")
    assert "hidden" in note(page).attributes
    assert words(page) == ""


def test_the_clock_costs_one_statement(shop: Shop, route: Route, dealer: Person, statements: Statements):
    statements.texts.clear()
    dealer.open("/")
    assert len([text for text in statements.texts if "FROM closed_day" in text]) == 1
    assert len([text for text in statements.texts if "freight_rule" in text]) == 1
