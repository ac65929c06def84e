"""Known items: names that are there, typed as people type them, and whether they come up among the first ten.

What is counted as found, and what is not asked:
- a hit is any item with the same name, compared by letters and digits alone (accents and case left out);
- a query that is, after its slip, itself the name of something else is not asked: finding that instead is right;
- some ways of typing say less than the name (its beginning, its initials, two of its words). A query that more
  names than there are places fit equally well is not asked either; how many were passed over is shown.
The kinds of slips are drawn evenly from every source of names that has names for them.
"""

from __future__ import annotations

import bisect
import csv
import gzip
import io
import math
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from search.documents import Item
from search.evaluation import keyboard
from search.evaluation.catalogs import UnusableFile
from search.evaluation.tables import table

PLACES: Final = 10
"""Hits looked at."""

MOST_DRAFTS: Final = 30
"""Drafts for one query before a name is given up."""


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


@dataclass(slots=True)
class Result:
    """How a kind of typing went with two ways of searching."""

    kind: Kind
    asked: int = 0
    passed_over: int = 0
    found: list[float] = field(default_factory=list)
    """Reciprocal rank of each query; 0 if not among the first ten."""
    found_plainly: list[float] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    """(name, typed) of what was not found."""

    @property
    def share(self) -> float:
        """Share of queries whose name was found."""
        return _share(self.found)

    @property
    def is_met(self) -> bool:
        """Whether the bar is met, and clean queries found no worse than plainly."""
        if not self.asked:
            return True
        return self.share >= self.kind.bar and not (self.kind.is_clean and self.share < _share(self.found_plainly))


def bare(text: str) -> str:
    """A text by letters and digits alone, without accents: how names are compared."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    letters = (letter for letter in parts if letter.isalnum())
    return unicodedata.normalize("NFC", "".join(letters)).replace("œ", "oe").replace("æ", "ae")


# Names


def read_names(folder: Path) -> tuple[Name, ...]:
    """All names of the data folder, each once a source. UnusableFile if none is there."""
    sources: Sequence[tuple[str, str, str, Callable[[Mapping[str, str]], str]]] = (
        ("drugs", "ko", "names/ko_drug_names.csv.gz", lambda row: row["name"]),
        ("produce", "ko", "names/ko_produce_codes.csv.gz", _produce),
        ("categories", "ko", "names/ko_shopping_categories.csv.gz", _category),
        ("products", "fr", "names/fr_products.csv.gz", lambda row: row["product_name"]),
        ("foods", "ja", "names/ja_foods.csv.gz", lambda row: row["foodName"]),
        ("gifts", "en", "online_retail/products.csv.gz", lambda row: row["Description"]),
    )
    names: list[Name] = []
    for source, locale, file, name_of in sources:
        seen: set[str] = set()
        for row in _rows(folder / file):
            text = " ".join(name_of(row).split())
            if bare(text) and text not in seen:
                seen.add(text)
                names.append(Name(len(names) + 1, source, locale, text))
    if not names:
        raise UnusableFile(f"{folder}: no names")
    return tuple(names)


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    if not path.is_file():
        return
    with gzip.open(path, "rb") as packed:
        yield from csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8", newline=""))


def _produce(row: Mapping[str, str]) -> str:
    item, variety = row["item_name"], row["variety_item"]
    return item if variety in ("", "기타", item) else f"{item} {variety}"


def _category(row: Mapping[str, str]) -> str:
    levels = [row[level] for level in ("level1", "level2", "level3", "level4") if row[level]]
    return " ".join(levels[-2:])


def items_of(names: Sequence[Name]) -> Iterator[Item]:
    """The names as items. A Japanese name all in kana is its own reading, as a dealer's master would have it."""
    for name in names:
        yield Item(
            id=name.id,
            sku=f"{name.source[:2]}-{name.id:06}".upper(),
            product_id=name.id,
            names={name.locale: name.text},
            reading=keyboard.hiragana(name.text) if name.locale == "ja" and _is_kana(name.text) else "",
            rank=name.id,
        )


