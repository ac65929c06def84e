from sqlalchemy import select

from portal.accounts.models import Account, Location
from portal.catalog.models import Variant
from portal.core.clock import local_date
from portal.delivery import rules
from portal.delivery.queries import rounds_of
from portal.demo.masters import morning_of
from tests.unit.demo.conftest import TODAY


def test_every_place_of_the_demo_has_a_day_promised(demo):
    now = morning_of(TODAY)
    ways = rounds_of(demo, demo.scalars(select(Location.id)))
    assert len(ways) == 14
    for way in ways.values():
        promised = rules.promise(way, now)
        assert promised.day is not None, way
        # Boston takes goods on Tuesdays and Thursdays, and this Thursday is Thanksgiving.
        assert 0 <= (promised.day - local_date(now, way.place_timezone)).days <= 9, (way, promised)
        assert rules.day_problem(way, promised.day, now) is None


def test_every_place_pays_freight_in_its_currency(demo):
    rows = demo.execute(
        select(Location.id, Account.currency).join(Account, Account.id == Location.account_id)
    )
    places = {row.id: row.currency for row in rows}
    assert set(places.values()) == {"KRW", "USD", "CAD", "JPY"}
    for way in rounds_of(demo, places).values():
        assert [tariff for tariff in way.tariffs if tariff.currency == places[way.location_id]], way


def test_some_goods_come_in_soon_and_of_some_nobody_knows(demo):
    lead_days = set(demo.scalars(select(Variant.lead_days).distinct()))
    assert lead_days == {None, 3, 5, 7, 10}
