"""Which documents an order names."""

from __future__ import annotations

from portal.invoices.of_order import documents_of_order
from tests.invoicing import make_invoice
from tests.storefront import Shop


def test_an_order_names_its_own_documents_to_its_own_account(shop: Shop) -> None:
    beans = shop.sell("BEANS")
    order = shop.order("2026-000001", beans)
    other = shop.order("2026-000002", beans)
    account, _person = shop.rival()
    invoice = make_invoice(shop.session, shop.account, order_id=order.id)
    make_invoice(shop.session, shop.account)
    shop.session.flush()

    found = documents_of_order(shop.session, shop.account.id, order.id)
    assert [document.number for document in found] == [invoice.number]
    assert documents_of_order(shop.session, shop.account.id, other.id) == ()
    assert documents_of_order(shop.session, account.id, order.id) == ()
