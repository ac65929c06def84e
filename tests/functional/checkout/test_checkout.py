from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from portal.accounts.models import Account, AccountRole, AccountStatus, ClosedDay, Location
from portal.catalog.models import Stock
from portal.core.database import Database
from portal.jobs.models import Job
from portal.orders.models import Order, OrderLine
from portal.pricing.models import Price
from tests.browser import Page
from tests.conftest import NOW, Statements
from tests.dealer import Person, cart_of, order_count
from tests.factories import make_assortment, make_location, make_terms
from tests.storefront import Shop


@pytest.fixture
def buyer(shop: Shop, app: Flask) -> Person:
    """With three bags of beans at 12 000 won in the cart: 39 600 with tax."""
    shop.sell("BEANS", "Beans", won=12_000)
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 3)
    return person


def field(page: Page, name: str) -> dict[str, str]:
    return next(
        element.attributes
        for element in page.elements
        if element.tag in {"input", "select", "textarea"} and element.attributes.get("name") == name
    )


def unchanged(database: Database, buyer: Person, lines: int = 1) -> bool:
    return order_count(database) == 0 and len(cart_of(database, buyer.user_id)) == lines


def test_everything_is_filled_in(buyer: Person):
    page = buyer.open("/checkout")

    values = dict(buyer.browser.form("/checkout").values)
    assert values["shown_total"] == "39600"
    assert len(values["submit_key"]) >= 20
    assert field(page, "requested_date")["min"] == "2026-11-24"
    assert values["requested_date"] == values["po_number"] == values["notes"].strip() == ""
    assert page.having("data-total")[0].attributes["data-total"] == "39600"
    assert "Next delivery days: Tue, Nov 24 · Wed, Nov 25 · Thu, Nov 26" in page.text
    assert "Credit left ₩10,000,000" in page.text
    assert "After this order ₩9,960,400" in page.text
    assert "On account, to be paid within 30 days" in page.text


def test_the_order_is_placed_as_typed(buyer: Person, shop: Shop, database: Database):
    buyer.open("/checkout")

    page = buyer.browser.submit(
        "/checkout", po_number=" PO-77\x07 ", requested_date="2026-11-25", notes="Ring\r\nthe bell"
    )

    assert buyer.browser.address == "/orders/2026-000001"
    assert "Thank you, your order is placed" in page.text
    with database.reading() as session:
        order = session.scalars(select(Order)).one()
        assert (order.po_number, order.requested_date, order.notes) == (
            "PO-77", date(2026, 11, 25), "Ring\nthe bell",
        )  # fmt: skip
        assert (order.total, order.location_id, order.placed_by_id) == (39_600, shop.place.id, buyer.user_id)
        assert session.scalars(select(OrderLine.quantity)).all() == [3]
        assert session.scalars(select(Job.name)).all() == ["order_mail"]
        assert session.get_one(Account, shop.account.id).credit_used == 39_600
    assert cart_of(database, buyer.user_id) == {}


@pytest.mark.parametrize(
    ("country", "shown"),
    [("KR", "06236 Seoul Gangnam-gu Teheran-ro 1"), ("US", "Teheran-ro 1, Gangnam-gu, Seoul 06236")],
)
def test_an_address_is_written_as_its_country_does(buyer: Person, shop: Shop, country: str, shown: str):
    shop.session.execute(
        update(Location).values(
            country=country, postal_code="06236", region="Seoul", city="Gangnam-gu", line1="Teheran-ro 1"
        )
    )
    shop.commit()

    assert shown in buyer.open("/checkout").text
    buyer.browser.submit("/checkout")
    assert shown in buyer.browser.page.text


def test_it_goes_to_the_chosen_place(buyer: Person, shop: Shop, database: Database):
    second = make_location(shop.session, shop.account, shop.warehouse, name="Second store")
    shop.commit()
    page = buyer.open("/checkout")
    assert [option.text for option in page.all("option")] == ["본점", "Second store"]

    buyer.browser.submit("/checkout", location_id=str(second.id))

    with database.reading() as session:
        assert session.scalars(select(Order.location_id)).one() == second.id


