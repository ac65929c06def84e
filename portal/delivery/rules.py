"""When goods arrive, until when to order for that, and what bringing them costs.

Everything here is pure: no session, no clock, no settings. Three calendars meet: goods leave on a working day of the
warehouse, in its time zone; they arrive on a delivery day of the place, in the place's; the seller's closed days hold
at both ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from portal.core.clock import local_date
from portal.delivery.calendar import (
    MAX_DAYS_AHEAD,
    MIN_DAYS_AHEAD,
    ONE_DAY,
    arrival_problem,
    working_day_after,
    works_on,
)


class NoDay(StrEnum):
    """Why no day can be promised."""

    NO_ROUTE = "no_route"
    """Nobody has said when goods leave for the place."""
    NO_WEEKDAYS = "no_weekdays"
    """The place takes no deliveries on any weekday."""
    NO_LEAD_TIME = "no_lead_time"
    """More is wanted than is on the shelf, and nobody can say when the rest comes in."""
    TOO_FAR = "too_far"
    """The day would be more than MAX_DAYS_AHEAD away, as where the seller is closed for long."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What bringing one drop costs in a currency; see FreightRule. Minor units, without tax."""

    currency: str
    charge: int
    free_from: int | None
    minimum: int | None


@dataclass(frozen=True, slots=True)
class Round:
    """All that is to be known of the way to a place; from ``queries.rounds_of``."""

    location_id: int
    place_country: str
    place_region: str
    place_timezone: str
    place_weekdays: int
    """Mask of the days on which deliveries arrive; bit 0 is Monday."""
    warehouse_id: int
    warehouse_country: str
    warehouse_timezone: str
    route_id: int | None
    """None: no route, and nothing is promised."""
    cutoff_minutes: int | None
    """Minute of a working day, local time of the warehouse, before which orders leave on that day; None: no route."""
    lead_days: int
    """Working days from leaving to the earliest arrival; 0 is the same day."""
    closed_days: frozenset[date]
    """Days on which the seller neither sends nor delivers."""
    tariffs: tuple[Tariff, ...] = ()
    """At most one for each currency."""


@dataclass(frozen=True, slots=True)
class Goods:
    """How much of a variant is wanted at a place, and what its warehouse has of it."""

    quantity: int
    """Units."""
    available: int
    """Units on the shelf that nobody else has been promised."""
    lead_days: int | None
    """Working days until goods that are not on the shelf have come in; None: nobody can say."""


@dataclass(frozen=True, slots=True)
class Promise:
    """When goods arrive at a place if they are ordered in time."""

    day: date | None
    """The day at the place on which everything has arrived; None: no day can be promised."""
    order_by: datetime | None
    """Aware, UTC: orders before this moment get this promise; None without a route."""
    reason: NoDay | None = None
    """Why there is no day; None if there is one."""
    there: int = 0
    """Units that are on the shelf, where they are a part of what is wanted; else 0."""
    there_day: date | None = None
    """The day on which that part arrives; None where ``there`` is 0."""


@dataclass(frozen=True, slots=True)
class Freight:
    """What bringing one drop costs. Minor units, without tax."""

    charge: int
    missing_for_minimum: int
    """How much the goods of the drop fall short of what it must be worth; 0: enough."""
    missing_for_free: int | None
    """How much more would be brought for nothing; 0: nothing is charged; None: it is never free."""


NO_PROMISE: Final = Promise(None, None, NoDay.NO_ROUTE)
"""Where there is no place, or none that is known."""


def cutoff_at(way: Round, day: date) -> datetime | None:
    """The moment (aware, UTC) of the cutoff on ``day`` at the warehouse, working day or not; None without a route.

    A time that a clock change skips is taken as the clock before the change has it; of one that comes twice the
    first counts.
    """
    if way.cutoff_minutes is None:
        return None
    return _moment(way, day, way.cutoff_minutes)


