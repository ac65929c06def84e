from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters.mail_templates import MailRenderer
from portal.core.errors import NotFound
from portal.jobs.context import JobContext
from portal.orders.cart import add_to_cart, empty_cart, put_back
from portal.orders.jobs import forget_old_entries
from portal.orders.lists import create_list, delete_list, restore_list
from portal.orders.models import BulkEntry
from portal.orders.once import is_first
from tests.ordering import NOW, Shop, open_shop


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


def keep(session: Session, shop: Shop, key: str, days: int, source: str = "text") -> None:
    at = NOW - timedelta(days=days)
    session.add(
        BulkEntry(
            account_id=shop.account_id,
            user_id=shop.user_id,
            submit_key=key,
            source=source,
            lines=[],
            created_at=at,
            committed_at=at if key == "committed" else None,
        )
    )
    session.flush()


def forget(session: Session) -> None:
    forget_old_entries(
        JobContext(
            session=session,
            now=NOW,
            mail_renderer=MailRenderer(),
            base_url="http://localhost",
            brand_name="Bean & Co",
            secret_key="unused",
        )
    )


def test_entries_are_forgotten_after_two_months(session: Session, shop: Shop) -> None:
    for key, days in (("left", 61), ("committed", 61), ("new", 59)):
        keep(session, shop, key, days)

    forget(session)

    assert session.scalars(select(BulkEntry.submit_key)).all() == ["new"]


def test_what_was_taken_away_and_forms_are_forgotten_after_two_months(session: Session, shop: Shop) -> None:
    beans = shop.sell(session, won=100, on_hand=9)
    variant = shop.variant(session, beans)
    whose = (shop.user_id, shop.account_id)
    keys = []
    for days in (61, 59):
        at = NOW - timedelta(days=days)
        add_to_cart(session, *whose, variant, 2, 100, at)
        emptied = empty_cart(session, *whose, at)
        assert emptied is not None
        keys.append(emptied[0])
        assert is_first(session, *whose, f"form of {days}", at)

    forget(session)

    with pytest.raises(NotFound):
        put_back(session, *whose, keys[0], NOW)
    assert put_back(session, *whose, keys[1], NOW) == 1
    assert is_first(session, *whose, "form of 61", NOW)
    assert not is_first(session, *whose, "form of 59", NOW)


def test_what_was_taken_away_comes_back_as_what_it_was(session: Session, shop: Shop) -> None:
    beans = shop.sell(session, won=100, on_hand=9)
    who = (session, shop.account_id, shop.user_id)
    list_id = create_list(*who, "Mondays", {beans: 3}, shared=False, now=NOW)
    deleted = delete_list(*who, list_id, 1, NOW)
    add_to_cart(session, shop.user_id, shop.account_id, shop.variant(session, beans), 2, 100, NOW)
    emptied = empty_cart(session, shop.user_id, shop.account_id, NOW)
    assert emptied is not None

    with pytest.raises(NotFound):
        put_back(session, shop.user_id, shop.account_id, deleted, NOW)
    with pytest.raises(NotFound):
        restore_list(*who, emptied[0], NOW)
    assert put_back(session, shop.user_id, shop.account_id, emptied[0], NOW) == 1
    restore_list(*who, deleted, NOW)
    with pytest.raises(NotFound):
        restore_list(*who, deleted, NOW)
