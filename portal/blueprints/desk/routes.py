"""GET /desk, /desk/orders, /desk/orders/<number>; POST what is done to an order."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import StaffDeed
from portal.blueprints.access import staff_required
from portal.blueprints.desk import pages
from portal.blueprints.desk.forms import MoveForm, ShipForm, TakeBackForm
from portal.blueprints.desk.params import DeskParams
from portal.blueprints.desk.words import problem_of
from portal.blueprints.htmx import leave
from portal.core.errors import Refused
from portal.extensions import now, release_session, session, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders import actions
from portal.orders.carriers import carrier_code, carrier_name, number_fits

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

OUT_OF_DATE = 0
"""A version no order has: a form that says none is treated as one that shows an old order."""


@blueprint.get("")
@staff_required(StaffDeed.SEE_ORDERS)
def queue() -> Response:
    """What waits to be done."""
    return make_response(render_template("desk/queue.html", **pages.queue_values()))


@blueprint.get("/orders")
@staff_required(StaffDeed.SEE_ORDERS)
def orders() -> Response:
    """Orders of all accounts, or of a rep's own."""
    params = DeskParams.from_args(request.args)
    return make_response(render_template("desk/orders.html", **pages.list_values(params)))


@blueprint.get("/orders/<number>")
@staff_required(StaffDeed.SEE_ORDERS)
def order(number: str) -> Response:
    """One order, with what can be done to it."""
    values = pages.order_values(pages.order_at_desk(number))
    return make_response(render_template("desk/order.html", **values))


@blueprint.post("/orders/<number>/confirmation")
@staff_required(StaffDeed.CONFIRM_ORDERS)
def confirm(number: str) -> Response:
    """Accept the order."""
    form, order_id = MoveForm.from_request(), pages.order_at_desk(number).id
    return _moved(
        number,
        _("The order is confirmed. The dealer gets a mail."),
        lambda: actions.confirm(session(), order_id, version=_version(form), actor_id=_actor(), now=now()),
    )


@blueprint.post("/orders/<number>/hold")
@staff_required(StaffDeed.CONFIRM_ORDERS)
def hold(number: str) -> Response:
    """Stop the order where it is. The dealer reads the reason, so there must be one."""
    form, order_id = MoveForm.from_request(), pages.order_at_desk(number).id
    if not form.reason:
        return _refused(number, _("Say why the order is held: the dealer reads it."), 422)
    return _moved(
        number,
        _("The order is on hold."),
        lambda: actions.hold(
            session(), order_id, reason=form.reason, version=_version(form), actor_id=_actor(), now=now()
        ),
        form.reason,
    )


@blueprint.post("/orders/<number>/release")
@staff_required(StaffDeed.CONFIRM_ORDERS)
def release(number: str) -> Response:
    """Let a held order go on."""
    form, order_id = MoveForm.from_request(), pages.order_at_desk(number).id
    return _moved(
        number,
        _("The order goes on where it was."),
        lambda: actions.release(session(), order_id, version=_version(form), actor_id=_actor(), now=now()),
    )


@blueprint.post("/orders/<number>/picking")
@staff_required(StaffDeed.SHIP_ORDERS)
def pick(number: str) -> Response:
    """Give the order to the warehouse."""
    form, order_id = MoveForm.from_request(), pages.order_at_desk(number).id
    return _moved(
        number,
        _("Picking has begun."),
        lambda: actions.start_picking(
            session(), order_id, version=_version(form), actor_id=_actor(), now=now()
        ),
    )


