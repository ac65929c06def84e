"""What the desk's forms for search send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from flask import request

from portal.blueprints.typed import one_line, some_lines

LONGEST_WORDS: Final = 4_000
"""Characters of a group of synonyms as it is typed."""

LONGEST_TARGET: Final = 600
"""Characters of an address; how many may be kept is for the room to say."""


@dataclass(frozen=True, slots=True)
class SynonymForm:
    """A group of words that mean the same, one a line or with commas between."""

    typed: str

    @classmethod
    def from_request(cls) -> Self:
        """Read the request."""
        return cls(some_lines(request.form.get("words"))[:LONGEST_WORDS])

    @property
    def words(self) -> list[str]:
        """The words, without the empty ones."""
        # The comma of Japanese and the one of full width are typed by those who write these languages.
        pieces = self.typed
        for comma in ("，", "、", "\n"):
            pieces = pieces.replace(comma, ",")
        return [word.strip() for word in pieces.split(",") if word.strip()]


@dataclass(frozen=True, slots=True)
class RedirectForm:
    """Words, and the page of the portal they lead to."""

    words: str
    target: str

    @classmethod
    def from_request(cls) -> Self:
        """Read the request."""
        return cls(
            one_line(request.form.get("words"))[:LONGEST_TARGET],
            one_line(request.form.get("target"))[:LONGEST_TARGET],
        )