def test_another_place_keeps_what_was_typed(buyer: Person, shop: Shop):
    second = make_location(shop.session, shop.account, shop.warehouse, name="Second store", city="Busan")
    shop.commit()

    page = buyer.open(
        f"/checkout?location_id={second.id}&po_number=PO-1&notes=Hi&requested_date=2026-11-30&submit_key=k"
    )

    values = dict(buyer.browser.form("/checkout").values)
    assert values["location_id"] == str(second.id)
    assert (values["po_number"], values["notes"].strip(), values["requested_date"], values["submit_key"]) == (
        "PO-1", "Hi", "2026-11-30", "k",
    )  # fmt: skip
    assert "Busan" in page.text


def test_two_taps_are_one_order(buyer: Person, database: Database):
    buyer.open("/checkout")
    values = dict(buyer.browser.form("/checkout").values)

    first = buyer.browser.client.post("/checkout", data=values)
    second = buyer.browser.client.post("/checkout", data=values)

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location == "/orders/2026-000001?placed=1"
    assert order_count(database) == 1


def test_htmx_is_sent_to_the_order(buyer: Person):
    buyer.open("/checkout")
    values = dict(buyer.browser.form("/checkout").values)

    response = buyer.htmx("/checkout", **values)

    assert (response.status_code, response.headers["HX-Redirect"]) == (200, "/orders/2026-000001?placed=1")


def test_changed_prices_are_shown_and_asked_about_once(buyer: Person, shop: Shop, database: Database):
    buyer.open("/checkout")
    shop.session.execute(update(Price).values(amount_e4=12_500_0000))
    shop.commit()

    page = buyer.browser.submit("/checkout", po_number="PO-1")

    assert buyer.browser.status == 409
    assert unchanged(database, buyer)
    assert "The total was ₩39,600 and is now ₩41,250." in page.text
    assert [element.text for element in page.all("s", data_testid="old-price")] == ["₩12,000"]
    assert field(page, "po_number")["value"] == "PO-1"
    assert "Order at the new price" in page.text

    buyer.browser.submit("/checkout")

    assert buyer.browser.address == "/orders/2026-000001"
    with database.reading() as session:
        assert session.scalars(select(Order.total)).one() == 41_250


@pytest.mark.parametrize("shown", ["", "-5", "abc", "9" * 30])
def test_a_form_without_its_total_orders_nothing_unseen(buyer: Person, database: Database, shown: str):
    buyer.open("/checkout")

    page = buyer.browser.submit("/checkout", shown_total=shown)

    assert buyer.browser.status == 409
    assert unchanged(database, buyer)
    assert dict(buyer.browser.form("/checkout").values)["shown_total"] == "39600"
    assert page.having("data-total")[0].attributes["data-total"] == "39600"


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_a_form_without_its_key_is_refused_and_given_one(buyer: Person, database: Database, key: str):
    buyer.open("/checkout")

    page = buyer.browser.submit("/checkout", submit_key=key)

    assert buyer.browser.status == 422
    assert "This page is out of date. Look at your order again, then order." in page.text
    assert unchanged(database, buyer)
    buyer.browser.submit("/checkout")
    assert buyer.browser.address == "/orders/2026-000001"


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2026-11-22", "Sunday, November 22, 2026 is in the past or too soon."),
        ("2026-11-23", "Monday, November 23, 2026 is in the past or too soon."),
        ("2026-11-28", "We do not deliver to this place on that weekday (Saturday, November 28, 2026)."),
        ("2026-12-25", "Friday, December 25, 2026 is a public holiday."),
        ("2026-11-27", "We are closed on Friday, November 27, 2026."),
        ("2028-01-03", "Monday, January 3, 2028 is too far ahead: at most a year."),
        ("tomorrow", "Write the date as year-month-day, such as 2026-12-24."),
        ("2026-02-30", "Write the date as year-month-day, such as 2026-12-24."),
        ("20261124", "Write the date as year-month-day, such as 2026-12-24."),
        ("0000-00-00", "Write the date as year-month-day, such as 2026-12-24."),
    ],
)
def test_a_day_on_which_nothing_arrives_is_refused_at_its_field(
    buyer: Person, shop: Shop, database: Database, day: str, message: str
):
    shop.session.add(ClosedDay(day=date(2026, 11, 27)))
    shop.commit()
    buyer.open("/checkout")

    page = buyer.browser.submit("/checkout", requested_date=day, po_number="PO-1", notes="Ring")

    assert buyer.browser.status == 422
    assert page.all("p", id="requested_date-error")[0].text == message
    shown = field(page, "requested_date")
    assert (shown["value"], shown["aria-invalid"]) == (day, "true")
    assert field(page, "po_number")["value"] == "PO-1"
    assert "Ring" in page.all("textarea")[0].text
    assert unchanged(database, buyer)


