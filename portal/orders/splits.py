"""Splitting a cart's lines over places and days: what is entered in the grid, and the patterns that fill it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final, cast

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from portal.accounts.models import Location
from portal.core.clock import local_date
from portal.core.errors import NotFound, Refused
from portal.delivery.queries import rounds_of
from portal.delivery.rules import Round, day_problem
from portal.orders.basket import MAX_DROPS, BasketDrop, shares
from portal.orders.models import Cart, CartDrop, CartLine, TakenAway, TakenAwayKind
from portal.orders.own_cart import own_cart
from portal.orders.taken_away import drops_to_keep, is_kept, keep, kept_drops

MAX_WEEKS: Final = 26
"""For how many weeks a pattern repeats at most."""

Column = tuple[int, date]
"""A place's id and a day of arrival there."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Where a line's units are to go."""

    line_id: int
    cells: Mapping[Column, int]
    """Units by place and day; zeros are left out. Without any the line is not split any more."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A line whose cells cannot be kept."""

    line_id: int
    code: str
    """``sum``: they do not sum to the line; ``step``: one is no multiple of what it is sold in."""
    assigned: int
    """Units in all cells."""
    quantity: int
    """Units of the line."""
    step: int


_LINES = select(CartLine.id, CartLine.quantity).join(Cart, Cart.id == CartLine.cart_id)


def split_lines(
    session: Session,
    user_id: int,
    account_id: int,
    assigned: Sequence[Assigned],
    steps: Mapping[int, int],
) -> None:
    """Keep where the units of these lines of the person's cart go, in place of what was kept before.

    ``steps`` are the multiples the lines are sold in, by the line's id. Four statements for any number of lines.

    Nothing is written if anything is refused. Raises NotFound for a line or a place that is not theirs; Refused
    ``too_many_drops`` (``maximum``), ``misfits`` (``lines``: Misfit, all of them).
    """
    wanted = {each.line_id: {cell: units for cell, units in each.cells.items() if units} for each in assigned}
    quantities = {
        row.id: row.quantity
        for row in session.execute(
            _LINES.where(Cart.user_id == user_id, Cart.account_id == account_id, CartLine.id.in_(wanted))
            .order_by(CartLine.id)
            .with_for_update(of=CartLine)
        )
    }
    for line_id in wanted:
        if line_id not in quantities:
            raise NotFound("cart line", line_id)
    _require_places(session, account_id, {cell[0] for cells in wanted.values() for cell in cells})
    misfits = []
    for line_id, cells in wanted.items():
        if len(cells) > MAX_DROPS:
            raise Refused("too_many_drops", maximum=MAX_DROPS)
        misfit = misfit_of(line_id, cells.values(), quantities[line_id], steps.get(line_id, 1))
        if misfit is not None:
            misfits.append(misfit)
    if misfits:
        raise Refused("misfits", lines=misfits)
    session.execute(
        delete(CartDrop).where(CartDrop.cart_line_id.in_(wanted)).execution_options(synchronize_session=False)
    )
    rows = [
        {"cart_line_id": line_id, "location_id": location_id, "requested_date": day, "quantity": units}
        for line_id, cells in wanted.items()
        for (location_id, day), units in sorted(cells.items())
    ]
    if rows:
        session.connection().execute(insert(cast(Table, CartDrop.__table__)), rows)


def keep_splits(session: Session, user_id: int, account_id: int, now: datetime) -> str:
    """Remember where all lines of the person's cart go now; gives the key that ``restore_splits`` takes."""
    own = CartLine.cart_id.in_(own_cart(user_id, account_id))
    drops = drops_to_keep(session, own)
    lines = session.execute(select(CartLine.id, CartLine.variant_id).where(own).order_by(CartLine.id))
    kept = [{"id": line.id, "variant_id": line.variant_id, "drops": drops.get(line.id, [])} for line in lines]
    return keep(session, user_id, account_id, TakenAwayKind.PLACES, {"lines": kept}, now)


def restore_splits(session: Session, user_id: int, account_id: int, key: str) -> None:
    """Let the lines go where they went before; doing it twice changes nothing more.

    A line that was taken out since is left alone. Raises NotFound for a key that is not this person's.
    """
    kept = session.scalar(
        select(TakenAway.content).where(*is_kept(user_id, account_id, TakenAwayKind.PLACES, key))
    )
    if kept is None:
        raise NotFound("places and days", key)
    # By variant: SQLite may have given the id of a line that was taken out to one of another.
    wanted = {(each["id"], each["variant_id"]): each["drops"] for each in kept["lines"]}
    present = {
        row.id: wanted[row.id, row.variant_id]
        for row in session.execute(
            select(CartLine.id, CartLine.variant_id)
            .join(Cart, Cart.id == CartLine.cart_id)
            .where(
                Cart.user_id == user_id,
                Cart.account_id == account_id,
                CartLine.id.in_([line_id for line_id, _variant_id in wanted]),
            )
            .order_by(CartLine.id)
            .with_for_update(of=CartLine)
        )
        if (row.id, row.variant_id) in wanted
    }
    session.execute(
        delete(CartDrop)
        .where(CartDrop.cart_line_id.in_(present))
        .execution_options(synchronize_session=False)
    )
    rows = [
        {"cart_line_id": line_id, **drop} for line_id, drops in present.items() for drop in kept_drops(drops)
    ]
    if rows:
        session.connection().execute(insert(cast(Table, CartDrop.__table__)), rows)


