from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.database import Database
from portal.orders.models import CartDrop, CartLine, Drop
from tests.browser import Page
from tests.conftest import Statements
from tests.dealer import Person, cart_of, part
from tests.factories import make_location
from tests.storefront import Shop

TUESDAY = "2026-11-24"
THURSDAY = "2026-11-26"


class Dealer(Person):
    """With 24 bags of beans and 120 cups (in steps of 60) in the cart, and two places."""

    def __init__(self, app: Flask, shop: Shop) -> None:
        self.beans = shop.sell("BEANS", "Beans", won=12_000)
        self.cups = shop.sell("CUPS", "Cups", won=100, minimum=60, step=60, stock=1_000)
        self.second = make_location(shop.session, shop.account, shop.warehouse, name="Busan store").id
        self.first = shop.place.id
        shop.commit()
        super().__init__(app, shop.buyer)
        self.add("BEANS", 24)
        self.add("CUPS", 120)
        with app.extensions["portal"].database.reading() as session:
            self.lines = {row[0]: row[1] for row in session.execute(select(CartLine.variant_id, CartLine.id))}
        self.bean_line, self.cup_line = self.lines[self.beans.id], self.lines[self.cups.id]

    def cell(self, line: int, place: int, day: str = TUESDAY) -> str:
        return f"cell.{line}.{place}.{day}"


@pytest.fixture
def buyer(app: Flask, shop: Shop) -> Dealer:
    return Dealer(app, shop)


def drops(database: Database) -> list[tuple[int, int, str, int]]:
    with database.reading() as session:
        rows = session.execute(
            select(
                CartDrop.cart_line_id, CartDrop.location_id, CartDrop.requested_date, CartDrop.quantity
            ).order_by(CartDrop.cart_line_id, CartDrop.requested_date, CartDrop.location_id)
        )
        return [(row[0], row[1], row[2].isoformat(), row[3]) for row in rows]


def shown(page: Page, name: str) -> str:
    return next(
        element.attributes["value"]
        for element in page.elements
        if element.tag == "input" and element.attributes.get("name") == name
    )


def test_a_line_is_split_with_forms_alone(buyer: Dealer, database: Database):
    page = buyer.open("/cart/places")
    assert "All of it goes to the place and day you choose at checkout." in page.text

    for place in (buyer.first, buyer.second):
        buyer.browser.submit("/cart/places", button=("do", "column"), new_place=str(place), new_day=TUESDAY)
        assert buyer.browser.status == 200
    page = buyer.browser.submit(
        "/cart/places",
        button=("do", "save"),
        **{buyer.cell(buyer.bean_line, buyer.first): "10", buyer.cell(buyer.bean_line, buyer.second): "14"},
    )

    assert "Places and days are kept." in page.text
    assert drops(database) == [
        (buyer.bean_line, buyer.first, TUESDAY, 10),
        (buyer.bean_line, buyer.second, TUESDAY, 14),
    ]
    # The next line that is not split is open, with the same places and days.
    assert shown(page, buyer.cell(buyer.cup_line, buyer.second)) == ""


def test_what_is_not_all_assigned_comes_back_as_typed(buyer: Dealer, database: Database):
    cells = {buyer.cell(buyer.bean_line, buyer.first): "10", buyer.cell(buyer.bean_line, buyer.second): "8"}
    buyer.open("/cart/places")

    response = buyer.post("/cart/places", do="save", line=buyer.bean_line, **cells)

    assert response.status_code == 422
    page = part(response)
    assert "18 of 24 assigned: say where the rest goes." in page.text
    assert "Make the line 18" in page.text
    assert [shown(page, name) for name in cells] == ["10", "8"]
    assert drops(database) == []


