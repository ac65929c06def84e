from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from portal.accounts.models import AccountRole
from portal.catalog.models import Stock, Variant
from portal.core.database import Database
from portal.orders.models import CartLine
from portal.pricing.models import Price, PromotionKind
from tests.browser import Element, Page
from tests.conftest import Statements
from tests.dealer import Person, cart_of, part
from tests.factories import make_assortment, make_price, make_promotion
from tests.storefront import Shop


def line(page: Page, sku: str) -> Element:
    (found,) = page.all("li", data_sku=sku)
    return found


def numbers(element: Element) -> tuple[str, str, str]:
    attributes = element.attributes
    return attributes["data-quantity"], attributes["data-unit-price"], attributes["data-line-total"]


def line_id(page: Page, sku: str) -> int:
    return int(line(page, sku).attributes["id"].removeprefix("line-"))


def total(page: Page) -> str:
    return page.having("data-total")[0].attributes["data-total"]


@pytest.fixture
def buyer(shop: Shop, app: Flask) -> Person:
    """With three bags of beans at 12 000 and two of cups at 500 in the cart."""
    shop.sell("BEANS", "Beans", won=12_000)
    shop.sell("CUPS", "Cups", won=500, minimum=2, step=2)
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 3)
    person.add("CUPS", 2)
    return person


def test_the_cart_shows_lines_tax_total_and_credit(buyer: Person):
    page = buyer.open("/cart")

    assert numbers(line(page, "BEANS")) == ("3", "12000", "36000")
    assert numbers(line(page, "CUPS")) == ("2", "500", "1000")
    summary = page.having("data-total")[0]
    assert (summary.attributes["data-total"], summary.attributes["data-currency"]) == ("40700", "KRW")
    assert "VAT 10%₩3,700" in " ".join(summary.text.split())
    assert "After this order ₩9,959,300" in page.text
    assert page.all("span", data_testid="cart-count")[0].text == "2"


def test_an_empty_cart_leads_on(dealer: Person):
    page = dealer.open("/cart")

    assert "Your cart is empty" in page.text
    assert page.having("data-total") == []


def test_who_may_not_order_has_no_cart(shop: Shop, app: Flask):
    person = shop.person(AccountRole.VIEWER)
    shop.commit()

    assert Person(app, person).get("/cart").status_code == 403


def test_htmx_is_answered_with_the_changed_line_alone(buyer: Person, database: Database):
    beans = line_id(buyer.open("/cart"), "BEANS")

    response = buyer.htmx(f"/cart/lines/{beans}", quantity="5")

    answer = part(response)
    assert response.status_code == 200
    assert numbers(line(answer, "BEANS")) == ("5", "12000", "60000")
    assert answer.all("li", data_sku="CUPS") == []
    assert answer.having("data-hx-swap-oob") == []
    assert sorted(cart_of(database, buyer.user_id).values()) == [2, 5]


def test_what_hangs_on_the_whole_cart_is_asked_for_after_a_change(buyer: Person):
    page = buyer.open("/cart")
    shown = "~".join(
        f"{line_id(page, sku)}-{numbers(line(page, sku))[2]}-{numbers(line(page, sku))[0]}"
        for sku in ("BEANS", "CUPS")
    )
    assert part(buyer.htmx_get(f"/cart/sums?shown={shown}")).having("data-sku") == []
    buyer.htmx(f"/cart/lines/{line_id(page, 'BEANS')}", quantity="5")

    response = buyer.htmx_get(f"/cart/sums?shown={shown}")

    answer = part(response)
    assert total(answer) == "67100"
    # The page said that it shows three of them: it is told better.
    assert numbers(line(answer, "BEANS")) == ("5", "12000", "60000")
    assert answer.all("li", data_sku="CUPS") == []
    assert {element.attributes.get("id") for element in answer.having("data-hx-swap-oob")} == {
        f"line-{line_id(page, 'BEANS')}", "cart-summary", "cart-bar", "cart-count",
    }  # fmt: skip
    assert "Total now \\u20a967,100" in response.headers["HX-Trigger"]


