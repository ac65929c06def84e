"""The plan of a query: what was typed, rewritten once by the language layer for every engine alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """The fields of tokens that an index holds."""

    CODE = "s"
    """SKU, part number, barcode and their ends."""
    LATIN = "e"
    KEYS = "k"
    """Hangul as keystrokes."""
    INITIALS = "c"
    JAPANESE = "j"
    ROMAJI = "r"


@dataclass(frozen=True, slots=True)
class Term:
    """A token to look for in a field."""

    field: Field
    token: str
    is_prefix: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look for: every group must be met by one of its terms, or one of ``whole`` stands for all groups."""

    text: str
    """What was typed, folded; empty: everything is wanted."""
    groups: tuple[tuple[Term, ...], ...] = ()
    whole: tuple[Term, ...] = ()
