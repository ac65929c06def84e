from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Literal

import pytest
import time_machine
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import sign_in
from portal.accounts.models import SignInThrottle
from portal.accounts.people_queries import Credentials
from portal.accounts.sign_in import (
    ADDRESS_BUDGET,
    DEVICE_BUDGET,
    EMAIL_BUDGET,
    MAX_PEOPLE_PER_DEVICE,
    NO_PASSWORD,
    Device,
    Subject,
    count_attempt,
    device_of_token,
    device_token,
    forget_attempts,
    give_back_attempt,
    hash_password,
    new_device,
    password_matches,
    read_reset_token,
    redeem,
    renewed_hash,
    reset_token,
    subjects_of,
)
from portal.core.database import Database
from portal.core.errors import Refused, TooManyAttempts
from tests.conftest import NOW
from tests.factories import PASSWORD, password_hash

KEY = "a key for these tests"
EMAIL = [Subject("email:x", EMAIL_BUDGET)]
DEVICE = [Subject("device:x", DEVICE_BUDGET)]


def person(**changes: object) -> Credentials:
    values: dict = {
        "user_id": 7,
        "email": "kim@example.com",
        "name": "Kim",
        "password_hash": password_hash(),
        "session_epoch": 0,
        "locale": None,
    }
    return Credentials(**values | changes)


def count_times(session: Session, subjects: list[Subject], times: int, now: datetime = NOW) -> None:
    for _ in range(times):
        count_attempt(session, subjects, now)


def row(session: Session, subject: str = "email:x") -> tuple | None:
    found = session.execute(
        select(SignInThrottle.failures, SignInThrottle.window_start, SignInThrottle.blocked_until).where(
            SignInThrottle.subject == subject
        )
    ).one_or_none()
    return tuple(found) if found else None


def test_attempts_up_to_the_budget_are_made_and_the_last_one_begins_the_block(session):
    count_times(session, EMAIL, EMAIL_BUDGET.attempts - 1)
    assert row(session) == (9, NOW, None)
    count_attempt(session, EMAIL, NOW)
    assert row(session) == (10, NOW, NOW + timedelta(minutes=15))
    with pytest.raises(TooManyAttempts) as refused:
        count_attempt(session, EMAIL, NOW + timedelta(seconds=30))
    assert refused.value.retry_after == 14 * 60 + 30


def test_what_is_tried_while_blocked_does_not_prolong_the_block(session):
    count_times(session, EMAIL, 10)
    until = NOW + EMAIL_BUDGET.block
    for second in range(0, 890, 10):
        with pytest.raises(TooManyAttempts):
            count_attempt(session, EMAIL, NOW + timedelta(seconds=second))
    assert row(session) == (10, NOW, until)
    with pytest.raises(TooManyAttempts) as refused:
        count_attempt(session, EMAIL, until - timedelta(milliseconds=1))
    assert refused.value.retry_after == 1
    count_attempt(session, EMAIL, until)
    assert row(session) == (1, until, None)


def test_a_window_ends_by_itself(session):
    count_times(session, EMAIL, 9)
    later = NOW + EMAIL_BUDGET.window
    count_attempt(session, EMAIL, later)
    assert row(session) == (1, later, None)


def test_the_window_does_not_slide(session):
    count_times(session, EMAIL, 9)
    count_attempt(session, EMAIL, NOW + timedelta(minutes=14, seconds=59))
    assert row(session) == (10, NOW, NOW + timedelta(minutes=29, seconds=59))


def test_a_success_gives_its_attempt_back_and_no_other(session):
    count_times(session, EMAIL, 10)
    give_back_attempt(session, EMAIL)
    assert row(session) == (9, NOW, None)


def test_a_success_on_a_known_device_forgets_its_failures(session):
    count_times(session, DEVICE, 7)
    give_back_attempt(session, DEVICE)
    assert row(session, "device:x") is None


def test_one_blocked_subject_refuses_the_attempt(session):
    count_times(session, EMAIL, 10)
    with pytest.raises(TooManyAttempts):
        count_attempt(session, [*EMAIL, Subject("ip:y", ADDRESS_BUDGET)], NOW)
    assert row(session, "ip:y") is None


def test_parallel_attempts_cannot_exceed_the_budget(database: Database):
    def attempt(_: int) -> bool:
        try:
            with database.transaction() as separate:
                count_attempt(separate, EMAIL, NOW)
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(attempt, range(30)))
    assert sum(made) == EMAIL_BUDGET.attempts


def test_old_counts_are_forgotten_unless_their_block_lasts(session):
    count_times(session, EMAIL, 1)
    count_times(session, DEVICE, DEVICE_BUDGET.attempts)
    forget_attempts(session, NOW + timedelta(minutes=1))
    assert row(session) is None
    assert row(session, "device:x") is not None
    forget_attempts(session, NOW + timedelta(days=1))
    assert row(session, "device:x") is None


