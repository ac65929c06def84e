"""How many, as people write it: 3개, ３, "3 box", x3, 열두 병, 三箱, une douzaine, 1,000; and what is not a count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from portal.catalog.models import Unit
from portal.orders.entry.counting import (
    ARTICLES,
    COUNTERS,
    DOZENS,
    ENGLISH,
    FRENCH,
    JAPANESE_NATIVE,
    KOREAN_ALONE,
    KOREAN_NATIVE,
    KOREAN_PAIRS,
    SINO_DIGITS,
    SINO_MYRIADS,
    SINO_PLACES,
    sino_number,
)
from portal.orders.entry.folding import plain_text
from portal.orders.rules import MAX_QUANTITY


class Doubt(StrEnum):
    """Why a quantity is asked about instead of taken."""

    MISSING = "missing"
    NOT_A_NUMBER = "not_a_number"
    FRACTION = "fraction"
    """A part of something: 1/2, 0.5, half a box."""
    RANGE = "range"
    """One to two."""
    ABOUT = "about"
    """Some ten."""
    SEPARATOR = "separator"
    """1,000 is a thousand to some and one to others."""
    NOT_POSITIVE = "not_positive"
    TOO_LARGE = "too_large"
    TWO_NUMBERS = "two_numbers"
    """Two counts stand side by side, and either may be meant."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A count as said."""

    number: int | None
    """How many, of ``unit``; None: it cannot be told."""
    unit: Unit | None = None
    """What was said to be counted, where it is a unit of ours; None: nothing was said, or ``word`` is not one."""
    word: str | None = None
    """The word for it, as written."""
    doubt: Doubt | None = None
    choices: tuple[int, ...] = ()
    """Numbers it may mean, where ``doubt`` leaves several."""


@dataclass(frozen=True, slots=True)
class Found:
    """A quantity within a text."""

    start: int
    end: int
    quantity: Quantity
    counted: bool
    """True: it says what it counts, or that it counts (x3); false: a bare number, which may be part of a name."""


LONGEST_COUNT: Final = 7
"""Digits of a bare number that may be a count; what is longer is a code."""


def _any_of(words: object) -> str:
    listed = sorted(map(str, words), key=len, reverse=True)  # type: ignore[call-overload]
    return "|".join(re.escape(word) for word in listed)


def _is_latin(word: str) -> bool:
    return word[0] < "\u0250"


_LATIN_COUNTERS: Final = _any_of(word for word in (*COUNTERS, *DOZENS) if _is_latin(word))
_OTHER_COUNTERS: Final = _any_of(word for word in (*COUNTERS, *DOZENS) if not _is_latin(word))
_SPELLED: Final = {**ENGLISH, **FRENCH}
_SINO: Final = "".join((*SINO_DIGITS, *SINO_PLACES, *SINO_MYRIADS))

# What follows a Korean counter when the word goes on, and is still a count: particles and endings.
_KOREAN_TAIL: Final = (
    r"(?:정도|쯤|가량|씩|만|도|을|를|은|는|이랑|랑|하고|이고|이구|과|와|로|으로|이요|이용|요|욤|용|여|입니다|이에요|예요|에요|추가|더"
    r"|부탁\S*|주세요|보내\S*|주문\S*|발주\S*|필요\S*)*(?![가-힣])"
)
# 10개입, 10롤짜리, 20枚入 and 5本組 are sizes.
_NOT_A_SIZE: Final = r"(?!\s?(?:입(?!니)|짜리|들이|용|들어|入|組|/))"

