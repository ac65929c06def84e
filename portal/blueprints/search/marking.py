"""Names with what was found marked in them."""

from __future__ import annotations

from markupsafe import Markup, escape

from search.highlight import spans
from search.query import Plan
from search.text import fold

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


def is_meant(plan: Plan, name: str) -> bool:
    """True if every word of the plan stands in the name."""
    if not plan.groups:
        return False
    if len(plan.groups) == 1:
        return bool(spans(plan, name))
    folded = fold(name)
    return all(word in folded for word in plan.words)
