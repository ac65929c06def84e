"""Numbers and dates as each language writes them."""

from datetime import UTC, date, datetime

import pytest

from portal.core import formats
from portal.core.amounts import amount_of
from portal.core.locales import LOCALES

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (12_000, "KRW", "ko", "₩12,000"),
        (12_000, "KRW", "fr-CA", f"12{NBSP}000{NBSP}KRW"),
        (1_200_000, "CAD", "fr-CA", f"12{NBSP}000,00{NBSP}$"),
        (-1_350, "USD", "en", "-$13.50"),
        (12_000, "JPY", "ja", "￥12,000"),
        (1_350, "USD", "ko", "US$13.50"),
    ],
)
def test_money(minor, currency, locale, text):
    assert formats.money(minor, currency, locale=locale) == text


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        (125, "USD", "en", "$0.0125"),
        (135_000, "USD", "en", "$13.50"),
        (120_000_000, "KRW", "ko", "₩12,000"),
        (120_005_000, "KRW", "ko", "₩12,000.5"),
    ],
)
def test_a_unit_price_has_the_digits_it_needs(amount, currency, locale, text):
    assert formats.unit_price(amount, currency, locale=locale) == text


def test_other_forms():
    assert formats.percent(99_750, locale="fr-CA") == f"9,975{NBSP}%"
    assert formats.quantity(12_345, locale="en") == "12,345"
    assert formats.local_date(date(2026, 11, 22), locale="ko") == "2026. 11. 22."


def test_a_moment_is_shown_where_the_reader_is():
    moment = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)

    assert (
        formats.local_datetime(moment, "Asia/Seoul", locale="en", style="yyyy-MM-dd HH:mm")
        == "2026-11-23 01:30"
    )


def test_the_half_of_the_day_is_named_in_the_readers_language():
    moment = datetime(2026, 11, 22, 13, 43, 9, tzinfo=UTC)

    assert formats.local_datetime(moment, "Asia/Seoul", locale="ko") == "26. 11. 22. 오후 10:43"
    assert (
        formats.local_datetime(moment, "Asia/Seoul", locale="ko", style="medium")
        == "2026. 11. 22. 오후 10:43:09"
    )


def test_every_language_writes_a_date_in_its_order():
    day = date(2026, 11, 24)

    assert [formats.local_date(day, locale=tag) for tag in LOCALES] == [
        "2026. 11. 24.",
        "Nov 24, 2026",
        "2026/11/24",
        "24 nov. 2026",
    ]
    assert [formats.local_date(day, locale=tag, style="full") for tag in LOCALES] == [
        "2026년 11월 24일 화요일",
        "Tuesday, November 24, 2026",
        "2026年11月24日火曜日",
        "mardi 24 novembre 2026",
    ]
    assert [formats.local_day(day, locale=tag) for tag in LOCALES] == [
        "11월 24일 (화)",
        "Tue, Nov 24",
        "11月24日(火)",
        "mar. 24 nov.",
    ]


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("medium", "1er nov. 2026"),
        ("long", "1er novembre 2026"),
        ("full", "dimanche 1er novembre 2026"),
        ("short", "2026-11-01"),
        ("MMMM y", "novembre 2026"),
    ],
)
def test_french_counts_the_first_of_a_month(style, text):
    assert formats.local_date(date(2026, 11, 1), locale="fr-CA", style=style) == text


def test_the_first_is_counted_in_moments_too_and_no_other_day():
    first = datetime(2026, 11, 1, 3, 1, tzinfo=UTC)
    later = datetime(2026, 11, 21, 3, 1, tzinfo=UTC)

    def shown(moment: datetime, style: str) -> str:
        return formats.local_datetime(moment, "Asia/Seoul", locale="fr-CA", style=style)

    assert shown(first, "short") == f"1er nov. 2026, 12{NBSP}h{NBSP}01"
    assert shown(first, "near") == f"dim. 1er nov., 12{NBSP}h{NBSP}01"
    assert shown(later, "short") == f"21 nov. 2026, 12{NBSP}h{NBSP}01"
    assert formats.local_day(date(2026, 11, 1), locale="fr-CA") == "dim. 1er nov."


@pytest.mark.parametrize(
    ("hour", "texts"),
    [
        (0, ["11월 24일 (화) 오전 12:00", "Tue, Nov 24, 12:00 AM", "11月24日(火) 0:00", "mar. 24 nov., 0~h~00"]),
        (12, ["11월 24일 (화) 오후 12:00", "Tue, Nov 24, 12:00 PM", "11月24日(火) 12:00", "mar. 24 nov., 12~h~00"]),
    ],
)  # fmt: skip
def test_midnight_and_noon(hour, texts):
    moment = datetime(2026, 11, 24, hour, tzinfo=UTC)

    shown = [formats.local_datetime(moment, "UTC", locale=tag, style="near") for tag in LOCALES]

    assert shown == [text.replace("~", NBSP) for text in texts]


def test_negative_sums_and_shares():
    assert [formats.money(-1_350, "USD", locale=tag) for tag in LOCALES] == [
        "-US$13.50",
        "-$13.50",
        "-$13.50",
        f"-13,50{NBSP}${NBSP}US",
    ]
    assert [formats.percent(-50_000, locale=tag) for tag in LOCALES] == ["-5%", "-5%", "-5%", f"-5{NBSP}%"]
    assert [formats.quantity(-1_234_567, locale=tag) for tag in LOCALES] == [
        "-1,234,567",
        "-1,234,567",
        "-1,234,567",
        f"-1{NBSP}234{NBSP}567",
    ]


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (334_158, "CAD", "fr-CA", "3341,58"),
        (334_158, "CAD", "en", "3341.58"),
        (334_158, "USD", "ko", "3341.58"),
        (334_158, "USD", "ja", "3341.58"),
        (3_050_132, "KRW", "fr-CA", "3050132"),
    ],
)
def test_an_amount_as_it_is_typed_is_read_back_the_same(minor, currency, locale, text):
    assert formats.typed_money(minor, currency, locale=locale) == text
    assert amount_of(text, currency) == minor
