"""A file a dealer has, into rows of text cells. What it is is told by its content; its name is only a hint."""

from __future__ import annotations

import re
from typing import Final

from portal.core.errors import Refused
from portal.orders.entry.decoding import decode
from portal.orders.entry.separated import html_rows, separated_rows
from portal.orders.entry.tables import MOST_BYTES, Row
from portal.orders.entry.workbooks import workbook_rows

_PACKED: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN: Final = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"PK\x05\x06",
    b"HWP Document",
)
_HTML: Final = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype html|<html|<table|<meta)", re.IGNORECASE)


def read_rows(content: bytes, locale: str = "ko") -> tuple[Row, ...]:
    """The rows of a csv, tsv, text, xls, xlsx or ods file that hold anything; never an empty tuple.

    Raises Refused: ``file_too_large`` (``most`` bytes), ``empty``, ``unknown_format``, ``not_text``, and what
    ``workbook_rows`` and ``separated_rows`` raise; facts name ``sheet`` and ``row`` where one is to blame.
    """
    if len(content) > MOST_BYTES:
        raise Refused("file_too_large", most=MOST_BYTES, found=len(content))
    if not content.strip(b"\x00 \t\r\n"):
        raise Refused("empty")
    if content.startswith(_FOREIGN):
        raise Refused("unknown_format")
    if content.startswith((_PACKED, _COMPOUND)):
        rows = workbook_rows(content)
    else:
        text = decode(content, locale)
        if _HTML.match(text) and re.search(r"<t[dr]\b", text, re.IGNORECASE):
            rows = html_rows(text)
        elif text.lstrip().startswith(("<?xml", "<!DOCTYPE", "{\\rtf")):
            raise Refused("unknown_format")
        else:
            rows = separated_rows(text)
    if not rows:
        raise Refused("empty")
    return rows
