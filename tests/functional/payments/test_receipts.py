"""Receipts by mail, and refunds by the worker."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import AccountRole
from portal.adapters.mail import MemoryMailer
from portal.adapters.payments.provider import RefundReport
from portal.core.database import Database
from portal.extensions import Runtime
from portal.payments.actions import receive_transfer
from portal.payments.models import Payment, Refund, RefundState
from portal.payments.refunds import ask_refund
from tests.conftest import NOW
from tests.dealer import Person
from tests.functional.payments.test_pay import invoices, pay, reference
from tests.functional.payments.test_prepaid import payment_of, work
from tests.ordering import TODAY
from tests.storefront import Shop

__all__ = ["invoices"]


def paid_by_card(dealer: Person, number: str) -> None:
    page = pay(dealer, f"/payments/new?invoice={number}")
    dealer.browser.submit(f"/payments/{reference(page)}/confirm")


def test_a_receipt_of_the_test_card_says_so(
    invoices: list[str], dealer: Person, app: Flask, database: Database, mailer: MemoryMailer, shop: Shop
) -> None:
    paid_by_card(dealer, invoices[0])
    work(app)
    work(app)
    name = payment_of(database).reference
    (mail,) = [mail for mail in mailer.sent if name in mail.subject]
    assert (mail.to, mail.subject) == (shop.buyer.email, f"TEST receipt {name}: no money moved")
    assert "TEST – no money moved." in mail.text
    assert f"Invoice {invoices[0]}: ₩11,000" in mail.text
    assert f"http://localhost/payments/{name}" in mail.text


def test_a_receipt_of_a_transfer_speaks_the_accounts_language(
    shop: Shop, invoices: list[str], app: Flask, database: Database, mailer: MemoryMailer
) -> None:
    shop.account.locale = "ko"
    owner = shop.person(AccountRole.OWNER)
    shop.commit()
    with database.transaction() as session:
        got = receive_transfer(
            session, shop.account.id, 11_000,
            booked_on=TODAY, text="", submit_key="bank:1", now=NOW, actor_id=None,
        )  # fmt: skip
    work(app)
    (mail,) = [mail for mail in mailer.sent if got.reference in mail.subject]
    assert (mail.to, mail.subject) == (owner.email, f"영수증 {got.reference}: ₩11,000")
    assert "테스트" not in mail.text


@pytest.mark.parametrize(("done", "state"), [(True, RefundState.DONE), (False, RefundState.FAILED)])
def test_the_worker_sends_money_back_once(
    invoices: list[str],
    dealer: Person,
    app: Flask,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    done: bool,
    state: RefundState,
) -> None:
    paid_by_card(dealer, invoices[0])
    asked: list[tuple[int, str]] = []

    def refund(_attempt: object, amount: int, *, reason: str, idempotency_key: str) -> RefundReport:
        asked.append((amount, reason))
        assert idempotency_key.endswith("-r1")
        return RefundReport(done, "re_1", "" if done else "card_declined")

    runtime: Runtime = app.extensions["portal"]
    monkeypatch.setattr(runtime.providers["test_card"], "refund", refund)
    with database.transaction() as session:
        payment = session.scalars(select(Payment)).one()
        ask_refund(session, payment.id, 4_000, reason="broken", submit_key="r1", actor_id=None, now=NOW)
    work(app)
    work(app)
    assert asked == [(4_000, "broken")]
    with database.reading() as session:
        assert session.scalars(select(Refund.state)).one() is state
    assert payment_of(database).refunded == (4_000 if done else 0)
    page = dealer.open(f"/payments/{payment_of(database).reference}")
    assert ("done" if done else "did not work; we take care of it") in page.text
