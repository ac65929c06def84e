"""What is about to be ordered, wherever it comes from: a cart, an earlier order, a list. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

MAX_DROPS: Final = 60
"""Most places and days one line may be split over."""


@dataclass(frozen=True, slots=True)
class BasketDrop:
    """Units of a line for one place on one day."""

    location_id: int
    day: date | None
    """Day of arrival, at the place; null: as soon as possible."""
    quantity: int

    @property
    def group(self) -> Group:
        """What is brought together with it."""
        return self.location_id, self.day


Group = tuple[int, date | None]
"""A place's id and the day asked for (null: as soon as possible): what is brought there together."""


@dataclass(frozen=True, slots=True)
class BasketLine:
    """A variant and how much of it. Without drops all of it goes where and when the order as a whole goes.

    Raises ValueError if its drops do not sum to its quantity, or two of them go to one place on one day.
    """

    variant_id: int
    quantity: int
    """Units."""
    seen_unit_price_e4: int | None = None
    """Unit price the person last saw; null: unknown, or on request then."""
    drops: tuple[BasketDrop, ...] = ()

    def __post_init__(self) -> None:
        if self.drops and sum(drop.quantity for drop in self.drops) != self.quantity:
            raise ValueError(f"the drops of variant {self.variant_id} do not sum to {self.quantity}")
        if len({drop.group for drop in self.drops}) < len(self.drops):
            raise ValueError(f"two drops of variant {self.variant_id} go to one place on one day")

    def drops_or(self, location_id: int, day: date | None) -> tuple[BasketDrop, ...]:
        """Its drops, the earliest first; all of it as one drop to this place on this day if it is not split."""
        if not self.drops:
            return (BasketDrop(location_id, day, self.quantity),)
        return tuple(sorted(self.drops, key=_in_turn))


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines that are ordered together, each variant once."""

    lines: tuple[BasketLine, ...]
    promotion_code: str | None = None

    @property
    def location_ids(self) -> set[int]:
        """The places that its drops name."""
        return {drop.location_id for line in self.lines for drop in line.drops}


def settled(quantity: int, drops: Iterable[BasketDrop]) -> tuple[BasketDrop, ...]:
    """``drops`` made to sum to a line's ``quantity`` (units), which may have changed since they were entered.

    What was added goes to the last drop; what was taken away is taken from the last ones. No drops stay none.
    """
    kept = sorted(drops, key=_in_turn)
    surplus = sum(drop.quantity for drop in kept) - quantity
    while kept and surplus >= kept[-1].quantity:
        surplus -= kept.pop().quantity
    if kept and surplus:
        last = kept.pop()
        kept.append(BasketDrop(last.location_id, last.day, last.quantity - surplus))
    return tuple(kept)


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """``amount`` (not negative) shared by ``weights`` so that the shares sum to it: the largest remainders round up.

    Of equal remainders the first comes first. Weights of zero altogether put everything on the first share; no
    weights give no shares.
    """
    if not weights:
        return []
    whole = sum(weights)
    if not whole:
        return [amount] + [0] * (len(weights) - 1)
    given = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    largest = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    for place in largest[: amount - sum(given)]:
        given[place] += 1
    return given


def _in_turn(drop: BasketDrop) -> tuple[date, int]:
    return drop.day or date.min, drop.location_id
