"""Ordering again what was ordered before or is kept in a list: looked at first, then put in the cart or ordered.

Nothing that is gone stands in the way of the rest: it is named, before and after, with what can be bought instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog.queries import VariantRow, variants_by_id
from portal.catalog.substitutes import substitutes_of
from portal.core.errors import Refused
from portal.delivery.queries import rounds_of
from portal.delivery.rules import Round
from portal.orders.basket import BasketDrop
from portal.orders.drops import Arrival, Delivery, FreightBook, arrivals, deliveries
from portal.orders.reorder_sources import Wanted
from portal.orders.rules import MAX_QUANTITY, check_quantity
from portal.pricing.priced import Ask, PricedDocument, PricedLine
from portal.pricing.prices import price_document, price_each


class Obstacle(StrEnum):
    """Why a line cannot be ordered as it stands."""

    GONE = "gone"
    """No longer sold to the account."""
    ON_REQUEST = "on_request"
    OUT_OF_STOCK = "out_of_stock"
    """More than there is, and it may not be ordered ahead of stock."""
    QUANTITY = "quantity"
    """Not a quantity it is sold in."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person has chosen for a variant."""

    picked: bool
    quantity: int | None
    """Units; None: what was typed is none."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the goods go."""

    location_id: int
    warehouse_id: int
    day: date | None = None
    """Day of arrival asked for; None: as soon as possible."""


@dataclass(frozen=True, slots=True)
class AgainLine:
    """A line as it would be ordered now, beside what it was."""

    wanted: Wanted
    variant: VariantRow | None
    """None: it is no longer in the account's assortment."""
    quantity: int
    """Units that are or would be ordered; 0: what was typed is no quantity."""
    picked: bool
    priced: PricedLine | None = None
    """Today's price of so many; None: there is none to ask for."""
    obstacle: Obstacle | None = None
    refusal: Refused | None = None
    """Why the quantity is not one it is sold in."""
    arrival: Arrival | None = None
    """When it arrives; None: it is not picked, or cannot be ordered."""
    is_substitute: bool = False
    substitutes: tuple[AgainLine, ...] = ()
    """What can be bought instead of it; only where something stands in its way."""

    @property
    def is_ordered(self) -> bool:
        """True if it is part of the order as it stands."""
        return self.picked and self.obstacle is None

    @property
    def price_change_e4(self) -> int:
        """What a unit costs more (below zero: less) than then, e4; 0: the same, or one of the two is not known."""
        now = self.priced.unit_price_e4 if self.priced else None
        then = self.wanted.unit_price_e4
        if now is None or then is None or self.priced is None:
            return 0
        if self.wanted.tax_included is not None and self.priced.tax_included != self.wanted.tax_included:
            return 0
        return now - then

    @property
    def sold_in(self) -> int:
        """The quantity wanted then, brought to one the variant is sold in today; units."""
        return self.wanted.quantity if self.variant is None else fitted(self.wanted.quantity, self.variant)

    @property
    def most_now(self) -> int:
        """Most units that could be ordered from the shelf alone; 0: not even the minimum."""
        return 0 if self.variant is None else _from_shelf(self.variant)


@dataclass(frozen=True, slots=True)
class Again:
    """All of it, priced as one order of what is picked."""

    lines: tuple[AgainLine, ...]
    """In the order they were in."""
    document: PricedDocument | None
    """Of what is ordered, with its freight; None: nothing is."""
    deliveries: tuple[Delivery, ...] = ()
    ways: Mapping[int, Round] = field(default_factory=dict)

    @property
    def all_lines(self) -> tuple[AgainLine, ...]:
        """The lines and their substitutes."""
        return tuple(each for line in self.lines for each in (line, *line.substitutes))

    @property
    def ordered(self) -> tuple[AgainLine, ...]:
        """What the order would hold, in the order in which it is priced."""
        return tuple(line for line in self.all_lines if line.is_ordered)

    @property
    def left_out(self) -> tuple[AgainLine, ...]:
        """What was wanted and cannot be ordered as it stands, neither itself nor by something else.

        What a person took the tick from is not among it.
        """
        return tuple(
            line
            for line in self.lines
            if line.obstacle is not None and not any(other.is_ordered for other in line.substitutes)
        )

    @property
    def wrong(self) -> tuple[AgainLine, ...]:
        """What is picked and cannot be ordered as it stands: the person decides about it first."""
        return tuple(line for line in self.all_lines if line.picked and line.obstacle is not None)


def again(
    session: Session,
    buyer: Buyer,
    wanted: Sequence[Wanted],
    choices: Mapping[int, Choice] | None,
    target: Target | None,
    locale: str,
    on: date,
    now: datetime,
) -> Again:
    """The lines as they could be ordered for ``target`` at prices of the day ``on``. Nothing is written.

    Without ``choices`` (by variant id) everything is picked that can be ordered, in the quantity wanted, brought to
    one that is sold and there; with them only what they pick. The statements are as many for one line as for a
    thousand: variants, what stands in for them (2), the way, prices.
    """
    instead = substitutes_of(session, [line.variant_id for line in wanted]) if wanted else {}
    own = {line.variant_id for line in wanted}
    ids = list(dict.fromkeys([*own, *(other for others in instead.values() for other in others)]))
    warehouse_id = target.warehouse_id if target else 0
    rows = {row.id: row for row in variants_by_id(session, buyer, ids, warehouse_id, locale) if row.active}
    lines = []
    offered: set[int] = set()
    for line in wanted:
        found = _line(line, rows.get(line.variant_id), choices)
        picks = choices or {}
        others = [
            other
            for other in instead.get(line.variant_id, ())
            if other in rows
            and other not in own
            and other not in offered
            and (found.obstacle is not None or (other in picks and picks[other].picked))
        ]
        offered.update(others)
        substitutes = tuple(_substitute(line, rows[other], picks) for other in others)
        lines.append(replace(found, substitutes=substitutes))
    return _priced(session, buyer, lines, target, on, now)


