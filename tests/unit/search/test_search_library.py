"""The search library: how text is folded and what a query may hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalog.database_search import Query
from search.text import LONGEST_QUERY, MOST_WORDS, fold, query_text, words_of


@pytest.mark.parametrize(
    "typed, folded",
    [
        ("", ""),
        ("  Espresso\t Beans\n", "espresso beans"),
        ("ＥＳＰ－０１", "esp-01"),
        ("ｴｽﾌﾟﾚｯｿ", "エスプレッソ"),
        ("\u110f\u1165\u1111\u1175", "커피"),
        ("Straße", "strasse"),
        ("CAFÉ", "café"),
        ("cafe\u0301", "café"),
        ("a\0b\x1fc\u200bd", "a b c d"),
        ("a\ud800b", "a b"),
        ("100%_\\", "100%_\\"),
        ("İ", "i̇"),
    ],
)
def test_text_is_folded_to_one_form(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text(st.characters(exclude_categories=())))
def test_folding_twice_changes_nothing_and_the_outcome_can_be_stored(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert "\n" not in folded
    folded.encode()


def test_a_long_query_is_cut() -> None:
    assert query_text("가" * 10_000) == "가" * LONGEST_QUERY
    # A single letter can fold to many; what is left is short all the same.
    assert len(query_text("\ufdfa" * 10_000)) <= LONGEST_QUERY
    assert query_text(" " * 10_000 + "x") == ""


def test_words_are_different_and_few() -> None:
    assert words_of("b a b") == ("b", "a")
    assert words_of("") == ()
    assert len(words_of(" ".join(map(str, range(100))))) == MOST_WORDS


def test_pages_count_from_one() -> None:
    assert Query(page=3, page_size=10).offset == 20
    with pytest.raises(ValueError, match="counted from 1"):
        Query(page=0)
    with pytest.raises(ValueError, match="at least one"):
        Query(page_size=0)
