"""The words of the demo in the portal's four languages: categories, options, descriptions."""

from __future__ import annotations

import re
from typing import Final

Texts = dict[str, str]
"""A text by locale."""


def texts(ko: str, en: str, ja: str, fr: str) -> Texts:
    """A text in the four languages of the portal."""
    return {"ko": ko, "en": en, "ja": ja, "fr-CA": fr}


ROOTS: Final = {
    "cafe": texts("카페", "Café", "カフェ", "Café"),
    "food": texts("식자재", "Food", "食材", "Alimentation"),
    "hw": texts("철물·부품", "Hardware", "金物・部品", "Quincaillerie"),
    "cos": texts("화장품", "Beauty", "化粧品", "Beauté"),
}

CHILDREN: Final = {
    "cafe-beans": texts("원두·커피", "Coffee", "コーヒー豆・コーヒー", "Café en grains et moulu"),
    "cafe-tea": texts("차", "Tea", "お茶", "Thés et infusions"),
    "cafe-syrup": texts("시럽·소스", "Syrups and sauces", "シロップ・ソース", "Sirops et sauces"),
    "cafe-powder": texts("음료 파우더", "Drink powders", "ドリンクパウダー", "Poudres pour boissons"),
    "cafe-cups": texts("컵·일회용품", "Cups and disposables", "カップ・使い捨て容器", "Gobelets et jetables"),
    "cafe-machine": texts("머신·도구", "Machines and tools", "マシン・器具", "Machines et accessoires"),
    "food-dairy": texts("유제품", "Dairy", "乳製品", "Produits laitiers"),
    "food-baking": texts("베이킹 재료", "Baking", "製菓・製パン材料", "Boulangerie et pâtisserie"),
    "food-sauce": texts("장류·소스", "Sauces and seasonings", "調味料・ソース", "Sauces et assaisonnements"),
    "food-frozen": texts("냉동식품", "Frozen food", "冷凍食品", "Surgelés"),
    "hw-fastener": texts("볼트·너트·나사", "Fasteners", "ねじ・ボルト・ナット", "Boulonnerie et visserie"),
    "hw-hinge": texts("경첩·레일", "Hinges and slides", "蝶番・レール", "Charnières et glissières"),
    "hw-bearing": texts("베어링·실", "Bearings and seals", "軸受・シール", "Roulements et joints"),
    "hw-tool": texts("공구·안전용품", "Tools and safety", "工具・保護具", "Outils et sécurité"),
    "hw-pipe": texts("배관·전기", "Pipe and electrical", "配管・電材", "Plomberie et électricité"),
    "cos-skin": texts("스킨케어", "Skin care", "スキンケア", "Soins de la peau"),
    "cos-hair": texts("헤어케어", "Hair care", "ヘアケア", "Soins capillaires"),
    "cos-make": texts("메이크업·향수", "Make-up and fragrance", "メイク・香水", "Maquillage et parfums"),
}
"""Slug (the part before the hyphen is the root) and name."""

_OPTION_WORDS: Final[dict[str, tuple[str, str, str]]] = {
    "블랙": ("Black", "ブラック", "Noir"),
    "화이트": ("White", "ホワイト", "Blanc"),
    "백색": ("White", "白", "Blanc"),
    "흑색": ("Black", "黒", "Noir"),
    "적색": ("Red", "赤", "Rouge"),
    "실버": ("Silver", "シルバー", "Argent"),
    "그레이": ("Grey", "グレー", "Gris"),
    "브라운": ("Brown", "ブラウン", "Brun"),
    "로즈 브라운": ("Rose Brown", "ローズブラウン", "Brun rosé"),
    "애쉬 브라운": ("Ash Brown", "アッシュブラウン", "Brun cendré"),
    "로즈": ("Rose", "ローズ", "Rose"),
    "코랄": ("Coral", "コーラル", "Corail"),
    "와인": ("Wine", "ワイン", "Bordeaux"),
    "레드": ("Red", "レッド", "Rouge"),
    "누드": ("Nude", "ヌード", "Nude"),
    "체리": ("Cherry", "チェリー", "Cerise"),
    "민트": ("Mint", "ミント", "Menthe"),
    "유자": ("Yuja citron", "柚子", "Yuzu"),
    "히노끼": ("Hinoki", "ひのき", "Hinoki"),
    "투명": ("Clear", "透明", "Transparent"),
    "소형": ("Small", "小型", "Petit"),
    "대형": ("Large", "大型", "Grand"),
    "인도어": ("Inset", "インセット", "Encastré"),
    "아웃도어": ("Overlay", "全かぶせ", "En applique"),
    "다크 55%": ("Dark 55%", "ダーク55%", "Noir 55 %"),
    "밀크 35%": ("Milk 35%", "ミルク35%", "Lait 35 %"),
}

