from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.accounts.models import User
from tests.browser import Browser
from tests.factories import PASSWORD


def is_signed_in(client) -> bool:
    return client.get("/account").status_code == 200


def epoch(session, user: User) -> int:
    # A writing session holds the lock: the application needs it next.
    session.rollback()
    found = session.scalar(select(User.session_epoch).where(User.id == user.id))
    session.rollback()
    return found


@pytest.fixture
def kim(people, browser) -> Browser:
    """Kim, signed in and remembered, on her page."""
    browser.open("/login")
    form = browser.form("/login")
    form.values.append(("remember", "y"))
    browser.send(form, email="kim@example.com", password=PASSWORD)
    browser.open("/account")
    return browser


def form_token(browser: Browser) -> dict[str, str]:
    return {"csrf_token": dict(browser.form("/logout").values)["csrf_token"]}


def test_signing_out_leaves_no_session_in_the_browser(kim):
    answer = kim.client.post("/logout", data=form_token(kim))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    # A cookie that scripts cannot read goes: browsers then forget the pages they kept for Back.
    gone = [line for line in answer.headers.getlist("Set-Cookie") if "Expires=Thu, 01 Jan 1970" in line]
    assert {line.partition("=")[0] for line in gone} == {"portal", "portal_remember"}
    assert kim.client.get_cookie("portal") is None
    assert kim.client.get_cookie("portal_remember") is None
    assert not is_signed_in(kim.client)


def test_a_page_older_than_the_session_signs_its_person_out(kim, people):
    old = form_token(kim)
    kim.client.post("/logout", data=old)
    kim.sign_in("kim@example.com", PASSWORD)
    assert kim.client.post("/logout", data=old).status_code == 303
    assert not is_signed_in(kim.client)
    # Somebody else's page does not.
    kim.sign_in(people.lee.email, PASSWORD)
    assert kim.client.post("/logout", data=old).status_code == 422
    assert is_signed_in(kim.client)


def test_the_device_stays_known(kim):
    kim.client.post("/logout", data=form_token(kim))
    assert kim.client.get_cookie("portal_device") is not None


@pytest.mark.parametrize("path", ["/logout", "/account/sign-out-everywhere"])
def test_a_link_or_picture_cannot_sign_anybody_out(kim, people, session, path):
    assert kim.client.get(path).status_code == 405
    assert is_signed_in(kim.client)
    assert epoch(session, people.kim) == 0


@pytest.mark.parametrize("path", ["/logout", "/account/sign-out-everywhere"])
def test_a_forged_form_cannot_sign_anybody_out(kim, people, session, path):
    assert kim.client.post(path).status_code == 422
    assert kim.client.post(path, data={"csrf_token": "x"}).status_code == 422
    assert (
        kim.client.post(path, data=form_token(kim), headers={"Sec-Fetch-Site": "cross-site"}).status_code
        == 403
    )
    assert is_signed_in(kim.client)
    assert epoch(session, people.kim) == 0


def test_signing_out_twice_is_no_error(kim):
    kim.client.post("/logout", data=form_token(kim))
    kim.open("/login")
    token = dict(kim.form("/login").values)["csrf_token"]
    assert kim.client.post("/logout", data={"csrf_token": token}).status_code == 303


def test_signing_out_of_an_ended_session_is_no_error(kim):
    for name in ("portal", "portal_remember"):
        kim.client.delete_cookie(name)
    answer = kim.client.post("/logout", data={"csrf_token": "of a session that ended"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")


def test_signing_out_everywhere_ends_every_device_of_this_person_alone(kim, people, app, session):
    phone, colleague = Browser(app.test_client()), Browser(app.test_client())
    phone.sign_in("kim@example.com", PASSWORD)
    colleague.sign_in("lee@example.com", PASSWORD)
    answer = kim.client.post("/account/sign-out-everywhere", data=form_token(kim))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert not is_signed_in(kim.client)
    assert not is_signed_in(phone.client)
    assert is_signed_in(colleague.client)
    assert epoch(session, people.kim) == 1
    assert epoch(session, people.lee) == 0


def test_a_copied_cookie_is_worthless_after_signing_out_everywhere(kim, app):
    thief = app.test_client()
    for name in ("portal", "portal_remember"):
        thief.set_cookie(name, kim.client.get_cookie(name).value)
    assert is_signed_in(thief)
    kim.client.post("/account/sign-out-everywhere", data=form_token(kim))
    assert not is_signed_in(thief)


def test_a_stranger_signing_out_everywhere_is_asked_to_sign_in(people, browser, session):
    browser.open("/login")
    token = dict(browser.form("/login").values)["csrf_token"]
    answer = browser.client.post("/account/sign-out-everywhere", data={"csrf_token": token})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert epoch(session, people.kim) == 0
