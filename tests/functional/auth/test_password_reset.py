from __future__ import annotations

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import User
from portal.accounts.people_queries import credentials_by_id
from portal.accounts.sign_in import RESET_BUDGET, reset_token
from portal.jobs.models import Job
from tests.browser import Browser
from tests.conftest import NOW
from tests.factories import PASSWORD, password_hash

NEW = "a brand new password"


def kept(session, user: User) -> tuple[str, int]:
    # A writing session holds the lock: the application needs it next.
    session.rollback()
    found = tuple(
        session.execute(select(User.password_hash, User.session_epoch).where(User.id == user.id)).one()
    )
    session.rollback()
    return found


def jobs(session) -> int:
    session.rollback()
    found = session.scalar(select(func.count()).select_from(Job))
    session.rollback()
    return found


def asks(browser: Browser, email: str):
    browser.open("/password/forgot")
    data = dict(browser.form("/password/forgot").values) | {"email": email}
    return browser.client.post("/password/forgot", data=data)


def mailed_path(mailer) -> str:
    (link,) = [line for line in mailer.sent[-1].text.splitlines() if "/password/reset/" in line]
    return link.removeprefix("http://localhost")


def signs_in(client: FlaskClient, password: str) -> bool:
    browser = Browser(client)
    browser.open("/login")
    data = dict(browser.form("/login").values) | {"email": "kim@example.com", "password": password}
    return client.post("/login", data=data).status_code == 303


@pytest.fixture
def path(people, browser, mailer, run_jobs) -> str:
    """Where the link in Kim's mail leads."""
    assert asks(browser, "kim@example.com").status_code == 303
    run_jobs()
    return mailed_path(mailer)


def test_the_way_from_the_sign_in_page_to_a_new_password(people, app, browser, mailer, run_jobs, session):
    phone = Browser(app.test_client())
    phone.sign_in("kim@example.com", PASSWORD)
    page = browser.open("/login")
    assert page.all("a", href="/password/forgot")
    browser.open("/password/forgot")
    browser.submit("/password/forgot", email=" Kim@Example.com")
    assert browser.address == "/login"
    assert browser.page.all(class_="message message--info")
    run_jobs()
    assert [mail.to for mail in mailer.sent] == ["kim@example.com"]
    path = mailed_path(mailer)
    page = browser.open(path)
    assert "kim@example.com" in page.text
    browser.submit(path, password=NEW)
    assert browser.address == "/login"
    assert browser.page.all(class_="message message--success")
    # Every session begun with the old password has ended, and the person is told.
    assert phone.client.get("/account").status_code == 302
    run_jobs()
    assert [mail.to for mail in mailer.sent] == ["kim@example.com"] * 2
    assert not signs_in(app.test_client(), PASSWORD)
    assert signs_in(browser.client, NEW)


def test_asking_tells_nobody_who_has_a_sign_in(people, app, mailer, run_jobs, session):
    answers = []
    for email in ("kim@example.com", "nobody@example.com", "not a mail address"):
        browser = Browser(app.test_client())
        answer = asks(browser, email)
        answers.append((answer.status_code, answer.headers["Location"], browser.open("/login").text))
    assert answers[0] == answers[1] == answers[2]
    # Even the database is asked for the same work.
    assert jobs(session) == 3
    run_jobs()
    assert [mail.to for mail in mailer.sent] == ["kim@example.com"]


def test_signs_no_database_takes_are_left_out(people, browser, mailer, run_jobs):
    assert asks(browser, "\x01\u200bkim@example.com").status_code == 303
    run_jobs()
    assert [mail.to for mail in mailer.sent] == ["kim@example.com"]


def test_asking_often_sends_one_mail(people, browser, mailer, run_jobs):
    with time_machine.travel(NOW, tick=False):
        for _ in range(5):
            assert asks(browser, "kim@example.com").status_code == 303
        run_jobs()
    assert len(mailer.sent) == 1


def test_asking_from_one_address_has_an_end(people, browser, session, mailer, run_jobs):
    with time_machine.travel(NOW, tick=False) as clock:
        for number in range(RESET_BUDGET.attempts):
            assert asks(browser, f"person{number}@example.com").status_code == 303
        refused = asks(browser, "kim@example.com")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")
        assert 'id="email-error"' in refused.text
        run_jobs()
        assert mailer.sent == []
        clock.shift(900)
        assert asks(browser, "kim@example.com").status_code == 303


