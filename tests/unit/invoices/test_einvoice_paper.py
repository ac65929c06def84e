"""The file inside the paper: what another program reads out of the PDF is what we put in."""

from __future__ import annotations

import pytest
from facturx import get_facturx_level, get_facturx_xml_from_pdf, xml_check_xsd
from lxml import etree

from portal.adapters.press import Press
from portal.invoices.document import InvoiceDocument
from portal.invoices.einvoice import FACTURX_NAME, facturx_xml
from portal.invoices.models import InvoiceKind
from portal.invoices.papers import sheet_of
from tests.european import cii_failures, document_with, line_of

DOCUMENTS = {
    "invoice": document_with([line_of(10_000), line_of(5_000, rate_ppm=70_000)]),
    "credit note": document_with(
        [line_of(10_000, category="K", rate_ppm=0)],
        kind=InvoiceKind.CREDIT_NOTE,
        credits_number="HB-2026-000041",
    ),
}


# WeasyPrint leaves the colour profile it reads to the garbage collector to close.
@pytest.mark.filterwarnings("ignore:unclosed file .*sRGB2014.icc:ResourceWarning")
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_factur_x_is_read_back_from_the_paper(document: InvoiceDocument) -> None:
    pdf = Press().pdf(sheet_of(document, base_url="https://portal.example"))
    name, xml = get_facturx_xml_from_pdf(pdf, check_xsd=True)
    assert name == FACTURX_NAME
    assert xml == facturx_xml(document)
    assert get_facturx_level(etree.fromstring(xml)) == "en16931"
    assert xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert cii_failures(xml) == []
