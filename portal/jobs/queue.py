"""The queue over the job table: enqueue in the caller's transaction; claim, finish and fail for the worker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from portal.core.upsert import insert_for
from portal.jobs.models import Job

MAX_ATTEMPTS: Final = 8
"""After so many failures a job waits for a person; with the back-off below that is about 4 hours."""

MOST_CLAIMED: Final = 500
"""Jobs that claim_all takes at once, however light."""

LOST: Final = "the worker stopped at the last attempt"
"""Error of a job that ended with its worker."""

CLAIM_ALL_LOCK: Final = 7_201_153
"""PostgreSQL's advisory lock under which claim_all looks whether another worker is at work."""

FIRST_RETRY_SECONDS: Final = 60
"""Pause after the first failure; it doubles with every further one."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job one worker holds until its lease ends."""

    id: int
    name: str
    arguments: dict[str, Any]
    attempts: int
    """This attempt included."""


def enqueue(
    session: Session,
    name: str,
    arguments: dict[str, Any],
    *,
    now: datetime,
    run_after: datetime | None = None,
    unique_key: str | None = None,
) -> None:
    """Ask for work in the caller's transaction. With a ``unique_key`` that was used before, does nothing."""
    values = {
        "name": name,
        "arguments": arguments,
        "run_after": run_after or now,
        "unique_key": unique_key,
        "created_at": now,
        "attempts": 0,
    }
    if unique_key is None:
        session.execute(insert(Job).values(values))
        return
    session.execute(
        insert_for(session, Job).values(values).on_conflict_do_nothing(index_elements=["unique_key"])
    )


def has_due(
    session: Session, *, now: datetime, names: Collection[str] = (), but: Collection[str] = ()
) -> bool:
    """Whether any job waits to be claimed, of ``names`` alone if given and of none of ``but``; takes no lock."""
    due = (*_due(now), *_named(names, but))
    return session.scalar(select(literal(1)).where(*due).limit(1)) is not None