@pytest.mark.parametrize("email", ["", "x" * 255])
def test_a_missing_mail_address_is_said_at_its_field(browser, session, email):
    answer = asks(browser, email)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert jobs(session) == 0


def test_a_forged_request_asks_for_nothing(people, client, session):
    assert client.post("/password/forgot", data={"email": "kim@example.com"}).status_code == 422
    assert jobs(session) == 0


def test_looking_at_the_link_changes_nothing(people, path, client, session):
    assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    assert client.get(path).status_code == 200
    assert kept(session, people.kim) == (password_hash(), 0)


@pytest.mark.parametrize(
    "password", ["", "short", "kim@example.com", "password123", "aaaaaaaaaaaa", "x" * 257]
)
def test_a_bad_password_is_refused_at_its_field_and_the_link_stays_good(
    people, path, browser, session, password
):
    browser.open(path)
    page = browser.submit(path, password=password)
    assert browser.status == 422
    assert page.all(id="password-error")
    assert page.all("input", id="password")[0].attributes["aria-invalid"] == "true"
    assert kept(session, people.kim) == (password_hash(), 0)
    browser.submit(path, password=NEW)
    assert browser.address == "/login"


def test_a_link_works_once(people, path, app, session):
    first, second = Browser(app.test_client()), Browser(app.test_client())
    first.open(path)
    second.open(path)
    first.submit(path, password=NEW)
    after = kept(session, people.kim)
    second.submit(path, password="another new password")
    assert second.status == 410
    assert kept(session, people.kim) == after
    assert second.open(path).all("a", href="/password/forgot")
    assert second.status == 410


def test_a_link_ends_after_an_hour(people, app, mailer, run_jobs, session):
    with time_machine.travel(NOW, tick=False) as clock:
        browser = Browser(app.test_client())
        asks(browser, "kim@example.com")
        run_jobs()
        path = mailed_path(mailer)
        clock.shift(3600)
        browser.open(path)
        assert browser.status == 200
        clock.shift(1)
        browser.submit(path, password=NEW)
        assert browser.status == 410
        assert browser.client.get(path).status_code == 410
    assert kept(session, people.kim) == (password_hash(), 0)


def test_a_link_ends_with_any_other_change_of_the_password_or_session(people, path, client, session):
    people.kim.session_epoch = 1
    session.commit()
    assert client.get(path).status_code == 410


def test_a_tampered_link_is_refused(people, path, browser, session, app):
    token = path.removeprefix("/password/reset/")
    kim, lee = credentials_by_id(session, people.kim.id), credentials_by_id(session, people.lee.id)
    assert kim is not None
    assert lee is not None
    lees = reset_token("a secret for tests", lee)
    anothers = reset_token("another secret", kim)
    session.rollback()
    browser.open("/login")
    form_token = dict(browser.form("/login").values)["csrf_token"]
    for forged in (
        "x",
        token[:-2],
        token.replace(".", "", 1),
        lees.partition(".")[0] + token[token.index(".") :],
        anothers,
    ):
        answer = browser.client.get(f"/password/reset/{forged}")
        assert answer.status_code == 410
        answer = browser.client.post(
            f"/password/reset/{forged}", data={"password": NEW, "csrf_token": form_token}
        )
        assert answer.status_code == 410
    assert kept(session, people.kim) == (password_hash(), 0)
    assert kept(session, people.lee) == (password_hash(), 0)


def test_a_forged_form_sets_no_password(people, path, client, session):
    assert client.post(path, data={"password": NEW}).status_code == 422
    assert kept(session, people.kim) == (password_hash(), 0)


def test_a_link_of_a_barred_person_is_of_no_use(people, path, client, session):
    people.kim.active = False
    session.commit()
    assert client.get(path).status_code == 410


def test_who_is_signed_in_as_somebody_else_is_signed_out_by_the_link(people, path, browser, session):
    browser.sign_in("lee@example.com", PASSWORD)
    browser.open(path)
    browser.submit(path, password=NEW)
    assert browser.address == "/login"
    assert browser.client.get("/account").status_code == 302
    assert kept(session, people.lee)[1] == 0


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_wrong_methods(client, method):
    headers = {"Sec-Fetch-Site": "same-origin"}
    for address in ("/password/forgot", "/password/reset/x"):
        assert getattr(client, method)(address, headers=headers).status_code == 405