def test_sums_are_no_page_of_their_own(buyer: Person):
    response = buyer.get("/cart/sums")

    assert (response.status_code, response.location) == (303, "/cart")


def test_sums_take_whatever_they_are_told(buyer: Person):
    for shown in ("", "~", "nonsense", "1", "9999999999999999999-1-1", "-1-2-3", "%00-1", "²-1-1"):
        assert buyer.htmx_get(f"/cart/sums?shown={shown}").status_code == 200, shown


def test_other_lines_that_cost_something_else_come_along(shop: Shop, app: Flask):
    beans = shop.sell("BEANS", won=1_000)
    cups = shop.sell("CUPS", won=500)
    make_promotion(
        shop.session,
        kind=PromotionKind.BUNDLE,
        amount=1_200,
        targets=[(beans, 1), (cups, 1)],
    )
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 1)
    person.add("CUPS", 1)
    page = person.open("/cart")
    assert total(page) == "1320"
    beans_shown = f"{line_id(page, 'BEANS')}-{numbers(line(page, 'BEANS'))[2]}-1"

    person.htmx(f"/cart/lines/{line_id(page, 'CUPS')}", quantity="2")
    assert total(part(person.htmx_get("/cart/sums"))) == "1870"
    person.htmx(f"/cart/lines/{line_id(page, 'CUPS')}/delete")
    answer = part(person.htmx_get(f"/cart/sums?shown={beans_shown}"))

    assert total(answer) == "1100"
    assert numbers(line(answer, "BEANS")) == ("1", "1000", "1000")
    assert line(answer, "BEANS").attributes["data-hx-swap-oob"] == "true"


def test_a_plain_form_changes_the_line_too(buyer: Person):
    beans = line_id(buyer.open("/cart"), "BEANS")

    page = buyer.browser.submit(f"/cart/lines/{beans}", quantity="4")

    assert buyer.browser.address == "/cart"
    assert numbers(line(page, "BEANS")) == ("4", "12000", "48000")


@pytest.mark.parametrize("typed", ["3", "1", "-2", "2.5", "two", "", "99999999"])
def test_a_wrong_quantity_stays_in_its_field_with_a_message(buyer: Person, database: Database, typed: str):
    cups = line_id(buyer.open("/cart"), "CUPS")
    before = cart_of(database, buyer.user_id)

    by_htmx = buyer.htmx(f"/cart/lines/{cups}", quantity=typed)
    by_form = buyer.post(f"/cart/lines/{cups}", quantity=typed)

    for response in (by_htmx, by_form):
        page = part(response)
        assert response.status_code == 422
        field = page.all("input", id=f"quantity-{cups}")[0].attributes
        assert (field["value"], field["aria-invalid"], field["aria-describedby"]) == (
            typed, "true", f"trouble-{cups}",
        )  # fmt: skip
        assert page.all("div", id=f"trouble-{cups}")
        assert numbers(line(page, "CUPS")) == ("2", "500", "1000")
    assert part(by_htmx).all("li", data_sku="BEANS") == []
    assert part(by_form).all("li", data_sku="BEANS")
    assert cart_of(database, buyer.user_id) == before


def test_a_tapped_suggestion_mends_the_line(buyer: Person):
    cups = line_id(buyer.open("/cart"), "CUPS")
    buyer.browser.submit(f"/cart/lines/{cups}", quantity="5")
    suggestions = [form for form in buyer.browser.page.forms if form.text.strip() in {"Take 4", "Take 6"}]

    page = buyer.browser.send(suggestions[-1])

    assert [dict(form.values)["quantity"] for form in suggestions] == ["4", "6"]
    assert numbers(line(page, "CUPS")) == ("6", "500", "3000")


