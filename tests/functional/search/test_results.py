"""The page of results over an index: facets, marks, other spellings, redirects."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from portal.accounts.models import StaffRole
from portal.discovery.models import SearchRedirect, SynonymGroup
from tests.browser import Browser, Element, Page
from tests.conftest import NOW
from tests.factories import (
    PASSWORD,
    added,
    make_assortment,
    make_brand,
    make_category,
    make_product,
    make_user,
)
from tests.storefront import Shop

Index = Callable[[], None]


def found(page: Page) -> list[str]:
    return [card.attributes["data-sku"] for card in page.all("article")]


def boxes(page: Page, name: str) -> dict[str, str]:
    """The boxes of a facet by value, with label and count."""
    labels = page.all("label", class_="facet__option")
    inputs = list(page.all("input", type="checkbox", name=name))
    by_value = {}
    for element in inputs:
        (label,) = [each for each in labels if _holds(page, each, element)]
        by_value[element.attributes["value"]] = " ".join(label.text.split())
    return by_value


def _holds(page: Page, label: Element, element: Element) -> bool:
    inside = [each for each in page.elements if each.tag in {"label", "input"}]
    return inside.index(element) == inside.index(label) + 1


@pytest.fixture
def syrups(shop: Shop, index: Index, browser: Browser) -> Shop:
    """Three syrups of two brands and a cup; the rival alone sees a fourth syrup."""
    dolce = make_brand(shop.session, code="DOL", names={"ko": "돌체", "en": "Dolce"})
    monte = make_brand(shop.session, code="MON", names={"ko": "몬테", "en": "Monte"})
    cups = make_category(shop.session, slug="cups", names={"ko": "컵", "en": "Cups"})
    drinks = make_category(shop.session, shop.category, slug="syrups", names={"ko": "시럽류", "en": "Syrups"})
    litre = [{"name": {"ko": "용량", "en": "Size"}, "value": {"": "1L"}}]
    half = [{"name": {"ko": "용량", "en": "Size"}, "value": {"": "500ml"}}]
    make = make_product
    shop.sell(
        "S-1", "바닐라 시럽", product=make(shop.session, drinks, brand_id=dolce.id), options=litre, won=9_000
    )
    shop.sell(
        "S-2", "카라멜 시럽", product=make(shop.session, drinks, brand_id=dolce.id), options=half, won=7_000
    )
    shop.sell(
        "S-3",
        "메이플 시럽",
        product=make(shop.session, drinks, brand_id=monte.id),
        options=litre,
        stock=0,
        won=8_000,
    )
    shop.sell("CUP", "종이컵", category=cups)
    secret = shop.sell("SECRET", "비밀 시럽", product=make(shop.session, drinks, brand_id=monte.id))
    make_assortment(shop.session, [secret], account=shop.account, hides=True)
    index()
    browser.sign_in(shop.buyer.email, PASSWORD)
    return shop


def test_facets_count_what_the_account_may_see(syrups: Shop, browser: Browser) -> None:
    page = browser.open("/search?q=" + quote("시럽"))
    assert sorted(found(page)) == ["S-1", "S-2", "S-3"]
    assert page.all("section", id="results")[0].attributes["data-total"] == "3"
    assert boxes(page, "brand") == {"DOL": "돌체2", "MON": "몬테1"}
    assert boxes(page, "attr") == {"용량:1L": "1L2", "용량:500ml": "500ml1"}
    assert boxes(page, "in_stock") == {"1": "재고 있음2"}


def test_filters_narrow_together_and_are_taken_away_one_by_one(syrups: Shop, browser: Browser) -> None:
    words = "/search?q=" + quote("시럽")
    assert found(browser.open(f"{words}&brand=DOL&attr=" + quote("용량:1L"))) == ["S-1"]
    assert sorted(found(browser.open(f"{words}&brand=DOL&brand=MON"))) == ["S-1", "S-2", "S-3"]
    assert sorted(found(browser.open(f"{words}&in_stock=1"))) == ["S-1", "S-2"]
    page = browser.open(f"{words}&brand=DOL&category=syrups&attr=" + quote("용량:1L"))
    left = {
        " ".join(chip.text.split()[:2]): found(browser.open(chip.attributes["href"]))
        for chip in page.all("a", class_="chip chip--on")
    }
    assert len(left) == 3
    assert sorted(map(sorted, left.values())) == [["S-1"], ["S-1", "S-2"], ["S-1", "S-3"]]


def test_the_order_by_price_is_the_accounts_own(syrups: Shop, browser: Browser) -> None:
    words = "/search?q=" + quote("시럽")
    assert found(browser.open(f"{words}&sort=price")) == ["S-2", "S-3", "S-1"]
    assert found(browser.open(f"{words}&sort=price_descending")) == ["S-1", "S-3", "S-2"]


def test_what_was_found_is_marked(syrups: Shop, browser: Browser) -> None:
    page = browser.open("/search?q=" + quote("바닐라 시"))
    assert page.all("mark")[0].text == "바닐라 시"
    page = browser.open("/search/suggest?q=s-1")
    assert page.all("mark")[0].text == "S-1"


def test_another_spelling_is_said_and_never_overrides(syrups: Shop, browser: Browser) -> None:
    page = browser.open("/search?q=" + quote("바닐러 시럽"))
    assert found(page)[0] == "S-1"
    (note,) = page.all("p", class_="note")
    assert "“바닐라 시럽”" in note.text.replace("‘", "“").replace("’", "”")
    assert [mark.attributes["class"] for mark in page.all("p", class_="note")] == ["note"]
    exact = browser.open("/search?q=" + quote("바닐라 시럽"))
    assert (found(exact)[0], exact.all("p", class_="note")) == ("S-1", [])
    # What lacks a word fills up the page below, and is not counted.
    assert exact.all("section", id="results")[0].attributes["data-total"] == "1"
    assert [title.attributes["id"] for title in exact.all("h2", class_="panel__title")] == ["similar-title"]
    suggested = browser.open("/search/suggest?q=" + quote("바닐러"))
    (meant,) = suggested.all("a", class_="suggest__line suggest__meant")
    assert found(browser.open(meant.attributes["href"]))[0] == "S-1"


def test_an_empty_page_offers_the_sales_rep(syrups: Shop, browser: Browser) -> None:
    page = browser.open("/search?q=zzzzqqqq")
    assert (found(page), len(page.all("div", class_="empty"))) == ([], 1)
    assert [link for link in page.all("a") if link.attributes.get("href", "").startswith("mailto:")] == []
    rep = make_user(syrups.session, name="Rep", email="rep@seller.example", staff_role=StaffRole.REP)
    syrups.account.sales_rep_id = rep.id
    syrups.commit()
    page = browser.open("/search?q=zzzzqqqq")
    (link,) = [link for link in page.all("a") if link.attributes.get("href", "").startswith("mailto:")]
    assert link.attributes["href"].startswith("mailto:rep@seller.example?subject=")
    assert "/categories/cups" in {link.attributes.get("href") for link in page.all("a")}


def test_words_lead_to_a_page_and_the_hits_are_one_tap_away(syrups: Shop, browser: Browser) -> None:
    for words, target in (("컵", "/categories/cups"), ("loop", "/search?q=loop")):
        added(syrups.session, SearchRedirect(words=words, target=target, updated_at=NOW))
    syrups.commit()
    page = browser.open("/search?q=" + quote("컵"))
    assert browser.address == "/categories/cups"
    (anyway,) = [link for link in page.all("a") if "redirect=no" in link.attributes.get("href", "")]
    assert found(browser.open(anyway.attributes["href"])) == ["CUP"]
    assert browser.address.startswith("/search")
    # The list under the field offers the page without leaving for it.
    offered = browser.open("/search/suggest?q=" + quote("컵"))
    assert "/categories/cups" in {link.attributes.get("href") for link in offered.all("a")}
    browser.open("/search?q=loop")
    assert (browser.status, browser.address) == (200, "/search")
    part = browser.client.get("/search?q=" + quote("컵"), headers={"HX-Request": "true"})
    assert part.status_code == 200


def test_synonyms_find_each_other(syrups: Shop, index: Index, browser: Browser) -> None:
    added(syrups.session, SynonymGroup(words=["시럽", "sauce"], updated_at=NOW))
    index()
    assert sorted(found(browser.open("/search?q=sauce"))) == ["S-1", "S-2", "S-3"]


def test_the_cart_and_the_last_purchase_are_in_the_row(syrups: Shop, index: Index, browser: Browser) -> None:
    variant = syrups.sell("S-9", "라임 시럽")
    syrups.order("2026-000001", variant, quantity=12)
    index()
    browser.open("/search?q=S-9")
    browser.submit("/cart/lines", quantity="5")
    for address in ("/search?q=S-9", "/search/suggest?q=S-9"):
        page = browser.open(address)
        assert "12" in next(
            element.text for element in page.elements if element.attributes.get("class") == "bought"
        )
        (form,) = [form for form in page.forms if form.action == "/cart/lines"]
        assert "5" in next(each.text for each in page.elements if each.attributes.get("class") == "add__note")
    assert dict(form.values)["quantity"] == "5"


def test_a_banner_says_that_search_is_simple(shop: Shop, browser: Browser) -> None:
    shop.sell("ONE")
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    page = browser.open("/search?q=one&attr=a:b")
    assert found(page) == ["ONE"]
    assert [note.attributes["role"] for note in page.all("p", class_="note")] == ["status"]


def test_a_code_leads_to_the_one_product_that_has_it(shop: Shop, browser: Browser) -> None:
    shop.sell("ONE", barcode="0012345678905")
    shop.sell("TWO", part_number="P-7")
    shop.sell("THREE", part_number="P-7")
    hidden = shop.sell("SECRET", barcode="8010325946046")
    make_assortment(shop.session, [hidden], account=shop.account, hides=True)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    for code, address in (
        ("0012345678905", "/products/ONE"),
        ("012345678905", "/products/ONE"),
        ("P-7", "/search?q=P-7"),
        ("8010325946046", "/search?q=8010325946046"),
        ("", "/search"),
    ):
        answer = browser.client.get(f"/search/code?q={code}")
        assert (answer.status_code, answer.headers["Location"]) == (302, address), code
