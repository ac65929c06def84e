from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, CreditEntry
from portal.catalog.models import Variant, Warehouse
from portal.core.errors import Conflict, NotFound, Refused
from portal.jobs.models import Job
from portal.orders import actions
from portal.orders.models import Drop, Order, OrderEvent, OrderLine, OrderStatus, Shipment, ShipmentLine
from tests.factories import make_location, make_stock, make_warehouse
from tests.ordering import NOW, Shop, assert_books_balance, credit_used, open_shop, stock_of

S = OrderStatus
LATER = NOW + timedelta(hours=1)


class Desk:
    """One of the seller's people working on one order, always looking at it first."""

    def __init__(self, session: Session, shop: Shop, order: Order) -> None:
        self.session, self.shop, self.order_id = session, shop, order.id

    @property
    def order(self) -> Order:
        return self.session.get_one(Order, self.order_id, populate_existing=True)

    @property
    def drops(self) -> list[Drop]:
        return list(
            self.session.scalars(
                select(Drop)
                .join(OrderLine, OrderLine.id == Drop.order_line_id)
                .where(OrderLine.order_id == self.order_id)
                .order_by(Drop.id)
                .execution_options(populate_existing=True)
            )
        )

    def facts(self) -> dict[str, Any]:
        return {"version": self.order.version, "actor_id": self.shop.staff_id, "now": LATER}

    def do(self, *verbs: str) -> OrderStatus:
        for verb in verbs:
            reason = {"reason": "because"} if verb in {"hold", "cancel"} else {}
            getattr(actions, verb)(self.session, self.order_id, **reason, **self.facts())
        return self.order.status

    def ship(self, *quantities: int, key: str = "ship", **changes: Any) -> actions.ShippedGoods:
        wanted = dict(zip([drop.id for drop in self.drops], quantities, strict=True))
        return actions.ship(
            self.session,
            self.order_id,
            wanted,
            **{"carrier": "CJ", "tracking_number": "T-1", "submit_key": key} | self.facts() | changes,
        )

    def deliver(self, shipment: str) -> OrderStatus:
        actions.deliver(self.session, self.order_id, shipment, **self.facts())
        return self.order.status

    def units(self) -> list[tuple[int, int, int, int, int]]:
        return [(d.reserved, d.backordered, d.shipped, d.delivered, d.cancelled) for d in self.drops]

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        rows = self.session.execute(
            select(OrderEvent.kind, OrderEvent.facts)
            .where(OrderEvent.order_id == self.order_id)
            .order_by(OrderEvent.id)
        )
        return [(row.kind.value, row.facts) for row in rows]

    def mails(self) -> list[dict[str, Any]]:
        number = self.order.number
        rows = self.session.scalars(select(Job).where(Job.name == "order_mail").order_by(Job.id))
        return [job.arguments for job in rows if job.arguments["number"] == number]


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


@pytest.fixture
def desk(session: Session, shop: Shop) -> Desk:
    """An order of 3 beans and 150 cups, just placed, from shelves of 10 and 1,000."""
    beans = shop.sell(session, won=12_000, on_hand=10, sku="BEANS")
    cups = shop.sell(session, won=55, on_hand=1_000, sku="CUPS")
    return Desk(session, shop, shop.order(session, {beans: 3, cups: 150}))


def variant(session: Session, sku: str) -> int:
    return session.scalars(select(OrderLine.variant_id).where(OrderLine.sku == sku)).one()


def test_an_order_goes_all_the_way(session: Session, desk: Desk):
    assert desk.do("confirm") is S.CONFIRMED
    assert desk.do("start_picking") is S.PICKING
    shipped = desk.ship(3, 150)
    assert (shipped.number, shipped.is_repeat) == ("2026-000001-S1", False)
    assert desk.order.status is S.SHIPPED
    assert desk.deliver(shipped.number) is S.DELIVERED

    assert desk.order.version == 5
    assert desk.units() == [(0, 0, 3, 3, 0), (0, 0, 150, 150, 0)]
    assert stock_of(session, variant(session, "BEANS")) == (7, 0, 0)
    assert stock_of(session, variant(session, "CUPS")) == (850, 0, 0)
    assert desk.events() == [
        ("placed", {}),
        ("confirmed", {}),
        ("picking_started", {}),
        (
            "shipped",
            {"shipment": "2026-000001-S1", "carrier": "CJ", "tracking_number": "T-1", "units": 153},
        ),
        ("delivered", {"shipment": "2026-000001-S1"}),
    ]
    assert desk.mails() == [
        {"number": "2026-000001", "kind": "placed"},
        {"number": "2026-000001", "kind": "confirmed"},
        {"number": "2026-000001", "kind": "shipped", "shipment_number": "2026-000001-S1"},
        {"number": "2026-000001", "kind": "delivered", "shipment_number": "2026-000001-S1"},
    ]
    shipment = session.scalars(select(Shipment)).one()
    assert (shipment.carrier, shipment.tracking_number, shipment.location_id) == (
        "CJ",
        "T-1",
        desk.shop.location_id,
    )
    assert (shipment.shipped_at, shipment.delivered_at) == (LATER, LATER)
    actor = session.scalars(select(OrderEvent.actor_id).where(OrderEvent.kind == "shipped")).one()
    assert actor == desk.shop.staff_id
    assert_books_balance(session)


