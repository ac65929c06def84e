"""Counts as people write them, in cells and within text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalog.models import Unit
from portal.orders.entry.folding import folded
from portal.orders.entry.quantities import (
    Doubt,
    Quantity,
    find_quantities,
    read_quantity,
    unit_of_word,
    with_unit,
)
from portal.orders.entry.units import Units, units_for
from portal.orders.rules import MAX_QUANTITY


@pytest.mark.parametrize(
    "text, number, unit",
    [
        ("3", 3, None),
        ("3개", 3, Unit.EACH),
        ("３", 3, None),
        ("3 box", 3, Unit.BOX),
        ("x3", 3, None),
        ("×3", 3, None),
        ("한 박스", 1, Unit.BOX),
        ("두 개", 2, Unit.EACH),
        ("열두 병", 12, Unit.BOTTLE),
        ("스물네병", 24, Unit.BOTTLE),
        ("서른 개", 30, Unit.EACH),
        ("2묶음", 2, Unit.PACK),
        ("한 다스", 12, Unit.EACH),
        ("세 다스", 36, Unit.EACH),
        ("천 개", 1000, Unit.EACH),
        ("2천 개", 2000, Unit.EACH),
        ("1만 장", 10_000, Unit.EACH),
        ("1,000", 1000, None),
        ("12,000개", 12_000, Unit.EACH),
        ("1 000", 1000, None),
        ("12.0", 12, None),
        ("1.5e+3", 1500, None),
        ("三箱", 3, Unit.BOX),
        ("3ケース", 3, Unit.CASE),
        ("十二本", 12, Unit.EACH),
        ("二つ", 2, Unit.EACH),
        ("ふたつ", 2, Unit.EACH),
        ("2ダース", 24, Unit.EACH),
        ("une douzaine", 12, Unit.EACH),
        ("deux caisses", 2, Unit.CASE),
        ("two boxes", 2, Unit.BOX),
        ("two dozen", 24, Unit.EACH),
        ("half a dozen", 6, Unit.EACH),
        ("5ea", 5, Unit.EACH),
        ("12 pcs.", 12, Unit.EACH),
        ("(4)", 4, None),
        ("수량: 7", 7, None),
        ("3박스요", 3, Unit.BOX),
        ("\u1102\u1166 \u1107\u1167\u11bc", 4, Unit.BOTTLE),
        ("5 bags of", 5, Unit.BAG),
        ("2팔레트", None, None),
    ],
)
def test_a_count_is_read(text: str, number: int | None, unit: Unit | None) -> None:
    quantity = read_quantity(text)

    assert (quantity.number, quantity.unit) == (number, unit)


@pytest.mark.parametrize(
    "text, doubt, choices",
    [
        ("", Doubt.MISSING, ()),
        ("없음", Doubt.NOT_A_NUMBER, ()),
        ("²", Doubt.NOT_A_NUMBER, ()),
        ("①", Doubt.NOT_A_NUMBER, ()),
        ("1/2", Doubt.FRACTION, ()),
        ("½", Doubt.FRACTION, ()),
        ("2.5", Doubt.FRACTION, ()),
        ("반 박스", Doubt.FRACTION, ()),
        ("half a box", Doubt.FRACTION, ()),
        ("une demi-caisse", Doubt.FRACTION, ()),
        ("半箱", Doubt.FRACTION, ()),
        ("1~2개", Doubt.RANGE, (1, 2)),
        ("서너 병", Doubt.RANGE, (3, 4)),
        ("10-12", Doubt.RANGE, (10, 12)),
        ("1.000", Doubt.SEPARATOR, (1000, 1)),
        ("0", Doubt.NOT_POSITIVE, ()),
        ("-3", Doubt.NOT_POSITIVE, ()),
        ("1000001", Doubt.TOO_LARGE, ()),
        ("1 box 2 bags", Doubt.TWO_NUMBERS, ()),
        ("9" * 61, Doubt.NOT_A_NUMBER, ()),
        ("10개입", Doubt.NOT_A_NUMBER, ()),
    ],
)
def test_what_is_not_surely_a_count_is_doubted(text: str, doubt: Doubt, choices: tuple[int, ...]) -> None:
    quantity = read_quantity(text)

    assert (quantity.number, quantity.doubt, quantity.choices) == (None, doubt, choices)


def test_about_so_many_is_asked_with_the_number_said() -> None:
    assert read_quantity("10개 정도") == Quantity(10, Unit.EACH, "개", Doubt.ABOUT, (10,))
    assert read_quantity("about 10").doubt is Doubt.ABOUT


@pytest.mark.parametrize(
    "locale, dot, comma", [("ko", None, 1000), ("en", None, 1000), ("fr", 1000, None), ("fr-CA", None, 1000)]
)
def test_the_language_decides_between_a_thousand_and_one(
    locale: str, dot: int | None, comma: int | None
) -> None:
    assert read_quantity("1.000", locale).number == dot
    assert read_quantity("1,000", locale).number == comma


@pytest.mark.parametrize(
    "text, found",
    [
        ("디카페인 원두 1kg 3봉 디카페인 500g 2봉", [(3, True), (2, True)]),
        ("오일실 TC 25x40x7 10개", [(10, True)]),
        ("테프론테이프 10롤짜리 20개", [(20, True)]),
        ("8800400622213 2개", [(2, True)]),
        ("6204-ZZ 20", [(20, False)]),
        ("쿠션 21호", []),
        ("1kgを5袋お願いします", [(5, True)]),
        ("3 x MB-ESP-03", [(3, True)]),
        ("선크림 SPF50+ 50ml", []),
        ("5월 3일 2시", []),
        ("M8 너트 1,000", [(1000, False)]),
    ],
)
def test_sizes_codes_and_days_are_no_counts(text: str, found: list[tuple[int, bool]]) -> None:
    assert [(one.quantity.number, one.counted) for one in find_quantities(folded(text).text)] == found


@given(st.text(max_size=40))
def test_any_text_gives_a_number_in_bounds_or_a_doubt(text: str) -> None:
    quantity = read_quantity(text)

    assert (
        quantity.number is not None and 1 <= quantity.number <= MAX_QUANTITY
    ) or quantity.doubt is not None


@given(st.integers(1, MAX_QUANTITY))
def test_plain_numbers_are_themselves(number: int) -> None:
    assert read_quantity(str(number)) == Quantity(number)
    assert read_quantity(f"{number:,}").number == number


def test_a_column_of_units_counts_where_the_cell_names_none() -> None:
    assert with_unit(Quantity(3), "박스") == Quantity(3, Unit.BOX, "박스")
    assert with_unit(Quantity(3, Unit.BAG, "봉"), "박스") == Quantity(3, Unit.BAG, "봉")
    assert with_unit(Quantity(3), "다스") == Quantity(36, Unit.EACH, "다스")
    assert with_unit(Quantity(3), "pallet") == Quantity(3, None, "pallet")
    assert unit_of_word(" EA. ") is Unit.EACH
    assert unit_of_word("case") is Unit.CASE


@pytest.mark.parametrize(
    "variant_unit, pack_size, said, number, units",
    [
        (Unit.BOX, 12, None, 3, Units(3)),
        (Unit.BOX, 12, Unit.BOX, 3, Units(3)),
        (Unit.CASE, 12, Unit.BOX, 3, Units(3)),
        (Unit.EACH, 1, Unit.BOTTLE, 3, Units(3)),
        (Unit.BOTTLE, 1, Unit.EACH, 3, Units(3)),
        (Unit.BOTTLE, 1, Unit.BAG, 3, Units(None, (3,))),
        (Unit.BOX, 12, Unit.EACH, 24, Units(None, (2, 24))),
        (Unit.BOX, 12, Unit.EACH, 5, Units(None, (1, 5))),
        (Unit.EACH, 1, Unit.BOX, 2, Units(None, (2,))),
        (Unit.BOX, 12, Unit.PACK, 2, Units(None, (2,))),
    ],
)
def test_units_are_taken_as_said_or_asked(
    variant_unit: Unit, pack_size: int, said: Unit | None, number: int, units: Units
) -> None:
    assert units_for(variant_unit, pack_size, said, number) == units


def test_a_word_that_is_no_unit_of_ours_is_asked_about() -> None:
    assert units_for(Unit.BOX, 1, None, 2, word="pallet") == Units(None, (2,))
