"""Payments by card through Stripe: PaymentIntents, and the Payment Element on the page.

The card is typed into Stripe's own frame; the portal knows the PaymentIntent's key and asks Stripe how it stands.
Stripe counts the portal's currencies in the same minor units as the portal does: won and yen without decimals.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import stripe

from portal.adapters.payments._http import TIMEOUT_SECONDS
from portal.adapters.payments.provider import (
    Attempt,
    BadNotice,
    Hint,
    ProviderAway,
    RefundReport,
    Report,
    ReportState,
    Start,
)

log = logging.getLogger("portal.payments.stripe")

CURRENCIES: Final = frozenset({"KRW", "JPY", "USD", "CAD", "EUR", "GBP"})

SCRIPT: Final = "https://js.stripe.com/v3/"
"""Stripe asks that its script comes from its own server, always, and is never kept elsewhere."""

SIGNATURE_TOLERANCE_SECONDS: Final = 300
"""How old a signed notice may be; older ones may have been recorded and sent again."""

PAGE_SIZE: Final = 100
"""The most that Stripe lists at once."""

STATES: Final[Mapping[str, ReportState]] = {
    "requires_payment_method": ReportState.ACTION_REQUIRED,
    "requires_confirmation": ReportState.ACTION_REQUIRED,
    "requires_action": ReportState.ACTION_REQUIRED,
    "processing": ReportState.PENDING,
    "requires_capture": ReportState.AUTHORIZED,
    "succeeded": ReportState.PAID,
    "canceled": ReportState.CANCELLED,
}

FAILURES: Final[Mapping[str, str]] = {
    # Stripe's decline codes and error codes, as the pages explain them; what is not named here is `other`.
    "card_declined": "card_declined",
    "generic_decline": "card_declined",
    "do_not_honor": "card_declined",
    "fraudulent": "card_declined",
    "lost_card": "card_declined",
    "stolen_card": "card_declined",
    "pickup_card": "card_declined",
    "transaction_not_allowed": "card_declined",
    "incorrect_number": "card_declined",
    "incorrect_cvc": "card_declined",
    "invalid_cvc": "card_declined",
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
    "authentication_required": "authentication_failed",
    "payment_intent_authentication_failure": "authentication_failed",
    "card_velocity_exceeded": "limit_exceeded",
    "withdrawal_count_limit_exceeded": "limit_exceeded",
    "amount_too_large": "limit_exceeded",
}

WON: Final = "won"
"""State of a dispute whose money the payer's bank gave back."""

NOTHING_TAKEN: Final = frozenset(
    {WON, "prevented", "warning_closed", "warning_needs_response", "warning_under_review"}
)
"""States of a dispute in which the payer's bank holds none of the money."""


