"""Categories for goods whose source has none: a small table of words, read from top to bottom."""

from __future__ import annotations

import re
from typing import Final

ROOTS: Final[dict[str, dict[str, str]]] = {
    "home": {"ko": "홈·리빙", "en": "Home", "ja": "ホーム・雑貨", "fr-CA": "Maison"},
    "gift": {"ko": "선물·취미", "en": "Gifts", "ja": "ギフト・ホビー", "fr-CA": "Cadeaux"},
}
"""The two roots by slug, with names by locale."""

CHILDREN: Final[dict[str, dict[str, str]]] = {
    "home-christmas": {"ko": "크리스마스", "en": "Christmas", "ja": "クリスマス", "fr-CA": "Noël"},
    "home-candles": {
        "ko": "양초·향",
        "en": "Candles and scents",
        "ja": "キャンドル・お香",
        "fr-CA": "Bougies et parfums",
    },
    "home-lights": {"ko": "조명", "en": "Lights", "ja": "照明", "fr-CA": "Éclairage"},
    "home-kitchen": {
        "ko": "주방·식탁",
        "en": "Kitchen and table",
        "ja": "キッチン・食卓",
        "fr-CA": "Cuisine et table",
    },
    "home-garden": {"ko": "정원", "en": "Garden", "ja": "ガーデン", "fr-CA": "Jardin"},
    "home-textiles": {
        "ko": "쿠션·패브릭",
        "en": "Cushions and textiles",
        "ja": "クッション・布製品",
        "fr-CA": "Coussins et textiles",
    },
    "home-storage": {
        "ko": "수납·고리",
        "en": "Storage and hooks",
        "ja": "収納・フック",
        "fr-CA": "Rangement et crochets",
    },
    "home-decoration": {
        "ko": "장식·액자",
        "en": "Decoration and frames",
        "ja": "装飾・フレーム",
        "fr-CA": "Décoration et cadres",
    },
    "gift-bags": {
        "ko": "가방·지갑",
        "en": "Bags and purses",
        "ja": "バッグ・財布",
        "fr-CA": "Sacs et bourses",
    },
    "gift-jewellery": {"ko": "액세서리", "en": "Jewellery", "ja": "アクセサリー", "fr-CA": "Bijoux"},
    "gift-stationery": {
        "ko": "문구·카드",
        "en": "Stationery and cards",
        "ja": "文具・カード",
        "fr-CA": "Papeterie et cartes",
    },
    "gift-wrap": {
        "ko": "포장·파티",
        "en": "Wrapping and party",
        "ja": "ラッピング・パーティー",
        "fr-CA": "Emballage et fête",
    },
    "gift-toys": {
        "ko": "장난감·어린이",
        "en": "Toys and children",
        "ja": "おもちゃ・子ども",
        "fr-CA": "Jouets et enfants",
    },
    "gift-beauty": {
        "ko": "욕실·뷰티",
        "en": "Bath and beauty",
        "ja": "バス・ビューティー",
        "fr-CA": "Bain et beauté",
    },
    "gift-other": {"ko": "기타 선물", "en": "Other gifts", "ja": "その他のギフト", "fr-CA": "Autres cadeaux"},
}
"""The categories below them by slug; the part before the hyphen is the root."""

RULES: Final[tuple[tuple[str, str], ...]] = (
    (
        "home-christmas",
        "christmas xmas santa reindeer snowflake snowman advent bauble noel snowglobe nativity",
    ),
    ("home-candles", "candle t-light tlight incense candlestick candelabra candleholder scented votive"),
    (
        "gift-jewellery",
        "necklace bracelet earring earrings brooch pendant bangle diamante bead charm hairclip hair "
        "lariat tiara anklet choker jewellery bling hairband ring",
    ),
    ("home-lights", "light lamp lantern lampshade chandelier bulb torch nightlight"),
    (
        "gift-toys",
        "toy doll jigsaw puzzle game skittles childrens children child kids baby robot dinosaur inflatable spinning "
        "yoyo dominoes soldier skipping bingo marbles playhouse spaceboy circus ludo teddy "
        "magic feltcraft sewing craft",
    ),
    (
        "gift-wrap",
        "wrap ribbon tissue bunting balloon party garland confetti birthday gift-wrap streamer napkin napkins",
    ),
    (
        "gift-stationery",
        "card notebook pencil pen sticker tape paper eraser rubber sharpener journal diary stationery "
        "stamp letter envelope book origami ruler crayon chalk blackboard memo calendar album passport magnet",
    ),
    ("gift-bags", "bag purse handbag wallet backpack rucksack shopper tote satchel suitcase luggage"),
    (
        "home-kitchen",
        "cake mug cup bowl plate teapot tea coffee jug cutlery spoon fork knife kitchen baking pantry "
        "bottle glass tumbler apron oven egg jar tray dish lunch snack recipe toast coaster placemat chopping saucer "
        "sugar milk biscuit cookie bread jam pudding ramekin cocktail wine beer bottle decanter teatime popcorn",
    ),
    (
        "home-garden",
        "garden plant flowerpot watering bird birdhouse trellis pot planter seeds wheelbarrow parasol "
        "gardeners herb trowel",
    ),
    (
        "home-textiles",
        "cushion throw quilt towel blanket doormat mat rug curtain tablecloth fabric slipper scarf sock",
    ),
    (
        "gift-beauty",
        "soap bath bathroom manicure mirror cosmetic shower warmer nail lip perfume hot-water hottie",
    ),
    (
        "home-storage",
        "box tin basket drawer hook hanger cabinet storage knob rack shelf holder crate tidy bin ladder "
        "chest cupboard doorknob doorstop",
    ),
    (
        "home-decoration",
        "frame sign clock decoration heart wall art picture photo hanging wreath flower vase ornament "
        "plaque metal wicker wooden star butterfly sculpture tile wood zinc antique bell chime finial",
    ),
)
"""Slug and words; the first row with a word of the description wins."""

FALLBACK: Final = "gift-other"
_WORD: Final = re.compile(r"[a-z][a-z'-]*")
_SLUG_BY_WORD: Final[dict[str, int]] = {
    word: index for index, (_, words) in reversed(list(enumerate(RULES))) for word in words.split()
}


def category_of(description: str) -> str:
    """The slug for an English description; :data:`FALLBACK` if no rule knows any of its words."""
    best = len(RULES)
    for word in _WORD.findall(description.casefold()):
        stem = word.removesuffix("'s")
        for form in (stem, stem.removesuffix("s"), stem.removesuffix("es")):
            best = min(best, _SLUG_BY_WORD.get(form, best))
    return RULES[best][0] if best < len(RULES) else FALLBACK
