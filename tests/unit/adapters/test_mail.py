"""Mail reaches a real SMTP server as it was written, in any language."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.adapters.mail import ConsoleMailer, Mail, SmtpMailer
from portal.adapters.mail_templates import MailRenderer

MAIL = Mail(
    to="buyer.kr@demo.example",
    subject="주문 2026-000042이 접수되었습니다",
    text="안녕하세요.\n",
    html="<p>안녕하세요.</p>",
    message_id="order-2026-000042-placed@portal.example",
)


class Inbox:
    """Keeps what the server takes."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        message: Any = email.message_from_bytes(content, policy=email.policy.default)
        self.messages.append(message)
        return "250 OK" if "refuse" not in envelope.rcpt_tos[0] else "451 try later"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mailer(inbox: Inbox) -> Iterator[SmtpMailer]:
    # Port 0 would be asked for again by the controller's own self-check, so it picks a free one first.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield SmtpMailer.from_url(
        f"smtp://127.0.0.1:{port}", sender="portal@portal.example", brand_name="파트너 포털"
    )
    controller.stop()


def test_a_korean_mail_arrives_whole(mailer, inbox):
    mailer.send(MAIL)

    message = inbox.messages[0]
    assert message["Subject"] == MAIL.subject
    assert message["To"] == MAIL.to
    assert message["From"] == "파트너 포털 <portal@portal.example>"
    assert message["Message-ID"] == f"<{MAIL.message_id}>"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["안녕하세요."]
    assert html.get_content().splitlines() == ["<p>안녕하세요.</p>"]


def test_a_subject_cannot_smuggle_a_header(mailer, inbox):
    with pytest.raises(ValueError, match="Header values"):
        mailer.send(Mail(**{**_fields(MAIL), "subject": "Hello\nBcc: all@dealers.example"}))

    assert inbox.messages == []


def test_a_mail_the_server_does_not_take_is_an_error(mailer):
    with pytest.raises(OSError, match="try later"):
        mailer.send(Mail(**{**_fields(MAIL), "to": "refuse@demo.example"}))


def test_a_server_that_is_away_is_an_error():
    # Port 1 is reserved and nobody listens on it.
    with pytest.raises(OSError, match="refused"):
        SmtpMailer("127.0.0.1", 1, "portal@portal.example", "Portal").send(MAIL)


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "user", "password"),
    [
        ("smtp://mail.example", "mail.example", 25, False, None, None),
        ("smtps://me%40x:p%3Aw@mail.example", "mail.example", 465, True, "me@x", "p:w"),
        ("smtp://u:p@mail.example:2525", "mail.example", 2525, False, "u", "p"),
    ],
)
def test_the_server_is_named_by_an_address(url, host, port, tls, user, password):
    mailer = SmtpMailer.from_url(url, sender="a@b.example", brand_name="B")

    assert (mailer.host, mailer.port, mailer.tls) == (host, port, tls)
    assert (mailer.user, mailer.password) == (user, password)


@pytest.mark.parametrize("url", ["http://mail.example", "mail.example", "smtp://"])
def test_another_kind_of_address_is_refused(url):
    with pytest.raises(ValueError, match="smtp://"):
        SmtpMailer.from_url(url, sender="a@b.example", brand_name="B")


def test_without_a_server_mail_is_written_to_the_log(caplog):
    with caplog.at_level("INFO", logger="portal.mail"):
        ConsoleMailer().send(MAIL)

    assert MAIL.subject in caplog.text
    assert MAIL.to in caplog.text


def test_every_mail_has_its_three_parts():
    folder = MailRenderer.folder()
    names = {path.name.split(".")[0] for path in folder.glob("*.jinja") if not path.name.startswith("_")}

    assert names
    for name in names:
        for part in ("subject", "text", "html"):
            assert (folder / f"{name}.{part}.jinja").is_file(), f"{name} has no {part}"


def _fields(mail: Mail) -> dict[str, Any]:
    return {name: getattr(mail, name) for name in ("to", "subject", "text", "html", "message_id")}
