"""When each dealer orders what, and how far the order has come: a plan without prices, made from a fixed seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from portal.core.money import UNIT_SCALE
from portal.demo.assortments import ASSORTMENTS, OF_FAMILIES
from portal.demo.dealers import DEALERS, SEGMENT_SHOWS, Dealer
from portal.demo.goods import Article
from portal.demo.tariffs import ON_REQUEST_SKUS, list_price_e4
from portal.orders.models import OrderStatus

DAYS: Final = 730
"""How far the history goes back."""

SETTLED_BEFORE_DAYS: Final = 12
"""Orders of the regular rhythm are at least so old, and through; what is under way is planned one by one."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A dealer's habit for one place."""

    place: str
    every_days: int
    first_days_ago: int
    lines: tuple[int, int]
    """Fewest and most lines."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How a dealer orders."""

    rhythms: tuple[Rhythm, ...]
    usual: int
    """How many articles it buys again and again."""
    line_value: int
    """What a usual line is worth, in whole units of the currency."""
    po_pattern: str
    """Formatted with ``n``, the dealer's own count, and ``at``, the day."""
    buys: tuple[str, ...]
    """Categories it buys from again and again; what it needs most comes from the first."""
    under_way: tuple[tuple[int, OrderStatus], ...]
    """(days ago, state) of the orders that are not through."""
    days_late: int = 0
    """Most days it pays after the due date."""


_S = OrderStatus

HABITS: Final = {
    "KR-1001": Habit(
        (
            Rhythm("SEO", 7, DAYS, (8, 18)),
            Rhythm("ICN", 14, DAYS - 3, (6, 12)),
            Rhythm("DJN", 21, DAYS - 9, (5, 11)),
        ),
        48,
        110_000,
        "HB-{at:%y%m%d}-{n}",
        ("cafe", "food", "cos-skin"),
        (
            (9, _S.PARTIALLY_DELIVERED),
            (6, _S.SHIPPED),
            (5, _S.PARTIALLY_SHIPPED),
            (4, _S.ON_HOLD),
            (3, _S.PICKING),
            (2, _S.CONFIRMED),
            (1, _S.PLACED),
        ),
    ),
    "KR-1002": Habit(
        (Rhythm("BUS", 14, DAYS - 2, (5, 12)),),
        30,
        80_000,
        "",
        ("hw", "cafe-cups"),
        ((7, _S.SHIPPED), (3, _S.CONFIRMED), (1, _S.PLACED)),
    ),
    "US-2001": Habit(
        tuple(
            Rhythm(place, 14, DAYS - offset, (5, 12))
            for place, offset in (("BKN", 0), ("HOB", 2), ("PHL", 5), ("BOS", 8), ("PVD", 11))
        ),
        40,
        120,
        "BH-{n:05d}",
        ("cafe", "food-dairy", "food-baking"),
        ((8, _S.SHIPPED), (6, _S.PARTIALLY_SHIPPED), (4, _S.PICKING), (3, _S.CONFIRMED), (2, _S.PLACED)),
        days_late=4,
    ),
    "CA-3001": Habit(
        (Rhythm("MTL", 12, DAYS - 4, (5, 11)),),
        26,
        110,
        "BC {n:04d}",
        ("cafe", "food"),
        ((6, _S.SHIPPED), (3, _S.CONFIRMED)),
        days_late=9,
    ),
    "JP-4001": Habit(
        (Rhythm("TYO", 7, DAYS - 1, (7, 14)), Rhythm("OSA", 14, DAYS - 6, (5, 10))),
        42,
        12_000,
        "TK{at:%Y%m}-{n:04d}",
        ("cafe", "food-sauce", "cos"),
        ((8, _S.SHIPPED), (5, _S.PARTIALLY_SHIPPED), (3, _S.PICKING), (1, _S.PLACED)),
    ),
    "KR-1003": Habit(
        (Rhythm("HAE", 28, 400, (4, 9)),),
        20,
        90_000,
        "",
        ("cafe", "food-dairy"),
        ((2, _S.PLACED),),
    ),
    "US-2002": Habit(
        (Rhythm("PWM", 8, 41, (1, 2)),),
        12,
        70,
        "",
        ("cafe-beans", "cafe-tea"),
        ((5, _S.SHIPPED), (2, _S.CONFIRMED)),
    ),
}
"""By account. A dealer that is not here has not ordered yet."""

NOTES: Final = {
    "ko": ("하차 전에 연락 부탁드립니다.", "냉장 제품은 따로 포장해 주세요.", "오전 입고 부탁드립니다."),
    "en": ("Please call before unloading.", "Use the rear entrance.", "Deliver before 10 am, please."),
    "ja": ("午前中の納品をお願いします。", "納品前にお電話ください。"),
    "fr-CA": ("Merci d’appeler avant la livraison.", "Livrer par la ruelle, s.v.p."),
}
"""What a dealer writes at the checkout, by language; most write nothing."""


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A variant and its quantity in units."""

    article: Article
    quantity: int


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """An order before it has prices and a number."""

    dealer: Dealer
    place: str
    buyer: str
    """Mail name of who placed it."""
    placed_at: datetime
    status: OrderStatus
    parcels: int
    """Shipments of what has left or will have: 1 or 2."""
    lines: tuple[PlannedLine, ...]
    po_number: str
    notes: str
    wants_day: bool
    """True if it asks for a day of delivery."""
    code: str | None
    days_late: int
    """Days after the due date on which it was paid, if it was."""


def visible_articles(dealer: Dealer, all_articles: tuple[Article, ...]) -> list[Article]:
    """The articles a dealer sees and can buy at a price, in the file's order."""
    categories = {code: prefixes for code, _, prefixes in ASSORTMENTS}
    only = {code: set(of) for code, _, of in OF_FAMILIES}

    def is_in(article: Article, codes: tuple[str, ...]) -> bool:
        return any(
            article.family in only[code] if code in only else article.category.startswith(categories[code])
            for code in codes
        )

    return [
        article
        for article in all_articles
        if is_in(article, dealer.shows + SEGMENT_SHOWS.get(dealer.segment, ()))
        and not is_in(article, dealer.hides)
        and article.sku not in ON_REQUEST_SKUS
    ]


