"""What pages note of a search. The browser says it, so every value is brought within bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from flask import request

from portal.blueprints.search.params import shown
from portal.blueprints.typed import one_line
from search.text import query_text

MOST_HITS: Final = 1_000_000
"""More hits than this are noted as so many."""

MOST_RELAXED: Final = 3
"""As in search.engine.Hits."""

LAST_POSITION: Final = 10_000
"""Hits further down are noted as at this place."""

LONGEST_SKU: Final = 100

_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SeenForm:
    """POST /search/seen."""

    text: str
    """As typed."""
    hits: int
    relaxed: int

    @classmethod
    def from_request(cls) -> Self:
        """Read the request; what makes no sense counts as 0."""
        return cls(
            shown(request.form.get("q", "")), _number("hits", MOST_HITS), _number("relaxed", MOST_RELAXED)
        )

    @property
    def folded(self) -> str:
        """The text as it is compared; empty: nothing was searched for."""
        return query_text(self.text)


@dataclass(frozen=True, slots=True)
class ChosenForm:
    """POST /search/chosen."""

    text: str
    """The words it was found by, as typed."""
    sku: str
    position: int
    """Place among the hits, counted from 1."""

    @classmethod
    def from_request(cls) -> Self:
        """Read the request; a place that makes no sense counts as the first."""
        sku = one_line(request.form.get("sku"))[:LONGEST_SKU]
        return cls(shown(request.form.get("q", "")), sku, max(_number("position", LAST_POSITION), 1))

    @property
    def folded(self) -> str:
        """The text as it is compared; empty: nothing was searched for."""
        return query_text(self.text)


def _number(name: str, most: int) -> int:
    text = request.form.get(name, "")
    return min(int(text), most) if _WHOLE.fullmatch(text) else 0
