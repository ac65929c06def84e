"""What the rules of delivery need to know of places, in one statement for any number of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final
from typing import cast as typing_cast

from sqlalchemy import Integer, String, Table, case, cast, extract, func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import ClosedDay, Location
from portal.catalog.models import Warehouse
from portal.core.among import among
from portal.delivery.models import FreightRule, Route
from portal.delivery.rules import Round, Tariff

PARCEL: Final = "parcel:"
"""What the code of the route begins with that serves a warehouse's places without a route of their own."""

NONE: Final = "-"
"""Stands for null among the numbers of a tariff."""


def rounds_of(session: Session, location_ids: Iterable[int]) -> dict[int, Round]:
    """The way to each of the places, by the place's id; one statement. A place that does not exist is left out.

    Whose places they are is not asked: pass ids that the viewer's account has been found to own.
    """
    rows = session.execute(ROUNDS, {"location_ids": location_ids})
    return {row.id: round_of(row) for row in rows}


_LOCATION = typing_cast(Table, Location.__table__)


def _text(column: Any) -> Any:
    return func.coalesce(cast(column, String), NONE)


# Lists come as text, put together in the database: joined as rows they would multiply each other.
_CLOSED_DAYS = (
    # The seller is closed on a few dozen days a year: all of them are less than a clock here would cost.
    select(
        func.aggregate_strings(
            cast(
                cast(
                    extract("year", ClosedDay.day) * 10_000
                    + extract("month", ClosedDay.day) * 100
                    + extract("day", ClosedDay.day),
                    Integer,
                ),
                String,
            ),
            ",",
        )
    )
    .select_from(ClosedDay)
    .scalar_subquery()
)

_TARIFFS = (
    select(
        func.aggregate_strings(
            FreightRule.currency
            + " "
            + _text(FreightRule.charge)
            + " "
            + _text(FreightRule.free_from)
            + " "
            + _text(FreightRule.minimum)
            + " "
            # A rule of the route itself goes before one for all routes.
            + case((FreightRule.route_id.is_(None), "0"), else_="1"),
            ",",
        )
    )
    .where(or_(FreightRule.route_id == Route.id, FreightRule.route_id.is_(None)))
    .correlate(Route)
    .scalar_subquery()
)

ROUNDS = (
    select(
        Location.id,
        Location.country,
        Location.region,
        Location.timezone,
        Location.delivery_weekdays,
        Location.warehouse_id,
        Warehouse.country.label("warehouse_country"),
        Warehouse.timezone.label("warehouse_timezone"),
        Route.id.label("route_id"),
        Route.cutoff_minutes,
        Route.lead_days,
        _TARIFFS.label("tariffs"),
        _CLOSED_DAYS.label("closed_days"),
    )
    .join(Warehouse, Warehouse.id == Location.warehouse_id)
    .outerjoin(
        Route,
        (Route.code == case((Location.route == "", PARCEL + Warehouse.code), else_=Location.route))
        # A route of another warehouse would not carry what this one has reserved.
        & (Route.warehouse_id == Location.warehouse_id)
        & Route.active.is_(True),
    )
    .where(among(_LOCATION.c.id, "location_ids"))
)
"""What rounds_of reads; another room may add columns and conditions of its own and hand the rows to ``round_of``."""


def round_of(row: Any) -> Round:
    """A row of ROUNDS as the rules take it."""
    return Round(
        location_id=row.id,
        place_country=row.country,
        place_region=row.region,
        place_timezone=row.timezone,
        place_weekdays=row.delivery_weekdays,
        warehouse_id=row.warehouse_id,
        warehouse_country=row.warehouse_country,
        warehouse_timezone=row.warehouse_timezone,
        route_id=row.route_id,
        cutoff_minutes=row.cutoff_minutes,
        lead_days=row.lead_days or 0,
        closed_days=frozenset(_day(text) for text in (row.closed_days or "").split(",") if text),
        tariffs=_tariffs(row.tariffs or ""),
    )


def _day(text: str) -> date:
    number = int(text)
    return date(number // 10_000, number // 100 % 100, number % 100)


def _tariffs(text: str) -> tuple[Tariff, ...]:
    found: dict[str, Tariff] = {}
    for entry in text.split(","):
        if not entry:
            continue
        currency, charge, free_from, minimum, is_own = entry.split(" ")
        tariff = Tariff(currency, int(charge), _amount(free_from), _amount(minimum))
        if currency not in found or is_own == "1":
            found[currency] = tariff
    return tuple(found.values())


def _amount(text: str) -> int | None:
    return None if text == NONE else int(text)
