"""Stock: units promised, shipped, received, in sets and always in the same order of rows.

Every verb locks its rows first, ordered by (variant, warehouse), so that two of them never wait for each other
in a circle; then it writes them at once. The table's own checks are the last word: never more is reserved than
is on hand. Search is told only when a variant comes in stock or goes out of it, whoever waits for it only when it
comes in: most orders change neither.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from portal.catalog.index_outbox import touch
from portal.catalog.models import Stock, Variant
from portal.core.errors import Conflict
from portal.core.upsert import insert_for
from portal.jobs.queue import enqueue

CAME_IN_JOB: Final = "came_in_stock"
"""Name of the job; its argument ``places`` are pairs of variant and warehouse that can be delivered again."""

Place = tuple[int, int]
"""A row of stock: variant id, warehouse id."""


@dataclass(frozen=True, slots=True)
class Want:
    """Units someone wants of a variant from a warehouse."""

    variant_id: int
    warehouse_id: int
    quantity: int
    allow_backorder: bool = False


@dataclass(frozen=True, slots=True)
class Reserved:
    """What a want got: units from the shelf, and units that wait for goods to come in."""

    reserved: int
    backordered: int


@dataclass(frozen=True, slots=True)
class Level:
    """A locked row of stock, in units."""

    on_hand: int
    reserved: int
    backordered: int
    first_quantity: int = 1
    """The smallest quantity that can be ordered; with less available the variant is out of stock."""

    @property
    def available(self) -> int:
        """Units on the shelf that nobody was promised."""
        return self.on_hand - self.reserved

    def flips(self, by: Change) -> bool:
        """Whether ``by`` brings the variant in stock here, or takes it out."""
        after = self.available + by.on_hand - by.reserved
        return (self.available >= self.first_quantity) != (after >= self.first_quantity)


@dataclass(frozen=True, slots=True)
class Change:
    """Units to add to a row of stock; negative takes away."""

    on_hand: int = 0
    reserved: int = 0
    backordered: int = 0

    def __add__(self, other: Change) -> Change:
        return Change(
            self.on_hand + other.on_hand, self.reserved + other.reserved, self.backordered + other.backordered
        )


def reserve(
    session: Session, wants: Sequence[Want], *, now: datetime, levels: Mapping[Place, Level] | None = None
) -> list[Reserved]:
    """Promise units away, in the order of ``wants``; two statements, one if ``levels`` say what ``lock`` gave.

    One more if a back-order meets no row yet, and one if something goes out of stock.

    Raises Conflict ``out_of_stock`` with ``shortages``, a list of (variant id, units available), and changes
    nothing, if any want exceeds the shelf and may not be back-ordered.
    """
    if levels is None:
        levels = lock(session, {(want.variant_id, want.warehouse_id) for want in wants})
    left = {place: level.available for place, level in levels.items()}
    granted: list[Reserved] = []
    changes: dict[Place, Change] = {}
    shortages: dict[int, int] = {}
    for want in wants:
        place = (want.variant_id, want.warehouse_id)
        from_shelf = min(want.quantity, left.get(place, 0))
        waiting = want.quantity - from_shelf
        if waiting and not want.allow_backorder:
            shortages[want.variant_id] = levels[place].available if place in levels else 0
        left[place] = left.get(place, 0) - from_shelf
        granted.append(Reserved(from_shelf, waiting))
        changes[place] = changes.get(place, Change()) + Change(reserved=from_shelf, backordered=waiting)
    if shortages:
        raise Conflict("out_of_stock", field="quantity", shortages=list(shortages.items()))
    _ensure(session, changes.keys() - levels.keys())
    change(session, levels, changes, now=now)
    return granted


def lock(session: Session, places: Iterable[Place]) -> dict[Place, Level]:
    """Lock rows of stock until the transaction ends and give their levels; one that is missing is left out."""
    wanted = set(places)
    if not wanted:
        return {}
    # Asked for pairs, SQLite would read every row. Of several warehouses a few rows too many may be locked instead,
    # in the same order as everybody's.
    rows = session.execute(
        _LOCK,
        {
            "variant_ids": sorted({variant_id for variant_id, _ in wanted}),
            "warehouse_ids": sorted({warehouse_id for _, warehouse_id in wanted}),
        },
    )
    return {
        (variant_id, warehouse_id): Level(on_hand, reserved, backordered, -(-minimum // step) * step)
        for variant_id, warehouse_id, on_hand, reserved, backordered, minimum, step in rows
        if (variant_id, warehouse_id) in wanted
    }


def available_at(
    session: Session, variant_ids: Collection[int], warehouse_ids: Collection[int]
) -> dict[Place, int]:
    """Units nobody was promised, by variant and warehouse, not locked; what is not kept is left out. One statement."""
    rows = session.execute(
        select(Stock.variant_id, Stock.warehouse_id, Stock.on_hand - Stock.reserved).where(
            Stock.variant_id.in_(variant_ids), Stock.warehouse_id.in_(warehouse_ids)
        )
    )
    return {(variant_id, warehouse_id): units for variant_id, warehouse_id, units in rows}


_LOCK = (
    select(
        Stock.variant_id,
        Stock.warehouse_id,
        Stock.on_hand,
        Stock.reserved,
        Stock.backordered,
        Variant.minimum,
        Variant.step,
    )
    .join(Variant, Variant.id == Stock.variant_id)
    .where(
        Stock.variant_id.in_(bindparam("variant_ids", expanding=True)),
        Stock.warehouse_id.in_(bindparam("warehouse_ids", expanding=True)),
    )
    .order_by(Stock.variant_id, Stock.warehouse_id)
    .with_for_update(of=Stock)
)

_CHANGE = (
    update(Stock)
    .where(Stock.variant_id == bindparam("variant"), Stock.warehouse_id == bindparam("warehouse"))
    .values(
        on_hand=Stock.on_hand + bindparam("on_hand_change"),
        reserved=Stock.reserved + bindparam("reserved_change"),
        backordered=Stock.backordered + bindparam("backordered_change"),
    )
)


def change(
    session: Session, levels: Mapping[Place, Level], changes: Mapping[Place, Change], *, now: datetime
) -> None:
    """Write changes to rows of stock that are locked already, in one statement; ``levels`` is what ``lock`` gave.

    One more if something goes out of stock, two if something comes in.

    The database refuses (IntegrityError) what would leave less on hand than is promised: a fault of the caller,
    which has looked at the levels it locked.
    """
    _write(session, changes)
    nothing = Level(0, 0, 0)
    # A row that was not there yet holds nothing before and, with its first units, is told of whatever they amount to.
    flipped = {
        place: level
        for place, amount in changes.items()
        if (level := levels.get(place, nothing)).flips(amount)
    }
    touch(session, {variant_id for variant_id, _ in flipped}, now)
    came_in = sorted(place for place, level in flipped.items() if level.available < level.first_quantity)
    if came_in:
        enqueue(session, CAME_IN_JOB, {"places": came_in}, now=now)


def _write(session: Session, changes: Mapping[Place, Change]) -> None:
    if changes:
        session.connection().execute(
            _CHANGE,
            [
                {
                    "variant": place[0],
                    "warehouse": place[1],
                    "on_hand_change": amount.on_hand,
                    "reserved_change": amount.reserved,
                    "backordered_change": amount.backordered,
                }
                for place, amount in sorted(changes.items())
            ],
        )


def ship(session: Session, units: Mapping[Place, int]) -> None:
    """Let promised units leave: on hand and reserved go down together."""
    lock(session, units)
    # What can be promised stays the same: search has nothing to hear.
    _write(session, {place: Change(on_hand=-count, reserved=-count) for place, count in units.items()})


def receive(session: Session, units: Mapping[Place, int], *, now: datetime) -> None:
    """Put units on the shelf. Back-orders that wait for them are served by orders.actions.receive_goods."""
    levels = lock(session, units)
    _ensure(session, units.keys() - levels.keys())
    change(session, levels, {place: Change(on_hand=count) for place, count in units.items()}, now=now)


def promise_waiting(
    session: Session, levels: Mapping[Place, Level], units: Mapping[Place, int], *, now: datetime
) -> None:
    """Turn back-ordered units of locked rows into promised ones; ``levels`` is what ``lock`` gave."""
    changes = {place: Change(reserved=count, backordered=-count) for place, count in units.items()}
    change(session, levels, changes, now=now)


def _ensure(session: Session, places: Iterable[Place]) -> None:
    missing = sorted(places)
    if missing:
        session.execute(
            insert_for(session, Stock).on_conflict_do_nothing(),
            [
                {
                    "variant_id": variant,
                    "warehouse_id": warehouse,
                    "on_hand": 0,
                    "reserved": 0,
                    "backordered": 0,
                }
                for variant, warehouse in missing
            ],
        )
