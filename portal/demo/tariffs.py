"""The demo's price lists and promotions, as plain values.

Won prices come with the articles. The other currencies are arithmetic on them, brought to endings a shop would choose:
they are no exchange rates, and nothing is ever converted while the portal runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from portal.core.money import UNIT_SCALE, divide, share_of
from portal.demo.goods import Article
from portal.demo.words import Texts, texts
from portal.pricing.models import PriceListKind, PromotionKind

CURRENCIES: Final = ("KRW", "USD", "CAD", "JPY")
_WON_PER_UNIT: Final = {"KRW": 1, "USD": 1_300, "CAD": 950, "JPY": 9}
"""Won that one unit of the currency stands for in the demo's arithmetic."""

_ENDINGS: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    # (from this price on in e4, whole multiples of this in e4), the highest first
    "KRW": (
        (100_000 * UNIT_SCALE, 1_000 * UNIT_SCALE),
        (1_000 * UNIT_SCALE, 50 * UNIT_SCALE),
        (0, 5 * UNIT_SCALE),
    ),
    "USD": ((100 * UNIT_SCALE, UNIT_SCALE), (10 * UNIT_SCALE, 2_500), (UNIT_SCALE, 500), (0, 25)),
    "CAD": ((100 * UNIT_SCALE, UNIT_SCALE), (10 * UNIT_SCALE, 2_500), (UNIT_SCALE, 500), (0, 25)),
    "JPY": (
        (10_000 * UNIT_SCALE, 100 * UNIT_SCALE),
        (1_000 * UNIT_SCALE, 10 * UNIT_SCALE),
        (100 * UNIT_SCALE, UNIT_SCALE),
        (0, 1_000),
    ),
}

ON_REQUEST_SKUS: Final = frozenset({"KR-EM-02", "KR-ICE-02"})
"""Machines whose price depends on the installation: nobody has a price for them, all are asked to ask."""


def pretty(amount_e4: int, currency: str) -> int:
    """The nearest price with an ending that suits its size, at least the smallest step."""
    multiple = next(step for start, step in _ENDINGS[currency] if amount_e4 >= start)
    return max(multiple, divide(amount_e4, multiple) * multiple)


def list_price_e4(article: Article, currency: str) -> int:
    """The base price of one unit in ``currency``, e4. The won price is the file's own."""
    if currency == "KRW":
        return article.list_price_krw * UNIT_SCALE
    return pretty(divide(article.list_price_krw * UNIT_SCALE, _WON_PER_UNIT[currency]), currency)


def lowered(price_e4: int, ppm: int, currency: str) -> int:
    """A price ``ppm`` parts per million lower with a good ending; never above the price itself."""
    return min(price_e4, pretty(price_e4 - share_of(price_e4, ppm), currency))


