"""How old what an account owes is: by days past due, in the five ages accountants speak of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

AGE_LIMITS: Final = (0, 30, 60, 90)
"""Most days past due of each age but the last."""


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is open by age; minor units."""

    current: int = 0
    """Not past due."""
    days_30: int = 0
    """1 to 30 days past due."""
    days_60: int = 0
    """31 to 60."""
    days_90: int = 0
    """61 to 90."""
    older: int = 0
    """More than 90."""

    @property
    def parts(self) -> tuple[int, int, int, int, int]:
        """The five amounts, the youngest first."""
        return (self.current, self.days_30, self.days_60, self.days_90, self.older)

    @property
    def overdue(self) -> int:
        """All that is past due."""
        return sum(self.parts[1:])

    @property
    def total(self) -> int:
        """All that is open."""
        return sum(self.parts)


def ageing_of(dues: Iterable[tuple[date, int]], on: date) -> Ageing:
    """The ages of (day it is due, open amount) pairs as of the day ``on``."""
    sums = [0, 0, 0, 0, 0]
    for due_on, amount in dues:
        days = (on - due_on).days
        sums[sum(days > limit for limit in AGE_LIMITS)] += amount
    return Ageing(*sums)