def claim(session: Session, *, now: datetime, lease: timedelta, but: Collection[str] = ()) -> Claim | None:
    """Take the job that has waited longest, none of ``but``; None if none is due. The caller commits, then works."""
    oldest = select(Job.id).where(*_due(now), *_named((), but)).order_by(Job.run_after, Job.id).limit(1)
    if session.get_bind().dialect.name == "postgresql":
        oldest = oldest.with_for_update(skip_locked=True)
    row = session.execute(
        update(Job)
        .where(Job.id == oldest.scalar_subquery())
        .values(claimed_until=now + lease, attempts=Job.attempts + 1)
        .returning(Job.id, Job.name, Job.arguments, Job.attempts)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Claim(*row) if row else None


def claim_all(
    session: Session,
    names: Collection[str],
    *,
    now: datetime,
    lease: timedelta,
    weigh: Callable[[dict[str, Any]], int],
    most: int,
) -> list[Claim]:
    """Take the due jobs of ``names`` at once, in the order they were asked for; none while another worker holds one.

    At least one is taken, and no more than come to ``most`` when their arguments are weighed. One worker alone does
    such jobs: of two, the slower could write what it read before the faster.
    """
    if session.get_bind().dialect.name == "postgresql":
        # SQLite has taken its one write lock already.
        session.execute(select(func.pg_advisory_xact_lock(CLAIM_ALL_LOCK)))
    mine = Job.name.in_(names)
    held = select(literal(1)).where(mine, Job.finished_at.is_(None), Job.claimed_until >= now).limit(1)
    if session.scalar(held) is not None:
        return []
    waiting = session.execute(
        select(Job.id, Job.name, Job.arguments, Job.attempts)
        .where(mine, *_due(now))
        .order_by(Job.id)
        .limit(MOST_CLAIMED)
    )
    taken: list[Claim] = []
    weight = 0
    for job_id, name, arguments, attempts in waiting:
        weight += weigh(arguments)
        if taken and weight > most:
            break
        taken.append(Claim(job_id, name, arguments, attempts + 1))
    if taken:
        session.execute(
            update(Job)
            .where(Job.id.in_([each.id for each in taken]))
            .values(claimed_until=now + lease, attempts=Job.attempts + 1)
            .execution_options(synchronize_session=False)
        )
    return taken


def finish_all(session: Session, claims: Sequence[Claim], *, now: datetime) -> None:
    """Mark jobs done; one statement."""
    session.execute(
        update(Job)
        .where(Job.id.in_([each.id for each in claims]))
        .values(finished_at=now, claimed_until=None, last_error=None)
        .execution_options(synchronize_session=False)
    )


def put_back(session: Session, claims: Sequence[Claim], error: str, *, run_after: datetime) -> None:
    """Let jobs wait as if they had never been claimed: what they need is away, which is not their fault."""
    session.execute(
        update(Job)
        .where(Job.id.in_([each.id for each in claims]))
        .values(last_error=error[-4000:], claimed_until=None, run_after=run_after, attempts=Job.attempts - 1)
        .execution_options(synchronize_session=False)
    )


def finish(session: Session, job_id: int, *, now: datetime) -> None:
    """Mark the job done, in the transaction of what it did."""
    session.execute(
        update(Job).where(Job.id == job_id).values(finished_at=now, claimed_until=None, last_error=None)
    )


def fail(session: Session, claimed: Claim, error: str, *, now: datetime) -> None:
    """Keep the error and let the job wait: the longer, the more often it failed; after MAX_ATTEMPTS for a person."""
    pause = timedelta(seconds=FIRST_RETRY_SECONDS * 2 ** (claimed.attempts - 1))
    session.execute(
        update(Job)
        .where(Job.id == claimed.id)
        .values(last_error=error[-4000:], claimed_until=None, run_after=now + pause)
    )


def lost(session: Session, *, now: datetime) -> Claim | None:
    """A job whose worker was killed at the last attempt, so that nobody comes back to it; takes no lock."""
    row = session.execute(
        select(Job.id, Job.name, Job.arguments, Job.attempts).where(*_lost(now)).order_by(Job.id).limit(1)
    ).one_or_none()
    return Claim(*row) if row else None


def end_lost(session: Session, job_id: int, *, now: datetime) -> None:
    """Note of such a job that it has failed for good; nothing if it went well after all."""
    session.execute(
        update(Job)
        .where(Job.id == job_id, *_lost(now))
        .values(claimed_until=None, last_error=LOST)
        .execution_options(synchronize_session=False)
    )


def try_again(session: Session, condition: ColumnElement[bool], *, now: datetime) -> bool:
    """Let a job that has failed for good start anew; False if ``condition`` names none."""
    row = session.execute(
        update(Job)
        .where(condition, *_given_up(now))
        .values(attempts=0, run_after=now, claimed_until=None, last_error=None)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return row is not None


def counts(session: Session, *, now: datetime) -> dict[str, int]:
    """How many jobs are ``waiting``, ``running`` and ``failed`` (out of attempts)."""
    open_jobs = Job.finished_at.is_(None)
    failed = Job.attempts >= MAX_ATTEMPTS
    running = Job.claimed_until > now
    row = session.execute(
        select(
            func.count().filter(~failed, or_(Job.claimed_until.is_(None), ~running)),
            func.count().filter(running),
            func.count().filter(failed, or_(Job.claimed_until.is_(None), ~running)),
        ).where(open_jobs)
    ).one()
    return {"waiting": row[0], "running": row[1], "failed": row[2]}


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Job.finished_at.is_(None),
        Job.run_after <= now,
        or_(Job.claimed_until.is_(None), Job.claimed_until < now),
        Job.attempts < MAX_ATTEMPTS,
    )


def _given_up(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Out of attempts, and in nobody's hands."""
    return (
        Job.finished_at.is_(None),
        Job.attempts >= MAX_ATTEMPTS,
        or_(Job.claimed_until.is_(None), Job.claimed_until < now),
    )


def _lost(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Out of attempts, and still marked as somebody's: whoever had it noted no error."""
    return Job.finished_at.is_(None), Job.attempts >= MAX_ATTEMPTS, Job.claimed_until < now


def _named(names: Collection[str], but: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    conditions: list[ColumnElement[bool]] = []
    if names:
        conditions.append(Job.name.in_(names))
    if but:
        conditions.append(Job.name.not_in(but))
    return tuple(conditions)
