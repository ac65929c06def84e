"""Invoices from what has left: amounts, numbers, the books, and what is frozen on them."""

from sqlalchemy import select

from portal.accounts.models import Account
from portal.invoices.issue import issue_for_shipment
from portal.invoices.models import Invoice, InvoiceLine
from tests.invoicing import make_seller, ship, ship_and_invoice
from tests.ordering import NOW, credit_used, open_shop


def lines_of(session, invoice):
    return session.scalars(
        select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.position)
    ).all()


def test_a_shipment_is_invoiced_with_tax_and_owed(session):
    shop = open_shop(session)
    bolt = shop.sell(session, won=1_000, on_hand=10)
    order = shop.order(session, {bolt: 3}, po_number="PO-7")

    invoice = ship_and_invoice(session, shop, order)

    assert (invoice.number, invoice.net, invoice.tax, invoice.total) == ("HB-2026-000001", 3_000, 300, 3_300)
    assert (invoice.open_amount, invoice.order_id, invoice.po_numbers) == (3_300, order.id, ["PO-7"])
    assert [(line.quantity, line.net, line.tax) for line in lines_of(session, invoice)] == [(3, 3_000, 300)]
    assert credit_used(session, shop.account_id) == 3_300


def test_a_shipment_is_invoiced_once(session):
    shop = open_shop(session)
    make_seller(session)
    bolt = shop.sell(session, won=1_000, on_hand=10)
    shipment = ship(session, shop, shop.order(session, {bolt: 3}))

    first = issue_for_shipment(session, shipment.id, now=NOW)
    again = issue_for_shipment(session, shipment.id, now=NOW)

    assert (first, again) == ("HB-2026-000001", None)
    assert session.scalars(select(Invoice.number)).all() == ["HB-2026-000001"]
    assert session.get_one(Account, shop.account_id).credit_used == 3_300
