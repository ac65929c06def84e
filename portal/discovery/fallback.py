"""The last resort: the database searches by itself, without facets, and forgives no typing errors."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog.categories import category_tree
from portal.catalog.database_search import Answer, DatabaseEngine, DatabaseScope, Query
from portal.catalog.database_search import Sort as DatabaseSort
from portal.discovery.wishes import Sort, Wish
from portal.orders.bought import BOUGHT
from search.engine import AnyOf
from search.text import query_text

MOST_PRICED: Final = 2_000
"""Hits that are sorted by price; of more, the first ones by relevance."""

_SORTS: Final = {
    Sort.RELEVANCE: DatabaseSort.RELEVANCE,
    Sort.NEWEST: DatabaseSort.NEWEST,
    Sort.BOUGHT: DatabaseSort.BOUGHT,
}


def search_database(
    session: Session, buyer: Buyer, warehouse_id: int, wish: Wish, promoted: AnyOf | None
) -> Answer:
    """The page of ``wish``, in one statement, two where categories are spoken of; attributes are not looked at.

    ``promoted`` are the goods wanted alone, if any. Sorted by price is the caller's work: it gets the first
    MOST_PRICED hits of all pages.
    """
    by_price = wish.sort in {Sort.PRICE, Sort.PRICE_DESCENDING}
    category_ids = wish.category_ids
    if category_ids or (promoted is not None and promoted.category_ids):
        tree = category_tree(session)
        category_ids = tuple(below for each in category_ids for below in tree.descendants(each))
        if promoted is not None:
            below = {below for each in promoted.category_ids for below in tree.descendants(each)}
            promoted = AnyOf(tuple(sorted(below)), promoted.product_ids, promoted.ids)
    query = Query(
        text=query_text(wish.text),
        locale=wish.locale,
        category_ids=category_ids,
        brand_codes=wish.brand_codes,
        in_stock=wish.in_stock,
        bought=wish.bought,
        any_of=promoted,
        sort=_SORTS.get(wish.sort, DatabaseSort.RELEVANCE),
        page=1 if by_price else wish.page,
        page_size=MOST_PRICED if by_price else wish.page_size,
    )
    return DatabaseEngine().search(query, DatabaseScope(session, buyer, warehouse_id, BOUGHT))
