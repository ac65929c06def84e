"""Reads of people: of those who sign in, of an account's and of the seller's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountRole, Membership, User


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against."""

    user_id: int
    email: str
    name: str
    password_hash: str
    session_epoch: int
    locale: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A person of an account, with the role there."""

    user_id: int
    name: str
    email: str
    role: AccountRole


@dataclass(frozen=True, slots=True)
class Contact:
    """One of the seller's people, as dealers reach them."""

    name: str
    email: str


_CREDENTIALS = select(
    User.id, User.email, User.name, User.password_hash, User.session_epoch, User.locale
).where(User.active.is_(True))


def members_of(session: Session, account_id: int) -> list[Member]:
    """The active people of an account, by name."""
    rows = session.execute(
        select(User.id, User.name, User.email, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.account_id == account_id, User.active.is_(True))
        .order_by(User.name, User.id)
    )
    return [Member(row.id, row.name, row.email, row.role) for row in rows]


def contact_of(session: Session, user_id: int | None) -> Contact | None:
    """How to reach one of the seller's people; None if there is none, or no longer."""
    if user_id is None:
        return None
    row = session.execute(
        select(User.name, User.email).where(
            User.id == user_id, User.active.is_(True), User.staff_role.is_not(None)
        )
    ).one_or_none()
    return None if row is None else Contact(row.name, row.email)


def credentials_by_email(session: Session, email: str) -> Credentials | None:
    """What a sign-in under this mail address (lower case) is checked against; None if nobody has it."""
    return _credentials(session.execute(_CREDENTIALS.where(User.email == email)).one_or_none())


def credentials_by_id(session: Session, user_id: int) -> Credentials | None:
    """The same for a person known by id; None if there is no such active person."""
    return _credentials(session.execute(_CREDENTIALS.where(User.id == user_id)).one_or_none())


def document_locale(session: Session, user_id: int) -> str | None:
    """The language for mail to a person who chose none: that of their first account; None without any."""
    return session.scalar(
        select(Account.locale)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.user_id == user_id)
        .order_by(Account.name, Account.id)
        .limit(1)
    )


def _credentials(row: Row[*tuple[Any, ...]] | None) -> Credentials | None:
    if row is None:
        return None
    return Credentials(row.id, row.email, row.name, row.password_hash, row.session_epoch, row.locale)
