from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

import pytest

from portal.delivery.calendar import (
    MAX_DAYS_AHEAD,
    MIN_DAYS_AHEAD,
    delivery_day_problem,
    delivery_days,
    public_holidays,
    working_day_after,
    works_on,
)

EVERY_DAY = 0b1111111
MONDAY_TO_FRIDAY = 0b0011111
TODAY = date(2026, 11, 23)


def problem(day: date, *, country="KR", region="", weekdays=EVERY_DAY, closed=frozenset()):
    return delivery_day_problem(country, region, weekdays, day, TODAY, closed)


@pytest.mark.parametrize(
    "country,region,day,expected",
    [
        # Korea, with substitute holidays and the two-day-long feasts.
        ("KR", "", date(2026, 12, 25), "holiday"),
        ("KR", "", date(2027, 2, 9), "holiday"),
        ("KR", "서울", date(2027, 8, 16), "holiday"),
        ("KR", "", date(2026, 11, 24), None),
        ("JP", "東京都", date(2027, 1, 11), "holiday"),
        ("JP", "", date(2027, 1, 12), None),
        ("US", "NJ", date(2026, 11, 26), "holiday"),
        ("US", "NJ", date(2026, 11, 27), None),
        # The national day of Québec is a holiday there alone, Family Day in Ontario and not in Québec.
        ("CA", "QC", date(2027, 6, 24), "holiday"),
        ("CA", "ON", date(2027, 6, 24), None),
        ("CA", "ON", date(2027, 2, 15), "holiday"),
        ("CA", "QC", date(2027, 2, 15), None),
        ("CA", "BC", date(2027, 8, 2), "holiday"),
        ("DE", "", date(2026, 12, 26), "holiday"),
        ("XX", "", date(2026, 12, 25), None),
    ],
)
def test_nothing_arrives_on_a_public_holiday_of_the_place(country, region, day, expected):
    assert problem(day, country=country, region=region) == expected


def test_nothing_arrives_today_or_before_or_too_far_ahead():
    assert problem(TODAY - timedelta(days=1)) == "too_soon"
    assert problem(TODAY) == "too_soon"
    assert problem(TODAY + timedelta(days=MIN_DAYS_AHEAD)) is None
    assert problem(TODAY + timedelta(days=MAX_DAYS_AHEAD)) is None
    assert problem(TODAY + timedelta(days=MAX_DAYS_AHEAD + 1)) == "too_far"
    assert problem(date.max) == "too_far"


def test_deliveries_keep_to_the_weekdays_of_the_place():
    saturday = date(2026, 11, 28)
    assert problem(saturday, weekdays=MONDAY_TO_FRIDAY) == "weekday"
    assert problem(saturday, weekdays=0b0100000) is None
    assert problem(saturday - timedelta(days=1), weekdays=0b0100000) == "weekday"


def test_the_sellers_closed_days_count():
    day = date(2026, 11, 30)
    assert problem(day, closed={day}) == "closed"
    assert problem(day, closed={day + timedelta(days=1)}) is None


def test_the_next_delivery_days_skip_what_has_a_problem():
    closed = {date(2026, 12, 23)}
    days = delivery_days("KR", "", MONDAY_TO_FRIDAY, date(2026, 12, 22), TODAY, closed)
    # The 23rd is closed, the 25th is Christmas, the 26th and 27th are a weekend.
    assert list(islice(days, 3)) == [date(2026, 12, 22), date(2026, 12, 24), date(2026, 12, 28)]


def test_a_place_without_delivery_days_has_none():
    assert list(delivery_days("KR", "", 0, TODAY, TODAY, ())) == []


def test_a_state_has_holidays_of_its_own():
    patriots_day = date(2027, 4, 19)
    assert patriots_day in public_holidays("US", "MA", 2027)
    assert patriots_day not in public_holidays("US", "NY", 2027)
    assert patriots_day not in public_holidays("US", "", 2027)


def test_a_region_without_a_known_name_has_its_countrys_holidays():
    assert public_holidays("KR", "서울특별시", 2027) == public_holidays("KR", "", 2027) != frozenset()
    assert public_holidays("XX", "", 2027) == frozenset()


@pytest.mark.parametrize(
    "country,day,works",
    [
        ("KR", date(2026, 11, 23), True),
        ("KR", date(2026, 11, 28), False),
        ("KR", date(2027, 2, 9), False),
        ("US", date(2026, 11, 26), False),
        ("US", date(2026, 11, 27), True),
        ("KR", date(2026, 11, 26), True),
    ],
)
def test_goods_leave_on_weekdays_that_are_no_holiday_of_the_warehouse(country, day, works):
    assert works_on(country, day, ()) is works
    assert works_on(country, day, {day}) is False


def test_working_days_are_counted_over_weekends_feasts_and_closed_days():
    friday = date(2027, 2, 5)
    # Saturday to Monday is the Lunar New Year, Tuesday its substitute day.
    assert working_day_after("KR", friday, 0, ()) == friday
    assert working_day_after("KR", friday, 1, ()) == date(2027, 2, 10)
    assert working_day_after("KR", friday, 2, {date(2027, 2, 11)}) == date(2027, 2, 12)


def test_a_warehouse_that_never_works_has_no_working_day():
    always = {TODAY + timedelta(days=ahead) for ahead in range(2 * MAX_DAYS_AHEAD)}
    assert working_day_after("KR", TODAY, 1, always) is None
