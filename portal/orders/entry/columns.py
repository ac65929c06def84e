"""Which column of a table is what: by what it is called, and by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from portal.orders.entry.codes import Known, readings
from portal.orders.entry.headers import Role, role_of
from portal.orders.entry.quantities import is_unit_word, read_quantity
from portal.orders.entry.tables import Row

_HEADER_DEPTH: Final = 25
"""Rows of a sheet among which the header is looked for; letterheads stand above it."""
_SAMPLE: Final = 400
_PLACE_NAME: Final = re.compile(
    r".*(?:점|지점|매장|店|店舗|store|shop|branch)$|^(?:magasin|boutique|succursale)\b.*", re.IGNORECASE
)
_VALUE: Final = re.compile(r"[₩¥$€]?\s?(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.0+)?\s?[원円€]?")
_DATE: Final = re.compile(
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?|\d{1,2}월\s?\d{1,2}일|\d{1,2}月\d{1,2}日"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the columns of a sheet are read. Places of columns count from 0."""

    header: int | None
    """Number of the row that names the columns; None if none does."""
    roles: Mapping[int, Role]
    titles: tuple[str, ...] = ()
    places: Mapping[int, str] = field(default_factory=dict)
    """Columns that hold quantities for a place each, by their title; empty unless the sheet is a grid of places."""
    unsure: tuple[int, ...] = ()
    """Columns of which any may hold the quantity; not empty: it must be asked, and no quantity is read."""

    def column(self, role: Role) -> int | None:
        """The first column of a role; None if there is none."""
        return next((column for column, its in self.roles.items() if its is role), None)

    @property
    def is_table(self) -> bool:
        """Whether there is something to look products up by and a quantity or a place for one."""
        named = {Role.SKU, Role.BARCODE, Role.PART_NUMBER, Role.NAME} & set(self.roles.values())
        return bool(named) and (
            self.header is not None or Role.QUANTITY in self.roles.values() or bool(self.unsure)
        )


def codes_in(rows: Sequence[Row], known: Known) -> frozenset[str]:
    """Which readings of all cells are codes of the catalog: one question for the whole file."""
    asked = {
        reading
        for row in rows
        for place, cell in enumerate(row.cells)
        if cell
        for reading in readings(cell, is_number=place in row.numbers, is_date=place in row.dates)
    }
    return frozenset(known(asked)) if asked else frozenset()


def layout_of(rows: Sequence[Row], codes: frozenset[str], locale: str = "ko") -> Layout:
    """How the rows of one sheet are read; ``codes`` as ``codes_in`` gives them."""
    header = _header_of(rows, codes)
    named = _roles_of(header) if header else {}
    data = [row for row in rows if header is None or row.number > header.number][:_SAMPLE]
    width = max((len(row.cells) for row in rows), default=0)
    columns = {place: _Column(place, data, codes, locale) for place in range(width)}
    roles = _kept(named, columns)
    _find_code(roles, columns)
    places: dict[int, str] = {}
    unsure: tuple[int, ...] = ()
    if Role.QUANTITY not in roles.values():
        if header:
            places = _places_of(header, roles, columns)
        if places:
            roles.update(dict.fromkeys(places, Role.QUANTITY))
        else:
            unsure = _find_quantity(roles, columns)
    _find_rest(roles, columns)
    return Layout(header.number if header else None, roles, header.cells if header else (), places, unsure)


class _Column:
    """What stands in a column, counted."""

    def __init__(self, place: int, rows: Sequence[Row], codes: frozenset[str], locale: str) -> None:
        self.place = place
        cells = [(row, row.cells[place]) for row in rows if place < len(row.cells) and row.cells[place]]
        self.filled = len(cells)
        count = max(self.filled, 1)
        self.known = (
            sum(
                any(
                    reading in codes
                    for reading in readings(cell, is_number=place in row.numbers, is_date=place in row.dates)
                )
                for row, cell in cells
            )
            / count
        )
        read = [read_quantity(cell, locale) for _, cell in cells]
        self.numbers = [one.number for one in read if one.number is not None]
        self.values = {
            row.number: int(value[1].replace(",", ""))
            for row, cell in cells
            if (value := _VALUE.fullmatch(cell))
        }
        self.countable = len(self.numbers) / count
        self.worded = sum(one.word is not None for one in read) / count
        self.units = sum(is_unit_word(cell) for _, cell in cells) / count
        self.dates = sum(place in row.dates or bool(_DATE.fullmatch(cell)) for row, cell in cells) / count
        self.letters = sum(sum(letter.isalpha() for letter in cell) for _, cell in cells) / count
        self.different = len({cell for _, cell in cells}) / count
        self.prices = (
            sum(bool(re.search(r"[₩¥$€]|원$|円$|^\d+[.,]\d{2}$", cell)) for _, cell in cells) / count
        )

    @property
    def is_running(self) -> bool:
        """Whether it numbers the rows."""
        return len(self.numbers) > 2 and all(
            later == former + 1 for former, later in zip(self.numbers, self.numbers[1:], strict=False)
        )


