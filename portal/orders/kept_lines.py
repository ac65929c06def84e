"""What a cart held before many of its lines were changed at once, kept under a key so that it can come back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session

from portal.core.ids import submit_key
from portal.orders.models import BulkEntry, CartDrop, CartLine

EMPTIED: Final = "\nemptied cart"
"""Source of the entry that keeps lines which were taken out of a cart. No file and no list has a name of two lines."""

UNSPLIT: Final = "\nplaces and days"
"""Source of the entry that keeps where a cart's lines went before that was changed at once."""


def keep_lines(
    session: Session, user_id: int, account_id: int, source: str, lines: list[dict[str, Any]], now: datetime
) -> str:
    """Keep ``lines``, made of what JSON knows, and give the key that ``is_kept`` takes."""
    key = submit_key()
    session.execute(
        insert(BulkEntry).values(
            account_id=account_id,
            user_id=user_id,
            submit_key=key,
            source=source,
            lines=lines,
            created_at=now,
        )
    )
    return key


def is_kept(user_id: int, account_id: int, source: str, key: str) -> tuple[ColumnElement[bool], ...]:
    """What is true of the person's own entry of this source and key, as conditions of a statement."""
    return (
        BulkEntry.submit_key == key,
        BulkEntry.source == source,
        BulkEntry.user_id == user_id,
        BulkEntry.account_id == account_id,
    )


def drops_to_keep(session: Session, of_lines: Any) -> dict[int, list[tuple[int, str, int]]]:
    """Place, day and units of the drops of these lines (a condition on CartLine), by the line's id, for JSON."""
    found: dict[int, list[tuple[int, str, int]]] = {}
    for row in session.execute(
        select(CartDrop.cart_line_id, CartDrop.location_id, CartDrop.requested_date, CartDrop.quantity)
        .join(CartLine, CartLine.id == CartDrop.cart_line_id)
        .where(of_lines)
        .order_by(CartDrop.id)
    ):
        drop = (row.location_id, row.requested_date.isoformat(), row.quantity)
        found.setdefault(row.cart_line_id, []).append(drop)
    return found


def kept_drops(drops: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Drops that were kept as JSON, as rows without their line."""
    return [
        {"location_id": location_id, "requested_date": date.fromisoformat(day), "quantity": units}
        for location_id, day, units in drops
    ]
