"""Addresses of searches."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for

from portal.blueprints.search.params import SearchParams


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere."""

    label: str
    url: str


def address_of(params: SearchParams, **changes: object) -> str:
    """The address of the same search with ``changes``."""
    query = params.to_args(**changes)
    return f"{url_for('search.results')}?{urlencode(query)}" if query else url_for("search.results")


def search_for(words: str) -> Link:
    """A search for these words and nothing else."""
    return Link(words, address_of(SearchParams(q=words)))
