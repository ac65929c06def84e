"""What the pages of returns send. A line of the order is chosen by ``line``; its fields carry its id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Self

from werkzeug.datastructures import FileStorage, MultiDict

from portal.blueprints.typed import MAX_SUBMIT_KEY, one_line, some_lines
from portal.core.ids import submit_key
from portal.orders.models import Remedy, ReturnReason
from portal.orders.return_rules import MAX_NOTES
from portal.orders.returns import Wish

_WHOLE = re.compile(r"[0-9]{1,7}", re.ASCII)
_ID = re.compile(r"[0-9]{1,15}", re.ASCII)

MAX_UPLOAD_BYTES: Final = 40_000_000
"""Largest form with photos: two of the largest that are taken, or a dozen as phones make them."""


@dataclass(frozen=True, slots=True)
class ChosenLine:
    """What was typed for a line."""

    quantity: str = "1"
    reason: str = ""
    remedy: str = Remedy.CREDIT.value
    photo: FileStorage | None = None

    @property
    def units(self) -> int | None:
        """The units; None for what is no quantity from 1 on."""
        units = int(self.quantity) if _WHOLE.fullmatch(self.quantity) else 0
        return units or None


@dataclass(frozen=True, slots=True)
class ReturnForm:
    """GET (what is chosen so far) and POST of /orders/<number>/returns."""

    chosen: dict[int, ChosenLine]
    """By order line id."""
    pickup: str = ""
    notes: str = ""
    submit_key: str = ""
    """Empty: the form has none, and is refused."""
    shown_credit: int | None = None
    """Minor units; None: the person has seen none."""
    errors: dict[str, str] = field(default_factory=dict)
    """What is wrong, by field."""

    @classmethod
    def read(cls, values: MultiDict[str, str], files: Mapping[str, FileStorage] | None = None) -> Self:
        """Read what was sent; never raises."""
        chosen = {}
        for text in values.getlist("line"):
            if not _ID.fullmatch(text):
                continue
            photo = files.get(f"photo-{text}") if files else None
            chosen[int(text)] = ChosenLine(
                quantity=one_line(values.get(f"quantity-{text}", "1"))[:20],
                reason=values.get(f"reason-{text}", ""),
                remedy=values.get(f"remedy-{text}", Remedy.CREDIT.value),
                photo=photo if photo and photo.filename else None,
            )
        shown = values.get("shown_credit", "")
        return cls(
            chosen=chosen,
            pickup=values.get("pickup", "")[:10],
            notes=some_lines(values.get("notes"))[: 10 * MAX_NOTES],
            submit_key=one_line(values.get("submit_key"))[:MAX_SUBMIT_KEY] or submit_key(),
            shown_credit=int(shown) if re.fullmatch(r"[0-9]{1,15}", shown, re.ASCII) else None,
        )

    @property
    def has_photos(self) -> bool:
        """True if a photo came with it; a browser does not send it again by itself."""
        return any(line.photo for line in self.chosen.values())

    def wishes(self, *, with_photos: bool = False) -> list[Wish]:
        """The chosen lines that can be read; a reason that is missing counts as damage until it is asked for."""
        return [
            Wish(
                line_id,
                line.units,
                ReturnReason(line.reason) if line.reason in set(ReturnReason) else ReturnReason.DAMAGED,
                Remedy(line.remedy) if line.remedy in set(Remedy) else Remedy.CREDIT,
                line.photo.read() if with_photos and line.photo else None,
            )
            for line_id, line in self.chosen.items()
            if line.units is not None
        ]

    def pickup_day(self, offered: list[date]) -> date | None:
        """The chosen day if it is one of those offered; None for none."""
        return next((day for day in offered if day.isoformat() == self.pickup), None)
