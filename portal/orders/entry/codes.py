"""What a cell may have been before a spreadsheet took it for a number or a day."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date
from functools import lru_cache
from typing import Final

Known = Callable[[Collection[str]], Collection[str]]
"""Says which of many texts are SKUs, barcodes or part numbers of the catalog; asked once for a whole file."""

_POWER: Final = re.compile(r"(\d)(?:[.,](\d+))?e\+?(\d{1,2})", re.IGNORECASE)
_WHOLE: Final = re.compile(r"(\d+)[.,]0+")
_GROUPED: Final = re.compile(r"\d{1,3}(?:[ ,]\d{3}){2,}")
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SHORT_DAY: Final = re.compile(
    r"(\d{1,2})[-/ ]?([A-Za-z]{3}|\d{1,2}월)|([A-Za-z]{3})[-/ ]?(\d{1,2})|(\d{1,2})월\s?(\d{1,2})일"
)
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_GTIN: Final = (8, 12, 13, 14)
_LONGEST_SKU: Final = 6
"""Digits to which a short number is filled up with the zeros it may have lost."""


def digits_lost(text: str) -> str | None:
    """The digits that are left of a number shown as 8.80123E+12; None if all of them are there or it is none."""
    found = _POWER.fullmatch(text.strip())
    if not found:
        return None
    digits = found[1] + (found[2] or "")
    return digits if len(digits) <= int(found[3]) else None


@lru_cache(maxsize=16_384)
def readings(text: str, *, is_number: bool = False, is_date: bool = False) -> tuple[str, ...]:
    """What a code's cell may mean, as written first, each once; the later, the more had to be mended."""
    plain = text.strip().lstrip("'`").strip("*# ")
    if len(plain) > 80 or not plain:
        return ()
    if is_date:
        return _of_day(plain)
    found = [plain]
    if quoted := re.fullmatch(r'=?"(.+)"', plain):
        found = [plain := quoted[1]]
    if " " in plain:
        found.append(plain.replace(" ", ""))
    number = plain
    if whole := _WHOLE.fullmatch(plain):
        number = whole[1]
    elif (power := _POWER.fullmatch(plain)) and digits_lost(plain) is None:
        digits = power[1] + (power[2] or "")
        number = digits[: int(power[3]) + 1]
    elif _GROUPED.fullmatch(plain):
        number = re.sub(r"[ ,]", "", plain)
    elif re.fullmatch(r"\d[\d -]{6,}\d", plain):
        number = re.sub(r"[ -]", "", plain)
    found.append(number)
    if number.isdigit():
        found += _with_zeros(number) if is_number or number == plain or len(number) >= 7 else []
    elif short := _SHORT_DAY.fullmatch(plain):
        found += _of_short_day(short)
    found += [one.upper() for one in found]
    return tuple(dict.fromkeys(found))


def _with_zeros(number: str) -> list[str]:
    if len(number) in range(7, 14):
        return [number.zfill(length) for length in _GTIN if len(number) < length <= len(number) + 3]
    if len(number) < _LONGEST_SKU:
        return [number.zfill(length) for length in range(len(number) + 1, _LONGEST_SKU + 1)]
    return []


def _of_day(text: str) -> tuple[str, ...]:
    """3-1 and MAR1 became a day of the year the file was written in; 1-2024 became the first of a month."""
    found = _DAY.fullmatch(text)
    if not found:
        return ()
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return ()
    month = _MONTHS[day.month - 1]
    pairs = [(day.month, day.day), (day.day, day.month)]
    listed = [f"{a}{joint}{b}" for a, b in pairs for joint in "-/"]
    listed += [f"{a:02}{joint}{b:02}" for a, b in pairs for joint in "-/"]
    listed += [f"{month}{day.day}", f"{month}-{day.day}", f"{month}{day.day:02}", f"{day.day}-{month}"]
    short = day.year % 100
    listed += [
        f"{day.month}-{day.year}",
        f"{day.month}/{day.year}",
        f"{day.day}-{day.month}-{short}",
        f"{day.month}-{day.day}-{short}",
    ]
    if day.day == 1:
        listed += [
            f"{month}{short:02}",
            f"{month}-{short:02}",
            f"{day.month}-{short:02}",
            f"{day.month}/{short:02}",
        ]
    return tuple(dict.fromkeys(listed))


def _of_short_day(found: re.Match[str]) -> list[str]:
    """03월 01일, 1-Mar and Mar-01: the same days as text, from files saved with what was shown."""
    if found[5]:
        month, day = int(found[5]), int(found[6])
    else:
        word = (found[2] or found[3]).upper()
        month = int(word[:-1]) if word.endswith("월") else _MONTHS.index(word) + 1 if word in _MONTHS else 0
        day = int(found[1] or found[4])
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return []
    return [
        f"{month}-{day}",
        f"{day}-{month}",
        f"{month}/{day}",
        f"{month:02}-{day:02}",
        f"{_MONTHS[month - 1]}{day}",
    ]
