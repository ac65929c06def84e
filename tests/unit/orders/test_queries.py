from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.catalog.models import Variant
from portal.core.database import Database
from portal.core.errors import NotFound
from portal.orders import actions
from portal.orders.desk_queries import any_order, queue_counts, work_queue
from portal.orders.models import Order, OrderLine, OrderStatus
from portal.orders.queries import (
    LastBought,
    UsualVariant,
    last_bought,
    open_orders,
    order_of,
    orders_of,
    usual_variants,
)
from portal.orders.rules import Move
from tests.ordering import NOW, Shop, counted_statements, open_shop

S = OrderStatus


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


def act(session: Session, shop: Shop, order: Order, *verbs: str) -> None:
    for verb in verbs:
        version = session.scalars(select(Order.version).where(Order.id == order.id)).one()
        reason = {"reason": "because"} if verb in {"hold", "cancel"} else {}
        getattr(actions, verb)(session, order.id, **reason, version=version, actor_id=shop.staff_id, now=NOW)


def past_orders(session: Session, shop: Shop, count: int, variant_id: int, lines: int = 1) -> None:
    """Many orders in bulk, with the least a row needs."""
    first = 1 + (session.scalar(select(Order.id).order_by(Order.id.desc()).limit(1)) or 0)
    orders = [
        {
            "id": first + n, "number": f"OLD-{first + n}", "account_id": shop.account_id,
            "location_id": shop.location_id, "placed_by_id": shop.user_id, "status": S.DELIVERED, "version": 1,
            "submit_key": f"old-{first + n}", "currency": "KRW", "locale": "ko", "po_number": f"PO-{n}", "notes": "",
            "subtotal": 100, "net": 100, "tax": 10, "total": 110, "taxes": [], "ship_to": {"name": "Store"},
            "placed_at": NOW - timedelta(days=count - n),
        }
        for n in range(count)
    ]  # fmt: skip
    session.execute(insert(Order), orders)
    session.execute(
        insert(OrderLine),
        [
            {
                "order_id": order["id"], "position": position, "variant_id": variant_id, "sku": f"OLD{position}",
                "name": "Old thing", "unit": "each", "pack_size": 1, "quantity": 1, "cancelled": 0,
                "unit_price_e4": 1, "list_unit_price_e4": 1, "line_total": 100, "tax_class": "standard",
                "tax_included": False, "steps": [],
            }
            for order in orders
            for position in range(1, lines + 1)
        ],
    )  # fmt: skip


def numbers(session: Session, shop: Shop, **search) -> list[str]:
    return [row.number for row in orders_of(session, shop.account_id, **search).rows]


def test_a_row_tells_what_a_list_shows(session: Session, shop: Shop):
    beans = shop.sell(session, won=12_000, on_hand=10, sku="BEANS", names={"ko": "원두"})
    cups = shop.sell(session, won=55, on_hand=500)
    order = shop.order(session, {beans: 1, cups: 100}, po_number="PO-7")

    (row,) = orders_of(session, shop.account_id).rows

    assert (row.id, row.number, row.status, row.placed_at) == (order.id, "2026-000001", S.PLACED, NOW)
    assert (row.po_number, row.currency, row.total, row.version) == ("PO-7", "KRW", 19_250, 1)
    assert (row.line_count, row.first_name, row.first_sku) == (2, "원두", "BEANS")
    assert (row.location_name, row.account_id) == ("Gangnam store", shop.account_id)


def test_orders_are_found_by_number_po_sku_and_name(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=99, sku="KR-BEANS_1", names={"ko": "에티오피아 원두 50%"})
    cups = shop.sell(session, won=100, on_hand=99, sku="CUPS", names={"ko": "Éclair box"})
    shop.order(session, {beans: 1}, "1", po_number="PO-Alpha")
    shop.order(session, {cups: 1}, "2", po_number="PO-Beta")

    assert numbers(session, shop) == ["2026-000002", "2026-000001"]
    for q, found in {
        "000001": ["2026-000001"],
        "alpha": ["2026-000001"],
        "po-": ["2026-000002", "2026-000001"],
        "kr-beans": ["2026-000001"],
        "원두": ["2026-000001"],
        "원두 alpha": ["2026-000001"],
        "원두 beta": [],
        "ｃｕｐｓ": ["2026-000002"],
        "Éclair": ["2026-000002"],
        "50%": ["2026-000001"],
        "5%0": [],
        "s_1": ["2026-000001"],
        "c_ps": [],
        "\\": [],
        "'; DROP TABLE": [],
        "   ": ["2026-000002", "2026-000001"],
        "\0\ud800": ["2026-000002", "2026-000001"],
        "x" * 10_000: [],
    }.items():
        assert numbers(session, shop, q=q) == found, q


