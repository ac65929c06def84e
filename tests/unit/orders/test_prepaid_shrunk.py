"""An order that waits for its payment and comes to less than was asked for."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import TermsKind
from portal.jobs.models import Job
from portal.ledger.queries import balance_of
from portal.orders import cancelling
from portal.orders.models import Order, OrderLine, OrderStatus
from portal.payments import actions
from tests import factories as make
from tests.invoicing import make_seller
from tests.ordering import NOW, TODAY, Shop, credit_used, open_shop


def waiting(session: Session) -> tuple[Shop, Order, int]:
    """Two bolts for 2,200 won, to be paid in advance; its payment."""
    make_seller(session)
    terms = make.make_terms(session, kind=TermsKind.PREPAID, net_days=0)
    shop = open_shop(session, credit_limit=None, payment_terms_id=terms.id)
    bolt = shop.sell(session, won=1_000, on_hand=50)
    order = shop.order(session, {bolt: 2}, pay_until=NOW + timedelta(hours=1))
    asked = actions.pay_order(
        session, shop.account_id, order.number,
        way=actions.Way("bank_transfer", "transfer"), user_id=shop.user_id, submit_key="k", transfer_days=3, now=NOW,
    )  # fmt: skip
    assert asked.payment_id is not None
    return shop, order, asked.payment_id


def receive(session: Session, shop: Shop, payment_id: int, amount: int) -> None:
    actions.receive_transfer(
        session, shop.account_id, amount,
        booked_on=TODAY, text="", submit_key="bank:1", now=NOW, actor_id=None, payment_id=payment_id,
    )  # fmt: skip


def take_back_one(session: Session, order: Order) -> None:
    session.refresh(order)
    line_id = session.scalars(select(OrderLine.id).where(OrderLine.order_id == order.id)).one()
    cancelling.cancel_units(
        session, order.id, {line_id: 1}, reason="", version=order.version, actor_id=None, now=NOW
    )
    session.refresh(order)


def test_what_was_paid_is_enough_once_it_costs_less(session: Session) -> None:
    shop, order, payment_id = waiting(session)
    receive(session, shop, payment_id, 1_100)
    session.refresh(order)
    assert (order.status, order.prepay, order.prepaid) == (OrderStatus.ON_HOLD, 2_200, 1_100)
    take_back_one(session, order)
    assert (order.status, order.pay_until, order.prepay, order.prepaid) == (
        OrderStatus.PLACED,
        None,
        1_100,
        1_100,
    )
    # What it reserves and what was paid cancel out.
    assert (credit_used(session, shop.account_id), balance_of(session, shop.account_id).credit) == (0, 1_100)
    kinds = [each["kind"] for each in session.scalars(select(Job.arguments).where(Job.name == "order_mail"))]
    assert kinds == ["changed", "placed"]


def test_it_waits_on_while_less_was_paid(session: Session) -> None:
    shop, order, payment_id = waiting(session)
    receive(session, shop, payment_id, 1_000)
    take_back_one(session, order)
    assert (order.status, order.prepay, order.prepaid) == (OrderStatus.ON_HOLD, 1_100, 1_000)
