"""What is asked of a search engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PAGE_SIZE: Final = 24
"""Hits on a page."""

LAST_PAGE: Final = 400
"""Nobody leafs further; who asks for more is answered with this page."""


class Sort(StrEnum):
    """In which order hits are wanted."""

    RELEVANCE = "relevance"
    """What fits best first; without words, the seller's own order."""
    BOUGHT = "bought"
    """What the account bought most often first, then the rest by relevance."""
    NEWEST = "newest"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Query:
    """One page of one search. What the asker may see at all is not part of it: that is the engine's scope."""

    text: str = ""
    """Folded by text.query_text(); empty: everything."""
    locale: str = "ko"
    """BCP 47 tag of the language in which names are shown and sorted."""
    category_ids: tuple[int, ...] = ()
    """Only these categories, taken literally; empty: all."""
    brand: str = ""
    """Code of the only brand wanted; empty: all."""
    in_stock: bool = False
    """Only what could be delivered from the shelf."""
    bought: bool = False
    """Only what the account has bought before."""
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    """Counted from 1."""
    page_size: int = PAGE_SIZE

    def __post_init__(self) -> None:
        if self.page < 1 or self.page_size < 1:
            raise ValueError("pages are counted from 1 and hold at least one hit")

    @property
    def offset(self) -> int:
        """Hits on the pages before."""
        return (self.page - 1) * self.page_size
