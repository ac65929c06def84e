"""Spreadsheets into rows: xlsx, xls and ods, checked before anything large is made of them."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
import zlib
from typing import Any, Final
from xml.sax.saxutils import unescape

import python_calamine
from python_calamine import CalamineWorkbook

from portal.core.errors import Refused
from portal.orders.entry.folding import plain_cell
from portal.orders.entry.tables import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Row, checked_size

_MOST_UNPACKED: Final = 60_000_000
"""Bytes a packed file may grow to; 5,000 rows of 200 columns take less."""
_MOST_MEMBERS: Final = 1_000
_MOST_CELLS: Final = 3_000_000
"""Cells of the rectangle a sheet spans, which the reader holds in memory; rows without any text count."""
_CHUNK: Final = 1 << 20

_REFERENCE: Final = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_DIMENSIONS: Final = re.compile(rb"\x00\x02\x0e\x00.{4}(.{4}).{2}(.{2})\x00\x00", re.DOTALL)
"""The record of old Excel files that says how far a sheet reaches."""

_ODS_ROW: Final = re.compile(rb"<table:table-row\b([^>]*?)(/?)>")
_ODS_CELL: Final = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*?)(/?)>")
_REPEATED: Final = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,9})"')


def workbook_rows(content: bytes) -> tuple[Row, ...]:
    """The rows of all visible sheets that hold anything, in order; formulas give the values last computed.

    Raises Refused: ``password``, ``macros``, ``too_large`` once unpacked, ``too_many_rows``, ``too_many_columns``,
    ``damaged``.
    """
    if content[:4] == b"PK\x03\x04":
        _check_packed(content)
    else:
        _check_compound(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return _rows(book)
    except python_calamine.PasswordError:
        raise Refused("password") from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise Refused("damaged") from None
    except BaseException as error:
        # A panic of the reader's own language is no Exception; nothing of it outlives the call.
        if type(error).__name__ != "PanicException":
            raise
        raise Refused("damaged") from None


def _rows(book: CalamineWorkbook) -> tuple[Row, ...]:
    rows: list[Row] = []
    for about in book.sheets_metadata:
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if about.visible != python_calamine.SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(about.name)
        merged = _merged(sheet)
        width = 0
        for number, values in enumerate(sheet.to_python(skip_empty_area=False), 1):
            row = _row(about.name, number, values, merged)
            if row is None:
                continue
            width = max(width, len(row.cells))
            rows.append(row)
            checked_size(len(rows), width, about.name)
            for column, text in enumerate(row.cells):
                if (number, column) in merged and text:
                    merged.update({(below, column): text for below in _below(merged, number, column)})
    return tuple(rows)


def _merged(sheet: Any) -> dict[tuple[int, int], Any]:
    """For cells merged downwards: at the upper one the rows below it, which say the same; row numbers from 1."""
    ranges = sheet.merged_cell_ranges or ()
    merged: dict[tuple[int, int], Any] = {}
    for (top, left), (bottom, _) in ranges:
        if bottom > top:
            merged[top + 1, left] = range(top + 2, min(bottom, top + MOST_ROWS) + 2)
    return merged


def _below(merged: dict[tuple[int, int], Any], number: int, column: int) -> range:
    below = merged[number, column]
    return below if isinstance(below, range) else range(0)


def _row(sheet: str, number: int, values: list[Any], merged: dict[tuple[int, int], Any]) -> Row | None:
    cells: list[str] = []
    dates: set[int] = set()
    numbers: set[int] = set()
    has_own = False
    for place, value in enumerate(values):
        text = _text_of(value)
        has_own = has_own or bool(text)
        above = merged.get((number, place))
        if not text and isinstance(above, str):
            text = above
        elif isinstance(value, (datetime.date, datetime.datetime)):
            dates.add(place)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            numbers.add(place)
        cells.append(text)
    while cells and not cells[-1]:
        cells.pop()
    if not has_own or not cells:
        return None
    return Row(sheet, number, tuple(cells), frozenset(dates), frozenset(numbers))


def _text_of(value: Any) -> str:
    if isinstance(value, str):
        return plain_cell(unescape(value[:LONGEST_CELL]) if "_x000D_" in value else value[:LONGEST_CELL])
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # Whole numbers are written out: 8.80123E+12 is how a program shows one, not what it is.
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (datetime.time, datetime.timedelta)):
        return str(value)
    return "" if value is None else str(value)


# --- Before reading -------------------------------------------------------------------------------------------


def _check_packed(content: bytes) -> None:
    """Unpack each part once, counting; what a file says of its own size is not believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            if len(members) > _MOST_MEMBERS:
                raise Refused("too_large")
            if any(member.flag_bits & 1 for member in members):
                raise Refused("password")
            names = {member.filename.lower() for member in members}
            if any(
                name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")) for name in names
            ):
                raise Refused("macros")
            if not names & {"xl/workbook.xml", "content.xml"}:
                raise Refused("unknown_format")
            if "meta-inf/manifest.xml" in names and b"encryption-data" in _part(
                packed, "META-INF/manifest.xml", [_CHUNK]
            ):
                raise Refused("password")
            left = [_MOST_UNPACKED]
            for member in members:
                part = _part(packed, member.filename, left)
                if b"sheetData" in part:  # Wherever it lies: a book may keep its sheets under any name.
                    _check_sheet(part)
                elif member.filename == "content.xml":
                    _check_content(part)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        raise Refused("damaged") from None


