"""Any document that is billed, said in both files to the unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from facturx import parse_ubl_cii_xml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from portal.accounts.models import TaxRounding
from portal.core.money import minor_digits, minor_from_e4
from portal.invoices.bill import Charge, Rate, bill
from portal.invoices.document import DocumentLine, DocumentTax, InvoiceDocument
from portal.invoices.einvoice import facturx_xml, ubl_xml
from portal.invoices.models import InvoiceKind, LineKind
from tests.european import PLACE, cii_failures, document_with, line_of, ubl_failures

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"

RATES = (
    Rate("VAT", 190_000, 0),
    Rate("VAT", 70_000, 1),
    Rate("VAT", 55_000, 2),
    Rate("VAT", 21_000, 3),
    Rate("VAT", 0, 4, "Z"),
    Rate("VAT", 0, 5, "E", "VATEX-EU-132"),
    Rate("VAT", 0, 6, "AE", "VATEX-EU-AE"),
    Rate("VAT", 0, 7, "K", "VATEX-EU-IC"),
    Rate("VAT", 0, 8, "G", "VATEX-EU-G"),
    Rate("VAT", 0, 9, "O", "VATEX-EU-O"),
)

CUSTOMS = (
    (TaxRounding.DOCUMENT_HALF_UP, "EUR"),
    (TaxRounding.DOCUMENT_DOWN, "EUR"),
    (TaxRounding.DOCUMENT_HALF_UP, "USD"),
    # The rules bear a tax that is off by less than 1, and 1 yen is 1: rounded down out of a price with tax in it, it
    # can be off by more. Nobody in Europe rounds so.
    (TaxRounding.DOCUMENT_HALF_UP, "JPY"),
)

words = st.text(max_size=30)


@dataclass(frozen=True)
class Wanted:
    """A line to be billed."""

    kind: LineKind
    quantity: int
    unit_price_e4: int
    off: int
    """Taken off the line's total beyond its price, minor units: a bundle, an amount off the order."""
    rate: Rate | None
    tax_included: bool
    name: str


wanted_lines = st.builds(
    Wanted,
    kind=st.sampled_from((LineKind.GOODS,) * 4 + (LineKind.FREIGHT, LineKind.ADJUSTMENT)),
    quantity=st.one_of(st.integers(1, 12), st.integers(1, 100_000)),
    unit_price_e4=st.one_of(st.integers(0, 300_000), st.integers(0, 50_000_000)),
    off=st.one_of(st.just(0), st.integers(0, 5_000)),
    rate=st.one_of(st.sampled_from(RATES[:3]), st.sampled_from(RATES), st.none()),
    tax_included=st.booleans(),
    name=words,
)


def billed(wanted: list[Wanted], custom: tuple[TaxRounding, str], **given: object) -> InvoiceDocument:
    rounding, currency = custom
    charges = []
    for each in wanted:
        amount = minor_from_e4(each.unit_price_e4 * each.quantity, currency)
        amount -= min(each.off, amount)
        is_adjustment = each.kind is LineKind.ADJUSTMENT
        charges.append(
            Charge(
                -min(amount, 50) if is_adjustment else amount,
                (each.rate,) if each.rate else (),
                each.tax_included and not is_adjustment,
            )
        )
    result = bill(charges, rounding)
    lines: list[DocumentLine] = [
        line_of(
            net,
            kind=each.kind,
            quantity=1 if each.kind is LineKind.FREIGHT else each.quantity,
            unit_price_e4=each.unit_price_e4,
            line_total=charge.amount,
            tax_included=charge.tax_included,
            name=each.name,
            taxes=tuple(rate.to_snapshot() for rate in charge.rates),
        )
        for each, charge, net in zip(wanted, charges, result.nets, strict=True)
    ]
    taxes = tuple(DocumentTax(**tax.to_snapshot()) for tax in result.taxes)
    return document_with(
        lines, currency=currency, taxes=taxes, net=result.net, tax=result.tax, total=result.total, **given
    )


documents = st.builds(
    billed,
    st.lists(wanted_lines, min_size=1, max_size=12),
    custom=st.sampled_from(CUSTOMS),
    kind=st.sampled_from((InvoiceKind.INVOICE, InvoiceKind.CREDIT_NOTE)),
    credits_number=st.just("HB-2026-000041"),
    note=words,
    po_numbers=st.lists(st.text(min_size=1, max_size=8), max_size=3).map(tuple),
    ship_to=st.sampled_from(
        ((), (PLACE,), (PLACE, PLACE | {"city": "Lyon"}), (PLACE, PLACE | {"country": "BE"}))
    ),
)


def minor(amount: str | None, currency: str) -> int:
    whole = Decimal(amount or "0").scaleb(minor_digits(currency))
    assert whole == whole.to_integral_value()
    return int(whole)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents)
def test_any_document_keeps_the_rules_and_every_amount(document: InvoiceDocument) -> None:
    assume(document.net >= 0 and document.total >= 0)
    xml, other = facturx_xml(document), ubl_xml(document)
    assert cii_failures(xml) == []
    assert ubl_failures(other) == []
    # Read by another program, both say the same.
    assert parse_ubl_cii_xml(xml) == parse_ubl_cii_xml(other)

    root = etree.fromstring(xml)
    sums = next(root.iter(f"{RAM}SpecifiedTradeSettlementHeaderMonetarySummation"))

    def said(name: str) -> int:
        return minor(sums.findtext(f"{RAM}{name}"), document.currency)

    assert said("TaxBasisTotalAmount") == document.net
    assert said("TaxTotalAmount") == document.tax
    assert said("GrandTotalAmount") == said("DuePayableAmount") == document.total
    assert said("LineTotalAmount") + said("ChargeTotalAmount") == document.net
    lines = {line.position: line for line in document.lines}
    entries = list(root.iter(f"{RAM}IncludedSupplyChainTradeLineItem"))
    for entry in entries:
        line = lines.pop(int(next(entry.iter(f"{RAM}LineID")).text or ""))
        net = minor(next(entry.iter(f"{RAM}LineTotalAmount")).text, document.currency)
        price = Decimal(next(entry.iter(f"{RAM}ChargeAmount")).text or "")
        quantity = Decimal(next(entry.iter(f"{RAM}BilledQuantity")).text or "")
        assert net == line.net
        assert abs(quantity) == line.quantity
        assert price >= 0
        # To the unit: what the price times the quantity comes to, rounded, is the line's net.
        half = Decimal("0.5").scaleb(-minor_digits(document.currency))
        assert abs(price * quantity - Decimal(net).scaleb(-minor_digits(document.currency))) <= half
    charged = [
        minor(each.findtext(f"{RAM}ActualAmount"), document.currency)
        for each in root.iter(f"{RAM}SpecifiedTradeAllowanceCharge")
    ]
    assert charged == [line.net for line in lines.values()]
    assert all(line.kind is LineKind.FREIGHT for line in lines.values())
