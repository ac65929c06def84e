"""Amounts and days as people type them into a search field."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import Final

from portal.core.money import minor_digits

_SIGNS: Final = re.compile(r"(krw|jpy|usd|cad|eur|gbp|us|ca|원|円|엔|[$₩¥€£])", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d+(?:[.,'’ ]\d+)*")
_DAY: Final = re.compile(r"(\d{4})[-./년](\d{1,2})(?:[-./월](\d{1,2})일?|월)?")

MAX_DIGITS: Final = 15
"""Digits of an amount that are looked at; no column holds more."""


def amount_of(text: str, currency: str) -> int | None:
    """The amount a text names, in minor units of ``currency``; None if it names none.

    ₩1,234,000 · 1.234,50 $ · 1 234.5 · 1234: the last mark is the decimal one if as many digits follow it as the
    currency has or fewer, and each other group has three.
    """
    plain = _SIGNS.sub("", unicodedata.normalize("NFKC", text)).strip()
    plain = " ".join(plain.split())
    if not _NUMBER.fullmatch(plain) or not plain.isascii():
        return None
    *groups, last = re.split(r"[.,'’ ]", plain)
    digits = minor_digits(currency)
    if groups and 0 < len(last) <= digits:
        whole, fraction = groups, last.ljust(digits, "0")
    else:
        whole, fraction = [*groups, last], "0" * digits
    if any(len(group) != 3 for group in whole[1:]) or (len(whole) > 1 and len(whole[0]) > 3):
        return None
    joined = "".join(whole) + fraction
    return int(joined) if len(joined) <= MAX_DIGITS else None


def days_of(text: str) -> tuple[date, date] | None:
    """The first and last day a text names, a day or a month: 2026-11-23 · 2026.11.23 · 2026/11 · 2026년11월.

    None if it names neither.
    """
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).rstrip("."))
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3] or 0)
    try:
        if day:
            return date(year, month, day), date(year, month, day)
        first = date(year, month, 1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except (ValueError, OverflowError):
        return None