def planned_orders(all_articles: tuple[Article, ...], today: date) -> list[PlannedOrder]:
    """Every order of every dealer, the oldest first."""
    orders = [
        order
        for dealer in DEALERS
        if (habit := HABITS.get(dealer.code)) is not None
        for order in _orders_of(dealer, habit, all_articles, today)
    ]
    return sorted(orders, key=lambda order: (order.placed_at, order.dealer.code, order.place))


def _orders_of(
    dealer: Dealer, habit: Habit, all_articles: tuple[Article, ...], today: date
) -> Iterator[PlannedOrder]:
    random = Random(f"demo orders of {dealer.code}")
    usual = _usual(dealer, habit, all_articles, random)
    # The first of its usual articles are in most orders, the last ones in few.
    weights = [len(usual) - index + 4 for index in range(len(usual))]
    typical = {article.sku: _typical_quantity(article, dealer, habit, random) for article in usual}
    days: list[tuple[int, Rhythm, OrderStatus]] = []
    for rhythm in habit.rhythms:
        for ago in range(rhythm.first_days_ago, SETTLED_BEFORE_DAYS, -rhythm.every_days):
            moved = ago + random.choice((-1, 0, 0, 0, 1))
            if random.random() < 0.04 or moved <= SETTLED_BEFORE_DAYS:
                continue
            # What is paid in advance is not called off.
            status = _S.CANCELLED if random.random() < 0.02 and dealer.terms != "prepaid" else _S.DELIVERED
            days.append((moved, rhythm, status))
    days += [
        (ago, habit.rhythms[index % len(habit.rhythms)], status)
        for index, (ago, status) in enumerate(habit.under_way)
    ]
    for count, (ago, rhythm, status) in enumerate(sorted(days, key=lambda day: -day[0]), start=1):
        day = (
            _open_day(today - timedelta(days=ago)) if status is _S.DELIVERED else today - timedelta(days=ago)
        )
        chosen = _chosen(usual, weights, random.randint(*rhythm.lines), random)
        if status in {_S.PARTIALLY_SHIPPED, _S.PARTIALLY_DELIVERED} and len(chosen) < 4:
            chosen = usual[:4]
        in_parts = status in {_S.PARTIALLY_SHIPPED, _S.PARTIALLY_DELIVERED}
        yield PlannedOrder(
            dealer=dealer,
            place=rhythm.place,
            buyer=dealer.members[0].email if random.random() < 0.9 else dealer.members[-1].email,
            placed_at=_moment(day, dealer.timezone, random),
            status=status,
            parcels=2 if in_parts or (len(chosen) > 5 and random.random() < 0.12) else 1,
            lines=tuple(PlannedLine(article, _quantity(article, typical, random)) for article in chosen),
            po_number=habit.po_pattern.format(n=count, at=day),
            notes=random.choice(NOTES[dealer.locale]) if random.random() < 0.08 else "",
            wants_day=random.random() < 0.55,
            code="WELCOME" if ago < 50 and random.random() < 0.2 else None,
            days_late=random.randint(0, habit.days_late),
        )


def _usual(dealer: Dealer, habit: Habit, all_articles: tuple[Article, ...], random: Random) -> list[Article]:
    """What the dealer buys again and again: the needed most first, machines and tools hardly at all."""
    offered = [
        article
        for article in visible_articles(dealer, all_articles)
        if article.category.startswith(habit.buys)
        and (article.category not in {"cafe-machine", "hw-tool"} or random.random() < 0.3)
    ]
    chosen = random.sample(offered, min(habit.usual, len(offered)))
    return sorted(chosen, key=lambda article: not article.category.startswith(habit.buys[0]))


def _typical_quantity(article: Article, dealer: Dealer, habit: Habit, random: Random) -> int:
    price = list_price_e4(article, dealer.currency)
    steps = habit.line_value * UNIT_SCALE * random.randint(50, 150) // (100 * price * article.step)
    return article.step * min(max(1, steps), 12)


def _quantity(article: Article, typical: dict[str, int], random: Random) -> int:
    return max(article.step, typical[article.sku] + random.choice((-1, 0, 0, 0, 0, 1, 2)) * article.step)


def _chosen(usual: list[Article], weights: list[int], count: int, random: Random) -> list[Article]:
    picked: dict[str, Article] = {}
    while len(picked) < count:
        article = random.choices(usual, weights)[0]
        picked[article.sku] = article
    return [article for article in usual if article.sku in picked]


def _open_day(day: date) -> date:
    """The day itself, or the Friday before a weekend: offices order on working days."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _moment(day: date, timezone: str, random: Random) -> datetime:
    local = datetime.combine(
        day, time(random.randint(8, 15), random.randint(0, 59), random.randint(0, 59)), ZoneInfo(timezone)
    )
    return local.astimezone(UTC)
