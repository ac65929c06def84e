from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from portal.core.database import Database
from portal.core.errors import Conflict, NotFound, Refused
from portal.orders.actions import (
    add_to_cart,
    choose_location,
    set_cart_quantity,
    set_promotion_code,
    take_out,
)
from portal.orders.models import Cart, CartLine
from portal.orders.queries import cart_badge, cart_line_of, cart_of, in_cart
from portal.orders.rules import MAX_QUANTITY
from tests.ordering import NOW, Shop, counted_statements, open_shop


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


def add(session: Session, shop: Shop, variant_id: int, quantity: int, price: int | None = 100) -> int:
    variant = shop.variant(session, variant_id)
    return add_to_cart(session, shop.user_id, shop.account_id, variant, quantity, price, NOW)


def put(session: Session, shop: Shop, variant_id: int, quantity: int, price: int | None = 100) -> None:
    variant = shop.variant(session, variant_id)
    set_cart_quantity(session, shop.user_id, shop.account_id, variant, quantity, price, NOW)


def lines(session: Session, shop: Shop) -> list[tuple[int, int, int | None]]:
    cart = cart_of(session, shop.user_id, shop.account_id)
    return [(line.variant_id, line.quantity, line.seen_unit_price_e4) for line in cart.lines]


def test_a_cart_that_never_was_is_empty(session: Session, shop: Shop):
    cart = cart_of(session, shop.user_id, shop.account_id)

    assert (cart.lines, cart.location_id, cart.promotion_code) == ((), None, None)
    assert cart_badge(session, shop.user_id, shop.account_id).count == 0


def test_adding_twice_adds_up_and_keeps_the_price_seen_last(session: Session, shop: Shop):
    beans = shop.sell(session, won=12_000)
    cups = shop.sell(session, won=50)

    assert add(session, shop, beans, 2, 110) == 2
    assert add(session, shop, cups, 5, None) == 5
    assert add(session, shop, beans, 3, 120) == 5

    assert lines(session, shop) == [(beans, 5, 120), (cups, 5, None)]
    assert cart_badge(session, shop.user_id, shop.account_id).count == 2
    assert in_cart(session, shop.user_id, shop.account_id, [beans, beans + 99]) == {beans: 5}


def test_a_step_may_be_added_to_a_line_that_has_its_minimum(session: Session, shop: Shop):
    cups = shop.sell(session, won=50, minimum=50, step=10)

    with pytest.raises(Refused) as refused:
        add(session, shop, cups, 10)
    assert (refused.value.code, refused.value.facts) == ("below_minimum", {"minimum": 50, "nearest": 50})
    assert lines(session, shop) == []

    add(session, shop, cups, 50)
    assert add(session, shop, cups, 10) == 60

    with pytest.raises(Refused) as refused:
        add(session, shop, cups, 5)
    assert (refused.value.code, refused.value.facts) == ("off_step", {"step": 10, "lower": 60, "upper": 70})
    assert lines(session, shop) == [(cups, 60, 100)]


@pytest.mark.parametrize("quantity", [0, -1, -50])
def test_adding_nothing_or_less_is_refused(session: Session, shop: Shop, quantity: int):
    beans = shop.sell(session, won=12_000)
    add(session, shop, beans, 60)

    with pytest.raises(Refused) as refused:
        add(session, shop, beans, quantity)

    assert refused.value.code == "below_minimum"
    assert lines(session, shop) == [(beans, 60, 100)]


def test_adding_stops_at_the_most_a_line_may_have(session: Session, shop: Shop):
    beans = shop.sell(session, won=12_000)
    add(session, shop, beans, MAX_QUANTITY - 1)

    with pytest.raises(Refused) as refused:
        add(session, shop, beans, 2)

    assert refused.value.code == "too_large"
    assert lines(session, shop) == [(beans, MAX_QUANTITY - 1, 100)]


def test_two_tabs_that_read_the_same_cart_cannot_exceed_the_most_either(session: Session, shop: Shop):
    beans = shop.sell(session, won=12_000)
    variant = shop.variant(session, beans)
    add(session, shop, beans, 10)

    def arrive(connection, _cursor, statement, *_rest) -> None:
        # The other tab's units arrive between this tab's look at the line and its write.
        if statement.startswith("SELECT"):
            connection.execute(update(CartLine).values(quantity=MAX_QUANTITY - 1))

    event.listen(session.connection(), "after_cursor_execute", arrive)
    with pytest.raises(Refused) as refused:
        add_to_cart(session, shop.user_id, shop.account_id, variant, 2, 100, NOW)
    event.remove(session.connection(), "after_cursor_execute", arrive)

    assert refused.value.code == "too_large"
    assert lines(session, shop) == [(beans, MAX_QUANTITY - 1, 100)]


