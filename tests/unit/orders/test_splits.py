"""Columns of a weekly pattern: which days it begins with, by whose clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.delivery.models import Route
from portal.orders.splits import pattern
from tests import factories as make
from tests.ordering import open_shop


def test_a_pattern_begins_on_the_day_it_is_at_the_place(session: Session):
    shop = open_shop(session)
    western = {"country": "US", "timezone": "America/Los_Angeles"}
    warehouse = make.make_warehouse(session, **western)
    account = session.get_one(Account, shop.account_id)
    place = make.make_location(session, account, warehouse, **western, delivery_weekdays=0b1111111)
    make.added(
        session,
        Route(
            code=f"parcel:{warehouse.code}",
            name="Parcels",
            warehouse_id=warehouse.id,
            cutoff_minutes=20 * 60,
            lead_days=0,
        ),
    )
    # 17:00 on a Monday in Los Angeles, where goods still leave and arrive that day; already Tuesday in UTC.
    now = datetime(2026, 11, 17, 1, 0, tzinfo=UTC)

    columns, left_out = pattern(session, account.id, [place.id], [0], 2, now)

    assert columns == [(place.id, date(2026, 11, 16)), (place.id, date(2026, 11, 23))]
    assert left_out == []
