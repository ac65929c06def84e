"""Orders that two parties place, change, cancel, pick, ship, deliver and take back, often by what they saw long ago.

Whatever they do, and in whatever order: cells sum to lines, lines to totals, stock and credit add up, nobody's
change is overwritten unseen, and the events tell all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, CreditEntry
from portal.catalog.models import Warehouse
from portal.core.database import Database
from portal.core.errors import Conflict, Refused
from portal.orders import actions
from portal.orders.actions import Change, ChangedOrder, Checkout
from portal.orders.basket import Basket, BasketDrop, BasketLine
from portal.orders.change import why_unchangeable
from portal.orders.change_plan import basket_lines
from portal.orders.models import (
    Drop,
    EventKind,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Remedy,
    ReturnLine,
    ReturnReason,
    ReturnRequest,
    Shipment,
)
from portal.orders.order_view import OrderView, order_view
from portal.orders.returns import Wish, request_return
from portal.orders.rules import status_of_drops
from tests import factories as make
from tests.integrity.test_races import all_at_once, codes
from tests.ordering import NOW, TODAY, YEAR, Shop, assert_books_balance, open_shop, stock_of
from tests.unit.orders.test_place_drops import THURSDAY, add_freight, add_route

GOODS = 3
ON_HAND = 15
EXAMPLES = 20
"""How many histories are tried; each has thirty deeds."""
DAYS: tuple[date | None, ...] = (None, THURSDAY)

goods = st.integers(0, GOODS - 1)
cells = st.tuples(st.integers(0, 1), st.integers(0, len(DAYS) - 1))
wishes = st.dictionaries(
    goods, st.dictionaries(cells, st.integers(1, 6), min_size=1, max_size=3), max_size=GOODS
)
pick = st.integers(0, 1_000)
party = st.integers(0, 1)


@dataclass(frozen=True)
class Memory:
    """What somebody saw of an order: what they do next goes by it."""

    version: int
    total: int


class Orders(RuleBasedStateMachine):
    """A dealer with two places and two people, and the seller's desk, over three goods, the first back-ordered."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.session: Session = self.database.writing()
        self.keys = 0
        self.received = [0] * GOODS
        self.seen: list[dict[str, Memory]] = [{}, {}]
        self.done: dict[str, list[EventKind]] = {}

    def teardown(self) -> None:
        self.session.close()

    @initialize()
    def open(self) -> None:
        shop = open_shop(self.session, credit_limit=15_000)
        add_route(self.session, shop.warehouse_id)
        add_freight(self.session, charge=300, free_from=1_000)
        account = self.session.get_one(Account, shop.account_id)
        warehouse = self.session.get_one(Warehouse, shop.warehouse_id)
        there = make.make_location(self.session, account, warehouse, name="Busan")
        self.places = (shop.location_id, there.id)
        self.people = (shop, shop.colleague(self.session))
        self.goods = [
            shop.sell(
                self.session,
                won=100 * (number + 1),
                on_hand=ON_HAND,
                allow_backorder=number == 0,
                lead_days=2,
            )
            for number in range(GOODS)
        ]

    @rule(who=party, wish=wishes)
    def place(self, who: int, wish: dict[int, dict[tuple[int, int], int]]) -> None:
        lines = self.lines(wish)
        form = Checkout(f"place {self.key()}", self.places[0], 0, despite_recent=True)
        shop = self.people[who]

        def deed(checkout: Checkout) -> Any:
            return actions.place_basket(
                self.session,
                shop.buyer,
                shop.user_id,
                Basket(lines),
                checkout,
                year=YEAR,
                today=TODAY,
                now=NOW,
            )

        refused = self.attempt(lambda: deed(form))
        if not isinstance(refused, Refused) or refused.code != "prices_changed":
            assert isinstance(refused, Refused)
            return
        total = refused.facts["total"]
        assert isinstance(total, int)
        placed = self.attempt(lambda: deed(replace(form, shown_total=total)))
        if not isinstance(placed, Refused):
            self.done[placed.number] = [EventKind.PLACED]
            self.look(who, placed.number)

    @rule(who=party, which=pick)
    def see(self, who: int, which: int) -> None:
        if (order := self.order(which)) is not None:
            self.look(who, order.number)

    @rule(who=party, which=pick, wish=wishes, keep=st.booleans(), po=st.sampled_from(["", "PO-1", "PO-2"]))
    def change(
        self, who: int, which: int, wish: dict[int, dict[tuple[int, int], int]], keep: bool, po: str
    ) -> None:
        """By what this party saw last; ``keep``: only lines that are named change, as on the page."""
        order = self.order(which)
        if order is None or order.number not in self.seen[who]:
            return
        wanted = {line.variant_id: line for line in basket_lines(order)} if keep else {}
        wanted |= {line.variant_id: line for line in self.lines(wish)}
        shop, saw = self.people[who], self.seen[who][order.number]
        sent = Change(f"change {self.key()}", saw.version, tuple(wanted.values()), po, order.notes)
        plan = self.attempt(
            lambda: actions.plan_change(self.session, shop.buyer, order.number, sent, now=NOW)
        )
        total = plan.diff.total[1] if not isinstance(plan, Refused) else 0
        sent = replace(sent, shown_total=total)
        done = self.attempt(partial(self.send, shop, order.number, sent))
        if why_unchangeable(order, NOW) is not None:
            assert isinstance(done, Refused)
            assert done.code == "not_changeable"
        elif saw.version != order.version:
            assert isinstance(done, Refused)
            assert done.code == "changed_meanwhile"
        elif isinstance(done, Refused):
            # What is sent is refused for the reason it was when looked at; of what could not be looked at no total
            # was shown.
            reasons = {plan.code, "prices_changed"} if isinstance(plan, Refused) else {"nothing_changed"}
            assert done.code in reasons
        else:
            self.changed_as_wanted(order, sent, total)
            self.look(who, order.number)
            again = self.send(shop, order.number, sent)
            assert (again.number, again.is_repeat) == (order.number, True)

    def changed_as_wanted(self, order: OrderView, sent: Change, total: int) -> None:
        """The order is what was sent, and the event says what that changed."""
        now = self.view(order.number)
        self.done[order.number].append(EventKind.CHANGED)
        assert {line.variant_id: line.quantity for line in basket_lines(now)} == {
            line.variant_id: line.quantity for line in sent.lines
        }
        assert {line.variant_id: set(line.drops) for line in basket_lines(now)} == {
            line.variant_id: set(line.drops) for line in sent.lines
        }
        assert (now.po_number, now.total, now.version) == (sent.po_number, total, order.version + 1)
        before = {line.variant_id: line.quantity for line in basket_lines(order)}
        for line in now.events[-1].facts["lines"]:
            assert line["quantity"][0] == before.get(line["variant_id"], 0)
            before[line["variant_id"]] = line["quantity"][1]
        assert {key: units for key, units in before.items() if units} == {
            line.variant_id: line.quantity for line in sent.lines
        }

    @rule(
        who=party, which=pick, verb=st.sampled_from(["confirm", "start_picking", "hold", "release", "cancel"])
    )
    def move(self, who: int, which: int, verb: str) -> None:
        order = self.order(which)
        if order is None or order.number not in self.seen[who]:
            return
        saw = self.seen[who][order.number]
        reason = {"reason": "because"} if verb in {"hold", "cancel"} else {}
        deed = getattr(actions, verb)
        done = self.attempt(
            lambda: deed(self.session, order.id, **reason, version=saw.version, actor_id=None, now=NOW)
        )
        self.settle(who, order, done, saw)

    @rule(who=party, which=pick, units=st.lists(st.integers(0, 3), min_size=GOODS, max_size=GOODS))
    def cancel_units(self, who: int, which: int, units: list[int]) -> None:
        order = self.order(which)
        if order is None or order.number not in self.seen[who]:
            return
        saw = self.seen[who][order.number]
        lines = dict(zip([line.id for line in order.lines], units, strict=False))
        done = self.attempt(
            lambda: actions.cancel_units(
                self.session, order.id, lines, reason="less", version=saw.version, actor_id=None, now=NOW
            )
        )
        self.settle(who, order, done, saw)
        if done is None:
            now = self.view(order.number)
            assert now.total <= order.total
            left = {line.id: line.quantity - line.cancelled for line in now.lines}
            for line in order.lines:
                assert left[line.id] == line.quantity - line.cancelled - lines.get(line.id, 0)

    @rule(who=party, which=pick, units=st.lists(st.integers(0, 4), min_size=4, max_size=4))
    def ship(self, who: int, which: int, units: list[int]) -> None:
        order = self.order(which)
        if order is None or order.number not in self.seen[who]:
            return
        saw = self.seen[who][order.number]
        drops = [drop for line in order.lines for drop in line.drops if drop.reserved]
        leaving = {
            drop.id: min(drop.reserved, count)
            for drop, count in zip(drops, units, strict=False)
            if drop.location_id == drops[0].location_id
        }
        done = self.attempt(
            lambda: actions.ship(
                self.session, order.id, leaving, carrier="", tracking_number="", submit_key=f"ship {self.key()}",
                version=saw.version, actor_id=None, now=NOW,
            )
        )  # fmt: skip
        self.settle(who, order, done, saw)

    @rule(who=party, which=pick)
    def deliver(self, who: int, which: int) -> None:
        order = self.order(which)
        if order is None or order.number not in self.seen[who]:
            return
        saw = self.seen[who][order.number]
        waiting = [shipment.number for shipment in order.shipments if shipment.delivered_at is None]
        if waiting:
            done = self.attempt(
                lambda: actions.deliver(
                    self.session, order.id, waiting[0], version=saw.version, actor_id=None, now=NOW
                )
            )
            self.settle(who, order, done, saw)

    @rule(who=party, which=pick, units=st.integers(1, 3))
    def take_back(self, who: int, which: int, units: int) -> None:
        """Ask for a return of what arrived: never of more than did."""
        order = self.order(which)
        line = next((line for line in order.lines if line.shipped), None) if order else None
        if order is None or line is None:
            return
        shop = self.people[who]
        key = f"return {self.key()}"

        def ask(shown_credit: int) -> Any:
            return request_return(
                self.session, shop.account_id, shop.user_id, order.number,
                [Wish(line.id, units, ReturnReason.NOT_NEEDED, Remedy.CREDIT)],
                pickup_date=None, notes="", submit_key=key, shown_credit=shown_credit, now=NOW,
            )  # fmt: skip

        asked = self.attempt(lambda: ask(-1))
        assert isinstance(asked, Refused)
        if asked.code == "credit_changed":
            ask(int(str(asked.facts["credit"])))
            self.done[order.number].append(EventKind.RETURN_REQUESTED)

    @rule(number=goods, units=st.integers(1, 6))
    def receive(self, number: int, units: int) -> None:
        actions.receive_goods(
            self.session, {(self.goods[number], self.people[0].warehouse_id): units}, now=NOW
        )
        self.received[number] += units

    @invariant()
    def all_adds_up(self) -> None:
        if not hasattr(self, "goods"):
            return
        assert_books_balance(self.session)
        for number, variant in enumerate(self.goods):
            left = self.session.scalar(
                select(func.coalesce(func.sum(Drop.shipped), 0))
                .join(OrderLine, OrderLine.id == Drop.order_line_id)
                .where(OrderLine.variant_id == variant)
            )
            on_hand, reserved, backordered = stock_of(self.session, variant)
            assert on_hand == ON_HAND + self.received[number] - (left or 0)
            assert 0 <= reserved <= on_hand
            # Nobody waits while something is free, and only for what may be waited for.
            assert backordered == 0 or (on_hand == reserved and number == 0)
        entries = self.session.scalar(select(func.coalesce(func.sum(CreditEntry.amount), 0)))
        numbers = list(self.session.scalars(select(Order.number)))
        views = [self.view(number) for number in numbers]
        assert entries == sum(order.total for order in views if order.status is not OrderStatus.CANCELLED)
        for order in views:
            self.order_adds_up(order)

    def order_adds_up(self, order: OrderView) -> None:
        for line in order.lines:
            assert sum(drop.quantity for drop in line.drops) == line.quantity
            assert sum(drop.cancelled for drop in line.drops) == line.cancelled
            if line.quantity == line.cancelled and order.status is not OrderStatus.CANCELLED:
                assert (line.line_total, line.reserved, line.backordered) == (0, 0, 0)
        assert order.subtotal == sum(line.line_total for line in order.lines)
        # The goods of this shop are priced without tax.
        assert order.net == order.subtotal + order.freight
        assert order.total == order.net + sum(tax["amount"] for tax in order.taxes)
        assert order.freight == sum(charge["amount"] for charge in order.freight_charges)
        status = status_of_drops(drop for line in order.lines for drop in line.drops)
        assert status is None or order.status in {status, OrderStatus.ON_HOLD}
        kinds = [event.kind for event in order.events]
        assert sorted(kinds) == sorted(self.done[order.number])
        returns = sum(1 for kind in kinds if kind in {EventKind.RETURN_REQUESTED})
        assert len(kinds) - returns <= order.version <= len(kinds)
        claimed = {
            row.order_line_id: row.units
            for row in self.session.execute(
                select(ReturnLine.order_line_id, func.sum(ReturnLine.quantity).label("units"))
                .join(ReturnRequest, ReturnRequest.id == ReturnLine.return_id)
                .where(ReturnRequest.order_id == order.id)
                .group_by(ReturnLine.order_line_id)
            )
        }
        assert all(claimed.get(line.id, 0) <= line.shipped for line in order.lines)

    def settle(self, who: int, order: OrderView, done: Any, saw: Memory) -> None:
        """A deed by what somebody saw long ago is refused as such; one that was done is told by one event."""
        if isinstance(done, Refused):
            return
        assert saw.version == order.version
        now = self.view(order.number)
        assert now.version == order.version + 1
        self.done[order.number].append(now.events[-1].kind)
        assert now.events[:-1] == order.events
        self.look(who, order.number)

    def send(self, shop: Shop, number: str, sent: Change) -> ChangedOrder:
        return actions.change_order(self.session, shop.buyer, shop.user_id, number, sent, now=NOW)

    def lines(self, wish: dict[int, dict[tuple[int, int], int]]) -> tuple[BasketLine, ...]:
        return tuple(
            BasketLine(
                self.goods[number],
                sum(where.values()),
                drops=tuple(
                    BasketDrop(self.places[place], DAYS[day], units) for (place, day), units in where.items()
                ),
            )
            for number, where in wish.items()
        )

    def look(self, who: int, number: str) -> None:
        order = self.view(number)
        self.seen[who][number] = Memory(order.version, order.total)

    def view(self, number: str) -> OrderView:
        found = order_view(self.session, number)
        assert found is not None
        return found

    def order(self, which: int) -> OrderView | None:
        numbers = sorted(self.session.scalars(select(Order.number)))
        return self.view(numbers[which % len(numbers)]) if numbers else None

    def key(self) -> int:
        self.keys += 1
        return self.keys

    def attempt(self, deed: Callable[[], Any]) -> Any:
        """What the deed gives, or the refusal: then all it did is undone, as for a refused request."""
        savepoint = self.session.begin_nested()
        try:
            given = deed()
        except Refused as refused:
            savepoint.rollback()
            return refused
        savepoint.commit()
        return given


