"""GET, POST /desk/bank: transfers that arrived, whose they are, and what a person decides about one."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import ngettext

from portal.accounts.rules import StaffDeed
from portal.blueprints.access import staff_required
from portal.blueprints.desk import bank_pages
from portal.blueprints.desk.bank_forms import MatchForm, UploadForm
from portal.blueprints.desk.bank_words import file_problem, line_problem
from portal.blueprints.desk.money_common import actor, dealer_of
from portal.blueprints.htmx import leave
from portal.blueprints.typed import MAX_REASON, one_line
from portal.core.errors import NotFound, Refused
from portal.core.money import MINOR_DIGITS
from portal.extensions import now, release_session, session, today
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.entry.tables import MOST_BYTES
from portal.payments import bank_lines
from portal.payments.bank_files import read_bank_file

blueprint = Blueprint("desk_bank", __name__, url_prefix="/desk/bank")

TOO_LARGE: Final = 413


@blueprint.url_value_preprocessor
def take_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A bank's file is larger than a form. Runs before the token is looked for in what was sent."""
    request.max_content_length = 2 * MOST_BYTES


@blueprint.get("")
@staff_required(StaffDeed.MANAGE_MONEY)
def index() -> Response:
    """Transfers that wait for a person, or those that are decided; and the form for a bank's file."""
    params = bank_pages.BankParams.from_args(request.args)
    return make_response(render_template("desk/bank.html", **bank_pages.index_values(params)))


@blueprint.post("")
@staff_required(StaffDeed.MANAGE_MONEY)
def take_in() -> Response:
    """Read a bank's file, take in what is new, and match it at once. The same file brings nothing in again."""
    form = UploadForm.from_request()
    problem = None
    if form.currency not in MINOR_DIGITS:
        problem, status = _("Choose the currency of the bank account."), 422
    elif not form.file_name:
        problem, status = _("Choose the file of your bank first."), 422
    else:
        try:
            found = read_bank_file(form.content, form.currency, today(), locale())
        except Refused as refused:
            problem = file_problem(refused)
            status = TOO_LARGE if refused.code == "file_too_large" else 422
    if problem is not None:
        release_session()
        values = bank_pages.index_values(bank_pages.BankParams(), problem=problem, currency=form.currency)
        return make_response(render_template("desk/bank.html", **values), status)
    # The currency belongs to it: who chose the wrong one first can send the file again.
    digest = hashlib.sha256(form.content + form.currency.encode()).hexdigest()
    imported = bank_lines.import_file(
        session(),
        found,
        file_name=form.file_name,
        sha256=digest,
        currency=form.currency,
        actor_id=actor(),
        now=now(),
    )
    values = bank_pages.imported_values(imported, form.file_name, form.currency)
    return make_response(render_template("desk/bank_imported.html", **values))


@blueprint.post("/again")
@staff_required(StaffDeed.MANAGE_MONEY)
def again() -> Response:
    """Try what waits once more: invoices may have been issued since."""
    currency = request.form.get("currency", "")
    if currency not in MINOR_DIGITS:
        raise NotFound("currency", currency)
    count = bank_lines.match_again(session(), currency, actor_id=actor(), now=now())
    flash(ngettext("%(num)d transfer was matched.", "%(num)d transfers were matched.", count), "success")
    return leave(url_for("desk_bank.index"))


@blueprint.get("/<int:line_id>")
@staff_required(StaffDeed.MANAGE_MONEY)
def show(line_id: int) -> Response:
    """One transfer, with what it may be. ``account`` names the one whose invoices are shown."""
    return _page(line_id)


@blueprint.post("/<int:line_id>/match")
@staff_required(StaffDeed.MANAGE_MONEY)
def match(line_id: int) -> Response:
    """Say whose the transfer is and what it settles."""
    form = MatchForm.from_request()
    bank_lines.line_at_desk(session(), line_id)
    account = dealer_of(form.account_code) if form.account_code else None
    if account is None:
        return _page(line_id, _("Choose the account first."), 422)
    try:
        received = bank_lines.match_to(
            session(),
            line_id,
            account.id,
            form.invoice_numbers,
            payment_id=form.payment_id,
            actor_id=actor(),
            now=now(),
        )
    except NotFound:
        release_session()
        return _page(line_id, _("What you chose is not this account's any more. Look again."), 409)
    except Refused as refused:
        release_session()
        return _page(line_id, line_problem(refused), refused.status)
    flash(
        _("The transfer is payment %(reference)s of %(account)s.",
          reference=received.reference, account=account.name),
        "success",
    )  # fmt: skip
    return leave(url_for("desk_bank.index"))


@blueprint.post("/<int:line_id>/ignore")
@staff_required(StaffDeed.MANAGE_MONEY)
def ignore(line_id: int) -> Response:
    """Put aside a transfer that is no dealer's payment."""
    reason = one_line(request.form.get("reason"))[:MAX_REASON]
    bank_lines.line_at_desk(session(), line_id)
    if not reason:
        return _page(line_id, _("Say why this is not a dealer’s payment."), 422)
    try:
        bank_lines.ignore(session(), line_id, reason=reason, actor_id=actor(), now=now())
    except Refused as refused:
        release_session()
        return _page(line_id, line_problem(refused), refused.status)
    flash(_("The transfer is put aside."), "success")
    return leave(url_for("desk_bank.index"))


@blueprint.post("/<int:line_id>/undo")
@staff_required(StaffDeed.MANAGE_MONEY)
def undo(line_id: int) -> Response:
    """Take back what was decided; the transfer waits again."""
    note = one_line(request.form.get("reason"))[:MAX_REASON]
    line = bank_lines.line_at_desk(session(), line_id)
    if not note and line.payment_reference:
        return _page(line_id, _("Say why the match was wrong."), 422)
    try:
        bank_lines.undo(session(), line_id, note=note, actor_id=actor(), now=now())
    except Refused as refused:
        release_session()
        return _page(line_id, line_problem(refused), refused.status)
    flash(_("The transfer waits again. What it had settled is open again."), "success")
    return leave(url_for("desk_bank.show", line_id=line_id))


def _page(line_id: int, problem: str | None = None, status: int = 200) -> Response:
    values = bank_pages.line_values(line_id, one_line(request.values.get("account"))[:60], problem)
    return make_response(render_template("desk/bank_line.html", **values), status)
