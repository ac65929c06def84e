"""Days on which goods can leave and arrive: public holidays, working days, the weekdays of a place.

Everything here is pure: no session, no clock, no settings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import holidays

MIN_DAYS_AHEAD: Final = 1
"""How many days ahead a delivery can be asked for at the earliest where no route says more."""

MAX_DAYS_AHEAD: Final = 366
"""How far ahead, in days, a delivery can be asked for; a day beyond is no promise either."""

WORKING_WEEKDAYS: Final = 0b0011111
"""Mask of the weekdays on which warehouses send goods out; bit 0 is Monday."""

ONE_DAY: Final = timedelta(days=1)


def works_on(country: str, day: date, closed_days: Collection[date]) -> bool:
    """True if a warehouse of this country sends goods out on ``day``; ``closed_days`` are the seller's."""
    return (
        WORKING_WEEKDAYS >> day.weekday() & 1 == 1
        and day not in closed_days
        and day not in public_holidays(country, "", day.year)
    )


def working_day_after(country: str, day: date, count: int, closed_days: Collection[date]) -> date | None:
    """The ``count``-th working day of a warehouse after ``day``; ``day`` itself for 0.

    None if it is more than MAX_DAYS_AHEAD away, as where every day is closed.
    """
    last = day + timedelta(days=MAX_DAYS_AHEAD)
    while count > 0:
        day += ONE_DAY
        if day > last:
            return None
        if works_on(country, day, closed_days):
            count -= 1
    return day


def arrival_problem(
    country: str, region: str, weekdays: int, day: date, closed_days: Collection[date]
) -> str | None:
    """Why nothing arrives at a place on ``day``, whenever it was ordered; None if something can.

    One of ``weekday``, ``closed``, ``holiday``. ``country``, ``region``, ``weekdays`` (a mask, bit 0 is Monday) are
    the place's; ``closed_days`` are the seller's.
    """
    if not weekdays >> day.weekday() & 1:
        return "weekday"
    if day in closed_days:
        return "closed"
    if day in public_holidays(country, region, day.year):
        return "holiday"
    return None


def delivery_day_problem(
    country: str, region: str, weekdays: int, day: date, today: date, closed_days: Collection[date]
) -> str | None:
    """Why nothing can be asked for on ``day`` at a place of which no route is known; None if it can.

    One of ``too_soon``, ``too_far``, or what ``arrival_problem`` says; ``today`` is the date at the place.
    """
    if day < today + timedelta(days=MIN_DAYS_AHEAD):
        return "too_soon"
    if day > today + timedelta(days=MAX_DAYS_AHEAD):
        return "too_far"
    return arrival_problem(country, region, weekdays, day, closed_days)


def delivery_days(
    country: str, region: str, weekdays: int, first: date, today: date, closed_days: Collection[date]
) -> Iterator[date]:
    """The days from ``first`` on that have no problem, in order, up to MAX_DAYS_AHEAD from ``today``.

    None of them is before MIN_DAYS_AHEAD.
    """
    day = max(first, today)
    while (problem := delivery_day_problem(country, region, weekdays, day, today, closed_days)) != "too_far":
        if problem is None:
            yield day
        day += ONE_DAY


def load() -> None:
    """Load the tables of all countries. Whoever asks first waits for it, half a second: better that nobody does."""
    holidays.list_supported_countries()


@lru_cache(maxsize=512)
def public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """The public holidays of a place in a year, with substitute days; empty for an unknown country.

    ``region`` is the ISO 3166-2 part (QC, MA); one that is not known gives the holidays of the whole country.
    """
    regions = holidays.list_supported_countries().get(country)
    if regions is None:
        return frozenset()
    part = region if region in regions else None
    return frozenset(holidays.country_holidays(country, subdiv=part, years=year))
