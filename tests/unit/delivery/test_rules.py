"""What is promised in the cases people ask about; moments are local to the warehouse."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.delivery import rules
from portal.delivery.rules import Freight, Goods, NoDay, Promise, Round, Tariff
from tests.unit.delivery.ways import way_of

MON_TO_SAT = 0b0111111
TUE_THU = 0b0001010
NEW_YORK = {"warehouse_country": "US", "warehouse_timezone": "America/New_York"}
AT_NEW_YORK = {"place_country": "US", "place_region": "NY", "place_timezone": "America/New_York"}
AT_LOS_ANGELES = {"place_country": "US", "place_region": "CA", "place_timezone": "America/Los_Angeles"}
AT_MONTREAL = {"place_country": "CA", "place_region": "QC", "place_timezone": "America/Toronto"}
AT_TOKYO = {"place_country": "JP", "place_region": "東京都", "place_timezone": "Asia/Tokyo"}


def at(way: Round, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(way.warehouse_timezone)).astimezone(UTC)


@pytest.mark.parametrize(
    "changes,ordered,order_by,arrives",
    [
        # Before the cutoff, on the minute, and after it.
        ({}, "2026-11-23 13:59:59", "2026-11-23 14:00", date(2026, 11, 24)),
        ({}, "2026-11-23 14:00:00", "2026-11-24 14:00", date(2026, 11, 25)),
        ({}, "2026-11-23 00:00:00", "2026-11-23 14:00", date(2026, 11, 24)),
        # Friday's goods arrive on Saturday where Saturdays are delivery days, else on Monday.
        ({}, "2026-11-27 10:00", "2026-11-27 14:00", date(2026, 11, 30)),
        ({"place_weekdays": MON_TO_SAT}, "2026-11-27 10:00", "2026-11-27 14:00", date(2026, 11, 28)),
        ({"place_weekdays": MON_TO_SAT}, "2026-11-27 15:00", "2026-11-30 14:00", date(2026, 12, 1)),
        ({"place_weekdays": TUE_THU}, "2026-11-24 10:00", "2026-11-24 14:00", date(2026, 11, 26)),
        # The same day, and nothing left of it.
        ({"lead_days": 0}, "2026-11-23 10:00", "2026-11-23 14:00", date(2026, 11, 23)),
        ({"lead_days": 0}, "2026-11-23 15:00", "2026-11-24 14:00", date(2026, 11, 24)),
        ({"lead_days": 3}, "2026-11-25 10:00", "2026-11-25 14:00", date(2026, 11, 30)),
        # Lunar New Year with its substitute day on Tuesday: nothing leaves from Saturday to Tuesday.
        ({}, "2027-02-05 10:00", "2027-02-05 14:00", date(2027, 2, 10)),
        ({}, "2027-02-05 15:00", "2027-02-10 14:00", date(2027, 2, 11)),
        # Over the year's end.
        ({}, "2026-12-31 10:00", "2026-12-31 14:00", date(2027, 1, 4)),
        ({}, "2026-12-31 20:00", "2027-01-04 14:00", date(2027, 1, 5)),
        # The seller is closed.
        ({"closed_days": frozenset({date(2026, 11, 23)})}, "2026-11-23 10:00", "2026-11-24 14:00", date(2026, 11, 25)),
        ({"closed_days": frozenset({date(2026, 11, 24)})}, "2026-11-23 10:00", "2026-11-23 14:00", date(2026, 11, 25)),
        # A Japanese holiday stops the place, not the warehouse; a Korean one the warehouse, not the place.
        (AT_TOKYO, "2027-01-08 10:00", "2027-01-08 14:00", date(2027, 1, 12)),
        (AT_TOKYO, "2026-12-24 10:00", "2026-12-24 14:00", date(2026, 12, 25)),
        (AT_TOKYO, "2026-12-24 15:00", "2026-12-28 14:00", date(2026, 12, 29)),
        # Thanksgiving at both ends; the national day of Québec at one.
        (NEW_YORK | AT_NEW_YORK, "2026-11-25 10:00", "2026-11-25 14:00", date(2026, 11, 27)),
        (NEW_YORK | AT_NEW_YORK, "2026-11-25 15:00", "2026-11-27 14:00", date(2026, 11, 30)),
        (NEW_YORK | AT_MONTREAL, "2027-06-23 10:00", "2027-06-23 14:00", date(2027, 6, 25)),
        # Patriots' Day is a holiday in Massachusetts alone.
        (NEW_YORK | AT_NEW_YORK, "2027-04-16 10:00", "2027-04-16 14:00", date(2027, 4, 19)),
        (NEW_YORK | AT_NEW_YORK | {"place_region": "MA"}, "2027-04-16 10:00", "2027-04-16 14:00", date(2027, 4, 20)),
        # From Seoul to Los Angeles the date is Seoul's, never the day before that it still is there.
        # Thursday is Thanksgiving, and California keeps the day after it too.
        (AT_LOS_ANGELES | {"lead_days": 0}, "2026-11-24 10:00", "2026-11-24 14:00", date(2026, 11, 24)),
        (AT_LOS_ANGELES | {"lead_days": 3}, "2026-11-23 10:00", "2026-11-23 14:00", date(2026, 11, 30)),
        # From New York to Seoul it is tomorrow there when the goods leave.
        (NEW_YORK | {"lead_days": 0}, "2026-11-23 10:00", "2026-11-23 14:00", date(2026, 11, 24)),
        (NEW_YORK | {"lead_days": 1}, "2026-11-23 10:00", "2026-11-23 14:00", date(2026, 11, 25)),
    ],
)  # fmt: skip
def test_when_it_arrives_and_until_when_to_order(changes, ordered, order_by, arrives):
    way = way_of(**changes)
    assert rules.promise(way, at(way, ordered)) == Promise(arrives, at(way, order_by))
    assert rules.cutoff_of(way, at(way, ordered)) == at(way, order_by)


@pytest.mark.parametrize(
    "zone,minutes,day,moment",
    [
        # New York's clocks: 14:00 is an hour earlier in UTC once they have gone forward.
        ("America/New_York", 14 * 60, date(2026, 3, 6), datetime(2026, 3, 6, 19, tzinfo=UTC)),
        ("America/New_York", 14 * 60, date(2026, 3, 9), datetime(2026, 3, 9, 18, tzinfo=UTC)),
        ("America/New_York", 14 * 60, date(2026, 11, 2), datetime(2026, 11, 2, 19, tzinfo=UTC)),
        # 02:30 is skipped: the clock before the change has it an hour after 01:30.
        ("America/New_York", 150, date(2026, 3, 8), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        # 01:30 comes twice: the first counts.
        ("America/New_York", 90, date(2026, 11, 1), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("Asia/Seoul", 0, date(2027, 1, 1), datetime(2026, 12, 31, 15, tzinfo=UTC)),
    ],
)
def test_a_cutoff_is_a_moment_of_the_warehouses_clock(zone, minutes, day, moment):
    assert rules.cutoff_at(way_of(warehouse_timezone=zone, cutoff_minutes=minutes), day) == moment


def test_a_line_that_is_only_partly_there_is_promised_whole_and_in_part():
    way = way_of()
    now = at(way, "2026-11-23 10:00")
    by = at(way, "2026-11-23 14:00")
    tuesday, friday = date(2026, 11, 24), date(2026, 11, 27)
    assert rules.promise(way, now, Goods(10, 10, 3)) == Promise(tuesday, by)
    assert rules.promise(way, now, Goods(10, 4, 3)) == Promise(friday, by, None, 4, tuesday)
    assert rules.promise(way, now, Goods(10, 0, 3)) == Promise(friday, by)
    assert rules.promise(way, now, Goods(10, 4, 0)) == Promise(tuesday, by, None, 4, tuesday)
    assert rules.promise(way, now, Goods(10, 4, None)) == Promise(None, by, NoDay.NO_LEAD_TIME, 4, tuesday)
    assert rules.promise(way, now, Goods(10, 0, None)) == Promise(None, by, NoDay.NO_LEAD_TIME)


def test_lead_time_is_counted_in_working_days():
    way = way_of()
    # Three working days from Friday: Monday, Tuesday, Wednesday; it leaves on Wednesday.
    assert rules.promise(way, at(way, "2026-11-27 10:00"), Goods(1, 0, 3)).day == date(2026, 12, 3)


def test_nothing_is_promised_where_nothing_is_known():
    now = datetime(2026, 11, 23, 1, tzinfo=UTC)
    nowhere = way_of(route_id=None, cutoff_minutes=None)
    assert rules.promise(nowhere, now) == Promise(None, None, NoDay.NO_ROUTE) == rules.NO_PROMISE
    assert rules.cutoff_of(nowhere, now) is None
    assert rules.cutoff_at(nowhere, date(2026, 11, 23)) is None
    assert rules.cutoff_for(nowhere, date(2026, 11, 30), now) is None


def test_a_place_without_delivery_days_is_promised_none():
    way = way_of(place_weekdays=0)
    now = at(way, "2026-11-23 10:00")
    told = rules.promise(way, now)
    assert (told.day, told.reason) == (None, NoDay.NO_WEEKDAYS)
    assert list(rules.days_to_choose(way, now)) == []
    assert rules.cutoff_for(way, date(2026, 11, 30), now) is None


def test_a_seller_who_is_closed_for_long_promises_nothing():
    start = date(2026, 11, 23)
    closed = frozenset(start + timedelta(days=ahead) for ahead in range(800))
    way = way_of(closed_days=closed)
    assert rules.promise(way, at(way, "2026-11-23 10:00")) == Promise(None, None, NoDay.TOO_FAR)
    open_today = way_of(closed_days=closed - {start})
    told = rules.promise(open_today, at(way, "2026-11-23 10:00"), Goods(2, 1, 1))
    assert (told.day, told.reason, told.there) == (None, NoDay.TOO_FAR, 0)
    assert rules.promise(open_today, at(way, "2026-11-23 10:00")).reason is NoDay.TOO_FAR
    short = rules.promise(
        way_of(lead_days=0, closed_days=closed - {start}), at(way, "2026-11-23 10:00"), Goods(2, 1, 1)
    )
    assert (short.day, short.there, short.there_day) == (None, 1, start)


def test_together_is_the_latest_day():
    first, second = datetime(2026, 11, 23, 5, tzinfo=UTC), datetime(2026, 11, 24, 5, tzinfo=UTC)
    tuesday = Promise(date(2026, 11, 24), first)
    friday = Promise(date(2026, 11, 27), second, None, 4, date(2026, 11, 24))
    never = Promise(None, second, NoDay.NO_LEAD_TIME)
    assert rules.together([tuesday, friday]) == Promise(date(2026, 11, 27), first)
    assert rules.together([tuesday, never]) == Promise(None, first, NoDay.NO_LEAD_TIME)
    assert rules.together([]) == rules.NO_PROMISE


def test_only_a_later_day_or_none_is_asked_about():
    tuesday, friday = date(2026, 11, 24), date(2026, 11, 27)
    assert rules.is_later(tuesday, friday)
    assert rules.is_later(tuesday, None)
    assert not rules.is_later(tuesday, tuesday)
    assert not rules.is_later(friday, tuesday)
    assert not rules.is_later(None, friday)
    assert not rules.is_later(None, None)


def test_why_a_day_cannot_be_asked_for():
    way = way_of(closed_days=frozenset({date(2026, 12, 2)}))
    now = at(way, "2026-11-23 10:00")

    def problem(day: date, goods: Goods | None = None) -> str | None:
        return rules.day_problem(way, day, now, goods)

    assert problem(date(2026, 11, 23)) == "too_soon"
    assert problem(date(2026, 11, 24)) is None
    assert problem(date(2026, 11, 24), Goods(10, 4, 3)) == "too_soon"
    assert problem(date(2026, 11, 27), Goods(10, 4, 3)) is None
    # Nobody knows when the rest comes in: the day is for what is there.
    assert problem(date(2026, 11, 24), Goods(10, 4, None)) is None
    assert problem(date(2026, 11, 28)) == "weekday"
    assert problem(date(2026, 12, 2)) == "closed"
    assert problem(date(2026, 12, 25)) == "holiday"
    assert problem(date(2027, 11, 24)) is None
    assert problem(date(2027, 11, 25)) == "too_far"


def test_where_no_route_is_known_days_can_be_asked_for_from_tomorrow_on():
    way = way_of(route_id=None, cutoff_minutes=None)
    now = at(way, "2026-11-26 10:00")
    days = rules.days_to_choose(way, now)
    assert [next(days), next(days)] == [date(2026, 11, 27), date(2026, 11, 30)]
    assert rules.day_problem(way, date(2026, 11, 26), now) == "too_soon"


def test_goods_for_a_later_day_can_be_changed_until_their_own_cutoff():
    way = way_of()
    now = at(way, "2026-11-23 10:00")
    assert rules.cutoff_for(way, date(2026, 11, 24), now) == at(way, "2026-11-23 14:00")
    # What arrives on Monday leaves on Friday.
    assert rules.cutoff_for(way, date(2026, 11, 30), now) == at(way, "2026-11-27 14:00")
    # By Sunday only what leaves on Thursday has arrived.
    assert rules.cutoff_for(way, date(2026, 11, 29), now) == at(way, "2026-11-26 14:00")
    assert rules.cutoff_for(way, date(2026, 11, 24), at(way, "2026-11-23 14:00")) is None


TARIFFS = (
    Tariff("KRW", charge=3_000, free_from=100_000, minimum=20_000),
    Tariff("USD", charge=12_50, free_from=None, minimum=None),
    Tariff("JPY", charge=0, free_from=None, minimum=5_000),
    Tariff("CAD", charge=18_00, free_from=0, minimum=0),
)


@pytest.mark.parametrize(
    "currency,goods_net,expected",
    [
        ("KRW", 0, Freight(3_000, 20_000, 100_000)),
        ("KRW", 19_999, Freight(3_000, 1, 80_001)),
        ("KRW", 20_000, Freight(3_000, 0, 80_000)),
        ("KRW", 99_999, Freight(3_000, 0, 1)),
        ("KRW", 100_000, Freight(0, 0, 0)),
        ("USD", 1_000_00, Freight(12_50, 0, None)),
        ("JPY", 4_000, Freight(0, 1_000, 0)),
        ("CAD", 0, Freight(0, 0, 0)),
        ("EUR", 1, Freight(0, 0, 0)),
    ],
)
def test_what_bringing_a_drop_costs(currency, goods_net, expected):
    assert rules.freight(way_of(tariffs=TARIFFS), currency, goods_net) == expected
