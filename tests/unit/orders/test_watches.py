from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.adapters.mail_templates import MailRenderer
from portal.catalog import stock
from portal.catalog.stock import CAME_IN_JOB, Want
from portal.jobs.context import JobContext
from portal.jobs.models import Job
from portal.orders.backorders import receive_goods
from portal.orders.jobs import back_in_stock_mail, came_in_stock
from portal.orders.mail_choices import choose_mail
from portal.orders.models import MailTopic, StockWatch
from portal.orders.watches import MAIL_JOB, unwatch, watch, watched_by
from tests.factories import make_assortment
from tests.ordering import NOW
from tests.storefront import Shop


@pytest.fixture
def shop(session: Session) -> Shop:
    return Shop(session)


def context(session: Session) -> JobContext:
    return JobContext(
        session=session,
        now=NOW,
        mail_renderer=MailRenderer(),
        base_url="https://portal.example",
        brand_name="Bean & Co",
        secret_key="unused",
    )


def jobs(session: Session, name: str) -> list[dict[str, Any]]:
    return list(session.scalars(select(Job.arguments).where(Job.name == name).order_by(Job.id)))


def receive(session: Session, shop: Shop, variant_id: int, units: int) -> None:
    """Goods come in, and the worker does what that asked for."""
    session.query(Job).delete()
    receive_goods(session, {(variant_id, shop.warehouse.id): units}, now=NOW)
    for arguments in jobs(session, CAME_IN_JOB):
        came_in_stock(context(session), **arguments)


def test_who_waits_is_told_once_when_the_goods_are_there(session: Session, shop: Shop):
    beans = shop.sell("BEANS", stock=0)
    for _ in range(2):
        watch(session, shop.buyer.id, shop.account.id, beans.id, shop.warehouse.id, NOW)
    assert watched_by(session, shop.buyer.id, shop.account.id) == {beans.id}

    receive(session, shop, beans.id, 5)
    told = jobs(session, MAIL_JOB)
    receive(session, shop, beans.id, 5)

    assert [(each["user_id"], each["account_id"], each["variant_ids"]) for each in told] == [
        (shop.buyer.id, shop.account.id, [beans.id])
    ]
    assert jobs(session, MAIL_JOB) == []
    assert session.scalar(select(func.count()).select_from(StockWatch)) == 0


def test_less_than_can_be_ordered_is_not_worth_a_mail(session: Session, shop: Shop):
    cups = shop.sell("CUPS", stock=0, minimum=100, step=50)
    watch(session, shop.buyer.id, shop.account.id, cups.id, shop.warehouse.id, NOW)

    receive(session, shop, cups.id, 99)
    assert jobs(session, MAIL_JOB) == []
    receive(session, shop, cups.id, 1)

    assert len(jobs(session, MAIL_JOB)) == 1


def test_what_is_gone_again_before_anybody_is_told_is_waited_for_further(session: Session, shop: Shop):
    beans = shop.sell("BEANS", stock=0)
    watch(session, shop.buyer.id, shop.account.id, beans.id, shop.warehouse.id, NOW)
    place = (beans.id, shop.warehouse.id)
    receive_goods(session, {place: 3}, now=NOW)
    stock.reserve(session, [Want(*place, 3)], now=NOW)

    for arguments in jobs(session, CAME_IN_JOB):
        came_in_stock(context(session), **arguments)

    assert jobs(session, MAIL_JOB) == []
    assert watched_by(session, shop.buyer.id, shop.account.id) == {beans.id}


def test_nobody_is_told_who_took_the_wish_back(session: Session, shop: Shop):
    beans = shop.sell("BEANS", stock=0)
    watch(session, shop.buyer.id, shop.account.id, beans.id, shop.warehouse.id, NOW)
    unwatch(session, shop.buyer.id, shop.account.id, beans.id)

    receive(session, shop, beans.id, 5)

    assert jobs(session, MAIL_JOB) == []


def test_the_mail_names_what_the_account_sees_in_the_readers_language(session: Session, shop: Shop):
    beans, hidden = shop.sell("BEANS/1", "케냐"), shop.sell("HIDDEN", "비밀")
    make_assortment(session, [hidden], account=shop.account, hides=True)
    asked: dict[str, Any] = {
        "user_id": shop.buyer.id,
        "account_id": shop.account.id,
        "variant_ids": [beans.id, hidden.id],
        "reference": "back-in-stock-1",
    }

    mail = back_in_stock_mail(context(session), **asked)

    assert mail is not None
    assert mail.to == shop.buyer.email
    assert mail.subject == "요청하신 케냐 상품이 입고되었습니다"
    assert "https://portal.example/products/BEANS%2F1" in mail.text
    assert "비밀" not in mail.text + mail.html
    assert back_in_stock_mail(context(session), **{**asked, "variant_ids": [hidden.id]}) is None
    choose_mail(session, shop.buyer.id, [MailTopic.BACK_IN_STOCK], [])
    assert back_in_stock_mail(context(session), **asked) is None
    choose_mail(session, shop.buyer.id, [MailTopic.BACK_IN_STOCK], [MailTopic.BACK_IN_STOCK])
    session.get_one(User, shop.buyer.id).active = False
    session.flush()
    assert back_in_stock_mail(context(session), **asked) is None
