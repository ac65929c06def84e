"""Papers of several documents in one file: POST /invoices/downloads, GET /invoices/downloads/<id> and its .zip."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, flash, request, url_for

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.htmx import leave, render
from portal.blueprints.invoices.answers import file_answer
from portal.blueprints.invoices.forms import ChosenForm
from portal.core.errors import NotFound
from portal.extensions import buyer, now, session, today, viewer
from portal.i18n import gettext as _
from portal.invoices.batches import ask_batch, try_batch_again
from portal.invoices.models import BatchState
from portal.invoices.queries import batch_content, batch_of, numbered

blueprint = Blueprint("invoice_batches", __name__)

PDF: Final = "application/pdf"


@blueprint.post("/invoices/downloads")
@account_required(Deed.SEE_INVOICES)
def ask() -> Response:
    """Ask for the papers of what is ticked, in one file."""
    looking = viewer()
    form = ChosenForm.read(request.form)
    rows = numbered(session(), buyer().account_id, form.numbers, today())
    if not rows or not form.submit_key or looking is None:
        flash(_("Tick the invoices whose papers you want."), "warning")
        return leave(url_for("invoices.index"))
    batch_id = ask_batch(
        session(),
        buyer().account_id,
        looking.user.id,
        [row.id for row in rows],
        submit_key=form.submit_key,
        now=now(),
    )
    return leave(url_for("invoice_batches.batch", batch_id=batch_id))


@blueprint.get("/invoices/downloads/<int:batch_id>")
@account_required(Deed.SEE_INVOICES)
def batch(batch_id: int) -> Response:
    """How far a batch is. The page asks again by itself until it is ready."""
    found = batch_of(session(), buyer().account_id, _user_id(), batch_id)
    return render("invoices/batch.html", "invoices/_batch.html", batch=found)


@blueprint.post("/invoices/downloads/<int:batch_id>/again")
@account_required(Deed.SEE_INVOICES)
def again(batch_id: int) -> Response:
    """Have a file made that could not be made before."""
    try_batch_again(session(), buyer().account_id, _user_id(), batch_id, now=now())
    return leave(url_for("invoice_batches.batch", batch_id=batch_id))


@blueprint.get("/invoices/downloads/<int:batch_id>.zip")
@account_required(Deed.SEE_INVOICES)
def batch_file(batch_id: int) -> Response:
    """The batch's file; 404 until it is ready."""
    found = batch_of(session(), buyer().account_id, _user_id(), batch_id)
    if found.state is not BatchState.READY or found.file_id is None:
        raise NotFound("file", batch_id)
    return file_answer(batch_content(session(), found.file_id), "application/zip", f"invoices-{found.id}.zip")


def _user_id() -> int:
    looking = viewer()
    if looking is None:
        abort(404)
    return looking.user.id
