"""What can be bought instead of something: the catalog's followers and substitutes, as one account may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from portal.catalog.models import LinkKind, Product, ProductLink, Variant

MOST: Final = 3
"""Substitutes offered for one variant."""


def substitutes_of(session: Session, variant_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Variants (id) that can stand in for each of ``variant_ids``, the best first, at most MOST; two statements.

    What replaced a product goes before what is like it; of a product's variants the one with the same options is
    meant, else its first. Whether an account sees them, and whether they are sold, is for ``variants_by_id`` to say.
    What nothing stands in for is left out.
    """
    wanted = session.execute(
        select(Variant.id, Variant.product_id, Variant.options, Variant.pack_size).where(
            Variant.id.in_(variant_ids)
        )
    ).all()
    if not wanted:
        return {}
    follows = case((ProductLink.kind == LinkKind.REPLACED_BY, 0), else_=1)
    others: dict[int, dict[int, list[Any]]] = {}
    for row in session.execute(
        select(ProductLink.product_id, ProductLink.other_id, Variant.id, Variant.options, Variant.pack_size)
        .join(Variant, Variant.product_id == ProductLink.other_id)
        .join(Product, Product.id == ProductLink.other_id)
        .where(
            ProductLink.product_id.in_({row.product_id for row in wanted}),
            ProductLink.kind.in_((LinkKind.REPLACED_BY, LinkKind.SUBSTITUTE)),
            Variant.active.is_(True),
            Product.active.is_(True),
        )
        .order_by(follows, ProductLink.position, ProductLink.other_id, Variant.position, Variant.id)
    ):
        others.setdefault(row.product_id, {}).setdefault(row.other_id, []).append(row)
    found = {}
    for row in wanted:
        each = others.get(row.product_id)
        if each:
            best = [min(variants, key=lambda other: _unlikeness(row, other)) for variants in each.values()]
            found[row.id] = tuple(other.id for other in best[:MOST])
    return found


def _unlikeness(one: Any, other: Any) -> tuple[int, bool]:
    """How far a variant of another product is from this one; ``min`` keeps the first of those that are alike."""
    return -len(_values(one.options) & _values(other.options)), one.pack_size != other.pack_size


def _values(options: Sequence[Mapping[str, Any]]) -> set[str]:
    return {str(option.get("value")) for option in options}
