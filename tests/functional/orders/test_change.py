from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import AccountRole, StaffRole
from portal.core.database import Database
from portal.orders.models import Order
from tests.browser import Page, typed
from tests.conftest import NOW
from tests.dealer import Person, part
from tests.factories import make_location, make_user
from tests.functional.orders.test_orders import fulfil, place
from tests.storefront import Shop

CHANGE = "/orders/2026-000001/change"


@pytest.fixture
def buyer(shop: Shop, app: Flask) -> Person:
    """Has ordered three bags of beans for 39 600 won and 14 cups, four of them on back-order, as 2026-000001."""
    shop.sell("BEANS", "Beans", won=12_000, stock=20)
    shop.sell("CUPS", "Cups", won=500, stock=10, allow_backorder=True)
    shop.sell("MILK", "Milk", won=2_000, step=6, minimum=6)
    make_location(shop.session, shop.account, shop.warehouse, name="Busan")
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 3)
    person.add("CUPS", 14)
    assert place(person, po_number="PO-1") == "2026-000001"
    return person


def order_in(database: Database) -> Any:
    with database.reading() as session:
        return session.execute(select(Order.version, Order.total, Order.po_number, Order.status)).one()


def rows(page: Page) -> dict[str, str]:
    """Values of the form's units, by their fields."""
    (form,) = [form for form in page.forms if form.action == CHANGE]
    return {name: value for name, value in form.values if name.startswith("units.")}


def units_of(page: Page, sku: str) -> str:
    """The first field of a line's units."""
    (line,) = page.all("li", data_sku=sku)
    return f"units.{line.attributes['id'].removeprefix('line-')}.0"


def test_a_change_is_looked_at_and_then_sent(buyer: Person, database: Database):
    page = buyer.open("/orders/2026-000001")
    assert CHANGE in [link.attributes["href"] for link in page.all("a") if "href" in link.attributes]
    page = buyer.open(CHANGE)
    beans = units_of(page, "BEANS")

    page = buyer.browser.submit(CHANGE, button=("do", "look"), **{beans: "5", "po_number": "PO-2"})

    assert buyer.browser.status == 200
    assert order_in(database).version == 1
    (line,) = page.having("data-before")
    assert (line.attributes["data-before"], line.attributes["data-after"]) == ("3", "5")
    assert "₩47,300 → ₩73,700" in page.text
    assert "PO-1 → PO-2" in page.text
    page = buyer.browser.submit(CHANGE, button=("do", "send"))
    assert buyer.browser.address == "/orders/2026-000001"
    assert "The order is changed." in page.text
    assert "3 → 5" in page.text
    assert tuple(order_in(database))[:3] == (2, 73_700, "PO-2")


def test_the_form_of_a_large_order_is_read(buyer: Person):
    (form,) = [form for form in buyer.open(CHANGE).forms if form.action == CHANGE]

    response = buyer.browser.client.post(CHANGE, data=dict(form.values) | {"more": "word " * 300_000})

    assert response.status_code == 200
    (form,) = [form for form in part(response).forms if form.action == CHANGE]
    assert dict(form.values)["po_number"] == "PO-1"


@pytest.mark.parametrize("field, most", [("po_number", 40), ("notes", 1_000)])
def test_a_text_that_is_too_long_is_asked_about_and_never_cut(
    buyer: Person, database: Database, field: str, most: int
):
    before = order_in(database)
    buyer.open(CHANGE)
    text = "x" * (most + 1)

    page = buyer.browser.submit(CHANGE, button=("do", "send"), **{field: text})

    assert (buyer.browser.status, order_in(database)) == (422, before)
    assert f"At most {most} characters." in page.text
    assert dict(buyer.browser.form(CHANGE).values)[field] == text