def test_a_removed_line_can_be_put_back(buyer: Person, database: Database):
    beans = line_id(buyer.open("/cart"), "BEANS")

    page = buyer.browser.submit(f"/cart/lines/{beans}/delete")
    assert "Beans en was taken out of the cart." in page.text
    assert page.all("li", data_sku="BEANS") == []
    assert "was taken out" in buyer.open("/cart").text
    page = buyer.browser.submit("/cart/refill")

    assert buyer.browser.address == "/cart"
    assert "1 line is back in the cart." in page.text
    page = buyer.open("/cart")
    # Where it stood: before the cups, although they were there all the time.
    assert [each.attributes["data-sku"] for each in page.all("li", class_="line")] == ["BEANS", "CUPS"]
    assert numbers(line(page, "BEANS")) == ("3", "12000", "36000")
    assert "was taken out" not in page.text


def test_what_was_put_back_is_offered_no_more_when_it_leaves_the_cart_otherwise(buyer: Person):
    beans = line_id(buyer.open("/cart"), "BEANS")
    buyer.browser.submit(f"/cart/lines/{beans}/delete")
    page = buyer.browser.submit("/cart/refill")

    buyer.post(f"/cart/lines/{line_id(page, 'BEANS')}/later")

    page = buyer.open("/cart")
    assert "Beans en is kept for later." in page.text
    assert "was taken out" not in page.text


def test_a_line_taken_out_twice_is_out_and_the_cart_says_so(buyer: Person, database: Database):
    beans = line_id(buyer.open("/cart"), "BEANS")
    form = dict(buyer.browser.form(f"/cart/lines/{beans}/delete").values)

    answers = [buyer.post(f"/cart/lines/{beans}/delete", **form) for _ in range(2)]
    late = buyer.htmx(f"/cart/lines/{beans}/delete", **form)

    assert [each.status_code for each in answers] == [303, 303]
    assert (late.status_code, late.headers["HX-Redirect"]) == (200, "/cart")
    assert list(cart_of(database, buyer.user_id).values()) == [2]
    page = buyer.open("/cart")
    assert page.text.count("Beans en was taken out of the cart.") == 1
    assert buyer.post("/cart/lines/999999/delete", **form).status_code == 404


def test_a_quantity_for_a_line_that_is_out_by_now_is_said_to_be_nothing(buyer: Person, database: Database):
    beans = line_id(buyer.open("/cart"), "BEANS")
    form = dict(buyer.browser.form(f"/cart/lines/{beans}").values)
    buyer.post(f"/cart/lines/{beans}/delete")

    buyer.post(f"/cart/lines/{beans}", **{**form, "quantity": "9"})
    page = buyer.open("/cart")

    assert "It is no longer there, or no longer sold to you. Nothing was changed." in page.text
    assert list(cart_of(database, buyer.user_id).values()) == [2]


@pytest.mark.parametrize("verb", ["", "/delete"])
def test_the_form_of_a_line_that_is_gone_changes_nothing_else(buyer: Person, database: Database, verb: str):
    cups = line_id(buyer.open("/cart"), "CUPS")

    answer = buyer.post(f"/cart/lines/{cups}{verb}", sku="BEANS", quantity="9")

    assert (answer.status_code, answer.location) == (303, "/cart")
    assert sorted(cart_of(database, buyer.user_id).values()) == [2, 3]


def test_several_removed_lines_can_each_be_put_back(buyer: Person, database: Database):
    page = buyer.open("/cart")
    for sku in ("BEANS", "CUPS"):
        buyer.htmx(f"/cart/lines/{line_id(page, sku)}/delete")

    page = buyer.open("/cart")
    offers = [form for form in page.forms if form.text.strip() == "Put it back"]
    offered = [element.text for element in page.all("li", class_="taken-out__line")]
    assert [text.split()[0] for text in offered] == ["Cups", "Beans"]
    for form in offers:
        buyer.browser.send(form)

    assert sorted(cart_of(database, buyer.user_id).values()) == [2, 3]
    assert "was taken out" not in buyer.open("/cart").text