# Ways of typing


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
    runs = [run for run in re.finditer(r"[가-힣]{3,}", name.text)]
    if not runs:
        return None
    run = chance.choice(runs)
    strokes = keyboard.slip(keyboard.strokes_of(run[0]), "".join(keyboard.KEY_OF), chance)
    return name.text[: run.start()] + keyboard.typed(strokes) + name.text[run.end() :]


def _initials(name: Name, _: random.Random) -> str | None:
    initials = keyboard.initials(name.text)
    # With other letters in between, nobody types initials.
    return initials if len(initials) >= 3 and all(keyboard.is_syllable(letter) for letter in bare(name.text)) else None


def _latin_keys(name: Name, _: random.Random) -> str | None:
    return keyboard.on_latin_keys(name.text) if sum(map(keyboard.is_syllable, name.text)) >= 2 else None


def _korean_keys(name: Name, _: random.Random) -> str | None:
    return keyboard.on_korean_keys(name.text)


def _two_words(name: Name, chance: random.Random) -> str | None:
    least = 2 if name.locale == "ko" else 3
    words = [word for word in _plain_words(name.text) if len(word) >= least and not word.isdigit()]
    if len(set(words)) < 3:
        return None
    first, second = sorted(chance.sample(range(len(words)), 2))
    return f"{words[first]} {words[second]}" if words[first] != words[second] else None


def _plain_words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _latin_beginning(name: Name, _: random.Random) -> str | None:
    begun = name.text.lower()[: math.ceil(0.6 * len(name.text))].strip()
    return begun if len(bare(begun)) >= 4 else None


def _latin_slip(name: Name, chance: random.Random) -> str | None:
    runs = [run for run in re.finditer(r"[^\W\d_]{5,}", name.text)]
    if not runs:
        return None
    run = chance.choice(runs)
    slipped = "".join(keyboard.slip(list(run[0].lower()), "abcdefghijklmnopqrstuvwxyz", chance))
    return (name.text[: run.start()] + slipped + name.text[run.end() :]).lower()


def _number(name: Name, chance: random.Random) -> str | None:
    """One word in the plural for the singular, or the other way round."""
    runs = [run for run in re.finditer(r"(?<![^\W_])[a-z]{4,}(?![^\W_])", name.text.lower())]
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
    plain = "".join(letter for letter in unicodedata.normalize("NFD", name.text) if not unicodedata.combining(letter))
    plain = plain.replace("œ", "oe").replace("Œ", "Oe")
    return plain.lower() if plain != unicodedata.normalize("NFD", name.text) and plain != name.text else None


def _half_width(name: Name, _: random.Random) -> str | None:
    return keyboard.half_width(name.text) if any(map(keyboard.is_katakana, name.text)) else None


def _kana_swap(name: Name, _: random.Random) -> str | None:
    swapped = keyboard.swap_kana(name.text)
    return swapped if swapped != name.text else None


def _missing_letter(name: Name, chance: random.Random) -> str | None:
    runs = [run for run in re.finditer(r"[ぁ-ゔァ-ヴー一-鿿]{4,}", name.text)]
    if not runs:
        return None
    run = chance.choice(runs)
    place = chance.randrange(run.start(), run.end())
    return name.text[:place] + name.text[place + 1 :]


def _is_kana(text: str) -> bool:
    return all(keyboard.is_katakana(letter) or keyboard.is_hiragana(letter) for letter in bare(text) + "あ") and any(
        map(str.isalpha, text)
    )


def _romaji(name: Name, _: random.Random) -> str | None:
    if not _is_kana(name.text) or len(bare(name.text)) < 3:
        return None
    return " ".join(_plain_words(keyboard.romaji(unicodedata.normalize("NFC", name.text))))


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


