"""POST /account/language from the head of any page: the page comes back, with its filters, in the other language."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from tests.browser import Browser
from tests.factories import PASSWORD
from tests.storefront import Shop


@pytest.fixture
def reader(shop: Shop, browser: Browser) -> Browser:
    shop.sell("BEANS", name="블렌드")
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    return browser


def language(browser: Browser) -> str | None:
    (page,) = browser.page.all("html")
    return page.attributes["lang"]


@pytest.mark.parametrize(
    "address",
    [
        "/search?q=%EB%B8%94%EB%A0%8C%EB%93%9C&in_stock=1&sort=price",
        "/orders?q=SO-1&status=placed&page=1",
        "/invoices?status=open",
        "/products/BEANS?quantity=3",
        "/categories/cafe-beans?sort=name",
        "/cart",
    ],
)
def test_the_page_and_its_filters_stay(reader, address):
    reader.open(address)
    assert language(reader) == "ko"

    values = dict(reader.form("/account/language").values)
    answer = reader.client.post("/account/language", data={**values, "locale": "fr-CA"})

    assert answer.status_code == 303
    assert unquote(answer.location.rstrip("?")) == unquote(address)
    reader.open(answer.location)
    assert language(reader) == "fr-CA"


def test_every_language_is_offered_in_its_own_words(reader):
    page = reader.open("/cart")

    offered = [
        (button.text.strip(), button.attributes["lang"], button.attributes.get("aria-current"))
        for button in page.all("button", name="locale")
    ]
    assert offered == [
        ("한국어", "ko", "true"),
        ("English", "en", None),
        ("日本語", "ja", None),
        ("Français (Canada)", "fr-CA", None),
    ]


@pytest.mark.parametrize("away", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_the_switch_leads_nowhere_else(reader, away):
    reader.open("/cart")
    token = dict(reader.form("/account/language").values)["csrf_token"]

    answer = reader.client.post("/account/language", data={"csrf_token": token, "next": away, "locale": "ja"})

    assert (answer.status_code, answer.location) == (303, "/")


def test_an_unknown_language_changes_nothing(reader):
    reader.open("/cart")
    token = dict(reader.form("/account/language").values)["csrf_token"]

    answer = reader.client.post("/account/language", data={"csrf_token": token, "locale": "de"})

    assert answer.status_code == 422
    reader.open("/cart")
    assert language(reader) == "ko"


def test_the_choice_follows_the_person_to_another_device(reader, shop):
    reader.open("/cart")
    reader.submit("/account/language", button=("locale", "ja"))

    other = Browser(reader.client.application.test_client())
    other.sign_in(shop.buyer.email, PASSWORD)
    other.open("/cart")

    assert language(other) == "ja"
