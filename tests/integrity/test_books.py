"""Whatever dealers and the desk do, in whatever order: stock, credit, drops and numbers always add up."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.database import Database
from portal.core.errors import Conflict, Refused
from portal.orders import actions
from portal.orders.models import Drop, Order, OrderEvent, OrderLine, OrderStatus, Shipment
from portal.orders.rules import Move, moves_from, status_of_drops
from tests.ordering import NOW, assert_books_balance, open_shop, stock_of

DEALERS = 3
GOODS = 3
ON_HAND = 12
EARLY = {
    OrderStatus.PLACED,
    OrderStatus.ON_HOLD,
    OrderStatus.CONFIRMED,
    OrderStatus.PICKING,
}

dealers = st.integers(0, DEALERS - 1)
goods = st.integers(0, GOODS - 1)
pick = st.integers(0, 1_000)


class Books(RuleBasedStateMachine):
    """A shop of three variants (the first may be back-ordered) and three dealers with little credit."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.session: Session = self.database.writing()
        self.keys = 0
        self.received = [0] * GOODS
        self.totals: dict[str, int] = {}

    def teardown(self) -> None:
        self.session.close()

    @initialize()
    def open(self) -> None:
        shop = open_shop(self.session, credit_limit=4_000)
        self.goods = [
            shop.sell(self.session, won=100 * (number + 1), on_hand=ON_HAND, allow_backorder=number == 0)
            for number in range(GOODS)
        ]
        self.dealers = [shop, *(shop.dealer(self.session, credit_limit=4_000) for _ in range(DEALERS - 1))]

    @rule(dealer=dealers, wanted=st.dictionaries(goods, st.integers(1, 9), min_size=1))
    def place(self, dealer: int, wanted: dict[int, int]) -> None:
        shop, self.keys = self.dealers[dealer], self.keys + 1
        shop.put(self.session, {self.goods[number]: units for number, units in wanted.items()})
        shown = shop.shown_total(self.session)
        placed = self.attempt(lambda: shop.place(self.session, f"{self.keys}", shown_total=shown))
        if placed is not None:
            assert placed.number not in self.totals
            self.totals[placed.number] = shown
            again = shop.place(self.session, f"{self.keys}", shown_total=shown)
            assert (again.number, again.is_repeat) == (placed.number, True)

    @rule(which=pick, verb=st.sampled_from(["confirm", "hold", "release", "start_picking", "cancel"]))
    def move(self, which: int, verb: str) -> None:
        order = self.order(which)
        if order is None:
            return
        reason = {"reason": "because"} if verb in {"hold", "cancel"} else {}
        deed = getattr(actions, verb)
        done = self.attempt(
            lambda: (
                deed(self.session, order.id, **reason, version=order.version, actor_id=None, now=NOW) or True
            )
        )
        assert (done is not None) == (Move(verb) in moves_from(order.status))

    @rule(which=pick, units=st.lists(st.integers(0, 4), min_size=GOODS, max_size=GOODS))
    def ship(self, which: int, units: list[int]) -> None:
        order = self.order(which)
        if order is None:
            return
        self.keys += 1
        drops = self.drops(order)
        leaving = dict(zip([drop.id for drop in drops], units, strict=False))
        shipped = self.attempt(
            lambda: actions.ship(
                self.session, order.id, leaving,
                carrier="", tracking_number="", submit_key=f"{self.keys}",
                version=order.version, actor_id=None, now=NOW,
            )
        )  # fmt: skip
        possible = any(leaving.values()) and all(drop.reserved >= leaving.get(drop.id, 0) for drop in drops)
        assert (shipped is not None) == (possible and Move.SHIP in moves_from(order.status))

    @rule(which=pick)
    def deliver(self, which: int) -> None:
        order = self.order(which)
        if order is None:
            return
        waiting = self.session.scalars(
            select(Shipment.number).where(Shipment.order_id == order.id, Shipment.delivered_at.is_(None))
        ).first()
        if waiting is not None:
            actions.deliver(self.session, order.id, waiting, version=order.version, actor_id=None, now=NOW)

    @rule(number=goods, units=st.integers(1, 6))
    def receive(self, number: int, units: int) -> None:
        place = (self.goods[number], self.dealers[0].warehouse_id)
        actions.receive_goods(self.session, {place: units}, now=NOW)
        self.received[number] += units

    @rule(which=pick)
    def come_too_late(self, which: int) -> None:
        order = self.order(which)
        if order is None:
            return
        stale = order.version - 1
        assert self.attempt(
            lambda: actions.cancel(self.session, order.id, reason="", version=stale, actor_id=None, now=NOW)
        ) is None  # fmt: skip

    @invariant()
    def the_books_balance(self) -> None:
        if not hasattr(self, "goods"):
            return
        assert_books_balance(self.session)
        self.stock_is_what_came_in_less_what_left()
        self.states_tell_where_the_units_are()

    def stock_is_what_came_in_less_what_left(self) -> None:
        for number, variant in enumerate(self.goods):
            left = self.session.scalar(
                select(func.coalesce(func.sum(Drop.shipped), 0))
                .join(OrderLine, OrderLine.id == Drop.order_line_id)
                .where(OrderLine.variant_id == variant)
            )
            on_hand, reserved, backordered = stock_of(self.session, variant)
            assert on_hand == ON_HAND + self.received[number] - (left or 0)
            # Nobody waits while something is free.
            assert backordered == 0 or on_hand == reserved
            assert number == 0 or backordered == 0

    def states_tell_where_the_units_are(self) -> None:
        orders = self.session.scalars(select(Order).execution_options(populate_existing=True)).all()
        assert {order.number: order.total for order in orders} == self.totals
        for order in orders:
            status = status_of_drops(self.drops(order))
            assert order.status is status if status else order.status in EARLY
            assert (order.status is OrderStatus.ON_HOLD) == (order.status_before_hold is not None)
            events = self.session.scalar(
                select(func.count()).select_from(OrderEvent).where(OrderEvent.order_id == order.id)
            )
            assert events == order.version

    def order(self, which: int) -> Order | None:
        orders = self.session.scalars(
            select(Order).order_by(Order.id).execution_options(populate_existing=True)
        ).all()
        if not orders:
            return None
        order = orders[which % len(orders)]
        self.session.expunge(order)
        return order

    def drops(self, order: Order) -> list[Drop]:
        return list(
            self.session.scalars(
                select(Drop)
                .join(OrderLine, OrderLine.id == Drop.order_line_id)
                .where(OrderLine.order_id == order.id)
                .order_by(Drop.id)
                .execution_options(populate_existing=True)
            )
        )

    def attempt(self, deed: Any) -> Any:
        """What the deed gives; None if it is refused: then all it did is undone, as for a refused request."""
        savepoint = self.session.begin_nested()
        try:
            given = deed()
        except Conflict:
            savepoint.rollback()
            return None
        except Refused as refused:
            savepoint.rollback()
            if refused.code != "nothing_to_ship":
                raise
            return None
        savepoint.commit()
        return given


def test_the_books_always_balance(database: Database):
    Books.database = database

    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
