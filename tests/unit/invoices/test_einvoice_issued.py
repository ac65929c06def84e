"""From the order to the file: what is shipped to a European dealer, invoiced and credited, keeps the rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from facturx import parse_ubl_cii_xml
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, TaxProfile, TaxRounding
from portal.catalog.models import Unit, Variant, Warehouse
from portal.invoices.credit_notes import full_credit, lines_for_amount, write_credit_note
from portal.invoices.document import InvoiceDocument, document_of
from portal.invoices.einvoice import facturx_xml, is_european, ubl_xml
from portal.invoices.models import CreditReasonKind, Invoice
from portal.pricing.models import PriceList, TaxMode, TaxRate
from tests import factories as make
from tests.european import PLACE, SELLER, cii_failures, ubl_failures
from tests.invoicing import make_billing_profile, make_seller, ship_and_invoice
from tests.ordering import NOW, Shop, open_shop


def european_shop(session: Session, *, category: str = "S", mode: TaxMode = TaxMode.NET) -> Shop:
    """A German seller and its French dealer, who pays 19 and 7 %, or no VAT and the category's reason."""
    make_seller(
        session,
        **{
            key: SELLER[key]
            for key in ("name", "country", "address", "representative", "tax_numbers", "email")
        },
        business_number=SELLER["business_number"],
        bank_accounts=[SELLER["bank"]],
    )
    shop = open_shop(
        session,
        country="FR",
        currency="EUR",
        locale="en",
        timezone="Europe/Paris",
        business_number="FR40303265045",
        credit_limit=100_000_00,
    )
    profile = session.get_one(TaxProfile, shop.buyer.tax_profile_id)
    profile.rounding = TaxRounding.DOCUMENT_HALF_UP
    rate = session.scalars(select(TaxRate).where(TaxRate.tax_profile_id == profile.id)).one()
    zero = category != "S"
    rate.rate_ppm, rate.category = 0 if zero else 190_000, category
    rate.exemption = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC"}.get(category, "")
    reduced: dict[str, Any] = {"tax_class": "reduced", "rate_ppm": rate.rate_ppm if zero else 70_000}
    make.add_tax_rate(session, profile, category=category, exemption=rate.exemption, **reduced)
    prices = session.get_one(PriceList, shop.price_list_id)
    prices.currency, prices.tax_mode = "EUR", mode
    session.flush()
    account = session.get_one(Account, shop.account_id)
    make_billing_profile(
        session,
        account,
        name="Café du Canal SARL",
        address={"line1": PLACE["line1"], "city": "Paris", "postal_code": "75010", "country": "FR"},
        tax_numbers={"VAT": "FR40303265045"},
    )
    return shop


def sold(session: Session, shop: Shop, unit: Unit, amount_e4: int, **more: Any) -> int:
    variant: Variant = make.make_variant(session, unit=unit, pack_size=1 if unit is Unit.EACH else 12, **more)
    make.make_price(session, session.get_one(PriceList, shop.price_list_id), variant, amount_e4)
    make.make_stock(session, variant, session.get_one(Warehouse, shop.warehouse_id), 100)
    return variant.id


def checked(session: Session, *conditions: Any) -> InvoiceDocument:
    """The document, once both its files keep the rules and say the same."""
    document = document_of(session, *conditions)
    assert is_european(document)
    xml, ubl = facturx_xml(document), ubl_xml(document)
    assert cii_failures(xml) == []
    assert ubl_failures(ubl) == []
    assert parse_ubl_cii_xml(xml) == parse_ubl_cii_xml(ubl)
    return document


@pytest.mark.parametrize("mode", TaxMode)
@pytest.mark.parametrize("category", ["S", "K", "AE"])
def test_what_is_ordered_shipped_and_credited_keeps_the_rules(
    session: Session, category: str, mode: TaxMode
) -> None:
    shop = european_shop(session, category=category, mode=mode)
    cups = sold(session, shop, Unit.CASE, 123_456)
    beans = sold(session, shop, Unit.BAG, 89_999, tax_class="reduced")
    order = shop.order(session, {cups: 7, beans: 11}, po_number="PO-77")
    invoice = ship_and_invoice(session, shop, order, {cups: 5, beans: 11})
    document = checked(session, Invoice.id == invoice.id)
    said = parse_ubl_cii_xml(facturx_xml(document))
    assert (said["BT-13"], said["BT-14"], said["BT-2"]) == ("PO-77", order.number, date(2026, 11, 23))
    assert [line["BT-130"] for line in said["BG-25"]] == ["XCS", "XBG"]
    assert said["BG-7"]["vat_identifier"] == "FR40303265045"
    assert said["BG-13"]["country_code"]
    assert said["BT-84"] == "DE89370400440532013000"
    expected = {("S", "7"), ("S", "19")} if category == "S" else {(category, "0")}
    assert {(tax["BT-118"], tax["BT-119"]) for tax in said["BG-23"]} == expected
    assert (document.tax == 0) == (category != "S")

    part = lines_for_amount(session, invoice.id, 1_003)
    some = write_credit_note(
        session, invoice.id, part, total=1_003,
        reason=CreditReasonKind.PRICE, note="Price as agreed", key="part", actor_id=shop.staff_id, now=NOW,
    )  # fmt: skip
    given = checked(session, Invoice.number == some)
    assert given.total == 1_003
    rest = write_credit_note(
        session, invoice.id, full_credit(session, invoice.id),
        reason=CreditReasonKind.RETURN, note="", key="rest", actor_id=shop.staff_id, now=NOW,
    )  # fmt: skip
    returned = checked(session, Invoice.number == rest)
    assert returned.total == document.total - 1_003
    said = parse_ubl_cii_xml(facturx_xml(returned))
    assert (said["BT-3"], said["BG-3"]) == (
        "381",
        [{"BT-25": invoice.number, "BT-26": date(2026, 11, 23)}],
    )