def test_whatever_two_parties_do_it_adds_up(database: Database):
    Orders.database = database

    run_state_machine_as_test(
        Orders,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.data_too_large,
                HealthCheck.filter_too_much,
            ],
        ),
    )


@pytest.mark.slow
def test_of_two_who_change_at_once_one_does_and_the_other_is_told(database: Database):
    with database.transaction() as session:
        shop = open_shop(session)
        add_route(session, shop.warehouse_id)
        beans = shop.sell(session, won=1_000, on_hand=100)
        order = shop.order(session, {beans: 10})
        number, where = order.number, shop.location_id

    def change(units: int, session: Session) -> ChangedOrder:
        line = BasketLine(beans, units, drops=(BasketDrop(where, None, units),))
        sent = Change(f"{units}", 1, (line,), f"PO-{units}", "", shown_total=units * 1_100)
        return actions.change_order(session, shop.buyer, shop.user_id, number, sent, now=NOW)

    answers = all_at_once(database, [partial(change, units) for units in range(11, 23)])

    assert codes(answers) == {"done": 1, "changed_meanwhile": 11}
    with database.reading() as session:
        view = order_view(session, number)
        assert view is not None
        units = view.lines[0].quantity
        assert (view.version, view.po_number, view.total) == (2, f"PO-{units}", units * 1_100)
        assert [event.kind for event in view.events] == [EventKind.PLACED, EventKind.CHANGED]
        assert stock_of(session, beans) == (100, units, 0)
        assert_books_balance(session)


