"""Invoices paid through Stripe, from the page to the books; Stripe is localstripe in a process of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.adapters.payments.stripe import StripeProvider
from portal.core.database import Database
from portal.core.errors import Conflict
from portal.jobs.queue import enqueue
from portal.payments.models import PaymentState, Reconciliation
from portal.payments.refunds import ask_refund
from tests.conftest import NOW
from tests.functional.payments.paying import AMOUNT, SETTLED, Payer, offered, unpaid
from tests.payments_doubles.fixtures import card, localstripe, mailbox, stripe
from tests.payments_doubles.servers import (
    ASKS_FOR_CONFIRMATION,
    IS_DECLINED,
    Card,
    Mailbox,
    real_day,
    real_now,
    signed,
)
from tests.storefront import Shop

__all__ = ["card", "localstripe", "mailbox", "stripe"]


@pytest.fixture
def payer(app: Flask, database: Database, shop: Shop, stripe: StripeProvider) -> Iterator[Payer]:
    """Has asked to pay an invoice through Stripe and looks at its page."""
    with offered(app, stripe):
        payer = Payer(app, database, shop, stripe)
        payer.ask()
        yield payer


def event(payer: Payer, kind: str = "payment_intent.succeeded", key: str = "evt_1") -> bytes:
    """A notice about the payer's payment, as Stripe words it."""
    about = {"object": "payment_intent", "id": payer.provider_ref}
    return json.dumps({"id": key, "object": "event", "type": kind, "data": {"object": about}}).encode()


def refund(payer: Payer, amount: int, key: str = "r") -> int:
    with payer.database.transaction() as session:
        return ask_refund(
            session, payer.payment.id, amount, reason="short", submit_key=key, actor_id=None, now=NOW
        )


