"""How an order reaches its places: what is brought together, what that costs, when it arrives.

Pure: no session, no clock. The checkout page and the placing of an order ask the same functions, so that what is
shown is what is placed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from portal.catalog.queries import VariantRow
from portal.catalog.stock import Place
from portal.delivery import rules
from portal.delivery.rules import Freight, Goods, Round
from portal.orders.basket import BasketDrop, Group, shares
from portal.pricing.priced import PricedLine
from portal.pricing.prices import FreightOf

Shown = Mapping[tuple[int, date | None, int | None], date | None]
"""Days of arrival a person was shown, by (place, day asked for, variant); variant null: of all that is not named."""


class SplitLine(Protocol):
    """A line with the variant it is of and its drops, which sum to its quantity."""

    @property
    def variant(self) -> VariantRow:
        """What it is of."""
        ...

    @property
    def drops(self) -> Sequence[BasketDrop]:
        """Where and when its units go."""
        ...


@dataclass(frozen=True, slots=True)
class Carried:
    """The goods of a group and what bringing them costs; minor units."""

    goods: int
    """In the lines' own tax modes: these of all groups sum to the document's subtotal."""
    goods_net: int
    """Without tax: what freight and minimum go by."""
    freight: Freight


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a drop of a line arrives."""

    promised: date | None
    """Day at the place on which all of it has arrived; null: none can be told."""
    waiting: int
    """Units that are not on the shelf."""
    order_by: datetime | None
    """Aware, UTC: a later order arrives later; null: unknown."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is brought to one place on one day."""

    location_id: int
    day: date | None
    """Day asked for; null: as soon as possible."""
    units: int
    lines: int
    promised: date | None
    """When what is on the shelf arrives; null: no day can be told."""
    later: Mapping[int, date | None]
    """Variants (id) that arrive on another day, and that day; null: it cannot be told."""
    goods: int
    goods_net: int
    freight: Freight
    order_by: datetime | None
    """Aware, UTC: until when the order must be in for this; null: unknown."""

    @property
    def group(self) -> Group:
        """Its place and the day asked for."""
        return self.location_id, self.day


@dataclass(frozen=True, slots=True)
class LaterArrival:
    """A promise that would be broken: what was shown, and what can be promised now."""

    location_id: int
    day: date | None
    """Day asked for; null: as soon as possible."""
    variant_id: int | None
    """Null: all of the group that is not named by itself."""
    shown: date | None
    """Null: nothing was shown."""
    promised: date | None
    """Null: no day can be told any more."""


@dataclass(slots=True)
class FreightBook:
    """Reckons the freight of a document while it is priced, and keeps what it found by group.

    ``freight_of`` is what price_document takes.
    """

    drops: Sequence[Sequence[BasketDrop]]
    """Of each line, in the order of the lines that are priced."""
    ways: Mapping[int, Round]
    carried: dict[Group, Carried] = field(default_factory=dict)

    @property
    def freight_of(self) -> FreightOf:
        """The charge of all groups, without tax, minor units."""
        return self._charge

    def _charge(self, lines: Sequence[PricedLine], nets: Sequence[int]) -> int:
        goods: dict[Group, int] = {}
        goods_net: dict[Group, int] = {}
        currency = ""
        for line, net, drops in zip(lines, nets, self.drops, strict=True):
            currency = line.currency
            total = line.line_total or 0
            weights = [drop.quantity for drop in drops]
            net_shares = shares(net, weights)
            total_shares = net_shares if total == net else shares(total, weights)
            for drop, share, net_share in zip(drops, total_shares, net_shares, strict=True):
                goods[drop.group] = goods.get(drop.group, 0) + share
                goods_net[drop.group] = goods_net.get(drop.group, 0) + net_share
        self.carried = {
            group: Carried(goods[group], worth, rules.freight(self.ways[group[0]], currency, worth))
            for group, worth in goods_net.items()
        }
        return sum(each.freight.charge for each in self.carried.values())

    def charges(self) -> list[dict[str, object]]:
        """What an order keeps of it: each group's place, day and charge."""
        return [
            {
                "location_id": location_id,
                "date": day and day.isoformat(),
                "amount": carried.freight.charge,
            }
            for (location_id, day), carried in sorted(self.carried.items(), key=lambda each: _turn(each[0]))
        ]


