"""What the address of a search asks for, brought within bounds: no address is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from werkzeug.datastructures import MultiDict

from portal.catalog.database_search import LAST_PAGE
from portal.discovery.finding import Sort
from search.text import LONGEST_QUERY, fold, query_text

TRUE = frozenset({"1", "on", "true", "yes"})

LONGEST_WORD: Final = 100
"""Characters of a slug or brand code; longer ones do not exist."""

LONGEST_ATTRIBUTE: Final = 200
"""Characters of an attribute's name and value together, as an address carries them."""

MOST_VALUES: Final = 40
"""Brands, and values of attributes, that one address can name."""

NAME_END: Final = ":"
"""Stands between name and value of an attribute in an address."""


@dataclass(frozen=True, slots=True)
class SearchParams:
    """One page of a search."""

    q: str = ""
    """As typed, for the page to show; without what cannot be shown."""
    category: str = ""
    """Slug; empty: all."""
    brands: tuple[str, ...] = ()
    """Codes; empty: all."""
    attributes: tuple[tuple[str, str], ...] = ()
    """(name, value) in the reader's language; of the values of one name any will do."""
    in_stock: bool = False
    bought: bool = False
    on_promotion: bool = False
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    """From 1 to LAST_PAGE."""
    redirects: bool = True
    """False: the hits are wanted even of words that lead elsewhere."""

    @classmethod
    def from_args(cls, args: MultiDict[str, str]) -> SearchParams:
        """Read a query string. What makes no sense counts as not given."""
        return cls(
            q=shown(args.get("q", "")),
            category=_word(args.get("category", "")),
            brands=_several(_word(text) for text in args.getlist("brand")[:MOST_VALUES]),
            attributes=_attributes(args.getlist("attr")[:MOST_VALUES]),
            in_stock=args.get("in_stock", "").lower() in TRUE,
            bought=args.get("bought", "").lower() in TRUE,
            on_promotion=args.get("promo", "").lower() in TRUE,
            sort=_sort(args.get("sort", "")),
            page=page_number(args.get("page", "")),
            redirects=args.get("redirect", "") != "no",
        )

    @property
    def text(self) -> str:
        """What is searched for, folded."""
        return query_text(self.q)

    @property
    def is_filtered(self) -> bool:
        """True if something besides the words narrows the search."""
        return self.filter_count > 0

    @property
    def filter_count(self) -> int:
        """How many filters are on."""
        switches = (bool(self.category), self.in_stock, self.bought, self.on_promotion)
        return sum(switches) + len(self.brands) + len(self.attributes)

    @property
    def is_empty(self) -> bool:
        """True if nothing narrows the search: the page is then a place to begin."""
        return not (self.text or self.is_filtered)

    @property
    def attribute_values(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The values wanted of each attribute, names in the order of the address."""
        values: dict[str, list[str]] = {}
        for name, value in self.attributes:
            values.setdefault(name, []).append(value)
        return tuple((name, tuple(wanted)) for name, wanted in values.items())

    def without_filters(self) -> SearchParams:
        """The same words in the same order, and nothing that narrows."""
        return SearchParams(q=self.q, sort=self.sort, redirects=self.redirects)

    def to_args(self, **changes: object) -> list[tuple[str, str]]:
        """The query string of the same search with ``changes``, pair by pair; defaults are left out."""
        changed = replace(self, **changes)  # type: ignore[arg-type]
        pairs = [
            ("q", changed.q),
            ("category", changed.category),
            *(("brand", code) for code in changed.brands),
            *(("attr", f"{name}{NAME_END}{value}") for name, value in changed.attributes),
            ("in_stock", "1" if changed.in_stock else ""),
            ("bought", "1" if changed.bought else ""),
            ("promo", "1" if changed.on_promotion else ""),
            ("sort", "" if changed.sort is Sort.RELEVANCE else changed.sort.value),
            ("page", "" if changed.page == 1 else str(changed.page)),
            ("redirect", "" if changed.redirects else "no"),
        ]
        return [(name, value) for name, value in pairs if value]


def page_number(text: str) -> int:
    """The page an address asks for, from 1 to LAST_PAGE; 1 if it is no number."""
    # Longer digits than this are beyond the last page, and int() of thousands of digits takes its time.
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(int(text[:9]), 1), LAST_PAGE)


def shown(text: str) -> str:
    """Words as typed, fit to be shown and stored: printable, white space single, at most LONGEST_QUERY characters."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * LONGEST_QUERY])
    return " ".join(kept.split())[:LONGEST_QUERY]


def _word(text: str) -> str:
    return text if text and len(text) <= LONGEST_WORD and fold(text) == text.casefold() else ""


def _several(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def _attributes(texts: list[str]) -> tuple[tuple[str, str], ...]:
    pairs = [_pair(text) for text in texts if len(text) <= LONGEST_ATTRIBUTE and text.isprintable()]
    return tuple(dict.fromkeys(pair for pair in pairs if pair))


def _pair(text: str) -> tuple[str, str] | None:
    name, _, value = text.partition(NAME_END)
    return (name, value) if name and value else None


def _sort(text: str) -> Sort:
    try:
        return Sort(text)
    except ValueError:
        return Sort.RELEVANCE
