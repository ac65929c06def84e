"""What a dealer looks for, and the page of hits that is found: what pages and search speak to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from portal.catalog.queries import VariantRow
from search.engine import Facet
from search.query import Plan

PAGE_SIZE: Final = 24
"""Hits on a page."""

LAST_PAGE: Final = 400
"""Nobody leafs further."""

BOUGHT: Final = "bought"
ON_PROMOTION: Final = "on_promotion"
IN_STOCK: Final = "in_stock"
"""Names of the counts of a page."""


class Sort(StrEnum):
    """In which order hits are wanted."""

    RELEVANCE = "relevance"
    """What fits best first; without words, the seller's own order."""
    PRICE = "price"
    """The lowest price of this account first; what is on request comes last."""
    PRICE_DESCENDING = "price_descending"
    NEWEST = "newest"
    BOUGHT = "bought"
    """What the account bought most often first, then the rest by relevance."""


class PriceOrder(StrEnum):
    """By what hits were sorted."""

    EXACT = "exact"
    """By the account's own price of the smallest quantity, promotions included."""
    LIST = "list"
    """By a price list that many share, as the index holds it; the page itself by the account's own prices."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a dealer looks for, from this page on."""

    text: str = ""
    """As typed; any text is safe."""
    locale: str = "ko"
    """BCP 47 tag: the language of names, and of attribute names and values."""
    category_ids: tuple[int, ...] = ()
    """In any of these or below; empty: all."""
    brand_codes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(name, values) in ``locale``: for every name, one of its values."""
    in_stock: bool = False
    """Only what could be delivered from the shelf."""
    bought: bool = False
    """Only what the account has bought before."""
    on_promotion: bool = False
    """Only what a promotion without a code is on that runs for the account."""
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    """Counted from 1."""
    page_size: int = PAGE_SIZE
    with_facets: bool = True
    """False: no facets and no counts, which are half of the work."""

    def __post_init__(self) -> None:
        if self.page < 1 or self.page_size < 1:
            raise ValueError("pages are counted from 1 and hold at least one hit")

    @property
    def offset(self) -> int:
        """Hits on the pages before."""
        return (self.page - 1) * self.page_size


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits."""

    rows: tuple[VariantRow, ...]
    """What the account may see and buy of it, best first, as the database has it now."""
    total: int
    """Hits of all pages; where ``is_total_exact`` is False, at least so many."""
    has_more: bool
    """True if a next page would have hits."""
    page: int
    plan: Plan
    """What the words were taken for: highlighting and did-you-mean go by it."""
    relaxed: int = 0
    """0: as typed; 1, 2: with that many typing errors a word; 3: with a word left out."""
    partial: int = 0
    """How many of the rows, the last ones, lack a word of what was typed; ``total`` counts them too."""
    facets: Mapping[Facet, Mapping[str, int]] = field(default_factory=dict)
    """Hits by value, for CATEGORY (ids), BRAND (codes), ATTRIBUTE and STOCK (warehouse ids); empty if not asked for."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many of the hits are IN_STOCK, BOUGHT, ON_PROMOTION; empty if not asked for."""
    is_total_exact: bool = True
    is_simple: bool = False
    """True: a fallback answers; it may find less."""
    ignored: frozenset[str] = frozenset()
    """Names of the wish's filters that a fallback could not apply (``attributes``)."""
    price_order: PriceOrder | None = None
    """By what the hits were sorted, if by price."""

    @property
    def ids(self) -> tuple[int, ...]:
        """Ids of the rows."""
        return tuple(row.id for row in self.rows)
