"""A report of a provider changes a payment once, forward, and only if it is about what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.adapters.payments.provider import Report, ReportState
from portal.invoices.models import Invoice
from portal.jobs.models import Job
from portal.ledger.models import Book, Posting
from portal.ledger.queries import balance_of
from portal.payments import actions
from portal.payments.apply import apply
from portal.payments.models import Payment, PaymentEvent, PaymentEventKind, PaymentState, Refund, RefundKind
from tests.invoicing import make_invoice
from tests.ordering import NOW, TODAY, Shop, credit_used, open_shop

CARD = actions.Way("toss", "card")


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


def invoice(session: Session, shop: Shop, **changes: Any) -> Invoice:
    return make_invoice(session, session.get_one(Account, shop.account_id), **changes)


def ask(
    session: Session, shop: Shop, amounts: Mapping[str, int], *, key: str = "key", way: actions.Way = CARD
) -> Payment:
    asked = actions.pay_invoices(
        session,
        shop.account_id,
        amounts,
        way=way,
        credit_first=False,
        user_id=shop.user_id,
        submit_key=key,
        now=NOW,
    )
    assert asked.payment_id is not None
    return payment(session, asked.payment_id)


def payment(session: Session, payment_id: int) -> Payment:
    return session.get_one(Payment, payment_id, populate_existing=True)


def said(of: Payment, state: ReportState = ReportState.PAID, **changes: Any) -> Report:
    report = Report(state, of.amount, of.currency, of.reference, f"key-{of.reference}")
    return replace(report, **changes)


def open_amount(session: Session, of: Invoice) -> int:
    return session.scalars(select(Invoice.open_amount).where(Invoice.id == of.id)).one()


def booked(session: Session, book: Book) -> int:
    return int(
        session.scalar(select(func.coalesce(func.sum(Posting.amount), 0)).where(Posting.book == book)) or 0
    )


def kinds(session: Session, of: Payment) -> list[PaymentEventKind]:
    return list(
        session.scalars(
            select(PaymentEvent.kind).where(PaymentEvent.payment_id == of.id).order_by(PaymentEvent.id)
        )
    )


def test_paid_settles_what_it_was_meant_for_and_the_rest_is_credit(session: Session, shop: Shop) -> None:
    first, second = invoice(session, shop), invoice(session, shop, days=40)
    asked = ask(session, shop, {first.number: 11_000, second.number: 4_000})
    # Meanwhile the first is paid in another way.
    other = ask(session, shop, {first.number: 11_000}, key="other")
    apply(session, other.id, said(other), now=NOW)

    assert apply(session, asked.id, said(asked), now=NOW) is PaymentState.PAID

    assert (open_amount(session, first), open_amount(session, second)) == (0, 7_000)
    balance = balance_of(session, shop.account_id)
    assert (balance.receivable, balance.credit) == (7_000, 11_000)
    assert credit_used(session, shop.account_id) == -4_000
    assert booked(session, Book.CLEARING) == 26_000
    assert kinds(session, asked) == [
        PaymentEventKind.CREATED,
        PaymentEventKind.PAID,
        PaymentEventKind.ALLOCATED,
    ]
    mails = session.scalars(select(Job.arguments).where(Job.name == "receipt_mail")).all()
    assert mails == [{"payment_id": other.id}, {"payment_id": asked.id}]


def test_the_same_report_again_and_older_ones_change_nothing(session: Session, shop: Shop) -> None:
    owed = invoice(session, shop)
    asked = ask(session, shop, {owed.number: 11_000})
    apply(session, asked.id, said(asked), now=NOW)
    events = kinds(session, asked)
    for state in ReportState:
        assert apply(session, asked.id, said(asked, state), now=NOW + timedelta(hours=1)) is PaymentState.PAID
    assert kinds(session, asked) == events
    assert booked(session, Book.CLEARING) == 11_000
    assert payment(session, asked.id).paid_at == NOW


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"amount": 100}, "amount_differs"),
        ({"currency": "USD"}, "currency_differs"),
        ({"reference": "P22222222"}, "reference_differs"),
        ({"is_test": True}, "test_differs"),
    ],
)
def test_what_does_not_fit_waits_for_a_person_and_settles_nothing(
    session: Session, shop: Shop, changes: dict[str, Any], why: str
) -> None:
    owed = invoice(session, shop)
    asked = ask(session, shop, {owed.number: 11_000})
    wrong = said(asked, **changes)
    assert apply(session, asked.id, wrong, now=NOW) is PaymentState.REVIEW
    assert apply(session, asked.id, wrong, now=NOW) is PaymentState.REVIEW
    # Only a person takes it out of review.
    assert apply(session, asked.id, said(asked), now=NOW) is PaymentState.REVIEW
    found = payment(session, asked.id)
    assert (found.state, found.failure, found.paid_at) == (PaymentState.REVIEW, why, None)
    assert open_amount(session, owed) == 11_000
    assert (booked(session, Book.CLEARING), booked(session, Book.ACCOUNT_CREDIT)) == (0, 0)
    assert kinds(session, asked) == [PaymentEventKind.CREATED, PaymentEventKind.REVIEW]


def test_a_key_of_another_payment_is_not_believed(session: Session, shop: Shop) -> None:
    asked = ask(session, shop, {invoice(session, shop).number: 11_000})
    apply(session, asked.id, said(asked, ReportState.PENDING), now=NOW)
    assert apply(session, asked.id, said(asked, provider_ref="another"), now=NOW) is PaymentState.REVIEW
    assert payment(session, asked.id).failure == "other_payment"


def test_a_declined_card_may_be_followed_by_another(session: Session, shop: Shop) -> None:
    owed = invoice(session, shop)
    asked = ask(session, shop, {owed.number: 11_000})
    declined = said(asked, ReportState.ACTION_REQUIRED, failure="card_declined")
    assert apply(session, asked.id, declined, now=NOW) is PaymentState.ACTION_REQUIRED
    assert payment(session, asked.id).failure == "card_declined"
    assert apply(session, asked.id, said(asked, ReportState.PENDING), now=NOW) is PaymentState.PENDING
    assert apply(session, asked.id, said(asked), now=NOW) is PaymentState.PAID
    assert (payment(session, asked.id).failure, open_amount(session, owed)) == ("", 0)


@pytest.mark.parametrize("end", [ReportState.FAILED, ReportState.CANCELLED, ReportState.EXPIRED])
def test_what_was_given_up_stays_so_until_money_arrives(
    session: Session, shop: Shop, end: ReportState
) -> None:
    owed = invoice(session, shop)
    asked = ask(session, shop, {owed.number: 11_000})
    apply(session, asked.id, said(asked, end), now=NOW)
    assert apply(session, asked.id, said(asked, ReportState.PENDING), now=NOW) == PaymentState(end.value)
    assert open_amount(session, owed) == 11_000
    assert apply(session, asked.id, said(asked), now=NOW) is PaymentState.PAID
    assert open_amount(session, owed) == 0


def test_test_money_stands_apart(session: Session, shop: Shop) -> None:
    asked = ask(
        session,
        shop,
        {invoice(session, shop).number: 11_000},
        way=actions.Way("test_card", "card", is_test=True),
    )
    apply(session, asked.id, said(asked, is_test=True), now=NOW)
    assert (booked(session, Book.TEST_MONEY), booked(session, Book.CLEARING), booked(session, Book.BANK)) == (
        11_000,
        0,
        0,
    )


def test_an_early_payer_gets_the_discount_and_a_late_one_does_not(session: Session, shop: Shop) -> None:
    terms = {"discount": 220, "discount_until": TODAY + timedelta(days=10)}
    early, late = invoice(session, shop, **terms), invoice(session, shop, **terms)
    in_time = ask(session, shop, {early.number: 11_000})
    too_late = ask(session, shop, {late.number: 10_780}, key="late")
    assert (in_time.amount, too_late.amount) == (10_780, 10_780)
    apply(session, in_time.id, said(in_time), now=NOW)
    apply(session, too_late.id, said(too_late), now=NOW + timedelta(days=11))
    assert (open_amount(session, early), open_amount(session, late)) == (0, 220)
    assert booked(session, Book.DISCOUNT) == 200
    assert booked(session, Book.TAX) == -1_980


def test_money_that_went_back_at_the_provider_opens_the_invoice_again(session: Session, shop: Shop) -> None:
    owed = invoice(session, shop)
    asked = ask(session, shop, {owed.number: 11_000})
    apply(session, asked.id, said(asked), now=NOW)
    for _ in range(2):
        apply(session, asked.id, said(asked, refunded=3_000), now=NOW)
    assert (open_amount(session, owed), booked(session, Book.CLEARING)) == (3_000, 8_000)
    for _ in range(2):
        apply(session, asked.id, said(asked, refunded=3_000, disputed=8_000), now=NOW)
    assert (open_amount(session, owed), booked(session, Book.CLEARING)) == (11_000, 0)
    assert payment(session, asked.id).refunded == 11_000
    refunds = session.execute(select(Refund.kind, Refund.amount).order_by(Refund.id)).all()
    assert [tuple(row) for row in refunds] == [(RefundKind.REFUND, 3_000), (RefundKind.CHARGEBACK, 8_000)]
    assert credit_used(session, shop.account_id) == 11_000


def test_a_discount_ends_with_the_money_it_was_granted_for(session: Session, shop: Shop) -> None:
    owed = invoice(session, shop, discount=220, discount_until=TODAY)
    asked = ask(session, shop, {owed.number: 11_000})
    apply(session, asked.id, said(asked), now=NOW)
    assert open_amount(session, owed) == 0
    apply(session, asked.id, said(asked, disputed=10_780), now=NOW)
    assert (open_amount(session, owed), booked(session, Book.DISCOUNT)) == (11_000, 0)