def test_goods_may_leave_and_arrive_in_parts(session: Session, desk: Desk):
    desk.do("confirm", "start_picking")

    first = desk.ship(1, 0, key="first")
    assert desk.order.status is S.PARTIALLY_SHIPPED
    second = desk.ship(0, 100, key="second")
    assert desk.order.status is S.PARTIALLY_SHIPPED
    assert desk.deliver(second.number) is S.PARTIALLY_DELIVERED
    third = desk.ship(2, 50, key="third")
    assert desk.order.status is S.PARTIALLY_DELIVERED
    assert desk.deliver(first.number) is S.PARTIALLY_DELIVERED
    assert desk.deliver(third.number) is S.DELIVERED

    assert [first.number, second.number, third.number] == [f"2026-000001-S{n}" for n in (1, 2, 3)]
    lines = session.execute(
        select(ShipmentLine.quantity).order_by(ShipmentLine.shipment_id, ShipmentLine.drop_id)
    )
    assert [line.quantity for line in lines] == [1, 100, 2, 50]
    assert desk.units() == [(0, 0, 3, 3, 0), (0, 0, 150, 150, 0)]
    assert_books_balance(session)


@pytest.mark.parametrize("way", [[], ["confirm"], ["confirm", "start_picking"]])
def test_a_held_order_returns_to_where_it_was(desk: Desk, way: list[str]):
    before = desk.do(*way) if way else S.PLACED

    assert desk.do("hold") is S.ON_HOLD
    assert desk.order.status_before_hold is before
    assert desk.events()[-1] == ("held", {"reason": "because"})
    assert desk.do("release") is before
    assert desk.order.status_before_hold is None


@pytest.mark.parametrize("way", [[], ["confirm"], ["hold"], ["confirm", "start_picking", "hold"]])
def test_cancelling_frees_stock_and_credit_and_tells_the_dealer(session: Session, desk: Desk, way: list[str]):
    desk.do(*way)

    assert desk.do("cancel") is S.CANCELLED

    assert desk.units() == [(0, 0, 0, 0, 3), (0, 0, 0, 0, 150)]
    cancelled = session.execute(select(OrderLine.quantity, OrderLine.cancelled)).all()
    assert [row.quantity for row in cancelled] == [row.cancelled for row in cancelled]
    assert stock_of(session, variant(session, "BEANS")) == (10, 0, 0)
    assert stock_of(session, variant(session, "CUPS")) == (1_000, 0, 0)
    assert credit_used(session, desk.shop.account_id) == 0
    entries = session.scalars(select(CreditEntry).order_by(CreditEntry.id)).all()
    assert [(entry.reason.value, entry.amount) for entry in entries] == [
        ("order_placed", desk.order.total),
        ("order_cancelled", -desk.order.total),
    ]
    assert desk.events()[-1] == ("cancelled", {"reason": "because"})
    assert desk.mails()[-1] == {"number": "2026-000001", "kind": "cancelled"}
    assert desk.order.status_before_hold is None
    assert_books_balance(session)


def test_an_order_under_the_pickers_hands_is_not_cancelled(session: Session, desk: Desk):
    desk.do("confirm", "start_picking")

    with pytest.raises(Conflict) as refused:
        desk.do("cancel")

    assert (refused.value.code, refused.value.facts["status"]) == ("illegal_move", S.PICKING)
    assert desk.order.status is S.PICKING
    assert credit_used(session, desk.shop.account_id) == desk.order.total


@pytest.mark.parametrize("verb", ["confirm", "hold", "release", "start_picking", "cancel", "ship", "deliver"])
def test_what_changed_since_it_was_looked_at_is_a_conflict(session: Session, desk: Desk, verb: str):
    desk.do("confirm")
    seen: dict[str, Any] = {"version": 1, "actor_id": desk.shop.staff_id, "now": NOW}
    more: dict[str, dict[str, Any]] = {
        "hold": {"reason": ""},
        "cancel": {"reason": ""},
        "ship": {"quantities": {}, "carrier": "", "tracking_number": "", "submit_key": "k"},
        "deliver": {"shipment": "S1"},
    }

    with pytest.raises(Conflict) as refused:
        getattr(actions, verb)(session, desk.order_id, **more.get(verb, {}), **seen)

    assert refused.value.code == "changed_meanwhile"
    assert refused.value.facts == {"version": 2, "status": S.CONFIRMED}
    assert len(desk.events()) == 2


