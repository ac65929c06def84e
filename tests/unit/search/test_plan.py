"""Plans: what is asked for, whatever is typed."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import Field, Plan, Term, plan
from search.text import LONGEST_TOKEN, MOST_WORDS, fold


def fields_of(text: str, token: str) -> set[Field]:
    return {field for field, each in plan(text).tokens() if each == token}


def test_a_word_is_asked_for_as_typed_as_keys_and_as_initials() -> None:
    assert {Field.KEYS, Field.BRAND, Field.ABOUT} <= fields_of("커피", "zjvl")
    assert Field.KEYS in fields_of("zjvl", "zjvl")
    assert Field.LATIN in fields_of("챌ㄹㄷㄷ", "coffee")
    assert Field.INITIALS in fields_of("ㅋㅍ", "zv")
    assert Field.ROMAJI in fields_of("syouyu", "shoyu")
    assert Field.STEM in fields_of("bolts", "bolt")
    assert Field.KEYS not in fields_of("coffee", "coffee")
    assert Field.INITIALS not in fields_of("커피", "zv")


def test_words_may_be_joined() -> None:
    assert Field.LATIN in fields_of("espresso machine", "espressomachine")
    assert Field.KEYS in fields_of("종이 컵 8oz", "whddlzjq")
    assert Field.NAME in fields_of("종이 컵 8oz", "whddlzjq8oz")


def test_a_code_is_worth_more_than_any_words() -> None:
    made = plan("A-100/2")
    best = max(made.terms(), key=lambda term: term.weight)
    assert (best.field, best.token, best.is_prefix) == (Field.NUMBER, "a1002", False)
    assert best.weight > 3 * max(term.weight for group in made.groups for term in group)


def test_whole_words_are_worth_more_than_stems_and_those_more_than_beginnings() -> None:
    (group,) = plan("bolts").groups
    exact = next(term.weight for term in group if term.field is Field.LATIN and not term.is_prefix)
    begun = next(term.weight for term in group if term.field is Field.LATIN and term.is_prefix)
    stemmed = next(term.weight for term in group if term.field is Field.STEM)
    described = max(term.weight for term in group if term.field is Field.DESCRIPTION)
    assert exact > stemmed > begun > described


def test_small_words_need_not_be_met() -> None:
    made = plan("huile d'olive")
    assert made.words == ("huile", "olive")
    assert len(made.groups) == 2
    assert (made.optional[0][0].field, made.optional[0][0].token) == (Field.LATIN, "d")
    # Unless nothing else was typed.
    assert plan("de la").words == ("de", "la")


@pytest.mark.parametrize(
    "text, passes",
    [
        ("", (0,)),
        ("ㅋㅍ", (0,)),
        ("abc", (0,)),
        ("커피", (0, 1)),
        ("espresso", (0, 1, 2)),
        ("x y z", (0, 3)),
        ("6204-2rs", (0,)),
        ("espresso machine white", (0, 1, 2, 3)),
    ],
)
def test_only_passes_that_can_help_are_tried(text: str, passes: tuple[int, ...]) -> None:
    assert plan(text).passes() == passes


def test_digits_stand_no_errors() -> None:
    assert {term.edits for term in plan("6204zz 880123456789").terms()} == {0}
    assert max(term.edits for term in plan("エスプレッソ").terms()) == 1


def test_synonyms_are_added_in_the_index_own_tokens() -> None:
    groups = (("라떼", "라테", "latte"), ("pound cake", "파운드 케이크"))
    tokens = plan("라테", groups).tokens()
    assert {(Field.KEYS, "fkEp".lower()), (Field.LATIN, "latte")} <= tokens
    made = plan("fresh pound cake", groups)
    joined = Term(Field.KEYS, "vkdnsemzpdlzm", False, 1.4)
    assert [joined in group for group in made.groups] == [False, True, True]
    assert plan("cake", groups) == plan("cake")
    assert plan("", groups) == Plan("")


@given(st.text(st.characters(exclude_categories=())))
def test_anything_can_be_planned(text: str) -> None:
    made = plan(text)
    assert made.text == fold(made.text)
    assert len(made.groups) <= MOST_WORDS
    assert len(made.words) == len(made.groups)
    for term in made.terms():
        assert 1 <= len(term.token) <= LONGEST_TOKEN
        assert " " not in term.token
        assert len(term.token.encode()) <= 4 * LONGEST_TOKEN
        assert term.weight > 0
    assert all(made.groups)


@given(st.text("ㄱㅋㅏㅗ가컾一豆ーあァabcz019 -/.,'x", max_size=40))
def test_folding_before_changes_no_token(text: str) -> None:
    assert plan(fold(text)).tokens() == plan(text).tokens()


@pytest.mark.parametrize(
    "text",
    [
        "가" * 10_000,
        "rk" * 5_000,
        "1." * 5_000,
        "a b " * 2_500,
        "\ud800" * 10_000,
        "\u0301" * 10_000,
        "한a日" * 3_000,
        "\ufdfa" * 10_000,
        "x1/" * 4_000,
        "ka" * 5_000,
    ],
)
def test_twice_the_characters_are_no_more_than_twice_the_work(text: str) -> None:
    calls_of(text[:100])  # what is read once and kept is no work of a text
    half, whole = calls_of(text[: len(text) // 2]), calls_of(text)
    assert whole <= 2.2 * half
    assert sum(1 for _ in plan(text).terms()) < 800


def calls_of(text: str) -> int:
    """How many calls, of Python and of C, it takes to plan a text."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        plan(text)
    finally:
        sys.setprofile(before)
    return calls