_DIGITS: Final = (
    r"(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d{1,3}(?:\.\d{3})+(?![\d.])|\d{1,3}(?:[ ']\d{3})+(?!\d)"
    r"|\d+[.,]\d+|\d+\s?/\s?\d+|\d+)"
)
_RANGE: Final = rf"(?P<low>{_DIGITS})\s?[~-]\s?(?P<high>\d+)"
_WORDS: Final = (
    rf"(?P<pair>{_any_of(KOREAN_PAIRS)})(?=\s?(?:{_OTHER_COUNTERS}))"
    rf"|(?<![가-힣])(?P<alone>{_any_of(KOREAN_ALONE)})(?=(?:이랑|랑|하고|만|씩|이요|요|추가|주세요)*(?![가-힣]))"
    rf"|(?P<native>{_any_of(KOREAN_NATIVE)})(?=\s?(?:{_OTHER_COUNTERS}|다스|타스))"
    rf"|(?P<sino>[{_SINO}]*[십백천만十百千万][{_SINO}\d]*|[一二三四五六七八九])(?=\s?(?:{_OTHER_COUNTERS}|ダース))"
    rf"|(?P<mixed>\d+[십백천만十百千万][{_SINO}\d]*)(?=\s?(?:{_OTHER_COUNTERS}))"
    rf"|(?P<tsu>{_any_of(JAPANESE_NATIVE)})"
    rf"|(?<![a-zà-ÿ'-])(?P<spelled>{_any_of(_SPELLED)})(?![a-zà-ÿ'-])"
    rf"|(?<![a-zà-ÿ'-])(?P<article>an?|une?)(?=\s(?:{_LATIN_COUNTERS})(?![a-zà-ÿ]))"
)
_HALF: Final = (
    r"(?P<half>반\s?|半\s?|(?<![a-z])half\s(?:an?\s|of\san?\s)?|(?<![a-zà-ÿ])(?:une?\s)?demi[- ]?)"
    rf"(?P<halved>(?:{_OTHER_COUNTERS})(?={_KOREAN_TAIL}(?:[^가-힣]|$))|(?:{_LATIN_COUNTERS})(?![a-zà-ÿ]))"
    r"(?:(?:\s(?:of|de)|\sd')(?=\s|'))?"
)
_COUNTER: Final = (
    rf"(?:\s?(?P<counter>{_OTHER_COUNTERS})(?:{_NOT_A_SIZE})(?:{_KOREAN_TAIL}|(?=[^가-힣]|$))"
    rf"|(?:\s|(?<=\d))(?P<latin>{_LATIN_COUNTERS})\.?(?![a-zà-ÿ0-9])(?:\s?(?:of\sthe|of|de|d'|du|des)(?=\s|$|(?<=')))?"
    rf"(?P<tail>\s?(?:이요|요|랑|하고|만|を|と|で))?)"
)
_BEFORE: Final = r"(?<![\d.,/a-zà-ÿ_+#-])"
_EXPRESSION: Final = re.compile(
    rf"(?P<times>(?<![a-z0-9.])x\s?(?=\d))?(?:{_BEFORE}|(?<=[\sx(:])|^)"
    rf"(?:(?P<about>약|대략|about|around|environ|約)\s?)?"
    rf"(?:{_HALF}|{_RANGE}|{_WORDS}|(?P<sign>-)?(?P<digits>{_DIGITS}))"
    rf"(?:(?<=[^\s-])\s?(?P<dozen>다스|타스|ダース|打|dozens?|douzaines?)(?:(?:\s(?:of|de)|\sd')(?=\s|'))?{_KOREAN_TAIL}|{_COUNTER})?"
    rf"(?P<roughly>\s?(?:정도|쯤|가량|ほど|くらい|ぐらい|or so))?"
    rf"(?P<trailing>\s?x(?=\s)(?!\s?\d))?"
)
_LABEL: Final = re.compile(r"(?:qty|quantity|수량|数量|qté|quantité|q'ty)\s?[.:=]?\s?$")
_GLUED: Final = re.compile(
    r"[a-zà-ÿ0-9_%\"°㎏㎖㎜㎝ℓ℃]|[.,/-][a-z0-9]|\s?(?:키로|킬로|그램|리터|온스|인치|미리|구(?![가-힣])|호(?![가-힣])|인용"
    r"|그룹|본조|개입|입(?!니)|년|월|일(?![가-힣])|시(?![가-힣])|층|번|月|日|時|年|号|人|インチ|キロ|グラム|リットル"
    r"|ミリ|グループ|円|원(?![가-힣])|단(?![가-힣])|%|kg|g|ml|l|oz|mm|cm|m|v|w)(?![a-z0-9])"
)

_SIZED: Final = re.compile(rf"\s?(?:{_OTHER_COUNTERS})\s?(?:입(?!니)|짜리|들이|용|들어|入|組)")


