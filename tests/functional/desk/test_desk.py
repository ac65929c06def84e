from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.accounts.models import Account, StaffRole
from portal.catalog.models import Stock
from portal.core import clock
from portal.core.database import Database
from portal.jobs.models import Job
from portal.orders.models import Order, OrderEvent, OrderLine, OrderStatus, Shipment
from tests.browser import Form, Page
from tests.conftest import Statements
from tests.dealer import Person
from tests.factories import make_user
from tests.storefront import Shop

NUMBER = "2026-000001"
ADDRESS = f"/desk/orders/{NUMBER}"


@pytest.fixture
def order(shop: Shop, app: Flask) -> Person:
    """A dealer who has ordered 3 bags of beans, and 14 cups of which 10 are there."""
    shop.account.name = "Hanbit Coffee"
    shop.sell("BEANS", "Beans", won=12_000)
    shop.sell("CUPS", "Cups", won=500, stock=10, allow_backorder=True)
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 3)
    person.add("CUPS", 14)
    person.open("/checkout")
    person.browser.submit("/checkout", po_number="PO-1")
    assert person.browser.address == f"/orders/{NUMBER}"
    return person


def staff(shop: Shop, app: Flask, role: StaffRole = StaffRole.DESK) -> Person:
    user = make_user(shop.session, staff_role=role, locale="en", name=f"Staff {role}")
    shop.commit()
    return Person(app, user)


@pytest.fixture
def desk(order: Person, shop: Shop, app: Flask) -> Person:
    """Somebody of the order desk, with the order open."""
    person = staff(shop, app)
    person.open(ADDRESS)
    return person


def state(database: Database, number: str = NUMBER) -> tuple[OrderStatus, int]:
    with database.reading() as session:
        row = session.execute(select(Order.status, Order.version).where(Order.number == number)).one()
        return row.status, row.version


def events(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(OrderEvent)).one()


def do(person: Person, deed: str, **values: Any) -> Page:
    return person.browser.submit(f"{ADDRESS}/{deed}", **values)


def deeds(page: Page) -> set[str]:
    return {form.action.rpartition("/")[2] for form in page.forms if form.action.startswith(ADDRESS)}


def ship_form(page: Page) -> Form:
    (form,) = [form for form in page.forms if form.action == f"{ADDRESS}/shipments"]
    return form


def units(form: Form) -> dict[str, str]:
    return {name: value for name, value in form.values if name.startswith("quantity-")}


def rows(page: Page) -> list[tuple[str, str]]:
    return [
        (row.attributes["data-order"], row.attributes["data-status"])
        for row in page.all("tr")
        if "data-order" in row.attributes
    ]


def test_the_queue_counts_and_lists_what_waits(desk: Person, statements: Statements):
    statements.texts.clear()
    page = desk.open("/desk")

    assert len(statements) == 1 + 1 + 7 + 1 + 1 + 1
    counts = {
        item.attributes["data-status"]: item.attributes["data-count"] for item in page.having("data-count")
    }
    assert counts == {
        "placed": "1", "confirmed": "0", "picking": "0", "shipped": "0", "on_hold": "0", "changed": "0", "waiting": "1",
        "returns": "0",
    }  # fmt: skip
    # Once to confirm, once because some of it waits for goods.
    assert rows(page) == [(NUMBER, "placed")] * 2
    assert "Hanbit Coffee" in page.text


def test_what_needs_a_decision_comes_first_and_what_is_only_watched_last(desk: Person):
    works = [item.attributes["data-status"] for item in desk.open("/desk").having("data-count")]

    assert works == ["placed", "changed", "on_hold", "confirmed", "picking", "waiting", "shipped", "returns"]


