"""Orders that are paid in advance, for the pages that place them."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import flash, url_for

from portal.accounts.rules import Deed, may
from portal.extensions import now, runtime, viewer
from portal.i18n import gettext as _
from portal.orders.actions import PlacedOrder
from portal.orders.prepaid import prepay_of


def pay_until() -> datetime:
    """How long an order that is placed now waits for its payment."""
    return now() + timedelta(minutes=runtime().settings.payment_hold_minutes)


def prepay_for(total: int) -> int:
    """What the viewer's account pays in advance of an order of ``total``, minor units."""
    looking = viewer()
    account = looking.account if looking else None
    if account is None:
        return 0
    return prepay_of(account.terms_kind, account.deposit_ppm, account.credit_limit, total)


def after_placing(placed: PlacedOrder) -> str:
    """The page that follows an order: its own, or the one that pays for it."""
    looking = viewer()
    if not placed.waits_for_payment:
        return url_for("orders.show", number=placed.number, placed=1)
    if looking and looking.account and may(looking.account.role, Deed.PAY):
        return url_for("payments.new", order=placed.number)
    flash(
        _(
            "Order %(number)s waits for its payment. Ask a colleague who pays to open it.",
            number=placed.number,
        ),
        "warning",
    )
    return url_for("orders.show", number=placed.number)
