"""GET /account, and the choices of account, place, language, size of text and theme."""

from __future__ import annotations

from typing import Final

import flask
from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    render_template,
    request,
    stream_with_context,
    url_for,
)

from portal.accounts.actions import choose_locale
from portal.accounts.rules import Deed
from portal.blueprints.access import (
    SignInNeeded,
    account_required,
    own_path,
    page_here,
    public,
    signed_in,
)
from portal.blueprints.account.forms import (
    TEXT_SIZES,
    THEMES,
    LanguageForm,
    LocationForm,
    SwitchAccountForm,
    TextSizeForm,
    ThemeForm,
)
from portal.blueprints.account.pages import my_page, topics_for
from portal.blueprints.account.price_file import price_lines
from portal.blueprints.htmx import leave
from portal.blueprints.kept_form import Writer, begin_tokens, tokens_hold_for, unpacked
from portal.blueprints.kept_page import again_page
from portal.core.errors import Refused
from portal.extensions import ACCOUNT_COOKIE, buyer, look_anew, now, runtime, session, today, viewer
from portal.i18n import choose_anew
from portal.i18n import gettext as _
from portal.orders.actions import choose_location
from portal.orders.mail_choices import choose_mail

blueprint = Blueprint("account", __name__)

TEXT_COOKIE: Final = "portal_text"
THEME_COOKIE: Final = "portal_theme"
CHOICE_SECONDS: Final = 365 * 24 * 3600
"""How long a browser keeps the choices that outlive a session."""


@blueprint.app_context_processor
def looks() -> dict[str, object]:
    """Tell every page the size of text and the theme chosen in this browser, and where a choice leads back to.

    They are about eyes and outlive the session. The server writes them into the page, so that none is first shown in
    another theme.
    """
    theme = request.cookies.get(THEME_COOKIE)
    return {
        "page_here": page_here,
        "text_size": request.cookies.get(TEXT_COOKIE, TEXT_SIZES[0]),
        "theme": theme if theme in THEMES else THEMES[0],
    }


@blueprint.get("/account")
@signed_in
def my() -> Response:
    """Show the person's settings and the account's facts."""
    looking = viewer()
    if looking is None:
        raise LookupError("nobody is signed in: guard the route")
    return make_response(render_template("account/my.html", my=my_page(session(), looking)))


@blueprint.get("/account/prices.csv")
@account_required(Deed.BROWSE)
def prices() -> Response:
    """The account's own prices of today for all it can order, as text for spreadsheets, sent as it is made."""
    looking = viewer()
    code = looking.account.code if looking and looking.account else ""
    response = Response(stream_with_context(price_lines()), mimetype="text/csv")
    name = f"prices-{code}-{today()}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.post("/account/mail")
@signed_in
def choose_mails() -> Response:
    """Be told by mail of what is ticked, and of nothing else that could be."""
    looking = viewer()
    if looking is None:
        raise LookupError("nobody is signed in: guard the route")
    ticked = set(request.form.getlist("topic"))
    topics = topics_for(looking)
    choose_mail(session(), looking.user.id, topics, [topic for topic in topics if topic.value in ticked])
    flash(_("From now on you get these mails and no others."), "success")
    return leave(url_for("account.my", _anchor="mail"))


@blueprint.post("/account/switch")
@signed_in
def switch_account() -> Response:
    """Act for another account of the person's from now on; 404 for one they are no member of.

    Who wrote a form for that account before their session ended is asked whether it shall be sent (200).
    """
    form = SwitchAccountForm()
    looking = viewer()
    if looking is None or not form.validate() or form.account_id.data not in dict(looking.accounts):
        abort(404)
    flask.session["account_id"] = form.account_id.data
    writer = Writer(looking.user.id, form.account_id.data)
    if not tokens_hold_for(writer):
        begin_tokens(writer)
    kept = unpacked(form.kept.data)
    if kept is not None and kept.writer == writer:
        look_anew()
        response = again_page(kept)
    else:
        response = leave(own_path(form.next.data) or "/")
    return _keep(response, ACCOUNT_COOKIE, str(form.account_id.data))


@blueprint.post("/account/location")
@account_required(Deed.BROWSE)
def switch_location() -> Response:
    """Order for another place of the account from now on; 404 for one that is not the account's."""
    form = LocationForm()
    looking = viewer()
    if looking is None or not form.validate():
        abort(404)
    choose_location(session(), looking.user.id, buyer().account_id, form.location_id.data or 0, now())
    return leave(own_path(form.next.data) or "/")


@blueprint.post("/account/language")
@public
def switch_language() -> Response:
    """Show pages in another language: in this browser, and for who is signed in everywhere.

    A page with a kept form in it is shown anew here: signing in (401), or the question whether to send it (200).
    """
    form = LanguageForm()
    if not form.validate():
        raise Refused("locale", field="locale")
    if (looking := viewer()) is not None:
        choose_locale(session(), looking.user.id, form.locale.data or "")
    flask.session["locale"] = form.locale.data
    kept = unpacked(form.kept.data)
    if kept is not None and looking is None:
        choose_anew()
        raise SignInNeeded(url_for("auth.sign_in"), form.kept.data)
    if kept is not None and looking is not None and kept.writer.user_id == looking.user.id:
        return again_page(kept)
    return leave(own_path(form.next.data) or "/")


@blueprint.post("/account/text-size")
@public
def switch_text_size() -> Response:
    """Show text larger, or as usual, in this browser."""
    form = TextSizeForm()
    if not form.validate():
        raise Refused("text_size", field="size")
    return _keep(leave(own_path(form.next.data) or "/"), TEXT_COOKIE, form.size.data or TEXT_SIZES[0])


@blueprint.post("/account/theme")
@public
def switch_theme() -> Response:
    """Show pages light, dark, or as this device is set, in this browser."""
    form = ThemeForm()
    if not form.validate():
        raise Refused("theme", field="theme")
    return _keep(leave(own_path(form.next.data) or "/"), THEME_COOKIE, form.theme.data or THEMES[0])


def _keep(response: Response, name: str, value: str) -> Response:
    """Have this browser keep a choice."""
    response.set_cookie(
        name,
        value,
        max_age=CHOICE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=runtime().settings.secure_cookies,
    )
    return response