def test_orders_are_listed_by_status_and_page(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=99)
    orders = [shop.order(session, {beans: 1}, f"{n}") for n in range(5)]
    act(session, shop, orders[1], "cancel")
    act(session, shop, orders[2], "confirm")

    assert numbers(session, shop, statuses=[S.CANCELLED]) == ["2026-000002"]
    assert numbers(session, shop, statuses=[S.CONFIRMED, S.CANCELLED]) == ["2026-000003", "2026-000002"]
    first = orders_of(session, shop.account_id, page_size=2)
    assert (len(first.rows), first.has_more, first.page) == (2, True, 1)
    last = orders_of(session, shop.account_id, page_size=2, page=3)
    assert ([row.number for row in last.rows], last.has_more) == (["2026-000001"], False)
    assert orders_of(session, shop.account_id, page=-4).page == 1
    assert orders_of(session, shop.account_id, page=10**9).rows == ()
    assert [row.number for row in open_orders(session, shop.account_id, 2)] == ["2026-000005", "2026-000004"]


def test_a_stranger_finds_nothing(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=99)
    order = shop.order(session, {beans: 1})
    rival = shop.dealer(session)

    assert orders_of(session, rival.account_id, q=order.number).rows == ()
    assert open_orders(session, rival.account_id) == ()
    assert usual_variants(session, rival.account_id) == []
    assert last_bought(session, rival.account_id, [beans]) == {}
    with pytest.raises(NotFound):
        order_of(session, rival.account_id, order.number)


@pytest.mark.parametrize("number", ["2026-000009", "", "\0", "\ud800", "x" * 10_000])
def test_a_number_nobody_has_is_not_found(session: Session, shop: Shop, number: str):
    with pytest.raises(NotFound):
        order_of(session, shop.account_id, number)
    with pytest.raises(NotFound):
        any_order(session, number)


def test_an_order_is_seen_with_all_that_happened(database: Database, session: Session, shop: Shop):
    beans = shop.sell(session, won=12_000, on_hand=2, sku="BEANS", names={"ko": "원두"}, allow_backorder=True)
    order = shop.order(session, {beans: 3}, po_number="PO-7", notes="hello")
    act(session, shop, order, "confirm", "start_picking")
    drop_id = order_of(session, shop.account_id, order.number).lines[0].drops[0].id
    shipped = actions.ship(
        session, order.id, {drop_id: 2},
        carrier="CJ", tracking_number="T-1", submit_key="k", version=3, actor_id=shop.staff_id, now=NOW,
    )  # fmt: skip

    with counted_statements(database.engine) as counted:
        view = order_of(session, shop.account_id, order.number)

    assert len(counted) == 4
    assert (view.id, view.number, view.status, view.version) == (
        order.id,
        order.number,
        S.PARTIALLY_SHIPPED,
        4,
    )
    assert (view.net, view.tax, view.total, view.subtotal) == (36_000, 3_600, 39_600, 36_000)
    assert (view.po_number, view.notes, view.placed_by_id) == ("PO-7", "hello", shop.user_id)
    assert view.moves == {Move.SHIP, Move.DELIVER, Move.CANCEL_UNITS}
    (line,) = view.lines
    assert (line.sku, line.name, line.quantity, line.line_total) == ("BEANS", "원두", 3, 36_000)
    assert (line.reserved, line.backordered, line.shipped, line.delivered) == (0, 1, 2, 0)
    (shipment,) = view.shipments
    assert (shipment.number, shipment.carrier, shipment.tracking_number) == (shipped.number, "CJ", "T-1")
    assert [(part.drop_id, part.sku, part.quantity) for part in shipment.lines] == [(drop_id, "BEANS", 2)]
    assert [event.kind.value for event in view.events] == [
        "placed",
        "confirmed",
        "picking_started",
        "shipped",
    ]
    assert view.events[0].actor_name == view.placed_by_name
    assert any_order(session, order.number) == view


