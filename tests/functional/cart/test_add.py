from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import AccountRole
from portal.core.database import Database
from portal.orders.models import CartLine
from tests.conftest import Statements
from tests.dealer import Person, cart_of, part
from tests.factories import make_assortment, make_price
from tests.storefront import Shop


def test_htmx_adds_and_is_told_what_is_in_the_cart(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS", won=12_000)
    shop.commit()
    dealer = Person(app, shop.buyer)

    first = dealer.htmx("/cart/lines", sku="BEANS", quantity="3")
    second = dealer.htmx("/cart/lines", sku="BEANS", quantity="2")

    assert first.status_code == second.status_code == 200
    assert first.text.startswith("In the cart: 3")
    assert second.text.startswith("In the cart: 5")
    assert len(second.data) <= 500
    count = part(second).all(data_testid="cart-count")[0]
    assert count.text == "1"
    assert count.attributes["data-hx-swap-oob"] == "true"
    assert second.headers["HX-Trigger"] == '{"announce": {"message": "In the cart: 5"}}'
    assert cart_of(database, dealer.user_id) == {beans.id: 5}


def test_a_plain_form_comes_back_to_its_page_with_a_message(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS", "Beans")
    shop.commit()
    dealer = Person(app, shop.buyer)

    response = dealer.browser.client.post(
        "/cart/lines",
        data={"sku": "BEANS", "quantity": "4", "csrf_token": dealer.token},
        headers={"Referer": "http://localhost/search?q=be"},
    )

    assert (response.status_code, response.location) == (303, "/search?q=be")
    assert "Beans en is in the cart: 4" in dealer.open("/cart").text
    assert cart_of(database, dealer.user_id) == {beans.id: 4}


@pytest.mark.parametrize(
    "referrer",
    [
        None,
        "http://elsewhere.example/x",
        "http://localhost//elsewhere.example/x",
        "http://localhost/cart/lines",
        "http://[",
    ],
)
def test_a_plain_form_from_nowhere_leads_to_the_cart(shop: Shop, app: Flask, referrer: str | None):
    shop.sell("BEANS")
    shop.commit()
    dealer = Person(app, shop.buyer)

    response = dealer.browser.client.post(
        "/cart/lines",
        data={"sku": "BEANS", "quantity": "1", "csrf_token": dealer.token},
        headers={"Referer": referrer} if referrer else {},
    )

    assert (response.status_code, response.location) == (303, "/cart")


def test_set_gives_the_line_this_quantity_however_often_it_is_sent(
    shop: Shop, app: Flask, database: Database
):
    beans = shop.sell("BEANS")
    shop.commit()
    dealer = Person(app, shop.buyer)

    for _ in range(3):
        assert dealer.htmx("/cart/lines", sku="BEANS", quantity="7", set="1").text.startswith(
            "In the cart: 7"
        )

    assert cart_of(database, dealer.user_id) == {beans.id: 7}


@pytest.mark.parametrize(
    ("typed", "message", "fixes"),
    [
        ("14", "This is sold in steps of 6. Choose the nearest quantity:", ["12", "18"]),
        ("6", "You can order this from 12 on.", ["12"]),
        ("0", "You can order this from 12 on.", ["12"]),
        ("-12", "You can order this from 12 on.", ["12"]),
        ("12.5", "Only whole units are sold. Choose the nearest quantity:", ["12", "18"]),
        ("1,200", "This number can be read in two ways. Do you mean this one?", ["1200"]),
        ("9999999", "At most 999,996 go into one line. For more, ask us.", ["999996"]),
        ("twelve", "“twelve” is not a quantity. Type a whole number, such as 12.", []),
        ("1e3", "“1e3” is not a quantity. Type a whole number, such as 12.", []),
        ("", "Type a quantity, such as 12.", []),
        ("9" * 500, "“" + "9" * 24 + "” is not a quantity. Type a whole number, such as 12.", []),
    ],
)
def test_a_quantity_it_is_not_sold_in_is_refused_with_what_would_do(
    shop: Shop, app: Flask, database: Database, typed: str, message: str, fixes: list[str]
):
    shop.sell("BEANS", minimum=12, step=6)
    shop.commit()
    dealer = Person(app, shop.buyer)

    by_htmx = dealer.htmx("/cart/lines", sku="BEANS", quantity=typed)
    by_form = dealer.post("/cart/lines", sku="BEANS", quantity=typed)

    assert by_htmx.status_code == by_form.status_code == 422
    assert part(by_htmx).all("span", class_="add__error")[0].text == message
    offered = [dict(form.values)["quantity"] for form in part(by_htmx).forms]
    assert offered == list(dict.fromkeys(fixes))
    page = part(by_form)
    assert message in page.text
    kept = [dict(form.values).get("quantity") for form in page.forms if form.action == "/cart/lines"]
    assert kept == [*dict.fromkeys(fixes), typed]
    assert cart_of(database, dealer.user_id) == {}


def test_one_tap_puts_it_right(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS", minimum=12, step=6)
    shop.commit()
    dealer = Person(app, shop.buyer)
    refused = part(dealer.htmx("/cart/lines", sku="BEANS", quantity="14"))

    dealer.htmx("/cart/lines", **dict(refused.forms[1].values))

    assert cart_of(database, dealer.user_id) == {beans.id: 18}


def test_a_single_step_can_be_added_to_a_line_with_its_minimum(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS", minimum=12, step=6)
    shop.commit()
    dealer = Person(app, shop.buyer)
    dealer.add("BEANS", 12)

    dealer.add("BEANS", 6)

    assert cart_of(database, dealer.user_id) == {beans.id: 18}


def test_an_unknown_and_an_unseen_sku_are_refused_in_the_same_words(
    shop: Shop, app: Flask, database: Database
):
    hidden = shop.sell("HIDDEN")
    make_assortment(shop.session, [hidden], account=shop.account, hides=True)
    shop.commit()
    dealer = Person(app, shop.buyer)

    for sku in ("HIDDEN", "NEVER-HEARD-OF", "<b>'\"", "A\x07B", "x" * 5000):
        for response in (
            dealer.htmx("/cart/lines", sku=sku, quantity="1"),
            dealer.post("/cart/lines", sku=sku, quantity="1"),
        ):
            shown = sku.replace("\x07", "")[:100]
            assert response.status_code == 422
            text = part(response).text if "<body" in response.text else part(response).elements[0].text
            assert f"We do not know the SKU {shown}. Check it, or search by name." in text
    assert "the SKU is missing" in dealer.htmx("/cart/lines", quantity="1").text
    assert cart_of(database, dealer.user_id) == {}


def test_a_price_on_request_cannot_be_put_in_the_cart(shop: Shop, app: Flask, database: Database):
    shop.sell("MACHINE", won=None)
    shop.commit()
    dealer = Person(app, shop.buyer)

    response = dealer.htmx("/cart/lines", sku="MACHINE", quantity="1")

    assert response.status_code == 422
    assert "The price of this is on request. Ask us for it before you order." in response.text
    assert cart_of(database, dealer.user_id) == {}


def test_what_is_no_longer_sold_cannot_be_added(shop: Shop, app: Flask, database: Database):
    shop.sell("OLD", active=False)
    shop.commit()
    dealer = Person(app, shop.buyer)

    response = dealer.htmx("/cart/lines", sku="OLD", quantity="1")

    assert response.status_code == 409
    assert "This is no longer sold." in response.text
    assert cart_of(database, dealer.user_id) == {}


def test_the_line_remembers_the_price_of_its_whole_quantity(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS", won=12_000)
    make_price(shop.session, shop.base, beans, 11_000_0000, min_quantity=10)
    shop.commit()
    dealer = Person(app, shop.buyer)

    dealer.add("BEANS", 6)
    dealer.add("BEANS", 6)

    with database.reading() as session:
        assert session.scalars(select(CartLine.seen_unit_price_e4)).all() == [11_000_0000]


def test_adding_costs_the_same_in_a_full_cart(shop: Shop, app: Flask, statements: Statements):
    for number in range(31):
        shop.sell(f"SKU{number}")
    shop.commit()
    dealer = Person(app, shop.buyer)
    dealer.add("SKU0", 1)

    statements.texts.clear()
    dealer.add("SKU1", 1)
    early = list(statements.texts)
    for number in range(2, 30):
        dealer.add(f"SKU{number}", 1)
    statements.texts.clear()
    dealer.add("SKU30", 1)

    assert statements.texts == early
    # Three for who looks, then: the variant, the line there is, its price (at most four), the cart, the line.
    assert len(early) <= 11


def test_who_may_not_order_is_refused(shop: Shop, app: Flask, database: Database):
    shop.sell("BEANS")
    viewer = shop.person(AccountRole.VIEWER)
    finance = shop.person(AccountRole.FINANCE)
    shop.commit()

    for user in (viewer, finance):
        person = Person(app, user)
        assert person.post("/cart/lines", sku="BEANS", quantity="1").status_code == 403
        assert cart_of(database, person.user_id) == {}


def test_it_can_only_be_posted(dealer: Person):
    assert dealer.get("/cart/lines").status_code == 405


def test_the_same_form_sent_twice_adds_once(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS", "Beans")
    shop.commit()
    dealer = Person(app, shop.buyer)
    dealer.open("/products/BEANS")
    form = dict(dealer.browser.form("/cart/lines").values)
    assert len(form["submit_key"]) == 22

    first = dealer.post("/cart/lines", **{**form, "quantity": "3"})
    again = dealer.post("/cart/lines", **{**form, "quantity": "3"})

    assert first.status_code == again.status_code == 303
    assert cart_of(database, dealer.user_id) == {beans.id: 3}
    assert dealer.open("/cart").text.count("Beans en is in the cart: 3") == 1


def test_the_page_shown_again_adds_again(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS")
    shop.commit()
    dealer = Person(app, shop.buyer)

    keys = set()
    for _ in range(2):
        dealer.open("/products/BEANS")
        form = dict(dealer.browser.form("/cart/lines").values)
        keys.add(form["submit_key"])
        dealer.post("/cart/lines", **{**form, "quantity": "3"})

    assert len(keys) == 2
    assert cart_of(database, dealer.user_id) == {beans.id: 6}


def test_one_page_adds_other_goods_and_quantities_by_the_same_key(shop: Shop, app: Flask, database: Database):
    beans, tea = shop.sell("BEANS"), shop.sell("TEA")
    shop.commit()
    dealer = Person(app, shop.buyer)

    for sku, quantity in [("BEANS", 3), ("TEA", 3), ("BEANS", 4)]:
        dealer.htmx("/cart/lines", sku=sku, quantity=quantity, submit_key="one-page")

    assert cart_of(database, dealer.user_id) == {beans.id: 7, tea.id: 3}


def test_each_form_of_each_page_is_a_deed_of_its_own(shop: Shop, app: Flask):
    for sku in ("BEANS-1", "BEANS-2", "BEANS-3"):
        shop.sell(sku, "Beans")
    shop.commit()
    dealer = Person(app, shop.buyer)

    pages = [dealer.open(address) for address in ("/search?q=beans", "/products/BEANS-1")]

    deeds = [
        (dict(form.values)["submit_key"], dict(form.values)["sku"])
        for page in pages
        for form in page.forms
        if form.action == "/cart/lines"
    ]
    assert len(deeds) == len(set(deeds)) >= 4


def test_an_add_that_is_sent_again_is_answered_as_the_first_time(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS", minimum=5)
    shop.commit()
    dealer = Person(app, shop.buyer)
    sent = {"sku": "BEANS", "quantity": "5", "submit_key": "one-page"}

    first, again = dealer.htmx("/cart/lines", **sent), dealer.htmx("/cart/lines", **sent)

    assert first.data == again.data
    assert first.headers["HX-Trigger"] == again.headers["HX-Trigger"]
    assert cart_of(database, dealer.user_id) == {beans.id: 5}


def test_what_was_refused_is_not_taken_for_done(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS", minimum=5)
    shop.commit()
    dealer = Person(app, shop.buyer)
    sent = {"sku": "BEANS", "quantity": "3", "submit_key": "one-page"}

    refused = [dealer.htmx("/cart/lines", **sent).status_code for _ in range(2)]
    dealer.add("BEANS", 5)

    assert refused == [422, 422]
    assert cart_of(database, dealer.user_id) == {beans.id: 5}


@pytest.mark.parametrize("way", ["post", "htmx"])
def test_what_was_taken_out_since_does_not_come_back_unasked(
    shop: Shop, app: Flask, database: Database, way: str
):
    shop.sell("BEANS")
    shop.commit()
    dealer = Person(app, shop.buyer)
    sent = {"sku": "BEANS", "quantity": "3", "submit_key": "one-page"}
    dealer.htmx("/cart/lines", **sent)
    dealer.post("/cart/empty")

    again = getattr(dealer, way)("/cart/lines", **sent)

    assert cart_of(database, dealer.user_id) == {}
    words = "This was added before, and is no longer in the cart."
    assert words in (again.text if way == "htmx" else dealer.open("/cart").text)


def test_two_people_may_send_the_same_key(shop: Shop, app: Flask, database: Database):
    beans = shop.sell("BEANS")
    colleague = shop.person(AccountRole.BUYER)
    shop.commit()
    people = [Person(app, shop.buyer), Person(app, colleague)]

    for one in people:
        one.htmx("/cart/lines", sku="BEANS", quantity="3", submit_key="one-page")

    assert [cart_of(database, one.user_id) for one in people] == [{beans.id: 3}] * 2
