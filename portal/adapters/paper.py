"""Paper: documents as PDF. Same input, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside a PDF."""

    name: str
    media_type: str
    content: bytes
    description: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document to be put on paper."""

    template: str
    """In templates/paper/, without its ending."""
    locale: str
    title: str
    values: Mapping[str, Any] = field(default_factory=dict)
    """What the template is given, all of it known beforehand: no time of rendering, nothing random."""
    attachments: Sequence[Attachment] = ()
    facturx_level: str = ""
    """Set: the first attachment is a Factur-X invoice of this level, such as EN 16931."""
    second_locale: str = ""
    """Set: every label is followed by the same in this language."""
    author: str = ""
    """Who gives the document out."""
    dated: date | None = None
    """The day on the document, which is also the PDF's own date; None: it bears none."""
    page_size: str = "A4"
    """A4 or Letter."""
    logo: str = ""
    """The seller's logo as a data: address; empty: none. The press puts it on, as it does the accent."""
    accent: str = "cobalt"
    """The name of an accent of static/css/tokens.css; ``own``: the press declares it."""


class PaperPress(Protocol):
    """Makes PDFs, and the same documents as HTML for a screen."""

    def pdf(self, sheet: Sheet) -> bytes:
        """The document as PDF/A-3 with tags, its fonts inside."""
        ...

    def html(self, sheet: Sheet, *, stylesheet: str = "") -> str:
        """The same document as one page of HTML, without styles in it; ``stylesheet`` is the address of some."""
        ...
