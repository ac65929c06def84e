"""How four languages count: words for numbers, and the words for what is counted."""

from __future__ import annotations

from typing import Final

from portal.catalog.models import Unit

_U = Unit

# fmt: off
COUNTERS: Final[dict[str, Unit | None]] = {
    # Korean
    "박스": _U.BOX, "상자": _U.BOX, "곽": _U.BOX, "케이스": _U.CASE, "짝": _U.CASE, "팩": _U.PACK, "묶음": _U.PACK,
    "다발": _U.PACK, "번들": _U.PACK, "봉지": _U.BAG, "봉": _U.BAG, "포대": _U.BAG, "포": _U.BAG, "자루": _U.BAG,
    "병": _U.BOTTLE, "롤": _U.ROLL, "두루마리": _U.ROLL, "세트": _U.SET, "셋트": _U.SET, "조": _U.SET, "개": _U.EACH,
    "장": _U.EACH, "매": _U.EACH, "대": _U.EACH, "통": _U.EACH, "캔": _U.EACH, "알": _U.EACH, "켤레": _U.EACH,
    "자": None, "판": None, "줄": None, "단": None,
    # English
    "boxes": _U.BOX, "box": _U.BOX, "bx": _U.BOX, "cases": _U.CASE, "case": _U.CASE, "cs": _U.CASE,
    "cartons": _U.CASE, "carton": _U.CASE, "ctns": _U.CASE, "ctn": _U.CASE, "crates": _U.CASE, "crate": _U.CASE,
    "packs": _U.PACK, "pack": _U.PACK, "packets": _U.PACK, "packet": _U.PACK, "pkts": _U.PACK, "pkt": _U.PACK,
    "pks": _U.PACK, "pk": _U.PACK, "packages": _U.PACK, "package": _U.PACK, "bundles": _U.PACK, "bundle": _U.PACK,
    "bags": _U.BAG, "bag": _U.BAG, "sacks": _U.BAG, "sack": _U.BAG, "bottles": _U.BOTTLE, "bottle": _U.BOTTLE,
    "btls": _U.BOTTLE, "btl": _U.BOTTLE, "rolls": _U.ROLL, "roll": _U.ROLL, "sets": _U.SET, "set": _U.SET,
    "kits": _U.SET, "kit": _U.SET, "pieces": _U.EACH, "piece": _U.EACH, "pcs": _U.EACH, "pc": _U.EACH,
    "each": _U.EACH, "ea": _U.EACH, "units": _U.EACH, "unit": _U.EACH, "pairs": _U.EACH, "pair": _U.EACH,
    "jars": _U.EACH, "jar": _U.EACH, "cans": _U.EACH, "can": _U.EACH, "tins": _U.EACH, "tin": _U.EACH,
    "tubs": _U.EACH, "tub": _U.EACH, "pails": _U.EACH, "pail": _U.EACH, "tubes": _U.EACH, "tube": _U.EACH,
    "pallets": None, "pallet": None,
    # Japanese
    "ボックス": _U.BOX, "箱": _U.BOX, "ケース": _U.CASE, "パック": _U.PACK, "束": _U.PACK, "袋": _U.BAG,
    "瓶": _U.BOTTLE,
    "ボトル": _U.BOTTLE, "ロール": _U.ROLL, "巻": _U.ROLL, "セット": _U.SET, "組": _U.SET, "個": _U.EACH, "ヶ": _U.EACH,
    "コ": _U.EACH, "本": _U.EACH, "枚": _U.EACH, "台": _U.EACH, "缶": _U.EACH, "丁": _U.EACH, "双": _U.EACH,
    "つ": _U.EACH, "点": _U.EACH,
    # French
    "boîtes": _U.BOX, "boîte": _U.BOX, "boites": _U.BOX, "boite": _U.BOX, "caisses": _U.CASE, "caisse": _U.CASE,
    "paquets": _U.PACK, "paquet": _U.PACK, "lots": _U.PACK, "lot": _U.PACK, "sacs": _U.BAG, "sac": _U.BAG,
    "sachets": _U.BAG, "sachet": _U.BAG, "poches": _U.BAG, "poche": _U.BAG, "bouteilles": _U.BOTTLE,
    "bouteille": _U.BOTTLE, "rouleaux": _U.ROLL, "rouleau": _U.ROLL, "ensembles": _U.SET, "ensemble": _U.SET,
    "jeux": _U.SET, "jeu": _U.SET, "pièces": _U.EACH, "pièce": _U.EACH, "unités": _U.EACH, "unité": _U.EACH,
    "pots": _U.EACH, "pot": _U.EACH, "bidons": _U.EACH, "bidon": _U.EACH, "boîtiers": _U.BOX,
    "palettes": None, "palette": None,
}
"""What is counted, and the unit that is; None: a word of the trade that names no unit of ours."""