@pytest.mark.parametrize(
    ("days", "status", "is_late"),
    [
        (-1, OrderStatus.CONFIRMED, True),
        (-1, OrderStatus.PARTIALLY_SHIPPED, True),
        (0, OrderStatus.CONFIRMED, False),
        (-1, OrderStatus.SHIPPED, False),
        (-1, OrderStatus.DELIVERED, False),
    ],
)
def test_what_has_not_left_by_its_day_is_late(
    desk: Person, shop: Shop, days: int, status: OrderStatus, is_late: bool
):
    asked = clock.local_date(clock.now(), "Asia/Seoul") + timedelta(days)
    shop.session.execute(update(Order).values(requested_date=asked, status=status))
    shop.commit()

    for address in ("/desk/orders?status=all", ADDRESS):
        assert ("Late" in desk.open(address).text) is is_late, address


def test_an_empty_queue_says_so(shop: Shop, app: Flask):
    assert "Nothing to do" in staff(shop, app).open("/desk").text


def test_the_list_is_searched_and_filtered(desk: Person):
    for query, found in [
        ("", [(NUMBER, "placed")]),
        ("q=hanbit", [(NUMBER, "placed")]),
        ("q=po-1", [(NUMBER, "placed")]),
        ("q=000001&status=placed", [(NUMBER, "placed")]),
        ("q=Beans", []),
        ("status=confirmed", []),
        ("status=waiting", [(NUMBER, "placed")]),
        ("status=nonsense&page=x", [(NUMBER, "placed")]),
        ("status=all&page=2", []),
        ("q=%07", [(NUMBER, "placed")]),
    ]:
        assert rows(desk.open(f"/desk/orders?{query}")) == found, query


def test_from_confirming_to_delivering(desk: Person, shop: Shop, database: Database):
    assert deeds(desk.browser.page) == {"confirmation", "hold", "cancellation", "units"}

    page = do(desk, "confirmation")
    assert "The order is confirmed. The dealer gets a mail." in page.text
    assert deeds(page) == {"picking", "hold", "cancellation", "units"}
    page = do(desk, "picking")
    assert deeds(page) == {"shipments", "hold"}
    form = ship_form(page)
    assert list(units(form).values()) == ["3", "10"]

    page = desk.browser.send(form, carrier="CJ Logistics", tracking_number="6801-2233-4455")

    assert f"Shipment {NUMBER}-S1 is recorded." in page.text
    assert state(database) == (OrderStatus.PARTIALLY_SHIPPED, 4)
    assert "All that is left waits for goods to come in." in page.text
    # A shipment of an order that is only partly shipped can arrive already.
    page = do(desk, f"shipments/{NUMBER}-S1/delivery")
    assert state(database) == (OrderStatus.PARTIALLY_DELIVERED, 5)
    assert "CJ Logistics · 6801-2233-4455" in page.text
    with database.reading() as session:
        jobs = session.scalars(select(Job.unique_key).where(Job.name == "order_mail").order_by(Job.id)).all()
        assert jobs == [
            f"order_mail:{NUMBER}:placed",
            f"order_mail:{NUMBER}:confirmed",
            f"order_mail:{NUMBER}-S1:shipped",
            f"order_mail:{NUMBER}-S1:delivered",
        ]


def test_nothing_is_left_to_do_while_the_rest_is_on_the_road(desk: Person, database: Database):
    _beans, cups = unit_fields(desk.browser.page)
    do(desk, "cancellation/units", **{cups: "4", "reason": "There are no more cups"})
    do(desk, "confirmation")
    form = ship_form(do(desk, "picking"))
    beans, cups = units(form)
    only_beans: dict[str, Any] = {beans: "3", cups: ""}
    desk.browser.send(ship_form(desk.browser.send(form, **only_beans)))

    page = do(desk, f"shipments/{NUMBER}-S1/delivery")

    assert state(database)[0] is OrderStatus.PARTIALLY_DELIVERED
    assert deeds(page) == {"delivery", "steps"}
    assert "What to do" not in page.text
    assert "All that is left waits" not in page.text


def test_who_did_something_goes_on_from_what_was_said(desk: Person, order: Person):
    assert desk.browser.page.having("data-focus") == []

    (told,) = do(desk, "confirmation").having("data-focus")

    assert (told.attributes["id"], told.attributes["role"]) == ("flashes", "alert")
    assert "The order is confirmed." in told.text
    # It is said once.
    assert desk.open(ADDRESS).having("data-focus") == []