def departure_of(way: Round, now: datetime) -> date | None:
    """The warehouse's day on which goods ordered at ``now`` leave; None without a route, or if never."""
    if way.cutoff_minutes is None:
        return None
    day = local_date(now, way.warehouse_timezone)
    last = day + timedelta(days=MAX_DAYS_AHEAD)
    while day <= last:
        if (
            works_on(way.warehouse_country, day, way.closed_days)
            and _moment(way, day, way.cutoff_minutes) > now
        ):
            return day
        day += ONE_DAY
    return None


def cutoff_of(way: Round, now: datetime) -> datetime | None:
    """The next cutoff after ``now`` (aware, UTC) of a day on which goods leave; None as ``departure_of``."""
    departure = departure_of(way, now)
    return None if departure is None else cutoff_at(way, departure)


def promise(way: Round, now: datetime, goods: Goods | None = None) -> Promise:
    """When ``goods`` ordered at ``now`` arrive; without ``goods``: anything that is on the shelf."""
    return promises(way, now, (goods,))[0]


def promises(way: Round, now: datetime, wanted: Sequence[Goods | None]) -> list[Promise]:
    """``promise`` for each of ``wanted``, in their order, at little more than the cost of one."""
    departure = departure_of(way, now)
    reason = _why_never(way, departure)
    if departure is None or reason is not None:
        return [Promise(None, cutoff_at(way, departure) if departure else None, reason)] * len(wanted)
    order_by = cutoff_at(way, departure)
    from_shelf = _arrival(way, departure)
    # Goods of a basket have few different lead times, however many lines it has.
    coming: dict[int, date | None] = {}
    found = []
    for goods in wanted:
        if goods is None or goods.quantity <= goods.available:
            found.append(_promised(from_shelf, order_by))
            continue
        there = max(goods.available, 0) if from_shelf else 0
        there_day = from_shelf if there else None
        if goods.lead_days is None:
            found.append(Promise(None, order_by, NoDay.NO_LEAD_TIME, there, there_day))
            continue
        if goods.lead_days not in coming:
            coming[goods.lead_days] = _arrival_of_coming(way, departure, goods.lead_days)
        found.append(_promised(coming[goods.lead_days], order_by, there, there_day))
    return found


def together(promised: Iterable[Promise]) -> Promise:
    """The promise for goods that shall all have arrived: the latest day, the earliest moment to order by.

    Without a day if one of them has none. NO_PROMISE for no promises.
    """
    each = list(promised)
    if not each:
        return NO_PROMISE
    order_by = min((one.order_by for one in each if one.order_by is not None), default=None)
    for one in each:
        if one.day is None:
            return Promise(None, order_by, one.reason)
    return Promise(max(one.day for one in each if one.day is not None), order_by)


def is_later(shown: date | None, promised: date | None) -> bool:
    """True if a person must be asked: ``shown`` was promised, and now it is a later day, or none.

    Where no day was shown, none is later.
    """
    return shown is not None and (promised is None or promised > shown)


def first_day(way: Round, now: datetime, goods: Goods | None = None) -> date:
    """The first day (at the place) that can be asked for, if the place takes deliveries on it.

    It is the promised one; where the rest of the goods has no day, that of what is on the shelf; without any, the
    day MIN_DAYS_AHEAD.
    """
    promised = promise(way, now, goods)
    if promised.day is None and goods is not None:
        promised = promise(way, now)
    return promised.day or local_date(now, way.place_timezone) + timedelta(days=MIN_DAYS_AHEAD)


def day_problem(way: Round, day: date, now: datetime, goods: Goods | None = None) -> str | None:
    """Why ``goods`` ordered at ``now`` cannot be asked for on ``day`` at the place; None if they can.

    One of ``too_soon`` (before ``first_day``), ``too_far``, ``weekday``, ``closed``, ``holiday``.
    """
    if day < first_day(way, now, goods):
        return "too_soon"
    if day > local_date(now, way.place_timezone) + timedelta(days=MAX_DAYS_AHEAD):
        return "too_far"
    return _problem(way, day)


