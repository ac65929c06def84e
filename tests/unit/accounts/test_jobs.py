from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.jobs import forget_old_attempts, password_changed_mail, password_reset_mail
from portal.accounts.models import SignInThrottle
from portal.accounts.people_queries import credentials_by_id
from portal.accounts.sign_in import EMAIL_BUDGET, Subject, count_attempt, read_reset_token, redeem
from portal.adapters.mail_templates import MailRenderer
from portal.jobs.context import JobContext
from tests.conftest import NOW
from tests.factories import make_account, make_user

KEY = "a key for these tests"


def context(session: Session) -> JobContext:
    return JobContext(
        session=session,
        now=NOW,
        mail_renderer=MailRenderer(),
        base_url="https://portal.example:8443",
        brand_name="Bean & Co",
        secret_key=KEY,
    )


def test_the_reset_mail_brings_a_link_that_works(session):
    user = make_user(session, make_account(session), locale="en", name="Kim <b>Hana</b>")
    mail = password_reset_mail(context(session), user.email, 42)
    assert mail is not None
    assert mail.to == user.email
    assert mail.subject == "Choose a new password for Bean & Co"
    assert mail.message_id == f"password-reset-{user.id}-42@portal.example"
    link = next(line for line in mail.text.splitlines() if line.startswith("https://"))
    assert mail.text == (
        "Hello Kim <b>Hana</b>,\n\n"
        "somebody, probably you, asked for a new password. Open this link and choose one:\n\n"
        f"{link}\n\n"
        "The link works once, for 60 minutes.\n"
        "If it was not you, do nothing: your password stays as it is.\n\n"
        "Bean & Co\n"
    )
    assert "Kim &lt;b&gt;Hana&lt;/b&gt;" in mail.html
    assert f'href="{link}"' in mail.html
    address, _, token = link.rpartition("/")
    assert address == "https://portal.example:8443/password/reset"
    assert redeem(read_reset_token(KEY, token), credentials_by_id(session, user.id)).email == user.email


def test_a_second_run_of_the_job_is_the_same_mail(session):
    user = make_user(session)
    # The link carries the second it was made in.
    with time_machine.travel(NOW, tick=False):
        first, second = (password_reset_mail(context(session), user.email, 42) for _ in range(2))
    assert first is not None
    assert first == second


@pytest.mark.parametrize("email", ["nobody@example.com", "gone@example.com", ""])
def test_nobody_is_sent_nothing(session, email):
    make_user(session, email="gone@example.com", active=False)
    assert password_reset_mail(context(session), email, 42) is None


def test_a_changed_password_is_told_once_per_change(session):
    user = make_user(session, locale="en", name="Kim")
    mail = password_changed_mail(context(session), user.id, 3)
    assert mail is not None
    assert (mail.to, mail.subject) == (user.email, "Your password for Bean & Co was changed")
    assert mail.message_id == f"password-changed-{user.id}-3@portal.example"
    assert mail.text == (
        "Hello Kim,\n\n"
        "your password was changed, and every other device was signed out.\n"
        "If it was not you, ask for a new password at once and tell us:\n\n"
        "https://portal.example:8443/password/forgot\n\n"
        "Bean & Co\n"
    )
    assert password_changed_mail(context(session), user.id + 1000, 1) is None


def test_old_attempts_are_forgotten_after_a_day(session):
    count_attempt(session, [Subject("email:old", EMAIL_BUDGET)], NOW - timedelta(days=1, seconds=1))
    count_attempt(session, [Subject("email:new", EMAIL_BUDGET)], NOW - timedelta(hours=23))
    forget_old_attempts(context(session))
    assert list(session.scalars(select(SignInThrottle.subject))) == ["email:new"]
