"""GET /."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required, signed_in
from portal.blueprints.home import pages
from portal.blueprints.htmx import leave
from portal.extensions import viewer

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """A dealer's home. The seller's people work at the desk."""
    looking = viewer()
    if looking is not None and looking.is_staff:
        return leave("/desk")
    return dealer_home()


@account_required(Deed.BROWSE)
def dealer_home() -> ResponseReturnValue:
    """The home page of an account; 403 for a person who belongs to none."""
    return render_template("home/home.html", **pages.home())
