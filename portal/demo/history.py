"""Two years of orders: the plan, priced by the portal's own engine at the day of each order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from portal.accounts.queries import buyer_of
from portal.core.clock import local_date
from portal.core.ids import order_number
from portal.delivery.calendar import delivery_days
from portal.demo.dealers import DEALERS, Place
from portal.demo.goods import Article
from portal.demo.masters import Keys
from portal.demo.plans import PlannedLine, PlannedOrder, visible_articles
from portal.demo.shelf import Shelf
from portal.demo.tracks import Track, track_of
from portal.orders.models import OrderStatus
from portal.pricing.priced import Ask, PricedDocument
from portal.pricing.prices import price_document

SELLER_TIMEZONE: Final = "Asia/Seoul"
"""Decides the year of an order's number."""

_RESERVING: Final = frozenset(
    {OrderStatus.PLACED, OrderStatus.CONFIRMED, OrderStatus.PICKING, OrderStatus.ON_HOLD}
)
"""Orders all of whose goods are still to leave."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be written; all counts in units."""

    article: Article
    quantity: int
    reserved: int
    backordered: int


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """An order with everything a row needs but its keys."""

    plan: PlannedOrder
    number: str
    year: int
    place: Place
    requested_date: date | None
    lines: tuple[Line, ...]
    document: PricedDocument
    track: Track


@dataclass(frozen=True, slots=True)
class History:
    """All orders, the oldest first, and what the warehouses hold after them."""

    orders: tuple[PricedOrder, ...]
    shelf: Shelf


def priced_history(
    session: Session,
    plans: list[PlannedOrder],
    all_articles: tuple[Article, ...],
    keys: Keys,
    advance: Callable[[int], object],
) -> History:
    """Price ``plans``, the oldest first, and number them; ``advance`` is told of each."""
    shelf = Shelf(dict(keys.stock))
    buyers = {dealer.code: buyer_of(session, keys.accounts[dealer.code]) for dealer in DEALERS}
    waits = {
        dealer.code: [
            article
            for article in visible_articles(dealer, all_articles)
            if article.allow_backorder and not keys.stock.get((article.sku, dealer.warehouse), 1)
        ]
        for dealer in DEALERS
    }
    numbers: dict[int, int] = {}
    orders = []
    for plan in plans:
        lines, first_parcel = _lines(plan, shelf, waits[plan.dealer.code])
        placed_on = local_date(plan.placed_at, plan.dealer.timezone)
        year = local_date(plan.placed_at, SELLER_TIMEZONE).year
        numbers[year] = numbers.get(year, 0) + 1
        place = next(place for place in plan.dealer.places if place.code == plan.place)
        asks = [_ask(line, keys) for line in lines]
        orders.append(
            PricedOrder(
                plan=plan,
                number=order_number(year, numbers[year]),
                year=year,
                place=place,
                requested_date=_requested_day(plan, place, placed_on),
                lines=lines,
                document=price_document(
                    session, buyers[plan.dealer.code], asks, placed_on, code=plan.code, with_tiers=False
                ),
                track=track_of(plan, len(lines), first_parcel),
            )
        )
        advance(1)
    return History(tuple(orders), shelf)


def _lines(plan: PlannedOrder, shelf: Shelf, waits: list[Article]) -> tuple[tuple[Line, ...], int]:
    """The lines with what is promised for them, and how many of them the first parcel takes.

    What has left needs nothing from the shelf any more. What an open order could not have had is left out.
    """
    planned = list(plan.lines)
    gone = 0 if plan.status in _RESERVING else len(planned)
    if plan.status is OrderStatus.PARTIALLY_SHIPPED:
        gone = (len(planned) + 1) // 2
        # One article that waits for goods keeps the rest of the order open.
        article = waits[0]
        planned = [line for line in planned if line.article.sku != article.sku]
        gone = min(gone, len(planned))
        planned.append(PlannedLine(article, article.step * 2))
    lines = [Line(line.article, line.quantity, 0, 0) for line in planned[:gone]]
    for line in planned[gone:]:
        taken = shelf.take(line.article, plan.dealer.warehouse, line.quantity)
        if taken is not None:
            lines.append(Line(line.article, line.quantity, *taken))
    in_parts = plan.status is OrderStatus.PARTIALLY_SHIPPED
    return tuple(lines), gone if in_parts else (len(lines) + 1) // 2


def _ask(line: Line, keys: Keys) -> Ask:
    article = line.article
    return Ask(
        keys.variants[article.sku],
        line.quantity,
        keys.products[article.family],
        (keys.categories[article.root], keys.categories[article.category]),
        article.tax_class,
    )


def _requested_day(plan: PlannedOrder, place: Place, placed_on: date) -> date | None:
    if not plan.wants_day:
        return None
    country = plan.dealer.country
    first = placed_on + timedelta(days=3)
    return next(delivery_days(country, place.region, place.delivery_weekdays, first, placed_on, ()), None)