def test_htmx_removes_a_line_and_offers_it_back(buyer: Person, database: Database):
    beans = line_id(buyer.open("/cart"), "BEANS")

    answer = part(buyer.htmx(f"/cart/lines/{beans}/delete"))

    (undo,) = answer.forms
    assert (undo.action, sorted(dict(undo.values))) == ("/cart/refill", ["csrf_token", "undo"])
    assert answer.all("span", data_testid="cart-count")[0].text == "1"
    assert list(cart_of(database, buyer.user_id).values()) == [2]


def test_quantity_zero_takes_the_line_out(buyer: Person, database: Database):
    beans = line_id(buyer.open("/cart"), "BEANS")

    assert buyer.htmx(f"/cart/lines/{beans}", quantity="0").status_code == 200

    assert list(cart_of(database, buyer.user_id).values()) == [2]


def test_nobody_elses_line_is_found(buyer: Person, shop: Shop, app: Flask, database: Database):
    beans = line_id(buyer.open("/cart"), "BEANS")
    _account, rival = shop.rival()
    colleague = shop.person(AccountRole.OWNER)
    shop.commit()
    before = cart_of(database, buyer.user_id)

    for user in (rival, colleague):
        stranger = Person(app, user)
        for send in (stranger.post, stranger.htmx):
            assert send(f"/cart/lines/{beans}", quantity="1").status_code == 404
            assert send(f"/cart/lines/{beans}", quantity="nonsense").status_code == 404
            assert send(f"/cart/lines/{beans}/delete").status_code == 404
    assert cart_of(database, buyer.user_id) == before


def test_lines_and_deletions_can_only_be_posted(buyer: Person):
    assert buyer.get("/cart/lines/1").status_code == 405
    assert buyer.get("/cart/lines/1/delete").status_code == 405
    assert buyer.get("/cart/code").status_code == 405
    assert buyer.post("/cart").status_code == 405


def test_a_price_that_changed_since_is_told(buyer: Person, shop: Shop):
    shop.session.execute(update(Price).where(Price.amount_e4 == 12_000_0000).values(amount_e4=12_500_0000))
    shop.commit()

    page = buyer.open("/cart")

    (note,) = page.all("p", data_testid="price-changed")
    assert note.text.strip() == "A unit was ₩12,000 when you added it, now ₩12,500."
    assert numbers(line(page, "BEANS")) == ("3", "12500", "37500")


def test_a_shortfall_says_what_is_left_and_blocks_the_order(buyer: Person, shop: Shop):
    beans = shop.session.query(Variant).filter_by(sku="BEANS").one()
    shop.session.execute(update(Stock).where(Stock.variant_id == beans.id).values(on_hand=2))
    shop.commit()

    page = buyer.open("/cart")

    assert "Only 2 left. Take what is there?" in line(page, "BEANS").text
    assert [dict(form.values)["quantity"] for form in page.forms if "Take 2" in form.text] == ["2"]
    assert "1 line needs a change before you can order." in page.text
    assert "Go to checkout" not in page.text


def test_what_may_be_ordered_ahead_of_stock_says_what_comes_later(shop: Shop, app: Flask):
    shop.sell("LATER", stock=2, allow_backorder=True)
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("LATER", 5)

    page = person.open("/cart")

    assert "3 pieces will come later, as soon as in stock." in line(page, "LATER").text
    assert "Go to checkout" in page.text


def test_what_left_the_assortment_is_told_and_can_only_be_taken_out(
    buyer: Person, shop: Shop, database: Database
):
    cups = shop.session.query(Variant).filter_by(sku="CUPS").one()
    make_assortment(shop.session, [cups], account=shop.account, hides=True)
    shop.commit()

    page = buyer.open("/cart")

    assert "No longer available" in page.text
    assert total(page) == "39600"
    assert "Go to checkout" not in page.text
    gone = line_id(page, "CUPS")
    assert buyer.post(f"/cart/lines/{gone}", quantity="4").status_code == 409
    # A page from before still shows its stepper.
    assert buyer.htmx(f"/cart/lines/{gone}", quantity="4").headers["HX-Redirect"] == "/cart"
    buyer.browser.submit(f"/cart/lines/{gone}/delete")
    assert "Go to checkout" in buyer.open("/cart").text
    assert list(cart_of(database, buyer.user_id).values()) == [3]


