"""Hand-made cases: what is typed, and what must come up how high."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.evaluation.catalogs import Catalog, UnusableFile, read_json
from search.evaluation.tables import table

DEEPEST = 50
"""Hits looked at for the reciprocal rank, whatever a rule asks for."""

RULE = re.compile(r"(any|all|sku)@(\d+)|none")


@dataclass(frozen=True, slots=True)
class Case:
    """What is typed and what is wanted."""

    id: str
    kind: str
    locale: str
    """Empty if the case is of no language."""
    query: str
    wanted: str
    """any, all, sku or none."""
    within: int
    """Among so many first hits."""
    expected: tuple[str, ...]
    """Families, or SKUs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case went."""

    case: Case
    passed: bool
    reciprocal_rank: float
    """Of the first hit that is expected (for "all": of the last family to come up); 1.0 where none is right."""
    found: tuple[str, ...]
    """SKUs of the first hits."""


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a file: an object with ``cases``, or a list. UnusableFile says what is wrong with one."""
    content = read_json(path)
    listed = content.get("cases") if isinstance(content, dict) else content
    if not isinstance(listed, list):
        raise UnusableFile(f"{path}: no list of cases")
    return tuple(_case(number, each) for number, each in enumerate(listed, 1))


def _case(number: int, stored: Mapping[str, Any]) -> Case:
    name = str(stored.get("id") or number)
    expected = stored.get("expect") or ()
    expected = (expected,) if isinstance(expected, str) else tuple(map(str, expected))
    rule = str(stored.get("rule") or ("any@10" if expected else "none"))
    parts = RULE.fullmatch(rule)
    if parts is None:
        raise UnusableFile(f"case {name}: no rule {rule!r}")
    query = stored.get("q", stored.get("query"))
    if not isinstance(query, str):
        raise UnusableFile(f"case {name}: nothing is typed")
    locale = str(stored.get("lang") or "")
    return Case(
        id=name,
        kind=str(stored.get("kind") or "-"),
        locale="" if locale == "-" else locale,
        query=query,
        wanted=parts[1] or "none",
        within=int(parts[2] or 0),
        expected=expected,
    )


def judge(case: Case, ids: Sequence[int], catalog: Catalog) -> Outcome:
    """How a case went that brought up ``ids``."""
    skus = {item.id: item.sku for item in catalog.items}
    found = tuple(skus.get(number, f"#{number}") for number in ids[: max(case.within, 5)])
    if case.wanted == "none":
        return Outcome(case, not ids, 0.0 if ids else 1.0, found)
    ranks = {
        expected: next(
            (
                rank
                for rank, number in enumerate(ids, 1)
                if skus.get(number) == expected
                or (case.wanted != "sku" and catalog.families.get(number) == expected)
            ),
            None,
        )
        for expected in case.expected
    }
    reached = [rank for rank in ranks.values() if rank is not None]
    if case.wanted == "all":
        first = max(reached) if reached and len(reached) == len(ranks) else None
    else:
        first = min(reached, default=None)
    return Outcome(case, first is not None and first <= case.within, 1 / first if first else 0.0, found)


def run_cases(
    cases: Sequence[Case], catalog: Catalog, find: Callable[[str, str, int], Sequence[int]]
) -> tuple[Outcome, ...]:
    """Run cases; ``find`` gives ids for what is typed, in a locale, at most so many."""
    return tuple(judge(case, find(case.query, case.locale, DEEPEST), catalog) for case in cases)


def report(outcomes: Sequence[Outcome]) -> str:
    """A table by kind, and every failure with what was found in its place."""
    kinds: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        kinds.setdefault(outcome.case.kind, []).append(outcome)
    rows = [_row(kind, listed) for kind, listed in kinds.items()]
    failures = [outcome for outcome in outcomes if not outcome.passed]
    text = table(("kind", "passed", "MRR"), [*rows, _row("all", outcomes)])
    for outcome in failures:
        case = outcome.case
        rule = case.wanted if case.wanted == "none" else f"{case.wanted}@{case.within}"
        text += (
            f"failed {case.id} {case.kind} {case.query!r}: {rule} of {', '.join(case.expected) or '-'};"
            f" found {', '.join(outcome.found) or 'nothing'}\n"
        )
    return text


def _row(kind: str, outcomes: Sequence[Outcome]) -> tuple[str, str, str]:
    passed = sum(outcome.passed for outcome in outcomes)
    mean = sum(outcome.reciprocal_rank for outcome in outcomes) / max(len(outcomes), 1)
    return kind, f"{passed}/{len(outcomes)}", f"{mean:.2f}"
