"""The table of background jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.columns import Json, UtcDateTime
from portal.core.tables import Base, Id


class Job(Base):
    """A piece of work to be done after the transaction that asked for it.

    The row is added in that same transaction, so the work is asked for if and only if the change is kept: the table
    is the outbox. It is done at least once; handlers are idempotent.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_finished_at_run_after", "finished_at", "run_after"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    name: Mapped[str]
    """Which handler does it."""

    arguments: Mapped[dict[str, Any]] = mapped_column(Json)
    """Ids and plain values, never objects."""

    run_after: Mapped[datetime] = mapped_column(UtcDateTime)

    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """A worker has it until then; after that another may take it, so a killed worker loses nothing."""

    attempts: Mapped[int] = mapped_column(default=0)

    last_error: Mapped[str | None]
    """Kept until a person or a later attempt settles it."""

    unique_key: Mapped[str | None] = mapped_column(unique=True)
    """The same key is never enqueued twice, for example nightly:2026-11-22."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Null while it waits, runs, or has failed for good (attempts used up)."""
