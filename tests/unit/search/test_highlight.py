"""Highlight and did-you-mean: what is shown of a match."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.highlight import marked, spans
from search.query import plan
from search.suggest import did_you_mean


@pytest.mark.parametrize(
    "typed, shown",
    [
        ("컾", "드립 [커피] 500g"),
        ("ㅋㅍ", "드립 [커피] 500g"),
        ("zjvl", "드립 [커피] 500g"),
        ("바닐ㄹ", "[바닐라] 시럽"),
        ("챌ㄹㄷㄷ", "[Coffee] Beans"),
        ("볼트", "육각[볼트] M8"),
        ("에스프레소머신", "[에스프레소 머신] 화이트"),
        ("종이 컵", "[종이컵] 8oz"),
        ("ㅂㄴㄹ ㅅㄹ", "[바닐라] [시럽]"),
        ("에스프래소 머신", "[에스프레소] [머신]"),
        ("creme", "[Crème] hydratante"),
        ("oeuf", "[Œuf] frais"),
        ("cre\u0301me", "[Cre\u0300me] hydratante"),
        ("huile d'olive", "[Huile d’olive] vierge"),
        ("ｴｽﾌﾟﾚｯｿ", "[エスプレッソ]マシン"),
        ("えすぷれっそ", "[ｴｽﾌﾟﾚｯｿ]ﾏｼﾝ"),
        ("緑茶", "有機[緑茶]ティーバッグ"),
        ("shoyu", "[しょうゆ] 1L"),
        ("bolts", "Hex [bolt]"),
        ("hazlenut", "[Hazelnut] syrup"),
        ("A1002", "[A-100/2] bolt"),
        ("M8x40", "bolt [M8 x 40]"),
        ("1.5", "pipe [1.5] mm, 15 bar"),
        ("1,000", "[1,000] cups"),
        ("espressomachine", "[Espresso Machine]"),
        ("ball", "[Ball] bearing, football"),
        ("tea", "coffee"),
        ("", "coffee"),
        ("!!!", "coffee!!!"),
    ],
)
def test_what_matched_is_marked(typed: str, shown: str) -> None:
    name = shown.replace("[", "").replace("]", "")
    assert "".join(f"[{text}]" if hit else text for text, hit in marked(plan(typed), name)) == shown


@given(
    st.text(st.characters(exclude_categories=()), max_size=30), st.text(st.characters(exclude_categories=()))
)
def test_pieces_are_the_name_again(typed: str, name: str) -> None:
    made = plan(typed)
    assert "".join(text for text, _ in marked(made, name)) == name
    places = [place for span in spans(made, name) for place in span]
    assert places == sorted(places)
    did_you_mean(made, [name])


def test_a_page_is_marked_in_no_time() -> None:
    made = plan("에스프래소 머신 그라인더 hazlenut syrup creme hydratante")
    name = "에스프레소 머신 화이트 Espresso Machine with grinder 58 mm 220 V 크림 " * 3
    started = time.thread_time()
    for _ in range(24):
        marked(made, name)
    assert time.thread_time() - started < 1


@pytest.mark.parametrize(
    "typed, names, meant",
    [
        ("크로와상", ["크루아상 생지"], "크루아상"),
        ("hazlenut syrup", ["Vanilla Syrup", "Hazelnut Syrup"], "hazelnut syrup"),
        ("beure", ["Beurre doux"], "beurre"),
        ("rjvl", ["드립 커피"], "커피"),
        ("에스프래소 머신!", ["에스프레소 머신"], "에스프레소 머신!"),
        ("creme brulle", ["Crème Brûlée"], "creme brûlée"),
        ("エスプレソ", ["エスプレッソ"], "エスプレッソ"),
        ("커피", ["드립 커피"], None),
        ("커", ["드립 커피"], None),
        ("6204", ["6205 bearing"], None),
        ("qzxwvj", ["드립 커피"], None),
        ("", ["드립 커피"], None),
        ("beure", [], None),
    ],
)
def test_what_was_meant_is_asked(typed: str, names: list[str], meant: str | None) -> None:
    assert did_you_mean(plan(typed), names) == meant