def test_part_of_a_line_can_leave(desk: Person, database: Database):
    do(desk, "confirmation")
    form = ship_form(do(desk, "picking"))
    beans, cups = units(form)

    typed: dict[str, Any] = {beans: "1", cups: ""}
    page = desk.browser.send(form, **typed)

    assert state(database)[0] is OrderStatus.PARTIALLY_SHIPPED
    assert list(units(ship_form(page)).values()) == ["2", "10"]
    with database.reading() as session:
        assert sorted(session.execute(select(Stock.on_hand, Stock.reserved)).all()) == [(10, 10), (99, 2)]


def test_two_taps_ship_once(desk: Person, database: Database):
    do(desk, "confirmation")
    form = ship_form(do(desk, "picking"))
    beans, _cups = units(form)
    values = dict(form.values) | {beans: "1"}

    first = desk.browser.client.post(form.action, data=values)
    second = desk.browser.client.post(form.action, data=values)

    assert (first.status_code, second.status_code) == (303, 303)
    with database.reading() as session:
        assert session.scalars(select(Shipment.number)).all() == [f"{NUMBER}-S1"]


@pytest.mark.parametrize(
    ("typed", "status", "message"),
    [
        ({"beans": "4"}, 409, "More than is on the shelf for this order: at most 3 at the marked line."),
        ({"beans": "0", "cups": "0"}, 422, "Enter how many units leave, at least one."),
        ({"beans": "-1"}, 422, "Units are whole numbers, such as 12."),
        ({"beans": "1.5"}, 422, "Units are whole numbers, such as 12."),
        ({"beans": "many"}, 422, "Units are whole numbers, such as 12."),
        ({"beans": "99999999999"}, 422, "Units are whole numbers, such as 12."),
    ],
)
def test_units_that_cannot_leave_are_refused_and_kept(
    desk: Person, database: Database, typed: dict[str, str], status: int, message: str
):
    do(desk, "confirmation")
    form = ship_form(do(desk, "picking"))
    names = dict(zip(("beans", "cups"), units(form), strict=True))
    values: dict[str, Any] = {names[name]: text for name, text in typed.items()}

    page = desk.browser.send(form, carrier="CJ", tracking_number="680122334455", **values)

    assert desk.browser.status == status
    assert message in page.text
    kept = dict(ship_form(page).values)
    assert {name: kept[name] for name in values} == values
    assert (kept["carrier"], kept["tracking_number"], kept["version"]) == ("CJ", "680122334455", "3")
    assert state(database) == (OrderStatus.PICKING, 3)


def test_a_drop_of_another_order_is_not_found(desk: Person, database: Database):
    do(desk, "confirmation")
    form = ship_form(do(desk, "picking"))

    response = desk.post(form.action, version="3", submit_key="k", **{"quantity-999": "1"})

    assert response.status_code == 404
    assert state(database) == (OrderStatus.PICKING, 3)


def test_a_shipment_without_its_key_is_refused(desk: Person, database: Database):
    do(desk, "confirmation")
    form = ship_form(do(desk, "picking"))

    desk.browser.send(form, submit_key="")

    assert desk.browser.status == 422
    assert state(database) == (OrderStatus.PICKING, 3)


def test_holding_and_releasing(desk: Person, order: Person, database: Database):
    page = do(desk, "hold", reason="Which address?")
    assert state(database) == (OrderStatus.ON_HOLD, 2)
    assert deeds(page) == {"release", "cancellation", "units"}
    assert "On hold: Which address?" in order.open(f"/orders/{NUMBER}").text

    page = do(desk, "release")

    assert state(database) == (OrderStatus.PLACED, 3)
    assert "The order goes on where it was." in page.text


