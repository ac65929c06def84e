"""The Meilisearch engine on a real server: SEARCH_URL names it, SEARCH_KEY opens it; skipped where none is named.

An index of its own is made, under a name no portal uses, and deleted at the end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from search.documents import ATTRIBUTE_SEPARATOR, Item, fingerprint
from search.engine import AnyOf, Audience, EngineUnavailable, Facet, Filters, IndexSettings, Order, Request
from search.engines.embedded import EmbeddedEngine
from search.engines.meilisearch import MeilisearchEngine
from search.evaluation.cases import read_cases, report, run_cases
from search.evaluation.catalogs import read_catalog
from search.query import plan

URL = os.environ.get("SEARCH_URL", "")

pytestmark = [
    pytest.mark.meilisearch,
    pytest.mark.slow,
    pytest.mark.skipif(not URL, reason="SEARCH_URL names no Meilisearch server"),
    pytest.mark.allow_hosts(["127.0.0.1", "::1", *filter(None, [urlsplit(URL).hostname])]),
]

ROOT = Path(__file__).resolve().parents[3]
CATALOG = read_catalog(ROOT / "portal/demo/data/products.json")
LISTS = (3, 4)
SETTINGS = IndexSettings(LISTS, CATALOG.synonyms)


def priced(item: Item) -> Item:
    """The item with a price on the first list, but for every tenth, and in assortment 1 or 2."""
    prices = {} if item.id % 10 == 0 else {3: 1_000_000 - 1_000 * item.id}
    return replace(item, prices=prices, assortment_ids=(1 + item.id % 2,), created=1_700_000_000 + item.id)


ITEMS = tuple(priced(item) for item in CATALOG.items)
BY_ID = {item.id: item for item in ITEMS}


@pytest.fixture(scope="module")
def engine() -> Iterator[MeilisearchEngine]:
    engine = MeilisearchEngine(
        URL, os.environ.get("SEARCH_KEY", ""), SETTINGS, index=f"test_{uuid4().hex[:12]}", timeout_ms=5_000
    )
    assert engine.rebuild(ITEMS, SETTINGS) == len(ITEMS)
    yield engine
    engine.drop()
    engine.close()


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """The other engine over the same items: where no ranking is in play, both must say the same."""
    engine = EmbeddedEngine(tmp_path_factory.mktemp("embedded"), SETTINGS)
    engine.rebuild(ITEMS, SETTINGS)
    yield engine
    engine.close()


def test_all_cases_pass(engine: MeilisearchEngine) -> None:
    cases = read_cases(ROOT / "tests/data/search-cases.json")
    outcomes = run_cases(
        cases,
        CATALOG,
        lambda text, locale, limit: (
            engine.search(Request(plan(text), locale=locale or "ko", limit=limit)).ids
        ),
    )
    assert all(outcome.passed for outcome in outcomes), "\n" + report(outcomes)


def test_an_index_is_as_its_items(engine: MeilisearchEngine) -> None:
    health = engine.health()
    assert (health.available, health.documents, health.is_current, health.problem) == (
        True,
        len(ITEMS),
        True,
        "",
    )
    assert engine.fingerprints() == {item.id: fingerprint(item) for item in ITEMS}


def test_what_is_written_is_found_on_return(engine: MeilisearchEngine) -> None:
    new = Item(id=9_001, sku="ZZ-9001", names={"ko": "시험용 쪽지", "en": "Trial Slip"}, assortment_ids=(1,))
    engine.upsert([new])
    try:
        assert engine.search(Request(plan("시험용 쪽지"))).ids == (9_001,)
        engine.upsert([replace(new, names={"ko": "다른 이름표", "en": "Trial Slip"})])
        assert engine.search(Request(plan("시험용 쪽지"))).ids != (9_001,)
        assert engine.search(Request(plan("다른 이름표"))).ids[:1] == (9_001,)
        assert engine.health().documents == len(ITEMS) + 1
    finally:
        engine.delete([9_001, 9_002])
    assert 9_001 not in engine.search(Request(plan("다른 이름표"))).ids
    assert engine.health().documents == len(ITEMS)


def test_a_new_generation_takes_the_place_of_the_old_one(engine: MeilisearchEngine) -> None:
    assert engine.rebuild(ITEMS[:5], SETTINGS) == 5
    assert sorted(engine.fingerprints()) == [item.id for item in ITEMS[:5]]
    assert engine.rebuild(ITEMS, SETTINGS) == len(ITEMS)
    assert len(engine.fingerprints()) == len(ITEMS)


def test_synonyms_change_without_a_new_generation(engine: MeilisearchEngine) -> None:
    meant = engine.search(Request(plan("원두"))).ids
    try:
        engine.configure(replace(SETTINGS, synonyms=(("콩알갱이", "원두"),)))
        found = engine.search(Request(plan("콩알갱이"))).ids
        assert set(found) & set(meant)
        # Another process reads them from the server.
        other = MeilisearchEngine(
            URL, os.environ.get("SEARCH_KEY", ""), index=engine._index, timeout_ms=5_000
        )
        assert other.search(Request(plan("콩알갱이"))).ids == found
    finally:
        engine.configure(SETTINGS)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(Audience((1,))),
        Filters(Audience((1, 2), (2,))),
        Filters(Audience(None, (2,))),
        Filters(Audience(())),
        Filters(category_ids=(ITEMS[0].category_ids[-1],)),
        Filters(brand_codes=(ITEMS[0].brand_code, 'none" OR id > 0 OR brand = "')),
        Filters(in_stock_at=1),
        Filters(attributes=(("용량", ("500g", "1kg")),)),
        Filters(only=(AnyOf(ids=(1, 2, 3), product_ids=(ITEMS[9].product_id,)),)),
        Filters(only=(AnyOf(),)),
        Filters(only=(AnyOf(ids=tuple(range(1, 2_001))),)),
        Filters(Audience((1,)), (ITEMS[0].category_ids[0],), (ITEMS[0].brand_code,), in_stock_at=1),
    ],
)
def test_filters_facets_and_counts_are_those_of_the_embedded_engine(
    engine: MeilisearchEngine, embedded: EmbeddedEngine, filters: Filters
) -> None:
    """Without words there is nothing to rank: ids, their order, totals and counts must be the same."""
    request = Request(
        plan(""),
        filters,
        tuple(Facet),
        limit=300,
        counts={"some": AnyOf(ids=tuple(range(1, 50)), category_ids=(1,))},
    )
    ours, theirs = engine.search(request), embedded.search(request)
    assert ours.ids == theirs.ids
    assert ours.total == theirs.total
    assert ours.counts == theirs.counts
    assert {facet: _counted(values) for facet, values in ours.facets.items()} == {
        facet: _counted(values) for facet, values in theirs.facets.items()
    }


def _counted(values: object) -> dict[str, int]:
    """The values that occur: an engine may name others with 0."""
    assert isinstance(values, dict)
    return {value: count for value, count in values.items() if count}


def test_facets_of_words_count_every_hit_once(engine: MeilisearchEngine) -> None:
    request = Request(plan("커피"), facets=tuple(Facet), limit=300)
    found = engine.search(request)
    assert found.total == len(found.ids) == len(set(found.ids))
    brands = {BY_ID[number].brand_code for number in found.ids}
    assert found.facets[Facet.BRAND] == {
        brand: sum(BY_ID[number].brand_code == brand for number in found.ids) for brand in brands
    }
    assert all(ATTRIBUTE_SEPARATOR in value for value in found.facets[Facet.ATTRIBUTE])


def test_pages_follow_each_other(engine: MeilisearchEngine) -> None:
    whole = engine.search(Request(plan("커피"), limit=40)).ids
    parts = [engine.search(Request(plan("커피"), offset=offset, limit=10)).ids for offset in range(0, 40, 10)]
    assert tuple(number for part in parts for number in part) == whole


@pytest.mark.parametrize("typed", ["", "커피"])
def test_orders(engine: MeilisearchEngine, typed: str) -> None:
    wanted = Request(plan(typed), limit=300, price_list_id=3)
    newest = engine.search(replace(wanted, order=Order.NEWEST)).ids
    assert list(newest) == sorted(newest, reverse=True)
    for order, sign in ((Order.PRICE, 1), (Order.PRICE_DESCENDING, -1)):
        found = engine.search(replace(wanted, order=order)).ids
        assert sorted(found) == sorted(newest)
        prices = [BY_ID[number].prices.get(3) for number in found]
        known = [price for price in prices if price is not None]
        assert known == sorted(known, reverse=sign < 0)
        # What has no price there comes last.
        assert prices[len(known) :] == [None] * (len(prices) - len(known))


def test_what_was_bought_goes_first_among_equals(engine: MeilisearchEngine) -> None:
    request = Request(plan("바닐라 시럽"), limit=24)
    plain = engine.search(request)
    last = plain.ids[-1]
    lifted = engine.search(replace(request, boost_ids=(last,)))
    assert (lifted.total, set(lifted.ids)) == (plain.total, set(plain.ids))
    assert lifted.ids.index(last) < plain.ids.index(last)


def test_passes_are_told(engine: MeilisearchEngine) -> None:
    assert engine.search(Request(plan("에스프레소"))).relaxed == 0
    assert engine.search(Request(plan("에스프래소"))).relaxed in (1, 2)
    assert engine.search(Request(plan("qzxwvj"))).total == 0


@pytest.mark.parametrize(
    "typed", ['"', "-커피", "-", "\\", '커피 " OR id > 0', "*", "a" * 200, "가 " * 100, "\U000f30a6"]
)
def test_nothing_typed_breaks_it(engine: MeilisearchEngine, typed: str) -> None:
    found = engine.search(Request(plan(typed), limit=5))
    assert len(found.ids) <= 5


def test_a_wrong_key_and_a_missing_index_are_said_to_be(engine: MeilisearchEngine) -> None:
    missing = MeilisearchEngine(URL, os.environ.get("SEARCH_KEY", ""), index="test_missing", timeout_ms=5_000)
    with pytest.raises(EngineUnavailable, match="index_not_found"):
        missing.search(Request(plan("커피")))
    assert not missing.health().available
    if os.environ.get("SEARCH_KEY"):
        with pytest.raises(EngineUnavailable, match="invalid_api_key"):
            MeilisearchEngine(URL, "wrong", index="test_missing", timeout_ms=5_000).search(
                Request(plan("커피"))
            )
