"""What the grid of places and days sends. Cells are named ``cell.<line>.<place>.<day>``; nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Self

from flask import request

from portal.blueprints.typed import one_line
from portal.orders.basket import MAX_DROPS
from portal.orders.splits import MAX_WEEKS, Column

_CELL: Final = re.compile(r"cell\.(\d{1,15})\.(\d{1,15})\.(\d{4}-\d{2}-\d{2})", re.ASCII)
_COLUMN: Final = re.compile(r"(\d{1,15}):(\d{4}-\d{2}-\d{2})", re.ASCII)
_DEED: Final = re.compile(r"([a-z]+)(?::(\d{1,15}))?", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]{1,7}", re.ASCII)
_ID: Final = re.compile(r"\d{1,15}", re.ASCII)

MAX_TEXT: Final = 12
"""Characters of a cell that are read."""


def column_key(column: Column) -> str:
    """A column as it stands in addresses and fields."""
    return f"{column[0]}:{column[1].isoformat()}"


def cell_name(line_id: int, column: Column) -> str:
    """Name of a cell's field."""
    return f"cell.{line_id}.{column[0]}.{column[1].isoformat()}"


def columns_in(values: Iterable[str]) -> tuple[Column, ...]:
    """The columns a page or form names, each once; what is none is left out."""
    found: dict[Column, None] = {}
    for value in values:
        match = _COLUMN.fullmatch(value)
        day = day_of(match[2]) if match else None
        if match and day is not None:
            found[int(match[1]), day] = None
    return tuple(found)[:MAX_DROPS]


def day_of(text: str) -> date | None:
    """A day written as year-month-day; None if it is none."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class GridParams:
    """GET /cart/places."""

    line_id: int | None
    """The line that is open; None: the first."""
    is_table: bool
    columns: tuple[Column, ...]

    @classmethod
    def from_args(cls) -> Self:
        """Read the address; anything odd counts as not there."""
        line = request.args.get("line", "")
        return cls(
            int(line) if _ID.fullmatch(line) else None,
            request.args.get("view") == "table",
            columns_in(request.args.getlist("c")),
        )


@dataclass(frozen=True, slots=True)
class GridForm:
    """POST /cart/places."""

    deed: str
    """What the tapped button does: save, column, even, copy, adopt."""
    line_id: int | None
    """The line it is for, or that is open."""
    is_table: bool
    columns: tuple[Column, ...]
    new_column: Column | None
    """The place and day to add; None: none was chosen, or it is no day."""
    typed: Mapping[str, str]
    """What stood in each cell, by the field's name."""
    cells: Mapping[int, Mapping[Column, int]]
    """Units by line and cell; 0 for those in ``wrong``."""
    wrong: frozenset[str] = field(default_factory=frozenset)
    """Names of the fields that hold no number of units."""

    @classmethod
    def from_request(cls) -> Self:
        """Read the request."""
        deed = _DEED.fullmatch(request.form.get("do", "save"))
        line = (deed[2] if deed else None) or request.form.get("line", "")
        typed: dict[str, str] = {}
        wrong: set[str] = set()
        cells: dict[int, dict[Column, int]] = {}
        for name, value in request.form.items():
            match = _CELL.fullmatch(name)
            day = day_of(match[3]) if match else None
            if match is None or day is None:
                continue
            text = one_line(value)[:MAX_TEXT]
            typed[name] = text
            of_line = cells.setdefault(int(match[1]), {})
            if not text:
                of_line[int(match[2]), day] = 0
            elif _WHOLE.fullmatch(text):
                of_line[int(match[2]), day] = int(text)
            else:
                of_line[int(match[2]), day] = 0
                wrong.add(name)
        place, day = request.form.get("new_place", ""), day_of(one_line(request.form.get("new_day")))
        return cls(
            deed=deed[1] if deed else "save",
            line_id=int(line) if _ID.fullmatch(line) else None,
            is_table=request.form.get("view") == "table",
            columns=columns_in(request.form.getlist("c")),
            new_column=(int(place), day) if _ID.fullmatch(place) and day else None,
            typed=typed,
            cells=cells,
            wrong=frozenset(wrong),
        )


@dataclass(frozen=True, slots=True)
class PatternForm:
    """POST /cart/places/pattern: these weekdays to these places for so many weeks."""

    place_ids: tuple[int, ...]
    weekdays: tuple[int, ...]
    """0 is Monday."""
    weeks: int | None
    """None: it was no number from 1 to MAX_WEEKS."""
    typed_weeks: str

    @classmethod
    def from_request(cls) -> Self:
        """Read the request; what is no place and no weekday is left out."""
        weeks = one_line(request.form.get("weeks"))[:MAX_TEXT]
        number = int(weeks) if _WHOLE.fullmatch(weeks) else 0
        return cls(
            place_ids=tuple(int(text) for text in request.form.getlist("place") if _ID.fullmatch(text)),
            weekdays=tuple(int(text) for text in request.form.getlist("weekday") if text in set("0123456")),
            weeks=number if 1 <= number <= MAX_WEEKS else None,
            typed_weeks=weeks,
        )
