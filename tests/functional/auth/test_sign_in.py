from __future__ import annotations

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.accounts import sign_in
from portal.accounts.models import StaffRole, User
from portal.accounts.sign_in import HASHER
from portal.app import create_app
from portal.settings import Mode, Settings
from tests.browser import Browser, Page
from tests.conftest import NOW
from tests.factories import PASSWORD, make_user, password_hash

ENGLISH = {"Accept-Language": "en"}


def cookie_names(client) -> set[str]:
    return {cookie.key for cookie in client._cookies.values()}


def is_signed_in(client) -> bool:
    return client.get("/account").status_code == 200


def signed_in_at(session, user: User):
    # A writing session holds the lock: the application needs it next.
    session.rollback()
    found = session.scalar(select(User.signed_in_at).where(User.id == user.id))
    session.rollback()
    return found


def test_a_stranger_is_shown_the_form(client):
    page = client.get("/login", headers=ENGLISH)
    assert page.status_code == 200
    assert "Cache-Control" in page.headers
    assert page.headers["Cache-Control"] == "private, no-store"
    html = Page(page.text)
    assert html.all("input", name="email")[0].attributes["autocomplete"] == "username"
    assert html.all("input", name="password")[0].attributes["autocomplete"] == "current-password"
    assert html.all("input", name="password")[0].attributes["type"] == "password"


def test_the_right_password_opens_the_portal(people, browser, session):
    with time_machine.travel(NOW, tick=False):
        browser.sign_in("kim@example.com", PASSWORD)
        assert browser.status == 200
        assert browser.address == "/"
        assert signed_in_at(session, people.kim) == NOW


