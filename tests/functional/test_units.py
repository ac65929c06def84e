"""Units as each language counts them."""

import pytest

from portal.catalog.models import Unit
from portal.i18n import counted


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("ko", "1병", "1,200병"),
        ("en", "1 bottle", "1,200 bottles"),
        ("ja", "1本", "1,200本"),
        ("fr-CA", "1 bouteille", "1\u00a0200 bouteilles"),
    ],
)
def test_one_and_many(app, language, one, many):
    with app.test_request_context(headers={"Accept-Language": language}):
        app.preprocess_request()

        assert counted(1, "bottle") == one
        assert counted(1_200, "bottle") == many


@pytest.mark.parametrize(
    ("language", "three"),
    [
        ("ko", ["3개", "3팩", "3박스", "3케이스", "3봉", "3병", "3롤", "3세트"]),
        (
            "en",
            ["3 pieces", "3 packs", "3 boxes", "3 cases", "3 bags", "3 bottles", "3 rolls", "3 sets"],
        ),
        ("ja", ["3個", "3パック", "3箱", "3ケース", "3袋", "3本", "3巻", "3セット"]),
        (
            "fr-CA",
            ["3 unités", "3 paquets", "3 boîtes", "3 caisses", "3 sacs", "3 bouteilles", "3 rouleaux", "3 ensembles"],
        ),
    ],
)  # fmt: skip
def test_every_unit_has_its_counter(app, language, three):
    with app.test_request_context(headers={"Accept-Language": language}):
        app.preprocess_request()

        assert [counted(3, unit) for unit in Unit] == three


def test_nothing_is_one_in_french_and_many_in_english(app):
    with app.test_request_context(headers={"Accept-Language": "fr-CA"}):
        app.preprocess_request()
        assert counted(0, "box") == "0 boîte"

    with app.test_request_context(headers={"Accept-Language": "en"}):
        app.preprocess_request()
        assert counted(0, "box") == "0 boxes"


def test_a_unit_of_no_catalog_stands_as_it_is(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        app.preprocess_request()

        assert counted(3, "pallet") == "3 pallet"
        assert counted(3, "") == "3"
