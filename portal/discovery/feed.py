"""What is indexed, read from the database: every variant that is sold, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, cast

from sqlalchemy import Row, Select, Table, bindparam, func, select
from sqlalchemy.orm import Session

from portal.catalog.categories import CategoryTree, category_tree
from portal.catalog.models import Assortment, AssortmentItem
from portal.catalog.rows import BRAND, PRODUCT, STOCK, VARIANT
from portal.core.among import among
from portal.discovery.words import synonyms
from portal.orders.models import Order, OrderLine, OrderStatus
from portal.pricing.models import Price, PriceList, PriceListKind
from search.documents import Attribute, Item
from search.engine import IndexSettings

BATCH: Final = 1_000
"""Variants read at once: a catalog of any size takes the memory of these."""

MOST_LISTS: Final = 50
"""Price lists by which an index can sort."""

POPULAR_DAYS: Final = 180
"""Days of orders that say what is often ordered."""

_ITEM = cast(Table, AssortmentItem.__table__).c
_ASSORTMENT = cast(Table, Assortment.__table__).c
_PRICE = cast(Table, Price.__table__).c
_LIST = cast(Table, PriceList.__table__).c
_ORDER = cast(Table, Order.__table__).c
_LINE = cast(Table, OrderLine.__table__).c


def index_settings(session: Session) -> IndexSettings:
    """What an index of this catalog is built with; two statements."""
    return IndexSettings(price_list_ids=indexed_list_ids(session), synonyms=synonyms(session))


def indexed_list_ids(session: Session) -> tuple[int, ...]:
    """The price lists many share, base lists first; one statement. Contracts are never indexed."""
    return tuple(session.execute(_SHARED_LISTS).scalars())


def items(session: Session, variant_ids: Iterable[int] | None, today: date) -> Iterator[Item]:
    """The variants of ``variant_ids`` that are sold, or all of them, in the order of their ids, a batch at a time.

    ``today`` is the seller's: popularity counts the orders of the POPULAR_DAYS before it, so that an index filled
    during a day agrees with the database all day.
    """
    tree = category_tree(session)
    lists = indexed_list_ids(session)
    for batch in _batches(session, variant_ids):
        yield from _items(session, batch, tree, lists, today)


def _batches(session: Session, variant_ids: Iterable[int] | None) -> Iterator[Sequence[int]]:
    if variant_ids is not None:
        wanted = sorted(set(variant_ids))
        yield from (wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH))
        return
    last = 0
    while batch := session.connection().execute(_NEXT_IDS, {"after": last}).scalars().all():
        yield batch
        last = batch[-1]


def _items(
    session: Session, ids: Sequence[int], tree: CategoryTree, lists: Sequence[int], today: date
) -> Iterator[Item]:
    connection = session.connection()
    rows = connection.execute(_VARIANTS, {"ids": ids}).all()
    if not rows:
        return
    # Tiers that begin above what any of them is first bought in are left where they are.
    most = max(_first_quantity(row) for row in rows)
    tiers: dict[int, dict[int, list[tuple[int, int | None]]]] = {}
    asked = {"ids": ids, "list_ids": lists, "most": most}
    for variant_id, list_id, begins, amount_e4 in connection.execute(_PRICES_OF, asked):
        tiers.setdefault(variant_id, {}).setdefault(list_id, []).append((begins, amount_e4))
    stock: dict[int, dict[int, int]] = {}
    for variant_id, warehouse_id, available in connection.execute(_STOCK_OF, {"ids": ids}):
        stock.setdefault(variant_id, {})[warehouse_id] = available
    assortments: dict[int, list[int]] = {}
    for variant_id, assortment_id in connection.execute(_ASSORTMENTS_OF, {"ids": ids}):
        assortments.setdefault(variant_id, []).append(assortment_id)
    # A moment that is past wherever it is ``today``: what is counted no longer changes.
    end = datetime.combine(today - timedelta(days=1), time(), tzinfo=UTC)
    span = {"ids": ids, "begin": end - timedelta(days=POPULAR_DAYS), "end": end}
    ordered: dict[int, int] = {each: count for each, count in connection.execute(_ORDERED, span)}  # noqa: C416
    for row in rows:
        first = _first_quantity(row)
        way = tree.ancestors(row.category_id)
        yield Item(
            id=row.id,
            sku=row.sku,
            product_id=row.product_id,
            names=row.names,
            reading=row.reading or "",
            barcode=row.barcode or "",
            part_number=row.part_number or "",
            brand_code=row.brand_code or "",
            brand_names=row.brand_names or {},
            descriptions=row.descriptions or {},
            attributes=tuple(_attributes(row.options or (), row.attributes or {})),
            category_ids=tuple(node.id for node in way),
            category_names=tuple(node.names for node in way),
            stock_in=tuple(
                sorted(place for place, available in stock.get(row.id, {}).items() if available >= first)
            ),
            assortment_ids=tuple(sorted(assortments.get(row.id, ()))),
            prices=_prices(tiers.get(row.id, {}), first),
            # Its size, not the number itself: an item is not indexed anew for every order.
            popularity=ordered.get(row.id, 0).bit_length(),
            rank=row.rank,
            created=int(row.created_at.timestamp()),
        )


def _first_quantity(row: Row[Any]) -> int:
    """Units of the smallest line: the minimum, brought up to a whole number of steps."""
    return int(-(-row.minimum // row.step) * row.step)


def _attributes(options: Sequence[Mapping[str, Any]], attributes: Mapping[str, Any]) -> Iterator[Attribute]:
    """Options, then the seller's own fields, as texts by locale."""
    for option in options:
        yield Attribute(_texts(option["name"]), _texts(option["value"]))
    for key, value in sorted(attributes.items()):
        if isinstance(value, Mapping) and "value" in value:
            yield Attribute(_texts(value.get("name") or key), _texts(value["value"]))
        else:
            yield Attribute({"": key}, _texts(value))


