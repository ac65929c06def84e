"""What quick order's forms send. A file has a limit of its own, in words where it is crossed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Self

from flask import request

from portal.blueprints.typed import MAX_SUBMIT_KEY, one_line
from portal.core.errors import Refused
from portal.core.ids import submit_key
from portal.orders.entry.tables import MOST_BYTES
from portal.orders.entry.text import LONGEST_TEXT

MAX_UPLOAD_BYTES: Final = 3 * MOST_BYTES
"""Largest request that is read at all: a file that is too large can be named, and what was pasted beside it stays."""

MAX_TEXT_BYTES: Final = 4 * LONGEST_TEXT
"""Most bytes of all fields but files: a letter has at most four."""

MOST_ROWS: Final = 200
MAX_CODE: Final = 200
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_DEED: Final = re.compile(r"([a-z_]{1,20})(?::([0-9]{1,15}))?(?::([0-9]{1,9}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class StartForm:
    """POST /quick-order. Rows, text and file may all be filled in; they are read in this order."""

    rows: tuple[tuple[str, str], ...]
    """(code or name, quantity) as typed; empty rows are kept, so that the page can show them again."""
    lines: str
    """Pasted text."""
    file_name: str
    content: bytes
    key: str
    wants_more_rows: bool

    @classmethod
    def from_request(cls) -> Self:
        """Read the request. Raises Refused ``file_too_large``."""
        sent = request.files.get("file")
        name = one_line(sent.filename)[:120] if sent and sent.filename else ""
        content = sent.read(MOST_BYTES + 1) if sent and name else b""
        codes, quantities = request.form.getlist("code"), request.form.getlist("quantity")
        key = one_line(request.form.get("submit_key"))[:MAX_SUBMIT_KEY]
        form = cls(
            rows=tuple(
                (one_line(code)[:MAX_CODE], one_line(said)[:MAX_CODE])
                for code, said in zip_longest(codes[:MOST_ROWS], quantities[:MOST_ROWS], fillvalue="")
            ),
            lines=_text(request.form.get("lines", "")),
            file_name=name,
            content=content,
            key=key if _KEY.fullmatch(key) else submit_key(),
            wants_more_rows="more" in request.form,
        )
        if len(content) > MOST_BYTES:
            raise Refused("file_too_large", field="file", most=MOST_BYTES)
        return form

    @property
    def is_empty(self) -> bool:
        """True if nothing was filled in."""
        return not (self.lines.strip() or self.file_name or any(code or said for code, said in self.rows))


@dataclass(frozen=True, slots=True)
class LineForm:
    """POST /quick-order/<key>: one tap on one line, or what was typed there."""

    line: int
    """Its place, from 0; -1 for none."""
    deed: str
    variant_id: int | None
    units: int | None
    quantity: str
    """As typed."""
    text: str
    """The line typed anew."""

    @classmethod
    def from_request(cls) -> Self:
        """Read the request; what cannot be meant is no deed."""
        line = request.form.get("line", "")
        deed = _DEED.fullmatch(request.form.get("deed", ""))
        return cls(
            line=int(line) if re.fullmatch(r"[0-9]{1,6}", line, re.ASCII) else -1,
            deed=deed[1] if deed else "",
            variant_id=int(deed[2]) if deed and deed[2] else None,
            units=int(deed[3]) if deed and deed[3] else None,
            quantity=one_line(request.form.get("quantity"))[:MAX_CODE],
            text=one_line(request.form.get("text"))[:MAX_CODE],
        )


def _text(text: str) -> str:
    """Pasted text without what no row can hold; tabs and line ends are what tells its cells apart."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in kept if letter != "\0" and not "\ud800" <= letter <= "\udfff")
