"""Deeds that must count once however often their form is sent: a key of the form names what has been done."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from portal.core.upsert import insert_for
from portal.orders.models import BulkEntry

DONE: Final = "\nonce"
"""Source of the entry that keeps the key of what was done. No file and no list has a name of two lines."""


def is_first(session: Session, user_id: int, account_id: int, deed: str, now: datetime) -> bool:
    """True the first time this person does ``deed`` (a form's key, and what it asks for); one statement.

    A transaction that is given up forgets it, and one that does the same meanwhile is waited for. Keys are kept as
    long as bulk entries.
    """
    entry = insert_for(session, BulkEntry).values(
        account_id=account_id,
        user_id=user_id,
        submit_key=f"once-{user_id}-{deed}",
        source=DONE,
        lines=[],
        outcome=[],
        created_at=now,
        committed_at=now,
    )
    new = session.scalar(
        entry.on_conflict_do_nothing(index_elements=["account_id", "submit_key"]).returning(BulkEntry.id)
    )
    return new is not None
