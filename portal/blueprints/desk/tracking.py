"""POST /desk/orders/<number>/shipments/<shipment>/steps: what a carrier or a driver tells of a shipment."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import StaffDeed
from portal.blueprints.access import staff_required
from portal.blueprints.desk import pages
from portal.blueprints.desk.words import problem_of
from portal.blueprints.htmx import leave
from portal.blueprints.typed import MAX_REASON, one_line
from portal.core.errors import Refused
from portal.extensions import now, release_session, session
from portal.i18n import gettext as _
from portal.orders.models import TrackingKind
from portal.orders.tracking import add_step

blueprint = Blueprint("desk_tracking", __name__, url_prefix="/desk")


@blueprint.post("/orders/<number>/shipments/<shipment>/steps")
@staff_required(StaffDeed.SHIP_ORDERS)
def add(number: str, shipment: str) -> Response:
    """Note a step. It happens now."""
    order = pages.order_at_desk(number)
    kind = request.form.get("kind", "")
    try:
        if kind not in set(pages.STEPS):
            raise Refused("wrong_kind", field="kind")
        add_step(
            session(),
            order.id,
            shipment,
            TrackingKind(kind),
            place=one_line(request.form.get("place"))[:MAX_REASON],
            note=one_line(request.form.get("note"))[:MAX_REASON],
            at=now(),
            now=now(),
        )
    except Refused as refused:
        release_session()
        order = pages.order_at_desk(number)
        values = pages.order_values(order, problem=problem_of(refused, order.status))
        return make_response(render_template("desk/order.html", **values), refused.status)
    flash(_("The step is noted."), "success")
    return leave(url_for("desk.order", number=number))