DOZENS: Final[dict[str, int]] = {
    "다스": 12, "타스": 12, "ダース": 12, "打": 12,
    "dozens": 12, "dozen": 12, "doz": 12, "dz": 12, "gross": 144,
    "douzaines": 12, "douzaine": 12, "dizaines": 10, "dizaine": 10, "centaines": 100, "centaine": 100,
}
"""Words that stand for so many pieces."""

_KOREAN_ONES: Final = {
    "한": 1, "하나": 1, "두": 2, "둘": 2, "세": 3, "셋": 3, "석": 3, "네": 4, "넷": 4, "넉": 4, "다섯": 5, "여섯": 6,
    "일곱": 7, "여덟": 8, "아홉": 9,
}
_KOREAN_TENS: Final = {
    "열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90,
}
KOREAN_ALONE: Final = ("하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉", "열")
"""Numbers that stand without a word for what is counted."""

KOREAN_PAIRS: Final = {
    "한두": (1, 2), "두세": (2, 3), "두어": (2, 3), "두서너": (2, 4), "서너": (3, 4),
    "너댓": (4, 5), "네다섯": (4, 5), "대여섯": (5, 6),
}
"""One or two, in one word."""

KOREAN_NATIVE: Final[dict[str, int]] = (
    dict(_KOREAN_ONES)
    | dict(_KOREAN_TENS)
    | {ten + one: tens + ones for ten, tens in _KOREAN_TENS.items() for one, ones in _KOREAN_ONES.items()}
)
"""한 to 아흔아홉."""

SINO_DIGITS: Final = {
    "일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9,
    "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
}
SINO_PLACES: Final = {"십": 10, "백": 100, "천": 1000, "十": 10, "百": 100, "千": 1000}
SINO_MYRIADS: Final = {"만": 10_000, "万": 10_000}

JAPANESE_NATIVE: Final = {
    "ひとつ": 1, "一つ": 1, "ふたつ": 2, "二つ": 2, "みっつ": 3, "三つ": 3, "よっつ": 4, "四つ": 4,
    "いつつ": 5, "五つ": 5,
    "むっつ": 6, "六つ": 6, "ななつ": 7, "七つ": 7, "やっつ": 8, "八つ": 8, "ここのつ": 9, "九つ": 9,
}

ENGLISH: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "one hundred": 100, "two hundred": 200, "three hundred": 300, "five hundred": 500, "one thousand": 1000,
    "two thousand": 2000, "five thousand": 5000,
    "twenty-four": 24, "twenty-five": 25, "thirty-six": 36, "forty-eight": 48,
}
FRENCH: Final = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "dix-sept": 17,
    "dix-huit": 18, "dix-neuf": 19, "vingt": 20, "vingt-quatre": 24, "vingt-cinq": 25, "trente": 30,
    "trente-six": 36, "quarante": 40, "quarante-huit": 48, "cinquante": 50, "soixante": 60, "quatre-vingts": 80,
    "cent": 100, "deux cents": 200, "trois cents": 300, "cinq cents": 500, "mille": 1000, "deux mille": 2000,
}
ARTICLES: Final = {"a": 1, "an": 1, "un": 1, "une": 1}
"""One, but only before what is counted."""
# fmt: on


def sino_number(text: str) -> int | None:
    """The value of a number in Chinese places, written in Hangul or kanji, digits allowed (2천); None if it is none."""
    total = section = 0
    digit: int | None = None
    number = ""
    for letter in text:
        if letter.isdigit():
            number += letter
            continue
        if letter in SINO_DIGITS:
            if digit is not None or number:
                return None
            digit = SINO_DIGITS[letter]
            continue
        here = int(number) if number else digit
        number, digit = "", None
        if letter in SINO_PLACES:
            section += (1 if here is None else here) * SINO_PLACES[letter]
        elif letter in SINO_MYRIADS:
            section += here or 0
            total += (section or 1) * SINO_MYRIADS[letter]
            section = 0
        else:
            return None
    here = int(number) if number else digit
    return total + section + (here or 0)