@lru_cache(maxsize=4096)
def find_quantities(text: str, locale: str = "ko") -> tuple[Found, ...]:
    """The quantities in a text folded by ``folding.folded``, in order, none overlapping another."""
    found: list[Found] = []
    place = 0
    while match := _EXPRESSION.search(text, place):
        place = max(match.end(), match.start() + 1)
        if match.end() == match.start() or not _is_count(match, text):
            # 25x40x7, 500ml and M8 are one piece each: nothing within them is a count.
            while place < len(text) and (
                text[place].isascii() and (text[place].isalnum() or text[place] in "-/.")
            ):
                place += 1
            continue
        start = match.start()
        counted = bool(
            match["counter"]
            or match["latin"]
            or match["dozen"]
            or match["times"]
            or match["trailing"]
            or match["half"]
            or match["tsu"]
            or match["alone"]
        )
        end = match.end()
        if label := _LABEL.search(text, 0, start):
            start, counted = label.start(), True
        if not counted and text[start - 1 : start] == "(" and text[end : end + 1] == ")":
            start, end, counted = start - 1, end + 1, True
        found.append(Found(start, end, _quantity_of(match, locale), counted))
    return tuple(found)


@lru_cache(maxsize=4096)
def read_quantity(text: str, locale: str = "ko") -> Quantity:
    """All of a cell or field as a quantity; with a doubt if it is none, or not surely one.

    ``locale`` decides between 1,000 and 1.000; 12.0 is 12.
    """
    plain = plain_text(text)
    if not plain:
        return Quantity(None, doubt=Doubt.MISSING)
    if len(plain) > 60:
        return Quantity(None, doubt=Doubt.NOT_A_NUMBER)
    if plain.isascii() and plain.isdigit():
        return _checked(int(plain[:12]), Quantity(None))
    if whole := re.fullmatch(r"(\d+)[.,]0{1,2}", plain):
        return _checked(int(whole[1][:12]), Quantity(None))
    if re.fullmatch(r"\d{1,3}(?: \d{3})+", plain):
        return _checked(int(plain.replace(" ", "")[:12]), Quantity(None))
    if power := re.fullmatch(r"(\d(?:\.\d+)?)e\+?(\d{1,2})", plain):
        return _power(power[1], int(power[2]))
    if plain.startswith("-"):
        return Quantity(
            None, doubt=Doubt.NOT_POSITIVE if re.fullmatch(r"-[\d.,]+\D*", plain) else Doubt.NOT_A_NUMBER
        )
    found = find_quantities(plain, locale)
    left = plain
    for one in reversed(found):
        left = left[: one.start] + left[one.end :]
    if not found or left.strip(" .,:;+=@#()[]'\"!~"):
        return Quantity(None, doubt=Doubt.NOT_A_NUMBER)
    if len(found) > 1:
        return Quantity(None, doubt=Doubt.TWO_NUMBERS)
    return found[0].quantity


def unit_of_word(text: str) -> Unit | None:
    """The unit a cell names, such as 박스, EA or boîtes; None if it names none."""
    plain = plain_text(text).strip(".()[] ")
    if plain in {unit.value for unit in Unit}:
        return Unit(plain)
    return COUNTERS.get(plain)


def is_unit_word(text: str) -> bool:
    """Whether a cell holds a word for what is counted and nothing else."""
    plain = plain_text(text).strip(".()[] ")
    return plain in COUNTERS or plain in DOZENS


def with_unit(quantity: Quantity, word: str) -> Quantity:
    """``quantity`` counted in the unit its row names in a column of its own, if it does not name one itself."""
    plain = plain_text(word).strip(".()[] ")
    if not plain or quantity.word is not None or quantity.number is None:
        return quantity
    if plain in DOZENS:
        return _checked(quantity.number * DOZENS[plain], Quantity(None, Unit.EACH, plain, quantity.doubt))
    return Quantity(quantity.number, unit_of_word(plain), plain, quantity.doubt, quantity.choices)


def _is_count(match: re.Match[str], text: str) -> bool:
    if match["half"]:
        return True
    after = text[match.end() :]
    if match["counter"] or match["latin"] or match["dozen"] or match["tsu"]:
        return True
    if match["article"] or (
        match["digits"] and match["digits"].isdigit() and len(match["digits"]) > LONGEST_COUNT
    ):
        return False
    return not (_GLUED.match(after) or _SIZED.match(after))


