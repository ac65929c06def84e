"""Changing a placed order until its cutoff: the difference in goods, money, stock and credit, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountStatus, CreditEntry, CreditReason, Location
from portal.catalog.models import Variant
from portal.core.database import Database
from portal.core.errors import Conflict, NotFound, Refused
from portal.jobs.models import Job
from portal.orders import actions
from portal.orders.actions import Change, ChangedOrder
from portal.orders.basket import BasketDrop, BasketLine
from portal.orders.change import why_unchangeable
from portal.orders.change_plan import basket_lines
from portal.orders.desk_queries import changed_count, work_queue
from portal.orders.diff import OrderDiff
from portal.orders.drops import LaterArrival
from portal.orders.models import Drop, EventKind, Order, OrderEvent, OrderLine, OrderStatus
from portal.orders.order_view import OrderView, order_view
from portal.pricing.models import Price
from tests import factories as make
from tests.ordering import (
    NOW,
    Shop,
    assert_books_balance,
    counted_statements,
    credit_used,
    open_shop,
    stock_of,
)
from tests.unit.orders.test_place import assert_refused
from tests.unit.orders.test_place_drops import FRIDAY, THURSDAY, TUESDAY, add_freight, add_route, second_place

LATER = NOW + timedelta(minutes=30)


@pytest.fixture
def shop(session: Session) -> Shop:
    """Ordered before 14:00 it arrives the next working day."""
    made = open_shop(session)
    add_route(session, made.warehouse_id)
    return made


def seen(session: Session, order: Order) -> OrderView:
    session.expire_all()
    found = order_view(session, order.number)
    assert found is not None
    return found


def wanted(shop: Shop, units: Mapping[int, int]) -> tuple[BasketLine, ...]:
    """Lines that all go to the shop's place as soon as possible."""
    return tuple(
        BasketLine(variant, count, drops=(BasketDrop(shop.location_id, None, count),))
        for variant, count in units.items()
    )


def form(order: OrderView, lines: tuple[BasketLine, ...] | None = None, **changes: Any) -> Change:
    values: dict[str, Any] = {
        "submit_key": "change",
        "version": order.version,
        "lines": basket_lines(order) if lines is None else lines,
        "po_number": order.po_number,
        "notes": order.notes,
    }
    return Change(**values | changes)


def change(
    session: Session, shop: Shop, order: Order, lines: tuple[BasketLine, ...] | None = None, **changes: Any
) -> ChangedOrder:
    """Look at the change, then send it at the total that was shown."""
    sent = form(seen(session, order), lines, **changes)
    if "shown_total" not in changes:
        plan = actions.plan_change(session, shop.buyer, order.number, sent, now=LATER)
        sent = replace(sent, shown_total=plan.diff.total[1])
    return actions.change_order(session, shop.buyer, shop.user_id, order.number, sent, now=LATER)


def event_of(session: Session) -> OrderEvent:
    return session.scalars(select(OrderEvent).where(OrderEvent.kind == EventKind.CHANGED)).one()


def test_quantities_lines_and_words_change_at_once(session: Session, shop: Shop):
    beans, cups, milk = (shop.sell(session, won=won, on_hand=100) for won in (1_000, 500, 2_000))
    order = shop.order(session, {beans: 10, cups: 4}, po_number="PO-1")

    done = change(session, shop, order, wanted(shop, {beans: 6, milk: 3}), po_number="PO-2", notes="Ring")

    assert done == ChangedOrder(order.number, is_repeat=False)
    now = seen(session, order)
    assert [
        (line.variant_id, line.position, line.quantity, line.cancelled, line.line_total) for line in now.lines
    ] == [
        (beans, 1, 6, 0, 6_000),
        (cups, 2, 4, 4, 0),
        (milk, 3, 3, 0, 6_000),
    ]
    assert (now.subtotal, now.net, now.tax, now.total) == (12_000, 12_000, 1_200, 13_200)
    assert (now.po_number, now.notes, now.version, now.status) == ("PO-2", "Ring", 2, OrderStatus.PLACED)
    assert [stock_of(session, variant) for variant in (beans, cups, milk)] == [
        (100, 6, 0),
        (100, 0, 0),
        (100, 3, 0),
    ]
    assert credit_used(session, shop.account_id) == 13_200
    assert_books_balance(session)


