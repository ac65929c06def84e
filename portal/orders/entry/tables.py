"""What a file holds, before anybody says which column is what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from portal.core.errors import Refused

MOST_BYTES: Final = 5_000_000
MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 2_000
"""Characters of a cell that are kept."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file."""

    sheet: str
    """Name of the sheet; empty for files that have none."""
    number: int
    """As the program that shows the file counts it, from 1."""
    cells: tuple[str, ...]
    dates: frozenset[int] = frozenset()
    """Places of cells that hold a date in the file; their text is that day in ISO form."""
    numbers: frozenset[int] = frozenset()
    """Places of cells that hold a number in the file, so that zeros before it are lost."""


def checked_size(rows: int, columns: int, sheet: str = "") -> None:
    """Raises Refused ``too_many_rows`` or ``too_many_columns`` (``most``, ``found``, ``sheet``, ``row``)."""
    if rows > MOST_ROWS:
        raise Refused("too_many_rows", most=MOST_ROWS, found=rows, sheet=sheet, row=MOST_ROWS + 1)
    if columns > MOST_COLUMNS:
        raise Refused("too_many_columns", most=MOST_COLUMNS, found=columns, sheet=sheet, row=1)