class TestPage:
    def test_the_page_has_what_the_script_needs_and_no_secret(self, payer: Payer, card: Card) -> None:
        island = payer.island()

        assert island["data-provider"] == "stripe"
        assert island["data-client-key"] == "pk_test_portal"
        assert island["data-client-secret"] == card.read(payer.provider_ref)["client_secret"]
        assert island["data-return"].endswith(f"/payments/{payer.reference}/return")
        assert payer.person.browser.response is not None
        assert "sk_test" not in payer.person.browser.response.text
        assert payer.books() == unpaid()

    def test_this_page_alone_may_load_from_stripe(self, payer: Payer) -> None:
        page = payer.person.get(f"/payments/{payer.reference}").headers
        other = payer.person.get("/payments").headers

        assert "script-src 'self' https://js.stripe.com" in page["Content-Security-Policy"]
        assert "frame-src 'self' https://js.stripe.com" in page["Content-Security-Policy"]
        assert "unsafe" not in page["Content-Security-Policy"]
        assert page["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
        assert "stripe" not in other["Content-Security-Policy"]
        assert other["Cross-Origin-Opener-Policy"] == "same-origin"

    def test_asking_twice_opens_one_intent(self, payer: Payer, card: Card) -> None:
        before = len(card.intents())
        payer.person.open(f"/payments/{payer.reference}")
        payer.person.open(f"/payments/{payer.reference}/return")

        assert len(card.intents()) == before


class TestPay:
    def test_paid(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)

        page = payer.come_back(payment_intent=payer.provider_ref, redirect_status="succeeded")

        assert payer.books() == SETTLED
        assert page.having("data-payment")[0].attributes["data-state"] == "paid"

    def test_an_address_that_claims_success_pays_nothing(self, payer: Payer) -> None:
        payer.come_back(payment_intent=payer.provider_ref, redirect_status="succeeded")

        assert payer.books() == unpaid()

    def test_declined_then_another_card(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref, IS_DECLINED)
        page = payer.come_back(redirect_status="failed")
        assert payer.books() == unpaid(failure="card_declined")
        assert "The card was declined" in page.text
        assert page.all("section", id="provider")

        card.pay(payer.provider_ref)
        payer.come_back()

        assert payer.books() == SETTLED

    def test_the_bank_asks_for_a_confirmation(self, payer: Payer, card: Card) -> None:
        secret = payer.island()["data-client-secret"]
        card.pay(payer.provider_ref, ASKS_FOR_CONFIRMATION)
        payer.come_back()
        assert payer.books() == unpaid()

        card.answer_bank(payer.provider_ref, secret, agrees=True)
        payer.come_back()

        assert payer.books() == SETTLED

    def test_the_bank_asks_and_is_refused(self, payer: Payer, card: Card) -> None:
        secret = payer.island()["data-client-secret"]
        card.pay(payer.provider_ref, ASKS_FOR_CONFIRMATION)
        card.answer_bank(payer.provider_ref, secret, agrees=False)

        payer.come_back()

        assert payer.books() == unpaid(failure="authentication_failed")

    def test_coming_back_twice_books_once(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)

        payer.come_back()
        payer.come_back()

        assert payer.books() == SETTLED

    def test_back_and_a_notice_at_the_same_moment_book_once(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)
        body = event(payer)
        headers = signed(body)
        address = f"/payments/{payer.reference}/return"
        statuses: list[int] = []
        doors = threading.Barrier(4)

        def come_back() -> None:
            client = payer.app.test_client()
            client.set_cookie("portal", cookie)
            doors.wait()
            statuses.append(client.get(address).status_code)

        def notify() -> None:
            doors.wait()
            statuses.append(payer.notify(headers, body))

        kept = payer.person.browser.client.get_cookie("portal")
        assert kept is not None
        cookie = kept.value
        threads = [threading.Thread(target=deed) for deed in (come_back, come_back, notify, notify)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(statuses) == [200, 200, 303, 303]
        assert payer.books() == SETTLED

    def test_given_up_and_paid_all_the_same(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)
        payer.person.open(f"/payments/{payer.reference}")

        payer.person.browser.submit(f"/payments/{payer.reference}/cancellation")

        assert payer.books() == SETTLED

    def test_given_up_is_closed_at_stripe(self, payer: Payer, card: Card) -> None:
        payer.person.open(f"/payments/{payer.reference}")
        payer.person.browser.submit(f"/payments/{payer.reference}/cancellation")

        assert payer.books().state is PaymentState.CANCELLED
        assert card.read(payer.provider_ref)["status"] == "canceled"


class TestNotices:
    def test_stripes_own_signed_notice_before_the_browser_is_back(
        self, payer: Payer, card: Card, mailbox: Mailbox
    ) -> None:
        card.send_notices_to(mailbox.url)
        card.pay(payer.provider_ref)
        headers, body = mailbox.about(payer.provider_ref)

        # It was signed by the real clock.
        with time_machine.travel(real_now(), tick=False):
            assert payer.notify(headers, body) == 200
        assert payer.books() == SETTLED

        payer.come_back()
        assert payer.books() == SETTLED
        assert payer.notices() == ["paid"]

    def test_the_same_notice_seven_times(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)
        body = event(payer)

        assert [payer.notify(signed(body), body) for _ in range(7)] == [200] * 7

        assert payer.books() == SETTLED
        assert payer.notices() == ["paid"]

    def test_a_forged_one_is_refused_and_changes_nothing(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)
        body = event(payer)

        assert payer.notify(signed(body, secret="whsec_guessed"), body) == 400
        assert payer.notify({}, body) == 400
        assert payer.notify(signed(body), body.replace(b"succeeded", b"canceled")) == 400

        assert payer.books() == unpaid()
        assert payer.notices() == []

    def test_a_recorded_one_is_refused(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)
        body = event(payer)

        assert payer.notify(signed(body, at=NOW.timestamp() - 301), body) == 400

        assert payer.books() == unpaid()

    def test_a_signed_one_is_still_not_believed(self, payer: Payer) -> None:
        body = event(payer)

        assert payer.notify(signed(body), body) == 200

        assert payer.books() == unpaid()

    def test_out_of_order(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)
        for kind, key in (
            ("payment_intent.succeeded", "evt_3"),
            ("payment_intent.payment_failed", "evt_2"),
            ("payment_intent.created", "evt_1"),
        ):
            body = event(payer, kind, key)
            assert payer.notify(signed(body), body) == 200

        assert payer.books() == SETTLED

    def test_about_somebody_elses_payment(self, payer: Payer) -> None:
        body = event(payer).replace(payer.provider_ref.encode(), b"pi_of_another_shop")

        assert payer.notify(signed(body), body) == 200

        assert payer.books() == unpaid()

    def test_a_dispute_takes_the_money_back(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)
        payer.come_back()
        card.dispute(payer.provider_ref, AMOUNT)
        body = event(payer, "charge.dispute.created", "evt_9")

        payer.notify(signed(body), body)
        payer.notify(signed(body), body)

        assert payer.books() == replace(SETTLED, refunded=AMOUNT, open=AMOUNT, money=0)

    @pytest.mark.parametrize("status", ["won", "lost"])
    def test_a_dispute_ends(self, payer: Payer, card: Card, status: str) -> None:
        card.pay(payer.provider_ref)
        payer.come_back()
        card.dispute(payer.provider_ref, AMOUNT)
        body = event(payer, "charge.dispute.created", "evt_9")
        payer.notify(signed(body), body)
        card.end_dispute(payer.provider_ref, status)

        # The end is told first, then what came before it, then the end once more.
        for kind, key in (
            ("charge.dispute.closed", "evt_12"),
            ("charge.dispute.funds_withdrawn", "evt_10"),
            ("charge.dispute.closed", "evt_12"),
            ("charge.dispute.funds_reinstated", "evt_11"),
        ):
            body = event(payer, kind, key)
            assert payer.notify(signed(body), body) == 200

        lost = replace(SETTLED, refunded=AMOUNT, open=AMOUNT, money=0)
        assert payer.books() == (SETTLED if status == "won" else lost)
        page = payer.person.open(f"/payments/{payer.reference}").text
        assert "Taken back by the bank" in page
        assert ("Given back by the bank" in page) is (status == "won")


class TestRefund:
    def test_part_and_rest(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)
        payer.come_back()

        refund(payer, 4_000, "one")
        payer.work("refund_payment")
        assert card.refunds(payer.provider_ref) == [4_000]
        assert payer.books() == replace(SETTLED, refunded=4_000, open=4_000, money=7_000, receipts=0)

        refund(payer, 7_000, "two")
        payer.work("refund_payment")
        assert sorted(card.refunds(payer.provider_ref)) == [4_000, 7_000]
        assert payer.books().refunded == AMOUNT

    def test_never_more_than_was_paid(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)
        payer.come_back()
        refund(payer, 8_000, "one")

        # localstripe would send it: the guard is ours.
        with pytest.raises(Conflict) as refused:
            refund(payer, 3_001, "two")
        payer.work("refund_payment")

        assert refused.value.facts["left"] == 3_000
        assert card.refunds(payer.provider_ref) == [8_000]

    def test_of_nothing_paid(self, payer: Payer, card: Card) -> None:
        with pytest.raises(Conflict):
            refund(payer, 1_000)

        assert payer.books() == unpaid()

    def test_the_same_submission_goes_once(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)
        payer.come_back()

        assert refund(payer, 4_000) == refund(payer, 4_000)
        payer.work("refund_payment")

        assert card.refunds(payer.provider_ref) == [4_000]

    def test_made_in_stripes_own_pages(self, payer: Payer, card: Card, stripe: StripeProvider) -> None:
        card.pay(payer.provider_ref)
        payer.come_back()
        card.http.post("/v1/refunds", data={"payment_intent": payer.provider_ref, "amount": "4000"})
        body = event(payer, "charge.refunded", "evt_5")

        payer.notify(signed(body), body)

        assert payer.books() == replace(SETTLED, refunded=4_000, open=4_000, money=7_000)


class TestReconciliation:
    def test_what_no_notice_told_is_found_and_booked(self, payer: Payer, card: Card) -> None:
        card.pay(payer.provider_ref)
        with payer.database.transaction() as session:
            enqueue(session, "reconcile", {"day": real_day().isoformat()}, now=NOW)

        payer.work("reconcile", "fetch_payment")

        assert payer.books() == SETTLED
        with payer.database.reading() as session:
            (row,) = session.scalars(select(Reconciliation)).all()
        mine = [finding for finding in row.findings if finding["reference"] == payer.reference]
        assert [(finding["problem"], finding["theirs"]) for finding in mine] == [("state", "paid")]
