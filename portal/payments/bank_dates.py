"""Days as banks write them. A file decides together which of two numbers is the month."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

_YEAR_FIRST: Final = re.compile(
    r"(?P<y>(?:19|20)\d\d|R\s?\d{1,2}|令和\s?\d{1,2}|\d{2})\s?[-./年년]\s?(?P<m>\d{1,2})\s?[-./月월]\s?(?P<d>\d{1,2})\s?[日일.]?"
)
_COMPACT: Final = re.compile(r"(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:\d{4}|\d{6})?")
_SHORT: Final = re.compile(r"(?P<a>\d{1,2})\s?[-./]\s?(?P<b>\d{1,2})\s?[-./]\s?(?P<y>20\d\d|\d{2})")
_NAMED: Final = re.compile(
    r"(?P<d>\d{1,2})(?:er|st|nd|rd|th)?[\s\-./]*(?P<n>[a-zéûä]{3,9})\.?[\s\-./,]*(?P<y>20\d\d|\d{2})",
    re.IGNORECASE,
)
_NAME_FIRST: Final = re.compile(
    r"(?P<n>[a-zéû]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>20\d\d)", re.IGNORECASE
)
_TIME: Final = re.compile(
    r"[T\s]*(?:\(.\))?\s*(?:오전|오후|午前|午後)?\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[AP]M|Z|[+-]\d\d:?\d\d)?$",
    re.IGNORECASE,
)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january janv janvier januar jänner",
            "feb february févr févr. février februar",
            "mar march mars märz",
            "apr april avr avril",
            "may mai",
            "jun june juin juni",
            "jul july juil juillet juli",
            "aug august août aout",
            "sep sept september septembre",
            "oct october octobre okt oktober",
            "nov november novembre",
            "dec december déc décembre dez dezember",
        ),
        1,
    )
    for name in names.split()
}
_REIWA: Final = 2018
"""The year before the first of Reiwa."""


class Calendar:
    """How a file writes its days."""

    def __init__(self, texts: Iterable[str], currency: str, today: date) -> None:
        self.today = today
        self.year_first = currency in {"KRW", "JPY"}
        found = [match for text in texts if (match := _SHORT.fullmatch(_without_time(text)))]
        first = [int(match["a"]) for match in found]
        second = [int(match["b"]) for match in found]
        if any(number > 12 for number in first):
            self.month_first = False
        elif any(number > 12 for number in second):
            self.month_first = True
        else:
            self.month_first = self._likelier(first, second, currency)

    def day(self, text: str) -> date | None:
        """The day a cell names; None if it names none."""
        plain = _without_time(text)
        if not plain:
            return None
        if (found := _COMPACT.fullmatch(plain)) is not None:
            return _date(int(found["y"]), int(found["m"]), int(found["d"]))
        if (found := _YEAR_FIRST.fullmatch(plain)) is not None and (self.year_first or len(found["y"]) != 2):
            return _date(_year(found["y"]), int(found["m"]), int(found["d"]))
        if (found := _SHORT.fullmatch(plain)) is not None:
            one, two = int(found["a"]), int(found["b"])
            month, day = (one, two) if self.month_first else (two, one)
            return _date(_year(found["y"]), month, day)
        for pattern in (_NAMED, _NAME_FIRST):
            found = pattern.fullmatch(plain)
            if found is not None and (month_number := _MONTHS.get(found["n"].lower())) is not None:
                return _date(_year(found["y"]), month_number, int(found["d"]))
        return None

    def _likelier(self, first: list[int], second: list[int], currency: str) -> bool:
        """Statements run by day: the number that jumps to and fro is the day, the other one the month."""
        jumps = [sum(a != b for a, b in pairwise(numbers)) for numbers in (first, second)]
        if jumps[0] != jumps[1]:
            return jumps[0] < jumps[1]
        return currency in {"USD", "CAD"}


def in_time(day: date, today: date) -> bool:
    """Whether a bank can have booked it by ``today``, give or take the time zones between."""
    return date(2000, 1, 1) <= day <= today + timedelta(days=1)


def _without_time(text: str) -> str:
    return _TIME.sub("", text.strip()).strip().strip(",")


def _year(text: str) -> int:
    digits = int("".join(sign for sign in text if sign.isdigit()))
    if not text[0].isdigit():
        return _REIWA + digits
    return digits if digits > 99 else 2000 + digits


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
