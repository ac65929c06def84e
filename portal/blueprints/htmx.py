"""Pages and parts: which of the two an address answers with. All reading of htmx's headers stays in this file."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, make_response, redirect, render_template
from htmx_flask import request


def wants_part() -> bool:
    """Whether htmx asks for a part of a page; a restored history entry or a boosted link needs the whole page."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def render(
    page: str, part: str, *, status: int = 200, announce: str | None = None, **values: Any
) -> Response:
    """The part alone for htmx, the page that includes it for everybody else. Same address, same values."""
    response = make_response(render_template(part if wants_part() else page, **values), status)
    if announce and wants_part():
        announce_to_reader(response, announce)
    return response


def leave(address: str) -> Response:
    """Go to another page: 303 for a plain form, ``HX-Redirect`` for htmx."""
    if request.htmx:
        response = make_response("", 200)
        response.headers["HX-Redirect"] = address
        return response
    return make_response(redirect(address, 303))


def announce_to_reader(response: Response, message: str) -> None:
    """Have the page's live region say ``message``."""
    # A header is ASCII: the message travels as JSON with its other letters escaped.
    response.headers["HX-Trigger"] = json.dumps({"announce": {"message": message}})


def sign_in_required(address: str) -> Response:
    """The answer to a visitor whose session has ended: never a sign-in page inside a part."""
    if request.htmx:
        response = make_response("", 401)
        response.headers["HX-Redirect"] = address
        return response
    return make_response(redirect(address, 303 if request.method == "POST" else 302))
