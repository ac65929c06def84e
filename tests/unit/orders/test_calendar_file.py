from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.orders import actions
from portal.orders.calendar_file import (
    Entry,
    calendar_text,
    coming_deliveries,
    deliveries_of_order,
)
from portal.orders.models import Drop, Order
from tests.ordering import NOW, TODAY, Shop, open_shop

FRIDAY = date(2026, 11, 27)
any_text = st.text(st.characters(blacklist_categories=["Cs"]), max_size=200)


def entry(**changes: object) -> Entry:
    facts: dict[str, object] = {
        "uid": "2026-000001-1@portal.example", "sequence": 3, "day": FRIDAY, "summary": "Delivery",
        "description": "", "location": "", "url": "https://portal.example/orders/2026-000001", "is_cancelled": False,
    }  # fmt: skip
    return Entry(**(facts | changes))  # type: ignore[arg-type]


def events(text: str) -> list[object]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


@given(any_text, any_text, any_text)
def test_any_text_survives_and_no_line_is_too_long(summary: str, description: str, location: str):
    text = calendar_text("Name", [entry(summary=summary, description=description, location=location)], NOW)

    assert text.endswith("\r\n")
    lines = text.encode().removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert all(b"\r" not in line and b"\n" not in line for line in lines)
    for line in lines:
        # No letter is cut in two.
        line.decode()
    (event,) = events(text)
    for name, written in (("SUMMARY", summary), ("DESCRIPTION", description), ("LOCATION", location)):
        plain = "".join(
            sign
            for sign in written.replace("\r\n", "\n").replace("\r", "\n")
            if sign >= " " or sign in "\t\n"
        )
        assert str(event[name]) == plain  # type: ignore[index]


def test_an_entry_is_a_whole_day_that_calendars_can_update():
    text = calendar_text("Deliveries, all; of them", [entry(), entry(uid="two@x", is_cancelled=True)], NOW)
    first, second = events(text)

    assert (first.decoded("DTSTART"), first.decoded("DTEND")) == (FRIDAY, FRIDAY + timedelta(days=1))  # type: ignore[attr-defined]
    assert (str(first["UID"]), first["SEQUENCE"]) == ("2026-000001-1@portal.example", 3)  # type: ignore[index]
    assert first.decoded("DTSTAMP") == NOW  # type: ignore[attr-defined]
    assert (str(first["STATUS"]), str(second["STATUS"])) == ("CONFIRMED", "CANCELLED")  # type: ignore[index]
    assert "X-WR-CALNAME:Deliveries\\, all\\; of them\r\n" in text
    assert "SUMMARY:Delivery\r\n" in text


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


@pytest.fixture
def order(session: Session, shop: Shop) -> Order:
    beans = shop.sell(session, won=1_000, on_hand=100, names={"en": "Beans"}, sku="BEANS")
    cups = shop.sell(session, won=10, on_hand=100, names={"en": "Cups"}, sku="CUPS")
    return shop.order(session, {beans: 2, cups: 5}, requested_date=FRIDAY)


def test_goods_for_one_place_and_day_are_one_delivery(session: Session, shop: Shop, order: Order):
    session.execute(update(Drop).values(promised_date=None))
    (found,) = deliveries_of_order(session, shop.account_id, order.number)

    assert (found.day, found.version, found.place["name"]) == (FRIDAY, 1, "Gangnam store")
    assert [(goods.sku, goods.quantity) for goods in found.goods] == [("BEANS", 2), ("CUPS", 5)]
    assert (found.is_cancelled, found.has_arrived) == (False, False)


def test_a_change_keeps_the_key_and_raises_the_version(session: Session, shop: Shop, order: Order):
    session.execute(update(Drop).values(promised_date=None))
    (before,) = deliveries_of_order(session, shop.account_id, order.number)
    actions.confirm(session, order.id, version=1, actor_id=shop.staff_id, now=NOW)
    session.execute(update(Drop).values(requested_date=FRIDAY + timedelta(days=3)))
    (after,) = deliveries_of_order(session, shop.account_id, order.number)

    assert (after.key, after.version, after.day) == (before.key, 2, FRIDAY + timedelta(days=3))


def test_the_day_that_was_promised_comes_before_the_one_asked_for(session: Session, shop: Shop, order: Order):
    first = session.scalars(select(Drop.id).order_by(Drop.id).limit(1)).one()
    session.execute(update(Drop).values(promised_date=None))
    session.execute(update(Drop).where(Drop.id == first).values(promised_date=FRIDAY + timedelta(days=3)))

    found = deliveries_of_order(session, shop.account_id, order.number)
    assert [(each.day, len(each.goods)) for each in found] == [(FRIDAY, 1), (FRIDAY + timedelta(days=3), 1)]


def test_what_was_cancelled_is_said_so(session: Session, shop: Shop, order: Order):
    session.execute(update(Drop).values(promised_date=None))
    actions.cancel(session, order.id, reason="x", version=1, actor_id=shop.staff_id, now=NOW)
    (found,) = deliveries_of_order(session, shop.account_id, order.number)

    assert (found.is_cancelled, found.goods) == (True, ())


def test_strangers_and_the_past_are_left_out(session: Session, shop: Shop, order: Order):
    session.execute(update(Drop).values(promised_date=None))
    assert deliveries_of_order(session, shop.dealer(session).account_id, order.number) == ()
    assert len(coming_deliveries(session, shop.account_id, TODAY)) == 1
    assert coming_deliveries(session, shop.account_id, FRIDAY + timedelta(days=1)) == ()
    session.execute(update(Drop).values(requested_date=None))
    assert deliveries_of_order(session, shop.account_id, order.number) == ()
