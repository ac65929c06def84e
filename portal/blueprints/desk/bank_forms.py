"""What the forms about transfers send."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from flask import request

from portal.blueprints.typed import one_line
from portal.orders.entry.tables import MOST_BYTES

MAX_CODE: Final = 60
MAX_CHOSEN: Final = 200
"""Invoices one transfer may settle."""

_ID: Final = re.compile(r"[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class UploadForm:
    """POST /desk/bank."""

    file_name: str
    """Empty: no file was chosen."""
    content: bytes
    """One byte more than is read, if the file is too large."""
    currency: str

    @classmethod
    def from_request(cls) -> Self:
        """Read the request."""
        sent = request.files.get("file")
        name = one_line(sent.filename)[:120] if sent and sent.filename else ""
        content = sent.read(MOST_BYTES + 1) if sent and name else b""
        return cls(name, content, one_line(request.form.get("currency"))[:3])


@dataclass(frozen=True, slots=True)
class MatchForm:
    """POST /desk/bank/<id>/match."""

    account_code: str
    invoice_numbers: tuple[str, ...]
    payment_id: int | None

    @classmethod
    def from_request(cls) -> Self:
        """Read the request."""
        numbers = [one_line(text)[:MAX_CODE] for text in request.form.getlist("invoice")[:MAX_CHOSEN]]
        payment = request.form.get("payment", "")
        return cls(
            one_line(request.form.get("account"))[:MAX_CODE],
            tuple(dict.fromkeys(filter(None, numbers))),
            int(payment) if _ID.fullmatch(payment) else None,
        )