def misfit_of(line_id: int, units: Iterable[int], quantity: int, step: int) -> Misfit | None:
    """What is wrong with the cells of a line (units); None if nothing. No cells at all are right."""
    cells = list(units)
    assigned = sum(cells)
    if cells and assigned != quantity:
        return Misfit(line_id, "sum", assigned, quantity, step)
    # A line that is off its step itself is refused as such where it is ordered.
    if quantity % step == 0 and any(each % step for each in cells):
        return Misfit(line_id, "step", assigned, quantity, step)
    return None


def spread(quantity: int, step: int, weights: Mapping[Column, int]) -> dict[Column, int]:
    """A line's units spread over cells by weight, in multiples of ``step``; what is over goes with the first cell.

    Equal weights spread evenly. Cells that get nothing are left out.
    """
    columns = sorted(weights, key=lambda column: (column[1], column[0]))
    packs, over = divmod(quantity, step)
    cells = {
        column: share * step
        for column, share in zip(columns, shares(packs, [weights[column] for column in columns]), strict=True)
    }
    if over and columns:
        cells[columns[0]] += over
    return {column: units for column, units in cells.items() if units}


def pattern(
    session: Session,
    account_id: int,
    location_ids: Iterable[int],
    weekdays: Iterable[int],
    weeks: int,
    now: datetime,
) -> tuple[list[Column], list[tuple[int, date, str]]]:
    """The columns of “these weekdays to these places for so many weeks”, and the days that are left out, and why.

    Weekdays count from 0, Monday. Weeks are counted from the first of these days on. A day is left out
    (``day_problem``) where nothing can arrive on it. Raises NotFound for a place that is not the account's.
    """
    wanted = sorted(set(location_ids))
    _require_places(session, account_id, wanted)
    ways = rounds_of(session, wanted)
    days = sorted(set(weekdays))
    found: list[Column] = []
    left_out: list[tuple[int, date, str]] = []
    for location_id in wanted:
        for day in _repeated(ways[location_id], days, weeks, now):
            problem = day_problem(ways[location_id], day, now)
            if problem is None:
                found.append((location_id, day))
            else:
                left_out.append((location_id, day, problem))
    return sorted(found, key=lambda column: (column[1], column[0])), left_out


def column_problem(session: Session, account_id: int, column: Column, now: datetime) -> str | None:
    """Why nothing can arrive there on that day, as ``day_problem``; None if it can. Raises NotFound as ``pattern``."""
    _require_places(session, account_id, [column[0]])
    return day_problem(rounds_of(session, [column[0]])[column[0]], column[1], now)


def cells_of(drops: Iterable[BasketDrop]) -> dict[Column, int]:
    """Drops as cells of the grid; those without a day are in none."""
    cells: dict[Column, int] = {}
    for drop in drops:
        if drop.day is not None:
            cells[drop.location_id, drop.day] = cells.get((drop.location_id, drop.day), 0) + drop.quantity
    return cells


def _repeated(way: Round, weekdays: Sequence[int], weeks: int, now: datetime) -> list[date]:
    """The next days of these weekdays on which something could still arrive in time, and those of the weeks after."""
    day = local_date(now, way.place_timezone)
    near = [day + timedelta(days=ahead) for ahead in range(40)]
    first = next(
        (
            each
            for each in near
            if each.weekday() in weekdays and day_problem(way, each, now) not in {"too_soon", "too_far"}
        ),
        None,
    )
    if first is None:
        return []
    following = (first + timedelta(days=ahead) for ahead in range(7 * min(weeks, MAX_WEEKS)))
    return list(islice((each for each in following if each.weekday() in weekdays), MAX_DROPS))


def _require_places(session: Session, account_id: int, location_ids: Iterable[int]) -> None:
    wanted = set(location_ids)
    if not wanted:
        return
    owned = set(
        session.scalars(
            select(Location.id).where(
                Location.id.in_(wanted), Location.account_id == account_id, Location.active.is_(True)
            )
        )
    )
    for location_id in sorted(wanted - owned):
        raise NotFound("location", location_id)
