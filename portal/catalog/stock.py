"""Stock: units promised, shipped, received, in sets and always in the same order of rows.

Every verb locks its rows first, ordered by (variant, warehouse), so that two of them never wait for each other
in a circle; then it writes them at once. The table's own checks are the last word: never more is reserved than
is on hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from portal.catalog.models import Stock
from portal.core.errors import Conflict
from portal.core.upsert import insert_for

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

    @property
    def available(self) -> int:
        """Units on the shelf that nobody was promised."""
        return self.on_hand - self.reserved


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


def reserve(session: Session, wants: Sequence[Want]) -> list[Reserved]:
    """Promise units away, in the order of ``wants``; two statements (three if a back-order meets no row yet).

    Raises Conflict ``out_of_stock`` with ``shortages``, a list of (variant id, units available), and changes
    nothing, if any want exceeds the shelf and may not be back-ordered.
    """
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
    change(session, changes)
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
        (variant_id, warehouse_id): Level(on_hand, reserved, backordered)
        for variant_id, warehouse_id, on_hand, reserved, backordered in rows
        if (variant_id, warehouse_id) in wanted
    }


_LOCK = (
    select(Stock.variant_id, Stock.warehouse_id, Stock.on_hand, Stock.reserved, Stock.backordered)
    .where(
        Stock.variant_id.in_(bindparam("variant_ids", expanding=True)),
        Stock.warehouse_id.in_(bindparam("warehouse_ids", expanding=True)),
    )
    .order_by(Stock.variant_id, Stock.warehouse_id)
    .with_for_update()
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


def change(session: Session, changes: Mapping[Place, Change]) -> None:
    """Write changes to rows of stock that are locked already, in one statement.

    The database refuses (IntegrityError) what would leave less on hand than is promised: a fault of the caller,
    which has looked at the levels it locked.
    """
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
    change(session, {place: Change(on_hand=-count, reserved=-count) for place, count in units.items()})


def receive(session: Session, units: Mapping[Place, int]) -> None:
    """Put units on the shelf. Back-orders that wait for them are served by orders.actions.receive_goods."""
    levels = lock(session, units)
    _ensure(session, units.keys() - levels.keys())
    change(session, {place: Change(on_hand=count) for place, count in units.items()})


def promise_waiting(session: Session, units: Mapping[Place, int]) -> None:
    """Turn back-ordered units of locked rows into promised ones."""
    change(session, {place: Change(reserved=count, backordered=-count) for place, count in units.items()})


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