@pytest.mark.parametrize("verb", ["confirm", "hold", "release", "start_picking", "cancel"])
def test_an_order_that_is_not_there_is_not_found(session: Session, desk: Desk, verb: str):
    reason = {"reason": ""} if verb in {"hold", "cancel"} else {}

    with pytest.raises(NotFound):
        getattr(actions, verb)(session, desk.order_id + 1, **reason, **desk.facts())


def test_a_double_tap_ships_once(session: Session, desk: Desk):
    desk.do("confirm", "start_picking")
    seen = desk.order.version
    first = desk.ship(1, 0, version=seen)

    again = desk.ship(1, 0, version=seen)

    assert (again.number, again.is_repeat) == (first.number, True)
    assert desk.units()[0] == (2, 0, 1, 0, 0)
    assert len(session.scalars(select(Shipment.id)).all()) == 1


def test_two_orders_may_use_the_same_key(session: Session, desk: Desk):
    other = Desk(session, desk.shop, desk.shop.order(session, {variant(session, "BEANS"): 1}, "other"))
    for one in (desk, other):
        one.do("confirm", "start_picking")

    assert desk.ship(3, 0, key="k").number == "2026-000001-S1"
    assert other.ship(1, key="k").number == "2026-000002-S1"


@pytest.mark.parametrize(
    ("quantities", "code", "facts"),
    [
        ((0, 0), "nothing_to_ship", {}),
        ((1, -1), "negative_quantity", {}),
        ((4, 1), "not_reserved", {"drops": [(1, 3)]}),
    ],
)
def test_what_cannot_leave_is_refused_and_nothing_leaves(
    session: Session, desk: Desk, quantities: tuple[int, int], code: str, facts: dict[str, Any]
):
    desk.do("confirm", "start_picking")

    with pytest.raises(Refused) as refused:
        desk.ship(*quantities)

    expected = {"drops": [(desk.drops[0].id, 3)]} if facts else {}
    assert (refused.value.code, refused.value.facts) == (code, expected)
    assert desk.units() == [(3, 0, 0, 0, 0), (150, 0, 0, 0, 0)]
    assert session.scalars(select(Shipment)).all() == []


def test_a_drop_of_another_order_is_not_found(session: Session, desk: Desk):
    other = Desk(session, desk.shop, desk.shop.order(session, {variant(session, "BEANS"): 1}, "other"))
    desk.do("confirm", "start_picking")

    with pytest.raises(NotFound):
        actions.ship(
            session, desk.order_id, {other.drops[0].id: 1},
            carrier="", tracking_number="", submit_key="k", **desk.facts(),
        )  # fmt: skip


def test_one_shipment_goes_to_one_place(session: Session, desk: Desk):
    elsewhere = desk.shop.dealer(session).location_id
    desk.drops[1].location_id = elsewhere
    session.flush()
    desk.do("confirm", "start_picking")

    with pytest.raises(Refused) as refused:
        desk.ship(1, 1)
    assert refused.value.code == "several_locations"

    assert desk.ship(0, 1).number == "2026-000001-S1"


def test_a_shipment_arrives_once(session: Session, desk: Desk):
    desk.do("confirm", "start_picking")
    shipped = desk.ship(1, 0)
    desk.deliver(shipped.number)

    with pytest.raises(Conflict) as refused:
        desk.deliver(shipped.number)

    assert refused.value.code == "already_delivered"
    assert desk.units()[0] == (2, 0, 1, 1, 0)


def test_a_shipment_of_another_order_is_not_found(session: Session, desk: Desk):
    other = Desk(session, desk.shop, desk.shop.order(session, {variant(session, "BEANS"): 2}, "other"))
    for one in (desk, other):
        one.do("confirm", "start_picking")
        one.ship(1, *(0 for _ in one.drops[1:]))

    with pytest.raises(NotFound):
        desk.deliver("2026-000002-S1")


