from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from portal.accounts.models import AccountRole, StaffRole
from portal.core.database import Database
from portal.jobs.models import Job
from portal.orders import actions
from portal.orders.models import Drop, Order, OrderLine, ReturnLine, ReturnRequest, ReturnStatus
from tests.browser import Page, typed
from tests.conftest import NOW
from tests.dealer import Person
from tests.factories import make_user
from tests.ordering import credit_used, photo
from tests.storefront import Shop

NUMBER = "2026-000001"
RETURN = f"{NUMBER}-R1"


@pytest.fixture
def buyer(shop: Shop, app: Flask) -> Person:
    """Has been sent three bags of beans for 39,600 won as 2026-000001."""
    shop.sell("BEANS", "Beans", won=12_000)
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 3)
    person.open("/checkout")
    person.browser.submit("/checkout")
    assert person.browser.address == f"/orders/{NUMBER}", person.browser.page.text
    session = shop.session
    session.rollback()
    order_id = session.scalars(select(Order.id)).one()
    done: dict[str, Any] = {"actor_id": None, "now": NOW}
    actions.confirm(session, order_id, version=1, **done)
    actions.start_picking(session, order_id, version=2, **done)
    drops = {drop.id: drop.reserved for drop in session.scalars(select(Drop))}
    actions.ship(
        session,
        order_id,
        drops,
        carrier="cj",
        tracking_number="680122334455",
        submit_key="k",
        version=3,
        **done,
    )
    session.commit()
    return person


def line_id(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(OrderLine.id)).one()


def asked(database: Database) -> list[tuple[str, str, int]]:
    with database.reading() as session:
        rows = session.execute(
            select(ReturnRequest.number, ReturnRequest.status, ReturnRequest.expected_credit).order_by(
                ReturnRequest.id
            )
        )
        return [(row.number, row.status.value, row.expected_credit) for row in rows]


def key_of(page: Page) -> str:
    return next(value for form in page.forms for name, value in form.values if name == "submit_key")


def fields(line: int, key: str, **changes: Any) -> dict[str, Any]:
    return {
        "line": line, f"quantity-{line}": "2", f"reason-{line}": "damaged", f"remedy-{line}": "credit",
        "submit_key": key, "shown_credit": "26400",
    } | changes  # fmt: skip


def test_two_taps_at_the_door(buyer: Person, database: Database):
    line = line_id(database)
    page = buyer.open(f"/orders/{NUMBER}")
    (opener,) = [each for each in page.all("summary") if "data-hx-get" in each.attributes]
    assert opener.text == "Report a problem"

    part = buyer.get(opener.attributes["data-hx-get"], **{"HX-Request": "true"})
    (form,) = Page(part.text).forms
    assert (form.action, form.method) == (f"/orders/{NUMBER}/returns", "post")
    assert dict(form.values)["shown_credit"] == "13200"
    assert [value for _, value in form.buttons] == ["short", "damaged", "wrong_item"]
    sent = buyer.post(form.action, **{**dict(form.values), f"reason-{line}": "short"})

    assert (sent.status_code, sent.headers["Location"]) == (303, f"/returns/{RETURN}?new=1")
    assert asked(database) == [(RETURN, "requested", 13_200)]
    page = buyer.open(f"/returns/{RETURN}?new=1")
    assert "Your report is with us" in page.text
    assert "Came short" in page.text


def test_two_taps_at_the_door_without_scripts_too(buyer: Person, database: Database):
    page = buyer.open(f"/orders/{NUMBER}")
    (way,) = [each for each in page.all("a", class_="link") if each.text == "Report a problem"]

    page = buyer.open(way.attributes["href"])
    assert page.all("div", id="return-credit")[0].attributes["data-total"] == "13200"
    form = buyer.browser.form(f"/orders/{NUMBER}/returns")
    page = buyer.browser.send(form, button=next(each for each in form.buttons if each[1] == "damaged"))

    assert "Your report is with us" in page.text
    assert asked(database) == [(RETURN, "requested", 13_200)]
    (units,) = buyer.open(way.attributes["href"]).all("input", name=f"quantity-{line_id(database)}")
    assert units.attributes["max"] == "2"


