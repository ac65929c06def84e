"""Money that arrived by transfer, and what is sent back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.errors import Conflict, NotFound, Refused
from portal.invoices.models import Invoice, InvoiceKind
from portal.jobs.models import Job
from portal.ledger.models import Book, Posting
from portal.ledger.queries import balance_of
from portal.payments import actions, refunds, review
from portal.payments.apply import apply
from portal.payments.models import Payment, PaymentState, Refund, RefundState
from portal.payments.payable import credits_of
from tests.invoicing import make_invoice
from tests.ordering import NOW, TODAY, Shop, credit_used, open_shop
from tests.unit.payments.test_apply import ask, booked, invoice, open_amount, payment, said


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


def receive(session: Session, shop: Shop, amount: int, **changes: Any) -> actions.Received:
    values: dict[str, Any] = {
        "booked_on": TODAY, "text": "KIM", "submit_key": "bank:1", "now": NOW, "actor_id": shop.staff_id,
    }  # fmt: skip
    return actions.receive_transfer(session, shop.account_id, amount, **values | changes)


def test_what_waited_for_it_is_settled_once(session: Session, shop: Shop) -> None:
    owed = invoice(session, shop)
    waiting = ask(session, shop, {owed.number: 11_000}, way=actions.Way("bank_transfer", "transfer"))
    got = receive(session, shop, 11_000, payment_id=waiting.id)
    assert got == actions.Received(waiting.id, waiting.reference, 11_000, is_repeat=False)
    again = receive(session, shop, 11_000, payment_id=waiting.id)
    assert again == actions.Received(waiting.id, waiting.reference, 0, is_repeat=True)
    assert (open_amount(session, owed), booked(session, Book.BANK)) == (0, 11_000)
    # A second transfer for the same payment is money, too: it is the account's credit.
    more = receive(session, shop, 11_000, payment_id=waiting.id, submit_key="bank:2")
    assert more.payment_id != waiting.id
    assert balance_of(session, shop.account_id).credit == 11_000


def test_less_or_more_than_was_asked_for_settles_what_it_reaches(session: Session, shop: Shop) -> None:
    first, second = invoice(session, shop), invoice(session, shop, days=40)
    way = actions.Way("bank_transfer", "transfer")
    less = ask(session, shop, {first.number: 11_000}, way=way)
    more = ask(session, shop, {second.number: 11_000}, key="more", way=way)
    receive(session, shop, 6_000, payment_id=less.id)
    receive(session, shop, 15_000, payment_id=more.id, submit_key="bank:2")
    assert (open_amount(session, first), open_amount(session, second)) == (5_000, 0)
    assert [payment(session, each.id).amount for each in (less, more)] == [6_000, 15_000]
    assert [(credit.number, credit.amount) for credit in credits_of(session, shop.account_id)] == [
        (more.reference, 4_000)
    ]


def test_without_a_payment_the_oldest_or_the_named_invoices_are_settled(session: Session, shop: Shop) -> None:
    late, soon = invoice(session, shop, days=60), invoice(session, shop, days=10)
    assert receive(session, shop, 12_000).settled == 12_000
    assert (open_amount(session, soon), open_amount(session, late)) == (0, 10_000)
    third = invoice(session, shop, days=5)
    named = receive(session, shop, 3_000, invoice_numbers=[late.number], submit_key="bank:2")
    assert named.settled == 3_000
    assert (open_amount(session, late), open_amount(session, third)) == (7_000, 11_000)
    none = receive(session, shop, 500, invoice_numbers=[], submit_key="bank:3")
    assert none.settled == 0
    assert balance_of(session, shop.account_id).credit == 500
    assert receive(session, shop, 500, invoice_numbers=[], submit_key="bank:3").is_repeat
    assert credit_used(session, shop.account_id) == 17_500


def test_a_transfer_in_time_takes_the_discount(session: Session, shop: Shop) -> None:
    owed = invoice(session, shop, discount=220, discount_until=TODAY)
    # Read from the file a week later; the bank's day counts.
    receive(session, shop, 10_780, now=NOW + timedelta(days=7))
    assert open_amount(session, owed) == 0
    assert booked(session, Book.BANK) == 10_780


def test_what_is_not_the_accounts_is_refused(session: Session, shop: Shop) -> None:
    rival = shop.dealer(session)
    theirs = make_invoice(session, session.get_one(Account, rival.account_id))
    card = ask(session, shop, {invoice(session, shop).number: 11_000})
    with pytest.raises(NotFound):
        receive(session, rival, 11_000, payment_id=card.id)
    with pytest.raises(NotFound):
        receive(session, shop, 11_000, invoice_numbers=[theirs.number])
    with pytest.raises(Refused, match="not_a_transfer"):
        receive(session, shop, 11_000, payment_id=card.id)
    with pytest.raises(Refused, match="negative_amount"):
        receive(session, shop, 0)
    assert booked(session, Book.BANK) == 0
    assert session.scalar(select(func.count()).select_from(Payment)) == 1


def test_a_wrong_match_is_taken_back_whole(session: Session, shop: Shop) -> None:
    owed = invoice(session, shop, discount=220, discount_until=TODAY)
    got = receive(session, shop, 10_780)
    assert open_amount(session, owed) == 0
    actions.undo_transfer(session, got.payment_id, note="of another", actor_id=shop.staff_id, now=NOW)
    assert open_amount(session, owed) == 11_000
    assert [booked(session, book) for book in (Book.BANK, Book.ACCOUNT_CREDIT, Book.DISCOUNT)] == [0, 0, 0]
    assert credit_used(session, shop.account_id) == 11_000
    assert payment(session, got.payment_id).state is PaymentState.CANCELLED
    with pytest.raises(Conflict, match="not_paid"):
        actions.undo_transfer(session, got.payment_id, note="", actor_id=shop.staff_id, now=NOW)
    # The right transfer makes a payment of its own.
    right = receive(session, shop, 10_780, payment_id=got.payment_id, submit_key="bank:2")
    assert right.payment_id != got.payment_id
    assert open_amount(session, owed) == 0


def test_no_more_goes_back_than_was_paid(session: Session, shop: Shop) -> None:
    owed = invoice(session, shop)
    paid = ask(session, shop, {owed.number: 11_000})

    def want(amount: int, key: str) -> int:
        return refunds.ask_refund(
            session, paid.id, amount, reason="", submit_key=key, actor_id=shop.staff_id, now=NOW
        )

    with pytest.raises(Conflict, match="not_paid"):
        want(1_000, "a")
    apply(session, paid.id, said(paid), now=NOW)
    first = want(4_000, "a")
    assert want(4_000, "a") == first
    with pytest.raises(Conflict, match="more_than_paid") as refused:
        want(8_000, "b")
    assert refused.value.facts["left"] == 7_000
    second = want(7_000, "b")
    with pytest.raises(Refused, match="negative_amount"):
        want(0, "c")
    assert refunds.complete(session, first, provider_ref="r1", now=NOW)
    assert not refunds.complete(session, first, provider_ref="r1", now=NOW)
    assert refunds.give_up(session, second, failure="other", now=NOW)
    assert not refunds.give_up(session, second, failure="other", now=NOW)
    assert (open_amount(session, owed), payment(session, paid.id).refunded) == (4_000, 4_000)
    states = session.scalars(select(Refund.state).order_by(Refund.id)).all()
    assert states == [RefundState.DONE, RefundState.FAILED]
    jobs = session.scalars(select(Job.arguments).where(Job.name == "refund_payment")).all()
    assert jobs == [{"refund_id": first}, {"refund_id": second}]


def test_the_providers_word_of_our_own_refund_books_it_once(session: Session, shop: Shop) -> None:
    paid = ask(session, shop, {invoice(session, shop).number: 11_000})
    apply(session, paid.id, said(paid), now=NOW)
    asked = refunds.ask_refund(
        session, paid.id, 4_000, reason="", submit_key="a", actor_id=shop.staff_id, now=NOW
    )
    # Its notice is quicker than the answer to our call.
    apply(session, paid.id, said(paid, refunded=4_000), now=NOW)
    assert not refunds.complete(session, asked, provider_ref="r1", now=NOW)
    assert (payment(session, paid.id).refunded, booked(session, Book.CLEARING)) == (4_000, 7_000)


def test_money_on_its_way_back_is_no_credit(session: Session, shop: Shop) -> None:
    got = receive(session, shop, 9_000)
    refunds.ask_refund(
        session, got.payment_id, 4_000, reason="", submit_key="a", actor_id=shop.staff_id, now=NOW
    )
    assert [credit.amount for credit in credits_of(session, shop.account_id)] == [5_000]
    assert session.scalar(select(func.count()).where(Job.name == "refund_payment")) == 0


def test_a_credit_note_is_credit_until_it_is_used(session: Session, shop: Shop) -> None:
    owed = invoice(session, shop)
    note = make_invoice(
        session, session.get_one(Account, shop.account_id),
        kind=InvoiceKind.CREDIT_NOTE, credits_id=owed.id, net=2_000, tax=200,
    )  # fmt: skip
    other = invoice(session, shop)
    asked = actions.pay_invoices(
        session, shop.account_id, {other.number: 2_000},
        way=None, credit_first=True, user_id=shop.user_id, submit_key="k", now=NOW,
    )  # fmt: skip
    assert asked == actions.Asked(None, "", 2_000, is_repeat=False)
    assert [(credit.number, credit.amount) for credit in credits_of(session, shop.account_id)] == [
        (note.number, 200)
    ]
    assert open_amount(session, other) == 9_000
    again = actions.pay_invoices(
        session, shop.account_id, {other.number: 2_000},
        way=None, credit_first=True, user_id=shop.user_id, submit_key="k", now=NOW,
    )  # fmt: skip
    assert again.is_repeat
    assert open_amount(session, other) == 9_000
    assert session.scalars(select(Invoice.open_amount).where(Invoice.id == note.id)).one() == 200


def test_a_person_accepts_what_was_received_or_refuses_it(session: Session, shop: Shop) -> None:
    owed = invoice(session, shop)
    short = ask(session, shop, {owed.number: 11_000})
    apply(session, short.id, said(short, amount=9_000), now=NOW)
    review.accept(session, short.id, note="agreed", actor_id=shop.staff_id, now=NOW)
    assert (open_amount(session, owed), payment(session, short.id).amount) == (2_000, 9_000)
    with pytest.raises(Conflict, match="not_in_review"):
        review.refuse(session, short.id, note="", actor_id=shop.staff_id, now=NOW)
    foreign = ask(session, shop, {owed.number: 2_000}, key="foreign")
    apply(session, foreign.id, said(foreign, currency="USD"), now=NOW)
    with pytest.raises(Refused, match="not_acceptable"):
        review.accept(session, foreign.id, note="", actor_id=shop.staff_id, now=NOW)
    review.refuse(session, foreign.id, note="not ours", actor_id=shop.staff_id, now=NOW)
    assert payment(session, foreign.id).state is PaymentState.CANCELLED
    assert open_amount(session, owed) == 2_000
    assert int(session.scalar(select(func.sum(Posting.amount))) or 0) == 0
