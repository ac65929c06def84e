"""POST /search/seen and /search/chosen: what is kept of a search, and whose it is."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.database import Database
from portal.discovery.models import SearchClick, SearchQuery
from tests.dealer import Person
from tests.factories import make_assortment
from tests.storefront import Shop

SEEN = {"q": "Espresso  beans", "hits": 3, "relaxed": 1}


def queries(database: Database) -> list[tuple[Any, ...]]:
    with database.reading() as session:
        rows = session.execute(
            select(SearchQuery.account_id, SearchQuery.text, SearchQuery.hits, SearchQuery.relaxed)
        )
        return [tuple(row) for row in rows]


def clicks(database: Database) -> list[tuple[Any, ...]]:
    with database.reading() as session:
        rows = session.execute(
            select(SearchClick.account_id, SearchClick.folded, SearchClick.variant_id, SearchClick.position)
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def person(shop: Shop, app: Flask) -> Person:
    shop.sell("ONE")
    shop.commit()
    made = Person(app, shop.buyer)
    made.open("/search?q=one")
    return made


def test_the_page_notes_by_a_form_and_looking_writes_nothing(person: Person, database: Database) -> None:
    form = person.browser.form("/search/seen")
    assert {name: value for name, value in form.values if name != "csrf_token"} == {
        "q": "one",
        "hits": "1",
        "relaxed": "0",
    }
    assert queries(database) == []
    for address in ("/search?q=one&in_stock=1", "/search?q=one&page=2", "/search"):
        actions = [form.action for form in person.open(address).forms]
        assert "/search/seen" not in actions, address


def test_a_search_is_kept_for_the_account(person: Person, shop: Shop, database: Database) -> None:
    assert person.htmx("/search/seen", **SEEN).status_code == 204
    assert queries(database) == [(shop.account.id, "Espresso beans", 3, 1)]


@pytest.mark.parametrize(
    "sent, kept",
    [
        ({"q": "a", "hits": "9" * 9, "relaxed": "9"}, ("a", 1_000_000, 3)),
        ({"q": "a", "hits": "-1", "relaxed": "x"}, ("a", 0, 0)),
        ({"q": "x" * 5_000, "hits": "1" * 50}, ("x" * 200, 0, 0)),
        ({"q": "\u202e a \u200b"}, ("a", 0, 0)),
    ],
)
def test_what_the_browser_says_is_brought_within_bounds(
    person: Person, database: Database, sent: dict[str, str], kept: tuple[Any, ...]
) -> None:
    assert person.htmx("/search/seen", **sent).status_code == 204
    assert [row[1:] for row in queries(database)] == [kept]


def test_nothing_typed_is_nothing_kept(person: Person, database: Database) -> None:
    for sent in ({}, {"q": "  "}, {"q": "\u200b"}):
        assert person.htmx("/search/seen", **sent).status_code == 204
    assert person.htmx("/search/chosen", q="", sku="ONE").status_code == 204
    assert (queries(database), clicks(database)) == ([], [])


def test_what_was_chosen_is_kept_if_the_account_sees_it(
    person: Person, shop: Shop, app: Flask, database: Database
) -> None:
    variant = shop.sell("TWO")
    hidden = shop.sell("SECRET")
    make_assortment(shop.session, [hidden], account=shop.account, hides=True)
    shop.commit()
    for sku in ("TWO", "SECRET", "nobody", ""):
        assert person.htmx("/search/chosen", q="Two ", sku=sku, position="0").status_code == 204
    assert clicks(database) == [(shop.account.id, "two", variant.id, 1)]


def test_what_one_account_looked_for_is_not_told_to_another(person: Person, shop: Shop, app: Flask) -> None:
    _, stranger = shop.rival()
    shop.commit()
    person.htmx("/search/seen", **SEEN)
    offered = person.open("/search/suggest?q=")
    assert [link.text.strip() for link in offered.all("a", class_="suggest__line")] == ["Espresso beans"]
    assert Person(app, stranger).open("/search/suggest?q=").all("a") == []
    # Of one letter, those that begin so.
    begun = person.open("/search/suggest?q=e").all("a", class_="suggest__line")
    assert [link.text.strip() for link in begun] == ["Espresso beans"]
    assert person.open("/search/suggest?q=x").all("a", class_="suggest__line") == []
