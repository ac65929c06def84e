"""The confirmation of an order and the packing slips of its shipments, for those who pack and answer the phone."""

from __future__ import annotations

import io

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import StaffRole
from portal.core.database import Database
from portal.orders.models import Shipment
from tests.dealer import Person
from tests.factories import make_user
from tests.functional.orders.test_orders import fulfil, place
from tests.storefront import Shop

NUMBER = "2026-000001"
CONFIRMATION = f"/desk/orders/{NUMBER}/confirmation.pdf"


@pytest.fixture
def slip(shop: Shop, app: Flask, database: Database) -> str:
    """The packing slip's address, of three bags of beans that have left."""
    shop.sell("BEANS", "Beans", won=12_000)
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 3)
    assert place(person, po_number="PO-1") == NUMBER
    fulfil(shop, NUMBER, to="shipped")
    with database.reading() as session:
        return f"/desk/orders/{NUMBER}/shipments/{session.scalars(select(Shipment.number)).one()}/packing-slip.pdf"


def staff(shop: Shop, app: Flask, role: StaffRole) -> Person:
    user = make_user(shop.session, staff_role=role, locale="en", name=f"Staff {role}")
    shop.commit()
    return Person(app, user)


def test_the_desk_prints_what_goes_with_the_goods(slip: str, shop: Shop, app: Flask) -> None:
    desk = staff(shop, app, StaffRole.DESK)
    page = desk.open(f"/desk/orders/{NUMBER}")
    assert {CONFIRMATION, slip} <= {link.attributes["href"] for link in page.having("href")}

    for address, name in ((CONFIRMATION, NUMBER), (slip, slip.split("/")[5])):
        answer = desk.get(address)
        assert (answer.status_code, answer.content_type) == (200, "application/pdf")
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}.pdf"
        assert answer.headers["Cache-Control"] == "private, no-store"
        with pikepdf.open(io.BytesIO(answer.data)) as pdf:
            assert str(pdf.docinfo["/Title"]).endswith(name)


def test_a_rep_prints_nothing_of_others_accounts(slip: str, shop: Shop, app: Flask) -> None:
    rep = staff(shop, app, StaffRole.REP)

    assert [rep.get(address).status_code for address in (CONFIRMATION, slip)] == [404, 404]


def test_a_dealer_has_no_way_to_the_desks_papers(slip: str, shop: Shop, app: Flask) -> None:
    buyer = Person(app, shop.buyer)

    assert [buyer.get(address).status_code for address in (CONFIRMATION, slip)] == [404, 404]


def test_there_is_no_slip_of_nothing(slip: str, shop: Shop, app: Flask) -> None:
    desk = staff(shop, app, StaffRole.DESK)

    assert desk.get(f"/desk/orders/{NUMBER}/shipments/nothing/packing-slip.pdf").status_code == 404
    assert desk.get("/desk/orders/2026-999999/confirmation.pdf").status_code == 404