def tiers(
    article: Article, currency: str, price_e4: int, steps: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """(from quantity, e4) with ``steps`` of (times the article's own step, ppm lower); machines have one tier."""
    found = [(1, price_e4)]
    if article.category == "cafe-machine":
        return found
    for times, ppm in steps:
        price = lowered(price_e4, ppm, currency)
        if price < found[-1][1]:
            found.append((article.step * times, price))
    return found


BASE_TIERS: Final = ((5, 30_000), (20, 60_000))
CONTRACT_TIERS: Final = ((4, 25_000), (10, 50_000))


@dataclass(frozen=True, slots=True)
class Tariff:
    """A list other than the base lists: what it lowers, for whom, when."""

    code: str
    names: Texts
    kind: PriceListKind
    currency: str
    audience: str
    """Code of a segment, or of an account for a contract."""
    ppm: int
    """How much lower than the base price, parts per million."""
    categories: tuple[str, ...]
    every: int
    """One article in so many is on the list."""
    offset: int = 0
    years: tuple[int, int | None] = (-3, None)
    """First and last calendar year relative to this one, whole years; None: open."""
    priority: int = 100
    forbids_promotions: bool = False

    def validity(self, today: date) -> tuple[date, date | None]:
        """First and last day."""
        first, last = self.years
        end = None if last is None else date(today.year + last, 12, 31)
        return date(today.year + first, 1, 1), end

    def covers(self, article: Article, index: int) -> bool:
        """True if the ``index``-th article of the catalog is on the list."""
        return article.category.startswith(self.categories) and index % self.every == self.offset


_CONTRACT = PriceListKind.CONTRACT
_SEGMENT = PriceListKind.SEGMENT

TARIFFS: Final = (
    Tariff(
        "seg-dealer-krw",
        texts("대리점 단가", "Dealer prices", "代理店価格", "Prix distributeurs"),
        _SEGMENT,
        "KRW",
        "dealer",
        50_000,
        ("cafe", "food", "cos"),
        2,
    ),
    Tariff(
        "seg-franchise-usd",
        texts("프랜차이즈 단가", "Franchise prices", "フランチャイズ価格", "Prix franchisés"),
        _SEGMENT,
        "USD",
        "franchise",
        60_000,
        ("cafe",),
        2,
    ),
    Tariff(
        "seg-cafe-cad",
        texts("카페 단가", "Café prices", "カフェ価格", "Prix cafés"),
        _SEGMENT,
        "CAD",
        "cafe",
        40_000,
        ("cafe-beans", "cafe-syrup", "cafe-cups"),
        1,
    ),
    Tariff(
        "con-kr-1001-past",
        texts(
            "한빛 지난해 계약", "Hanbit contract, last year", "ハンビッ昨年契約", "Contrat Hanbit, an passé"
        ),
        _CONTRACT,
        "KRW",
        "KR-1001",
        100_000,
        ("cafe", "food"),
        4,
        years=(-3, -1),
    ),
    Tariff(
        "con-kr-1001",
        texts("한빛 연간 계약", "Hanbit annual contract", "ハンビッ年間契約", "Contrat annuel Hanbit"),
        _CONTRACT,
        "KRW",
        "KR-1001",
        120_000,
        ("cafe", "food"),
        4,
        years=(0, 1),
    ),
    Tariff(
        "con-kr-1001-machine",
        texts(
            "한빛 머신 확정 단가",
            "Hanbit machine prices, final",
            "ハンビッ機器確定価格",
            "Prix machines Hanbit, fermes",
        ),
        _CONTRACT,
        "KRW",
        "KR-1001",
        150_000,
        ("cafe-machine",),
        2,
        offset=1,
        priority=10,
        forbids_promotions=True,
    ),
    Tariff(
        "con-kr-1002",
        texts("새벽종합상사 계약", "Saebyeok contract", "セビョク契約", "Contrat Saebyeok"),
        _CONTRACT,
        "KRW",
        "KR-1002",
        170_000,
        ("hw", "cafe-cups"),
        3,
        offset=1,
    ),
    Tariff(
        "con-us-2001",
        texts("블루하버 계약", "Blue Harbor agreement", "ブルーハーバー契約", "Entente Blue Harbor"),
        _CONTRACT,
        "USD",
        "US-2001",
        110_000,
        ("cafe", "food"),
        5,
    ),
    Tariff(
        "con-ca-3001",
        texts(
            "프티 이탈리 계약", "Petite-Italie agreement", "プティット・イタリー契約", "Entente Petite-Italie"
        ),
        _CONTRACT,
        "CAD",
        "CA-3001",
        90_000,
        ("cafe", "food-dairy"),
        6,
        offset=2,
    ),
    Tariff(
        "con-jp-4001",
        texts("쓰키노와 계약", "Tsukinowa agreement", "つきのわ商店 契約単価", "Entente Tsukinowa"),
        _CONTRACT,
        "JPY",
        "JP-4001",
        100_000,
        ("cafe", "food", "cos"),
        5,
        offset=3,
    ),
    Tariff(
        "con-us-2002",
        texts(
            "메이플앤메인 첫해 단가",
            "Maple & Main first-year prices",
            "メープル＆メイン初年度価格",
            "Prix première année Maple & Main",
        ),
        _CONTRACT,
        "USD",
        "US-2002",
        50_000,
        ("cafe-beans",),
        2,
        years=(0, 0),
    ),
)

BASE_NAMES: Final = texts("기본 단가표", "Standard price list", "標準価格表", "Tarif de base")


@dataclass(frozen=True, slots=True)
class Offer:
    """A promotion. Days are relative to today; amounts by currency as PromotionAmount keeps them."""

    name_key: str
    names: Texts
    kind: PromotionKind
    days: tuple[int, int]
    targets: tuple[tuple[str, str, int], ...] = ()
    """(what: variant, product or category; its code; units of it in a bundle)."""
    percent_ppm: int | None = None
    buy_get: tuple[int, int] | None = None
    off_e4: dict[str, int] | None = None
    amount: dict[str, int] | None = None
    minimum_value: dict[str, int] | None = None
    min_quantity: int = 1
    code: str | None = None
    stackable: bool = False
    segments: tuple[str, ...] = ()

    def validity(self, today: date) -> tuple[date, date]:
        """First and last day."""
        return today + timedelta(days=self.days[0]), today + timedelta(days=self.days[1])


OFFERS: Final = (
    Offer(
        "syrup-weeks",
        texts("시럽 10% 할인", "Syrup weeks: 10% off", "シロップ10%オフ", "Semaines des sirops : 10 %"),
        PromotionKind.PERCENT,
        (-9, 21),
        (("category", "cafe-syrup", 1),),
        percent_ppm=100_000,
    ),
    Offer(
        "cup-bonus",
        texts(
            "종이컵 100상자부터 상자당 할인",
            "Paper cups: money off each box from 100",
            "紙コップ100箱から値引き",
            "Gobelets : rabais par boîte dès 100",
        ),
        PromotionKind.AMOUNT,
        (-30, 60),
        (("product", "HG-PCP", 1),),
        off_e4={"KRW": 300 * UNIT_SCALE, "USD": 2_500, "CAD": 3_500, "JPY": 33 * UNIT_SCALE},
        min_quantity=100,
        stackable=True,
    ),
    Offer(
        "cream-10-1",
        texts(
            "휘핑크림 10+2",
            "Whipping cream: buy 10, get 2",
            "ホイップクリーム 10+2",
            "Crème à fouetter : 10 achetées, 2 offertes",
        ),
        PromotionKind.BUY_GET,
        (-5, 25),
        (("product", "GM-WHC", 1),),
        buy_get=(10, 2),
    ),
    Offer(
        "barista-set",
        texts(
            "바리스타 세트: 그라인더 + 탬퍼",
            "Barista set: grinder and tamper",
            "バリスタセット",
            "Ensemble barista : moulin et tasseur",
        ),
        PromotionKind.BUNDLE,
        (-14, 45),
        (("variant", "KR-GRD-02", 1), ("variant", "KR-TMP-02", 1)),
        amount={"KRW": 620_000, "USD": 47_900, "CAD": 65_900, "JPY": 69_000},
    ),
    Offer(
        "welcome",
        texts(
            "코드 WELCOME: 주문 금액 할인",
            "Code WELCOME: money off the order",
            "コード WELCOME：注文値引き",
            "Code WELCOME : rabais sur la commande",
        ),
        PromotionKind.ORDER_AMOUNT,
        (-60, 120),
        amount={"KRW": 20_000, "USD": 1_500, "CAD": 2_000, "JPY": 2_200},
        minimum_value={"KRW": 300_000, "USD": 25_000, "CAD": 35_000, "JPY": 35_000},
        code="WELCOME",
        stackable=True,
    ),
    Offer(
        "dealer-beans",
        texts(
            "대리점 원두 5% 추가",
            "Dealers: beans another 5% off",
            "代理店限定 コーヒー豆5%オフ",
            "Distributeurs : 5 % de plus sur le café",
        ),
        PromotionKind.PERCENT,
        (-20, 40),
        (("category", "cafe-beans", 1),),
        percent_ppm=50_000,
        stackable=True,
        segments=("dealer",),
    ),
    Offer(
        "past-tea",
        texts("봄 차 할인 8%", "Spring tea: 8% off", "春のお茶8%オフ", "Thés du printemps : 8 %"),
        PromotionKind.PERCENT,
        (-330, -270),
        (("category", "cafe-tea", 1),),
        percent_ppm=80_000,
    ),
    Offer(
        "next-cups",
        texts(
            "다음 달 컵 7% 할인",
            "Next month: cups 7% off",
            "来月のカップ7%オフ",
            "Le mois prochain : gobelets 7 %",
        ),
        PromotionKind.PERCENT,
        (12, 40),
        (("category", "cafe-cups", 1),),
        percent_ppm=70_000,
    ),
)
"""One of each kind that runs today, one for a segment, one that is over and one that is to come."""
