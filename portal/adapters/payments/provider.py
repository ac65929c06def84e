"""What the portal asks of a payment provider.

The person's browser, a webhook and the provider's own answer may all claim something about a payment. Only what the
provider answers when it is asked (``start``, ``confirm``, ``fetch``, ``refund``) is a report; everything else is at
most a reason to ask. No number of a card ever reaches the portal.

All calls go over the network and may take seconds: they are made outside any transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol


class ReportState(StrEnum):
    """How a payment stands, as the provider says."""

    PENDING = "pending"
    ACTION_REQUIRED = "action_required"
    WAITING_DEPOSIT = "waiting_deposit"
    AUTHORIZED = "authorized"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment as a provider needs to know it."""

    id: int
    reference: str
    """Ours, such as P7K2M9QXA; the provider's order id."""
    amount: int
    """Minor units."""
    currency: str
    provider_ref: str | None
    """The provider's own key, once it has given one."""
    description: str
    """What it is for, in the person's language: "Invoice HB-2026-000042"."""
    customer_name: str
    customer_email: str
    locale: str
    return_url: str
    """Where the person's browser comes back to."""
    cancel_url: str
    due: datetime | None = None
    """Until when money is waited for; null: the provider's own rule."""
    method: str = ""
    """What the person chose, where the provider has several: card, virtual_account."""
    secret: str = field(default="", repr=False)
    """What ``confirm`` gave as ``Report.secret``."""
    transfer_to: Mapping[str, str] = field(default_factory=dict)
    """The seller's bank account for the currency, as ``seller.bank_accounts`` has it; empty: there is none."""


@dataclass(frozen=True, slots=True)
class Start:
    """What the person does next; with neither field set the instructions say it."""

    provider_ref: str | None = None
    client: Mapping[str, str] = field(default_factory=dict)
    """What the provider's script on the page needs, such as its public key and a client secret."""
    redirect: str | None = None
    instructions: Mapping[str, str] = field(default_factory=dict)
    """Where to transfer to: bank, number, holder, reference, due (ISO date)."""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """How the provider says a payment stands. Amount and currency are its words and are compared with ours."""

    state: ReportState
    amount: int
    currency: str
    reference: str
    """Our reference, as the provider has it."""
    provider_ref: str
    method: str = ""
    refunded: int = 0
    """Of the amount, what has gone back in all, minor units."""
    disputed: int = 0
    """Of the amount, what the payer's bank has taken back, minor units."""
    won: int = 0
    """What it took back once and gave back for good: disputes that were won, minor units."""
    failure: str = ""
    """Why it failed: card_declined, insufficient_funds, expired_card, authentication_failed, limit_exceeded,
    cancelled_by_payer, deposit_expired, or other."""
    receipt_url: str = ""
    instructions: Mapping[str, str] = field(default_factory=dict)
    secret: str = field(default="", repr=False)
    expires_at: datetime | None = None
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class RefundReport:
    """What became of a refund."""

    done: bool
    provider_ref: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """What a webhook points at. It is never more than a reason to fetch."""

    notice_id: str
    """The provider's key of the notice; the same is taken in once."""
    provider_ref: str = ""
    reference: str = ""
    secret: str = field(default="", repr=False)
    """What a deposit's notice brought along, to be compared with the payment's."""
    kind: str = ""


class ProviderAway(Exception):
    """The provider could not be reached, or did not answer in time. Nothing is known; asking again is safe."""


class BadNotice(Exception):
    """A webhook that is not the provider's, or cannot be read."""


class PaymentProvider(Protocol):
    """A way to pay. All methods may raise ProviderAway."""

    code: str
    """In addresses and tables: bank_transfer, test_card, stripe, toss."""
    is_test: bool
    """True: no money moves."""
    methods: Sequence[str]
    """What a person can choose: card, virtual_account, transfer. At least one."""

    def takes(self, currency: str) -> bool:
        """Whether it takes money in this currency."""
        ...

    def script_sources(self) -> Mapping[str, Sequence[str]]:
        """What its page needs beyond our own server, by CSP directive (script-src, frame-src, connect-src)."""
        ...

    def start(self, attempt: Attempt, *, idempotency_key: str) -> Start:
        """Open the payment at the provider. The same key never opens a second one."""
        ...

    def confirm(self, attempt: Attempt, claims: Mapping[str, str], *, idempotency_key: str) -> Report:
        """Finish what the person's browser came back from. ``claims`` is its address: never to be believed."""
        ...

    def fetch(self, attempt: Attempt) -> Report:
        """Ask how it stands."""
        ...

    def cancel(self, attempt: Attempt) -> Report:
        """Give up a payment nobody has paid."""
        ...

    def refund(self, attempt: Attempt, amount: int, *, reason: str, idempotency_key: str) -> RefundReport:
        """Send ``amount`` (minor units) of it back. The same key never sends twice."""
        ...

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Hint]:
        """What a webhook points at; header names are lower case. Raises BadNotice."""
        ...

    def list_day(self, day: date) -> list[Report]:
        """Everything that was paid, refunded or disputed on a day (UTC), to compare with ours."""
        ...


Providers = Mapping[str, PaymentProvider]
"""The ways to pay that are set up, by code, in the order in which they are offered."""


def raw_facts(facts: Mapping[str, Any], keep: Sequence[str]) -> dict[str, Any]:
    """What of a provider's answer may be written down: the named fields, and nothing that looks like a card."""
    return {name: facts[name] for name in keep if name in facts}
