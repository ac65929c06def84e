"""Papers about an order: GET /orders/<number>/confirmation.pdf and …/shipments/<shipment>/packing-slip.pdf."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.printed import confirmation_answer, packing_slip_answer
from portal.extensions import buyer, session
from portal.orders.queries import order_of

blueprint = Blueprint("order_papers", __name__)


@blueprint.get("/orders/<number>/confirmation.pdf")
@account_required(Deed.SEE_ORDERS)
def confirmation(number: str) -> Response:
    """The order as it stands, as a PDF."""
    return confirmation_answer(order_of(session(), buyer().account_id, number))


@blueprint.get("/orders/<number>/shipments/<shipment>/packing-slip.pdf")
@account_required(Deed.SEE_ORDERS)
def packing_slip(number: str, shipment: str) -> Response:
    """What is in a shipment, as a PDF without prices."""
    return packing_slip_answer(order_of(session(), buyer().account_id, number), shipment)
