from __future__ import annotations

import pytest
from flask import Flask

from portal.accounts.models import AccountRole
from portal.core.database import Database
from tests.browser import Element, Page
from tests.dealer import Person, cart_of, part
from tests.storefront import Shop


def line(page: Page) -> Element:
    (found,) = page.all("li", data_sku="BEANS")
    return found


@pytest.fixture
def screens(shop: Shop, app: Flask) -> tuple[Person, Person, str]:
    """One person's phone and desktop, both with the cart open, and the address of its line of three."""
    shop.sell("BEANS", "Beans", won=12_000)
    shop.commit()
    phone, desktop = Person(app, shop.buyer), Person(app, shop.buyer)
    phone.add("BEANS", 3)
    desktop.open("/cart")
    return phone, desktop, f"/cart/lines/{line(phone.open('/cart')).attributes['id'].removeprefix('line-')}"


@pytest.mark.parametrize("by_htmx", [False, True])
def test_a_stale_stepper_takes_nothing_back(
    screens: tuple[Person, Person, str], database: Database, by_htmx: bool
):
    phone, desktop, address = screens
    assert phone.htmx(address, quantity="8", was="3").status_code == 200

    send = desktop.htmx if by_htmx else desktop.post
    response = send(address, quantity="4", was="3")

    page = part(response)
    assert response.status_code == 409
    assert list(cart_of(database, phone.user_id).values()) == [8]
    assert line(page).attributes["data-quantity"] == "8"
    assert (
        "On another page this was made 8 in the meantime, and that was kept. You asked for 4."
        in line(page).text
    )
    (offer,) = [form for form in page.forms if form.text.strip() == "Take 4"]
    assert desktop.htmx(address, **{**dict(offer.values), "csrf_token": ""}).status_code == 200
    assert list(cart_of(database, phone.user_id).values()) == [4]


def test_a_page_knows_what_it_sent_without_being_answered(
    screens: tuple[Person, Person, str], database: Database
):
    phone, _desktop, address = screens
    phone.htmx(address, quantity="4", was="3")

    # The answer to the first tap was overtaken: the field says both, what was shown and what was sent.
    assert phone.htmx(address, quantity="5", was="3,4").status_code == 200
    assert list(cart_of(database, phone.user_id).values()) == [5]


def test_the_same_wish_on_both_screens_is_no_conflict(screens: tuple[Person, Person, str]):
    phone, desktop, address = screens
    assert phone.htmx(address, quantity="8", was="3").status_code == 200
    assert desktop.htmx(address, quantity="8", was="3").status_code == 200


@pytest.mark.parametrize("was", ["", "x", ",", "²", "-3", "99999999999999999999"])
def test_who_does_not_say_what_it_was_sets_it(
    screens: tuple[Person, Person, str], database: Database, was: str
):
    phone, _desktop, address = screens
    assert phone.htmx(address, quantity="6", was=was).status_code == 200
    assert list(cart_of(database, phone.user_id).values()) == [6]


def test_two_screens_of_one_person_come_to_show_the_same(screens: tuple[Person, Person, str]):
    phone, desktop, address = screens
    shown = f"{address.rpartition('/')[2]}-36000-3"
    phone.htmx(address, quantity="8", was="3")

    answer = part(desktop.htmx_get(f"/cart/sums?shown={shown}"))
    assert line(answer).attributes["data-quantity"] == "8"
    phone.htmx(f"{address}/delete")
    answer = part(desktop.htmx_get(f"/cart/sums?shown={shown}"))

    (gone,) = answer.all("li", id=f"line-{address.rpartition('/')[2]}")
    assert gone.attributes["data-hx-swap-oob"] == "delete"


def test_carts_of_an_account_are_kept_apart(shop: Shop, app: Flask, database: Database):
    shop.sell("BEANS", "Beans", won=12_000)
    colleague = shop.person(AccountRole.OWNER)
    shop.commit()
    buyer, owner = Person(app, shop.buyer), Person(app, colleague)

    buyer.add("BEANS", 3)
    owner.add("BEANS", 5)

    assert line(buyer.open("/cart")).attributes["data-quantity"] == "3"
    assert line(owner.open("/cart")).attributes["data-quantity"] == "5"
    assert list(cart_of(database, buyer.user_id).values()) == [3]
    assert list(cart_of(database, owner.user_id).values()) == [5]
    owner.browser.submit("/cart/empty")
    assert line(buyer.open("/cart")).attributes["data-quantity"] == "3"
    assert owner.open("/cart").having("data-line-total") == []
