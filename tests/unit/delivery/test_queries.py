from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import ClosedDay
from portal.core.database import Database
from portal.delivery.models import FreightRule, Route
from portal.delivery.queries import rounds_of
from portal.delivery.rules import Tariff
from tests.factories import added, make_account, make_location, make_warehouse
from tests.ordering import counted_statements


class Depot:
    """A warehouse, an account it serves, and short ways to make routes and places."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.warehouse = make_warehouse(session, code="EWR", country="US", timezone="America/New_York")
        self.account = make_account(session)

    def route(self, code: str, **changes: object) -> Route:
        values = {"name": code, "warehouse_id": self.warehouse.id, "cutoff_minutes": 840, "lead_days": 2}
        return added(self.session, Route(code=code, **(values | changes)))

    def place(self, **changes: object) -> int:
        return make_location(self.session, self.account, self.warehouse, **changes).id

    def tariff(self, route: Route | None, currency: str, charge: int, **changes: int) -> None:
        added(
            self.session,
            FreightRule(route_id=route.id if route else None, currency=currency, charge=charge, **changes),
        )


@pytest.fixture
def depot(session: Session) -> Depot:
    return Depot(session)


def test_a_place_goes_by_its_own_route_or_by_parcel(session, depot):
    own = depot.route("NY-1", cutoff_minutes=900, lead_days=0)
    parcel = depot.route("parcel:EWR")
    with_route, without = depot.place(route="NY-1"), depot.place()
    ways = rounds_of(session, [with_route, without])
    assert [ways[with_route].route_id, ways[without].route_id] == [own.id, parcel.id]
    assert (ways[with_route].cutoff_minutes, ways[with_route].lead_days) == (900, 0)
    assert (ways[without].cutoff_minutes, ways[without].lead_days) == (840, 2)


def test_a_way_knows_both_ends(session, depot):
    place = depot.place(country="CA", region="QC", timezone="America/Toronto", delivery_weekdays=0b0010101)
    way = rounds_of(session, [place])[place]
    assert way.location_id == place
    assert (way.place_country, way.place_region, way.place_timezone) == ("CA", "QC", "America/Toronto")
    assert way.place_weekdays == 0b0010101
    assert (way.warehouse_id, way.warehouse_country) == (depot.warehouse.id, "US")
    assert way.warehouse_timezone == "America/New_York"


@pytest.mark.parametrize("named", ["", "NY-9", "gone", "elsewhere"])
def test_no_route_that_is_unknown_out_of_use_or_of_another_warehouse(session, depot, named):
    depot.route("gone", active=False)
    depot.route("elsewhere", warehouse_id=make_warehouse(session).id)
    place = depot.place(route=named)
    way = rounds_of(session, [place])[place]
    assert (way.route_id, way.cutoff_minutes, way.tariffs) == (None, None, ())


def test_a_rule_of_the_route_goes_before_the_general_one_in_its_currency(session, depot):
    own = depot.route("NY-1")
    depot.route("parcel:EWR")
    depot.tariff(None, "USD", 12_50, free_from=250_00)
    depot.tariff(own, "USD", 0, minimum=75_00)
    depot.tariff(None, "CAD", 18_00)
    with_route, without = depot.place(route="NY-1"), depot.place()
    ways = rounds_of(session, [with_route, without])
    general = Tariff("CAD", 18_00, None, None)
    assert set(ways[with_route].tariffs) == {Tariff("USD", 0, None, 75_00), general}
    assert set(ways[without].tariffs) == {Tariff("USD", 12_50, 250_00, None), general}


def test_closed_days_are_known(session, depot):
    place = depot.place()
    assert rounds_of(session, [place])[place].closed_days == frozenset()
    days = {date(2026, 11, 24), date(2027, 1, 2)}
    session.add_all(ClosedDay(day=day) for day in days)
    session.flush()
    assert rounds_of(session, [place])[place].closed_days == days


def test_what_does_not_exist_is_left_out(session, depot):
    place = depot.place()
    assert set(rounds_of(session, [place, place + 1])) == {place}
    assert rounds_of(session, []) == {}


def test_one_statement_for_any_number_of_places(session, depot, database: Database):
    depot.route("parcel:EWR")
    for currency in ("USD", "CAD", "KRW"):
        depot.tariff(None, currency, 1_000)
    places = [depot.place() for _ in range(8)]
    session.add_all(ClosedDay(day=date(2026, 12, day)) for day in range(1, 20))
    session.flush()
    with counted_statements(database.engine) as counted:
        ways = rounds_of(session, places)
    assert len(counted) == 1
    assert set(ways) == set(places)
    assert {len(way.tariffs) for way in ways.values()} == {3}
