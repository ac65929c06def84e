"""A bank's list of transfers, whatever bank, program and language it comes from, into what came in.

Every row below the headings is accounted for: it is a transfer, was left out (money that left, a row without money,
a sum), or is refused with its reason. Pure: nothing is looked up and nothing is written.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from portal.core.amounts import amount_of
from portal.core.errors import Refused
from portal.orders.entry.files import read_rows
from portal.orders.entry.folding import plain_text
from portal.orders.entry.headers import is_total
from portal.orders.entry.tables import Row
from portal.payments.bank_dates import Calendar, in_time
from portal.payments.bank_headings import Column, came_in, column_of

_DEPTH: Final = 40
"""Rows among which the headings are looked for; the bank's letterhead stands above them."""
_SAMPLE: Final = 60

MAX_PAYER: Final = 120
"""Characters of a payer's name that are kept."""
MAX_TEXT: Final = 500
"""Characters of a transfer's text that are kept."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that came in."""

    row: int
    """As the program that shows the file counts it, from 1."""
    booked_on: date
    amount: int
    """Minor units, above 0."""
    payer: str
    text: str
    fingerprint: str
    """Names the transfer. The same transfer has the same one in every file of the bank that has it."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be read: nobody may think it was taken in."""

    row: int
    reason: str
    """amount, date, future, direction, or currency."""
    shown: str
    """What stands in it, shortened."""


