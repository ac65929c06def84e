"""Reads of the catalog as one account sees it. Every function checks the assortment itself."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog.access import VISIBLE, audience_of
from portal.catalog.categories import CategoryNode, CategoryTree, category_tree
from portal.catalog.product_page import (
    DocumentRow,
    LinkRow,
    PictureRow,
    ProductPage,
    SiblingRow,
    product_page,
)
from portal.catalog.rows import PRODUCT, VARIANT, VariantRow, can_be_stored, variant_row, variant_rows
from portal.core.locales import FALLBACKS, LOCALES

__all__ = [
    "CategoryNode",
    "CategoryTree",
    "DocumentRow",
    "LinkRow",
    "ListSort",
    "PictureRow",
    "ProductPage",
    "SiblingRow",
    "VariantRow",
    "category_tree",
    "list_order",
    "product_page",
    "variants_by_id",
    "variants_by_sku",
    "variants_in_turn",
    "variants_of_category",
]


class ListSort(StrEnum):
    """In which order a category is listed."""

    FEATURED = "featured"
    """The seller's own order."""
    NEWEST = "newest"
    NAME = "name"


_BY_ID = variant_rows().where(VARIANT.c.id.in_(bindparam("ids", expanding=True)), VISIBLE)
_BY_SKU = variant_rows().where(VARIANT.c.sku.in_(bindparam("skus", expanding=True)), VISIBLE)

_IN_TURN = (
    variant_rows()
    .where(
        VARIANT.c.sku > bindparam("after_sku"),
        VARIANT.c.active.is_(True),
        VARIANT.c.product_id.in_(select(PRODUCT.c.id).where(PRODUCT.c.active.is_(True))),
        VISIBLE,
    )
    .order_by(VARIANT.c.sku)
    .limit(bindparam("limit"))
)


def variants_by_id(
    session: Session, buyer: Buyer, ids: Sequence[int], warehouse_id: int, locale: str
) -> list[VariantRow]:
    """The variants of ``ids`` that ``buyer`` may see, in that order, each once; one statement, or none.

    A variant outside the assortment is left out. One that is no longer sold comes with ``active`` False.
    """
    if not ids:
        return []
    rows = session.connection().execute(
        _BY_ID, {"ids": ids, "warehouse_id": warehouse_id, **audience_of(buyer)}
    )
    found = {row[0]: variant_row(row, locale) for row in rows}
    return [found[variant_id] for variant_id in dict.fromkeys(ids) if variant_id in found]


def variants_by_sku(
    session: Session, buyer: Buyer, skus: Sequence[str], warehouse_id: int, locale: str
) -> list[VariantRow]:
    """Like variants_by_id, for SKUs exactly as they are written; one statement, or none."""
    skus = [sku for sku in skus if can_be_stored(sku)]
    if not skus:
        return []
    rows = session.connection().execute(
        _BY_SKU, {"skus": skus, "warehouse_id": warehouse_id, **audience_of(buyer)}
    )
    found = {row[1]: variant_row(row, locale) for row in rows}
    return [found[sku] for sku in dict.fromkeys(skus) if sku in found]


def variants_in_turn(
    session: Session, buyer: Buyer, warehouse_id: int, locale: str, *, after_sku: str = "", limit: int = 500
) -> list[VariantRow]:
    """The next ``limit`` variants that are sold to ``buyer``, by SKU, after ``after_sku``; one statement.

    Nothing is left: an empty list.
    """
    parameters = {
        "after_sku": after_sku,
        "warehouse_id": warehouse_id,
        "limit": limit,
        **audience_of(buyer),
    }
    rows = session.connection().execute(_IN_TURN, parameters)
    return [variant_row(row, locale) for row in rows]


def variants_of_category(
    session: Session,
    buyer: Buyer,
    category_ids: Sequence[int],
    warehouse_id: int,
    locale: str,
    *,
    sort: ListSort = ListSort.FEATURED,
    offset: int = 0,
    limit: int = 24,
) -> tuple[list[VariantRow], bool]:
    """A page of what is sold in the categories, and whether more follows; one statement.

    ``category_ids`` are taken literally: pass ``tree.descendants(id)`` to reach what is below.
    """
    if not category_ids:
        return [], False
    parameters = {
        "category_ids": category_ids,
        "warehouse_id": warehouse_id,
        "offset": offset,
        "limit": limit + 1,
        **audience_of(buyer),
    }
    rows = session.connection().execute(_category_page(sort, locale), parameters).all()
    return [variant_row(row, locale) for row in rows[:limit]], len(rows) > limit


def list_order(sort: ListSort, locale: str) -> tuple[ColumnElement[Any], ...]:
    """What a list of the tables variant and product is ordered by; no two variants tie."""
    if sort is ListSort.NEWEST:
        return VARIANT.c.created_at.desc(), VARIANT.c.id.desc()
    if sort is ListSort.NAME:
        names = [VARIANT.c.names[tag].as_string() for tag in FALLBACKS.get(locale, LOCALES)]
        return func.lower(func.coalesce(*names, VARIANT.c.sku)), VARIANT.c.id
    return PRODUCT.c.rank, PRODUCT.c.id, VARIANT.c.position, VARIANT.c.id


@cache
def _category_page(sort: ListSort, locale: str) -> Select[Any]:
    # The page's ids are found first, on few columns; what a card needs is then read for those alone.
    order = list_order(sort, locale)
    page = (
        select(VARIANT.c.id)
        .select_from(PRODUCT.join(VARIANT, VARIANT.c.product_id == PRODUCT.c.id))
        .where(
            PRODUCT.c.category_id.in_(bindparam("category_ids", expanding=True)),
            PRODUCT.c.active.is_(True),
            VARIANT.c.active.is_(True),
            VISIBLE,
        )
        .order_by(*order)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .correlate(None)
    )
    return variant_rows().where(VARIANT.c.id.in_(page)).order_by(*order)
