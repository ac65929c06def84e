"""GET /styleguide: in demo mode alone; elsewhere there is no such page."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request

from portal.blueprints.access import public
from portal.blueprints.styleguide.forms import sample_form
from portal.blueprints.styleguide.pages import TEXTS, THEMES, samples
from portal.blueprints.styleguide.params import LookParams
from portal.core.accents import Accent
from portal.extensions import now, runtime, today
from portal.responses import CONTENT_SECURITY_POLICY

blueprint = Blueprint("styleguide", __name__)

FRAMED_POLICY = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
"""The page is shown beside itself, in other looks; nobody else may put it into a frame."""


@blueprint.get("/styleguide")
@public
def show() -> Response:
    """Every shared part in its states, in the look that the address asks for; or several looks side by side."""
    settings = runtime().settings
    if not settings.is_demo:
        abort(404)
    look = LookParams.from_args(request.args, accent=settings.brand_accent)
    if look.beside:
        return make_response(render_template("styleguide/beside.html", look=look))
    brand = cast(dict[str, object], current_app.jinja_env.globals["settings_public"])
    page = render_template(
        "styleguide/styleguide.html",
        look=look,
        samples=samples(look.accent, today(), now()),
        form=sample_form(wrong=False),
        wrong=sample_form(wrong=True),
        themes=THEMES,
        texts=TEXTS,
        accents=tuple(dict.fromkeys((*Accent, settings.brand_accent))),
        settings_public={**brand, "accent": look.accent.value},
        **look.overrides,
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = FRAMED_POLICY
    return response
