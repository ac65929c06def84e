"""Promises worked out the slow way: minute by minute up to the cutoff, day by day where goods travel.

Written from the words of the trade and not from the rules: calendars are lists of days, every day is looked at, and
local times are searched for among the moments of UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

from portal.delivery.rules import Goods, Round

DAY = timedelta(days=1)


def is_holiday(country: str, region: str, day: date) -> bool:
    known = holidays.list_supported_countries()
    if country not in known:
        return False
    return day in holidays.country_holidays(country, subdiv=region if region in known[country] else None)


class SlowWay:
    """A round with its calendars asked once for each day and kept."""

    def __init__(self, way: Round) -> None:
        self.way = way
        self.leaves: dict[date, bool] = {}
        self.arrives: dict[date, bool] = {}
        self.cutoffs: dict[date, datetime] = {}

    def can_leave(self, day: date) -> bool:
        if day not in self.leaves:
            is_weekday = day.strftime("%a") not in {"Sat", "Sun"}
            self.leaves[day] = (
                is_weekday
                and day not in self.way.closed_days
                and not is_holiday(self.way.warehouse_country, "", day)
            )
        return self.leaves[day]

    def can_arrive(self, day: date) -> bool:
        if day not in self.arrives:
            taken = [self.way.place_weekdays & (1 << bit) != 0 for bit in range(7)][day.isoweekday() - 1]
            self.arrives[day] = (
                taken
                and day not in self.way.closed_days
                and not is_holiday(self.way.place_country, self.way.place_region, day)
            )
        return self.arrives[day]

    def cutoff(self, day: date) -> datetime:
        """The first moment at which the warehouse's clock shows the minute; one it skips, by the clock before."""
        if day not in self.cutoffs:
            self.cutoffs[day] = self._searched(day)
        return self.cutoffs[day]

    def _searched(self, day: date) -> datetime:
        zone = ZoneInfo(self.way.warehouse_timezone)
        assert self.way.cutoff_minutes is not None
        wanted = day.toordinal() * 1440 + self.way.cutoff_minutes

        def shown(at: datetime) -> int:
            local = at.astimezone(zone)
            return local.toordinal() * 1440 + local.hour * 60 + local.minute

        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        offset = moment.astimezone(zone).utcoffset()
        assert offset is not None
        moment -= offset + timedelta(hours=3)
        # Clocks change at whole quarters of an hour, and run evenly in between.
        while shown(moment + timedelta(minutes=14)) < wanted:
            moment += timedelta(minutes=15)
        if shown(moment) < wanted:
            while shown(moment) < wanted:
                moment += timedelta(minutes=1)
            return moment
        before = moment - timedelta(minutes=1)
        return before + timedelta(minutes=wanted - shown(before))

    def departure(self, now: datetime) -> date:
        day = now.astimezone(ZoneInfo(self.way.warehouse_timezone)).date() - DAY
        while not (self.can_leave(day) and now < self.cutoff(day)):
            day += DAY
        return day

    def arrival(self, departure: date) -> date:
        """Goods rest in no place: every day they are either moved by working people, or they wait."""
        day, moved = departure, 0
        while moved < self.way.lead_days:
            day += DAY
            # The last stretch is driven on the place's day, whatever the warehouse does then.
            if self.can_leave(day) or moved == self.way.lead_days - 1:
                moved += 1
        there = self.cutoff(day).astimezone(ZoneInfo(self.way.place_timezone)).date()
        while day < there or not self.can_arrive(day):
            day += DAY
        return day

    def promise(self, now: datetime, goods: Goods | None) -> tuple[date | None, datetime]:
        leaves = self.departure(now)
        order_by = self.cutoff(leaves)
        if goods is not None and goods.quantity > goods.available:
            if goods.lead_days is None:
                return None, order_by
            waited = 0
            while waited < goods.lead_days:
                leaves += DAY
                waited += self.can_leave(leaves)
        return self.arrival(leaves), order_by
