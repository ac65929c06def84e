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
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from search.documents import Item
from search.evaluation import keyboard
from search.evaluation.catalogs import UnusableFile
from search.evaluation.tables import table
from search.evaluation.typing_ways import KINDS, Kind, Name, bare, is_kana, plain_words

PLACES: Final = 10
"""Hits looked at."""

MOST_DRAFTS: Final = 30
"""Drafts for one query before a name is given up."""


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
        return self.share >= self.kind.bar and not (
            self.kind.is_clean and self.share < _share(self.found_plainly)
        )


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
            reading=keyboard.hiragana(name.text) if name.locale == "ja" and is_kana(name.text) else "",
            rank=name.id,
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
            for word in plain_words(name.text):
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
    return next(
        (1 / rank for rank, number in enumerate(ids[:PLACES], 1) if crowd.bare.get(number) == wanted), 0.0
    )


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
