"""What the address of a search asks for, brought within bounds: no address is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from portal.catalog.database_search import LAST_PAGE, Sort
from search.text import LONGEST_QUERY, fold, query_text

TRUE = frozenset({"1", "on", "true", "yes"})
LONGEST_WORD = 100
"""Longer slugs and brand codes do not exist."""


@dataclass(frozen=True, slots=True)
class SearchParams:
    """One page of a search."""

    q: str = ""
    """As typed, for the page to show; without what cannot be shown."""
    category: str = ""
    """Slug; empty: all."""
    brand: str = ""
    """Code; empty: all."""
    in_stock: bool = False
    bought: bool = False
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    """From 1 to LAST_PAGE."""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> SearchParams:
        """Read a query string. What makes no sense counts as not given."""
        return cls(
            q=_shown(args.get("q", "")),
            category=_word(args.get("category", "")),
            brand=_word(args.get("brand", "")),
            in_stock=args.get("in_stock", "").lower() in TRUE,
            bought=args.get("bought", "").lower() in TRUE,
            sort=_sort(args.get("sort", "")),
            page=page_number(args.get("page", "")),
        )

    @property
    def text(self) -> str:
        """What is searched for, folded."""
        return query_text(self.q)

    @property
    def is_filtered(self) -> bool:
        """True if something besides the words narrows the search."""
        return bool(self.category or self.brand or self.in_stock or self.bought)

    @property
    def is_empty(self) -> bool:
        """True if nothing narrows the search: the page is then a place to begin."""
        return not (self.text or self.is_filtered)

    def to_args(self, **changes: object) -> dict[str, str]:
        """The query string of the same search with ``changes``; defaults are left out."""
        changed = replace(self, **changes)  # type: ignore[arg-type]
        return {
            name: value
            for name, value in {
                "q": changed.q,
                "category": changed.category,
                "brand": changed.brand,
                "in_stock": "1" if changed.in_stock else "",
                "bought": "1" if changed.bought else "",
                "sort": "" if changed.sort is Sort.RELEVANCE else changed.sort.value,
                "page": "" if changed.page == 1 else str(changed.page),
            }.items()
            if value
        }


def page_number(text: str) -> int:
    """The page an address asks for, from 1 to LAST_PAGE; 1 if it is no number."""
    # Longer digits than this are beyond the last page, and int() of thousands of digits takes its time.
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(int(text[:9]), 1), LAST_PAGE)


def _shown(text: str) -> str:
    kept = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * LONGEST_QUERY])
    return " ".join(kept.split())[:LONGEST_QUERY]


def _word(text: str) -> str:
    return text if text and len(text) <= LONGEST_WORD and fold(text) == text.casefold() else ""


def _sort(text: str) -> Sort:
    try:
        return Sort(text)
    except ValueError:
        return Sort.RELEVANCE
