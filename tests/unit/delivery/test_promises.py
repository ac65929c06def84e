"""Promises of many ways, at many moments, against a slow reference and against what must hold of all of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core.clock import local_date
from portal.delivery import rules
from portal.delivery.rules import Goods, Promise, Round
from tests.unit.delivery.slow import SlowWay
from tests.unit.delivery.ways import PLACES, WAREHOUSES, goods, moments, way_of, ways

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

CORNERS = (
    datetime(2026, 3, 8, tzinfo=UTC),  # America's clocks go forward
    datetime(2026, 4, 5, tzinfo=UTC),  # Lord Howe's and New Zealand's go back
    datetime(2026, 9, 24, tzinfo=UTC),  # Chuseok
    datetime(2026, 10, 4, tzinfo=UTC),  # Lord Howe's go forward by half an hour
    datetime(2026, 11, 1, tzinfo=UTC),  # America's go back
    datetime(2026, 11, 25, tzinfo=UTC),  # Thanksgiving
    datetime(2026, 12, 24, tzinfo=UTC),  # Christmas, and the year's end
    datetime(2027, 2, 5, tzinfo=UTC),  # Lunar New Year with its substitute day
    datetime(2027, 4, 29, tzinfo=UTC),  # Golden Week
    datetime(2027, 6, 23, tzinfo=UTC),  # Saint-Jean-Baptiste
)


def order_by(told: Promise) -> datetime:
    assert told.order_by is not None
    return told.order_by


def day_of(told: Promise) -> date:
    assert told.day is not None
    return told.day


def compared(way: Round, now: datetime, wanted: Goods | None) -> None:
    told = rules.promise(way, now, wanted)
    assert (told.day, told.order_by) == SlowWay(way).promise(now, wanted), (way, now, wanted)


@pytest.mark.parametrize("place", PLACES, ids=[" ".join(place) for place in PLACES])
@pytest.mark.parametrize("warehouse", WAREHOUSES, ids=[zone for _country, zone in WAREHOUSES])
def test_every_pair_of_zones_agrees_with_the_slow_way_around_every_corner(place, warehouse):
    random = Random(f"{place} {warehouse}")
    for corner in CORNERS:
        way = way_of(
            place_country=place[0],
            place_region=place[1],
            place_timezone=place[2],
            warehouse_country=warehouse[0],
            warehouse_timezone=warehouse[1],
            place_weekdays=random.randint(1, 127),
            # The hours in which clocks change are cutoffs too.
            cutoff_minutes=random.choice([0, 1, 90, 119, 120, 135, 150, 179, 180, 14 * 60, 1439]),
            lead_days=random.randint(0, 4),
            closed_days=frozenset({corner.date() + timedelta(days=random.randint(0, 9))}),
        )
        now = corner + timedelta(seconds=random.randint(0, 2 * 86_400))
        wanted = random.choice(
            [None, Goods(10, 4, None), Goods(10, 4, random.randint(0, 8)), Goods(4, 4, None)]
        )
        compared(way, now, wanted)


@MANY
@given(ways(), moments(), goods())
def test_any_promise_agrees_with_the_slow_way(way, now, wanted):
    compared(way, now, wanted)


@MANY
@given(ways(), moments(), goods())
def test_a_promise_can_be_kept(way, now, wanted):
    told = rules.promise(way, now, wanted)
    assert order_by(told) > now
    leaves = local_date(order_by(told), way.warehouse_timezone)
    assert leaves >= local_date(now, way.warehouse_timezone)
    if told.day is not None:
        # Not on the way before it has left, neither by the calendar nor by the place's own clock.
        assert told.day >= leaves
        assert told.day >= local_date(order_by(told), way.place_timezone)
        assert (told.day - leaves).days >= way.lead_days
        assert way.place_weekdays >> told.day.weekday() & 1
        assert told.day not in way.closed_days
        assert told.reason is None
    else:
        assert told.reason is rules.NoDay.NO_LEAD_TIME


@MANY
@given(ways(), moments(), goods(), st.integers(0, 40 * 86_400))
def test_waiting_never_makes_it_earlier(way, now, wanted, seconds):
    told, later = (
        rules.promise(way, now, wanted),
        rules.promise(way, now + timedelta(seconds=seconds), wanted),
    )
    assert order_by(later) >= order_by(told)
    assert (told.day is None) == (later.day is None)
    assert not rules.is_later(later.day, told.day)


@MANY
@given(ways(), moments(), goods(), st.floats(0, 1, exclude_max=True))
def test_ordered_in_time_it_is_never_later_than_shown(way, now, wanted, part):
    shown = rules.promise(way, now, wanted)
    # Any moment up to the very last before the cutoff: a part may round to the whole.
    last = order_by(shown) - timedelta(microseconds=1)
    for moment in (min(now + part * (order_by(shown) - now), last), last):
        assert rules.promise(way, max(moment, now), wanted) == shown


@MANY
@given(ways(), moments(), st.integers(1, 20), st.integers(0, 20), st.none() | st.integers(0, 12))
def test_what_is_there_arrives_no_later_than_the_whole(way, now, quantity, available, lead_days):
    told = rules.promise(way, now, Goods(quantity, available, lead_days))
    from_shelf = day_of(rules.promise(way, now))
    if quantity <= available:
        assert (told.day, told.there, told.there_day) == (from_shelf, 0, None)
    else:
        assert told.there == available
        assert told.there_day == (from_shelf if available else None)
        assert told.day is None or told.day >= from_shelf


@MANY
@given(ways(), moments(), goods())
def test_the_days_to_choose_begin_with_the_promise(way, now, wanted):
    days = rules.days_to_choose(way, now, wanted)
    told = rules.promise(way, now, wanted)
    first = next(days)
    if told.day is not None:
        assert first == told.day
    for day in (first, next(days)):
        assert rules.day_problem(way, day, now, wanted) is None
    assert rules.day_problem(way, first - timedelta(days=1), now, wanted) is not None


@MANY
@given(ways(), moments(), st.integers(0, 60))
def test_the_cutoff_for_a_day_is_the_last_that_makes_it(way, now, ahead):
    day = day_of(rules.promise(way, now)) + timedelta(days=ahead)
    latest = rules.cutoff_for(way, day, now)
    assert latest is not None
    assert latest > now
    assert day_of(rules.promise(way, latest - timedelta(seconds=1))) <= day
    assert day_of(rules.promise(way, latest)) > day


@MANY
@given(ways(), moments(), st.lists(goods(), max_size=8))
def test_many_are_promised_as_each_alone(way, now, wanted):
    told = rules.promises(way, now, wanted)
    assert told == [rules.promise(way, now, each) for each in wanted]
    whole = rules.together(told)
    if wanted:
        assert whole.order_by == rules.cutoff_of(way, now)
        days = [each.day for each in told if each.day is not None]
        assert whole.day == (max(days) if len(days) == len(told) else None)
    else:
        assert whole == rules.NO_PROMISE


def test_seoul_is_promised_to_the_second():
    """One day of a real week, every ten minutes, on both sides of both cutoffs."""
    way, zone = way_of(cutoff_minutes=14 * 60), ZoneInfo("Asia/Seoul")
    tuesday, wednesday = date(2026, 11, 24), date(2026, 11, 25)
    start = datetime(2026, 11, 23, tzinfo=zone)
    for minutes in range(0, 1440, 10):
        now = (start + timedelta(minutes=minutes)).astimezone(UTC)
        assert rules.promise(way, now).day == (tuesday if minutes < 14 * 60 else wednesday)
