"""The demo's 300 articles as rows: what the file says, and by category what a wholesaler would add to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from portal.catalog.models import Unit
from portal.core.money import divide
from portal.demo.words import ATTRIBUTES, DESCRIBED_EVERY, DESCRIPTIONS, Texts, option_texts, texts

FILE: Final = Path(__file__).parent / "data" / "products.json"


@dataclass(frozen=True, slots=True)
class Packing:
    """How a category is sold. Quantities are in units."""

    unit: Unit
    step: int
    weight_grams: int
    """Of one unit whose size says nothing of its weight."""
    plenty: int
    """Stock of an article of which there is plenty, in steps."""


_PACKING: Final = {
    "cafe-beans": Packing(Unit.BAG, 6, 500, 80),
    "cafe-tea": Packing(Unit.BOX, 6, 120, 60),
    "cafe-syrup": Packing(Unit.BOTTLE, 6, 1_100, 60),
    "cafe-powder": Packing(Unit.BAG, 4, 1_000, 60),
    "cafe-cups": Packing(Unit.BOX, 10, 4_200, 60),
    "cafe-machine": Packing(Unit.EACH, 1, 900, 40),
    "food-dairy": Packing(Unit.PACK, 6, 1_000, 60),
    "food-baking": Packing(Unit.BAG, 4, 1_000, 60),
    "food-sauce": Packing(Unit.BOTTLE, 6, 900, 60),
    "food-frozen": Packing(Unit.BAG, 5, 1_000, 50),
    "hw-fastener": Packing(Unit.EACH, 100, 14, 150),
    "hw-hinge": Packing(Unit.EACH, 10, 180, 60),
    "hw-bearing": Packing(Unit.EACH, 10, 60, 60),
    "hw-tool": Packing(Unit.EACH, 1, 350, 120),
    "hw-pipe": Packing(Unit.EACH, 10, 110, 80),
    "cos-skin": Packing(Unit.EACH, 6, 180, 50),
    "cos-hair": Packing(Unit.EACH, 6, 320, 50),
    "cos-make": Packing(Unit.EACH, 6, 60, 50),
}

_STEP_OF_FAMILY: Final = {
    "HG-PCP": 50,
    "HG-PET": 50,
    "HG-LID": 50,
    "TK-ORG": 50,
    "KR-FLT": 10,
    "NS-UHT": 1,
    "NS-OAT": 1,
}
_PACK_OF_UNIT: Final = {
    "NS-UHT-01": 24, "NS-UHT-02": 10, "NS-OAT-01": 24, "NS-OAT-02": 12,
}  # fmt: skip
"""Cases, with the pieces in one."""

_SINGLE_FROM_GRAMS: Final = 2_500
"""Food in larger packs than this is sold by the piece."""

BACKORDERED_FAMILIES: Final = frozenset(
    {"KR-GRD", "KR-CLN", "NS-FMG", "LM-LIP", "TK-OSL", "ML-GRT", "NS-SHR", "HG-LID"}
)
"""What may be ordered beyond the shelf; most of it has run out."""

LONG_NAMES: Final = {
    "GM-OLV": texts(
        "올리브유 엑스트라버진 시칠리아 노체라라 델 벨리체 단일 품종 조기 수확 냉압착 무여과 유기농 인증 업소용 대용량",
        "Extra Virgin Olive Oil from Sicily, Single Variety Nocellara del Belice, Early Harvest, Cold Pressed, "
        "Unfiltered, Certified Organic, Catering Size",
        "シチリア産ノチェッラーラ・デル・ベリーチェ単一品種 早摘み 低温圧搾 無濾過 有機認証 "
        "業務用 エクストラバージンオリーブオイル",
        "Huile d’olive vierge extra de Sicile, variété unique Nocellara del Belice, récolte précoce, pressée à froid, "
        "non filtrée, certifiée biologique, format professionnel",
    ),
}
"""Names as long as some makers like them, so that every page meets one."""


@dataclass(frozen=True, slots=True)
class Article:
    """A variant-to-be. Prices are in won, as the file gives them."""

    sku: str
    family: str
    category: str
    brand: str
    brand_names: Texts
    product_names: Texts
    names: Texts
    options: tuple[dict[str, Any], ...]
    option_values: Texts
    barcode: str | None
    part_number: str | None
    reading: str | None
    """Kana of the Japanese name."""
    list_price_krw: int
    in_stock: bool
    unit: Unit
    pack_size: int
    step: int
    weight_grams: int
    tax_class: str
    allow_backorder: bool
    plenty: int
    """Units."""

    @property
    def root(self) -> str:
        """Slug of the root category."""
        return self.category.split("-", maxsplit=1)[0]


def articles() -> tuple[Article, ...]:
    """The articles in the file's order."""
    entries = json.loads(FILE.read_text(encoding="utf-8"))["products"]
    return tuple(_article(entry) for entry in entries)


