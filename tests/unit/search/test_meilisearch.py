"""The Meilisearch engine, against a server that judges every request by Meilisearch's own description."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search.documents import ATTRIBUTE_SEPARATOR, Attribute, Item, document_of, fingerprint
from search.engine import (
    AnyOf,
    Audience,
    EngineUnavailable,
    Facet,
    Filters,
    Hits,
    IndexSettings,
    Order,
    Request,
)
from search.engines.meilisearch import MeilisearchEngine
from search.engines.meilisearch_documents import batches, sent, settings_of
from search.engines.meilisearch_queries import LIKE, conditions, exact_queries, quoted, steps
from search.evaluate import main
from search.evaluation.catalogs import read_catalog
from search.query import Field, Plan, Synonyms, plan
from tests.unit.search.meilisearch_server import DESCRIPTION, KEY, FakeMeilisearch, Judge, running

ROOT = Path(__file__).resolve().parents[3]
CATALOG = read_catalog(ROOT / "portal/demo/data/products.json")
CASES = json.loads((ROOT / "tests/data/search-cases.json").read_text(encoding="utf-8"))["cases"]

BOLT = Item(
    id=7,
    sku="A-100/2",
    product_id=3,
    names={"ko": "육각볼트 M8", "en": "Hex Bolt M8"},
    brand_code="DBM",
    attributes=(Attribute({"ko": "규격", "en": "Spec"}, {"": 'M8 "fine"'}),),
    category_ids=(1, 4),
    stock_in=(2,),
    assortment_ids=(5, 6),
    prices={9: 12_500_000, 11: 99},
)
PLAIN = Request(plan("볼트"))


@pytest.fixture(scope="session")
def judge() -> Judge | None:
    if not DESCRIPTION.is_file():
        return None
    jsonschema = pytest.importorskip("jsonschema")
    return Judge(json.loads(DESCRIPTION.read_text(encoding="utf-8")), jsonschema.Draft202012Validator)


@pytest.fixture
def server(judge: Judge | None) -> Iterator[FakeMeilisearch]:
    with running(judge) as fake:
        yield fake
        assert fake.problems == []


@pytest.fixture
def engine(server: FakeMeilisearch) -> Iterator[MeilisearchEngine]:
    # Patient: what is measured here is not time, and the machine may be busy.
    engine = MeilisearchEngine(server.url, KEY, timeout_ms=5_000)
    yield engine
    engine.close()


@pytest.fixture
def filled(engine: MeilisearchEngine, server: FakeMeilisearch) -> MeilisearchEngine:
    engine.rebuild([BOLT], IndexSettings(price_list_ids=(9,), synonyms=(("와셔", "와샤"),)))
    server.seen.clear()
    return engine


def always(found: dict[str, object]) -> Callable[[dict[str, object]], dict[str, object]]:
    return lambda _: found


def hits(*ids: int, total: int | None = None) -> dict[str, object]:
    return {
        "hits": [{"id": each} for each in ids],
        "estimatedTotalHits": len(ids) if total is None else total,
    }


@pytest.mark.skipif(not DESCRIPTION.is_file(), reason="Meilisearch's description is not beside the project")
def test_the_judge_finds_what_is_wrong(judge: Judge | None) -> None:
    assert judge is not None
    query = {"indexUid": "products", "q": "x"}
    assert (
        list(judge.problems("POST", "/multi-search", "", {"queries": [query], "federation": {"limit": 1}}))
        == []
    )
    wrong = {"queries": [query | {"atributesToSearchOn": ["e"]}], "federation": {"limit": "1"}}
    assert len(list(judge.problems("POST", "/multi-search", "", wrong))) >= 2
    assert list(judge.problems("PATCH", "/indexes/products/settings", "", {"rankingRule": []})) == [
        "PATCH /indexes/products/settings: no 'rankingRule'"
    ]
    assert list(judge.problems("GET", "/nowhere", "", None)) == ["no GET /nowhere"]
    assert list(judge.problems("GET", "/indexes/products/documents", "limt=1", None)) == [
        "/indexes/products/documents: no parameter limt"
    ]


@pytest.mark.skipif(not DESCRIPTION.is_file(), reason="Meilisearch's description is not beside the project")
def test_every_request_is_as_the_server_describes_it(
    filled: MeilisearchEngine, server: FakeMeilisearch
) -> None:
    """The fixture asserts it at the end; here everything the engine can ask is asked."""
    everything = Filters(
        Audience((5, 6), (8,)),
        category_ids=(1,),
        brand_codes=("DBM",),
        attributes=(("규격", ("M8",)),),
        in_stock_at=2,
        only=(AnyOf((1,), (3,), (7,)), AnyOf()),
    )
    for found in (hits(7), hits()):
        server.found = always(found)
        for order in Order:
            filled.search(
                Request(
                    plan("에스프레소 머신 for 종이컵 a-100/2"),
                    everything,
                    tuple(Facet),
                    order=order,
                    price_list_id=9,
                    offset=24,
                    boost_ids=(7, 8),
                    counts={"bought": AnyOf(ids=(7,))},
                )
            )
            filled.search(Request(plan(""), facets=tuple(Facet), order=order, price_list_id=9))
    filled.upsert([BOLT])
    filled.delete([7, 8])
    filled.configure(IndexSettings((9,), (("a", "b"),)))
    filled.fingerprints()
    assert filled.health().available
    filled.drop()
    asked = {(seen.method, seen.path) for seen in server.seen}
    assert ("PUT", "/indexes/products/settings/synonyms") in asked
    assert ("POST", "/indexes/products/documents/delete-batch") in asked


# What is asked


@pytest.mark.parametrize(
    "typed", sorted({case["q"] for case in CASES} | {"hex bolts for wood", "coffee beans 1kg"})
)
def test_the_server_is_asked_for_the_tokens_of_the_plan_and_no_others(typed: str) -> None:
    made = Synonyms(CATALOG.synonyms).added_to(plan(typed))
    asked = {word for query in exact_queries(made) for word in query.words}
    assert asked == {token for _, token in made.tokens()}
    wanted = made.tokens()
    for query in exact_queries(made):
        # A query looks in the fields in which the plan wants one of its words.
        assert set(query.fields) == {
            field for field, token in wanted if token in query.words and field in query.fields
        }
        assert any((field, word) in wanted for field in query.fields for word in query.words)


@pytest.mark.parametrize("typed", ["에스프래소 머신", "hazlenut syrup", "경첩 나사 볼트 3"])
def test_looser_passes_ask_for_nothing_that_the_plan_does_not_hold(typed: str) -> None:
    made = plan(typed)
    tokens = {token for _, token in made.tokens()}
    for relaxed, queries in steps(made):
        assert {word for query in queries for word in query.words} <= tokens
        assert all(bool(query.like) <= (relaxed == 1) for query in queries)


def test_only_a_word_that_may_be_a_beginning_is_sent_as_one(
    filled: MeilisearchEngine, server: FakeMeilisearch
) -> None:
    filled.search(Request(plan("bolts")))
    asked = {query["q"]: query["attributesToSearchOn"] for query in server.searches()[0]["queries"]}
    assert "bolts" in asked
    # The stem is a whole word.
    assert '"bolt"' in asked
    assert asked['"bolt"'] == [field for field in Field if field in {"t", "a", "d"}]


def test_typing_errors_are_allowed_for_in_copies_only(
    filled: MeilisearchEngine, server: FakeMeilisearch
) -> None:
    server.found = lambda body: (
        hits(7) if any("showRankingScoreDetails" in each for each in body["queries"]) else hits()
    )
    found = filled.search(Request(plan("hazlenut")))
    assert (found.ids, found.relaxed) == ((7,), 1)
    first, *_, last = server.searches()
    assert not any(set(query["attributesToSearchOn"]) & set(LIKE.values()) for query in first["queries"])
    assert any("ex" in query["attributesToSearchOn"] for query in last["queries"])
    settings = settings_of(())
    assert settings["typoTolerance"]["disableOnAttributes"] == [str(field) for field in Field]
    assert set(settings["searchableAttributes"]) == {str(field) for field in Field} | set(LIKE.values())


def test_the_servers_own_count_of_errors_is_told(filled: MeilisearchEngine, server: FakeMeilisearch) -> None:
    details = {"_rankingScoreDetails": {"typo": {"typoCount": 2}}}
    server.found = lambda body: (
        {"hits": [{"id": 7, **details}], "estimatedTotalHits": 1}
        if "showRankingScoreDetails" in body["queries"][0]
        else hits()
    )
    assert filled.search(Request(plan("hazlenutsyrup"))).relaxed == 2


def test_every_word_is_tried_as_the_beginning_of_one(
    filled: MeilisearchEngine, server: FakeMeilisearch
) -> None:
    filled.search(Request(plan("에스프 머신")))
    rotated = server.searches()[1]["queries"]
    assert [query["q"] for query in rotated] == ["ajtls dptmvm"]


def test_a_page_past_what_is_found_leaves_out_a_word(
    filled: MeilisearchEngine, server: FakeMeilisearch
) -> None:
    server.found = lambda body: hits(7) if {q["q"] for q in body["queries"]} >= {"red cap"} else hits()
    found = filled.search(Request(plan("big red cap")))
    assert (found.ids, found.relaxed) == ((7,), 3)


def test_words_are_not_bent_because_a_filter_leaves_nothing(
    filled: MeilisearchEngine, server: FakeMeilisearch
) -> None:
    server.found = lambda body: hits() if "filter" in body["queries"][0] else hits(7)
    request = Request(plan("볼트"), Filters(brand_codes=("XX",)), (Facet.BRAND,))
    assert filled.search(request).total == 0
    assert all(
        "showRankingScoreDetails" not in query for body in server.searches() for query in body["queries"]
    )


def test_everything_is_wanted_in_the_sellers_own_order(
    filled: MeilisearchEngine, server: FakeMeilisearch
) -> None:
    server.found = always(hits(7, total=300))
    found = filled.search(Request(plan(""), boost_ids=(7,), offset=48, limit=24))
    assert (found.ids, found.total, found.relaxed) == ((7,), 300, 0)
    (body,) = server.searches()
    assert body["queries"] == [
        {
            "indexUid": "products",
            "q": "",
            "attributesToRetrieve": ["id"],
            "matchingStrategy": "all",
            "federationOptions": {"weight": 1.0},
            "sort": ["rank:asc"],
        }
    ]
    assert body["federation"] == {"offset": 48, "limit": 24}


@pytest.mark.parametrize(
    "order, sort",
    [
        (Order.RELEVANCE, None),
        (Order.NEWEST, ["created:desc"]),
        (Order.PRICE, ["price_9:asc"]),
        (Order.PRICE_DESCENDING, ["price_9:desc"]),
    ],
)
def test_an_order_asked_for_goes_before_fit(
    filled: MeilisearchEngine, server: FakeMeilisearch, order: Order, sort: list[str] | None
) -> None:
    filled.search(Request(plan("볼트"), order=order, price_list_id=9))
    assert all(query.get("sort") == sort for query in server.searches()[0]["queries"])
    assert settings_of((9,))["rankingRules"][0] == "sort"
    assert "price_9" in settings_of((9,))["sortableAttributes"]


def test_a_price_order_needs_a_list(filled: MeilisearchEngine) -> None:
    with pytest.raises(EngineUnavailable, match="no price list"):
        filled.search(Request(plan("볼트"), order=Order.PRICE))


def test_what_was_bought_goes_first_among_equals(filled: MeilisearchEngine, server: FakeMeilisearch) -> None:
    filled.search(Request(plan("볼트"), Filters(in_stock_at=2), boost_ids=(7, 8)))
    queries = server.searches()[0]["queries"]
    plain, boosted = queries[: len(queries) // 2], queries[len(queries) // 2 :]
    for before, after in zip(plain, boosted, strict=True):
        assert after["filter"] == [*before["filter"], "id IN [7, 8]"]
        weights = [each["federationOptions"]["weight"] for each in (before, after)]
        assert weights[1] == pytest.approx(1.3 * weights[0], abs=0.0001)


def test_facets_are_counted_as_if_their_own_filter_were_not_set(
    filled: MeilisearchEngine, server: FakeMeilisearch
) -> None:
    def found(body: dict) -> dict[str, object]:
        held = " ".join(body["queries"][0].get("filter", []))
        names = body["federation"].get("facetsByIndex", {}).get("products", [])
        counted = {
            "category": {"4": 3 if "brand" in held else 30},
            "brand": {"DBM": 2, "XX": 1 if "brand" in held else 10},
            "stock": {"2": 5},
            "attribute_ko": {
                f"규격{ATTRIBUTE_SEPARATOR}M8": 1 if "규격" in held else 6,
                f"색{ATTRIBUTE_SEPARATOR}은": 2,
            },
        }
        return hits(7) | {
            "facetsByIndex": {"products": {"distribution": {name: counted[name] for name in names}}}
        }

    server.found = found
    filters = Filters(brand_codes=("DBM",), attributes=(("규격", ("M8",)),))
    answer = filled.search(
        Request(plan("볼트"), filters, tuple(Facet), counts={"sale": AnyOf(product_ids=(3,))})
    )
    assert answer.facets == {
        Facet.CATEGORY: {"4": 3},
        Facet.BRAND: {"DBM": 2, "XX": 10},
        Facet.STOCK: {"2": 5},
        Facet.ATTRIBUTE: {f"규격{ATTRIBUTE_SEPARATOR}M8": 6, f"색{ATTRIBUTE_SEPARATOR}은": 2},
    }
    assert answer.counts == {"sale": 1}
    assert len(server.searches()) == 4


def test_nothing_is_asked_for_who_may_see_nothing(filled: MeilisearchEngine, server: FakeMeilisearch) -> None:
    request = Request(plan(""), Filters(Audience(())), (Facet.BRAND,), counts={"sale": AnyOf()})
    assert filled.search(request) == Hits((), 0, {Facet.BRAND: {}}, {"sale": 0})
    assert filled.search(Request(Plan("!!"))) == Hits((), 0)
    assert server.seen == []


# Filters


def test_filters_say_what_must_hold() -> None:
    filters = Filters(
        Audience((5, 6), (8,)),
        category_ids=(1, 2),
        brand_codes=("DBM",),
        attributes=(("규격", ("M8", "M10")), ("색", ("은",))),
        in_stock_at=2,
        only=(AnyOf((1,), (3,), (7, 8)), AnyOf()),
    )
    assert conditions(filters, "ko-KR") == [
        "assortment IN [5, 6]",
        "NOT assortment IN [8]",
        "category IN [1, 2]",
        'brand IN ["DBM"]',
        'attribute_ko IN ["규격\x1fM8", "규격\x1fM10"]',
        'attribute_ko IN ["색\x1f은"]',
        "stock IN [2]",
        "category IN [1] OR product IN [3] OR id IN [7, 8]",
        "id IN [-1]",
    ]
    assert conditions(Filters(Audience(None)), "ko") == []


@pytest.mark.parametrize(
    "value, written",
    [
        ("DBM", '"DBM"'),
        ('" OR id > 0 OR brand = "', '"\\" OR id > 0 OR brand = \\""'),
        ("\\", '"\\\\"'),
        ('\\"', '"\\\\\\""'),
        ("]", '"]"'),
        (7, "7"),
    ],
)
def test_a_value_stays_a_value(value: str | int, written: str) -> None:
    assert quoted(value) == written


# Writing


def test_a_generation_is_built_beside_and_swapped(engine: MeilisearchEngine, server: FakeMeilisearch) -> None:
    assert engine.rebuild([BOLT], IndexSettings((9,))) == 1
    first = server.indexes["products"]
    server.seen.clear()
    assert engine.rebuild([BOLT, Item(8, "B-2")], IndexSettings((9,))) == 2
    assert list(server.indexes) == ["products"]
    assert server.indexes["products"] is not first
    assert sorted(server.indexes["products"]["documents"]) == [7, 8]
    # The index that answers is touched by the swap alone.
    written = {seen.path for seen in server.seen if seen.method != "GET" and "/products/" in f"{seen.path}/"}
    assert written == set()
    assert [seen.path for seen in server.seen].count("/swap-indexes") == 1


def test_a_failed_build_leaves_the_old_generation_and_nothing_else(
    filled: MeilisearchEngine, server: FakeMeilisearch
) -> None:
    held = server.indexes["products"]
    server.failing_task = "documentAdditionOrUpdate"
    with pytest.raises(EngineUnavailable, match="documentAdditionOrUpdate failed out_of_cheese"):
        filled.rebuild([BOLT], IndexSettings())
    assert server.indexes == {"products": held}


def test_what_is_put_in_replaces_and_what_is_taken_out_is_gone(
    filled: MeilisearchEngine, server: FakeMeilisearch
) -> None:
    changed = Item(id=7, sku="A-100/3")
    filled.upsert([changed, Item(8, "B-2")])
    assert filled.fingerprints() == {7: fingerprint(changed), 8: fingerprint(Item(8, "B-2"))}
    filled.delete([8, 1_000])
    assert filled.fingerprints() == {7: fingerprint(changed)}
    filled.delete([])
    filled.upsert([])


def test_nothing_is_put_into_an_index_that_is_not_there(
    engine: MeilisearchEngine, server: FakeMeilisearch
) -> None:
    for write in (
        lambda: engine.upsert([BOLT]),
        lambda: engine.delete([7]),
        lambda: engine.configure(IndexSettings()),
    ):
        with pytest.raises(EngineUnavailable, match="404 index_not_found"):
            write()
    assert server.indexes == {}
    assert [seen.method for seen in server.seen] == ["GET"] * 3
    engine.drop()


def test_all_fingerprints_are_paged_through(filled: MeilisearchEngine, server: FakeMeilisearch) -> None:
    server.indexes["products"]["documents"] = {
        number: {"id": number, "fingerprint": f"{number:015x}"} for number in range(1, 2_502)
    }
    assert filled.fingerprints() == {number: f"{number:015x}" for number in range(1, 2_502)}
    assert len(server.seen) == 3


def test_documents_hold_tokens_and_values_and_no_names() -> None:
    kept = sent(document_of(BOLT))
    tokens = document_of(BOLT).tokens
    assert {field: kept[field.value] for field in tokens} == dict(tokens)
    assert kept["kx"] == tokens[Field.KEYS]
    assert kept["category"] == ["1", "4"]
    assert kept["assortment"] == [5, 6]
    assert kept["attribute_en"] == [f'Spec{ATTRIBUTE_SEPARATOR}M8 "fine"']
    assert (kept["price_9"], kept["price_11"]) == (12_500_000, 99)
    assert "names" not in kept


def test_documents_are_sent_in_batches_the_server_takes() -> None:
    documents = [document_of(Item(number, f"S-{number}")) for number in range(2_001)]
    sizes = [len(json.loads(batch)) for batch in batches(documents)]
    assert sizes == [1_000, 1_000, 1]
    assert list(batches([])) == []


# Settings


def test_an_index_knows_what_it_was_built_with(filled: MeilisearchEngine, server: FakeMeilisearch) -> None:
    health = filled.health()
    assert (health.available, health.documents, health.is_current, health.problem) == (True, 1, True, "")
    assert health.generation.startswith("builtby")
    wanted = [
        MeilisearchEngine(server.url, KEY, IndexSettings(lists), timeout_ms=5_000)
        for lists in ((9,), (9, 10))
    ]
    assert [each.health().is_current for each in wanted] == [True, False]
    server.indexes["products"]["settings"]["typoTolerance"]["disableOnWords"] = ["builtbyothers"]
    assert not filled.health().is_current


def test_synonyms_reach_another_process(filled: MeilisearchEngine, server: FakeMeilisearch) -> None:
    filled.configure(IndexSettings((9,), (("와셔", "와샤"), ("빨대", "스트로우", "straw"))))
    server.seen.clear()
    other = MeilisearchEngine(server.url, KEY, timeout_ms=5_000)
    other.search(Request(plan("빨대")))
    other.search(Request(plan("빨대")))
    assert any("straw" in query["q"] for query in server.searches()[0]["queries"])
    assert [seen.path for seen in server.seen].count("/indexes/products/settings/synonyms") == 1


# What goes wrong


def test_a_server_that_is_away_is_said_to_be(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with running() as gone:
        url = gone.url
    engine = MeilisearchEngine(url, KEY)
    for ask in (
        lambda: engine.search(PLAIN),
        engine.fingerprints,
        lambda: engine.upsert([BOLT]),
        lambda: engine.rebuild([], IndexSettings()),
    ):
        with pytest.raises(EngineUnavailable, match=r"^Meilisearch: MeilisearchCommunicationError$"):
            ask()
    health = engine.health()
    assert (health.available, health.problem) == (False, "Meilisearch: MeilisearchCommunicationError")
    assert KEY not in caplog.text


def test_a_slow_server_is_not_waited_for(server: FakeMeilisearch) -> None:
    server.indexes["products"] = {"settings": {}, "documents": {}}
    server.delay_s = 5.0
    engine = MeilisearchEngine(server.url, KEY, timeout_ms=60)
    with pytest.raises(EngineUnavailable, match=r"Meilisearch: (MeilisearchTimeoutError|too slow)"):
        engine.search(PLAIN)
    server.delay_s = 0.0


@pytest.mark.parametrize(
    "status, body, said",
    [
        (
            403,
            {"message": f"no {KEY}", "code": "invalid_api_key", "type": "auth", "link": ""},
            "403 invalid_api_key",
        ),
        (
            503,
            {"message": "busy", "code": "too_many_search_requests", "type": "system", "link": ""},
            "503 too_many",
        ),
        (500, b"<html>", "500"),
        (200, b"<html>", "JSONDecodeError"),
        (200, {"hits": [{"name": "x"}], "estimatedTotalHits": 1}, r"unknown answer \(KeyError\)"),
        (200, [], "unknown answer"),
    ],
)
def test_whatever_the_server_says_is_told_without_the_key(
    filled: MeilisearchEngine, server: FakeMeilisearch, status: int, body: object, said: str
) -> None:
    server.failing["/multi-search"] = (status, body)
    with pytest.raises(EngineUnavailable, match=f"^Meilisearch: {said}") as raised:
        filled.search(PLAIN)
    assert KEY not in str(raised.value)


def test_the_command_judges_a_server_and_leaves_nothing_there(
    server: FakeMeilisearch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.found = lambda body: hits(1) if "hammer" in body["queries"][0]["q"] else hits()
    (tmp_path / "cases.json").write_text(json.dumps([{"q": "hammer", "expect": "X-1"}, {"q": "saw"}]))
    (tmp_path / "products.json").write_text(json.dumps([{"sku": "X-1", "name": "Hammer"}]))
    files = [str(tmp_path / "cases.json"), str(tmp_path / "products.json")]
    assert main([*files, "--engine", "meilisearch", "--url", server.url, "--key", KEY]) == 0
    assert "2/2" in capsys.readouterr().out
    assert server.indexes == {}
