"""POST /webhooks/<provider>: what a provider calls with is a reason to ask it, never more."""

from __future__ import annotations

import hmac
import logging
from typing import Final

from flask import Blueprint, Response, abort, make_response, request
from sqlalchemy import select

from portal.adapters.payments.provider import BadNotice, Hint, PaymentProvider, ProviderAway
from portal.blueprints.access import public
from portal.blueprints.payments.asking import ask_later
from portal.core.upsert import insert_for
from portal.extensions import csrf, now, own_transaction, reading, runtime
from portal.payments.apply import apply
from portal.payments.models import ProviderNotice
from portal.payments.queries import attempt_of, find_payment

log = logging.getLogger("portal.payments.webhooks")

blueprint = Blueprint("webhooks", __name__)

MAX_BYTES: Final = 262_144
"""Largest notice that is read."""


@blueprint.post("/webhooks/<provider>")
@public
@csrf.exempt
def receive(provider: str) -> Response:
    """Take a notice in, once. Who sent it proves nothing; the provider is asked what is true."""
    asked = runtime().providers.get(provider)
    if asked is None:
        abort(404)
    if request.content_length is None or request.content_length > MAX_BYTES:
        abort(413)
    try:
        hints = asked.parse_webhook(
            {name.lower(): value for name, value in request.headers.items()}, request.get_data()
        )
    except BadNotice:
        abort(400)
    for hint in hints:
        _take_in(asked, hint)
    return make_response("", 200)


def _take_in(provider: PaymentProvider, hint: Hint) -> None:
    with reading() as session:
        known = session.scalar(
            select(ProviderNotice.id).where(
                ProviderNotice.provider == provider.code, ProviderNotice.notice_id == hint.notice_id
            )
        )
        payment_id = find_payment(
            session, provider.code, reference=hint.reference, provider_ref=hint.provider_ref
        )
        attempt = (
            attempt_of(session, payment_id, runtime().settings.base_url) if payment_id is not None else None
        )
    if known is not None:
        return
    if attempt is None:
        # It is not noted: where notices are not signed, anybody could fill the table with them.
        log.info("%s tells of a payment that is not known here", provider.code)
        return
    if hint.secret and attempt.secret and not hmac.compare_digest(hint.secret, attempt.secret):
        _note_wrong_secret(provider.code, hint, attempt.id)
        return
    try:
        report = provider.fetch(attempt)
    except ProviderAway:
        # The notice is not noted: sent again, it is taken in again.
        ask_later(attempt.id)
        return
    with own_transaction() as session:
        state = apply(session, attempt.id, report, now=now())
        session.execute(
            insert_for(session, ProviderNotice)
            .values(
                provider=provider.code,
                notice_id=hint.notice_id,
                payment_id=attempt.id,
                outcome=state.value,
                at=now(),
            )
            .on_conflict_do_nothing(index_elements=["provider", "notice_id"])
        )


def _note_wrong_secret(provider: str, hint: Hint, payment_id: int) -> None:
    with own_transaction() as session:
        session.execute(
            insert_for(session, ProviderNotice)
            .values(
                provider=provider,
                notice_id=hint.notice_id,
                payment_id=payment_id,
                outcome="wrong_secret",
                at=now(),
            )
            .on_conflict_do_nothing(index_elements=["provider", "notice_id"])
        )