def families(all_articles: Iterable[Article]) -> dict[str, list[Article]]:
    """The articles by family, families in the order of their first article."""
    found: dict[str, list[Article]] = {}
    for article in all_articles:
        found.setdefault(article.family, []).append(article)
    return found


def description_of(article: Article, index: int) -> Texts:
    """The description of the ``index``-th family; empty for one in DESCRIBED_EVERY."""
    if index % DESCRIBED_EVERY == DESCRIBED_EVERY - 1:
        return {}
    template = DESCRIPTIONS.get(article.category) or DESCRIPTIONS.get(article.root) or DESCRIPTIONS["food"]
    return {
        locale: text.replace("{name}", article.product_names[locale]) for locale, text in template.items()
    }


def attributes_of(article: Article) -> dict[str, Any]:
    """The seller's own fields of a family."""
    return dict(ATTRIBUTES.get(article.category) or ATTRIBUTES[article.root])


def _article(entry: dict[str, Any]) -> Article:
    names = _french(entry["names"])
    options = tuple(
        {"name": _french(option["name"]), "value": option_texts(option["value"])}
        for option in entry["options"]
    )
    category = entry["category"].replace("/", "-")
    size = " ".join(option["value"] for option in entry["options"])
    product_names = dict(names) | {"ko": names["ko"].removesuffix(size).strip()}
    if entry["family"] in LONG_NAMES:
        product_names = LONG_NAMES[entry["family"]]
    values = {locale: ", ".join(option["value"][locale] for option in options) for locale in product_names}
    packing = _PACKING[category]
    weight = weight_of(size) or packing.weight_grams
    pack_size = _PACK_OF_UNIT.get(entry["sku"], 1)
    return Article(
        sku=entry["sku"],
        family=entry["family"],
        category=category,
        brand=entry["brand"],
        brand_names=_french(entry["brand_names"]),
        product_names=product_names,
        names={locale: f"{name} {values[locale]}".strip() for locale, name in product_names.items()},
        options=options,
        option_values=values,
        barcode=entry["barcode"] or None,
        part_number=entry["mpn"] or None,
        reading=entry["kana"] or None,
        list_price_krw=entry["list_price"],
        in_stock=entry["in_stock"],
        unit=Unit.CASE if pack_size > 1 else packing.unit,
        pack_size=pack_size,
        step=_step_of(entry["family"], category, weight),
        weight_grams=weight * pack_size,
        tax_class=_tax_class_of(category),
        allow_backorder=entry["family"] in BACKORDERED_FAMILIES,
        plenty=packing.plenty * _step_of(entry["family"], category, weight),
    )


def _french(by_language: dict[str, str]) -> Texts:
    return {"fr-CA" if language == "fr" else language: text for language, text in by_language.items()}


def _step_of(family: str, category: str, weight_grams: int) -> int:
    if family in _STEP_OF_FAMILY:
        return _STEP_OF_FAMILY[family]
    if category.startswith(("food", "cafe-syrup", "cafe-beans")) and weight_grams >= _SINGLE_FROM_GRAMS:
        return 1
    return _PACKING[category].step


