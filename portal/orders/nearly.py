"""Whether an order is one that was placed a moment ago already: a lost answer, a colleague who did not know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import String, bindparam, cast, func, select

from portal.accounts.models import Account
from portal.orders.models import Order, OrderLine, OrderStatus

RECENTLY: Final = timedelta(minutes=30)
"""How long after an order another one like it is asked about."""

ALIKE_PERCENT: Final = 80
"""From how many lines in a hundred on, of the same variant and quantity, two orders are nearly the same."""


LAST_ORDERS: Final = 5
"""How many of the account's last orders are compared: a machine that orders all day is not slowed down by it."""


def nearly_same(one: Mapping[int, int], other: Mapping[int, int]) -> bool:
    """True if of all variants of the two (variant id to units) enough are in both with the same quantity.

    Two without any line are not the same.
    """
    variants = one.keys() | other.keys()
    alike = sum(1 for variant_id in one.keys() & other.keys() if one[variant_id] == other[variant_id])
    return bool(variants) and alike * 100 >= len(variants) * ALIKE_PERCENT


def recent_lines() -> Any:
    """A column for a statement over accounts: the lines of its last orders for ``location_id`` since ``recently``.

    The same goods for another place are no repetition: chains order alike for their shops, one after the other.
    Read by ``recent_of``. Put together in the database, so that the question costs no statement of its own.
    """
    last = (
        select(Order.id)
        .where(Order.account_id == Account.id)
        .order_by(Order.id.desc())
        .limit(LAST_ORDERS)
        .correlate(Account)
    )
    return (
        select(
            func.aggregate_strings(
                Order.number
                + " "
                + cast(OrderLine.variant_id, String)
                + " "
                + cast(OrderLine.quantity - OrderLine.cancelled, String),
                ",",
            )
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            Order.id.in_(last),
            Order.location_id == bindparam("location_id"),
            Order.placed_at >= bindparam("recently", type_=Order.placed_at.type),
            Order.status != OrderStatus.CANCELLED,
        )
        .correlate(Account)
        .scalar_subquery()
    )


def recent_of(text: str | None) -> dict[str, dict[int, int]]:
    """Units by variant id of each recent order, by its number, the last first; from a column of ``recent_lines``."""
    orders: dict[str, dict[int, int]] = {}
    for entry in (text or "").split(","):
        if entry:
            number, variant_id, units = entry.split(" ")
            lines = orders.setdefault(number, {})
            lines[int(variant_id)] = lines.get(int(variant_id), 0) + int(units)
    return dict(sorted(orders.items(), reverse=True))
