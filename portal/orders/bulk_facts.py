"""What must be known to decide the lines of a bulk entry, read in sets: the same statements for 1 line or 1,000."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog.access import VISIBLE, audience_of
from portal.catalog.models import LinkKind, ProductLink
from portal.catalog.queries import VariantRow, variants_by_id
from portal.catalog.rows import PRODUCT, VARIANT
from portal.core.among import among
from portal.orders.bulk_lines import BulkLine
from portal.orders.entry.outcome import Facts, PriceState
from portal.pricing.priced import Ask
from portal.pricing.prices import unit_prices

MOST_SUBSTITUTES: Final = 3


@dataclass(frozen=True, slots=True)
class Entering:
    """Who enters lines, and where that is supplied from."""

    buyer: Buyer
    user_id: int
    warehouse_id: int
    locale: str
    today: date
    """At the account."""


@dataclass(frozen=True, slots=True)
class Goods:
    """Variants by id as the account sees them, and what deciding about them needs."""

    rows: Mapping[int, VariantRow]
    facts: Mapping[int, Facts]


_LINK = cast(Table, ProductLink.__table__)

_SUBSTITUTES: Final = (
    select(_LINK.c.product_id, _LINK.c.kind, VARIANT.c.id)
    .select_from(_LINK)
    .join(VARIANT, VARIANT.c.product_id == _LINK.c.other_id)
    .join(PRODUCT, PRODUCT.c.id == VARIANT.c.product_id)
    .where(
        among(_LINK.c.product_id, "product_ids"),
        _LINK.c.kind.in_(bindparam("kinds", expanding=True)),
        VARIANT.c.active.is_(True),
        PRODUCT.c.active.is_(True),
        VISIBLE,
    )
    .order_by(_LINK.c.product_id, _LINK.c.position, VARIANT.c.position, VARIANT.c.id)
)


def goods_for(
    session: Session, entering: Entering, lines: Sequence[BulkLine], in_cart: Mapping[int, int]
) -> Goods:
    """All variants the lines name or may mean, and what may be taken instead of those that cannot be had.

    ``in_cart`` are units by variant. What the account may not see is left out.
    """
    wanted: dict[int, int] = {}
    for line in lines:
        for each in (line.variant_id, line.instead_of, *line.candidates):
            if each is not None:
                wanted.setdefault(each, 0)
        if line.variant_id is not None:
            wanted[line.variant_id] += line.quantity.number or 0
    rows, facts = _of(session, entering, wanted, in_cart)
    scarce = {
        row.product_id: None
        for row in rows.values()
        if not facts[row.id].sellable
        or (not row.allow_backorder and row.available < in_cart.get(row.id, 0) + max(wanted[row.id], 1))
    }
    if scarce:
        instead = _substitutes(session, entering, scarce)
        others = {each for its in instead.values() for _, each in its} - rows.keys()
        more_rows, more_facts = _of(session, entering, others, in_cart)
        rows |= more_rows
        facts |= more_facts
        for row in list(rows.values()):
            if row.product_id in instead:
                facts[row.id] = _with_substitutes(facts[row.id], instead[row.product_id])
    return Goods(rows, facts)


def _of(
    session: Session, entering: Entering, ids: Iterable[int], in_cart: Mapping[int, int]
) -> tuple[dict[int, VariantRow], dict[int, Facts]]:
    found = variants_by_id(session, entering.buyer, sorted(ids), entering.warehouse_id, entering.locale)
    asks = [Ask.of(row, row.first_quantity) for row in found]
    prices = unit_prices(session, entering.buyer, asks, entering.today)
    facts = {
        row.id: Facts(
            row.id,
            row.unit,
            row.pack_size,
            row.minimum,
            row.step,
            max(row.available, 0),
            row.allow_backorder,
            row.lead_days,
            row.active,
            price=PriceState.ON_REQUEST if price is None else PriceState.PRICED,
            in_cart=in_cart.get(row.id, 0),
        )
        for row, price in zip(found, prices, strict=True)
    }
    return {row.id: row for row in found}, facts


def _substitutes(
    session: Session, entering: Entering, product_ids: Iterable[int]
) -> dict[int, list[tuple[LinkKind, int]]]:
    rows = session.connection().execute(
        _SUBSTITUTES,
        {
            "product_ids": product_ids,
            "kinds": [LinkKind.SUBSTITUTE, LinkKind.REPLACED_BY],
            **audience_of(entering.buyer),
        },
    )
    found: dict[int, list[tuple[LinkKind, int]]] = {}
    for product_id, kind, variant_id in rows:
        found.setdefault(product_id, []).append((kind, variant_id))
    return found


def _with_substitutes(facts: Facts, instead: Sequence[tuple[LinkKind, int]]) -> Facts:
    followers = [each for kind, each in instead if kind is LinkKind.REPLACED_BY]
    others = [each for kind, each in instead if kind is LinkKind.SUBSTITUTE]
    # Of several variants of what follows nobody knows which is meant: they are offered, and none is taken unasked.
    only = followers[0] if len(followers) == 1 else None
    return replace(
        facts,
        replaced_by=only,
        substitutes=tuple(each for each in (*followers, *others) if each != only)[:MOST_SUBSTITUTES],
    )