def test_notes_that_are_too_long_are_asked_about_and_never_cut(buyer: Person, database: Database):
    page = buyer.open(f"/orders/{NUMBER}/returns")
    notes = "x" * 1_001

    answer = buyer.post(f"/orders/{NUMBER}/returns", **fields(line_id(database), key_of(page), notes=notes))

    assert (answer.status_code, asked(database)) == (422, [])
    assert "At most 1000 characters." in answer.text
    assert notes in answer.text


def test_the_credit_is_shown_before_it_is_sent_without_scripts_too(buyer: Person, database: Database):
    line = line_id(database)
    page = buyer.open(f"/orders/{NUMBER}/returns")
    sent = fields(line, key_of(page))
    del sent["shown_credit"]

    first = buyer.post(f"/orders/{NUMBER}/returns", **sent)
    assert first.status_code == 409
    assert asked(database) == []
    shown = Page(first.text)
    assert shown.all("div", id="return-credit")[0].attributes["data-total"] == "26400"
    again = next(form for form in shown.forms if form.action == f"/orders/{NUMBER}/returns")
    assert dict(again.values)["shown_credit"] == "26400"
    second = buyer.post(again.action, **dict(again.values))

    assert second.status_code == 303
    assert asked(database) == [(RETURN, "requested", 26_400)]


def test_htmx_keeps_the_credit_in_step(buyer: Person, database: Database):
    line = line_id(database)

    def credit(quantity: object, remedy: str = "credit") -> Page:
        address = f"/orders/{NUMBER}/returns?line={line}&quantity-{line}={quantity}&remedy-{line}={remedy}"
        return Page(buyer.get(address, **{"HX-Request": "true"}).text)

    assert credit(3).having("data-total")[0].attributes["data-total"] == "39600"
    assert credit(3, "replacement").having("data-total")[0].attributes["data-total"] == "0"
    assert "at most 3 can come back" in credit(4).elements[0].text
    for odd in ("x", "0", "-1", "²", "1" * 30):
        assert "Units are whole numbers" in credit(odd).elements[0].text, odd


