"""GET, POST /orders/<number>/change: look at a change, then send it; POST …/cancellation/rest takes back what waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.htmx import leave
from portal.blueprints.orders import change_pages as pages
from portal.blueprints.orders.change_forms import ChangeForm, Row, units_in
from portal.blueprints.orders.change_words import change_notice, rest_problem
from portal.blueprints.orders.pages import order_values
from portal.blueprints.placing_words import Notice
from portal.blueprints.typed import MAX_REASON, one_line
from portal.core.errors import Conflict, NotFound, Refused
from portal.extensions import buyer, now, release_session, session, viewer
from portal.i18n import gettext as _
from portal.orders import actions
from portal.orders.actions import Change
from portal.orders.models import OrderStatus
from portal.orders.queries import OrderView, order_of

blueprint = Blueprint("changes", __name__)

MAX_PARTS: Final = 100_000
"""Fields of a form that are read: three for each delivery of each line."""

MAX_BYTES: Final = 8_000_000
"""Largest form that is read."""

REST: Final = frozenset({OrderStatus.PARTIALLY_SHIPPED, OrderStatus.PARTIALLY_DELIVERED})
"""Where the dealer may take back what has not come."""


@blueprint.url_value_preprocessor
def take_long_forms(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A large order has more fields than any other form. This runs before the token is looked for in what was sent."""
    request.max_form_parts = MAX_PARTS
    request.max_content_length = MAX_BYTES


@blueprint.get("/orders/<number>/change")
@account_required(Deed.ORDER)
def show(number: str) -> Response:
    """The order as a form, or why it cannot be changed any more."""
    order = order_of(session(), buyer().account_id, number)
    return _page(order, ChangeForm.of(order))


@blueprint.post("/orders/<number>/change")
@account_required(Deed.ORDER)
def change(number: str) -> Response:
    """Show what the change would do, or do it; whatever is refused comes back with all that was typed."""
    order = order_of(session(), buyer().account_id, number)
    form = ChangeForm.from_request()
    match form.deed:
        case "find":
            return _page(order, form, offered=pages.found_variants(form.find))
        case "take":
            return _page(order, _with(order, form, form.deed_id))
        case "split":
            return _page(order, _split(order, form))
        case "remove":
            return _page(order, form.without_units(form.deed_id))
    if form.find and form.deed == "look":
        # Enter in the field that looks for products presses the form's first button.
        return _page(order, form, offered=pages.found_variants(form.find))
    if form.is_wrong:
        wrong = Notice(_("Please check what is marked below."), _("Nothing is changed yet."))
        return _page(order, form, notice=wrong, status=422)
    looking = viewer()
    sent = _change(order, form)
    try:
        if form.deed == "send":
            user_id = looking.user.id if looking else 0
            actions.change_order(session(), buyer(), user_id, number, sent, now=now())
            flash(_("The order is changed. You get a mail with what is different."), "success")
            return leave(url_for("orders.show", number=number))
        return _looked_at(order, form, sent)
    except Refused as refused:
        return _refused(number, form, refused)
    except NotFound:
        # A place of a form that no page of ours has made, or one that is no longer in use.
        release_session()
        gone = Notice(
            _("One of the places is no longer in use"), _("Choose another place for its deliveries.")
        )
        return _page(order_of(session(), buyer().account_id, number), form, notice=gone, status=422)


@blueprint.post("/orders/<number>/cancellation/rest")
@account_required(Deed.ORDER)
def cancel_rest(number: str) -> Response:
    """Take back units that wait for goods while the rest of the order is on its way."""
    order = order_of(session(), buyer().account_id, number)
    looking = viewer()
    units = units_in(request.form.items())
    if units is None:
        return _order_page(number, _("Units are whole numbers, such as 12."), 422)
    if order.status not in REST:
        return _order_page(
            number,
            _("Nothing was cancelled: the order has moved on since you looked. This is how it stands now."),
            409,
        )
    version = request.form.get("version", "")
    try:
        actions.cancel_units(
            session(),
            order.id,
            units,
            reason=one_line(request.form.get("reason"))[:MAX_REASON],
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
            actor_id=looking.user.id if looking else None,
            now=now(),
        )
    except Refused as refused:
        return _order_page(number, rest_problem(refused), refused.status)
    flash(_("What has not come is cancelled, and its amount is back in your credit."), "success")
    return leave(url_for("orders.show", number=number))


