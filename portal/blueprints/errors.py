"""Errors as pages: one table from what went wrong to a status, one template that says what to do next."""

from __future__ import annotations

import logging

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.urls import iri_to_uri

from portal.blueprints.access import is_guarded, own_path, page_before, to_sign_in
from portal.blueprints.htmx import sign_in_required, wants_part
from portal.blueprints.kept_form import form_of_request, writer_of_form
from portal.blueprints.kept_page import again_page
from portal.core.errors import PortalError, TooManyAttempts
from portal.extensions import release_session, viewer
from portal.i18n import gettext as _
from portal.i18n import speak_without_database

log = logging.getLogger("portal.errors")

PAGES = frozenset({403, 404, 405, 409, 413, 422, 429, 500, 503})
"""Statuses with words of their own in templates/errors/error.html; others are shown as 404 or 500."""

GO_BACK = frozenset({409, 413, 422, 429})
"""Statuses whose words ask to go back."""


def register_errors(app: Flask) -> None:
    """Answer every error with a page in the reader's language."""
    app.register_error_handler(PortalError, portal_error)
    app.register_error_handler(CSRFError, forged_form)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(OperationalError, database_away)
    if not app.testing:
        # Under test the unexpected is raised, so that a test shows where it came from.
        app.register_error_handler(Exception, unexpected)


def error_page(status: int, **values: object) -> Response:
    """The page for ``status``. Works without the database for 500 and 503."""
    shown = status if status in PAGES else (404 if status < 500 else 500)
    if shown >= 500:
        speak_without_database()
    if "action_url" not in values:
        values["action_url"], values["action_label"] = _next_step(shown)
    return make_response(render_template("errors/error.html", status=shown, **values), status)


def _next_step(status: int) -> tuple[str | None, str]:
    """Where one tap leads on: to the same page again after a fault of ours, back to the form that was refused."""
    if status >= 500:
        is_page = request.method == "GET"
        return own_path(iri_to_uri(request.full_path.rstrip("?"))) if is_page else None, _("Try again")
    return page_before() if status in GO_BACK else None, _("Back")


def portal_error(error: PortalError) -> Response:
    """What the rooms refuse and no route has answered itself."""
    response = error_page(error.status)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def forged_form(error: CSRFError) -> Response:
    """A form without a valid token: forged, or older than the session.

    Who is signed out is asked to sign in. Who has signed in since it was made, by a cookie that remembers or in another
    window, or acts for another account since, is asked whether it still holds.
    """
    log.info("form refused: %s", error.description)
    looking, writer = viewer(), writer_of_form()
    if looking is None and is_guarded():
        return make_response(to_sign_in())
    if looking is not None and writer is not None and writer.user_id == looking.user.id:
        if wants_part():
            # A part has no room for the question: the form is sent again as a page.
            return make_response(sign_in_required(page_before() or "/"))
        if (kept := form_of_request()) is not None:
            return again_page(kept, 422)
    return error_page(422, stale_form=True)


def http_error(error: HTTPException) -> Response:
    """What Flask or Werkzeug refuse: unknown addresses, wrong methods, too large forms."""
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())
    response = error_page(error.code)
    if error.code == 405 and (allowed := getattr(error, "valid_methods", None)):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def database_away(error: OperationalError) -> Response:
    """The database is locked, full or gone: nothing was changed, and trying again may help."""
    log.error("database: %s", error)
    release_session()
    response = error_page(503)
    response.headers["Retry-After"] = "5"
    return response


def unexpected(error: Exception) -> Response:
    """A fault of ours."""
    log.exception("unexpected", exc_info=error)
    release_session()
    return error_page(500)
