"""Reads of promotions: those that run for a buyer, what they are on, and what they can do for what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, cast

from sqlalchemy import Select, String, Table, bindparam, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.core.among import among
from portal.pricing.asked import AnyRow, facts_of, open_on_day
from portal.pricing.models import (
    Promotion,
    PromotionAmount,
    PromotionAudience,
    PromotionKind,
    PromotionTarget,
)
from portal.pricing.priced import PromotedGoods, RunningPromotion, Target
from portal.pricing.terms import PromotionTerms

MOST_PROMOTED: Final = 5_000
"""Targets of running promotions that are read to tell what is on promotion; nobody leafs through more."""

FIRST_TARGETS: Final = 3
"""How many targets of a running promotion are told."""

# Plain tables, not mapped classes: rows come as tuples, and the ORM has no part in the statement.
_PROMOTIONS = cast(Table, Promotion.__table__).c
_AMOUNTS = cast(Table, PromotionAmount.__table__).c
_AUDIENCES = cast(Table, PromotionAudience.__table__).c
TARGETS = cast(Table, PromotionTarget.__table__).c


def _promotions() -> Select[Any]:
    """Promotions that run for the buyer: without a code, or with the one entered.

    Where a promotion asks for a minimum value in any currency, it needs a row for the buyer's.
    """
    in_currency = (_AMOUNTS.promotion_id == _PROMOTIONS.id) & (_AMOUNTS.currency == bindparam("currency"))
    for_buyer = select(_AUDIENCES.promotion_id)
    other_amounts = cast(Table, PromotionAmount.__table__).alias("other_amounts").c
    asks_a_value = exists().where(
        other_amounts.promotion_id == _PROMOTIONS.id, other_amounts.minimum_value.is_not(None)
    )
    return (
        select(
            _PROMOTIONS.id, _PROMOTIONS.name_key, _PROMOTIONS.names, _PROMOTIONS.kind, _PROMOTIONS.percent_ppm,
            _AMOUNTS.off_e4, _AMOUNTS.amount, _PROMOTIONS.buy_quantity, _PROMOTIONS.get_quantity,
            _PROMOTIONS.min_quantity, _AMOUNTS.minimum_value, _PROMOTIONS.code, _PROMOTIONS.stackable,
            _PROMOTIONS.valid_from, _PROMOTIONS.valid_to, _PROMOTIONS.all_products,
        )
        .outerjoin(PromotionAmount, in_currency)
        .where(
            open_on_day(_PROMOTIONS),
            or_(
                _PROMOTIONS.everyone,
                _PROMOTIONS.id.in_(
                    union_all(
                        for_buyer.where(_AUDIENCES.account_id == bindparam("account_id")),
                        for_buyer.where(_AUDIENCES.segment_id == bindparam("segment_id")),
                    )
                ),
            ),
            or_(_PROMOTIONS.code.is_(None), _PROMOTIONS.code == bindparam("code", type_=String)),
            or_(_AMOUNTS.promotion_id.is_not(None), ~asks_a_value),
        )
        .order_by(_PROMOTIONS.priority, _PROMOTIONS.id)
    )  # fmt: skip


def _first_targets() -> Select[Any]:
    place = func.row_number().over(partition_by=TARGETS.promotion_id, order_by=TARGETS.id).label("place")
    numbered = (
        select(
            TARGETS.id, TARGETS.promotion_id, TARGETS.variant_id, TARGETS.product_id, TARGETS.category_id,
            TARGETS.quantity, place,
        )
        .where(among(TARGETS.promotion_id, "promotion_ids"))
        .subquery()
    )  # fmt: skip
    found = numbered.c
    return (
        select(found.promotion_id, found.variant_id, found.product_id, found.category_id, found.quantity)
        .where(found.place <= FIRST_TARGETS)
        .order_by(found.id)
    )


def _promoted() -> Select[Any]:
    """Every target of the promotions that lower what goods cost; a promotion on all goods has one row without any."""
    running = _promotions().order_by(None).subquery("running")
    return (
        select(
            running.c.kind, running.c.off_e4, running.c.amount, running.c.all_products,
            TARGETS.variant_id, TARGETS.product_id, TARGETS.category_id,
        )
        .outerjoin(PromotionTarget, (TARGETS.promotion_id == running.c.id) & ~running.c.all_products)
        .where(running.c.kind != PromotionKind.ORDER_AMOUNT)
        .limit(MOST_PROMOTED)
    )  # fmt: skip


# Built once: SQLAlchemy then finds their compiled text without looking at their parts again.
RUNNING_PROMOTIONS: Final = _promotions()
_FIRST_TARGETS_OF: Final = _first_targets()
_PROMOTED: Final = _promoted()


def running_promotions(session: Session, buyer: Buyer, on: date) -> tuple[RunningPromotion, ...]:
    """The promotions without a code that run for ``buyer`` on the day ``on``; the soonest to end first.

    Two statements, one if nothing runs.
    """
    connection = session.connection()
    rows = [
        row for row in connection.execute(RUNNING_PROMOTIONS, facts_of(buyer, on, None)) if _has_amount(row)
    ]
    targets: dict[int, list[Target]] = {row.id: [] for row in rows if not row.all_products}
    if targets:
        for promotion_id, *target in connection.execute(_FIRST_TARGETS_OF, {"promotion_ids": targets}):
            targets[promotion_id].append(Target(*target))
    # No day is after the last one that a date can be: open ends come last.
    rows.sort(key=lambda row: row.valid_to or date.max)
    return tuple(
        RunningPromotion(
            id=row.id,
            name_key=row.name_key,
            names=row.names,
            kind=row.kind,
            percent_ppm=row.percent_ppm,
            off_e4=row.off_e4,
            amount=row.amount,
            buy_quantity=row.buy_quantity,
            get_quantity=row.get_quantity,
            min_quantity=row.min_quantity,
            minimum_value=row.minimum_value,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            all_products=row.all_products,
            targets=tuple(targets.get(row.id, ())),
        )
        for row in rows
    )


def promoted_goods(session: Session, buyer: Buyer, on: date) -> PromotedGoods:
    """What the promotions without a code that run for ``buyer`` on the day ``on`` are on; one statement."""
    rows = [
        row for row in session.connection().execute(_PROMOTED, facts_of(buyer, on, None)) if _has_amount(row)
    ]
    variant_ids, product_ids, category_ids = _reach(rows)
    return PromotedGoods(any(row.all_products for row in rows), variant_ids, product_ids, category_ids)


def _has_amount(row: AnyRow) -> bool:
    """Whether the promotion says in the buyer's currency what it gives."""
    if row.kind is PromotionKind.AMOUNT:
        return row.off_e4 is not None
    return row.amount is not None or row.kind in {PromotionKind.PERCENT, PromotionKind.BUY_GET}


