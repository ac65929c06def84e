"""The rules of returns, free of any database: the states a return goes through, and what goods are worth back."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from portal.core.errors import Conflict
from portal.core.money import Rounding, divide
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


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` (minor units) in proportion to ``weights``; the parts sum to it to the unit.

    Weights that are all zero have no part in it.
    """
    whole = sum(weights)
    parts, gone, passed = [], 0, 0
    for weight in weights:
        passed += weight
        upto = divide(total * passed, whole, Rounding.DOWN) if whole else 0
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
