"""Signing in: passwords, how often they may be tried, known devices, and the links that replace a forgotten one.

How attempts are limited. Each attempt is counted before the password is looked at, so many at once gain nothing, and
the count is given back when it succeeds. A device on which the person has signed in before holds a signed cookie
and has a budget of its own; all other attempts share a budget per mail address and one per network address. So
somebody who hammers a mail address blocks strangers' devices for a while, never the owner's; the link by mail works
in any case. A block ends by itself, and what is tried while it lasts does not prolong it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from sqlalchemy import ColumnElement, case, delete, literal, or_, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import SignInThrottle
from portal.accounts.people_queries import Credentials
from portal.core.errors import Refused, TooManyAttempts
from portal.core.upsert import insert_for

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Argon2id with 19 MiB and two passes. Source: OWASP Password Storage Cheat Sheet."""

NO_PASSWORD: Final = "!"  # noqa: S105 - the mark of an account nobody can sign in to with a password
"""Kept in place of a hash; no password matches it."""

RESET_MAX_AGE_SECONDS: Final = 3600
"""How long a link that replaces a forgotten password works."""

MAX_PEOPLE_PER_DEVICE: Final = 8
"""How many people one device is known for; the one who signed in longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many attempts a subject has in a window of time, and how long it is blocked when they are used up."""

    attempts: int
    window: timedelta
    block: timedelta


ADDRESS_BUDGET: Final = Budget(60, timedelta(minutes=15), timedelta(minutes=15))
"""Per network address. An office of dealers shares one, so it is wide."""

EMAIL_BUDGET: Final = Budget(10, timedelta(minutes=15), timedelta(minutes=15))
"""Per mail address, on devices it has not signed in from."""

DEVICE_BUDGET: Final = Budget(10, timedelta(minutes=15), timedelta(minutes=5))
"""Per person and known device."""

RESET_BUDGET: Final = Budget(20, timedelta(minutes=15), timedelta(minutes=15))
"""Reset mails asked for per network address."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose attempts are counted, and against which budget."""

    name: str
    budget: Budget


@dataclass(frozen=True, slots=True)
class Device:
    """What the cookie of a device says: its own id, and the people who signed in on it, latest first."""

    id: str
    user_ids: tuple[int, ...]

    def knows(self, user_id: int) -> bool:
        """True if this person has signed in on the device."""
        return user_id in self.user_ids

    def with_user(self, user_id: int) -> Device:
        """The same device after this person signed in."""
        others = tuple(known for known in self.user_ids if known != user_id)
        return Device(self.id, (user_id, *others)[:MAX_PEOPLE_PER_DEVICE])


@dataclass(frozen=True, slots=True)
class ResetLink:
    """What a signed link that replaces a password says: whose, and which password it was made for."""

    user_id: int
    fingerprint: str


def new_device() -> Device:
    """A device nobody has signed in on."""
    return Device(secrets.token_urlsafe(12), ())


def device_token(secret_key: str, device: Device) -> str:
    """The value of a device's cookie."""
    return _device_signer(secret_key).dumps([device.id, *device.user_ids])


def device_of_token(secret_key: str, token: str) -> Device | None:
    """The device a cookie speaks of; None if the portal did not sign it."""
    try:
        device_id, *user_ids = _device_signer(secret_key).loads(token)
    except BadSignature:
        return None
    return Device(device_id, tuple(user_ids))


def subjects_of(
    email: str, credentials: Credentials | None, device: Device | None, address: str
) -> list[Subject]:
    """Whose budgets a sign-in draws on. ``credentials`` are those of the mail address, None if nobody has it."""
    if credentials and device and device.knows(credentials.user_id):
        return [Subject(f"device:{device.id}:{credentials.user_id}", DEVICE_BUDGET)]
    # What is typed as a mail address may be a password in the wrong field: only its fingerprint is kept.
    fingerprint = hashlib.sha256(email.encode("utf-8", "replace")).hexdigest()[:32]
    return [Subject(f"email:{fingerprint}", EMAIL_BUDGET), Subject(f"ip:{_network(address)}", ADDRESS_BUDGET)]


def reset_subjects(address: str) -> list[Subject]:
    """Whose budget asking for a reset mail draws on."""
    return [Subject(f"reset:{_network(address)}", RESET_BUDGET)]


def password_subjects(user_id: int) -> list[Subject]:
    """Whose budget changing one's own password draws on: whoever finds a signed-in phone must not guess at will."""
    return [Subject(f"password:{user_id}", DEVICE_BUDGET)]