def test_sign_in_answers_303(people, browser):
    browser.open("/login")
    data = dict(browser.form("/login").values) | {"email": "kim@example.com", "password": PASSWORD}
    answer = browser.client.post("/login", data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("typed", ["KIM@Example.com", "  kim@example.com "])
def test_a_mail_address_may_be_typed_in_any_case(people, browser, typed):
    browser.sign_in(typed, PASSWORD)
    assert is_signed_in(browser.client)


def test_a_wrong_password_and_an_unknown_person_are_told_the_same(people, browser, session):
    told = set()
    for email, password in (
        ("kim@example.com", "wrong password"),
        ("kim@example.com", PASSWORD + " "),
        ("nobody@example.com", PASSWORD),
    ):
        browser.open("/login")
        page = browser.submit("/login", email=email, password=password)
        assert browser.status == 422
        told.add(page.all(id="password-error")[0].text)
        assert page.all("input", id="password")[0].attributes["aria-invalid"] == "true"
        # What was typed stays, the password does not.
        assert page.all("input", id="email")[0].attributes["value"] == email
        assert page.all("input", id="password")[0].attributes.get("value", "") == ""
        assert not is_signed_in(browser.client)
    assert len(told) == 1
    assert signed_in_at(session, people.kim) is None


@pytest.mark.parametrize(
    "field,value",
    [("email", ""), ("password", ""), ("email", "x" * 255), ("password", "x" * 257)],
)
def test_what_is_missing_or_too_long_is_said_at_its_field(people, browser, field, value):
    browser.open("/login")
    page = browser.submit("/login", **({"email": "kim@example.com", "password": PASSWORD} | {field: value}))
    assert browser.status == 422
    assert page.all(id=f"{field}-error")
    assert page.all("input", id=field)[0].attributes["aria-invalid"] == "true"
    assert not is_signed_in(browser.client)


@pytest.mark.parametrize(
    "email", ["\ud800@example.com".encode("utf-8", "surrogatepass"), b"\x00", b"' OR 1=1 --", b"%"]
)
def test_strange_mail_addresses_are_nobody(people, browser, email):
    browser.open("/login")
    data = {"csrf_token": dict(browser.form("/login").values)["csrf_token"]}
    body = b"email=" + b"".join(b"%%%02X" % byte for byte in email) + b"&password=whatever1234&csrf_token="
    answer = browser.client.post(
        "/login", data=body + data["csrf_token"].encode(), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422
    assert not is_signed_in(browser.client)


def test_a_barred_person_does_not_come_in(people, browser, session):
    people.kim.active = False
    session.commit()
    browser.sign_in("kim@example.com", PASSWORD)
    assert browser.status == 422
    assert not is_signed_in(browser.client)


def test_a_person_barred_later_is_out_at_the_next_click(people, browser, session):
    browser.sign_in("kim@example.com", PASSWORD)
    people.kim.active = False
    session.commit()
    assert not is_signed_in(browser.client)


def test_who_is_signed_in_need_not_sign_in(people, browser):
    browser.sign_in("kim@example.com", PASSWORD)
    answer = browser.client.get("/login")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    answer = browser.client.get("/login?next=/account")
    assert answer.headers["Location"] == "/account"


def test_the_session_is_a_new_one(people, browser):
    browser.open("/login")
    with browser.client.session_transaction() as before:
        before["planted"] = "by somebody else"
        old_token = before["csrf_token"]
    browser.submit("/login", email="kim@example.com", password=PASSWORD)
    browser.open("/account")
    with browser.client.session_transaction() as after:
        assert "planted" not in after
        assert after["csrf_token"] != old_token
        assert after["_user_id"] == f"{people.kim.id}.0"


def test_a_language_chosen_before_is_kept(people, browser):
    browser.open("/login")
    browser.submit("/account/language", button=("locale", "ja"))
    browser.submit("/login", email="kim@example.com", password=PASSWORD)
    page = browser.open("/account")
    assert page.all("button", aria_current="true", name="locale")[0].attributes["value"] == "ja"


def test_the_session_cookie_cannot_be_read_by_script_nor_sent_by_other_sites(people, browser):
    browser.sign_in("kim@example.com", PASSWORD)
    for name in ("portal", "portal_device"):
        cookie = browser.client.get_cookie(name)
        assert cookie is not None
        assert cookie.http_only
        assert cookie.same_site == "Lax"


def test_cookies_travel_by_tls_alone_where_the_portal_does(tmp_path):
    app = create_app(
        Settings(
            mode=Mode.TEST,
            secret_key="x" * 32,
            database_url=f"sqlite:///{tmp_path}/x.db",
            base_url="https://x.example",
        )
    )
    for name in ("SESSION_COOKIE_SECURE", "REMEMBER_COOKIE_SECURE", "REMEMBER_COOKIE_HTTPONLY"):
        assert app.config[name] is True
    answer = app.test_client().get("/login", base_url="https://x.example")
    assert "Secure; HttpOnly; Path=/; SameSite=Lax" in answer.headers["Set-Cookie"]
    app.extensions["portal"].database.dispose()


def test_a_hash_of_older_make_is_renewed_at_sign_in(people, browser, session, monkeypatch):
    # The real hasher, which the application of the tests does without.
    monkeypatch.setattr(sign_in, "HASHER", HASHER)
    browser.sign_in("kim@example.com", PASSWORD)
    session.rollback()
    kept = session.scalar(select(User.password_hash).where(User.id == people.kim.id))
    assert kept != password_hash()
    assert not HASHER.check_needs_rehash(kept)
    assert HASHER.verify(kept, PASSWORD)
    # The person stays signed in: the hash is another, the password is not.
    assert is_signed_in(browser.client)


@pytest.mark.parametrize(
    "wanted,leads_to",
    [
        ("/orders?page=2&q=%EC%9B%90%EB%91%90", "/orders?page=2&q=%EC%9B%90%EB%91%90"),
        ("/products/A%20B", "/products/A%20B"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("///evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("\\\\evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("/\n/evil.example", "/"),
        (" //evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("evil.example", "/"),
        ("http:/evil.example", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_goes_on_within_the_portal_only(people, browser, wanted, leads_to):
    browser.client.get("/login", query_string={"next": wanted})
    browser.page = Page(browser.client.get("/login", query_string={"next": wanted}).text)
    browser.address = "/login"
    data = dict(browser.form("/login").values) | {"email": "kim@example.com", "password": PASSWORD}
    assert data["next"] == ("" if leads_to == "/" else wanted)
    # A form sent with the address put back by hand is not believed either.
    answer = browser.client.post("/login", data=data | {"next": wanted})
    assert (answer.status_code, answer.headers["Location"]) == (303, leads_to)
    again = browser.client.get("/login", query_string={"next": wanted})
    assert (again.status_code, again.headers["Location"]) == (303, leads_to)


def test_a_guarded_page_asks_to_sign_in_and_comes_back(people, browser):
    answer = browser.client.get("/account?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/account?x%3D1")
    browser.open("/account?x=1")
    page = browser.submit("/login", email="kim@example.com", password=PASSWORD)
    assert browser.address == "/account"
    assert "kim@example.com" in page.text


def test_home_needs_no_way_back(client):
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")


def test_a_part_asked_for_without_a_session_leads_the_whole_page_to_sign_in(client):
    answer = client.get("/account", headers={"HX-Request": "true", "Referer": "http://localhost/account?a=b"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=/account?a%3Db"
    assert answer.text == ""


def test_a_form_of_an_ended_session_leads_to_sign_in_and_back_to_its_page(people, browser):
    browser.sign_in("kim@example.com", PASSWORD)
    browser.open("/account")
    data = dict(browser.form("/account/text-size").values)
    browser.client.delete_cookie("portal")
    plain = browser.client.post(
        "/account/sign-out-everywhere", data=data, headers={"Referer": "http://localhost/account"}
    )
    assert (plain.status_code, plain.headers["Location"]) == (303, "/login?next=/account")
    by_htmx = browser.client.post(
        "/account/sign-out-everywhere",
        data=data,
        headers={"Referer": "http://localhost/account", "HX-Request": "true"},
    )
    assert (by_htmx.status_code, by_htmx.headers["HX-Redirect"]) == (401, "/login?next=/account")
    elsewhere = browser.client.post(
        "/account/sign-out-everywhere", data=data, headers={"Referer": "http://evil.example/account"}
    )
    assert (elsewhere.status_code, elsewhere.headers["Location"]) == (303, "/login")


def test_a_page_before_that_is_no_address_is_none(client):
    answer = client.get("/account", headers={"HX-Request": "true", "Referer": "http://["})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login")


def test_a_forged_form_signs_nobody_in(people, client, session):
    client.get("/login")
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "forged"}):
        answer = client.post("/login", data={"email": "kim@example.com", "password": PASSWORD, **token})
        assert answer.status_code == 422
        assert "Set-Cookie" not in answer.headers or "_user_id" not in answer.headers["Set-Cookie"]
    assert not is_signed_in(client)
    assert signed_in_at(session, people.kim) is None


def test_a_page_left_open_too_long_keeps_what_was_typed(people, browser):
    with time_machine.travel(NOW, tick=False) as clock:
        browser.open("/login")
        clock.shift(13 * 3600)
        page = browser.submit("/login", email="kim@example.com", password=PASSWORD)
        assert browser.status == 422
        assert page.all("input", id="email")[0].attributes["value"] == "kim@example.com"
        assert page.all(id="password-error")
        browser.submit("/login", password=PASSWORD)
        assert is_signed_in(browser.client)


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}])
def test_another_sites_form_signs_nobody_in(people, browser, session, headers):
    browser.open("/login")
    data = dict(browser.form("/login").values) | {"email": "kim@example.com", "password": PASSWORD}
    assert browser.client.post("/login", data=data, headers=headers).status_code == 403
    assert signed_in_at(session, people.kim) is None


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_not_for_signing_in(client, method):
    assert getattr(client, method)("/login").status_code in {403, 405, 422}
    assert getattr(client, method)("/login", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 405


def test_a_session_lasts_twelve_hours_without_being_remembered(people, browser):
    with time_machine.travel(NOW, tick=False) as clock:
        browser.sign_in("kim@example.com", PASSWORD)
        clock.shift(12 * 3600 - 1)
        assert is_signed_in(browser.client)
        clock.shift(2)
        assert not is_signed_in(browser.client)
        assert "portal_remember" not in cookie_names(browser.client)


def remembered(browser: Browser, email: str = "kim@example.com") -> None:
    browser.open("/login")
    form = browser.form("/login")
    form.values.append(("remember", "y"))
    browser.send(form, email=email, password=PASSWORD)


def test_a_remembered_device_stays_signed_in(people, browser):
    with time_machine.travel(NOW, tick=False) as clock:
        remembered(browser)
        cookie = browser.client.get_cookie("portal_remember")
        assert cookie is not None
        assert cookie.http_only
        assert cookie.same_site == "Lax"
        clock.shift(29 * 24 * 3600)
        assert is_signed_in(browser.client)


def test_a_remembered_device_ends_with_the_session_epoch(people, browser, session):
    remembered(browser)
    browser.client.delete_cookie("portal")
    assert is_signed_in(browser.client)
    people.kim.session_epoch = 1
    session.commit()
    browser.client.delete_cookie("portal")
    assert not is_signed_in(browser.client)


def test_a_forged_remember_cookie_is_nobody(people, client):
    for value in (f"{people.kim.id}.0", f"{people.kim.id}.0|0000", "x|y", "|"):
        client.set_cookie("portal_remember", value)
        assert not is_signed_in(client)


def test_the_next_person_on_a_device_replaces_the_remembered_one(people, browser):
    remembered(browser)
    browser.open("/account")
    data = dict(browser.form("/logout").values) | {"email": "lee@example.com", "password": PASSWORD}
    assert browser.client.post("/login", data=data).status_code == 303
    assert "lee@example.com" in browser.client.get("/account").text
    assert "portal_remember" not in cookie_names(browser.client)
    browser.client.delete_cookie("portal")
    assert not is_signed_in(browser.client)


def test_staff_sign_in_at_the_same_door(people, browser, session):
    make_user(session, staff_role=StaffRole.DESK, email="desk@example.com", name="Desk")
    session.commit()
    browser.open("/login")
    data = dict(browser.form("/login").values) | {"email": "desk@example.com", "password": PASSWORD}
    assert browser.client.post("/login", data=data).status_code == 303
    assert is_signed_in(browser.client)


def test_no_demo_outside_demo_mode(client):
    assert "demo.example" not in client.get("/login").text


def test_demo_mode_lists_its_people_with_one_tap_each(app: Flask, people, database, session):
    make_user(
        session, people.account, email="buyer.kr@demo.example", password_hash=HASHER.hash("demo-portal")
    )
    session.commit()
    url = database.engine.url.render_as_string(hide_password=False)
    demo = create_app(
        Settings(mode=Mode.DEMO, secret_key="x" * 32, database_url=url, base_url="http://localhost")
    )
    browser = Browser(demo.test_client())
    page = browser.open("/login")
    forms = [form for form in page.forms if form.action == "/login"]
    assert [dict(form.values)["email"].partition("@")[0] for form in forms[1:]] == [
        "buyer.kr", "owner.kr", "rival.kr", "buyer.us", "buyer.ca", "buyer.jp", "new.us",
        "rep", "desk", "finance", "admin",
    ]  # fmt: skip
    browser.send(forms[1])
    assert is_signed_in(browser.client)
    demo.extensions["portal"].database.dispose()
