from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import AccountRole
from portal.core.database import Database
from portal.orders.models import LaterLine
from portal.orders.rules import MAX_QUANTITY
from tests.dealer import Person, cart_of, part
from tests.storefront import Shop


def kept(database: Database) -> list[tuple[int, int]]:
    with database.reading() as session:
        rows = session.execute(select(LaterLine.id, LaterLine.quantity).order_by(LaterLine.id))
        return [(row.id, row.quantity) for row in rows]


def line_of(buyer: Person, sku: str) -> int:
    lines = buyer.open("/cart").all("li", data_sku=sku)
    (found,) = (line for line in lines if "data-later" not in line.attributes)
    return int(found.attributes["id"].removeprefix("line-"))


@pytest.fixture
def buyer(shop: Shop, app: Flask) -> Person:
    """With three bags of beans and two cups in the cart."""
    shop.sell("BEANS", "Beans", won=12_000)
    shop.sell("CUPS", "Cups", won=500)
    shop.commit()
    person = Person(app, shop.buyer)
    person.add("BEANS", 3)
    person.add("CUPS", 2)
    return person


@pytest.mark.parametrize("by_htmx", [False, True])
def test_a_line_is_kept_for_later_and_comes_back(buyer: Person, database: Database, by_htmx: bool):
    address = f"/cart/lines/{line_of(buyer, 'BEANS')}/later"

    if by_htmx:
        answer = part(buyer.htmx(address))
        assert "Beans en is kept for later." in answer.text
        assert answer.all("section", id="cart-later")[0].attributes["data-hx-swap-oob"] == "true"
        assert answer.all("span", data_testid="cart-count")[0].text == "1"
    else:
        assert buyer.post(address).status_code == 303
    page = buyer.open("/cart")

    (line,) = page.having("data-later")
    assert (line.attributes["data-sku"], "× 3 · ₩36,000" in line.text) == ("BEANS", True)
    assert list(cart_of(database, buyer.user_id).values()) == [2]
    buyer.browser.submit(f"/cart/later/{line.attributes['data-later']}/back")
    assert sorted(cart_of(database, buyer.user_id).values()) == [2, 3]
    assert kept(database) == []


def test_what_comes_back_adds_up_with_what_is_there(buyer: Person, database: Database):
    for more in (4, MAX_QUANTITY - 3):
        buyer.post(f"/cart/lines/{line_of(buyer, 'BEANS')}/later")
        buyer.add("BEANS", more)
        ((later_id, _quantity),) = kept(database)

        buyer.post(f"/cart/later/{later_id}/back")

        assert sorted(cart_of(database, buyer.user_id).values()) == [2, more + 3]
        assert kept(database) == []
        # The next round begins with three again.
        buyer.post(f"/cart/lines/{line_of(buyer, 'BEANS')}", quantity="3")


def test_what_a_line_cannot_hold_stays_kept(buyer: Person, database: Database):
    buyer.post(f"/cart/lines/{line_of(buyer, 'BEANS')}/later")
    buyer.add("BEANS", MAX_QUANTITY - 2)
    ((later_id, _quantity),) = kept(database)

    buyer.open("/cart")
    page = buyer.browser.submit(f"/cart/later/{later_id}/back")

    assert "It stays kept for later" in page.text
    assert "1,000,000" in page.text
    assert kept(database) == [(later_id, 3)]
    assert sorted(cart_of(database, buyer.user_id).values()) == [2, MAX_QUANTITY - 2]


def test_a_kept_line_can_be_dropped(buyer: Person, database: Database):
    buyer.post(f"/cart/lines/{line_of(buyer, 'BEANS')}/later")
    ((later_id, _quantity),) = kept(database)

    assert buyer.post(f"/cart/later/{later_id}/delete").status_code == 303

    assert kept(database) == []
    assert list(cart_of(database, buyer.user_id).values()) == [2]
    assert buyer.post(f"/cart/later/{later_id}/delete").status_code == 404
    assert buyer.post(f"/cart/later/{later_id}/back").status_code == 404


def test_nobody_else_reaches_what_is_kept(buyer: Person, shop: Shop, app: Flask, database: Database):
    cups = line_of(buyer, "CUPS")
    buyer.post(f"/cart/lines/{line_of(buyer, 'BEANS')}/later")
    ((later_id, _quantity),) = kept(database)
    _account, rival = shop.rival()
    colleague = shop.person(AccountRole.OWNER)
    shop.commit()

    for user in (rival, colleague):
        stranger = Person(app, user)
        stranger.open("/cart")
        assert stranger.post(f"/cart/lines/{cups}/later").status_code == 404
        assert stranger.post(f"/cart/later/{later_id}/back").status_code == 404
        assert stranger.post(f"/cart/later/{later_id}/delete").status_code == 404
        assert stranger.open("/cart").having("data-later") == []
    assert kept(database) == [(later_id, 3)]
    assert list(cart_of(database, buyer.user_id).values()) == [2]


@pytest.mark.parametrize(
    "address",
    [
        "/cart/lines/1/later",
        "/cart/later/1/back",
        "/cart/later/1/delete",
        "/cart/later/again",
        "/cart/empty",
        "/cart/refill",
        "/cart/places/back",
    ],
)
def test_these_can_only_be_posted(buyer: Person, address: str):
    assert buyer.get(address).status_code == 405


def test_moving_a_line_twice_moves_it_once_and_leads_to_the_cart(buyer: Person, database: Database):
    page = buyer.open("/cart")
    line = page.all("li", data_sku="BEANS")[0].attributes["id"].removeprefix("line-")
    form = dict(buyer.browser.form(f"/cart/lines/{line}/delete").values)

    kept_twice = [buyer.post(f"/cart/lines/{line}/later", **form) for _ in range(2)]
    (later_id, quantity) = kept(database)[0]
    buyer.open("/cart")
    form = dict(buyer.browser.form(f"/cart/later/{later_id}/back").values)
    back_twice = [buyer.post(f"/cart/later/{later_id}/back", **form) for _ in range(2)]

    assert [each.status_code for each in (*kept_twice, *back_twice)] == [303] * 4
    assert (quantity, kept(database)) == (3, [])
    assert sorted(cart_of(database, buyer.user_id).values()) == [2, 3]


def test_what_is_no_longer_kept_is_dropped_once(buyer: Person, database: Database):
    buyer.post(f"/cart/lines/{line_of(buyer, 'BEANS')}/later")
    ((later_id, _quantity),) = kept(database)
    buyer.open("/cart")
    form = dict(buyer.browser.form(f"/cart/later/{later_id}/delete").values)

    answers = [buyer.post(f"/cart/later/{later_id}/delete", **form) for _ in range(2)]

    assert [each.location for each in answers] == ["/cart", "/cart"]
    assert kept(database) == []


def test_the_form_of_a_line_that_is_gone_moves_nothing_else(buyer: Person, database: Database):
    cups = line_of(buyer, "CUPS")

    answer = buyer.post(f"/cart/lines/{cups}/later", sku="BEANS")

    assert (answer.status_code, answer.location) == (303, "/cart")
    assert (kept(database), sorted(cart_of(database, buyer.user_id).values())) == ([], [2, 3])
