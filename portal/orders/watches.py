"""Whoever asked to be told when a variant can be delivered again: the wish, and the moment it comes true."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from portal.catalog.models import Product, Stock, Variant
from portal.catalog.stock import Place
from portal.core.upsert import insert_for
from portal.jobs.queue import enqueue
from portal.orders.models import StockWatch

MAIL_JOB = "back_in_stock_mail"
"""Letter to one person about variants; arguments ``user_id``, ``account_id``, ``variant_ids``, ``reference``."""


def watch(
    session: Session, user_id: int, account_id: int, variant_id: int, warehouse_id: int, now: datetime
) -> None:
    """Tell this person when the warehouse can deliver the variant again; asked twice, told once."""
    wish = insert_for(session, StockWatch).values(
        user_id=user_id,
        account_id=account_id,
        variant_id=variant_id,
        warehouse_id=warehouse_id,
        created_at=now,
    )
    session.execute(
        wish.on_conflict_do_update(
            index_elements=["user_id", "account_id", "variant_id"],
            set_={"warehouse_id": wish.excluded.warehouse_id},
        )
    )


def unwatch(session: Session, user_id: int, account_id: int, variant_id: int) -> None:
    """Tell nothing after all; nothing to do if nobody asked."""
    session.execute(
        delete(StockWatch)
        .where(
            StockWatch.user_id == user_id,
            StockWatch.account_id == account_id,
            StockWatch.variant_id == variant_id,
        )
        .execution_options(synchronize_session=False)
    )


def watched_by(session: Session, user_id: int, account_id: int) -> frozenset[int]:
    """Variants (id) this person waits for at the account; one statement."""
    return frozenset(
        session.scalars(
            select(StockWatch.variant_id).where(
                StockWatch.user_id == user_id, StockWatch.account_id == account_id
            )
        )
    )


def tell_watchers(session: Session, places: Sequence[Place], now: datetime) -> int:
    """Have everybody told who waits for what can be delivered from ``places`` now; gives how many mails are asked for.

    A wish is gone once it is told. What is out of stock again by now is waited for further.
    """
    wishes = _wishes(session, {(int(variant), int(warehouse)) for variant, warehouse in places})
    if not wishes:
        return 0
    session.execute(
        delete(StockWatch)
        .where(StockWatch.id.in_([wish_id for wish_id, *_ in wishes]))
        .execution_options(synchronize_session=False)
    )
    told: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for wish_id, user_id, account_id, variant_id in wishes:
        told.setdefault((user_id, account_id), []).append((wish_id, variant_id))
    for (user_id, account_id), its in told.items():
        enqueue(
            session,
            MAIL_JOB,
            {
                "user_id": user_id,
                "account_id": account_id,
                "variant_ids": [variant_id for _, variant_id in its],
                "reference": f"back-in-stock-{its[0][0]}",
            },
            now=now,
        )
    return len(told)


def _wishes(session: Session, places: Collection[Place]) -> list[tuple[int, int, int, int]]:
    first = (Variant.minimum + Variant.step - 1) // Variant.step * Variant.step
    rows = session.execute(
        select(StockWatch.id, StockWatch.user_id, StockWatch.account_id, StockWatch.variant_id)
        .join(
            Stock,
            (Stock.variant_id == StockWatch.variant_id) & (Stock.warehouse_id == StockWatch.warehouse_id),
        )
        .join(Variant, Variant.id == StockWatch.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(
            tuple_(StockWatch.variant_id, StockWatch.warehouse_id).in_(sorted(places)),
            Stock.on_hand - Stock.reserved >= first,
            Variant.active.is_(True),
            Product.active.is_(True),
        )
        .order_by(StockWatch.id)
        .with_for_update(of=StockWatch)
    )
    return [(row.id, row.user_id, row.account_id, row.variant_id) for row in rows]
