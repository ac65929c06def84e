"""Numbers and dates as each language writes them."""

from datetime import UTC, date, datetime

import pytest

from portal.core import formats

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
