"""Search inside a cart: the language layer of search over the few hundred lines that are in memory anyway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from portal.catalog.queries import VariantRow
from search import text


@dataclass(frozen=True, slots=True)
class _Name:
    """A shown name as it is compared."""

    words: str
    """Plain, without spaces."""
    keystrokes: str
    initials: str


@dataclass(frozen=True, slots=True)
class _Word:
    """A word that is looked for."""

    plain: str
    code: str
    """Its letters and digits, if it could be a part of a code; else empty."""
    keystrokes: str
    """As typed on a Korean keyboard, if it could be Hangul; else empty."""
    initials: str
    """If it is initial consonants alone; else empty."""


def matcher(query: str) -> Callable[[VariantRow], bool]:
    """Whether a variant has every word of ``query`` in its name, brand, SKU, barcode or part number.

    Half a syllable, initial consonants (ㅇㄷ for 원두), the wrong keyboard layout and other widths are what they mean.
    An empty query fits everything.
    """
    words = [_word(word) for word in text.words_of(text.plain(query[: text.LONGEST_QUERY]))]
    return lambda variant: all(_fits(word, variant) for word in words)


def _word(plain: str) -> _Word:
    code = text.code(plain)
    is_initials = text.are_initials(plain)
    is_hangul = any("ㄱ" <= letter <= "ㅣ" or "가" <= letter <= "힣" for letter in plain)
    return _Word(
        plain=plain,
        code=code if code.isascii() else "",
        keystrokes=text.keys(plain) if is_hangul or text.could_be_hangul(plain) else "",
        initials=text.initials(plain) if is_initials else "",
    )


def _fits(word: _Word, variant: VariantRow) -> bool:
    name = _name(f"{variant.brand} {variant.name}")
    if word.plain in name.words:
        return True
    if word.initials:
        return word.initials in name.initials
    if word.keystrokes and word.keystrokes in name.keystrokes:
        return True
    return bool(word.code) and any(
        word.code in _code(code) for code in (variant.sku, variant.barcode, variant.part_number) if code
    )


@lru_cache(maxsize=8192)
def _name(shown: str) -> _Name:
    plain = text.plain(shown).replace(" ", "")
    return _Name(plain, text.keys(plain), text.initials(plain))


@lru_cache(maxsize=8192)
def _code(code: str) -> str:
    return text.code(text.plain(code))