def count_attempt(session: Session, subjects: Sequence[Subject], now: datetime) -> None:
    """Count an attempt on every subject before it is made.

    The caller commits it on its own, since a refused request keeps nothing else. Raises TooManyAttempts with the
    seconds left if one of the subjects is blocked; then nothing is to be kept.
    """
    for subject in subjects:
        if not _count(session, subject, now):
            until = session.scalar(
                select(SignInThrottle.blocked_until).where(SignInThrottle.subject == subject.name)
            )
            # The seconds are rounded up: at the moment they name, the next attempt is looked at.
            raise TooManyAttempts(-int((now - until).total_seconds() // 1) if until else 1)


def give_back_attempt(session: Session, subjects: Sequence[Subject]) -> None:
    """Undo ``count_attempt`` after a success, and the block if that attempt began it.

    Only a device's earlier failures are forgotten: a success elsewhere must not refill the budget of a guesser who
    tries the same mail address, or who signs in with a password of their own in between.
    """
    for subject in subjects:
        if subject.budget is DEVICE_BUDGET:
            session.execute(delete(SignInThrottle).where(SignInThrottle.subject == subject.name))
        else:
            session.execute(
                update(SignInThrottle)
                .where(SignInThrottle.subject == subject.name, SignInThrottle.failures > 0)
                .values(failures=SignInThrottle.failures - 1, blocked_until=None)
            )


def forget_attempts(session: Session, before: datetime) -> None:
    """Delete the counts whose window began, and whose block ended, before a moment."""
    session.execute(
        delete(SignInThrottle).where(
            SignInThrottle.window_start < before,
            or_(SignInThrottle.blocked_until.is_(None), SignInThrottle.blocked_until < before),
        )
    )


def hash_password(password: str) -> str:
    """A password as it is kept. Takes tens of milliseconds: never call it while a write lock is held."""
    return HASHER.hash(password)


def password_matches(password: str, credentials: Credentials | None) -> bool:
    """True if this is the person's password. As slow for a person who does not exist, so that time tells nothing."""
    kept = credentials.password_hash if credentials else NO_PASSWORD
    is_usable = kept != NO_PASSWORD
    try:
        HASHER.verify(kept if is_usable else _DUMMY_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return is_usable


def renewed_hash(password: str, credentials: Credentials) -> str | None:
    """The password hashed anew if the kept hash was made with other parameters than today's; else None."""
    return hash_password(password) if HASHER.check_needs_rehash(credentials.password_hash) else None


def reset_token(secret_key: str, credentials: Credentials) -> str:
    """The secret part of a link that replaces a forgotten password.

    It carries a fingerprint of the present password, so it ends with the first change of it.
    """
    return _reset_signer(secret_key).dumps([credentials.user_id, _fingerprint(credentials)])


def read_reset_token(secret_key: str, token: str) -> ResetLink:
    """What a reset link says. Raises Refused("reset_link") if the portal did not make it or it is too old."""
    try:
        user_id, fingerprint = _reset_signer(secret_key).loads(token, max_age=RESET_MAX_AGE_SECONDS)
    except BadSignature:
        raise Refused("reset_link") from None
    return ResetLink(user_id, fingerprint)


def redeem(link: ResetLink, credentials: Credentials | None) -> Credentials:
    """The person whose password the link may replace.

    ``credentials`` are those of ``link.user_id``. Raises Refused("reset_link") if the person is gone, or has another
    password or mail address since.
    """
    if credentials is None or not secrets.compare_digest(link.fingerprint, _fingerprint(credentials)):
        raise Refused("reset_link")
    return credentials


def _count(session: Session, subject: Subject, now: datetime) -> bool:
    """Count one attempt in a single statement, so that two at once count as two; False if the subject is blocked."""
    budget = subject.budget
    # A new window begins when the old one is over, and after a block.
    is_over: ColumnElement[bool] = or_(
        SignInThrottle.window_start <= now - budget.window, SignInThrottle.blocked_until.is_not(None)
    )
    moment = SignInThrottle.window_start.type
    is_last = SignInThrottle.failures + 1 >= budget.attempts
    statement = (
        insert_for(session, SignInThrottle)
        .values(subject=subject.name, failures=1, window_start=now, blocked_until=None)
        .on_conflict_do_update(
            index_elements=[SignInThrottle.subject],
            set_={
                "failures": case((is_over, 1), else_=SignInThrottle.failures + 1),
                "window_start": case((is_over, literal(now, moment)), else_=SignInThrottle.window_start),
                "blocked_until": case((is_last & ~is_over, literal(now + budget.block, moment)), else_=None),
            },
            where=or_(SignInThrottle.blocked_until.is_(None), SignInThrottle.blocked_until <= now),
        )
        .returning(SignInThrottle.failures)
    )
    return session.execute(statement).scalar() is not None


def _network(address: str) -> str:
    """The address itself, or for IPv6 the /64 network, which is what one customer has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else parsed)


def _fingerprint(credentials: Credentials) -> str:
    text = f"{credentials.password_hash}:{credentials.session_epoch}:{credentials.email}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _reset_signer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="password-reset")


def _device_signer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="known-device")


_DUMMY_HASH: Final = HASHER.hash(secrets.token_urlsafe(16))
"""Compared with when there is no person, so that the answer takes as long."""
