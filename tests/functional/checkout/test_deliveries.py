from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from portal.core.database import Database
from portal.delivery.models import FreightRule, Route
from portal.orders.models import CartDrop, CartLine, Drop, Order
from tests.conftest import NOW
from tests.dealer import Person, order_count
from tests.factories import added, make_location, make_user
from tests.storefront import Shop


@pytest.fixture
def buyer(shop: Shop, app: Flask) -> Person:
    """With three bags of beans in the cart; what is ordered before 14:00 arrives the next working day."""
    shop.sell("BEANS", "Beans", won=12_000)
    warehouse = shop.warehouse
    added(
        shop.session,
        Route(
            code=f"parcel:{warehouse.code}",
            name="Parcels",
            warehouse_id=warehouse.id,
            cutoff_minutes=14 * 60,
            lead_days=1,
        ),
    )
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 3)
    return person


def charge(shop: Shop, **changes: object) -> None:
    values = {"route_id": None, "currency": "KRW", "charge": 3_000, "free_from": 50_000}
    added(shop.session, FreightRule(**values | changes))
    shop.commit()


def split(shop: Shop, place_id: int, units: int) -> None:
    """Three bags: ``units`` to another place on Thursday, the rest to the first on Tuesday."""
    line_id = shop.session.scalars(select(CartLine.id)).one()
    for where, day, quantity in (
        (shop.place.id, date(2026, 11, 24), 3 - units),
        (place_id, date(2026, 11, 26), units),
    ):
        shop.session.add(
            CartDrop(cart_line_id=line_id, location_id=where, requested_date=day, quantity=quantity)
        )
    shop.commit()


def test_the_promise_is_shown_and_kept(buyer: Person, database: Database):
    page = buyer.open("/checkout")

    assert "Arrives Tue, Nov 24 if ordered by" in page.text
    buyer.browser.submit("/checkout")

    assert buyer.browser.address == "/orders/2026-000001"
    assert "Arrives Tue, Nov 24" in buyer.browser.page.text
    with database.reading() as session:
        assert session.scalars(select(Drop.promised_date)).all() == [date(2026, 11, 24)]
        until = session.scalars(select(Order.changeable_until)).one()
    assert until == NOW + timedelta(hours=4)


def test_a_cutoff_that_passed_meanwhile_is_asked_about_once(buyer: Person, database: Database):
    buyer.open("/checkout")
    form = buyer.browser.form("/checkout")

    with time_machine.travel(NOW + timedelta(hours=5), tick=False):
        page = buyer.browser.send(form, po_number="PO-1", notes="Ring")

        assert buyer.browser.status == 409
        assert "Some of it would arrive later than shown" in page.text
        assert "Tue, Nov 24 was shown, now Wed, Nov 25" in page.text
        assert order_count(database) == 0
        values = dict(buyer.browser.form("/checkout").values)
        assert (values["po_number"], values["notes"].strip()) == ("PO-1", "Ring")

        buyer.browser.submit("/checkout")

    assert buyer.browser.address == "/orders/2026-000001"
    with database.reading() as session:
        assert session.scalars(select(Drop.promised_date)).all() == [date(2026, 11, 25)]


def test_a_form_that_showed_no_day_is_answered_with_one(buyer: Person, database: Database):
    buyer.open("/checkout")
    values = dict(buyer.browser.form("/checkout").values)
    del values["arrival"]

    response = buyer.browser.client.post("/checkout", data=values)

    assert response.status_code == 409
    assert order_count(database) == 0


@pytest.mark.parametrize("field", ["x", "1:2:3", "1:2026-13-01:-:-", "9" * 40])
def test_garbage_in_place_of_a_day_shown_counts_as_none(buyer: Person, database: Database, field: str):
    buyer.open("/checkout")

    buyer.browser.submit("/checkout", arrival=field)

    assert buyer.browser.status == 409
    assert order_count(database) == 0


