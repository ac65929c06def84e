"""Orders that go to several places on several days: what they cost, where they come from, when they arrive."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Location
from portal.catalog.models import Stock, Variant, Warehouse
from portal.core.database import Database
from portal.core.errors import Conflict, NotFound, Refused
from portal.delivery.models import FreightRule, Route
from portal.orders.actions import Checkout, cancel, place_basket
from portal.orders.basket import Basket, BasketDrop, BasketLine
from portal.orders.drops import LaterArrival
from portal.orders.models import CartDrop, CartLine, Drop, Order, OrderLine
from portal.orders.place import PlacedOrder
from portal.orders.priced_cart import Going, priced_cart
from portal.pricing.priced import Ask
from portal.pricing.prices import price_document
from tests import factories as make
from tests.ordering import NOW, TODAY, YEAR, Shop, assert_books_balance, counted_statements, open_shop
from tests.unit.orders.test_place import assert_refused

TUESDAY = date(2026, 11, 24)
THURSDAY = date(2026, 11, 26)
FRIDAY = date(2026, 11, 27)
KEYS = count(1)


@pytest.fixture
def shop(session: Session) -> Shop:
    """Ordered before 14:00 it arrives the next working day."""
    made = open_shop(session)
    add_route(session, made.warehouse_id)
    return made


def add_route(session: Session, warehouse_id: int, **changes: object) -> Route:
    warehouse = session.get_one(Warehouse, warehouse_id)
    values = {
        "code": f"parcel:{warehouse.code}",
        "name": "Parcels",
        "warehouse_id": warehouse_id,
        "cutoff_minutes": 14 * 60,
        "lead_days": 1,
    }
    return make.added(session, Route(**values | changes))


def add_freight(session: Session, **changes: object) -> FreightRule:
    """3,000 won for a drop, free from 50,000 on."""
    values = {"route_id": None, "currency": "KRW", "charge": 3_000, "free_from": 50_000, "minimum": None}
    return make.added(session, FreightRule(**values | changes))


def second_place(session: Session, shop: Shop, **changes: object) -> Location:
    account = session.get_one(Account, shop.account_id)
    return make.make_location(
        session, account, session.get_one(Warehouse, shop.warehouse_id), **{"name": "Busan store"} | changes
    )


def place(session: Session, shop: Shop, *lines: BasketLine, total: int, **checkout: object) -> PlacedOrder:
    form: dict[str, Any] = {
        "submit_key": "key",
        "location_id": shop.location_id,
        "shown_total": total,
    } | checkout
    return place_basket(
        session, shop.buyer, shop.user_id, Basket(lines), Checkout(**form), year=YEAR, today=TODAY, now=NOW
    )


def drops_of(session: Session) -> list[tuple[int, date | None, date | None, int, int, int]]:
    return [
        (
            drop.location_id,
            drop.requested_date,
            drop.promised_date,
            drop.quantity,
            drop.reserved,
            drop.warehouse_id,
        )
        for drop in session.scalars(select(Drop).order_by(Drop.id))
    ]


def test_each_drop_goes_to_its_place_on_its_day_from_its_warehouse(session: Session, shop: Shop):
    busan = make.make_warehouse(session)
    add_route(session, busan.id, lead_days=2)
    there = second_place(session, shop, warehouse_id=busan.id)
    beans = shop.sell(session, won=1_000, on_hand=10)
    make.make_stock(session, session.get_one(Variant, beans), busan, 20)
    line = BasketLine(
        beans, 24, drops=(BasketDrop(there.id, THURSDAY, 14), BasketDrop(shop.location_id, TUESDAY, 10))
    )

    place(session, shop, line, total=26_400)

    assert drops_of(session) == [
        (shop.location_id, TUESDAY, TUESDAY, 10, 10, shop.warehouse_id),
        (there.id, THURSDAY, THURSDAY, 14, 14, busan.id),
    ]
    reserved = session.execute(select(Stock.warehouse_id, Stock.reserved).order_by(Stock.warehouse_id))
    assert [tuple(row) for row in reserved] == [(shop.warehouse_id, 10), (busan.id, 14)]
    order = session.scalars(select(Order)).one()
    # Until 14:00 in Seoul for what comes tomorrow; what comes on Thursday could wait.
    assert order.changeable_until == datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    assert_books_balance(session)


def test_as_soon_as_possible_keeps_the_day_that_was_promised(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=10)

    place(session, shop, BasketLine(beans, 1), total=1_100)

    assert drops_of(session) == [(shop.location_id, None, TUESDAY, 1, 1, shop.warehouse_id)]


def test_each_drop_is_charged_and_the_charge_is_taxed(session: Session, shop: Shop):
    add_freight(session)
    there = second_place(session, shop)
    beans = shop.sell(session, won=1_000, on_hand=100)
    line = BasketLine(
        beans,
        70,
        drops=(
            BasketDrop(shop.location_id, TUESDAY, 10),
            BasketDrop(there.id, TUESDAY, 50),
            BasketDrop(shop.location_id, THURSDAY, 10),
        ),
    )

    place(session, shop, line, total=83_600)

    order = session.scalars(select(Order)).one()
    assert (order.subtotal, order.freight, order.net, order.tax, order.total) == (
        70_000,
        6_000,
        76_000,
        7_600,
        83_600,
    )
    assert order.freight_charges == [
        {"location_id": shop.location_id, "date": "2026-11-24", "amount": 3_000},
        {"location_id": there.id, "date": "2026-11-24", "amount": 0},
        {"location_id": shop.location_id, "date": "2026-11-26", "amount": 3_000},
    ]
    assert_books_balance(session)


def test_a_drop_below_its_minimum_is_refused(session: Session, shop: Shop):
    add_freight(session, minimum=20_000)
    there = second_place(session, shop)
    beans = shop.sell(session, won=1_000, on_hand=100)
    line = BasketLine(
        beans, 40, drops=(BasketDrop(shop.location_id, TUESDAY, 25), BasketDrop(there.id, TUESDAY, 15))
    )

    refused = assert_refused(
        session, lambda: place(session, shop, line, total=50_600), Refused, "drop_minimum"
    )

    assert refused.facts == {"drops": [(there.id, TUESDAY, 5_000)], "currency": "KRW"}


def test_a_later_arrival_than_was_shown_is_asked_about(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=10)
    shown = {(shop.location_id, None, None): TUESDAY}
    session.execute(update(Route).values(cutoff_minutes=9 * 60))

    refused = assert_refused(
        session,
        lambda: place(session, shop, BasketLine(beans, 1), total=1_100, shown_arrivals=shown),
        Conflict,
        "arrives_later",
    )

    wednesday = date(2026, 11, 25)
    assert refused.facts == {"changes": [LaterArrival(shop.location_id, None, None, TUESDAY, wednesday)]}
    place(
        session,
        shop,
        BasketLine(beans, 1),
        total=1_100,
        shown_arrivals={(shop.location_id, None, None): wednesday},
    )
    assert drops_of(session)[0][2] == wednesday


def test_a_line_that_comes_later_than_shown_is_named(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=2, allow_backorder=True, lead_days=3)
    cups = shop.sell(session, won=1_000, on_hand=10)
    shown = {(shop.location_id, None, None): TUESDAY}
    lines = (BasketLine(beans, 5), BasketLine(cups, 1))

    refused = assert_refused(
        session,
        lambda: place(session, shop, *lines, total=6_600, shown_arrivals=shown),
        Conflict,
        "arrives_later",
    )

    changes: Any = refused.facts["changes"]
    (change,) = changes
    assert (change.variant_id, change.shown) == (beans, TUESDAY)
    assert change.promised > TUESDAY


def test_nothing_that_arrives_earlier_is_asked_about(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=10)

    place(
        session,
        shop,
        BasketLine(beans, 1),
        total=1_100,
        shown_arrivals={(shop.location_id, None, None): FRIDAY},
    )

    assert drops_of(session)[0][2] == TUESDAY


def test_a_place_that_was_not_shown_is_asked_about(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=10)

    assert_refused(
        session,
        lambda: place(session, shop, BasketLine(beans, 1), total=1_100, shown_arrivals={}),
        Conflict,
        "arrives_later",
    )


def test_a_strangers_place_is_not_found(session: Session, shop: Shop):
    rival = shop.dealer(session)
    beans = shop.sell(session, won=1_000, on_hand=10)
    line = BasketLine(beans, 2, drops=(BasketDrop(rival.location_id, TUESDAY, 2),))

    with pytest.raises(NotFound):
        place(session, shop, line, total=2_200)

    assert session.scalars(select(Order)).all() == []


def test_a_day_of_a_drop_on_which_nothing_arrives_is_refused(session: Session, shop: Shop):
    there = second_place(session, shop, delivery_weekdays=0b0001000)
    beans = shop.sell(session, won=1_000, on_hand=10)
    line = BasketLine(
        beans, 2, drops=(BasketDrop(shop.location_id, TUESDAY, 1), BasketDrop(there.id, TUESDAY, 1))
    )

    refused = assert_refused(
        session, lambda: place(session, shop, line, total=2_200), Refused, "delivery_day"
    )

    assert (refused.facts["problem"], refused.facts["location_id"]) == ("too_soon", there.id)


def test_an_order_like_one_of_the_last_minutes_is_asked_about_once(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=10)
    first = place(session, shop, BasketLine(beans, 2), total=2_200)
    colleague = shop.colleague(session)

    refused = assert_refused(
        session,
        lambda: place(session, colleague, BasketLine(beans, 2), total=2_200, submit_key="other"),
        Conflict,
        "ordered_before",
    )

    assert (refused.facts["number"], refused.facts["placed_at"]) == (first.number, NOW)
    again = place(
        session, colleague, BasketLine(beans, 2), total=2_200, submit_key="other", despite_recent=True
    )
    assert again.number == "2026-000002"


def test_the_same_goods_for_another_place_are_no_repetition(session: Session, shop: Shop):
    there = second_place(session, shop)
    beans = shop.sell(session, won=1_000, on_hand=10)
    place(session, shop, BasketLine(beans, 2), total=2_200)

    second = place(session, shop, BasketLine(beans, 2), total=2_200, submit_key="other", location_id=there.id)

    assert second.number == "2026-000002"
    refused = assert_refused(
        session,
        lambda: place(session, shop, BasketLine(beans, 2), total=2_200, submit_key="3", location_id=there.id),
        Conflict,
        "ordered_before",
    )
    assert refused.facts["number"] == second.number


def test_only_orders_of_the_account_that_stand_and_are_recent_are_compared(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=10)
    place(session, shop.dealer(session), BasketLine(beans, 2), total=2_200)
    mine = shop
    place(session, mine, BasketLine(beans, 2), total=2_200)
    order = session.scalars(select(Order).order_by(Order.id.desc()).limit(1)).one()
    cancel(session, order.id, reason="", version=1, actor_id=None, now=NOW)

    place(session, mine, BasketLine(beans, 2), total=2_200, submit_key="2")
    session.execute(update(Order).values(placed_at=NOW - timedelta(minutes=31)))
    placed = place(session, mine, BasketLine(beans, 2), total=2_200, submit_key="3")

    assert placed.number == "2026-000004"


def test_a_split_cart_is_placed_as_it_was_entered_and_settled(session: Session, shop: Shop):
    there = second_place(session, shop)
    beans = shop.sell(session, won=1_000, on_hand=100)
    shop.put(session, {beans: 10})
    line_id = session.scalars(select(CartLine.id)).one()
    for location_id, day, quantity in ((shop.location_id, TUESDAY, 4), (there.id, THURSDAY, 6)):
        session.add(
            CartDrop(cart_line_id=line_id, location_id=location_id, requested_date=day, quantity=quantity)
        )
    session.flush()
    shop.put(session, {beans: 13})

    shop.place(session)

    assert [(drop[0], drop[1], drop[3]) for drop in drops_of(session)] == [
        (shop.location_id, TUESDAY, 4),
        (there.id, THURSDAY, 9),
    ]
    assert session.scalars(select(CartDrop)).all() == []


def test_the_page_shows_what_is_placed(session: Session, shop: Shop):
    add_freight(session)
    there = second_place(session, shop)
    beans = shop.sell(session, won=1_000, on_hand=12, allow_backorder=True, lead_days=2)
    shop.put(session, {beans: 20})
    line_id = session.scalars(select(CartLine.id)).one()
    for location_id, quantity in ((shop.location_id, 8), (there.id, 12)):
        session.add(
            CartDrop(cart_line_id=line_id, location_id=location_id, requested_date=TUESDAY, quantity=quantity)
        )
    session.flush()

    cart = priced_cart(
        session,
        shop.buyer,
        shop.user_id,
        shop.warehouse_id,
        "ko",
        TODAY,
        going=Going(shop.location_id, None, NOW),
    )

    assert cart.document is not None
    assert (cart.document.freight, cart.document.total) == (6_000, 28_600)
    assert [(each.location_id, each.promised, each.goods) for each in cart.deliveries] == [
        (shop.location_id, TUESDAY, 8_000),
        (there.id, TUESDAY, 12_000),
    ]
    assert list(cart.deliveries[1].later) == [beans]
    shop.place(session, shown_total=28_600)
    promised = [drop[2] for drop in drops_of(session)]
    assert promised == [TUESDAY, cart.deliveries[1].later[beans]]


@given(
    quantities=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    cuts=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([TUESDAY, THURSDAY, FRIDAY]), st.integers(1, 9)),
        max_size=6,
    ),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_split_order_is_the_unsplit_one_and_its_cells_sum_to_its_lines(
    session: Session, shop: Shop, quantities: list[int], cuts: list[tuple[int, date, int]]
):
    session.execute(update(Account).values(credit_limit=10**12))
    places = [shop.location_id, second_place(session, shop).id, second_place(session, shop).id]
    lines = []
    for quantity in quantities:
        variant_id = shop.sell(session, won=777, on_hand=1_000)
        cells: dict[tuple[int, date], int] = {}
        left = quantity
        for place_index, day, units in cuts:
            taken = min(units, left)
            if taken:
                cells[places[place_index], day] = cells.get((places[place_index], day), 0) + taken
                left -= taken
        if cells and left:
            first = next(iter(cells))
            cells[first] += left
        lines.append(
            BasketLine(
                variant_id,
                quantity,
                drops=tuple(BasketDrop(where, day, units) for (where, day), units in cells.items()),
            )
        )
    asks = [Ask.of(shop.variant(session, line.variant_id), line.quantity) for line in lines]
    unsplit = price_document(session, shop.buyer, asks, TODAY)

    placed = place(
        session, shop, *lines, total=unsplit.total, submit_key=f"split {next(KEYS)}", despite_recent=True
    )

    order = session.scalars(select(Order).where(Order.number == placed.number)).one()
    assert (order.subtotal, order.net, order.tax, order.total) == (
        unsplit.subtotal, unsplit.net, unsplit.tax, unsplit.total,
    )  # fmt: skip
    assert [tax["amount"] for tax in order.taxes] == [tax.amount for tax in unsplit.taxes]
    charged = session.scalars(
        select(OrderLine.line_total).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    ).all()
    assert charged == [line.line_total for line in unsplit.lines]
    assert_books_balance(session)


def test_fifty_lines_to_eight_places_on_six_days_take_the_same_statements(
    database: Database, session: Session, shop: Shop
):
    places = [shop.location_id, *(second_place(session, shop).id for _ in range(7))]
    days = [day for day in (date(2026, 11, 24) + timedelta(days=n) for n in range(14)) if day.weekday() < 5][
        :6
    ]
    lines = [
        BasketLine(
            shop.sell(session, won=10, on_hand=1_000),
            48 * 2,
            drops=tuple(BasketDrop(where, day, 2) for where in places for day in days),
        )
        for _ in range(50)
    ]
    session.commit()

    with counted_statements(database.engine) as counted:
        place(session, shop, *lines, total=50 * 96 * 11)

    # Two less than for a cart, which is neither read nor emptied.
    assert len(counted) == 17, counted.texts
    assert len(drops_of(session)) == 2_400


def test_a_basket_leaves_the_cart_alone(session: Session, shop: Shop):
    beans, cups = shop.sell(session, won=100, on_hand=9), shop.sell(session, won=100, on_hand=9)
    shop.put(session, {cups: 3})

    place(session, shop, BasketLine(beans, 1), total=110)

    assert session.execute(select(CartLine.variant_id, CartLine.quantity)).all() == [(cups, 3)]


def test_an_empty_basket_is_refused(session: Session, shop: Shop):
    assert_refused(session, lambda: place(session, shop, total=0), Conflict, "cart_empty")


def test_an_unknown_place_says_whether_the_key_was_used(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=9)
    first = place(session, shop, BasketLine(beans, 1), total=110)
    session.execute(update(Location).values(active=False))

    again = place(session, replace(shop), BasketLine(beans, 1), total=110)

    assert (again.number, again.is_repeat) == (first.number, True)
