"""What a Meilisearch index is set to, and what it keeps of an item."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from search.documents import LANGUAGES, LAYER_VERSION, Document
from search.engines.meilisearch_queries import LIKE
from search.query import Field

SCHEMA: Final = 1
"""Raised whenever a document of Meilisearch comes out differently though Document does not."""

MOST_FACET_VALUES: Final = 1_000
MOST_HITS: Final = 10_000
"""Hits that can be paged through."""

CUTOFF_MS: Final = 150
"""After this the server answers with what it has found: better less well ordered than late."""

MARK: Final = "builtby"

PAYLOAD_BYTES: Final = 20_000_000
"""Documents sent at once; the server's own limit is 100 MB."""

BATCH: Final = 1_000


def price_field(price_list_id: int) -> str:
    """The attribute that holds the unit price of a list."""
    return f"price_{price_list_id}"


def settings_of(price_list_ids: Iterable[int]) -> dict[str, Any]:
    """All settings of an index but its synonyms, which may change without building it anew."""
    attributes = [field.value for field in Field]
    settings: dict[str, Any] = {
        # What comes first counts most.
        "searchableAttributes": [*attributes, *LIKE.values()],
        "displayedAttributes": ["id", "fingerprint"],
        "filterableAttributes": [
            "id",
            "product",
            "brand",
            "category",
            "stock",
            "assortment",
            *(f"attribute_{language}" for language in LANGUAGES),
        ],
        "sortableAttributes": ["rank", "created", *(price_field(each) for each in sorted(price_list_ids))],
        # An order asked for comes before all else: who sorts by price wants the cheapest first, not the best fit.
        # Without one, "sort" does nothing.
        "rankingRules": ["sort", "words", "typo", "attribute", "exactness", "weight:desc", "rank:asc"],
        "typoTolerance": {
            "enabled": True,
            "minWordSizeForTypos": {"oneTypo": 4, "twoTypos": 8},
            "disableOnAttributes": attributes,
            "disableOnNumbers": True,
            "disableOnWords": [],
        },
        # Neighbourhood means nothing among ends of words, and costs most of the disk.
        "proximityPrecision": "byAttribute",
        "prefixSearch": "indexingTime",
        "faceting": {"maxValuesPerFacet": MOST_FACET_VALUES, "sortFacetValuesBy": {"*": "count"}},
        "pagination": {"maxTotalHits": MOST_HITS},
        "searchCutoffMs": CUTOFF_MS,
        # Counting needs no searching among values.
        "facetSearch": False,
    }
    settings["typoTolerance"]["disableOnWords"] = [_mark(settings)]
    return settings


def _mark(settings: Mapping[str, Any]) -> str:
    """A word nobody types that says what an index was built with.

    It travels with the index when two are swapped, which nothing else that can be written does.
    """
    held = json.dumps([LAYER_VERSION, SCHEMA, settings], sort_keys=True)
    return MARK + hashlib.sha256(held.encode()).hexdigest()[:16]


def mark_of(settings: Mapping[str, Any]) -> str:
    """The mark in the settings of an index; empty if it has none."""
    words = (settings.get("typoTolerance") or {}).get("disableOnWords") or ()
    return next((str(word) for word in words if str(word).startswith(MARK)), "")


def price_lists_of(settings: Mapping[str, Any]) -> tuple[int, ...]:
    """The price lists an index can sort by."""
    names = (str(name) for name in settings.get("sortableAttributes") or ())
    return tuple(int(name[6:]) for name in names if name.startswith("price_") and name[6:].isdigit())


def synonyms_sent(groups: Iterable[tuple[str, ...]]) -> dict[str, list[str]]:
    """Groups of words as the server keeps them: each group by its first word. They act in plans, not in the server."""
    return {group[0]: list(group[1:]) for group in groups if len(group) > 1}


def synonyms_read(stored: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """The groups of words again."""
    return tuple((word, *map(str, others)) for word, others in stored.items())


def sent(document: Document, price_list_ids: Iterable[int] | None = None) -> dict[str, Any]:
    """A document as the server keeps it."""
    tokens = {field.value: text for field, text in document.tokens.items()}
    like = {name: document.tokens[field] for field, name in LIKE.items() if field in document.tokens}
    wanted = set(document.prices if price_list_ids is None else price_list_ids)
    return {
        "id": document.id,
        "fingerprint": document.fingerprint,
        **tokens,
        **like,
        "weight": document.weight,
        "product": document.product_id,
        "brand": document.brand_code,
        # Facets of a number come back as text in any case; text it is from the start, so that 10 is not 10.0.
        "category": [str(number) for number in document.category_ids],
        "stock": [str(number) for number in document.stock_in],
        "assortment": list(document.assortment_ids),
        **{f"attribute_{language}": list(values) for language, values in document.attributes.items()},
        **{price_field(each): price for each, price in document.prices.items() if each in wanted},
        "rank": document.rank,
        "created": document.created,
    }


def batches(documents: Iterable[Document]) -> Iterator[bytes]:
    """Documents as JSON, in batches the server takes."""
    lines: list[str] = []
    size = 0
    for document in documents:
        line = json.dumps(sent(document), ensure_ascii=False, separators=(",", ":"))
        if lines and (len(lines) == BATCH or size + 4 * len(line) > PAYLOAD_BYTES):
            yield f"[{','.join(lines)}]".encode()
            lines, size = [], 0
        lines.append(line)
        size += 4 * len(line)
    if lines:
        yield f"[{','.join(lines)}]".encode()
