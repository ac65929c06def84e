"""Search on the database alone: every word must be found in the variant's text; codes go before names.

It answers where no index can: while one is being built, or away.

It needs no index of its own and is always up to date. It forgives case, width, spacing and the order of words, but
no typing errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from portal.accounts.queries import Buyer
from portal.catalog.access import VISIBLE, audience_of
from portal.catalog.models import Brand, Stock
from portal.catalog.queries import ListSort, list_order
from portal.catalog.rows import PRODUCT, VARIANT, can_be_stored
from portal.core.among import among
from search.engine import AnyOf
from search.text import words_of

_BRAND = cast(Table, Brand.__table__)
_STOCK = cast(Table, Stock.__table__)


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
    """Folded by search.text.query_text(); empty: everything."""
    locale: str = "ko"
    """BCP 47 tag of the language in which names are shown and sorted."""
    category_ids: tuple[int, ...] = ()
    """Only these categories, taken literally; empty: all."""
    brand_codes: tuple[str, ...] = ()
    """Only these brands; empty: all."""
    in_stock: bool = False
    """Only what could be delivered from the shelf."""
    bought: bool = False
    """Only what the account has bought before."""
    any_of: AnyOf | None = None
    """Only what is meant by this, its categories taken literally; None: everything."""
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


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of hits."""

    ids: tuple[int, ...]
    """Ids of variants, best first."""
    has_more: bool
    """True if a next page would have hits."""


@dataclass(frozen=True, slots=True)
class DatabaseScope:
    """Who asks, from where, and what counts as bought before."""

    session: Session
    buyer: Buyer
    warehouse_id: int
    bought: FromClause
    """What the account has bought: rows (variant_id, times), with the parameter ``bought_by_account_id``.

    Built once per process, for the statement it stands in is kept.
    """


class DatabaseEngine:
    """Search on the catalog's own tables. It holds no state."""

    def search(self, query: Query, scope: DatabaseScope) -> Answer:
        """The page of hits of ``query``, in one statement. Any text is safe; a brand nobody has gives no hits."""
        brand_codes = tuple(filter(can_be_stored, query.brand_codes))
        if query.brand_codes and not brand_codes:
            return Answer((), has_more=False)
        words = words_of(query.text)
        statement = _statement(
            _Shape(
                words=len(words),
                categories=bool(query.category_ids),
                brands=bool(brand_codes),
                in_stock=query.in_stock,
                bought=query.bought,
                any_of=query.any_of is not None,
                sort=query.sort,
                locale=query.locale,
            ),
            scope.bought,
        )
        parameters: dict[str, object] = {
            "warehouse_id": scope.warehouse_id,
            "bought_by_account_id": scope.buyer.account_id,
            "category_ids": query.category_ids,
            "brand_codes": brand_codes,
            "any_of_ids": query.any_of.ids if query.any_of else (),
            "any_of_product_ids": query.any_of.product_ids if query.any_of else (),
            "any_of_category_ids": query.any_of.category_ids if query.any_of else (),
            "entry": query.text,
            "line": f"\n{query.text}",
            "limit": query.page_size + 1,
            "offset": query.offset,
            **{f"word_{place}": word for place, word in enumerate(words)},
            **audience_of(scope.buyer),
        }
        ids = tuple(scope.session.connection().execute(statement, parameters).scalars())
        return Answer(ids[: query.page_size], has_more=len(ids) > query.page_size)


class _Position(FunctionElement[int]):
    """Where the second text begins in the first, counted from 1; 0 if it does not stand there.

    Unlike LIKE it knows no wildcards, so what a person types means itself.
    """

    inherit_cache = True
    type = Integer()
    name = "position"


@compiles(_Position, "sqlite")
def _position_on_sqlite(element: _Position, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(_Position)
def _position(element: _Position, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What decides how the statement looks, as opposed to its parameters."""

    words: int
    categories: bool
    brands: bool
    in_stock: bool
    bought: bool
    any_of: bool
    sort: Sort
    locale: str


@cache
def _statement(shape: _Shape, bought: FromClause) -> Select[Any]:
    tables: FromClause = VARIANT.join(PRODUCT, PRODUCT.c.id == VARIANT.c.product_id)
    conditions: list[ColumnElement[bool]] = [
        VARIANT.c.active.is_(True),
        PRODUCT.c.active.is_(True),
        VISIBLE,
    ]
    if shape.words:
        # Found in one pass over the variants alone; the planner would rather look up every product first.
        candidate = VARIANT.alias("candidate")
        has_words = [
            _Position(candidate.c.search_text, _text(f"word_{place}")) > 0 for place in range(shape.words)
        ]
        conditions.append(VARIANT.c.id.in_(select(candidate.c.id).where(*has_words)))
    if shape.categories:
        conditions.append(PRODUCT.c.category_id.in_(bindparam("category_ids", expanding=True)))
    if shape.brands:
        codes = _BRAND.c.code.in_(bindparam("brand_codes", expanding=True))
        conditions.append(PRODUCT.c.brand_id.in_(select(_BRAND.c.id).where(codes)))
    if shape.any_of:
        conditions.append(
            or_(
                among(VARIANT.c.id, "any_of_ids"),
                among(PRODUCT.c.id, "any_of_product_ids"),
                among(PRODUCT.c.category_id, "any_of_category_ids"),
            )
        )
    if shape.in_stock:
        # The smallest quantity that can be ordered: the minimum, brought up to the step.
        first_quantity = (VARIANT.c.minimum + VARIANT.c.step - 1) // VARIANT.c.step * VARIANT.c.step
        conditions.append(
            exists().where(
                _STOCK.c.variant_id == VARIANT.c.id,
                _STOCK.c.warehouse_id == bindparam("warehouse_id"),
                _STOCK.c.on_hand - _STOCK.c.reserved >= first_quantity,
            )
        )
    if shape.sort is Sort.BOUGHT:
        tables = tables.join(bought, bought.c.variant_id == VARIANT.c.id, isouter=not shape.bought)
    elif shape.bought:
        conditions.append(VARIANT.c.id.in_(select(bought.c.variant_id)))
    return (
        select(VARIANT.c.id)
        .select_from(tables)
        .where(*conditions)
        .order_by(*_order(shape, bought))
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


def _order(shape: _Shape, bought: FromClause) -> list[ColumnElement[Any]]:
    if shape.sort is Sort.NEWEST:
        return list(list_order(ListSort.NEWEST, shape.locale))
    if shape.sort is Sort.NAME:
        return list(list_order(ListSort.NAME, shape.locale))
    order: list[ColumnElement[Any]] = []
    if shape.sort is Sort.BOUGHT:
        order.append(func.coalesce(bought.c.times, 0).desc())
    if shape.words:
        order.append(_relevance())
    return [*order, *list_order(ListSort.FEATURED, shape.locale)]


def _relevance() -> ColumnElement[int]:
    """0 for the code itself, then codes that begin so, names that begin so, the words together, the words apart."""
    sku = func.lower(VARIANT.c.sku)
    entry = _text("entry")
    is_code = or_(sku == entry, VARIANT.c.barcode == entry, func.lower(VARIANT.c.part_number) == entry)
    return case(
        (is_code, 0),
        (_Position(sku, entry) == 1, 1),
        (_Position(VARIANT.c.search_text, _text("line")) > 0, 2),
        (_Position(VARIANT.c.search_text, entry) > 0, 3),
        else_=4,
    )


def _text(name: str) -> ColumnElement[str]:
    return bindparam(name, type_=Text())
