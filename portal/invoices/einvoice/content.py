"""What a document says in the terms of EN 16931: its business terms (BT) and groups (BG) by their numbers.

The few sentences of it are English: programs read the codes and dates beside them, people the paper.
"""

from __future__ import annotations

from typing import Any

from portal.core.locales import localized
from portal.core.money import plain_minor
from portal.invoices.document import InvoiceDocument
from portal.invoices.einvoice.codes import CREDIT_NOTE, INVOICE, SEPA_TRANSFER, TRANSFER
from portal.invoices.einvoice.lines import charge_entry, line_entry, split
from portal.invoices.einvoice.parties import buyer_of, delivery_of, seller_of
from portal.invoices.einvoice.taxes import Categories
from portal.invoices.einvoice.texts import percent, text


def content_of(document: InvoiceDocument) -> dict[str, Any]:
    """The document's content for the generator of factur-x, which changes what it is given."""
    categories = Categories(document)
    outside_vat = categories.all_outside
    lines, charges = split(document)
    # UBL has no place for the seller's order beside none of the buyer's: then the lines name it.
    names_order = not (_po_number(document) and document.order_number)

    def money(minor: int) -> str:
        return plain_minor(minor, document.currency)

    content: dict[str, Any] = {
        "BT-1": text(document.number),
        "BT-2": document.issued_on,
        "BT-3": CREDIT_NOTE if document.is_credit_note else INVOICE,
        "BT-5": document.currency,
        "BG-4": seller_of(document, outside_vat=outside_vat),
        "BG-7": buyer_of(document, outside_vat=outside_vat),
        "BG-23": categories.breakdown(),
        "BG-25": [line_entry(document, line, categories, names_order=names_order) for line in lines],
        "BT-20": _terms(document),
        "BT-106": money(sum(line.net for line in lines)),
        "BT-109": money(document.net),
        "BT-110": money(document.tax),
        "BT-112": money(document.total),
        "BT-115": money(document.total),
        **_supply(document),
        **_references(document),
        **_payment(document),
    }
    if charges:
        content["BT-108"] = money(sum(line.net for line in charges))
        content["BG-21"] = [charge_entry(document, line, categories) for line in charges]
    if delivery := delivery_of(document, is_needed=categories.within_union):
        content["BG-13"] = delivery
    if notes := _notes(document):
        # UBL writes the subject of a note before it, as #AAI#; a note that begins so by itself is kept apart from that.
        content["BG-1"] = [{"BT-22": f"– {note}" if note.startswith("#") else note} for note in notes]
    return content


def _supply(document: InvoiceDocument) -> dict[str, Any]:
    """The day goods left, or the days from the first to the last."""
    if document.supplied_from == document.supplied_to:
        return {"BT-72": document.supplied_to}
    return {"BT-73": document.supplied_from, "BT-74": document.supplied_to}


def _references(document: InvoiceDocument) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if po_number := _po_number(document):
        found["BT-13"] = po_number
        if document.order_number:
            found["BT-14"] = text(document.order_number)
    shipments = {line.shipment_number for line in document.lines} - {""}
    if len(shipments) == 1:
        found["BT-16"] = text(shipments.pop())
    if document.credits_number:
        preceding: dict[str, Any] = {"BT-25": text(document.credits_number)}
        if document.credits_issued_on is not None:
            preceding["BT-26"] = document.credits_issued_on
        found["BG-3"] = [preceding]
    return found


def _po_number(document: InvoiceDocument) -> str:
    """The dealer's own number of the order, if the document is about one; else empty."""
    return text(document.po_numbers[0]) if len(document.po_numbers) == 1 else ""


def _payment(document: InvoiceDocument) -> dict[str, Any]:
    """Where to pay to; nothing for a credit note, whose money goes the other way."""
    if document.is_credit_note:
        return {}
    found: dict[str, Any] = {"BT-9": document.due_on}
    bank = document.seller.get("bank") or {}
    iban = "".join(text(bank.get("iban") or "").split())
    if number := iban or text(bank.get("number") or ""):
        found["BT-81"] = SEPA_TRANSFER if iban and document.currency == "EUR" else TRANSFER
        found["BT-83"] = text(document.number)
        found["BT-84"] = number
        if holder := text(bank.get("holder") or ""):
            found["BT-85"] = holder
        if bic := "".join(text(bank.get("bic") or "").split()):
            found["BT-86"] = bic
    return found


def _terms(document: InvoiceDocument) -> str:
    if document.is_credit_note:
        return "Credited to your account; open invoices can be settled with it."
    sentences = [f"Due by {document.due_on.isoformat()}."]
    if document.discount_until is not None and document.discount:
        sentences.append(
            f"{plain_minor(document.discount, document.currency)} {document.currency} may be taken off"
            f" if paid in full by {document.discount_until.isoformat()}."
        )
    if interest_ppm := document.terms.get("interest_ppm"):
        sentences.append(f"Interest on late payment: {percent(interest_ppm)} % a year.")
    return " ".join(sentences)


def _notes(document: InvoiceDocument) -> list[str]:
    notes = [text(document.note), text(localized(document.seller.get("footnote") or {}, document.locale))]
    if len(document.po_numbers) > 1:
        notes.append(f"Purchase orders: {', '.join(text(number) for number in document.po_numbers)}")
    if document.return_number:
        notes.append(f"Return: {text(document.return_number)}")
    return [note for note in notes if note]
