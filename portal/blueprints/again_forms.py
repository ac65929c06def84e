"""What the pages of ordering again send: for each variant a tick (``pick``) and a quantity (``quantity-<id>``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Self

from werkzeug.datastructures import MultiDict

from portal.blueprints.arrivals import FIELD, MAX_FIELDS, shown_in
from portal.blueprints.typed import MAX_SUBMIT_KEY, one_line
from portal.core.errors import Refused
from portal.core.ids import submit_key
from portal.orders.reorder import Choice
from portal.orders.rules import parse_quantity

MAX_PO_NUMBER: Final = 40
"""Characters of a dealer's own order number."""

MAX_LINES: Final = 2_000
"""Most variants that are read of one form."""

_QUANTITY = re.compile(r"quantity-(\d{1,15})", re.ASCII)
_FIX = re.compile(r"(\d{1,15}):(\d{1,7})", re.ASCII)
_WHOLE = re.compile(r"\d{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReorderForm:
    """GET and POST /orders/<number>/reorder and /lists/<id>/reorder."""

    to: str = "look"
    """What is wanted: ``look``, ``cart`` or ``order``."""
    choices: Mapping[int, Choice] | None = None
    """By variant id; None: the form says nothing, so everything is picked that can be."""
    typed: Mapping[int, str] = field(default_factory=dict)
    """What stands in the quantity fields, by variant id."""
    location_id: int | None = None
    po_number: str = ""
    submit_key: str = field(default_factory=submit_key)
    shown_total: int | None = None
    """Minor units; None: the page showed none."""
    shown_arrivals: Mapping[tuple[int, date | None, int | None], date | None] = field(default_factory=dict)
    despite_recent: bool = False

    @classmethod
    def read(cls, values: MultiDict[str, str]) -> Self:
        """Read what was sent; never raises."""
        picked = {int(value) for value in values.getlist("pick") if _WHOLE.fullmatch(value)}
        typed = {
            int(match[1]): one_line(value)
            for name, value in list(values.items())[: MAX_LINES + 20]
            if (match := _QUANTITY.fullmatch(name))
        }
        # A button that mends a quantity picks the line as well.
        if fix := _FIX.fullmatch(values.get("set", "")):
            typed[int(fix[1])] = fix[2]
            picked.add(int(fix[1]))
        to = values.get("to", "look")
        key = one_line(values.get("submit_key"))
        total, place = values.get("shown_total", ""), values.get("location_id", "")
        return cls(
            to=to if to in {"cart", "order"} else "look",
            choices={variant: Choice(variant in picked, _units(text)) for variant, text in typed.items()},
            typed=typed,
            location_id=int(place) if _WHOLE.fullmatch(place) else None,
            po_number=one_line(values.get("po_number"))[:MAX_PO_NUMBER],
            submit_key=key if 0 < len(key) <= MAX_SUBMIT_KEY else submit_key(),
            shown_total=int(total) if _WHOLE.fullmatch(total) else None,
            shown_arrivals=shown_in(values.getlist(FIELD)[:MAX_FIELDS]),
            despite_recent=values.get("despite_recent") == "1",
        )


def _units(text: str) -> int | None:
    """What was typed, in units; whether the variant is sold in so many is for the orders room to say."""
    try:
        return parse_quantity(text)
    except Refused:
        return None
