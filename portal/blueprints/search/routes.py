"""GET /search, /search/suggest and /search/code; POST /search/seen and /search/chosen, which take note."""

from __future__ import annotations

from posixpath import normpath
from urllib.parse import unquote, urlsplit, urlunsplit

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.cards import product_url, warehouse_id
from portal.blueprints.htmx import render, wants_part
from portal.blueprints.search import pages, suggesting
from portal.blueprints.search.forms import ChosenForm, SeenForm
from portal.blueprints.search.links import address_of
from portal.blueprints.search.params import SearchParams
from portal.catalog.codes import skus_of_code
from portal.catalog.queries import variants_by_sku
from portal.discovery import actions
from portal.extensions import buyer, now, runtime, session
from portal.i18n import gettext as _
from portal.i18n import locale

blueprint = Blueprint("search", __name__)

NOTED = 204
"""The answer to a note: nothing to show."""


@blueprint.get("/search")
@account_required(Deed.BROWSE)
def results() -> Response:
    """A page of results, or the page that the words lead to; for htmx the results alone."""
    params = SearchParams.from_args(request.args)
    if params.redirects and not params.is_filtered and not wants_part():
        target = runtime().shared.redirect_of(session(), params.text)
        if target is not None:
            return _lead(params, target)
    found = pages.results(params)
    return render("search/search.html", "search/_results.html", announce=found["count_text"], **found)


@blueprint.get("/search/suggest")
@account_required(Deed.BROWSE)
def suggest() -> Response:
    """What may be meant, while a person types."""
    found = suggesting.suggestions(SearchParams.from_args(request.args))
    return make_response(render_template("search/_suggestions.html", **found))


@blueprint.get("/search/code")
@account_required(Deed.BROWSE)
def code() -> Response:
    """A code that a camera has read: the product, if it is exactly one that the account may see, else a search."""
    params = SearchParams.from_args(request.args)
    skus = skus_of_code(session(), buyer(), params.q)
    if len(skus) == 1:
        return make_response(redirect(product_url(skus[0])))
    return make_response(redirect(address_of(SearchParams(q=params.q))))


@blueprint.post("/search/seen")
@account_required(Deed.BROWSE)
def seen() -> Response:
    """Note that results were looked at."""
    form = SeenForm.from_request()
    if form.folded:
        actions.record_query(
            session(),
            buyer().account_id,
            form.text,
            locale(),
            hits=form.hits,
            relaxed=form.relaxed,
            now=now(),
        )
    return make_response("", NOTED)


@blueprint.post("/search/chosen")
@account_required(Deed.BROWSE)
def chosen() -> Response:
    """Note that a hit was opened or put in the cart. What the account cannot see is not noted."""
    form = ChosenForm.from_request()
    found = variants_by_sku(session(), buyer(), [form.sku], warehouse_id(), locale())
    if form.folded and found:
        actions.record_click(
            session(),
            buyer().account_id,
            form.text,
            found[0].id,
            form.position,
            now=now(),
        )
    return make_response("", NOTED)


def _lead(params: SearchParams, target: str) -> Response:
    """Go where the words lead, and offer the hits all the same."""
    parts = urlsplit(target)
    if normpath(unquote(parts.path)) == url_for("search.results"):
        # Another search: it must not lead on, or two of them would send the reader to and fro.
        query = f"{parts.query}&redirect=no" if parts.query else "redirect=no"
        target = urlunsplit(parts._replace(query=query))
    anyway = address_of(params, redirects=False)
    words = _("“%(words)s” leads here.", words=params.q)
    link = Markup('{} <a href="{}">{}</a>').format(words, anyway, _("Search for it all the same"))
    flash(link, "info")
    return make_response(redirect(target, 302))
