"""Tells search what has changed: a job in the caller's transaction, so the index hears of it if and only if it is kept.

The job holds ids alone. Whoever does it reads the records as they are then, so it does not matter how often it is
done, or in which order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalog.models import Variant
from portal.jobs.queue import enqueue

INDEX_JOB: Final = "index_variants"
"""Name of the job; its argument ``ids`` are variants."""

IDS_OF_A_JOB: Final = 500


def touch(session: Session, variant_ids: Iterable[int], now: datetime) -> None:
    """Have the variants indexed anew, or taken out if they are no longer sold; one statement for every 500 of them.

    To be called after whatever the index holds of them has changed: names, codes, options, brand, category,
    attributes, assortments, prices of lists that many share, or whether a warehouse can deliver them.
    """
    ids = sorted(set(variant_ids))
    for start in range(0, len(ids), IDS_OF_A_JOB):
        enqueue(session, INDEX_JOB, {"ids": ids[start : start + IDS_OF_A_JOB]}, now=now)


def touch_products(session: Session, product_ids: Collection[int], now: datetime) -> None:
    """Have all variants of the products indexed anew."""
    if product_ids:
        touch(session, session.scalars(select(Variant.id).where(Variant.product_id.in_(product_ids))), now)
