"""What a background handler is given, so that it reads neither clock nor settings nor request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.adapters.mail_templates import MailRenderer


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
