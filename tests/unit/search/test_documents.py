"""Documents: what is kept of an item, and its fingerprint."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from search.documents import Attribute, Item, document_of, fingerprint, language_of
from search.query import Field, plan
from search.text import LONGEST_TOKEN, private

ITEM = Item(
    id=7,
    sku="A-100/2",
    product_id=3,
    names={"ko": "육각 볼트 M8", "en": "Hex Bolts M8", "ja": "六角 ボルト", "fr": "Boulons à tête"},
    reading="ろっかく ぼると",
    barcode="8801234567890",
    part_number="PN 55",
    brand_code="HXB",
    brand_names={"ko": "헥스", "en": "Hexa Works"},
    descriptions={"en": "Fastening of machines."},
    attributes=(Attribute({"ko": "재질", "en": "Material"}, {"": "A2"}),),
    category_ids=(1, 2),
    category_names=({"en": "Fasteners"}, {"ko": "육각볼트"}),
    assortment_ids=(4, 2),
    prices={2: 20, 1: 10},
    popularity=9,
)


def words(item: Item, field: Field) -> set[str]:
    return set(document_of(item).tokens.get(field, "").split())


def test_every_field_holds_its_tokens() -> None:
    assert words(ITEM, Field.NUMBER) == {"a1002", "8801234567890", "pn55"}
    assert {"a1002", "1002", "002", "67890"} <= words(ITEM, Field.CODE)
    assert "02" not in words(ITEM, Field.CODE)
    assert {"hex", "bolts", "m8", "hexbolts", "boltsm8", "hexboltsm8", "boulons"} <= words(ITEM, Field.LATIN)
    assert {"dbrrkr", "rkr", "qhfxm", "dbrrkrqhfxmm8"} <= words(ITEM, Field.KEYS)
    assert {"dr", "r", "qx", "drqxm8"} <= words(ITEM, Field.INITIALS)
    assert {private("六角"), private("角"), private("六角ぼると")} <= words(ITEM, Field.JAPANESE)
    assert private("ろっかくぼると") in words(ITEM, Field.JAPANESE)
    assert {"rokaku", "boruto", "rokakuboruto"} <= words(ITEM, Field.ROMAJI)
    assert {"bolt", "hex", "boulon"} <= words(ITEM, Field.STEM)
    assert {"hxb", "hexa", "works", "hexaworks", "gprtm"} <= words(ITEM, Field.BRAND)
    assert {"material", "a2", "fasten", "fasteners", "qhfxm"} <= words(ITEM, Field.ABOUT)
    assert {"fastening", "fasten", "machin"} <= words(ITEM, Field.DESCRIPTION)
    assert "hexboltsm8" in words(ITEM, Field.NAME)


def test_what_is_typed_in_full_is_among_the_tokens() -> None:
    kept = {(field, token) for field in Field for token in words(ITEM, field)}
    for text in (*ITEM.names.values(), ITEM.sku, ITEM.barcode, "육각볼트", "ろっかくぼると"):
        made = plan(text)
        assert all(any((term.field, term.token) in kept for term in group) for group in made.groups) or any(
            (term.field, term.token) in kept for term in made.whole
        )


def test_tokens_are_short_and_apart() -> None:
    long = replace(ITEM, names={"ko": "가나다" * 100, "en": "abc" * 100, "ja": "豆" * 200}, sku="X" * 300)
    for text in document_of(long).tokens.values():
        assert max(map(len, text.split())) <= LONGEST_TOKEN


def test_an_item_of_nothing_has_a_document() -> None:
    document = document_of(Item(id=1, sku=""))
    assert document.tokens == {}
    assert 1 <= document.weight <= 1.25
    assert document_of(Item(id=1, sku="\ud800\0", names={"en": "\ud800 \u202e☕"})).tokens == {}


def test_short_and_popular_goes_first_but_never_doubles() -> None:
    short = document_of(replace(ITEM, names={"en": "Bolt"}, popularity=0)).weight
    long = document_of(replace(ITEM, names={"en": "Bolt of hardened steel for bridges"}, popularity=0)).weight
    popular = document_of(replace(ITEM, names={"en": "Bolt"}, popularity=10**9)).weight
    assert 1 < long < short < popular <= 1.25


def test_attributes_are_kept_by_language() -> None:
    attributes = document_of(ITEM).attributes
    assert attributes["ko"] == ("재질\x1fA2",)
    assert attributes["en"] == attributes["fr"] == attributes["ja"] == ("Material\x1fA2",)
    assert [language_of(locale) for locale in ("fr-CA", "ko_KR", "de", "")] == ["fr", "ko", "en", "en"]
    regional = Attribute({"fr-CA": "Couleur"}, {"fr-CA": "Rouge", "en": ""})
    assert document_of(replace(ITEM, attributes=(regional,))).attributes["fr"] == ("Couleur\x1fRouge",)


def test_a_fingerprint_changes_with_anything_but_order() -> None:
    first = fingerprint(ITEM)
    same = replace(
        ITEM, assortment_ids=(2, 4), prices={1: 10, 2: 20}, names=dict(reversed(list(ITEM.names.items())))
    )
    assert fingerprint(same) == first
    assert document_of(ITEM).fingerprint == first
    changes: tuple[dict[str, Any], ...] = (
        {"sku": "A-100/3"},
        {"names": {"ko": "육각"}},
        {"reading": ""},
        {"prices": {1: 11, 2: 20}},
        {"stock_in": (1,)},
        {"assortment_ids": (4,)},
        {"popularity": 10},
        {"rank": 1},
        {"created": 1},
        {"attributes": ()},
        {"descriptions": {}},
        {"category_ids": (2, 1)},
    )
    for change in changes:
        assert fingerprint(replace(ITEM, **change)) != first


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "from search.documents import Item, fingerprint\n"
            "print(fingerprint(Item(id=1, sku='A', names={'ko': '볼트', 'en': 'Bolt'})))",
        ],
        cwd=Path(__file__).parents[3],
        env={"PYTHONHASHSEED": "77", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert said == fingerprint(Item(id=1, sku="A", names={"en": "Bolt", "ko": "볼트"}))
    assert len(said) == 15