_OPTION_PATTERNS: Final[tuple[tuple[str, str, str, str], ...]] = (
    (r"(\S+)인용 (\d+)매", r"\1 cups, \2 sheets", r"\1人用 \2枚", r"\1 tasses, \2 filtres"),
    (r"(\S+) (\d+)팩", r"\1 × \2", r"\1 \2本", r"\1 × \2"),
    (r"소 (\d+)매", r"Small, \1 pcs", r"小 \1枚", r"Petit, \1 unités"),
    (r"대 (\d+)매", r"Large, \1 pcs", r"大 \1枚", r"Grand, \1 unités"),
    (r"([ML]) (\d+)켤레", r"\1, \2 pairs", r"\1 \2双", r"\1, \2 paires"),
    (r"(\S+) (\d+)개", r"\1, \2 pcs", r"\1 \2個", r"\1, \2 unités"),
    (r"(\d+)개입", r"\1 pcs", r"\1個入", r"\1 unités"),
    (r"(\d+)개", r"\1 pcs", r"\1個", r"\1 unités"),
    (r"(\d+)매", r"\1 sheets", r"\1枚", r"\1 feuilles"),
    (r"(\d+)그룹", r"\1-group", r"\1グループ", r"\1 groupe(s)"),
    (r"(\d+)롤", r"\1 roll(s)", r"\1巻", r"\1 rouleau(x)"),
    (r"(\d+)인치", r"\1 in", r"\1インチ", r"\1 po"),
    (r"(\d+)본조", r"\1-piece set", r"\1本組", r"\1 pièces"),
    (r"(\d+)구", r"\1 cups", r"\1個用", r"\1 places"),
    (r"(\d+)호", r"No. \1", r"\1号", r"N° \1"),
)


def option_texts(value: str) -> Texts:
    """An option's value in the four languages; measures and models are the same in all of them."""
    if known := _OPTION_WORDS.get(value):
        return texts(value, *known)
    for pattern, *forms in _OPTION_PATTERNS:
        if match := re.fullmatch(pattern, value):
            en, ja, fr = (match.expand(form) for form in forms)
            return texts(value, *(re.sub(r"^(1 \w+)\(\w\)$", r"\1", _plural(text)) for text in (en, ja, fr)))
    return texts(value, value, value, value)


def _plural(text: str) -> str:
    """``10 roll(s)`` becomes ``10 rolls``; a single one keeps its bracket for the caller to drop."""
    return text if text.startswith("1 ") else re.sub(r"\((\w)\)", r"\1", text)


