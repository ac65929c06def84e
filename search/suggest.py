"""Did you mean: what was typed, with each word replaced by the nearest one of names that were found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from search.cells import Word, cells_of, distance
from search.query import Plan
from search.text import HANGUL, JAPANESE, encoded, plain, replace_runs, runs

MOST_NAMES: Final = 24
"""Names that are looked at."""


def did_you_mean(plan: Plan, names: Iterable[str]) -> str | None:
    """What may have been meant, in words of ``names``: those of hits that were only found with errors.

    None if every word stands in the names as typed, or none is near. It never overrides hits: it is only shown.
    """
    known: dict[str, tuple[Word, str]] = {}
    for name in list(names)[:MOST_NAMES]:
        cells = cells_of(name)
        for first, word in enumerate(cells.words):
            known.setdefault(word.token, (word, name[word.start : word.end].casefold()))
            if first + 1 < len(cells.words) and word.script == HANGUL == cells.words[first + 1].script:
                second = cells.words[first + 1]
                both = name[word.start : second.end].casefold()
                known.setdefault(word.token + second.token, (second, both))
    meant = {word: better for word in plan.words if (better := _nearest(word, known)) is not None}
    if not meant:
        return None
    text = replace_runs(plain(plan.text), meant)
    return text if text != plain(plan.text) else None


def _nearest(word: str, known: dict[str, tuple[Word, str]]) -> str | None:
    """The nearest known word as it is shown; None if the word is one, or begins one, or none is near enough."""
    found = runs(word)
    token = "".join(map(encoded, found))
    if any(other.startswith(token) for other in known):
        return None
    most = _most_errors(token, is_japanese=any(run.script == JAPANESE for run in found))
    nearest = min(
        ((distance(token, other, most), shown) for other, (_, shown) in known.items()),
        key=lambda pair: pair[0],
        default=(most + 1, ""),
    )
    return nearest[1] if nearest[0] <= most else None


def _most_errors(token: str, *, is_japanese: bool) -> int:
    if any(letter.isdigit() for letter in token):
        return 0
    if is_japanese:
        return int(len(token) >= 3)
    return int(len(token) >= 4) + int(len(token) >= 8)