def test_the_next_quantity_price_is_one_tap_away(shop: Shop, app: Flask):
    beans = shop.sell("BEANS", won=12_000, step=4)
    make_price(shop.session, shop.base, beans, 11_880_0000, min_quantity=10)
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 8)

    page = person.open("/cart")
    assert "4 more: ₩120 less for each" in page.text
    (offer,) = (form for form in page.forms if "Take 12" in form.text)
    page = person.browser.send(offer)

    assert numbers(line(page, "BEANS")) == ("12", "11880", "142560")


def test_a_code_lowers_the_price_and_a_wrong_one_is_refused(buyer: Person, shop: Shop):
    make_promotion(shop.session, kind=PromotionKind.PERCENT, percent_ppm=100_000, code="SPRING")
    shop.commit()
    buyer.open("/cart")

    page = buyer.browser.submit("/cart/code", code=" spring ")
    assert total(page) == "36630"
    assert "The code SPRING lowers your prices." in page.text

    page = buyer.browser.submit("/cart/code", code="AUTUMN")
    assert buyer.browser.status == 422
    assert "We do not know the code AUTUMN, or it is not for you today." in page.text
    assert page.all("input", id="promotion-code")[0].attributes["value"] == "AUTUMN"
    assert total(page) == "36630"

    assert total(buyer.open("/cart")) == "36630"
    without = [form for form in buyer.browser.page.forms if form.action == "/cart/code"][-1]
    assert total(buyer.browser.send(without)) == "40700"


def test_a_line_on_request_blocks_the_order_but_not_the_page(buyer: Person, shop: Shop):
    shop.session.execute(update(Price).where(Price.amount_e4 == 12_000_0000).values(amount_e4=None))
    shop.commit()

    page = buyer.open("/cart")

    assert "The price of this is on request." in line(page, "BEANS").text
    assert "data-unit-price" not in line(page, "BEANS").attributes
    assert total(page) == "1100"
    assert "Go to checkout" not in page.text


def test_the_cart_costs_the_same_statements_for_one_line_and_thirty(
    shop: Shop, app: Flask, statements: Statements
):
    for number in range(30):
        shop.sell(f"SKU{number}")
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("SKU0", 1)

    statements.texts.clear()
    person.open("/cart")
    one = len(statements)
    for number in range(1, 30):
        person.add(f"SKU{number}", 1)
    statements.texts.clear()
    page = person.open("/cart")

    # Who looks: three. The cart, its variants, their prices: at most six. The way to the place: one. For later: one.
    assert len(statements) == one <= 11
    assert len(page.having("data-line-total")) == 30
    first = line_id(page, "SKU0")
    statements.texts.clear()
    person.htmx(f"/cart/lines/{first}", quantity="2")
    # Who looks: three. The line, its variant, its prices: at most six. The change: one.
    assert len(statements) <= 10


def test_a_line_changed_to_what_it_costs_now_counts_as_seen(buyer: Person, shop: Shop, database: Database):
    shop.session.execute(update(Price).where(Price.amount_e4 == 12_000_0000).values(amount_e4=12_500_0000))
    shop.commit()
    beans = line_id(buyer.open("/cart"), "BEANS")

    answer = part(buyer.htmx(f"/cart/lines/{beans}", quantity="4"))

    assert answer.all("p", data_testid="price-changed") == []
    with database.reading() as session:
        assert session.get_one(CartLine, beans).seen_unit_price_e4 == 12_500_0000
