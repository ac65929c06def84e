"""What the rooms keep true holds for the demo's orders, stock and credit."""

from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Account, CreditEntry
from portal.accounts.queries import buyer_of
from portal.catalog.models import Stock, Variant
from portal.catalog.queries import variants_by_id
from portal.core.clock import local_date
from portal.core.money import e4_from_minor
from portal.jobs.models import Job
from portal.orders.models import (
    Drop,
    EventKind,
    NumberSeries,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Shipment,
    ShipmentLine,
)
from portal.orders.rules import TRANSITIONS, Move, check_quantity, status_of_drops
from portal.pricing.prices import Ask, price_document
from tests.unit.demo.conftest import TODAY

MOVES = {
    EventKind.HELD: Move.HOLD,
    EventKind.RELEASED: Move.RELEASE,
    EventKind.CONFIRMED: Move.CONFIRM,
    EventKind.PICKING_STARTED: Move.START_PICKING,
    EventKind.SHIPPED: Move.SHIP,
    EventKind.DELIVERED: Move.DELIVER,
    EventKind.CANCELLED: Move.CANCEL,
}


def test_credit_used_is_the_sum_of_its_entries_and_never_was_beyond_the_limit(demo):
    accounts = {row.id: row for row in demo.scalars(select(Account))}
    used: Counter[int] = Counter()
    # What an invoice owes and what its order had reserved for it change in one transaction.
    moments = select(CreditEntry.account_id, CreditEntry.created_at, func.sum(CreditEntry.amount))
    rows = demo.execute(
        moments.group_by(CreditEntry.account_id, CreditEntry.created_at).order_by(CreditEntry.created_at)
    )
    for account_id, _, amount in rows:
        used[account_id] += amount
        assert 0 <= used[account_id] <= (accounts[account_id].credit_limit or 0)
    assert {key: account.credit_used for key, account in accounts.items()} == dict(used)
    assert sum(1 for amount in used.values() if amount) == 6


def test_credit_entries_of_an_account_are_in_time_order(demo):
    statement = select(CreditEntry.account_id, CreditEntry.created_at)
    entries = demo.execute(statement.order_by(CreditEntry.account_id, CreditEntry.id)).all()
    assert entries == sorted(entries)


