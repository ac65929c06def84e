"""GET /categories/<slug>."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from flask import Flask

from portal.accounts.models import AccountRole
from portal.discovery.shared import SharedWords
from tests.browser import Browser, Page
from tests.conftest import Statements
from tests.factories import (
    PASSWORD,
    make_account,
    make_assortment,
    make_category,
    make_price,
    make_price_list,
    make_product,
    make_user,
)
from tests.storefront import Shop


def cards(page: Page) -> list[tuple[str, str | None, str, str]]:
    return [
        (
            card.attributes["data-sku"],
            card.attributes.get("data-unit-price"),
            card.attributes["data-currency"],
            card.attributes["data-available"],
        )
        for card in page.all("article")
    ]


def test_a_category_shows_what_is_sold_in_it_and_below_at_the_accounts_own_price(
    shop: Shop, browser: Browser
) -> None:
    below = make_category(shop.session, shop.category)
    shop.sell("B-1", won=12_000, stock=7)
    own = shop.sell("B/2 한글", won=9_900, category=below)
    contract = make_price_list(shop.session, account=shop.account)
    make_price(shop.session, contract, own, 8_800_5000)
    shop.sell("ELSEWHERE", category=make_category(shop.session))
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)

    page = browser.open("/categories/cafe-beans")
    assert cards(page) == [("B-1", "12000", "KRW", "7"), ("B/2 한글", "8800.5", "KRW", "100")]
    links = [link.attributes["href"] for link in page.all("a")]
    assert "/products/B%2F2%20%ED%95%9C%EA%B8%80" in links
    assert [form.action for form in page.forms if form.action == "/cart/lines"] == ["/cart/lines"] * 2
    assert ("sku", "B/2 한글") in page.forms[-1].values
    browser.open("/products/B%2F2%20%ED%95%9C%EA%B8%80")
    assert browser.status == 200


def test_pages_and_orders_of_a_list(shop: Shop, browser: Browser) -> None:
    for number in range(26):
        shop.sell(f"N-{number:02}", name=f"이름 {99 - number}")
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    first = browser.open("/categories/cafe-beans")
    assert [sku for sku, *_ in cards(first)] == [f"N-{number:02}" for number in range(24)]
    (following,) = first.all("a", rel="next")
    assert first.all("a", rel="prev") == []
    second = browser.open(following.attributes["href"])
    assert [sku for sku, *_ in cards(second)] == ["N-24", "N-25"]
    assert second.all("a", rel="next") == []
    (back,) = second.all("a", rel="prev")
    assert cards(browser.open(back.attributes["href"])) == cards(first)
    by_name = browser.open("/categories/cafe-beans?sort=name")
    assert [sku for sku, *_ in cards(by_name)][:2] == ["N-25", "N-24"]
    beyond = browser.open("/categories/cafe-beans?page=9")
    assert (browser.status, cards(beyond), len(beyond.all("div", class_="empty"))) == (200, [], 1)


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=" + "9" * 5000, "sort=%00", "page=1e3", "page=²"]
)
def test_no_address_breaks_it(shop: Shop, browser: Browser, query: str) -> None:
    shop.sell("ONE")
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    browser.open(f"/categories/cafe-beans?{query}")
    assert browser.status == 200


def test_price_on_request_out_of_stock_and_back_order(shop: Shop, browser: Browser) -> None:
    shop.sell("ASK", won=None)
    shop.sell("NONE", stock=0)
    shop.sell("LATER", stock=0, allow_backorder=True)
    shop.sell("FEW", stock=5, minimum=6)
    shop.sell("STEP", minimum=10, step=4)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    page = browser.open("/categories/cafe-beans")
    assert cards(page) == [
        ("ASK", None, "KRW", "100"),
        ("NONE", "12000", "KRW", "0"),
        ("LATER", "12000", "KRW", "0"),
        ("FEW", "12000", "KRW", "5"),
        ("STEP", "12000", "KRW", "100"),
    ]
    adds = [dict(form.values) for form in page.forms if form.action == "/cart/lines"]
    assert [(add["sku"], add["quantity"]) for add in adds] == [("LATER", "1"), ("STEP", "12")]


def test_a_stranger_sees_another_assortment_at_other_prices(shop: Shop, browser: Browser) -> None:
    shared, hidden = shop.sell("SHARED"), shop.sell("HIDDEN")
    rival, person = shop.rival()
    make_assortment(shop.session, [hidden], account=rival, hides=True)
    make_price(shop.session, make_price_list(shop.session, account=shop.account), shared, 1_0000)
    nobody, lonely = shop.rival(sees_everything=False)
    shop.commit()
    browser.sign_in(person.email, PASSWORD)
    assert cards(browser.open("/categories/cafe-beans")) == [("SHARED", "12000", "KRW", "100")]
    browser.client.delete_cookie("portal")
    browser.sign_in(lonely.email, PASSWORD)
    page = browser.open("/categories/cafe-beans")
    assert (cards(page), len(page.all("div", class_="empty"))) == ([], 1)
    assert nobody.id


def test_signed_out_unknown_wrong_method_and_without_an_account(shop: Shop, browser: Browser) -> None:
    homeless = make_user(shop.session)
    shop.commit()
    assert browser.client.get("/categories/cafe-beans").status_code == 302
    browser.sign_in(shop.buyer.email, PASSWORD)
    for address in ("/categories/nobody", "/categories/%00", "/categories/CAFE-BEANS"):
        assert browser.client.get(address).status_code == 404
    assert browser.client.put("/categories/cafe-beans").status_code == 405
    browser.client.delete_cookie("portal")
    browser.sign_in(homeless.email, PASSWORD)
    assert browser.client.get("/categories/cafe-beans").status_code == 403


def test_who_may_not_order_sees_prices_without_a_button(shop: Shop, browser: Browser) -> None:
    shop.sell("ONE")
    viewer = shop.person(AccountRole.VIEWER)
    shop.commit()
    browser.sign_in(viewer.email, PASSWORD)
    page = browser.open("/categories/cafe-beans")
    assert cards(page) == [("ONE", "12000", "KRW", "100")]
    assert [form for form in page.forms if form.action == "/cart/lines"] == []


def test_an_account_without_a_place_sees_prices_but_no_stock(shop: Shop, browser: Browser) -> None:
    shop.sell("ONE")
    person = make_user(shop.session, make_account(shop.session))
    shop.commit()
    browser.sign_in(person.email, PASSWORD)
    assert cards(browser.open("/categories/cafe-beans")) == [("ONE", "12000", "KRW", "0")]


def test_statements_do_not_grow_with_rows(
    app: Flask, shop: Shop, browser: Browser, statements: Statements, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = replace(app.extensions["portal"], shared=SharedWords(60))
    monkeypatch.setitem(app.extensions, "portal", kept)
    shop.sell("N-0")
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    browser.open("/categories/cafe-beans")

    def count() -> int:
        statements.texts.clear()
        browser.open("/categories/cafe-beans")
        assert browser.status == 200
        return len(statements)

    one = count()
    product = make_product(shop.session, shop.category)
    for number in range(1, 24):
        shop.sell(f"N-{number}", product=product)
    shop.commit()
    # Sign-in (3), the variants; prices take at most 4. The tree is kept for a moment.
    assert one == count() <= 8


def test_a_category_made_a_moment_ago_has_its_page(
    app: Flask, shop: Shop, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = replace(app.extensions["portal"], shared=SharedWords(60))
    monkeypatch.setitem(app.extensions, "portal", kept)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    browser.open("/categories/cafe-beans")
    made = make_category(shop.session, shop.category)
    shop.commit()
    assert browser.open(f"/categories/{made.slug}").all("h1")[0].text == made.names["ko"]
    browser.open("/categories/nowhere")
    assert browser.status == 404


def test_a_full_page_is_small(shop: Shop, browser: Browser) -> None:
    for number in range(24):
        shop.sell(
            f"SKU-{number * 7919 % 1000:03}",
            name=f"에스프레소 블렌드 원두 {number * 50}g",
            won=10_000 + number * 370,
        )
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    response = browser.client.get("/categories/cafe-beans", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) <= 6_000
    assert len(gzip.decompress(response.data)) > len(response.data)
