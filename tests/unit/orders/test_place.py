from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountStatus, ClosedDay, CreditEntry, Location, TermsKind
from portal.catalog.models import AssortmentGrant, Variant
from portal.core.database import Database
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.tables import Base
from portal.jobs.models import Job
from portal.orders.actions import ChangedPrice, LineProblem, set_promotion_code
from portal.orders.models import CartLine, Drop, NumberSeries, Order, OrderEvent, OrderLine, OrderStatus
from portal.orders.queries import cart_of
from portal.pricing.models import Price
from tests import factories as make
from tests.ordering import (
    NOW,
    TODAY,
    Shop,
    assert_books_balance,
    counted_statements,
    credit_used,
    open_shop,
    stock_of,
)

SUNDAY = date(2026, 11, 29)
TUESDAY = date(2026, 11, 24)


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


def everything(session: Session) -> dict[str, list[Any]]:
    """Every row of every table, to prove that a refusal changed nothing."""
    return {
        table.name: sorted(map(repr, session.execute(select(table)))) for table in Base.metadata.sorted_tables
    }


def assert_refused(session: Session, deed: Callable[[], object], kind: type[Refused], code: str) -> Refused:
    before = everything(session)
    with pytest.raises(Refused) as refused:
        deed()
    assert type(refused.value) is kind
    assert refused.value.code == code
    assert everything(session) == before
    return refused.value


def test_an_order_keeps_a_copy_of_all_it_was_made_of(session: Session, shop: Shop):
    beans = shop.sell(
        session, won=12_000, on_hand=10, names={"ko": "원두"}, sku="BEANS", pack_size=12, unit="box"
    )
    cups = shop.sell(session, won=55, on_hand=1_000, names={"ko": "컵"}, sku="CUPS", minimum=50, step=50)
    shop.put(session, {beans: 3, cups: 150})

    placed = shop.place(session, "the key", po_number="PO-7", requested_date=TUESDAY, notes="뒷문으로")

    assert (placed.number, placed.is_repeat) == ("2026-000001", False)
    order = session.scalars(select(Order)).one()
    assert (order.number, order.account_id, order.location_id) == (
        placed.number,
        shop.account_id,
        shop.location_id,
    )
    assert (order.placed_by_id, order.status, order.version) == (shop.user_id, OrderStatus.PLACED, 1)
    assert (order.currency, order.locale, order.placed_at) == ("KRW", "ko", NOW)
    assert (order.po_number, order.requested_date, order.notes) == ("PO-7", TUESDAY, "뒷문으로")
    # 3 × 12,000 and 150 × 55 won; 10 % of each line, rounded down.
    assert (order.subtotal, order.net, order.tax, order.total) == (44_250, 44_250, 4_425, 48_675)
    assert order.taxes == [{"code": "VAT", "rate_ppm": 100_000, "base": 44_250, "amount": 4_425}]
    assert order.ship_to["name"] == "Gangnam store"
    lines = session.scalars(select(OrderLine).order_by(OrderLine.position)).all()
    assert [(line.position, line.sku, line.name, line.unit, line.pack_size) for line in lines] == [
        (1, "BEANS", "원두", "box", 12),
        (2, "CUPS", "컵", "each", 1),
    ]
    assert [
        (line.quantity, line.unit_price_e4, line.list_unit_price_e4, line.line_total) for line in lines
    ] == [
        (3, 120_000_000, 120_000_000, 36_000),
        (150, 550_000, 550_000, 8_250),
    ]
    for line in lines:
        assert sum(step["amount_e4"] for step in line.steps) == line.line_total * 10_000
    drops = session.scalars(select(Drop).order_by(Drop.id)).all()
    assert [(drop.quantity, drop.reserved, drop.backordered, drop.requested_date) for drop in drops] == [
        (3, 3, 0, TUESDAY),
        (150, 150, 0, TUESDAY),
    ]
    assert {(drop.location_id, drop.warehouse_id) for drop in drops} == {
        (shop.location_id, shop.warehouse_id)
    }
    event = session.scalars(select(OrderEvent)).one()
    assert (event.order_id, event.kind.value, event.actor_id, event.at) == (
        order.id,
        "placed",
        shop.user_id,
        NOW,
    )
    job = session.scalars(select(Job)).one()
    assert (job.name, job.arguments) == ("order_mail", {"number": "2026-000001", "kind": "placed"})
    assert stock_of(session, beans) == (10, 3, 0)
    assert stock_of(session, cups) == (1_000, 150, 0)
    assert credit_used(session, shop.account_id) == 48_675
    assert cart_of(session, shop.user_id, shop.account_id).lines == ()
    assert_books_balance(session)


