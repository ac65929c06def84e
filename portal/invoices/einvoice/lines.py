"""Lines of a document, and its freight, as EN 16931 asks for them."""

from __future__ import annotations

from typing import Any

from portal.core.money import plain_minor
from portal.invoices.document import DocumentLine, InvoiceDocument
from portal.invoices.einvoice.codes import FREIGHT, ONE, SELLERS_ORDER, UNITS
from portal.invoices.einvoice.taxes import Categories
from portal.invoices.einvoice.texts import net_price, text
from portal.invoices.models import LineKind


def split(document: InvoiceDocument) -> tuple[list[DocumentLine], list[DocumentLine]]:
    """Lines of the file, and those that are charges of the document: freight.

    A file without lines is not allowed: a document about nothing but freight has it as its lines, and so does one
    that takes freight back.
    """
    charges = [line for line in document.lines if line.kind is LineKind.FREIGHT]
    if len(charges) == len(document.lines) or any(line.net < 0 for line in charges):
        return list(document.lines), []
    return [line for line in document.lines if line.kind is not LineKind.FREIGHT], charges


def line_entry(
    document: InvoiceDocument, line: DocumentLine, categories: Categories, *, names_order: bool
) -> dict[str, Any]:
    """A line (BG-25). One that takes something back has a negative quantity: a price must not be negative."""
    vat = categories.of(line)
    name = text(line.name) or text(line.sku) or document.number
    price = net_price(
        abs(line.net), line.quantity, 0 if line.tax_included else abs(line.unit_price_e4), document.currency
    )
    entry: dict[str, Any] = {
        "BT-126": str(line.position),
        "BT-129": str(-line.quantity if line.net < 0 else line.quantity),
        "BT-130": UNITS.get(line.unit, ONE),
        "BT-131": plain_minor(line.net, document.currency),
        "BT-146": price,
        "BT-151": vat.category,
        "BT-153": name,
    }
    if vat.percent is not None:
        entry["BT-152"] = vat.percent
    if sku := text(line.sku):
        entry["BT-155"] = sku
    if names_order and line.order_number:
        entry["BT-128"] = {SELLERS_ORDER: text(line.order_number)}
    return entry


def charge_entry(document: InvoiceDocument, line: DocumentLine, categories: Categories) -> dict[str, Any]:
    """A charge of the document (BG-21)."""
    vat = categories.of(line)
    entry = {
        "amount": plain_minor(line.net, document.currency),
        "reason": text(line.name) or "Freight",
        "reason_code": FREIGHT,
        "vat_category_code": vat.category,
    }
    if vat.percent is not None:
        entry["vat_rate"] = vat.percent
    return entry
