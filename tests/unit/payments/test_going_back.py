"""Money that goes back in ways that cross: several refunds, a discount, a decision that was made already."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters.payments.provider import ReportState
from portal.core.errors import Conflict
from portal.invoices.proof import prove
from portal.ledger.models import Book
from portal.payments import actions, refunds, review
from portal.payments.apply import apply
from portal.payments.models import PaymentState, Refund, RefundState
from tests.ordering import NOW, TODAY, Shop, open_shop
from tests.unit.payments.test_apply import ask, booked, invoice, kinds, open_amount, payment, said
from tests.unit.payments.test_transfers import receive


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


def want_back(session: Session, shop: Shop, payment_id: int, amount: int, key: str) -> int:
    return refunds.ask_refund(
        session, payment_id, amount, reason="", submit_key=key, actor_id=shop.staff_id, now=NOW
    )


def states(session: Session) -> list[tuple[int, RefundState]]:
    return [(row.amount, row.state) for row in session.execute(
        select(Refund.amount, Refund.state).order_by(Refund.id)
    )]  # fmt: skip


def test_the_refund_that_was_done_is_ended_and_not_another(session: Session, shop: Shop) -> None:
    paid = ask(session, shop, {invoice(session, shop).number: 11_000})
    apply(session, paid.id, said(paid), now=NOW)
    first, second = (want_back(session, shop, paid.id, amount, str(amount)) for amount in (3_000, 7_000))
    # The second was sent before the first, and its notice comes before the answer to our call.
    apply(session, paid.id, said(paid, refunded=7_000), now=NOW)
    assert states(session) == [(3_000, RefundState.ASKED), (7_000, RefundState.DONE)]
    assert not refunds.complete(session, second, provider_ref="r2", now=NOW)
    assert refunds.complete(session, first, provider_ref="r1", now=NOW)
    apply(session, paid.id, said(paid, refunded=10_000), now=NOW)
    assert states(session) == [(3_000, RefundState.DONE), (7_000, RefundState.DONE)]
    assert (payment(session, paid.id).refunded, booked(session, Book.CLEARING)) == (10_000, 1_000)


def test_several_that_were_done_are_ended_together(session: Session, shop: Shop) -> None:
    paid = ask(session, shop, {invoice(session, shop).number: 11_000})
    apply(session, paid.id, said(paid), now=NOW)
    for amount in (3_000, 2_000, 5_000):
        want_back(session, shop, paid.id, amount, str(amount))
    apply(session, paid.id, said(paid, refunded=7_000), now=NOW)
    assert states(session) == [
        (3_000, RefundState.ASKED),
        (2_000, RefundState.DONE),
        (5_000, RefundState.DONE),
    ]


def test_a_discount_ends_with_the_credit_that_earned_it(session: Session, shop: Shop) -> None:
    owed = invoice(session, shop, discount=220, discount_until=TODAY + timedelta(days=10))
    got = receive(session, shop, 10_780, invoice_numbers=[])
    actions.pay_invoices(
        session, shop.account_id, {owed.number: 11_000},
        way=None, credit_first=True, user_id=shop.user_id, submit_key="k", now=NOW,
    )  # fmt: skip
    assert open_amount(session, owed) == 0
    actions.undo_transfer(session, got.payment_id, note="of another", actor_id=shop.staff_id, now=NOW)
    assert (open_amount(session, owed), booked(session, Book.DISCOUNT)) == (11_000, 0)
    assert prove(session).findings == ()


def test_a_transfer_on_its_way_back_is_not_taken_back_as_well(session: Session, shop: Shop) -> None:
    got = receive(session, shop, 9_000)
    refund_id = want_back(session, shop, got.payment_id, 4_000, "a")
    with pytest.raises(Conflict, match="refunded"):
        actions.undo_transfer(session, got.payment_id, note="", actor_id=shop.staff_id, now=NOW)
    refunds.give_up(session, refund_id, failure="given_up", now=NOW)
    actions.undo_transfer(session, got.payment_id, note="", actor_id=shop.staff_id, now=NOW)
    assert booked(session, Book.BANK) == 0


def test_what_a_person_refused_stays_refused_until_something_else_is_said(
    session: Session, shop: Shop
) -> None:
    asked = ask(session, shop, {invoice(session, shop).number: 11_000})
    wrong = said(asked, amount=100)
    apply(session, asked.id, wrong, now=NOW)
    review.refuse(session, asked.id, note="sent back", actor_id=shop.staff_id, now=NOW)
    events = kinds(session, asked)
    # Its refund at the provider makes a notice, and the provider says the same of it again.
    assert apply(session, asked.id, replace(wrong, refunded=100), now=NOW) is PaymentState.CANCELLED
    assert (payment(session, asked.id).failure, kinds(session, asked)) == ("refused", events)
    assert apply(session, asked.id, said(asked, amount=200), now=NOW) is PaymentState.REVIEW


def test_money_that_came_under_another_key_goes_back_under_it(session: Session, shop: Shop) -> None:
    asked = ask(session, shop, {invoice(session, shop).number: 11_000})
    apply(session, asked.id, said(asked, ReportState.PENDING, provider_ref="first"), now=NOW)
    apply(session, asked.id, said(asked, provider_ref="second"), now=NOW)
    review.accept(session, asked.id, note="a second window", actor_id=shop.staff_id, now=NOW)
    assert payment(session, asked.id).provider_ref == "second"
    assert apply(session, asked.id, said(asked, provider_ref="second"), now=NOW) is PaymentState.PAID
