"""The daily comparison: what each provider lists of a day, and what the books have of it.

Nothing is booked here. What differs is kept for a person to see; where the provider merely knows more, the payment is
asked for anew, and what comes of it goes the usual way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from portal.adapters.payments.provider import Attempt, PaymentProvider, ProviderAway, Report, ReportState
from portal.core.upsert import insert_for
from portal.jobs.context import Errand, JobContext, Services
from portal.jobs.queue import enqueue
from portal.payments.models import Payment, PaymentState, Reconciliation, Refund, RefundKind, RefundState
from portal.payments.queries import attempt_of

TOLD_BY_OURSELVES: Final = frozenset({"bank_transfer", "test_card"})
"""Ways to pay without a list: the bank's file is matched line by line, and the test card moves nothing."""

DISPUTED_FOR: Final = timedelta(days=120)
"""How long a payment is asked about every day whose money the payer's bank took back: by then it has decided."""

MISSING_HERE: Final = "missing_here"
"""Paid at the provider, and no payment of ours."""
MISSING_THERE: Final = "missing_there"
"""In the books, and the provider knows nothing of it."""
STATE: Final = "state"
"""Paid on one side alone."""
AMOUNT: Final = "amount"
"""Paid on both sides, with different amounts or currencies."""
REFUNDED: Final = "refunded"
"""More has gone back on one side than on the other."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The day that is compared, and what the books have of it, by provider."""

    day: date
    provider: str | None
    """Only this one; None: every one."""
    ours: dict[str, tuple[Attempt, ...]]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a provider says of a day; ``reports`` None: it did not answer."""

    provider: str
    reports: tuple[Report, ...] | None


@dataclass(frozen=True, slots=True)
class Ours:
    """A payment as the books have it. Amounts are minor units."""

    id: int
    reference: str
    state: PaymentState
    amount: int
    refunded: int
    currency: str


def _read(context: JobContext, day: str | None = None, provider: str | None = None) -> Wanted:
    wanted = date.fromisoformat(day) if day else context.now.astimezone(UTC).date() - timedelta(days=1)
    start = datetime.combine(wanted, time(), UTC)
    end = start + timedelta(days=1)
    refunded = select(Refund.payment_id).where(
        Refund.state == RefundState.DONE,
        Refund.done_at < end,
        (Refund.done_at >= start)
        # What a bank decides about a dispute is on no day's list.
        | ((Refund.kind == RefundKind.CHARGEBACK) & (Refund.done_at >= start - DISPUTED_FOR)),
    )
    rows = context.session.execute(
        select(Payment.id, Payment.provider)
        .where(
            Payment.provider.not_in(TOLD_BY_OURSELVES),
            or_((Payment.paid_at >= start) & (Payment.paid_at < end), Payment.id.in_(refunded)),
        )
        .order_by(Payment.id)
    )
    ours: dict[str, tuple[Attempt, ...]] = {}
    for payment_id, code in rows:
        ours[code] = (*ours.get(code, ()), attempt_of(context.session, payment_id, context.base_url))
    return Wanted(wanted, provider, ours)


def _work(services: Services, wanted: Wanted) -> list[Heard]:
    heard = []
    for code, provider in services.providers.items():
        if code in TOLD_BY_OURSELVES or wanted.provider not in (None, code):
            continue
        try:
            reports = _hear(provider, wanted.day, wanted.ours.get(code, ()))
        except ProviderAway:
            if wanted.provider is not None:
                # A job of this provider alone: the queue tries it again, later each time.
                raise
            heard.append(Heard(code, None))
        else:
            heard.append(Heard(code, tuple(reports)))
    return heard


def _hear(provider: PaymentProvider, day: date, ours: Iterable[Attempt]) -> list[Report]:
    reports = provider.list_day(day)
    listed = {report.provider_ref for report in reports} | {report.reference for report in reports}
    for attempt in ours:
        if not {attempt.provider_ref, attempt.reference} & listed:
            # Paid a moment before midnight there and after it here, or not there at all: it says which.
            reports.append(provider.fetch(attempt))
    return reports


def _write(context: JobContext, wanted: Wanted, heard: list[Heard]) -> None:
    for one in heard:
        if one.reports is None:
            enqueue(
                context.session,
                "reconcile",
                {"day": wanted.day.isoformat(), "provider": one.provider},
                now=context.now,
                unique_key=f"reconcile:{one.provider}:{wanted.day}",
            )
            continue
        _keep(context, wanted, one.provider, one.reports)


def _keep(context: JobContext, wanted: Wanted, provider: str, reports: tuple[Report, ...]) -> None:
    session = context.session
    findings, checked = [], 0
    for report in reports:
        ours = _ours(session, provider, report)
        if not (report.state is ReportState.PAID or (ours and ours.state is PaymentState.PAID)):
            continue
        checked += 1
        finding = compare(ours, report)
        if finding is None:
            continue
        findings.append(finding)
        if ours is not None:
            enqueue(
                session,
                "fetch_payment",
                {"payment_id": ours.id},
                now=context.now,
                unique_key=f"fetch_payment:reconcile:{ours.id}:{wanted.day}",
            )
    values = {"checked": checked, "findings": findings, "created_at": context.now}
    session.execute(
        insert_for(session, Reconciliation)
        .values(provider=provider, day=wanted.day, **values)
        # Compared again, the later answer counts.
        .on_conflict_do_update(index_elements=["provider", "day"], set_=values)
    )


def compare(ours: Ours | None, report: Report) -> dict[str, Any] | None:
    """What differs between a payment and what its provider says, as a row of findings; None: nothing.

    ``ours`` and ``theirs`` are amounts in minor units for amounts and refunds, words for states.
    """
    theirs_paid = report.state is ReportState.PAID
    if ours is None:
        return _finding(MISSING_HERE, report.reference, report, "", report.amount)
    if report.failure == "unknown_to_provider":
        return _finding(MISSING_THERE, ours.reference, report, ours.amount, "")
    if theirs_paid is not (ours.state is PaymentState.PAID):
        return _finding(STATE, ours.reference, report, ours.state.value, report.state.value)
    if (report.amount, report.currency) != (ours.amount, ours.currency):
        return _finding(AMOUNT, ours.reference, report, ours.amount, report.amount)
    gone = report.refunded + report.disputed
    if gone != ours.refunded:
        return _finding(REFUNDED, ours.reference, report, ours.refunded, gone)
    return None


def _finding(
    problem: str, reference: str, report: Report, ours: int | str, theirs: int | str
) -> dict[str, Any]:
    return {
        "problem": problem,
        "reference": reference,
        "provider_ref": report.provider_ref,
        "ours": ours,
        "theirs": theirs,
        "currency": report.currency,
    }


def _ours(session: Session, provider: str, report: Report) -> Ours | None:
    # The provider's key is surer than the words that travel with it.
    by_key = _found(session, provider, Payment.provider_ref == report.provider_ref)
    return by_key or _found(session, provider, Payment.reference == report.reference)


def _found(session: Session, provider: str, named: ColumnElement[bool]) -> Ours | None:
    row = session.execute(
        select(
            Payment.id, Payment.reference, Payment.state, Payment.amount, Payment.refunded, Payment.currency
        ).where(Payment.provider == provider, named)
    ).one_or_none()
    return Ours(*row) if row else None


RECONCILE: Final = Errand(_read, _work, _write)
"""Compare a day with every provider. Arguments: none for yesterday (UTC), or day (ISO) and provider."""
