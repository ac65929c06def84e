"""Refunds: money of a payment that goes back, asked for here or seen at the provider."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, String, cast, func, insert, literal, select, update
from sqlalchemy.orm import Session

from portal.core.errors import Conflict, NotFound, Refused
from portal.jobs.models import Job
from portal.jobs.queue import MAX_ATTEMPTS, enqueue, finish, try_again
from portal.payments.holding import Held, hold_payment, note_event
from portal.payments.models import Payment, PaymentEventKind, PaymentState, Refund, RefundKind, RefundState
from portal.payments.settling import return_money

BY_HAND: Final = "by_hand"
"""Failure of a refund that its provider leaves to a person: a deposit goes back to an account only the payer knows."""


GIVEN_UP_BY_HAND: Final = "given_up"
"""Failure of a refund of which a person said that it will not be sent."""


def ask_refund(
    session: Session,
    payment_id: int,
    amount: int,
    *,
    reason: str,
    submit_key: str,
    actor_id: int | None,
    now: datetime,
) -> int:
    """Ask for ``amount`` (minor units) of a paid payment to go back; gives the refund's id, of the same key the first.

    A card's money goes back by itself soon after; a transfer is sent back by a person, who then says so with
    ``complete`` or ``give_up``. Raises NotFound; Refused ``negative_amount``; Conflict ``not_paid`` and
    ``more_than_paid`` (``left``: what could still go back, what is on its way counted as gone).
    """
    held = hold_payment(session, payment_id)
    known = session.scalar(
        select(Refund.id).where(Refund.payment_id == payment_id, Refund.submit_key == submit_key)
    )
    if known is not None:
        return known
    if amount < 1:
        raise Refused("negative_amount", field="amount")
    if held.payment.state is not PaymentState.PAID:
        raise Conflict("not_paid", state=held.payment.state)
    left = refundable(session, held.payment)
    if amount > left:
        raise Conflict("more_than_paid", field="amount", left=left)
    refund_id: int = session.execute(
        insert(Refund)
        .values(
            payment_id=payment_id,
            kind=RefundKind.REFUND,
            submit_key=submit_key,
            state=RefundState.ASKED,
            amount=amount,
            reason=reason,
            asked_by_id=actor_id,
            created_at=now,
        )
        .returning(Refund.id)
    ).scalar_one()
    note_event(
        session,
        payment_id,
        PaymentEventKind.REFUND_ASKED,
        now,
        actor_id=actor_id,
        facts={"amount": amount, "reason": reason},
    )
    if not by_hand(held.payment.provider):
        enqueue(
            session,
            "refund_payment",
            {"refund_id": refund_id},
            now=now,
            unique_key=_job_key(refund_id),
        )
    return refund_id


def by_hand(provider: str) -> bool:
    """Whether a person at the seller's sends the money back."""
    return provider == "bank_transfer"


def awaits_person(provider: str, state: RefundState, failure: str) -> bool:
    """Whether a person has to say if a refund's money was sent: a transfer's, also where its provider sends none."""
    return state is RefundState.ASKED if by_hand(provider) else failure == BY_HAND


def refundable(session: Session, payment: Payment) -> int:
    """What of a payment could still go back, minor units; what was asked for already is counted as gone."""
    asked = session.scalar(
        select(func.coalesce(func.sum(Refund.amount), 0)).where(
            Refund.payment_id == payment.id, Refund.state == RefundState.ASKED
        )
    )
    left: int = payment.amount - payment.refunded - int(asked or 0)
    return max(left, 0)


def is_stuck() -> ColumnElement[bool]:
    """True for a row of Refund that waits for its provider, whom no job asks any more."""
    given_up = (
        select(Job.id)
        .where(
            Job.unique_key == literal("refund_payment:") + cast(Refund.id, String),
            Job.finished_at.is_(None),
            Job.attempts >= MAX_ATTEMPTS,
            Job.claimed_until.is_(None),
        )
        .exists()
    )
    return (Refund.state == RefundState.ASKED) & given_up


def stuck_of(session: Session, payment_id: int) -> set[int]:
    """Refunds (ids) of a payment that a person has to decide about: their provider is asked no more."""
    return set(session.scalars(select(Refund.id).where(Refund.payment_id == payment_id, is_stuck())))