@blueprint.post("/orders/<number>/shipments")
@staff_required(StaffDeed.SHIP_ORDERS)
def ship(number: str) -> Response:
    """Record goods that left; the same form never ships twice."""
    form, order_id = ShipForm.from_request(), pages.order_at_desk(number).id
    if form.wrong:
        return _refused(number, _("Units are whole numbers, such as 12."), 422, ship=form)
    if not form.submit_key:
        return _refused(number, _("This page is out of date. Look at the order again."), 422, ship=form)
    if not form.is_number_right and not number_fits(form.carrier, form.tracking_number):
        problem = _(
            "%(number)s does not look like a tracking number of %(carrier)s. Correct it, or say that it is right.",
            number=form.tracking_number,
            carrier=carrier_name(form.carrier, locale()),
        )
        return _refused(number, problem, 422, ship=form)
    try:
        shipped = actions.ship(
            session(),
            order_id,
            form.quantities,
            carrier=carrier_code(form.carrier),
            tracking_number=form.tracking_number,
            submit_key=form.submit_key,
            version=form.version or OUT_OF_DATE,
            actor_id=_actor(),
            now=now(),
        )
    except Refused as refused:
        release_session()
        status = pages.order_at_desk(number).status
        return _refused(number, problem_of(refused, status), refused.status, ship=form)
    flash(_("Shipment %(number)s is recorded. The dealer gets a mail.", number=shipped.number), "success")
    return leave(url_for("desk.order", number=number))


@blueprint.post("/orders/<number>/shipments/<shipment>/delivery")
@staff_required(StaffDeed.SHIP_ORDERS)
def deliver(number: str, shipment: str) -> Response:
    """Record that a shipment arrived."""
    form, order_id = MoveForm.from_request(), pages.order_at_desk(number).id
    return _moved(
        number,
        _("Shipment %(number)s has arrived.", number=shipment),
        lambda: actions.deliver(
            session(), order_id, shipment, version=_version(form), actor_id=_actor(), now=now()
        ),
    )


@blueprint.post("/orders/<number>/cancellation")
@staff_required(StaffDeed.CONFIRM_ORDERS)
def cancel(number: str) -> Response:
    """Take the order back. The dealer reads the reason, so there must be one."""
    form, order_id = MoveForm.from_request(), pages.order_at_desk(number).id
    if not form.reason:
        return _refused(number, _("Say why the order is cancelled: the dealer reads it."), 422)
    return _moved(
        number,
        _("The order is cancelled. The dealer gets a mail."),
        lambda: actions.cancel(
            session(), order_id, reason=form.reason, version=_version(form), actor_id=_actor(), now=now()
        ),
        form.reason,
    )


@blueprint.post("/orders/<number>/cancellation/units")
@staff_required(StaffDeed.CONFIRM_ORDERS)
def cancel_units(number: str) -> Response:
    """Take back units of lines while the rest goes on. The dealer reads the reason, so there must be one."""
    form, order_id = TakeBackForm.from_request(), pages.order_at_desk(number).id
    units = form.units
    if units is None:
        return _refused(number, _("Units are whole numbers, such as 12."), 422, take_back=form)
    if not form.reason:
        problem = _("Say why the units are cancelled: the dealer reads it.")
        return _refused(number, problem, 422, take_back=form)
    try:
        actions.cancel_units(
            session(),
            order_id,
            units,
            reason=form.reason,
            version=form.version or OUT_OF_DATE,
            actor_id=_actor(),
            now=now(),
        )
    except Refused as refused:
        release_session()
        status = pages.order_at_desk(number).status
        return _refused(number, problem_of(refused, status), refused.status, take_back=form)
    flash(_("The units are cancelled. The dealer gets a mail."), "success")
    return leave(url_for("desk.order", number=number))


def _moved(number: str, done: str, move: Callable[[], None], reason: str = "") -> Response:
    """Do it and show the order again; what is refused shows how the order stands now."""
    try:
        move()
    except Refused as refused:
        release_session()
        status = pages.order_at_desk(number).status
        return _refused(number, problem_of(refused, status), refused.status, reason=reason)
    flash(done, "success")
    return leave(url_for("desk.order", number=number))


def _refused(
    number: str,
    problem: str,
    status: int,
    *,
    ship: ShipForm | None = None,
    take_back: TakeBackForm | None = None,
    reason: str = "",
) -> Response:
    values = pages.order_values(
        pages.order_at_desk(number), problem=problem, ship=ship, take_back=take_back, reason=reason
    )
    return make_response(render_template("desk/order.html", **values), status)


def _version(form: MoveForm) -> int:
    return form.version or OUT_OF_DATE


def _actor() -> int | None:
    looking = viewer()
    return looking.user.id if looking else None
