"""What becomes of each line: added, changed or refused, with the reason and what one tap can mend.

Every line ends as exactly one of the three. Lines of one variant are summed, and each says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from portal.catalog.models import Unit
from portal.orders.entry.quantities import Doubt, Quantity
from portal.orders.entry.units import units_for
from portal.orders.rules import MAX_QUANTITY


class Status(StrEnum):
    """How a line ends."""

    ADDED = "added"
    CHANGED = "changed"
    REFUSED = "refused"


class Rounding(StrEnum):
    """What is done with a quantity that a variant is not sold in."""

    UP = "up"
    DOWN = "down"
    REFUSE = "refuse"
    """Nothing: the line is refused, and both neighbours are offered."""


class Reason(StrEnum):
    """Why a line ended as it did; the facts beside it are in units."""

    NOT_FOUND = "not_found"
    """No variant; ``problem`` may say more."""
    UNSURE = "unsure"
    """Several variants, or one that was not surely meant."""
    QUANTITY = "quantity"
    """The quantity must be asked; ``doubt`` says why."""
    UNIT = "unit"
    """The unit said could mean two quantities."""
    INACTIVE = "inactive"
    """No longer sold."""
    NOT_SOLD_HERE = "not_sold_here"
    """Not in what this account may buy. Pages word it like NOT_FOUND."""
    PRICE_ON_REQUEST = "price_on_request"
    NO_PRICE = "no_price"
    REPLACED = "replaced"
    """By what follows it in the catalog; ``variant`` is the new one."""
    ROUNDED_UP = "rounded_up"
    ROUNDED_DOWN = "rounded_down"
    RAISED_TO_MINIMUM = "raised_to_minimum"
    BELOW_MINIMUM = "below_minimum"
    OFF_STEP = "off_step"
    CAPPED = "capped"
    """To what is there."""
    OUT_OF_STOCK = "out_of_stock"
    TOO_LARGE = "too_large"
    SUMMED = "summed"
    """Several lines name this variant; ``total`` is their sum."""
    CODE_MENDED = "code_mended"
    """The code was put right first: zeros, days, spaces."""


class FixKind(StrEnum):
    """What one tap does."""

    CHOOSE = "choose"
    """Takes this variant for the line."""
    SUBSTITUTE = "substitute"
    """Takes this variant instead."""
    TAKE_AVAILABLE = "take_available"
    """Takes what is there."""
    SET_QUANTITY = "set_quantity"
    LATER = "later"
    """Takes all of it on a later day, when it has come in."""
    WATCH = "watch"
    """Tells when it is back."""
    ASK_PRICE = "ask_price"


class PriceState(StrEnum):
    """Whether a variant can be bought now, as far as its price goes."""

    PRICED = "priced"
    ON_REQUEST = "on_request"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Fix:
    """One tap that mends a line."""

    kind: FixKind
    variant: int | None = None
    quantity: int | None = None
    """In units."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What must be known of a variant. Quantities are in units."""

    variant: int
    unit: Unit = Unit.EACH
    pack_size: int = 1
    minimum: int = 1
    step: int = 1
    available: int | None = None
    """Units the account's warehouse can give; None: not limited."""
    allow_backorder: bool = False
    """True: what is not there may be ordered all the same."""
    lead_days: int | None = None
    """Working days until more comes in; None: nobody can say."""
    active: bool = True
    visible: bool = True
    """Whether this account may buy it."""
    price: PriceState = PriceState.PRICED
    replaced_by: int | None = None
    """The variant that follows it."""
    substitutes: tuple[int, ...] = ()
    in_cart: int = 0
    """Units of it that are in the cart already."""

    @property
    def sellable(self) -> bool:
        """Whether it can go into a cart at all, stock apart."""
        return self.active and self.visible and self.price is PriceState.PRICED


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line as read, matched as far as it could be."""

    variant: int | None
    quantity: Quantity
    candidates: tuple[int, ...] = ()
    """Variants it may be, where ``variant`` is None."""
    mended: bool = False
    units_chosen: bool = False
    """True: a person has chosen the quantity in units, whatever unit was said."""


@dataclass(frozen=True, slots=True)
class Why:
    """A reason with its facts; those that do not apply are None."""

    reason: Reason
    wanted: int | None = None
    granted: int | None = None
    total: int | None = None
    minimum: int | None = None
    step: int | None = None
    available: int | None = None
    variant: int | None = None
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What became of a line."""

    status: Status
    variant: int | None
    """What goes into the cart; None if refused."""
    quantity: int
    """Units that this line adds to the cart; 0 if refused."""
    wanted: int | None
    """Units that were wanted; None if that could not be told."""
    reasons: tuple[Why, ...] = ()
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of all lines, in their order, and what goes into the cart."""

    lines: tuple[LineOutcome, ...]
    cart: Mapping[int, int] = field(default_factory=dict)
    """Units to add by variant: for each, the sum over its lines."""

    def count(self, status: Status) -> int:
        """How many lines ended so."""
        return sum(line.status is status for line in self.lines)


MOST_FIXES: Final = 4


def settle(lines: Sequence[Wanted], facts: Mapping[int, Facts], rounding: Rounding = Rounding.UP) -> Outcome:
    """Decide each line. A variant that ``facts`` does not hold is not found.

    added + changed + refused is the number of lines, and the cart is the sum of what the lines add.
    """
    settled: list[LineOutcome | None] = [None] * len(lines)
    groups: dict[int, list[tuple[int, int, tuple[Why, ...]]]] = {}
    for place, line in enumerate(lines):
        found = _wanted_units(line, facts)
        if isinstance(found, LineOutcome):
            settled[place] = found
        else:
            variant, units, reasons = found
            groups.setdefault(variant, []).append((place, units, reasons))
    cart: dict[int, int] = {}
    for variant, members in groups.items():
        for place, outcome in _settle_group(facts[variant], members, facts, rounding):
            settled[place] = outcome
            if outcome.quantity:
                cart[variant] = cart.get(variant, 0) + outcome.quantity
    return Outcome(tuple(one for one in settled if one is not None), cart)


def _wanted_units(line: Wanted, facts: Mapping[int, Facts]) -> LineOutcome | tuple[int, int, tuple[Why, ...]]:
    """The variant a line is for, its units and what has been changed so far; or why it goes no further."""
    if line.variant is None:
        fixes = tuple(
            Fix(FixKind.CHOOSE, one, line.quantity.number)
            for one in line.candidates
            if one in facts and facts[one].sellable
        )
        return _refused(Why(Reason.UNSURE if line.candidates else Reason.NOT_FOUND), fixes[:MOST_FIXES])
    its = facts.get(line.variant)
    if its is None or not its.visible:
        return _refused(
            Why(Reason.NOT_FOUND if its is None else Reason.NOT_SOLD_HERE), _substitutes(its, facts, None)
        )
    reasons: list[Why] = [Why(Reason.CODE_MENDED, variant=line.variant)] if line.mended else []
    quantity = line.quantity
    if quantity.number is None or quantity.doubt is not None:
        fixes = tuple(
            Fix(FixKind.SET_QUANTITY, its.variant, choice) for choice in quantity.choices if choice > 0
        )
        return _refused(Why(Reason.QUANTITY, doubt=quantity.doubt or Doubt.NOT_A_NUMBER), fixes[:MOST_FIXES])
    number: int | None = quantity.number
    if not line.units_chosen:
        said = units_for(its.unit, its.pack_size, quantity.unit, quantity.number, word=quantity.word)
        number = said.number
        if number is None:
            fixes = tuple(Fix(FixKind.SET_QUANTITY, its.variant, choice) for choice in said.choices)
            return _refused(Why(Reason.UNIT, wanted=quantity.number), fixes[:MOST_FIXES])
    if not its.active:
        follower = _follower(its, facts)
        if follower is None:
            return _refused(
                Why(Reason.INACTIVE, variant=its.variant), _substitutes(its, facts, number), number
            )
        reasons.append(Why(Reason.REPLACED, wanted=number, variant=follower.variant))
        its = follower
    if its.price is not PriceState.PRICED:
        asked = its.price is PriceState.ON_REQUEST
        fixes = (Fix(FixKind.ASK_PRICE, its.variant, number),) if asked else ()
        reason = Reason.PRICE_ON_REQUEST if asked else Reason.NO_PRICE
        return _refused(
            Why(reason, variant=its.variant), (*fixes, *_substitutes(its, facts, number))[:MOST_FIXES], number
        )
    return its.variant, number or 0, tuple(reasons)


def _follower(its: Facts, facts: Mapping[int, Facts]) -> Facts | None:
    """What replaced a variant, and what replaced that, until it can be bought; None if nothing can."""
    seen = {its.variant}
    while its.replaced_by is not None and its.replaced_by not in seen:
        seen.add(its.replaced_by)
        following = facts.get(its.replaced_by)
        if following is None or not following.visible:
            return None
        its = following
        if its.sellable:
            return its
    return None


def _settle_group(
    its: Facts,
    members: list[tuple[int, int, tuple[Why, ...]]],
    facts: Mapping[int, Facts],
    rounding: Rounding,
) -> list[tuple[int, LineOutcome]]:
    total = sum(units for _, units, _ in members)
    granted, whys = _granted(its, total, rounding)
    if len(members) > 1:
        whys = (*whys, Why(Reason.SUMMED, total=total, granted=granted))
    if granted == 0:
        fixes = _fixes(its, facts, total, granted)
        return [(place, _refused_with((*reasons, *whys), fixes, units)) for place, units, reasons in members]
    fixes = _fixes(its, facts, total, granted) if granted != total else ()
    outcomes = []
    left = granted
    for index, (place, units, reasons) in enumerate(members):
        # What a group gains or loses falls to its last lines.
        share = left if index == len(members) - 1 else min(units, left)
        left -= share
        changed = share != units or any(why.reason is Reason.REPLACED for why in reasons)
        if share == 0:
            outcomes.append((place, _refused_with((*reasons, *whys), fixes, units)))
            continue
        status = Status.CHANGED if changed else Status.ADDED
        outcomes.append((place, LineOutcome(status, its.variant, share, units, (*reasons, *whys), fixes)))
    return outcomes


def _granted(its: Facts, wanted: int, rounding: Rounding) -> tuple[int, tuple[Why, ...]]:
    """How many units go into the cart for ``wanted`` more of them; what is there counts for minimum and step."""
    step = max(its.step, 1)
    smallest = -(-max(its.minimum, 1) // step) * step
    largest = MAX_QUANTITY // step * step
    room = (
        largest
        if its.available is None or its.allow_backorder
        else min(largest, its.available // step * step)
    )
    total = its.in_cart + wanted
    whys: list[Why] = []
    target = total
    if total > largest:
        target = largest
        whys.append(Why(Reason.TOO_LARGE, wanted=wanted, granted=largest - its.in_cart))
    elif total < smallest:
        if rounding is not Rounding.UP:
            return 0, (Why(Reason.BELOW_MINIMUM, wanted=wanted, minimum=smallest),)
        target = smallest
        whys.append(
            Why(Reason.RAISED_TO_MINIMUM, wanted=wanted, granted=smallest - its.in_cart, minimum=smallest)
        )
    elif total % step:
        if rounding is Rounding.REFUSE:
            return 0, (Why(Reason.OFF_STEP, wanted=wanted, step=step),)
        lower = total // step * step
        goes_up = (rounding is Rounding.UP and lower + step <= largest) or lower < smallest
        target = lower + step if goes_up else lower
        reason = Reason.ROUNDED_UP if goes_up else Reason.ROUNDED_DOWN
        whys.append(Why(reason, wanted=wanted, granted=target - its.in_cart, step=step))
    if target > room:
        if room < smallest or room <= its.in_cart:
            return 0, (Why(Reason.OUT_OF_STOCK, wanted=wanted, available=its.available),)
        target = room
        whys = [why for why in whys if why.reason is Reason.TOO_LARGE]
        whys.append(Why(Reason.CAPPED, wanted=wanted, granted=target - its.in_cart, available=its.available))
    if target <= its.in_cart:
        # Rounding down leaves nothing of what was wanted.
        return 0, (*whys[:-1], Why(Reason.OFF_STEP, wanted=wanted, step=step))
    return target - its.in_cart, tuple(whys)


def _fixes(its: Facts, facts: Mapping[int, Facts], wanted: int, granted: int) -> tuple[Fix, ...]:
    """What one tap can do for a group of lines that did not get what they asked for."""
    step = max(its.step, 1)
    smallest = -(-max(its.minimum, 1) // step) * step
    short = its.available is not None and not its.allow_backorder and its.in_cart + wanted > its.available
    fixes: list[Fix] = []
    if short:
        there = (its.available or 0) // step * step
        if granted == 0 and there >= smallest and there > its.in_cart:
            fixes.append(Fix(FixKind.TAKE_AVAILABLE, its.variant, there - its.in_cart))
        fixes += _substitutes(its, facts, wanted)[:2]
        if its.lead_days is not None:
            fixes.append(Fix(FixKind.LATER, its.variant, wanted))
        fixes.append(Fix(FixKind.WATCH, its.variant))
        return tuple(fixes[:MOST_FIXES])
    total = its.in_cart + wanted
    lower = total // step * step
    neighbours = {max(lower, smallest), max(-(-total // step) * step, smallest)}
    room = MAX_QUANTITY // step * step
    if its.available is not None and not its.allow_backorder:
        room = min(room, its.available // step * step)
    for one in sorted(neighbours):
        if its.in_cart < one <= room and one - its.in_cart != granted:
            fixes.append(Fix(FixKind.SET_QUANTITY, its.variant, one - its.in_cart))
    return tuple(fixes)


def _substitutes(its: Facts | None, facts: Mapping[int, Facts], quantity: int | None) -> tuple[Fix, ...]:
    if its is None:
        return ()
    listed = (*((its.replaced_by,) if its.replaced_by is not None else ()), *its.substitutes)
    return tuple(
        Fix(FixKind.SUBSTITUTE, one, quantity)
        for one in dict.fromkeys(listed)
        if one in facts and facts[one].sellable and facts[one].available != 0
    )


def _refused(why: Why, fixes: tuple[Fix, ...], wanted: int | None = None) -> LineOutcome:
    return _refused_with((why,), fixes, wanted)


def _refused_with(reasons: tuple[Why, ...], fixes: tuple[Fix, ...], wanted: int | None) -> LineOutcome:
    return LineOutcome(Status.REFUSED, None, 0, wanted, reasons, fixes)
