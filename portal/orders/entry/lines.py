"""The lines of a file, each with the text it came from; and what is not a line, counted and named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Final

from portal.orders.entry.codes import Known, digits_lost, readings
from portal.orders.entry.columns import Layout, codes_in, layout_of
from portal.orders.entry.headers import Role, is_total, unit_in
from portal.orders.entry.quantities import Doubt, Quantity, read_quantity, with_unit
from portal.orders.entry.tables import Row

NO_QUANTITY: Final = Quantity(None, doubt=Doubt.MISSING)


class Problem(StrEnum):
    """Why a line cannot be looked up as it stands."""

    UNKNOWN_CODE = "unknown_code"
    DIGITS_LOST = "digits_lost"
    """The file holds 8.80123E+12: a spreadsheet kept the first digits only."""
    CODE_IS_DATE = "code_is_date"
    """A spreadsheet made a day of the code, and none of what it may have been is known."""
    SEVERAL_CODES = "several_codes"
    """What was mended could be more than one code."""
    NO_CODE = "no_code"
    """Neither a code nor a name."""


class Left(StrEnum):
    """Why a row is no line. These are shown with their rows, not dropped."""

    BEFORE_TABLE = "before_table"
    HEADER = "header"
    NOT_WANTED = "not_wanted"
    """The quantity is empty or 0, as in a price list of which a few rows are filled in."""
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line as read. It is ready if it names a code or a product, has a quantity without doubt, and no problem."""

    row: int
    """Row of the sheet or line of the text, from 1."""
    original: str
    codes: tuple[str, ...] = ()
    """Codes of the catalog the line names. More than one: they must be of one variant."""
    said_code: str = ""
    """The code as it stands there."""
    name: str = ""
    quantity: Quantity = NO_QUANTITY
    note: str = ""
    place: str = ""
    date: str = ""
    sheet: str = ""
    problem: Problem | None = None
    mended: bool = False
    """Whether the code had to be put right: zeros, days, spaces."""


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A row that is no line."""

    row: int
    original: str
    why: Left
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was read. Every row with anything in it is a line or left, never neither."""

    lines: tuple[EntryLine, ...]
    left: tuple[LeftRow, ...] = ()
    layouts: tuple[tuple[str, Layout], ...] = ()
    """How each sheet was read, by its name."""


def table_entry(rows: Sequence[Row], known: Known, locale: str = "ko") -> Entry | None:
    """The lines of a table; None if no sheet of it is one, so that its text is better read line by line."""
    codes = codes_in(rows, known)
    lines: list[EntryLine] = []
    left: list[LeftRow] = []
    layouts: list[tuple[str, Layout]] = []
    for sheet, its in groupby(rows, key=lambda row: row.sheet):
        sheet_rows = list(its)
        layout = layout_of(sheet_rows, codes, locale)
        if not layout.is_table:
            left += [_left(row, Left.BEFORE_TABLE) for row in sheet_rows]
            continue
        layouts.append((sheet, layout))
        _read_sheet(sheet_rows, layout, codes, locale, lines, left)
    if not layouts:
        return None
    return Entry(tuple(lines), tuple(left), tuple(layouts))


def coded(
    text: str, codes: frozenset[str], *, is_number: bool = False, is_date: bool = False
) -> tuple[tuple[str, ...], Problem | None, bool]:
    """The codes a cell names, what stands in the way, and whether it was mended. Nothing if the cell is empty."""
    plain = text.strip()
    if not plain:
        return (), None, False
    if plain in codes and not is_date:
        return (plain,), None, False
    if digits_lost(plain) is not None:
        return (), Problem.DIGITS_LOST, False
    found = [one for one in readings(plain, is_number=is_number, is_date=is_date) if one in codes]
    if not found:
        return (), Problem.CODE_IS_DATE if is_date else Problem.UNKNOWN_CODE, False
    folded = {one.upper() for one in found}
    if len(folded) > 1:
        return tuple(found), Problem.SEVERAL_CODES, True
    return (found[0],), None, found[0].upper() != plain.upper()


def _left(row: Row, why: Left) -> LeftRow:
    return LeftRow(row.number, _original(row), why, row.sheet)


def _original(row: Row) -> str:
    return " | ".join(cell for cell in row.cells if cell)


def _read_sheet(
    rows: Sequence[Row],
    layout: Layout,
    codes: frozenset[str],
    locale: str,
    lines: list[EntryLine],
    left: list[LeftRow],
) -> None:
    for row in rows:
        if layout.header is not None and row.number <= layout.header:
            left.append(_left(row, Left.HEADER if row.number == layout.header else Left.BEFORE_TABLE))
        elif layout.header is not None and row.cells == layout.titles:
            left.append(_left(row, Left.HEADER))
        elif is_total(row.cells):
            left.append(_left(row, Left.TOTAL))
        else:
            found = _lines_of(row, layout, codes, locale)
            lines += found
            if not found:
                left.append(_left(row, Left.NOT_WANTED))


def _lines_of(row: Row, layout: Layout, codes: frozenset[str], locale: str) -> list[EntryLine]:
    line = _line(row, layout, codes)
    if layout.places:
        found = []
        for column, place in layout.places.items():
            said = _cell(row, column)
            if _is_nothing(said):
                continue
            found.append(replace(line, quantity=read_quantity(said, locale), place=place))
        return found
    if layout.unsure:
        numbers = [read_quantity(_cell(row, column), locale).number for column in layout.unsure]
        choices = tuple(number for number in numbers if number)
        return [replace(line, quantity=Quantity(None, doubt=Doubt.TWO_NUMBERS, choices=choices))]
    counts = layout.column(Role.QUANTITY)
    if counts is None:
        return [line]
    said = _cell(row, counts)
    if _is_nothing(said):
        return []
    quantity = read_quantity(said, locale)
    unit_column = layout.column(Role.UNIT)
    unit = _cell(row, unit_column) if unit_column is not None else ""
    if not unit and counts < len(layout.titles):
        unit = unit_in(layout.titles[counts])
    return [replace(line, quantity=with_unit(quantity, unit))]


def _is_nothing(said: str) -> bool:
    return said.strip() in {"", "0", "0.0", "0.00", "-", "–", "—", "０"}


def _line(row: Row, layout: Layout, codes: frozenset[str]) -> EntryLine:
    name = " ".join(
        cell
        for column, role in layout.roles.items()
        if role in {Role.NAME, Role.OPTION} and (cell := _cell(row, column))
    )
    found: list[str] = []
    problems: list[Problem] = []
    said = ""
    mended = False
    for column, role in layout.roles.items():
        if role not in {Role.SKU, Role.BARCODE, Role.PART_NUMBER} or not (cell := _cell(row, column)):
            continue
        its, problem, put_right = coded(
            cell, codes, is_number=column in row.numbers, is_date=column in row.dates
        )
        said = said or cell
        if problem is None:
            found += its
            mended = mended or put_right
        else:
            problems.append(problem)
    # One column that is understood is enough, whatever became of the others.
    problem = None if found else problems[0] if problems else None if name else Problem.NO_CODE
    return EntryLine(
        row.number,
        _original(row),
        tuple(dict.fromkeys(found)),
        said,
        name,
        note=_of(row, layout, Role.NOTE),
        place=_of(row, layout, Role.PLACE),
        date=_of(row, layout, Role.DATE),
        sheet=row.sheet,
        problem=problem,
        mended=mended,
    )


def _of(row: Row, layout: Layout, role: Role) -> str:
    column = layout.column(role)
    return "" if column is None else _cell(row, column)


def _cell(row: Row, column: int) -> str:
    return row.cells[column] if column < len(row.cells) else ""
