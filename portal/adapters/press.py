"""The press: documents as PDF by WeasyPrint, with our fonts, and nothing fetched from anywhere."""

from __future__ import annotations

import atexit
import gc
import io
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from portal.adapters.facturx_metadata import add_facturx
from portal.adapters.mail_templates import FOLDER
from portal.adapters.paper import Sheet
from portal.adapters.paper_templates import TEMPLATES, page_of

FONTS: Final = Path(__file__).resolve().parent / "fonts"
LOOKS: Final = FOLDER / "static" / "css" / "pages" / "paper.css"
"""How papers look, on a screen too; what only paper has is beside the templates."""
PRINT: Final = TEMPLATES / "print.css"

PAGE_SIZES: Final = ("A4", "Letter")
VARIANT: Final = {"pdf_variant": "pdf/a-3a", "pdf_tags": True}
OWN_FILES: Final = frozenset(path.name for path in FONTS.glob("*.otf"))
OWN_SCHEME: Final = "press:"
"""Begins the addresses of the press's own files: press:PortalPaper-Regular.otf."""


@dataclass
class Press:
    """Makes PDFs. What it needs is loaded when first used, once in a process; one document at a time is made."""

    logo: str = ""
    """The seller's logo as a data: address, put on every document; empty: none."""
    accent: str = "cobalt"
    """The seller's accent, by its name in static/css/tokens.css; ``own`` is declared by ``accent_styles``."""
    accent_styles: str = ""
    busy: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def pdf(self, sheet: Sheet) -> bytes:
        """The document as PDF/A-3 with tags, its fonts inside; the same sheet gives the same bytes.

        Raises what ``paper_templates.page_of`` raises, and ValueError for a page that asks for any file but the
        press's own, or for an unknown size of paper.
        """
        if sheet.page_size not in PAGE_SIZES:
            raise ValueError(f"no paper of size {sheet.page_size}")
        page = page_of(self._branded(sheet))
        with self.busy, _no_collection():
            loaded = _loaded()
            try:
                return _printed(page, sheet, loaded, self.accent_styles)
            except loaded.refusal as refusal:
                # WeasyPrint's own is no Exception: it would end a worker.
                raise ValueError(str(refusal)) from refusal

    def html(self, sheet: Sheet, *, stylesheet: str = "") -> str:
        """The same document as one page of HTML; ``stylesheet`` is the address of its styles."""
        return page_of(self._branded(sheet), stylesheet=stylesheet)

    def _branded(self, sheet: Sheet) -> Sheet:
        return replace(sheet, logo=self.logo, accent=self.accent)


@contextmanager
def _no_collection() -> Iterator[None]:
    # A long document makes a million small objects; looking through them again and again is a quarter of its time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _printed(page: str, sheet: Sheet, loaded: SimpleNamespace, accent_styles: str) -> bytes:
    own = [loaded.css(accent_styles)] if accent_styles else []
    document = loaded.HTML(string=page, base_url=OWN_SCHEME, url_fetcher=loaded.fetcher).render(
        stylesheets=[loaded.styles, *own, loaded.sizes[sheet.page_size]], font_config=loaded.fonts, **VARIANT
    )
    moment = datetime.combine(sheet.dated or date(2000, 1, 1), time(), UTC)
    document.metadata.attachments = [
        loaded.Attachment(
            file_obj=io.BytesIO(each.content),
            name=each.name,
            description=each.description,
            created=moment,
            modified=moment,
            relationship="Alternative",
        )
        for each in sheet.attachments
    ]
    if sheet.facturx_level:
        add_facturx(document.metadata, sheet.attachments[0].name, sheet.facturx_level)
    return bytes(document.write_pdf(finisher=_finish, **VARIANT))


def _finish(_document: Any, pdf: Any) -> None:
    """Mend what the document says of its attachments: WeasyPrint lists each twice."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = type(pdf.catalog["AF"])(dict.fromkeys(pdf.catalog["AF"]))


@cache
def _loaded() -> SimpleNamespace:
    """WeasyPrint with our fonts and styles read: half a second and 60 MB that only who prints needs."""
    from weasyprint import CSS, HTML, Attachment
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFilesFetcher(URLFetcher):  # type: ignore[misc]
        """Gives what is inside the page (data:) and the press's own files; anything else ends the rendering."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            name = url.removeprefix(OWN_SCHEME)
            if name == url or name not in OWN_FILES:
                raise FatalURLFetchingError(f"a paper may not ask for {url[:200]}")
            return URLFetcherResponse(url, (FONTS / name).read_bytes(), {"Content-Type": "font/otf"})

    # Libraries are unloaded before caches when a process ends; the fonts must be given back before.
    atexit.register(_loaded.cache_clear)
    # What the looks say to browsers alone is no news each time.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    fetcher = OwnFilesFetcher(allowed_protocols=("data",))
    fonts = FontConfiguration()
    looks = LOOKS.read_text("utf-8") + PRINT.read_text("utf-8")

    def styles(text: str) -> Any:
        return CSS(string=text, base_url=OWN_SCHEME, url_fetcher=fetcher, font_config=fonts)

    return SimpleNamespace(
        HTML=HTML,
        Attachment=Attachment,
        refusal=FatalURLFetchingError,
        fetcher=fetcher,
        fonts=fonts,
        css=styles,
        styles=styles(looks),
        sizes={size: styles(f"@page {{ size: {size} }}") for size in PAGE_SIZES},
    )
