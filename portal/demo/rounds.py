"""When the demo's goods leave, and what bringing them costs."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from portal.delivery.models import FreightRule, Route
from portal.delivery.queries import PARCEL
from portal.demo.dealers import NEW_JERSEY, SEOUL
from portal.demo.goods import Article

ROUTES: Final = (
    ("수도권 1호", "수도권 1호차", SEOUL, 17 * 60, 1),
    ("수도권 3호", "수도권 3호차", SEOUL, 16 * 60, 1),
    ("충청 2호", "충청 2호차", SEOUL, 15 * 60, 1),
    ("영남 1호", "영남 1호차", SEOUL, 14 * 60, 1),
    ("영남 2호", "영남 2호차", SEOUL, 14 * 60, 2),
    (PARCEL + SEOUL, "국제 특송", SEOUL, 13 * 60, 3),
    ("NY-1", "Brooklyn and Queens", NEW_JERSEY, 15 * 60, 1),
    ("NJ-2", "Hudson County, same day", NEW_JERSEY, 10 * 60 + 30, 0),
    (PARCEL + NEW_JERSEY, "Parcels", NEW_JERSEY, 16 * 60, 2),
)
"""Code, name, warehouse, cutoff (minutes after midnight), lead time (working days)."""

FREIGHT: Final = (
    (None, "KRW", 5_000, 150_000, 30_000),
    (None, "USD", 12_50, 250_00, 40_00),
    (None, "CAD", 18_00, 400_00, 60_00),
    (None, "JPY", 1_200, 30_000, None),
    ("수도권 1호", "KRW", 3_000, 100_000, 20_000),
    ("NJ-2", "USD", 0, None, 75_00),
)
"""Route (None: every other), currency, charge, free from, minimum; minor units without tax."""

BACKORDER_LEAD: Final = (3, 5, 7)
"""Working days until what may be ordered ahead of stock comes in."""

OTHER_LEAD: Final = 10
"""Working days until other goods come in, where anybody knows."""


def write_rounds(session: Session, warehouses: dict[str, int]) -> None:
    """Write the routes and the freight of every currency; ``warehouses`` are keys by code."""
    routes = {
        code: Route(
            code=code,
            name=name,
            warehouse_id=warehouses[warehouse],
            cutoff_minutes=cutoff,
            lead_days=lead,
            active=True,
        )
        for code, name, warehouse, cutoff, lead in ROUTES
    }
    session.add_all(routes.values())
    session.flush()
    session.add_all(
        FreightRule(
            route_id=routes[code].id if code else None,
            currency=currency,
            charge=charge,
            free_from=free_from,
            minimum=minimum,
        )
        for code, currency, charge, free_from, minimum in FREIGHT
    )
    session.flush()


def lead_days_of(article: Article, index: int) -> int | None:
    """Working days until an article that has run out is back; None for those of which nobody can say."""
    if article.allow_backorder:
        return BACKORDER_LEAD[index % len(BACKORDER_LEAD)]
    return OTHER_LEAD if index % 3 == 0 else None