def test_the_event_holds_all_that_changed(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100, sku="BEANS", names={"ko": "원두"})
    order = shop.order(session, {beans: 10}, po_number="PO-1")

    change(session, shop, order, wanted(shop, {beans: 6}), po_number="")

    event = event_of(session)
    assert (event.actor_id, event.facts["submit_key"], event.facts["version"]) == (shop.user_id, "change", 2)
    diff = OrderDiff.from_facts(event.facts)
    (line,) = diff.lines
    assert (line.sku, line.name, line.before, line.after) == ("BEANS", "원두", 10, 6)
    assert (line.total_before, line.total_after) == (10_000, 6_000)
    (cell,) = line.cells
    assert (cell.place, cell.day, cell.before, cell.after) == ("Gangnam store", None, 10, 6)
    assert (diff.po_number, diff.notes, diff.total) == (("PO-1", ""), None, (11_000, 6_600))
    assert diff.to_facts() == {
        name: value for name, value in event.facts.items() if name not in {"submit_key", "version"}
    }
    assert session.scalars(select(Job.arguments).order_by(Job.id)).all()[-1] == {
        "number": order.number,
        "kind": "changed",
        "version": 2,
    }


def test_credit_is_changed_once_by_the_difference(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10})

    change(session, shop, order, wanted(shop, {beans: 14}))
    change(session, shop, order, wanted(shop, {beans: 2}), submit_key="again")

    entries = session.execute(select(CreditEntry.reason, CreditEntry.amount).order_by(CreditEntry.id))
    assert [tuple(entry) for entry in entries] == [
        (CreditReason.ORDER_PLACED, 11_000),
        (CreditReason.ORDER_CHANGED, 4_400),
        (CreditReason.ORDER_CHANGED, -13_200),
    ]


def test_the_same_form_changes_once(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10})
    sent = form(seen(session, order), wanted(shop, {beans: 6}), shown_total=6_600)
    first = actions.change_order(session, shop.buyer, shop.user_id, order.number, sent, now=LATER)

    for _ in range(3):
        again = actions.change_order(session, shop.buyer, shop.user_id, order.number, sent, now=LATER)

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert seen(session, order).version == 2


def test_it_goes_to_other_places_on_other_days(session: Session, shop: Shop):
    add_freight(session)
    there = second_place(session, shop)
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10}, shown_total=14_300)
    drops = (BasketDrop(shop.location_id, None, 4), BasketDrop(there.id, THURSDAY, 6))

    change(session, shop, order, (BasketLine(beans, 10, drops=drops),))

    rows = session.execute(
        select(Drop.location_id, Drop.requested_date, Drop.promised_date, Drop.quantity, Drop.reserved)
    )
    assert [tuple(row) for row in rows] == [
        (shop.location_id, None, TUESDAY, 4, 4),
        (there.id, THURSDAY, THURSDAY, 6, 6),
    ]
    now = seen(session, order)
    assert (now.freight, now.total) == (6_000, 17_600)
    assert [charge["amount"] for charge in now.freight_charges] == [3_000, 3_000]
    diff = OrderDiff.from_facts(event_of(session).facts)
    assert diff.freight == (3_000, 6_000)
    assert [(cell.place, cell.day, cell.before, cell.after) for cell in diff.lines[0].cells] == [
        ("Gangnam store", None, 10, 4),
        ("Busan store", THURSDAY, 0, 6),
    ]
    assert stock_of(session, beans) == (100, 10, 0)
    assert_books_balance(session)