def test_numbers_count_up_within_a_year_across_accounts(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=10)
    rival = shop.dealer(session)

    numbers = [
        buyer.order(session, {beans: 1}, f"key {n}").number for n, buyer in enumerate((shop, rival, shop))
    ]

    assert numbers == ["2026-000001", "2026-000002", "2026-000003"]


def test_the_same_key_gives_the_first_order_again(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=10)
    first = shop.order(session, {beans: 2}, "key")
    shop.put(session, {beans: 5})
    before = everything(session)

    again = shop.place(session, "key", shown_total=1)

    assert (again.number, again.is_repeat) == (first.number, True)
    assert everything(session) == before


def test_another_account_may_use_the_same_key(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=10)
    rival = shop.dealer(session)

    assert shop.order(session, {beans: 1}, "key").number == "2026-000001"
    assert rival.order(session, {beans: 1}, "key").number == "2026-000002"


def test_a_repeat_is_answered_even_when_the_account_may_no_longer_order(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=10)
    first = shop.order(session, {beans: 2}, "key")
    session.execute(update(Account).values(status=AccountStatus.ON_HOLD))

    assert shop.place(session, "key", shown_total=0).number == first.number


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": AccountStatus.ON_HOLD}, "account_on_hold"),
        ({"status": AccountStatus.CLOSED}, "account_closed"),
        ({"credit_limit": None}, "no_credit"),
    ],
)
def test_an_account_that_may_not_order_is_refused(
    session: Session, shop: Shop, change: dict[str, Any], code: str
):
    beans = shop.sell(session, won=100, on_hand=10)
    shop.put(session, {beans: 1})
    session.execute(update(Account).where(Account.id == shop.account_id).values(change))
    session.expire_all()

    assert_refused(session, lambda: shop.place(session), Refused, code)


def test_prepaid_terms_buy_nothing_on_account(session: Session):
    terms = make.make_terms(session, kind=TermsKind.PREPAID, net_days=0)
    shop = open_shop(session, payment_terms_id=terms.id)
    beans = shop.sell(session, won=100, on_hand=10)
    shop.put(session, {beans: 1})

    assert_refused(session, lambda: shop.place(session), Refused, "no_credit")


def test_a_place_of_another_account_or_out_of_use_is_not_found(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=10)
    rival = shop.dealer(session)
    shop.put(session, {beans: 1})

    with pytest.raises(NotFound):
        shop.place(session, location_id=rival.location_id)
    session.execute(update(Location).where(Location.id == shop.location_id).values(active=False))
    with pytest.raises(NotFound):
        shop.place(session)
    assert session.scalar(select(func.count()).select_from(Order)) == 0


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (TODAY - timedelta(days=1), "too_soon"),
        (TODAY, "too_soon"),
        (SUNDAY, "weekday"),
        (date(2026, 12, 25), "holiday"),
        (date(2026, 12, 1), "closed"),
        (date(2036, 12, 1), "too_far"),
    ],
)
def test_a_day_on_which_nothing_arrives_is_refused(session: Session, shop: Shop, day: date, problem: str):
    session.execute(insert(ClosedDay).values(day=date(2026, 12, 1)))
    beans = shop.sell(session, won=100, on_hand=10)
    shop.put(session, {beans: 1})

    refused = assert_refused(
        session, lambda: shop.place(session, requested_date=day), Refused, "delivery_day"
    )

    assert (refused.field, refused.facts) == (
        "requested_date",
        {"problem": problem, "day": day, "location_id": shop.location_id},
    )


def test_an_empty_cart_is_a_conflict(session: Session, shop: Shop):
    assert_refused(session, lambda: shop.place(session, shown_total=0), Conflict, "cart_empty")


