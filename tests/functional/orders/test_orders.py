from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Account, AccountRole, StaffRole
from portal.catalog.models import Stock
from portal.core.database import Database
from portal.orders import actions
from portal.orders.models import Drop, Order, OrderLine, OrderStatus
from tests.browser import Page
from tests.conftest import NOW, Statements
from tests.dealer import Person
from tests.factories import make_user
from tests.storefront import Shop


def place(person: Person, **checkout: Any) -> str:
    """Order what is in the cart; the number."""
    person.open("/checkout")
    person.browser.submit("/checkout", **checkout)
    if person.browser.status == 409:
        # The same was ordered a moment ago, which is asked about.
        person.browser.submit("/checkout")
    assert person.browser.status == 200, person.browser.page.text
    return person.browser.address.rpartition("/")[2]


def status_of(database: Database, number: str) -> OrderStatus:
    with database.reading() as session:
        return session.scalars(select(Order.status).where(Order.number == number)).one()


def rows(page: Page) -> list[tuple[str, str]]:
    return [
        (row.attributes["data-order"], row.attributes["data-status"]) for row in page.having("data-order")
    ]


@pytest.fixture
def buyer(shop: Shop, app: Flask) -> Person:
    """Has ordered three bags of beans for 39 600 won as 2026-000001, PO-1."""
    shop.sell("BEANS", "Beans", won=12_000)
    shop.sell("CUPS", "Cups", won=500, stock=10, allow_backorder=True)
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 3)
    assert place(person, po_number="PO-1", notes="Ring <b>twice</b>") == "2026-000001"
    return person


def fulfil(shop: Shop, number: str, *, to: str, staff_id: int | None = None) -> None:
    """Bring an order to confirmed, picking, shipped or delivered, as the desk would."""
    session = shop.session
    session.rollback()
    order = session.scalars(select(Order).where(Order.number == number)).one()
    done: dict[str, Any] = {"actor_id": staff_id, "now": NOW + timedelta(hours=1)}
    order_id, version = order.id, order.version
    actions.confirm(session, order_id, version=version, **done)
    if to != "confirmed":
        actions.start_picking(session, order_id, version=version + 1, **done)
    if to in {"shipped", "delivered"}:
        own = select(Drop).join(OrderLine).where(OrderLine.order_id == order_id)
        drops = {drop.id: drop.reserved for drop in session.scalars(own)}
        shipped = actions.ship(
            session, order_id, drops, carrier="CJ Logistics", tracking_number="TRACK-9", submit_key="k",
            version=version + 2, **done,
        )  # fmt: skip
        if to == "delivered":
            actions.deliver(session, order_id, shipped.number, version=version + 3, **done)
    session.commit()


def test_the_list_shows_what_was_ordered(buyer: Person):
    page = buyer.open("/orders")

    assert rows(page) == [("2026-000001", "placed")]
    assert "Beans en" in page.text
    assert "PO PO-1" in page.text
    assert page.having("data-total")[0].attributes["data-total"] == "39600"


def test_it_is_found_by_number_po_sku_and_name(buyer: Person):
    buyer.add("CUPS", 2)
    place(buyer, po_number="PO-2")

    for words, found in [
        ("000001", ["2026-000001"]),
        ("po-2", ["2026-000002"]),
        ("CUPS", ["2026-000002"]),
        ("Beans", ["2026-000001"]),
        ("cups beans", []),
        ("2026", ["2026-000002", "2026-000001"]),
        ("%", []),
        ("_", []),
        ("\x07", ["2026-000002", "2026-000001"]),
        ("x" * 5000, []),
    ]:
        page = buyer.browser.client.get("/orders", query_string={"q": words})
        assert page.status_code == 200
        assert [number for number, _status in rows(Page(page.text))] == found, words


def test_filters_keep_the_search_and_odd_addresses_do_no_harm(buyer: Person, shop: Shop):
    buyer.add("BEANS", 1)
    place(buyer)
    fulfil(shop, "2026-000001", to="delivered")

    assert rows(buyer.open("/orders?status=open")) == [("2026-000002", "placed")]
    assert rows(buyer.open("/orders?status=delivered")) == [("2026-000001", "delivered")]
    assert rows(buyer.open("/orders?status=placed")) == [("2026-000002", "placed")]
    page = buyer.open("/orders?status=cancelled&q=Beans")
    assert "No order matches" in page.text
    links = [link.attributes["href"] for link in page.all("a", class_="chip")]
    assert "/orders?q=Beans&status=open" in links
    for odd in (
        "status=nonsense",
        "page=-1",
        "page=abc",
        "page=99999999999999999999",
        "page=²",
        "q=%ED%A0%80",
    ):
        assert buyer.get(f"/orders?{odd}").status_code == 200, odd


def test_twenty_to_a_page(buyer: Person, shop: Shop, statements: Statements):
    statements.texts.clear()
    buyer.open("/orders")
    for_one = len(statements)
    for _ in range(20):
        buyer.add("BEANS", 1)
        place(buyer)

    statements.texts.clear()
    first = buyer.open("/orders")
    assert len(statements) == for_one <= 4
    assert len(rows(first)) == 20
    (following,) = [link.attributes["href"] for link in first.all("a", rel="next")]
    second = buyer.open(following)

    assert rows(second) == [("2026-000001", "placed")]
    assert [link.attributes["href"] for link in second.all("a", rel="prev")] == ["/orders"]


