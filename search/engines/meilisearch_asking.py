"""One search on a Meilisearch server: the page, its facets and counts, within the time a page can wait."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from meilisearch import Client

from search.documents import ATTRIBUTE_SEPARATOR
from search.engine import AnyOf, CannotSort, EngineUnavailable, Facet, Filters, Hits, Order, Request
from search.engines.meilisearch_documents import price_field
from search.engines.meilisearch_queries import (
    Query,
    any_of,
    attribute_condition,
    attribute_field,
    conditions,
)

BOOST: Final = 1.3
"""Weight of a hit that is to go before others of about the same fit."""


class Asking:
    """The requests of one search, which share its time."""

    def __init__(self, client: Client, index: str, until: float, request: Request) -> None:
        self._client = client
        self._index = index
        self._until = until
        self._request = request
        self._visible = conditions(Filters(audience=request.filters.audience), request.locale)
        self._held = conditions(request.filters, request.locale)

    def hits(self, queries: Sequence[Query], relaxed: int) -> Hits | None:
        """The page with its counts; None if nothing fits and looser words may be tried."""
        request = self._request
        queries = [query for query in queries if query.words or not request.plan.text]
        if not queries:
            return None
        names = {facet: _facet_field(facet, request.locale) for facet in request.facets}
        page = self._ask(
            queries, self._held, tuple(names.values()), offset=request.offset, limit=request.limit
        )
        total = int(page["estimatedTotalHits"])
        if not total and not self._is_filtered_away(queries):
            return None
        errors = max((_errors_of(hit) for hit in page["hits"][:1]), default=0)
        facets = {facet: self._values(page, name) for facet, name in names.items()}
        facets |= {facet: self._without_its_own(queries, facet) for facet in self._filtered(names)}
        if Facet.ATTRIBUTE in names:
            for attribute, _ in request.filters.attributes:
                facets[Facet.ATTRIBUTE] = self._with_others(queries, facets[Facet.ATTRIBUTE], attribute)
        counts = {
            name: int(self._ask(queries, [*self._held, any_of(wanted)])["estimatedTotalHits"])
            for name, wanted in request.counts.items()
        }
        ids = tuple(int(hit["id"]) for hit in page["hits"])
        return Hits(ids, total, facets, counts, max(relaxed, errors) if relaxed == 1 else relaxed)

    def synonyms(self) -> Mapping[str, Any]:
        """The words that mean the same, as the index keeps them."""
        stored: Mapping[str, Any] = self._http().get(f"indexes/{self._index}/settings/synonyms")
        return stored

    def _is_filtered_away(self, queries: Sequence[Query]) -> bool:
        """Whether the words fit something that the filters keep out: then they are not to be bent."""
        return len(self._held) > len(self._visible) and (
            int(self._ask(queries, self._visible)["estimatedTotalHits"]) > 0
        )

    def _filtered(self, names: Mapping[Facet, str]) -> list[Facet]:
        filters = self._request.filters
        own = {
            Facet.CATEGORY: bool(filters.category_ids),
            Facet.BRAND: bool(filters.brand_codes),
            Facet.STOCK: filters.in_stock_at is not None,
        }
        return [facet for facet in names if own.get(facet)]

    def _without_its_own(self, queries: Sequence[Query], facet: Facet) -> dict[str, int]:
        request = self._request
        name = _facet_field(facet, request.locale)
        held = conditions(request.filters, request.locale, without=facet)
        return self._values(self._ask(queries, held, (name,)), name)

    def _with_others(
        self, queries: Sequence[Query], counted: Mapping[str, int], attribute: str
    ) -> dict[str, int]:
        """The counts with those of one attribute as if it had no filter."""
        request = self._request
        name = attribute_field(request.locale)
        held = conditions(request.filters, request.locale, without=Facet.ATTRIBUTE)
        held += [
            attribute_condition(other, values, request.locale)
            for other, values in request.filters.attributes
            if other != attribute
        ]
        own = f"{attribute}{ATTRIBUTE_SEPARATOR}"
        values = self._values(self._ask(queries, held, (name,)), name)
        return {value: count for value, count in counted.items() if not value.startswith(own)} | {
            value: count for value, count in values.items() if value.startswith(own)
        }

    def _values(self, page: Mapping[str, Any], name: str) -> dict[str, int]:
        counted = page.get("facetsByIndex", {}).get(self._index, {}).get("distribution", {}).get(name, {})
        return {str(value): int(count) for value, count in counted.items()}

    def _ask(
        self,
        queries: Sequence[Query],
        held: Sequence[str],
        facets: Sequence[str] = (),
        *,
        offset: int = 0,
        limit: int = 1,
    ) -> Mapping[str, Any]:
        """One federated search: hits of all queries in one order, each once, and their facets."""
        request = self._request
        bodies = [self._body(query, held) for query in queries]
        if limit > 1 and request.boost_ids and request.plan.text and request.order is Order.RELEVANCE:
            preferred = [*held, any_of(AnyOf(ids=request.boost_ids))]
            bodies += [self._body(query, preferred, BOOST) for query in queries]
        federation: dict[str, Any] = {"offset": max(0, offset), "limit": max(0, limit)}
        if facets:
            federation["facetsByIndex"] = {self._index: list(facets)}
        self._http()
        page: Mapping[str, Any] = self._client.multi_search(bodies, federation)
        return page

    def _body(self, query: Query, held: Sequence[str], factor: float = 1.0) -> dict[str, Any]:
        body: dict[str, Any] = {
            "indexUid": self._index,
            "q": query.text,
            "attributesToRetrieve": ["id"],
            "matchingStrategy": "all",
            "federationOptions": {"weight": round(query.weight * factor, 4)},
        }
        if query.words:
            body["attributesToSearchOn"] = query.attributes
        if query.like:
            body["showRankingScoreDetails"] = True
        if held:
            body["filter"] = list(held)
        sort = self._sort()
        if sort:
            body["sort"] = sort
        return body

    def _sort(self) -> list[str]:
        request = self._request
        if request.order is Order.NEWEST:
            return ["created:desc"]
        if request.order in (Order.PRICE, Order.PRICE_DESCENDING):
            if request.price_list_id is None:
                raise CannotSort("no price list to sort by")
            # Documents without the attribute come last either way.
            direction = "asc" if request.order is Order.PRICE else "desc"
            return [f"{price_field(request.price_list_id)}:{direction}"]
        return [] if request.plan.text else ["rank:asc"]

    def _http(self) -> Any:
        """The client with what is left of the time. EngineUnavailable if nothing is."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise EngineUnavailable("Meilisearch: too slow")
        self._client.config.timeout = left  # type: ignore[assignment]
        return self._client.http


def _facet_field(facet: Facet, locale: str) -> str:
    return attribute_field(locale) if facet is Facet.ATTRIBUTE else facet.value


def _errors_of(hit: Mapping[str, Any]) -> int:
    """Typing errors of a hit by the server's own account; 0 if it gives none."""
    details = hit.get("_rankingScoreDetails") or {}
    return min(2, int((details.get("typo") or {}).get("typoCount", 0)))
