"""The plan of a query: what was typed, rewritten once by the language layer for every engine alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from search.fields import Field
from search.text import (
    HANGUL,
    JAPANESE,
    LATIN,
    LONGEST_TOKEN,
    MOST_WORDS,
    STOP_WORDS,
    Run,
    are_initials,
    code,
    could_be_hangul,
    could_be_romaji,
    encoded,
    fold_romaji,
    initials,
    keys,
    plain,
    query_text,
    runs,
    sized,
    stem,
)

__all__ = ["Field", "Plan", "Synonyms", "Term", "plan"]


@dataclass(frozen=True, slots=True)
class Term:
    """A token to look for in a field."""

    field: Field
    token: str
    is_prefix: bool
    """True: any token that begins like this one fits."""
    weight: float
    """What it is worth; of the terms of a group the best counts, and groups add up."""
    edits: int = 0
    """Typing errors it may stand at most in a relaxed pass: letters missing, added, replaced or swapped."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look for: every group must be met by one of its terms, or one of ``whole`` stands for all groups.

    An engine that finds nothing goes on to relaxed passes: 1 and 2 let terms have that many errors (never more
    than their ``edits``), 3 leaves one group out if there are three or more. ``passes()`` lists those worth a try.
    """

    text: str
    """What was typed, folded; empty: everything is wanted. With text but no groups nothing can be found."""
    groups: tuple[tuple[Term, ...], ...] = ()
    whole: tuple[Term, ...] = ()
    optional: tuple[tuple[Term, ...], ...] = ()
    """Groups of words such as "for" and "de": they need not be met, and lift those hits that do."""
    words: tuple[str, ...] = ()
    """The folded word behind each group."""

    def terms(self) -> Iterator[Term]:
        """Every term of the plan."""
        for group in self.groups:
            yield from group
        yield from self.whole
        for group in self.optional:
            yield from group

    def tokens(self) -> frozenset[tuple[Field, str]]:
        """Every token the plan asks for, with its field: what any engine must send, and nothing else."""
        return frozenset((term.field, term.token) for term in self.terms())

    def passes(self) -> tuple[int, ...]:
        """The passes to try in turn until one finds something: 0 first."""
        most = max((term.edits for term in self.terms()), default=0)
        left_out = (3,) if len(self.groups) >= 3 else ()
        return (0, *range(1, most + 1), *left_out)


def plan(text: str, synonyms: tuple[tuple[str, ...], ...] = ()) -> Plan:
    """The plan of what a person typed: never raises, and takes bounded time whatever is typed.

    ``synonyms`` are groups of words that mean the same; an engine adds those it was configured with by itself.
    A text without any letter or digit plans nothing, and finds nothing.
    """
    made = _plan(query_text(text))
    return _prepared(synonyms).added_to(made) if synonyms else made


@lru_cache(maxsize=8)
def _prepared(groups: tuple[tuple[str, ...], ...]) -> Synonyms:
    return Synonyms(groups)


class Synonyms:
    """Groups of words that mean the same, made ready to be added to plans."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        others: dict[str, dict[str, Field]] = defaultdict(dict)
        self._longest = 1
        for group in groups:
            members = [(found, _joined(found)) for word in group if (found := runs(sized(plain(word))))]
            self._longest = max([self._longest, *(len(found) for found, _ in members)])
            for _, token in members:
                others[token] |= {other: _joined_field(found) for found, other in members if other != token}
        self._others = dict(others)

    def __bool__(self) -> bool:
        return bool(self._others)

    def added_to(self, made: Plan) -> Plan:
        """A plan in which a word, or several in a row, may be met by what means the same."""
        if not self._others or not made.groups:
            return made
        groups = list(made.groups)
        found = [run for word in made.words for run in runs(word)]
        for start in range(len(found)):
            for end in range(start + 1, min(start + self._longest, len(found)) + 1):
                others = self._others.get(_joined(found[start:end]), {})
                terms = tuple(
                    Term(field, token, is_prefix, weight)
                    for token, field in others.items()
                    for is_prefix, weight in ((False, _SYNONYM), (True, _SYNONYM - 0.2))
                )
                for place in range(start, end):
                    groups[place] += terms
        return replace(made, groups=tuple(groups))


