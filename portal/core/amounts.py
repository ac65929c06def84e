"""Amounts of money, into minor units, and days, as people and banks write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import Final

from portal.core.money import minor_digits

MOST: Final = 10**15
"""Minor units above which a number is no amount of this trade, but a mistake or an account's number."""

_SIGNS: Final = re.compile(r"krw|jpy|usd|cad|eur|gbp|us\$|ca\$|c\$|[₩\\¥$€£]|원정?|円|won|\+", re.IGNORECASE)
_MINUS: Final = "-\u2212\u2013\u25b2\u25b3\u25bc"
"""Minus, its look-alikes, and the triangles of Japanese and Korean statements."""
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([,.' ])[0-9]{3})(?:\1[0-9]{3})*")
_DAY: Final = re.compile(r"(\d{4})[-./년](\d{1,2})(?:[-./월](\d{1,2})일?|월)?")
_DIGITS: Final = re.compile(r"[0-9]+")


def amount_of(text: str, currency: str) -> int | None:
    """The amount in minor units of ``currency``; None if it is none, or not to be read without guessing.

    "₩1,234,567원", "1 234,56 $", "1.234,56", "(12.00)", "▲500", "1234-", "1,234" are read; the last separator is the
    decimal sign if one or two digits follow it, and groups thousands if three do. More digits than the currency has
    must be zeros. Raises UnknownCurrency.
    """
    digits = minor_digits(currency)
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'")
    plain = " ".join(_SIGNS.sub("", plain).split())
    negative = False
    if plain.startswith("(") and plain.endswith(")"):
        plain, negative = plain[1:-1].strip(), True
    if plain[:1] and plain[0] in _MINUS:
        plain, negative = plain[1:].strip(), True
    elif plain[-1:] and plain[-1] in _MINUS:
        plain, negative = plain[:-1].strip(), True
    whole, rest = _split(plain)
    if whole is None or rest.strip("0") != rest[:digits].strip("0"):
        return None
    amount = int(whole + rest[:digits].ljust(digits, "0"))
    if amount > MOST:
        return None
    return -amount if negative else amount


def _split(plain: str) -> tuple[str | None, str]:
    """Digits before and after the decimal sign; None for what is no number."""
    # The number of a workbook says which digits it has; what a sum of its own left beyond them is noise.
    if (exact := re.fullmatch(r"([0-9]+)\.([0-9]+?)0{6,}[0-9]?", plain)) is not None:
        return exact[1], exact[2]
    last = max(plain.rfind(","), plain.rfind("."))
    before, after = (plain[:last], plain[last + 1 :]) if last >= 0 else (plain, "")
    if last >= 0 and after.isascii() and after.isdigit() and len(after) != 3:
        sign = plain[last]
        if sign in before:
            return None, ""
        return _ungrouped(before or "0"), after
    return _ungrouped(plain), ""


def _ungrouped(text: str) -> str | None:
    if _DIGITS.fullmatch(text):
        return text
    if _GROUPED.fullmatch(text) and not text.startswith("0"):
        return "".join(sign for sign in text if sign.isdigit())
    return None


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