def fitted(quantity: int, variant: VariantRow) -> int:
    """``quantity`` brought up to the next one the variant is sold in, units."""
    raised = max(quantity, variant.minimum)
    return min(-(-raised // variant.step) * variant.step, MAX_QUANTITY // variant.step * variant.step)


def _line(wanted: Wanted, variant: VariantRow | None, choices: Mapping[int, Choice] | None) -> AgainLine:
    if variant is None:
        return AgainLine(wanted, None, wanted.quantity, picked=False, obstacle=Obstacle.GONE)
    if choices is None:
        quantity = fitted(wanted.quantity, variant)
        there = _from_shelf(variant)
        if quantity > there and not variant.allow_backorder:
            if not there:
                return AgainLine(wanted, variant, quantity, picked=False, obstacle=Obstacle.OUT_OF_STOCK)
            quantity = there
        return AgainLine(wanted, variant, quantity, picked=True)
    choice = choices.get(wanted.variant_id, Choice(False, fitted(wanted.quantity, variant)))
    return _chosen(wanted, variant, choice)


def _substitute(wanted: Wanted, variant: VariantRow, choices: Mapping[int, Choice]) -> AgainLine:
    """Nothing takes another's place unasked: a substitute is picked by the person alone."""
    quantity = fitted(wanted.quantity, variant)
    there = _from_shelf(variant)
    if there and not variant.allow_backorder:
        quantity = min(quantity, there)
    choice = choices.get(variant.id, Choice(False, quantity))
    own = Wanted(variant.id, variant.sku, variant.name, wanted.quantity)
    return replace(_chosen(own, variant, choice), is_substitute=True)


def _chosen(wanted: Wanted, variant: VariantRow, choice: Choice) -> AgainLine:
    try:
        if choice.quantity is None:
            raise Refused("not_a_number", field="quantity")
        check_quantity(choice.quantity, variant.minimum, variant.step)
    except Refused as refused:
        return AgainLine(
            wanted, variant, choice.quantity or 0, choice.picked, obstacle=Obstacle.QUANTITY, refusal=refused
        )
    is_short = choice.quantity > variant.available and not variant.allow_backorder
    return AgainLine(
        wanted,
        variant,
        choice.quantity,
        choice.picked,
        obstacle=Obstacle.OUT_OF_STOCK if is_short else None,
    )


def _from_shelf(variant: VariantRow) -> int:
    possible = max(0, variant.available) // variant.step * variant.step
    return possible if possible >= variant.minimum else 0


@dataclass(frozen=True, slots=True)
class _Going:
    """A line that is ordered, with where it goes."""

    variant: VariantRow
    drops: tuple[BasketDrop, ...]


def _priced(
    session: Session,
    buyer: Buyer,
    lines: list[AgainLine],
    target: Target | None,
    on: date,
    now: datetime,
) -> Again:
    every = [each for line in lines for each in (line, *line.substitutes)]
    asked = [line for line in every if line.variant is not None and line.quantity > 0]
    alone = price_each(session, buyer, _asks(asked), on, with_tiers=False)
    # By variant: one stands in a wanted line or a substitute, never twice.
    found: dict[int, AgainLine] = {}
    for line, priced in zip(asked, alone, strict=True):
        obstacle = line.obstacle if priced.is_priced else Obstacle.ON_REQUEST
        found[line.wanted.variant_id] = replace(line, priced=priced, obstacle=obstacle)
    # Nobody picked what is on request before its price was asked for.
    ordered = [line for line in found.values() if line.is_ordered]
    ways = rounds_of(session, {target.location_id}) if target else {}
    document = None
    planned: Sequence[Delivery] = ()
    if ordered and target and target.location_id in ways:
        going = [
            _Going(line.variant, (BasketDrop(target.location_id, target.day, line.quantity),))
            for line in ordered
            if line.variant is not None
        ]
        book = FreightBook([each.drops for each in going], ways)
        document = price_document(
            session, buyer, _asks(ordered), on, with_tiers=False, freight=book.freight_of
        )
        available = {(each.variant.id, target.warehouse_id): each.variant.available for each in going}
        arriving = arrivals(going, ways, available, now)
        planned = deliveries(going, arriving, book.carried, ways, now)
        for line, priced, (arrival,) in zip(ordered, document.lines, arriving, strict=True):
            found[line.wanted.variant_id] = replace(line, priced=priced, arrival=arrival)
    elif ordered:
        document = price_document(session, buyer, _asks(ordered), on, with_tiers=False)
    return Again(tuple(_with(line, found) for line in lines), document, tuple(planned), ways)


def _asks(lines: Sequence[AgainLine]) -> list[Ask]:
    return [Ask.of(line.variant, line.quantity) for line in lines if line.variant is not None]


def _with(line: AgainLine, found: Mapping[int, AgainLine]) -> AgainLine:
    substitutes = tuple(found.get(other.wanted.variant_id, other) for other in line.substitutes)
    known = found.get(line.wanted.variant_id, line)
    if known.obstacle is Obstacle.ON_REQUEST and line.obstacle is None:
        known = replace(known, picked=False)
    return replace(known, substitutes=substitutes)
