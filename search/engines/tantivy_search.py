"""One search over an open index: its passes, its page, its facets and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import tantivy
from tantivy import Index, Searcher

from search.documents import ATTRIBUTE_SEPARATOR
from search.engine import CannotSort, EngineUnavailable, Facet, Filters, Hits, Order, Request
from search.engines.generations import About, Generation
from search.engines.tantivy_index import Asker, attribute_path, price_field
from search.query import Plan

_MOST_VALUES: Final = 1000
"""Values of a facet that are counted."""
_FEW: Final = 10
"""A page for that many and more is filled up to so many, with items that lack a word."""
_FARTHEST: Final = 200_000
"""Hits that can be paged to."""
_FACET_FIELDS: Final = {Facet.CATEGORY: "category", Facet.BRAND: "brand", Facet.STOCK: "stock"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A generation as this process has it open."""

    pid: int
    pointer: tuple[int, int, int] | None
    meta: tuple[int, int, int] | None
    generation: Generation
    about: About
    index: Index
    searcher: Searcher


def whole(value: float | bool | None) -> int:
    """A whole number that every item has. EngineUnavailable if this one has none."""
    if value is None:
        raise EngineUnavailable("the index holds an item without an id")
    return int(value)


def answer(opened: Opened, request: Request, plan: Plan) -> Hits:
    """The hits of one page; how long it took is not measured here."""
    searcher, asker = opened.searcher, Asker(opened.index, opened.searcher)
    conditions = asker.conditions(request.filters, request.locale)
    visible = asker.audience(request.filters)
    nothing = Hits((), 0, {facet: {} for facet in request.facets}, dict.fromkeys(request.counts, 0))
    for relaxed in plan.passes():
        words = asker.words(plan, relaxed)
        if words is None:
            continue
        ids, total = _page(
            opened, asker.filtered(_ordered(asker, words, plan, request), conditions), plan, request
        )
        # Words that fit are not bent because a filter leaves nothing of their hits.
        if total or (len(conditions) > len(visible) and _count(searcher, asker.filtered(words, visible))):
            facets = _facets(searcher, asker, words, request)
            counts = {
                name: _count(
                    searcher, asker.filtered(words, [*conditions, (tantivy.Occur.Must, asker.any_of(wanted))])
                )
                for name, wanted in request.counts.items()
            }
            partial: tuple[int, ...] = ()
            if not relaxed and total < _FEW <= request.limit and request.order is Order.RELEVANCE:
                partial = _partial(opened, asker, conditions, request, plan, ids, total)
            return Hits(ids + partial, total + len(partial), facets, counts, relaxed, partial=len(partial))
    return nothing


def _partial(
    opened: Opened,
    asker: Asker,
    conditions: Sequence[tuple[tantivy.Occur, tantivy.Query]],
    request: Request,
    plan: Plan,
    ids: tuple[int, ...],
    total: int,
) -> tuple[int, ...]:
    """What fills up a page of few hits: the best of those that lack a word."""
    words = asker.part(plan) if not request.offset else None
    if words is None:
        return ()
    more = replace(request, limit=_FEW + len(ids))
    found, _ = _page(opened, asker.filtered(_ordered(asker, words, plan, request), conditions), plan, more)
    return tuple(id_ for id_ in found if id_ not in ids)[: _FEW - total]


def _ordered(asker: Asker, words: tantivy.Query, plan: Plan, request: Request) -> tantivy.Query:
    if request.boost_ids and plan.text and request.order is Order.RELEVANCE:
        return asker.boosted(words, request.boost_ids)
    return words


def _page(opened: Opened, query: tantivy.Query, plan: Plan, request: Request) -> tuple[tuple[int, ...], int]:
    searcher = opened.searcher
    if request.limit <= 0 or not 0 <= request.offset < _FARTHEST:
        return (), _count(searcher, query)
    sought: dict[str, Any]
    if request.order is Order.NEWEST:
        sought = {"order_by_field": "created", "order": tantivy.Order.Desc}
    elif request.order in (Order.PRICE, Order.PRICE_DESCENDING):
        if request.price_list_id not in opened.about.price_list_ids:
            raise CannotSort(f"the index holds no prices of list {request.price_list_id}")
        direction = tantivy.Order.Asc if request.order is Order.PRICE else tantivy.Order.Desc
        sought = {"order_by_field": price_field(request.price_list_id), "order": direction}
    elif not plan.text:
        sought = {"order_by_field": "rank", "order": tantivy.Order.Asc}
    else:
        sought = {"weight_by_field": "weight"}
    found = searcher.search(
        query, limit=min(request.limit, _FARTHEST), offset=request.offset, count=True, **sought
    )
    values = searcher.fast_field_values("id", [address for _, address in found.hits])
    return tuple(map(whole, values)), _total(found)


def _count(searcher: Searcher, query: tantivy.Query) -> int:
    return _total(searcher.search(query, limit=1, count=True))


def _total(found: tantivy.SearchResult) -> int:
    # tantivy's own description of its types has forgotten this one.
    return int(found.count)  # type: ignore[attr-defined]


def _facets(
    searcher: Searcher, asker: Asker, words: tantivy.Query, request: Request
) -> dict[Facet, dict[str, int]]:
    """Hits by value; a facet with a filter of its own is counted as if that were not set."""
    if not request.facets:
        return {}
    filters, path = request.filters, attribute_path(request.locale)
    filtered = _filtered_facets(filters)
    found: dict[Facet, dict[str, int]] = {}
    plain = [facet for facet in request.facets if facet not in filtered]
    fields = {str(facet): _FACET_FIELDS.get(facet, path) for facet in plain}
    if fields:
        query = asker.filtered(words, asker.conditions(filters, request.locale))
        found |= {Facet(name): counts for name, counts in _values(searcher, query, fields).items()}
    for facet in filtered.intersection(request.facets):
        query = asker.filtered(words, asker.conditions(filters, request.locale, without=str(facet)))
        found[facet] = _values(searcher, query, {str(facet): _FACET_FIELDS[facet]})[facet]
    if Facet.ATTRIBUTE in request.facets:
        for name, _ in filters.attributes:
            query = asker.filtered(words, asker.conditions(filters, request.locale, without_attribute=name))
            counts = _values(searcher, query, {str(Facet.ATTRIBUTE): path})[Facet.ATTRIBUTE]
            beginning = f"{name}{ATTRIBUTE_SEPARATOR}"
            kept = {
                key: count for key, count in found[Facet.ATTRIBUTE].items() if not key.startswith(beginning)
            }
            found[Facet.ATTRIBUTE] = kept | {
                key: count for key, count in counts.items() if key.startswith(beginning)
            }
    return {facet: found[facet] for facet in request.facets}


def _filtered_facets(filters: Filters) -> set[Facet]:
    """The facets with a filter of their own, but attributes: those have one for each name."""
    filtered = set()
    if filters.category_ids:
        filtered.add(Facet.CATEGORY)
    if filters.brand_codes:
        filtered.add(Facet.BRAND)
    if filters.in_stock_at is not None:
        filtered.add(Facet.STOCK)
    return filtered


def _values(
    searcher: Searcher, query: tantivy.Query, fields: Mapping[str, str]
) -> dict[Facet, dict[str, int]]:
    asked = {name: {"terms": {"field": field, "size": _MOST_VALUES}} for name, field in fields.items()}
    counted = searcher.aggregate(query, asked)
    return {
        Facet(name): {str(bucket["key"]): bucket["doc_count"] for bucket in counted[name]["buckets"]}
        for name in fields
    }
