"""GET /invoices and /invoices/<number>; POST /invoices/selection."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.htmx import leave
from portal.blueprints.invoice_words import pay_url
from portal.blueprints.invoices import pages
from portal.blueprints.invoices.forms import ChosenForm
from portal.blueprints.invoices.params import InvoicesParams
from portal.extensions import buyer, session, today
from portal.i18n import gettext as _
from portal.invoices.document import InvoiceDocument, document_of
from portal.invoices.models import Invoice
from portal.invoices.queries import invoices_of, numbered, standing_of

blueprint = Blueprint("invoices", __name__)


@blueprint.get("/invoices")
@account_required(Deed.SEE_INVOICES)
def index() -> Response:
    """What the account was invoiced: what is to be paid, unless something else is asked for."""
    params = InvoicesParams.from_args(request.args)
    found = invoices_of(
        session(),
        buyer().account_id,
        buyer().currency,
        shown=params.shown,
        today=today(),
        q=params.q,
        starts_on=params.starts_on,
        ends_on=params.ends_on,
        page=params.page,
    )
    standing = standing_of(session(), buyer().account_id, today())
    return make_response(render_template("invoices/index.html", **pages.list_values(params, found, standing)))


@blueprint.post("/invoices/selection")
@account_required(Deed.PAY)
def pay_selected() -> Response:
    """Go and pay what is ticked in the list. What is not to be paid is left out, and said."""
    chosen = ChosenForm.read(request.form)
    rows = numbered(session(), buyer().account_id, chosen.numbers, today())
    payable = [row.number for row in rows if row.is_payable]
    if not payable:
        flash(_("Tick what you want to pay: at least one invoice that is open."), "warning")
        return leave(url_for("invoices.index"))
    if len(payable) < len(chosen.numbers):
        flash(_("Only open invoices can be paid; the others are left out."), "warning")
    return leave(pay_url(payable))


@blueprint.get("/invoices/<number>")
@account_required(Deed.SEE_INVOICES)
def show(number: str) -> Response:
    """One invoice or credit note, with what settled it."""
    return make_response(render_template("invoices/show.html", **pages.document_values(own(number))))


def own(number: str) -> InvoiceDocument:
    """The account's document with this number. Raises NotFound."""
    return document_of(session(), Invoice.account_id == buyer().account_id, Invoice.number == number)