def test_setting_replaces_the_quantity(session: Session, shop: Shop):
    cups = shop.sell(session, won=50, minimum=50, step=50)

    put(session, shop, cups, 100, 500)
    put(session, shop, cups, 50, 400)
    assert lines(session, shop) == [(cups, 50, 400)]

    with pytest.raises(Refused) as refused:
        put(session, shop, cups, 75)
    assert refused.value.facts == {"step": 50, "lower": 50, "upper": 100}
    assert lines(session, shop) == [(cups, 50, 400)]


def test_what_is_no_longer_sold_cannot_be_put_in(session: Session, shop: Shop):
    beans = shop.sell(session, won=12_000)
    retired = replace(shop.variant(session, beans), active=False)

    for put_in in (add_to_cart, set_cart_quantity):
        with pytest.raises(Conflict) as refused:
            put_in(session, shop.user_id, shop.account_id, retired, 1, 100, NOW)
        assert (refused.value.code, refused.value.facts) == ("not_available", {"variant_ids": [beans]})
    assert session.scalars(select(Cart.id)).all() == []


def test_a_line_is_removed_by_its_owner_alone(session: Session, shop: Shop):
    beans = shop.sell(session, won=12_000)
    rival = shop.dealer(session)
    colleague = shop.colleague(session)
    add(session, shop, beans, 2)
    (line,) = cart_of(session, shop.user_id, shop.account_id).lines

    for stranger in (rival, colleague):
        assert take_out(session, stranger.user_id, stranger.account_id, [line.id], NOW) is None
        with pytest.raises(NotFound):
            cart_line_of(session, stranger.user_id, stranger.account_id, line.id)
        assert cart_of(session, stranger.user_id, stranger.account_id).lines == ()
        assert in_cart(session, stranger.user_id, stranger.account_id, [beans]) == {}
    assert cart_line_of(session, shop.user_id, shop.account_id, line.id) == line

    assert take_out(session, shop.user_id, shop.account_id, [line.id], NOW) is not None
    assert lines(session, shop) == []
    assert take_out(session, shop.user_id, shop.account_id, [line.id], NOW) is None


def test_a_place_of_another_account_or_out_of_use_cannot_be_chosen(session: Session, shop: Shop):
    rival = shop.dealer(session)

    with pytest.raises(NotFound):
        choose_location(session, shop.user_id, shop.account_id, rival.location_id, NOW)
    assert cart_badge(session, shop.user_id, shop.account_id).location_id is None

    choose_location(session, shop.user_id, shop.account_id, shop.location_id, NOW)
    assert cart_badge(session, shop.user_id, shop.account_id).location_id == shop.location_id


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" spring26 ", "SPRING26"), ("ＳＰＲＩＮＧ", "SPRING"), ("봄", "봄"), ("", None), ("  ", None)],
)
def test_a_promotion_code_is_kept_in_capitals(session: Session, shop: Shop, typed: str, kept: str | None):
    assert set_promotion_code(session, shop.user_id, shop.account_id, typed, NOW) == kept
    assert cart_of(session, shop.user_id, shop.account_id).promotion_code == kept


@pytest.mark.parametrize("typed", ["X" * 41, "A\0B", "A\ud800"])
def test_what_can_be_no_code_is_refused(session: Session, shop: Shop, typed: str):
    with pytest.raises(Refused) as refused:
        set_promotion_code(session, shop.user_id, shop.account_id, typed, NOW)

    assert (refused.value.code, refused.value.field) == ("promotion_code", "promotion_code")
    assert session.scalars(select(Cart.id)).all() == []


def test_an_add_costs_as_many_statements_in_a_cart_of_300_lines_as_in_one_of_one(
    database: Database, session: Session, shop: Shop
):
    variants = [shop.variant(session, shop.sell(session, won=100)) for _ in range(301)]
    counts = []
    for number, variant in enumerate(variants):
        with counted_statements(database.engine) as counted:
            add_to_cart(session, shop.user_id, shop.account_id, variant, 1, 100, NOW)
        if number in (1, 300):
            counts.append(len(counted))

    assert counts == [2, 2]
    assert cart_badge(session, shop.user_id, shop.account_id).count == 301