_SYNONYM: Final = 1.4
_KEYS_FOR_ONE_ERROR: Final = 4
_KEYS_FOR_TWO_ERRORS: Final = 8
_KEYS_FOR_OPEN_END: Final = 6
"""A word with errors may also be the beginning of one if it has that many letters; shorter ones fit too much."""
_CHARACTERS_FOR_ONE_ERROR: Final = 3
"""In Japanese, where a character says more."""


def _edits(field: Field, token: str, is_prefix: bool) -> int:
    if any(letter.isdigit() for letter in token):
        return 0
    if field is Field.JAPANESE:
        return int(len(token) >= _CHARACTERS_FOR_ONE_ERROR and (is_prefix == (len(token) > 3)))
    if is_prefix != (len(token) >= _KEYS_FOR_OPEN_END):
        return 0
    return int(len(token) >= _KEYS_FOR_ONE_ERROR) + int(len(token) >= _KEYS_FOR_TWO_ERRORS)


def _pair(
    field: Field, token: str, exact: float, prefix: float, *, stands_errors: bool = False
) -> Iterator[Term]:
    """A token as a word and as the beginning of one."""
    if not token:
        return
    token = token[:LONGEST_TOKEN]
    for is_prefix, weight in ((False, exact), (True, prefix)):
        yield Term(field, token, is_prefix, weight, _edits(field, token, is_prefix) if stands_errors else 0)


def _besides(token: str) -> Iterator[Term]:
    """A word where it counts less than in a name."""
    yield from _pair(Field.BRAND, token, 2.6, 1.8, stands_errors=True)
    yield from _pair(Field.ABOUT, token, 1.6, 1.2)


def _hangul(run: Run, *, is_initials: bool) -> Iterator[Term]:
    token = keys(run.text)
    if is_initials:
        yield from _pair(Field.INITIALS, initials(run.text), 3.0, 2.2)
        yield from _pair(Field.KEYS, token, 1.6, 1.5)
        if len(token) >= 2:
            yield from _pair(Field.LATIN, token, 1.2, 0.9)
        return
    yield from _pair(Field.KEYS, token, 3.0, 2.0, stands_errors=True)
    yield from _pair(Field.LATIN, token, 1.6, 1.2, stands_errors=True)
    yield from _besides(token)
    yield from _pair(Field.DESCRIPTION, token, 0.8, 0.7)


def _japanese(run: Run) -> Iterator[Term]:
    token = encoded(run)
    yield from _pair(Field.JAPANESE, token, 3.0, 2.0, stands_errors=True)
    yield from _besides(token)
    yield from _pair(Field.DESCRIPTION, token, 0.8, 0.7)


def _latin(run: Run) -> Iterator[Term]:
    token = run.text[:LONGEST_TOKEN]
    has_digit = any(letter.isdigit() for letter in token)
    yield from _pair(Field.LATIN, token, 3.0, 2.0, stands_errors=True)
    yield from _besides(token)
    stems = dict.fromkeys((stem(token, "en"), stem(token, "fr")))
    if not has_digit and len(token) >= 3:
        for found in stems:
            yield Term(Field.STEM, found, False, 2.4)
    for found in stems:
        if found != token:
            yield Term(Field.ABOUT, found, False, 1.5)
            yield Term(Field.DESCRIPTION, found, False, 0.7)
    yield Term(Field.DESCRIPTION, token, False, 0.8)
    if has_digit or len(token) >= 4:
        yield from _pair(Field.NUMBER, token, 4.0, 2.6 if has_digit else 1.7)
    if has_digit and len(token) >= 3:
        yield from _pair(Field.CODE, token, 3.0, 1.8)
    if could_be_hangul(token):
        yield from _pair(Field.KEYS, token, 1.5, 1.1, stands_errors=True)
    elif len(token) >= 2 and all(letter in "rsefaqtdwczxvg" for letter in token):
        yield from _pair(Field.INITIALS, token, 0.9, 0.8)
    if could_be_romaji(token):
        yield from _pair(Field.ROMAJI, fold_romaji(token), 1.3, 1.0)


def _joined(found: Sequence[Run]) -> str:
    return "".join(map(encoded, found))[:LONGEST_TOKEN]


