"""Tables of people who sign in, and of what they may do."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.columns import UtcDateTime, word_of
from portal.core.tables import Base, Id


class AccountRole(StrEnum):
    """What a person may do at an account."""

    OWNER = "owner"
    BUYER = "buyer"
    APPROVER = "approver"
    FINANCE = "finance"
    VIEWER = "viewer"


class StaffRole(StrEnum):
    """What one of the seller's people does."""

    REP = "rep"
    DESK = "desk"
    FINANCE = "finance"
    MANAGER = "manager"
    ADMIN = "admin"


class User(Base):
    """A person who signs in: at one or more accounts, or as one of the seller's people."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    email: Mapped[str] = mapped_column(unique=True)
    """Lower case; the sign-in name."""

    name: Mapped[str]

    password_hash: Mapped[str]
    """Argon2id, in its own encoded form."""

    session_epoch: Mapped[int] = mapped_column(default=0)
    """Raised to end every session of the person at once; sessions carry the value they began with."""

    locale: Mapped[str | None]
    """The person's own choice of language; null: the account's."""

    staff_role: Mapped[StaffRole | None] = mapped_column(word_of(StaffRole))
    """Null for dealers' people."""

    active: Mapped[bool] = mapped_column(default=True)

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Last successful sign-in."""


class Membership(Base):
    """A person's role at an account."""

    __tablename__ = "membership"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)

    role: Mapped[AccountRole] = mapped_column(word_of(AccountRole))


class SignInThrottle(Base):
    """Failed sign-ins counted per subject, so that guessing is slow and nobody can lock another out for ever.

    A subject is an address (``ip:…``), a mail address tried from devices it never signed in from (``email:…``), or a
    device that once signed in (``device:…``), which keeps a budget of its own. Trying one's present password in order
    to change it (``password:…``) and asking for reset mails (``reset:…``) are counted alike.
    """

    __tablename__ = "sign_in_throttle"

    subject: Mapped[str] = mapped_column(primary_key=True)

    failures: Mapped[int] = mapped_column(default=0)
    """Failed attempts since window_start."""

    window_start: Mapped[datetime] = mapped_column(UtcDateTime)

    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """No attempt is looked at before this moment; attempts made meanwhile do not move it."""