def test_stock_is_promised_for_exactly_what_is_open(demo):
    promised: dict[tuple[int, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    rows = demo.execute(
        select(OrderLine.variant_id, Drop.warehouse_id, func.sum(Drop.reserved), func.sum(Drop.backordered))
        .join(OrderLine, OrderLine.id == Drop.order_line_id)
        .group_by(OrderLine.variant_id, Drop.warehouse_id)
    )
    for variant_id, warehouse_id, reserved, backordered in rows:
        promised[variant_id, warehouse_id] = (reserved, backordered)
    stock = demo.scalars(select(Stock)).all()
    for row in stock:
        assert (row.reserved, row.backordered) == promised[row.variant_id, row.warehouse_id]
    assert sum(row.reserved for row in stock) > 0
    assert sum(row.backordered for row in stock) > 0


def test_only_what_may_be_is_ordered_beyond_the_shelf(demo):
    rows = demo.execute(
        select(Variant.sku, Variant.allow_backorder, Stock.on_hand, Stock.reserved)
        .join(Stock, Stock.variant_id == Variant.id)
        .where(Stock.backordered > 0)
    ).all()
    assert rows
    assert all(row.allow_backorder and row.on_hand == row.reserved for row in rows)


def test_every_line_is_one_drop_that_adds_up(demo):
    rows = demo.execute(
        select(
            OrderLine.quantity, OrderLine.cancelled, Drop.quantity, Drop.cancelled, Drop.shipped, Drop.id
        ).join(Drop, Drop.order_line_id == OrderLine.id)
    ).all()
    assert len(rows) == demo.scalar(select(func.count()).select_from(OrderLine))
    packed = dict(
        demo.execute(
            select(ShipmentLine.drop_id, func.sum(ShipmentLine.quantity)).group_by(ShipmentLine.drop_id)
        ).all()
    )
    for quantity, cancelled, of_drop, cancelled_of_drop, shipped, drop_id in rows:
        assert (quantity, cancelled) == (of_drop, cancelled_of_drop)
        assert packed.get(drop_id, 0) == shipped


def test_what_arrived_is_what_was_in_delivered_shipments(demo):
    arrived = dict(
        demo.execute(
            select(ShipmentLine.drop_id, func.sum(ShipmentLine.quantity))
            .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
            .where(Shipment.delivered_at.is_not(None))
            .group_by(ShipmentLine.drop_id)
        ).all()
    )
    delivered = {key: units for key, units in demo.execute(select(Drop.id, Drop.delivered)) if units}
    assert delivered == arrived


def test_numbers_are_gapless_in_time_order_within_each_year(demo):
    numbers = demo.scalars(select(Order.number).order_by(Order.placed_at, Order.id)).all()
    by_year = defaultdict(list)
    for number in numbers:
        year, _, sequence = number.partition("-")
        by_year[year].append(int(sequence))
    assert all(found == list(range(1, len(found) + 1)) for found in by_year.values())
    series = dict(demo.execute(select(NumberSeries.name, NumberSeries.last)).all())
    orders = {name: last for name, last in series.items() if name.startswith("order:")}
    assert orders == {f"order:{year}": len(found) for year, found in by_year.items()}
    assert len(by_year) == 3


def test_states_agree_with_drops_and_were_reached_by_legal_moves(demo):
    drops = defaultdict(list)
    for order_id, drop in demo.execute(
        select(OrderLine.order_id, Drop).join(Drop, Drop.order_line_id == OrderLine.id)
    ):
        drops[order_id].append(drop)
    events = defaultdict(list)
    moves = select(OrderEvent).where(OrderEvent.kind.in_([EventKind.PLACED, *MOVES]))
    for event in demo.scalars(moves.order_by(OrderEvent.id)):
        events[event.order_id].append(event)
    for order in demo.scalars(select(Order)):
        happened = events[order.id]
        assert happened[0].kind is EventKind.PLACED
        assert [event.at for event in happened] == sorted(event.at for event in happened)
        assert order.version == len(happened)
        reachable = {OrderStatus.ON_HOLD if order.prepay else OrderStatus.PLACED}
        for event in happened[1:]:
            reachable = {
                end for start, move, end in TRANSITIONS if start in reachable and move is MOVES[event.kind]
            }
        assert order.status in reachable
        by_drops = status_of_drops(drops[order.id])
        if by_drops is None:
            assert order.status in {
                OrderStatus.PLACED, OrderStatus.CONFIRMED, OrderStatus.PICKING, OrderStatus.ON_HOLD,
            }  # fmt: skip
        else:
            assert order.status is by_drops


def test_every_state_is_to_be_seen(demo):
    assert set(demo.scalars(select(Order.status).distinct())) == set(OrderStatus)


def test_steps_explain_every_line_to_the_last_fraction(demo):
    rows = demo.execute(
        select(OrderLine.line_total, OrderLine.steps, Order.currency).join(
            Order, Order.id == OrderLine.order_id
        )
    )
    for total, steps, currency in rows:
        assert sum(step["amount_e4"] for step in steps) == e4_from_minor(total, currency)


def test_totals_are_the_sums_of_their_parts(demo):
    sums = dict(
        demo.execute(
            select(OrderLine.order_id, func.sum(OrderLine.line_total)).group_by(OrderLine.order_id)
        ).all()
    )
    for order in demo.scalars(select(Order)):
        assert order.subtotal == order.net == sums[order.id]
        assert order.tax == sum(tax["amount"] for tax in order.taxes)
        assert order.total == order.net + order.tax


def test_a_past_order_priced_again_at_its_day_costs_the_same(demo):
    orders = demo.scalars(select(Order).order_by(Order.id)).all()[::29]
    for order in orders:
        buyer = buyer_of(demo, order.account_id)
        lines = demo.scalars(
            select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
        ).all()
        warehouse_id = demo.scalars(select(Drop.warehouse_id).where(Drop.order_line_id == lines[0].id)).one()
        variants = variants_by_id(
            demo, buyer, [line.variant_id for line in lines], warehouse_id, buyer.locale
        )
        asks = [
            Ask(row.id, line.quantity, row.product_id, row.category_path_ids, row.tax_class)
            for row, line in zip(variants, lines, strict=True)
        ]
        day = local_date(order.placed_at, buyer.timezone)
        document = price_document(demo, buyer, asks, day, code=order.promotion_code)
        assert [line.line_total for line in document.lines] == [line.line_total for line in lines]
        assert (document.net, document.tax, document.total) == (order.net, order.tax, order.total)


def test_every_line_is_seen_by_its_account_and_sold_in_that_quantity(demo):
    for account in demo.scalars(select(Account)).all():
        buyer = buyer_of(demo, account.id)
        bought = set(
            demo.scalars(
                select(OrderLine.variant_id)
                .join(Order, Order.id == OrderLine.order_id)
                .where(Order.account_id == account.id)
            )
        )
        assert {row.id for row in variants_by_id(demo, buyer, sorted(bought), 1, "en")} == bought
    for quantity, minimum, step in demo.execute(
        select(OrderLine.quantity, Variant.minimum, Variant.step)
        .join(Variant, Variant.id == OrderLine.variant_id)
        .distinct()
    ):
        check_quantity(quantity, minimum, step)


def test_nothing_has_happened_in_the_future_and_no_mail_waits(demo):
    midnight_in_seoul = datetime(TODAY.year, TODAY.month, TODAY.day - 1, 15, tzinfo=UTC)
    for column in (OrderEvent.at, Shipment.shipped_at, Shipment.delivered_at, Order.placed_at):
        assert demo.scalars(select(func.max(column)).select_from(column.class_)).one() < midnight_in_seoul
    assert demo.scalar(select(func.count()).select_from(Job)) == 0


@pytest.mark.parametrize(
    "code, fewest", [("KR-1001", 150), ("US-2001", 200), ("CA-3001", 50), ("JP-4001", 120)]
)
def test_two_years_of_orders_lie_behind_each_dealer(demo, code, fewest):
    moments = demo.scalars(
        select(Order.placed_at).join(Account, Account.id == Order.account_id).where(Account.code == code)
    ).all()
    assert len(moments) >= fewest
    assert (max(moments) - min(moments)).days > 700
