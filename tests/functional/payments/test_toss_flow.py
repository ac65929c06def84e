"""Invoices paid through Toss, from the page to the books; Toss is a double in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from portal.adapters.payments.toss import TossProvider
from portal.core.database import Database
from portal.core.errors import Conflict
from portal.jobs.queue import enqueue
from portal.payments.models import PaymentEvent, PaymentEventKind, PaymentState, Reconciliation, Refund
from portal.payments.refunds import ask_refund
from tests.conftest import NOW
from tests.functional.payments.paying import AMOUNT, SETTLED, Payer, offered, unpaid
from tests.payments_doubles.fixtures import toss, toss_server, tossed
from tests.payments_doubles.servers import TossDouble, attempt, real_day
from tests.storefront import Shop

__all__ = ["toss", "toss_server", "tossed"]


@pytest.fixture
def payer(app: Flask, database: Database, shop: Shop, toss: TossProvider) -> Iterator[Payer]:
    """Owes an invoice and may pay it through Toss."""
    with offered(app, toss):
        yield Payer(app, database, shop, toss)


@pytest.fixture
def by_card(payer: Payer) -> Payer:
    """Looks at the page of a payment by card."""
    payer.ask()
    return payer


def window(payer: Payer, tossed: TossDouble, amount: int = AMOUNT, **choice: str) -> dict[str, str]:
    """Pay in Toss's window; what the browser comes back with."""
    return tossed.window(orderId=payer.reference, amount=amount, **choice)


@pytest.fixture
def waiting(payer: Payer, tossed: TossDouble) -> Payer:
    """Was given a virtual account and has not transferred yet."""
    payer.ask("virtual_account")
    payer.come_back(**window(payer, tossed, method="가상계좌"))
    return payer


def told(payer: Payer, notice: dict, key: str = "whtrans_1") -> int:
    """A notice is delivered; anybody could have sent it."""
    headers = {"tosspayments-webhook-transmission-id": key, "content-type": "application/json"}
    return payer.notify(headers, json.dumps(notice).encode())


def forged(payer: Payer, status: str = "DONE") -> dict:
    return {
        "eventType": "PAYMENT_STATUS_CHANGED",
        "createdAt": "2026-11-23T10:00:00.000000",
        "data": {
            "paymentKey": payer.provider_ref,
            "orderId": payer.reference,
            "status": status,
            "totalAmount": AMOUNT,
        },
    }


def reviews(payer: Payer) -> list[str]:
    with payer.database.reading() as session:
        facts = session.scalars(
            select(PaymentEvent.facts).where(PaymentEvent.kind == PaymentEventKind.REVIEW)
        )
        return [each["why"] for each in facts]


class TestPage:
    def test_the_page_has_what_the_window_needs_and_no_secret(self, by_card: Payer) -> None:
        island = by_card.island()

        assert island["data-provider"] == "toss"
        assert island["data-client-order"] == by_card.reference
        assert island["data-client-amount"] == str(AMOUNT)
        assert island["data-client-success"].endswith(f"/payments/{by_card.reference}/return")
        assert by_card.person.browser.response is not None
        assert "test_sk" not in by_card.person.browser.response.text

    def test_this_page_alone_may_load_from_toss(self, by_card: Payer) -> None:
        page = by_card.person.get(f"/payments/{by_card.reference}").headers
        other = by_card.person.get("/payments").headers

        assert "script-src 'self' https://*.tosspayments.com" in page["Content-Security-Policy"]
        assert "unsafe" not in page["Content-Security-Policy"]
        assert "toss" not in other["Content-Security-Policy"]


