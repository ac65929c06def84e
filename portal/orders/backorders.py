"""Goods that come in, and the orders that wait for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from portal.catalog import stock
from portal.orders.models import Drop, OrderLine

_DROPS = cast(Table, Drop.__table__)


def receive_goods(session: Session, units: Mapping[stock.Place, int], *, now: datetime) -> dict[int, int]:
    """Put units on the shelf and give them to those who wait; what allot_backorders gives.

    Raises ValueError for a count below 1.
    """
    if any(count < 1 for count in units.values()):
        raise ValueError("goods that come in are counted from 1")
    stock.receive(session, units, now=now)
    return allot_backorders(session, units, now=now)


def allot_backorders(session: Session, places: Iterable[stock.Place], *, now: datetime) -> dict[int, int]:
    """Promise what is free on the shelf at ``places`` to back-ordered units, the oldest order first.

    Gives the units each drop (id) got; empty if nothing is free or nobody waits. The orders themselves are not
    touched: whoever holds one locked never waits for this, nor this for them.
    """
    levels = stock.lock(session, places)
    free = {
        place: min(level.available, level.backordered)
        for place, level in levels.items()
        if level.available > 0 and level.backordered > 0
    }
    if not free:
        return {}
    waiting = session.execute(
        select(Drop.id, OrderLine.variant_id, Drop.warehouse_id, Drop.backordered)
        .join(OrderLine, OrderLine.id == Drop.order_line_id)
        .where(
            OrderLine.variant_id.in_(sorted({variant_id for variant_id, _ in free})),
            Drop.backordered > 0,
        )
        .order_by(OrderLine.order_id, Drop.id)
    )
    allotted: dict[int, int] = {}
    used: dict[stock.Place, int] = {}
    for drop_id, variant_id, warehouse_id, backordered in waiting:
        place = (variant_id, warehouse_id)
        units = min(backordered, free.get(place, 0) - used.get(place, 0))
        if units:
            allotted[drop_id] = units
            used[place] = used.get(place, 0) + units
    if not allotted:
        return {}
    stock.promise_waiting(session, levels, used, now=now)
    session.connection().execute(
        update(_DROPS)
        .where(_DROPS.c.id == bindparam("drop_id"))
        .values(
            reserved=_DROPS.c.reserved + bindparam("units"),
            backordered=_DROPS.c.backordered - bindparam("units"),
        ),
        [{"drop_id": drop_id, "units": units} for drop_id, units in sorted(allotted.items())],
    )
    return allotted