def promotion_terms(promotions: Sequence[AnyRow], targets: Sequence[AnyRow]) -> tuple[PromotionTerms, ...]:
    """The promotions that can do something for what is asked, or whose code was entered; in their order."""
    reached: dict[int, list[AnyRow]] = {}
    for target in targets:
        reached.setdefault(target.promotion_id, []).append(target)
    terms = []
    for row in promotions:
        found = reached.get(row.id, [])
        if not _has_amount(row) or not (row.all_products or row.code or found):
            continue
        parts = _parts(found) if row.kind is PromotionKind.BUNDLE else None
        columns: list[Any] = [*row, *_reach(found), parts]
        terms.append(PromotionTerms(*columns))
    return tuple(terms)


def _reach(targets: Sequence[AnyRow]) -> Iterator[frozenset[int]]:
    """The ids of the variants, of the products and of the categories among ``targets``, in this order."""
    for name in ("variant_id", "product_id", "category_id"):
        yield frozenset(getattr(row, name) for row in targets if getattr(row, name) is not None)


def _parts(targets: Iterable[AnyRow]) -> dict[int, int]:
    """Variant → units in one bundle; empty, so that no bundle is ever made, where a target is not a variant."""
    parts: dict[int, int] = {}
    for target in targets:
        if target.variant_id is None:
            return {}
        parts[target.variant_id] = parts.get(target.variant_id, 0) + target.quantity
    return parts