def days_to_choose(way: Round, now: datetime, goods: Goods | None = None) -> Iterator[date]:
    """The days (at the place) that ``goods`` ordered at ``now`` can be asked for on, in order; maybe none."""
    day = first_day(way, now, goods)
    last = local_date(now, way.place_timezone) + timedelta(days=MAX_DAYS_AHEAD)
    while day <= last:
        if _problem(way, day) is None:
            yield day
        day += ONE_DAY


def cutoff_for(way: Round, day: date, now: datetime) -> datetime | None:
    """The last cutoff (aware, UTC) whose goods, if on the shelf, arrive by ``day``: until then it can be changed.

    None if all such have passed at ``now``, or without a route.
    """
    first = departure_of(way, now)
    if first is None or _why_never(way, first) is not None:
        return None
    departure = day
    while departure >= first:
        if works_on(way.warehouse_country, departure, way.closed_days):
            arrives = _arrival(way, departure)
            if arrives is not None and arrives <= day:
                return cutoff_at(way, departure)
        departure -= ONE_DAY
    return None


def freight(way: Round, currency: str, goods_net: int) -> Freight:
    """What one drop whose goods are worth ``goods_net`` (minor units, without tax) costs to bring.

    Nothing where no rule is made for the currency.
    """
    tariff = next((tariff for tariff in way.tariffs if tariff.currency == currency), None)
    if tariff is None:
        return Freight(0, 0, 0)
    is_free = tariff.charge == 0 or (tariff.free_from is not None and goods_net >= tariff.free_from)
    missing = 0 if is_free else None if tariff.free_from is None else tariff.free_from - goods_net
    return Freight(
        charge=0 if is_free else tariff.charge,
        missing_for_minimum=max((tariff.minimum or 0) - goods_net, 0),
        missing_for_free=missing,
    )


def _moment(way: Round, day: date, minutes: int) -> datetime:
    local = datetime.combine(day, time(*divmod(minutes, 60)), tzinfo=ZoneInfo(way.warehouse_timezone))
    return local.astimezone(UTC)


def _why_never(way: Round, departure: date | None) -> NoDay | None:
    if way.cutoff_minutes is None:
        return NoDay.NO_ROUTE
    if not way.place_weekdays:
        return NoDay.NO_WEEKDAYS
    return NoDay.TOO_FAR if departure is None else None


def _arrival(way: Round, departure: date) -> date | None:
    """The first day on which goods that leave on ``departure`` can arrive; None if it is too far away.

    All working days on the road but the last are the warehouse's; the last is any delivery day of the place, so
    that what leaves on a Friday arrives on Saturday where Saturdays are delivery days.
    """
    reached: date | None = departure
    if way.lead_days:
        reached = working_day_after(way.warehouse_country, departure, way.lead_days - 1, way.closed_days)
        reached = reached + ONE_DAY if reached else None
    if reached is None or way.cutoff_minutes is None:
        return None
    # East of the warehouse it can be the next day already; west of it nothing arrives on an earlier date for that.
    day = max(reached, local_date(_moment(way, reached, way.cutoff_minutes), way.place_timezone))
    last = departure + timedelta(days=MAX_DAYS_AHEAD)
    while day <= last:
        if _problem(way, day) is None:
            return day
        day += ONE_DAY
    return None


def _arrival_of_coming(way: Round, departure: date, lead_days: int) -> date | None:
    """As ``_arrival``, for goods that come in ``lead_days`` working days later and leave on that day's round."""
    ready = working_day_after(way.warehouse_country, departure, lead_days, way.closed_days)
    return None if ready is None else _arrival(way, ready)


def _promised(
    day: date | None, order_by: datetime | None, there: int = 0, there_day: date | None = None
) -> Promise:
    return Promise(day, order_by, None if day else NoDay.TOO_FAR, there, there_day)


def _problem(way: Round, day: date) -> str | None:
    return arrival_problem(way.place_country, way.place_region, way.place_weekdays, day, way.closed_days)
