"""Deeds that must count once however often their form is sent: a key of the form names what has been done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.core.upsert import insert_for
from portal.orders.models import FormDone


def is_first(session: Session, user_id: int, account_id: int, deed: str, now: datetime) -> bool:
    """True the first time this person does ``deed`` (a form's key, and what it asks for); one statement.

    A transaction that is given up forgets it, and one that does the same meanwhile is waited for.
    """
    done = insert_for(session, FormDone).values(
        user_id=user_id, account_id=account_id, deed=deed, done_at=now
    )
    new = session.scalar(
        done.on_conflict_do_nothing(index_elements=["user_id", "account_id", "deed"]).returning(FormDone.id)
    )
    return new is not None


def forget_forms(session: Session, before: datetime) -> None:
    """Delete the keys of forms that were done before that moment."""
    session.execute(
        delete(FormDone).where(FormDone.done_at < before).execution_options(synchronize_session=False)
    )
