"""The language layer: keystrokes, initials, kana, stems, codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text import (
    LONGEST_TOKEN,
    Run,
    are_initials,
    code,
    could_be_hangul,
    could_be_romaji,
    encoded,
    fold_romaji,
    initials,
    keys,
    parts_of,
    plain,
    private,
    replace_runs,
    romaji,
    runs,
    sized,
    stem,
)


@pytest.mark.parametrize(
    "typed, form",
    [
        ("Crème Brûlée", "creme brulee"),
        ("Œuf, Æsir, Straße, Łódź", "oeuf, aesir, strasse, lodz"),
        ("ｴｽﾌﾟﾚｯｿ", "えすぷれっそ"),
        ("ヴァニラ", "ゔぁにら"),
        ("ㅋㅍ", "ㅋㅍ"),
        ("ﾡﾢ", "ㄱㄲ"),
        ("\u110f\u1165\u1111\u1175", "커피"),
        ("½", "1/2"),
        ("e\u0301\u200bx\u202ey", "e x y"),
        ("İ", "i"),
        ("がぎ", "がぎ"),
    ],
)
def test_plain_text_has_one_form(typed: str, form: str) -> None:
    assert plain(typed) == form


@pytest.mark.parametrize(
    "hangul, typed",
    [
        ("커피", "zjvl"),
        ("컾", "zjv"),
        ("원두", "dnjsen"),
        ("챌ㄹㄷㄷ", "coffee"),
        ("ㅡㅁㅅ촘", "matcha"),
        ("닭", "ekfr"),
        ("꺾", "rjr"),
        ("의", "dml"),
        ("ㄳ", "rt"),
        ("ㅘ", "hk"),
        ("A4 용지", "a4 dydwl"),
    ],
)
def test_hangul_is_what_is_pressed(hangul: str, typed: str) -> None:
    assert keys(plain(hangul)) == typed


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1))
def test_any_beginning_of_a_syllable_is_a_beginning_of_its_keys(hangul: str) -> None:
    last = ord(hangul[-1]) - 0xAC00
    without_final = hangul[:-1] + chr(0xAC00 + last - last % 28)
    assert keys(hangul).startswith(keys(without_final))
    assert initials(hangul) == "".join(keys(letter)[0] for letter in hangul)


def test_initials_are_told_from_half_typed_words() -> None:
    assert initials("에스프레소") == initials("ㅇㅅㅍㄹㅅ") == "dtvft"
    assert are_initials("ㅋㅍ 500")
    assert are_initials("ㄳ")
    assert not are_initials("컾")
    assert not are_initials("ㅋㅏ")
    assert not are_initials("500")


@pytest.mark.parametrize("word", ["zjvl", "dnjsen", "rjvl", "dptmvmfpth", "xkdlfpshf500", "ekfr"])
def test_words_typed_on_the_other_layout_are_told(word: str) -> None:
    assert could_be_hangul(word)


@pytest.mark.parametrize("word", ["coffee", "machine", "steel", "a", "500", "zzz", "pump", ""])
def test_most_english_words_are_not_taken_for_hangul(word: str) -> None:
    assert not could_be_hangul(word)


def test_the_test_of_the_layout_takes_no_time_on_bad_words() -> None:
    assert not could_be_hangul("rk" * 100 + "!")
    assert not could_be_romaji("ka" * 100 + "x" * 100)


@pytest.mark.parametrize(
    "kana, latin",
    [
        ("しょうゆ", "shoyu"),
        ("まっちゃ", "macha"),
        ("きゅうり", "kyuri"),
        ("とうふ", "tofu"),
        ("こーひー", "kohi"),
        ("ざっし", "zashi"),
        ("しんぶん", "shinbun"),
        ("てぃー", "chi"),
        ("ふぁいる", "fairu"),
        ("ぎょうざ", "gyoza"),
    ],
)
def test_kana_in_latin_letters(kana: str, latin: str) -> None:
    assert romaji(kana) == latin


def test_what_is_not_all_kana_has_no_reading() -> None:
    assert romaji("豆") is None
    assert romaji("しょ豆") is None


@pytest.mark.parametrize(
    "spellings",
    [
        ("shoyu", "syoyu", "shouyu", "syouyu", "shooyu"),
        ("matcha", "maccha", "mattya"),
        ("tempura", "tenpura", "tennpura"),
        ("fuji", "huzi", "huji"),
        ("jasumin", "zyasumin", "jyasumin"),
        ("tsuna", "tuna"),
        ("chirashi", "tirasi"),
    ],
)
def test_spellings_of_japanese_meet(spellings: tuple[str, ...]) -> None:
    assert len({fold_romaji(spelling) for spelling in spellings}) == 1


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=30))
def test_folding_a_beginning_of_a_hepburn_word_stays_near_it(word: str) -> None:
    assert len(fold_romaji(word)) <= 2 * len(word) + 1


def test_japanese_is_out_of_reach_of_tokenizers() -> None:
    assert private("豆") == "\U000f8c46"
    assert private("コーヒー豆") == private("コヒ豆")
    assert private("1等") == "1" + chr(0xF0000 + ord("等"))


@pytest.mark.parametrize(
    "text, form",
    [
        ("1.5 mm", "1dot5 mm"),
        ("1,5 l", "1dot5 l"),
        ("1,000 pcs", "1000 pcs"),
        ("1,234,567", "1234567"),
        ("1/2 inch", "1per2 inch"),
        ("m8 x 40", "m8x40"),
        ("40 * 60", "40x60"),
        ("a.b, c/d", "a.b, c/d"),
    ],
)
def test_numbers_keep_their_signs(text: str, form: str) -> None:
    assert sized(text) == form


def test_runs_are_of_one_script() -> None:
    assert runs("a4용지 30매(백색) こーひー豆 d'olive") == (
        Run("l", "a4"),
        Run("h", "용지"),
        Run("l", "30"),
        Run("h", "매"),
        Run("h", "백색"),
        Run("j", "こーひー豆"),
        Run("l", "d"),
        Run("l", "olive"),
    )
    assert runs("!? _ ☕") == ()
    assert encoded(Run("h", "커피")) == "zjvl"
    assert encoded(Run("l", "a4")) == "a4"
    assert replace_runs("커피! rjvl", {"rjvl": "원두"}) == "커피! 원두"


@pytest.mark.parametrize(
    "word, parts",
    [
        ("500ml", ("500", "ml")),
        ("m8x40", ("8x40", "8", "40")),
        ("2dot5", ("2", "5")),
        ("1per2in", ("1per2", "in", "1", "2")),
        ("6204zz", ("6204", "zz")),
        ("x", ()),
        ("bolt", ()),
    ],
)
def test_numbers_and_units_can_be_told_apart(word: str, parts: tuple[str, ...]) -> None:
    assert parts_of(word) == parts


def test_forms_of_a_word_have_one_stem() -> None:
    assert stem("bolts", "en") == stem("bolt", "en") == "bolt"
    assert stem("mounting", "en") == stem("mounted", "en") == "mount"
    assert stem("hydratante", "fr") == stem("hydratant", "fr")
    assert stem("m8", "en") == "m8"
    assert stem("as", "en") == "as"


def test_codes_are_letters_and_digits() -> None:
    assert code("a-100/2") == "a1002"
    assert code("- /") == ""
    assert len(code("9" * 500)) == LONGEST_TOKEN
