"""What all accounts share and nobody needs to the second: categories, names of brands, redirects.

A process keeps them for a moment, so that the pages asked for with every key do not read them each time. Nothing that
an account may or may not see is kept here: that is asked of the database by every search.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from sqlalchemy.orm import Session

from portal.catalog.brands import names_of_brands
from portal.catalog.categories import CategoryTree, category_tree
from portal.core.locales import localized
from portal.discovery.queries import redirects

MOST_BRANDS: Final = 5_000
"""Brands whose names are kept; with more, the rest are read each time they are asked for."""


@dataclass(slots=True)
class _Kept:
    """What was read at one moment. Threads may fill it twice with the same."""

    until: float
    """By the process's own clock, in seconds."""
    tree: CategoryTree | None = None
    redirects: Mapping[str, str] | None = None
    brands: dict[str, Mapping[str, str]] = field(default_factory=dict)


class SharedWords:
    """Keeps them for one process and one database. Threads may share it."""

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        """``seconds`` is how long what was read is used again; 0: never."""
        self._seconds = seconds
        self._clock = clock
        self._kept = _Kept(until=0.0)

    def tree(self, session: Session) -> CategoryTree:
        """All categories; one statement, or none."""
        kept = self._now()
        if kept.tree is None:
            kept.tree = category_tree(session)
        return kept.tree

    def redirect_of(self, session: Session, folded: str) -> str | None:
        """Where a folded query leads instead of hits; None for nearly all of them. One statement, or none."""
        if not folded:
            return None
        kept = self._now()
        if kept.redirects is None:
            kept.redirects = {row.words: row.target for row in redirects(session)}
        return kept.redirects.get(folded)

    def brand_names(self, session: Session, codes: Collection[str], locale: str) -> dict[str, str]:
        """The name of each brand by its code; codes nobody has are left out; one statement, or none."""
        kept = self._now()
        found = {code: kept.brands[code] for code in codes if code in kept.brands}
        unread = [code for code in codes if code not in found]
        if unread:
            read = names_of_brands(session, unread)
            found |= read
            if len(kept.brands) < MOST_BRANDS:
                kept.brands |= read
        return {code: localized(names, locale) or code for code, names in found.items()}

    def _now(self) -> _Kept:
        kept, now = self._kept, self._clock()
        if now >= kept.until:
            kept = self._kept = _Kept(until=now + self._seconds)
        return kept
