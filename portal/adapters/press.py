"""The press: documents as PDF by WeasyPrint, with our fonts, and nothing fetched from anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from portal.adapters.paper import Sheet


@dataclass
class Press:
    """Makes PDFs. What it needs is loaded when first used, once in a process."""

    def pdf(self, sheet: Sheet) -> bytes:
        """The document as PDF/A-3 with tags, its fonts inside; the same sheet gives the same bytes."""
        raise NotImplementedError(sheet.template)

    def html(self, sheet: Sheet) -> str:
        """The same document as one page of HTML."""
        raise NotImplementedError(sheet.template)
