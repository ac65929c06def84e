"""A shown text taken apart such that what matched can be pointed at: every token position knows its character."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from search.text import HANGUL, JAPANESE, LATIN, Script, code, encoded, initial_of, plain, runs

# A character with what belongs to it: accents, marks of voiced kana, and the rest of a decomposed syllable.
_CLUSTER: Final = re.compile("(?s).[\u0300-\u036f\u3099\u309a\uff9e\uff9f\u1160-\u11ff]*")


@dataclass(frozen=True, slots=True)
class Word:
    """A run of one script in a shown text."""

    script: Script
    text: str
    """Plain."""
    token: str
    start: int
    """Of its first character in the shown text."""
    end: int
    """After its last one."""


class Cells:
    """A shown text as a stream of token characters without spaces, and where each of them came from."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.stream = ""
        self.initials = ""
        self.words: list[Word] = []
        self.scripts: set[Script] = set()
        self._code = ""
        self._code_spans: list[tuple[int, int]] = []
        self._spans: list[tuple[int, int]] = []
        self._initial_spans: list[tuple[int, int]] = []
        self._starts: dict[int, Script] = {}
        self._initial_starts: set[int] = set()
        found = list(_CLUSTER.finditer(shown))
        flat = [plain(match.group()) for match in found]
        for place, match in enumerate(found):
            self._add(_with_sign(flat, place), match.start(), match.end())
            letters = code(flat[place])
            self._code += letters
            self._code_spans += [match.span()] * len(letters)

    def _add(self, text: str, start: int, end: int) -> None:
        """One cluster; one that is no letter ends the word before it."""
        parts = runs(text)
        if not parts:
            self._is_open = False
            return
        for run in parts:
            self.scripts.add(run.script)
            last = self.words[-1] if self.words and self._is_open else None
            goes_on = last is not None and last.script == run.script
            token = encoded(run)
            if run.script != LATIN or not goes_on or last is None or _is_border(last.text[-1], run.text[0]):
                self._starts[len(self.stream)] = run.script
                self._initial_starts.add(len(self.initials))
            self.stream += token
            self._spans += [(start, end)] * len(token)
            first = "".join(map(initial_of, run.text))
            self.initials += first
            self._initial_spans += [(start, end)] * len(first)
            if goes_on and last is not None:
                self.words[-1] = Word(run.script, last.text + run.text, last.token + token, last.start, end)
            else:
                self.words.append(Word(run.script, run.text, token, start, end))
            self._is_open = True

    _is_open = False

    def find(self, token: str, scripts: frozenset[Script]) -> list[tuple[int, int]]:
        """Spans of the shown text that begin with a token, where a word of these scripts may begin to match."""
        return [
            (self._spans[place][0], self._spans[place + len(token) - 1][1])
            for place, script in self._starts.items()
            if script in scripts and self.stream.startswith(token, place)
        ]

    def find_code(self, token: str) -> list[tuple[int, int]]:
        """The first span that holds a part of a code, whatever signs stand between its letters."""
        place = self._code.find(token)
        return (
            [(self._code_spans[place][0], self._code_spans[place + len(token) - 1][1])] if place >= 0 else []
        )

    def find_initials(self, token: str) -> list[tuple[int, int]]:
        """Spans of the shown text whose initial consonants begin with a token."""
        return [
            (self._initial_spans[place][0], self._initial_spans[place + len(token) - 1][1])
            for place in sorted(self._initial_starts)
            if self.initials.startswith(token, place)
        ]


def _is_border(before: str, after: str) -> bool:
    return before.isdigit() != after.isdigit()


def _with_sign(flat: list[str], place: int) -> str:
    """A cluster's plain text; a sign between digits as the language layer writes it."""
    text = flat[place]
    if text in (".", ",", "/") and 0 < place < len(flat) - 1:
        before, after = flat[place - 1][-1:], flat[place + 1][:1]
        if before.isdigit() and after.isdigit():
            if (
                text == ","
                and "".join(flat[place + 1 : place + 4]).isdigit()
                and len(flat[place + 1 : place + 4]) == 3
            ):
                return text
            return "per" if text == "/" else "dot"
    return text


def distance(first: str, second: str, most: int) -> int:
    """Letters missing, added, replaced or swapped between two words; ``most + 1`` stands for more than ``most``."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for place, letter in enumerate(first, 1):
        new = [place]
        for other_place, other in enumerate(second, 1):
            cost = min(row[other_place] + 1, new[-1] + 1, row[other_place - 1] + (letter != other))
            if (
                place > 1
                and other_place > 1
                and letter == second[other_place - 2]
                and first[place - 2] == other
            ):
                cost = min(cost, before[other_place - 2] + 1)
            new.append(cost)
        if min(new) > most:
            return most + 1
        before, row = row, new
    return min(row[-1], most + 1)


ANY_SCRIPT: Final[frozenset[Script]] = frozenset((HANGUL, JAPANESE, LATIN))


@lru_cache(maxsize=4096)
def cells_of(shown: str) -> Cells:
    """The cells of a shown text. They are never changed: with every key mostly the same names are shown again."""
    return Cells(shown)