@pytest.mark.parametrize(
    ("deed", "message"),
    [
        ("hold", "Say why the order is held: the dealer reads it."),
        ("cancellation", "Say why the order is cancelled: the dealer reads it."),
    ],
)
def test_what_the_dealer_reads_needs_a_reason(desk: Person, database: Database, deed: str, message: str):
    page = do(desk, deed, reason="   ")

    assert desk.browser.status == 422
    assert message in page.text
    assert state(database) == (OrderStatus.PLACED, 1)


def test_cancelling_frees_stock_and_credit(desk: Person, shop: Shop, database: Database):
    page = do(desk, "cancellation", reason="Discontinued")

    assert state(database) == (OrderStatus.CANCELLED, 2)
    assert deeds(page) == set()
    assert "Discontinued" in page.text
    with database.reading() as session:
        assert session.get_one(Account, shop.account.id).credit_used == 0
        assert set(session.scalars(select(Stock.reserved))) == {0}


def unit_fields(page: Page) -> list[str]:
    (form,) = [form for form in page.forms if form.action == f"{ADDRESS}/cancellation/units"]
    return [name for name, _value in form.values if name.startswith("units-")]


def test_units_of_a_line_are_taken_back(desk: Person, shop: Shop, database: Database):
    beans, cups = unit_fields(desk.browser.page)

    page = do(desk, "cancellation/units", **{beans: "1", cups: "4", "reason": "Discontinued"})

    assert "The units are cancelled. The dealer gets a mail." in page.text
    assert state(database) == (OrderStatus.PLACED, 2)
    with database.reading() as session:
        left = session.execute(
            select(OrderLine.quantity - OrderLine.cancelled, OrderLine.line_total).order_by(
                OrderLine.position
            )
        )
        assert [tuple(row) for row in left] == [(2, 24_000), (10, 5_000)]
        used = session.scalars(select(Account.credit_used).where(Account.id == shop.account.id)).one()
        assert used == session.scalars(select(Order.total)).one()
    assert "Discontinued" in page.text


@pytest.mark.parametrize(
    ("beans", "cups", "reason", "status", "words"),
    [
        ("1", "", "", 422, "Say why the units are cancelled: the dealer reads it."),
        ("some", "", "Gone", 422, "Units are whole numbers, such as 12."),
        ("-1", "", "Gone", 422, "Units are whole numbers, such as 12."),
        ("", "0", "Gone", 422, "Enter how many units are cancelled, at least one."),
        ("4", "", "Gone", 409, "More than can still be cancelled: at most 3 at one of the lines."),
        ("3", "14", "Gone", 422, "Nothing would be left of the order. Cancel the whole of it instead."),
    ],
)
def test_units_that_cannot_be_taken_back_stay_and_so_does_what_was_typed(
    desk: Person, database: Database, beans: str, cups: str, reason: str, status: int, words: str
):
    fields = unit_fields(desk.browser.page)

    page = do(desk, "cancellation/units", **dict(zip(fields, (beans, cups), strict=True)), reason=reason)

    assert desk.browser.status == status
    assert words in page.text
    values = dict(next(form.values for form in page.forms if form.action.endswith("/cancellation/units")))
    assert [values[name] for name in (*fields, "reason")] == [beans, cups, reason]
    assert state(database) == (OrderStatus.PLACED, 1)
    with database.reading() as session:
        assert session.scalars(select(OrderLine.cancelled)).all() == [0, 0]


@pytest.mark.parametrize("deed", ["confirmation", "hold", "cancellation"])
def test_a_page_that_is_out_of_date_does_nothing(
    desk: Person, shop: Shop, app: Flask, database: Database, deed: str
):
    other = staff(shop, app)
    other.open(ADDRESS)
    do(other, "confirmation")
    before = events(database)

    values = {} if deed == "confirmation" else {"reason": "Because"}
    page = do(desk, deed, **values)

    assert desk.browser.status == 409
    assert "Nothing was done: the order has moved on since you looked. It is now: Confirmed." in page.text
    assert page.having("data-version")[0].attributes["data-version"] == "2"
    assert state(database) == (OrderStatus.CONFIRMED, 2)
    assert events(database) == before