def ask_again(session: Session, refund_id: int, *, now: datetime) -> None:
    """Have the provider asked anew for a refund that is stuck; under the same key, so it sends the money once.

    Raises NotFound; Conflict ``changed_meanwhile`` if it is not stuck.
    """
    refund, _held_payment = _held(session, refund_id)
    is_asked = refund.state is RefundState.ASKED
    if not (is_asked and try_again(session, Job.unique_key == _job_key(refund_id), now=now)):
        raise Conflict("changed_meanwhile")


def settle_stuck(
    session: Session, refund_id: int, *, was_sent: bool, note: str, now: datetime, actor_id: int
) -> None:
    """Say of a refund that is stuck that its money was sent in another way, or that it will not be.

    Raises NotFound; Conflict ``changed_meanwhile`` if it is not stuck, and as ``complete``.
    """
    refund, held = _held(session, refund_id)
    if refund_id not in stuck_of(session, held.payment.id):
        raise Conflict("changed_meanwhile")
    decision = "sent_by_hand" if was_sent else GIVEN_UP_BY_HAND
    note_event(
        session, held.payment.id, PaymentEventKind.DECIDED, now,
        actor_id=actor_id, facts={"decision": decision, "note": note, "amount": refund.amount},
    )  # fmt: skip
    if was_sent:
        complete(session, refund_id, provider_ref="", now=now, actor_id=actor_id)
    else:
        give_up(session, refund_id, failure=GIVEN_UP_BY_HAND, now=now, actor_id=actor_id)
    job_id = session.scalar(select(Job.id).where(Job.unique_key == _job_key(refund_id)))
    if job_id is not None:
        finish(session, job_id, now=now)


def complete(
    session: Session, refund_id: int, *, provider_ref: str, now: datetime, actor_id: int | None = None
) -> bool:
    """Book that a refund's money went back; False if that is known already.

    Raises NotFound; Conflict ``more_than_paid`` if so much is not left of the payment.
    """
    refund, held = _held(session, refund_id)
    if refund.state is RefundState.DONE:
        return False
    if refund.amount > held.payment.amount - held.payment.refunded:
        raise Conflict("more_than_paid", left=held.payment.amount - held.payment.refunded)
    session.execute(
        update(Refund)
        .where(Refund.id == refund_id)
        .values(state=RefundState.DONE, provider_ref=provider_ref, failure="", done_at=now)
        .execution_options(synchronize_session=False)
    )
    return_money(
        session,
        held,
        refund.amount,
        kind=RefundKind.REFUND,
        key=f"refund:{refund_id}",
        now=now,
        actor_id=actor_id,
    )
    return True


def give_up(
    session: Session, refund_id: int, *, failure: str, now: datetime, actor_id: int | None = None
) -> bool:
    """Note that a refund's money did not go back; False unless it was still expected. Raises NotFound."""
    refund, held = _held(session, refund_id)
    if refund.state is not RefundState.ASKED and (refund.failure != BY_HAND or failure == BY_HAND):
        return False
    session.execute(
        update(Refund)
        .where(Refund.id == refund_id)
        .values(state=RefundState.FAILED, failure=failure)
        .execution_options(synchronize_session=False)
    )
    note_event(
        session,
        held.payment.id,
        PaymentEventKind.REFUND_FAILED,
        now,
        actor_id=actor_id,
        facts={"amount": refund.amount, "failure": failure},
    )
    return True


def returned_elsewhere(
    session: Session, payment_id: int, amount: int, kind: RefundKind, in_all: int, now: datetime
) -> None:
    """Book money that went back without our asking; ``in_all`` is how much has gone so by now, which names it."""
    held = hold_payment(session, payment_id)
    amount = min(amount, held.payment.amount - held.payment.refunded)
    if amount < 1:
        return
    key = f"{kind.value}:{in_all}"
    refund_id: int = session.execute(
        insert(Refund)
        .values(
            payment_id=payment_id,
            kind=kind,
            submit_key=key,
            state=RefundState.DONE,
            amount=amount,
            reason="at_provider" if kind is RefundKind.REFUND else "chargeback",
            created_at=now,
            done_at=now,
        )
        .returning(Refund.id)
    ).scalar_one()
    return_money(session, held, amount, kind=kind, key=f"refund:{refund_id}", now=now, actor_id=None)


def _job_key(refund_id: int) -> str:
    return f"refund_payment:{refund_id}"


def _held(session: Session, refund_id: int) -> tuple[Refund, Held]:
    payment_id = session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
    if payment_id is None:
        raise NotFound("refund", refund_id)
    held = hold_payment(session, payment_id)
    refund = session.scalars(
        select(Refund).where(Refund.id == refund_id).execution_options(populate_existing=True)
    ).one()
    return refund, held
