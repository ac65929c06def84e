"""Names that a language lacks: shown in one there is, and marked as such wherever they stand."""

from __future__ import annotations

import pytest

from tests.browser import Browser
from tests.factories import PASSWORD, make_product
from tests.storefront import Shop


@pytest.fixture
def reader(shop: Shop, browser: Browser) -> Browser:
    """Somebody who reads Japanese, where one product has a Korean and an English name and one has all."""
    shop.sell(
        "HALF",
        name="블렌드",
        product=make_product(shop.session, shop.category, descriptions={"ko": "고소한 맛"}),
    )
    whole = shop.sell("WHOLE", name="디카페인")
    whole.names = {**whole.names, "ja": "デカフェ"}
    shop.buyer.locale = "ja"
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    return browser


def marked(browser: Browser, path: str) -> list[tuple[str, str]]:
    """The names of a page that say another language, with it."""
    found = browser.open(path).having("lang")
    return [
        (element.text, element.attributes["lang"] or "")
        for element in found
        if element.text in ("블렌드 en", "デカフェ")
    ]


def test_the_page_of_a_product_says_that_it_is_not_translated(reader):
    page = reader.open("/products/HALF")

    (name,) = page.all("h1")
    assert (name.text, name.attributes.get("lang")) == ("블렌드 en", "en")
    assert "まだ翻訳されていません(English)" in page.text
    (described,) = [each for each in page.all("section") if "고소한 맛" in each.text]
    assert described.attributes["lang"] == "ko"


def test_a_translated_product_says_nothing(reader):
    page = reader.open("/products/WHOLE")

    (name,) = page.all("h1")
    assert (name.text, name.attributes.get("lang")) == ("デカフェ", None)
    assert "翻訳" not in page.text


def test_lists_and_the_cart_mark_such_names(reader):
    for sku in ("HALF", "WHOLE"):
        reader.open(f"/products/{sku}")
        reader.submit("/cart/lines")

    for path in ("/categories/cafe-beans", "/cart", "/checkout"):
        assert marked(reader, path) == [("블렌드 en", "en")]
        assert "デカフェ" in reader.page.text
    assert reader.open("/cart").text.count("· English") == 1
