"""What a background handler is given, so that it reads neither clock nor settings nor request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.adapters.mail_templates import MailRenderer
from portal.adapters.paper import PaperPress
from portal.adapters.payments.provider import Providers


@dataclass(frozen=True, slots=True)
class JobContext:
    """One run of one job. A chore's session is committed when it returns; a letter's can only read."""

    session: Session
    now: datetime
    """Aware, UTC."""
    mail_renderer: MailRenderer
    base_url: str
    """Address of the portal without a trailing slash, for links in mail."""
    brand_name: str
    secret_key: str
    """Signs links that prove something, such as one that replaces a password."""

    def message_id(self, reference: str) -> str:
        """The Message-ID of a mail about ``reference``; the same whenever the job runs again."""
        host = self.base_url.partition("://")[2].partition("/")[0].partition(":")[0]
        return f"{reference}@{host}"


@dataclass(frozen=True, slots=True)
class Services:
    """What works outside the database and may take its time."""

    press: PaperPress
    providers: Providers


@dataclass(frozen=True, slots=True)
class Errand:
    """A job with slow work in the middle, which holds no lock while it is done.

    ``read`` gets the context, whose session can only read, and the job's arguments; None from it: there is nothing to
    do (any more). ``work`` gets what was read and knows no database. ``write`` gets the context of a new transaction,
    the one that also finishes the job, then what was read and what was done: it looks again whether it still holds.
    A worker killed in the middle does all of it once more. ``give_up`` gets a context and the job's arguments once it
    has failed for good, to tell who waits for it.
    """

    read: Callable[..., Any | None]
    work: Callable[[Services, Any], Any]
    write: Callable[[JobContext, Any, Any], None]
    give_up: Callable[..., None] | None = None
