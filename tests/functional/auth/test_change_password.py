from __future__ import annotations

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.models import User
from portal.accounts.sign_in import DEVICE_BUDGET
from tests.browser import Browser
from tests.conftest import NOW
from tests.factories import PASSWORD

NEW = "a brand new password"
PATH = "/account/password"


def kept(session, user: User) -> tuple[str, int]:
    # A writing session holds the lock: the application needs it next.
    session.rollback()
    found = tuple(
        session.execute(select(User.password_hash, User.session_epoch).where(User.id == user.id)).one()
    )
    session.rollback()
    return found


@pytest.fixture
def kim(people, browser) -> Browser:
    """Kim, signed in, on the page that changes the password."""
    browser.sign_in("kim@example.com", PASSWORD)
    browser.open(PATH)
    return browser


def test_the_password_changes_and_this_session_alone_goes_on(kim, people, app, session, mailer, run_jobs):
    phone = Browser(app.test_client())
    phone.sign_in("kim@example.com", PASSWORD)
    before, _ = kept(session, people.kim)
    page = kim.submit(PATH, current=PASSWORD, password=NEW)
    assert (kim.status, kim.address) == (200, "/account")
    assert page.all(class_="message message--success")
    assert kim.client.get("/account").status_code == 200
    assert phone.client.get("/account").status_code == 302
    after, epoch = kept(session, people.kim)
    assert (after != before, epoch) == (True, 1)
    run_jobs()
    assert [mail.to for mail in mailer.sent] == ["kim@example.com"]
    fresh = Browser(app.test_client())
    fresh.sign_in("kim@example.com", PASSWORD)
    assert fresh.status == 422
    fresh.sign_in("kim@example.com", NEW)
    assert fresh.client.get("/account").status_code == 200


def test_a_remembered_device_stays_remembered(people, app, session):
    browser = Browser(app.test_client())
    browser.open("/login")
    form = browser.form("/login")
    form.values.append(("remember", "y"))
    browser.send(form, email="kim@example.com", password=PASSWORD)
    browser.open(PATH)
    browser.submit(PATH, current=PASSWORD, password=NEW)
    browser.client.delete_cookie("portal")
    assert browser.client.get("/account").status_code == 200


def test_form_tokens_are_renewed(kim):
    old = dict(kim.form(PATH).values)["csrf_token"]
    kim.submit(PATH, current=PASSWORD, password=NEW)
    assert kim.client.post(PATH, data={"csrf_token": old}).status_code == 422
    assert kim.client.get("/account").status_code == 200


@pytest.mark.parametrize(
    "current,password,field",
    [
        ("wrong password", NEW, "current"),
        ("", NEW, "current"),
        ("x" * 257, NEW, "current"),
        (PASSWORD, "", "password"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "kim@example.com", "password"),
        (PASSWORD, "1234567890", "password"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_changes(
    kim, people, session, current, password, field
):
    before = kept(session, people.kim)
    page = kim.submit(PATH, current=current, password=password)
    assert kim.status == 422
    assert page.all(id=f"{field}-error")
    assert kept(session, people.kim) == before
    assert kim.client.get("/account").status_code == 200


def test_a_found_phone_gives_few_guesses(people, browser, session):
    with time_machine.travel(NOW, tick=False) as clock:
        browser.sign_in("kim@example.com", PASSWORD)
        browser.open(PATH)
        for _ in range(DEVICE_BUDGET.attempts):
            browser.submit(PATH, current="a guess at it", password=NEW)
            assert browser.status == 422
        page = browser.submit(PATH, current=PASSWORD, password=NEW)
        assert browser.status == 429
        assert browser.response.headers["Retry-After"] == "300"
        assert page.all(id="current-error")
        assert kept(session, people.kim)[1] == 0
        clock.shift(300)
        browser.submit(PATH, current=PASSWORD, password=NEW)
        assert kept(session, people.kim)[1] == 1


def test_strangers_are_asked_to_sign_in(people, browser, session):
    answer = browser.client.get(PATH)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/account/password")
    browser.open("/login")
    token = dict(browser.form("/login").values)["csrf_token"]
    answer = browser.client.post(PATH, data={"csrf_token": token, "current": PASSWORD, "password": NEW})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert kept(session, people.kim)[1] == 0


def test_a_forged_form_changes_nothing(kim, people, session):
    for token in ({}, {"csrf_token": "forged"}):
        answer = kim.client.post(PATH, data={"current": PASSWORD, "password": NEW, **token})
        assert answer.status_code == 422
    assert kept(session, people.kim)[1] == 0


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_wrong_methods(kim, method):
    answer = getattr(kim.client, method)(PATH, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 405
