"""What a search engine must do. It answers with ids: names, prices and stock are read from the database afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from search.documents import Item
from search.query import Plan


class EngineUnavailable(Exception):
    """The engine cannot answer now: away, too slow, or without an index."""


class CannotSort(EngineUnavailable):
    """The index holds no prices of the list to sort by; it can answer everything else."""


class Facet(StrEnum):
    """What hits can be counted by."""

    CATEGORY = "category"
    """Values are category ids as text; a hit counts for every level."""
    BRAND = "brand"
    """Values are brand codes."""
    ATTRIBUTE = "attribute"
    """Values are ``name ATTRIBUTE_SEPARATOR value`` in the request's locale."""
    STOCK = "stock"
    """Values are warehouse ids as text."""


class Order(StrEnum):
    """In which order hits are wanted."""

    RELEVANCE = "relevance"
    """What fits best first; without words, the seller's own order."""
    NEWEST = "newest"
    PRICE = "price"
    """By Request.price_list_id, the lowest first; hits without a price there come last."""
    PRICE_DESCENDING = "price_descending"


@dataclass(frozen=True, slots=True)
class Audience:
    """What the asker may see, by assortments: one that shows it must list it and none that hides it."""

    shows: tuple[int, ...] | None
    """Assortment ids; None: everything is shown; empty: nothing is."""
    hides: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Items in any of these categories, of any of these products, or with any of these ids."""

    category_ids: tuple[int, ...] = ()
    product_ids: tuple[int, ...] = ()
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits must be besides fitting the words. Structured: an engine quotes every value itself."""

    audience: Audience | None = None
    """None: all items, whoever may see them."""
    category_ids: tuple[int, ...] = ()
    """In any of them; empty: in any at all."""
    brand_codes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(name, values) in the request's locale: for every name, one of its values."""
    in_stock_at: int | None = None
    """Id of a warehouse."""
    only: tuple[AnyOf, ...] = ()
    """Each must hold; this is how "bought before" and "on promotion" are asked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """One search."""

    plan: Plan
    filters: Filters = field(default_factory=Filters)
    facets: tuple[Facet, ...] = ()
    """Counted as shops do: a facet with a filter of its own is counted as if that filter were not set."""
    locale: str = "ko"
    order: Order = Order.RELEVANCE
    price_list_id: int | None = None
    offset: int = 0
    limit: int = 24
    boost_ids: tuple[int, ...] = ()
    """Items that go before others of about the same fit: what the account has bought."""
    counts: Mapping[str, AnyOf] = field(default_factory=dict)
    """Further sets whose share of the hits is counted, by a name of the caller's."""


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of hits."""

    ids: tuple[int, ...]
    """Best first."""
    total: int
    """Hits of all pages."""
    facets: Mapping[Facet, Mapping[str, int]] = field(default_factory=dict)
    """Hits by value, for every facet asked for."""
    counts: Mapping[str, int] = field(default_factory=dict)
    relaxed: int = 0
    """0: as typed; 1, 2: with that many typing errors a word; 3: with a word left out."""
    partial: int = 0
    """How many of ``total``, the last ones, lack a word of what was typed: they only fill up a page of few hits, and
    no facet and no count holds them."""
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What an index is built with; another value means another generation of the index."""

    price_list_ids: tuple[int, ...] = ()
    """At most 50 lists by which hits can be sorted."""
    synonyms: tuple[tuple[str, ...], ...] = ()
    """Groups of words that mean the same, as people write them. They may change without a new generation."""


@dataclass(frozen=True, slots=True)
class Health:
    """How an index stands."""

    available: bool
    documents: int = 0
    generation: str = ""
    """Name of the generation that answers."""
    is_current: bool = False
    """False: built by another version of the language layer or with other settings; build a new generation."""
    size_bytes: int = 0
    problem: str = ""


class SearchEngine(Protocol):
    """An index of items. Every method but close() raises EngineUnavailable if the engine cannot do its work."""

    def search(self, request: Request) -> Hits:
        """The hits of one page."""
        ...

    def upsert(self, items: Sequence[Item]) -> None:
        """Put items in, replacing those with the same ids; they can be found, by other processes too, on return."""
        ...

    def delete(self, ids: Sequence[int]) -> None:
        """Take items out; unknown ids do nothing."""
        ...

    def rebuild(self, items: Iterable[Item], settings: IndexSettings) -> int:
        """Build a new generation beside the present one, which answers meanwhile, and swap; how many it holds."""
        ...

    def configure(self, settings: IndexSettings) -> None:
        """Take over settings that need no new generation (synonyms)."""
        ...

    def fingerprints(self) -> Mapping[int, str]:
        """A fingerprint of every item the index holds, by id; equal to ``documents.fingerprint`` of that item."""
        ...

    def health(self) -> Health:
        """How the index stands; never raises."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
