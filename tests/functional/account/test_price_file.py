"""GET /account/prices.csv: the account's own prices of today for all it can order."""

from __future__ import annotations

import csv

import pytest
from flask import Flask

from portal.blueprints.account import price_file
from tests.conftest import Statements
from tests.dealer import Person
from tests.factories import make_price, make_price_list
from tests.storefront import Shop


def rows_of(person: Person) -> list[list[str]]:
    """The file's rows without its head."""
    response = person.get("/account/prices.csv")
    assert response.status_code == 200
    assert response.mimetype == "text/csv"
    assert response.text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}")
    assert response.headers["Cache-Control"] == "private, no-store"
    return list(csv.reader(response.text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines()))[1:]


def prices_of(person: Person) -> list[tuple[str, str, str]]:
    """SKU, quantity from which, unit price."""
    return [(row[0], row[8], row[9]) for row in rows_of(person)]


def test_each_quantity_from_which_the_price_is_another_has_a_row(shop: Shop, app: Flask):
    beans = shop.sell("BEANS", won=12_000, minimum=6, step=6)
    make_price(shop.session, shop.base, beans, 110_000_000, 12)
    shop.sell("ASKED", won=None)
    shop.sell("GONE", won=500, active=False)
    shop.commit()

    assert prices_of(Person(app, shop.buyer)) == [
        ("ASKED", "1", ""),
        ("BEANS", "6", "12000"),
        ("BEANS", "12", "11000"),
    ]


def test_what_costs_nothing_is_not_on_request(shop: Shop, app: Flask):
    shop.sell("ASKED", won=None)
    shop.sell("SAMPLE", won=0)
    shop.commit()

    asked, sample = rows_of(Person(app, shop.buyer))

    assert (asked[9], asked[11]) == ("", "Price on request")
    assert (sample[9], sample[11]) == ("0", "tax not included")


def test_another_dealer_gets_its_own_prices(shop: Shop, app: Flask):
    beans = shop.sell("BEANS", won=12_000)
    account, rival = shop.rival()
    own = make_price_list(shop.session, account=account)
    make_price(shop.session, own, beans, 90_000_000)
    shop.commit()

    assert prices_of(Person(app, shop.buyer)) == [("BEANS", "1", "12000")]
    assert prices_of(Person(app, rival)) == [("BEANS", "1", "9000")]


def test_a_long_assortment_comes_in_batches_of_a_few_statements_each(
    shop: Shop, app: Flask, statements: Statements, monkeypatch: pytest.MonkeyPatch
):
    for number in range(6):
        shop.sell(f"SKU-{number}", won=1_000 + number)
    shop.commit()
    person = Person(app, shop.buyer)
    statements.texts.clear()
    at_once = prices_of(person)
    for_one = len(statements)
    monkeypatch.setattr(price_file, "BATCH", 2)
    statements.texts.clear()

    assert prices_of(person) == at_once
    assert [sku for sku, _, _ in at_once] == [f"SKU-{number}" for number in range(6)]
    assert len(statements) <= for_one + 2 * 6


def test_no_cell_runs_as_a_formula(shop: Shop, app: Flask):
    shop.sell("BEANS", "=HYPERLINK(1)")
    shop.commit()

    assert rows_of(Person(app, shop.buyer))[0][1].startswith("'=HYPERLINK(1)")


def test_who_is_signed_out_gets_no_prices(shop: Shop, app: Flask):
    shop.sell("BEANS")
    shop.commit()
    response = app.test_client().get("/account/prices.csv")

    assert response.status_code == 302
    assert "BEANS" not in response.text
