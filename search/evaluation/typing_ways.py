"""Ways of typing a name: with faults, in part, or on another keyboard."""

from __future__ import annotations

import math
import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from search.evaluation import keyboard


@dataclass(frozen=True, slots=True)
class Name:
    """A name with where it is from."""

    id: int
    source: str
    locale: str
    text: str

    @property
    def words(self) -> tuple[str, ...]:
        """Its words, by white space."""
        return tuple(self.text.split())


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of typing a name."""

    name: str
    locale: str
    draft: Callable[[Name, random.Random], str | None]
    """What is typed; None if the name cannot be typed so."""
    bar: float
    """Share of queries whose name must be found."""
    fits: str = ""
    """What else fits it equally well: names with this "beginning", these "initials", or these "words"."""
    is_clean: bool = False
    """Typed without a fault: here nothing may be worse than plain full-text search."""
    is_slip: bool = False
    """Typed with a fault that may turn one name into another."""


def bare(text: str) -> str:
    """A text by letters and digits alone, without accents: how names are compared."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    letters = (letter for letter in parts if letter.isalnum())
    return unicodedata.normalize("NFC", "".join(letters)).replace("œ", "oe").replace("æ", "ae")


def _exact(name: Name, _: random.Random) -> str | None:
    return name.text.lower() if name.locale == "en" else name.text


def _no_space(name: Name, _: random.Random) -> str | None:
    words = name.words
    joined = "".join(re.sub(r"[\[\]()<>（）＜＞]", "", word) for word in words)
    return joined.lower() if len(words) > 1 and len(bare(joined)) >= 4 else None


def _extra_space(name: Name, chance: random.Random) -> str | None:
    gaps = [
        place
        for place in range(2, len(name.text) - 1)
        if all(keyboard.is_syllable(letter) for letter in name.text[place - 2 : place + 2])
    ]
    if not gaps:
        return None
    place = chance.choice(gaps)
    return f"{name.text[:place]} {name.text[place:]}"


def _word_order(name: Name, chance: random.Random) -> str | None:
    words = [word for word in name.words if bare(word)]
    if len(set(words)) < 2:
        return None
    mixed = list(words)
    while mixed == words:
        chance.shuffle(mixed)
    return " ".join(mixed).lower()


def _korean_beginning(name: Name, _: random.Random) -> str | None:
    strokes = keyboard.strokes_of(name.text)
    if sum(map(keyboard.is_syllable, name.text)) < 3:
        return None
    return keyboard.typed(strokes[: math.ceil(0.6 * len(strokes))]).strip()


def _half_syllable(name: Name, chance: random.Random) -> str | None:
    """The beginning up to the first strokes of a syllable, the third at the earliest."""
    places = [place for place, letter in enumerate(name.text) if place >= 2 and keyboard.is_syllable(letter)]
    if not places:
        return None
    place = chance.choice(places)
    strokes = keyboard.strokes_of(name.text[place])
    begun = strokes[: chance.randint(1, len(strokes) - 1)]
    return keyboard.typed(keyboard.strokes_of(name.text[:place]) + begun)


def _korean_slip(name: Name, chance: random.Random) -> str | None:
    runs = list(re.finditer(r"[가-힣]{3,}", name.text))
    if not runs:
        return None
    run = chance.choice(runs)
    strokes = keyboard.slip(keyboard.strokes_of(run[0]), "".join(keyboard.KEY_OF), chance)
    return name.text[: run.start()] + keyboard.typed(strokes) + name.text[run.end() :]


def _initials(name: Name, _: random.Random) -> str | None:
    initials = keyboard.initials(name.text)
    # With other letters in between, nobody types initials.
    return (
        initials
        if len(initials) >= 3 and all(keyboard.is_syllable(letter) for letter in bare(name.text))
        else None
    )


def _latin_keys(name: Name, _: random.Random) -> str | None:
    return keyboard.on_latin_keys(name.text) if sum(map(keyboard.is_syllable, name.text)) >= 2 else None


def _korean_keys(name: Name, _: random.Random) -> str | None:
    return keyboard.on_korean_keys(name.text)


def _two_words(name: Name, chance: random.Random) -> str | None:
    least = 2 if name.locale == "ko" else 3
    words = [word for word in plain_words(name.text) if len(word) >= least and not word.isdigit()]
    if len(set(words)) < 3:
        return None
    first, second = sorted(chance.sample(range(len(words)), 2))
    return f"{words[first]} {words[second]}" if words[first] != words[second] else None


def plain_words(text: str) -> list[str]:
    """Runs of letters and digits, in lower case."""
    return re.findall(r"[^\W_]+", text.lower())


