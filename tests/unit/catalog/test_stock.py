from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.catalog import stock
from portal.catalog.models import Stock, Warehouse
from portal.catalog.stock import Change, Level, Reserved, Want
from portal.core.database import Database
from portal.core.errors import Conflict
from tests.factories import make_stock, make_variant, make_warehouse
from tests.ordering import NOW, counted_statements


@pytest.fixture
def warehouse(session: Session) -> Warehouse:
    return make_warehouse(session)


def shelf(session: Session, warehouse: Warehouse, on_hand: int | None, **levels: int) -> int:
    """A new variant's id; null: the warehouse has no row of it."""
    variant = make_variant(session)
    if on_hand is not None:
        make_stock(session, variant, warehouse, on_hand, **levels)
    return variant.id


def levels(session: Session, variant_id: int) -> tuple[int, int, int] | None:
    row = session.execute(
        select(Stock.on_hand, Stock.reserved, Stock.backordered).where(Stock.variant_id == variant_id)
    ).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def test_reserving_promises_units_from_the_shelf(session: Session, warehouse: Warehouse):
    beans = shelf(session, warehouse, 10, reserved=3)

    granted = stock.reserve(session, [Want(beans, warehouse.id, 7)], now=NOW)

    assert granted == [Reserved(reserved=7, backordered=0)]
    assert levels(session, beans) == (10, 10, 0)


def test_one_unit_too_many_is_a_conflict_that_tells_what_there_is_and_changes_nothing(
    session: Session, warehouse: Warehouse
):
    beans = shelf(session, warehouse, 10, reserved=3)
    cups = shelf(session, warehouse, 50)
    unknown = shelf(session, warehouse, None)

    with pytest.raises(Conflict) as refused:
        stock.reserve(
            session,
            [Want(cups, warehouse.id, 5), Want(beans, warehouse.id, 8), Want(unknown, warehouse.id, 1)],
            now=NOW,
        )

    assert refused.value.code == "out_of_stock"
    assert refused.value.facts == {"shortages": [(beans, 7), (unknown, 0)]}
    assert levels(session, beans) == (10, 3, 0)
    assert levels(session, cups) == (50, 0, 0)
    assert levels(session, unknown) is None


def test_what_may_be_backordered_takes_the_shelf_first_and_waits_for_the_rest(
    session: Session, warehouse: Warehouse
):
    beans = shelf(session, warehouse, 10, reserved=8)
    new = shelf(session, warehouse, None)

    granted = stock.reserve(
        session, [Want(beans, warehouse.id, 5, True), Want(new, warehouse.id, 4, True)], now=NOW
    )

    assert granted == [Reserved(2, 3), Reserved(0, 4)]
    assert levels(session, beans) == (10, 10, 3)
    assert levels(session, new) == (0, 0, 4)


def test_two_wants_of_one_variant_share_its_shelf(session: Session, warehouse: Warehouse):
    beans = shelf(session, warehouse, 10)

    with pytest.raises(Conflict) as refused:
        stock.reserve(session, [Want(beans, warehouse.id, 6), Want(beans, warehouse.id, 6)], now=NOW)
    assert refused.value.facts == {"shortages": [(beans, 10)]}

    assert stock.reserve(session, [Want(beans, warehouse.id, 6), Want(beans, warehouse.id, 4)], now=NOW) == [
        Reserved(6, 0),
        Reserved(4, 0),
    ]
    assert levels(session, beans) == (10, 10, 0)


def test_wanting_nothing_changes_nothing(database: Database, session: Session, warehouse: Warehouse):
    beans = shelf(session, warehouse, 10)

    with counted_statements(database.engine) as counted:
        assert stock.reserve(session, [], now=NOW) == []
        stock.ship(session, {})

    assert len(counted) == 0
    assert levels(session, beans) == (10, 0, 0)


def test_only_the_asked_warehouse_is_looked_at(session: Session, warehouse: Warehouse):
    beans = shelf(session, warehouse, 10)
    other = make_warehouse(session)

    with pytest.raises(Conflict):
        stock.reserve(session, [Want(beans, other.id, 1)], now=NOW)


@pytest.mark.parametrize("count", [1, 300])
def test_reserving_takes_two_statements_for_any_number_of_lines(
    database: Database, session: Session, warehouse: Warehouse, count: int
):
    wants = [Want(shelf(session, warehouse, 10), warehouse.id, 4) for _ in range(count)]

    with counted_statements(database.engine) as counted:
        stock.reserve(session, wants, now=NOW)

    assert len(counted) == 2


def test_shipping_takes_units_off_the_shelf_and_off_the_promises(session: Session, warehouse: Warehouse):
    beans = shelf(session, warehouse, 10, reserved=6)

    stock.ship(session, {(beans, warehouse.id): 4})

    assert levels(session, beans) == (6, 2, 0)


def test_more_than_was_promised_never_leaves(session: Session, warehouse: Warehouse):
    beans = shelf(session, warehouse, 10, reserved=3)

    with pytest.raises(IntegrityError):
        stock.ship(session, {(beans, warehouse.id): 4})


def test_receiving_fills_the_shelf_also_of_what_was_never_there(session: Session, warehouse: Warehouse):
    beans = shelf(session, warehouse, 10, reserved=6)
    new = shelf(session, warehouse, None)

    stock.receive(session, {(beans, warehouse.id): 5, (new, warehouse.id): 7}, now=NOW)

    assert levels(session, beans) == (15, 6, 0)
    assert levels(session, new) == (7, 0, 0)


def test_locking_gives_the_levels_there_are(session: Session, warehouse: Warehouse):
    beans = shelf(session, warehouse, 10, reserved=6, backordered=1)
    missing = shelf(session, warehouse, None)

    found = stock.lock(session, [(beans, warehouse.id), (missing, warehouse.id)])

    assert found == {(beans, warehouse.id): Level(10, 6, 1)}
    assert found[beans, warehouse.id].available == 4
    assert stock.lock(session, []) == {}


def test_only_the_places_asked_for_are_given(session: Session, warehouse: Warehouse):
    other = make_warehouse(session)
    beans = make_variant(session)
    cups = make_variant(session)
    for variant in (beans, cups):
        for place in (warehouse, other):
            make_stock(session, variant, place, 5)

    found = stock.lock(session, [(beans.id, warehouse.id), (cups.id, other.id)])

    assert set(found) == {(beans.id, warehouse.id), (cups.id, other.id)}


def test_changes_of_one_place_add_up():
    assert Change(1, -2, 3) + Change(on_hand=4, backordered=-3) == Change(5, -2, 0)
