"""The embedded engine asks its index for the tokens of the plan, each in its field, and for no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from search.documents import document_of
from search.engines import tantivy_index
from search.engines.tantivy_index import LONGEST_EDGE, Asker
from search.evaluation.catalogs import read_catalog, read_json
from search.fields import Field
from search.query import Synonyms, plan

ROOT = Path(__file__).resolve().parents[3]
CATALOG = read_catalog(ROOT / "portal/demo/data/products.json")
CASES = read_json(ROOT / "tests/data/search-cases.json")["cases"]


class Asked:
    """Stands for tantivy's queries: notes which tokens are asked for in which fields."""

    def __init__(self) -> None:
        self.tokens: set[tuple[Field, str]] = set()
        self.edits: set[int] = set()

    def _note(self, field: str, token: str) -> Asked:
        if field == "x":
            name = next(each for each in Field if token.startswith(each.value))
            field, token = name.value, token.removeprefix(name.value)
        self.tokens.add((Field(field), token))
        return self

    def term_query(self, _schema: Any, field: str, token: str) -> Asked:
        return self._note(field, token)

    def fuzzy_term_query(self, _schema: Any, field: str, token: str, edits: int, *_how: bool) -> Asked:
        self.edits.add(edits)
        return self._note(field, token)

    def const_score_query(self, query: Asked, _score: float) -> Asked:
        return query

    boost_query = const_score_query

    def boolean_query(self, _parts: Any, _least: int = 0) -> Asked:
        return self

    def disjunction_max_query(self, _ways: Any) -> Asked:
        return self


class Everything:
    """A searcher of an index that holds every token there is."""

    num_docs = 100

    hits = (1,)

    def doc_freq(self, _field: str, _token: str) -> int:
        return 1

    def search(self, _query: Asked, **_how: Any) -> Everything:
        return self


class Schemaless:
    schema = None


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    noted = Asked()
    monkeypatch.setattr(tantivy_index, "Query", noted)
    return noted


def asker() -> Asker:
    return Asker(Schemaless(), Everything())  # type: ignore[arg-type]


@pytest.mark.parametrize("typed", sorted({case["q"] for case in CASES} | {"hex bolts for wood", "ㅇㅅ", "a"}))
def test_the_index_is_asked_for_the_tokens_of_the_plan_and_no_others(typed: str, asked: Asked) -> None:
    made = Synonyms(CATALOG.synonyms).added_to(plan(typed))
    asker().words(made, 0)
    # Short beginnings are kept for fields that people type into, not for stems and descriptions.
    unasked = {
        (term.field, term.token)
        for group in (*made.groups, *made.optional, made.whole)
        for term in group
        if term.is_prefix
        and len(term.token) <= LONGEST_EDGE
        and term.field in (Field.NAME, Field.STEM, Field.DESCRIPTION)
    }
    assert asked.tokens | unasked == set(made.tokens())
    assert asked.edits <= {0}


@pytest.mark.parametrize("typed", ["에스프래소 머신", "hazlenut syrup", "경첩 나사 볼트 3"])
def test_looser_passes_ask_for_nothing_that_the_plan_does_not_hold(typed: str, asked: Asked) -> None:
    made = plan(typed)
    for relaxed in made.passes():
        asker().words(made, relaxed)
        assert asked.tokens <= set(made.tokens())
        assert max(asked.edits, default=0) <= 2


def test_a_document_holds_the_tokens_its_own_name_is_asked_by() -> None:
    for item in CATALOG.items[:20]:
        document = document_of(item)
        held = {(field, token) for field, text in document.tokens.items() for token in text.split()}
        for group in plan(item.names["ko"]).groups:
            assert any(
                (term.field, term.token) in held
                or (term.is_prefix and any(f is term.field and t.startswith(term.token) for f, t in held))
                for term in group
            ), item.names["ko"]
