"""What is indexed: an Item as the catalog knows it, and the Document of tokens made of it for every engine alike."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from search.fields import Field
from search.text import (
    HANGUL,
    JAPANESE,
    LATIN,
    LONGEST_TOKEN,
    Language,
    Run,
    code,
    encoded,
    initials,
    keys,
    parts_of,
    plain,
    private,
    romaji,
    runs,
    sized,
    stem,
)

LAYER_VERSION: Final = 2
"""Raised whenever a document of the same item comes out differently: indexes of another version are built anew."""

LANGUAGES: Final = ("ko", "en", "ja", "fr")
"""Languages in which attributes can be counted and filtered."""

MOST_RUNS: Final = 40
"""Runs of a name that are looked at."""

MOST_DESCRIBED: Final = 250
"""Runs of a description that are looked at."""

ATTRIBUTE_SEPARATOR: Final = "\x1f"
"""Stands between name and value of an attribute where both are one text."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property such as colour or thread: its name and its value by locale (``""`` stands for every locale)."""

    names: Mapping[str, str]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """A variant as the catalog knows it, in plain values. Locales are BCP 47 tags (ko, en, ja, fr, fr-CA)."""

    id: int
    sku: str
    product_id: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    """Full name by locale."""
    reading: str = ""
    """Kana reading of the Japanese name; empty if none is known."""
    barcode: str = ""
    part_number: str = ""
    brand_code: str = ""
    brand_names: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    attributes: tuple[Attribute, ...] = ()
    """Options and attributes, in the order in which a filter list shows them."""
    category_ids: tuple[int, ...] = ()
    """From the root down."""
    category_names: tuple[Mapping[str, str], ...] = ()
    """Name by locale of each of them."""
    stock_in: tuple[int, ...] = ()
    """Ids of the warehouses from whose shelf the smallest quantity could be delivered."""
    assortment_ids: tuple[int, ...] = ()
    """Assortments that list it; those that hold everything are left out."""
    prices: Mapping[int, int] = field(default_factory=dict)
    """Unit price in e4 by price list id, for the lists in IndexSettings.price_list_ids."""
    popularity: int = 0
    """How often it was ordered lately, by anyone; settles ties."""
    rank: int = 0
    """The seller's own order, the lower first; used where nothing is typed."""
    created: int = 0
    """Seconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class Document:
    """An item as an engine keeps it: tokens to look for, values to filter, count and sort by. No prices but by list."""

    id: int
    fingerprint: str
    tokens: Mapping[Field, str]
    """Tokens of each field, apart by a space; a field without any is missing."""
    weight: float
    """From 1 to 1.25, by which a score is multiplied: short names and what is often ordered go first among equals."""
    product_id: int
    brand_code: str
    category_ids: tuple[int, ...]
    attributes: Mapping[str, tuple[str, ...]]
    """By language of LANGUAGES: ``name ATTRIBUTE_SEPARATOR value``."""
    stock_in: tuple[int, ...]
    assortment_ids: tuple[int, ...]
    prices: Mapping[int, int]
    """Unit price in e4 by price list id."""
    rank: int
    created: int
    """Seconds since 1970, UTC."""


def fingerprint(item: Item) -> str:
    """Sixty bits in hexadecimal of all that an item holds and of LAYER_VERSION; the same in every process."""
    held = [
        LAYER_VERSION,
        item.id,
        item.sku,
        item.product_id,
        _sorted(item.names),
        item.reading,
        item.barcode,
        item.part_number,
        item.brand_code,
        _sorted(item.brand_names),
        _sorted(item.descriptions),
        [[_sorted(attribute.names), _sorted(attribute.values)] for attribute in item.attributes],
        item.category_ids,
        [_sorted(names) for names in item.category_names],
        sorted(item.stock_in),
        sorted(item.assortment_ids),
        sorted(item.prices.items()),
        item.popularity,
        item.rank,
        item.created,
    ]
    return hashlib.sha256(json.dumps(held, separators=(",", ":")).encode()).hexdigest()[:15]


def document_of(item: Item) -> Document:
    """The document of an item: pure, the same for every engine."""
    tokens = {kept: dict[str, None]() for kept in Field}
    shortest = 100
    for locale, name in item.names.items():
        found = runs(sized(plain(name)))[:MOST_RUNS]
        shortest = min(
            shortest, sum(len(run.text) * (1 if run.script == LATIN else 2) for run in found) or shortest
        )
        _add_name(tokens, found, _languages(locale))
    _add_reading(tokens, item.reading)
    _add_codes(tokens, item)
    for name in (item.brand_code, *item.brand_names.values()):
        _add_brand(tokens, name)
    about = tokens[Field.ABOUT]
    for attribute in item.attributes:
        for locale, text in (*attribute.names.items(), *attribute.values.items()):
            about |= _repeated_words(text, _languages(locale), has_ends=False)
    for names in item.category_names:
        for locale, text in names.items():
            about |= _repeated_words(text, _languages(locale), has_ends=True)
    for locale, text in item.descriptions.items():
        tokens[Field.DESCRIPTION] |= _words(text, _languages(locale))
    ordered = min(1.0, math.log10(1 + max(0, item.popularity)) / 5)
    return Document(
        id=item.id,
        fingerprint=fingerprint(item),
        tokens={kept: " ".join(found) for kept, found in tokens.items() if found},
        weight=1 + 0.2 / (1 + shortest / 24) + 0.05 * ordered,
        product_id=item.product_id,
        brand_code=item.brand_code,
        category_ids=item.category_ids,
        attributes={language: tuple(_attributes_in(item.attributes, language)) for language in LANGUAGES},
        stock_in=item.stock_in,
        assortment_ids=item.assortment_ids,
        prices=item.prices,
        rank=item.rank,
        created=item.created,
    )


def language_of(locale: str) -> str:
    """The language of LANGUAGES that attributes are shown in for a locale; English for others."""
    language = locale.lower().replace("_", "-").partition("-")[0]
    return language if language in LANGUAGES else "en"


def _sorted(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(texts.items())


def _languages(locale: str) -> tuple[Language, ...]:
    """The languages by whose rules words of a text are stemmed; Latin words in other texts are mostly English."""
    language = locale.lower()[:2]
    if language == "fr":
        return ("fr",)
    return ("en", "fr") if not language else ("en",)


_JOINED: Final = 3
"""Words of a name that may be typed as one, unless all of them are."""


def _tails(found: tuple[Run, ...]) -> list[str]:
    """For every run the token from there to the end of the name, and an empty one after the last."""
    tails = [""]
    for run in reversed(found):
        tails.append((encoded(run) + tails[-1])[:LONGEST_TOKEN])
    return tails[::-1]


def _joins(found: tuple[Run, ...]) -> list[list[str]]:
    """For every run the token of it, of it with the next, and of it with the next two.

    Names typed without any space are found by the whole name. To join each word with all the rest would give every
    item tokens of its own, and a word such as "coffee" would then be the beginning of thousands of them.
    """
    texts = [encoded(run) for run in found]
    return [
        ["".join(texts[place : place + count])[:LONGEST_TOKEN] for count in range(1, _JOINED + 1)]
        for place in range(len(texts))
    ]


@lru_cache(maxsize=8192)
def _ends(hangul: str) -> tuple[dict[str, None], dict[str, None]]:
    """The tokens of a word from each of its syllables on, and those of its initials; many names share their words."""
    typed, firsts = [], []
    for start in range(len(hangul)):
        typed.append(keys(hangul[start:])[:LONGEST_TOKEN])
        firsts.append(initials(hangul[start:])[:LONGEST_TOKEN])
    return dict.fromkeys(typed), dict.fromkeys(firsts)


def _add_name(
    tokens: Mapping[Field, dict[str, None]], found: tuple[Run, ...], languages: tuple[Language, ...]
) -> None:
    if not found:
        return
    scripts = {run.script for run in found}
    tails, joins = _tails(found), _joins(found)
    initial_tails = [""]
    for run in reversed(found):
        initial_tails.append((initials(run.text) + initial_tails[-1])[:LONGEST_TOKEN])
    initial_tails.reverse()
    tokens[Field.NAME][tails[0]] = None
    for place, run in enumerate(found):
        if run.script == LATIN:
            word = run.text[:LONGEST_TOKEN]
            latin = tokens[Field.LATIN]
            latin[word] = None
            latin |= dict.fromkeys(parts_of(word))
            if place + 1 < len(found) and found[place + 1].script == LATIN:
                latin[(word + found[place + 1].text)[:LONGEST_TOKEN]] = None
            if scripts == {LATIN}:
                latin |= dict.fromkeys(joins[place])
            tokens[Field.STEM] |= dict.fromkeys(stem(word, language) for language in languages)
            if HANGUL in scripts:
                tokens[Field.KEYS] |= dict.fromkeys(joins[place])
                tokens[Field.INITIALS][initial_tails[place]] = None
            if JAPANESE in scripts:
                tokens[Field.JAPANESE] |= dict.fromkeys(joins[place])
        elif run.script == HANGUL:
            ends, initial_ends = _ends(run.text)
            tokens[Field.KEYS] |= ends
            tokens[Field.INITIALS] |= initial_ends
            tokens[Field.KEYS] |= dict.fromkeys(joins[place])
            tokens[Field.INITIALS][initial_tails[place]] = None
        else:
            for start in range(len(run.text)):
                word = private(run.text[start:])[:LONGEST_TOKEN]
                if word:
                    tokens[Field.JAPANESE][word] = None
                    rests = (_joins(found[place + 1 :])[:1] or [[]])[0]
                    tokens[Field.JAPANESE] |= dict.fromkeys((word + rest)[:LONGEST_TOKEN] for rest in rests)
            sound = romaji(run.text)
            if sound:
                tokens[Field.ROMAJI][sound[:LONGEST_TOKEN]] = None


def _add_reading(tokens: Mapping[Field, dict[str, None]], reading: str) -> None:
    found = tuple(run for run in runs(plain(reading)) if run.script == JAPANESE)[:MOST_RUNS]
    for place, tail in enumerate(_tails(found)[:-1]):
        tokens[Field.JAPANESE][encoded(found[place])[:LONGEST_TOKEN]] = None
        tokens[Field.JAPANESE][tail] = None
        for text in (found[place].text, "".join(run.text for run in found[place:])):
            sound = romaji(text)
            if sound:
                tokens[Field.ROMAJI][sound[:LONGEST_TOKEN]] = None


def _add_codes(tokens: Mapping[Field, dict[str, None]], item: Item) -> None:
    for text, shortest in ((item.sku, 3), (item.part_number, 3), (item.barcode, 4)):
        whole = code(plain(text))
        if whole:
            tokens[Field.NUMBER][whole] = None
            ends = (whole[start:] for start in range(len(whole) - shortest + 1))
            tokens[Field.CODE] |= dict.fromkeys(ends)


def _add_brand(tokens: Mapping[Field, dict[str, None]], name: str) -> None:
    found = runs(plain(name))[:MOST_RUNS]
    for run in found:
        tokens[Field.BRAND][encoded(run)[:LONGEST_TOKEN]] = None
        if run.script == HANGUL:
            tokens[Field.INITIALS][initials(run.text)[:LONGEST_TOKEN]] = None
        sound = romaji(run.text) if run.script == JAPANESE else None
        if sound:
            tokens[Field.ROMAJI][sound[:LONGEST_TOKEN]] = None
    if found:
        tokens[Field.BRAND][_tails(found)[0]] = None


def _words(text: str, languages: tuple[Language, ...]) -> dict[str, None]:
    """The different words of a text that is not a name, and their stems."""
    return dict.fromkeys(_each_word(text, languages, has_ends=False))


@lru_cache(maxsize=8192)
def _repeated_words(text: str, languages: tuple[Language, ...], *, has_ends: bool) -> dict[str, None]:
    """The same for texts that many items have in common."""
    return dict.fromkeys(_each_word(text, languages, has_ends=has_ends))


def _each_word(text: str, languages: tuple[Language, ...], *, has_ends: bool) -> Iterator[str]:
    """Words of a text that is not a name, with stems and, if asked for, the ends of words without inner spaces."""
    found = runs(sized(plain(text)))[:MOST_DESCRIBED]
    for place, run in enumerate(found):
        word = encoded(run)[:LONGEST_TOKEN]
        if not word:
            continue
        yield word
        if run.script == LATIN:
            yield from parts_of(word)
            yield from (stem(word, language) for language in languages)
            if place + 1 < len(found) and found[place + 1].script == LATIN and len(found) <= MOST_RUNS:
                yield (word + found[place + 1].text)[:LONGEST_TOKEN]
        elif has_ends:
            yield from (
                encoded(Run(run.script, run.text[start:]))[:LONGEST_TOKEN] or word
                for start in range(len(run.text))
            )


def _attributes_in(attributes: Iterable[Attribute], language: str) -> Iterator[str]:
    for attribute in attributes:
        name, value = _in_language(attribute.names, language), _in_language(attribute.values, language)
        if name and value:
            yield f"{name}{ATTRIBUTE_SEPARATOR}{value}"


def _in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in a language, else the one for every locale, else English, else any; empty: there is none."""
    regional = sorted(locale for locale in texts if locale.lower().startswith(f"{language}-"))
    for locale in (language, *regional, "", "en", *sorted(texts)):
        if texts.get(locale):
            return texts[locale]
    return ""
