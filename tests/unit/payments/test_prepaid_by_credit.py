"""Orders that are paid in advance with money the seller holds for the dealer already."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, TermsKind
from portal.core.errors import Conflict, Refused
from portal.invoices.models import Invoice
from portal.invoices.proof import prove
from portal.jobs.models import Job
from portal.ledger.models import Journal, JournalKind
from portal.ledger.queries import Balance, balance_of
from portal.orders import actions as order_actions
from portal.orders.models import Order, OrderStatus
from portal.payments import actions, refunds
from portal.payments.apply import apply
from portal.payments.models import Payment, Refund
from portal.payments.payable import credit_for_orders, credits_of
from tests import factories as make
from tests.invoicing import make_invoice, make_seller, ship_and_invoice
from tests.ordering import NOW, TODAY, Shop, credit_used, open_shop
from tests.unit.payments.test_apply import open_amount, said

CARD = actions.Way("stripe", "card")


@pytest.fixture
def shop(session: Session) -> Shop:
    make_seller(session)
    terms = make.make_terms(session, kind=TermsKind.PREPAID, net_days=0)
    return open_shop(session, credit_limit=None, payment_terms_id=terms.id)


def order_of(session: Session, shop: Shop, key: str = "o", units: int = 2) -> Order:
    """An order of 1,100 won a unit that waits for its payment."""
    bolt = shop.sell(session, won=1_000, on_hand=50)
    return shop.order(session, {bolt: units}, key, pay_until=NOW + timedelta(hours=1))


def give(session: Session, shop: Shop, amount: int, key: str = "bank:1") -> int:
    """Money that came and settles nothing; the payment's id."""
    return actions.receive_transfer(
        session, shop.account_id, amount,
        booked_on=TODAY, text="", submit_key=key, now=NOW, actor_id=None, invoice_numbers=[],
    ).payment_id  # fmt: skip


def pay(
    session: Session,
    shop: Shop,
    order: Order,
    key: str = "k",
    *,
    way: actions.Way | None = CARD,
    credit_first: bool = True,
) -> actions.Asked:
    asked = actions.pay_order(
        session, shop.account_id, order.number,
        way=way, credit_first=credit_first,
        user_id=shop.user_id, submit_key=key, transfer_days=3, now=NOW,
    )  # fmt: skip
    session.refresh(order)
    return asked


def free(session: Session, shop: Shop) -> list[int]:
    return [credit.amount for credit in credits_of(session, shop.account_id)]


def proved(session: Session) -> bool:
    return prove(session).findings == ()


def test_credit_that_covers_it_all_lets_the_order_go_on_without_a_payment(
    session: Session, shop: Shop
) -> None:
    give(session, shop, 3_000)
    order = order_of(session, shop)
    assert credit_for_orders(session, shop.account_id) == 3_000

    asked = pay(session, shop, order, way=None)

    assert asked == actions.Asked(None, "", 2_200, is_repeat=False)
    assert (order.status, order.prepaid, order.pay_until) == (OrderStatus.PLACED, 2_200, None)
    # It is the account's still, and counts for nothing else.
    assert balance_of(session, shop.account_id).credit == 3_000
    assert (free(session, shop), credit_used(session, shop.account_id)) == ([800], -800)
    assert session.scalars(select(Payment.provider)).all() == ["bank_transfer"]
    assert proved(session)

    charged = ship_and_invoice(session, shop, order)
    assert (open_amount(session, charged), free(session, shop)) == (0, [800])
    assert balance_of(session, shop.account_id).credit == 800
    assert proved(session)


def test_the_rest_is_asked_for_and_both_settle_the_invoice(session: Session, shop: Shop) -> None:
    give(session, shop, 700)
    order = order_of(session, shop)
    asked = pay(session, shop, order)
    assert asked.payment_id is not None
    assert (asked.by_credit, order.status, order.prepaid) == (700, OrderStatus.ON_HOLD, 700)
    paid = session.get_one(Payment, asked.payment_id)
    assert (paid.amount, paid.order_id) == (1_500, order.id)
    apply(session, paid.id, said(paid), now=NOW)
    session.refresh(order)
    assert (order.status, order.prepaid, free(session, shop)) == (OrderStatus.PLACED, 2_200, [])
    ship_and_invoice(session, shop, order)
    assert balance_of(session, shop.account_id) == Balance(0, 0)
    assert proved(session)


def test_the_same_form_uses_it_once(session: Session, shop: Shop) -> None:
    give(session, shop, 5_000)
    order = order_of(session, shop)
    pay(session, shop, order)
    again = pay(session, shop, order)
    assert again == actions.Asked(None, "", 0, is_repeat=True)
    assert (free(session, shop), order.prepaid) == ([2_800], 2_200)
    # Another tab, with a key of its own, comes too late.
    with pytest.raises(Conflict, match="order_not_waiting"):
        pay(session, shop, order, key="other")
    assert free(session, shop) == [2_800]


