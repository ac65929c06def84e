"""What dealers type, over the demo's products, on the embedded engine: every case must be found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from search.engine import IndexSettings, Request
from search.engines.embedded import EmbeddedEngine
from search.evaluation.catalogs import Catalog, read_catalog
from search.query import plan

ROOT = Path(__file__).parents[3]
CASES = json.loads((ROOT / "tests/data/search-cases.json").read_text(encoding="utf-8"))["cases"]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return read_catalog(ROOT / "portal/demo/data/products.json")


@pytest.fixture(scope="module")
def engine(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(tmp_path_factory.mktemp("search"))
    assert engine.rebuild(catalog.items, IndexSettings(synonyms=catalog.synonyms)) == 300
    yield engine
    engine.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}-{case['kind']}")
def test_a_dealer_finds_what_he_means(case: dict[str, Any], engine: EmbeddedEngine, catalog: Catalog) -> None:
    hits = engine.search(Request(plan(case["q"])))
    rule, _, places = case["rule"].partition("@")
    first = hits.ids[: int(places or 0)]
    families = {catalog.families[number] for number in first}
    expected = set(case["expect"])
    if rule == "none":
        assert hits.ids == ()
    elif rule == "any":
        assert families & expected
    elif rule == "all":
        assert expected <= families
    else:
        assert rule == "sku"
        assert expected & {item.sku for item in catalog.items if item.id in first}
