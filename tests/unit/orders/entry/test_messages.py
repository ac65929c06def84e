"""Messages: what is wanted, what is not, what is asked, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.orders.entry.matching import score, texts_of
from portal.orders.entry.messages import LONGEST_MESSAGE, Message, Standing, read_message

_GOODS = {
    1: texts_of(
        ["바닐라 시럽 750ml", "Vanilla Syrup 750ml", "バニラシロップ 750ml", "Sirop de vanille 750ml"],
        ["DL-VAN-01"],
    ),
    2: texts_of(
        ["바닐라 시럽 1L", "Vanilla Syrup 1L", "バニラシロップ 1L", "Sirop de vanille 1L"], ["DL-VAN-02"]
    ),
    3: texts_of(
        ["종이컵 10oz 1000개", "Paper Cups 10oz", "紙コップ 10oz", "Gobelets en papier 10oz"], ["HG-PCP-02"]
    ),
    4: texts_of(
        ["종이 빨대 6mm", "Paper Straws 6mm", "紙ストロー 6mm", "Pailles en papier 6mm"], ["HG-STW-01"]
    ),
    5: texts_of(
        ["종이 빨대 12mm", "Paper Straws 12mm", "紙ストロー 12mm", "Pailles en papier 12mm"], ["HG-STW-02"]
    ),
}


def _candidates(words: str) -> list[tuple[int, float]]:
    found = [(variant, score(words, texts)) for variant, texts in _GOODS.items()]
    return sorted((one for one in found if one[1] > 0.3), key=lambda one: -one[1])


def _read(text: str, **more: object) -> Message:
    return read_message(text, _candidates, **more)  # type: ignore[arg-type]


def _sure(message: Message) -> list[tuple[int | None, int | None]]:
    return [(line.variant, line.quantity.number) for line in message.lines if line.standing is Standing.SURE]


def test_a_line_keeps_the_text_it_came_from() -> None:
    message = _read("안녕하세요, 바닐라 시럽 1L 두 병이랑 종이컵 10oz 3박스 부탁드려요")

    assert _sure(message) == [(2, 2), (3, 3)]
    assert [line.original for line in message.lines] == ["바닐라 시럽 1L 두 병이랑", "종이컵 10oz 3박스"]
    assert message.unread == ()


def test_several_variants_that_fit_are_asked_about_with_both() -> None:
    (line,) = _read("바닐라 시럽 3병").lines

    assert (line.standing, line.variant, line.quantity.number) == (Standing.UNSURE, None, 3)
    assert set(line.candidates) == {1, 2}


def test_what_nobody_knows_is_kept_and_asked() -> None:
    (line,) = _read("qwertz 3 boxes").lines

    assert (line.standing, line.candidates, line.original) == (Standing.UNKNOWN, (), "qwertz 3 boxes")


def test_a_word_that_fits_nothing_makes_a_line_unsure() -> None:
    (line,) = _read("무설탕 바닐라 시럽 1L 3병").lines

    assert (line.standing, line.candidates[0]) == (Standing.UNSURE, 2)


def test_a_nickname_of_the_account_is_sure() -> None:
    message = _read("큰바닐라 3병", nicknames={"큰바닐라": 2})

    assert _sure(message) == [(2, 3)]


@pytest.mark.parametrize(
    "text",
    [
        "지난번이랑 같이 보내주세요",
        "same as last time please",
        "前回と同じでお願いします",
        "comme la dernière fois svp",
    ],
)
def test_the_last_order_is_asked_for_again(text: str) -> None:
    message = _read(text)

    assert (message.repeats_last_order, message.lines, message.unread) == (True, (), ())


@pytest.mark.parametrize(
    "text, lines, removed",
    [
        ("지난번이랑 똑같이요 종이 빨대 6mm는 빼고요", [], [4]),
        ("same as last time without the paper straws 6mm", [], [4]),
        ("いつもの注文から紙ストロー6mmだけ抜いてください", [], [4]),
        ("comme d'habitude sans les pailles en papier 6mm", [], [4]),
        ("종이 빨대 6mm 말고 12mm로 5박스", [(5, 5)], [4]),
        ("바닐라 시럽 750ml 대신 바닐라 시럽 1L 2병", [(2, 2)], [1]),
        ("vanilla syrup 1L instead of vanilla syrup 750ml, 4 bottles", [(2, 4)], [1]),
        ("バニラシロップ750mlの代わりにバニラシロップ1L 2本", [(2, 2)], [1]),
        ("Annulez le sirop de vanille 1L", [], [2]),
    ],
)
def test_what_is_not_wanted_is_taken_out(text: str, lines: list[tuple[int, int]], removed: list[int]) -> None:
    message = _read(text)

    assert _sure(message) == lines
    assert [one.variant for one in message.removals] == removed


@pytest.mark.parametrize(
    "text, quantity",
    [
        ("종이컵 10oz 2박스요. 아니 3박스요", 3),
        ("종이컵 10oz 세 박스요. 아니 네 박스요", 4),
        ("2 boxes paper cups 10oz... no make that 3 boxes", 3),
        ("2 paper cups 10oz, sorry 3 paper cups 10oz", 3),
        ("紙コップ10oz 2箱、いや3箱で", 3),
        ("2 gobelets en papier 10oz, non 3 gobelets en papier 10oz", 3),
    ],
)
def test_a_correction_replaces_what_was_said(text: str, quantity: int) -> None:
    assert _sure(_read(text)) == [(3, quantity)]


@pytest.mark.parametrize(
    "text",
    [
        "바닐라 시럽 1L 2박스 아니고 3박스",
        "바닐라 시럽 1L 3병 or 4병",
        "바닐라 시럽 1L 두세 병",
        "종이컵 10oz 10개 중 5개만",
        "바닐라 시럽 1L 2병 반품할게요",
        "지난주에 온 종이컵 10oz 2개 파손됐어요",
        "어제 시킨 바닐라 시럽 1L 3병 아직 안왔어요",
        "취소: 바닐라 시럽 1L 3병",
        "3 or 4 vanilla syrup 1L",
        "don't send vanilla syrup 1L 3",
        "please do not add 3 paper cups 10oz",
        "if paper cups 10oz is out, send 3 vanilla syrup 1L",
        "not 2 but 3 vanilla syrup 1L",
        "vanilla syrup 1L - 2 bottles (was 3)",
        "2 vanilla syrup 1L arrived broken",
        "バニラシロップ1L 2本が届いていません",
        "バニラシロップ1L 2本返品します",
        "2 sirop de vanille 1L étaient cassés",
        "3 ou 4 sirop de vanille 1L",
        "1L 바닐라 시럽 2L 3병",
    ],
)
def test_what_is_not_plainly_an_order_is_never_sure(text: str) -> None:
    message = _read(text)

    assert _sure(message) == []
    assert message.lines or message.unread


def test_what_is_not_wanted_leaves_the_line_before_it_alone() -> None:
    message = _read("바닐라 시럽 1L 3병 종이컵 10oz는 필요없어요")

    assert _sure(message) == [(2, 3)]
    assert [one.variant for one in message.removals] == [3]


def test_a_correction_that_speaks_of_something_else_makes_both_unsure() -> None:
    message = _read("종이컵 10oz 2박스요. 아니 바닐라 시럽 1L 3병이요")

    assert [line.standing for line in message.lines] == [Standing.UNSURE, Standing.UNSURE]


@pytest.mark.parametrize(
    "text",
    [
        "바닐라 시럽 1L 있나요?",
        "do you have vanilla syrup 1L?",
        "バニラシロップ1Lはありますか",
        "종이컵 10oz 3박스 얼마예요",
    ],
)
def test_a_question_is_no_order(text: str) -> None:
    message = _read(text)

    assert (message.lines, message.questions) == ((), (text.removesuffix("?"),))


def test_an_order_in_a_question_is_asked_back() -> None:
    message = _read("바닐라 시럽 1L 3병 내일까지 될까요?")

    (line,) = message.lines
    assert (line.standing, line.asked, line.candidates, line.quantity.number) == (
        Standing.UNSURE,
        True,
        (2,),
        3,
    )
    assert message.dates == ("내일까지",)


@pytest.mark.parametrize(
    "text",
    [
        "감사합니다~ 수고하세요",
        "Thanks, have a great weekend!",
        "ありがとうございます。",
        "Merci, bonne journée !",
    ],
)
def test_kindness_is_no_order(text: str) -> None:
    assert _read(text) == Message()


@pytest.mark.parametrize(
    "text, date, place",
    [
        ("화요일 강남점으로 바닐라 시럽 1L 6병", "화요일", "강남점으로"),
        (
            "6 bottles vanilla syrup 1L to the Pike Street store on Friday",
            "on Friday",
            "to the Pike Street store",
        ),
        ("バニラシロップ1L 6本 金曜日に新宿店まで", "金曜日に", "新宿店まで"),
    ],
)
def test_days_and_places_are_told_apart_from_products(text: str, date: str, place: str) -> None:
    message = _read(text)

    assert (_sure(message), message.dates, message.places) == ([(2, 6)], (date,), (place,))


def test_a_product_without_a_count_is_asked_how_many() -> None:
    (line,) = _read("바닐라 시럽 1L 보내주세요").lines

    assert (line.standing, line.candidates, line.quantity.number) == (Standing.UNSURE, (2,), None)


def test_talk_is_left_unread_and_shown() -> None:
    message = _read("어제 비가 많이 왔네")

    assert (message.lines, message.unread) == ((), ("어제 비가 많이 왔네",))


def test_what_is_beyond_the_limit_is_given_back() -> None:
    message = _read("종이컵 10oz 1박스\n" + " " * LONGEST_MESSAGE + "tail")

    assert (_sure(message), message.unread) == ([(3, 1)], ("tail",))


_WORDS = """바닐라 시럽 1L 3병 아니 말고 대신 빼고 지난번이랑 같이 , ? two boxes no without 12 x3 - 1~2 紙コップ 3箱
 いや
 sans d' une ½ ( 10oz 종이컵 、 취소 하나 두세"""
_WORD = st.sampled_from([*_WORDS.split(), "\n", "\x1f"])


@given(st.one_of(st.text(max_size=80), st.lists(_WORD, max_size=14).map(" ".join)))
def test_any_text_is_read_and_what_is_sure_has_a_count(text: str) -> None:
    for line in _read(text).lines:
        assert (line.standing is Standing.SURE) == (line.variant is not None)
        if line.standing is Standing.SURE:
            assert line.quantity.number is not None
            assert line.quantity.doubt is None
        assert len(line.candidates) <= 3