def test_the_prices_are_those_of_the_day_it_was_placed(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    dearer = make.make_price_list(session, valid_from=NOW.date() + timedelta(days=1), priority=1)
    make.make_price(session, dearer, session.get_one(Variant, beans), 20_000_000)
    order = shop.order(session, {beans: 10}, requested_date=FRIDAY)
    sent = form(seen(session, order), wanted(shop, {beans: 20}), shown_total=22_000)

    actions.change_order(session, shop.buyer, shop.user_id, order.number, sent, now=NOW + timedelta(days=1))

    assert seen(session, order).lines[0].unit_price_e4 == 10_000_000


def test_a_price_that_was_corrected_since_is_asked_about(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10})
    session.execute(update(Price).values(amount_e4=11_000_000))

    refused = assert_refused(
        session,
        lambda: change(session, shop, order, wanted(shop, {beans: 6}), shown_total=6_600),
        Conflict,
        "prices_changed",
    )

    assert (refused.facts["shown_total"], refused.facts["total"]) == (6_600, 7_260)


def test_words_alone_touch_neither_price_nor_stock(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10})
    session.execute(update(Price).values(amount_e4=99_000_000))
    session.execute(update(Variant).values(active=False))

    change(session, shop, order, po_number="PO-9", shown_total=None)

    now = seen(session, order)
    assert (now.po_number, now.total, now.version) == ("PO-9", 11_000, 2)


def test_a_form_that_shows_no_total_changes_no_goods(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10})

    assert_refused(
        session,
        lambda: change(session, shop, order, wanted(shop, {beans: 6}), shown_total=None),
        Conflict,
        "prices_changed",
    )


@pytest.mark.parametrize(
    ("units", "kind", "code"),
    [
        ({}, Refused, "nothing_left"),
        ({0: 13}, Conflict, "out_of_stock"),
        ({0: 12, 1: 3}, Refused, "line_quantities"),
        ({0: 10}, Refused, "nothing_changed"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    session: Session, shop: Shop, units: dict[int, int], kind: type[Refused], code: str
):
    goods = [shop.sell(session, won=1_000, on_hand=12), shop.sell(session, won=1_000, on_hand=12, step=2)]
    order = shop.order(session, {goods[0]: 10})
    lines = wanted(shop, {goods[number]: count for number, count in units.items()})

    assert_refused(session, lambda: change(session, shop, order, lines), kind, code)

    assert (seen(session, order).version, stock_of(session, goods[0])) == (1, (12, 10, 0))


def test_more_than_the_credit_is_refused_but_less_never_is(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10})
    session.execute(update(Account).values(credit_limit=11_500))

    refused = assert_refused(
        session, lambda: change(session, shop, order, wanted(shop, {beans: 11})), Conflict, "credit_exceeded"
    )
    assert refused.facts == {"left": 500, "needed": 1_100}
    session.execute(update(Account).values(credit_limit=1_000, status=AccountStatus.ON_HOLD))

    change(session, shop, order, wanted(shop, {beans: 9}))

    assert credit_used(session, shop.account_id) == 9_900


def test_the_limit_of_an_order_holds_for_more_only(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10})
    session.execute(update(Account).values(order_limit=5_000))

    assert_refused(
        session, lambda: change(session, shop, order, wanted(shop, {beans: 11})), Refused, "order_limit"
    )
    change(session, shop, order, wanted(shop, {beans: 9}))
    assert seen(session, order).total == 9_900


def test_what_is_no_longer_sold_can_stay_or_shrink_but_not_grow(session: Session, shop: Shop):
    beans, cups = (shop.sell(session, won=1_000, on_hand=100) for _ in range(2))
    order = shop.order(session, {beans: 10, cups: 10})
    session.execute(update(Variant).where(Variant.id == beans).values(active=False))

    refused = assert_refused(
        session,
        lambda: change(session, shop, order, wanted(shop, {beans: 11, cups: 10})),
        Conflict,
        "not_available",
    )
    assert refused.facts == {"variant_ids": [beans]}
    change(session, shop, order, wanted(shop, {beans: 10, cups: 12}))
    change(session, shop, order, wanted(shop, {beans: 5, cups: 12}), submit_key="two")

    assert [line.quantity for line in seen(session, order).lines] == [5, 12]
    assert_books_balance(session)