def test_a_new_account_is_told_what_will_be_here(dealer: Person):
    assert "No orders yet" in dealer.open("/orders").text


def test_an_order_shows_lines_prices_tax_and_papers(buyer: Person, statements: Statements):
    statements.texts.clear()
    page = buyer.open("/orders/2026-000001")

    assert len(statements) == 7
    (line,) = page.all("li", data_sku="BEANS")
    assert {name: line.attributes[f"data-{name}"] for name in ("quantity", "unit-price", "line-total")} == {
        "quantity": "3", "unit-price": "12000", "line-total": "36000",
    }  # fmt: skip
    assert "General prices ₩36,000" in " ".join(line.text.split())
    assert rows(page) == [("2026-000001", "placed")]
    total = page.having("data-total")[0].attributes
    assert (total["data-total"], total["data-currency"]) == ("39600", "KRW")
    assert "PO-1" in page.text
    assert "Ring <b>twice</b>" in page.text
    assert "As soon as possible" in page.text
    assert "11/23/26, 10:00" in page.text


def test_shipments_tell_carrier_and_tracking_number(buyer: Person, shop: Shop):
    buyer.add("CUPS", 14)
    number = place(buyer)
    fulfil(shop, number, to="shipped")

    page = buyer.open(f"/orders/{number}")

    assert rows(page)[0] == (number, "partially_shipped")
    (shipment,) = page.having("data-shipment")
    assert shipment.attributes["data-shipment"] == f"{number}-S1"
    assert "CJ Logistics" in shipment.text
    assert "TRACK-9" in shipment.text
    (line,) = page.all("li", data_sku="CUPS")
    assert "10 of 14 shipped" in line.text
    assert "4 pieces will come later" in line.text
    assert page.all("li", aria_current="step")[0].text.split()[0] == "Partly"


def test_an_open_page_hears_only_news(buyer: Person, shop: Shop):
    page = buyer.open("/orders/2026-000001")
    (asking,) = page.having("data-poll")
    address = asking.attributes["data-hx-get"]
    assert asking.attributes["data-hx-trigger"] == "every 20s"

    quiet = buyer.get(address, **{"HX-Request": "true"})
    fulfil(shop, "2026-000001", to="delivered")
    news = buyer.get(address, **{"HX-Request": "true"})

    assert (quiet.status_code, quiet.data) == (204, b"")
    assert news.status_code == 200
    assert "<html" not in news.text
    assert rows(Page(news.text)) == [("2026-000001", "delivered")]
    assert Page(news.text).having("data-poll") == []


def test_a_placed_order_can_be_cancelled(buyer: Person, shop: Shop, database: Database):
    buyer.open("/orders/2026-000001")

    page = buyer.browser.submit("/orders/2026-000001/cancellation", reason="Wrong day")

    assert buyer.browser.address == "/orders/2026-000001"
    assert rows(page) == [("2026-000001", "cancelled")]
    assert "The order is cancelled. Nothing will be delivered or charged." in page.text
    assert "Wrong day" in page.text
    with database.reading() as session:
        assert session.get_one(Account, shop.account.id).credit_used == 0
        assert session.scalars(select(Stock.reserved).where(Stock.reserved > 0)).all() == []


def test_cancelling_twice_is_told(buyer: Person, database: Database):
    buyer.open("/orders/2026-000001")
    values = dict(buyer.browser.form("/orders/2026-000001/cancellation").values)
    assert buyer.browser.client.post("/orders/2026-000001/cancellation", data=values).status_code == 303

    again = buyer.browser.client.post("/orders/2026-000001/cancellation", data=values)

    assert again.status_code == 409
    assert status_of(database, "2026-000001") is OrderStatus.CANCELLED


@pytest.mark.parametrize("to", ["confirmed", "picking", "shipped", "delivered"])
def test_an_order_somebody_works_on_is_not_cancelled(buyer: Person, shop: Shop, database: Database, to: str):
    buyer.open("/orders/2026-000001")
    fulfil(shop, "2026-000001", to=to)

    page = buyer.browser.submit("/orders/2026-000001/cancellation")

    assert buyer.browser.status == 409
    assert "We already work on this order, so it is not cancelled." in page.text
    assert status_of(database, "2026-000001") == to
    assert all("cancellation" not in form.action for form in page.forms)


def test_a_page_that_is_out_of_date_cancels_nothing(buyer: Person, shop: Shop, database: Database):
    buyer.open("/orders/2026-000001")
    session = shop.session
    session.rollback()
    order_id = session.scalars(select(Order.id)).one()
    actions.hold(session, order_id, reason="Address?", version=1, actor_id=None, now=datetime.now(UTC))
    session.commit()

    page = buyer.browser.submit("/orders/2026-000001/cancellation", reason="Wrong day")

    assert buyer.browser.status == 409
    assert "The order changed while you looked at it, so it is not cancelled." in page.text
    assert "On hold: Address?" in page.text
    assert page.all("input", id="reason")[0].attributes["value"] == "Wrong day"
    assert status_of(database, "2026-000001") is OrderStatus.ON_HOLD
    assert rows(buyer.browser.submit("/orders/2026-000001/cancellation")) == [("2026-000001", "cancelled")]