def _part(packed: zipfile.ZipFile, name: str, left: list[int]) -> bytes:
    pieces = []
    with packed.open(name) as part:
        while piece := part.read(_CHUNK):
            left[0] -= len(piece)
            if left[0] < 0:
                raise Refused("too_large")
            pieces.append(piece)
    return b"".join(pieces)


def _check_sheet(part: bytes) -> None:
    """A cell far out makes the reader hold all between: one at XFD1048576 would ask for 17 thousand million."""
    rows: list[int] = []
    columns: list[int] = []
    last_column, last_row = 0, 0
    for match in _REFERENCE.finditer(part):
        column = _column(match[1])
        row = int(match[2])
        last_column, last_row = max(last_column, column), max(last_row, row)
        if not rows or row != rows[-1]:
            rows.append(row)
        columns.append(column)
    if last_row * last_column > _MOST_CELLS:
        if last_column > MOST_COLUMNS:
            raise Refused("too_many_columns", most=MOST_COLUMNS, found=last_column, sheet="", row=1)
        raise Refused("too_many_rows", most=MOST_ROWS, found=last_row, sheet="", row=MOST_ROWS + 1)


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column


def _check_content(part: bytes) -> None:
    """Repeated rows and cells are written once with a number beside them; the reader writes them out."""
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise Refused("damaged")
    rows = 0
    for match in _ODS_ROW.finditer(part):
        times = _times(match[1])
        end = part.find(b"</table:table-row>", match.end())
        inner = b"" if match[2] else part[match.end() : end if end >= 0 else len(part)]
        if b"office:value" not in inner and b"<text:p" not in inner:
            # Empty rows to the end of the sheet are usual, and the reader leaves them out if nothing follows.
            continue
        rows += times
        columns = 0
        for cell in _ODS_CELL.finditer(inner):
            if cell[2] and b"office:value" not in cell[1]:
                continue
            columns += _times(cell[1])
        checked_size(rows, columns)


def _times(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    return int(found[1]) if found else 1


def _check_compound(content: bytes) -> None:
    """Old Excel files, and new ones behind a password, are folders in a file; names of what is inside are UTF-16."""
    if _wide("EncryptedPackage") in content or _wide("EncryptionInfo") in content:
        raise Refused("password")
    if _wide("_VBA_PROJECT") in content:
        raise Refused("macros")
    for found in _DIMENSIONS.finditer(content):
        last_row = int.from_bytes(found[1], "little")
        last_column = int.from_bytes(found[2], "little")
        if last_row <= 65_536 and last_column <= 256 and last_row * last_column > _MOST_CELLS:
            raise Refused("too_many_rows", most=MOST_ROWS, found=last_row, sheet="", row=MOST_ROWS + 1)
    if _wide("Workbook") not in content and _wide("Book") not in content:
        raise Refused("unknown_format")


def _wide(name: str) -> bytes:
    return name.encode("utf-16-le")
