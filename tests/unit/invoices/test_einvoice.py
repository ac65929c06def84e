"""European documents of every tax case, held against the rules of EN 16931."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from facturx import parse_ubl_cii_xml
from lxml import etree

from portal.invoices.document import DocumentLine, InvoiceDocument
from portal.invoices.einvoice import facturx_xml, is_european, ubl_xml
from portal.invoices.einvoice.texts import net_price, percent, text
from portal.invoices.models import InvoiceKind, LineKind
from tests.european import BUYER, PLACE, SELLER, cii_failures, document_with, line_of, ubl_failures

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


def cii(document: InvoiceDocument) -> etree._Element:
    return etree.fromstring(facturx_xml(document))


def texts_of(root: etree._Element, name: str) -> list[str]:
    return [each.text or "" for each in root.iter(f"{RAM}{name}")]


def breakdown(document: InvoiceDocument) -> list[tuple[str | None, ...]]:
    """Category, rate, base, tax and code of the reason, as the file has them."""
    settlement = next(cii(document).iter(f"{RAM}ApplicableHeaderTradeSettlement"))
    return [
        tuple(
            tax.findtext(f"{RAM}{name}")
            for name in (
                "CategoryCode",
                "RateApplicablePercent",
                "BasisAmount",
                "CalculatedAmount",
                "ExemptionReasonCode",
            )
        )
        for tax in settlement.findall(f"{RAM}ApplicableTradeTax")
    ]


def freight(net: int = 700, **given: object) -> DocumentLine:
    return line_of(net, kind=LineKind.FREIGHT, name="Freight", sku="", unit="", **given)


GERMAN_BUYER = BUYER | {
    "country": "DE",
    "business_number": "DE136695976",
    "tax_numbers": {"VAT": "DE136695976"},
}

CASES = {
    "standard": document_with([line_of(10_000)]),
    "several rates": document_with([line_of(9_999), line_of(5_001, rate_ppm=70_000), line_of(333)]),
    "fraction of a percent": document_with([line_of(10_000, rate_ppm=55_000), line_of(7, rate_ppm=21_000)]),
    "zero rated": document_with([line_of(10_000, category="Z", rate_ppm=0)]),
    "standard at nothing": document_with([line_of(10_000, category="S", rate_ppm=0)]),
    "exempt": document_with([line_of(10_000, category="E", rate_ppm=0)], exemptions={"E": "VATEX-EU-132-1I"}),
    "exempt without a code": document_with([line_of(10_000, category="E", rate_ppm=0), line_of(500)]),
    "reverse charge": document_with(
        [line_of(10_000, category="AE", rate_ppm=0)], exemptions={"AE": "VATEX-EU-AE"}
    ),
    "within the Union": document_with(
        [line_of(10_000, category="K", rate_ppm=0), freight(category="K", rate_ppm=0)],
        exemptions={"K": "VATEX-EU-IC"},
    ),
    "within the Union, places unknown": document_with(
        [line_of(10_000, category="K", rate_ppm=0)], ship_to=()
    ),
    "export": document_with(
        [line_of(10_000, category="G", rate_ppm=0)],
        exemptions={"G": "VATEX-EU-G"},
        currency="USD",
        buyer=BUYER | {"country": "US", "business_number": "113456789", "tax_numbers": {}},
        ship_to=(PLACE | {"country": "US", "region": "NY", "city": "Brooklyn", "postal_code": "11217"},),
    ),
    "outside the scope": document_with([line_of(10_000, category="O", rate_ppm=0)]),
    "outside beside VAT": document_with([line_of(10_000, category=""), line_of(5_000)]),
    "freight as a charge": document_with([line_of(10_000), freight(), freight(300, rate_ppm=70_000)]),
    "nothing but freight": document_with([freight()]),
    "freight taken back": document_with([line_of(10_000), freight(-700)]),
    "a deduction": document_with(
        [line_of(10_000), line_of(-2_500, kind=LineKind.ADJUSTMENT, sku="", unit="", name="Bonus")]
    ),
    "interest": document_with(
        [line_of(1_234, kind=LineKind.INTEREST, category="", sku="", unit="", name="Interest")],
        kind=InvoiceKind.INTEREST,
        ship_to=(),
        order_number="",
        po_numbers=(),
    ),
    "credit note": document_with(
        [line_of(10_000), line_of(500, rate_ppm=70_000)],
        kind=InvoiceKind.CREDIT_NOTE,
        credits_number="HB-2026-000041",
        credits_issued_on=date(2026, 11, 2),
        reason="return",
        return_number="R-9",
    ),
    "credit note within the Union": document_with(
        [line_of(10_000, category="K", rate_ppm=0)],
        kind=InvoiceKind.CREDIT_NOTE,
        credits_number="HB-2026-000041",
        credits_issued_on=date(2026, 11, 2),
    ),
    "a month": document_with(
        [
            line_of(10_000),
            line_of(700, order_number="O-1002", shipment_number="S-1002"),
            line_of(333, order_number="O-1003", shipment_number="S-1003"),
        ],
        supplied_from=date(2026, 11, 2),
        order_number="",
        po_numbers=("PO-77", "PO-78"),
        ship_to=(PLACE, PLACE | {"name": "Gare", "city": "Lyon", "postal_code": "69002"}),
    ),
    "discount for paying early": document_with(
        [line_of(10_000)],
        discount_until=date(2026, 11, 30),
        discount=238,
        terms={"code": "net30", "kind": "net", "net_days": 30, "interest_ppm": 90_000},
    ),
    "everything given": document_with([line_of(0)], seller=SELLER | {"bank": None}, note="Thank you"),
    "in yen": document_with([line_of(10_000, unit_price_e4=100_000_000)], currency="JPY"),
    "at home": document_with([line_of(10_000)], buyer=GERMAN_BUYER),
}


@pytest.mark.parametrize("document", CASES.values(), ids=CASES)
def test_every_tax_case_keeps_all_rules_of_en_16931(document: InvoiceDocument) -> None:
    xml, ubl = facturx_xml(document), ubl_xml(document)
    assert cii_failures(xml) == []
    assert ubl_failures(ubl) == []
    assert parse_ubl_cii_xml(xml) == parse_ubl_cii_xml(ubl)


def test_without_one_number_of_the_buyer_s_the_lines_name_the_order() -> None:
    with_number = parse_ubl_cii_xml(ubl_xml(CASES["standard"]))
    assert (with_number["BT-13"], with_number["BT-14"]) == ("PO-77", "O-1001")
    assert "BT-128" not in with_number["BG-25"][0]
    for po_numbers in ((), ("PO-77", "PO-78"), (" \x00",)):
        without = parse_ubl_cii_xml(ubl_xml(document_with([line_of(100)], po_numbers=po_numbers)))
        assert "BT-13" not in without
        assert "BT-14" not in without
        assert without["BG-25"][0]["BT-128"] == {"VN": "O-1001"}


def test_each_rate_has_its_base_and_tax_as_on_the_document() -> None:
    assert breakdown(CASES["several rates"]) == [
        ("S", "7", "50.01", "3.50", None),
        ("S", "19", "103.32", "19.63", None),
    ]
    assert breakdown(CASES["fraction of a percent"]) == [
        ("S", "2.1", "0.07", "0.00", None),
        ("S", "5.5", "100.00", "5.50", None),
    ]
    assert breakdown(CASES["freight as a charge"]) == [
        ("S", "7", "3.00", "0.21", None),
        ("S", "19", "107.00", "20.33", None),
    ]


@pytest.mark.parametrize(
    "case, expected",
    [
        ("zero rated", ("Z", "0", "100.00", "0.00", None)),
        ("standard at nothing", ("Z", "0", "100.00", "0.00", None)),
        ("exempt", ("E", "0", "100.00", "0.00", "VATEX-EU-132-1I")),
        ("reverse charge", ("AE", "0", "100.00", "0.00", "VATEX-EU-AE")),
        ("within the Union", ("K", "0", "107.00", "0.00", "VATEX-EU-IC")),
        ("export", ("G", "0", "100.00", "0.00", "VATEX-EU-G")),
        ("outside the scope", ("O", None, "100.00", "0.00", "VATEX-EU-O")),
        ("interest", ("O", None, "12.34", "0.00", "VATEX-EU-O")),
    ],
)
def test_what_bears_no_vat_says_why(case: str, expected: tuple[str | None, ...]) -> None:
    assert breakdown(CASES[case]) == [expected]


def test_what_is_outside_the_scope_is_exempt_beside_vat() -> None:
    document = CASES["outside beside VAT"]
    assert breakdown(document) == [
        ("E", "0", "100.00", "0.00", None),
        ("S", "19", "50.00", "9.50", None),
    ]
    assert texts_of(cii(document), "ExemptionReason") == ["Exempt from VAT"]


def test_outside_the_scope_nobody_shows_a_vat_number() -> None:
    root = cii(CASES["outside the scope"])
    assert list(root.iter(f"{RAM}SpecifiedTaxRegistration")) == []
    assert [each.findtext(f"{RAM}ID") for each in root.iter(f"{RAM}SpecifiedLegalOrganization")] == [
        "DE136695976",
        "FR40303265045",
    ]
    seller = SELLER | {"business_number": "", "tax_numbers": {}}
    nameless = document_with([line_of(10_000, category="O", rate_ppm=0)], seller=seller)
    assert cii_failures(facturx_xml(nameless)) == []
    assert next(cii(nameless).iter(f"{RAM}SellerTradeParty")).findtext(f"{RAM}ID") == "HB"


def test_vat_numbers_carry_the_letters_of_their_country() -> None:
    greek = BUYER | {"country": "GR", "tax_numbers": {"VAT": "094 259 216"}, "business_number": ""}
    root = cii(document_with([line_of(100)], buyer=greek))
    assert [each.findtext(f"{RAM}ID") for each in root.iter(f"{RAM}SpecifiedTaxRegistration")] == [
        "DE136695976",
        "EL094259216",
    ]


def test_freight_is_a_charge_of_the_document_and_no_line() -> None:
    root = cii(CASES["freight as a charge"])
    assert texts_of(root, "LineID") == ["1"]
    assert texts_of(root, "ActualAmount") == ["7.00", "3.00"]
    assert texts_of(root, "ReasonCode") == ["FC", "FC"]
    assert texts_of(root, "ChargeTotalAmount") == ["10.00"]
    assert texts_of(root, "TaxBasisTotalAmount") == ["110.00"]


def test_what_is_taken_off_has_a_negative_quantity_and_a_price_above_zero() -> None:
    root = cii(CASES["a deduction"])
    assert texts_of(root, "BilledQuantity") == ["1", "-1"]
    assert texts_of(root, "LineTotalAmount") == ["100.00", "-25.00", "75.00"]
    assert texts_of(root, "ChargeAmount") == ["100.00", "25.00"]


def test_a_credit_note_refers_to_its_invoice_and_names_no_bank() -> None:
    document = CASES["credit note"]
    root = cii(document)
    assert texts_of(root, "TypeCode")[0] == "381"
    preceding = next(root.iter(f"{RAM}InvoiceReferencedDocument"))
    assert preceding.findtext(f"{RAM}IssuerAssignedID") == "HB-2026-000041"
    assert "".join(preceding.itertext()).split() == ["HB-2026-000041", "20261102"]
    assert texts_of(root, "IBANID") == []
    assert texts_of(root, "Content") == ["Goods remain ours until they are paid for.", "Return: R-9"]
    assert etree.QName(etree.fromstring(ubl_xml(document))).localname == "CreditNote"


def test_the_bank_is_sepa_for_euros_and_any_transfer_else() -> None:
    assert texts_of(cii(CASES["standard"]), "IBANID") == ["DE89370400440532013000"]
    assert (
        next(cii(CASES["standard"]).iter(f"{RAM}SpecifiedTradeSettlementPaymentMeans")).findtext(
            f"{RAM}TypeCode"
        )
        == "58"
    )
    assert (
        next(cii(CASES["export"]).iter(f"{RAM}SpecifiedTradeSettlementPaymentMeans")).findtext(
            f"{RAM}TypeCode"
        )
        == "30"
    )
    assert texts_of(cii(CASES["everything given"]), "IBANID") == []


def test_a_month_says_its_days_orders_and_the_country_of_its_places() -> None:
    root = cii(CASES["a month"])
    period = next(root.iter(f"{RAM}BillingSpecifiedPeriod"))
    assert "".join(period.itertext()).split() == ["20261102", "20261120"]
    assert texts_of(root, "IssuerAssignedID") == ["O-1001", "O-1002", "O-1003"]
    assert (
        next(root.iter(f"{RAM}ShipToTradeParty")).findtext(f"{RAM}PostalTradeAddress/{RAM}CountryID") == "FR"
    )
    assert texts_of(root, "Content")[-1] == "Purchase orders: PO-77, PO-78"


def test_terms_say_the_discount_and_the_interest() -> None:
    (terms,) = cii(CASES["discount for paying early"]).iter(f"{RAM}SpecifiedTradePaymentTerms")
    assert terms.findtext(f"{RAM}Description") == (
        "Due by 2026-12-20. 2.38 EUR may be taken off if paid in full by 2026-11-30."
        " Interest on late payment: 9 % a year."
    )


def test_units_are_coded() -> None:
    units = ["each", "pack", "box", "case", "bag", "bottle", "roll", "set", ""]
    document = document_with([line_of(100, unit=unit) for unit in units])
    assert cii_failures(facturx_xml(document)) == []
    assert [each.get("unitCode") for each in cii(document).iter(f"{RAM}BilledQuantity")] == [
        "H87", "XPK", "XBX", "XCS", "XBG", "XBO", "XRO", "SET", "C62",
    ]  # fmt: skip


def test_only_sellers_of_the_economic_area_have_files() -> None:
    korean = document_with([line_of(100)], seller=SELLER | {"country": "KR"})
    assert not is_european(korean)
    two_taxes = ({"code": "GST", "rate_ppm": 50_000, "category": "S"},) * 2
    assert not is_european(document_with([dataclasses.replace(line_of(100), taxes=two_taxes)]))
    assert is_european(CASES["standard"])


def test_a_place_without_a_name_has_the_buyer_s_and_a_buyer_without_one_is_caught() -> None:
    document = document_with([line_of(100)], ship_to=(PLACE | {"name": ""},))
    assert cii_failures(facturx_xml(document)) == []
    place = next(cii(document).iter(f"{RAM}ShipToTradeParty"))
    assert (place.findtext(f"{RAM}Name"), place.findtext(f"{RAM}PostalTradeAddress/{RAM}LineOne")) == (
        "Café du Canal SARL",
        "5, quai de Valmy",
    )
    nameless = document_with([line_of(100)], buyer=BUYER | {"name": ""}, ship_to=())
    assert cii_failures(facturx_xml(nameless)) == ["PEPPOL-EN16931-R008", "BR-07"]
    assert ubl_failures(ubl_xml(nameless)) == ["BR-07"]


def test_the_same_document_gives_the_same_bytes() -> None:
    assert facturx_xml(CASES["a month"]) == facturx_xml(CASES["a month"])
    assert ubl_xml(CASES["a month"]) == ubl_xml(CASES["a month"])


@pytest.mark.parametrize(
    "net, quantity, unit_price_e4, currency, expected",
    [
        (10_000, 3, 333_333, "EUR", "33.3333"),
        (10_000, 4, 250_000, "EUR", "25.00"),
        # Too few decimals to come to the line's net by.
        (10_000, 3, 330_000, "EUR", "33.333"),
        (10_000, 7_000, 0, "EUR", "0.014286"),
        (1, 1_000_000, 0, "EUR", "0.00000001"),
        (0, 5, 0, "EUR", "0.00"),
        (100, 3, 0, "JPY", "33.3"),
        (100, 4, 0, "KRW", "25"),
        (10_084, 12, 100_000, "EUR", "8.403"),
    ],
)
def test_a_price_times_its_quantity_is_the_net(
    net: int, quantity: int, unit_price_e4: int, currency: str, expected: str
) -> None:
    assert net_price(net, quantity, unit_price_e4, currency) == expected


def test_percentages_and_texts_are_plain() -> None:
    assert [percent(rate) for rate in (0, 190_000, 55_000, 99_750, 1)] == [
        "0",
        "19",
        "5.5",
        "9.975",
        "0.0001",
    ]
    assert text(" a\x00b\x1f \ud800c ") == "ab c"


@pytest.mark.parametrize("note", ["#0000", "#AAI#Goods remain ours", "#"])
def test_a_note_that_begins_like_a_subject_is_the_same_in_both_files(note: str) -> None:
    document = document_with([line_of(100)], note=note)
    xml, ubl = facturx_xml(document), ubl_xml(document)

    assert parse_ubl_cii_xml(xml) == parse_ubl_cii_xml(ubl)
    assert parse_ubl_cii_xml(xml)["BG-1"][0]["BT-22"] == f"– {note}"
    assert (cii_failures(xml), ubl_failures(ubl)) == ([], [])
