"""Names with what was found marked in them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from search.highlight import spans
from search.query import Plan
from search.text import are_initials, initials, keys, plain

NAMES_KEPT: Final = 4_096
"""Names of categories whose keystrokes are kept: all of them in any shop, in every language."""

_MARK = Markup("<mark>%s</mark>")


def marked(plan: Plan, text: str) -> Markup | None:
    """The text, escaped, with ``<mark>`` around what the plan found in it; None if it found nothing there."""
    found = spans(plan, text)
    if not found:
        return None
    pieces: list[str] = []
    at = 0
    for start, end in found:
        pieces.append(escape(text[at:start]))
        pieces.append(_MARK % text[start:end])
        at = end
    pieces.append(escape(text[at:]))
    return Markup("").join(pieces)


def stands_in(words: Sequence[str], name: str) -> bool:
    """True if every word stands in the name: as keystrokes, so half a syllable and the wrong layout do too.

    Typing errors do not, and no words never do. Costs a hundredth of what marking does.
    """
    typed, first = _keys_of(name)
    return bool(words) and all(
        keys(word) in (first if are_initials(word) else typed) for word in map(plain, words)
    )


@lru_cache(maxsize=NAMES_KEPT)
def _keys_of(name: str) -> tuple[str, str]:
    """The keystrokes of a name and of its initial consonants, without the spaces."""
    folded = "".join(plain(name).split())
    return keys(folded), initials(folded)
