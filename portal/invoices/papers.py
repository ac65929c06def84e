"""Papers of the books: what a document or a statement puts on its sheet, and the job that makes and files it.

A paper is made from what is frozen in its document, and from nothing that changes later: what is open of it, or the
seller's name of today, is never on it. So it may be made again at any time and comes out the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.letterhead import address_lines, party_of
from portal.adapters.mail_templates import translations
from portal.adapters.paper import Attachment, Sheet
from portal.catalog.files import keep_file
from portal.catalog.models import StoredFile
from portal.core.locales import localized
from portal.core.upsert import insert_for
from portal.invoices.document import DocumentLine, DocumentTax, InvoiceDocument, document_of
from portal.invoices.einvoice import FACTURX_LEVEL, FACTURX_NAME, facturx_xml, is_european, ubl_xml
from portal.invoices.models import FileKind, Invoice, InvoiceFile, InvoiceKind
from portal.invoices.statement_paper import LETTER_COUNTRIES
from portal.invoices.statement_paper import statement_sheet as statement_sheet
from portal.invoices.won import in_hangul
from portal.jobs.context import Errand, JobContext, Services

MEDIA_TYPES: Final = {
    FileKind.PDF: "application/pdf",
    FileKind.XML: "application/xml",
    FileKind.UBL: "application/xml",
}
"""How each kind of file is served."""


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Lines of a document that left together."""

    order_number: str
    shipment_number: str
    supplied_on: date
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True)
class InvoicePaper:
    """What the paper of a document shows beyond the document itself."""

    groups: tuple[LineGroup, ...]
    columns: int
    """Of the table of lines."""
    shows_rates: bool
    """True: each line says which taxes it bears, for they differ."""
    shows_line_tax: bool
    """True: each line says its own tax, as Korean papers do."""
    has_reduced: bool
    prices_include_tax: bool
    exempt: tuple[DocumentTax, ...]
    """Taxes whose reason must be said."""
    ship_to: tuple[str, ...]
    bank: dict[str, str]
    """Where to transfer to; empty: not known."""
    honorific: str
    """What follows the buyer's name; 御中 in Japan."""
    in_words: str
    """The total in words, where papers have it so; else empty."""
    pay_url: str
    pay_alt: str
    footnote: str


def layout_of(document: InvoiceDocument) -> str:
    """Whose form the document has: KR, JP, CA, US, EU, or empty for none in particular."""
    country = str(document.seller.get("country") or "")
    if country in ("KR", "JP") and document.buyer.get("country") not in (country, None, ""):
        # A foreign buyer reads no 거래명세서.
        return ""
    if country in ("KR", "JP", "CA", "US"):
        return country
    return "EU" if is_european(document) else ""


def languages_of(document: InvoiceDocument) -> tuple[str, str]:
    """The language of the paper, and the second one it says everything in; empty: none.

    In Québec French comes first and English follows, whatever the account reads the portal in.
    """
    region = str((document.buyer.get("address") or {}).get("region") or "")
    is_at_home = document.seller.get("country") == document.buyer.get("country") == "CA"
    if is_at_home and (document.locale == "fr-CA" or region == "QC"):
        return "fr-CA", "en"
    return document.locale, ""


def sheet_of(document: InvoiceDocument, *, base_url: str) -> Sheet:
    """The sheet of a document; ``base_url`` is the portal's address, for the link to pay."""
    layout = layout_of(document)
    locale, second = languages_of(document)
    home = str(document.seller.get("country") or "")
    attachments: tuple[Attachment, ...] = ()
    if layout == "EU":
        attachments = (Attachment(FACTURX_NAME, "text/xml", facturx_xml(document), "Factur-X"),)
    return Sheet(
        template="invoice",
        locale=locale,
        second_locale=second,
        title=f"{title_of(document, layout, locale)} {document.number}",
        values={
            "document": document,
            "layout": layout,
            "seller_name": str(document.seller.get("name") or ""),
            "seller": party_of(document.seller, home=home, locale=locale),
            "buyer": party_of(document.buyer, home=home, locale=locale),
            "paper": _paper_of(document, layout, locale, base_url),
        },
        attachments=attachments,
        facturx_level=FACTURX_LEVEL if attachments else "",
        author=str(document.seller.get("name") or ""),
        dated=document.issued_on,
        page_size="Letter" if home in LETTER_COUNTRIES else "A4",
    )


def title_of(document: InvoiceDocument, layout: str, locale: str) -> str:
    """What the document is called in its language."""
    text = translations(locale).ugettext
    if document.kind is InvoiceKind.INTEREST:
        return str(text("Interest note"))
    if document.is_credit_note:
        names = {"KR": text("Statement of deductions"), "JP": text("Qualified return invoice")}
        return str(names.get(layout) or text("Credit note"))
    names = {"KR": text("Statement of transaction"), "JP": text("Qualified invoice")}
    return str(names.get(layout) or text("Invoice"))


