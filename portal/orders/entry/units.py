"""What a count in said units is in the units a variant is sold in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from portal.catalog.models import Unit
from portal.orders.rules import MAX_QUANTITY

_OUTER: Final = frozenset({Unit.BOX, Unit.CASE})
"""Words for the outer packing: people say box where the list says case, and the other way round."""

_SINGLE: Final = frozenset({Unit.EACH, Unit.BOTTLE, Unit.BAG, Unit.ROLL, Unit.SET})
"""Words for one thing."""


@dataclass(frozen=True, slots=True)
class Units:
    """A quantity in a variant's own units."""

    number: int | None
    """None: it must be asked; ``choices`` holds what it may mean."""
    choices: tuple[int, ...] = ()
    """In units, the likeliest first; empty unless asked."""


def units_for(
    variant_unit: Unit, pack_size: int, said_unit: Unit | None, number: int, *, word: str | None = None
) -> Units:
    """``number`` of ``said_unit`` in units of a variant that holds ``pack_size`` pieces in one.

    Nothing said, the same unit, box for case, and any word for a single thing that is sold singly are taken as said.
    What is left could mean two things: pieces of a box or boxes, a box of something sold singly. It is asked.
    ``word`` is the word said: one that names no unit of ours (a pallet) is asked about too.
    """
    if said_unit is None:
        return Units(number) if word is None else Units(None, (number,))
    if said_unit == variant_unit or {said_unit, variant_unit} <= _OUTER:
        return Units(number)
    if pack_size == 1:
        # A bottle of what the list calls each is one of it. A bag of what comes in bottles is something else.
        if said_unit is Unit.EACH or (variant_unit is Unit.EACH and said_unit in _SINGLE):
            return Units(number)
        return Units(None, (number,))
    if said_unit in _SINGLE:
        whole = number // pack_size
        if number % pack_size == 0:
            return Units(None, tuple(dict.fromkeys((whole, number))))
        up = [units for units in (whole + 1, number) if units <= MAX_QUANTITY]
        return Units(None, tuple(dict.fromkeys(up)))
    return Units(None, (number,))