def test_the_same_form_sent_again_shows_the_result(buyer: Person, database: Database):
    page = buyer.open(CHANGE)
    buyer.browser.submit(CHANGE, button=("do", "look"), **{units_of(page, "BEANS"): "5"})
    form = buyer.browser.form(CHANGE)
    for _ in range(3):
        buyer.browser.send(form, button=("do", "send"))
        assert (buyer.browser.status, buyer.browser.address) == (200, "/orders/2026-000001")

    assert order_in(database).version == 2


def test_a_product_is_added_by_its_number_split_and_taken_out(buyer: Person, database: Database, shop: Shop):
    buyer.open(CHANGE)
    page = buyer.browser.submit(CHANGE, button=("do", "find"), find="milk")
    (button,) = [value for form in page.forms for name, value in form.buttons if value.startswith("take:")]
    page = buyer.browser.submit(CHANGE, button=("do", button))
    milk = units_of(page, "MILK")
    assert rows(page)[milk] == "6"
    variant = milk.split(".")[1]
    page = buyer.browser.submit(CHANGE, button=("do", f"split:{variant}"))
    busan = next(option.attributes["value"] for option in page.all("option") if option.text == "Busan")
    cups = units_of(page, "CUPS").split(".")[1]
    page = buyer.browser.submit(CHANGE, button=("do", f"remove:{cups}"))
    page = buyer.browser.submit(
        CHANGE,
        button=("do", "look"),
        **{f"units.{variant}.1": "12", f"place.{variant}.1": busan, f"day.{variant}.1": "2026-12-03"},
    )
    assert "Added: 18" in page.text
    assert "Taken out: 14" in page.text
    page = buyer.browser.submit(CHANGE, button=("do", "send"))

    (line,) = page.all("li", data_sku="MILK")
    assert line.attributes["data-quantity"] == "18"
    assert "12 · Busan" in " ".join(line.text.split())
    assert order_in(database).total == (36_000 + 36_000) * 11 // 10


def test_what_is_wrong_comes_back_with_all_that_was_typed(buyer: Person, database: Database):
    page = buyer.open(CHANGE)
    beans, cups = units_of(page, "BEANS"), units_of(page, "CUPS")

    page = buyer.browser.submit(
        CHANGE, button=("do", "look"), **{beans: "1,000", cups: "15", "notes": "Ring"}
    )
    assert buyer.browser.status == 422
    assert (rows(page)[beans], rows(page)[cups]) == ("1,000", "15")
    assert "Write 1000 without a separator." in page.text
    page = buyer.browser.submit(CHANGE, button=("do", "look"), **{beans: "21"})
    assert buyer.browser.status == 409
    assert "Beans en: 20 can be had" in page.text
    assert (rows(page)[beans], rows(page)[cups]) == ("21", "15")
    page = buyer.browser.submit(CHANGE, button=("do", "look"), **{beans: "0", cups: "0"})
    assert "Nothing would be left of the order" in page.text
    assert page.all("textarea", name="notes")[0].text.strip() == "Ring"

    assert order_in(database).version == 1


def test_once_picking_began_nothing_changes_and_nothing_typed_is_lost(
    buyer: Person, database: Database, shop: Shop
):
    page = buyer.open(CHANGE)
    beans = units_of(page, "BEANS")
    buyer.browser.submit(CHANGE, button=("do", "look"), **{beans: "5", "notes": "Ring twice"})
    form = buyer.browser.form(CHANGE)
    fulfil(shop, "2026-000001", to="picking")

    page = buyer.browser.send(form, button=("do", "send"))

    assert buyer.browser.status == 409
    assert "picking this order already" in page.text
    assert rows(page)[beans] == "5"
    assert page.all("textarea", name="notes")[0].text.strip() == "Ring twice"
    assert ("do", "send") not in [button for each in page.forms for button in each.buttons]
    assert order_in(database).total == 47_300
    page = buyer.open(CHANGE)
    assert buyer.browser.status == 200
    assert "picking this order already" in page.text


