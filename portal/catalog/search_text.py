"""The text by which a variant is found in the database: written whenever its names or codes change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from portal.catalog.index_outbox import touch
from portal.catalog.models import Brand, Product, Variant
from search.text import fold

_VARIANT = cast(Table, Variant.__table__)
_PRODUCT = cast(Table, Product.__table__)
_BRAND = cast(Table, Brand.__table__)


def search_text_of(
    *,
    sku: str,
    barcode: str | None,
    part_number: str | None,
    names: Mapping[str, str],
    brand_names: Mapping[str, str] | None,
) -> str:
    """The ``search_text`` of a variant: names of every language, codes and brand, folded, one to a line.

    The text begins with a line end, so that a name is known by what stands before it; folded text has none inside.
    """
    parts: Iterable[str | None] = (
        *names.values(),
        sku,
        barcode,
        part_number,
        *(brand_names.values() if brand_names else ()),
    )
    folded = dict.fromkeys(fold(part) for part in parts if part)
    return "".join(f"\n{part}" for part in folded if part)


_TEXTS = (
    select(
        _VARIANT.c.id,
        _VARIANT.c.sku,
        _VARIANT.c.barcode,
        _VARIANT.c.part_number,
        _VARIANT.c.names,
        _BRAND.c.names,
        _VARIANT.c.search_text,
    )
    .select_from(
        _VARIANT.join(_PRODUCT, _PRODUCT.c.id == _VARIANT.c.product_id).outerjoin(
            _BRAND, _BRAND.c.id == _PRODUCT.c.brand_id
        )
    )
    .order_by(_VARIANT.c.id)
)
_TEXTS_OF_PRODUCTS = _TEXTS.where(_VARIANT.c.product_id.in_(bindparam("product_ids", expanding=True)))
_WRITE = (
    update(_VARIANT).where(_VARIANT.c.id == bindparam("variant_id")).values(search_text=bindparam("text"))
)


def refresh_search_text(session: Session, product_ids: Sequence[int] | None = None, *, now: datetime) -> int:
    """Bring ``search_text`` up to date for the variants of the products, or for all; how many had to change.

    The index hears of all variants of the products named, for it holds more of them than this text.
    """
    if product_ids is None:
        rows = session.execute(_TEXTS).all()
    else:
        rows = session.execute(_TEXTS_OF_PRODUCTS, {"product_ids": product_ids}).all()
    changes: list[dict[str, Any]] = []
    for variant_id, sku, barcode, part_number, names, brand_names, present in rows:
        text = search_text_of(
            sku=sku, barcode=barcode, part_number=part_number, names=names, brand_names=brand_names
        )
        if text != present:
            changes.append({"variant_id": variant_id, "text": text})
    if changes:
        session.execute(_WRITE, changes)
    changed = (change["variant_id"] for change in changes)
    touch(session, changed if product_ids is None else (row[0] for row in rows), now)
    return len(changes)