def test_two_orders_do_not_use_the_same_money(session: Session, shop: Shop) -> None:
    give(session, shop, 3_000)
    first, second = order_of(session, shop, "a"), order_of(session, shop, "b")
    assert pay(session, shop, first, "a").by_credit == 2_200
    asked = pay(session, shop, second, "b")
    assert (asked.by_credit, second.prepaid, free(session, shop)) == (800, 800, [])
    owed = make_invoice(session, session.get_one(Account, shop.account_id))
    paid = actions.pay_invoices(
        session, shop.account_id, {owed.number: 11_000},
        way=CARD, credit_first=True, user_id=shop.user_id, submit_key="i", now=NOW,
    )  # fmt: skip
    assert (paid.by_credit, open_amount(session, owed)) == (0, 11_000)
    assert asked.payment_id is not None
    rest = session.get_one(Payment, asked.payment_id)
    apply(session, rest.id, said(rest), now=NOW)
    # Each is settled with what was set aside for it, though the second is invoiced first.
    charged = [ship_and_invoice(session, shop, order) for order in (second, first)]
    assert [open_amount(session, each) for each in (*charged, owed)] == [0, 0, 11_000]
    assert proved(session)


def test_a_cancelled_order_gives_it_back(session: Session, shop: Shop) -> None:
    money = give(session, shop, 3_000)
    order = order_of(session, shop)
    pay(session, shop, order)
    order_actions.cancel(session, order.id, reason="", version=order.version, actor_id=None, now=NOW)
    assert (free(session, shop), credit_used(session, shop.account_id)) == ([3_000], -3_000)
    assert proved(session)
    # All of it is there for the next.
    other = order_of(session, shop, "b")
    assert pay(session, shop, other, "b").by_credit == 2_200
    with pytest.raises(Conflict, match="order_paid"):
        actions.undo_transfer(session, money, note="", actor_id=shop.staff_id, now=NOW)
    assert free(session, shop) == [800]


def test_a_payment_of_more_than_is_left_is_given_up(session: Session, shop: Shop) -> None:
    order = order_of(session, shop)
    whole = pay(session, shop, order, "a", credit_first=False)
    assert whole.payment_id is not None
    give(session, shop, 700)
    rest = pay(session, shop, order, "b")
    assert rest.payment_id not in (None, whole.payment_id)
    closing = session.scalars(select(Job.arguments).where(Job.name == "cancel_payment")).all()
    assert closing == [{"payment_id": whole.payment_id}]
    # Asked for in a third tab, it is the payment of the rest.
    assert pay(session, shop, order, "c").payment_id == rest.payment_id


def test_without_a_way_for_the_rest_nothing_is_used(session: Session, shop: Shop) -> None:
    give(session, shop, 700)
    order = order_of(session, shop)
    with pytest.raises(Refused, match="no_way"):
        pay(session, shop, order, way=None)
    assert (order.prepaid, free(session, shop)) == (0, [700])
    assert session.scalars(select(Journal.id).where(Journal.kind == JournalKind.ALLOCATION)).all() == []


def test_credit_that_orders_on_account_rest_on_is_not_there_twice(session: Session, shop: Shop) -> None:
    account = session.get_one(Account, shop.account_id)
    account.credit_limit = 2_000
    account.payment_terms_id = make.make_terms(session, deposit_ppm=500_000).id
    session.flush()
    give(session, shop, 1_500)
    # 1,100 of each order is paid in advance, 1,100 is on account.
    first, second = order_of(session, shop, "a"), order_of(session, shop, "b")
    assert credit_used(session, shop.account_id) == 700
    assert credit_for_orders(session, shop.account_id) == 1_300
    assert pay(session, shop, first, "a").by_credit == 1_100
    asked = pay(session, shop, second, "b")
    assert (asked.by_credit, credit_used(session, shop.account_id)) == (200, 2_000)
    assert free(session, shop) == [200]


def test_money_that_goes_back_is_taken_of_the_payment_and_the_books_stand(
    session: Session, shop: Shop
) -> None:
    money = give(session, shop, 2_200)
    order = order_of(session, shop)
    pay(session, shop, order)
    refunds.ask_refund(session, money, 2_200, reason="", submit_key="r", actor_id=None, now=NOW)
    refund_id = session.scalars(select(Refund.id)).one()
    refunds.complete(session, refund_id, provider_ref="", now=NOW)
    assert balance_of(session, shop.account_id).credit == 0
    ship_and_invoice(session, shop, order)
    assert session.scalars(select(Invoice.open_amount)).one() == 2_200
    assert proved(session)
