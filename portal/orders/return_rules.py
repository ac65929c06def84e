"""The rules of returns, free of any database: the states a return goes through, and what goods are worth back."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from portal.core.errors import Conflict
from portal.core.money import PPM, Rounding, divide
from portal.orders.models import ReturnStatus

MAX_NOTES: Final = 1000
"""Characters of what a dealer, or the seller, says to a return."""

PICKUP_DAYS: Final = 10
"""How many days of pickup are offered."""


class ReturnMove(StrEnum):
    """What can be done to a return."""

    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    RECEIVE = "receive"
    CREDIT = "credit"


_S = ReturnStatus

RETURN_TRANSITIONS: Final = frozenset(
    {
        (_S.REQUESTED, ReturnMove.APPROVE, _S.APPROVED),
        (_S.REQUESTED, ReturnMove.DECLINE, _S.DECLINED),
        (_S.REQUESTED, ReturnMove.WITHDRAW, _S.WITHDRAWN),
        (_S.APPROVED, ReturnMove.RECEIVE, _S.RECEIVED),
        # What came short, or is not worth fetching, is credited without anything coming back.
        (_S.APPROVED, ReturnMove.CREDIT, _S.CREDITED),
        (_S.RECEIVED, ReturnMove.CREDIT, _S.CREDITED),
    }
)
"""Every legal move of a return: from, by what, to. There is no other."""

OPEN_RETURNS: Final = frozenset({_S.REQUESTED, _S.APPROVED, _S.RECEIVED})
"""Where something is still to happen."""

LAPSED_RETURNS: Final = frozenset({_S.DECLINED, _S.WITHDRAWN})
"""Returns that came to nothing: their units can be returned again."""


def return_moves(status: ReturnStatus) -> frozenset[ReturnMove]:
    """What can be done to a return that stands at ``status``; empty at its end."""
    return frozenset(move for start, move, _ in RETURN_TRANSITIONS if start is status)


def after_move(status: ReturnStatus, move: ReturnMove) -> ReturnStatus:
    """Where ``move`` leads from ``status``.

    Raises Conflict ``illegal_move`` with ``status`` and ``move``: the return has moved on since it was shown.
    """
    for start, by, end in RETURN_TRANSITIONS:
        if start is status and by is move:
            return end
    raise Conflict("illegal_move", status=status, move=move)


def shares(total: int, exact_ppm: Sequence[int]) -> list[int]:
    """Split ``total`` (minor units) into what its parts cost, given in millionths of a minor unit; they sum to it.

    What a document rounded once falls to the parts that come nearest to a whole unit, so that a part that costs whole
    units is worth just these. Parts that do not make up the total at all (their taxes are no longer known) have it in
    proportion. Parts that are all zero have no part in it.
    """
    whole = sum(exact_ppm)
    if not whole:
        return [0] * len(exact_ppm)
    parts = [divide(exact, PPM, Rounding.DOWN) for exact in exact_ppm]
    missing = total - sum(parts)
    if not 0 <= missing <= len(parts):
        return _in_proportion(total, exact_ppm, whole)
    by_remainder = sorted(range(len(parts)), key=lambda index: (-(exact_ppm[index] % PPM), index))
    uneven = [index for index in by_remainder if exact_ppm[index]]
    if missing > len(uneven):
        return _in_proportion(total, exact_ppm, whole)
    for index in uneven[:missing]:
        parts[index] += 1
    return parts


def _in_proportion(total: int, weights: Sequence[int], whole: int) -> list[int]:
    parts, gone, passed = [], 0, 0
    for weight in weights:
        passed += weight
        upto = divide(total * passed, whole, Rounding.DOWN)
        parts.append(upto - gone)
        gone = upto
    return parts


def credit_for(charged: int, units: int, before: int, wanted: int) -> int:
    """What ``wanted`` units are worth of a line that cost ``charged`` (minor units, with tax) for ``units``.

    ``before`` units of it have been credited already. However a line is returned, in one piece or unit by unit, the
    credits sum to what was charged and never to more: the last unit takes what rounding left.
    """
    first, last = min(before, units), min(before + wanted, units)
    if not units:
        return 0
    return divide(charged * last, units, Rounding.DOWN) - divide(charged * first, units, Rounding.DOWN)
