"""A catalog of any size for measurements: the demo's 300 products under invented brands and models, always the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from search.documents import Item
from search.engine import IndexSettings
from search.evaluation.catalogs import Catalog, read_catalog

PRODUCTS = Path("portal/demo/data/products.json")

BRANDS = 400
MODELS = 6_000
ASSORTMENTS = 200
"""Of which an item is in ten."""

PRICE_LISTS = 20
SETTINGS = IndexSettings(tuple(range(1, PRICE_LISTS + 1)))

_LATIN = [consonant + vowel for consonant in "bkdlmnrst" for vowel in "aeio"]
_HANGUL = list("바베비보카케키코다데디도라레리로마메미모나네니노하헤히호사세시소")
_KANA = list("バベビボカケキコダデヂドラレリロマメミモナネニノハヘヒホサセシソ")


def _word(number: int, syllables: int, alphabet: list[str]) -> str:
    """The word of a number, the same syllables in every alphabet."""
    chance = random.Random(number)
    places = [chance.randrange(len(alphabet)) for _ in range(syllables)]
    return "".join(alphabet[place] for place in places)


def items(count: int) -> Iterator[Item]:
    """So many items."""
    catalog: Catalog = read_catalog(PRODUCTS)
    chance = random.Random(count)
    for number in range(1, count + 1):
        item = catalog.items[(number - 1) % len(catalog.items)]
        brand, model = chance.randrange(BRANDS), chance.randrange(MODELS)
        series = f"{chance.randrange(10, 1_000)}"
        yield replace(
            item,
            id=number,
            product_id=number,
            sku=f"{item.sku}-{number:06}",
            barcode=f"{8_800_000_000_000 + 7 * number}",
            part_number=f"{_word(brand, 2, _LATIN).upper()}.{number:06}",
            brand_code=f"B{brand:03}",
            brand_names={
                "ko": _word(brand, 3, _HANGUL),
                "en": _word(brand, 3, _LATIN).title(),
                "ja": _word(brand, 3, _KANA),
                "fr": _word(brand, 3, _LATIN).title(),
            },
            names={
                locale: f"{name} {_word(1_000 + model, 3, alphabet)} {series}"
                for (locale, name), alphabet in zip(
                    sorted(item.names.items()), (_LATIN, _LATIN, _KANA, _HANGUL), strict=True
                )
            },
            assortment_ids=tuple(sorted(chance.sample(range(1, ASSORTMENTS + 1), 10))),
            prices={each: 10_000 * chance.randrange(1, 100_000) for each in SETTINGS.price_list_ids},
            stock_in=(1,) if chance.random() < 0.8 else (),
            popularity=int(chance.paretovariate(1.2)),
            rank=number,
            created=1_600_000_000 + number,
        )