def test_a_line_is_made_what_was_assigned_in_one_tap(buyer: Dealer, database: Database):
    cells = {buyer.cell(buyer.bean_line, buyer.first): "10", buyer.cell(buyer.bean_line, buyer.second): "8"}
    buyer.open("/cart/places")

    response = buyer.post("/cart/places", do=f"adopt:{buyer.bean_line}", line=buyer.bean_line, **cells)

    assert response.status_code == 303
    assert cart_of(database, buyer.user_id)[buyer.beans.id] == 18
    assert [drop[3] for drop in drops(database)] == [10, 8]


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "1,000", "１" * 20])
def test_what_is_no_number_comes_back_as_typed(buyer: Dealer, database: Database, text: str):
    cells = {buyer.cell(buyer.bean_line, buyer.first): text, buyer.cell(buyer.bean_line, buyer.second): "24"}
    buyer.open("/cart/places")

    response = buyer.post("/cart/places", do="save", line=buyer.bean_line, **cells)

    assert response.status_code == 422
    assert shown(part(response), buyer.cell(buyer.bean_line, buyer.first)) == text[:12]
    assert drops(database) == []


def test_each_delivery_keeps_to_the_step(buyer: Dealer, database: Database):
    cells = {buyer.cell(buyer.cup_line, buyer.first): "50", buyer.cell(buyer.cup_line, buyer.second): "70"}
    buyer.open("/cart/places")

    response = buyer.post("/cart/places", do="save", line=buyer.cup_line, **cells)

    assert response.status_code == 422
    assert "This is sold in steps of 60, also for each delivery." in part(response).text
    assert drops(database) == []


def test_a_row_is_copied_to_all_lines(buyer: Dealer, database: Database):
    cells = {buyer.cell(buyer.bean_line, buyer.first): "12", buyer.cell(buyer.bean_line, buyer.second): "12"}
    buyer.open("/cart/places")

    buyer.post("/cart/places", do=f"copy:{buyer.bean_line}", line=buyer.bean_line, **cells)

    assert drops(database) == [
        (buyer.bean_line, buyer.first, TUESDAY, 12),
        (buyer.bean_line, buyer.second, TUESDAY, 12),
        (buyer.cup_line, buyer.first, TUESDAY, 60),
        (buyer.cup_line, buyer.second, TUESDAY, 60),
    ]


def test_a_line_is_split_evenly(buyer: Dealer, database: Database):
    buyer.open("/cart/places")

    buyer.post(
        "/cart/places",
        do=f"even:{buyer.bean_line}",
        c=[f"{buyer.first}:{TUESDAY}", f"{buyer.second}:{TUESDAY}", f"{buyer.first}:{THURSDAY}"],
    )

    assert [drop[3] for drop in drops(database)] == [8, 8, 8]


def test_weekdays_repeat_and_holidays_are_left_out(buyer: Dealer, database: Database):
    buyer.open("/cart/places")

    page = buyer.browser.client.post(
        "/cart/places/pattern",
        data={
            "csrf_token": buyer.token,
            "weekday": ["1", "4"],
            "place": [str(buyer.first), str(buyer.second)],
            "weeks": "5",
        },
        follow_redirects=True,
    )

    days = sorted({date.fromisoformat(drop[2]) for drop in drops(database)})
    # Tuesdays and Fridays of five weeks, but not Christmas.
    assert len(days) == 9
    assert {day.weekday() for day in days} == {1, 4}
    assert "Left out, because nothing arrives then: Fri, Dec 25" in part(page).text
    per_line: dict[int, int] = {}
    for line_id, _place, _day, units in drops(database):
        per_line[line_id] = per_line.get(line_id, 0) + units
    assert per_line == {buyer.bean_line: 24, buyer.cup_line: 120}


def test_a_pattern_without_a_place_is_asked_for(buyer: Dealer, database: Database):
    buyer.open("/cart/places")

    response = buyer.post("/cart/places/pattern", weekday="1", weeks="2")

    assert response.status_code == 422
    assert "Choose at least one place and one weekday." in part(response).text
    assert shown(part(response), "weeks") == "2"
    assert drops(database) == []


