"""What a list, a cart line or an order line needs of a variant, and the columns it is read from.

Statements are built once per process and executed with parameters: building one costs more than running it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, select

from portal.catalog.models import Brand, Category, Picture, Product, Stock, StoredFile, Unit, Variant
from portal.core.locales import language_of, localized

VARIANT = cast(Table, Variant.__table__)
PRODUCT = cast(Table, Product.__table__)
BRAND = cast(Table, Brand.__table__)
CATEGORY = cast(Table, Category.__table__)
STOCK = cast(Table, Stock.__table__)
PICTURE = cast(Table, Picture.__table__)
STORED_FILE = cast(Table, StoredFile.__table__)


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A variant as one account sees it from one warehouse, in one language. Its price is asked of pricing."""

    id: int
    sku: str
    product_id: int
    category_id: int
    category_slug: str
    category_path_ids: tuple[int, ...]
    """From the root down to the product's own category."""
    name: str
    """In the reader's language; the SKU if it has no name at all."""
    brand: str
    """Name in the reader's language; empty if it has none."""
    brand_code: str
    """What the search's brand filter takes; empty if it has none."""
    options_text: str
    """What tells it from its siblings, such as ``200g · 코랄``; empty for a variant without options."""
    unit: Unit
    pack_size: int
    minimum: int
    """Smallest quantity of a line, in units."""
    step: int
    """A line's quantity is a multiple of this, in units."""
    tax_class: str
    allow_backorder: bool
    barcode: str | None
    part_number: str | None
    picture_small: str | None
    """SHA-256 of the small picture; None: show the category's drawing."""
    available: int
    """Units that can be promised from the warehouse; 0 if it keeps none."""
    lead_days: int | None
    """Working days until units that are not on the shelf have come in; None: nobody can say."""
    active: bool
    """False: no longer sold. It can still be looked at, but not ordered."""
    name_language: str = ""
    """The language of the name, where it is not the reader's (BCP 47); else empty."""

    @property
    def first_quantity(self) -> int:
        """The smallest quantity that is both enough and on the step, in units."""
        return -(-self.minimum // self.step) * self.step

    @property
    def is_orderable(self) -> bool:
        """True if a line of the smallest quantity could be ordered now, as far as stock goes."""
        return self.active and (self.allow_backorder or self.available >= self.first_quantity)


def option_text(value: object, locale: str) -> str:
    """An option's or attribute's value in ``locale``: values are texts, numbers, or texts by locale."""
    return localized(value, locale) if isinstance(value, Mapping) else str(value)


def can_be_stored(text: str) -> bool:
    """False for text that no row can hold: PostgreSQL keeps no NUL, and half a surrogate pair is no text."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _small_picture() -> ColumnElement[str | None]:
    return (
        select(STORED_FILE.c.sha256)
        .select_from(PICTURE.join(STORED_FILE, STORED_FILE.c.id == PICTURE.c.small_file_id))
        .where(
            PICTURE.c.product_id == VARIANT.c.product_id,
            (PICTURE.c.variant_id == VARIANT.c.id) | PICTURE.c.variant_id.is_(None),
        )
        # A picture of the variant itself goes before one of the whole product.
        .order_by(PICTURE.c.variant_id.is_(None), PICTURE.c.position, PICTURE.c.id)
        .limit(1)
        .correlate(VARIANT)
        .scalar_subquery()
    )


def variant_rows(*more: ColumnElement[Any]) -> Select[Any]:
    """A statement that gives the columns of variant_row(), then ``more``; it needs ``warehouse_id``.

    It has no condition yet: whoever uses it adds VISIBLE and which variants are meant.
    """
    available = func.coalesce(STOCK.c.on_hand - STOCK.c.reserved, 0)
    return select(
        VARIANT.c.id,
        VARIANT.c.sku,
        VARIANT.c.product_id,
        PRODUCT.c.category_id,
        CATEGORY.c.slug,
        CATEGORY.c.above,
        VARIANT.c.names,
        BRAND.c.names,
        BRAND.c.code,
        VARIANT.c.options,
        VARIANT.c.unit,
        VARIANT.c.pack_size,
        VARIANT.c.minimum,
        VARIANT.c.step,
        VARIANT.c.tax_class,
        VARIANT.c.allow_backorder,
        VARIANT.c.barcode,
        VARIANT.c.part_number,
        _small_picture(),
        available,
        VARIANT.c.lead_days,
        VARIANT.c.active,
        PRODUCT.c.active,
        *more,
    ).select_from(
        VARIANT.join(PRODUCT, PRODUCT.c.id == VARIANT.c.product_id)
        .join(CATEGORY, CATEGORY.c.id == PRODUCT.c.category_id)
        .outerjoin(BRAND, BRAND.c.id == PRODUCT.c.brand_id)
        .outerjoin(
            STOCK,
            (STOCK.c.variant_id == VARIANT.c.id) & (STOCK.c.warehouse_id == bindparam("warehouse_id")),
        )
    )


VARIANT_ROW_WIDTH = 23
"""How many columns variant_rows() gives before ``more``."""


def variant_row(row: Sequence[Any], locale: str) -> VariantRow:
    """One row of variant_rows() as a VariantRow in ``locale``; further columns are left alone."""
    (
        variant_id,
        sku,
        product_id,
        category_id,
        category_slug,
        above,
        names,
        brand_names,
        brand_code,
        options,
        unit,
        pack_size,
        minimum,
        step,
        tax_class,
        allow_backorder,
        barcode,
        part_number,
        picture_small,
        available,
        lead_days,
        variant_active,
        product_active,
    ) = row[:VARIANT_ROW_WIDTH]
    return VariantRow(
        id=variant_id,
        sku=sku,
        product_id=product_id,
        category_id=category_id,
        category_slug=category_slug,
        category_path_ids=(*map(int, above.split(",")), category_id) if above else (category_id,),
        name=localized(names, locale) or sku,
        brand=localized(brand_names, locale) if brand_names else "",
        brand_code=brand_code or "",
        options_text=" · ".join(option_text(option["value"], locale) for option in options or ()),
        unit=unit,
        pack_size=pack_size,
        minimum=minimum,
        step=step,
        tax_class=tax_class,
        allow_backorder=allow_backorder,
        barcode=barcode,
        part_number=part_number,
        picture_small=picture_small,
        available=available,
        lead_days=lead_days,
        active=variant_active and product_active,
        name_language=language_of(names, locale),
    )