def test_what_waits_is_shipped_only_once_goods_came_in(session: Session, shop: Shop):
    tea = shop.sell(session, won=100, on_hand=2, allow_backorder=True)
    desk = Desk(session, shop, shop.order(session, {tea: 5}))
    desk.do("confirm", "start_picking")
    with pytest.raises(Conflict) as refused:
        desk.ship(5)
    assert refused.value.facts == {"drops": [(desk.drops[0].id, 2)]}
    desk.ship(2, key="first")
    assert desk.order.status is S.PARTIALLY_SHIPPED

    got = actions.receive_goods(session, {(tea, shop.warehouse_id): 10}, now=NOW)

    assert got == {desk.drops[0].id: 3}
    assert stock_of(session, tea) == (10, 3, 0)
    desk.ship(3, key="second")
    assert desk.order.status is S.SHIPPED
    assert stock_of(session, tea) == (7, 0, 0)
    assert_books_balance(session)


def test_goods_that_come_in_go_to_the_oldest_order_first(session: Session, shop: Shop):
    tea = shop.sell(session, won=100, allow_backorder=True)
    rival = shop.dealer(session)
    first = Desk(session, shop, shop.order(session, {tea: 4}, "first"))
    second = Desk(session, rival, rival.order(session, {tea: 4}, "second"))

    got = actions.receive_goods(session, {(tea, shop.warehouse_id): 6}, now=NOW)

    assert got == {first.drops[0].id: 4, second.drops[0].id: 2}
    assert stock_of(session, tea) == (6, 6, 2)
    assert actions.receive_goods(session, {(tea, shop.warehouse_id): 1}, now=NOW) == {second.drops[0].id: 1}
    assert actions.allot_backorders(session, [(tea, shop.warehouse_id)], now=NOW) == {}
    assert_books_balance(session)


def test_goods_serve_those_who_wait_at_the_same_warehouse(session: Session, shop: Shop):
    tea = shop.sell(session, won=100, allow_backorder=True)
    here = Desk(session, shop, shop.order(session, {tea: 2}, "here"))
    there = make_warehouse(session)
    store = make_location(session, session.get_one(Account, shop.account_id), there)
    elsewhere = Desk(session, shop, shop.order(session, {tea: 3}, "there", location_id=store.id))

    assert actions.receive_goods(session, {(tea, there.id): 9}, now=NOW) == {elsewhere.drops[0].id: 3}
    assert here.units() == [(0, 2, 0, 0, 0)]
    assert actions.receive_goods(session, {(tea, shop.warehouse_id): 9}, now=NOW) == {here.drops[0].id: 2}
    assert_books_balance(session)


def test_those_at_the_end_of_the_queue_get_nothing_yet(session: Session, shop: Shop):
    tea = shop.sell(session, won=100, allow_backorder=True)
    desks = [Desk(session, shop, shop.order(session, {tea: 2}, f"{n}")) for n in range(3)]

    got = actions.receive_goods(session, {(tea, shop.warehouse_id): 3}, now=NOW)

    assert got == {desks[0].drops[0].id: 2, desks[1].drops[0].id: 1}
    assert desks[2].units() == [(0, 2, 0, 0, 0)]
    assert_books_balance(session)


def test_a_count_of_back_orders_nobody_stands_behind_gets_nothing(session: Session, shop: Shop):
    tea = shop.sell(session, won=100)
    make_stock(
        session,
        session.get_one(Variant, tea),
        session.get_one(Warehouse, shop.warehouse_id),
        5,
        backordered=2,
    )

    assert actions.allot_backorders(session, [(tea, shop.warehouse_id)], now=NOW) == {}
    assert stock_of(session, tea) == (5, 0, 2)


def test_units_of_a_cancelled_order_go_to_those_who_wait(session: Session, shop: Shop):
    tea = shop.sell(session, won=100, on_hand=3, allow_backorder=True)
    rival = shop.dealer(session)
    first = Desk(session, shop, shop.order(session, {tea: 5}, "first"))
    second = Desk(session, rival, rival.order(session, {tea: 4}, "second"))
    assert (first.units(), second.units()) == ([(3, 2, 0, 0, 0)], [(0, 4, 0, 0, 0)])

    first.do("cancel")

    assert (first.units(), second.units()) == ([(0, 0, 0, 0, 5)], [(3, 1, 0, 0, 0)])
    assert stock_of(session, tea) == (3, 3, 1)
    assert_books_balance(session)


def test_goods_nobody_waits_for_stay_free(session: Session, shop: Shop):
    tea = shop.sell(session, won=100, on_hand=3)

    assert actions.receive_goods(session, {(tea, shop.warehouse_id): 4}, now=NOW) == {}
    assert stock_of(session, tea) == (7, 0, 0)


@pytest.mark.parametrize("count", [0, -1])
def test_goods_come_in_by_at_least_one(session: Session, shop: Shop, count: int):
    tea = shop.sell(session, won=100, on_hand=3)

    with pytest.raises(ValueError, match="counted from 1"):
        actions.receive_goods(session, {(tea, shop.warehouse_id): count}, now=NOW)
    assert stock_of(session, tea) == (3, 0, 0)
