from __future__ import annotations

from datetime import date

from flask import Flask
from icalendar import Calendar

from portal.delivery.models import Route
from tests.dealer import Person
from tests.factories import added
from tests.storefront import Shop


def events(text: str) -> list[object]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


def ordered(dealer: Person, shop: Shop, day: str = "2026-11-27") -> str:
    """A bag of beans ordered for a day, Friday; the order's number."""
    shop.session.rollback()
    shop.sell("BEANS", "Beans, dark; roast")
    shop.commit()
    dealer.add("BEANS", 1)
    dealer.open("/checkout")
    dealer.browser.submit("/checkout", requested_date=day)
    number = dealer.browser.address.rpartition("/")[2]
    assert number == "2026-000001", dealer.browser.page.text
    return number


def test_an_orders_deliveries_are_a_file_for_calendars(dealer: Person, shop: Shop, app: Flask):
    number = ordered(dealer, shop)
    (link,) = [
        each.attributes["href"]
        for each in dealer.open(f"/orders/{number}").all("a")
        if ".ics" in each.attributes["href"]
    ]
    response = dealer.get(link)

    assert response.mimetype == "text/calendar"
    assert response.headers["Content-Disposition"] == f'attachment; filename="deliveries-{number}.ics"'
    assert "no-store" in response.headers["Cache-Control"]
    (event,) = events(response.text)
    assert event.decoded("DTSTART") == date(2026, 11, 27)  # type: ignore[attr-defined]
    assert str(event["SUMMARY"]) == "Delivery to 본점"  # type: ignore[index]
    assert "Beans, dark; roast en (BEANS)" in str(event["DESCRIPTION"])  # type: ignore[index]
    assert str(event["URL"]) == f"http://localhost/orders/{number}"  # type: ignore[index]
    _, rival = shop.rival()
    shop.commit()
    assert Person(app, rival).get(link).status_code == 404


def test_what_was_promised_without_being_asked_for_is_in_the_file_too(dealer: Person, shop: Shop):
    shop.session.rollback()
    code = f"parcel:{shop.warehouse.code}"
    values = {"warehouse_id": shop.warehouse.id, "cutoff_minutes": 14 * 60, "lead_days": 1}
    added(shop.session, Route(code=code, name="Parcels", **values))
    shop.commit()
    number = ordered(dealer, shop, day="")
    (link,) = [
        each.attributes["href"]
        for each in dealer.open(f"/orders/{number}").all("a")
        if ".ics" in each.attributes["href"]
    ]
    (event,) = events(dealer.get(link).text)
    assert event.decoded("DTSTART") == date(2026, 11, 24)  # type: ignore[attr-defined]


def test_all_that_is_to_come_is_one_file(dealer: Person, shop: Shop):
    assert events(dealer.get("/account/deliveries.ics").text) == []
    ordered(dealer, shop)
    assert "/account/deliveries.ics" in [
        each.attributes.get("href") for each in dealer.open("/account").all("a")
    ]

    (event,) = events(dealer.get("/account/deliveries.ics").text)
    assert str(event["UID"]).startswith("2026-000001-")  # type: ignore[index]
    assert str(event["UID"]).endswith("@localhost")  # type: ignore[index]
