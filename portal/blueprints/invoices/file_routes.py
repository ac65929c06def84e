"""The papers and data of a document: GET /invoices/<number>.pdf, .xml and /paper."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, make_response, request

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.invoices.answers import file_answer
from portal.blueprints.invoices.routes import own
from portal.core.errors import NotFound
from portal.extensions import release_session, runtime, session
from portal.invoices.einvoice import facturx_xml, is_european
from portal.invoices.models import FileKind
from portal.invoices.papers import file_of, sheet_of

blueprint = Blueprint("invoice_files", __name__)

PDF: Final = "application/pdf"


@blueprint.get("/invoices/<number>.pdf")
@account_required(Deed.SEE_INVOICES)
def pdf(number: str) -> Response:
    """The paper as it was filed; drawn in memory while it is not filed yet. With ``inline=1`` to be shown."""
    document = own(number)
    content = file_of(session(), document.id, FileKind.PDF)
    if content is None:
        sheet = sheet_of(document, base_url=runtime().settings.base_url)
        # Nobody waits for this page's transaction while the paper is drawn.
        release_session()
        content = runtime().press.pdf(sheet)
    return file_answer(content, PDF, f"{document.number}.pdf", inline=request.args.get("inline") == "1")


@blueprint.get("/invoices/<number>.xml")
@account_required(Deed.SEE_INVOICES)
def xml(number: str) -> Response:
    """The document for machines, EN 16931; 404 for a document that has no such file."""
    document = own(number)
    if not is_european(document):
        raise NotFound("file", number)
    content = file_of(session(), document.id, FileKind.XML) or facturx_xml(document)
    return file_answer(content, "application/xml", f"{document.number}.xml")


@blueprint.get("/invoices/<number>/paper")
@account_required(Deed.SEE_INVOICES)
def paper(number: str) -> Response:
    """What is on the paper, as a page."""
    sheet = sheet_of(own(number), base_url=runtime().settings.base_url)
    return make_response(runtime().press.html(sheet, stylesheet=runtime().assets.url("css/pages/paper.css")))
