"""When a document is to be paid. Everything here is pure; days are the seller's."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from portal.accounts.models import TermsKind
from portal.core.money import share_of

IsBusinessDay = Callable[[date], bool]
"""True for a day on which the seller's country works and the seller has not closed."""

MOST_ROLLED: Final = 366
"""Days by which a due date moves at most, as where the seller is closed for good."""

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """Payment terms as a document keeps them; see the columns of ``payment_terms``."""

    code: str
    kind: TermsKind
    net_days: int
    end_of_month: bool = False
    discount_ppm: int = 0
    discount_days: int = 0
    interest_ppm: int = 0

    def to_snapshot(self) -> dict[str, Any]:
        """The terms as plain JSON values, for the copy a document keeps."""
        return {**asdict(self), "kind": self.kind.value}


def due_on(terms: Terms, issued_on: date, is_business_day: IsBusinessDay) -> date:
    """The last day for paying a document issued on ``issued_on``.

    Days are counted from the issue, or from the last day of its month; a day on which no bank works moves to the next
    on which one does. What is paid in advance is due at once.
    """
    if terms.kind is TermsKind.PREPAID:
        return issued_on
    start = _last_of_month(issued_on) if terms.end_of_month else issued_on
    return rolled(start + timedelta(days=terms.net_days), is_business_day)


def discount_until(terms: Terms, issued_on: date, is_business_day: IsBusinessDay) -> date | None:
    """The last day on which paying early is rewarded; None if it never is."""
    if not terms.discount_ppm or terms.kind is TermsKind.PREPAID:
        return None
    return rolled(issued_on + timedelta(days=terms.discount_days), is_business_day)


def discount_of(terms: Terms, total: int) -> int:
    """What is taken off ``total`` for paying early, in its minor units; 0 if nothing is."""
    return 0 if terms.kind is TermsKind.PREPAID else share_of(total, terms.discount_ppm)


def rolled(day: date, is_business_day: IsBusinessDay) -> date:
    """``day``, or the next business day after it; ``day`` itself if there is none within MOST_ROLLED."""
    for ahead in range(MOST_ROLLED):
        if is_business_day(day + ahead * _ONE_DAY):
            return day + ahead * _ONE_DAY
    return day


def _last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
