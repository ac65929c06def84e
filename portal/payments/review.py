"""Payments of which a provider said something else than was asked for: a person decides what becomes of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import Conflict, Refused
from portal.payments.holding import Held, hold_payment, note_event, write_payment
from portal.payments.models import PaymentEvent, PaymentEventKind, PaymentState
from portal.payments.rules import REFUSED
from portal.payments.settling import settle

ACCEPTABLE: Final = frozenset({"amount_differs", "other_payment"})
"""What money may differ in and still be booked as the payment's; other money is not the account's to use."""


def accept(session: Session, payment_id: int, *, note: str, actor_id: int, now: datetime) -> None:
    """Book what the provider says it received as what was paid; it settles what it reaches for.

    Raises NotFound; Conflict ``not_in_review``; Refused ``not_acceptable`` (``why``) where no money arrived, or money
    of another currency or payment.
    """
    held, facts = _reviewed(session, payment_id)
    if facts.get("why") not in ACCEPTABLE or facts.get("state") != PaymentState.PAID.value:
        raise Refused("not_acceptable", why=facts.get("why"))
    # It goes back, if it has to, under the key under which it came.
    ref = facts.get("provider_ref") or held.payment.provider_ref or None
    write_payment(session, payment_id, now, provider_ref=ref)
    settle(session, held, now, amount=int(facts["amount"]), actor_id=actor_id)
    _note(session, payment_id, "accepted", note, actor_id, now)


def refuse(session: Session, payment_id: int, *, note: str, actor_id: int, now: datetime) -> None:
    """Close the payment without booking anything. Raises NotFound; Conflict ``not_in_review``."""
    _reviewed(session, payment_id)
    write_payment(session, payment_id, now, state=PaymentState.CANCELLED, failure=REFUSED)
    _note(session, payment_id, "refused", note, actor_id, now)


def _reviewed(session: Session, payment_id: int) -> tuple[Held, dict[str, Any]]:
    held = hold_payment(session, payment_id)
    if held.payment.state is not PaymentState.REVIEW:
        raise Conflict("not_in_review", state=held.payment.state)
    facts = session.scalar(
        select(PaymentEvent.facts)
        .where(PaymentEvent.payment_id == payment_id, PaymentEvent.kind == PaymentEventKind.REVIEW)
        .order_by(PaymentEvent.id.desc())
        .limit(1)
    )
    return held, facts or {}


def _note(session: Session, payment_id: int, decision: str, note: str, actor_id: int, now: datetime) -> None:
    note_event(
        session,
        payment_id,
        PaymentEventKind.DECIDED,
        now,
        actor_id=actor_id,
        facts={"decision": decision, "note": note},
    )
