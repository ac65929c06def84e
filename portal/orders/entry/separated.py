"""Text with separators, and tables in web pages that call themselves spreadsheets."""

from __future__ import annotations

import csv
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Final

from portal.core.errors import Refused
from portal.orders.entry.folding import plain_cell
from portal.orders.entry.tables import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Row, checked_size

_SEPARATORS: Final = "\t;|,"
_SPACES: Final = re.compile(r" {2,}|\u3000+")
_SAMPLE: Final = 200
"""Rows by which the separator is chosen."""

LONGEST_RECORD: Final = 20
"""Lines of one record; a quote that holds more was never closed."""

Record = tuple[int, list[str]]


def separated_rows(text: str) -> tuple[Row, ...]:
    """The rows of a text, split at the separator that makes most of a table of it; one cell a row if none does.

    Empty rows are left out, row numbers are those of the file's lines. Raises Refused for what is too large.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    declared = re.match(r"sep=(.)\n", text)
    best: tuple[float, list[Record]] | None = None
    for separator in declared[1] if declared else _SEPARATORS:
        if separator not in text:
            continue
        records = _split(text, separator)
        points = _tabularity(records)
        if points > 0 and (best is None or points > best[0] + 0.01):
            best = (points, records)
    if best is None:
        records = [(number, _SPACES.split(line.strip())) for number, line in enumerate(text.split("\n"), 1)]
        if _tabularity(records) >= 0.75:
            best = (1, records)
        else:
            best = (0, [(number, [line]) for number, line in enumerate(text.split("\n"), 1)])
    return _rows([record for record in best[1] if not (declared and record[0] == 1)])


def html_rows(text: str) -> tuple[Row, ...]:
    """The rows of the tables of a web page, as shops and old systems export them under the name of a spreadsheet.

    Raises Refused for what is too large.
    """
    parser = _Tables()
    parser.feed(text)
    parser.close()
    return _rows(list(enumerate(parser.rows, 1)))


def _rows(records: list[Record]) -> tuple[Row, ...]:
    rows = []
    for number, cells in records:
        plain = [plain_cell(cell[:LONGEST_CELL]) for cell in cells]
        while plain and not plain[-1]:
            plain.pop()
        if any(plain):
            rows.append(Row("", number, tuple(plain)))
            checked_size(len(rows), len(plain))
    return tuple(rows)


def _split(text: str, separator: str) -> list[Record]:
    """Records with the line each begins at. A quote left open is taken as a character, not as the rest of the file.

    Raises Refused ``cell_too_long`` (``row``).
    """
    lines = [f"{line}\n" for line in text.split("\n")]
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        records: list[Record] = []
        reader = csv.reader(lines, delimiter=separator, quoting=quoting)
        number = 1
        longest = 0
        try:
            for record in reader:
                longest = max(longest, reader.line_num - number)
                if record:
                    records.append((number, record))
                number = reader.line_num + 1
                if len(records) > MOST_ROWS + 1:
                    checked_size(len(records), 1)
        except csv.Error:
            longest = LONGEST_RECORD
        if longest < LONGEST_RECORD:
            return records
    raise Refused("cell_too_long", sheet="", row=number)


def _tabularity(records: list[Record]) -> float:
    """Share of rows that have the most usual number of cells, if that is two or more; 0 for no table."""
    widths = Counter(len(cells) for _, cells in records[:_SAMPLE] if any(cell.strip() for cell in cells))
    if not widths:
        return 0.0
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return 0.0
    width, count = max(several.items(), key=lambda one: (one[1], one[0]))
    share = sum(several.values()) / widths.total()
    return share * (0.5 + 0.5 * count / widths.total()) + min(width, 6) / 1000


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._cell: list[str] | None = None
        self._span = 1
        self._below: dict[int, tuple[int, str]] = {}
        self._rows_span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._close_cell()
            self.rows.append([])
            checked_size(len(self.rows), 1)
        elif tag in {"td", "th"}:
            self._close_cell()
            self._cell = []
            named = dict(attrs)
            self._span = _span(named.get("colspan"), MOST_COLUMNS + 1)
            self._rows_span = _span(named.get("rowspan"), MOST_ROWS)
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr", "table"}:
            self._close_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _close_cell(self) -> None:
        if self._cell is None:
            return
        if not self.rows:
            self.rows.append([])
        row = self.rows[-1]
        self._fill(row)
        text = "".join(self._cell)
        if self._rows_span > 1:
            self._below[len(row)] = (self._rows_span - 1, text)
        row.append(text)
        row.extend([""] * (self._span - 1))
        self._cell = None
        self._fill(row)
        # A few letters of a page can ask for very many cells.
        checked_size(len(self.rows), len(row))

    def _fill(self, row: list[str]) -> None:
        """What spans several rows stands in each of them."""
        while len(row) in self._below:
            left, text = self._below.pop(len(row))
            if left > 1:
                self._below[len(row)] = (left - 1, text)
            row.append(text)


def _span(text: str | None, most: int) -> int:
    if text is None or not text.strip().isdecimal():
        return 1
    return min(max(int(text.strip()[:6]), 1), most)