def test_a_day_that_was_asked_for_needs_no_second_question(buyer: Person, database: Database):
    buyer.open("/checkout")

    buyer.browser.submit("/checkout", requested_date="2026-11-27")

    with database.reading() as session:
        assert session.execute(select(Drop.requested_date, Drop.promised_date)).all() == [
            (date(2026, 11, 27), date(2026, 11, 27))
        ]


def test_each_delivery_shows_its_charge_and_the_order_its_sum(buyer: Person, shop: Shop, database: Database):
    charge(shop)
    split(shop, make_location(shop.session, shop.account, shop.warehouse, name="Busan store").id, 1)

    page = buyer.open("/checkout")

    assert "2 deliveries" in page.text
    shown = [
        (row.attributes["data-place"], row.attributes["data-day"], row.attributes["data-freight"])
        for row in page.having("data-freight")
    ]
    assert shown == [("본점", "2026-11-24", "3000"), ("Busan store", "2026-11-26", "3000")]
    assert "₩38,000 more and it is brought free." in page.text
    # Goods 36,000, delivery 6,000, 10 % of each.
    assert page.having("data-total")[0].attributes["data-total"] == "46200"
    page = buyer.browser.submit("/checkout")
    assert [row.attributes["data-place"] for row in page.having("data-freight")] == ["본점", "Busan store"]
    with database.reading() as session:
        assert session.execute(select(Order.freight, Order.net, Order.total)).all() == [
            (6_000, 42_000, 46_200)
        ]
        assert session.scalars(select(func.sum(Drop.quantity))).one() == 3


def test_a_delivery_below_its_minimum_is_named(buyer: Person, shop: Shop, database: Database):
    charge(shop, minimum=20_000)
    split(shop, make_location(shop.session, shop.account, shop.warehouse, name="Busan store").id, 1)
    assert "₩8,000 more is needed for a delivery." in buyer.open("/checkout").text

    page = buyer.browser.submit("/checkout")

    assert buyer.browser.status == 422
    assert "Busan store, Thu, Nov 26: ₩8,000 is missing" in page.text
    assert order_count(database) == 0


def test_a_day_of_a_delivery_that_is_no_more_is_named(buyer: Person, shop: Shop, database: Database):
    split(shop, make_location(shop.session, shop.account, shop.warehouse, name="Busan store").id, 1)
    buyer.open("/checkout")
    shop.session.execute(
        update(CartDrop).where(CartDrop.quantity == 1).values(requested_date=date(2026, 11, 28))
    )
    shop.commit()

    page = buyer.browser.submit("/checkout")

    assert buyer.browser.status == 422
    assert "Choose another day for Busan store." in page.text
    assert order_count(database) == 0


def test_an_order_like_a_colleagues_is_asked_about_with_a_link_to_it(
    buyer: Person, shop: Shop, app: Flask, database: Database
):
    user = make_user(shop.session, shop.account, name="이서준")
    shop.commit()
    colleague = Person(app, user)
    colleague.add("BEANS", 3)
    colleague.open("/checkout")
    colleague.browser.submit("/checkout")
    buyer.open("/checkout")

    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        page = buyer.browser.submit("/checkout", po_number="PO-2")

        assert buyer.browser.status == 409
        assert "You ordered nearly this 6 minutes ago" in page.text
        assert "Order 2026-000001 of 이서준 has nearly the same lines." in page.text
        assert "/orders/2026-000001" in [link.attributes.get("href") for link in page.all("a")]
        assert order_count(database) == 1
        assert dict(buyer.browser.form("/checkout").values)["po_number"] == "PO-2"

        buyer.browser.submit("/checkout")

    assert buyer.browser.address == "/orders/2026-000002"


def test_another_order_is_not_asked_about(buyer: Person, shop: Shop, database: Database):
    buyer.open("/checkout")
    buyer.browser.submit("/checkout")
    buyer.add("BEANS", 5)
    buyer.open("/checkout")

    buyer.browser.submit("/checkout")

    assert order_count(database) == 2