@pytest.mark.parametrize(
    "changes, status",
    [
        ({"line": ""}, 422), ({"reason": ""}, 422), ({"reason": "nonsense"}, 422), ({"quantity": "4"}, 422),
        ({"quantity": "x"}, 422), ({"pickup": "2026-11-28"}, 422), ({"pickup": "soon"}, 422), ({"shown": "1"}, 409),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_is_asked_for(
    buyer: Person, database: Database, changes: dict[str, str], status: int
):
    line = line_id(database)
    sent = fields(line, key_of(buyer.open(f"/orders/{NUMBER}/returns")))
    names = {
        "reason": f"reason-{line}", "quantity": f"quantity-{line}", "shown": "shown_credit"
    }  # fmt: skip
    sent |= {names.get(name, name): value for name, value in changes.items()}

    assert buyer.post(f"/orders/{NUMBER}/returns", **sent).status_code == status
    assert asked(database) == []


def test_a_double_tap_asks_once(buyer: Person, database: Database):
    sent = fields(line_id(database), key_of(buyer.open(f"/orders/{NUMBER}/returns")), pickup="2026-11-24")
    answers = [buyer.post(f"/orders/{NUMBER}/returns", **sent) for _ in range(2)]

    assert [answer.headers.get("Location") for answer in answers] == [f"/returns/{RETURN}?new=1"] * 2
    assert asked(database) == [(RETURN, "requested", 26_400)]


def test_photos_are_for_the_account_and_the_seller_alone(
    buyer: Person, shop: Shop, app: Flask, database: Database
):
    line = line_id(database)
    sent = fields(line, key_of(buyer.open(f"/orders/{NUMBER}/returns")))
    sent[f"photo-{line}"] = (BytesIO(photo()), "torn.png")
    assert buyer.post(f"/orders/{NUMBER}/returns", **sent).status_code == 303
    with database.reading() as session:
        row = session.scalars(select(ReturnLine)).one()
    address = f"/returns/{RETURN}/lines/{row.id}/photo"
    _, rival = shop.rival()
    desk = make_user(shop.session, staff_role=StaffRole.DESK, locale="en")
    shop.commit()

    own = buyer.get(address)
    assert (own.status_code, own.mimetype) == (200, "image/jpeg")
    assert "no-store" in own.headers["Cache-Control"]
    assert Person(app, rival).get(address).status_code == 404
    staff = Person(app, desk)
    assert staff.get(f"/desk{address}").data == own.data
    assert buyer.get(f"/desk{address}").status_code == 404
    replaced = buyer.post(address, photo=(BytesIO(photo("blue")), "again.png"))
    assert replaced.status_code == 303
    assert buyer.get(address).data != own.data
    assert buyer.post(address, photo=(BytesIO(b"no photo"), "x.png")).status_code == 422
    assert buyer.post(address).status_code == 422


def test_a_photo_larger_than_other_forms_is_taken(buyer: Person, database: Database):
    line = line_id(database)
    sent = fields(line, key_of(buyer.open(f"/orders/{NUMBER}/returns")))
    photograph = FileStorage(BytesIO(photo() + b"\0" * 2_000_000), "large.png", content_type="image/png")
    values = {**sent, f"photo-{line}": photograph, "csrf_token": buyer.token}
    # Encoded here, because the client would leave a temporary file open.
    boundary, body = encode_multipart(
        {name: str(text) if isinstance(text, int) else text for name, text in values.items()}
    )
    kind = f"multipart/form-data; boundary={boundary}"

    response = buyer.browser.client.post(f"/orders/{NUMBER}/returns", data=body, content_type=kind)
    assert response.status_code == 303
    too_large = buyer.browser.client.post(
        f"/orders/{NUMBER}/returns", data=b"x" * 40_000_001, content_type=kind
    )
    assert too_large.status_code == 413


def test_it_can_be_taken_back_until_it_is_decided(buyer: Person, database: Database):
    sent = fields(line_id(database), key_of(buyer.open(f"/orders/{NUMBER}/returns")))
    buyer.post(f"/orders/{NUMBER}/returns", **sent)
    buyer.open(f"/returns/{RETURN}")
    assert buyer.post(f"/returns/{RETURN}/withdrawal", version="9").status_code == 409
    page = buyer.browser.submit(f"/returns/{RETURN}/withdrawal")

    assert "The return is withdrawn." in page.text
    assert asked(database) == [(RETURN, "withdrawn", 26_400)]
    assert buyer.post(f"/returns/{RETURN}/withdrawal", version="2").status_code == 409


def test_who_only_looks_asks_for_nothing(buyer: Person, shop: Shop, app: Flask):
    viewer = shop.person(AccountRole.VIEWER)
    shop.commit()
    person = Person(app, viewer)
    page = person.open(f"/orders/{NUMBER}")

    assert "Report a problem" not in page.text
    assert person.get(f"/orders/{NUMBER}/returns").status_code == 403


def test_the_desk_decides_takes_goods_in_and_credits(
    buyer: Person, shop: Shop, app: Flask, database: Database
):
    sent = fields(line_id(database), key_of(buyer.open(f"/orders/{NUMBER}/returns")))
    buyer.post(f"/orders/{NUMBER}/returns", **sent)
    shop.session.rollback()
    staff = make_user(shop.session, staff_role=StaffRole.DESK, locale="en")
    shop.commit()
    desk = Person(app, staff)
    waiting = desk.open("/desk").all("a", data_status="returns")
    assert [each.attributes["data-count"] for each in waiting] == ["1"]
    page = desk.open("/desk/returns")
    assert [row.attributes["data-return"] for row in page.having("data-return")] == [RETURN]

    page = desk.open(f"/desk/returns/{RETURN}")
    form = desk.browser.form(f"/desk/returns/{RETURN}/decision")
    (units,) = [name for name, _ in form.values if re.fullmatch(r"units-\d+", name)]
    page = desk.browser.send(form, **typed(units, "1"))
    assert desk.browser.status == 422
    assert "Say why not all of it is accepted" in page.text
    page = desk.browser.submit(f"/desk/returns/{RETURN}/decision", note="One is whole", **typed(units, "1"))
    assert "The decision is recorded" in page.text
    page = desk.browser.submit(f"/desk/returns/{RETURN}/receipt")
    assert "The goods are back." in page.text
    with database.reading() as session:
        before = credit_used(session, shop.account.id)
    page = desk.browser.submit(f"/desk/returns/{RETURN}/credit")
    assert "The return is settled." in page.text

    with database.reading() as session:
        # The credit is the credit note's, which is asked for.
        assert credit_used(session, shop.account.id) == before
        closed = session.scalars(select(ReturnRequest)).one()
        assert (closed.status, closed.granted_credit) == (ReturnStatus.CREDITED, 13_200)
        asked = session.scalars(select(Job.arguments).where(Job.name == "credit_return")).all()
        assert asked == [{"return_id": closed.id}]
    assert desk.post(f"/desk/returns/{RETURN}/credit", version="4").status_code == 409
    page = buyer.open(f"/returns/{RETURN}")
    assert "One is whole" in page.text
    assert "Accepted: 1 of 2" in page.text
    page = buyer.open(f"/orders/{NUMBER}")
    assert [row.attributes["data-status"] for row in page.having("data-return")] == ["credited"]
    assert f"The return {RETURN} is settled." in page.text


def test_steps_of_a_shipment_reach_the_dealer(buyer: Person, shop: Shop, app: Flask, database: Database):
    shop.session.rollback()
    staff = make_user(shop.session, staff_role=StaffRole.DESK, locale="en")
    shop.commit()
    desk = Person(app, staff)
    before = buyer.get(f"/orders/{NUMBER}?version=4&steps=1", **{"HX-Request": "true"})
    assert before.status_code == 204
    desk.open(f"/desk/orders/{NUMBER}")
    where = f"/desk/orders/{NUMBER}/shipments/{NUMBER}-S1/steps"
    page = desk.browser.submit(where, kind="out_for_delivery", place="Gangnam hub")
    assert "The step is noted." in page.text
    assert desk.post(where, kind="delivered").status_code == 422
    assert desk.post(where, kind="nonsense").status_code == 422

    news = buyer.get(f"/orders/{NUMBER}?version=4&steps=1", **{"HX-Request": "true"})
    assert news.status_code == 200
    steps = [
        (step.attributes["data-step"], "aria-current" in step.attributes)
        for step in Page(news.text).having("data-step")
    ]
    assert steps == [("handed_over", False), ("out_for_delivery", True), ("delivered", False)]
    assert "Gangnam hub" in news.text
    assert "https://trace.cjlogistics.com/next/tracking.html?wblNo=680122334455" in news.text
    assert "All of it is on its way." in news.text


def test_an_order_that_has_not_left_offers_no_return(dealer: Person, shop: Shop):
    shop.session.rollback()
    shop.sell("CUPS", "Cups")
    shop.commit()
    dealer.add("CUPS", 1)
    dealer.open("/checkout")
    dealer.browser.submit("/checkout")
    page = dealer.open(f"/orders/{NUMBER}")
    assert "Return or report" not in page.text
    assert "Nothing can come back" in dealer.open(f"/orders/{NUMBER}/returns").text


def test_a_mail_is_sent_only_if_it_is_wanted(buyer: Person, database: Database, shop: Shop):
    page = buyer.open("/account")
    topics = [box.attributes["value"] for box in page.all("input", name="topic")]
    assert topics == [
        "placed", "confirmed", "changed", "shipped", "out_for_delivery", "delivered", "returns", "back_in_stock",
        "invoices",
    ]  # fmt: skip
    response = buyer.browser.client.post(
        "/account/mail", data={"topic": ["placed", "nonsense"], "csrf_token": buyer.token}
    )
    assert response.headers["Location"] == "/account#mail"

    page = buyer.open("/account")
    ticked = [
        box.attributes["value"] for box in page.all("input", name="topic") if "checked" in box.attributes
    ]
    assert ticked == ["placed"]
