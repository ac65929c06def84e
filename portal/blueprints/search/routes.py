"""GET /search and GET /search/suggest."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.htmx import render
from portal.blueprints.search import pages
from portal.blueprints.search.params import SearchParams

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@account_required(Deed.BROWSE)
def results() -> Response:
    """A page of results; for htmx the results alone."""
    found = pages.results(SearchParams.from_args(request.args))
    return render("search/search.html", "search/_results.html", announce=found["announcement"], **found)


@blueprint.get("/search/suggest")
@account_required(Deed.BROWSE)
def suggest() -> Response:
    """What may be meant, while a person types."""
    found = pages.suggestions(SearchParams.from_args(request.args))
    return make_response(render_template("search/_suggestions.html", **found))
