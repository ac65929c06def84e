"""GET /products/<sku> and its documents."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from portal.accounts.models import AccountRole
from portal.catalog.actions import add_document
from portal.catalog.models import DocumentKind, LinkKind, ProductLink
from tests.browser import Browser
from tests.conftest import Statements
from tests.factories import (
    PASSWORD,
    added,
    make_assortment,
    make_brand,
    make_price,
    make_price_list,
    make_product,
)
from tests.storefront import Shop

PDF = b"%PDF-1.7\nspec"


def product_of(browser: Browser, sku: str) -> dict[str, str]:
    page = browser.open(f"/products/{quote(sku, safe='')}")
    (article,) = page.all("article", class_="product-page")
    return article.attributes


def test_a_product_shows_the_accounts_price_tiers_and_why(shop: Shop, browser: Browser) -> None:
    brand = make_brand(shop.session, code="MBR", names={"ko": "몬테브루노"})
    product = make_product(shop.session, shop.category, brand_id=brand.id, descriptions={"ko": "고소한 맛."})
    variant = shop.sell(
        "B-1", name="블렌드", won=12_000, stock=7, product=product, barcode="8010325946046", weight_grams=220
    )
    contract = make_price_list(shop.session, account=shop.account, names={"ko": "한빛 계약"})
    make_price(shop.session, contract, variant, 10_000_0000)
    make_price(shop.session, contract, variant, 9_000_0000, 12)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)

    attributes = product_of(browser, "B-1")
    assert attributes["data-unit-price"] == "10000"
    assert (attributes["data-currency"], attributes["data-available"]) == ("KRW", "7")
    page = browser.page
    assert [element.text for element in page.all("h1")] == ["블렌드"]
    tiers = [
        (row.attributes["data-tier"], row.attributes["data-unit-price"]) for row in page.having("data-tier")
    ]
    assert tiers == [("1", "10000"), ("12", "9000")]
    text = page.text
    for said in (
        "몬테브루노",
        "₩10,000",
        "₩11,000",
        "₩1,000",
        "한빛 계약",
        "고소한 맛.",
        "8010325946046",
        "220",
    ):
        assert said in text, said
    assert "/search?brand=MBR" in [
        link.attributes["href"] for link in page.all("a") if "href" in link.attributes
    ]
    form = browser.form("/cart/lines")
    assert dict(form.values)["sku"] == "B-1"
    assert dict(form.values)["quantity"] == "1"


def test_the_price_for_a_quantity(shop: Shop, browser: Browser) -> None:
    variant = shop.sell("B-1", won=12_000)
    make_price(shop.session, shop.base, variant, 11_000_0000, 12)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    page = browser.open("/products/B-1?quantity=12")
    assert page.all("article", class_="product-page")[0].attributes["data-unit-price"] == "11000"
    (current,) = [row for row in page.having("data-tier") if row.attributes.get("aria-current")]
    assert current.attributes["data-tier"] == "12"
    assert dict(browser.form("/cart/lines").values)["quantity"] == "12"
    part = browser.client.get("/products/B-1?quantity=12", headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<div id="product-price"')
    assert "HX-Request" in part.headers["Vary"]
    for nonsense in ("0", "-1", "x", "1.5", "9" * 5000, "%00"):
        page = browser.open(f"/products/B-1?quantity={nonsense}")
        assert browser.status == 200


def test_tiers_begin_where_ordering_does(shop: Shop, browser: Browser) -> None:
    variant = shop.sell("B-1", won=12_000, minimum=5, step=4)
    for quantity, won in ((2, 11_500), (24, 11_000)):
        make_price(shop.session, shop.base, variant, won * 10_000, quantity)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    page = browser.open("/products/B-1")
    rows = page.having("data-tier")
    assert [row.attributes["data-tier"] for row in rows] == ["8", "24"]
    assert [row.attributes.get("aria-current") for row in rows] == ["true", None]
    # The saving is against the price of the first row, which is not the list's first.
    assert [cell.text for cell in page.all("td", class_="number tiers__saving")] == ["–", "₩500"]


def test_the_price_with_tax_is_whole_won_unless_the_goods_cost_next_to_nothing(
    shop: Shop, browser: Browser
) -> None:
    half = shop.sell("HALF", won=17_056)
    make_price(shop.session, shop.base, half, 17_055_5000, 2)
    screw = shop.sell("SCREW", won=13)
    make_price(shop.session, shop.base, screw, 12_5000, 2)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    assert "부가세 포함 ₩18,761 " in browser.open("/products/HALF?quantity=2").text
    assert "부가세 포함 ₩13.75" in browser.open("/products/SCREW?quantity=2").text


def test_price_on_request_and_states_of_stock(shop: Shop, browser: Browser) -> None:
    shop.sell("ASK", won=None)
    shop.sell("NONE", stock=0)
    shop.sell("LATER", stock=0, allow_backorder=True)
    shop.sell("OLD", active=False)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    orderable = {}
    for sku in ("ASK", "NONE", "LATER", "OLD"):
        attributes = product_of(browser, sku)
        assert ("data-unit-price" in attributes) is (sku != "ASK")
        orderable[sku] = any(form.action == "/cart/lines" for form in browser.page.forms)
    assert orderable == {"ASK": False, "NONE": False, "LATER": True, "OLD": False}


def test_options_and_linked_products_lead_only_to_what_is_seen(shop: Shop, browser: Browser) -> None:
    size = {"ko": "용량"}
    product = make_product(shop.session, shop.category)
    seen = [
        shop.sell("B-200", product=product, options=[{"name": size, "value": "200g"}]),
        shop.sell("B/1kg", product=product, options=[{"name": size, "value": "1kg"}], position=1),
    ]
    shop.sell("B-SECRET", product=product, options=[{"name": size, "value": "비밀"}], position=2)
    for kind in LinkKind:
        other = make_product(shop.session, shop.category)
        seen.append(shop.sell(f"L-{kind}", product=other))
        added(shop.session, ProductLink(product_id=product.id, other_id=other.id, kind=kind, quantity=2))
    secret = make_product(shop.session, shop.category)
    shop.sell("L-SECRET", product=secret)
    added(shop.session, ProductLink(product_id=product.id, other_id=secret.id, kind=LinkKind.ACCESSORY))
    account, person = shop.rival(sees_everything=False)
    make_assortment(shop.session, seen, account=account)
    shop.commit()
    browser.sign_in(person.email, PASSWORD)
    product_of(browser, "B-200")
    html = browser.response.text if browser.response else ""
    assert "SECRET" not in html
    assert "비밀" not in html
    chips = [
        (chip.text, chip.attributes["href"], chip.attributes.get("aria-current"))
        for chip in browser.page.all("a", class_="chip")
    ]
    assert chips == [("200g", "/products/B-200", "page"), ("1kg", "/products/B%2F1kg", None)]
    linked = [card.attributes["data-sku"] for card in browser.page.all("article", class_="card product")]
    assert linked == ["L-replaced_by", "L-set_part", "L-accessory", "L-substitute"]
    (part,) = [
        card for card in browser.page.all("article", class_="card product") if "L-set_part" in card.text
    ]
    assert "2" in next(line for line in part.text.split("\n") if "set" in line or "세트" in line)


@pytest.mark.parametrize("sku", ["A/1", "한글 SKU", "A//B", "100%", "a?b#c", "'\"<b>", "+1 2", "A.B", "A/"])
def test_any_sku_has_its_page_at_its_encoded_address(shop: Shop, browser: Browser, sku: str) -> None:
    shop.sell(sku)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    page = browser.open("/categories/cafe-beans")
    address = next(
        link.attributes["href"] for link in page.all("a") if link.attributes["href"].startswith("/products/")
    )
    assert address == f"/products/{quote(sku, safe='')}"
    assert product_of(browser, sku)["data-sku"] == sku


def test_documents_are_saved_by_who_sees_the_product(shop: Shop, browser: Browser) -> None:
    variant = shop.sell("B/1")
    other = shop.sell("C")
    spec = add_document(
        shop.session,
        variant.product_id,
        PDF,
        kind=DocumentKind.SPEC_SHEET,
        titles={"ko": "규격서"},
        file_name="규격서.pdf",
    )
    rival, person = shop.rival()
    make_assortment(shop.session, [variant], account=rival, hides=True)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    product_of(browser, "B/1")
    (link,) = browser.page.having("data-document")
    address = link.attributes["href"]
    assert address == f"/products/B%2F1/documents/{spec.id}"
    response = browser.client.get(address)
    assert (response.status_code, response.data, response.mimetype) == (200, PDF, "application/pdf")
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert quote("규격서.pdf") in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "private, no-store"
    for wrong in (
        f"/products/C/documents/{spec.id}",
        "/products/B%2F1/documents/987654",
        f"/products/X/documents/{spec.id}",
    ):
        assert browser.client.get(wrong).status_code == 404
    assert browser.client.post(address).status_code in (405, 422)
    browser.client.delete_cookie("portal")
    assert browser.client.get(address).status_code == 302
    browser.sign_in(person.email, PASSWORD)
    assert browser.client.get(address).status_code == 404
    assert other.id


def test_stranger_unknown_signed_out_and_wrong_method(shop: Shop, browser: Browser) -> None:
    hidden = shop.sell("SECRET")
    rival, person = shop.rival()
    make_assortment(shop.session, [hidden], account=rival, hides=True)
    shop.commit()
    assert browser.client.get("/products/SECRET").status_code == 302
    browser.sign_in(person.email, PASSWORD)
    for address in (
        "/products/SECRET",
        "/products/NOBODY",
        "/products/%00",
        "/products/secret",
        "/products/",
    ):
        assert browser.client.get(address).status_code == 404, address
    assert "SECRET" not in browser.open("/products/SECRET").text
    assert browser.client.delete("/products/SECRET").status_code == 405


def test_who_may_not_order_sees_the_price_without_a_form(shop: Shop, browser: Browser) -> None:
    shop.sell("ONE")
    finance = shop.person(AccountRole.FINANCE)
    shop.commit()
    browser.sign_in(finance.email, PASSWORD)
    assert product_of(browser, "ONE")["data-unit-price"] == "12000"
    assert [form for form in browser.page.forms if form.action == "/cart/lines"] == []


def test_statements_do_not_grow_with_relatives(shop: Shop, browser: Browser, statements: Statements) -> None:
    product = make_product(shop.session, shop.category)
    shop.sell("ONE", product=product)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)

    def count() -> int:
        statements.texts.clear()
        product_of(browser, "ONE")
        return len(statements)

    alone = count()
    for number in range(12):
        shop.sell(f"S-{number}", product=product)
        linked = make_product(shop.session, shop.category)
        shop.sell(f"L-{number}", product=linked)
        added(shop.session, ProductLink(product_id=product.id, other_id=linked.id, kind=LinkKind.ACCESSORY))
    shop.commit()
    # Sign-in (3), the product (2), when it was last bought, the way to the place; prices take at most 4.
    assert alone == count() <= 11
