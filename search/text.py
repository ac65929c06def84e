"""The form in which text is compared: the same for what is stored and for what is typed.

``fold`` is the plain form, kept as text. The language layer goes further: words become tokens in *keystrokes*, so
that half a syllable, the wrong keyboard layout and a missing space look like what they are, prefixes and typing errors.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Final, Literal, NamedTuple

from snowballstemmer import stemmer

LONGEST_QUERY: Final = 200
"""Characters of a query that are looked at; no name, SKU or barcode is longer than what fits."""

MOST_WORDS: Final = 12
"""Words of a query that are looked at."""

LONGEST_TOKEN: Final = 60
"""Characters of a token; what is longer is cut, in names and queries alike. Four bytes each at most."""

REPEATED: Final = 16_384
"""Words whose tokens are remembered: the names of a catalog share most of theirs."""


def fold(text: str) -> str:
    """``text`` with compatibility forms unified, case folded and white space single.

    Full-width letters become plain ones, half-width kana whole ones. Control and format characters, half surrogate
    pairs and what Unicode has not assigned count as white space, so the outcome can always be stored and compared.
    """
    unified = unicodedata.normalize("NFKC", text).casefold()
    # Folding case can take composed letters apart again.
    composed = unicodedata.normalize("NFKC", unified)
    if not composed.isprintable():
        composed = "".join(
            " " if unicodedata.category(letter).startswith("C") else letter for letter in composed
        )
    return " ".join(composed.split())


def query_text(text: str) -> str:
    """What a person typed, folded, and cut to LONGEST_QUERY characters."""
    # Cut before folding as well: a text of megabytes is not worth the work.
    return fold(text[: 4 * LONGEST_QUERY])[:LONGEST_QUERY].strip()


def words_of(folded: str) -> tuple[str, ...]:
    """The different words of a folded text in their order, at most MOST_WORDS."""
    return tuple(dict.fromkeys(folded.split()))[:MOST_WORDS]


def _listed(words: str) -> list[str]:
    return words.split()


# --- Normal form ----------------------------------------------------------------------------------------------

_INITIAL_JAMO: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWEL_JAMO: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINAL_JAMO: Final = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"


def _letters_to_plain() -> dict[int, str | None]:
    """What becomes of single characters: accents fall, katakana turns hiragana, loose jamo get one form."""
    table: dict[int, str | None] = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            table[code] = base
    table |= dict.fromkeys(range(0x300, 0x370))
    table |= {
        ord(letter): plain
        for letter, plain in zip("œæøđðłıþ", ("oe", "ae", "o", "d", "d", "l", "i", "th"), strict=True)
    }
    table |= {code: chr(code - 0x60) for code in range(0x30A1, 0x30F7)}
    # Unifying compatibility forms makes conjoining jamo of typed ones; a loose one is what was typed, not a half.
    table |= {0x1100 + place: letter for place, letter in enumerate(_INITIAL_JAMO)}
    table |= {0x1161 + place: letter for place, letter in enumerate(_VOWEL_JAMO)}
    table |= {0x11A8 + place: letter for place, letter in enumerate(_FINAL_JAMO)}
    table |= {ord("⁄"): "/", ord("∕"): "/", ord("×"): "x"}
    return table


_PLAIN: Final = _letters_to_plain()

_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DECIMAL: Final = re.compile(r"(?<=\d)[.,](?=\d)")
_FRACTION: Final = re.compile(r"(?<=\d)/(?=\d)")
_TIMES: Final = re.compile(r"(?<=\d) ?[x*] ?(?=\d)")


def plain(text: str) -> str:
    """``fold(text)`` without accents, katakana as hiragana, loose jamo as compatibility jamo."""
    return fold(text).translate(_PLAIN)


def sized(plain_text: str) -> str:
    """``plain_text`` with numbers that hold a sign kept as one word: 1.5, 1/2, 40 x 60."""
    text = _DECIMAL.sub("dot", _THOUSANDS.sub("", plain_text))
    return _TIMES.sub("x", _FRACTION.sub("per", text))


# --- Words and runs of one script -----------------------------------------------------------------------------

HANGUL: Final = "h"
JAPANESE: Final = "j"
LATIN: Final = "l"
Script = Literal["h", "j", "l"]

_RUN: Final = re.compile(
    "(?P<h>[가-힣ㄱ-ㅣ]+)"
    "|(?P<j>[ぁ-ゖー々〆\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)"
    "|(?P<l>(?:(?![가-힣ㄱ-ㅣぁ-ゖー々〆\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[^\\W_])+)"
)


class Run(NamedTuple):
    """Neighbouring characters of one script. Latin stands for every script with spaces between words, and digits."""

    script: Script
    text: str


def runs(chunk: str) -> tuple[Run, ...]:
    """The runs of a plain text, in order; punctuation parts them and is left out."""
    found: list[Run] = []
    for match in _RUN.finditer(chunk):
        script: Script = HANGUL if match.lastgroup == "h" else JAPANESE if match.lastgroup == "j" else LATIN
        found.append(Run(script, match.group()))
    return tuple(found)


def replace_runs(plain_text: str, instead: Mapping[str, str]) -> str:
    """A plain text with whole runs replaced; what stands between them stays."""
    return _RUN.sub(lambda match: instead.get(match.group(), match.group()), plain_text)


# --- Keystrokes -----------------------------------------------------------------------------------------------

_INITIAL_KEYS: Final = _listed("r r s e e f a q q t t d w w c z x v g")
_VOWEL_KEYS: Final = _listed("k o i o j p u p h hk ho hl y n nj np nl b m ml l")
_FINAL_KEYS: Final = ("", *_listed("r r rt s sw sg e f fr fa fq ft fx fv fg a q qt t t d w c z x v g"))
_JAMO_KEYS: Final = (
    dict(zip(_FINAL_JAMO, _FINAL_KEYS[1:], strict=True))
    | dict(zip(_INITIAL_JAMO, _INITIAL_KEYS, strict=True))
    | dict(zip(_VOWEL_JAMO, _VOWEL_KEYS, strict=True))
)


@lru_cache(maxsize=4096)
def key_of(letter: str) -> str:
    """The keys that type a character on a two-set Korean keyboard, in lower case; others stay as they are."""
    place = ord(letter) - 0xAC00
    if 0 <= place < 11172:
        return _INITIAL_KEYS[place // 588] + _VOWEL_KEYS[place % 588 // 28] + _FINAL_KEYS[place % 28]
    return _JAMO_KEYS.get(letter, letter)


def keys(plain_text: str) -> str:
    """Keystrokes of a plain text: 커피 becomes zjvl, and its beginning 컾 becomes zjv."""
    return "".join(map(key_of, plain_text))


def initial_of(letter: str) -> str:
    """The key of a syllable's or a loose letter's initial consonant; others stay as they are."""
    place = ord(letter) - 0xAC00
    if 0 <= place < 11172:
        return _INITIAL_KEYS[place // 588]
    return _JAMO_KEYS.get(letter, letter)


@lru_cache(maxsize=REPEATED)
def initials(plain_text: str) -> str:
    """Initial consonants as keys: 에스프레소 becomes dtvft, and so does ㅇㅅㅍㄹㅅ."""
    return "".join(map(initial_of, plain_text))


def are_initials(plain_text: str) -> bool:
    """Whether the Hangul of a plain text, of which there is some, is all loose consonants."""
    hangul = [letter for letter in plain_text if "ㄱ" <= letter <= "ㅣ" or "가" <= letter <= "힣"]
    return bool(hangul) and all(letter <= "ㅎ" for letter in hangul)


_SYLLABLES: Final = re.compile(r"(?:[rsefaqtdwczxvg][koiojpuhynbml]{1,2}[rsefaqtdwczxvg]{0,3})+")


def could_be_hangul(word: str) -> bool:
    """Whether the letters of a Latin word are syllables on a Korean keyboard; digits among them are passed over."""
    letters = "".join(letter for letter in word if not letter.isdigit())
    return len(letters) >= 2 and _SYLLABLES.fullmatch(letters) is not None


# --- Japanese -------------------------------------------------------------------------------------------------

_PRIVATE: Final = 0xF0000


def private(plain_text: str) -> str:
    """Japanese as private-use characters, so that no tokenizer cuts it; the long mark falls, the rest stays."""
    return "".join(
        chr(_PRIVATE + ord(letter)) if ord(letter) > 0x3000 and ord(letter) < 0xFFFF else letter
        for letter in plain_text
        if letter != "ー"
    )


_KANA: Final = dict(
    zip(
        "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをん"
        "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽぁぃぅぇぉゃゅょゎゔゕゖ",
        _listed(
            "a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo "
            "ya yu yo ra ri ru re ro wa i e o n ga gi gu ge go za ji zu ze zo da ji zu de do ba bi bu be bo "
            "pa pi pu pe po a i u e o ya yu yo wa vu ka ke"
        ),
        strict=True,
    )
)
_SMALL_Y: Final = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
_SMALL_VOWEL: Final = {"ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o"}


@lru_cache(maxsize=REPEATED)
def romaji(kana: str) -> str | None:
    """Hiragana in Latin letters, folded by ``fold_romaji``; None if there is anything but kana in it."""
    written = ""
    doubled = False
    for letter in kana:
        if letter in "ーっ":
            doubled = doubled or letter == "っ"
            continue
        sound = _KANA.get(letter)
        if sound is None:
            return None
        if letter in _SMALL_Y and written.endswith("i"):
            soft = written.endswith(("shi", "chi", "ji"))
            written = written[:-1] + ("" if soft else "y") + _SMALL_Y[letter]
        elif letter in _SMALL_VOWEL and written.endswith(("i", "u", "e", "o")):
            # ファ is fa, ティ is ti, ウェ is we.
            written = written[:-1] + _SMALL_VOWEL[letter]
        else:
            written += ("t" if sound.startswith("ch") else sound[0]) + sound if doubled else sound
        doubled = False
    return fold_romaji(written)


_ROMAJI_STEPS: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"m(?=[bp])"), "n"),
    (re.compile(r"tch"), "ch"),
    (re.compile(r"([bcdfghjkmnpqrstvwyz])\1+"), r"\1"),
    (re.compile(r"sy"), "sh"),
    (re.compile(r"si"), "shi"),
    (re.compile(r"ty"), "ch"),
    (re.compile(r"ti"), "chi"),
    (re.compile(r"tu"), "tsu"),
    (re.compile(r"zy|jy"), "j"),
    (re.compile(r"zi"), "ji"),
    (re.compile(r"(?<![sc])hu"), "fu"),
    (re.compile(r"o[ou]+"), "o"),
    (re.compile(r"u{2,}"), "u"),
    (re.compile(r"a{2,}"), "a"),
    (re.compile(r"e{2,}"), "e"),
    (re.compile(r"i{2,}"), "i"),
)


def fold_romaji(word: str) -> str:
    """Spellings of Japanese in Latin letters brought together: syoyu, shouyu and shoyu become shoyu."""
    for pattern, instead in _ROMAJI_STEPS:
        word = pattern.sub(instead, word)
    return word


_ROMAJI: Final = re.compile(r"(?:(?:[bcdfghjkmnprstwyz]{1,3})?[aeiou]{1,3}|n)+[bcdfghjkmnprstwyz]{0,2}")


def could_be_romaji(word: str) -> bool:
    """Whether a Latin word can be Japanese."""
    return len(word) >= 2 and _ROMAJI.fullmatch(word) is not None


# --- Latin ----------------------------------------------------------------------------------------------------

_NUMBER_OR_LETTERS: Final = re.compile(r"\d+(?:(?:dot|per|x)\d+)*|[^\W\d_]+")
_SIGN: Final = re.compile("dot|per|x")


@lru_cache(maxsize=REPEATED)
def parts_of(word: str) -> tuple[str, ...]:
    """Numbers and letters of a word such as 500ml, of two characters and more, and the sides of 2.5 and 40x60."""
    found = _NUMBER_OR_LETTERS.findall(word)
    sides = [side for part in found if part[0].isdigit() and not part.isdigit() for side in _SIGN.split(part)]
    return tuple(dict.fromkeys((*(part for part in found if len(part) >= 2 and part != word), *sides)))


Language = Literal["en", "fr"]

_STEMMERS: Final = {"en": stemmer("english"), "fr": stemmer("french")}
_STEMMING: Final = Lock()


@lru_cache(maxsize=65_536)
def stem(word: str, language: Language) -> str:
    """The stem of a plain word by the rules of a language; words with digits and short ones are their own."""
    if len(word) < 3 or not word.isalpha() or not word.isascii():
        return word
    # A stemmer keeps the word it works on in itself, and requests come in several threads.
    with _STEMMING:
        return str(_STEMMERS[language].stemWord(word))


STOP_WORDS: Final = frozenset(
    _listed(
        "a an and at by for from in into of on or the to with "
        "au aux avec d dans de des du en et l la le les ou par pour s sans sur un une"
    )
)


def code(plain_text: str) -> str:
    """SKU, part number or barcode as compared: letters and digits of a plain text, the rest left out."""
    return "".join(letter for letter in plain_text if letter.isalnum())[:LONGEST_TOKEN]


@lru_cache(maxsize=REPEATED)
def encoded(run: Run) -> str:
    """A run as its token: Hangul in keystrokes, Japanese in private-use characters, Latin as it is."""
    if run.script == HANGUL:
        return keys(run.text)
    return private(run.text) if run.script == JAPANESE else run.text
