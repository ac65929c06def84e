"""Housekeeping of the job table itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import delete

from portal.jobs.context import JobContext
from portal.jobs.models import Job

KEEP_FINISHED: Final = timedelta(days=30)
"""How long a finished job is kept for people who ask what happened, and for its unique key."""


def purge_finished(context: JobContext) -> None:
    """Delete jobs that were finished long ago. Failed ones stay until a person settles them."""
    context.session.execute(delete(Job).where(Job.finished_at < context.now - KEEP_FINISHED))
