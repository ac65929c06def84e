"""Categories, products, prices and stock of Online Retail. Only articles that are missing are added."""

from __future__ import annotations

import string
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from portal.catalog.categories import above_of
from portal.catalog.index_outbox import touch
from portal.catalog.models import AssortmentItem, Category, Product, Stock, Unit, Variant
from portal.catalog.search_text import search_text_of
from portal.core import clock
from portal.importers.bulk import insert_rows, reserve_ids
from portal.importers.online_retail import source
from portal.importers.online_retail.categories import CHILDREN, ROOTS, category_of
from portal.importers.online_retail.people import CURRENCY
from portal.importers.online_retail.source import ImportProblem, SourceLevel, SourceProduct
from portal.pricing.models import Price, PriceList, PriceListKind, TaxMode

PRICE_LIST: Final = "online-retail"
PRICE_LIST_NAMES: Final = {
    "ko": "온라인 리테일 기본 단가",
    "en": "Online Retail list price",
    "ja": "オンラインリテール 標準価格",
    "fr-CA": "Tarif de base Online Retail",
}
CODE_PREFIX: Final = "OR-"
"""Goes before the article number in product codes; a SKU is the article number itself."""


@dataclass(frozen=True, slots=True)
class Article:
    """An imported variant as order lines need it."""

    variant_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Goods:
    """What :func:`load_goods` found and added."""

    articles: dict[str, Article]
    """By article number."""
    added: int
    """Products added by this run."""


def load_goods(session: Session, folder: Path, warehouse_id: int, assortment_id: int) -> Goods:
    """Every article as a product with one variant, its price tiers and stock. Raises ImportProblem."""
    rows = sorted(source.products(folder), key=lambda row: (-row.lines, row.code))
    levels: dict[str, list[SourceLevel]] = defaultdict(list)
    codes = {row.code for row in rows}
    for level in source.price_levels(folder):
        if level.code not in codes:
            raise ImportProblem(
                source.PRICE_LEVELS, level.row, f"no product {level.code} in {source.PRODUCTS}"
            )
        levels[level.code].append(level)
    known = set(session.scalars(select(Variant.sku).where(Variant.sku.in_([row.code for row in rows]))))
    missing = [(rank, row) for rank, row in enumerate(rows) if row.code not in known]
    if missing:
        categories = _ensure_categories(session)
        price_list_id = _ensure_price_list(session)
        connection = session.connection()
        ids = _insert_products(connection, missing, categories)
        insert_rows(
            connection,
            AssortmentItem,
            ("assortment_id", "variant_id"),
            [(assortment_id, variant_id) for variant_id in ids],
        )
        insert_rows(
            connection,
            Price,
            ("variant_id", "price_list_id", "min_quantity", "amount_e4"),
            [
                (variant_id, price_list_id, quantity, amount)
                for (_, row), variant_id in zip(missing, ids, strict=True)
                for quantity, amount in tiers_of(row, levels.get(row.code, ()))
            ],
        )
        insert_rows(
            connection,
            Stock,
            ("variant_id", "warehouse_id", "on_hand", "reserved", "backordered"),
            [
                (variant_id, warehouse_id, stock_of(row), 0, 0)
                for (_, row), variant_id in zip(missing, ids, strict=True)
            ],
        )
        touch(session, ids, clock.now())
    keys = {
        row.sku: row.id
        for row in session.execute(
            select(Variant.sku, Variant.id).where(Variant.sku.in_([row.code for row in rows]))
        )
    }
    return Goods({row.code: Article(keys[row.code], name_of(row)) for row in rows}, len(missing))


def name_of(product: SourceProduct) -> str:
    """The description in ordinary letters; the source shouts in capitals."""
    return string.capwords(product.description)


def step_of(product: SourceProduct) -> int:
    """Units a line counts in: the usual quantity, if at least half of the lines reached it, else 1."""
    if product.median_quantity is not None and product.median_quantity >= product.pack_quantity:
        return product.pack_quantity
    return 1