def _paper_of(document: InvoiceDocument, layout: str, locale: str, base_url: str) -> InvoicePaper:
    borne = {tuple(sorted((tax["code"], tax["rate_ppm"]) for tax in line.taxes)) for line in document.lines}
    shows_line_tax = layout == "KR" and all(line.tax is not None for line in document.lines)
    shows_rates = not shows_line_tax and (len(borne) > 1 or layout == "EU")
    is_japanese = layout == "JP" and locale == "ja"
    return InvoicePaper(
        groups=tuple(_groups(document.lines)),
        columns=6 + shows_rates + shows_line_tax,
        shows_rates=shows_rates,
        shows_line_tax=shows_line_tax,
        has_reduced=layout == "JP" and any(line.tax_class == "reduced" for line in document.lines),
        prices_include_tax=any(line.tax_included for line in document.lines),
        exempt=tuple(tax for tax in document.taxes if tax.category not in ("S", "Z")),
        ship_to=tuple(
            _place_line(place, str(document.seller.get("country") or ""), locale)
            for place in document.ship_to
        ),
        bank=dict(document.seller.get("bank") or {}),
        honorific="御中" if is_japanese else "",
        in_words=in_hangul(document.total)
        if layout == "KR" and document.currency == "KRW" and locale == "ko"
        else "",
        pay_url=f"{base_url}/payments/new?invoice={quote(document.number, safe='')}",
        pay_alt=str(translations(locale).ugettext("QR code of the page where %(number)s is paid"))
        % {"number": document.number},
        footnote=localized(document.seller.get("footnote") or {}, locale),
    )


def _groups(lines: Iterable[DocumentLine]) -> Iterable[LineGroup]:
    together = groupby(lines, key=lambda line: (line.order_number, line.shipment_number, line.supplied_on))
    for (order_number, shipment_number, supplied_on), members in together:
        yield LineGroup(order_number, shipment_number, supplied_on, tuple(members))


def _place_line(place: dict[str, Any] | Any, home: str, locale: str) -> str:
    country = str(place.get("country") or home)
    lines = address_lines(place, country, home=home, locale=locale)
    return ", ".join([*([str(place["name"])] if place.get("name") else []), *lines])


def invoice_sheet(session: Session, invoice_id: int, *, base_url: str) -> Sheet:
    """The sheet of an invoice, credit note or interest note. Raises NotFound."""
    return sheet_of(document_of(session, Invoice.id == invoice_id), base_url=base_url)


def paper_of(session: Session, invoice_id: int) -> bytes | None:
    """The PDF filed for the document; None if it is not made yet."""
    return file_of(session, invoice_id, FileKind.PDF)


def file_of(session: Session, invoice_id: int, kind: FileKind) -> bytes | None:
    """What is filed of the document in this kind; None if it is not made, or the document has none."""
    return session.scalar(
        select(StoredFile.content)
        .join(InvoiceFile, InvoiceFile.stored_file_id == StoredFile.id)
        .where(InvoiceFile.invoice_id == invoice_id, InvoiceFile.kind == kind)
    )


@dataclass(frozen=True, slots=True)
class WantedPaper:
    """A paper to make."""

    document: InvoiceDocument
    base_url: str


def read_paper(context: JobContext, *, invoice_id: int) -> WantedPaper | None:
    """The document whose paper is not filed yet; None if it is. Raises NotFound."""
    if is_filed(context.session, invoice_id):
        return None
    return WantedPaper(document_of(context.session, Invoice.id == invoice_id), context.base_url)


def is_filed(session: Session, invoice_id: int) -> bool:
    """True if the PDF of the document is filed."""
    known = select(InvoiceFile.invoice_id).where(
        InvoiceFile.invoice_id == invoice_id, InvoiceFile.kind == FileKind.PDF
    )
    return session.scalar(known) is not None


def print_paper(services: Services, wanted: WantedPaper) -> dict[FileKind, bytes]:
    """The PDF of the document, and its files for machines where it has some."""
    sheet = sheet_of(wanted.document, base_url=wanted.base_url)
    files = {FileKind.PDF: services.press.pdf(sheet)}
    if sheet.facturx_level:
        files[FileKind.XML] = sheet.attachments[0].content
        files[FileKind.UBL] = ubl_xml(wanted.document)
    return files


def file_paper(context: JobContext, wanted: WantedPaper, made: dict[FileKind, bytes]) -> None:
    """File what was made. What another worker filed meanwhile is the same, and stays."""
    for kind, content in made.items():
        stored = keep_file(context.session, content, MEDIA_TYPES[kind])
        row = {
            "invoice_id": wanted.document.id,
            "kind": kind,
            "stored_file_id": stored,
            "made_at": context.now,
        }
        filing = insert_for(context.session, InvoiceFile).values(row)
        context.session.execute(filing.on_conflict_do_nothing(index_elements=["invoice_id", "kind"]))


MAKE_PAPER: Final = Errand(read_paper, print_paper, file_paper)
"""The job make_paper {invoice_id}."""
