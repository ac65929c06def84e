"""The list that keeps itself: what an account buys again and again, how much of it, and how often.

The rule is pure; reading what was bought is one statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median_low
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.core.clock import local_date
from portal.orders.models import Order, OrderLine, OrderStatus
from portal.orders.rules import MAX_QUANTITY

RECENT_ORDERS: Final = 30
"""How many of an account's last orders are looked at: a longer history costs nothing more."""

LAST_QUANTITIES: Final = 5
"""Of how many orders of a variant the middle quantity is taken."""

LAPSED_AFTER: Final = 3
"""How many of its intervals may pass before a variant counts as no longer bought."""

SHORTEST_LAPSE: Final = timedelta(days=45)
"""Before that nothing has lapsed, however often it was bought."""

NEW_FOR: Final = timedelta(days=30)
"""How long something bought only once counts as usual."""

MOST_LINES: Final = 200
"""Lines of the list."""


@dataclass(frozen=True, slots=True)
class Bought:
    """Units of a variant in one order."""

    variant_id: int
    day: date
    quantity: int


@dataclass(frozen=True, slots=True)
class Usual:
    """A variant that is usually bought."""

    variant_id: int
    times: int
    """In how many of the recent orders."""
    quantity: int
    """The middle one of its last orders, units; not yet one the variant is sold in."""
    every_days: int | None
    """Days from one order of it to the next, the middle one; None: bought once."""
    last_day: date


def usual_of(bought: Iterable[Bought], today: date) -> list[Usual]:
    """What of it is usual on the day ``today``, the most frequent first, then the latest.

    What was bought once long ago is not, nor what has not been bought for several of its own intervals.
    """
    by_variant: dict[int, list[Bought]] = {}
    for each in bought:
        by_variant.setdefault(each.variant_id, []).append(each)
    found = []
    for variant_id, times in by_variant.items():
        times.sort(key=lambda one: one.day)
        days = sorted({one.day for one in times})
        gaps = [(after - before).days for before, after in pairwise(days)]
        every = median_low(gaps) if gaps else None
        lapse = max(SHORTEST_LAPSE, timedelta(days=LAPSED_AFTER * (every or 1)))
        if today - days[-1] > (NEW_FOR if len(times) == 1 else lapse):
            continue
        quantity = middle([one.quantity for one in times])
        found.append(Usual(variant_id, len(times), quantity, every, days[-1]))
    found.sort(key=lambda one: (-one.times, -one.last_day.toordinal(), one.variant_id))
    return found[:MOST_LINES]


def middle(quantities: Sequence[int]) -> int:
    """The middle one of the last of ``quantities``, which stand in the order they were bought in, the last one last."""
    return median_low(quantities[-LAST_QUANTITIES:])


def nearest(quantity: int, minimum: int, step: int) -> int:
    """The quantity nearest to ``quantity`` in which a variant is sold, units; halfway the larger one."""
    smallest = -(-max(minimum, 1) // step) * step
    near = (2 * quantity + step) // (2 * step) * step
    return max(smallest, min(near, MAX_QUANTITY // step * step))


_RECENT = (
    select(Order.id, Order.placed_at)
    .where(Order.account_id == bindparam("account_id"), Order.status != OrderStatus.CANCELLED)
    .order_by(Order.id.desc())
    .limit(RECENT_ORDERS)
    .subquery("recent")
)
_BOUGHT = (
    select(OrderLine.variant_id, _RECENT.c.placed_at, func.sum(OrderLine.quantity).label("quantity"))
    .join(_RECENT, _RECENT.c.id == OrderLine.order_id)
    .group_by(OrderLine.variant_id, OrderLine.order_id, _RECENT.c.placed_at)
)


def usual_list(session: Session, account_id: int, timezone: str, today: date) -> Sequence[Usual]:
    """What the account usually buys; one statement. Whether it is still sold is for the catalog to say.

    Days are those of ``timezone``, the account's, and so is ``today``.
    """
    rows = session.connection().execute(_BOUGHT, {"account_id": account_id})
    bought = (Bought(row.variant_id, local_date(row.placed_at, timezone), row.quantity) for row in rows)
    return usual_of(bought, today)
