"""Which characters of a shown name a plan has matched: told by the language layer, the same for every engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from search.cells import ANY_SCRIPT, Cells, cells_of, distance
from search.fields import Field
from search.query import Plan, Term
from search.text import HANGUL, JAPANESE, LATIN, Script, romaji, stem

LONGEST_SHOWN: Final = 400
"""Characters of a name that are looked at."""

Span = tuple[int, int]
"""First character and the one after the last."""

_STARTS: Final[dict[Field, frozenset[Script]]] = {
    Field.LATIN: frozenset((LATIN,)),
    Field.KEYS: frozenset((HANGUL,)),
    Field.JAPANESE: frozenset((JAPANESE,)),
    Field.BRAND: ANY_SCRIPT,
    Field.NAME: ANY_SCRIPT,
}


def spans(plan: Plan, shown: str) -> tuple[Span, ...]:
    """Spans of ``shown`` that the plan matched, in order and apart; empty if it matched something else of the item."""
    if not plan.groups:
        return ()
    cells = cells_of(shown[:LONGEST_SHOWN])
    found: list[Span] = []
    is_whole = True
    for group in (*plan.groups, *plan.optional):
        matched = _matched(cells, group) or _nearly_matched(cells, group)
        is_whole = is_whole and bool(matched)
        found += matched
    if not is_whole:
        found += _matched(cells, plan.whole)
    return _merged(found)


def marked(plan: Plan, shown: str) -> tuple[tuple[str, bool], ...]:
    """``shown`` in pieces, each with whether the plan matched it; joined they are ``shown`` again."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    for start, after in spans(plan, shown):
        if start > end:
            pieces.append((shown[end:start], False))
        pieces.append((shown[start:after], True))
        end = after
    if end < len(shown):
        pieces.append((shown[end:], False))
    return tuple(pieces)


def _matched(cells: Cells, terms: Iterable[Term]) -> list[Span]:
    """What the best of the terms matched."""
    best: Field | None = None
    found: list[Span] = []
    for term in sorted(terms, key=lambda term: -term.weight):
        if best is not None and term.field is not best:
            continue
        here = _places(cells, term)
        if here:
            best = term.field
            found += here
    return found


def _places(cells: Cells, term: Term) -> list[Span]:
    if term.field in (Field.NUMBER, Field.CODE):
        has_digit = any(letter.isdigit() for letter in term.token)
        return cells.find_code(term.token) if has_digit and len(term.token) >= 3 else []
    if term.field is Field.INITIALS:
        return cells.find_initials(term.token) if HANGUL in cells.scripts else []
    if term.field is Field.STEM:
        return [
            (word.start, word.end)
            for word in cells.words
            if word.script == LATIN and term.token in (stem(word.text, "en"), stem(word.text, "fr"))
        ]
    if term.field is Field.ROMAJI:
        return [
            (word.start, word.end)
            for word in cells.words
            if word.script == JAPANESE and (romaji(word.text) or "").startswith(term.token)
        ]
    starts = _STARTS.get(term.field)
    if starts is None:
        return []
    if term.field is Field.KEYS and HANGUL in cells.scripts:
        # 500ml시럽 stands in the index from its first digit on.
        starts = ANY_SCRIPT
    return cells.find(term.token, starts)


def _nearly_matched(cells: Cells, terms: Iterable[Term]) -> list[Span]:
    """Words that fit with typing errors, the nearest of them."""
    nearest: list[Span] = []
    least = 3
    for term in terms:
        if not term.edits:
            continue
        for word in cells.words:
            token = word.token
            if term.is_prefix and len(token) > len(term.token):
                token = token[: len(term.token)]
            far = distance(term.token, token, term.edits)
            if far <= term.edits and far <= least:
                nearest = [*nearest, (word.start, word.end)] if far == least else [(word.start, word.end)]
                least = far
    return nearest


def _merged(found: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
