from __future__ import annotations

from typing import NamedTuple

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountRole, Location, Membership, StaffRole, User
from portal.orders.models import Cart
from tests.browser import Browser, Page
from tests.factories import PASSWORD, make_account, make_location, make_user, make_warehouse

ROUTES = ["/account/switch", "/account/location", "/account/language", "/account/text-size", "/account/theme"]


class World(NamedTuple):
    user: User
    first: Account
    second: Account
    stranger: Account
    seoul: Location
    busan: Location
    strangers_place: Location


@pytest.fixture
def world(session: Session) -> World:
    warehouse = make_warehouse(session)
    first = make_account(session, name="Alpha", locale="en")
    second = make_account(session, name="Beta", locale="ja")
    stranger = make_account(session, name="Gamma")
    seoul = make_location(session, first, warehouse, name="Seoul shop", position=1)
    busan = make_location(session, first, warehouse, name="Busan shop", position=2)
    strangers_place = make_location(session, stranger, warehouse, name="Not yours")
    user = make_user(session, first, email="kim@example.com")
    session.add(Membership(user_id=user.id, account_id=second.id, role=AccountRole.VIEWER))
    session.commit()
    return World(user, first, second, stranger, seoul, busan, strangers_place)


@pytest.fixture
def kim(world, browser) -> Browser:
    browser.sign_in("kim@example.com", PASSWORD)
    browser.open("/account")
    return browser


def token(browser: Browser) -> dict[str, str]:
    return {"csrf_token": dict(browser.form("/account/language").values)["csrf_token"]}


def account_shown(browser: Browser) -> str:
    return browser.open("/account").all("h2", id="account-title")[0].text


def place_shown(browser: Browser) -> str:
    return browser.open("/account").all(class_="switcher__location")[0].text


def language_shown(browser: Browser, path: str = "/account") -> str:
    return browser.open(path).all("html")[0].attributes["lang"]


def test_switching_the_account_leads_home_as_that_account(kim, world):
    answer = kim.client.post("/account/switch", data={**token(kim), "account_id": world.second.id})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert account_shown(kim) == "Beta"
    assert language_shown(kim) == "ja"
    kim.client.post("/account/switch", data={**token(kim), "account_id": world.first.id})
    assert account_shown(kim) == "Alpha"


def test_the_chosen_account_outlives_the_session_on_this_device(kim, world):
    kim.client.post("/account/switch", data={**token(kim), "account_id": world.second.id})
    kim.client.delete_cookie("portal")
    kim.sign_in("kim@example.com", PASSWORD)
    assert account_shown(kim) == "Beta"


@pytest.mark.parametrize("kept", ["x", "", "-1", "9" * 30, "²", "1e3", "{stranger}"])
def test_a_made_up_account_cookie_opens_nothing(world, browser, kept):
    browser.client.set_cookie("portal_account", kept.format(stranger=world.stranger.id))
    browser.sign_in("kim@example.com", PASSWORD)
    assert account_shown(browser) == "Alpha"


def test_an_account_one_is_no_member_of_does_not_exist(kim, world):
    for account_id in (world.stranger.id, 10**6, 2**70, 0, -1, "x", "", "1 OR 1=1"):
        answer = kim.client.post("/account/switch", data={**token(kim), "account_id": account_id})
        assert answer.status_code == 404
    assert kim.client.post("/account/switch", data=token(kim)).status_code == 404
    assert account_shown(kim) == "Alpha"


def test_a_membership_that_ends_takes_the_account_along(kim, world, session):
    kim.client.post("/account/switch", data={**token(kim), "account_id": world.second.id})
    session.delete(session.get(Membership, (world.user.id, world.second.id)))
    session.commit()
    assert account_shown(kim) == "Alpha"


def test_choosing_a_place_holds_for_every_page(kim, world):
    kim.submit("/account/location", button=("location_id", str(world.busan.id)))
    assert kim.address == "/account"
    assert place_shown(kim) == "Busan shop"
    again = Browser(kim.client.application.test_client())
    again.sign_in("kim@example.com", PASSWORD)
    assert place_shown(again) == "Busan shop"


def test_a_place_that_is_not_the_accounts_does_not_exist(kim, world, session):
    for location_id in (world.strangers_place.id, 10**6, 2**70, 0, "x", ""):
        answer = kim.client.post("/account/location", data={**token(kim), "location_id": location_id})
        assert answer.status_code == 404
    assert place_shown(kim) == "Seoul shop"
    assert session.scalar(select(func.count()).select_from(Cart)) == 0
    session.rollback()


