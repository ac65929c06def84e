"""Mail out: what a mail is, and the ways it leaves."""

from __future__ import annotations

import logging
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formataddr
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from portal.adapters.paper import Attachment

log = logging.getLogger("portal.mail")

SMTP_TIMEOUT_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person. The same ``message_id`` is the same mail, however often it is handed over."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    """Without angle brackets, such as order-2026-000042-placed@portal.example."""
    choices_url: str | None = None
    """Where the person says which mails to get; None for mail that nobody can do without."""
    attachments: tuple[Attachment, ...] = ()


class Mailer(Protocol):
    """Hands mail to whatever carries it. ``send`` returns once the mail is taken over, or raises OSError."""

    def send(self, mail: Mail) -> None:
        """Hand one mail over."""
        ...


class ConsoleMailer:
    """Writes mail to the log: the way of a portal without a mail server."""

    def send(self, mail: Mail) -> None:
        """Log the mail's plain text."""
        log.info("mail to %s: %s\n%s", mail.to, mail.subject, mail.text)


@dataclass
class MemoryMailer:
    """Keeps mail in a list, for tests."""

    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        """Keep the mail."""
        self.sent.append(mail)


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Sends through an SMTP server; ``smtps`` speaks TLS from the start, ``smtp`` takes STARTTLS where offered."""

    host: str
    port: int
    sender: str
    brand_name: str
    user: str | None = None
    password: str | None = None
    tls: bool = False

    @classmethod
    def from_url(cls, url: str, *, sender: str, brand_name: str) -> SmtpMailer:
        """Read ``smtp://user:password@host:port``. Raises ValueError for any other kind of address."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("a mail server's address begins with smtp:// or smtps://")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 25),
            sender=sender,
            brand_name=brand_name,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=tls,
        )

    def send(self, mail: Mail) -> None:
        """Hand the mail to the server. Raises OSError (smtplib's errors are OSErrors) if it is not taken."""
        message = EmailMessage()
        message["From"] = formataddr((self.brand_name, self.sender))
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Message-ID"] = f"<{mail.message_id}>"
        message["Auto-Submitted"] = "auto-generated"
        if mail.choices_url:
            message["List-Unsubscribe"] = f"<{mail.choices_url}>"
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        for attachment in mail.attachments:
            maintype, _, subtype = attachment.media_type.partition("/")
            message.add_attachment(
                attachment.content, maintype=maintype, subtype=subtype, filename=attachment.name
            )
        context = ssl.create_default_context()
        connection = (
            smtplib.SMTP_SSL(self.host, self.port, timeout=SMTP_TIMEOUT_SECONDS, context=context)
            if self.tls
            else smtplib.SMTP(self.host, self.port, timeout=SMTP_TIMEOUT_SECONDS)
        )
        with connection as server:
            if not self.tls and server.has_extn("starttls"):
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password or "")
            server.send_message(message)
