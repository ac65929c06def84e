"""GET and POST /orders/<number>/reorder."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from portal.catalog.models import LinkKind, ProductLink, Stock, Variant
from portal.core.database import Database
from portal.orders.models import Order, OrderLine
from portal.pricing.models import Price
from tests.browser import Form, Page
from tests.conftest import NOW, Statements
from tests.dealer import Person, cart_of, order_count, part
from tests.factories import added
from tests.storefront import Shop

REORDER = "/orders/2026-000001/reorder"


def facts(page: Page, sku: str) -> dict[str, str]:
    return next(
        each.attributes
        for each in page.all("div", class_="again__facts")
        if each.attributes["data-sku"] == sku
    )


def words(page: Page, sku: str) -> str:
    found = next(
        each for each in page.all("div", class_="again__facts") if each.attributes["data-sku"] == sku
    )
    return " ".join(found.text.split())


def ticked(page: Page) -> list[str]:
    return [box.attributes["value"] for box in page.all("input", name="pick") if "checked" in box.attributes]


def form_of(person: Person) -> Form:
    return person.browser.form(REORDER)


def sent(person: Person, to: str, **changes: str) -> None:
    """Press a button of the form that is open, after changing fields."""
    person.browser.send(form_of(person), button=("to", to), **changes)


@pytest.fixture
def goods(shop: Shop) -> dict[str, Variant]:
    return {
        "BEANS": shop.sell("BEANS", "Beans", won=12_000),
        "CUPS": shop.sell("CUPS", "Cups", won=500),
        "LIDS": shop.sell("LIDS", "Lids", won=100),
    }


@pytest.fixture
def buyer(shop: Shop, goods: dict[str, Variant], app: Flask) -> Person:
    """Ordered 3 beans, 10 cups and 20 lids an hour ago as 2026-000001: 47 300 won with tax."""
    shop.commit()
    with time_machine.travel(NOW - timedelta(hours=1), tick=False):
        person = Person(app, shop.buyer)
        person.add("BEANS", 3)
        person.add("CUPS", 10)
        person.add("LIDS", 20)
        person.open("/checkout")
        person.browser.submit("/checkout")
    assert person.browser.address == "/orders/2026-000001", person.browser.page.text
    return person


def change(shop: Shop, *statements: object) -> None:
    shop.session.rollback()
    for statement in statements:
        shop.session.execute(statement)  # type: ignore[call-overload]
    shop.session.commit()


def lines_of(database: Database, number: str) -> dict[str, int]:
    with database.reading() as session:
        rows = session.execute(
            select(OrderLine.sku, OrderLine.quantity).join(Order).where(Order.number == number)
        )
        return {row.sku: row.quantity for row in rows}


def test_everything_is_picked_and_ordered_with_one_more_tap(buyer: Person, database: Database) -> None:
    page = buyer.open(REORDER)

    assert len(ticked(page)) == 3
    assert [facts(page, sku)["data-quantity"] for sku in ("BEANS", "CUPS", "LIDS")] == ["3", "10", "20"]
    assert facts(page, "BEANS")["data-line-total"] == "36000"
    assert "Price as then" in words(page, "BEANS")
    # The shop has no route: no day is promised.
    assert "Delivery day not known yet" in words(page, "BEANS")
    assert page.all("dl", class_="summary")[0].attributes["data-total"] == "47300"
    sent(buyer, "order")

    assert buyer.browser.address == "/orders/2026-000002"
    assert lines_of(database, "2026-000002") == {"BEANS": 3, "CUPS": 10, "LIDS": 20}
    assert cart_of(database, buyer.user_id) == {}


def test_the_price_then_and_now_is_told_in_words_and_the_one_engine_answers(
    buyer: Person, shop: Shop, goods: dict[str, Variant]
) -> None:
    change(
        shop,
        update(Price).where(Price.variant_id == goods["BEANS"].id).values(amount_e4=12_500_0000),
        update(Price).where(Price.variant_id == goods["CUPS"].id).values(amount_e4=450_0000),
    )

    page = buyer.open(REORDER)

    assert "₩12,000 then: ₩500 more each" in words(page, "BEANS")
    assert "₩500 then: ₩50 less each" in words(page, "CUPS")
    assert facts(page, "BEANS")["data-unit-price"] == "12500"
    buyer.add("BEANS", 3)
    assert buyer.open("/cart").all("li", data_sku="BEANS")[0].attributes["data-unit-price"] == "12500"


def test_what_is_gone_is_left_out_by_name_and_the_rest_is_ordered(
    buyer: Person, shop: Shop, goods: dict[str, Variant], database: Database
) -> None:
    change(shop, update(Variant).where(Variant.id == goods["CUPS"].id).values(active=False))

    page = buyer.open(REORDER)
    assert "1 of 3 lines is left out" in page.text
    assert "No longer sold to you" in words(page, "CUPS")
    assert str(goods["CUPS"].id) not in ticked(page)
    sent(buyer, "order")

    assert lines_of(database, "2026-000002") == {"BEANS": 3, "LIDS": 20}
    assert "Left out: Cups" in buyer.browser.page.text


def test_a_substitute_is_offered_and_taken_only_when_picked(
    buyer: Person, shop: Shop, goods: dict[str, Variant], database: Database
) -> None:
    mugs = shop.sell("MUGS", "Mugs", won=700, minimum=6, step=6)
    added(
        shop.session,
        ProductLink(product_id=goods["CUPS"].product_id, other_id=mugs.product_id, kind=LinkKind.SUBSTITUTE),
    )
    goods["CUPS"].active = False
    shop.commit()

    page = buyer.open(REORDER)
    assert "Instead of it" in page.text
    assert str(mugs.id) not in ticked(page)
    form = form_of(buyer)
    form.values.append(("pick", str(mugs.id)))
    assert dict(form.values)[f"quantity-{mugs.id}"] == "12"
    buyer.browser.send(form, button=("to", "cart"))

    assert cart_of(database, buyer.user_id) == {goods["BEANS"].id: 3, goods["LIDS"].id: 20, mugs.id: 12}
    assert "Left out" not in buyer.browser.page.text


def test_ticking_one_line_orders_one(buyer: Person, goods: dict[str, Variant], database: Database) -> None:
    buyer.open(REORDER)
    form = form_of(buyer)
    form.values = [
        (name, value) for name, value in form.values if name != "pick" or value == str(goods["LIDS"].id)
    ]
    buyer.browser.send(form, button=("to", "order"))

    # The total of one line was never shown: it is, and then it is ordered.
    assert buyer.browser.status == 409
    assert "The total is another one now" in buyer.browser.page.text
    assert order_count(database) == 1
    assert ticked(buyer.browser.page) == [str(goods["LIDS"].id)]
    sent(buyer, "order")
    assert lines_of(database, "2026-000002") == {"LIDS": 20}


def test_less_stock_is_said_and_offered(
    buyer: Person, shop: Shop, goods: dict[str, Variant], database: Database
) -> None:
    change(
        shop,
        update(Stock).where(Stock.variant_id == goods["CUPS"].id).values(on_hand=14),
        update(Stock).where(Stock.variant_id == goods["LIDS"].id).values(on_hand=20),
    )

    page = buyer.open(REORDER)

    assert facts(page, "CUPS")["data-quantity"] == "4"
    assert "Only 4 left; it was 10." in words(page, "CUPS")
    assert "Out of stock. It is left out" in words(page, "LIDS")
    sent(buyer, "order", **{f"quantity-{goods['CUPS'].id}": "9"})
    assert buyer.browser.status == 422
    assert "Only 4 left." in words(buyer.browser.page, "CUPS")
    assert order_count(database) == 1
    form = form_of(buyer)
    assert ("set", f"{goods['CUPS'].id}:4") in form.buttons
    buyer.browser.send(form, button=("set", f"{goods['CUPS'].id}:4"))
    sent(buyer, "order")
    assert lines_of(database, "2026-000002") == {"BEANS": 3, "CUPS": 4}


def test_minimum_and_step_of_today_hold_and_are_said(
    buyer: Person, shop: Shop, goods: dict[str, Variant], database: Database
) -> None:
    change(shop, update(Variant).where(Variant.id == goods["CUPS"].id).values(minimum=12, step=6))

    page = buyer.open(REORDER)

    assert facts(page, "CUPS")["data-quantity"] == "12"
    assert "It was 10; now it is sold in steps of 6 from 12 on." in words(page, "CUPS")
    sent(buyer, "cart", **{f"quantity-{goods['CUPS'].id}": "13"})
    assert buyer.browser.status == 422
    assert "steps of 6" in words(buyer.browser.page, "CUPS")
    assert dict(form_of(buyer).values)[f"quantity-{goods['CUPS'].id}"] == "13"
    assert cart_of(database, buyer.user_id) == {}


def test_the_cart_is_added_to_once_for_a_form(
    buyer: Person, goods: dict[str, Variant], database: Database
) -> None:
    buyer.add("BEANS", 2)
    buyer.open(REORDER)
    fields: dict[str, list[str]] = {}
    for name, value in form_of(buyer).values:
        fields.setdefault(name, []).append(value)
    for _ in range(3):
        response = buyer.browser.client.post(REORDER, data={**fields, "to": "cart"})
        assert (response.status_code, response.headers["Location"]) == (303, "/cart")

    assert cart_of(database, buyer.user_id) == {
        goods["BEANS"].id: 5,
        goods["CUPS"].id: 10,
        goods["LIDS"].id: 20,
    }


def test_two_taps_place_one_order(
    buyer: Person, database: Database, shop: Shop, goods: dict[str, Variant]
) -> None:
    # The first tap takes the last of it.
    change(shop, update(Stock).where(Stock.variant_id == goods["LIDS"].id).values(on_hand=40))
    buyer.open(REORDER)
    fields: dict[str, list[str]] = {}
    for name, value in form_of(buyer).values:
        fields.setdefault(name, []).append(value)
    for _ in range(3):
        response = buyer.browser.client.post(REORDER, data={**fields, "to": "order"})
        assert response.status_code == 303
        assert response.headers["Location"] == "/orders/2026-000002?placed=1"
    assert order_count(database) == 2


def test_an_order_of_a_moment_ago_is_asked_about(buyer: Person, database: Database) -> None:
    buyer.open(REORDER)
    sent(buyer, "order")
    buyer.open(REORDER)
    sent(buyer, "order")

    assert buyer.browser.status == 409
    assert "2026-000002" in buyer.browser.page.text
    assert order_count(database) == 2
    sent(buyer, "order")
    assert buyer.browser.address == "/orders/2026-000003"


def test_what_is_gone_while_one_looks_is_left_out_only_after_a_second_look(
    buyer: Person, shop: Shop, goods: dict[str, Variant], database: Database
) -> None:
    buyer.open(REORDER)
    change(shop, update(Variant).where(Variant.id == goods["BEANS"].id).values(active=False))
    sent(buyer, "order")

    assert buyer.browser.status == 409
    assert "Nothing is ordered yet" in buyer.browser.page.text
    assert order_count(database) == 1
    sent(buyer, "order")
    assert lines_of(database, "2026-000002") == {"CUPS": 10, "LIDS": 20}


def test_everything_gone_is_told_and_nothing_is_ordered(
    buyer: Person, shop: Shop, database: Database
) -> None:
    change(shop, update(Variant).values(active=False))
    page = buyer.open(REORDER)
    assert "3 of 3 lines are left out" in page.text
    assert "Nothing is chosen" in page.text
    sent(buyer, "order")
    assert buyer.browser.status == 422
    assert order_count(database) == 1


def test_a_look_answers_with_what_follows_and_keeps_the_fields(
    buyer: Person, goods: dict[str, Variant], database: Database
) -> None:
    buyer.open(REORDER)
    beans = goods["BEANS"].id
    response = buyer.htmx(
        REORDER,
        to="look",
        pick=str(beans),
        **{f"quantity-{beans}": "5", f"quantity-{goods['CUPS'].id}": "10"},
    )

    page = part(response)
    assert response.status_code == 200
    assert page.all("dl", class_="summary")[0].attributes["data-total"] == "66000"
    assert facts(page, "BEANS")["data-quantity"] == "5"
    assert facts(page, "CUPS")["data-quantity"] == "0"
    assert page.all("input", name="shown_total")[0].attributes["value"] == "66000"
    assert [
        each for each in page.all("input") if each.attributes.get("name", "").startswith("quantity")
    ] == []
    assert cart_of(database, buyer.user_id) == {}


def test_the_statements_are_as_many_for_many_lines(shop: Shop, app: Flask, statements: Statements) -> None:
    few = shop.sell("ONE")
    many = [shop.sell(f"V-{place}") for place in range(40)]
    shop.order("2026-000101", few)
    shop.order("2026-000102", few, *many)
    shop.commit()
    person = Person(app, shop.buyer)

    def count(number: str) -> int:
        statements.texts.clear()
        assert person.get(f"/orders/{number}/reorder").status_code == 200
        return len(statements)

    assert count("2026-000101") == count("2026-000102") <= 16


def test_odd_forms_do_no_harm(buyer: Person, database: Database) -> None:
    buyer.open(REORDER)
    for fields in (
        {"to": "order"},
        {"to": "cart", "pick": "x", "quantity-abc": "1"},
        {"to": "order", "pick": "99999999999999", "quantity-99999999999999": "3"},
        {"to": "order", "set": "1:99999999999", "location_id": "9" * 40},
    ):
        assert buyer.post(REORDER, **fields).status_code in {409, 422}, fields
    assert order_count(database) == 1
    assert cart_of(database, buyer.user_id) == {}