def test_a_place_no_longer_in_use_gives_way_to_the_first(kim, world, session):
    kim.client.post("/account/location", data={**token(kim), "location_id": world.busan.id})
    world.busan.active = False
    session.commit()
    assert place_shown(kim) == "Seoul shop"
    answer = kim.client.post("/account/location", data={**token(kim), "location_id": world.busan.id})
    assert answer.status_code == 404


def test_choosing_a_language_stays_on_the_page(kim, world, session):
    kim.submit("/account/language", button=("locale", "fr-CA"))
    assert kim.address == "/account"
    assert language_shown(kim) == "fr-CA"
    session.refresh(world.user)
    assert world.user.locale == "fr-CA"
    session.rollback()
    # The choice holds on other devices too.
    again = Browser(kim.client.application.test_client())
    again.sign_in("kim@example.com", PASSWORD)
    assert language_shown(again) == "fr-CA"


def test_the_sellers_people_choose_a_language_in_the_header_of_the_desk(world, browser, session):
    rep = make_user(session, staff_role=StaffRole.DESK, email="desk@example.com", locale="en")
    session.commit()
    browser.sign_in("desk@example.com", PASSWORD)
    page = browser.open("/desk/orders?status=placed")
    assert page.all("a", class_="switcher__choice", href="/account")[0].text.strip() == "Your settings"
    form = browser.form("/account/language")
    assert dict(form.values)["next"] == "/desk/orders?status=placed"
    page = browser.send(form, button=("locale", "ja"))
    assert browser.address == "/desk/orders"
    assert page.all("html")[0].attributes["lang"] == "ja"
    session.refresh(rep)
    assert rep.locale == "ja"
    session.rollback()


@pytest.mark.parametrize(
    ("path", "fields", "before", "shown"),
    [
        ("/quick-order", {"lines": " "}, "/quick-order", "/quick-order"),
        ("/account/password", {"current": "x", "password": "y"}, "/account", "/account/password"),
        # An answer at an address without a page: the page before it.
        ("/quick-order/commit", {}, "/quick-order?from=1", "/quick-order?from=1"),
        ("/quick-order/commit", {}, "https://evil.example/", "/"),
    ],
)
def test_a_choice_beside_the_answer_to_a_form_leads_to_a_page(kim, path, fields, before, shown):
    referrer = before if before.startswith("https:") else f"http://localhost{before}"
    answer = kim.client.post(path, data={**token(kim), **fields}, headers={"Referer": referrer})
    assert answer.status_code >= 400
    kim.page = Page(answer.text)
    for form in kim.page.forms:
        if form.action in {"/account/language", "/account/location"}:
            assert dict(form.values)["next"] == shown
    assert "/account/language" in {form.action for form in kim.page.forms}


def test_the_order_in_which_a_language_is_found(world, app, session):
    def shown(accepted: str, *, signed_in: bool) -> str:
        browser = Browser(app.test_client())
        if signed_in:
            browser.sign_in("kim@example.com", PASSWORD)
        page = browser.open("/account" if signed_in else "/login", **{"Accept-Language": accepted})
        return page.all("html")[0].attributes["lang"]

    assert shown("de", signed_in=False) == "ko"
    assert shown("ja,en;q=0.5", signed_in=False) == "ja"
    assert shown("fr-CA,fr;q=0.9", signed_in=False) == "fr-CA"
    assert shown("ja", signed_in=True) == "en"
    world.user.locale = "ko"
    session.commit()
    assert shown("ja", signed_in=True) == "ko"


def test_a_stranger_may_choose_a_language_before_signing_in(browser):
    browser.open("/login")
    browser.submit("/account/language", button=("locale", "ja"))
    assert browser.address == "/login"
    assert language_shown(browser, "/login") == "ja"


@pytest.mark.parametrize("locale", ["de", "", "ko_KR", "../../etc", "KO"])
def test_a_language_the_portal_has_not_is_refused(kim, world, session, locale):
    answer = kim.client.post("/account/language", data={**token(kim), "locale": locale})
    assert answer.status_code == 422
    assert language_shown(kim) == "en"
    session.refresh(world.user)
    assert world.user.locale is None
    session.rollback()


def test_large_text_holds_in_this_browser_whoever_signs_in(kim):
    assert "data-text" not in kim.page.all("html")[0].attributes
    kim.submit("/account/text-size", button=("size", "large"))
    assert kim.page.all("html")[0].attributes["data-text"] == "large"
    kim.submit("/logout")
    assert kim.page.all("html")[0].attributes["data-text"] == "large"
    kim.sign_in("kim@example.com", PASSWORD)
    kim.open("/account")
    kim.submit("/account/text-size", button=("size", "normal"))
    assert "data-text" not in kim.page.all("html")[0].attributes


