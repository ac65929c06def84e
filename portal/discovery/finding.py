"""Finding: from what a dealer wants to a page of variants that this account may see and buy now.

The engine says which variants fit, the database which of them the account may see: what an index says is never
shown unseen. Where no engine can answer, the database searches by itself, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog.queries import VariantRow, variants_by_id
from portal.catalog.sellable import Sellable, sellable_variants
from portal.discovery.fallback import search_database
from portal.discovery.price_order import by_list_price, by_price, indexed_list_id
from portal.discovery.service import SearchService
from portal.discovery.shopper import LAST_ORDERS_WHILE_TYPING, MOST_BOUGHT_WHILE_TYPING, Shopper, shopper_of
from portal.discovery.wishes import (
    BOUGHT,
    IN_STOCK,
    LAST_PAGE,
    ON_PROMOTION,
    PAGE_SIZE,
    Found,
    PriceOrder,
    Sort,
    Wish,
)
from portal.pricing.prices import promoted_for
from search.engine import AnyOf, CannotSort, EngineUnavailable, Facet, Filters, Hits, Order, Request
from search.query import Plan, plan

__all__ = [
    "BOUGHT",
    "IN_STOCK",
    "LAST_PAGE",
    "ON_PROMOTION",
    "PAGE_SIZE",
    "Found",
    "PriceOrder",
    "Sort",
    "Wish",
    "find",
    "suggest",
]

MOST_SORTED: Final = 10_000
"""Hits that are put in an order of the account's own; more come in the engine's."""

MOST_PRICED: Final = 2_000
"""Of these, so many are priced by the one price engine; more are put in order by their list prices."""

MOST_CHECKED: Final = 1_000
"""Hits that are all looked up in the database when the index turns out to be behind."""

READS_ON: Final = 5
"""How many further windows of hits are read to fill a page that the index left full of holes."""

FACETS: Final = (Facet.CATEGORY, Facet.BRAND, Facet.ATTRIBUTE, Facet.STOCK)


def find(
    service: SearchService, session: Session, buyer: Buyer, warehouse_id: int, wish: Wish, today: date
) -> Found:
    """The page of hits that ``wish`` asks for, as ``buyer`` may see them from the warehouse on the day ``today``.

    Three statements, one more for promotions' counts, and one or two to sort by price. Never raises because of an
    engine.
    """
    shopper = shopper_of(session, buyer)
    promoted = _promoted(session, buyer, today) if wish.with_facets or wish.on_promotion else AnyOf()
    search = _Search(service, session, buyer, warehouse_id, wish, plan(wish.text), today, shopper, promoted)
    try:
        return search.by_engine()
    except EngineUnavailable:
        return search.by_database()


def suggest(
    service: SearchService,
    session: Session,
    buyer: Buyer,
    warehouse_id: int,
    text: str,
    locale: str,
    limit: int,
    today: date,
) -> Found:
    """The few hits offered while a person types; two statements."""
    wish = Wish(text=text, locale=locale, page_size=limit, with_facets=False)
    shopper = shopper_of(session, buyer, last_orders=LAST_ORDERS_WHILE_TYPING, most=MOST_BOUGHT_WHILE_TYPING)
    search = _Search(service, session, buyer, warehouse_id, wish, plan(wish.text), today, shopper, AnyOf())
    try:
        return search.by_engine()
    except EngineUnavailable:
        return search.by_database()


def _promoted(session: Session, buyer: Buyer, today: date) -> AnyOf | None:
    """What is on promotion; None: everything."""
    goods = promoted_for(session, buyer, today)
    if goods.everything:
        return None
    return AnyOf(
        category_ids=tuple(sorted(goods.category_ids)),
        product_ids=tuple(sorted(goods.product_ids)),
        ids=tuple(sorted(goods.variant_ids)),
    )


@dataclass(frozen=True, slots=True)
class _Search:
    """One search while it is answered."""

    service: SearchService
    session: Session
    buyer: Buyer
    warehouse_id: int
    wish: Wish
    plan: Plan
    today: date
    shopper: Shopper
    promoted: AnyOf | None
    """None: everything is on promotion."""

    def by_engine(self) -> Found:
        wish = self.wish
        if wish.sort in {Sort.PRICE, Sort.PRICE_DESCENDING}:
            return self._sorted_by_price()
        if wish.sort is Sort.BOUGHT and self.shopper.bought:
            return self._sorted_by_bought()
        request = self._request(offset=wish.offset, limit=wish.page_size)
        answer = self.service.search(request)
        rows = self._rows(answer.hits.ids)
        if len(rows) < len(answer.hits.ids):
            return self._of_stale_index(request, answer.hits, answer.is_fallback, rows)
        return self._found(answer.hits, answer.is_fallback, rows)

    def by_database(self) -> Found:
        wish = self.wish
        answer = search_database(
            self.session, self.buyer, self.warehouse_id, wish, self.promoted if wish.on_promotion else None
        )
        if wish.sort in {Sort.PRICE, Sort.PRICE_DESCENDING}:
            ordered = self._by_price(answer.ids)
            page = ordered[wish.offset : wish.offset + wish.page_size]
            has_more = len(ordered) > wish.offset + wish.page_size
            total, is_exact, order = len(ordered), not answer.has_more, PriceOrder.EXACT
        else:
            page, has_more, order = answer.ids, answer.has_more, None
            total, is_exact = wish.offset + len(page) + has_more, not has_more
        return Found(
            rows=self._rows(page),
            total=total,
            has_more=has_more,
            page=wish.page,
            plan=self.plan,
            is_total_exact=is_exact,
            is_simple=True,
            ignored=frozenset({"attributes"} if wish.attributes else ()),
            price_order=order,
        )

    def _request(self, *, offset: int, limit: int, with_facets: bool | None = None) -> Request:
        wish = self.wish
        only: list[AnyOf] = []
        if wish.bought:
            only.append(self.shopper.any_bought)
        if wish.on_promotion and self.promoted is not None:
            only.append(self.promoted)
        counts: dict[str, AnyOf] = {}
        counted = wish.with_facets if with_facets is None else with_facets
        if counted:
            counts[BOUGHT] = self.shopper.any_bought
            if self.promoted is not None:
                counts[ON_PROMOTION] = self.promoted
        return Request(
            plan=self.plan,
            filters=Filters(
                audience=self.shopper.audience,
                category_ids=wish.category_ids,
                brand_codes=wish.brand_codes,
                attributes=wish.attributes,
                in_stock_at=self.warehouse_id if wish.in_stock else None,
                only=tuple(only),
            ),
            facets=FACETS if counted else (),
            locale=wish.locale,
            order=Order.NEWEST if wish.sort is Sort.NEWEST else Order.RELEVANCE,
            offset=offset,
            limit=limit,
            boost_ids=self.shopper.boost_ids,
            counts=counts,
        )

    def _found(
        self,
        hits: Hits,
        is_fallback: bool,
        rows: Sequence[VariantRow],
        *,
        total: int | None = None,
        has_more: bool | None = None,
        price_order: PriceOrder | None = None,
    ) -> Found:
        wish = self.wish
        in_all = hits.total if total is None else total
        counts = dict(hits.counts)
        if wish.with_facets:
            counts[IN_STOCK] = hits.facets.get(Facet.STOCK, {}).get(str(self.warehouse_id), 0)
            if self.promoted is None:
                counts[ON_PROMOTION] = in_all
        return Found(
            rows=tuple(rows),
            total=in_all,
            has_more=wish.offset + wish.page_size < in_all if has_more is None else has_more,
            page=wish.page,
            plan=self.plan,
            relaxed=hits.relaxed,
            partial=min(hits.partial, len(rows)),
            facets=hits.facets,
            counts=counts,
            is_simple=is_fallback,
            price_order=price_order,
        )

    def _rows(self, ids: Sequence[int]) -> tuple[VariantRow, ...]:
        """Those of ``ids`` that the account may see and buy now, in their order."""
        rows = variants_by_id(self.session, self.buyer, ids, self.warehouse_id, self.wish.locale)
        return tuple(
            row
            for row in rows
            if row.active and (not self.wish.in_stock or row.available >= row.first_quantity)
        )

    def _of_stale_index(
        self, request: Request, hits: Hits, is_fallback: bool, rows: tuple[VariantRow, ...]
    ) -> Found:
        """The page although the index knows hits that are none any more.

        Few hits are all looked up, and the engine is asked again about those that stand, so that totals and facets
        tell nothing of the others. Of many, the page is filled from further down.
        """
        wish = self.wish
        if hits.total <= MOST_CHECKED:
            every = self.service.search(replace(request, offset=0, limit=hits.total, facets=(), counts={}))
            kept = self._standing(every.hits.ids)
            if not kept:
                return self._found(Hits(ids=(), total=0, relaxed=hits.relaxed), is_fallback, ())
            filters = replace(request.filters, only=(*request.filters.only, AnyOf(ids=kept)))
            again = self.service.search(replace(request, filters=filters))
            return self._found(again.hits, again.is_fallback, self._rows(again.hits.ids))
        holes = len(hits.ids) - len(rows)
        read = request.offset + len(hits.ids)
        for _window in range(READS_ON):
            if len(rows) >= wish.page_size or read >= hits.total:
                break
            further = self.service.search(
                replace(request, offset=read, limit=request.limit, facets=(), counts={})
            ).hits.ids
            more = self._rows(further)
            holes += len(further) - len(more)
            read += len(further)
            rows = (*rows, *more)
            if not further:
                break
        return self._found(
            hits,
            is_fallback,
            rows[: wish.page_size],
            total=hits.total - holes,
            has_more=len(rows) > wish.page_size or read < hits.total,
        )

    def _standing(self, ids: Sequence[int]) -> tuple[int, ...]:
        """Those of ``ids`` that the account may see and buy now, in their order, without what a card needs."""
        return tuple(each.id for each in self._buyable(ids))

    # Orders of the account's own

    def _sorted_by_bought(self) -> Found:
        answer = self.service.search(self._request(offset=0, limit=MOST_SORTED))
        hits, times = _whole(answer.hits), self.shopper.bought
        # Sorting keeps the order of equals: the rest stays by relevance.
        ordered = sorted(hits.ids, key=lambda each: -times.get(each, 0))
        return self._page_of(hits, answer.is_fallback, ordered, None)

    def _sorted_by_price(self) -> Found:
        wish = self.wish
        answer = self.service.search(self._request(offset=0, limit=MOST_SORTED))
        hits = _whole(answer.hits)
        if hits.total <= len(hits.ids):
            if hits.total > MOST_PRICED:
                return self._sorted_by_list_price(hits, answer.is_fallback)
            ordered = self._by_price(hits.ids)
            return self._page_of(hits, answer.is_fallback, ordered, PriceOrder.EXACT)
        list_id = indexed_list_id(self.session, self.buyer, self.today)
        order = Order.PRICE if wish.sort is Sort.PRICE else Order.PRICE_DESCENDING
        request = replace(
            self._request(offset=wish.offset, limit=wish.page_size), order=order, price_list_id=list_id
        )
        try:
            if list_id is None:
                raise CannotSort("the account has no list that many share")
            answer = self.service.search(request)
        except CannotSort:
            # Then of the hits that fit best, as many as one can leaf through.
            return self._sorted_by_list_price(hits, answer.is_fallback)
        page = self._by_price(answer.hits.ids)
        return self._found(answer.hits, answer.is_fallback, self._rows(page), price_order=PriceOrder.LIST)

    def _sorted_by_list_price(self, hits: Hits, is_fallback: bool) -> Found:
        ordered = by_list_price(
            self.session, self.buyer, self._buyable(hits.ids), self.today, descending=self._is_descending
        )
        begin, end = self.wish.offset, self.wish.offset + self.wish.page_size
        # The page itself is in the order of the account's own prices.
        page = self._by_price(ordered[begin:end])
        return self._page_of(hits, is_fallback, (*ordered[:begin], *page, *ordered[end:]), PriceOrder.LIST)

    def _by_price(self, ids: Sequence[int]) -> tuple[int, ...]:
        """Those of ``ids`` that the account may buy now, by its own price."""
        return by_price(
            self.session, self.buyer, self._buyable(ids), self.today, descending=self._is_descending
        )

    def _buyable(self, ids: Sequence[int]) -> list[Sellable]:
        found = sellable_variants(self.session, self.buyer, ids, self.warehouse_id)
        return [
            found[each]
            for each in ids
            if each in found and (not self.wish.in_stock or found[each].is_in_stock)
        ]

    @property
    def _is_descending(self) -> bool:
        return self.wish.sort is Sort.PRICE_DESCENDING

    def _page_of(
        self, hits: Hits, is_fallback: bool, ordered: Sequence[int], price_order: PriceOrder | None
    ) -> Found:
        wish = self.wish
        page = ordered[wish.offset : wish.offset + wish.page_size]
        return self._found(
            hits,
            is_fallback,
            self._rows(page),
            total=max(len(ordered), hits.total) if hits.total > len(hits.ids) else len(ordered),
            price_order=price_order,
        )


def _whole(hits: Hits) -> Hits:
    """The hits without those that lack a word: in another order than by fit they would stand before the others."""
    kept = hits.ids[: len(hits.ids) - hits.partial]
    return replace(hits, ids=kept, total=hits.total - hits.partial, partial=0)
