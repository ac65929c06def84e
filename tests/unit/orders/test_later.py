from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Location
from portal.core.database import Database
from portal.core.errors import Conflict, NotFound, Refused
from portal.orders.actions import (
    add_to_cart,
    change_cart_line,
    empty_cart,
    put_back,
    take_out,
)
from portal.orders.cart import emptied as emptied_by
from portal.orders.later import bring_back, forget_later, keep_for_later, later_of
from portal.orders.models import CartDrop, CartLine, TakenAway
from portal.orders.queries import cart_of
from portal.orders.rules import MAX_QUANTITY
from portal.orders.splits import keep_splits, restore_splits
from tests.ordering import NOW, Shop, counted_statements, open_shop


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


def put(session: Session, shop: Shop, quantity: int) -> tuple[int, int]:
    """A new variant and the line of the cart that has so many of it: their ids."""
    variant_id = shop.sell(session, won=100)
    add_to_cart(session, shop.user_id, shop.account_id, shop.variant(session, variant_id), quantity, 100, NOW)
    return variant_id, cart_of(session, shop.user_id, shop.account_id).lines[-1].id


def lines(session: Session, shop: Shop) -> list[tuple[int, int]]:
    return [
        (line.variant_id, line.quantity) for line in cart_of(session, shop.user_id, shop.account_id).lines
    ]


def change(session: Session, shop: Shop, ids: tuple[int, int], quantity: int, *shown: int) -> None:
    variant = shop.variant(session, ids[0])
    change_cart_line(session, shop.user_id, shop.account_id, ids[1], variant, quantity, 90, frozenset(shown))


def test_a_line_is_changed_from_what_was_shown(session: Session, shop: Shop):
    beans = put(session, shop, 3)

    change(session, shop, beans, 5, 3)
    assert lines(session, shop) == [(beans[0], 5)]
    with pytest.raises(Conflict) as raised:
        change(session, shop, beans, 7, 3)

    assert (raised.value.code, raised.value.facts) == ("changed_elsewhere", {"quantity": 5, "asked": 7})
    assert lines(session, shop) == [(beans[0], 5)]
    change(session, shop, beans, 7, 3, 5)
    change(session, shop, beans, 8)
    # Whoever asks for what is there already has no quarrel with it.
    change(session, shop, beans, 8, 3)
    assert lines(session, shop) == [(beans[0], 8)]


def test_a_line_that_is_not_there_or_another_s_is_not_changed(session: Session, shop: Shop):
    beans = put(session, shop, 3)
    variant = shop.variant(session, beans[0])

    for user_id, account_id, line_id in (
        (shop.user_id + 1, shop.account_id, beans[1]),
        (shop.user_id, shop.account_id + 1, beans[1]),
        (shop.user_id, shop.account_id, beans[1] + 1),
    ):
        with pytest.raises(NotFound):
            change_cart_line(session, user_id, account_id, line_id, variant, 5, 90, frozenset({3}))
    with pytest.raises(Refused):
        change(session, shop, beans, 0, 3)
    assert lines(session, shop) == [(beans[0], 3)]


def test_the_newest_kept_line_is_the_first_and_a_variant_is_kept_once(session: Session, shop: Shop):
    beans, cups = put(session, shop, 3), put(session, shop, 4)
    keep_for_later(session, shop.user_id, shop.account_id, beans[1], NOW)
    keep_for_later(session, shop.user_id, shop.account_id, cups[1], NOW + timedelta(minutes=1))
    variant = shop.variant(session, beans[0])
    add_to_cart(session, shop.user_id, shop.account_id, variant, 9, 100, NOW)
    again = cart_of(session, shop.user_id, shop.account_id).lines[-1].id

    kept_id = keep_for_later(session, shop.user_id, shop.account_id, again, NOW + timedelta(minutes=2))

    kept = later_of(session, shop.user_id, shop.account_id)
    assert [(row.variant_id, row.quantity) for row in kept] == [(beans[0], 12), (cups[0], 4)]
    assert kept[0].id == kept_id
    assert lines(session, shop) == []
    assert bring_back(session, shop.user_id, shop.account_id, kept_id, NOW) == beans[0]
    assert lines(session, shop) == [(beans[0], 12)]
    with pytest.raises(NotFound):
        bring_back(session, shop.user_id, shop.account_id, kept_id, NOW)
    with pytest.raises(NotFound):
        forget_later(session, shop.user_id + 1, shop.account_id, kept[1].id)
    forget_later(session, shop.user_id, shop.account_id, kept[1].id)
    assert later_of(session, shop.user_id, shop.account_id) == []


def test_more_than_a_kept_line_can_hold_is_refused(session: Session, shop: Shop):
    beans = put(session, shop, 3)
    keep_for_later(session, shop.user_id, shop.account_id, beans[1], NOW)
    add_to_cart(
        session, shop.user_id, shop.account_id, shop.variant(session, beans[0]), MAX_QUANTITY, 100, NOW
    )
    again = cart_of(session, shop.user_id, shop.account_id).lines[-1].id
    session.commit()

    with pytest.raises(Refused, match="too_large"):
        keep_for_later(session, shop.user_id, shop.account_id, again, NOW)
    session.rollback()

    assert lines(session, shop) == [(beans[0], MAX_QUANTITY)]
    assert [row.quantity for row in later_of(session, shop.user_id, shop.account_id)] == [3]


