"""When the demo's dealers paid what: a plan of payments over their invoices, made from fixed habits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from portal.delivery.calendar import working_day_after, works_on
from portal.demo.dealers import DEALERS, Dealer
from portal.demo.history import PricedOrder
from portal.demo.invoicing import Issued
from portal.demo.tracks import PAID_AFTER
from portal.payments.rules import ALPHABET

TAKEN_IN_AT: Final = time(17, 0)
"""When a bank's list of the day is read in, by the dealer's clock."""

LAST_DAYS_AGO: Final = 2
"""Nothing is paid later than so many days before today."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a dealer pays: in runs, each over all that is due by then."""

    every_weeks: int
    weekday: int
    """0 is Monday."""
    ahead_days: int
    """A run pays what is due so many days later, too; below zero it leaves what was due less long ago."""
    forgets: tuple[tuple[int, int], ...]
    """(days overdue, percent paid of it): the invoice next to it has not been paid, or only in part."""
    early_every: int = 0
    """One invoice in so many is paid in time for its discount; 0: none."""
    in_two_every: int = 0
    """One invoice in so many is paid in two halves; 0: none."""
    card_every: int = 0
    """One run in so many is paid by card; 0: none."""
    overpaid: int = 0
    """What the last run but one brought too much, minor units."""


WAYS: Final = {
    "KR-1001": Way(1, 4, 3, ((6, 0), (34, 40)), in_two_every=23),
    "KR-1002": Way(2, 2, -9, ((8, 0), (38, 0), (66, 50))),
    "KR-1003": Way(4, 1, 7, ((16, 0),)),
    "US-2001": Way(2, 3, 2, ((7, 0), (12, 0), (44, 60)), card_every=9, overpaid=5_000),
    "CA-3001": Way(1, 3, 0, ((11, 0), (35, 0)), early_every=3, card_every=8),
    "JP-4001": Way(1, 0, 5, ((21, 90),)),
}
"""By account, for those on terms."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a payment settles an invoice, and the discount granted with it; minor units."""

    invoice: Issued
    amount: int
    discount: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Paid:
    """A payment-to-be."""

    dealer: Dealer
    at: datetime
    """When it was booked."""
    day: date
    """When the money arrived, by the dealer's calendar."""
    amount: int
    parts: tuple[Part, ...]
    reference: str
    by_card: bool = False
    order: PricedOrder | None = None
    """The order it was paid in advance for."""


def payments_of(orders: Sequence[PricedOrder], issued: Sequence[Issued], today: date) -> tuple[Paid, ...]:
    """Every payment, the oldest first."""
    found: list[Paid] = []
    for dealer in DEALERS:
        random = Random(f"demo payments of {dealer.code}")
        if (way := WAYS.get(dealer.code)) is not None:
            own = [each for each in issued if each.account == dealer.code]
            found.extend(_runs(dealer, way, own, today, random))
        else:
            found.extend(
                _in_advance(order, random) for order in orders if order.plan.dealer.code == dealer.code
            )
    return tuple(sorted(found, key=lambda paid: (paid.at, paid.dealer.code, paid.reference)))


def _in_advance(order: PricedOrder, random: Random) -> Paid:
    at = order.plan.placed_at + PAID_AFTER
    day = at.astimezone(ZoneInfo(order.plan.dealer.timezone)).date()
    return Paid(
        order.plan.dealer, at, day, order.document.total, (), _reference(random), by_card=True, order=order
    )


def _runs(dealer: Dealer, way: Way, issued: Sequence[Issued], today: date, random: Random) -> Iterator[Paid]:
    if not issued:
        return
    owed = dict(enumerate(issued))
    partly = _forgotten(way, issued, today)
    days = list(_days(dealer, way, issued[0].issued_on, today - timedelta(days=LAST_DAYS_AGO)))
    for count, day in enumerate(days, start=1):
        at = datetime.combine(day, TAKEN_IN_AT, ZoneInfo(dealer.timezone)).astimezone(UTC)
        following = days[count] if count < len(days) else None
        parts: list[Part] = []
        for index, each in list(owed.items()):
            if each.at >= at or not _is_time(way, index, each, day, following):
                continue
            part = _part(way, index, each, day, partly)
            if part is not None:
                parts.append(part)
            if part is None or part.amount + part.discount == each.open_amount or each.key in partly:
                del owed[index]
            if part is not None:
                # What is left of it while the plan is made; the books reckon it again from the journals.
                each.open_amount -= part.amount + part.discount
        if parts:
            more = way.overpaid if count == len(days) - 1 else 0
            yield Paid(
                dealer,
                at,
                day,
                sum(part.amount for part in parts) + more,
                tuple(parts),
                _reference(random),
                by_card=bool(way.card_every) and count % way.card_every == 0,
            )


def _is_time(way: Way, index: int, each: Issued, day: date, following: date | None) -> bool:
    """True if a run on ``day`` pays the invoice; the run after it is on ``following``."""
    if _is_early(way, index, each) and each.discount_until is not None:
        last_chance = following is None or following > each.discount_until
        return (last_chance and day <= each.discount_until) or each.due_on <= day
    return each.due_on <= day + timedelta(days=way.ahead_days)


def _is_early(way: Way, index: int, each: Issued) -> bool:
    return bool(way.early_every) and index % way.early_every == 0 and each.discount > 0


def _part(way: Way, index: int, each: Issued, day: date, partly: dict[str, int]) -> Part | None:
    """What the run pays of the invoice; None: nothing, and no later one does."""
    if each.key in partly:
        amount = _round_sum(each.total * partly[each.key] // 100)
        return Part(each, amount) if amount else None
    if _is_early(way, index, each) and each.discount_until is not None and day <= each.discount_until:
        return Part(each, each.open_amount - each.discount, each.discount)
    if way.in_two_every and index % way.in_two_every == 7 and each.open_amount == each.total:
        return Part(each, _round_sum(each.total // 2))
    return Part(each, each.open_amount)


def _round_sum(amount: int) -> int:
    """A sum as people choose them: in thousands of won and yen, in tens of dollars."""
    return amount // 1_000 * 1_000


def _forgotten(way: Way, issued: Sequence[Issued], today: date) -> dict[str, int]:
    """Key → percent paid of the invoices that are still open though they are due."""
    chosen: dict[str, int] = {}
    for days, percent in way.forgets:
        wanted = today - timedelta(days=days)
        due = [each for each in issued if each.due_on < today and each.total and each.key not in chosen]
        if due:
            nearest = min(due, key=lambda each: (abs((each.due_on - wanted).days), each.key))
            chosen[nearest.key] = percent
    return chosen


def _days(dealer: Dealer, way: Way, first: date, last: date) -> Iterator[date]:
    """The days of the runs; where banks are closed, the next day on which they are not."""
    # Counted back from a fixed Monday, so that another today moves no run of the past.
    start = date(2020, 1, 6) + timedelta(days=way.weekday)
    step = timedelta(weeks=way.every_weeks)
    day = start + step * ((first - start).days // step.days + 1)
    while day <= last:
        open_day = day if works_on(dealer.country, day, ()) else working_day_after(dealer.country, day, 1, ())
        if open_day is not None and open_day <= last:
            yield open_day
        day += step


def _reference(random: Random) -> str:
    return "P" + "".join(random.choice(ALPHABET) for _ in range(8))
