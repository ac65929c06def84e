"""GET /desk/payments/<reference>: one payment with all that happened; POST what goes back of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import StaffDeed
from portal.blueprints.access import staff_required
from portal.blueprints.desk.money_common import actor
from portal.blueprints.desk.money_forms import amount_in, reason_of, submit_key_of
from portal.blueprints.desk.money_words import problem_of, way_word
from portal.blueprints.desk.pages import allowed, own_accounts_of
from portal.blueprints.htmx import leave
from portal.core import formats
from portal.core.errors import NotFound, Refused
from portal.core.ids import submit_key
from portal.core.money import MINOR_DIGITS
from portal.extensions import now, release_session, session
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.payments import refunds, review
from portal.payments.desk_queries import DeskPayment, payment_at_desk
from portal.payments.models import PaymentEventKind, PaymentState, RefundState
from portal.payments.queries import EventView, events_of, payment_by_id

blueprint = Blueprint("desk_payments", __name__, url_prefix="/desk/payments")


@blueprint.get("/<reference>")
@staff_required(StaffDeed.SEE_MONEY)
def show(reference: str) -> Response:
    """One payment, with all that happened to it."""
    return _page(reference)


@blueprint.post("/<reference>/refunds")
@staff_required(StaffDeed.MANAGE_MONEY)
def refund(reference: str) -> Response:
    """Have money go back: a card's by its provider, a transfer by hand. The same form asks once."""
    payment = _found(reference)
    amount, reason = amount_in(request.form, "amount", payment.currency), reason_of(request.form)
    key = submit_key_of(request.form)
    if amount is None:
        return _page(reference, _("Enter an amount above zero."), 422)
    if not reason:
        return _page(reference, _("Say why the money goes back."), 422)
    if not key:
        return _page(reference, _("This page is out of date. Look again and send it anew."), 422)
    done = (
        _("The refund stands below. Send the money from your bank, then say so here.")
        if refunds.by_hand(payment.provider)
        else _("The refund is asked for. The provider sends it back soon.")
    )
    return _done(
        payment,
        done,
        lambda: refunds.ask_refund(
            session(),
            payment.id,
            amount,
            reason=reason,
            submit_key=f"desk:{key}",
            actor_id=actor(),
            now=now(),
        ),
    )


@blueprint.post("/<reference>/refunds/<int:refund_id>")
@staff_required(StaffDeed.MANAGE_MONEY)
def settle_refund(reference: str, refund_id: int) -> Response:
    """Say that a refund by hand was sent, or that it will not be."""
    payment = _found(reference)
    found = next(
        (each for each in payment_by_id(session(), payment.id).refunds if each.id == refund_id), None
    )
    if found is None:
        raise NotFound("refund", refund_id)
    if not refunds.by_hand(payment.provider) and found.failure != refunds.BY_HAND:
        return _page(reference, _("The provider says itself what became of it."), 422)
    if "given_up" in request.form:
        return _done(
            payment,
            _("The refund is given up."),
            lambda: refunds.give_up(
                session(), refund_id, failure=refunds.GIVEN_UP_BY_HAND, now=now(), actor_id=actor()
            ),
        )
    return _done(
        payment,
        _("The refund is booked."),
        lambda: refunds.complete(session(), refund_id, provider_ref="", now=now(), actor_id=actor()),
    )


@blueprint.post("/<reference>/refunds/<int:refund_id>/stuck")
@staff_required(StaffDeed.MANAGE_MONEY)
def decide_refund(reference: str, refund_id: int) -> Response:
    """Have the provider asked anew for a refund it never answered about, or say what became of the money."""
    payment, note = _found(reference), reason_of(request.form)
    if refund_id not in {each.id for each in payment_by_id(session(), payment.id).refunds}:
        raise NotFound("refund", refund_id)
    if "again" in request.form:
        return _done(
            payment,
            _("The provider is asked again."),
            lambda: refunds.ask_again(session(), refund_id, now=now()),
        )
    if not note:
        return _page(reference, _("Say why you decide so: it stays in the history."), 422)
    was_sent = "given_up" not in request.form
    return _done(
        payment,
        _("The refund is booked.") if was_sent else _("The refund is given up."),
        lambda: refunds.settle_stuck(
            session(), refund_id, was_sent=was_sent, note=note, now=now(), actor_id=actor()
        ),
    )