@dataclass(frozen=True, slots=True)
class BankFile:
    """What a file holds."""

    rows: int
    """Rows below the headings that hold anything; the three below sum to it."""
    transfers: tuple[Transfer, ...]
    left_out: int
    refused: tuple[RefusedRow, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    first: int
    """Place of the first row below the headings."""
    columns: Mapping[Column, int]
    texts: tuple[int, ...]


def read_bank_file(content: bytes, currency: str, today: date, locale: str = "ko") -> BankFile:
    """The transfers of a csv, text, xls, xlsx or ods file; ``currency`` is that of its account.

    Raises Refused ``no_columns`` if no date and amount can be told apart, and what ``read_rows`` raises.
    """
    rows = read_rows(content, locale)
    layout = _by_headings(rows) or _by_content(rows, currency, today)
    if layout is None:
        raise Refused("no_columns", field="file")
    body = rows[layout.first :]
    calendar = Calendar((_cell(row, layout, Column.DATE) for row in body), currency, today)
    transfers: list[Transfer] = []
    refused: list[RefusedRow] = []
    left_out = 0
    seen: Counter[str] = Counter()
    for row in body:
        found = _read(row, layout, calendar, currency, seen)
        if isinstance(found, Transfer):
            transfers.append(found)
        elif found is None:
            left_out += 1
        else:
            refused.append(RefusedRow(row.number, found, " · ".join(filter(None, row.cells))[:120]))
    return BankFile(len(body), tuple(transfers), left_out, tuple(refused))


def _read(
    row: Row, layout: _Layout, calendar: Calendar, currency: str, seen: Counter[str]
) -> Transfer | str | None:
    """The transfer of a row, the reason why it cannot be read, or None for one that brings no money."""
    if is_total(row.cells):
        return None
    date_text = _cell(row, layout, Column.DATE)
    day = calendar.day(date_text)
    amount = _amount(row, layout, currency)
    if isinstance(amount, str):
        # Notes below the list have neither day nor amount.
        return amount if day is not None else None
    if amount is None or amount <= 0:
        return None
    if day is None:
        return "date" if date_text else None
    if not in_time(day, calendar.today):
        return "future"
    own = _cell(row, layout, Column.CURRENCY).upper()
    if len(own) == 3 and own.isascii() and own.isalpha() and own != currency:
        return "currency"
    payer = _cell(row, layout, Column.PAYER)[:MAX_PAYER]
    text = " ".join(dict.fromkeys(row.cells[place] for place in layout.texts if _has(row, place)))[:MAX_TEXT]
    named = "|".join([day.isoformat(), str(amount), _folded(payer), _folded(text)])
    seen[named] += 1
    # Two equal transfers of one day are two: each is named by its place among its equals.
    digest = hashlib.sha256(f"{named}|{seen[named]}".encode()).hexdigest()
    return Transfer(row.number, day, amount, payer, text, digest)


def _amount(row: Row, layout: _Layout, currency: str) -> int | str | None:
    """Minor units that came in, below 0 for money that left; None if the row names none."""
    columns = layout.columns
    if Column.IN in columns:
        text = _cell(row, layout, Column.IN)
        if not text or text in {"-", "–"}:
            gone = _cell(row, layout, Column.OUT)
            return None if not gone else -1
        amount = amount_of(text, currency)
        return "amount" if amount is None else amount
    text = _cell(row, layout, Column.AMOUNT)
    if not text:
        return None
    amount = amount_of(text, currency)
    if amount is None:
        return "amount"
    if Column.DIRECTION in columns and amount > 0 and (word := _cell(row, layout, Column.DIRECTION)):
        direction = came_in(word)
        if direction is None:
            return "direction"
        return amount if direction else -amount
    return amount


def _by_headings(rows: Sequence[Row]) -> _Layout | None:
    for place, row in enumerate(rows[:_DEPTH]):
        found = [column_of(cell) for cell in row.cells]
        known = {column for column in found if column is not None}
        if Column.DATE not in known or not known & {Column.IN, Column.AMOUNT}:
            continue
        columns: dict[Column, int] = {}
        for index, column in enumerate(found):
            if column is not None and column not in columns:
                columns[column] = index
        if Column.DIRECTION in columns and Column.AMOUNT in columns:
            below = [row.cells[columns[Column.DIRECTION]] for row in rows[place + 1 :][:_SAMPLE]
                     if _has(row, columns[Column.DIRECTION])]  # fmt: skip
            # A column called 구분 may as well say by what channel: it counts if it speaks of directions at all.
            if not any(came_in(word) is not None for word in below):
                del columns[Column.DIRECTION]
        return _Layout(
            place + 1, columns, tuple(index for index, column in enumerate(found) if column is Column.TEXT)
        )
    return None


def _by_content(rows: Sequence[Row], currency: str, today: date) -> _Layout | None:
    """A list without headings: the days, then the numbers; which of two numbers came in is told by the balance."""
    sample = rows[:_SAMPLE]
    width = max(len(row.cells) for row in sample)
    dated = None
    for place in range(width):
        calendar = Calendar((row.cells[place] for row in sample if _has(row, place)), currency, today)
        days = sum(_has(row, place) and calendar.day(row.cells[place]) is not None for row in sample)
        if days * 10 >= len(sample) * 9:
            dated = place
            break
    if dated is None:
        return None
    amounts = {
        place: [_number(row, place, currency) for row in sample] for place in range(width) if place != dated
    }
    money = {
        place: values
        for place, values in amounts.items()
        if any(values)
        and all(value is not None or not _has(row, place) for value, row in zip(values, sample, strict=True))
    }
    columns = _money_columns(money)
    if columns is None:
        return None
    others = [place for place in range(width) if place != dated and place not in money]
    words = [
        place for place in others if any(_has(row, place) and _is_word(row.cells[place]) for row in sample)
    ]
    if words:
        columns[Column.PAYER] = max(words, key=lambda place: (_variety(sample, place), -place))
    texts = tuple(place for place in words if place != columns.get(Column.PAYER))
    return _Layout(0, {Column.DATE: dated, **columns}, texts)


def _money_columns(money: Mapping[int, Sequence[int | None]]) -> dict[Column, int] | None:
    """Which column of numbers is what; None if that cannot be told."""
    places = list(money)
    if len(places) == 1:
        return {Column.AMOUNT: places[0]}
    for balance in reversed(places):
        rest = [place for place in places if place != balance]
        for one in rest:
            if _adds_up(money[balance], money[one], None):
                return {Column.AMOUNT: one, Column.BALANCE: balance}
            for other in rest:
                if other != one and _adds_up(money[balance], money[one], money[other]):
                    return {Column.IN: one, Column.OUT: other, Column.BALANCE: balance}
    return None


def _adds_up(
    balances: Sequence[int | None], came: Sequence[int | None], left: Sequence[int | None] | None
) -> bool:
    """Whether each balance is the one before it with what came and less what left, in either order of time."""
    moves = [(one or 0) - ((left[index] or 0) if left is not None else 0) for index, one in enumerate(came)]
    if len(balances) < 2 or any(balance is None for balance in balances):
        return False
    known = [balance or 0 for balance in balances]
    forward = all(known[i] - known[i - 1] == moves[i] for i in range(1, len(known)))
    backward = all(known[i - 1] - known[i] == moves[i - 1] for i in range(1, len(known)))
    return forward or backward


def _number(row: Row, place: int, currency: str) -> int | None:
    return amount_of(row.cells[place], currency) if _has(row, place) else None


def _variety(rows: Sequence[Row], place: int) -> int:
    return len({row.cells[place] for row in rows if _has(row, place)})


def _is_word(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def _has(row: Row, place: int) -> bool:
    return place < len(row.cells) and bool(row.cells[place])


def _cell(row: Row, layout: _Layout, column: Column) -> str:
    place = layout.columns.get(column)
    return row.cells[place] if place is not None and _has(row, place) else ""


def _folded(text: str) -> str:
    return plain_text(text).replace(" ", "")
