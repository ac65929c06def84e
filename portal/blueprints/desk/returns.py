"""GET /desk/returns and /desk/returns/<number>; POST what is decided and done about one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import StaffDeed
from portal.blueprints.access import staff_required
from portal.blueprints.cards import unit_word
from portal.blueprints.desk.pages import Chip, allowed, own_accounts_of
from portal.blueprints.htmx import leave
from portal.blueprints.return_words import (
    reason_word,
    remedy_word,
    return_status_kind,
    return_status_word,
)
from portal.blueprints.typed import some_lines
from portal.core.errors import Refused
from portal.extensions import now, release_session, session, viewer
from portal.i18n import gettext as _
from portal.orders import returns
from portal.orders.models import ReturnStatus
from portal.orders.return_queries import ReturnView, any_return, photo_of, return_queue
from portal.orders.return_rules import MAX_NOTES, OPEN_RETURNS, ReturnMove, return_moves

blueprint = Blueprint("desk_returns", __name__, url_prefix="/desk/returns")

_FIELD = re.compile(r"units-([0-9]{1,15})", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,7}", re.ASCII)


@blueprint.get("")
@staff_required(StaffDeed.SEE_ORDERS)
def index() -> Response:
    """Returns of all accounts, or of a rep's own, the oldest first."""
    asked, page_text = request.args.get("status", ""), request.args.get("page", "")
    status = asked if asked in {"all", *ReturnStatus} else ""
    page = int(page_text) if _WHOLE.fullmatch(page_text) else 1
    statuses = OPEN_RETURNS if not status else set() if status == "all" else {ReturnStatus(status)}
    found = return_queue(session(), statuses=statuses, page=page, sales_rep_id=own_accounts_of())
    labels = {
        "": _("All open"),
        **{each.value: return_status_word(each) for each in ReturnStatus},
        "all": _("All"),
    }

    def url(**changes: Any) -> str:
        return url_for("desk_returns.index", **{"status": status or None, **changes})

    return make_response(
        render_template(
            "desk/returns.html",
            rows=found.rows,
            chips=[Chip(label, url(status=key or None), key == status) for key, label in labels.items()],
            previous_url=url(page=found.page - 1) if found.page > 1 else None,
            next_url=url(page=found.page + 1) if found.has_more else None,
            status_word=return_status_word,
            status_kind=return_status_kind,
        )
    )


@blueprint.get("/<number>")
@staff_required(StaffDeed.SEE_ORDERS)
def show(number: str) -> Response:
    """One return, with what can be done to it."""
    return _page(number)


@blueprint.get("/<number>/lines/<int:line_id>/photo")
@staff_required(StaffDeed.SEE_ORDERS)
def photo(number: str, line_id: int) -> Response:
    """The photo of a line."""
    media_type, content = photo_of(session(), _found(number).id, line_id)
    response = make_response(content)
    response.mimetype = media_type
    return response


@blueprint.post("/<number>/decision")
@staff_required(StaffDeed.CONFIRM_ORDERS)
def decide(number: str) -> Response:
    """Accept units of each line, or none of any; the dealer reads why."""
    found = _found(number)
    declined = request.form.get("decline") == "1"
    units = {line.id: 0 for line in found.lines} if declined else _units()
    note = some_lines(request.form.get("note"))[:MAX_NOTES]
    if units is None:
        return _page(number, _("Units are whole numbers, such as 12."), 422, note)
    return _done(
        number,
        _("The decision is recorded. The dealer gets a mail."),
        lambda: returns.decide(
            session(), found.id, units, note=note, version=_version(), actor_id=_actor(), now=now()
        ),
        note,
    )


@blueprint.post("/<number>/receipt")
@staff_required(StaffDeed.SHIP_ORDERS)
def receive(number: str) -> Response:
    """Record that the goods are back, and how many of them can be sold again."""
    found, units = _found(number), _units()
    if units is None:
        return _page(number, _("Units are whole numbers, such as 12."), 422)
    return _done(
        number,
        _("The goods are back."),
        lambda: returns.receive(session(), found.id, units, version=_version(), actor_id=_actor(), now=now()),
    )


@blueprint.post("/<number>/credit")
@staff_required(StaffDeed.CONFIRM_ORDERS)
def credit(number: str) -> Response:
    """Give the credit and close the return."""
    found = _found(number)
    return _done(
        number,
        _("The return is settled. The dealer gets a mail."),
        lambda: returns.credited(session(), found.id, version=_version(), actor_id=_actor(), now=now()),
    )


def _found(number: str) -> ReturnView:
    return any_return(session(), number, sales_rep_id=own_accounts_of())


def _done(number: str, done: str, deed: Callable[[], None], note: str = "") -> Response:
    try:
        deed()
    except Refused as refused:
        release_session()
        return _page(number, _problem(refused, _found(number)), refused.status, note)
    flash(done, "success")
    return leave(url_for("desk_returns.show", number=number))


def _problem(refused: Refused, found: ReturnView) -> str:
    match refused.code:
        case "reason_needed":
            return _("Say why not all of it is accepted: the dealer reads it.")
        case "more_than_asked":
            return _("No more can be accepted than was asked for.")
        case "more_than_granted":
            return _("No more can come back than was accepted.")
    return _(
        "Nothing was done: the return has moved on since you looked. It is now: %(status)s.",
        status=return_status_word(found.status),
    )


def _page(number: str, problem: str | None = None, status: int = 200, note: str = "") -> Response:
    found = _found(number)
    may_decide, may_ship = allowed(StaffDeed.CONFIRM_ORDERS), allowed(StaffDeed.SHIP_ORDERS)
    doable = {
        ReturnMove.APPROVE: may_decide,
        ReturnMove.DECLINE: may_decide,
        ReturnMove.RECEIVE: may_ship,
        ReturnMove.CREDIT: may_decide,
        ReturnMove.WITHDRAW: False,
    }
    return make_response(
        render_template(
            "desk/return.html",
            found=found,
            moves={move.value for move in return_moves(found.status) if doable[move]},
            problem=problem,
            note=note,
            status_word=return_status_word(found.status),
            status_kind=return_status_kind(found.status),
            reason_word=reason_word,
            remedy_word=remedy_word,
            unit_word=unit_word,
        ),
        status,
    )


def _units() -> dict[int, int] | None:
    """Units by return line, an empty field being none; None if any field holds no quantity."""
    typed = {
        int(found.group(1)): text.strip() or "0"
        for name, text in request.form.items()
        if (found := _FIELD.fullmatch(name))
    }
    if not all(_WHOLE.fullmatch(text) for text in typed.values()):
        return None
    return {line_id: int(text) for line_id, text in typed.items()}


def _version() -> int:
    text = request.form.get("version", "")
    # No return has version 0: a form that says none counts as one that shows an old state.
    return int(text) if _WHOLE.fullmatch(text) else 0


def _actor() -> int | None:
    looking = viewer()
    return looking.user.id if looking else None
