"""The confirmation of an order and the packing slip of a shipment, as PDFs."""

from __future__ import annotations

import io

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.adapters.press import Press
from portal.core.database import Database
from portal.invoices.order_papers import confirmation_sheet, packing_sheet
from portal.orders.models import Order, Shipment
from portal.orders.order_view import OrderView
from portal.orders.queries import order_of
from tests.dealer import Person
from tests.functional.orders.test_orders import fulfil, place
from tests.invoicing import make_seller
from tests.storefront import Shop

NUMBER = "2026-000001"
CONFIRMATION = f"/orders/{NUMBER}/confirmation.pdf"


@pytest.fixture
def buyer(shop: Shop, app: Flask) -> Person:
    """Has ordered three bags of beans, which have left."""
    shop.sell("BEANS", "Beans", won=12_000)
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 3)
    assert place(person, po_number="PO-1", notes="Ring <b>twice</b>") == NUMBER
    fulfil(shop, NUMBER, to="shipped")
    return person


def shipment_of(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(select(Shipment.number)).one()


def title_of(response: TestResponse) -> str:
    with pikepdf.open(io.BytesIO(response.data)) as pdf:
        return str(pdf.docinfo["/Title"])


def view(shop: Shop) -> OrderView:
    account_id = shop.session.scalars(select(Order.account_id)).one()
    return order_of(shop.session, account_id, NUMBER)


def test_the_orders_page_leads_to_its_papers(buyer: Person, database: Database):
    page = buyer.open(f"/orders/{NUMBER}")
    slip = f"/orders/{NUMBER}/shipments/{shipment_of(database)}/packing-slip.pdf"
    addresses = {link.attributes.get("href") for link in page.having("href")}
    assert {CONFIRMATION, slip} <= addresses

    for address, name in ((CONFIRMATION, NUMBER), (slip, shipment_of(database))):
        answer = buyer.get(address)
        assert answer.status_code == 200
        assert answer.content_type == "application/pdf"
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}.pdf"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert title_of(answer).endswith(name)


def test_the_confirmation_says_what_was_ordered(buyer: Person, shop: Shop):
    make_seller(shop.session)
    sheet = confirmation_sheet(shop.session, view(shop), brand_name="Portal", timezone="Asia/Seoul")
    html = Press().html(sheet)

    for said in ("한빛상사 주식회사", "BEANS", "39,600", "PO-1", "Ring &lt;b&gt;twice&lt;/b&gt;", NUMBER):
        assert said in html, said


def test_the_packing_slip_has_no_price(buyer: Person, shop: Shop, database: Database):
    sheet = packing_sheet(
        shop.session, view(shop), shipment_of(database), brand_name="Portal", timezone="Asia/Seoul"
    )
    html = Press().html(sheet)

    for said in ("BEANS", "TRACK-9", NUMBER, "<strong>3</strong>"):
        assert said in html, said
    for unsaid in ("39,600", "12,000", "₩"):
        assert unsaid not in html, unsaid
    # Without a company set up to invoice, the portal's own name stands above.
    assert sheet.author == "Portal"


def test_a_shipment_of_another_order_is_not_found(buyer: Person, shop: Shop, database: Database):
    buyer.add("BEANS", 1)
    other = place(buyer, po_number="PO-2")

    slip = f"/orders/{other}/shipments/{shipment_of(database)}/packing-slip.pdf"
    assert buyer.get(slip).status_code == 404
    assert buyer.get(f"/orders/{NUMBER}/shipments/nothing/packing-slip.pdf").status_code == 404
    assert buyer.get("/orders/2026-999999/confirmation.pdf").status_code == 404
