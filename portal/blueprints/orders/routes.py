"""GET /orders and /orders/<number>; POST /orders/<number>/cancellation."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.htmx import leave, render, wants_part
from portal.blueprints.orders import pages
from portal.blueprints.orders.forms import CancelForm
from portal.blueprints.orders.params import OrderParams, OrdersParams
from portal.core.errors import Conflict
from portal.extensions import buyer, now, release_session, session, viewer
from portal.i18n import gettext as _
from portal.orders import actions
from portal.orders.queries import order_of, orders_of

blueprint = Blueprint("orders", __name__)


@blueprint.get("/orders")
@account_required(Deed.SEE_ORDERS)
def index() -> Response:
    """What the account ordered, the last first."""
    params = OrdersParams.from_args(request.args)
    found = orders_of(session(), buyer().account_id, q=params.q, statuses=params.statuses, page=params.page)
    return make_response(render_template("orders/index.html", **pages.list_values(params, found)))


@blueprint.get("/orders/<number>")
@account_required(Deed.SEE_ORDERS)
def show(number: str) -> Response:
    """One order. An open page asks for its part again and again, and is told nothing while there is no news."""
    params = OrderParams.from_args(request.args)
    order = order_of(session(), buyer().account_id, number)
    values = pages.order_values(order, is_placed=params.is_placed)
    if wants_part() and (params.version, params.steps or 0) == (order.version, values["steps_seen"]):
        return make_response("", 204)
    return render("orders/order.html", "orders/_order.html", **values)


@blueprint.post("/orders/<number>/cancellation")
@account_required(Deed.ORDER)
def cancel(number: str) -> Response:
    """Cancel an order nobody works on yet, until its cutoff."""
    order = order_of(session(), buyer().account_id, number)
    looking = viewer()
    form = CancelForm()
    if not form.validate():
        return _order_page(number, form, None, 422)
    refusal = pages.why_dealer_may_not_cancel(order, now())
    if refusal == "cutoff":
        problem = _(
            "The time to cancel this order has passed, so it is not cancelled. Call or write to us: "
            "often it can still be stopped."
        )
        return _order_page(number, form, problem, 409)
    if refusal is not None:
        problem = _(
            "We already work on this order, so it is not cancelled. Ask us: often it can still be stopped."
        )
        return _order_page(number, form, problem, 409)
    try:
        if form.version.data != order.version:
            raise Conflict("changed_meanwhile", version=order.version, status=order.status)
        actions.cancel(
            session(),
            order.id,
            reason=form.reason.data or "",
            # Of the order just judged: one that is confirmed meanwhile is not cancelled after all.
            version=order.version,
            actor_id=looking.user.id if looking else None,
            now=now(),
        )
    except Conflict:
        problem = _(
            "The order changed while you looked at it, so it is not cancelled. This is how it stands now."
        )
        return _order_page(number, form, problem, 409)
    flash(_("The order is cancelled. Nothing will be delivered or charged."), "success")
    return leave(url_for("orders.show", number=number))


def _order_page(number: str, form: CancelForm, problem: str | None, status: int) -> Response:
    release_session()
    order = order_of(session(), buyer().account_id, number)
    values = pages.order_values(order, form=form, problem=problem)
    return make_response(render_template("orders/order.html", **values), status)
