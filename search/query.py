"""The plan of a query: what was typed, rewritten once by the language layer for every engine alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """The fields of tokens that an index holds, what counts most first. Tokens of a field stand apart by a space."""

    NUMBER = "n"
    """SKU, part number and barcode, whole, letters and digits only."""
    NAME = "w"
    """Full names without their spaces: who types all of a name means that item."""
    CODE = "s"
    """Ends of SKU and part number (3 and more characters) and of barcodes (4 and more)."""
    LATIN = "e"
    """Words of names in Latin letters and digits, neighbours joined, and from every word to the end, joined."""
    KEYS = "k"
    """Hangul names as lower-case keystrokes: from every syllable to the end of the word and of the name."""
    JAPANESE = "j"
    """Japanese names and their readings, one private-use code point a character, from every character on."""
    ROMAJI = "r"
    """Readings in Latin letters."""
    INITIALS = "c"
    """Initial consonants of Hangul names, from every syllable on, as keystrokes."""
    STEM = "t"
    """Stems of the English and French words of names."""
    BRAND = "b"
    """Words of brand names in any script, and the brand's code."""
    ABOUT = "a"
    """Words of attributes and categories in any script, and their stems."""
    DESCRIPTION = "d"
    """Words of descriptions in any script, and their stems."""


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
