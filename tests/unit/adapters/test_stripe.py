"""Stripe's side of a payment, against localstripe in a process of its own; request shapes against stripe-mock."""

from __future__ import annotations

import json
import socket
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from portal.adapters.payments.provider import BadNotice, Hint, ProviderAway, ReportState
from portal.adapters.payments.stripe import CURRENCIES, StripeProvider
from portal.core.money import MINOR_DIGITS
from tests.payments_doubles.fixtures import card, localstripe, mailbox, stripe
from tests.payments_doubles.servers import (
    ASKS_FOR_CONFIRMATION,
    IS_DECLINED,
    Card,
    Mailbox,
    attempt,
    real_day,
    served_stripe_mock,
    signed,
    stripe_at,
    stripe_mock,
)

__all__ = ["card", "localstripe", "mailbox", "stripe"]

ZERO_DECIMAL = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
"""Currencies Stripe counts in whole units. Source: docs.stripe.com/currencies."""


def opened(stripe: StripeProvider, **changes):
    """An attempt Stripe knows of, and the client secret its page got."""
    asked = attempt(**changes)
    start = stripe.start(asked, idempotency_key=f"start:{asked.reference}")
    return replace(asked, provider_ref=start.provider_ref), start.client["secret"]


def notice(**about) -> bytes:
    return json.dumps(
        {"id": "evt_1", "object": "event", "type": "charge.refunded", "data": {"object": about}}
    ).encode()


class TestAmounts:
    def test_stripe_counts_in_the_minor_units_of_the_portal(self) -> None:
        for currency in CURRENCIES:
            assert (MINOR_DIGITS[currency] == 0) is (currency in ZERO_DECIMAL)

    @pytest.mark.parametrize(("currency", "amount"), [("KRW", 150_000), ("JPY", 9_900), ("USD", 12_345)])
    def test_the_intent_is_for_the_attempts_amount(self, stripe, card: Card, currency, amount) -> None:
        asked, _ = opened(stripe, amount=amount, currency=currency)

        intent = card.read(asked.provider_ref)

        assert (intent["amount"], intent["currency"]) == (amount, currency.lower())
        assert intent["metadata"] == {"reference": "P7K2M9QXA"}
        assert intent["allowed_payment_method_types"] == ["card"]

    def test_takes(self, stripe: StripeProvider) -> None:
        assert stripe.takes("KRW")
        assert not stripe.takes("BTC")


class TestStart:
    def test_the_page_gets_public_things_only(self, stripe: StripeProvider) -> None:
        start = stripe.start(attempt(), idempotency_key="one")

        assert set(start.client) == {"script", "key", "secret", "locale"}
        assert start.client["key"] == "pk_test_portal"
        assert start.client["secret"].startswith(f"{start.provider_ref}_secret_")
        assert "sk_test_portal" not in repr(start)

    def test_a_test_key_moves_no_money(self, localstripe: str) -> None:
        assert stripe_at(localstripe).is_test
        assert not stripe_at(localstripe, secret_key="sk_live_portal").is_test


