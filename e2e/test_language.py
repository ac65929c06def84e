"""The language is changed on the page one is on, and stays."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, OWNER, STRAWS, SYRUP
from e2e.pages.product_list import HomePage
from e2e.pages.returns import ReturnForm
from e2e.pages.screen import Screen
from e2e.pages.sign_in import SignInPage
from e2e.test_placing_once import ready_to_order
from e2e.test_returns import open_delivered
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


WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def switch(visitor: Visitor, name: str) -> None:
    """Change the language in the header, where one is."""
    visitor.tap(visitor.page.locator("summary.switcher__head"))
    visitor.tap(visitor.page.locator(".switcher__menu").get_by_role("button", name=name, exact=True))


def back_to_korean(visitor: Visitor) -> None:
    visitor.open("/account")
    visitor.tap(choice(visitor, "한국어").last)
    expect(visitor.page.locator("html")).to_have_attribute("lang", "ko")


@pytest.fixture
def korean_buyer(visit: Visit) -> Iterator[Visitor]:
    """A buyer who reads Korean before and after."""
    dealer = visit(BUYERS["ko"])
    yield dealer
    back_to_korean(dealer)


def test_an_order_being_written_goes_on_in_another_language(korean_buyer: Visitor, own_word: str) -> None:
    dealer, page = korean_buyer, korean_buyer.page
    checkout = ready_to_order(dealer, own_word)
    notes = page.get_by_label(dealer.word("Notes for us"))
    notes.fill("뒷문\n<벨>")
    # A day brings a new copy of the form, with all that was typed before.
    with page.expect_response(re.compile(r"/checkout\?")):
        page.locator("#requested_date").fill("2030-01-02")
    page.wait_for_load_state("networkidle")

    switch(dealer, "English")

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(re.compile(r"/checkout$"))
    expect(page.locator("#po_number")).to_have_value(own_word)
    expect(page.locator("#notes")).to_have_value("뒷문\n<벨>")
    expect(page.locator("#requested_date")).to_have_value("2030-01-02")
    # For one navigation alone.
    page.reload()
    assert page.evaluate("sessionStorage.getItem('portal-typed')") is None
    dealer.open("/orders")
    dealer.open("/checkout")
    expect(page.locator("#notes")).to_have_value("")
    assert checkout is not None


def test_pasted_lines_and_rows_go_on_in_another_language(korean_buyer: Visitor) -> None:
    dealer, page = korean_buyer, korean_buyer.page
    dealer.open("/quick-order")
    rows = page.locator("[data-row] [name=code]")
    before = rows.count()
    page.locator("#field-lines").fill(f"{SYRUP.sku} 12\n{STRAWS.sku} 20")
    dealer.tap(page.get_by_role("button", name=dealer.word("More rows")))
    rows.last.fill(SYRUP.sku)
    page.locator("[data-row] [name=quantity]").last.fill("18")
    page.wait_for_load_state("networkidle")

    switch(dealer, "日本語")

    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(page.locator("#field-lines")).to_have_value(f"{SYRUP.sku} 12\n{STRAWS.sku} 20")
    expect(rows).to_have_count(before + 1)
    expect(rows.last).to_have_value(SYRUP.sku)
    expect(page.locator("[data-row] [name=quantity]").last).to_have_value("18")
    # What the row would become is looked up again.
    expect(page.locator("[data-row]").last.locator("[data-check]")).not_to_be_empty()


def test_a_return_being_written_goes_on_in_another_language(korean_buyer: Visitor, own_word: str) -> None:
    dealer, page = korean_buyer, korean_buyer.page
    open_delivered(dealer, 3)
    dealer.tap(page.get_by_role("link", name=dealer.word("Return or report")))
    form = ReturnForm(dealer)
    sku = form.lines.first.get_attribute("data-sku") or ""
    form.choose(sku, 1, "Damaged")
    expect(form.credit).to_be_visible()
    page.get_by_label(dealer.word("Notes"), exact=True).fill(own_word)
    typed = page.evaluate(TYPED)
    address = page.url

    switch(dealer, "Français (Canada)")

    expect(page.locator("html")).to_have_attribute("lang", "fr-CA")
    expect(page).to_have_url(address)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(TYPED) == typed
    assert own_word in str(typed)
    # The credit is that of what is chosen.
    expect(form.credit).to_be_visible()


TYPED = """() => [...document.querySelectorAll("#return-form :is(input:not([type=hidden]), select, textarea)")]
  .filter((field) => field.type !== "file").map((field) => [field.name, field.checked || false, field.value])"""


def test_an_address_typed_before_signing_in_stays_and_no_password(visit: Visit) -> None:
    visitor = visit()
    visitor.open("/login")
    visitor.page.locator("#email").fill(OWNER)
    visitor.page.locator("#password").fill("a secret of mine")
    visitor.page.wait_for_load_state("networkidle")

    visitor.tap(choice(visitor, "English"))

    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
    expect(visitor.page.locator("#email")).to_have_value(OWNER)
    expect(visitor.page.locator("#password")).to_have_value("")


def test_filters_chosen_meanwhile_stay_in_another_language(korean_buyer: Visitor) -> None:
    dealer, page = korean_buyer, korean_buyer.page
    dealer.open("/search?q=syrup")
    page.evaluate("history.pushState(null, '', '/search?q=syrup&in_stock=1')")

    switch(dealer, "English")

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(re.compile(r"/search\?q=syrup&in_stock=1$"))


@WITH_AND_WITHOUT
def test_the_answer_to_a_form_comes_back_as_its_page(visit: Visit, scripts: bool) -> None:
    dealer = visit(BUYERS["ko"], scripts=scripts)
    dealer.open("/quick-order")
    dealer.page.locator("#field-lines").fill("  ")
    dealer.tap(dealer.page.get_by_role("button", name=dealer.word("Check the lines"), exact=True).last)
    expect(dealer.page.locator("main [data-focus]")).to_be_visible()
    try:
        switch(dealer, "English")
        expect(dealer.page).to_have_url(re.compile(r"/quick-order$"))
        expect(dealer.page.locator("html")).to_have_attribute("lang", "en")
    finally:
        back_to_korean(dealer)


@WITH_AND_WITHOUT
def test_the_sellers_people_change_the_language_at_the_desk(visit: Visit, scripts: bool) -> None:
    desk = visit("desk@demo.example", scripts=scripts)
    desk.open("/desk/orders?status=placed")
    try:
        switch(desk, "English")
        expect(desk.page).to_have_url(re.compile(r"/desk/orders\?status=placed$"))
        expect(desk.page.locator("html")).to_have_attribute("lang", "en")
        expect(desk.page.get_by_role("heading", level=1)).to_have_text("Orders")
    finally:
        back_to_korean(desk)


def test_what_is_ticked_stays_through_another_theme(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.open("/account")
    box = dealer.page.locator("main input[type=checkbox][name=topic]").first
    before = box.is_checked()
    box.set_checked(not before)
    dealer.page.wait_for_load_state("networkidle")

    dealer.tap(dealer.page.get_by_role("button", name=dealer.word("Dark"), exact=True))

    expect(dealer.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(box).to_be_checked(checked=not before)


def test_the_language_changes_though_nothing_can_be_kept(korean_buyer: Visitor) -> None:
    dealer, page = korean_buyer, korean_buyer.page
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.route(re.compile(r"/js/typed\."), lambda route: route.abort())
    dealer.open("/quick-order")
    dealer.expects_failures = True
    page.locator("#field-lines").fill("x")
    page.wait_for_load_state("networkidle")

    switch(dealer, "English")

    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert failed == []
    dealer.expects_failures = False
