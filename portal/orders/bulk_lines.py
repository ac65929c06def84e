"""The lines of a bulk entry: from whatever was pasted, typed or uploaded to what is kept of each. Pure.

Every piece of the input becomes a line, or is named among what is no line: nothing disappears.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Final

from portal.catalog.models import Unit
from portal.orders.entry.codes import Known
from portal.orders.entry.folding import plain_text
from portal.orders.entry.lines import Entry, EntryLine, Problem
from portal.orders.entry.messages import (
    LEAD,
    LONGEST_MESSAGE,
    MOST_CANDIDATES,
    SURE,
    Candidates,
    Message,
    MessageLine,
    Removal,
    read_message,
)
from portal.orders.entry.quantities import Doubt, Quantity, read_quantity
from portal.orders.entry.text import read_file, read_text

NOT_UNDERSTOOD: Final = "not_understood"
"""Problem of a piece of text that is neither a product nor known small talk."""

TAKEN_BACK: Final = "taken_back"
"""Problem of a piece that says what is not wanted, without saying of which product."""

LONGEST_PART: Final = LONGEST_MESSAGE // 2
"""Characters of a message that are read at once; a longer one is read in parts, cut between its lines."""

Variants = Callable[[Iterable[str]], Mapping[str, tuple[int, ...]]]
"""Variants by code, for codes that ``Known`` said are codes."""


@dataclass(frozen=True, slots=True)
class BulkLine:
    """A line as read, with what the person decided about it since."""

    original: str
    """The text it was read from."""
    quantity: Quantity
    row: int = 0
    """Row of the sheet or line of the text, from 1; 0: not known."""
    words: str = ""
    """What was said of the product."""
    variant_id: int | None = None
    """Null: not known, or not sure."""
    candidates: tuple[int, ...] = ()
    mended: bool = False
    """Whether the code had to be put right."""
    problem: str = ""
    """Why it could not be looked up, if it could not."""
    asked: bool = False
    """True: it stands in a question."""
    remembered: bool = False
    """True: the account's own name for the product told what is meant."""
    units_chosen: bool = False
    """True: a person said the quantity in units."""
    said: int | None = None
    """The number as it was read at first; null: none."""
    instead_of: int | None = None
    """Variant that was wanted before the person took another instead."""
    left_out: bool = False
    """The person wants it no more."""
    later: bool = False
    """It is kept for later."""

    def to_json(self) -> dict[str, Any]:
        """The line as it is kept."""
        quantity = self.quantity
        return {
            "original": self.original,
            "row": self.row,
            "words": self.words,
            "variant_id": self.variant_id,
            "candidates": list(self.candidates),
            "number": quantity.number,
            "unit": quantity.unit,
            "word": quantity.word,
            "doubt": quantity.doubt,
            "choices": list(quantity.choices),
            "mended": self.mended,
            "problem": self.problem,
            "asked": self.asked,
            "remembered": self.remembered,
            "units_chosen": self.units_chosen,
            "said": self.said,
            "instead_of": self.instead_of,
            "left_out": self.left_out,
            "later": self.later,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> BulkLine:
        """The line that ``to_json`` gave."""
        return cls(
            original=kept["original"],
            quantity=Quantity(
                kept["number"],
                Unit(kept["unit"]) if kept["unit"] else None,
                kept["word"],
                Doubt(kept["doubt"]) if kept["doubt"] else None,
                tuple(kept["choices"]),
            ),
            row=kept["row"],
            words=kept["words"],
            variant_id=kept["variant_id"],
            candidates=tuple(kept["candidates"]),
            mended=kept["mended"],
            problem=kept["problem"],
            asked=kept["asked"],
            remembered=kept["remembered"],
            units_chosen=kept["units_chosen"],
            said=kept["said"],
            instead_of=kept["instead_of"],
            left_out=kept["left_out"],
            later=kept["later"],
        )


@dataclass(slots=True)
class Reading:
    """What came out of an input."""

    lines: list[BulkLine] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    """What is not wanted of the last order, or at all."""
    repeats_last_order: bool = False
    notes: list[str] = field(default_factory=list)
    """Texts that are no lines but were understood: questions, days, places."""
    left: list[str] = field(default_factory=list)
    """Rows that are no lines: headings, sums, rows without a quantity."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading needs to know of the catalog and the account."""

    known: Known
    variants: Variants
    candidates: Candidates
    nicknames: Mapping[str, int]
    """Variants by the account's own words, folded by ``plain_text``."""
    locale: str

    def text(self, text: str) -> Reading:
        """Read a pasted text: a table, lines with codes, or a message. Raises Refused as ``read_text`` does."""
        entry = read_text(text, self.known, self.locale)
        if entry.layouts:
            return self._table(entry)
        coded: dict[int, list[EntryLine]] = {}
        for line in entry.lines:
            coded.setdefault(line.row, []).append(line)
        reading = Reading()
        rows = [(number, row) for number, row in enumerate(text.splitlines(), 1) if row.strip()]
        for is_coded, group in groupby(rows, key=lambda row: any(map(_names_code, coded.get(row[0], ())))):
            if is_coded:
                reading.lines += [self.line(line) for number, _ in group for line in coded[number]]
            else:
                self._message([row for _, row in group], reading)
        return reading

    def file(self, content: bytes) -> Reading:
        """Read a file. Raises Refused as ``read_file`` does."""
        entry = read_file(content, self.known, self.locale)
        if entry.layouts:
            return self._table(entry)
        reading = Reading([self.line(line) for line in entry.lines])
        reading.lines += [_not_understood(row.original, row.row) for row in entry.left]
        return reading

    def rows(self, rows: Sequence[tuple[str, str]]) -> Reading:
        """Read (code or name, quantity) as they were typed into rows; empty rows are no lines."""
        wanted = [(code.strip(), said.strip()) for code, said in rows]
        wanted = [(code, said) for code, said in wanted if code or said]
        known = frozenset(self.known({each for code, _ in wanted for each in (code, code.upper()) if each}))
        lines = []
        for code, said in wanted:
            exact = tuple(one for one in (code, code.upper()) if one in known)[:1]
            quantity = read_quantity(said, self.locale) if said else Quantity(None, doubt=Doubt.MISSING)
            problem = None if code else Problem.NO_CODE
            lines.append(
                self.line(
                    EntryLine(0, f"{code} {said}".strip(), exact, code, code, quantity, problem=problem)
                )
            )
        return Reading(lines)

    def line(self, line: EntryLine) -> BulkLine:
        """A line of a table or a row: by its code if it has one, else by its words."""
        words = line.name if line.name and not line.codes else line.said_code or line.name
        variant_id, candidates = self._of_codes(line)
        remembered = False
        if variant_id is None:
            nickname = self.nicknames.get(plain_text(line.said_code)) or self.nicknames.get(plain_text(words))
            if nickname is not None:
                variant_id, remembered = nickname, True
            elif not candidates and line.name:
                sure, candidates = self._of_words(plain_text(line.name))
                # A code that nobody knows beside a known name: the name proposes, the person decides.
                variant_id = sure if line.problem is None else None
        return BulkLine(
            line.original,
            line.quantity,
            line.row,
            words,
            variant_id,
            candidates if variant_id is None else (),
            mended=line.mended,
            problem=line.problem or "" if variant_id is None else "",
            remembered=remembered,
            said=line.quantity.number,
        )

    def _of_codes(self, line: EntryLine) -> tuple[int | None, tuple[int, ...]]:
        if not line.codes:
            return None, ()
        by_code = self.variants(line.codes)
        found = [set(by_code.get(code, ())) for code in line.codes]
        common = set.intersection(*found) if line.problem is None else set()
        if len(common) == 1:
            return common.pop(), ()
        return None, tuple(sorted(set().union(*found)))[:MOST_CANDIDATES]

    def _of_words(self, words: str) -> tuple[int | None, tuple[int, ...]]:
        ranked = self.candidates(words)
        found = tuple(variant for variant, _ in ranked[:MOST_CANDIDATES])
        if not ranked or ranked[0][1] < SURE or (len(ranked) > 1 and ranked[1][1] > ranked[0][1] - LEAD):
            return None, found
        return ranked[0][0], ()

    def _table(self, entry: Entry) -> Reading:
        return Reading(
            [self.line(line) for line in entry.lines],
            left=[row.original for row in entry.left if row.original],
        )

    def _message(self, rows: Sequence[str], reading: Reading) -> None:
        part: list[str] = []
        for row in rows:
            if part and sum(map(len, part)) + len(part) + len(row) > LONGEST_PART:
                self._read_part("\n".join(part), reading)
                part = []
            part.append(row)
        self._read_part("\n".join(part), reading)

    def _read_part(self, text: str, reading: Reading) -> None:
        message = read_message(text, self.candidates, self.nicknames, locale=self.locale)
        reading.lines += [self._of_message(line) for line in message.lines]
        reading.lines += [_not_understood(piece) for piece in message.unread]
        reading.removals += message.removals
        reading.repeats_last_order = reading.repeats_last_order or message.repeats_last_order
        reading.notes += _notes(message)

    def _of_message(self, line: MessageLine) -> BulkLine:
        return BulkLine(
            line.original,
            line.quantity,
            words=line.words,
            variant_id=line.variant,
            candidates=line.candidates if line.variant is None else (),
            asked=line.asked,
            remembered=line.variant is not None and plain_text(line.words) in self.nicknames,
            said=line.quantity.number,
        )


def chosen(line: BulkLine, variant_id: int) -> BulkLine:
    """The line once a person has said which variant is meant."""
    return replace(
        line, variant_id=variant_id, candidates=(), problem="", asked=False, left_out=False, later=False
    )


def counted(line: BulkLine, units: int) -> BulkLine:
    """The line once a person has said how many units are wanted."""
    quantity = Quantity(units)
    return replace(line, quantity=quantity, units_chosen=True, asked=False, left_out=False, later=False)


def _names_code(line: EntryLine) -> bool:
    return bool(line.codes) or line.problem in {Problem.UNKNOWN_CODE, Problem.SEVERAL_CODES}


def _not_understood(text: str, row: int = 0) -> BulkLine:
    return BulkLine(text, Quantity(None, doubt=Doubt.MISSING), row, text, problem=NOT_UNDERSTOOD)


def _notes(message: Message) -> list[str]:
    said = {line.original for line in message.lines}
    return [note for note in (*message.questions, *message.dates, *message.places) if note not in said]
