"""Toss's side of a payment, against a double written from its public contract, in a process of its own."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal.adapters.payments.provider import BadNotice, ProviderAway, ReportState
from portal.adapters.payments.toss import TossProvider
from tests.payments_doubles.fixtures import toss, toss_server, tossed
from tests.payments_doubles.servers import TossDouble, attempt, real_day, toss_at

__all__ = ["toss", "toss_server", "tossed"]

COUNT = iter(range(10_000))


@pytest.fixture
def asked():
    """An attempt with a reference of its own: the double remembers."""
    return attempt(reference=f"PTEST{next(COUNT):05d}")


def paid(toss: TossProvider, tossed: TossDouble, asked, **window):
    """Pay in the window and confirm; gives the attempt with its key, and the report."""
    back = tossed.window(orderId=asked.reference, amount=asked.amount, **window)
    report = toss.confirm(asked, back, idempotency_key="k")
    return replace(
        asked, provider_ref=report.provider_ref or None, secret=report.secret, method=report.method
    ), report


def test_takes_won_alone(toss: TossProvider) -> None:
    assert toss.takes("KRW")
    assert not toss.takes("USD")


def test_a_test_key_moves_no_money(toss: TossProvider, toss_server: str) -> None:
    assert toss.is_test
    with closing(toss_at(toss_server, "live_sk_x")) as live:
        assert not live.is_test


def test_the_page_gets_public_things_only(toss: TossProvider, asked) -> None:
    start = toss.start(asked, idempotency_key="k")

    assert start.provider_ref is None
    assert start.client["order"] == asked.reference
    assert start.client["amount"] == "150000"
    assert start.client["method"] == "CARD"
    assert "test_sk" not in repr(start)


def test_a_transfer_has_until_its_day(toss: TossProvider, asked) -> None:
    due = datetime(2026, 11, 26, 14, 59, tzinfo=UTC)

    start = toss.start(replace(asked, method="virtual_account", due=due), idempotency_key="k")

    assert (start.client["method"], start.client["due"]) == ("VIRTUAL_ACCOUNT", "2026-11-26T23:59:00")


class TestConfirm:
    def test_paid(self, toss: TossProvider, tossed: TossDouble, asked) -> None:
        _, report = paid(toss, tossed, asked)

        assert report.state is ReportState.PAID
        assert (report.amount, report.currency, report.reference) == (150_000, "KRW", asked.reference)
        assert (report.method, report.refunded, report.is_test) == ("card", 0, True)
        assert report.receipt_url.startswith("https://")

    @pytest.mark.parametrize("claimed", ["100", "150001", "", "x", "-150000", "１５００００", "9" * 400])
    def test_another_amount_is_reported_and_never_confirmed(self, toss, tossed, asked, claimed: str) -> None:
        back = tossed.window(orderId=asked.reference, amount=asked.amount) | {"amount": claimed}

        report = toss.confirm(asked, back, idempotency_key="k")

        assert report.amount != asked.amount
        assert report.state is not ReportState.PAID
        assert tossed.confirmations(asked.reference) == []

    def test_another_order_is_reported_and_never_confirmed(self, toss, tossed, asked) -> None:
        back = tossed.window(orderId="PSOMEBODY", amount=asked.amount)

        report = toss.confirm(asked, back, idempotency_key="k")

        assert report.reference == "PSOMEBODY"
        assert tossed.confirmations("PSOMEBODY") == []

    def test_a_window_opened_for_less_is_not_confirmed(self, toss, tossed, asked) -> None:
        back = tossed.window(orderId=asked.reference, amount=100) | {"amount": "150000"}

        report = toss.confirm(asked, back, idempotency_key="k")

        assert (report.state, report.amount) == (ReportState.ACTION_REQUIRED, 100)

    def test_coming_back_twice_confirms_once(self, toss, tossed, asked) -> None:
        back = tossed.window(orderId=asked.reference, amount=asked.amount)
        first = toss.confirm(asked, back, idempotency_key="k")

        again = toss.confirm(replace(asked, provider_ref=first.provider_ref), back, idempotency_key="k")
        unaware = toss.confirm(asked, back, idempotency_key="k")

        assert first == again == unaware
        # Once for the first, once for the one that did not know yet: Toss gave it the first answer again.
        keys = {call["idempotency_key"] for call in tossed.confirmations(asked.reference)}
        assert len(keys) == 1

    def test_a_lost_answer_is_asked_for_again(self, toss, tossed, asked) -> None:
        back = tossed.window(orderId=asked.reference, amount=asked.amount)
        tossed.fault(path="/v1/payments/confirm", status=0, done=True)

        with pytest.raises(ProviderAway):
            toss.confirm(asked, back, idempotency_key="k")

        assert toss.fetch(asked).state is ReportState.PAID
        assert toss.confirm(asked, back, idempotency_key="k").state is ReportState.PAID

    def test_a_declined_card_leaves_it_open_for_another(self, toss, tossed, asked) -> None:
        refused, report = paid(toss, tossed, asked, refused="REJECT_CARD_COMPANY")
        assert (report.state, report.failure) == (ReportState.ACTION_REQUIRED, "card_declined")
        assert refused.provider_ref is None

        _, second = paid(toss, tossed, asked)

        assert second.state is ReportState.PAID

    def test_given_up_in_the_window(self, toss, asked) -> None:
        report = toss.confirm(
            asked, {"code": "PAY_PROCESS_CANCELED", "orderId": asked.reference}, idempotency_key="k"
        )

        assert (report.state, report.failure) == (ReportState.ACTION_REQUIRED, "cancelled_by_payer")
        assert report.amount == asked.amount

    def test_an_address_that_says_it_failed_does_not_undo_a_payment(self, toss, tossed, asked) -> None:
        known, _ = paid(toss, tossed, asked)

        assert toss.confirm(known, {"code": "USER_CANCEL"}, idempotency_key="k").state is ReportState.PAID

    def test_a_key_that_toss_does_not_know_cannot_match_ours(self, toss, asked) -> None:
        report = toss.fetch(replace(asked, provider_ref="tviva-of-nobody"))

        assert (report.amount, report.failure) == (0, "unknown_to_provider")


class TestVirtualAccount:
    def waiting(self, toss, tossed, asked):
        return paid(toss, tossed, asked, method="가상계좌")

    def test_says_where_to_transfer_to(self, toss, tossed, asked) -> None:
        _, report = self.waiting(toss, tossed, asked)

        assert report.state is ReportState.WAITING_DEPOSIT
        assert report.method == "virtual_account"
        assert report.instructions["bank"] == "우리은행"
        assert report.instructions["number"] == "X6505636518308"
        assert report.instructions["reference"] == asked.reference
        assert report.expires_at is not None
        assert report.instructions["due"] == report.expires_at.date().isoformat()
        assert report.secret.startswith("ps_")
        assert report.secret not in repr(report)

    def test_paid_once_the_money_is_there(self, toss, tossed, asked) -> None:
        known, _ = self.waiting(toss, tossed, asked)
        assert toss.fetch(known).state is ReportState.WAITING_DEPOSIT

        tossed.deposit(orderId=asked.reference)

        assert toss.fetch(known).state is ReportState.PAID

    def test_not_paid_in_time(self, toss, tossed, asked) -> None:
        known, _ = self.waiting(toss, tossed, asked)
        tossed.expire(orderId=asked.reference)

        report = toss.fetch(known)

        assert (report.state, report.failure) == (ReportState.EXPIRED, "deposit_expired")

    def test_a_deposit_told_of_by_mistake_is_told_as_waiting(self, toss, tossed, asked) -> None:
        known, _ = self.waiting(toss, tossed, asked)
        tossed.deposit(orderId=asked.reference)
        tossed.annul(orderId=asked.reference)

        assert toss.fetch(known).state is ReportState.WAITING_DEPOSIT

    def test_given_up_by_us(self, toss, tossed, asked) -> None:
        known, _ = self.waiting(toss, tossed, asked)

        assert toss.cancel(known).state is ReportState.CANCELLED
        assert toss.fetch(known).state is ReportState.CANCELLED

    def test_given_up_by_us_but_paid_meanwhile(self, toss, tossed, asked) -> None:
        known, _ = self.waiting(toss, tossed, asked)
        tossed.deposit(orderId=asked.reference)

        report = toss.cancel(known)

        assert (report.state, report.refunded) == (ReportState.PAID, 0)

    def test_goes_back_by_hand(self, toss, tossed, asked) -> None:
        known, _ = self.waiting(toss, tossed, asked)
        tossed.deposit(orderId=asked.reference)

        report = toss.refund(known, 1000, reason="short", idempotency_key="r")

        assert (report.done, report.failure) == (False, "by_hand")
        assert toss.fetch(known).refunded == 0


class TestCancelAndRefund:
    def test_an_unpaid_card_is_given_up_without_a_word(self, toss, tossed, asked) -> None:
        assert toss.cancel(asked).state is ReportState.CANCELLED
        assert not [call for call in tossed.made("/cancel") if asked.reference in call["path"]]

    def test_a_paid_card_is_not_cancelled(self, toss, tossed, asked) -> None:
        known, _ = paid(toss, tossed, asked)

        report = toss.cancel(known)

        assert (report.state, report.refunded) == (ReportState.PAID, 0)

    def test_part_and_rest(self, toss, tossed, asked) -> None:
        known, _ = paid(toss, tossed, asked)

        first = toss.refund(known, 50_000, reason="short", idempotency_key="r1")
        assert toss.fetch(known).refunded == 50_000
        second = toss.refund(known, 100_000, reason="rest", idempotency_key="r2")

        assert first.done
        assert second.done
        report = toss.fetch(known)
        assert (report.state, report.refunded) == (ReportState.PAID, 150_000)

    def test_the_same_refund_twice_goes_once(self, toss, tossed, asked) -> None:
        known, _ = paid(toss, tossed, asked)

        first = toss.refund(known, 50_000, reason="short", idempotency_key="r1")
        again = toss.refund(known, 50_000, reason="short", idempotency_key="r1")

        assert first == again
        assert toss.fetch(known).refunded == 50_000

    def test_more_than_is_left_is_refused(self, toss, tossed, asked) -> None:
        known, _ = paid(toss, tossed, asked)

        report = toss.refund(known, 150_001, reason="", idempotency_key="r1")

        assert (report.done, report.failure) == (False, "not_cancelable_amount")
        assert toss.fetch(known).refunded == 0


class TestWebhook:
    def test_a_status_notice_points_at_the_payment(self, toss: TossProvider) -> None:
        body = {
            "eventType": "PAYMENT_STATUS_CHANGED",
            "createdAt": "2026-11-23T10:00:00.000000",
            "data": {"paymentKey": "tviva1", "orderId": "P7K2M9QXA", "status": "DONE", "secret": None},
        }

        (hint,) = toss.parse_webhook(
            {"tosspayments-webhook-transmission-id": "whtrans_1"}, json.dumps(body).encode()
        )

        assert (hint.notice_id, hint.provider_ref, hint.reference) == ("whtrans_1", "tviva1", "P7K2M9QXA")
        assert (hint.kind, hint.secret) == ("PAYMENT_STATUS_CHANGED", "")

    def test_a_deposits_notice_brings_its_secret(self, toss: TossProvider) -> None:
        body = json.dumps(
            {"secret": "ps_1", "status": "DONE", "orderId": "P7K2M9QXA", "transactionKey": "t"}
        ).encode()

        (hint,) = toss.parse_webhook({}, body)
        (again,) = toss.parse_webhook({}, body)

        assert (hint.kind, hint.reference, hint.secret) == ("DEPOSIT_CALLBACK", "P7K2M9QXA", "ps_1")
        assert hint.notice_id == again.notice_id
        assert "ps_1" not in repr(hint)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"x",
            b"[]",
            b'"x"',
            b"\xff\xfe",
            b'{"data": []}',
            b'{"secret": "\\u0000", "orderId": "P"}',
            '{"secret": "\u00e9", "orderId": "P"}'.encode(),
        ],
    )
    def test_nonsense_is_refused(self, toss: TossProvider, body: bytes) -> None:
        with pytest.raises(BadNotice):
            toss.parse_webhook({}, body)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"eventType": "PAYMENT_STATUS_CHANGED", "data": {}},
            {"eventType": "payout.changed", "data": {"orderId": "P1"}},
            {"eventType": "PAYMENT_STATUS_CHANGED", "data": {"orderId": 5}},
        ],
    )
    def test_what_is_about_no_payment_points_nowhere(self, toss: TossProvider, body: dict) -> None:
        assert toss.parse_webhook({}, json.dumps(body).encode()) == []


class TestListDay:
    def test_lists_what_moved_that_day_each_once(self, toss, tossed, asked) -> None:
        known, _ = paid(toss, tossed, asked)
        toss.refund(known, 50_000, reason="", idempotency_key="r")

        mine = [report for report in toss.list_day(real_day()) if report.reference == asked.reference]

        assert [(report.state, report.refunded) for report in mine] == [(ReportState.PAID, 50_000)]

    def test_reads_on_where_a_list_ends(self, toss, tossed, monkeypatch) -> None:
        monkeypatch.setattr("portal.adapters.payments.toss.LISTED_AT_ONCE", 2)
        several = [attempt(reference=f"PLIST{next(COUNT):05d}") for _ in range(5)]
        for one in several:
            paid(toss, tossed, one)

        listed = {report.reference for report in toss.list_day(real_day())}

        assert {one.reference for one in several} <= listed

    def test_another_day_is_another_day(self, toss, tossed, asked) -> None:
        paid(toss, tossed, asked)

        assert toss.list_day(real_day() - timedelta(days=2)) == []


class TestAway:
    def test_nobody_listens(self, asked) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]

        with closing(toss_at(f"http://127.0.0.1:{port}")) as away, pytest.raises(ProviderAway):
            away.fetch(asked)

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_busy_or_broken(self, toss, tossed, asked, status: int) -> None:
        tossed.fault(path=f"/v1/payments/orders/{asked.reference}", status=status)

        with pytest.raises(ProviderAway):
            toss.fetch(asked)

        assert toss.fetch(asked).state is ReportState.ACTION_REQUIRED

    def test_the_same_request_under_way_elsewhere(self, toss, tossed, asked) -> None:
        back = tossed.window(orderId=asked.reference, amount=asked.amount)
        tossed.fault(path="/v1/payments/confirm", status=409, code="IDEMPOTENT_REQUEST_PROCESSING")

        with pytest.raises(ProviderAway):
            toss.confirm(asked, back, idempotency_key="k")

    def test_a_refused_key_is_told_as_being_away(self, toss_server: str, asked, caplog) -> None:
        with closing(toss_at(toss_server, "test_sk_wrong")) as wrong, pytest.raises(ProviderAway):
            wrong.fetch(asked)

        assert "refuses the key" in caplog.text
