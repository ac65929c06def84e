"""The rules of ordering, free of any database: quantities of a line, and the states an order goes through."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Protocol

from portal.core.errors import Conflict, Refused
from portal.orders.models import OrderStatus

MAX_QUANTITY: Final = 1_000_000
"""Most units of one variant in a line."""

MAX_QUANTITY_TEXT: Final = 40
"""Longest text that is looked at as a quantity, in characters."""


class Move(StrEnum):
    """What can be done to an order as a whole."""

    CONFIRM = "confirm"
    HOLD = "hold"
    RELEASE = "release"
    START_PICKING = "start_picking"
    SHIP = "ship"
    DELIVER = "deliver"
    CANCEL = "cancel"
    CANCEL_UNITS = "cancel_units"


_S = OrderStatus

TRANSITIONS: Final = frozenset(
    {
        (_S.PLACED, Move.CONFIRM, _S.CONFIRMED),
        (_S.CONFIRMED, Move.START_PICKING, _S.PICKING),
        # Held orders return to where they were.
        (_S.PLACED, Move.HOLD, _S.ON_HOLD),
        (_S.CONFIRMED, Move.HOLD, _S.ON_HOLD),
        (_S.PICKING, Move.HOLD, _S.ON_HOLD),
        (_S.ON_HOLD, Move.RELEASE, _S.PLACED),
        (_S.ON_HOLD, Move.RELEASE, _S.CONFIRMED),
        (_S.ON_HOLD, Move.RELEASE, _S.PICKING),
        # While it is picked an order is not cancelled under the picker's hands: it is held first.
        (_S.PLACED, Move.CANCEL, _S.CANCELLED),
        (_S.CONFIRMED, Move.CANCEL, _S.CANCELLED),
        (_S.ON_HOLD, Move.CANCEL, _S.CANCELLED),
        # Some of it may be taken back while the rest goes on; what had to wait for goods also after the rest has left.
        (_S.PLACED, Move.CANCEL_UNITS, _S.PLACED),
        (_S.CONFIRMED, Move.CANCEL_UNITS, _S.CONFIRMED),
        (_S.ON_HOLD, Move.CANCEL_UNITS, _S.ON_HOLD),
        (_S.PARTIALLY_SHIPPED, Move.CANCEL_UNITS, _S.PARTIALLY_SHIPPED),
        (_S.PARTIALLY_SHIPPED, Move.CANCEL_UNITS, _S.SHIPPED),
        (_S.PARTIALLY_DELIVERED, Move.CANCEL_UNITS, _S.PARTIALLY_DELIVERED),
        (_S.PARTIALLY_DELIVERED, Move.CANCEL_UNITS, _S.DELIVERED),
        # Where shipping and delivering lead depends on what is left: status_of_drops says it.
        (_S.PICKING, Move.SHIP, _S.PARTIALLY_SHIPPED),
        (_S.PICKING, Move.SHIP, _S.SHIPPED),
        (_S.PARTIALLY_SHIPPED, Move.SHIP, _S.PARTIALLY_SHIPPED),
        (_S.PARTIALLY_SHIPPED, Move.SHIP, _S.SHIPPED),
        (_S.PARTIALLY_DELIVERED, Move.SHIP, _S.PARTIALLY_DELIVERED),
        (_S.PARTIALLY_SHIPPED, Move.DELIVER, _S.PARTIALLY_DELIVERED),
        (_S.SHIPPED, Move.DELIVER, _S.PARTIALLY_DELIVERED),
        (_S.SHIPPED, Move.DELIVER, _S.DELIVERED),
        (_S.PARTIALLY_DELIVERED, Move.DELIVER, _S.PARTIALLY_DELIVERED),
        (_S.PARTIALLY_DELIVERED, Move.DELIVER, _S.DELIVERED),
    }
)
"""Every legal move of an order: from, by what, to. There is no other."""

OPEN_STATUSES: Final = frozenset(_S) - {_S.DELIVERED, _S.CANCELLED}
"""Where something is still to happen."""


class Units(Protocol):
    """How the units of a drop stand."""

    @property
    def quantity(self) -> int:
        """Units ordered."""
        ...

    @property
    def shipped(self) -> int:
        """Units that left."""
        ...

    @property
    def delivered(self) -> int:
        """Of those, the units that arrived."""
        ...

    @property
    def cancelled(self) -> int:
        """Units no longer wanted."""
        ...


def moves_from(status: OrderStatus) -> frozenset[Move]:
    """What can be done to an order that stands at ``status``; empty at its end."""
    return frozenset(move for start, move, _ in TRANSITIONS if start is status)


def require_move(status: OrderStatus, move: Move, to: OrderStatus | None = None) -> None:
    """Let only legal moves through; without ``to``, any that the move can lead to.

    Raises Conflict ``illegal_move`` with ``status`` and ``move``: the order has moved on since it was shown.
    """
    if not any(start is status and by is move and to in (None, end) for start, by, end in TRANSITIONS):
        raise Conflict("illegal_move", status=status, move=move)


def status_of_drops(drops: Iterable[Units]) -> OrderStatus | None:
    """Where an order stands by what left and arrived; None while nothing has left.

    CANCELLED if no unit is wanted any more.
    """
    wanted = shipped = delivered = 0
    for drop in drops:
        wanted += drop.quantity - drop.cancelled
        shipped += drop.shipped
        delivered += drop.delivered
    if not wanted:
        return OrderStatus.CANCELLED
    if delivered == wanted:
        return OrderStatus.DELIVERED
    if delivered:
        return OrderStatus.PARTIALLY_DELIVERED
    if shipped == wanted:
        return OrderStatus.SHIPPED
    return OrderStatus.PARTIALLY_SHIPPED if shipped else None


def check_quantity(quantity: int, minimum: int, step: int, *, field: str | None = "quantity") -> None:
    """Let only quantities through that a variant is sold in: multiples of ``step`` from ``minimum`` on.

    Raises Refused, all numbers in units: ``below_minimum`` (``minimum``, ``nearest``), ``off_step``
    (``step``, ``lower``, ``upper``), ``too_large`` (``maximum``, ``nearest``).
    """
    smallest = -(-max(minimum, 1) // step) * step
    if quantity < smallest:
        raise Refused("below_minimum", field=field, minimum=smallest, nearest=smallest)
    largest = MAX_QUANTITY // step * step
    if quantity > largest:
        raise Refused("too_large", field=field, maximum=largest, nearest=largest)
    lower = quantity // step * step
    if lower != quantity:
        raise Refused("off_step", field=field, step=step, lower=max(lower, smallest), upper=lower + step)


_SIGNS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{HYPHEN}": "-", "\N{EN DASH}": "-"})
_WHOLE = re.compile(r"[+-]?[0-9]+")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3}){2,}|(?:\.[0-9]{3}){2,}|(?: [0-9]{3})+)")
_ONE_GROUP = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_WITH_FRACTION = re.compile(r"[+-]?([0-9]*)[.,]([0-9]+)")


def parse_quantity(text: str, minimum: int = 1, step: int = 1, *, field: str | None = "quantity") -> int:
    """Read a quantity as people type it and check it as ``check_quantity`` does.

    Full-width digits count as digits. ``1 000`` and ``1,000,000`` are plain; ``1,000`` is a thousand to some and
    one to others, so it is refused instead of guessed. ``12.0`` is 12.

    Raises Refused as ``check_quantity`` does, and: ``not_a_number``; ``ambiguous_number`` (``plain``, the
    digits without the separator); ``fractional`` (``lower``, ``upper``, allowed quantities on either side).
    """
    # Superscripts, circled numbers and fractions would be turned into digits and change the number.
    if any(unicodedata.category(letter) in {"No", "Nl"} for letter in text):
        raise Refused("not_a_number", field=field)
    plain = unicodedata.normalize("NFKC", text[: MAX_QUANTITY_TEXT + 1]).translate(_SIGNS).strip()
    if len(plain) > MAX_QUANTITY_TEXT:
        raise Refused("not_a_number", field=field)
    if _ONE_GROUP.fullmatch(plain):
        raise Refused("ambiguous_number", field=field, plain=re.sub(r"[.,]", "", plain))
    if _GROUPED.fullmatch(plain):
        plain = re.sub(r"[ .,]", "", plain)
    fraction = _WITH_FRACTION.fullmatch(plain)
    if fraction and fraction[1] and not fraction[2].strip("0"):
        plain = re.split(r"[.,]", plain)[0]
    elif fraction:
        sign = -1 if plain.startswith("-") else 1
        lower, upper = _neighbours(sign * int(fraction[1] or "0"), minimum, step)
        raise Refused("fractional", field=field, lower=lower, upper=upper)
    if not _WHOLE.fullmatch(plain):
        raise Refused("not_a_number", field=field)
    quantity = int(plain)
    check_quantity(quantity, minimum, step, field=field)
    return quantity


def _neighbours(whole: int, minimum: int, step: int) -> tuple[int, int]:
    smallest = -(-max(minimum, 1) // step) * step
    largest = MAX_QUANTITY // step * step
    lower = min(max(whole // step * step, smallest), largest)
    return lower, min(max(whole // step * step + step, smallest), largest)
