"""Text as people type and paste it, made fit to be stored, searched for and shown."""

from __future__ import annotations

from typing import Final

MAX_SUBMIT_KEY: Final = 64
"""Characters of a form's key; ours have 22."""

MAX_REASON: Final = 200
"""Characters of a reason."""

FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet would run."""


def one_line(text: str | None) -> str:
    """The text in one line: every kind of space is a plain one, and what can be neither stored nor shown is left out.

    Control characters and half surrogate pairs are such. Nothing was typed: empty.
    """
    return "".join(_plain(letter) for letter in text or "").strip()


def some_lines(text: str | None) -> str:
    """The same for text of several lines, which end in a line feed whatever the browser sent."""
    kept = (text or "").replace("\r\n", "\n")
    return "".join(letter if letter == "\n" else _plain(letter) for letter in kept).strip()


def search_words(text: str, longest: int) -> str:
    """The first ``longest`` characters of what is searched for, with one space between words."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text[:longest]).split())


def spreadsheet_cell(text: str) -> str:
    """The text for a file that spreadsheets open, so that it does not run as a formula there."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _plain(letter: str) -> str:
    # The full-width space of Japanese and the one that holds words together count as not printable.
    return letter if letter.isprintable() else " " if letter.isspace() else ""