def tiers_of(product: SourceProduct, levels: Iterable[SourceLevel]) -> list[tuple[int, int]]:
    """(from quantity, e4 GBP): the usual price, and below it each lower price at the quantities it was sold at."""
    step = step_of(product)
    tiers = [(1, product.price_e4)]
    for level in sorted(levels, key=lambda level: (level.median_quantity, -level.price_e4)):
        quantity = -(-level.median_quantity // step) * step
        if level.price_e4 < tiers[-1][1]:
            if quantity > tiers[-1][0] and quantity > step:
                tiers.append((quantity, level.price_e4))
            elif len(tiers) > 1 and quantity == tiers[-1][0]:
                tiers[-1] = (quantity, level.price_e4)
    return tiers


def stock_of(product: SourceProduct) -> int:
    """About six weeks of what was sold in twenty-two months, in whole steps; none of what is no longer sold."""
    if not product.active:
        return 0
    step = step_of(product)
    return max(1, product.units // 15 // step) * step


def _ensure_categories(session: Session) -> dict[str, int]:
    found = {row.slug: row.id for row in session.execute(select(Category.slug, Category.id))}
    for position, (slug, names) in enumerate((ROOTS | CHILDREN).items()):
        if slug not in found:
            parent = None
            if slug in CHILDREN:
                parent = session.get_one(Category, found[slug.split("-", maxsplit=1)[0]])
            row = Category(
                slug=slug,
                parent_id=parent.id if parent else None,
                above=above_of(parent),
                names=names,
                position=100 + position,
            )
            session.add(row)
            session.flush()
            found[slug] = row.id
    return found


def _ensure_price_list(session: Session) -> int:
    found = session.scalar(select(PriceList.id).where(PriceList.code == PRICE_LIST))
    if found is not None:
        return found
    row = PriceList(
        code=PRICE_LIST,
        names=PRICE_LIST_NAMES,
        kind=PriceListKind.BASE,
        currency=CURRENCY,
        tax_mode=TaxMode.NET,
        priority=100,
        forbids_promotions=False,
        active=True,
    )
    session.add(row)
    session.flush()
    return row.id


def _insert_products(
    connection: Connection, rows: list[tuple[int, SourceProduct]], categories: dict[str, int]
) -> list[int]:
    product_ids = reserve_ids(connection, Product, len(rows))
    variant_ids = reserve_ids(connection, Variant, len(rows))
    products: list[tuple[object, ...]] = []
    variants: list[tuple[object, ...]] = []
    for (rank, row), product_id, variant_id in zip(rows, product_ids, variant_ids, strict=True):
        name = name_of(row)
        other_names = [string.capwords(text) for text in row.other_descriptions]
        category_id = categories[category_of(row.description)]
        attributes = {"Also called": ", ".join(other_names)} if other_names else {}
        products.append(
            (
                product_id,
                CODE_PREFIX + row.code,
                category_id,
                {"en": name},
                {},
                attributes,
                rank,
                True,
                row.first_sold,
            )
        )
        step = step_of(row)
        variants.append(
            (
                variant_id,
                product_id,
                row.code,
                {"en": name},
                [],
                Unit.EACH,
                1,
                step,
                step,
                "standard",
                False,
                0,
                True,
                search_text_of(
                    sku=row.code, barcode=None, part_number=None, names={"en": name}, brand_names=None
                ),
                row.first_sold,
            )
        )
    insert_rows(connection, Product, _PRODUCT, products)
    insert_rows(connection, Variant, _VARIANT, variants)
    return variant_ids


_PRODUCT: Final = (
    "id", "code", "category_id", "names", "descriptions", "attributes", "rank", "active", "created_at",
)  # fmt: skip
_VARIANT: Final = (
    "id", "product_id", "sku", "names", "options", "unit", "pack_size", "minimum", "step", "tax_class",
    "allow_backorder", "position", "active", "search_text", "created_at",
)  # fmt: skip
