"""The rules are awake: each fault put into a good file is caught by the rule that forbids it."""

from __future__ import annotations

import pytest

from portal.invoices.einvoice import facturx_xml, ubl_xml
from portal.invoices.models import InvoiceKind, LineKind
from tests.european import BUYER, SELLER, cii_failures, document_with, line_of, ubl_failures

GOOD = document_with(
    [
        line_of(10_000),
        line_of(5_000, rate_ppm=70_000),
        line_of(700, kind=LineKind.FREIGHT, name="Freight", sku="", unit=""),
    ]
)
WITHIN_UNION = document_with([line_of(10_000, category="K", rate_ppm=0)])
REVERSE_CHARGE = document_with([line_of(10_000, category="AE", rate_ppm=0)])
OUTSIDE = document_with([line_of(10_000, category="O", rate_ppm=0)])

CII_FAULTS = {
    "BR-CO-15": (GOOD, b"<ram:GrandTotalAmount>180.83<", b"<ram:GrandTotalAmount>180.84<"),
    "BR-CO-10": (GOOD, b"<ram:LineTotalAmount>150.00<", b"<ram:LineTotalAmount>150.01<"),
    "BR-CO-13": (GOOD, b"<ram:TaxBasisTotalAmount>157.00<", b"<ram:TaxBasisTotalAmount>156.00<"),
    "BR-CO-14": (GOOD, b'<ram:TaxTotalAmount currencyID="EUR">23.83<',
                 b'<ram:TaxTotalAmount currencyID="EUR">23.80<'),
    "BR-CO-16": (GOOD, b"<ram:DuePayableAmount>180.83<", b"<ram:DuePayableAmount>80.83<"),
    "BR-CO-17": (GOOD, b"<ram:CalculatedAmount>20.33<", b"<ram:CalculatedAmount>22.33<"),
    "BR-S-08": (GOOD, b"<ram:BasisAmount>107.00<", b"<ram:BasisAmount>100.00<"),
    "BR-CO-09": (GOOD, b'schemeID="VA">DE136695976<', b'schemeID="VA">136695976<'),
    "BR-07": (GOOD, b"<ram:Name>Caf\xc3\xa9 du Canal SARL</ram:Name>", b"<ram:Name></ram:Name>"),
    "BR-DEC-23": (GOOD, b"<ram:LineTotalAmount>50.00<", b"<ram:LineTotalAmount>50.001<"),
    "BR-27": (GOOD, b"<ram:ChargeAmount>50.00<", b"<ram:ChargeAmount>-50.00<"),
    "BR-IC-12": (WITHIN_UNION, b"ram:ShipToTradeParty>", b"ram:ShipFromTradeParty>"),
    "BR-IC-10": (WITHIN_UNION, b"ExemptionReason", b"ExemptionNothing"),
    "BR-AE-02": (REVERSE_CHARGE, b'<ram:ID schemeID="VA">FR40303265045</ram:ID>', b""),
    "BR-O-05": (OUTSIDE, b"<ram:CategoryCode>O</ram:CategoryCode>",
                b"<ram:CategoryCode>O</ram:CategoryCode><ram:RateApplicablePercent>0</ram:RateApplicablePercent>"),
    "BR-02": (GOOD, b"<ram:ID>HB-2026-000042</ram:ID>", b"<ram:ID></ram:ID>"),
}  # fmt: skip

UBL_FAULTS = {
    "BR-CO-15": (GOOD, b'<cbc:TaxInclusiveAmount currencyID="EUR">180.83<',
                 b'<cbc:TaxInclusiveAmount currencyID="EUR">180.84<'),
    "BR-CO-10": (GOOD, b'<cbc:LineExtensionAmount currencyID="EUR">150.00<',
                 b'<cbc:LineExtensionAmount currencyID="EUR">150.01<'),
    "BR-CO-09": (GOOD, b"<cbc:CompanyID>DE136695976<", b"<cbc:CompanyID>136695976<"),
    "BR-CL-04": (GOOD, b"<cbc:DocumentCurrencyCode>EUR<", b"<cbc:DocumentCurrencyCode>EUX<"),
    "BR-CL-23": (GOOD, b'unitCode="H87"', b'unitCode="piece"'),
}  # fmt: skip


@pytest.mark.parametrize("rule", CII_FAULTS)
def test_faults_of_a_factur_x_file_are_caught(rule: str) -> None:
    document, good, bad = CII_FAULTS[rule]
    xml = facturx_xml(document)
    assert good in xml
    assert cii_failures(xml) == []
    assert rule in cii_failures(xml.replace(good, bad))


@pytest.mark.parametrize("rule", UBL_FAULTS)
def test_faults_of_a_ubl_file_are_caught(rule: str) -> None:
    document, good, bad = UBL_FAULTS[rule]
    xml = ubl_xml(document)
    assert good in xml
    assert ubl_failures(xml) == []
    assert rule in ubl_failures(xml.replace(good, bad))


def test_codes_that_are_in_no_list_are_caught() -> None:
    xml = facturx_xml(GOOD)
    for good, bad in (
        (b"<ram:InvoiceCurrencyCode>EUR<", b"<ram:InvoiceCurrencyCode>EUX<"),
        (b'unitCode="H87"', b'unitCode="piece"'),
        (b"<ram:ReasonCode>FC<", b"<ram:ReasonCode>FREIGHT<"),
        (b"<ram:CountryID>FR<", b"<ram:CountryID>FX<"),
    ):
        assert good in xml
        assert cii_failures(xml.replace(good, bad)) != []


def test_a_supply_within_the_union_needs_the_buyers_number() -> None:
    without = BUYER | {"tax_numbers": {}, "business_number": ""}
    document = document_with([line_of(10_000, category="K", rate_ppm=0)], buyer=without)
    assert cii_failures(facturx_xml(document)) == ["BR-IC-02"]


def test_a_seller_without_a_number_cannot_charge_vat() -> None:
    without = SELLER | {"tax_numbers": {}, "business_number": ""}
    document = document_with([line_of(10_000)], seller=without, kind=InvoiceKind.INVOICE)
    assert "BR-S-02" in cii_failures(facturx_xml(document))