def test_back_ordered_units_are_given_up_first_and_others_get_what_is_freed(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=10, allow_backorder=True, lead_days=3)
    order = shop.order(session, {beans: 14}, "first")
    waiting = shop.order(session, {beans: 5}, "second")
    assert stock_of(session, beans) == (10, 10, 9)

    change(session, shop, order, wanted(shop, {beans: 11}))
    assert stock_of(session, beans) == (10, 10, 6)
    change(session, shop, order, wanted(shop, {beans: 7}), submit_key="two")

    assert stock_of(session, beans) == (10, 10, 2)
    assert [(line.reserved, line.backordered) for line in seen(session, waiting).lines] == [(3, 2)]
    assert_books_balance(session)


def test_units_that_wait_may_wait_on_where_nothing_is_back_ordered_any_more(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=4, allow_backorder=True)
    order = shop.order(session, {beans: 10})
    session.execute(update(Variant).values(allow_backorder=False))

    change(session, shop, order, wanted(shop, {beans: 8}))
    assert_refused(
        session,
        lambda: change(session, shop, order, wanted(shop, {beans: 9}), submit_key="two"),
        Conflict,
        "out_of_stock",
    )

    assert stock_of(session, beans) == (4, 4, 4)


def test_a_drop_that_wants_no_more_keeps_its_day(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=2, allow_backorder=True, lead_days=3)
    order = shop.order(session, {beans: 6}, requested_date=FRIDAY)
    (before,) = session.scalars(select(Drop.promised_date))
    session.execute(update(Variant).values(lead_days=20))

    change(session, shop, order, (BasketLine(beans, 5, drops=(BasketDrop(shop.location_id, FRIDAY, 5),)),))

    assert session.scalars(select(Drop.promised_date)).one() == before


def test_a_later_day_than_shown_is_asked_about(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=5, allow_backorder=True, lead_days=3)
    order = shop.order(session, {beans: 5})
    shown = {(shop.location_id, None, None): TUESDAY}

    refused = assert_refused(
        session,
        lambda: change(
            session, shop, order, wanted(shop, {beans: 8}), shown_total=8_800, shown_arrivals=shown
        ),
        Conflict,
        "arrives_later",
    )

    found: Any = refused.facts["changes"]
    (later,) = found
    assert isinstance(later, LaterArrival)
    assert (later.variant_id, later.shown) == (beans, TUESDAY)
    assert later.promised is not None
    assert later.promised > TUESDAY


def test_an_agreed_day_stays_agreed_and_a_new_one_is_judged(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10}, requested_date=THURSDAY)
    place = session.get_one(Location, shop.location_id)
    place.delivery_weekdays = 0b0010101
    session.flush()
    thursday = BasketDrop(shop.location_id, THURSDAY, 5)
    tuesday = BasketDrop(shop.location_id, TUESDAY, 5)

    refused = assert_refused(
        session,
        lambda: change(session, shop, order, (BasketLine(beans, 10, drops=(thursday, tuesday)),)),
        Refused,
        "delivery_day",
    )
    assert refused.facts["day"] == TUESDAY
    change(session, shop, order, (BasketLine(beans, 5, drops=(thursday,)),))


def test_a_strangers_place_or_order_does_not_exist(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10})
    rival = shop.dealer(session)
    lines = (BasketLine(beans, 10, drops=(BasketDrop(rival.location_id, None, 10),)),)

    with pytest.raises(NotFound, match="location"):
        change(session, shop, order, lines)
    with pytest.raises(NotFound, match="order"):
        change(session, rival, order, wanted(rival, {beans: 1}))
    assert seen(session, order).version == 1