@pytest.mark.parametrize("lines", [1, 60])
def test_an_order_takes_four_statements_however_many_lines(
    database: Database, session: Session, shop: Shop, lines: int
):
    order = shop.order(session, {shop.sell(session, won=100, on_hand=5): 1 for _ in range(lines)})

    with counted_statements(database.engine) as counted:
        assert len(order_of(session, shop.account_id, order.number).lines) == lines

    assert len(counted) == 4


@pytest.mark.parametrize("orders", [1, 300])
def test_lists_take_one_statement_however_long_the_history(
    database: Database, session: Session, shop: Shop, orders: int
):
    beans = shop.sell(session, won=100, on_hand=9)
    past_orders(session, shop, orders, beans, lines=5)

    with counted_statements(database.engine) as counted:
        assert len(orders_of(session, shop.account_id).rows) == min(orders, 20)
        assert len(orders_of(session, shop.account_id, q="old5 thing").rows) == min(orders, 20)
        assert usual_variants(session, shop.account_id)
        assert last_bought(session, shop.account_id, [beans])

    assert len(counted) == 4


def test_what_is_bought_most_often_of_late_comes_first(session: Session, shop: Shop):
    beans, cups, tea = (shop.sell(session, won=100, on_hand=99) for _ in range(3))
    shop.order(session, {cups: 9, tea: 2}, "1")
    shop.order(session, {beans: 1, cups: 3}, "2")
    shop.order(session, {beans: 4}, "3")
    cancelled = shop.order(session, {tea: 5}, "4")
    act(session, shop, cancelled, "cancel")

    assert usual_variants(session, shop.account_id) == [
        UsualVariant(beans, times=2, quantity=1, last_placed_at=NOW),
        UsualVariant(cups, times=2, quantity=3, last_placed_at=NOW),
        UsualVariant(tea, times=1, quantity=2, last_placed_at=NOW),
    ]
    assert [usual.variant_id for usual in usual_variants(session, shop.account_id, 1)] == [beans]
    assert last_bought(session, shop.account_id, [beans, tea]) == {
        beans: LastBought("2026-000003", NOW, 4),
        tea: LastBought("2026-000001", NOW, 2),
    }
    assert last_bought(session, shop.account_id, []) == {}


def test_the_usual_quantity_is_the_middle_one_of_the_last_five_orders(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=999)
    for place, quantity in enumerate((100, 100, 2, 3, 40, 4, 5)):
        shop.order(session, {beans: quantity}, str(place))

    assert [usual.quantity for usual in usual_variants(session, shop.account_id)] == [4]


def test_what_was_bought_long_ago_is_usual_no_more(session: Session, shop: Shop):
    beans, cups = shop.sell(session, won=100), shop.sell(session, won=100)
    past_orders(session, shop, 70, beans)
    past_orders(session, shop, 60, cups)

    assert [usual.variant_id for usual in usual_variants(session, shop.account_id)] == [cups]


def test_the_desk_works_off_the_oldest_first_across_accounts(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=99)
    rival = shop.dealer(session, name="Rival coffee", code="RIV-1")
    first = shop.order(session, {beans: 1}, "1", po_number="PO-1")
    second = rival.order(session, {beans: 1}, "2")
    third = rival.order(session, {beans: 1}, "3")
    act(session, shop, second, "confirm")
    act(session, shop, third, "cancel")

    assert [row.number for row in work_queue(session).rows] == [first.number, second.number]
    assert [row.number for row in work_queue(session, q="riv-1").rows] == [second.number]
    assert [row.account_name for row in work_queue(session, q="coffee rival").rows] == ["Rival coffee"]
    assert [row.number for row in work_queue(session, q="po-1").rows] == [first.number]
    assert [row.number for row in work_queue(session, statuses=[S.CANCELLED]).rows] == [third.number]
    assert len(work_queue(session, statuses=()).rows) == 3
    counts = queue_counts(session)
    assert (counts[S.PLACED], counts[S.CONFIRMED], counts[S.PICKING]) == (1, 1, 0)
    assert not {S.CANCELLED, S.DELIVERED} & counts.keys()


def test_an_order_keeps_its_names_when_the_catalog_changes(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=9, sku="BEANS", names={"ko": "원두"})
    order = shop.order(session, {beans: 1})

    session.execute(update(Variant).values(names={"ko": "다른 이름"}, sku="OTHER"))

    (line,) = order_of(session, shop.account_id, order.number).lines
    assert (line.sku, line.name) == ("BEANS", "원두")
