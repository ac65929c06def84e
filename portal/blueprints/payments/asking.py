"""Talking with providers for a request: always outside any transaction, and what they say goes through ``apply``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from portal.adapters.payments.provider import ProviderAway
from portal.extensions import now, own_transaction, reading, release_session, runtime
from portal.jobs.queue import enqueue
from portal.payments.actions import note_start
from portal.payments.apply import apply
from portal.payments.models import PaymentState
from portal.payments.queries import PaymentView, attempt_of
from portal.payments.rules import OPEN

ASK_SOON: Final = timedelta(seconds=30)
"""When the worker asks a provider that could not be reached."""


def start(payment_id: int, provider: str) -> bool:
    """Open a payment at its provider; False if that could not be reached, and nothing was lost."""
    release_session()
    with reading() as session:
        attempt = attempt_of(session, payment_id, runtime().settings.base_url)
    try:
        # The reference is the key: opened again, it is the same payment.
        started = runtime().providers[provider].start(attempt, idempotency_key=attempt.reference)
    except ProviderAway:
        return False
    with own_transaction() as session:
        note_start(session, payment_id, started, now())
    return True


def confirm(payment: PaymentView, claims: Mapping[str, str]) -> bool:
    """Finish a payment its person came back from; False if the provider could not be reached: it is asked again soon.

    A payment that was never opened, or that nothing is expected of any more, is left alone, so that coming back twice
    asks once.
    """
    release_session()
    if payment.state not in OPEN or payment.state is PaymentState.CREATED:
        return True
    provider = runtime().providers[payment.provider]
    with reading() as session:
        attempt = attempt_of(session, payment.id, runtime().settings.base_url)
    try:
        report = provider.confirm(attempt, claims, idempotency_key=f"confirm-{attempt.reference}")
    except ProviderAway:
        ask_later(payment.id)
        return False
    with own_transaction() as session:
        apply(session, payment.id, report, now=now())
    return True


def give_up(payment: PaymentView) -> PaymentState | None:
    """Cancel a payment at its provider; gives where it stands then, None if the provider could not be reached."""
    release_session()
    if payment.state not in OPEN:
        return payment.state
    with reading() as session:
        attempt = attempt_of(session, payment.id, runtime().settings.base_url)
    try:
        report = runtime().providers[payment.provider].cancel(attempt)
    except ProviderAway:
        return None
    with own_transaction() as session:
        return apply(session, payment.id, report, now=now())


def ask_later(payment_id: int) -> None:
    """Have the worker ask how a payment stands."""
    with own_transaction() as session:
        enqueue(session, "fetch_payment", {"payment_id": payment_id}, now=now(), run_after=now() + ASK_SOON)