class TestConfirm:
    def test_before_the_person_has_done_anything(self, stripe: StripeProvider) -> None:
        asked, _ = opened(stripe)

        report = stripe.confirm(asked, {"redirect_status": "succeeded"}, idempotency_key="c")

        assert (report.state, report.amount, report.failure) == (ReportState.ACTION_REQUIRED, 150_000, "")

    def test_paid(self, stripe: StripeProvider, card: Card) -> None:
        asked, _ = opened(stripe)
        card.pay(asked.provider_ref)

        report = stripe.confirm(asked, {}, idempotency_key="c")

        assert report.state is ReportState.PAID
        assert (report.amount, report.currency) == (150_000, "KRW")
        assert (report.reference, report.provider_ref) == (asked.reference, asked.provider_ref)
        assert (report.refunded, report.disputed, report.is_test) == (0, 0, True)

    def test_what_the_address_claims_is_not_believed(self, stripe: StripeProvider, card: Card) -> None:
        asked, _ = opened(stripe)
        other, _ = opened(stripe, reference="PQQQQQQQQ")
        card.pay(other.provider_ref)

        report = stripe.confirm(
            asked,
            {"payment_intent": str(other.provider_ref), "redirect_status": "succeeded"},
            idempotency_key="c",
        )

        assert (report.state, report.reference) == (ReportState.ACTION_REQUIRED, asked.reference)

    def test_a_declined_card_leaves_it_open_for_another(self, stripe: StripeProvider, card: Card) -> None:
        asked, _ = opened(stripe)

        assert card.pay(asked.provider_ref, IS_DECLINED).status_code == 402
        declined = stripe.fetch(asked)

        assert (declined.state, declined.failure) == (ReportState.ACTION_REQUIRED, "card_declined")

    def test_the_bank_asks_and_the_person_agrees(self, stripe: StripeProvider, card: Card) -> None:
        asked, secret = opened(stripe)
        card.pay(asked.provider_ref, ASKS_FOR_CONFIRMATION)
        assert stripe.fetch(asked).state is ReportState.ACTION_REQUIRED

        card.answer_bank(asked.provider_ref, secret, agrees=True)

        assert stripe.fetch(asked).state is ReportState.PAID

    def test_the_bank_asks_and_the_person_does_not(self, stripe: StripeProvider, card: Card) -> None:
        asked, secret = opened(stripe)
        card.pay(asked.provider_ref, ASKS_FOR_CONFIRMATION)

        card.answer_bank(asked.provider_ref, secret, agrees=False)

        report = stripe.fetch(asked)
        assert (report.state, report.failure) == (ReportState.ACTION_REQUIRED, "authentication_failed")

    def test_one_that_stripe_does_not_know_cannot_match_ours(self, stripe: StripeProvider) -> None:
        report = stripe.fetch(attempt(provider_ref="pi_of_nobody"))

        assert (report.amount, report.failure) == (0, "unknown_to_provider")

    def test_one_that_was_never_opened_waits(self, stripe: StripeProvider) -> None:
        assert stripe.fetch(attempt()).state is ReportState.PENDING


class TestCancel:
    def test_what_nobody_paid_is_given_up(self, stripe: StripeProvider, card: Card) -> None:
        asked, _ = opened(stripe)

        report = stripe.cancel(asked)

        assert report.state is ReportState.CANCELLED
        assert card.read(asked.provider_ref)["status"] == "canceled"

    def test_what_was_paid_meanwhile_stays_paid(self, stripe: StripeProvider, card: Card) -> None:
        asked, _ = opened(stripe)
        card.pay(asked.provider_ref)

        assert stripe.cancel(asked).state is ReportState.PAID


class TestRefund:
    def test_part_and_rest(self, stripe: StripeProvider, card: Card) -> None:
        asked, _ = opened(stripe)
        card.pay(asked.provider_ref)

        first = stripe.refund(asked, 50_000, reason="short", idempotency_key="r1")
        assert stripe.fetch(asked).refunded == 50_000
        second = stripe.refund(asked, 100_000, reason="the rest", idempotency_key="r2")

        assert first.done
        assert second.done
        assert first.provider_ref != second.provider_ref
        assert sorted(card.refunds(asked.provider_ref)) == [50_000, 100_000]
        report = stripe.fetch(asked)
        assert (report.state, report.refunded) == (ReportState.PAID, 150_000)

    def test_of_nothing_paid_is_refused(self, stripe: StripeProvider, card: Card) -> None:
        asked, _ = opened(stripe)

        assert not stripe.refund(asked, 1, reason="", idempotency_key="r").done
        assert not stripe.refund(attempt(), 1, reason="", idempotency_key="r").done

    def test_a_dispute_is_counted_until_it_is_won(self, stripe: StripeProvider, card: Card) -> None:
        asked, _ = opened(stripe)
        card.pay(asked.provider_ref)
        card.dispute(asked.provider_ref, 150_000)
        card.dispute(asked.provider_ref, 70_000, status="won")

        report = stripe.fetch(asked)
        assert (report.disputed, report.won) == (150_000, 70_000)