def test_nothing_is_changed_once_picking_began_or_the_cutoff_passed(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10})
    cutoff = seen(session, order).changeable_until
    assert cutoff is not None
    late = replace(form(seen(session, order), wanted(shop, {beans: 6})), shown_total=6_600)
    for moment, reason in [(cutoff + timedelta(seconds=1), "cutoff"), (cutoff, None)]:
        assert why_unchangeable(seen(session, order), moment) == reason

    def try_at(moment: datetime, version: int) -> None:
        sent = replace(late, version=version)
        actions.change_order(session, shop.buyer, shop.user_id, order.number, sent, now=moment)

    refused = assert_refused(
        session, lambda: try_at(cutoff + timedelta(seconds=1), 1), Conflict, "not_changeable"
    )
    assert refused.facts["reason"] == "cutoff"
    actions.confirm(session, order.id, version=1, actor_id=None, now=LATER)
    actions.start_picking(session, order.id, version=2, actor_id=None, now=LATER)
    refused = assert_refused(session, lambda: try_at(LATER, 3), Conflict, "not_changeable")
    assert refused.facts["reason"] == "picking"
    actions.hold(session, order.id, reason="r", version=3, actor_id=None, now=LATER)
    refused = assert_refused(session, lambda: try_at(LATER, 4), Conflict, "not_changeable")
    assert refused.facts["reason"] == "picking"
    assert stock_of(session, beans) == (100, 10, 0)


def test_somebody_elses_change_is_not_overwritten(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10})
    mine = form(seen(session, order), wanted(shop, {beans: 6}), submit_key="mine", shown_total=6_600)
    change(session, shop, order, wanted(shop, {beans: 8}))

    refused = assert_refused(
        session,
        lambda: actions.change_order(session, shop.buyer, shop.user_id, order.number, mine, now=LATER),
        Conflict,
        "changed_meanwhile",
    )

    assert refused.facts == {"version": 2, "status": OrderStatus.PLACED}
    assert seen(session, order).lines[0].quantity == 8


def test_a_changed_order_waits_at_the_desk_until_it_is_confirmed(session: Session, shop: Shop):
    beans = shop.sell(session, won=1_000, on_hand=100)
    order = shop.order(session, {beans: 10})
    assert changed_count(session) == 0

    change(session, shop, order, wanted(shop, {beans: 6}))
    assert [row.number for row in work_queue(session, changed=True).rows] == [order.number]
    actions.confirm(session, order.id, version=2, actor_id=None, now=LATER)
    assert changed_count(session) == 0
    change(session, shop, order, wanted(shop, {beans: 5}), submit_key="two")
    assert changed_count(session) == 1
    actions.start_picking(session, order.id, version=4, actor_id=None, now=LATER)

    assert changed_count(session) == 0


def test_a_line_taken_out_can_come_back(session: Session, shop: Shop):
    beans, cups = (shop.sell(session, won=1_000, on_hand=100) for _ in range(2))
    order = shop.order(session, {beans: 10, cups: 1})

    change(session, shop, order, wanted(shop, {cups: 1}))
    change(session, shop, order, wanted(shop, {cups: 1, beans: 3}), submit_key="two")

    rows = session.execute(
        select(OrderLine.position, OrderLine.variant_id, OrderLine.quantity, OrderLine.cancelled).order_by(
            OrderLine.position
        )
    )
    assert [tuple(row) for row in rows] == [(1, beans, 10, 10), (2, cups, 1, 0), (3, beans, 3, 0)]
    assert_books_balance(session)


def test_the_statements_do_not_grow_with_the_lines(database: Database, session: Session, shop: Shop):
    goods = [shop.sell(session, won=1_000, on_hand=1_000) for _ in range(40)]
    counts = []
    for number, lines in enumerate((2, 40)):
        order = shop.order(session, dict.fromkeys(goods[:lines], 2), f"{number}")
        sent = form(seen(session, order), wanted(shop, dict.fromkeys(goods[: lines - 1], 3)))
        total = actions.plan_change(session, shop.buyer, order.number, sent, now=LATER).diff.total[1]
        with counted_statements(database.writer) as counted:
            actions.change_order(
                session, shop.buyer, shop.user_id, order.number, replace(sent, shown_total=total), now=LATER
            )
        counts.append(len(counted))

    assert counts[0] == counts[1] <= 32
