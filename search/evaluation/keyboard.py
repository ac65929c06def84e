"""Two keyboards and the slips of fingers on them, for making up queries.

It shares nothing with the language layer it is to judge: a mistake in one must not hide behind the same in the other.
"""

from __future__ import annotations

import random
import unicodedata
from typing import Final

LEADS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
TAILS: Final = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
FIRST_SYLLABLE: Final = 0xAC00

PAIRS: Final = {
    "ㅘ": "ㅗㅏ",
    "ㅙ": "ㅗㅐ",
    "ㅚ": "ㅗㅣ",
    "ㅝ": "ㅜㅓ",
    "ㅞ": "ㅜㅔ",
    "ㅟ": "ㅜㅣ",
    "ㅢ": "ㅡㅣ",
    "ㄳ": "ㄱㅅ",
    "ㄵ": "ㄴㅈ",
    "ㄶ": "ㄴㅎ",
    "ㄺ": "ㄹㄱ",
    "ㄻ": "ㄹㅁ",
    "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ",
    "ㄿ": "ㄹㅍ",
    "ㅀ": "ㄹㅎ",
    "ㅄ": "ㅂㅅ",
}
"""Letters that take two strokes."""

JOINED: Final = {strokes: letter for letter, strokes in PAIRS.items()}

KEY_OF: Final = dict(
    zip(
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ",
        "qwertyuiopasdfghjklzxcvbnmQWERTOP",
        strict=True,
    )
)
STROKE_OF: Final = {key: stroke for stroke, key in KEY_OF.items()}


def is_syllable(letter: str) -> bool:
    """Whether it is a whole Hangul syllable."""
    return "가" <= letter <= "힣"


def strokes_of(text: str) -> list[str]:
    """The strokes of a text on the Korean keyboard; what is not Hangul is one stroke itself."""
    strokes: list[str] = []
    for letter in text:
        if is_syllable(letter):
            lead, rest = divmod(ord(letter) - FIRST_SYLLABLE, 588)
            vowel, tail = divmod(rest, 28)
            letters = LEADS[lead] + VOWELS[vowel] + TAILS[tail].strip()
        else:
            letters = letter
        strokes.extend(stroke for each in letters for stroke in PAIRS.get(each, each))
    return strokes


def typed(strokes: list[str]) -> str:
    """What stands on the screen after these strokes, as an input method composes them."""
    done: list[str] = []
    lead = vowel = tail = ""

    def flush() -> None:
        nonlocal lead, vowel, tail
        if lead and vowel:
            place = LEADS.index(lead) * 588 + VOWELS.index(vowel) * 28 + TAILS.index(tail or " ")
            done.append(chr(FIRST_SYLLABLE + place))
        else:
            done.append(lead + vowel)
        lead = vowel = tail = ""

    for stroke in strokes:
        if stroke in VOWELS:
            if tail:
                # The last consonant belongs to the syllable that begins now.
                letters = PAIRS.get(tail, tail)
                tail, moved = letters[:-1], letters[-1]
                flush()
                lead, vowel = moved, stroke
            elif vowel and vowel + stroke in JOINED:
                vowel = JOINED[vowel + stroke]
            elif vowel:
                flush()
                vowel = stroke
            else:
                vowel = stroke
        elif stroke in LEADS:
            if lead and vowel and not tail and stroke in TAILS:
                tail = stroke
            elif tail and tail + stroke in JOINED:
                tail = JOINED[tail + stroke]
            else:
                flush()
                lead = stroke
        else:
            flush()
            done.append(stroke)
    flush()
    return "".join(done)


def on_latin_keys(text: str) -> str:
    """Korean typed with the keyboard switched to English."""
    return "".join(KEY_OF.get(stroke, stroke) for stroke in strokes_of(text))


def on_korean_keys(text: str) -> str:
    """English typed with the keyboard switched to Korean."""
    return typed([STROKE_OF.get(letter, letter) for letter in text.lower()])


