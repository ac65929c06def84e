"""Many people at once, each in a transaction of their own: nothing is sold, owed, numbered or shipped twice."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from portal.core.database import Database
from portal.core.errors import Conflict, Refused
from portal.jobs.models import Job
from portal.orders import actions
from portal.orders.actions import PlacedOrder
from portal.orders.models import Drop, Order, OrderEvent, OrderLine, Shipment
from portal.orders.queries import cart_of
from tests.ordering import NOW, Shop, assert_books_balance, credit_used, open_shop, stock_of

pytestmark = pytest.mark.slow

Answer = TypeVar("Answer")


def all_at_once(database: Database, deeds: Sequence[Callable[[Session], Answer]]) -> list[Answer | Refused]:
    """Do each deed in a thread and a transaction of its own; what it gave, or what it was refused with.

    Anything but a refusal (a deadlock, a lock that timed out, a broken constraint) fails the test.
    """
    start = threading.Barrier(len(deeds))

    def run(deed: Callable[[Session], Answer]) -> Answer | Refused:
        start.wait()
        try:
            with database.transaction() as session:
                return deed(session)
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(run, deeds))


def place_at(shop: Shop, shown_total: int, key: str, session: Session) -> PlacedOrder:
    return shop.place(session, key, shown_total=shown_total)


def codes(answers: Sequence[object]) -> Counter[str]:
    return Counter(answer.code if isinstance(answer, Refused) else "done" for answer in answers)


def test_200_submissions_of_one_checkout_make_one_order(database: Database):
    with database.transaction() as session:
        shop = open_shop(session)
        beans = shop.sell(session, won=100, on_hand=1_000)
        shop.put(session, {beans: 3})
        shown = shop.shown_total(session)

    answers = all_at_once(database, [lambda session: shop.place(session, "key", shown_total=shown)] * 200)

    placed = [answer for answer in answers if isinstance(answer, PlacedOrder)]
    assert {answer.number for answer in placed} == {"2026-000001"}
    assert Counter(answer.is_repeat for answer in placed) == {False: 1, True: 199}
    with database.reading() as session:
        assert session.scalars(select(Order.number)).all() == ["2026-000001"]
        assert session.scalars(select(Job.arguments)).all() == [{"number": "2026-000001", "kind": "placed"}]
        assert stock_of(session, beans) == (1_000, 3, 0)
        assert credit_used(session, shop.account_id) == 330
        assert_books_balance(session)


def test_50_buyers_racing_for_10_units_buy_exactly_10(database: Database):
    with database.transaction() as session:
        shop = open_shop(session)
        beans = shop.sell(session, won=100, on_hand=10)
        buyers = [shop.dealer(session) for _ in range(50)]
        for buyer in buyers:
            buyer.put(session, {beans: 1})

    answers = all_at_once(database, [partial(place_at, buyer, 110, "key") for buyer in buyers])

    assert codes(answers) == {"done": 10, "out_of_stock": 40}
    with database.reading() as session:
        assert session.scalar(select(func.sum(OrderLine.quantity))) == 10
        assert stock_of(session, beans) == (10, 10, 0)
        assert_books_balance(session)
        refused = [
            buyer for buyer, answer in zip(buyers, answers, strict=True) if isinstance(answer, Refused)
        ]
        for buyer in refused:
            assert [line.quantity for line in cart_of(session, buyer.user_id, buyer.account_id).lines] == [1]


def test_24_orders_at_once_never_exceed_the_credit_limit_and_fill_it_as_far_as_they_fit(database: Database):
    with database.transaction() as session:
        shop = open_shop(session, credit_limit=1_000)
        beans = shop.sell(session, won=100, on_hand=1_000)
        people = [shop.colleague(session) for _ in range(24)]
        for person in people:
            person.put(session, {beans: 1})

    answers = all_at_once(
        database,
        [partial(place_at, person, 110, f"key {key}") for key, person in enumerate(people)],
    )

    # Nine orders of 110 won fit into 1,000; a tenth would not.
    assert codes(answers) == {"done": 9, "credit_exceeded": 15}
    with database.reading() as session:
        assert credit_used(session, shop.account_id) == 990
        assert session.scalar(select(func.sum(Order.total))) == 990
        assert stock_of(session, beans) == (1_000, 9, 0)
        assert_books_balance(session)


def test_carts_filled_in_opposite_orders_never_wait_for_each_other_in_a_circle(database: Database):
    with database.transaction() as session:
        shop = open_shop(session)
        goods = [shop.sell(session, won=100, on_hand=1_000) for _ in range(12)]
        buyers = [shop.dealer(session) for _ in range(16)]
        for number, buyer in enumerate(buyers):
            buyer.put(session, dict.fromkeys(goods[:: 1 if number % 2 else -1], 1))

    answers = all_at_once(database, [partial(place_at, buyer, 1_320, "key") for buyer in buyers])

    assert codes(answers) == {"done": 16}
    with database.reading() as session:
        assert {stock_of(session, variant) for variant in goods} == {(1_000, 16, 0)}
        assert_books_balance(session)


def test_what_is_added_while_the_cart_is_ordered_is_not_lost(database: Database):
    with database.transaction() as session:
        shop = open_shop(session)
        beans = shop.sell(session, won=100, on_hand=1_000)
        shop.put(session, {beans: 1})

    def add(session: Session) -> int:
        variant = shop.variant(session, beans)
        return actions.add_to_cart(session, shop.user_id, shop.account_id, variant, 1, None, NOW)

    answers = all_at_once(
        database, [*[add] * 7, lambda session: shop.place(session, "key", shown_total=110), *[add] * 7]
    )

    ordered = [answer for answer in answers if isinstance(answer, PlacedOrder)]
    with database.reading() as session:
        in_cart = sum(line.quantity for line in cart_of(session, shop.user_id, shop.account_id).lines)
        in_orders = session.scalar(select(func.sum(OrderLine.quantity))) or 0
        assert in_cart + in_orders == 15
        # The order is of what was shown, or it was refused because the cart had grown.
        assert in_orders == (1 if ordered else 0)
        assert codes(answers)["prices_changed"] == (0 if ordered else 1)


def test_what_is_added_between_reading_the_cart_and_emptying_it_stays_in_the_cart(database: Database):
    with database.transaction() as session:
        shop = open_shop(session)
        beans, cups = (shop.sell(session, won=100, on_hand=1_000) for _ in range(2))
        shop.put(session, {beans: 1})

    def add() -> None:
        for variant_id in (cups, beans):
            with database.transaction() as session:
                variant = shop.variant(session, variant_id)
                actions.add_to_cart(session, shop.user_id, shop.account_id, variant, 2, None, NOW)

    with ThreadPoolExecutor(1) as threads, database.transaction() as session:
        added = []

        def meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if "INSERT INTO order_line" in statement:
                added.append(threads.submit(add))
                # The other tab has time to write, if nothing keeps it from that.
                wait(added, timeout=0.5)

        event.listen(session.connection(), "before_cursor_execute", meanwhile)
        shop.place(session, "key", shown_total=110)
        event.remove(session.connection(), "before_cursor_execute", meanwhile)
        session.commit()
        added[0].result(timeout=30)

    with database.reading() as session:
        assert session.scalars(select(OrderLine.quantity)).all() == [1]
        cart = cart_of(session, shop.user_id, shop.account_id)
        assert {line.variant_id: line.quantity for line in cart.lines} == {beans: 2, cups: 2}


def picked_order(database: Database) -> tuple[Shop, int, int]:
    """A shop with an order of 5 that is being picked: the shop, the order's id, its drop's id."""
    with database.transaction() as session:
        shop = open_shop(session)
        order = shop.order(session, {shop.sell(session, won=100, on_hand=10): 5})
        actions.confirm(session, order.id, version=1, actor_id=None, now=NOW)
        actions.start_picking(session, order.id, version=2, actor_id=None, now=NOW)
        return shop, order.id, session.scalars(select(Drop.id)).one()


def test_20_taps_on_ship_make_one_shipment(database: Database):
    _, order_id, drop_id = picked_order(database)

    answers = all_at_once(
        database,
        [
            lambda session: actions.ship(
                session, order_id, {drop_id: 2},
                carrier="CJ", tracking_number="1", submit_key="key", version=3, actor_id=None, now=NOW,
            )
        ] * 20,
    )  # fmt: skip

    assert codes(answers) == {"done": 20}
    with database.reading() as session:
        assert session.scalars(select(Shipment.number)).all() == ["2026-000001-S1"]
        assert session.scalars(select(Drop.shipped)).all() == [2]
        assert_books_balance(session)


def test_of_20_people_who_ship_the_same_goods_one_does(database: Database):
    _, order_id, drop_id = picked_order(database)

    def ship(key: int, session: Session) -> object:
        return actions.ship(
            session, order_id, {drop_id: 2},
            carrier="CJ", tracking_number="1", submit_key=f"{key}", version=3, actor_id=None, now=NOW,
        )  # fmt: skip

    answers = all_at_once(database, [partial(ship, key) for key in range(20)])

    assert codes(answers) == {"done": 1, "changed_meanwhile": 19}
    with database.reading() as session:
        assert session.scalars(select(Drop.shipped)).all() == [2]
        assert_books_balance(session)


def test_of_confirming_and_cancelling_at_once_one_happens(database: Database):
    with database.transaction() as session:
        shop = open_shop(session)
        order_id = shop.order(session, {shop.sell(session, won=100, on_hand=10): 5}).id

    answers = all_at_once(
        database,
        [
            lambda session: actions.confirm(session, order_id, version=1, actor_id=None, now=NOW),
            lambda session: actions.cancel(session, order_id, reason="", version=1, actor_id=None, now=NOW),
        ]
        * 6,
    )

    assert codes(answers) == {"done": 1, "changed_meanwhile": 11}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OrderEvent)) == 2
        assert_books_balance(session)


def test_a_busy_hour_leaves_the_books_balanced(database: Database):
    """Placing, cancelling, shipping and goods coming in, all of the same few variants, in a random mixture."""
    chance = random.Random(7)
    with database.transaction() as session:
        shop = open_shop(session)
        goods = [
            shop.sell(session, won=100, on_hand=20, allow_backorder=number % 2 == 0) for number in range(4)
        ]
        buyers = [shop.dealer(session, credit_limit=3_000) for _ in range(8)]
        old = [buyer.order(session, dict.fromkeys(goods, 2), "old").id for buyer in buyers]
        for order_id in old[:4]:
            actions.confirm(session, order_id, version=1, actor_id=None, now=NOW)
            actions.start_picking(session, order_id, version=2, actor_id=None, now=NOW)

    def buy(buyer: Shop, key: int) -> Callable[[Session], object]:
        wanted = {variant: chance.randint(1, 4) for variant in chance.sample(goods, 3)}
        return lambda session: buyer.order(session, wanted, f"{key}")

    def ship(order_id: int, key: int) -> Callable[[Session], object]:
        def deed(session: Session) -> object:
            drops = session.execute(
                select(Drop.id, Drop.reserved).join(OrderLine, OrderLine.id == Drop.order_line_id)
                .where(OrderLine.order_id == order_id)
            )  # fmt: skip
            return actions.ship(
                session, order_id, {drop_id: min(1, reserved) for drop_id, reserved in drops},
                carrier="", tracking_number="", submit_key=f"{key}", version=3, actor_id=None, now=NOW,
            )  # fmt: skip

        return deed

    deeds: list[Callable[[Session], object]] = [
        *(buy(buyer, key) for key in range(3) for buyer in buyers),
        *(ship(order_id, key) for key in range(2) for order_id in old[:4]),
        *(
            lambda session, order_id=order_id: actions.cancel(
                session, order_id, reason="", version=1, actor_id=None, now=NOW
            )
            for order_id in old[4:]
        ),
        *(
            lambda session, variant=variant: actions.receive_goods(
                session, {(variant, shop.warehouse_id): 3}, now=NOW
            )
            for variant in goods
        ),
    ]
    chance.shuffle(deeds)

    answers = all_at_once(database, deeds)

    done = codes(answers)
    assert done.keys() <= {"done", "out_of_stock", "credit_exceeded", "changed_meanwhile"}
    # Every cancellation, every delivery of goods and one shipment of each picked order happen, come what may.
    assert done["done"] >= 4 + 4 + 4
    assert done["changed_meanwhile"] == 4
    with database.reading() as session:
        assert_books_balance(session)


def test_a_refusal_is_told_apart_from_a_fault(database: Database):
    def fail(session: Session) -> None:
        raise Conflict("cart_empty")

    def break_down(session: Session) -> None:
        raise RuntimeError

    assert codes(all_at_once(database, [fail, fail])) == {"cart_empty": 2}
    with pytest.raises(RuntimeError):
        all_at_once(database, [break_down])
