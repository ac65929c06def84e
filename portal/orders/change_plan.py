"""What an order becomes by a change, before anything is written: the lines as wanted, their price, their stock.

Only what changes is judged: a line that stays as it is may be of something no longer sold, and a day that was
agreed stays agreed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from portal.accounts.models import Location
from portal.accounts.queries import Buyer
from portal.catalog import stock
from portal.catalog.queries import variants_by_id
from portal.catalog.rows import VARIANT, VariantRow, variant_row, variant_rows
from portal.core.clock import local_date
from portal.core.errors import Conflict, NotFound, Refused
from portal.delivery.queries import ROUNDS, round_of
from portal.delivery.rules import Round, day_problem
from portal.orders.basket import MAX_DROPS, BasketDrop, BasketLine, Group
from portal.orders.checkout import (
    MAX_LINES,
    OrderedLine,
    require_minimum,
    require_prices,
    require_quantities,
)
from portal.orders.diff import LineChange, Side, line_changes, units_by_group
from portal.orders.drops import Arrival, Delivery, FreightBook, arrivals, deliveries
from portal.orders.order_view import LineView, OrderView
from portal.orders.splits import misfit_of
from portal.pricing.priced import Ask, PricedDocument
from portal.pricing.prices import price_document

_KNOWN: Final = variant_rows().where(VARIANT.c.id.in_(bindparam("ids", expanding=True)))
"""Variants the account has ordered already: whether it may still see them is not asked."""

_PLACES: Final = ROUNDS.add_columns(Location.name, Location.active).where(
    Location.account_id == bindparam("account_id")
)


@dataclass(frozen=True, slots=True)
class Draft:
    """The order as wanted, priced, with nothing said of stock yet."""

    order: OrderView
    ordered: tuple[OrderedLine, ...]
    document: PricedDocument
    book: FreightBook
    ways: Mapping[int, Round]
    place_names: Mapping[int, str]
    changed: frozenset[int]
    """Variants (id) whose units are others, go elsewhere, or are in the order no more or not yet."""

    @property
    def places(self) -> set[stock.Place]:
        """The rows of stock it stands on, before and after."""
        before = {
            (line.variant_id, drop.warehouse_id) for line in kept_lines(self.order) for drop in line.drops
        }
        return before | {
            (line.variant.id, self.ways[drop.location_id].warehouse_id)
            for line in self.ordered
            for drop in line.drops
        }


@dataclass(frozen=True, slots=True)
class Promised:
    """A drop of a changed line with what it gets."""

    drop: BasketDrop
    warehouse_id: int
    reserved: int
    backordered: int


@dataclass(frozen=True, slots=True)
class Stocked:
    """What the wanted lines get and when it arrives."""

    promised: Mapping[int, Sequence[Promised]]
    """The drops of the changed lines that stay or come, by variant."""
    moves: Mapping[stock.Place, stock.Change]
    """The difference, where there is one."""
    arriving: Sequence[Sequence[Arrival]]
    planned: Sequence[Delivery]


def kept_lines(order: OrderView) -> list[LineView]:
    """The lines of which something is wanted."""
    return [line for line in order.lines if line.quantity > line.cancelled]


def basket_lines(order: OrderView) -> tuple[BasketLine, ...]:
    """What is wanted of the order as it stands."""
    return tuple(
        BasketLine(
            line.variant_id,
            line.quantity - line.cancelled,
            line.unit_price_e4,
            tuple(BasketDrop(*group, units) for group, units in _wanted(line).items()),
        )
        for line in kept_lines(order)
    )


def known_variants(session: Session, ids: Sequence[int], locale: str) -> dict[int, VariantRow]:
    """The variants of ``ids``, whoever may see them: pass those the account has ordered. One statement."""
    rows = session.connection().execute(_KNOWN, {"ids": list(ids), "warehouse_id": 0})
    return {row[0]: variant_row(row, locale) for row in rows}


def priced_on(order: OrderView, timezone: str) -> date:
    """The day whose prices hold for the order, where its account is."""
    return local_date(order.placed_at, timezone)


def drafted(
    session: Session, buyer: Buyer, order: OrderView, lines: Sequence[BasketLine], now: datetime
) -> Draft:
    """The order with ``lines`` (each split into drops) instead of its own, priced for the day it was placed.

    Raises Refused ``nothing_left``, ``too_many_lines``, ``too_many_drops``; NotFound for a place that is not the
    account's or no longer in use; Refused ``delivery_day``; Conflict ``not_available``; Refused ``line_quantities``,
    ``price_on_request``, ``drop_minimum``, each as place_basket says.
    """
    if not lines:
        raise Refused("nothing_left")
    if len(lines) > MAX_LINES:
        raise Refused("too_many_lines", maximum=MAX_LINES)
    if any(len(line.drops) > MAX_DROPS for line in lines):
        raise Refused("too_many_drops", maximum=MAX_DROPS)
    before = {line.variant_id: _wanted(line) for line in kept_lines(order)}
    after = {line.variant_id: units_by_group(line.drops) for line in lines}
    changed = frozenset(
        variant_id for variant_id in {*before, *after} if before.get(variant_id) != after.get(variant_id)
    )
    ways, names = _ways(session, buyer, before, after)
    _require_days(before, after, ways, now)
    ordered = _ordered(session, buyer, order, lines, before, changed)
    require_quantities([line for line in ordered if line.variant.id in changed])
    _require_steps([line for line in ordered if line.variant.id in changed])
    book = FreightBook([line.drops for line in ordered], ways)
    document = price_document(
        session,
        buyer,
        [Ask.of(line.variant, line.quantity) for line in ordered],
        priced_on(order, buyer.timezone),
        code=order.promotion_code,
        with_tiers=False,
        freight=book.freight_of,
    )
    require_prices(ordered, document, document.total)
    touched = {
        group
        for variant_id in changed
        for units in (before.get(variant_id, {}), after.get(variant_id, {}))
        for group in units
    }
    require_minimum(
        {group: each for group, each in book.carried.items() if group in touched}, document.currency
    )
    return Draft(order, tuple(ordered), document, book, ways, names, changed)


def stocked(
    draft: Draft,
    held: Mapping[int, Mapping[Group, tuple[int, int]]],
    warehouses: Mapping[int, Mapping[Group, int]],
    levels: Mapping[stock.Place, stock.Level],
    now: datetime,
) -> Stocked:
    """What the wanted units get of what is free and of what the order holds: only the difference moves.

    ``held`` are the units (reserved, back-ordered) each line holds now, by variant and group, ``warehouses`` where
    they come from; ``levels`` are the locked rows of stock. Units stay with their drop as far as it still wants them.

    Raises Conflict ``out_of_stock`` (``shortages``) for more units than there are of what may not be back-ordered;
    units that wait already may go on waiting.
    """
    own: dict[stock.Place, list[int]] = {}
    for variant_id, groups in held.items():
        for group, (reserved, backordered) in groups.items():
            kept = own.setdefault((variant_id, warehouses[variant_id][group]), [0, 0])
            kept[0] += reserved
            kept[1] += backordered
    free = {
        place: max(0, levels[place].available if place in levels else 0) for place in {*draft.places, *own}
    }
    reachable = {place: units + own.get(place, [0, 0])[0] for place, units in free.items()}
    promised: dict[int, list[Promised]] = {}
    moves: dict[stock.Place, stock.Change] = {}
    shortages: dict[int, int] = {}
    for variant_id in sorted(draft.changed):
        for group, (reserved, backordered) in held.get(variant_id, {}).items():
            place = (variant_id, warehouses[variant_id][group])
            moves[place] = moves.get(place, stock.Change()) + stock.Change(
                reserved=-reserved, backordered=-backordered
            )
    for line in draft.ordered:
        variant_id = line.variant.id
        if variant_id not in draft.changed:
            continue
        promised[variant_id] = _share_out(
            draft, line, held.get(variant_id, {}), warehouses.get(variant_id, {}), reachable
        )
        waiting: dict[stock.Place, int] = {}
        for each in promised[variant_id]:
            place = (variant_id, each.warehouse_id)
            moves[place] = moves.get(place, stock.Change()) + stock.Change(
                reserved=each.reserved, backordered=each.backordered
            )
            waiting[place] = waiting.get(place, 0) + each.backordered
        if not line.variant.allow_backorder:
            for place, units in waiting.items():
                if units > own.get(place, [0, 0])[1]:
                    shortages[variant_id] = reachable[place]
    if shortages:
        raise Conflict("out_of_stock", field="quantity", shortages=list(shortages.items()))
    arriving = _kept_promises(draft, arrivals(draft.ordered, draft.ways, reachable, now))
    return Stocked(
        promised,
        {place: by for place, by in moves.items() if by != stock.Change()},
        arriving,
        deliveries(draft.ordered, arriving, draft.book.carried, draft.ways, now),
    )


def sides(draft: Draft) -> tuple[dict[int, Side], dict[int, Side]]:
    """The lines before and after, by variant, as a diff takes them."""
    before = {
        line.variant_id: Side(
            line, line.line_total, tuple(BasketDrop(*group, units) for group, units in _wanted(line).items())
        )
        for line in kept_lines(draft.order)
    }
    after = {
        line.variant.id: Side(line.variant, priced.line_total or 0, line.drops)
        for line, priced in zip(draft.ordered, draft.document.lines, strict=True)
    }
    return before, after


def changes_of(draft: Draft) -> tuple[LineChange, ...]:
    """The lines that change."""
    return line_changes(*sides(draft), draft.place_names)


def _wanted(line: LineView) -> dict[Group, int]:
    return units_by_group(
        BasketDrop(drop.location_id, drop.requested_date, drop.quantity - drop.cancelled)
        for drop in line.drops
        if drop.quantity > drop.cancelled
    )


def _ways(
    session: Session,
    buyer: Buyer,
    before: Mapping[int, Mapping[Group, int]],
    after: Mapping[int, Mapping[Group, int]],
) -> tuple[dict[int, Round], dict[int, str]]:
    known = {group[0] for groups in before.values() for group in groups}
    wanted = {group[0] for groups in after.values() for group in groups}
    rows = {
        row.id: row
        for row in session.execute(_PLACES, {"location_ids": known | wanted, "account_id": buyer.account_id})
    }
    for location_id in sorted(wanted):
        if location_id not in rows or not (rows[location_id].active or location_id in known):
            raise NotFound("location", location_id)
    return {key: round_of(row) for key, row in rows.items()}, {key: row.name for key, row in rows.items()}


def _require_days(
    before: Mapping[int, Mapping[Group, int]],
    after: Mapping[int, Mapping[Group, int]],
    ways: Mapping[int, Round],
    now: datetime,
) -> None:
    agreed = {group for groups in before.values() for group in groups}
    asked = {group for groups in after.values() for group in groups} - agreed
    for location_id, day in sorted((place, day) for place, day in asked if day is not None):
        problem = day_problem(ways[location_id], day, now)
        if problem is not None:
            raise Refused("delivery_day", problem=problem, day=day, location_id=location_id)


def _require_steps(ordered: Sequence[OrderedLine]) -> None:
    """Refuse drops that are no multiples of what their goods are sold in. Raises Refused ``misfits``."""
    misfits = [
        misfit_of(line.variant.id, [drop.quantity for drop in line.drops], line.quantity, line.variant.step)
        for line in ordered
    ]
    if any(misfits):
        raise Refused("misfits", lines=[misfit for misfit in misfits if misfit is not None])


def _ordered(
    session: Session,
    buyer: Buyer,
    order: OrderView,
    lines: Sequence[BasketLine],
    before: Mapping[int, Mapping[Group, int]],
    changed: frozenset[int],
) -> list[OrderedLine]:
    ids = [line.variant_id for line in lines]
    variants = known_variants(session, ids, order.locale)
    more = [
        line.variant_id
        for line in lines
        if line.variant_id in changed and line.quantity > sum(before.get(line.variant_id, {}).values())
    ]
    sold = {row.id for row in variants_by_id(session, buyer, more, 0, order.locale) if row.active}
    gone = [variant_id for variant_id in more if variant_id not in sold]
    gone += [variant_id for variant_id in ids if variant_id not in variants]
    if gone:
        raise Conflict("not_available", variant_ids=gone)
    return [
        OrderedLine(
            line.quantity,
            line.seen_unit_price_e4,
            variants[line.variant_id],
            line.drops_or(order.location_id, order.requested_date),
        )
        for line in lines
    ]


def _share_out(
    draft: Draft,
    line: OrderedLine,
    held: Mapping[Group, tuple[int, int]],
    warehouses: Mapping[Group, int],
    reachable: Mapping[stock.Place, int],
) -> list[Promised]:
    """What each drop of a line gets: first what it holds itself, then what is left, the earliest drop first."""
    at = [draft.ways[drop.location_id].warehouse_id for drop in line.drops]
    kept = [
        min(drop.quantity, held[drop.group][0])
        if drop.group in held and warehouses[drop.group] == warehouse_id
        else 0
        for drop, warehouse_id in zip(line.drops, at, strict=True)
    ]
    left = {warehouse_id: reachable[line.variant.id, warehouse_id] for warehouse_id in at}
    for units, warehouse_id in zip(kept, at, strict=True):
        left[warehouse_id] -= units
    found = []
    for drop, units, warehouse_id in zip(line.drops, kept, at, strict=True):
        more = min(drop.quantity - units, left[warehouse_id])
        left[warehouse_id] -= more
        found.append(Promised(drop, warehouse_id, units + more, drop.quantity - units - more))
    return found


def _kept_promises(draft: Draft, arriving: Sequence[Sequence[Arrival]]) -> list[list[Arrival]]:
    """The days of arrival, none later than was promised for a drop that wants no more than it did."""
    told: dict[tuple[int, Group], tuple[int, date | None]] = {}
    for line in kept_lines(draft.order):
        for was in line.drops:
            told[line.variant_id, (was.location_id, was.requested_date)] = (
                was.quantity - was.cancelled,
                was.promised_date,
            )
    found = []
    for ordered, each in zip(draft.ordered, arriving, strict=True):
        kept = []
        for drop, arrival in zip(ordered.drops, each, strict=True):
            units, day = told.get((ordered.variant.id, drop.group), (0, None))
            stands = day is not None and drop.quantity <= units
            later = arrival.promised is None or (day is not None and arrival.promised > day)
            kept.append(replace(arrival, promised=day) if stands and later else arrival)
        found.append(kept)
    return found
