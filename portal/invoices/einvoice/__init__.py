"""Invoices for machines: EN 16931 as Factur-X (CII) and as UBL 2.1, from a document as it was issued.

Both files say the same, from one reckoning (``content.py``). Every amount in them is one of the document; nothing is
reckoned anew but unit prices without tax. The same document gives the same bytes.
"""

from __future__ import annotations

from typing import Any, Final

from portal.invoices.document import InvoiceDocument
from portal.invoices.einvoice.codes import EUROPEAN_ECONOMIC_AREA
from portal.invoices.einvoice.content import content_of

FACTURX_NAME: Final = "factur-x.xml"
"""What the file must be called inside a PDF."""

FACTURX_LEVEL: Final = "EN 16931"
"""The profile, as the metadata of the PDF name it."""


def is_european(document: InvoiceDocument) -> bool:
    """True if the document has these files: its seller is in the European Economic Area.

    EN 16931 knows one VAT for a line and no other tax; a document with a line that bears several has no files.
    """
    return document.seller.get("country") in EUROPEAN_ECONOMIC_AREA and all(
        len(line.taxes) <= 1 for line in document.lines
    )


def facturx_xml(document: InvoiceDocument) -> bytes:
    """The document as Factur-X 1.09, profile EN 16931 (UN/CEFACT Cross Industry Invoice), valid by its schema.

    Only for documents that are European. Raises lxml.etree.DocumentInvalid for what the schema does not allow.
    """
    return _generated(document, "factur-x")


def ubl_xml(document: InvoiceDocument) -> bytes:
    """The document as UBL 2.1, an Invoice or a CreditNote, with the content of EN 16931, valid by its schema.

    Only for documents that are European. Raises lxml.etree.DocumentInvalid for what the schema does not allow.
    """
    return _generated(document, "ubl-2.1")


def _generated(document: InvoiceDocument, flavor: str) -> bytes:
    # Half a second and a PDF library, which the pages of the portal do without.
    from facturx.generate_xml import generate_xml

    # Its own check of the rules would ask a server; the tests apply them instead.
    content: dict[str, Any] = content_of(document)
    return bytes(generate_xml(content, flavor=flavor, level="en16931", check_schematron=False))