@blueprint.post("/<reference>/decision")
@staff_required(StaffDeed.MANAGE_MONEY)
def decide(reference: str) -> Response:
    """Decide about a payment that is not what was asked for: take the money that came, or refuse it."""
    payment, note = _found(reference), reason_of(request.form)
    if not note:
        return _page(reference, _("Say why you decide so: it stays in the history."), 422)
    is_accepted = "accept" in request.form
    verb = review.accept if is_accepted else review.refuse
    return _done(
        payment,
        _("The money is booked as it came.")
        if is_accepted
        else _("The payment is refused. Nothing is booked."),
        lambda: verb(session(), payment.id, note=note, actor_id=actor(), now=now()),
    )


def event_word(event: EventView) -> str:
    """What happened to a payment."""
    match event.kind:
        case PaymentEventKind.REPORTED if event.facts.get("dispute"):
            return _("Given back by the bank")
        case PaymentEventKind.CREATED:
            return _("Asked for")
        case PaymentEventKind.STARTED:
            return _("Started")
        case PaymentEventKind.REPORTED:
            return _("The provider reported")
        case PaymentEventKind.PAID:
            return _("Completed")
        case PaymentEventKind.FAILED:
            return _("Failed")
        case PaymentEventKind.REVIEW:
            return _("To look at")
        case PaymentEventKind.DECIDED:
            return _("Decided by a person")
        case PaymentEventKind.ALLOCATED:
            return _("Settled invoices")
        case PaymentEventKind.REFUND_ASKED:
            return _("Refund asked for")
        case PaymentEventKind.REFUNDED:
            return _("Refunded")
        case PaymentEventKind.REFUND_FAILED:
            return _("Refund failed")
        case PaymentEventKind.CHARGED_BACK:
            return _("Taken back by the payer’s bank")
        case PaymentEventKind.CANCELLED:
            return _("Payment cancelled")


def state_word(state: PaymentState) -> str:
    """How a payment stands."""
    match state:
        case PaymentState.PAID:
            return _("Completed")
        case PaymentState.REVIEW:
            return _("To look at")
        case PaymentState.FAILED:
            return _("Failed")
        case PaymentState.CANCELLED:
            return _("Payment cancelled")
        case PaymentState.EXPIRED:
            return _("Expired")
        case PaymentState.WAITING_DEPOSIT:
            return _("Waits for the transfer")
    return _("Under way")


def _reported(facts: Mapping[str, Any]) -> dict[str, str]:
    """What the provider said, as people read it; its currency may be one the portal does not trade in."""
    amount, currency = facts.get("amount"), str(facts.get("currency", ""))
    is_money = isinstance(amount, int) and currency in MINOR_DIGITS
    return {
        "amount": formats.money(amount, currency, locale=locale()) if is_money else f"{amount} {currency}",
        "reference": str(facts.get("reference", "")),
        "state": str(facts.get("state", "")),
    }


def _found(reference: str) -> DeskPayment:
    found = payment_at_desk(session(), reference, sales_rep_id=own_accounts_of())
    if found is None:
        raise NotFound("payment", reference)
    return found


def _done(payment: DeskPayment, done: str, deed: Callable[[], object]) -> Response:
    try:
        deed()
    except Refused as refused:
        release_session()
        return _page(payment.reference, problem_of(refused, payment.currency), refused.status)
    flash(done, "success")
    return leave(url_for("desk_payments.show", reference=payment.reference))


def _page(reference: str, problem: str | None = None, status: int = 200) -> Response:
    found = _found(reference)
    payment = payment_by_id(session(), found.id)
    events = events_of(session(), found.id)
    reports = [each.facts for each in events if each.kind is PaymentEventKind.REVIEW]
    waiting = sum(each.amount for each in payment.refunds if each.state is RefundState.ASKED)
    values = {
        "found": found,
        "payment": payment,
        "problem": problem,
        "events": events,
        "reported": _reported(reports[-1]) if reports else None,
        "left": payment.amount - payment.refunded - waiting,
        "for_person": {
            each.id
            for each in payment.refunds
            if refunds.awaits_person(payment.provider, each.state, each.failure)
        },
        "stuck": refunds.stuck_of(session(), found.id),
        "may_manage": allowed(StaffDeed.MANAGE_MONEY),
        "submit_key": submit_key(),
        "event_word": event_word,
        "state_word": state_word,
        "way_word": way_word,
    }
    return make_response(render_template("desk/money_payment.html", **values), status)
