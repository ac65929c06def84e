"""GET, POST /orders/<number>/returns; GET /returns/<number> with its photos; POST withdrawal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.htmx import leave, wants_part
from portal.blueprints.return_words import photo_problem
from portal.blueprints.returns import pages
from portal.blueprints.returns.forms import MAX_UPLOAD_BYTES, ReturnForm
from portal.core.errors import Conflict, NotFound, Refused
from portal.extensions import buyer, now, release_session, session, viewer
from portal.i18n import gettext as _
from portal.orders import returns
from portal.orders.models import ReturnReason
from portal.orders.queries import OrderView, order_of
from portal.orders.return_queries import ReturnView, photo_of, return_by_key, return_of
from portal.orders.return_rules import MAX_NOTES

blueprint = Blueprint("returns", __name__)


@blueprint.url_value_preprocessor
def take_photos(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Photos are larger than any other form. This runs before the token is looked for in what was sent."""
    request.max_content_length = MAX_UPLOAD_BYTES


@blueprint.get("/orders/<number>/returns")
@account_required(Deed.ORDER)
def new(number: str) -> Response:
    """What can come back and what it is worth, or what was wrong with one line at the door."""
    order = _order(number)
    form = ReturnForm.read(request.args)
    only = next(iter(form.chosen), None) if request.args.get("at") == "door" else None
    values = pages.form_values(order, form, only=only)
    if wants_part():
        part = "returns/_claim.html" if only and "credit" not in request.args else "returns/_credit.html"
        return make_response(render_template(part, **values))
    page = "returns/claim.html" if only and "credit" not in request.args else "returns/new.html"
    return make_response(render_template(page, **values))


@blueprint.post("/orders/<number>/returns")
@account_required(Deed.ORDER)
def create(number: str) -> Response:
    """Ask for a return. What the person has not seen the credit of is shown first, and asked again."""
    order = _order(number)
    looking = viewer()
    form = ReturnForm.read(request.form, request.files)
    if (asked_before := return_by_key(session(), buyer().account_id, form.submit_key)) is not None:
        return leave(url_for("returns.show", number=asked_before, new=1))
    values = pages.form_values(order, form)
    credit = values["credit"]
    missing = [line_id for line_id, line in form.chosen.items() if line.reason not in set(ReturnReason)]
    for line_id in missing:
        form.errors[f"reason-{line_id}"] = _("Choose what is wrong.")
    if len(form.notes) > MAX_NOTES:
        form.errors["notes"] = _("At most %(maximum)s characters.", maximum=MAX_NOTES)
    if not form.chosen:
        return _again(values, form, _("Choose what comes back."), 422)
    if credit.amount is None or form.errors:
        return _again(values, form, credit.problem or _("Please check what is marked below."), 422)
    if form.pickup and form.pickup_day(pages.pickup_days(order)) is None:
        return _again(values, form, _("Choose one of the days offered for the pickup."), 422)
    if form.shown_credit is None or form.shown_credit != credit.amount:
        return _again(values, form, _("This is what you get back for it. Send it if that is right."), 409)
    try:
        made = returns.request_return(
            session(),
            buyer().account_id,
            looking.user.id if looking else 0,
            number,
            form.wishes(with_photos=True),
            pickup_date=form.pickup_day(pages.pickup_days(order)),
            notes=form.notes,
            submit_key=form.submit_key,
            shown_credit=form.shown_credit,
            now=now(),
        )
    except Conflict:
        release_session()
        values = pages.form_values(_order(number), form)
        return _again(
            values, form, _("Something has changed since you looked. This is how it stands now."), 409
        )
    except Refused as refused:
        release_session()
        values = pages.form_values(_order(number), form)
        return _again(values, form, photo_problem(refused), 422)
    return leave(url_for("returns.show", number=made.number, new=1))


@blueprint.get("/returns/<number>")
@account_required(Deed.SEE_ORDERS)
def show(number: str) -> Response:
    """One return."""
    values = pages.return_values(_return(number), is_new=request.args.get("new") == "1")
    return make_response(render_template("returns/show.html", **values))


@blueprint.post("/returns/<number>/withdrawal")
@account_required(Deed.ORDER)
def withdraw(number: str) -> Response:
    """Take back a return nobody has decided yet."""
    found, looking = _return(number), viewer()
    version = request.form.get("version", "")
    try:
        if version != str(found.version):
            raise Conflict("changed_meanwhile")
        returns.withdraw(
            session(),
            buyer().account_id,
            number,
            version=found.version,
            actor_id=looking.user.id if looking else 0,
            now=now(),
        )
    except Conflict:
        return _refused(
            number, _("The return has moved on since you looked. This is how it stands now."), 409
        )
    flash(_("The return is withdrawn."), "success")
    return leave(url_for("returns.show", number=number))


@blueprint.get("/returns/<number>/lines/<int:line_id>/photo")
@account_required(Deed.SEE_ORDERS)
def photo(number: str, line_id: int) -> Response:
    """The photo of a line, for the account alone."""
    media_type, content = photo_of(session(), _return(number).id, line_id)
    response = make_response(content)
    response.mimetype = media_type
    return response


@blueprint.post("/returns/<number>/lines/<int:line_id>/photo")
@account_required(Deed.ORDER)
def add_photo(number: str, line_id: int) -> Response:
    """Show what is wrong, as long as nobody has decided."""
    if line_id not in {line.id for line in _return(number).lines}:
        raise NotFound("return line", line_id)
    sent = request.files.get("photo")
    if sent is None or not sent.filename:
        return _refused(number, _("Choose a photo first."), 422)
    try:
        returns.add_photo(session(), buyer().account_id, number, line_id, sent.read())
    except Conflict:
        return _refused(
            number, _("The return has moved on since you looked. This is how it stands now."), 409
        )
    except Refused as refused:
        return _refused(number, photo_problem(refused), 422)
    flash(_("The photo is with your return."), "success")
    return leave(url_for("returns.show", number=number))


def _order(number: str) -> OrderView:
    return order_of(session(), buyer().account_id, number)


def _return(number: str) -> ReturnView:
    return return_of(session(), buyer().account_id, number)


def _again(values: dict[str, Any], form: ReturnForm, problem: str, status: int) -> Response:
    values = {**values, "form": form, "problem": problem, "lost_photos": form.has_photos}
    return make_response(render_template("returns/new.html", **values), status)


def _refused(number: str, problem: str, status: int) -> Response:
    release_session()
    return make_response(
        render_template("returns/show.html", **pages.return_values(_return(number), problem=problem)), status
    )