@pytest.mark.slow
def test_changing_cancelling_and_goods_coming_in_at_once_never_wait_in_a_circle(database: Database):
    with database.transaction() as session:
        shop = open_shop(session)
        add_route(session, shop.warehouse_id)
        stuff = [shop.sell(session, won=100, on_hand=6, allow_backorder=True) for _ in range(4)]
        orders = [shop.order(session, dict.fromkeys(stuff, 2), f"{key}").number for key in range(8)]
        ids = {row.number: row.id for row in session.execute(select(Order.number, Order.id))}

    def change(turn: int, number: str, session: Session) -> object:
        units = {
            variant: 1 + (turn + place) % 4 for place, variant in enumerate(stuff[:: 1 if turn % 2 else -1])
        }
        lines = tuple(
            BasketLine(variant, count, drops=(BasketDrop(shop.location_id, None, count),))
            for variant, count in units.items()
        )
        sent = Change(f"{turn}", 1, lines, "", "", shown_total=sum(units.values()) * 110)
        return actions.change_order(
            session, shop.buyer, shop.user_id, number, sent, now=NOW + timedelta(minutes=1)
        )

    def cancel(number: str, session: Session) -> None:
        actions.cancel(session, ids[number], reason="", version=1, actor_id=None, now=NOW)

    def receive(session: Session) -> object:
        return actions.receive_goods(session, {(each, shop.warehouse_id): 1 for each in stuff}, now=NOW)

    deeds: list[Callable[[Session], object]] = [
        *(partial(change, turn, number) for turn, number in enumerate(orders)),
        *(partial(change, turn + 8, number) for turn, number in enumerate(orders[:4])),
        *(partial(cancel, number) for number in orders[4:]),
        *[receive] * 4,
    ]
    answers = all_at_once(database, deeds)

    assert codes(answers).keys() <= {"done", "changed_meanwhile", "not_changeable"}
    assert codes(answers)["done"] == 4 + len(orders)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OrderEvent)) == 2 * len(orders)
        assert session.scalar(select(func.count()).select_from(Shipment)) == 0
        assert_books_balance(session)


def test_a_refusal_is_one_that_a_person_can_do_something_about(database: Database):
    """A conflict is told with what stands now: the version to look at, and where the order is."""
    with database.transaction() as session:
        shop = open_shop(session)
        order_id = shop.order(session, {shop.sell(session, won=100, on_hand=10): 5}).id
        actions.confirm(session, order_id, version=1, actor_id=None, now=NOW)
        with pytest.raises(Conflict) as refused:
            actions.cancel_units(session, order_id, {1: 1}, reason="", version=1, actor_id=None, now=NOW)

    assert refused.value.facts == {"version": 2, "status": OrderStatus.CONFIRMED}