class TestCard:
    def test_paid(self, by_card: Payer, tossed: TossDouble) -> None:
        page = by_card.come_back(**window(by_card, tossed))

        assert by_card.books() == SETTLED
        assert page.having("data-payment")[0].attributes["data-state"] == "paid"
        (call,) = tossed.confirmations(by_card.reference)
        assert call["body"]["amount"] == AMOUNT
        assert call["idempotency_key"]

    def test_coming_back_twice_confirms_and_books_once(self, by_card: Payer, tossed: TossDouble) -> None:
        back = window(by_card, tossed)

        by_card.come_back(**back)
        by_card.come_back(**back)

        assert by_card.books() == SETTLED
        assert len(tossed.confirmations(by_card.reference)) == 1

    @pytest.mark.parametrize("claimed", ["100", "11001", "-11000", "x", ""])
    def test_a_tampered_amount_is_reviewed_before_any_call(
        self, by_card: Payer, tossed: TossDouble, claimed: str
    ) -> None:
        by_card.come_back(**(window(by_card, tossed) | {"amount": claimed}))

        assert by_card.books() == unpaid(PaymentState.REVIEW, "amount_differs")
        assert reviews(by_card) == ["amount_differs"]
        assert tossed.made(by_card.reference) == []
        assert tossed.confirmations(by_card.reference) == []

    def test_a_window_opened_for_less_settles_nothing(self, by_card: Payer, tossed: TossDouble) -> None:
        by_card.come_back(**window(by_card, tossed, amount=100))

        assert by_card.books() == unpaid(PaymentState.REVIEW, "amount_differs")
        assert tossed.confirmations(by_card.reference) == []

    def test_a_window_opened_for_less_under_our_amount_settles_nothing(
        self, by_card: Payer, tossed: TossDouble
    ) -> None:
        by_card.come_back(**(window(by_card, tossed, amount=100) | {"amount": str(AMOUNT)}))

        assert by_card.books() == unpaid(PaymentState.REVIEW, "amount_differs")

    def test_the_key_of_another_order_settles_nothing(self, by_card: Payer, tossed: TossDouble) -> None:
        foreign = tossed.window(orderId="PSOMEBODY", amount=AMOUNT)

        by_card.come_back(**foreign)

        assert by_card.books() == unpaid(PaymentState.REVIEW, "reference_differs")
        assert tossed.confirmations("PSOMEBODY") == []

    def test_the_key_of_another_order_under_our_reference_settles_nothing(
        self, by_card: Payer, tossed: TossDouble
    ) -> None:
        foreign = tossed.window(orderId="PSOMEBODY2", amount=AMOUNT)

        by_card.come_back(**(foreign | {"orderId": by_card.reference}))

        assert by_card.books() == unpaid(failure="other")

    def test_declined_then_another_card(self, by_card: Payer, tossed: TossDouble) -> None:
        page = by_card.come_back(**window(by_card, tossed, refused="REJECT_CARD_COMPANY"))
        assert by_card.books() == unpaid(failure="card_declined")
        assert "The card was declined" in page.text

        by_card.come_back(**window(by_card, tossed))

        assert by_card.books() == SETTLED

    def test_closed_window(self, by_card: Payer) -> None:
        by_card.come_back(code="PAY_PROCESS_CANCELED", message="…", orderId=by_card.reference)

        assert by_card.books() == unpaid(failure="cancelled_by_payer")

    def test_a_lost_answer_is_asked_for_by_the_worker(self, by_card: Payer, tossed: TossDouble) -> None:
        back = window(by_card, tossed)
        tossed.fault(path="/v1/payments/confirm", status=0, done=True)

        page = by_card.come_back(**back)
        assert "does not answer right now" in page.text
        assert by_card.books() == unpaid()

        by_card.work("fetch_payment")
        assert replace(by_card.books(), receipts=1) == SETTLED

    def test_toss_is_away_and_the_person_tries_again(self, by_card: Payer, tossed: TossDouble) -> None:
        back = window(by_card, tossed)
        tossed.fault(path="/v1/payments/confirm", status=503)
        by_card.come_back(**back)
        assert by_card.books() == unpaid()

        by_card.come_back(**back)

        assert by_card.books() == SETTLED

    def test_refunded_in_part(self, by_card: Payer, tossed: TossDouble) -> None:
        by_card.come_back(**window(by_card, tossed))
        with by_card.database.transaction() as session:
            ask_refund(
                session, by_card.payment.id, 4_000, reason="short", submit_key="r", actor_id=None, now=NOW
            )
        with by_card.database.transaction() as session, pytest.raises(Conflict):
            ask_refund(
                session, by_card.payment.id, 7_001, reason="short", submit_key="s", actor_id=None, now=NOW
            )

        by_card.work("refund_payment")

        assert by_card.books() == replace(SETTLED, refunded=4_000, open=4_000, money=7_000, receipts=0)
        (call,) = [call for call in tossed.made("/cancel") if by_card.provider_ref in call["path"]]
        assert call["body"]["cancelAmount"] == 4_000

    def test_a_refund_whose_answer_is_lost_goes_once(self, by_card: Payer, tossed: TossDouble) -> None:
        by_card.come_back(**window(by_card, tossed))
        with by_card.database.transaction() as session:
            ask_refund(
                session, by_card.payment.id, 4_000, reason="short", submit_key="r", actor_id=None, now=NOW
            )
        tossed.fault(path=f"/v1/payments/{by_card.provider_ref}/cancel", status=500, done=True)

        by_card.work("refund_payment")
        assert by_card.books().refunded == 0
        by_card.work("refund_payment", now=NOW.replace(day=25))

        assert by_card.books().refunded == 4_000
        calls = [call for call in tossed.made("/cancel") if by_card.provider_ref in call["path"]]
        assert len({call["idempotency_key"] for call in calls}) == 1
        assert len(calls) == 2
        known = attempt(by_card.reference, AMOUNT, provider_ref=by_card.provider_ref)
        assert by_card.provider.fetch(known).refunded == 4_000