@pytest.mark.parametrize("deed", ["picking", "release", "shipments", f"shipments/{NUMBER}-S1/delivery"])
def test_a_deed_its_state_does_not_allow_does_nothing(desk: Person, database: Database, deed: str):
    response = desk.post(f"{ADDRESS}/{deed}", version="1", submit_key="k")

    assert response.status_code == 409
    assert "It is now: Placed." in Page(response.text).text
    assert state(database) == (OrderStatus.PLACED, 1)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_form_without_its_version_does_nothing(desk: Person, database: Database, version: str):
    assert desk.post(f"{ADDRESS}/confirmation", version=version).status_code == 409
    assert state(database) == (OrderStatus.PLACED, 1)


def test_a_shipment_arrives_once(desk: Person, database: Database):
    do(desk, "confirmation")
    desk.browser.send(ship_form(do(desk, "picking")))
    delivery = f"{ADDRESS}/shipments/{NUMBER}-S1/delivery"
    assert desk.post(delivery, version="4").status_code == 303

    again = desk.post(delivery, version="5")

    assert again.status_code == 409
    assert state(database) == (OrderStatus.PARTIALLY_DELIVERED, 5)
    assert desk.post(f"{ADDRESS}/shipments/{NUMBER}-S9/delivery", version="5").status_code == 404


@pytest.mark.parametrize("role", [StaffRole.DESK, StaffRole.MANAGER, StaffRole.ADMIN])
def test_who_fulfils(order: Person, shop: Shop, app: Flask, role: StaffRole):
    assert deeds(staff(shop, app, role).open(ADDRESS)) == {"confirmation", "hold", "cancellation", "units"}


def test_finance_looks_and_does_nothing(order: Person, shop: Shop, app: Flask, database: Database):
    person = staff(shop, app, StaffRole.FINANCE)

    assert deeds(person.open(ADDRESS)) == set()
    assert rows(person.open("/desk/orders")) == [(NUMBER, "placed")]
    for deed in (
        "confirmation",
        "hold",
        "release",
        "picking",
        "shipments",
        "cancellation",
        "cancellation/units",
    ):
        assert person.post(f"{ADDRESS}/{deed}", version="1", reason="x").status_code == 403, deed
    assert state(database) == (OrderStatus.PLACED, 1)


def test_a_rep_sees_the_orders_of_own_accounts_only(
    order: Person, shop: Shop, app: Flask, database: Database
):
    rep = make_user(shop.session, staff_role=StaffRole.REP, locale="en")
    shop.commit()
    person = Person(app, rep)
    assert rows(person.open("/desk/orders?status=all")) == []
    assert {item.attributes["data-count"] for item in person.open("/desk").having("data-count")} == {"0"}
    assert person.get(ADDRESS).status_code == 404
    shop.session.execute(update(Account).where(Account.id == shop.account.id).values(sales_rep_id=rep.id))
    shop.commit()

    assert rows(person.open("/desk/orders?status=all")) == [(NUMBER, "placed")]
    assert deeds(person.open(ADDRESS)) == set()
    assert person.post(f"{ADDRESS}/confirmation", version="1").status_code == 403
    assert state(database) == (OrderStatus.PLACED, 1)


def test_dealers_have_no_desk(order: Person, database: Database):
    for address in ("/desk", "/desk/orders", ADDRESS):
        assert order.get(address).status_code == 404
    assert order.post(f"{ADDRESS}/confirmation", version="1").status_code == 404
    assert state(database) == (OrderStatus.PLACED, 1)


def test_wrong_methods_and_unknown_orders(desk: Person):
    assert desk.get("/desk/orders/2026-999999").status_code == 404
    assert desk.post("/desk/orders/2026-999999/confirmation", version="1").status_code == 404
    for deed in (
        "confirmation",
        "hold",
        "release",
        "picking",
        "shipments",
        "cancellation",
        "cancellation/units",
    ):
        assert desk.get(f"{ADDRESS}/{deed}").status_code == 405
    assert desk.post("/desk").status_code == 405