DESCRIPTIONS: Final = {
    "cafe-beans": texts(
        "주문이 들어온 주에 볶아 보내는 {name}입니다. 매장 그라인더에서 바로 쓸 수 있고, "
        "개봉 뒤 2주 안에 쓰기를 권합니다.",
        "{name}, roasted in the week it is ordered. Ready for the grinder; best used within two weeks of opening.",
        "ご注文の週に焙煎してお届けする{name}です。開封後は2週間以内のご使用をおすすめします。",
        "{name}, torréfié la semaine de la commande. À utiliser de préférence "
        "dans les deux semaines suivant l’ouverture.",
    ),
    "cafe-tea": texts(
        "매장 메뉴로 바로 낼 수 있는 {name}입니다. 직사광선을 피해 서늘한 곳에 보관하세요.",
        "{name} for the café menu. Keep cool and out of direct light.",
        "そのままメニューに使える{name}です。直射日光を避け、涼しい場所で保管してください。",
        "{name} pour la carte du café. À conserver au frais, à l’abri de la lumière.",
    ),
    "cafe-syrup": texts(
        "음료와 디저트에 고루 어울리는 {name}입니다. 펌프는 따로 주문할 수 있습니다.",
        "{name} for drinks and desserts. A pump can be ordered separately.",
        "ドリンクにもデザートにも使える{name}です。ポンプは別売りです。",
        "{name} pour boissons et desserts. La pompe est vendue séparément.",
    ),
    "cafe-cups": texts(
        "식품 접촉 기준에 맞춘 {name}입니다. 상자 단위로 쌓아 보관하기 쉽습니다.",
        "{name}, approved for contact with food. Packed in cartons that stack.",
        "食品接触基準に適合した{name}です。箱のまま積み重ねて保管できます。",
        "{name}, conformes au contact alimentaire. Cartons empilables.",
    ),
    "cafe-machine": texts(
        "매장에서 매일 쓰는 {name}입니다. 1년 무상 보증, 부품은 7년 동안 공급합니다.",
        "{name} for daily use behind the counter. One year warranty, parts kept for seven years.",
        "毎日の営業で使える{name}です。1年保証、部品は7年間供給します。",
        "{name} pour un usage quotidien. Garantie d’un an, pièces disponibles pendant sept ans.",
    ),
    "food": texts(
        "업소용 {name}입니다. 유통기한이 절반 이상 남은 제품만 보냅니다.",
        "{name} in catering sizes. Shipped with at least half of its shelf life left.",
        "業務用の{name}です。賞味期限を半分以上残してお届けします。",
        "{name} en format professionnel. Expédié avec au moins la moitié de sa durée de conservation.",
    ),
    "hw": texts(
        "현장에서 바로 쓰는 규격품 {name}입니다. 치수와 재질은 규격서를 확인하세요.",
        "{name} to standard dimensions. See the spec sheet for sizes and material.",
        "規格品の{name}です。寸法と材質は仕様書をご確認ください。",
        "{name} aux dimensions normalisées. Cotes et matière dans la fiche technique.",
    ),
    "cos": texts(
        "매장 판매용 {name}입니다. 성분표와 사용법은 네 가지 언어로 인쇄되어 있습니다.",
        "{name} for retail. Ingredients and directions are printed in four languages.",
        "店頭販売用の{name}です。成分と使い方は4か国語で印刷されています。",
        "{name} pour la vente au détail. Ingrédients et mode d’emploi en quatre langues.",
    ),
}
"""Descriptions by category, or by root where a category has none of its own; ``{name}`` is the product."""

STORAGE: Final = texts("보관", "Storage", "保管", "Conservation")
MATERIAL: Final = texts("재질", "Material", "材質", "Matière")
SHELF_LIFE: Final = texts("사용기한", "Shelf life", "使用期限", "Durée de conservation")

ATTRIBUTES: Final = {
    "cafe": {
        "storage": {
            "name": STORAGE,
            "value": texts("실온", "Room temperature", "常温", "Température ambiante"),
        }
    },
    "food": {
        "storage": {
            "name": STORAGE,
            "value": texts("서늘하고 건조한 곳", "Cool and dry", "冷暗所", "Endroit frais et sec"),
        }
    },
    "food-dairy": {
        "storage": {
            "name": STORAGE,
            "value": texts("냉장 0–10 °C", "Chilled, 0–10 °C", "冷蔵 0–10 °C", "Réfrigéré, 0–10 °C"),
        }
    },
    "food-frozen": {
        "storage": {
            "name": STORAGE,
            "value": texts(
                "냉동 −18 °C 이하", "Frozen, −18 °C or below", "冷凍 −18 °C以下", "Surgelé, −18 °C ou moins"
            ),
        }
    },
    "hw": {
        "material": {
            "name": MATERIAL,
            "value": texts(
                "탄소강, 아연도금",
                "Carbon steel, zinc plated",
                "炭素鋼、亜鉛めっき",
                "Acier au carbone zingué",
            ),
        }
    },
    "hw-pipe": {
        "material": {
            "name": MATERIAL,
            "value": texts(
                "스테인리스·황동", "Stainless steel and brass", "ステンレス・真鍮", "Inox et laiton"
            ),
        }
    },
    "cos": {
        "shelf_life": {
            "name": SHELF_LIFE,
            "value": texts("제조일부터 36개월", "36 months", "製造から36か月", "36 mois"),
        }
    },
}
"""The seller's own fields by category or root."""

DESCRIBED_EVERY: Final = 3
"""One product in so many has no description: pages must do without, too."""