def _tax_class_of(category: str) -> str:
    """Food and drink bear the reduced rate where there is one (Japan 8 %, Germany 7 %)."""
    is_food = category.startswith("food") or category in {
        "cafe-beans",
        "cafe-tea",
        "cafe-syrup",
        "cafe-powder",
    }
    return "reduced" if is_food else "standard"


_SIZE: Final = re.compile(r"(\d+)(?:\.(\d+))?(kg|g|L|ml)(?![A-Za-z])")
_GRAMS: Final = {"kg": 1_000, "g": 1, "L": 1_000, "ml": 1}


def weight_of(size: str) -> int | None:
    """Grams of a size such as 500g or 1.8L with a tenth for its wrapping; None if it names no such measure."""
    if not (match := _SIZE.search(size)):
        return None
    whole, fraction, measure = match.groups()
    scale = 10 ** len(fraction or "")
    return divide(int(whole + (fraction or "")) * _GRAMS[measure] * 11, scale * 10)


def links_of(by_family: dict[str, list[Article]]) -> Iterator[tuple[str, str, str, int]]:
    """(family, other family, kind, quantity) of products that belong together."""
    for family, other, kind, quantity in _LINKS:
        if family in by_family and other in by_family:
            yield family, other, kind, quantity


_LINKS: Final[tuple[tuple[str, str, str, int], ...]] = (
    ("KR-EM", "KR-TMP", "accessory", 1),
    ("KR-EM", "KR-PIT", "accessory", 1),
    ("KR-EM", "KR-CLN", "accessory", 1),
    ("KR-EM", "KR-WFC", "accessory", 1),
    ("KR-EM", "KR-KNB", "accessory", 1),
    ("KR-GRD", "KR-TMP", "accessory", 1),
    ("KR-GRD", "KR-HML", "substitute", 1),
    ("KR-KTL", "KR-FLT", "accessory", 1),
    ("KR-ICE", "KR-WFC", "accessory", 1),
    ("HG-PCP", "HG-LID", "accessory", 1),
    ("HG-PCP", "HG-SLV", "accessory", 1),
    ("HG-PCP", "HG-CAR", "accessory", 1),
    ("HG-PET", "HG-LID", "accessory", 1),
    ("HG-PET", "HG-STW", "accessory", 1),
    ("HG-STW", "HG-PLA", "replaced_by", 1),
    ("MB-ESP", "MB-DCF", "substitute", 1),
    ("MB-ESP", "HR-COL", "substitute", 1),
    ("HR-ETH", "HR-KEN", "substitute", 1),
    ("DL-VAN", "DL-HZN", "substitute", 1),
    ("DL-CRM", "DL-CHO", "substitute", 1),
    ("ML-EGT", "ML-BRL", "substitute", 1),
    ("AS-MTC", "AS-HJC", "substitute", 1),
    ("NS-UHT", "NS-OAT", "substitute", 1),
    ("GM-UBT", "GM-WHC", "accessory", 1),
    ("NS-BRF", "NS-CKF", "substitute", 1),
    ("NS-BRF", "PB-YST", "accessory", 1),
    ("A-100", "A-200", "accessory", 1),
    ("A-100", "A-300", "accessory", 1),
    ("A-100", "A-310", "accessory", 1),
    ("A-100", "A-110", "substitute", 1),
    ("A-400", "A-200", "accessory", 2),
    ("VX-HKS", "A-110", "accessory", 1),
    ("DM-HNG", "DM-SCH", "replaced_by", 1),
    ("DM-HNG", "DM-CSK", "set_part", 6),
    ("DM-SLD", "DM-CSK", "set_part", 8),
    ("VX-IMP", "VX-CDB", "accessory", 1),
    ("VX-IMP", "VX-GGL", "accessory", 1),
    ("IF-BVL", "IF-PTF", "accessory", 1),
    ("IF-ELB", "IF-PTF", "accessory", 1),
    ("BM-HAT", "BM-VCS", "accessory", 1),
    ("BM-MCR", "BM-RTN", "substitute", 1),
    ("SK-SHP", "SK-TRT", "accessory", 1),
    ("LM-CSH", "LM-LIP", "accessory", 1),
)
