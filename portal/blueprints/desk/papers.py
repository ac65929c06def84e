"""Papers of an order at the desk: GET /desk/orders/<number>/confirmation.pdf, …/shipments/<number>/packing-slip.pdf."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.accounts.rules import StaffDeed
from portal.blueprints.access import staff_required
from portal.blueprints.desk.pages import order_at_desk
from portal.blueprints.printed import confirmation_answer, packing_slip_answer

blueprint = Blueprint("desk_papers", __name__, url_prefix="/desk/orders")


@blueprint.get("/<number>/confirmation.pdf")
@staff_required(StaffDeed.SEE_ORDERS)
def confirmation(number: str) -> Response:
    """The order as it stands, in the language of its account."""
    return confirmation_answer(order_at_desk(number))


@blueprint.get("/<number>/shipments/<shipment>/packing-slip.pdf")
@staff_required(StaffDeed.SEE_ORDERS)
def packing_slip(number: str, shipment: str) -> Response:
    """What is in a shipment, to go with the goods."""
    return packing_slip_answer(order_at_desk(number), shipment)