def _latin_beginning(name: Name, _: random.Random) -> str | None:
    begun = name.text.lower()[: math.ceil(0.6 * len(name.text))].strip()
    return begun if len(bare(begun)) >= 4 else None


def _latin_slip(name: Name, chance: random.Random) -> str | None:
    runs = list(re.finditer(r"[^\W\d_]{5,}", name.text))
    if not runs:
        return None
    run = chance.choice(runs)
    slipped = "".join(keyboard.slip(list(run[0].lower()), "abcdefghijklmnopqrstuvwxyz", chance))
    return (name.text[: run.start()] + slipped + name.text[run.end() :]).lower()


def _number(name: Name, chance: random.Random) -> str | None:
    """One word in the plural for the singular, or the other way round."""
    runs = list(re.finditer(r"(?<![^\W_])[a-z]{4,}(?![^\W_])", name.text.lower()))
    if not runs:
        return None
    run = chance.choice(runs)
    return name.text.lower()[: run.start()] + _other_number(run[0]) + name.text.lower()[run.end() :]


def _other_number(word: str) -> str:
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


def _without_accents(name: Name, _: random.Random) -> str | None:
    plain = "".join(
        letter for letter in unicodedata.normalize("NFD", name.text) if not unicodedata.combining(letter)
    )
    plain = plain.replace("œ", "oe").replace("Œ", "Oe")
    return plain.lower() if plain != unicodedata.normalize("NFD", name.text) and plain != name.text else None


def _half_width(name: Name, _: random.Random) -> str | None:
    return keyboard.half_width(name.text) if any(map(keyboard.is_katakana, name.text)) else None


def _kana_swap(name: Name, _: random.Random) -> str | None:
    swapped = keyboard.swap_kana(name.text)
    return swapped if swapped != name.text else None


def _missing_letter(name: Name, chance: random.Random) -> str | None:
    runs = list(re.finditer(r"[ぁ-ゔァ-ヴー一-鿿]{4,}", name.text))
    if not runs:
        return None
    run = chance.choice(runs)
    place = chance.randrange(run.start(), run.end())
    return name.text[:place] + name.text[place + 1 :]


def is_kana(text: str) -> bool:
    """Whether all letters are kana."""
    return all(
        keyboard.is_katakana(letter) or keyboard.is_hiragana(letter) for letter in bare(text) + "あ"
    ) and any(map(str.isalpha, text))


def _romaji(name: Name, _: random.Random) -> str | None:
    if not is_kana(name.text) or len(bare(name.text)) < 3:
        return None
    return " ".join(plain_words(keyboard.romaji(unicodedata.normalize("NFC", name.text))))


KINDS: Final = (
    Kind("ko exact", "ko", _exact, 0.99, is_clean=True),
    Kind("ko no space", "ko", _no_space, 0.97),
    Kind("ko extra space", "ko", _extra_space, 0.97),
    Kind("ko word order", "ko", _word_order, 0.97),
    Kind("ko 60 % prefix", "ko", _korean_beginning, 0.97, fits="beginning"),
    Kind("ko half syllable", "ko", _half_syllable, 0.97, fits="beginning"),
    Kind("ko typo", "ko", _korean_slip, 0.97, is_slip=True),
    Kind("ko initials", "ko", _initials, 0.97, fits="initials"),
    Kind("ko wrong layout", "ko", _latin_keys, 0.97),
    Kind("ko two words", "ko", _two_words, 0.95, fits="words"),
    Kind("en exact", "en", _exact, 0.99, is_clean=True),
    Kind("en no space", "en", _no_space, 0.95),
    Kind("en word order", "en", _word_order, 0.95),
    Kind("en 60 % prefix", "en", _latin_beginning, 0.95, fits="beginning"),
    Kind("en plural/singular", "en", _number, 0.95, is_slip=True),
    Kind("en typo", "en", _latin_slip, 0.95, is_slip=True),
    Kind("en wrong layout", "en", _korean_keys, 0.95),
    Kind("en two words", "en", _two_words, 0.95, fits="words"),
    Kind("fr exact", "fr", _exact, 0.99, is_clean=True),
    Kind("fr no accent", "fr", _without_accents, 0.95),
    Kind("fr typo", "fr", _latin_slip, 0.95, is_slip=True),
    Kind("fr two words", "fr", _two_words, 0.90, fits="words"),
    Kind("ja exact", "ja", _exact, 0.99, is_clean=True),
    Kind("ja half width", "ja", _half_width, 0.95),
    Kind("ja kana swap", "ja", _kana_swap, 0.95),
    Kind("ja no space", "ja", _no_space, 0.90),
    Kind("ja missing letter", "ja", _missing_letter, 0.95, is_slip=True),
    Kind("ja romaji", "ja", _romaji, 0.95),
)
