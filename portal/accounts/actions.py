"""Writes of accounts and people. None commits; none hashes a password, because hashing is slow and these hold locks."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.people_queries import Credentials
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.locales import LOCALES
from portal.jobs.queue import enqueue

RESET_MAIL_PAUSE: Final = timedelta(minutes=2)
"""A person is sent at most one reset mail in this time, however often somebody asks for it."""


def note_sign_in(session: Session, credentials: Credentials, renewed_hash: str | None, now: datetime) -> None:
    """Keep when the person signed in and, if given, the password hashed anew.

    Raises Conflict("signed_out") if the password was changed or every session ended while it was being checked.
    """
    values: dict[str, object] = {"signed_in_at": now}
    if renewed_hash is not None:
        values["password_hash"] = renewed_hash
    done = session.scalar(
        update(User)
        .where(
            User.id == credentials.user_id,
            User.session_epoch == credentials.session_epoch,
            User.password_hash == credentials.password_hash,
            User.active.is_(True),
        )
        .values(values)
        .returning(User.id)
    )
    if done is None:
        raise Conflict("signed_out")


def ask_for_reset_mail(session: Session, email: str, now: datetime) -> None:
    """Have a link that replaces the password sent to a mail address, if somebody has it.

    Whether anybody does is found out by the job alone, so the answer takes the same time for every address.
    """
    asked = int(now.timestamp()) // int(RESET_MAIL_PAUSE.total_seconds())
    fingerprint = hashlib.sha256(email.encode("utf-8", "replace")).hexdigest()[:32]
    enqueue(
        session,
        "password_reset_mail",
        {"email": email, "asked": asked},
        now=now,
        unique_key=f"password_reset_mail:{fingerprint}:{asked}",
    )


def replace_password(session: Session, credentials: Credentials, new_hash: str, now: datetime) -> int:
    """Give the person a new password, end every session of theirs, and tell them by mail.

    Gives the new session epoch. Raises Refused("reset_link") if the password is no longer the one in ``credentials``:
    of two uses of one link, one wins.
    """
    epoch: int | None = session.scalar(
        update(User)
        .where(
            User.id == credentials.user_id,
            User.password_hash == credentials.password_hash,
            User.session_epoch == credentials.session_epoch,
        )
        .values(password_hash=new_hash, session_epoch=User.session_epoch + 1)
        .returning(User.session_epoch)
    )
    if epoch is None:
        raise Refused("reset_link")
    enqueue(
        session,
        "password_changed_mail",
        {"user_id": credentials.user_id, "epoch": epoch},
        now=now,
        unique_key=f"password_changed_mail:{credentials.user_id}:{epoch}",
    )
    return epoch


def end_sessions(session: Session, user_id: int) -> None:
    """End every session of a person, on every device. Raises NotFound."""
    done = session.scalar(
        update(User)
        .where(User.id == user_id)
        .values(session_epoch=User.session_epoch + 1)
        .returning(User.session_epoch)
    )
    if done is None:
        raise NotFound("user", user_id)


def choose_locale(session: Session, user_id: int, locale: str) -> None:
    """Keep the language a person wants. Raises Refused("locale") for one the portal has not, NotFound."""
    if locale not in LOCALES:
        raise Refused("locale", field="locale")
    done = session.scalar(update(User).where(User.id == user_id).values(locale=locale).returning(User.id))
    if done is None:
        raise NotFound("user", user_id)
