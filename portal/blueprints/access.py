"""Who may come in: one decorator per kind of route. Every route has one, and a test walks the address map to see it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import abort, current_app, make_response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.urls import iri_to_uri

from portal.accounts.rules import Deed, StaffDeed, may, staff_may
from portal.blueprints.htmx import sign_in_required, wants_part
from portal.extensions import viewer

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer", bound=ResponseReturnValue)
View = Callable[Arguments, ResponseReturnValue]

ACCESS: Final = "portal_access"
"""Attribute of a view function that says which decorator guards it: public, signed_in, account or staff."""

DEED: Final = "portal_deed"
"""Attribute of a view function guarded by account_required or staff_required: the deed its people must be allowed."""


class SignInNeeded(Exception):
    """Somebody who is not signed in sent a form.

    ``address`` is where they sign in and go back to the page before; ``kept`` what was kept of an earlier form, as
    text, if this one only changes how the sign-in page is shown.
    """

    def __init__(self, address: str, kept: str | None = None) -> None:
        super().__init__(address)
        self.address = address
        self.kept = kept


def public(view: View[Arguments]) -> View[Arguments]:
    """Open to everybody: sign-in, static files, health checks."""
    setattr(view, ACCESS, "public")
    return view


def signed_in(view: View[Arguments]) -> View[Arguments]:
    """Open to whoever is signed in, dealer or staff."""

    @wraps(view)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> ResponseReturnValue:
        if viewer() is None:
            return to_sign_in()
        return view(*args, **kwargs)

    setattr(guarded, ACCESS, "signed_in")
    return guarded


def account_required(deed: Deed) -> Callable[[View[Arguments]], View[Arguments]]:
    """Open to people of an account whose role allows ``deed``; 403 for others, staff included."""

    def guard(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> ResponseReturnValue:
            looking = viewer()
            if looking is None:
                return to_sign_in()
            if looking.account is None or not may(looking.account.role, deed):
                abort(403)
            return view(*args, **kwargs)

        setattr(guarded, ACCESS, "account")
        setattr(guarded, DEED, deed)
        return guarded

    return guard


def staff_required(deed: StaffDeed) -> Callable[[View[Arguments]], View[Arguments]]:
    """Open to the seller's people whose role allows ``deed``; 404 for a dealer's people."""

    def guard(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> ResponseReturnValue:
            looking = viewer()
            if looking is None:
                return to_sign_in()
            if looking.user.staff_role is None:
                abort(404)
            if not staff_may(looking.user.staff_role, deed):
                abort(403)
            return view(*args, **kwargs)

        setattr(guarded, ACCESS, "staff")
        setattr(guarded, DEED, deed)
        return guarded

    return guard


def to_sign_in() -> ResponseReturnValue:
    """Send a visitor to sign in, and afterwards back to the page they were on; a form is kept meanwhile."""
    is_page = request.method == "GET" and not wants_part()
    wanted = own_path(iri_to_uri(request.full_path.rstrip("?")) if is_page else page_before())
    address = url_for("auth.sign_in", next=wanted if wanted != "/" else None)
    if request.method == "POST" and not wants_part():
        # Handled by those who know the sign-in page; the check of tokens asks from where nothing can be raised.
        return make_response(current_app.handle_user_exception(SignInNeeded(address)))
    return sign_in_required(address)


def is_guarded() -> bool:
    """True if this request is for a route that asks who is looking."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, ACCESS, "public") != "public"


def page_before() -> str | None:
    """The page a form or a part was asked for from, as a path with its query, if the browser tells and it is ours."""
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:
        # Half an IPv6 address, such as http://[
        return None
    if f"{before.scheme}://{before.netloc}" != request.host_url.rstrip("/"):
        return None
    path = before.path or "/"
    if route_of(path, "GET") in {None, "auth.sign_in"}:
        # The answer to a form, or signing in, is nothing to go back to.
        return None
    return own_path(f"{path}?{before.query}" if before.query else path)


def page_here() -> str:
    """The page that is shown, as a path with its query: where a form that changes how it is shown comes back to.

    What answers a form is shown anew at the form's address where that has a page, else the page before it is.
    """
    if request.method == "GET":
        return own_path(iri_to_uri(request.full_path.rstrip("?"))) or "/"
    return (own_path(iri_to_uri(request.path)) if _has_page() else page_before()) or "/"


def _has_page() -> bool:
    """Whether the route of this request is that of a page too. Another one's may match the same address."""
    rules = current_app.url_map.iter_rules()
    here = request.url_rule
    return here is not None and any(
        rule.rule == here.rule and "GET" in (rule.methods or ()) for rule in rules
    )


def route_of(path: str, method: str) -> str | None:
    """The endpoint that answers ``method`` at a path of ours; None if there is none."""
    adapter = current_app.create_url_adapter(request)
    try:
        return str(adapter.match(path, method=method)[0]) if adapter else None
    except HTTPException:
        return None


def own_path(address: str | None) -> str | None:
    """The address if it is a path of this portal, else None: nobody is sent to another site by a link they trust."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return None
    # Browsers read a backslash as a slash, and drop tabs and line ends before they read anything.
    if "\\" in address or any(ord(sign) <= 32 or ord(sign) == 127 for sign in address):
        return None
    return address