def test_an_unknown_device_draws_on_mail_address_and_network():
    names = [subject.name for subject in subjects_of("kim@example.com", person(), None, "203.0.113.9")]
    assert (
        names == ["email:6a46f85e1bbd6bde2d3baa7b9d5b0b2f", "ip:203.0.113.9"] or names[1] == "ip:203.0.113.9"
    )
    # What was typed as a mail address is kept as a fingerprint only.
    assert names == ["email:5d9a0087d4ccdb9bc50e88c471347911", "ip:203.0.113.9"]


def test_a_known_device_draws_on_its_own_budget_alone():
    device = Device("d1", (7,))
    assert [s.name for s in subjects_of("kim@example.com", person(), device, "203.0.113.9")] == [
        "device:d1:7"
    ]


def test_a_device_known_for_another_person_is_a_stranger():
    strangers = subjects_of("kim@example.com", person(), Device("d1", (8,)), "203.0.113.9")
    assert [subject.budget for subject in strangers] == [EMAIL_BUDGET, ADDRESS_BUDGET]
    nobody = subjects_of("nobody@example.com", None, Device("d1", (7,)), "203.0.113.9")
    assert [subject.budget for subject in nobody] == [EMAIL_BUDGET, ADDRESS_BUDGET]


@pytest.mark.parametrize(
    "address,network",
    [
        ("203.0.113.9", "ip:203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "ip:2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "ip:203.0.113.9"),
        ("", "ip:unknown"),
    ],
)
def test_an_address_stands_for_its_customer(address, network):
    assert subjects_of("x@example.com", None, None, address)[1].name == network


def test_a_devices_cookie_is_read_back():
    device = new_device().with_user(7).with_user(9)
    assert device_of_token(KEY, device_token(KEY, device)) == device
    assert device.user_ids == (9, 7)


@pytest.mark.parametrize("token", ["", "x", "W10.abc", "[]"])
def test_a_forged_device_cookie_is_nothing(token):
    assert device_of_token(KEY, token) is None
    assert device_of_token(KEY, device_token("another key", Device("d", (7,)))) is None


def test_a_device_forgets_who_signed_in_longest_ago():
    device = Device("d", ())
    for user_id in range(MAX_PEOPLE_PER_DEVICE + 1):
        device = device.with_user(user_id)
    assert not device.knows(0)
    assert device.knows(1)
    assert len(device.user_ids) == MAX_PEOPLE_PER_DEVICE


def test_a_password_matches_itself_alone():
    kept = person(password_hash=hash_password("한글 비밀번호 열 자"))
    assert password_matches("한글 비밀번호 열 자", kept)
    assert not password_matches("한글 비밀번호 열", kept)
    assert kept.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize("kept", [NO_PASSWORD, "", "not a hash"])
def test_a_person_without_a_password_cannot_sign_in(kept):
    assert not password_matches(kept, person(password_hash=kept))


def test_nobodys_password_takes_as_much_work(monkeypatch):
    class Counting(PasswordHasher):
        verified = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            type(self).verified += 1
            return super().verify(hash, password)

    monkeypatch.setattr(sign_in, "HASHER", Counting())
    assert not password_matches(PASSWORD, None)
    assert not password_matches(PASSWORD, person(password_hash=NO_PASSWORD))
    assert Counting.verified == 2


def test_a_hash_made_with_other_parameters_is_renewed():
    renewed = renewed_hash(PASSWORD, person())
    assert renewed is not None
    assert password_matches(PASSWORD, person(password_hash=renewed))
    assert renewed_hash(PASSWORD, person(password_hash=renewed)) is None


def test_a_reset_link_leads_to_its_person():
    link = read_reset_token(KEY, reset_token(KEY, person()))
    assert link.user_id == 7
    assert redeem(link, person()) == person()


@pytest.mark.parametrize(
    "changes",
    [{"password_hash": "$other"}, {"session_epoch": 1}, {"email": "new@example.com"}],
    ids=["password changed", "signed out everywhere", "mail address changed"],
)
def test_a_reset_link_ends_with_what_it_was_made_for(changes):
    link = read_reset_token(KEY, reset_token(KEY, person()))
    with pytest.raises(Refused, match="reset_link"):
        redeem(link, person(**changes))
    with pytest.raises(Refused, match="reset_link"):
        redeem(link, None)


def test_a_reset_link_works_for_an_hour():
    with time_machine.travel(NOW, tick=False) as clock:
        token = reset_token(KEY, person())
        clock.shift(3600)
        assert read_reset_token(KEY, token).user_id == 7
        clock.shift(1)
        with pytest.raises(Refused, match="reset_link"):
            read_reset_token(KEY, token)


def test_a_reset_link_of_another_make_is_refused():
    token = reset_token(KEY, person())
    _, stamp, signature = token.rsplit(".", 2)
    other = reset_token(KEY, person(user_id=8)).rsplit(".", 2)[0]
    for forged in ("", "x", token[:-1], f"{other}.{stamp}.{signature}", reset_token("another key", person())):
        with pytest.raises(Refused, match="reset_link"):
            read_reset_token(KEY, forged)
    # The signature of a device's cookie is of no use here.
    with pytest.raises(Refused, match="reset_link"):
        read_reset_token(KEY, device_token(KEY, Device("7", (1,))))
