from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters.mail_templates import MailRenderer
from portal.core.errors import NotFound
from portal.jobs.context import JobContext
from portal.orders.bulk import entry_of
from portal.orders.cart import add_to_cart, empty_cart, put_back
from portal.orders.jobs import forget_old_entries
from portal.orders.lists import create_list, delete_list
from portal.orders.models import BulkEntry
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


def test_entries_are_forgotten_after_two_months(session: Session, shop: Shop) -> None:
    for key, days in (("left", 61), ("committed", 61), ("new", 59)):
        keep(session, shop, key, days)
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
    assert session.scalars(select(BulkEntry.submit_key)).all() == ["new"]


def test_what_is_kept_to_be_undone_is_no_entry(session: Session, shop: Shop) -> None:
    beans = shop.sell(session, won=100, on_hand=9)
    keep(session, shop, "mine", 1)
    who = (session, shop.account_id, shop.user_id)
    list_id = create_list(*who, "Mondays", {beans: 3}, shared=False, now=NOW)
    deleted = delete_list(*who, list_id, 1, NOW)
    variant = shop.variant(session, beans)
    add_to_cart(session, shop.user_id, shop.account_id, variant, 2, 100, NOW)
    emptied = empty_cart(session, shop.user_id, shop.account_id, NOW)
    assert emptied is not None

    assert entry_of(*who, "mine").key == "mine"
    for key in (deleted, emptied[0]):
        with pytest.raises(NotFound):
            entry_of(*who, key)
    assert put_back(session, shop.user_id, shop.account_id, emptied[0], NOW) == 1


@pytest.mark.parametrize("name", ["emptied cart", "places and days"])
def test_an_entry_may_have_any_name(session: Session, shop: Shop, name: str) -> None:
    keep(session, shop, "mine", 1, source=name)

    assert entry_of(session, shop.account_id, shop.user_id, "mine").key == "mine"
    with pytest.raises(NotFound):
        put_back(session, shop.user_id, shop.account_id, "mine", NOW)