def test_everything_goes_to_one_place_and_back(buyer: Dealer, database: Database):
    buyer.open("/cart/places")

    buyer.post("/cart/places/whole", new_place=buyer.second, new_day=THURSDAY)
    assert drops(database) == [
        (buyer.bean_line, buyer.second, THURSDAY, 24),
        (buyer.cup_line, buyer.second, THURSDAY, 120),
    ]
    buyer.post("/cart/places/clear")

    assert drops(database) == []


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2026-11-28", "We do not deliver to this place on that weekday (Saturday, November 28, 2026)."),
        ("2026-12-25", "Friday, December 25, 2026 is a public holiday."),
        ("2026-11-22", "Sunday, November 22, 2026 is in the past or too soon."),
        ("tomorrow", "Choose a place and a day."),
        ("", "Choose a place and a day."),
    ],
)
def test_a_day_on_which_nothing_arrives_is_said_beside_the_form(buyer: Dealer, day: str, message: str):
    buyer.open("/cart/places")

    page = buyer.browser.submit(
        "/cart/places", button=("do", "column"), new_place=str(buyer.first), new_day=day
    )

    assert buyer.browser.status == 422
    assert message in page.text


def test_a_strangers_line_and_place_are_not_found(buyer: Dealer, shop: Shop, database: Database):
    account, _ = shop.rival()
    place = make_location(shop.session, account, shop.warehouse)
    shop.commit()
    buyer.open("/cart/places")

    assert buyer.post("/cart/places", **{buyer.cell(999_999, buyer.first): "1"}).status_code == 404
    assert buyer.post("/cart/places", **{buyer.cell(buyer.bean_line, place.id): "24"}).status_code == 404
    assert buyer.post("/cart/places/whole", new_place=place.id, new_day=TUESDAY).status_code == 404
    assert buyer.post("/cart/places/pattern", place=place.id, weekday="1", weeks="1").status_code == 404
    assert drops(database) == []


def test_a_table_keeps_all_lines_at_once(buyer: Dealer, database: Database):
    buyer.open(f"/cart/places?view=table&c={buyer.first}:{TUESDAY}&c={buyer.second}:{THURSDAY}")

    buyer.browser.submit(
        "/cart/places",
        button=("do", "save"),
        **{
            buyer.cell(buyer.bean_line, buyer.first): "4",
            buyer.cell(buyer.bean_line, buyer.second, THURSDAY): "20",
            buyer.cell(buyer.cup_line, buyer.second, THURSDAY): "120",
        },
    )

    assert drops(database) == [
        (buyer.bean_line, buyer.first, TUESDAY, 4),
        (buyer.bean_line, buyer.second, THURSDAY, 20),
        (buyer.cup_line, buyer.second, THURSDAY, 120),
    ]


def test_a_changed_line_is_settled_visibly_and_placed_so(buyer: Dealer, database: Database):
    buyer.open("/cart/places")
    buyer.post("/cart/places/whole", new_place=buyer.second, new_day=THURSDAY)
    buyer.post(f"/cart/lines/{buyer.bean_line}", quantity="30")

    page = buyer.open(f"/cart/places?line={buyer.bean_line}")
    assert "The line has 6 more than before: they go to its last delivery." in page.text
    assert shown(page, buyer.cell(buyer.bean_line, buyer.second, THURSDAY)) == "30"
    assert "The quantity of 1 split line has changed since" in buyer.open("/checkout").text
    buyer.browser.submit("/checkout")

    assert buyer.browser.address == "/orders/2026-000001"
    with database.reading() as session:
        placed = session.execute(
            select(Drop.location_id, Drop.requested_date, Drop.quantity).order_by(Drop.id)
        )
        assert [tuple(row) for row in placed] == [
            (buyer.second, date(2026, 11, 26), 30),
            (buyer.second, date(2026, 11, 26), 120),
        ]


def test_the_page_costs_the_same_statements_for_one_cell_and_many(buyer: Dealer, statements: Statements):
    statements.texts.clear()
    buyer.open("/cart/places")
    before = len(statements)
    buyer.post("/cart/places/pattern", weekday=["1", "2", "3"], place=[buyer.first, buyer.second], weeks="4")

    statements.texts.clear()
    buyer.open("/cart/places")

    # Who looks: three. The cart, where it goes, its variants.
    assert len(statements) == before == 6