def _change(order: OrderView, form: ChangeForm) -> Change:
    seen = {line.variant_id: line.unit_price_e4 for line in order.lines if line.quantity > line.cancelled}
    return Change(
        submit_key=form.submit_key,
        version=form.version,
        lines=form.lines(seen),
        po_number=form.po_number,
        notes=form.notes,
        shown_total=form.shown_total,
        shown_arrivals=form.shown_arrivals,
    )


def _looked_at(order: OrderView, form: ChangeForm, sent: Change) -> Response:
    """The page with what the change would do. Nothing was written: the locks are given up first."""
    plan = actions.plan_change(session(), buyer(), order.number, sent, now=now())
    release_session()
    if plan.diff.is_empty:
        return _page(order, form, notice=_nothing_yet(order))
    return _page(order, replace(form, shown_total=plan.diff.total[1]), plan=plan)


def _nothing_yet(order: OrderView) -> Notice:
    return change_notice(Refused("nothing_changed"), order.currency, {}, {}, now())


def _refused(number: str, form: ChangeForm, refused: Refused) -> Response:
    """The page again, with the message and, where there is one to show, what the change would do now."""
    release_session()
    order = order_of(session(), buyer().account_id, number)
    names = {key: row.name for key, row in pages.variants_of(order, form).items()}
    notice = change_notice(refused, order.currency, pages.place_names(order), names, now())
    form = replace(form, shown_total=None)
    if refused.code == "changed_meanwhile":
        form = replace(form, version=order.version)
    if refused.code in {"changed_meanwhile", "prices_changed", "arrives_later"}:
        try:
            plan = actions.plan_change(session(), buyer(), number, _change(order, form), now=now())
        except (Conflict, Refused, NotFound):
            # What else is in the way is told when the person looks at the change again.
            release_session()
        else:
            release_session()
            shown = replace(form, shown_total=plan.diff.total[1])
            return _page(order, shown, plan=plan, notice=notice, status=refused.status)
    return _page(order, form, notice=notice, status=refused.status)


def _with(order: OrderView, form: ChangeForm, variant_id: int) -> ChangeForm:
    """The form with a line more, of the smallest quantity it is sold in."""
    rows = pages.found_by_id(variant_id)
    if rows is None or variant_id in form.variant_ids:
        return replace(form, find="")
    place_id, day = _usual(order)
    row = Row(variant_id, str(rows.first_quantity), place_id, day)
    return replace(form, find="").with_row(row)


def _split(order: OrderView, form: ChangeForm) -> ChangeForm:
    """The form with one more place and day for a line."""
    if form.deed_id not in form.variant_ids:
        return form
    return form.with_row(Row(form.deed_id, "", order.location_id, ""))


def _usual(order: OrderView) -> tuple[int, str]:
    """The place and day most of the order goes to."""
    if not order.deliveries:
        return order.location_id, ""
    most = max(order.deliveries, key=lambda each: each.lines)
    return most.location_id, most.requested_date.isoformat() if most.requested_date else ""


def _page(order: OrderView, form: ChangeForm, *, status: int = 200, **values: Any) -> Response:
    shown = pages.change_values(order, form, **values)
    return make_response(render_template("orders/change.html", **shown), status)


def _order_page(number: str, problem: str, status: int) -> Response:
    release_session()
    order = order_of(session(), buyer().account_id, number)
    return make_response(render_template("orders/order.html", **order_values(order, problem=problem)), status)
