"""GET /search and GET /search/suggest."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from portal.accounts.models import AccountRole
from portal.blueprints.search.params import SearchParams
from portal.discovery.finding import LAST_PAGE, Sort
from portal.discovery.shared import SharedWords
from portal.orders.models import OrderStatus
from tests.browser import Browser, Page
from tests.conftest import Statements
from tests.factories import (
    PASSWORD,
    make_assortment,
    make_brand,
    make_category,
    make_price,
    make_price_list,
    make_product,
)
from tests.storefront import Shop


def found(page: Page) -> list[str]:
    return [card.attributes["data-sku"] for card in page.all("article")]


def test_what_is_typed_is_found_at_the_accounts_own_price(shop: Shop, browser: Browser) -> None:
    shop.sell("B-1", name="에스프레소 원두")
    own = shop.sell("B-2", name="콜롬비아 원두")
    shop.sell("C-1", name="종이컵")
    make_price(shop.session, make_price_list(shop.session, account=shop.account), own, 7_777_0000)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    page = browser.open("/search?q=" + quote("원두"))
    assert found(page) == ["B-1", "B-2"]
    assert [card.attributes["data-unit-price"] for card in page.all("article")] == ["12000", "7777"]
    assert found(browser.open("/search?q=c-1")) == ["C-1"]
    assert found(browser.open("/search")) == ["B-1", "B-2", "C-1"]


def test_the_filter_form_narrows_and_keeps_the_words(shop: Shop, browser: Browser) -> None:
    cups = make_category(shop.session, shop.category, slug="cups", names={"ko": "컵"})
    brand = make_brand(shop.session, code="MBR")
    shop.sell("ONE", name="컵 하나")
    shop.sell("TWO", name="컵 둘", category=cups)
    shop.sell("THREE", name="컵 셋", stock=0, product=make_product(shop.session, cups, brand_id=brand.id))
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    browser.open("/search?q=" + quote("컵"))
    form = next(form for form in browser.page.forms if form.action == "/search" and len(form.values) > 1)
    page = browser.send(form, category="cups")
    assert sorted(found(page)) == ["THREE", "TWO"]
    (chip,) = browser.open("/search?brand=MBR&q=" + quote("컵")).all("a", class_="chip chip--on")
    assert found(browser.open(chip.attributes["href"])) == ["ONE", "TWO", "THREE"]
    # The parent's category reaches what is below it.
    assert found(browser.open("/search?category=cafe-beans")) == ["ONE", "TWO", "THREE"]
    assert found(browser.open("/search?category=cups&in_stock=1")) == ["TWO"]
    assert found(browser.open("/search?brand=MBR")) == ["THREE"]
    assert found(browser.open("/search?category=nobody")) == []
    assert found(browser.open("/search?brand=nobody")) == []


def test_what_was_bought_before(shop: Shop, browser: Browser) -> None:
    one, two, three, four = (shop.sell(sku) for sku in ("ONE", "TWO", "THREE", "FOUR"))
    shop.order("2026-000001", three, two)
    shop.order("2026-000002", three)
    shop.order("2026-000003", four, status=OrderStatus.CANCELLED)
    _, stranger = shop.rival()
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    assert found(browser.open("/search?bought=1")) == ["TWO", "THREE"]
    assert found(browser.open("/search?sort=bought")) == ["THREE", "TWO", "ONE", "FOUR"]
    browser.client.delete_cookie("portal")
    browser.sign_in(stranger.email, PASSWORD)
    assert found(browser.open("/search?bought=1")) == []
    assert one.id


def test_htmx_gets_the_results_alone(shop: Shop, browser: Browser) -> None:
    shop.sell("ONE")
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    part = browser.client.get("/search?q=one", headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<section id="results"')
    assert "<html" not in part.text
    assert "HX-Request" in part.headers["Vary"]
    assert "1" in json.loads(part.headers["HX-Trigger"])["announce"]["message"]
    restored = browser.client.get(
        "/search?q=one", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )
    assert "<html" in restored.text


def test_nothing_found_says_what_to_do(shop: Shop, browser: Browser) -> None:
    shop.sell("ONE")
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    for query in ("q=nothing", "q=one&in_stock=1&brand=x", "page=9", "q=%3Cscript%3Ealert(1)%3C/script%3E"):
        page = browser.open(f"/search?{query}")
        assert (browser.status, found(page), len(page.all("div", class_="empty"))) == (200, [], 1), query
    assert "<script>alert" not in (browser.response.text if browser.response else "")


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=%ED%A0%80",
        "q=" + "%EA%B0%80" * 3_000,
        "q=%25",
        "page=-1",
        "page=" + "9" * 5_000,
        "sort=price%27--",
        "category=%00&brand=%00",
        "in_stock=maybe&bought=%00",
        "q=a&q=b&page=1&page=2",
    ],
)
def test_no_address_breaks_it(shop: Shop, browser: Browser, query: str) -> None:
    shop.sell("ONE")
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    for path in ("/search", "/search/suggest"):
        browser.open(f"{path}?{query}")
        assert browser.status == 200, path


def test_params_are_brought_within_bounds() -> None:
    assert SearchParams.from_args(MultiDict()) == SearchParams()
    read = SearchParams.from_args(
        MultiDict(
            [
                ("q", " a\0b "),
                ("page", "9" * 30),
                ("sort", "newest"),
                ("in_stock", "on"),
                ("bought", "no"),
                ("promo", "1"),
                ("brand", "x" * 101),
                ("brand", "MBR"),
                ("brand", "MBR"),
                ("attr", "용량:1L"),
                ("attr", "a:b:c"),
                ("attr", "nothing"),
                ("attr", ":"),
                ("attr", "x" * 300),
                ("redirect", "no"),
            ]
        )
    )
    assert read == SearchParams(
        q="a b",
        brands=("MBR",),
        attributes=(("용량", "1L"), ("a", "b:c")),
        in_stock=True,
        on_promotion=True,
        sort=Sort.NEWEST,
        page=LAST_PAGE,
        redirects=False,
    )
    assert read.to_args(page=1, attributes=()) == [
        ("q", "a b"),
        ("brand", "MBR"),
        ("in_stock", "1"),
        ("promo", "1"),
        ("sort", "newest"),
        ("redirect", "no"),
    ]
    assert SearchParams.from_args(MultiDict(read.to_args())) == read
    assert SearchParams(sort=Sort.PRICE, page=2).is_empty
    assert not SearchParams(bought=True).is_empty
    # An order that is no longer offered is the usual one.
    assert SearchParams.from_args(MultiDict({"sort": "name"})).sort is Sort.RELEVANCE


def test_suggestions_have_price_stock_and_a_way_to_add(shop: Shop, browser: Browser) -> None:
    for number in range(10):
        shop.sell(f"B-{number}", name="원두", minimum=6, step=6)
    shop.sell("ASK", name="기계", won=None)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    page = browser.open("/search/suggest?q=" + quote("원두"))
    rows = page.having("data-sku")
    assert [row.attributes["data-sku"] for row in rows] == [f"B-{number}" for number in range(8)]
    first = rows[0].attributes
    assert (first["data-unit-price"], first["data-currency"], first["data-available"]) == (
        "12000",
        "KRW",
        "100",
    )
    (add, *rest) = [form for form in page.forms if form.action == "/cart/lines"]
    values = dict(add.values)
    assert (values["sku"], values["quantity"], values["set"]) == ("B-0", "6", "1")
    assert len(rest) == 7
    (everything,) = page.all("a", class_="suggest__all")
    assert found(browser.open(everything.attributes["href"])) == [f"B-{number}" for number in range(10)]
    page = browser.open("/search/suggest?q=ask")
    assert [row.attributes.get("data-unit-price") for row in page.having("data-sku")] == [None]
    assert page.having("data-hx-post") == []
    assert browser.open("/search/suggest?q=").having("data-sku") == []
    assert browser.open("/search/suggest?q=%20").text == ""
    assert browser.open("/search/suggest?q=nothing").all("p", class_="suggest__none")


def test_a_stranger_is_not_told_of_what_is_hidden(shop: Shop, browser: Browser) -> None:
    hidden = shop.sell("SECRET-1", name="비밀 원두", barcode="8010325946046")
    rival, person = shop.rival()
    make_assortment(shop.session, [hidden], account=rival, hides=True)
    shop.commit()
    for path in ("/search", "/search/suggest"):
        assert browser.client.get(path).status_code == 302
        assert browser.client.get(path, headers={"HX-Request": "true"}).status_code == 401
    browser.sign_in(person.email, PASSWORD)
    for word in ("SECRET-1", quote("비밀"), "8010325946046"):
        for path in ("/search", "/search/suggest"):
            page = browser.open(f"{path}?q={word}")
            assert page.having("data-sku") == []
            assert "/products/SECRET" not in (browser.response.text if browser.response else "")
    assert browser.client.put("/search").status_code == 405


def test_who_may_not_order_gets_no_plus(shop: Shop, browser: Browser) -> None:
    shop.sell("ONE")
    viewer = shop.person(AccountRole.VIEWER)
    shop.commit()
    browser.sign_in(viewer.email, PASSWORD)
    page = browser.open("/search/suggest?q=one")
    assert len(page.having("data-sku")) == 1
    assert page.having("data-hx-post") == []


@pytest.mark.parametrize("path, most", [("/search?q=no", 12), ("/search/suggest?q=no", 11)])
def test_statements_do_not_grow_with_rows(
    app: Flask,
    shop: Shop,
    browser: Browser,
    statements: Statements,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    most: int,
) -> None:
    kept = replace(app.extensions["portal"], shared=SharedWords(60))
    monkeypatch.setitem(app.extensions, "portal", kept)
    shop.sell("NO-0")
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)

    browser.open(path)

    def count() -> int:
        statements.texts.clear()
        browser.open(path)
        return len(statements)

    one = count()
    for number in range(1, 24):
        shop.sell(f"NO-{number}")
    shop.commit()
    # Sign-in 3, who asks, (promotions,) the search, the variants, last bought; prices at most 4.
    assert one == count() <= most
