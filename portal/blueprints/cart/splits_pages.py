"""What the grid of places and days gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for

from portal.accounts.queries import LocationView
from portal.blueprints.cart.splits_forms import PatternForm, cell_name, column_key
from portal.catalog.queries import VariantRow, variants_by_id
from portal.core.clock import local_date
from portal.extensions import buyer, location, now, session, viewer
from portal.i18n import locale
from portal.orders.basket import settled
from portal.orders.queries import cart_drops, cart_of
from portal.orders.splits import Column, cells_of


@dataclass(frozen=True, slots=True)
class GridLine:
    """A line of the cart that is still sold, with where its units go."""

    id: int
    variant: VariantRow
    quantity: int
    cells: Mapping[Column, int]
    """As kept, settled to the quantity."""
    moved: int
    """Units by which the line has changed since its cells were entered."""

    @property
    def assigned(self) -> int:
        """Units in cells."""
        return sum(self.cells.values())


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell of the grid."""

    column: Column
    name: str
    """Of its field."""
    text: str
    """What stands in it: what was typed, or the units; empty for none."""
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as the grid shows it."""

    id: int
    name: str
    sku: str
    unit: str
    quantity: int
    step: int
    assigned: int
    places: int
    """In how many cells there is something."""
    moved: int
    cells: tuple[CellView, ...]
    message: str
    """What is wrong with it; empty if nothing."""
    adopt: int
    """What the line's quantity would be if it were made the sum of its cells; 0: no such offer."""
    url: str


@dataclass(frozen=True, slots=True)
class Grid:
    """The cart's lines beside its places and days."""

    lines: tuple[GridLine, ...]
    places: Mapping[int, LocationView]
    columns: tuple[Column, ...]
    """Those that hold something and those that were chosen, the earliest first."""

    def line(self, line_id: int | None) -> GridLine | None:
        """The line of this id."""
        return next((line for line in self.lines if line.id == line_id), None)

    @property
    def steps(self) -> dict[int, int]:
        """What each line is sold in, by its id."""
        return {line.id: line.variant.step for line in self.lines}


@dataclass(slots=True)
class Tried:
    """What was sent and could not be kept: shown again as typed."""

    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: frozenset[str] = frozenset()
    messages: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    """By line: what is wrong, and the quantity that would make it right (0: none)."""
    column_error: str = ""
    pattern_error: str = ""
    pattern: PatternForm | None = None


def grid(chosen: Sequence[Column] = ()) -> Grid:
    """The viewer's cart with the ``chosen`` columns; three statements."""
    looking = viewer()
    user_id = looking.user.id if looking else 0
    places = {place.id: place for place in looking.locations} if looking else {}
    cart = cart_of(session(), user_id, buyer().account_id)
    entered = cart_drops(session(), user_id, buyer().account_id)
    rows = variants_by_id(session(), buyer(), [line.variant_id for line in cart.lines], 0, locale())
    variants = {row.id: row for row in rows if row.active}
    lines = tuple(
        GridLine(
            id=line.id,
            variant=variants[line.variant_id],
            quantity=line.quantity,
            cells=cells_of(settled(line.quantity, entered.get(line.id, ()))),
            moved=line.quantity - line.dropped if line.dropped else 0,
        )
        for line in cart.lines
        if line.variant_id in variants
    )
    columns = {column for line in lines for column in line.cells}
    columns.update(column for column in chosen if column[0] in places)
    return Grid(lines, places, tuple(sorted(columns, key=lambda column: (column[1], column[0]))))


def values(
    shown: Grid, *, line_id: int | None = None, is_table: bool = False, tried: Tried | None = None
) -> dict[str, Any]:
    """The values of the page. ``line_id`` is the open line; without one the first is open."""
    tried = tried or Tried()
    opened = shown.line(line_id) or next(iter(shown.lines), None)
    place = location()
    return {
        "grid": shown,
        "lines": [_line_view(line, shown, tried, is_table or line is opened) for line in shown.lines],
        "opened_id": opened.id if opened else None,
        "is_table": is_table,
        "columns": [
            (column_key(column), shown.places[column[0]].name, column[1]) for column in shown.columns
        ],
        "places": list(shown.places.values()),
        "place": place,
        "first_day": local_date(now(), place.timezone) if place else None,
        "tried": tried,
        "table_url": address(shown.columns, is_table=True),
        "list_url": address(shown.columns),
    }


def address(columns: Sequence[Column], *, line_id: int | None = None, is_table: bool = False) -> str:
    """Address of the grid with these columns."""
    return url_for(
        "splits.show",
        line=line_id,
        view="table" if is_table else None,
        c=[column_key(column) for column in columns],
    )


def place_names(shown: Grid) -> dict[int, str]:
    """Names of the account's places, by id."""
    return {place_id: place.name for place_id, place in shown.places.items()}


def days_of(columns: Sequence[Column]) -> list[date]:
    """The different days of the columns, rising."""
    return sorted({day for _, day in columns})


def _line_view(line: GridLine, shown: Grid, tried: Tried, with_cells: bool) -> LineView:
    message, adopt = tried.messages.get(line.id, ("", 0))
    cells = []
    for column in shown.columns if with_cells else ():
        name = cell_name(line.id, column)
        kept = str(line.cells[column]) if column in line.cells else ""
        cells.append(CellView(column, name, tried.typed.get(name, kept), name in tried.wrong))
    sums = [int(cell.text) for cell in cells if cell.text.isascii() and cell.text.isdigit()]
    return LineView(
        id=line.id,
        name=line.variant.name,
        sku=line.variant.sku,
        unit=line.variant.unit,
        quantity=line.quantity,
        step=line.variant.step,
        assigned=sum(sums) if with_cells else line.assigned,
        places=len(line.cells),
        moved=line.moved,
        cells=tuple(cells),
        message=message,
        adopt=adopt,
        url=address(shown.columns, line_id=line.id),
    )
