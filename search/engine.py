"""What a search engine must do. It answers with ids: names, prices and stock are read from the database afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

from search.query import Query


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of hits."""

    ids: tuple[int, ...]
    """Ids of variants, best first. Empty means that nothing fits; an engine that cannot answer raises instead."""
    has_more: bool
    """True if a next page would have hits."""


Scope = TypeVar("Scope", contravariant=True)


class SearchEngine(Protocol[Scope]):
    """Finds variants. ``scope`` is what the engine needs to know of the asker; the library does not look into it."""

    def search(self, query: Query, scope: Scope) -> Answer:
        """The page of hits of ``query`` that the asker of ``scope`` may see. One round trip."""
        ...
