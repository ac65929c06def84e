"""What the form that changes an order sends: rows of units, place and day under each line. Nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Self

from flask import request

from portal.blueprints.arrivals import FIELD, MAX_FIELDS, shown_in
from portal.blueprints.typed import MAX_SUBMIT_KEY, one_line, some_lines
from portal.core.errors import Refused
from portal.core.ids import submit_key
from portal.orders.basket import BasketDrop, BasketLine, Group
from portal.orders.change_plan import basket_lines
from portal.orders.drops import Shown
from portal.orders.queries import OrderView
from portal.orders.rules import parse_quantity

MAX_PO_NUMBER: Final = 40
"""Characters of a dealer's own order number, as at checkout."""

MAX_NOTES: Final = 1_000
"""Characters of a note to the order desk, as at checkout."""

MAX_WORDS: Final = 100
"""Characters of what is looked for to be added."""

MAX_UNITS_TEXT: Final = 40
"""Characters of a quantity that are read."""

_ROW: Final = re.compile(r"units\.(\d{1,15})\.(\d{1,3})", re.ASCII)
_DEED: Final = re.compile(r"([a-z]+)(?::(\d{1,15}))?", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ID: Final = re.compile(r"\d{1,15}", re.ASCII)
_VERSION: Final = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """So many units of a line for one place on one day, as typed."""

    variant_id: int
    units: str
    place_id: int | None
    """None: the form names none."""
    day: str
    """Year-month-day; empty: as soon as possible."""

    @property
    def quantity(self) -> int | None:
        """Units; None if it is no number of them. Nothing typed is none at all."""
        text = self.units.strip()
        if text in {"", "0"}:
            return 0
        try:
            return parse_quantity(text)
        except Refused:
            return None

    @property
    def date(self) -> date | None:
        """The day; None: as soon as possible, or ``is_day_wrong``."""
        try:
            return date.fromisoformat(self.day) if _DAY.fullmatch(self.day) else None
        except ValueError:
            return None

    @property
    def is_day_wrong(self) -> bool:
        """True if what stands in the day's field is none."""
        return bool(self.day) and self.date is None


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """GET and POST /orders/<number>/change."""

    version: int
    submit_key: str
    rows: tuple[Row, ...]
    po_number: str
    notes: str
    deed: str = "look"
    """What the tapped button does: look, send, find, take, split, remove."""
    deed_id: int = 0
    """Id of the variant it is for."""
    find: str = ""
    """What is looked for to be added."""
    shown_total: int | None = None
    """Minor units; None: none was shown."""
    shown_arrivals: Shown = field(default_factory=dict)

    @classmethod
    def of(cls, order: OrderView) -> Self:
        """The form filled in with the order as it stands."""
        return cls(
            version=order.version,
            submit_key=submit_key(),
            rows=tuple(
                Row(
                    line.variant_id,
                    str(drop.quantity),
                    drop.location_id,
                    drop.day.isoformat() if drop.day else "",
                )
                for line in basket_lines(order)
                for drop in line.drops
            ),
            po_number=order.po_number,
            notes=order.notes,
        )

    @classmethod
    def from_request(cls) -> Self:
        """Read the request."""
        form = request.form
        rows = []
        for name, text in form.items():
            match = _ROW.fullmatch(name)
            if match is None:
                continue
            end = f"{match[1]}.{match[2]}"
            place = form.get(f"place.{end}", "")
            rows.append(
                Row(
                    int(match[1]),
                    one_line(text)[:MAX_UNITS_TEXT],
                    int(place) if _ID.fullmatch(place) else None,
                    one_line(form.get(f"day.{end}"))[:MAX_UNITS_TEXT],
                )
            )
        deed = _DEED.fullmatch(form.get("do", "look"))
        total, version = form.get("shown_total", ""), form.get("version", "")
        return cls(
            version=int(version) if _VERSION.fullmatch(version) else 0,
            submit_key=one_line(form.get("submit_key"))[:MAX_SUBMIT_KEY] or submit_key(),
            rows=tuple(rows),
            po_number=one_line(form.get("po_number"))[: 10 * MAX_PO_NUMBER],
            notes=some_lines(form.get("notes"))[: 10 * MAX_NOTES],
            deed=deed[1] if deed else "look",
            deed_id=int(deed[2] or 0) if deed else 0,
            find=one_line(form.get("find"))[:MAX_WORDS],
            shown_total=int(total) if _ID.fullmatch(total) else None,
            shown_arrivals=shown_in(form.getlist(FIELD)[:MAX_FIELDS]),
        )

    @property
    def variant_ids(self) -> list[int]:
        """The lines of the form, each once."""
        return list(dict.fromkeys(row.variant_id for row in self.rows))

    @property
    def is_wrong(self) -> bool:
        """True if a row holds no quantity, no day or no place, or a text is too long: nothing is cut off unsaid."""
        return (
            any(row.quantity is None or row.is_day_wrong or row.place_id is None for row in self.rows)
            or len(self.po_number) > MAX_PO_NUMBER
            or len(self.notes) > MAX_NOTES
        )

    def lines(self, seen: Mapping[int, int]) -> tuple[BasketLine, ...]:
        """What is wanted, without lines of no units; ``seen`` are unit prices (e4) of what was in the order."""
        cells: dict[int, dict[Group, int]] = {}
        for row in self.rows:
            if row.quantity and row.place_id is not None:
                of_line = cells.setdefault(row.variant_id, {})
                group = (row.place_id, row.date)
                of_line[group] = of_line.get(group, 0) + row.quantity
        return tuple(
            BasketLine(
                variant_id,
                sum(of_line.values()),
                seen.get(variant_id),
                tuple(BasketDrop(*group, units) for group, units in of_line.items()),
            )
            for variant_id, of_line in cells.items()
        )

    def with_row(self, row: Row) -> Self:
        """With one row more, behind the others of its line."""
        rows = list(self.rows)
        last = max(
            (place for place, each in enumerate(rows) if each.variant_id == row.variant_id),
            default=len(rows) - 1,
        )
        rows.insert(last + 1, row)
        return replace(self, rows=tuple(rows))

    def without_units(self, variant_id: int) -> Self:
        """With no units of a line: it is taken out when the change is sent."""
        return replace(
            self,
            rows=tuple(replace(row, units="0") if row.variant_id == variant_id else row for row in self.rows),
        )


def units_in(values: Iterable[tuple[str, str]]) -> dict[int, int] | None:
    """Units by line of the form that takes back what has not come; None if a field holds no number."""
    found: dict[int, int] = {}
    for name, text in values:
        match = re.fullmatch(r"units-(\d{1,15})", name, re.ASCII)
        if match is None:
            continue
        units = Row(0, one_line(text)[:MAX_UNITS_TEXT], None, "").quantity
        if units is None:
            return None
        found[int(match[1])] = units
    return found
