"""What tantivy keeps of a document, and how a plan and filters are asked of it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from tantivy import Document as Row
from tantivy import Index, IndexWriter, Occur, Query, Schema, SchemaBuilder, Searcher

from search.documents import ATTRIBUTE_SEPARATOR, Document, language_of
from search.engine import AnyOf, Filters
from search.query import Field, Plan, Term

LONGEST_EDGE: Final = 3
"""Beginnings of this length and shorter are tokens of their own: a single letter fits half of all items."""

LONGEST_CODE_EDGE: Final = 6
"""The same for codes and their ends: half a catalog may be numbered 000001, 000002 …"""

_EDGED: Final = tuple(field for field in Field if field not in (Field.NAME, Field.STEM, Field.DESCRIPTION))
_WORDS: Final = frozenset((Field.LATIN, Field.KEYS, Field.JAPANESE, Field.BRAND))
_EDGES: Final = "x"
_ERRORS_COST: Final = 0.55
"""What a word with typing errors is worth beside the same word without."""
_BOOST: Final = 0.5
_LAST: Final = 1.2
"""What the last word that is no number is worth beside the others: most often it says what a thing is."""


def price_field(price_list_id: int) -> str:
    """The field of the price in a list."""
    return f"price_{price_list_id}"


def schema_of(price_list_ids: Iterable[int]) -> Schema:
    """The fields of an index with these price lists."""
    builder = SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    for field in (*Field, _EDGES):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    for name in ("product", "category", "stock", "assortment"):
        builder.add_unsigned_field(name, indexed=True, fast=True)
    builder.add_text_field("brand", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_json_field("attribute", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_float_field("weight", fast=True)
    for name in ("rank", "created", *map(price_field, price_list_ids)):
        builder.add_integer_field(name, fast=True)
    builder.add_unsigned_field("fingerprint", fast=True)
    return builder.build()


def schema_version() -> str:
    """Changes with what ``schema_of`` and ``row_of`` make of a document."""
    edges = [f"{field} {_longest_edge(field)}" for field in _EDGED]
    described = f"1 {edges} {[str(field) for field in Field]}"
    return hashlib.sha256(described.encode()).hexdigest()[:12]


def row_of(document: Document, price_list_ids: Iterable[int]) -> dict[str, Any]:
    """What is kept of a document: lists of plain values by name of the field."""
    row: dict[str, list[Any]] = {str(field): [text] for field, text in document.tokens.items()}
    edges: list[str] = []
    for field in _EDGED:
        # Many tokens have the same few beginnings: these alone are cut further.
        longest = dict.fromkeys([token[:LONGEST_EDGE] for token in document.tokens.get(field, "").split()])
        cut = [token[:length] for token in longest for length in range(1, len(token) + 1)]
        edges += [f"{field}{beginning}" for beginning in dict.fromkeys(cut)]
    row |= {
        _EDGES: [" ".join(edges)],
        "id": [document.id],
        "product": [document.product_id],
        "category": list(document.category_ids),
        "stock": list(document.stock_in),
        "assortment": list(document.assortment_ids),
        "brand": [storable(document.brand_code)] if document.brand_code else [],
        "attribute": [
            {language: list(map(storable, found)) for language, found in document.attributes.items() if found}
        ],
        # A score is multiplied by log2(2 + this).
        "weight": [2**document.weight - 2],
        "rank": [document.rank],
        "created": [document.created],
        "fingerprint": [int(document.fingerprint, 16)],
    }
    for number in price_list_ids:
        if number in document.prices:
            row[price_field(number)] = [document.prices[number]]
    return row


def put(writer: IndexWriter, schema: Schema, rows: Iterable[dict[str, Any]]) -> None:
    """Add rows; those with the same ids must have been taken out before."""
    for row in rows:
        writer.add_document(Row.from_dict(row, schema))


def take_out(writer: IndexWriter, schema: Schema, ids: Sequence[int]) -> None:
    """Take rows out; unknown ids do nothing."""
    if ids:
        # Deleting by a term of a whole number finds nothing in this version of tantivy, and does not say so.
        writer.delete_documents_by_query(Query.term_set_query(schema, "id", list(ids)))


class Asker:
    """Makes tantivy's queries of a plan and of filters, for one state of an index."""

    def __init__(self, index: Index, searcher: Searcher) -> None:
        self._schema = index.schema
        self._searcher = searcher

    def words(self, plan: Plan, relaxed: int) -> Query | None:
        """The query of a pass; None if it cannot find anything."""
        if not plan.text:
            return Query.all_query()
        errors = relaxed if relaxed in (1, 2) else 0
        groups = [self._best(group, self._errors(group, errors)) for group in plan.groups]
        ways: list[Query] = []
        if relaxed == 3:
            # With more words than four a few may be left out: what is asked for then is half of them.
            least = max(2, math.ceil(len(groups) / 2)) if len(groups) > 4 else len(groups) - 1
            part = self._some(plan, groups, least)
            if part is not None:
                ways.append(part)
        elif groups and all(group is not None for group in groups):
            met = [group for group in groups if group is not None]
            lifting = [self._best(group, 0) for group in plan.optional]
            ways.append(
                Query.boolean_query(
                    [(Occur.Must, group) for group in met]
                    + [(Occur.Should, Query.boost_query(lift, 0.2)) for lift in lifting if lift is not None]
                )
                if len(met) > 1 or plan.optional
                else met[0]
            )
        ways += self._terms(plan.whole, min(errors, 1))
        if not ways:
            return None
        return ways[0] if len(ways) == 1 else Query.disjunction_max_query(ways)

    def part(self, plan: Plan) -> Query | None:
        """Items that lack a word of two or three, or up to half of more; None if there is no such thing."""
        if len(plan.groups) < 2:
            return None
        groups = [self._best(group, 0) for group in plan.groups]
        return self._some(plan, groups, math.ceil(len(groups) / 2) if len(groups) != 3 else 2)

    def _some(self, plan: Plan, groups: Sequence[Query | None], least: int) -> Query | None:
        """At least so many of the groups, rare words counting for more; None if not so many can be met."""
        last = max((place for place, word in enumerate(plan.words) if word.isalpha()), default=-1)
        met = [
            (Occur.Should, Query.boost_query(query, self._rarity(terms) * (_LAST if place == last else 1)))
            for place, (query, terms) in enumerate(zip(groups, plan.groups, strict=True))
            if query is not None
        ]
        return Query.boolean_query(met, least) if len(met) >= least else None

    def _rarity(self, terms: Iterable[Term]) -> float:
        """From about 0.3 for a word that all items have to 1 for one that a single item has."""
        exact = (self._searcher.doc_freq(str(term.field), term.token) for term in terms if not term.is_prefix)
        share = (1 + max(exact, default=0)) / (2 + self._searcher.num_docs)
        return 0.3 + 0.7 * math.log(share) / math.log(1 / (2 + self._searcher.num_docs))

    def boosted(self, words: Query, ids: Sequence[int]) -> Query:
        """The same hits, those with the ids a little higher."""
        bought = Query.const_score_query(Query.term_set_query(self._schema, "id", list(ids)), _BOOST)
        return Query.boolean_query([(Occur.Must, words), (Occur.Should, bought)])

    def filtered(self, words: Query, conditions: Sequence[tuple[Occur, Query]]) -> Query:
        """Hits of the words for which all conditions hold."""
        return Query.boolean_query([(Occur.Must, words), *conditions]) if conditions else words

    def conditions(
        self, filters: Filters, locale: str, *, without: str = "", without_attribute: str = ""
    ) -> list[tuple[Occur, Query]]:
        """Filters as conditions that add nothing to a score; ``without`` names a filter to leave out."""
        found: list[Query] = []
        if filters.category_ids and without != "category":
            found.append(self._any("category", filters.category_ids))
        if filters.brand_codes and without != "brand":
            found.append(self._any("brand", filters.brand_codes))
        for name, values in filters.attributes:
            if name != without_attribute:
                texts = [f"{name}{ATTRIBUTE_SEPARATOR}{value}" for value in values]
                found.append(self._any(attribute_path(locale), texts))
        if filters.in_stock_at is not None and without != "stock":
            found.append(self._any("stock", (filters.in_stock_at,)))
        found += [self.any_of(one) for one in filters.only]
        met = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in found]
        return met + self.audience(filters)

    def audience(self, filters: Filters) -> list[tuple[Occur, Query]]:
        """What the asker may see."""
        who = filters.audience
        if who is None:
            return []
        conditions: list[tuple[Occur, Query]] = []
        if who.shows is not None:
            shown = self._any("assortment", who.shows)
            conditions.append((Occur.Must, Query.const_score_query(shown, 0.0)))
        if who.hides:
            conditions.append((Occur.MustNot, self._any("assortment", who.hides)))
        return conditions

    def any_of(self, wanted: AnyOf) -> Query:
        """Items that are any of what is wanted."""
        pairs = (("category", wanted.category_ids), ("product", wanted.product_ids), ("id", wanted.ids))
        found = [(Occur.Should, self._any(name, values)) for name, values in pairs if values]
        return Query.boolean_query(found) if found else Query.empty_query()

    def _any(self, name: str, values: Sequence[int] | Sequence[str]) -> Query:
        # tantivy's whole numbers here have no sign, and no record has an id below zero.
        kept = [storable(value) if isinstance(value, str) else value for value in values if _is_known(value)]
        return Query.term_set_query(self._schema, name, kept) if kept else Query.empty_query()

    def _best(self, terms: Iterable[Term], errors: int) -> Query | None:
        found = list(self._terms(terms, errors))
        if not found:
            return None
        return found[0] if len(found) == 1 else Query.disjunction_max_query(found)

    def _terms(self, terms: Iterable[Term], errors: int) -> Iterator[Query]:
        for term in terms:
            field, token = str(term.field), term.token
            if term.is_prefix and len(token) <= _longest_edge(term.field):
                field, token = _EDGES, f"{term.field}{token}"
                found = self._exact(field, token) if term.field in _EDGED else None
            elif term.is_prefix:
                found = self._beginning(field, token)
            else:
                found = self._exact(field, token)
            if found is not None:
                yield Query.const_score_query(found, term.weight)
            if errors and term.edits:
                distance = min(errors, term.edits)
                fuzzy = self._nearly(term, distance)
                yield Query.const_score_query(fuzzy, term.weight * _ERRORS_COST / distance)

    def _errors(self, group: Iterable[Term], errors: int) -> int:
        """Errors a group may have: a word that stands in some item as it is, or nearly, is hardly two errors off."""
        if errors < 2:
            return errors
        for term in group:
            if term.edits and self._found(self._nearly(term, 1)):
                return 1
            if (
                not term.is_prefix
                and term.field in _WORDS
                and self._searcher.doc_freq(term.field, term.token)
            ):
                return 1
        return errors

    def _found(self, query: Query) -> bool:
        return bool(self._searcher.search(query, limit=1, count=False).hits)

    def _nearly(self, term: Term, distance: int) -> Query:
        return Query.fuzzy_term_query(
            self._schema, str(term.field), term.token, distance, True, term.is_prefix
        )

    def _exact(self, field: str, token: str) -> Query | None:
        if not self._searcher.doc_freq(field, token):
            return None
        return Query.term_query(self._schema, field, token)

    def _beginning(self, field: str, token: str) -> Query:
        # To ask first whether anything begins so takes as long as the search itself.
        return Query.fuzzy_term_query(self._schema, field, token, 0, True, True)


def _longest_edge(field: Field) -> int:
    return LONGEST_CODE_EDGE if field is Field.CODE else LONGEST_EDGE


def storable(text: str) -> str:
    """A text without half surrogate pairs, which no index can hold."""
    return text.encode(errors="replace").decode()


def _is_known(value: int | str) -> bool:
    return isinstance(value, str) or 0 <= value < 2**63


def attribute_path(locale: str) -> str:
    """The path of attributes in the language of a locale."""
    return f"attribute.{language_of(locale)}"