def initials(text: str) -> str:
    """The initial consonants of the Hangul syllables of a text; all else is left out."""
    return "".join(LEADS[(ord(letter) - FIRST_SYLLABLE) // 588] for letter in text if is_syllable(letter))


def slip(strokes: list[str], alphabet: str, chance: random.Random) -> list[str]:
    """The strokes with one slip: one missed, doubled, swapped with the next, or another key of ``alphabet``."""
    slipped = list(strokes)
    place = chance.randrange(len(slipped))
    kind = chance.choice(("missed", "doubled", "swapped", "other"))
    if kind == "missed":
        del slipped[place]
    elif kind == "doubled":
        slipped.insert(place, slipped[place])
    elif kind == "swapped" and len(slipped) > 1:
        place = min(place, len(slipped) - 2)
        slipped[place], slipped[place + 1] = slipped[place + 1], slipped[place]
    else:
        slipped[place] = chance.choice([key for key in alphabet if key != slipped[place]])
    return slipped


HALF_WIDTH_MARKS: Final = {"゛": "ﾞ", "゜": "ﾟ", "\u3099": "ﾞ", "\u309a": "ﾟ"}
HALF_WIDTH: Final = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}


def is_katakana(letter: str) -> bool:
    """Whether it is a letter of katakana, the long mark included."""
    return "ァ" <= letter <= "ヴ" or letter == "ー"


def is_hiragana(letter: str) -> bool:
    """Whether it is a letter of hiragana."""
    return "ぁ" <= letter <= "ゔ"


def half_width(text: str) -> str:
    """The text with its katakana in half width."""
    narrow: list[str] = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter) if is_katakana(letter) else letter
        narrow.extend(HALF_WIDTH_MARKS.get(part) or HALF_WIDTH.get(part, part) for part in parts)
    return "".join(narrow)


def swap_kana(text: str) -> str:
    """Hiragana as katakana and the other way round."""
    return "".join(
        chr(ord(letter) - 0x60)
        if is_katakana(letter) and letter != "ー"
        else chr(ord(letter) + 0x60)
        if is_hiragana(letter)
        else letter
        for letter in text
    )


def hiragana(text: str) -> str:
    """The text with katakana as hiragana: the reading of a text in kana alone."""
    return "".join(
        chr(ord(letter) - 0x60) if is_katakana(letter) and letter != "ー" else letter for letter in text
    )


_ROWS: Final = {
    "": "あいうえお",
    "k": "かきくけこ",
    "g": "がぎぐげご",
    "s": "さしすせそ",
    "z": "ざじずぜぞ",
    "t": "たちつてと",
    "d": "だぢづでど",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
    "m": "まみむめも",
    "r": "らりるれろ",
}
_HEPBURN: Final = {
    **{
        kana: consonant + vowel
        for consonant, row in _ROWS.items()
        for kana, vowel in zip(row, "aiueo", strict=True)
    },
    **dict(zip("やゆよわをんゔ", ("ya", "yu", "yo", "wa", "o", "n", "vu"), strict=True)),
    **dict(zip("しちつふじぢづ", ("shi", "chi", "tsu", "fu", "ji", "ji", "zu"), strict=True)),
}
_SMALL: Final = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo", "ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o"}


def romaji(text: str) -> str:
    """Kana in Latin letters after Hepburn, as a foreigner types them: long marks left out, small tsu doubled."""
    latin = ""
    is_doubled = False
    for letter in hiragana(text):
        if letter == "っ":
            is_doubled = True
            continue
        if letter in _SMALL and latin:
            glide = _SMALL[letter]
            if len(glide) == 2 and latin.endswith("i"):
                # しゃ is sha, きゃ is kya.
                latin = latin[:-1] + (glide[1:] if latin.endswith(("shi", "chi", "ji")) else glide)
            else:
                latin = latin[:-1] + glide
            continue
        sound = "" if letter == "ー" else _HEPBURN.get(letter, letter)
        if is_doubled and sound[:1].isalpha():
            latin += "t" if sound.startswith("ch") else sound[0]
        is_doubled = False
        latin += sound
    return latin
