"""A plan as queries for Meilisearch: which words in which attributes, with what weight; and filters as it reads them.

Meilisearch takes words that must all be met, the last of them also as the beginning of one, in a set of attributes.
A plan says more: other words for each of its groups. So a plan becomes several queries whose hits are merged, each
with a weight. What cannot be said: that a word before the last is the beginning of one (the next step tries each word
as the last), and the field of every single word (all words of a query are looked for in the fields of all of them).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from search.documents import ATTRIBUTE_SEPARATOR, language_of
from search.engine import AnyOf, Facet, Filters
from search.query import Field, Plan, Term

MOST_WORDS: Final = 10
"""Meilisearch reads no more words of a query."""

MOST_QUERIES: Final = 24
"""Queries of one search; a plan of many words drops the other words that are worth least."""

LIKE: Final = {
    Field.LATIN: "ex",
    Field.KEYS: "kx",
    Field.JAPANESE: "jx",
    Field.BRAND: "bx",
}
"""Copies of fields in which typing errors are allowed: only a whole attribute can be set to take them or not."""

LEAST_WEIGHT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Query:
    """One query of several."""

    words: tuple[str, ...]
    is_prefix: bool
    """Whether the last word may be the beginning of one."""
    fields: tuple[Field, ...]
    like: tuple[Field, ...]
    """Fields in whose copies, with typing errors, is looked besides."""
    weight: float
    """1 for the heaviest of a search."""

    @property
    def text(self) -> str:
        """What is sent: a last word that is no beginning stands in quotes, which ask for it alone."""
        if not self.words:
            return ""
        *before, last = self.words
        return " ".join([*before, last if self.is_prefix else f'"{last}"'])

    @property
    def attributes(self) -> list[str]:
        """The attributes to look in."""
        return [field.value for field in self.fields] + [LIKE[field] for field in self.like]


def steps(plan: Plan) -> Iterable[tuple[int, tuple[Query, ...]]]:
    """What to ask in turn until something is found, each with its pass (as in Hits.relaxed)."""
    yield 0, exact_queries(plan)
    rotated = _rotations(plan.groups)
    if rotated:
        yield 0, _weighed(rotated)
    passes = plan.passes()
    if 1 in passes or 2 in passes:
        # Meilisearch orders by the number of errors itself, so one pass does for both.
        yield 1, like_queries(plan)
    if 3 in passes:
        yield 3, _without_one(plan.groups)


def exact_queries(plan: Plan) -> tuple[Query, ...]:
    """The queries of the plan as typed: together they hold every token of it."""
    first = [group[0].token for group in plan.groups]
    ways: list[tuple[tuple[str, ...], tuple[tuple[Term, ...], ...]]] = []
    if first:
        ways.append((tuple(first), plan.groups))
        if plan.optional:
            lifted = tuple(group for group in plan.optional if group)
            ways.append(((*(group[0].token for group in lifted), *first), (*lifted, *plan.groups)))
        stems = [
            next((term.token for term in group if term.field is Field.STEM), group[0].token)
            for group in plan.groups
        ]
        ways.append((tuple(stems), plan.groups))
    for other in dict.fromkeys(term.token for group in plan.groups for term in group):
        chosen = tuple(
            other if any(term.token == other for term in group) else word
            for group, word in zip(plan.groups, first, strict=True)
        )
        ways.append((chosen, plan.groups))
    queries = {words: _query(words, groups) for words, groups in ways}
    whole: dict[str, list[Term]] = {}
    for term in plan.whole:
        whole.setdefault(term.token, []).append(term)
    alone = [_query((token,), (tuple(terms),)) for token, terms in whole.items()]
    return _weighed([*queries.values(), *alone])


def like_queries(plan: Plan) -> tuple[Query, ...]:
    """The queries that allow for typing errors in those words that may have them."""
    queries = []
    if plan.groups:
        queries.append(_query(tuple(group[0].token for group in plan.groups), plan.groups, is_like=True))
    whole = tuple(term for term in plan.whole if term.edits)
    queries += [
        _query((token,), (tuple(term for term in whole if term.token == token),), is_like=True)
        for token in dict.fromkeys(term.token for term in whole)
    ]
    return _weighed(queries)


def _rotations(groups: Sequence[tuple[Term, ...]]) -> list[Query]:
    """Each word but the last as the last: there it may be the beginning of a word."""
    rotated = []
    for place in range(len(groups) - 1):
        turned = (*groups[:place], *groups[place + 1 :], groups[place])
        rotated.append(_query(tuple(group[0].token for group in turned), turned))
    return rotated


def _without_one(groups: Sequence[tuple[Term, ...]]) -> tuple[Query, ...]:
    left = [(*groups[:place], *groups[place + 1 :]) for place in range(len(groups))]
    return _weighed([_query(tuple(group[0].token for group in some), some) for some in left])


def _query(words: tuple[str, ...], groups: Sequence[tuple[Term, ...]], *, is_like: bool = False) -> Query:
    """A query of the words chosen of the groups; a word that meets two neighbours stands once."""
    terms = [
        [term for term in group if term.token == word] for word, group in zip(words, groups, strict=True)
    ]
    chosen = [term for listed in terms for term in listed]
    like = {term.field for term in chosen if is_like and term.edits and term.field in LIKE}
    fields = {term.field for term in chosen} - like
    single = [word for place, word in enumerate(words) if place == 0 or words[place - 1] != word]
    kept = single[-MOST_WORDS:]
    return Query(
        words=tuple(kept),
        is_prefix=any(term.is_prefix for term in terms[-1]) or (is_like and bool(like)),
        fields=tuple(field for field in Field if field in fields),
        like=tuple(field for field in Field if field in like),
        weight=sum(max((term.weight for term in listed), default=0.0) for listed in terms),
    )


def _weighed(queries: Sequence[Query]) -> tuple[Query, ...]:
    """The heaviest queries, the heaviest with weight 1."""
    heaviest = max((query.weight for query in queries), default=1.0) or 1.0
    kept = sorted(queries, key=lambda query: -query.weight)[:MOST_QUERIES]
    return tuple(
        Query(
            query.words,
            query.is_prefix,
            query.fields,
            query.like,
            max(LEAST_WEIGHT, round(query.weight / heaviest, 4)),
        )
        for query in kept
    )


# Filters


def conditions(filters: Filters, locale: str, *, without: Facet | None = None) -> list[str]:
    """Filters as Meilisearch reads them, each of which must hold; ``without`` leaves a facet's own out."""
    held: list[str] = []
    audience = filters.audience
    if audience is not None:
        if audience.shows is not None:
            held.append(_in("assortment", audience.shows))
        if audience.hides:
            # Documents without any assortment are not in these either, and are kept.
            held.append("NOT " + _in("assortment", audience.hides))
    if filters.category_ids and without is not Facet.CATEGORY:
        held.append(_in("category", filters.category_ids))
    if filters.brand_codes and without is not Facet.BRAND:
        held.append(_in("brand", filters.brand_codes))
    if without is not Facet.ATTRIBUTE:
        held += [attribute_condition(name, values, locale) for name, values in filters.attributes]
    if filters.in_stock_at is not None and without is not Facet.STOCK:
        held.append(_in("stock", (filters.in_stock_at,)))
    return held + [any_of(each) for each in filters.only]


def attribute_condition(name: str, values: Sequence[str], locale: str) -> str:
    """That an attribute has one of these values."""
    return _in(attribute_field(locale), [f"{name}{ATTRIBUTE_SEPARATOR}{value}" for value in values])


def attribute_field(locale: str) -> str:
    """The attribute that holds names and values of attributes in a locale's language."""
    return f"attribute_{language_of(locale)}"


def any_of(wanted: AnyOf) -> str:
    """That an item is in one of these categories, of one of these products, or has one of these ids."""
    parts = (("category", wanted.category_ids), ("product", wanted.product_ids), ("id", wanted.ids))
    held = [_in(name, values) for name, values in parts if values]
    # Nothing wanted is met by nothing: ids are positive.
    return " OR ".join(held) if held else _in("id", (-1,))


def _in(name: str, values: Sequence[int] | Sequence[str]) -> str:
    return f"{name} IN [{', '.join(map(quoted, values))}]"


def quoted(value: int | str) -> str:
    """A value as it stands in a filter, whatever it holds."""
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
