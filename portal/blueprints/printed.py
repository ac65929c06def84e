"""Papers drawn while somebody waits: of what is not filed, because it shows how things stand now."""

from __future__ import annotations

from io import BytesIO

from flask import Response, make_response, send_file

from portal.adapters.paper import Sheet
from portal.extensions import release_session, runtime, session
from portal.i18n import timezone
from portal.invoices.order_papers import confirmation_sheet, packing_sheet
from portal.orders.order_view import OrderView


def confirmation_answer(order: OrderView) -> Response:
    """The order as it stands, as a PDF."""
    brand = runtime().settings.brand_name
    sheet = confirmation_sheet(session(), order, brand_name=brand, timezone=timezone())
    return _printed(sheet, f"{order.number}.pdf")


def packing_slip_answer(order: OrderView, shipment: str) -> Response:
    """What is in a shipment, as a PDF without prices. Raises NotFound."""
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
