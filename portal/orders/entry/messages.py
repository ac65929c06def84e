"""A dealer's message, read into lines: what is wanted, how many, and what must be asked.

Nothing is guessed: a line is sure only if one variant explains every word said of it and no other does. What is not
understood is kept, with the text it came from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from portal.orders.entry import phrases
from portal.orders.entry.folding import Folded, folded, plain_text
from portal.orders.entry.pieces import Item, items_of
from portal.orders.entry.quantities import Doubt, Quantity, find_quantities

SURE: Final = 0.98
"""Score from which a variant is taken without asking."""

LEAD: Final = 0.05
"""How far the next variant must stay behind."""

LIKELY: Final = 0.7
"""Score from which words without a count are taken for a product, and asked about."""

MOST_CANDIDATES: Final = 3
LONGEST_MESSAGE: Final = 20_000
"""Characters of a message that are read; the rest is given back unread."""

_ODD_WORD: Final = 4
"""Letters up to which an unknown word may be one that turns the sentence round."""

Candidates = Callable[[str], Sequence[tuple[int, float]]]
"""Variants for words, best first, each with a score from 0 to 1 as ``matching.score`` gives it."""


class Standing(StrEnum):
    """How well a line was understood."""

    SURE = "sure"
    UNSURE = "unsure"
    """Asked about, with candidates."""
    UNKNOWN = "unknown"
    """Asked about, with nothing to choose from."""


@dataclass(frozen=True, slots=True)
class MessageLine:
    """Something wanted."""

    original: str
    """The text it was read from."""
    words: str
    """What was said of the product, folded."""
    quantity: Quantity
    standing: Standing
    variant: int | None
    """None unless sure."""
    candidates: tuple[int, ...] = ()
    """Up to three variants it may be, the likeliest first; of a sure line the one."""
    asked: bool = False
    """True: it stands in a question, which is not yet an order."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Something not wanted: to be taken from the last order or from what is there."""

    original: str
    words: str
    variant: int | None
    candidates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as read."""

    lines: tuple[MessageLine, ...] = ()
    removals: tuple[Removal, ...] = ()
    repeats_last_order: bool = False
    questions: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """What was neither understood nor looks like a product; shown, not dropped."""


def read_message(
    text: str, candidates: Candidates, nicknames: Mapping[str, int] | None = None, *, locale: str = "ko"
) -> Message:
    """Read a message. ``nicknames`` gives variants by the words an account uses, folded by ``plain_text``.

    ``locale`` decides what 1.000 means.
    """
    reader = _Reader(candidates, nicknames or {}, locale)
    whole = folded(text[:LONGEST_MESSAGE])
    cut = phrases.LIST_MARKS.sub(lambda mark: " " * len(mark[0]), whole.text)
    place = 0
    for end in [*phrases.SENTENCE_END.finditer(cut), None]:
        stop = end.start() if end else len(cut)
        mark = end[0] if end else ""
        reader.sentence(whole, cut[:stop], place, asks="?" in mark)
        place = end.end() if end else stop
    if text[LONGEST_MESSAGE:].strip():
        reader.unread.append(text[LONGEST_MESSAGE:].strip())
    return reader.message()


class _Reader:
    def __init__(self, candidates: Candidates, nicknames: Mapping[str, int], locale: str) -> None:
        self._candidates = candidates
        self._nicknames = nicknames
        self._locale = locale
        self._known: dict[str, Sequence[tuple[int, float]]] = {}
        self._lines: list[MessageLine] = []
        self._removals: list[Removal] = []
        self._repeats = False
        self._questions: list[str] = []
        self._dates: list[str] = []
        self._places: list[str] = []
        self.unread: list[str] = []
        self._head = ""
        self._bare_removal = False

    def message(self) -> Message:
        return Message(
            tuple(self._lines),
            tuple(self._removals),
            self._repeats,
            tuple(self._questions),
            tuple(self._dates),
            tuple(self._places),
            tuple(self.unread),
        )

    def sentence(self, whole: Folded, text: str, start: int, *, asks: bool) -> None:
        """Read ``text`` from ``start`` on; both count in the folded text."""
        original = whole.source(start, len(text)).strip()
        if not original:
            return
        said = text[start:]
        price = phrases.PRICE_QUESTIONS.search(said)
        asks = asks or bool(price) or bool(phrases.QUESTIONS.search(said))
        if price:
            self._questions.append(original)
            return
        said = self._cut(whole, said, start)
        before = len(self._lines) + len(self._removals)
        first, left = len(self._lines), len(self.unread)
        for part, corrects in _corrected(said):
            begin, end = part
            self._part(whole, said[:end], begin, start, corrects=corrects, asks=asks)
        odd = any(
            line.standing is Standing.UNKNOWN and len(line.words) <= _ODD_WORD for line in self._lines[first:]
        )
        if (
            odd
            or self._bare_removal
            or len(self.unread) > left
            or phrases.COMPLAINTS.search(whole.text[start : len(text)])
        ):
            # Something was said here that was not understood, and it may be "not" or "come broken".
            for place in range(first, len(self._lines)):
                self._doubt(place)
        self._bare_removal = False
        if asks:
            self._questions.append(original)
            if len(self._lines) + len(self._removals) == before:
                self.unread = [left for left in self.unread if left not in original]

    def _cut(self, whole: Folded, said: str, start: int) -> str:
        """``said`` with phrases blanked: the length stays, so places still lead to the original."""

        def noting(into: list[str]) -> Callable[[re.Match[str]], str]:
            def note(match: re.Match[str]) -> str:
                into.append(whole.source(start + match.start(), start + match.end()).strip())
                return "\x1f" + " " * (len(match[0]) - 1)

            return note

        def blank(match: re.Match[str]) -> str:
            return " " * len(match[0])

        last: list[str] = []
        said = phrases.LAST_ORDER.sub(noting(last), said)
        self._repeats = self._repeats or bool(last)
        said = phrases.PLACES.sub(noting(self._places), said)
        said = phrases.DATES.sub(noting(self._dates), said)
        return phrases.GREETINGS.sub(blank, said)

    def _part(self, whole: Folded, text: str, begin: int, start: int, *, corrects: bool, asks: bool) -> None:
        text = self._take_removals(whole, text, begin, start)
        text = phrases.REQUESTS.sub(lambda match: " " * len(match[0]), text)
        for item in items_of(text, begin, self._locale):
            original = whole.source(start + item.start, start + item.end).strip(" ,.\t-:~")
            if item.quantity is None and not re.search(r"[^\W_]", item.words):
                continue
            self._take(item, original, corrects=corrects, asks=asks)
            corrects = False

    def _take_removals(self, whole: Folded, text: str, begin: int, start: int) -> str:
        for pattern in (phrases.REMOVED_AFTER, phrases.REMOVED_BEFORE):
            place = begin
            while match := pattern.search(text, place):
                place = match.end()
                if pattern is phrases.REMOVED_AFTER:
                    if match["mark"] in phrases.NEEDS_LAST_ORDER and not self._repeats:
                        continue
                    first, words = match.start(), match["words"]
                else:
                    first = _object_of(text, begin, match.start(), self._locale)
                    words = text[first : match.start()]
                self._remove(whole.source(start + first, start + match.end()).strip(), words)
                text = text[:first] + "\x1f" * (match.end() - first) + text[match.end() :]
        return text

    def _remove(self, original: str, words: str) -> None:
        words = " ".join(
            item.words for item in items_of(phrases.REQUESTS.sub(" ", words), 0, self._locale) if item.words
        )
        if not words:
            self._bare_removal = True
            return
        variant, found = self._resolve(words)
        self._removals.append(Removal(original, words, variant, found))
        self._head = _head_of(words) or self._head

    def _take(self, item: Item, original: str, *, corrects: bool, asks: bool) -> None:
        if corrects and self._lines and self._correct(item, original):
            return
        if item.words in phrases.EITHER and self._lines:
            self._doubt(len(self._lines) - 1)
            self.unread.append(original)
            return
        if not item.words:
            if item.quantity:
                self._lines.append(
                    MessageLine(original, "", item.quantity, Standing.UNKNOWN, None, asked=asks)
                )
            return
        variant, found = self._resolve(item.words)
        words = item.words
        if item.quantity is None:
            if not found or self._best(words) < LIKELY or asks:
                self.unread.append(original)
                return
            self._add(original, words, Quantity(None, doubt=Doubt.MISSING), None, found, asks)
            return
        if variant is None and self._head and self._head not in words:
            longer = f"{self._head} {words}"
            inherited, more = self._resolve(longer)
            if inherited is not None or (more and self._best(longer) >= self._best(words) and not found):
                variant, found, words = inherited, more, longer
        self._add(original, words, item.quantity, variant, found, asks)
        if corrects and self._lines[:-1]:
            # What is corrected cannot be told: both are asked about.
            self._doubt(-2)
            self._doubt(-1)
        self._head = _head_of(words) or self._head

    def _doubt(self, place: int) -> None:
        line = self._lines[place]
        standing = Standing.UNSURE if line.candidates else Standing.UNKNOWN
        self._lines[place] = replace(line, standing=standing, variant=None)

    def _add(
        self,
        original: str,
        words: str,
        quantity: Quantity,
        variant: int | None,
        found: tuple[int, ...],
        asks: bool,
    ) -> None:
        sure = variant is not None and quantity.number is not None and quantity.doubt is None and not asks
        standing = Standing.SURE if sure else Standing.UNSURE if found else Standing.UNKNOWN
        self._lines.append(
            MessageLine(original, words, quantity, standing, variant if sure else None, found, asks)
        )

    def _correct(self, item: Item, original: str) -> bool:
        """Take ``item`` for what the last line should have been; False if it speaks of something else."""
        former = self._lines[-1]
        if item.quantity is None:
            return False
        same = not item.words or self._resolve(item.words)[1][:1] == former.candidates[:1]
        if not same:
            return False
        unit = item.quantity
        if unit.word is None:
            unit = replace(unit, unit=former.quantity.unit, word=former.quantity.word)
        asks, found = former.asked, former.candidates
        self._lines.pop()
        variant = former.variant
        if variant is None and former.words:
            variant = self._resolve(former.words)[0]
        self._add(f"{former.original} {original}", former.words, unit, variant, found, asks)
        return True

    def _resolve(self, words: str) -> tuple[int | None, tuple[int, ...]]:
        nickname = self._nicknames.get(plain_text(words))
        if nickname is not None:
            return nickname, (nickname,)
        ranked = self._ranked(words)
        found = tuple(variant for variant, _ in ranked[:MOST_CANDIDATES])
        if not ranked or ranked[0][1] < SURE or (len(ranked) > 1 and ranked[1][1] > ranked[0][1] - LEAD):
            return None, found
        return ranked[0][0], found[:1]

    def _ranked(self, words: str) -> Sequence[tuple[int, float]]:
        if words not in self._known:
            self._known[words] = self._candidates(words)
        return self._known[words]

    def _best(self, words: str) -> float:
        ranked = self._ranked(words)
        return ranked[0][1] if ranked else 0.0


def _object_of(text: str, begin: int, end: int, locale: str) -> int:
    """Where that begins of which ``end`` says that it is not wanted: after a separator, or after a count before it."""
    first = max((cut.end() for cut in phrases.SEPARATORS.finditer(text, begin, end)), default=begin)
    for one in reversed(find_quantities(text[first:end], locale)):
        if one.counted and any(item.words for item in items_of(text[first + one.end : end], 0, locale)):
            return first + one.end
    return first


def _corrected(said: str) -> list[tuple[tuple[int, int], bool]]:
    """The stretches of a sentence between words of correction, and whether each corrects what stands before it."""
    parts = []
    place, corrects = 0, False
    for mark in phrases.CORRECTIONS.finditer(said):
        parts.append(((place, mark.start()), corrects))
        place, corrects = mark.end(), True
    parts.append(((place, len(said)), corrects))
    return parts


_SIZE: Final = re.compile(r"\S*\d\S*")


def _head_of(words: str) -> str:
    """The words of a product without its sizes: what "the 6 mm ones" leaves out."""
    return " ".join(word for word in words.split() if not _SIZE.fullmatch(word))