def _quantity_of(match: re.Match[str], locale: str) -> Quantity:
    word = match["counter"] or match["latin"] or match["dozen"]
    if match["tsu"]:
        word = "つ"
    unit = Unit.EACH if word in DOZENS else COUNTERS.get(word or "")
    said = Quantity(None, unit, word)
    if match["half"]:
        if match["halved"] in DOZENS:
            return _checked(DOZENS[match["halved"]] // 2, Quantity(None, Unit.EACH, match["halved"]))
        return Quantity(None, COUNTERS.get(match["halved"]), match["halved"], Doubt.FRACTION)
    if match["pair"]:
        return Quantity(None, said.unit, said.word, Doubt.RANGE, KOREAN_PAIRS[match["pair"]])
    if match["low"]:
        return _range(match["low"], match["high"], said)
    number, doubt, choices = _number_of(match, locale)
    if number is None:
        return Quantity(None, unit, word, doubt, choices)
    if match["sign"]:
        return Quantity(None, unit, word, Doubt.NOT_POSITIVE)
    quantity = _checked(number * DOZENS.get(word or "", 1), said)
    if quantity.doubt is None and (
        match["about"] or match["roughly"] or "정도" in match[0] or "쯤" in match[0]
    ):
        return Quantity(quantity.number, unit, word, Doubt.ABOUT, (quantity.number or 0,))
    return quantity


def _range(low: str, high: str, said: Quantity) -> Quantity:
    first, last = int(re.sub(r"\D", "", low)), int(high)
    if first >= last:
        # 23 - 10: the former belongs to the name.
        return _checked(last, said)
    return Quantity(None, said.unit, said.word, Doubt.RANGE, (first, last))


def _number_of(match: re.Match[str], locale: str) -> tuple[int | None, Doubt | None, tuple[int, ...]]:
    if native := match["native"] or match["alone"]:
        return KOREAN_NATIVE[native], None, ()
    if chinese := match["sino"] or match["mixed"]:
        return sino_number(chinese), None, ()
    if match["tsu"]:
        return JAPANESE_NATIVE[match["tsu"]], None, ()
    if match["spelled"]:
        return _SPELLED[match["spelled"]], None, ()
    if match["article"]:
        return ARTICLES[match["article"]], None, ()
    return _digits(match["digits"], locale)


def _digits(text: str, locale: str) -> tuple[int | None, Doubt | None, tuple[int, ...]]:
    if "/" in text:
        return None, Doubt.FRACTION, ()
    plain = re.sub(r"[ ,.']", "", text)
    if plain == text:
        return int(plain[:12]), None, ()
    if re.search(r"[ ']", text):
        if locale.startswith("fr"):
            return int(plain[:12]), None, ()
        return None, Doubt.SEPARATOR, (int(plain[:12]), int(re.split(r"[ ']", text)[-1]))
    separators = re.findall(r"[.,]", text)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text) and not text.startswith("0"):
        thousands = "." if locale[:2] in {"fr", "de", "es", "it"} and not locale.endswith("CA") else ","
        if len(separators) > 1 or separators[0] == thousands:
            return int(plain[:12]), None, ()
        return None, Doubt.SEPARATOR, (int(plain[:12]), int(re.split(r"[.,]", text)[0]))
    whole, fraction = re.split(r"[.,]", text)[:2]
    if not fraction.strip("0"):
        return int(whole[:12]), None, ()
    return None, Doubt.FRACTION, ()


def _power(digits: str, power: int) -> Quantity:
    places = len(digits.partition(".")[2])
    if places > power:
        return Quantity(None, doubt=Doubt.FRACTION)
    return _checked(int(digits.replace(".", "")) * 10 ** (power - places), Quantity(None))


def _checked(number: int, said: Quantity) -> Quantity:
    if number < 1:
        return Quantity(None, said.unit, said.word, Doubt.NOT_POSITIVE)
    if number > MAX_QUANTITY:
        return Quantity(None, said.unit, said.word, Doubt.TOO_LARGE)
    return Quantity(number, said.unit, said.word, said.doubt)
