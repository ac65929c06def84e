"""Graded answers: how well what comes up first is ordered, beside stemmed full-text search."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from search.evaluation.catalogs import Catalog, UnusableFile, catalog_of, read_json
from search.evaluation.tables import table

PLACES: Final = 10


@dataclass(frozen=True, slots=True)
class GradedQuery:
    """What is typed, and how much each item is worth to who typed it."""

    text: str
    kind: str
    grades: Mapping[int, int]
    """3 is what was meant, 2 does as well, 1 is related; what is not listed is worth nothing. By item id."""


@dataclass(frozen=True, slots=True)
class GradedResult:
    """The NDCG@10 of a query in two ways of searching."""

    query: GradedQuery
    value: float
    plain_value: float
    first: tuple[int, ...]
    """Ids of the first hits."""


def read_graded(path: Path) -> tuple[Catalog, tuple[GradedQuery, ...]]:
    """Products and graded queries of a file. UnusableFile if it holds anything else, or grades what is not there."""
    content = read_json(path)
    if not isinstance(content, dict) or "products" not in content or "queries" not in content:
        raise UnusableFile(f"{path}: no products or no queries")
    catalog = catalog_of(content["products"], content.get("synonyms", ()))
    ids = {item.sku: item.id for item in catalog.items}
    queries = []
    for each in content["queries"]:
        unknown = set(each["grades"]) - set(ids)
        if unknown:
            raise UnusableFile(
                f"{path}: {each['q']!r} grades what is not there: {', '.join(sorted(unknown))}"
            )
        grades = {ids[sku]: int(grade) for sku, grade in each["grades"].items()}
        queries.append(GradedQuery(each["q"], str(each.get("kind") or "-"), grades))
    return catalog, tuple(queries)


def ndcg(ids: Sequence[int], grades: Mapping[int, int]) -> float:
    """Normalised discounted cumulative gain of the first ten, with gains of 2^grade - 1: 1.0 is the best order."""
    best = _gain(sorted(grades.values(), reverse=True))
    return _gain([grades.get(number, 0) for number in ids]) / best if best else 1.0 - bool(ids)


def _gain(grades: Sequence[int]) -> float:
    return math.fsum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades[:PLACES], 1))


def measure(
    queries: Sequence[GradedQuery],
    find: Callable[[str, str, int], Sequence[int]],
    find_plainly: Callable[[str, int], Sequence[int]],
) -> tuple[GradedResult, ...]:
    """The results of all queries, in English."""
    results = []
    for query in queries:
        ids = tuple(find(query.text, "en", PLACES))
        plain = find_plainly(query.text, PLACES)
        results.append(GradedResult(query, ndcg(ids, query.grades), ndcg(plain, query.grades), ids))
    return tuple(results)


def mean(values: Sequence[float]) -> float:
    """The mean; 0.0 of nothing."""
    return math.fsum(values) / len(values) if values else 0.0


def report(results: Sequence[GradedResult], catalog: Catalog) -> str:
    """A table by kind, and every query answered worse than plainly."""
    kinds: dict[str, list[GradedResult]] = {}
    for result in results:
        kinds.setdefault(result.query.kind, []).append(result)
    rows = [_row(kind, listed) for kind, listed in kinds.items()]
    text = table(("kind", "queries", "NDCG@10", "FTS5 porter"), [*rows, _row("all", results)])
    skus = {item.id: item.sku for item in catalog.items}
    for result in results:
        if result.value < result.plain_value - 0.005:
            first = ", ".join(skus[number] for number in result.first[:5]) or "nothing"
            text += f"behind {result.query.text!r}: {result.value:.2f} for {result.plain_value:.2f}; first {first}\n"
    return text


def _row(kind: str, results: Sequence[GradedResult]) -> tuple[str, str, str, str]:
    value, plain = mean([each.value for each in results]), mean([each.plain_value for each in results])
    return kind, str(len(results)), f"{value:.3f}", f"{plain:.3f}"