def test_after_the_cutoff_only_the_desk_cancels(buyer: Person, shop: Shop, app: Flask, database: Database):
    shop.session.rollback()
    order = shop.session.scalars(select(Order)).one()
    order.changeable_until = NOW
    clerk = make_user(shop.session, staff_role=StaffRole.DESK)
    shop.session.commit()
    with time_machine.travel(NOW, tick=False):
        buyer.open("/orders/2026-000001")
        form = buyer.browser.form("/orders/2026-000001/cancellation")

    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        page = buyer.browser.send(form, reason="Wrong day")

        assert buyer.browser.status == 409
        assert "The time to cancel this order has passed, so it is not cancelled." in page.text
        page = buyer.open("/orders/2026-000001")
        assert all("cancellation" not in form.action for form in page.forms)
        assert "To stop it now, call or write to us." in page.text
    assert status_of(database, "2026-000001") is OrderStatus.PLACED
    with database.reading() as session:
        assert session.scalars(select(Order.version)).one() == 1
        assert session.get_one(Account, shop.account.id).credit_used == 39_600
    desk = Person(app, clerk)
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        desk.open("/desk/orders/2026-000001")
        desk.browser.submit("/desk/orders/2026-000001/cancellation", reason="The dealer called")
    assert status_of(database, "2026-000001") is OrderStatus.CANCELLED


@pytest.mark.parametrize("to", ["confirmed", "picking"])
def test_an_order_held_after_it_was_confirmed_is_not_cancelled(
    buyer: Person, shop: Shop, database: Database, to: str
):
    fulfil(shop, "2026-000001", to=to)
    session = shop.session
    order_id, version = session.execute(select(Order.id, Order.version)).one()
    actions.hold(session, order_id, reason="Address?", version=version, actor_id=None, now=datetime.now(UTC))
    session.commit()

    page = buyer.open("/orders/2026-000001")
    response = buyer.post("/orders/2026-000001/cancellation", version=version + 1)

    assert all("cancellation" not in form.action for form in page.forms)
    assert response.status_code == 409
    assert status_of(database, "2026-000001") is OrderStatus.ON_HOLD


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "9" * 30])
def test_a_cancellation_without_its_version_is_refused(buyer: Person, database: Database, version: str):
    buyer.open("/orders/2026-000001")

    page = buyer.browser.submit("/orders/2026-000001/cancellation", version=version)

    assert buyer.browser.status == 422
    assert dict(buyer.browser.form("/orders/2026-000001/cancellation").values)["version"] == "1"
    assert status_of(database, "2026-000001") is OrderStatus.PLACED
    assert page is not None


def test_a_reason_that_is_too_long_is_refused(buyer: Person, database: Database):
    buyer.open("/orders/2026-000001")

    page = buyer.browser.submit("/orders/2026-000001/cancellation", reason="r" * 201)

    assert buyer.browser.status == 422
    assert page.all("p", id="reason-error")[0].text == "At most 200 characters."
    assert status_of(database, "2026-000001") is OrderStatus.PLACED


def test_colleagues_see_the_accounts_orders(buyer: Person, shop: Shop, app: Flask):
    for role in AccountRole:
        colleague = shop.person(role)
        shop.commit()
        person = Person(app, colleague)
        assert rows(person.open("/orders")) == [("2026-000001", "placed")]
        page = person.open("/orders/2026-000001")
        cancels = any("cancellation" in form.action for form in page.forms)
        assert cancels is (role in {AccountRole.OWNER, AccountRole.BUYER, AccountRole.APPROVER})


def test_who_only_looks_cannot_cancel(buyer: Person, shop: Shop, app: Flask, database: Database):
    finance = shop.person(AccountRole.FINANCE)
    shop.commit()

    response = Person(app, finance).post("/orders/2026-000001/cancellation", version="1")

    assert response.status_code == 403
    assert status_of(database, "2026-000001") is OrderStatus.PLACED


def test_a_stranger_finds_nothing(buyer: Person, shop: Shop, app: Flask, database: Database):
    _account, rival = shop.rival()
    shop.commit()
    stranger = Person(app, rival)

    assert "2026-000001" not in stranger.open("/orders").text
    assert stranger.get("/orders/2026-000001").status_code == 404
    assert stranger.get("/orders/2026-000001?version=1", **{"HX-Request": "true"}).status_code == 404
    assert stranger.post("/orders/2026-000001/cancellation", version="1").status_code == 404
    assert stranger.get("/orders/nothing").status_code == 404
    assert status_of(database, "2026-000001") is OrderStatus.PLACED


def test_wrong_methods(buyer: Person):
    assert buyer.get("/orders/2026-000001/cancellation").status_code == 405
    assert buyer.post("/orders").status_code == 405
    assert buyer.post("/orders/2026-000001").status_code == 405
