"""The queue over the job table: enqueue in the caller's transaction; claim, finish and fail for the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from portal.core.upsert import insert_for
from portal.jobs.models import Job

MAX_ATTEMPTS: Final = 8
"""After so many failures a job waits for a person; with the back-off below that is about 4 hours."""

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


def has_due(session: Session, *, now: datetime) -> bool:
    """Whether any job waits to be claimed; reads only, so asking takes no lock."""
    return session.scalar(select(literal(1)).where(*_due(now)).limit(1)) is not None


def claim(session: Session, *, now: datetime, lease: timedelta) -> Claim | None:
    """Take the job that has waited longest, or None if none is due. The caller commits before it works."""
    oldest = select(Job.id).where(*_due(now)).order_by(Job.run_after, Job.id).limit(1)
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
