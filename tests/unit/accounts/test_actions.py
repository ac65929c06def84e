from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import (
    ask_for_reset_mail,
    choose_locale,
    end_sessions,
    note_sign_in,
    replace_password,
)
from portal.accounts.models import User
from portal.accounts.people_queries import Credentials, credentials_by_id
from portal.core.errors import Conflict, NotFound, Refused
from portal.jobs.models import Job
from tests.conftest import NOW
from tests.factories import make_account, make_user, password_hash


def kept(session: Session, user: User) -> tuple:
    columns = (User.password_hash, User.session_epoch, User.signed_in_at, User.locale)
    return tuple(session.execute(select(*columns).where(User.id == user.id)).one())


def credentials(session: Session, user: User) -> Credentials:
    found = credentials_by_id(session, user.id)
    assert found is not None
    return found


def jobs(session: Session) -> list[tuple]:
    return [tuple(row) for row in session.execute(select(Job.name, Job.arguments).order_by(Job.id))]


def test_a_sign_in_is_noted(session):
    user = make_user(session)
    note_sign_in(session, credentials(session, user), None, NOW)
    assert kept(session, user) == (password_hash(), 0, NOW, None)


def test_a_sign_in_may_renew_the_hash_and_keeps_the_epoch(session):
    user = make_user(session)
    note_sign_in(session, credentials(session, user), "$renewed", NOW)
    assert kept(session, user) == ("$renewed", 0, NOW, None)


@pytest.mark.parametrize("change", [{"password_hash": "$new"}, {"session_epoch": 1}, {"active": False}])
def test_a_sign_in_that_was_overtaken_changes_nothing(session, change):
    user = make_user(session)
    before = credentials(session, user)
    for name, value in change.items():
        setattr(user, name, value)
    session.flush()
    with pytest.raises(Conflict, match="signed_out"):
        note_sign_in(session, before, "$renewed", NOW)
    assert kept(session, user)[0] == change.get("password_hash", password_hash())
    assert kept(session, user)[2] is None


def test_a_new_password_ends_every_session_and_is_told(session):
    user = make_user(session, session_epoch=4)
    assert replace_password(session, credentials(session, user), "$new", NOW) == 5
    assert kept(session, user) == ("$new", 5, None, None)
    assert jobs(session) == [("password_changed_mail", {"user_id": user.id, "epoch": 5})]


def test_of_two_uses_of_one_link_one_wins(session):
    user = make_user(session)
    both_read = credentials(session, user)
    replace_password(session, both_read, "$first", NOW)
    with pytest.raises(Refused, match="reset_link"):
        replace_password(session, both_read, "$second", NOW)
    assert kept(session, user)[:2] == ("$first", 1)
    assert len(jobs(session)) == 1


def test_a_reset_mail_is_asked_for_at_most_once_in_two_minutes(session):
    for seconds in (0, 1, 119, 120, 121):
        ask_for_reset_mail(session, "kim@example.com", NOW + timedelta(seconds=seconds))
    ask_for_reset_mail(session, "lee@example.com", NOW)
    asked = int(NOW.timestamp()) // 120
    assert jobs(session) == [
        ("password_reset_mail", {"email": "kim@example.com", "asked": asked}),
        ("password_reset_mail", {"email": "kim@example.com", "asked": asked + 1}),
        ("password_reset_mail", {"email": "lee@example.com", "asked": asked}),
    ]


def test_ending_sessions_raises_one_persons_epoch(session):
    account = make_account(session)
    user, colleague = make_user(session, account), make_user(session, account)
    end_sessions(session, user.id)
    end_sessions(session, user.id)
    assert kept(session, user)[1] == 2
    assert kept(session, colleague)[1] == 0
    with pytest.raises(NotFound):
        end_sessions(session, 10**9)


def test_a_language_is_one_of_the_portals(session):
    user = make_user(session)
    choose_locale(session, user.id, "fr-CA")
    assert kept(session, user)[3] == "fr-CA"
    for unknown in ("de", "", "ko-KR", "../en"):
        with pytest.raises(Refused, match="locale"):
            choose_locale(session, user.id, unknown)
    assert kept(session, user)[3] == "fr-CA"
    with pytest.raises(NotFound):
        choose_locale(session, 10**9, "en")