class TestVirtualAccount:
    def test_says_where_to_transfer_to(self, waiting: Payer) -> None:
        page = waiting.person.open(f"/payments/{waiting.reference}")

        assert waiting.books() == unpaid(PaymentState.WAITING_DEPOSIT)
        assert "X6505636518308" in page.text
        assert "우리은행" in page.text
        assert waiting.payment.secret
        assert waiting.person.browser.response is not None
        assert waiting.payment.secret not in waiting.person.browser.response.text

    def test_a_late_deposit_is_taken_in_by_its_notice(self, waiting: Payer, tossed: TossDouble) -> None:
        notices = tossed.deposit(orderId=waiting.reference)

        assert told(waiting, notices["deposit"]) == 200

        assert waiting.books() == SETTLED
        assert waiting.notices() == ["paid"]

    def test_both_notices_seven_times_each_book_once(self, waiting: Payer, tossed: TossDouble) -> None:
        notices = tossed.deposit(orderId=waiting.reference)

        for _ in range(7):
            assert told(waiting, notices["deposit"], "whtrans_1") == 200
            assert told(waiting, notices["status"], "whtrans_2") == 200

        assert waiting.books() == SETTLED
        assert waiting.notices() == ["paid", "paid"]

    def test_a_forged_done_changes_nothing(self, waiting: Payer) -> None:
        assert told(waiting, forged(waiting)) == 200

        assert waiting.books() == unpaid(PaymentState.WAITING_DEPOSIT)

    @pytest.mark.parametrize("secret", ["ps_guessed", "ps_" + "x" * 5_000])
    def test_a_wrong_secret_is_ignored(self, waiting: Payer, tossed: TossDouble, secret: str) -> None:
        notices = tossed.deposit(orderId=waiting.reference)

        assert told(waiting, notices["deposit"] | {"secret": secret}) == 200

        assert waiting.books() == unpaid(PaymentState.WAITING_DEPOSIT)
        assert waiting.notices() == ["wrong_secret"]

    def test_a_wrong_secret_first_does_not_keep_the_right_one_out(
        self, waiting: Payer, tossed: TossDouble
    ) -> None:
        notices = tossed.deposit(orderId=waiting.reference)
        told(waiting, notices["deposit"] | {"secret": "ps_guessed"}, "whtrans_0")

        told(waiting, notices["deposit"], "whtrans_1")

        assert waiting.books() == SETTLED

    @pytest.mark.parametrize("body", [b"x", b"[]", b'{"secret": "\\u0000", "orderId": "P"}', b"\xff" * 40])
    def test_nonsense_is_refused(self, waiting: Payer, body: bytes) -> None:
        assert waiting.notify({"content-type": "application/json"}, body) == 400

        assert waiting.books() == unpaid(PaymentState.WAITING_DEPOSIT)
        assert waiting.notices() == []

    def test_notices_of_unknown_payments_leave_nothing(self, waiting: Payer) -> None:
        for number in range(3):
            about = {"orderId": f"P{number}", "paymentKey": "key", "status": "DONE"}
            notice = {"eventType": "PAYMENT_STATUS_CHANGED", "data": about}
            assert told(waiting, notice, f"whtrans_{number}") == 200

        assert waiting.notices() == []

    def test_more_than_any_notice_is_refused(self, waiting: Payer) -> None:
        assert waiting.notify({}, b"{" + b" " * 300_000 + b"}") == 413

    def test_notices_out_of_order(self, waiting: Payer, tossed: TossDouble) -> None:
        early = forged(waiting, "WAITING_FOR_DEPOSIT")
        notices = tossed.deposit(orderId=waiting.reference)

        told(waiting, notices["status"], "whtrans_2")
        told(waiting, early, "whtrans_1")

        assert waiting.books() == SETTLED

    def test_toss_is_away_when_the_notice_comes(self, waiting: Payer, tossed: TossDouble) -> None:
        notices = tossed.deposit(orderId=waiting.reference)
        tossed.fault(path=f"/v1/payments/{waiting.provider_ref}", status=500)
        told(waiting, notices["deposit"])
        assert waiting.books() == unpaid(PaymentState.WAITING_DEPOSIT)

        waiting.work("fetch_payment")

        assert replace(waiting.books(), receipts=1) == SETTLED

    def test_not_paid_in_time(self, waiting: Payer, tossed: TossDouble) -> None:
        notices = tossed.expire(orderId=waiting.reference)

        told(waiting, notices["status"])

        assert waiting.books() == unpaid(PaymentState.EXPIRED, "deposit_expired")

    def test_given_up_but_paid_meanwhile(self, waiting: Payer, tossed: TossDouble) -> None:
        waiting.person.open(f"/payments/{waiting.reference}")
        tossed.deposit(orderId=waiting.reference)

        waiting.person.browser.submit(f"/payments/{waiting.reference}/cancellation")

        assert waiting.books() == SETTLED

    def test_an_annulled_deposit_stays_booked_and_is_shown_to_a_person(
        self, waiting: Payer, tossed: TossDouble
    ) -> None:
        told(waiting, tossed.deposit(orderId=waiting.reference)["deposit"], "whtrans_1")
        told(waiting, tossed.annul(orderId=waiting.reference)["deposit"], "whtrans_2")
        assert waiting.books() == SETTLED

        with waiting.database.transaction() as session:
            enqueue(session, "reconcile", {"day": real_day().isoformat()}, now=NOW)
        waiting.work("reconcile")

        with waiting.database.reading() as session:
            (row,) = session.scalars(select(Reconciliation)).all()
        mine = [finding for finding in row.findings if finding["reference"] == waiting.reference]
        assert [(each["problem"], each["ours"], each["theirs"]) for each in mine] == [
            ("state", "paid", "waiting_deposit")
        ]

    def test_a_refund_is_left_to_a_person(self, waiting: Payer, tossed: TossDouble) -> None:
        told(waiting, tossed.deposit(orderId=waiting.reference)["deposit"])
        with waiting.database.transaction() as session:
            ask_refund(
                session, waiting.payment.id, 4_000, reason="short", submit_key="r", actor_id=None, now=NOW
            )

        waiting.work("refund_payment")

        assert replace(waiting.books(), receipts=1) == SETTLED
        with waiting.database.reading() as session:
            assert session.scalars(select(Refund.failure)).one() == "by_hand"