def _texts(value: object) -> Mapping[str, str]:
    if isinstance(value, Mapping):
        return {locale: str(text) for locale, text in value.items()}
    return {"": str(value)}


def _prices(by_list: Mapping[int, Sequence[tuple[int, int | None]]], first: int) -> dict[int, int]:
    """What each list asks for a unit when the smallest quantity is bought; lists on request are left out."""
    prices: dict[int, int] = {}
    for list_id, tiers in by_list.items():
        reached = [amount_e4 for begins, amount_e4 in sorted(tiers, key=_begin) if begins <= first]
        if reached and reached[-1] is not None:
            prices[list_id] = min(amount_e4 for amount_e4 in reached if amount_e4 is not None)
    return prices


def _begin(tier: tuple[int, int | None]) -> int:
    return tier[0]


def _variants() -> Select[Any]:
    return (
        select(
            VARIANT.c.id,
            VARIANT.c.sku,
            VARIANT.c.product_id,
            VARIANT.c.names,
            VARIANT.c.reading,
            VARIANT.c.barcode,
            VARIANT.c.part_number,
            VARIANT.c.options,
            VARIANT.c.minimum,
            VARIANT.c.step,
            VARIANT.c.created_at,
            PRODUCT.c.category_id,
            PRODUCT.c.descriptions,
            PRODUCT.c.attributes,
            PRODUCT.c.rank,
            BRAND.c.code.label("brand_code"),
            BRAND.c.names.label("brand_names"),
        )
        .select_from(
            VARIANT.join(PRODUCT, PRODUCT.c.id == VARIANT.c.product_id).outerjoin(
                BRAND, BRAND.c.id == PRODUCT.c.brand_id
            )
        )
        .where(among(VARIANT.c.id, "ids"), VARIANT.c.active.is_(True), PRODUCT.c.active.is_(True))
        .order_by(VARIANT.c.id)
    )


_VARIANTS: Final = _variants()
_NEXT_IDS: Final = (
    select(VARIANT.c.id).where(VARIANT.c.id > bindparam("after")).order_by(VARIANT.c.id).limit(BATCH)
)
_STOCK_OF: Final = select(STOCK.c.variant_id, STOCK.c.warehouse_id, STOCK.c.on_hand - STOCK.c.reserved).where(
    among(STOCK.c.variant_id, "ids"), STOCK.c.on_hand > STOCK.c.reserved
)
_ASSORTMENTS_OF: Final = (
    select(_ITEM.variant_id, _ITEM.assortment_id)
    .join_from(AssortmentItem.__table__, Assortment.__table__, _ASSORTMENT.id == _ITEM.assortment_id)
    .where(among(_ITEM.variant_id, "ids"), _ASSORTMENT.everything.is_(False))
)
_PRICES_OF: Final = select(
    _PRICE.variant_id, _PRICE.price_list_id, _PRICE.min_quantity, _PRICE.amount_e4
).where(
    among(_PRICE.variant_id, "ids"),
    among(_PRICE.price_list_id, "list_ids"),
    _PRICE.min_quantity <= bindparam("most"),
)
_ORDERED: Final = (
    select(_LINE.variant_id, func.count())
    .join_from(OrderLine.__table__, Order.__table__, _ORDER.id == _LINE.order_id)
    .where(
        among(_LINE.variant_id, "ids"),
        _ORDER.status != OrderStatus.CANCELLED,
        _ORDER.placed_at >= bindparam("begin"),
        _ORDER.placed_at < bindparam("end"),
    )
    .group_by(_LINE.variant_id)
)
_SHARED_LISTS: Final = (
    select(_LIST.id)
    .where(_LIST.active.is_(True), _LIST.kind.in_((PriceListKind.BASE, PriceListKind.SEGMENT)))
    .order_by(_LIST.kind, _LIST.id)
    .limit(MOST_LISTS)
)