class Crowd:
    """All names, to ask how many others a query fits as well."""

    def __init__(self, names: Sequence[Name]) -> None:
        self.bare = {name.id: bare(name.text) for name in names}
        self.known = set(self.bare.values())
        self._strokes = sorted({"".join(keyboard.strokes_of(each)) for each in self.known})
        self._initials = Counter(keyboard.initials(each) for each in self.known)
        self._by_word: dict[str, set[str]] = {}
        for name in names:
            for word in _plain_words(name.text):
                self._by_word.setdefault(bare(word), set()).add(self.bare[name.id])

    def fitting(self, query: str, how: str) -> int:
        """How many different names a query fits equally well."""
        if how == "beginning":
            begun = "".join(keyboard.strokes_of(bare(query)))
            first = bisect.bisect_left(self._strokes, begun)
            return bisect.bisect_left(self._strokes, begun + "\U0010ffff") - first
        if how == "initials":
            return self._initials[query]
        if how == "words":
            return len(set.intersection(*(self._by_word.get(bare(word), set()) for word in query.split())))
        return 1


def drawn(
    kind: Kind, names: Sequence[Name], crowd: Crowd, per_kind: int, seed: int
) -> tuple[list[tuple[Name, str]], int]:
    """The queries of a kind, each with the name it stands for, and how many were passed over."""
    chance = random.Random(f"{seed} {kind.name}")  # noqa: S311 - drawn the same every time, and protects nothing
    by_source: dict[str, list[Name]] = {}
    for name in names:
        if name.locale == kind.locale:
            by_source.setdefault(name.source, []).append(name)
    for listed in by_source.values():
        chance.shuffle(listed)
    queries: list[tuple[Name, str]] = []
    passed_over = 0
    while len(queries) < per_kind and any(by_source.values()):
        for listed in by_source.values():
            if not listed or len(queries) == per_kind:
                continue
            name = listed.pop()
            query = kind.draft(name, chance)
            if query is None or not bare(query):
                continue
            for _ in range(MOST_DRAFTS if kind.is_slip else 0):
                if bare(query) not in crowd.known:
                    break
                query = kind.draft(name, chance) or query
            others = crowd.fitting(query, kind.fits) > PLACES
            if others or (kind.is_slip and bare(query) in crowd.known):
                passed_over += 1
                continue
            queries.append((name, query))
    return queries, passed_over


def measure(
    names: Sequence[Name],
    per_kind: int,
    seed: int,
    find: Callable[[str, str, int], Sequence[int]],
    find_plainly: Callable[[str, int], Sequence[int]],
    only: str = "",
) -> Iterator[Result]:
    """Each kind's result; ``find`` gives ids for what is typed, in a locale, at most so many."""
    crowd = Crowd(names)
    for kind in KINDS:
        if only and only not in kind.name:
            continue
        queries, passed_over = drawn(kind, names, crowd, per_kind, seed)
        result = Result(kind, len(queries), passed_over)
        for name, query in queries:
            wanted = crowd.bare[name.id]
            rank = _rank(find(query, kind.locale, PLACES), wanted, crowd)
            result.found.append(rank)
            result.found_plainly.append(_rank(find_plainly(query, PLACES), wanted, crowd))
            if not rank:
                result.failures.append((name.text, query))
        yield result


def _rank(ids: Sequence[int], wanted: str, crowd: Crowd) -> float:
    return next((1 / rank for rank, number in enumerate(ids[:PLACES], 1) if crowd.bare.get(number) == wanted), 0.0)


def _share(ranks: Sequence[float]) -> float:
    return sum(rank > 0 for rank in ranks) / max(len(ranks), 1)


def report(results: Sequence[Result], *, failures: int = 0) -> str:
    """A table of all kinds, and up to so many failures of each."""
    rows = [
        (
            result.kind.name,
            str(result.asked),
            str(result.passed_over),
            f"{result.share:.3f}",
            _mean(result.found),
            f"{_share(result.found_plainly):.3f}",
            _mean(result.found_plainly),
            f"{result.kind.bar:.2f}",
            "" if result.is_met else "missed",
        )
        for result in results
    ]
    head = ("kind", "asked", "left out", "hit@10", "MRR", "FTS5 hit@10", "FTS5 MRR", "bar", "")
    text = table(head, rows)
    for result in results:
        for name, query in result.failures[:failures]:
            text += f"not found, {result.kind.name}: {name!r} typed {query!r}\n"
    return text


def _mean(ranks: Sequence[float]) -> str:
    return f"{sum(ranks) / max(len(ranks), 1):.3f}"
