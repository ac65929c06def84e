"""The embedded engine's answers: what is found, filtered, counted and sorted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from search.documents import ATTRIBUTE_SEPARATOR, Attribute, Item
from search.engine import (
    AnyOf,
    Audience,
    EngineUnavailable,
    Facet,
    Filters,
    IndexSettings,
    Order,
    Request,
)
from search.engines.embedded import EmbeddedEngine
from search.query import plan

COLOUR = {"ko": "색상", "en": "Colour"}


def _of(number: int, sku: str, ko: str, en: str, colour: str, colour_ko: str, **more: object) -> Item:
    item = Item(
        id=number,
        sku=sku,
        product_id=number // 2,
        names={"ko": ko, "en": en},
        attributes=(Attribute(COLOUR, {"ko": colour_ko, "en": colour}),),
        rank=10 - number,
        created=1000 + number,
    )
    return replace(item, **more)  # type: ignore[arg-type]


ITEMS = (
    _of(
        1, "GR-1", "커피 그라인더", "Coffee grinder", "Red", "빨강",
        brand_code="KR", category_ids=(1, 11), stock_in=(1, 2), assortment_ids=(5,), prices={7: 300_000},
    ),
    _of(
        2, "GR-2", "커피 그라인더 프로", "Coffee grinder pro", "Black", "검정",
        brand_code="KR", category_ids=(1, 11), stock_in=(2,), assortment_ids=(5, 6), prices={7: 900_000},
    ),
    _of(
        3, "BN-3", "커피 원두", "Coffee beans", "Black", "검정",
        brand_code="MB", category_ids=(1, 12), stock_in=(), assortment_ids=(6,), prices={7: 100_000},
    ),
    _of(
        4, "CU-4", "종이컵", "Paper cup", "Red", "빨강",
        brand_code="", category_ids=(2,), stock_in=(1,), assortment_ids=(5, 9),
    ),
)  # fmt: skip


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(tmp_path / "search")
    engine.rebuild(ITEMS, IndexSettings(price_list_ids=(7,), synonyms=(("grinder", "mill"), ("컵", "잔"))))
    yield engine
    engine.close()


def found(engine: EmbeddedEngine, text: str, filters: Filters | None = None, **more: object) -> list[int]:
    request = Request(plan(text), filters=filters or Filters(), **more)  # type: ignore[arg-type]
    return list(engine.search(request).ids)


def test_without_words_the_sellers_own_order_counts(engine: EmbeddedEngine) -> None:
    hits = engine.search(Request(plan(""), limit=3))
    assert hits.ids == (4, 3, 2)
    assert (hits.total, hits.relaxed, hits.partial) == (4, 0, 0)
    assert hits.took_ms > 0
    assert found(engine, "", offset=3) == [1]
    assert found(engine, "", offset=100) == []
    assert engine.search(Request(plan(""), limit=0)).total == 4


def test_pages_follow_each_other(engine: EmbeddedEngine) -> None:
    pages = [found(engine, "커피", offset=offset, limit=2) for offset in (0, 2)]
    assert sorted(pages[0] + pages[1]) == [1, 2, 3]


def test_shorter_names_go_first_among_equals(engine: EmbeddedEngine) -> None:
    assert found(engine, "grinder") == [1, 2]


@pytest.mark.parametrize("text", ["!!!", "☕", "\u200f", "'; --"])
def test_text_without_a_letter_finds_nothing_but_an_empty_one_everything(
    engine: EmbeddedEngine, text: str
) -> None:
    hits = engine.search(Request(plan(text), facets=(Facet.BRAND,), counts={"mine": AnyOf(ids=(1,))}))
    if plan(text).text:
        assert (hits.ids, hits.total) == ((), 0)
        assert (hits.facets, hits.counts) == ({Facet.BRAND: {}}, {"mine": 0})
    else:
        assert hits.total == 4


def test_a_search_is_bent_only_if_nothing_fits_as_typed(engine: EmbeddedEngine) -> None:
    assert engine.search(Request(plan("cofee"))).relaxed == 1
    assert engine.search(Request(plan("grinder"))).relaxed == 0
    assert engine.search(Request(plan("grynddr"))).total == 0
    assert engine.search(Request(plan("coffee grinder steel"))).relaxed == 3
    assert set(found(engine, "coffee grinder steel")) == {1, 2}


def test_a_filter_that_leaves_nothing_does_not_bend_words(engine: EmbeddedEngine) -> None:
    hits = engine.search(Request(plan("커피"), filters=Filters(category_ids=(2,))))
    assert (hits.ids, hits.total, hits.relaxed) == ((), 0, 0)


def test_a_page_of_few_hits_is_filled_up(engine: EmbeddedEngine) -> None:
    hits = engine.search(Request(plan("커피 원두"), facets=(Facet.BRAND,)))
    assert hits.ids[0] == 3
    assert sorted(hits.ids) == [1, 2, 3]
    assert (hits.total, hits.partial) == (3, 2)
    assert hits.facets == {Facet.BRAND: {"MB": 1}}
    assert engine.search(Request(plan("커피 원두"), limit=5)).ids == (3,)
    assert found(engine, "커피 원두", order=Order.NEWEST) == [3]


def test_synonyms_may_change_without_a_new_generation(engine: EmbeddedEngine) -> None:
    assert found(engine, "mill") == [1, 2]
    assert found(engine, "잔") == [4]
    elsewhere = EmbeddedEngine(engine._generations.folder)
    assert found(elsewhere, "kopi") == []
    engine.configure(IndexSettings(price_list_ids=(7,), synonyms=(("kopi", "커피 원두"),)))
    assert found(elsewhere, "kopi") == [3]
    assert found(elsewhere, "mill") == []
    assert engine.health().generation == "000001"


def test_what_hits_must_be(engine: EmbeddedEngine) -> None:
    def ids(**filters: object) -> set[int]:
        return set(found(engine, "", Filters(**filters)))  # type: ignore[arg-type]

    assert ids(category_ids=(11,)) == {1, 2}
    assert ids(category_ids=(12, 2)) == {3, 4}
    assert ids(brand_codes=("KR", "none")) == {1, 2}
    assert ids(attributes=(("색상", ("검정",)),)) == {2, 3}
    assert ids(attributes=(("색상", ("검정", "빨강")), ("크기", ("L",)))) == set()
    assert ids(in_stock_at=2) == {1, 2}
    assert ids(only=(AnyOf(ids=(1, 4)), AnyOf(category_ids=(1,)))) == {1}
    assert ids(only=(AnyOf(product_ids=(1,), ids=(4,)),)) == {2, 3, 4}
    assert ids(only=(AnyOf(),)) == set()
    assert ids(only=(AnyOf(ids=(-1, 2**70)),)) == set()


def test_attributes_are_asked_for_in_the_language_of_the_page(engine: EmbeddedEngine) -> None:
    filters = Filters(attributes=(("Colour", ("Red",)),))
    assert set(found(engine, "", filters, locale="en-US")) == {1, 4}
    # French has none of its own: English stands in.
    assert set(found(engine, "", filters, locale="fr-CA")) == {1, 4}
    assert found(engine, "", filters, locale="ko") == []


@pytest.mark.parametrize(
    "audience, ids",
    [
        (None, {1, 2, 3, 4}),
        (Audience(shows=None), {1, 2, 3, 4}),
        (Audience(shows=()), set()),
        (Audience(shows=(5,)), {1, 2, 4}),
        (Audience(shows=(5, 6), hides=(6, 9)), {1}),
        (Audience(shows=None, hides=(5,)), {3}),
    ],
)
def test_nobody_finds_what_he_may_not_see(
    engine: EmbeddedEngine, audience: Audience | None, ids: set[int]
) -> None:
    filters = Filters(audience=audience)
    assert set(found(engine, "", filters)) == ids
    for text in ("커피 그라인더", "종이컵", "GR-2", "cofee grindr", "paper coffee steel"):
        hits = engine.search(Request(plan(text), filters=filters, facets=tuple(Facet)))
        assert set(hits.ids) <= ids
        assert sum(hits.facets[Facet.BRAND].values()) <= len(ids)


def test_facets_count_as_if_their_own_filter_were_not_set(engine: EmbeddedEngine) -> None:
    def facets(**filters: object) -> dict[Facet, dict[str, int]]:
        request = Request(plan("커피"), filters=Filters(**filters), facets=tuple(Facet))  # type: ignore[arg-type]
        return {facet: dict(counts) for facet, counts in engine.search(request).facets.items()}

    red, black = f"색상{ATTRIBUTE_SEPARATOR}빨강", f"색상{ATTRIBUTE_SEPARATOR}검정"
    assert facets() == {
        Facet.CATEGORY: {"1": 3, "11": 2, "12": 1},
        Facet.BRAND: {"KR": 2, "MB": 1},
        Facet.ATTRIBUTE: {red: 1, black: 2},
        Facet.STOCK: {"1": 1, "2": 2},
    }
    assert facets(brand_codes=("MB",), attributes=(("색상", ("검정",)),)) == {
        Facet.CATEGORY: {"1": 1, "12": 1},
        Facet.BRAND: {"KR": 1, "MB": 1},
        Facet.ATTRIBUTE: {black: 1},
        Facet.STOCK: {},
    }
    assert facets(attributes=(("색상", ("검정",)),))[Facet.ATTRIBUTE] == {red: 1, black: 2}
    assert facets(category_ids=(11,), in_stock_at=1) == {
        Facet.CATEGORY: {"1": 1, "11": 1},
        Facet.BRAND: {"KR": 1},
        Facet.ATTRIBUTE: {red: 1},
        Facet.STOCK: {"1": 1, "2": 2},
    }


def test_further_sets_are_counted(engine: EmbeddedEngine) -> None:
    hits = engine.search(
        Request(
            plan("커피"),
            filters=Filters(brand_codes=("KR",)),
            counts={"bought": AnyOf(ids=(1, 3, 4)), "promotion": AnyOf(category_ids=(11,)), "none": AnyOf()},
        )
    )
    assert hits.counts == {"bought": 1, "promotion": 2, "none": 0}


def test_hits_are_sorted_by_price_and_age(engine: EmbeddedEngine) -> None:
    assert found(engine, "", order=Order.PRICE, price_list_id=7) == [3, 1, 2, 4]
    assert found(engine, "", order=Order.PRICE_DESCENDING, price_list_id=7) == [2, 1, 3, 4]
    assert found(engine, "커피", order=Order.NEWEST) == [3, 2, 1]
    with pytest.raises(EngineUnavailable, match="no prices of list 8"):
        found(engine, "커피", order=Order.PRICE, price_list_id=8)


def test_what_was_bought_goes_before_others_of_the_same_fit(engine: EmbeddedEngine) -> None:
    assert found(engine, "grinder", boost_ids=(2, 4)) == [2, 1]
    # A better fit stays first: the whole name was typed.
    assert found(engine, "coffee grinder", boost_ids=(2,))[0] == 1
