"""Papers about an order: GET /orders/<number>/confirmation.pdf and …/shipments/<shipment>/packing-slip.pdf."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, make_response, send_file

from portal.accounts.rules import Deed
from portal.adapters.paper import Sheet
from portal.blueprints.access import account_required
from portal.extensions import buyer, release_session, runtime, session
from portal.i18n import timezone
from portal.invoices.order_papers import confirmation_sheet, packing_sheet
from portal.orders.queries import order_of

blueprint = Blueprint("order_papers", __name__)


@blueprint.get("/orders/<number>/confirmation.pdf")
@account_required(Deed.SEE_ORDERS)
def confirmation(number: str) -> Response:
    """The order as it stands, as a PDF."""
    order = order_of(session(), buyer().account_id, number)
    brand = runtime().settings.brand_name
    sheet = confirmation_sheet(session(), order, brand_name=brand, timezone=timezone())
    return _printed(sheet, f"{order.number}.pdf")


@blueprint.get("/orders/<number>/shipments/<shipment>/packing-slip.pdf")
@account_required(Deed.SEE_ORDERS)
def packing_slip(number: str, shipment: str) -> Response:
    """What is in a shipment, as a PDF without prices."""
    order = order_of(session(), buyer().account_id, number)
    brand = runtime().settings.brand_name
    sheet = packing_sheet(session(), order, shipment, brand_name=brand, timezone=timezone())
    return _printed(sheet, f"{shipment}.pdf")


def _printed(sheet: Sheet, name: str) -> Response:
    # Nobody waits for this page's transaction while the paper is drawn.
    release_session()
    content = runtime().press.pdf(sheet)
    response = make_response(
        send_file(
            BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name, etag=False
        )
    )
    # The rule for pages holds for papers: private, and in no store.
    del response.headers["Cache-Control"]
    return response