def arrivals(
    lines: Sequence[SplitLine], ways: Mapping[int, Round], available: Mapping[Place, int], now: datetime
) -> list[list[Arrival]]:
    """When each drop of each line arrives, if it is ordered at ``now``.

    ``available`` are units nobody was promised, by variant and warehouse. Drops take from the shelf in their order, as
    placing does. A drop for a day arrives on that day, or later if its goods do.
    """
    left: dict[Place, int] = {}
    wanted: dict[int, list[Goods]] = {}
    drops: dict[int, list[tuple[int, int, BasketDrop]]] = {}
    for number, line in enumerate(lines):
        for place, drop in enumerate(line.drops):
            stock_place = (line.variant.id, ways[drop.location_id].warehouse_id)
            there = max(0, left.get(stock_place, available.get(stock_place, 0)))
            left[stock_place] = max(0, there - drop.quantity)
            wanted.setdefault(drop.location_id, []).append(
                Goods(drop.quantity, there, line.variant.lead_days)
            )
            drops.setdefault(drop.location_id, []).append((number, place, drop))
    found: list[dict[int, Arrival]] = [{} for _ in lines]
    cutoffs: dict[Group, datetime | None] = {}
    for location_id, goods in wanted.items():
        way = ways[location_id]
        promised = rules.promises(way, now, goods)
        for (number, place, drop), units, promise in zip(drops[location_id], goods, promised, strict=True):
            if drop.group not in cutoffs:
                dated = None if drop.day is None else rules.cutoff_for(way, drop.day, now)
                cutoffs[drop.group] = dated or promise.order_by
            day = promise.day if drop.day is None or promise.day is None else max(promise.day, drop.day)
            waiting = max(0, units.quantity - units.available)
            found[number][place] = Arrival(day, waiting, cutoffs[drop.group])
    return [[each[place] for place in sorted(each)] for each in found]


def deliveries(
    lines: Sequence[SplitLine],
    arriving: Sequence[Sequence[Arrival]],
    carried: Mapping[Group, Carried],
    ways: Mapping[int, Round],
    now: datetime,
) -> list[Delivery]:
    """The groups of an order, the earliest first; ``carried`` is what a FreightBook found."""
    drops: dict[Group, list[tuple[int, BasketDrop, Arrival]]] = {}
    for line, arrive in zip(lines, arriving, strict=True):
        for drop, arrival in zip(line.drops, arrive, strict=True):
            drops.setdefault(drop.group, []).append((line.variant.id, drop, arrival))
    found = []
    for group, members in sorted(drops.items(), key=lambda each: _turn(each[0])):
        location_id, day = group
        usual = _usual_day(ways[location_id], day, now)
        found.append(
            Delivery(
                location_id=location_id,
                day=day,
                units=sum(drop.quantity for _, drop, _ in members),
                lines=len(members),
                promised=usual,
                later={
                    variant_id: arrival.promised
                    for variant_id, _, arrival in members
                    if arrival.promised != usual
                },
                goods=carried[group].goods,
                goods_net=carried[group].goods_net,
                freight=carried[group].freight,
                order_by=members[0][2].order_by,
            )
        )
    return found


def changeable_until(planned: Iterable[Delivery]) -> datetime | None:
    """The earliest moment (aware, UTC) after which something of it is on its way; null: none is known."""
    return min((each.order_by for each in planned if each.order_by is not None), default=None)


def shown_of(planned: Iterable[Delivery]) -> dict[tuple[int, date | None, int | None], date | None]:
    """The days of arrival that a page showing these deliveries shows."""
    shown: dict[tuple[int, date | None, int | None], date | None] = {}
    for delivery in planned:
        shown[delivery.location_id, delivery.day, None] = delivery.promised
        for variant_id, day in delivery.later.items():
            shown[delivery.location_id, delivery.day, variant_id] = day
    return shown


def broken(planned: Iterable[Delivery], shown: Shown) -> list[LaterArrival]:
    """Where goods would arrive later than was shown, or on a day when none was shown at all."""
    found = []
    for delivery in planned:
        location_id, day = delivery.group
        promised: list[tuple[int | None, date | None]] = [(None, delivery.promised), *delivery.later.items()]
        for variant_id, now_promised in promised:
            known, before = _day_shown(shown, location_id, day, variant_id)
            if rules.is_later(before, now_promised) if known else now_promised is not None:
                found.append(LaterArrival(location_id, day, variant_id, before, now_promised))
    return found


def _day_shown(
    shown: Shown, location_id: int, day: date | None, variant_id: int | None
) -> tuple[bool, date | None]:
    """Whether a day of arrival was shown, and which."""
    for key in ((location_id, day, variant_id), (location_id, day, None)):
        if key in shown:
            return True, shown[key]
    as_soon_as_possible = (location_id, None, None)
    if day is not None and as_soon_as_possible in shown:
        # The day was typed on the page that showed when goods come without one: it is what was asked for.
        return True, day if shown[as_soon_as_possible] else None
    return False, None


def _usual_day(way: Round, day: date | None, now: datetime) -> date | None:
    promised = rules.promise(way, now).day
    return promised if day is None or promised is None else max(promised, day)


def _turn(group: Group) -> tuple[date, int]:
    return group[1] or date.min, group[0]
