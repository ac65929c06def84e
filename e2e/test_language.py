"""The language is changed on the page one is on, and stays."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from e2e.conftest import Visit
from e2e.goods import OWNER
from e2e.pages.product_list import HomePage
from e2e.pages.screen import Screen
from e2e.pages.sign_in import SignInPage
from e2e.visitor import Visitor


def choice(visitor: Visitor, name: str) -> Locator:
    """The button of a language, which is written in its own language."""
    return visitor.page.get_by_role("button", name=name, exact=True)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_language_changes_where_one_is(visit: Visit, scripts: bool) -> None:
    visitor = visit(scripts=scripts)
    sign_in = SignInPage(visitor)
    visitor.open("/login?next=/orders")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "ko")

    visitor.tap(choice(visitor, "English"))

    expect(visitor.page).to_have_url(re.compile(r"/login\?next=/orders$"))
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
    expect(sign_in.heading).to_have_text("Sign in")
    visitor.language = "en"
    sign_in.fill_in(OWNER)
    expect(visitor.page).to_have_url(re.compile(r"/orders$"))
    expect(sign_in.heading).to_have_text("Orders")


def test_the_language_of_a_person_holds_on_every_device(visit: Visit) -> None:
    phone = visit(OWNER)
    home = HomePage(phone)
    phone.tap(home.tab("My"))
    try:
        phone.tap(choice(phone, "English"))
        expect(phone.page).to_have_url(re.compile(r"/account$"))
        expect(phone.page.locator("html")).to_have_attribute("lang", "en")

        desktop = visit(OWNER, device="desktop")
        expect(desktop.page.locator("html")).to_have_attribute("lang", "en")
        expect(Screen(desktop).heading).to_contain_text("Hello")
    finally:
        phone.open("/account")
        phone.tap(choice(phone, "한국어"))
        expect(phone.page.locator("html")).to_have_attribute("lang", "ko")
