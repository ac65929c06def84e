"""Names with what was found marked in them."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup, escape

from search.highlight import spans
from search.query import Plan, Term

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


def exact(plan: Plan) -> list[Plan]:
    """One plan for each word of ``plan``, none of which forgives a typing error: for ``stands_in``."""

    def strict(terms: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple(replace(term, edits=0) for term in terms)

    return [
        Plan(plan.text, groups=(strict(group),), words=(word,))
        for group, word in zip(plan.groups, plan.words, strict=True)
    ]


def stands_in(words: list[Plan], name: str) -> bool:
    """True if every word stands in the name, in any of the ways words are found; False for no words."""
    return bool(words) and all(spans(word, name) for word in words)