def test_after_the_cutoff_it_is_said_that_it_has_passed(buyer: Person, database: Database):
    with database.transaction() as session:
        session.scalars(select(Order)).one().changeable_until = NOW
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert "The time to change this order has passed" in buyer.open(CHANGE).text
        assert "Change this order" not in buyer.open("/orders/2026-000001").text


def test_a_colleagues_change_is_shown_and_mine_is_not_lost(
    buyer: Person, database: Database, app: Flask, shop: Shop
):
    page = buyer.open(CHANGE)
    beans = units_of(page, "BEANS")
    buyer.browser.submit(CHANGE, button=("do", "look"), **{beans: "5"})
    mine = buyer.browser.form(CHANGE)
    shop.session.rollback()
    other = make_user(shop.session, shop.account)
    shop.session.commit()
    colleague = Person(app, other)
    colleague.open(CHANGE)
    colleague.browser.submit(CHANGE, button=("do", "look"), **{beans: "4"})
    colleague.browser.submit(CHANGE, button=("do", "send"))

    page = buyer.browser.send(mine, button=("do", "send"))

    assert buyer.browser.status == 409
    assert "Nothing of yours is lost" in page.text
    assert rows(page)[beans] == "5"
    (line,) = page.having("data-before")
    assert (line.attributes["data-before"], line.attributes["data-after"]) == ("4", "5")
    assert tuple(order_in(database))[:2] == (2, 60_500)
    buyer.browser.submit(CHANGE, button=("do", "send"))
    assert tuple(order_in(database))[:2] == (3, 73_700)


def test_who_may_not_order_changes_nothing(buyer: Person, app: Flask, shop: Shop, database: Database):
    shop.session.rollback()
    viewer = make_user(shop.session, shop.account, role=AccountRole.VIEWER)
    shop.session.commit()
    reader = Person(app, viewer)
    page = reader.open("/orders/2026-000001")

    assert "Change this order" not in page.text
    assert reader.get(CHANGE).status_code == 403
    assert reader.post(CHANGE, do="send").status_code == 403
    assert order_in(database).version == 1


def test_the_desk_sees_what_was_changed(buyer: Person, app: Flask, shop: Shop):
    page = buyer.open(CHANGE)
    buyer.browser.submit(CHANGE, button=("do", "look"), **{units_of(page, "BEANS"): "5"})
    buyer.browser.submit(CHANGE, button=("do", "send"))
    shop.session.rollback()
    clerk = make_user(shop.session, staff_role=StaffRole.DESK)
    shop.session.commit()
    desk = Person(app, clerk)

    page = desk.open("/desk")
    (count,) = page.all("a", data_status="changed")
    assert count.attributes["data-count"] == "1"
    assert "2026-000001" in desk.open("/desk/orders?status=changed").text
    page = desk.open("/desk/orders/2026-000001")
    assert "3 → 5" in page.text
    assert "₩47,300 → ₩73,700" in page.text


def test_what_has_not_come_can_be_cancelled(buyer: Person, shop: Shop, database: Database):
    fulfil(shop, "2026-000001", to="shipped")
    page = buyer.open("/orders/2026-000001")
    rest = "/orders/2026-000001/cancellation/rest"
    (field,) = [
        name for form in page.forms if form.action == rest for name, _ in form.values if "units-" in name
    ]

    page = buyer.browser.submit(rest, **typed(field, "5"))
    assert buyer.browser.status == 409
    page = buyer.browser.submit(rest, **typed(field, "three"))
    assert buyer.browser.status == 422
    assert order_in(database).version == 4
    page = buyer.browser.submit(rest, reason="Too late", **typed(field, "4"))

    assert "What has not come is cancelled" in page.text
    assert tuple(order_in(database)) == (5, (36_000 + 5_000) * 11 // 10, "PO-1", "shipped")
    assert buyer.post(rest, version="4", **{field: "4"}).status_code == 409