def test_a_repeat_on_the_day_that_was_asked_for_is_still_the_first_order(
    buyer: Person, shop: Shop, database: Database
):
    # Eleven hours on, the session still holds, and at the place it is another day.
    shop.place.timezone = "Pacific/Auckland"
    shop.commit()
    buyer.open("/checkout")
    form = buyer.browser.form("/checkout")
    placed = buyer.browser.send(form, requested_date="2026-11-24")
    assert "2026-000001" in placed.text

    with time_machine.travel(NOW + timedelta(hours=11), tick=False):
        again = buyer.browser.send(form, requested_date="2026-11-24")

    assert buyer.browser.status == 200
    assert "2026-000001" in again.text
    assert order_count(database) == 1


def test_what_is_too_long_is_refused_at_its_field(buyer: Person, database: Database):
    buyer.open("/checkout")

    page = buyer.browser.submit("/checkout", po_number="P" * 41, notes="n" * 1001)

    assert buyer.browser.status == 422
    assert page.all("p", id="po_number-error")[0].text == "At most 40 characters."
    assert page.all("p", id="notes-error")[0].text == "At most 1000 characters."
    assert field(page, "po_number")["value"] == "P" * 41
    assert unchanged(database, buyer)


def test_another_accounts_place_is_refused(buyer: Person, shop: Shop, database: Database):
    rival, _user = shop.rival()
    foreign = make_location(shop.session, rival, shop.warehouse)
    closed = make_location(shop.session, shop.account, shop.warehouse, active=False)
    shop.commit()

    for place in (foreign.id, closed.id, 0, "x"):
        buyer.open("/checkout")
        page = buyer.browser.submit("/checkout", location_id=str(place))
        assert buyer.browser.status == 422
        assert page.all("p", id="location_id-error")[0].text == "Choose one of your places."
    assert unchanged(database, buyer)


REFUSED: list[tuple[dict[str, Any], int, str, str]] = [
    (
        {"status": AccountStatus.ON_HOLD},
        422,
        "Your account is on hold",
        "Nothing was ordered; your cart is kept.",
    ),
    (
        {"status": AccountStatus.CLOSED},
        422,
        "This account is closed",
        "Nothing can be ordered for it any more.",
    ),
    (
        {"order_limit": 30_000},
        422,
        "This order is above the limit for one order",
        "It comes to ₩39,600, and one order may come to ₩30,000.",
    ),
    (
        {"credit_limit": 50_000, "credit_used": 20_000},
        409,
        "Your credit is ₩9,600 short",
        "The order comes to ₩39,600, and ₩30,000 of your credit is left.",
    ),
    (
        {"credit_limit": 50_000, "credit_used": 60_000},
        409,
        "Your credit is ₩39,600 short",
        "The order comes to ₩39,600, and -₩10,000 of your credit is left.",
    ),
]


@pytest.mark.parametrize(("account", "status", "title", "text"), REFUSED)
def test_what_the_account_does_not_allow_is_said_with_what_to_do(
    buyer: Person, shop: Shop, database: Database, account: dict[str, Any], status: int, title: str, text: str
):
    buyer.open("/checkout")
    shop.session.execute(update(Account).where(Account.id == shop.account.id).values(**account))
    shop.commit()

    page = buyer.browser.submit("/checkout", po_number="PO-1", notes="Ring")

    assert buyer.browser.status == status
    notice = page.all("div", id="checkout-notice")[0].text
    assert title in notice
    assert text in notice
    assert field(page, "po_number")["value"] == "PO-1"
    assert unchanged(database, buyer)


