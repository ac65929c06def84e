"""Disputes that are won: the money is booked back, whenever and however often it is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import TermsKind
from portal.invoices.models import Invoice
from portal.invoices.proof import prove
from portal.ledger.models import Book, Journal
from portal.orders.models import OrderStatus
from portal.payments import actions
from portal.payments.apply import apply
from portal.payments.models import Payment, Refund, RefundKind, RefundState
from portal.payments.queries import events_of, payment_by_id
from tests import factories as make
from tests.invoicing import make_seller, ship_and_invoice
from tests.ordering import NOW, TODAY, Shop, credit_used, open_shop
from tests.unit.payments.test_apply import ask, booked, invoice, open_amount, payment, said


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


def paid_invoice(session: Session, shop: Shop, **terms: object) -> tuple[Invoice, Payment]:
    owed = invoice(session, shop, **terms)
    paid = ask(session, shop, {owed.number: 11_000})
    apply(session, paid.id, said(paid), now=NOW)
    return owed, paid


def tell(session: Session, paid: Payment, *, disputed: int = 0, won: int = 0, refunded: int = 0) -> None:
    apply(session, paid.id, said(paid, disputed=disputed, won=won, refunded=refunded), now=NOW)


def noted(session: Session) -> list[tuple[int, RefundState, str]]:
    rows = session.execute(select(Refund.amount, Refund.state, Refund.failure).order_by(Refund.id))
    return [(row.amount, row.state, row.failure) for row in rows]


def standing(session: Session, owed: Invoice, paid: Payment) -> tuple[int, int, int]:
    """(open of the invoice, money at the provider, gone back)."""
    assert prove(session).findings == ()
    return open_amount(session, owed), booked(session, Book.CLEARING), payment(session, paid.id).refunded


def test_money_that_is_won_back_settles_again_what_it_had(session: Session, shop: Shop) -> None:
    owed, paid = paid_invoice(session, shop)
    tell(session, paid, disputed=11_000)
    assert standing(session, owed, paid) == (11_000, 0, 11_000)
    for _ in range(3):
        tell(session, paid, won=11_000)
        assert standing(session, owed, paid) == (0, 11_000, 0)
    # An older report comes last.
    tell(session, paid, disputed=11_000)
    tell(session, paid)
    assert standing(session, owed, paid) == (0, 11_000, 0)
    assert credit_used(session, shop.account_id) == 0
    assert noted(session) == [(11_000, RefundState.DONE, ""), (11_000, RefundState.FAILED, "won")]
    assert events_of(session, paid.id)[-1].facts == {"dispute": "won", "amount": 11_000}


def test_one_that_is_lost_stays_lost(session: Session, shop: Shop) -> None:
    owed, paid = paid_invoice(session, shop)
    for _ in range(3):
        tell(session, paid, disputed=11_000)
        tell(session, paid)
    assert standing(session, owed, paid) == (11_000, 0, 11_000)


def test_one_that_was_won_before_it_was_heard_of_books_nothing(session: Session, shop: Shop) -> None:
    owed, paid = paid_invoice(session, shop)
    before = session.scalars(select(Journal.id)).all()
    for disputed, won in ((0, 4_000), (4_000, 0), (0, 4_000)):
        tell(session, paid, disputed=disputed, won=won)
    assert session.scalars(select(Journal.id)).all() == before
    assert noted(session) == [(4_000, RefundState.FAILED, "never_taken")]
    assert payment_by_id(session, paid.id).refunds == ()
    # Another dispute is another matter.
    tell(session, paid, disputed=3_000, won=4_000)
    assert standing(session, owed, paid) == (3_000, 8_000, 3_000)
    tell(session, paid, won=7_000)
    assert standing(session, owed, paid) == (0, 11_000, 0)


def test_of_two_one_is_won_and_one_is_lost(session: Session, shop: Shop) -> None:
    owed, paid = paid_invoice(session, shop)
    tell(session, paid, refunded=1_000)
    tell(session, paid, refunded=1_000, disputed=6_000)
    tell(session, paid, refunded=1_000, disputed=10_000)
    assert standing(session, owed, paid) == (11_000, 0, 11_000)
    tell(session, paid, refunded=1_000, disputed=4_000, won=6_000)
    assert standing(session, owed, paid) == (5_000, 6_000, 5_000)
    kinds = session.scalars(select(Refund.kind).order_by(Refund.id)).all()
    assert kinds == [RefundKind.REFUND, *[RefundKind.CHARGEBACK] * 3]


def test_what_was_settled_otherwise_meanwhile_leaves_it_as_credit(session: Session, shop: Shop) -> None:
    owed, paid = paid_invoice(session, shop)
    tell(session, paid, disputed=11_000)
    other = ask(session, shop, {owed.number: 8_000}, key="other")
    apply(session, other.id, said(other), now=NOW)
    tell(session, paid, won=11_000)
    assert standing(session, owed, paid) == (0, 19_000, 0)
    assert booked(session, Book.ACCOUNT_CREDIT) == -8_000
    assert credit_used(session, shop.account_id) == -8_000


def test_the_discount_it_was_paid_for_is_granted_again(session: Session, shop: Shop) -> None:
    owed, paid = paid_invoice(session, shop, discount=220, discount_until=TODAY)
    tell(session, paid, disputed=10_780)
    assert standing(session, owed, paid) == (11_000, 0, 10_780)
    apply(session, paid.id, said(paid, won=10_780), now=NOW + timedelta(days=60))
    assert standing(session, owed, paid) == (0, 10_780, 0)
    assert (booked(session, Book.DISCOUNT), booked(session, Book.TAX)) == (200, -980)


def test_an_order_that_left_meanwhile_is_settled_with_it(session: Session) -> None:
    make_seller(session)
    terms = make.make_terms(session, kind=TermsKind.PREPAID, net_days=0)
    shop = open_shop(session, credit_limit=None, payment_terms_id=terms.id)
    bolt = shop.sell(session, won=1_000, on_hand=50)
    order = shop.order(session, {bolt: 2}, pay_until=NOW + timedelta(hours=1))
    asked = actions.pay_order(
        session, shop.account_id, order.number,
        way=actions.Way("stripe", "card"), user_id=shop.user_id, submit_key="k", transfer_days=3, now=NOW,
    )  # fmt: skip
    assert asked.payment_id is not None
    paid = session.get_one(Payment, asked.payment_id)
    tell(session, paid)
    session.refresh(order)
    assert order.status is OrderStatus.PLACED
    tell(session, paid, disputed=2_200)
    charged = ship_and_invoice(session, shop, order)
    assert standing(session, charged, paid) == (2_200, 0, 2_200)
    tell(session, paid, won=2_200)
    assert standing(session, charged, paid) == (0, 2_200, 0)
