"""A cart's lines are always locked in the order in which placing locks them; what waits sees what was done."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.core.database import Database
from portal.orders import actions
from portal.orders.bulk import commit_entry, keep_entry
from portal.orders.bulk_facts import Entering
from portal.orders.bulk_lines import BulkLine, Reading
from portal.orders.entry.quantities import Quantity
from portal.orders.models import CartLine
from portal.orders.queries import cart_of
from portal.orders.reorder import Target, again
from portal.orders.reorder_actions import put_in_cart
from portal.orders.reorder_sources import Wanted
from tests.ordering import NOW, TODAY, Shop, open_shop

pytestmark = pytest.mark.slow

Deed = Callable[[Session], object]


def commit_backwards(shop: Shop, goods: list[int], session: Session) -> object:
    lines = [BulkLine(str(each), Quantity(1), variant_id=each, units_chosen=True) for each in goods[::-1]]
    keep_entry(session, shop.account_id, shop.user_id, "entry-key", "text", Reading(lines), NOW)
    who = Entering(shop.buyer, shop.user_id, shop.warehouse_id, "ko", TODAY)
    return commit_entry(session, who, "entry-key", None, NOW)


def order_again_backwards(shop: Shop, goods: list[int], session: Session) -> object:
    wanted = [Wanted(each, str(each), str(each), 1) for each in goods[::-1]]
    target = Target(shop.location_id, shop.warehouse_id)
    found = again(session, shop.buyer, wanted, None, target, "ko", TODAY, NOW)
    return put_in_cart(
        session, shop.user_id, shop.account_id, found, submit_key="again-key", source="list", now=NOW
    )


def wait_until_somebody_waits(session: Session) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(200):
        if session.scalar(waiting):
            return
        time.sleep(0.05)
    raise AssertionError("nobody waits for the lines")


@pytest.mark.parametrize("fill", [commit_backwards, order_again_backwards])
def test_filling_a_cart_waits_for_its_first_line_holding_none_of_the_others(
    database: Database, on_postgres: bool, fill: Callable[[Shop, list[int], Session], object]
):
    if not on_postgres:
        pytest.skip("SQLite has one lock for all of it")
    with database.transaction() as session:
        shop = open_shop(session)
        goods = [shop.sell(session, won=100, on_hand=100) for _ in range(3)]
        for each in goods:
            shop.put(session, {each: 1})

    def other(session: Session) -> object:
        return fill(shop, goods, session)

    with ThreadPoolExecutor(1) as threads, database.transaction() as session:
        first, *rest = session.scalars(select(CartLine.id).order_by(CartLine.id))
        session.scalars(select(CartLine.id).where(CartLine.id == first).with_for_update()).all()
        waiting = threads.submit(_run, database, other)
        wait_until_somebody_waits(session)
        # Whoever waits for the first line holds none of the others: this would be a circle.
        session.execute(text("SET LOCAL lock_timeout = '2s'"))
        session.scalars(select(CartLine.id).where(CartLine.id.in_(rest)).with_for_update()).all()
        session.commit()
        waiting.result()

    with database.reading() as session:
        lines = cart_of(session, shop.user_id, shop.account_id).lines
        assert [line.quantity for line in lines] == [2, 2, 2]


def test_what_is_being_ordered_is_not_kept_to_be_put_back(database: Database, on_postgres: bool):
    if not on_postgres:
        pytest.skip("SQLite has one lock for all of it")
    with database.transaction() as session:
        shop = open_shop(session)
        shop.put(session, {shop.sell(session, won=100, on_hand=100): 1})

    def empty(session: Session) -> object:
        return actions.empty_cart(session, shop.user_id, shop.account_id, NOW)

    with ThreadPoolExecutor(1) as threads, database.transaction() as session:
        shop.place(session)
        emptied = threads.submit(_run, database, empty)
        wait_until_somebody_waits(session)
        session.commit()
        assert emptied.result() is None


def _run(database: Database, deed: Deed) -> object:
    with database.transaction() as session:
        return deed(session)