def test_an_order_has_a_most_of_lines(session: Session, shop: Shop):
    goods = [shop.sell(session, won=100, on_hand=9) for _ in range(3)]
    shop.put(session, dict.fromkeys(goods, 1))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("portal.orders.checkout.MAX_LINES", 2)
        refused = assert_refused(session, lambda: shop.place(session), Refused, "too_many_lines")

    assert refused.facts == {"maximum": 2}


def test_what_left_the_assortment_or_the_range_is_told(session: Session, shop: Shop):
    beans, cups, tea = (shop.sell(session, won=100, on_hand=10) for _ in range(3))
    shop.put(session, {beans: 1, cups: 1, tea: 1})
    session.execute(update(Variant).where(Variant.id == cups).values(active=False))
    hidden = make.make_assortment(
        session,
        [session.get_one(Variant, tea)],
        account=session.get_one(Account, shop.account_id),
        hides=True,
    )

    refused = assert_refused(session, lambda: shop.place(session, shown_total=330), Conflict, "not_available")
    assert refused.facts == {"variant_ids": [cups, tea]}

    session.execute(delete(AssortmentGrant).where(AssortmentGrant.assortment_id == hidden.id))
    session.execute(update(Variant).values(active=True))
    assert shop.place(session).number == "2026-000001"


def test_every_quantity_that_is_off_is_told_at_once(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=99, sku="BEANS")
    cups = shop.sell(session, won=100, on_hand=99, sku="CUPS")
    tea = shop.sell(session, won=100, on_hand=99)
    shop.put(session, {beans: 3, cups: 7, tea: 1})
    session.execute(update(Variant).where(Variant.id == beans).values(minimum=5))
    session.execute(update(Variant).where(Variant.id == cups).values(step=5))

    refused = assert_refused(session, lambda: shop.place(session), Refused, "line_quantities")

    assert refused.facts == {
        "lines": [
            LineProblem(beans, "BEANS", "below_minimum", {"minimum": 5, "nearest": 5}),
            LineProblem(cups, "CUPS", "off_step", {"step": 5, "lower": 5, "upper": 10}),
        ]
    }


def test_a_price_on_request_cannot_be_ordered(session: Session, shop: Shop):
    beans, machine = shop.sell(session, won=100, on_hand=9), shop.sell(session, won=None, on_hand=9)
    shop.put(session, {beans: 1, machine: 1})

    refused = assert_refused(session, lambda: shop.place(session), Refused, "price_on_request")

    assert refused.facts == {"variant_ids": [machine]}


def test_another_total_than_was_shown_is_told_with_the_lines_that_changed(session: Session, shop: Shop):
    beans, cups = shop.sell(session, won=100, on_hand=9, sku="BEANS"), shop.sell(session, won=50, on_hand=9)
    shop.put(session, {beans: 2, cups: 1})
    for variant_id, seen_e4 in ((beans, 1_000_000), (cups, 500_000)):
        line = update(CartLine).where(CartLine.variant_id == variant_id)
        session.execute(line.values(seen_unit_price_e4=seen_e4))
    shown = shop.shown_total(session)
    session.execute(update(Price).where(Price.variant_id == beans).values(amount_e4=1_200_000))

    refused = assert_refused(
        session, lambda: shop.place(session, shown_total=shown), Conflict, "prices_changed"
    )

    assert refused.facts == {
        "shown_total": 275,
        "total": 319,
        "currency": "KRW",
        "lines": [ChangedPrice(beans, "BEANS", 1_000_000, 1_200_000)],
    }
    assert shop.place(session, shown_total=319).number == "2026-000001"


def test_a_cart_that_grew_in_another_tab_is_not_ordered_unseen(session: Session, shop: Shop):
    beans, cups = shop.sell(session, won=100, on_hand=9), shop.sell(session, won=50, on_hand=9)
    shop.put(session, {beans: 2})
    shown = shop.shown_total(session)
    shop.put(session, {cups: 1})

    assert_refused(session, lambda: shop.place(session, shown_total=shown), Conflict, "prices_changed")


def test_an_order_over_the_limit_of_one_order_is_refused(session: Session):
    shop = open_shop(session, order_limit=1_000)
    beans = shop.sell(session, won=100, on_hand=99)
    shop.put(session, {beans: 10})

    refused = assert_refused(session, lambda: shop.place(session), Refused, "order_limit")
    assert refused.facts == {"limit": 1_000, "total": 1_100, "currency": "KRW"}

    shop.put(session, {beans: 9})
    assert shop.place(session).number == "2026-000001"