def test_an_empty_cart_has_nothing_to_empty(session: Session, shop: Shop):
    assert empty_cart(session, shop.user_id, shop.account_id, NOW) is None
    assert session.scalars(select(TakenAway)).all() == []


def test_what_was_emptied_comes_back_beside_what_came_since(session: Session, shop: Shop):
    beans, cups = put(session, shop, 3), put(session, shop, 4)
    emptied = empty_cart(session, shop.user_id, shop.account_id, NOW)
    assert emptied is not None
    assert emptied[1] == 2
    key = emptied[0]
    assert lines(session, shop) == []
    add_to_cart(session, shop.user_id, shop.account_id, shop.variant(session, cups[0]), 9, 100, NOW)

    assert emptied_by(session, shop.user_id, shop.account_id, key) == (2, NOW)
    assert emptied_by(session, shop.user_id + 1, shop.account_id, key) is None
    assert put_back(session, shop.user_id, shop.account_id, key, NOW) == 1

    assert sorted(lines(session, shop)) == [(beans[0], 3), (cups[0], 9)]
    assert emptied_by(session, shop.user_id, shop.account_id, key) is None
    assert put_back(session, shop.user_id, shop.account_id, key, NOW) == 0
    for user_id, account_id in ((shop.user_id + 1, shop.account_id), (shop.user_id, shop.account_id + 1)):
        with pytest.raises(NotFound):
            put_back(session, user_id, account_id, key, NOW)
    assert sorted(lines(session, shop)) == [(beans[0], 3), (cups[0], 9)]


def test_emptying_and_filling_cost_the_same_statements_for_one_line_and_thirty(
    session: Session, database: Database, shop: Shop
):
    counts = []
    for more in (1, 30):
        for _ in range(more):
            put(session, shop, 1)
        session.flush()
        with counted_statements(database.engine) as statements:
            emptied = empty_cart(session, shop.user_id, shop.account_id, NOW)
            assert emptied is not None
            put_back(session, shop.user_id, shop.account_id, emptied[0], NOW)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 9


def test_a_line_comes_back_where_it_stood_with_its_places_and_days(session: Session, shop: Shop):
    beans, cups, lids = put(session, shop, 3), put(session, shop, 4), put(session, shop, 5)
    place = session.scalars(select(Location.id).where(Location.account_id == shop.account_id)).first()
    assert place is not None
    friday = NOW.date()
    session.add_all(
        CartDrop(cart_line_id=cups[1], location_id=place, requested_date=day, quantity=2)
        for day in (friday, friday + timedelta(days=7))
    )
    session.flush()

    key = take_out(session, shop.user_id, shop.account_id, [cups[1]], NOW)
    assert key is not None
    assert lines(session, shop) == [(beans[0], 3), (lids[0], 5)]
    assert session.scalars(select(CartDrop)).all() == []
    assert put_back(session, shop.user_id, shop.account_id, key, NOW) == 1

    assert lines(session, shop) == [(beans[0], 3), (cups[0], 4), (lids[0], 5)]
    back = session.execute(
        select(CartDrop.location_id, CartDrop.requested_date, CartDrop.quantity).order_by(
            CartDrop.requested_date
        )
    ).all()
    assert [tuple(drop) for drop in back] == [(place, friday, 2), (place, friday + timedelta(days=7), 2)]


def test_places_and_days_come_back_to_the_line_of_their_own_variant_alone(session: Session, shop: Shop):
    beans, cups = put(session, shop, 3), put(session, shop, 4)
    session.add_all(
        CartDrop(
            cart_line_id=line_id, location_id=shop.location_id, requested_date=NOW.date(), quantity=units
        )
        for line_id, units in ((beans[1], 3), (cups[1], 4))
    )
    session.flush()
    key = keep_splits(session, shop.user_id, shop.account_id, NOW)
    take_out(session, shop.user_id, shop.account_id, [cups[1]], NOW)
    lids = put(session, shop, 9)[0]
    # As SQLite does, which gives the last id anew.
    session.execute(update(CartLine).where(CartLine.variant_id == lids).values(id=cups[1]))
    session.execute(delete(CartDrop))

    restore_splits(session, shop.user_id, shop.account_id, key)

    back = session.execute(select(CartDrop.cart_line_id, CartDrop.quantity)).all()
    assert [tuple(drop) for drop in back] == [(beans[1], 3)]


def test_only_ones_own_lines_are_removed_together(session: Session, shop: Shop):
    beans, cups = put(session, shop, 3), put(session, shop, 4)

    assert take_out(session, shop.user_id + 1, shop.account_id, [beans[1], cups[1]], NOW) is None
    assert len(lines(session, shop)) == 2
    assert take_out(session, shop.user_id, shop.account_id, [beans[1]], NOW) is not None

    assert lines(session, shop) == [(cups[0], 4)]
