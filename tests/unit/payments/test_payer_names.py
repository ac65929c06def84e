from __future__ import annotations

import pytest

from portal.payments.payer_names import folded_name, is_named, is_same


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("주식회사 한빛커피유통", "한빛커피유통"),
        ("(주)한빛커피유통", "한빛커피유통"),
        ("㈜한빛커피유통", "한빛커피유통"),
        ("한빛커피유통 주식회사", "한빛커피유통"),
        ("株式会社ミドリコーヒー", "ミドリコーヒー"),
        ("カ）ミドリコーヒー", "ミドリコーヒー"),
        ("ﾐﾄﾞﾘｺｰﾋｰ(ｶ", "ミドリコーヒー"),
        ("Café Montréal inc.", "cafemontreal"),
        ("CAFE MONTREAL INC", "cafemontreal"),
        ("Blue River Coffee Co., Ltd.", "blurivercoffee".replace("blu", "blue")),
        ("Kaffeehaus GmbH", "kaffeehaus"),
        ("Cocoa Corp", "cocoa"),
        ("Co., Ltd.", "coltd"),
        ("", ""),
    ],
)
def test_a_name_is_folded_to_what_banks_write(name: str, folded: str):
    assert folded_name(name) == folded


def test_a_name_a_bank_has_cut_short_is_the_same_if_enough_is_left_of_it():
    assert is_same("한빛커피", "한빛커피유통")
    assert is_same("blueriver", "blueriverCoffee".lower())
    assert not is_same("한", "한빛커피유통")
    assert not is_same("blu", "blueriver")
    assert not is_same("한빛커피유통본점", "한빛커피유통")
    assert not is_same("", "한빛")


def test_a_name_is_found_among_other_words():
    assert is_named(folded_name("ACH CREDIT BLUE RIVER COFFEE 0042"), folded_name("Blue River Coffee Inc."))
    assert not is_named("전자금융", "한빛")