def test_credit_is_used_to_the_last_won_and_no_further(session: Session):
    shop = open_shop(session, credit_limit=2_200)
    beans = shop.sell(session, won=100, on_hand=99)
    shop.order(session, {beans: 10}, "first")
    shop.put(session, {beans: 11})

    refused = assert_refused(session, lambda: shop.place(session, "second"), Conflict, "credit_exceeded")
    assert refused.facts == {"left": 1_100, "needed": 1_210}

    shop.put(session, {beans: 10})
    shop.place(session, "third")
    assert credit_used(session, shop.account_id) == 2_200
    assert [entry.reference for entry in session.scalars(select(CreditEntry))] == [
        "2026-000001",
        "2026-000002",
    ]


def test_stock_that_is_gone_is_told_with_what_is_left(session: Session, shop: Shop):
    beans, cups = shop.sell(session, won=100, on_hand=5), shop.sell(session, won=100, on_hand=50)
    rival = shop.dealer(session)
    shop.put(session, {beans: 3, cups: 3})
    rival.order(session, {beans: 3})

    refused = assert_refused(session, lambda: shop.place(session), Conflict, "out_of_stock")

    assert refused.facts == {"shortages": [(beans, 2)]}


def test_what_may_wait_is_ordered_beyond_the_shelf(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=5, allow_backorder=True)
    never_had = shop.sell(session, won=100, allow_backorder=True)

    shop.order(session, {beans: 8, never_had: 2})

    drops = session.scalars(select(Drop).order_by(Drop.id)).all()
    assert [(drop.reserved, drop.backordered) for drop in drops] == [(5, 3), (0, 2)]
    assert stock_of(session, beans) == (5, 5, 3)
    assert stock_of(session, never_had) == (0, 0, 2)
    assert_books_balance(session)


def test_a_colleagues_cart_stays_as_it_is(session: Session, shop: Shop):
    beans = shop.sell(session, won=100, on_hand=9)
    colleague = shop.colleague(session)
    colleague.put(session, {beans: 4})

    shop.order(session, {beans: 1})

    assert [line.quantity for line in cart_of(session, colleague.user_id, shop.account_id).lines] == [4]


@pytest.mark.parametrize("code", ["UNKNOWN", None])
def test_a_code_that_does_nothing_is_not_on_the_order_and_leaves_the_cart(
    session: Session, shop: Shop, code: str | None
):
    beans = shop.sell(session, won=100, on_hand=9)
    if code:
        set_promotion_code(session, shop.user_id, shop.account_id, code, NOW)

    order = shop.order(session, {beans: 1})

    assert order.promotion_code is None
    assert cart_of(session, shop.user_id, shop.account_id).promotion_code is None


def test_a_free_order_uses_no_credit(session: Session, shop: Shop):
    gift = shop.sell(session, won=0, on_hand=9)

    order = shop.order(session, {gift: 1})

    assert order.total == 0
    assert session.scalars(select(CreditEntry)).all() == []


def test_numbers_begin_anew_each_year(session: Session, shop: Shop):
    session.execute(insert(NumberSeries).values(name="order:2025", last=41))
    beans = shop.sell(session, won=100, on_hand=9)

    assert shop.order(session, {beans: 1}).number == "2026-000001"


def test_an_unknown_account_is_not_found(session: Session, shop: Shop):
    nobody = replace(shop, buyer=replace(shop.buyer, account_id=shop.account_id + 1_000))

    with pytest.raises(NotFound):
        nobody.place(session, shown_total=0)


@pytest.mark.parametrize("count", [1, 10, 300])
def test_placing_takes_the_same_statements_for_any_number_of_lines(
    database: Database, session: Session, shop: Shop, count: int
):
    shop.put(session, {shop.sell(session, won=100, on_hand=9): 1 for _ in range(count)})
    shown = shop.shown_total(session)

    with counted_statements(database.engine) as counted:
        shop.place(session, shown_total=shown)

    assert len(counted) == 19, counted.texts