@pytest.mark.parametrize("why", ["prepaid", "no credit"])
def test_who_has_no_credit_pays_on_the_next_page(buyer: Person, shop: Shop, database: Database, why: str):
    prepaid = make_terms(shop.session, kind="prepaid", net_days=0)
    changed = {"payment_terms_id": prepaid.id} if why == "prepaid" else {"credit_limit": None}
    shop.session.execute(update(Account).where(Account.id == shop.account.id).values(**changed))
    shop.commit()
    buyer.open("/checkout")

    page = buyer.browser.submit("/checkout")

    assert buyer.browser.status == 200
    assert page.having("data-order")[0].attributes["data-amount"] == "39600"
    assert (order_count(database), cart_of(database, buyer.user_id)) == (1, {})


def test_what_was_sold_meanwhile_is_told(buyer: Person, shop: Shop, database: Database):
    buyer.open("/checkout")
    shop.session.execute(update(Stock).values(on_hand=1))
    shop.commit()

    page = buyer.browser.submit("/checkout")

    assert buyer.browser.status == 409
    assert "Some of this was just sold to someone else" in page.text
    assert "Place order" not in page.text
    assert unchanged(database, buyer)


def test_what_is_no_longer_sold_is_told(buyer: Person, shop: Shop, database: Database):
    beans = shop.sell("CUPS", won=1)
    shop.commit()
    buyer.add("CUPS", 1)
    buyer.open("/checkout")
    make_assortment(shop.session, [beans], account=shop.account, hides=True)
    shop.commit()

    page = buyer.browser.submit("/checkout")

    assert buyer.browser.status == 409
    assert "Some lines need a change before you can order" in page.text
    assert unchanged(database, buyer, lines=2)


def test_a_price_that_went_on_request_is_told(buyer: Person, shop: Shop, database: Database):
    buyer.open("/checkout")
    shop.session.execute(update(Price).values(amount_e4=None))
    shop.commit()

    page = buyer.browser.submit("/checkout")

    assert buyer.browser.status == 422
    assert "Some lines need a change before you can order" in page.text
    assert unchanged(database, buyer)


def test_an_empty_cart_has_nothing_to_order(dealer: Person, database: Database):
    page = dealer.open("/checkout")
    assert dealer.browser.status == 200
    assert "There is nothing to order" in page.text
    place = dealer.browser.client

    response = place.post(
        "/checkout", data={"csrf_token": dealer.token, "submit_key": "k", "shown_total": "1"}
    )

    assert response.status_code == 422
    assert order_count(database) == 0


def test_an_account_without_a_place_is_told_whom_to_ask(buyer: Person, shop: Shop, database: Database):
    shop.session.execute(update(Location).where(Location.account_id == shop.account.id).values(active=False))
    shop.commit()

    page = buyer.open("/checkout")

    assert "Your account has no place of delivery yet" in page.text
    assert "Place order" not in page.text


def test_who_may_not_order_has_no_checkout(shop: Shop, app: Flask, database: Database):
    finance = shop.person(AccountRole.FINANCE)
    shop.commit()
    person = Person(app, finance)

    assert person.get("/checkout").status_code == 403
    assert person.post("/checkout", submit_key="k", shown_total="0").status_code == 403
    assert order_count(database) == 0


def test_the_page_costs_the_same_statements_for_one_line_and_thirty(
    shop: Shop, app: Flask, statements: Statements
):
    for number in range(30):
        shop.sell(f"SKU{number}")
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("SKU0", 1)
    statements.texts.clear()
    person.open("/checkout")
    one = len(statements)
    for number in range(1, 30):
        person.add(f"SKU{number}", 1)

    statements.texts.clear()
    page = person.open("/checkout")

    # Who looks: three. The cart, where it goes, its variants, their prices: at most seven. The ways there: one.
    assert len(statements) == one <= 11
    assert len(page.having("data-line-total")) == 30
    assert "25 more lines" in page.text


def test_the_date_field_begins_tomorrow_at_the_place(buyer: Person, shop: Shop):
    # Ten in the morning in Seoul is still Sunday in Los Angeles.
    shop.session.execute(update(Location).values(timezone="America/Los_Angeles"))
    shop.commit()

    page = buyer.open("/checkout")

    assert field(page, "requested_date")["min"] == (NOW.date() - timedelta(days=0)).isoformat()
