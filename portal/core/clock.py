"""The clock: the only module that asks the machine what time it is.

Rooms take ``now`` (aware, UTC) and ``today`` (a local date) as arguments; the web layer, the worker and the commands
take them from here, so a test can set any moment.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime, timezone: str) -> date:
    """The calendar date of ``moment`` in ``timezone`` (an IANA name such as ``Asia/Seoul``)."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def today(timezone: str) -> date:
    """The calendar date at this moment in ``timezone``."""
    return local_date(now(), timezone)