@pytest.mark.parametrize("size", ["huge", "", '"><script>'])
def test_a_size_there_is_not_is_refused(kim, size):
    answer = kim.client.post("/account/text-size", data={**token(kim), "size": size})
    assert answer.status_code == 422
    assert "data-text" not in kim.open("/account").all("html")[0].attributes


def test_a_cookie_made_up_for_the_text_size_does_nothing(kim):
    kim.client.set_cookie("portal_text", '"><script>alert(1)</script>')
    page = kim.open("/account")
    assert kim.status == 200
    assert "data-text" not in page.all("html")[0].attributes


@pytest.mark.parametrize("theme,colour", [("dark", "#1d1c1a"), ("light", "#ffffff")])
def test_a_theme_holds_in_this_browser_whoever_signs_in(kim, theme, colour):
    def shown() -> tuple[str | None, str, list[tuple[str, str | None]]]:
        metas = [element.attributes for element in kim.page.all("meta")]
        return (
            kim.page.all("html")[0].attributes.get("data-theme"),
            next(meta["content"] for meta in metas if meta.get("name") == "color-scheme"),
            [(meta["content"], meta.get("media")) for meta in metas if meta.get("name") == "theme-color"],
        )

    following = (
        None,
        "light dark",
        [("#ffffff", "(prefers-color-scheme: light)"), ("#1d1c1a", "(prefers-color-scheme: dark)")],
    )
    assert shown() == following
    kim.submit("/account/theme", button=("theme", theme))
    assert kim.address == "/account"
    assert shown() == (theme, theme, [(colour, None)])
    assert [
        button.attributes["value"]
        for button in kim.page.all("button", name="theme")
        if button.attributes.get("aria-current") == "true"
    ] == [theme]
    kim.submit("/logout")
    assert shown() == (theme, theme, [(colour, None)])
    kim.sign_in("kim@example.com", PASSWORD)
    kim.open("/account")
    kim.submit("/account/theme", button=("theme", "system"))
    assert shown() == following


@pytest.mark.parametrize("theme", ["sepia", "", '"><script>'])
def test_a_theme_there_is_not_is_refused(kim, theme):
    answer = kim.client.post("/account/theme", data={**token(kim), "theme": theme})
    assert answer.status_code == 422
    assert "data-theme" not in kim.open("/account").all("html")[0].attributes


def test_a_cookie_made_up_for_the_theme_does_nothing(kim):
    kim.client.set_cookie("portal_theme", '"><script>alert(1)</script>')
    page = kim.open("/account")
    assert kim.status == 200
    assert "data-theme" not in page.all("html")[0].attributes
    assert [
        button.attributes["value"]
        for button in page.all("button", name="theme")
        if "aria-current" in button.attributes
    ] == ["system"]


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
@pytest.mark.parametrize(
    "path,field,value",
    [
        ("/account/language", "locale", "en"),
        ("/account/text-size", "size", "large"),
        ("/account/theme", "theme", "dark"),
    ],
)
def test_a_choice_leads_nowhere_but_to_the_portal(kim, path, field, value, wanted):
    answer = kim.client.post(path, data={**token(kim), field: value, "next": wanted})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_neither_place_nor_account_leads_elsewhere(kim, world):
    for path, field, value in (
        ("/account/switch", "account_id", world.second.id),
        ("/account/location", "location_id", world.busan.id),
    ):
        kim.open("/account")
        kim.client.post("/account/switch", data={**token(kim), "account_id": world.first.id})
        kim.open("/account")
        answer = kim.client.post(path, data={**token(kim), field: value, "next": "//evil.example"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("path", ["/account/switch", "/account/location"])
def test_strangers_are_asked_to_sign_in(world, browser, path):
    browser.open("/login")
    data = token(browser) | {"account_id": str(world.second.id), "location_id": str(world.busan.id)}
    answer = browser.client.post(path, data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")


@pytest.mark.parametrize("path", ROUTES)
def test_a_forged_form_changes_nothing(kim, world, session, path):
    data = {
        "account_id": world.second.id,
        "location_id": world.busan.id,
        "locale": "ja",
        "size": "large",
        "theme": "dark",
    }
    assert kim.client.post(path, data=data).status_code == 422
    assert kim.client.post(path, data={**data, "csrf_token": "forged"}).status_code == 422
    page = kim.open("/account")
    assert page.all("h2", id="account-title")[0].text == "Alpha"
    assert page.all(class_="switcher__location")[0].text == "Seoul shop"
    assert page.all("html")[0].attributes == {"lang": "en", "data-accent": "cobalt"}


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_wrong_methods(client, path, method):
    answer = getattr(client, method)(path, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 405
