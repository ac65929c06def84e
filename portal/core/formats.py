"""How numbers, money and dates are written for people, in their language.

Formatting never rounds money: the digits are exact before they get here. Results are remembered, because a page of
24 products writes the same few forms again and again.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent, get_decimal_symbol

from portal.core.locales import BABEL_NAMES
from portal.core.money import PPM, plain_e4, plain_minor

REMEMBERED: Final = 65_536

MOMENTS: Final = {
    ("ko", "short"): "yy. M. d. aaaa h:mm",
    ("ko", "medium"): "y. M. d. aaaa h:mm:ss",
    ("fr-CA", "short"): "d MMM y, H\u00a0'h'\u00a0mm",
    ("ko", "near"): "M월 d일 (EEE) aaaa h:mm",
    ("en", "near"): "EEE, MMM d, h:mm a",
    ("ja", "near"): "M月d日(EEE) H:mm",
    ("fr-CA", "near"): "EEE d MMM, H\u00a0'h'\u00a0mm",
}
"""Patterns by language and style that stand in for Babel's: Koreans write 오후 10:43, Babel's data has PM 10:43, and
its short form for Québec is one of machines. The style near, ours alone, is of days around today: weekday, no year."""

FIRST_OF_A_MONTH: Final = re.compile(r"(?<!\d)1(?= [^\W\d]{3})")
"""The day of a date in words."""


@lru_cache(maxsize=REMEMBERED)
def money(minor: int, currency: str, *, locale: str) -> str:
    """Minor units as people write them in ``locale``: ₩12,000 · US$13.50 · 12 000,00 $."""
    return _spelled(plain_minor(minor, currency), currency, locale)


@lru_cache(maxsize=4096)
def typed_money(minor: int, currency: str, *, locale: str) -> str:
    """Minor units as they are typed: the language's decimal sign and no grouping: 878.76 · 878,76."""
    return plain_minor(minor, currency).replace(".", get_decimal_symbol(BABEL_NAMES[locale]))


@lru_cache(maxsize=REMEMBERED)
def unit_price(amount_e4: int, currency: str, *, locale: str) -> str:
    """A unit price in e4, with as many digits as it has and at least the currency's own."""
    return _spelled(plain_e4(amount_e4, currency), currency, locale)


@lru_cache(maxsize=4096)
def quantity(number: int, *, locale: str) -> str:
    """A whole number with the language's grouping."""
    return format_decimal(number, locale=BABEL_NAMES[locale])


@lru_cache(maxsize=1024)
def percent(ppm: int, *, locale: str) -> str:
    """Parts per million as a percentage with the digits it has: 99_750 is 9.975 %."""
    share = Decimal(ppm) / PPM  # house: allow money, because this rate is only shown
    return format_percent(share, locale=BABEL_NAMES[locale], decimal_quantization=False)


@lru_cache(maxsize=4096)
def local_date(day: date, *, locale: str, style: str = "medium") -> str:
    """A calendar date; ``style`` is Babel's short, medium, long or full, or a pattern."""
    return _first(format_date(day, style, locale=BABEL_NAMES[locale]), locale)


@lru_cache(maxsize=4096)
def local_day(day: date, *, locale: str) -> str:
    """A near date with its weekday and without its year: 11월 24일 (화) · Tue, Nov 24."""
    return _first(format_skeleton("MMMEd", day, locale=BABEL_NAMES[locale]), locale)


@lru_cache(maxsize=4096)
def local_datetime(moment: datetime, timezone: str, *, locale: str, style: str = "short") -> str:
    """A moment (aware) as date and time of ``timezone``."""
    pattern = MOMENTS.get((locale, style), style)
    shown = format_datetime(moment, pattern, tzinfo=ZoneInfo(timezone), locale=BABEL_NAMES[locale])
    return _first(shown, locale)


def _first(shown: str, locale: str) -> str:
    """French counts the first of a month as no other day: 1er novembre."""
    return FIRST_OF_A_MONTH.sub("1er", shown, count=1) if locale == "fr-CA" else shown


@lru_cache(maxsize=16)
def _pattern(locale: str) -> str:
    return str(Locale.parse(BABEL_NAMES[locale]).currency_formats["standard"].pattern)


def _spelled(plain: str, currency: str, locale: str) -> str:
    digits = len(plain.partition(".")[2])
    # The pattern's own digits are the currency's; a unit price may need more, and never fewer.
    pattern = _pattern(locale).replace("0.00", "0" + ("." + "0" * digits if digits else ""))
    return format_currency(
        Decimal(plain), currency, format=pattern, locale=BABEL_NAMES[locale], currency_digits=False
    )