def _joined_field(found: Sequence[Run]) -> Field:
    """Where a name holds runs without the spaces between them."""
    scripts = {run.script for run in found}
    if HANGUL in scripts:
        return Field.KEYS
    return Field.JAPANESE if JAPANESE in scripts else Field.LATIN


def _neighbours(chunk: Sequence[Run]) -> Iterator[Term]:
    """What may be written in one word."""
    yield from _pair(_joined_field(chunk), _joined(chunk), 2.8, 2.2)
    if all(run.script == LATIN for run in chunk):
        token = code("".join(run.text for run in chunk))
        if any(letter.isdigit() for letter in token):
            yield from _pair(Field.NUMBER, token, 4.0, 2.6)
            if len(token) >= 3:
                yield from _pair(Field.CODE, token, 3.0, 1.8)


def _code_terms(plain_text: str) -> Iterator[Term]:
    """A SKU, part number or barcode beats whatever else fits."""
    token = code(plain_text)
    if not token or not token.isascii():
        return
    if not any(letter.isdigit() for letter in token):
        yield Term(Field.NUMBER, token, False, 6.0)
        return
    if len(token) >= 2:
        yield from _pair(Field.NUMBER, token, 14.0, 10.0)
    if len(token) >= 3:
        yield from _pair(Field.CODE, token, 9.5, 7.0)


@lru_cache(maxsize=2048)
def _plan(text: str) -> Plan:
    flat = plain(text)
    initial = are_initials(flat)
    chunks = [runs(chunk) for chunk in sized(flat).split()]
    found = [run for chunk in chunks for run in chunk][:MOST_WORDS]
    if not found:
        return Plan(text)
    groups: list[list[Term]] = []
    for run in found:
        if run.script == HANGUL:
            groups.append(list(_hangul(run, is_initials=initial)))
        elif run.script == JAPANESE:
            groups.append(list(_japanese(run)))
        else:
            groups.append(list(_latin(run)))
    _join_neighbours(groups, chunks, found, is_initials=initial)
    whole = _whole(found, flat, is_initials=initial)
    is_stop = [run.text in STOP_WORDS for run in found]
    if all(is_stop):
        is_stop = [False] * len(found)
    return Plan(
        text=text,
        groups=tuple(tuple(group) for group, stop in zip(groups, is_stop, strict=True) if not stop),
        whole=tuple(whole),
        optional=tuple(
            tuple(term for term in group if term.field in _LIFTING)
            for group, stop in zip(groups, is_stop, strict=True)
            if stop
        ),
        words=tuple(run.text for run, stop in zip(found, is_stop, strict=True) if not stop),
    )


_LONG_JOIN: Final = 12
"""Characters of a token that may be the beginning of a whole name typed without spaces; shorter ones fit too much."""
_LIFTING: Final = frozenset((Field.LATIN, Field.NUMBER))


def _join_neighbours(
    groups: list[list[Term]], chunks: list[tuple[Run, ...]], found: list[Run], *, is_initials: bool
) -> None:
    """Let two words, or all that was typed without a space, be met by one word of the name."""
    if is_initials:
        return
    place = 0
    for chunk in chunks:
        if len(chunk) > 2:
            for group in groups[place : place + len(chunk)]:
                group.extend(_neighbours(chunk))
        place += len(chunk)
    for first in range(len(found) - 1):
        terms = tuple(_neighbours(found[first : first + 2]))
        groups[first].extend(terms)
        groups[first + 1].extend(terms)


def _whole(found: list[Run], flat: str, *, is_initials: bool) -> list[Term]:
    count = len(found)
    joined = _joined(found)
    terms = [Term(Field.NAME, joined, False, 3.6 * count)]
    if len(joined) >= _LONG_JOIN:
        terms.append(Term(Field.NAME, joined, True, 2.1 * count))
    if count > 1:
        if is_initials:
            token = "".join(initials(run.text) for run in found)
            terms += _pair(Field.INITIALS, token, 3.1 * count, 2.4 * count)
        else:
            terms += _pair(_joined_field(found), joined, 2.6 * count, 2.1 * count, stands_errors=True)
    terms += _code_terms(flat)
    if any(run.script == HANGUL for run in found):
        terms += _code_terms(keys(flat))
    return terms
