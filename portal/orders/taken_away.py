"""What a person took away, kept under a key so that it can come back as it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from portal.core.ids import submit_key
from portal.orders.models import CartDrop, CartLine, TakenAway, TakenAwayKind


def keep(
    session: Session,
    user_id: int,
    account_id: int,
    kind: TakenAwayKind,
    content: dict[str, Any],
    now: datetime,
) -> str:
    """Keep ``content``, made of what JSON knows, and give the key that ``is_kept`` takes."""
    key = submit_key()
    session.execute(
        insert(TakenAway).values(
            account_id=account_id,
            user_id=user_id,
            kind=kind,
            undo_key=key,
            content=content,
            taken_at=now,
        )
    )
    return key


def is_kept(user_id: int, account_id: int, kind: TakenAwayKind, key: str) -> tuple[ColumnElement[bool], ...]:
    """What is true of the person's own row of this kind and key, as conditions of a statement."""
    return (
        TakenAway.undo_key == key,
        TakenAway.kind == kind,
        TakenAway.user_id == user_id,
        TakenAway.account_id == account_id,
    )


def forget_taken_away(session: Session, before: datetime) -> None:
    """Delete what was taken away before that moment: it no longer comes back."""
    session.execute(
        delete(TakenAway).where(TakenAway.taken_at < before).execution_options(synchronize_session=False)
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
