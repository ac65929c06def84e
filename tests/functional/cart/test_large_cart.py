from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from portal.catalog.models import Stock, Variant
from portal.orders.models import Cart, CartLine
from tests.browser import Page
from tests.conftest import NOW
from tests.dealer import Person
from tests.factories import make_category
from tests.storefront import Shop


def skus(page: Page) -> list[str]:
    return [element.attributes["data-sku"] for element in page.having("data-line-total")]


@pytest.fixture
def buyer(shop: Shop, app: Flask) -> Person:
    """With 210 lines in the cart, the last of them 원두 에티오피아."""
    variants = [shop.sell(f"SKU-{number:03}", f"Thing {number}", won=100) for number in range(209)]
    variants.append(shop.sell("KR-77", "원두 에티오피아", won=100))
    shop.commit()
    cart = Cart(user_id=shop.buyer.id, account_id=shop.account.id, updated_at=NOW)
    shop.session.add(cart)
    shop.session.flush()
    shop.session.add_all(
        CartLine(cart_id=cart.id, variant_id=variant.id, quantity=2, added_at=NOW) for variant in variants
    )
    shop.commit()
    return Person(app, shop.buyer)


def test_a_hundred_lines_make_a_page_and_the_sums_count_all(buyer: Person):
    pages = [buyer.open(f"/cart?page={page}") for page in (1, 2, 3)]

    assert [len(skus(page)) for page in pages] == [100, 100, 10]
    assert [skus(page)[0] for page in pages] == ["SKU-000", "SKU-100", "SKU-200"]
    for page in pages:
        assert page.having("data-total")[0].attributes["data-total"] == str(210 * 200 * 11 // 10)
        assert "210 lines" in page.text
    assert skus(buyer.open("/cart?page=99")) == skus(pages[2])


@pytest.mark.parametrize(
    "odd",
    ["page=0", "page=-1", "page=x", "page=²", "by=nothing", "only=all", "q=%00", "emptied=a%00b"],
)
def test_an_odd_address_shows_the_cart(buyer: Person, odd: str):
    assert skus(buyer.open(f"/cart?{odd}"))[0] == "SKU-000"


@pytest.mark.parametrize(
    "q", ["원두", "ㅇㄷ", "에티옾", "dnjsen", "KR-77", "kr77", "ＫＲ７７", "에티오피아 원두"]
)
def test_a_line_is_found_as_people_type_it(buyer: Person, q: str):
    page = buyer.open(f"/cart?q={q}")

    assert skus(page) == ["KR-77"]
    assert "1 of 210 lines" in page.all("p", data_testid="cart-found")[0].text
    assert page.all("input", id="cart-find")[0].attributes["value"] == q.strip()
    # The sums stay those of the whole cart.
    assert page.having("data-total")[0].attributes["data-total"] == "46200"


def test_what_is_not_in_the_cart_is_said_not_to_be(buyer: Person):
    page = buyer.open("/cart?q=tractor")

    assert skus(page) == []
    assert "Nothing in the cart fits." in page.text
    assert "0 of 210 lines" in page.text


def test_only_what_needs_a_change_is_shown(buyer: Person, shop: Shop):
    short = shop.session.query(Variant).filter_by(sku="SKU-150").one()
    shop.session.execute(update(Stock).where(Stock.variant_id == short.id).values(on_hand=1))
    shop.commit()

    page = buyer.open("/cart")
    assert "Only what needs a change (1)" in page.text

    assert skus(buyer.open("/cart?only=wrong")) == ["SKU-150"]
    assert any(
        link.attributes["href"] == "/cart?only=wrong" for link in page.all("a", href="/cart?only=wrong")
    )


def test_lines_are_grouped_by_category(shop: Shop, app: Flask):
    drinks = make_category(shop.session, names={"en": "Drinks"}, position=1)
    food = make_category(shop.session, names={"en": "Food"}, position=2)
    for sku, category in (("BREAD", food), ("TEA", drinks), ("CAKE", food), ("WATER", drinks)):
        shop.sell(sku, category=category)
    shop.commit()
    person = Person(app, shop.buyer)
    for sku in ("BREAD", "TEA", "CAKE", "WATER"):
        person.add(sku, 1)

    assert skus(person.open("/cart")) == ["BREAD", "TEA", "CAKE", "WATER"]
    page = person.open("/cart?by=category")

    assert skus(page) == ["TEA", "WATER", "BREAD", "CAKE"]
    assert [heading.text.split() for heading in page.all("h2", class_="cart-group")] == [
        ["Drinks", "2"], ["Food", "2"],
    ]  # fmt: skip


def test_a_plain_change_goes_back_to_the_page_it_was_tapped_on(buyer: Person):
    page = buyer.open("/cart?page=2")
    line = page.having("data-line-total")[0].attributes["id"]
    address = f"/cart/lines/{line.removeprefix('line-')}"
    data = {"quantity": "5", "csrf_token": buyer.token}

    response = buyer.browser.client.post(
        address, data=data, headers={"Referer": "http://localhost/cart?page=2"}
    )

    assert (response.status_code, response.location) == (303, f"/cart?page=2#{line}")


def test_a_plain_refusal_shows_the_page_that_has_the_line(buyer: Person):
    page = buyer.open("/cart?page=3")
    line = int(page.having("data-line-total")[0].attributes["id"].removeprefix("line-"))

    page = buyer.browser.submit(f"/cart/lines/{line}", quantity="two")

    assert buyer.browser.status == 422
    assert page.all("div", id=f"trouble-{line}")
    assert skus(page)[0] == "SKU-200"


def test_an_emptied_cart_can_be_put_back_once(buyer: Person):
    buyer.open("/cart")
    page = buyer.browser.submit("/cart/empty")
    assert "The cart was emptied: 210 lines." in page.text
    assert skus(page) == []

    page = buyer.browser.submit("/cart/refill")

    assert "210 lines are back in the cart." in page.text
    assert skus(page)[:2] == ["SKU-000", "SKU-001"]
    key = buyer.browser.client.get("/cart?emptied=nothing")
    assert "was emptied" not in key.text
    assert buyer.post("/cart/refill", undo="nothing").status_code == 404


def test_the_address_of_an_emptied_cart_offers_nothing_after_ten_minutes(buyer: Person):
    buyer.open("/cart")
    emptied = str(buyer.post("/cart/empty").location)
    for minutes, is_offered in ((9, True), (11, False)):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            assert ("was emptied" in buyer.open(emptied).text) is is_offered

    with time_machine.travel(NOW + timedelta(minutes=9), tick=False):
        buyer.open(emptied)
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        assert "too late to undo" in buyer.browser.submit("/cart/refill").text
    assert skus(buyer.open("/cart")) == []


def test_nobody_else_puts_back_what_was_emptied(buyer: Person, shop: Shop, app: Flask):
    _account, rival = shop.rival()
    shop.commit()
    buyer.open("/cart")
    emptied = str(buyer.post("/cart/empty").location)
    key = emptied.partition("emptied=")[2]
    assert key
    buyer.open(emptied)
    token = dict(buyer.browser.form("/cart/refill").values)["undo"]
    stranger = Person(app, rival)
    stranger.open("/cart")

    assert stranger.post("/cart/refill", undo=token).status_code == 404
    assert "was emptied" not in stranger.open(f"/cart?emptied={key}").text
    assert "back in the cart" in buyer.browser.submit("/cart/refill").text
    assert buyer.post("/cart/refill", undo=token).status_code == 303
    page = buyer.open("/cart")
    assert "It is back already." in page.text
    assert "210 lines" in page.text


def test_home_leads_a_new_dealer_with_a_filled_cart_to_it(shop: Shop, app: Flask):
    shop.sell("BEANS")
    shop.commit()
    person = Person(app, shop.buyer)
    assert "Your first order starts here" in person.open("/").text
    person.add("BEANS", 3)

    page = person.open("/")

    assert "Your first order is in the cart" in page.text
    assert "1 line is ready to be ordered." in page.text
    assert "Your first order starts here" not in page.text


def test_all_that_is_gone_is_taken_out_at_once(buyer: Person, shop: Shop):
    shop.session.execute(update(Variant).where(Variant.sku.in_(["SKU-003", "SKU-004"])).values(active=False))
    shop.commit()
    assert "No longer available" in buyer.open("/cart").text

    page = buyer.browser.submit("/cart/gone/delete")

    assert "No longer available" not in page.text
    assert "208 lines" in page.text
    assert skus(page)[:4] == ["SKU-000", "SKU-001", "SKU-002", "SKU-005"]
    page = buyer.browser.submit("/cart/refill")
    assert "2 lines are back in the cart." in page.text
    assert "No longer available" in page.text