def _header_of(rows: Sequence[Row], codes: frozenset[str]) -> Row | None:
    """The row that names columns: the first with two known names or more, or one above rows that are none."""
    best: tuple[int, Row] | None = None
    for row in rows[:_HEADER_DEPTH]:
        if any(cell in codes for cell in row.cells):
            break
        found = {role for cell in row.cells if (role := role_of(cell))}
        roles = found - {Role.OTHER}
        weight = len(found) + sum(
            bool(_PLACE_NAME.match(cell)) for cell in row.cells if role_of(cell) is None
        )
        if not roles or (len(row.cells) > 1 and weight < 2):
            continue
        if best is None or weight > best[0]:
            best = (weight, row)
    return best[1] if best else None


def _roles_of(header: Row) -> dict[int, Role]:
    found: dict[int, Role] = {}
    for place, cell in enumerate(header.cells):
        role = role_of(cell)
        if role is not None and (role not in found.values() or role in {Role.OTHER, Role.NOTE, Role.OPTION}):
            found[place] = role
        elif role is Role.QUANTITY and _more_exact(cell, header.cells[_place(found, Role.QUANTITY)]):
            found[_place(found, Role.QUANTITY)] = Role.OTHER
            found[place] = Role.QUANTITY
    return found


def _place(found: Mapping[int, Role], role: Role) -> int:
    return next(place for place, its in found.items() if its is role)


def _more_exact(title: str, other: str) -> bool:
    return len(title) > len(other)


def _kept(named: dict[int, Role], columns: Mapping[int, _Column]) -> dict[int, Role]:
    """The roles that names give, without those the contents deny."""
    roles = dict(named)
    for place, role in named.items():
        column = columns[place]
        if (
            role is Role.QUANTITY
            and column.filled
            and column.countable == 0
            and not column.numbers
            and column.letters > 6
        ):
            del roles[place]
        elif (role is Role.NAME and column.known > 0.5 and Role.SKU not in named.values()) or (
            role is Role.OTHER and column.known > 0.6 and column.letters > 1
        ):
            roles[place] = Role.SKU
    return roles


def _find_code(roles: dict[int, Role], columns: Mapping[int, _Column]) -> None:
    """Give SKU to the column that holds most codes of the catalog, if no named column holds any."""
    coded = {Role.SKU, Role.BARCODE, Role.PART_NUMBER}
    if any(its in coded and columns[place].known > 0.2 for place, its in roles.items()):
        return
    free = [
        column
        for place, column in columns.items()
        if place not in roles and column.known > 0.2 and not column.is_running
    ]
    if free:
        best = max(free, key=lambda column: (column.known * column.filled, column.letters))
        roles[best.place] = Role.SKU if Role.SKU not in roles.values() else Role.BARCODE


def _places_of(header: Row, roles: Mapping[int, Role], columns: Mapping[int, _Column]) -> dict[int, str]:
    """Columns called by places, each with the quantities for it."""
    found = {
        place: title
        for place, title in enumerate(header.cells)
        if place not in roles and title and _PLACE_NAME.match(title) and columns[place].countable > 0.5
    }
    return found if len(found) > 1 else {}


def _find_quantity(roles: dict[int, Role], columns: Mapping[int, _Column]) -> tuple[int, ...]:
    """Give QUANTITY to the one column that can hold it; those between which nothing decides, if there are several."""
    free = [
        column
        for place, column in columns.items()
        if place not in roles
        and column.filled
        and column.countable > 0.6
        and column.known <= 0.2
        and column.dates < 0.5
    ]
    worded = [column for column in free if column.worded > 0.5]
    free = worded or [column for column in free if not column.is_running and column.prices < 0.3]
    if len(free) > 1:
        free = _without_amounts(free, list(columns.values()))
    if len(free) == 1:
        roles[free[0].place] = Role.QUANTITY
        return ()
    return tuple(column.place for column in free)


def _without_amounts(free: list[_Column], columns: Sequence[_Column]) -> list[_Column]:
    """Where a column is the product of two that may hold counts, it is the amount, the smaller of them the count."""
    for first, second in combinations(free, 2):
        rows = first.values.keys() & second.values.keys()
        for amount in columns:
            if amount in (first, second) or len(rows) < 2 or not rows <= amount.values.keys():
                continue
            if all(first.values[row] * second.values[row] == amount.values[row] for row in rows):
                return [min((first, second), key=lambda column: sum(column.values.values()))]
    return free


def _find_rest(roles: dict[int, Role], columns: Mapping[int, _Column]) -> None:
    free = [column for place, column in columns.items() if place not in roles and column.filled]
    for column in free:
        if column.units > 0.6 and Role.UNIT not in roles.values():
            roles[column.place] = Role.UNIT
        elif column.dates > 0.6 and Role.DATE not in roles.values():
            roles[column.place] = Role.DATE
    free = [
        column
        for column in free
        if column.place not in roles and column.countable < 0.5 and column.letters >= 2
    ]
    if free and Role.NAME not in roles.values():
        best = max(free, key=lambda column: column.letters * column.different * column.filled)
        roles[best.place] = Role.NAME
