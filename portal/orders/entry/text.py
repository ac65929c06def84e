"""Pasted text and files, from whatever they are to lines."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from portal.core.errors import Refused
from portal.orders.entry.codes import Known
from portal.orders.entry.files import read_rows
from portal.orders.entry.folding import folded, plain_cell
from portal.orders.entry.lines import Entry, EntryLine, Left, LeftRow, Problem, coded, table_entry
from portal.orders.entry.pieces import items_of
from portal.orders.entry.quantities import Doubt, Quantity, find_quantities
from portal.orders.entry.separated import separated_rows
from portal.orders.entry.tables import MOST_ROWS, Row

LONGEST_TEXT: Final = 500_000
"""Characters of a pasted text."""

_TOKEN: Final = re.compile(r"[^\s,;|=\t()\[\]\"]+")
_LOOKS_LIKE_CODE: Final = re.compile(r"(?=[^\s]*\d)[A-Za-z0-9][A-Za-z0-9./_-]{3,}")
_ENDS: Final = ".:*x×-"


def read_file(content: bytes, known: Known, locale: str = "ko") -> Entry:
    """The lines of a file of any kind that ``files.read_rows`` reads. Raises Refused as it does."""
    rows = read_rows(content, locale)
    entry = table_entry(rows, known, locale)
    if entry is not None:
        return entry
    return _line_by_line(rows, known, locale)


def read_text(text: str, known: Known, locale: str = "ko") -> Entry:
    """The lines of a pasted text: a table with any separator, or a code and a count in any order, several to a line.

    Raises Refused: ``text_too_long`` (``most`` characters), ``too_many_rows``, ``too_many_columns``.
    """
    if len(text) > LONGEST_TEXT:
        raise Refused("text_too_long", most=LONGEST_TEXT, found=len(text))
    if "\t" in text or ";" in text or "|" in text or "," in text:
        rows = separated_rows(text)
        widths = {len(row.cells) for row in rows}
        if len(rows) > 1 and max(widths, default=0) > 1:
            entry = table_entry(rows, known, locale)
            if entry is not None and _holds(entry):
                return entry
    lines = [
        Row("", number, (plain_cell(line),))
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    ]
    if len(lines) > MOST_ROWS:
        raise Refused("too_many_rows", most=MOST_ROWS, found=len(lines), sheet="", row=MOST_ROWS + 1)
    return _line_by_line(lines, known, locale)


def _holds(entry: Entry) -> bool:
    """Whether a text is better taken as the table it seems to be: its columns are named, or nearly every row fits."""
    if any(layout.header is not None for _, layout in entry.layouts):
        return True
    ready = sum(bool(line.codes or line.name) and line.quantity.number is not None for line in entry.lines)
    return ready * 10 > (len(entry.lines) + len(entry.left)) * 9


@dataclass(frozen=True, slots=True)
class _Code:
    start: int
    end: int
    codes: tuple[str, ...]
    mended: bool


def _line_by_line(rows: Collection[Row], known: Known, locale: str) -> Entry:
    texts = [(row, " ".join(cell for cell in row.cells if cell)) for row in rows]
    asked: set[str] = set()
    for _, text in texts:
        for token in _tokens(text):
            asked |= {token, token.upper()}
    codes = frozenset(known(asked)) if asked else frozenset()
    lines: list[EntryLine] = []
    left: list[LeftRow] = []
    for row, text in texts:
        found = _lines_of(row, text, codes, locale)
        lines += found
        if not found:
            left.append(LeftRow(row.number, text, Left.BEFORE_TABLE, row.sheet))
    return Entry(tuple(lines), tuple(left))


def _tokens(text: str) -> list[str]:
    tokens = [token for found in _TOKEN.findall(text) if (token := found.strip(_ENDS))]
    return [*tokens, *(f"{first} {second}" for first, second in pairwise(tokens))]


def _codes_of(text: str, codes: frozenset[str]) -> list[_Code]:
    found: list[_Code] = []
    for match in _TOKEN.finditer(text):
        token = match[0].strip(_ENDS)
        if token not in codes and token.upper() not in codes:
            continue
        its, problem, mended = coded(token, codes)
        if problem is None and its:
            start = match.start() + match[0].index(token)
            found.append(_Code(start, start + len(token), its, mended))
    worded = [one for one in found if not text[one.start : one.end].isdigit() or one.end - one.start > 7]
    # Beside a code with letters a number that happens to be one too is a count.
    return worded or found


def _lines_of(row: Row, text: str, codes: frozenset[str], locale: str) -> list[EntryLine]:
    named = _codes_of(text, codes)
    if not named:
        return _named_lines(row, text, locale)
    if len(named) > 1 and all(
        text[one.start : one.end].isdigit() and one.end - one.start <= 7 for one in named
    ):
        several = tuple(code for one in named for code in one.codes)
        return [EntryLine(row.number, text, several, text, sheet=row.sheet, problem=Problem.SEVERAL_CODES)]
    if len(named) > 1 and len({one.codes for one in named}) == 1:
        named = named[:1]
    if len(named) == 1:
        rest = f"{text[: named[0].start]} \x1f {text[named[0].end :]}"
        quantity, name = _quantity_and_name(rest, locale)
        return [_coded_line(row, text, text, named[0], quantity, name)]
    return _several(row, text, named, locale)


def _several(row: Row, text: str, named: list[_Code], locale: str) -> list[EntryLine]:
    """Several codes on a line: each with the count that follows it, or each with the one before, as the first shows."""
    leads = bool(find_quantities(folded(text[: named[0].start]).text, locale))
    lines = []
    for place, one in enumerate(named):
        if leads:
            start = named[place - 1].end if place else 0
            end = one.end if place + 1 < len(named) else len(text)
        else:
            start = one.start if place else 0
            end = named[place + 1].start if place + 1 < len(named) else len(text)
        rest = f"{text[start : one.start]} \x1f {text[one.end : end]}"
        quantity, name = _quantity_and_name(rest, locale)
        lines.append(_coded_line(row, text[start:end].strip(" ,;|/"), text, one, quantity, name))
    return lines


def _coded_line(row: Row, original: str, text: str, one: _Code, quantity: Quantity, name: str) -> EntryLine:
    return EntryLine(
        row.number,
        original,
        one.codes,
        text[one.start : one.end],
        name,
        quantity,
        sheet=row.sheet,
        mended=one.mended,
    )


def _quantity_and_name(rest: str, locale: str) -> tuple[Quantity, str]:
    plain = folded(rest).text
    found = find_quantities(plain, locale)
    counted = [one for one in found if one.counted]
    # 3 x and x3 may stand on either side of where the code was.
    used = counted or list(found)
    name = plain
    for one in reversed(used[-1:] if counted else used):
        name = name[: one.start] + name[one.end :]
    name = " ".join(name.replace("\x1f", " ").split()).strip(" ,;:|=-*()[]/\"'+")
    name = "" if name == "x" else name
    if not used:
        return Quantity(None, doubt=Doubt.MISSING), name
    if len(used) > 1 and len({one.quantity for one in used}) > 1:
        choices = tuple(one.quantity.number for one in used if one.quantity.number)
        return Quantity(None, doubt=Doubt.TWO_NUMBERS, choices=choices), name
    return used[-1].quantity, name


def _named_lines(row: Row, text: str, locale: str) -> list[EntryLine]:
    """Lines without a code of the catalog: by name, or with a code nobody knows."""
    plain = folded(text)
    lines = []
    for item in items_of(plain.text, 0, locale):
        if not item.words and item.quantity is None:
            continue
        first = _LOOKS_LIKE_CODE.fullmatch(item.words)
        problem = Problem.UNKNOWN_CODE if first else None if item.words else Problem.NO_CODE
        lines.append(
            EntryLine(
                row.number,
                plain.source(item.start, item.end).strip(" ,;|"),
                said_code=plain_cell(item.words) if first else "",
                name=item.words,
                quantity=item.quantity or Quantity(None, doubt=Doubt.MISSING),
                sheet=row.sheet,
                problem=problem,
            )
        )
    return lines