class TestWebhook:
    def test_a_signed_one_names_the_intent(self, stripe, card: Card, mailbox: Mailbox) -> None:
        card.send_notices_to(mailbox.url)
        asked, _ = opened(stripe)
        card.pay(asked.provider_ref)
        headers, body = mailbox.about(asked.provider_ref)

        (hint,) = stripe.parse_webhook(headers, body)

        assert hint.provider_ref == asked.provider_ref
        assert hint.reference == asked.reference
        assert hint.kind == "payment_intent.succeeded"
        assert hint.notice_id == json.loads(body)["id"]

    def test_a_changed_body_is_refused(self, stripe: StripeProvider) -> None:
        body = notice(object="charge", payment_intent="pi_1")

        with pytest.raises(BadNotice):
            stripe.parse_webhook(signed(body), body.replace(b"pi_1", b"pi_2"))

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"stripe-signature": "nonsense"},
            signed(notice(), secret="whsec_of_somebody"),
            signed(notice(), at=time.time() - 3600),
        ],
        ids=["none", "nonsense", "forged", "recorded an hour ago"],
    )
    def test_a_bad_signature_is_refused(self, stripe: StripeProvider, headers) -> None:
        with pytest.raises(BadNotice):
            stripe.parse_webhook(headers, notice())

    @pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"object": "event"}'])
    def test_signed_nonsense_is_refused(self, stripe: StripeProvider, body: bytes) -> None:
        with pytest.raises(BadNotice):
            stripe.parse_webhook(signed(body), body)

    @pytest.mark.parametrize("kind", ["charge", "refund", "dispute"])
    def test_what_belongs_to_an_intent_names_it(self, stripe: StripeProvider, kind: str) -> None:
        body = notice(object=kind, id="x_1", payment_intent="pi_1")

        assert stripe.parse_webhook(signed(body), body) == [
            Hint(notice_id="evt_1", provider_ref="pi_1", kind="charge.refunded")
        ]

    def test_another_subject_is_no_payment(self, stripe: StripeProvider) -> None:
        body = notice(object="customer", id="cus_1")

        assert stripe.parse_webhook(signed(body), body) == []


class TestListDay:
    def test_lists_what_moved_that_day(self, stripe: StripeProvider, card: Card) -> None:
        asked, _ = opened(stripe)
        card.pay(asked.provider_ref)
        stripe.refund(asked, 50_000, reason="", idempotency_key="r")
        untouched, _ = opened(stripe)

        listed = {report.provider_ref: report for report in stripe.list_day(real_day())}

        assert listed[str(asked.provider_ref)].refunded == 50_000
        assert untouched.provider_ref not in listed

    def test_another_day_is_another_day(self, stripe: StripeProvider, card: Card) -> None:
        asked, _ = opened(stripe)
        card.pay(asked.provider_ref)

        assert stripe.list_day(real_day() - timedelta(days=2)) == []


class TestAway:
    def test_nobody_listens(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with closing(stripe_at(f"http://127.0.0.1:{port}")) as away:
            with pytest.raises(ProviderAway):
                away.start(attempt(), idempotency_key="a")
            with pytest.raises(ProviderAway):
                away.fetch(attempt(provider_ref="pi_1"))

    def test_what_stripe_does_not_take_is_logged_and_told_as_being_away(self, stripe, caplog) -> None:
        with pytest.raises(ProviderAway):
            stripe.start(attempt(amount=0), idempotency_key="a")

        assert "refuses a request" in caplog.text

    def test_a_refused_key_is_told_as_being_away(self, localstripe: str, caplog) -> None:
        with closing(stripe_at(localstripe, secret_key="rk_wrong")) as wrong, pytest.raises(ProviderAway):
            wrong.fetch(attempt(provider_ref="pi_1"))

        assert "refuses the key" in caplog.text


@pytest.mark.slow
class TestShapes:
    """stripe-mock refuses what Stripe's own description of its interface does not have."""

    def test_every_request_has_the_shape_stripe_takes(self) -> None:
        program = stripe_mock()
        if program is None:
            pytest.skip("stripe-mock is not installed: scripts/setup.sh --test installs it where Go is")
        with served_stripe_mock(program) as api, closing(stripe_at(api)) as provider:
            start = provider.start(attempt(), idempotency_key="a")
            asked = attempt(provider_ref=start.provider_ref)

            assert provider.fetch(asked).currency == "USD"
            assert provider.cancel(asked).provider_ref
            assert provider.refund(asked, 10, reason="short", idempotency_key="b").provider_ref.startswith(
                "re_"
            )
            # Its made-up charges name no intent; what counts is that it took the questions.
            assert provider.list_day(real_day()) == []
            assert httpx.get(f"{api}/v1/disputes?since=1", auth=("sk_test_x", "")).status_code == 400