class StripeProvider:
    """Stripe. All methods that ask it raise ProviderAway when it does not answer."""

    code = "stripe"
    methods: Sequence[str] = ("card",)

    def __init__(
        self, secret_key: str, publishable_key: str, webhook_secret: str, api: str | None = None
    ) -> None:
        """``api`` is where Stripe's interface is, for tests; None: at Stripe."""
        self.is_test = "_test_" in secret_key
        self._publishable_key = publishable_key
        self._webhook_secret = webhook_secret
        self._http = stripe.RequestsClient(timeout=TIMEOUT_SECONDS)
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api} if api else {},
            # Whoever asks decides whether to ask again: a person, or a job.
            max_network_retries=0,
            http_client=self._http,
        )

    def close(self) -> None:
        """Give back the connections of this thread."""
        self._http.close()  # type: ignore[no-untyped-call]

    def takes(self, currency: str) -> bool:
        """Whether it takes money in this currency."""
        return currency in CURRENCIES

    def script_sources(self) -> Mapping[str, Sequence[str]]:
        """Stripe's script, its frames (the card's fields, the bank's confirmation), and what they ask."""
        return {
            "script-src": ("https://js.stripe.com", "https://*.js.stripe.com"),
            "frame-src": ("https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"),
            "connect-src": ("https://api.stripe.com",),
        }

    def start(self, attempt: Attempt, *, idempotency_key: str) -> Start:
        """Open a PaymentIntent of exactly this amount; the page needs its client secret."""
        with _asking():
            intent = self._client.v1.payment_intents.create(
                {
                    "amount": attempt.amount,
                    "currency": attempt.currency.lower(),
                    "allowed_payment_method_types": ["card"],
                    "description": attempt.description,
                    "metadata": {"reference": attempt.reference},
                },
                {"idempotency_key": idempotency_key},
            )
        return Start(
            provider_ref=intent.id,
            client={
                "script": SCRIPT,
                "key": self._publishable_key,
                "secret": intent.client_secret or "",
                "locale": attempt.locale.replace("_", "-"),
            },
        )

    def confirm(
        self,
        attempt: Attempt,
        claims: Mapping[str, str],  # noqa: ARG002 - the page's address proves nothing
        *,
        idempotency_key: str,  # noqa: ARG002 - only asks
    ) -> Report:
        """Ask how it stands: the page has confirmed it with Stripe already, whatever its address says."""
        return self.fetch(attempt)

    def fetch(self, attempt: Attempt) -> Report:
        """Ask how it stands. One that Stripe does not know is reported with an amount of 0."""
        if attempt.provider_ref is None:
            # Nobody has been given its client secret, so nobody can have paid it.
            return _nothing_there(attempt)
        with _asking():
            try:
                return self._report(attempt.provider_ref)
            except stripe.InvalidRequestError as error:
                if error.http_status != 404:
                    raise
        return Report(
            state=ReportState.FAILED,
            amount=0,
            currency=attempt.currency,
            reference="",
            provider_ref=attempt.provider_ref,
            failure="unknown_to_provider",
            is_test=self.is_test,
        )

    def cancel(self, attempt: Attempt) -> Report:
        """Give it up. One that was paid meanwhile stays paid, and is reported so."""
        if attempt.provider_ref is None:
            return _nothing_there(attempt, ReportState.CANCELLED)
        with _asking():
            try:
                self._client.v1.payment_intents.cancel(attempt.provider_ref)
            except stripe.InvalidRequestError as error:
                log.info("Stripe cancels %s no more: %s", attempt.reference, error.code)
        return self.fetch(attempt)

    def refund(self, attempt: Attempt, amount: int, *, reason: str, idempotency_key: str) -> RefundReport:
        """Send some of it back, in minor units."""
        if attempt.provider_ref is None:
            return RefundReport(done=False, provider_ref="", failure="not_paid")
        with _asking():
            try:
                refund = self._client.v1.refunds.create(
                    {
                        "payment_intent": attempt.provider_ref,
                        "amount": amount,
                        "metadata": {"reference": attempt.reference, "reason": reason},
                    },
                    {"idempotency_key": idempotency_key},
                )
            except (stripe.InvalidRequestError, stripe.CardError) as error:
                return RefundReport(done=False, provider_ref="", failure=error.code or "refused")
        # With cards "pending" is a bank that takes its time; a refund that fails later is told to the seller by Stripe.
        done = refund.status in {"succeeded", "pending"}
        return RefundReport(
            done=done, provider_ref=refund.id, failure="" if done else refund.failure_reason or "refused"
        )

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Hint]:
        """The PaymentIntent a signed notice is about; none for a notice about something else. Raises BadNotice."""
        try:
            event = self._client.construct_event(
                body,
                headers.get("stripe-signature"),
                self._webhook_secret,
                SIGNATURE_TOLERANCE_SECONDS,
            ).to_dict()
            notice_id, kind, about = event["id"], event["type"], event["data"]["object"]
        except (ValueError, KeyError, TypeError, AttributeError, stripe.StripeError) as error:
            raise BadNotice(type(error).__name__) from error
        # Charges, refunds and disputes name the intent they belong to.
        intent = about.get("id") if about.get("object") == "payment_intent" else about.get("payment_intent")
        if isinstance(intent, dict):
            intent = intent.get("id")
        if not intent:
            return []
        reference = (about.get("metadata") or {}).get("reference", "")
        return [Hint(notice_id=notice_id, provider_ref=intent, reference=reference, kind=kind)]

    def list_day(self, day: date) -> list[Report]:
        """How every payment stands that was charged (or declined), refunded or disputed on a day (UTC)."""
        start = datetime.combine(day, time(), UTC)
        created: dict[str, int] = {
            "gte": int(start.timestamp()),
            "lt": int((start + timedelta(days=1)).timestamp()),
        }
        asked: Any = {"created": created, "limit": PAGE_SIZE}
        with _asking():
            listed: list[Any] = [
                self._client.v1.charges.list(asked),
                self._client.v1.refunds.list(asked),
                self._client.v1.disputes.list(asked),
            ]
            # Each once, however often it was refunded.
            intents = dict.fromkeys(
                _key_of(row.payment_intent)
                for page in listed
                for row in page.auto_paging_iter()
                if row.payment_intent
            )
            return [self._report(key) for key in intents]

    def _report(self, intent_key: str) -> Report:
        intent: Any = self._client.v1.payment_intents.retrieve(intent_key, {"expand": ["latest_charge"]})
        charge = intent.latest_charge
        state = STATES.get(intent.status, ReportState.PENDING)
        failure = ""
        if state is ReportState.ACTION_REQUIRED and intent.last_payment_error is not None:
            # A declined card is not the end: the same intent takes another card, so nobody pays twice.
            failure = _failure(intent.last_payment_error)
        elif state is ReportState.CANCELLED:
            failure = "cancelled_by_payer"
        # It stays true of a charge whatever became of the dispute.
        disputed, won = self._disputes(intent_key) if getattr(charge, "disputed", False) else (0, 0)
        return Report(
            state=state,
            amount=intent.amount,
            currency=intent.currency.upper(),
            reference=getattr(intent.metadata, "reference", ""),
            provider_ref=intent.id,
            method="card",
            refunded=charge.amount_refunded if charge is not None and state is ReportState.PAID else 0,
            disputed=disputed,
            won=won,
            failure=failure,
            receipt_url=getattr(charge, "receipt_url", None) or "",
            is_test=not intent.livemode,
        )

    def _disputes(self, intent_key: str) -> tuple[int, int]:
        """What disputes have taken back, and what they took and gave back."""
        listed = self._client.v1.disputes.list({"payment_intent": intent_key, "limit": PAGE_SIZE})
        found = [(dispute.status, dispute.amount) for dispute in listed.auto_paging_iter()]
        taken = sum(amount for status, amount in found if status not in NOTHING_TAKEN)
        return taken, sum(amount for status, amount in found if status == WON)


@contextmanager
def _asking() -> Iterator[None]:
    """Turn what keeps Stripe from answering into ProviderAway."""
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        # People can do nothing about it, and are told what they are told when Stripe is away.
        log.error("Stripe refuses the key of this portal: %s", error.code)
        raise ProviderAway("the key is refused") from error
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.IdempotencyError) as error:
        # An idempotency error: the same request is being answered elsewhere at this moment.
        raise ProviderAway(type(error).__name__) from error
    except stripe.StripeError as error:
        # Such as an amount below what Stripe takes: nothing happened there, and somebody has to look.
        log.error("Stripe refuses a request of this portal: %s %s", type(error).__name__, error.code)
        raise ProviderAway(type(error).__name__) from error


def _nothing_there(attempt: Attempt, state: ReportState = ReportState.PENDING) -> Report:
    return Report(
        state=state,
        amount=attempt.amount,
        currency=attempt.currency,
        reference=attempt.reference,
        provider_ref="",
    )


def _failure(error: Any) -> str:
    decline = getattr(error, "decline_code", None) or ""
    code = getattr(error, "code", None) or ""
    return FAILURES.get(decline) or FAILURES.get(code) or "other"


def _key_of(named: Any) -> str:
    return named if isinstance(named, str) else str(named.id)
