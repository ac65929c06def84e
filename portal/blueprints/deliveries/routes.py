"""GET /orders/<number>/deliveries.ics and /account/deliveries.ics."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, make_response

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.deliveries.pages import entry_of
from portal.extensions import buyer, now, session, today
from portal.i18n import gettext as _
from portal.orders.calendar_file import Delivery, calendar_text, coming_deliveries, deliveries_of_order
from portal.orders.queries import order_of

blueprint = Blueprint("deliveries", __name__)


@blueprint.get("/orders/<number>/deliveries.ics")
@account_required(Deed.SEE_ORDERS)
def of_order(number: str) -> Response:
    """The deliveries of one order; a calendar without entries if none of them has a day."""
    order = order_of(session(), buyer().account_id, number)
    found = deliveries_of_order(session(), order.account_id, order.number)
    return _file(_("Order %(number)s", number=order.number), found, f"deliveries-{order.number}.ics")


@blueprint.get("/account/deliveries.ics")
@account_required(Deed.SEE_ORDERS)
def coming() -> Response:
    """All that is to come to the account's places."""
    found = coming_deliveries(session(), buyer().account_id, today())
    return _file(_("Deliveries"), found, "deliveries.ics")


def _file(name: str, deliveries: Iterable[Delivery], file_name: str) -> Response:
    response = make_response(calendar_text(name, [entry_of(delivery) for delivery in deliveries], now()))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
