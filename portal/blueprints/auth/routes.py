"""GET, POST /login; POST /logout; the ways to a new password; POST /account/sign-out-everywhere."""

from __future__ import annotations

from typing import Final

import flask
from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext
from flask_login import login_user, logout_user, user_loaded_from_cookie
from flask_wtf.csrf import CSRFError

from portal.accounts.actions import ask_for_reset_mail, end_sessions, note_sign_in, replace_password
from portal.accounts.people_queries import Credentials, credentials_by_email, credentials_by_id
from portal.accounts.queries import ViewerUser
from portal.accounts.rules import email_of
from portal.accounts.sign_in import (
    Device,
    Subject,
    count_attempt,
    device_of_token,
    device_token,
    give_back_attempt,
    hash_password,
    new_device,
    password_matches,
    password_subjects,
    read_reset_token,
    redeem,
    renewed_hash,
    reset_subjects,
    subjects_of,
)
from portal.blueprints.access import SignInNeeded, is_guarded, own_path, public, signed_in
from portal.blueprints.auth.forms import (
    ChangePasswordForm,
    ForgotPasswordForm,
    NewPasswordForm,
    SignInForm,
    text_of,
)
from portal.blueprints.auth.pages import demo_sign_ins, wait_in_words
from portal.blueprints.errors import forged_form
from portal.blueprints.htmx import leave, sign_in_required
from portal.blueprints.kept_form import (
    TOKEN_FIELD,
    Writer,
    begin_tokens,
    form_of_request,
    packed,
    tokens_hold_for,
    unpacked,
    writer_of_form,
)
from portal.blueprints.kept_page import again_page
from portal.core.errors import Conflict, Refused, TooManyAttempts
from portal.demo import DEMO_PASSWORD
from portal.extensions import (
    SAFE_METHODS,
    PortalUser,
    load_user,
    now,
    own_transaction,
    reading,
    release_session,
    runtime,
    session,
    viewer,
)

blueprint = Blueprint("auth", __name__)

DEVICE_COOKIE: Final = "portal_device"
DEVICE_COOKIE_SECONDS: Final = 365 * 24 * 3600

KEPT_IN_SESSION: Final = ("locale",)
"""What a person chose before signing in and keeps; all else of the old session ends with it."""


@blueprint.get("/login")
@public
def sign_in() -> Response:
    """Show the sign-in form, or go on for who is signed in already."""
    wanted = own_path(request.args.get("next"))
    if viewer() is not None:
        return leave(wanted or "/")
    return _sign_in_page(SignInForm(data={"next": wanted or ""}))


@blueprint.post("/login")
@public
def sign_in_submit() -> Response:
    """Begin a session: 303 to where the person was going, 422 if it is not the password, 429 after too many tries.

    Who sent a form after their last session had ended is asked whether it shall be sent now (200).
    """
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form, 422)
    email = email_of(text_of(form.email))
    # The attempt is counted in a transaction of its own, and hashing takes long: no lock may be held meanwhile.
    release_session()
    with reading() as look_up:
        credentials = credentials_by_email(look_up, email)
    device = _device()
    subjects = subjects_of(email, credentials, device, request.remote_addr or "")
    try:
        _count(subjects)
    except TooManyAttempts as blocked:
        form.password.errors = [
            gettext(
                "Too many tries. Try again in %(wait)s, or choose a new password by mail: that works at once.",
                wait=wait_in_words(blocked.retry_after),
            )
        ]
        return _retry_later(_sign_in_page(form, 429), blocked)
    if credentials is None or not password_matches(text_of(form.password), credentials):
        form.password.errors = [gettext("E-mail address or password is wrong.")]
        return _sign_in_page(form, 422)
    renewed = renewed_hash(text_of(form.password), credentials)
    try:
        note_sign_in(session(), credentials, renewed, now())
    except Conflict:
        form.password.errors = [gettext("Your password was changed just now. Sign in with the new one.")]
        return _sign_in_page(form, 409)
    give_back_attempt(session(), subjects)
    _begin_session(credentials.user_id, credentials.session_epoch, remember=form.remember.data)
    kept = unpacked(form.kept.data)
    if kept is not None and kept.writer.user_id == credentials.user_id:
        return _with_device(again_page(kept), device, credentials)
    return _with_device(leave(own_path(form.next.data) or "/"), device, credentials)


@blueprint.app_errorhandler(SignInNeeded)
def sign_in_first(needed: SignInNeeded) -> Response:
    """A form whose session has ended: the sign-in page itself (401), with all that was typed kept in it."""
    kept = unpacked(needed.kept) if needed.kept else form_of_request()
    if kept is None:
        return sign_in_required(needed.address)
    return _sign_in_page(SignInForm(formdata=None, next=kept.before, kept=packed(kept)), 401)


@blueprint.post("/logout")
@public
def sign_out() -> Response:
    """End the session in this browser. Whatever the session was, afterwards there is none."""
    _end_session()
    return leave(url_for("auth.sign_in"))


@blueprint.errorhandler(CSRFError)
def stale_form(error: CSRFError) -> Response:
    """A form that was open longer than its session: signing in shows it anew, signing out has nothing left to do."""
    if request.endpoint == "auth.sign_in_submit":
        form = SignInForm()
        form.password.errors = [
            gettext("This page was open for too long. Please enter your password once more.")
        ]
        return _sign_in_page(form, 422)
    if request.endpoint == "auth.sign_out":
        looking, writer = viewer(), writer_of_form()
        if looking is None:
            return leave(url_for("auth.sign_in"))
        if writer is not None and writer.user_id == looking.user.id:
            # They have signed in anew, or changed the account, in another window: they mean it all the same.
            _end_session()
            return leave(url_for("auth.sign_in"))
    return forged_form(error)


@blueprint.get("/password/forgot")
@public
def forgot_password() -> Response:
    """Ask for the mail address a link for a new password goes to."""
    return _forgot_page(ForgotPasswordForm())


@blueprint.post("/password/forgot")
@public
def forgot_password_submit() -> Response:
    """Have the link sent. The answer is the same whether or not anybody has the mail address."""
    form = ForgotPasswordForm()
    if not form.validate():
        return _forgot_page(form, 422)
    release_session()
    try:
        _count(reset_subjects(request.remote_addr or ""))
    except TooManyAttempts as blocked:
        form.email.errors = [
            gettext("Too many tries. Try again in %(wait)s.", wait=wait_in_words(blocked.retry_after))
        ]
        return _retry_later(_forgot_page(form, 429), blocked)
    ask_for_reset_mail(session(), email_of(text_of(form.email)), now())
    flash(
        gettext("If we know this mail address, a link is on its way to it. Look in the spam folder too."),
        "info",
    )
    return leave(url_for("auth.sign_in"))


@blueprint.get("/password/reset/<token>")
@public
def reset_password(token: str) -> Response:
    """Show the form for a new password, or say that the link no longer works (410)."""
    try:
        credentials = _owner_of_link(token)
    except Refused:
        return _gone_page()
    return _reset_page(NewPasswordForm(credentials.email), credentials)


@blueprint.post("/password/reset/<token>")
@public
def reset_password_submit(token: str) -> Response:
    """Replace the password, end every session of the person, and make this device a known one."""
    try:
        credentials = _owner_of_link(token)
        form = NewPasswordForm(credentials.email)
        if not form.validate():
            return _reset_page(form, credentials, 422)
        release_session()
        new_hash = hash_password(text_of(form.password))
        replace_password(session(), credentials, new_hash, now())
    except Refused:
        return _gone_page()
    _end_session()
    flash(gettext("Your new password is set. Sign in with it."), "success")
    # Who holds the mailbox is the owner: a block others caused must not keep them out of this device.
    return _with_device(leave(url_for("auth.sign_in")), _device(), credentials)


@blueprint.get("/account/password")
@signed_in
def change_password() -> Response:
    """Show the form that changes the password."""
    return _change_page(ChangePasswordForm(_person().email))


@blueprint.post("/account/password")
@signed_in
def change_password_submit() -> Response:
    """Change the password: every other session of the person ends, this one goes on."""
    form = ChangePasswordForm(_person().email)
    if not form.validate():
        return _change_page(form, 422)
    user_id, is_remembered = _person().id, _has_remember_cookie()
    release_session()
    with reading() as look_up:
        credentials = credentials_by_id(look_up, user_id)
    subjects = password_subjects(user_id)
    try:
        _count(subjects)
    except TooManyAttempts as blocked:
        form.current.errors = [
            gettext("Too many tries. Try again in %(wait)s.", wait=wait_in_words(blocked.retry_after))
        ]
        return _retry_later(_change_page(form, 429), blocked)
    if credentials is None or not password_matches(text_of(form.current), credentials):
        form.current.errors = [gettext("This is not your present password.")]
        return _change_page(form, 422)
    new_hash = hash_password(text_of(form.password))
    try:
        epoch = replace_password(session(), credentials, new_hash, now())
    except Refused:
        form.current.errors = [gettext("Your password was changed just now. Sign in with the new one.")]
        return _change_page(form, 409)
    give_back_attempt(session(), subjects)
    account_id = flask.session.get("account_id")
    _begin_session(user_id, epoch, remember=is_remembered, account_id=account_id)
    flash(gettext("Your new password is set. Every other device was signed out."), "success")
    return leave(url_for("account.my"))


@blueprint.post("/account/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> Response:
    """End every session of the person, this one included."""
    end_sessions(session(), _person().id)
    _end_session()
    flash(gettext("You are signed out on every device."), "success")
    return leave(url_for("auth.sign_in"))


@blueprint.record_once
def _on_return_of_the_remembered(state: BlueprintSetupState) -> None:
    """Have the forms of a session that a cookie brought back name their person too."""
    user_loaded_from_cookie.connect(_name_in_forms, state.app)


def _name_in_forms(_app: flask.Flask, user: PortalUser) -> None:
    # A token that a page has shown already must go on to hold.
    if TOKEN_FIELD not in flask.session:
        begin_tokens(Writer.of(user.viewer))


@blueprint.before_app_request
def _hold_forms_to_their_account() -> None:
    """A person may act for another account than their open pages show: a membership has ended, for one."""
    looking = viewer() if is_guarded() else None
    if looking is None or tokens_hold_for(Writer.of(looking)):
        return
    begin_tokens(Writer.of(looking))
    if request.method not in SAFE_METHODS:
        raise CSRFError("The form was made for another account.")


def _begin_session(user_id: int, epoch: int, *, remember: bool, account_id: int | None = None) -> None:
    """Begin a new session: nothing of the old one, its form tokens included, holds in it."""
    kept = {key: flask.session[key] for key in KEPT_IN_SESSION if key in flask.session}
    flask.session.clear()
    flask.session.update(kept)
    if account_id is not None:
        flask.session["account_id"] = account_id
    if not remember and _has_remember_cookie():
        # Otherwise the person remembered here before would be back when this session ends.
        flask.session["_remember"] = "clear"
    user = load_user(f"{user_id}.{epoch}")
    if user is None:
        raise LookupError("nobody can be signed in: the password was checked a moment ago")
    begin_tokens(Writer.of(user.viewer))
    login_user(user, remember=remember)
    flask.session.permanent = True


def _end_session() -> None:
    """Leave nothing of the session.

    Its cookie goes, which also keeps the browser from showing the last pages again when a person presses Back.
    """
    logout_user()
    flask.session.clear()
    if _has_remember_cookie():
        flask.session["_remember"] = "clear"


def _has_remember_cookie() -> bool:
    return flask.current_app.config["REMEMBER_COOKIE_NAME"] in request.cookies


def _count(subjects: list[Subject]) -> None:
    """Count an attempt for good, whatever becomes of the request. Raises TooManyAttempts."""
    with own_transaction() as separate:
        count_attempt(separate, subjects, now())


def _person() -> ViewerUser:
    looking = viewer()
    if looking is None:
        raise LookupError("nobody is signed in: guard the route")
    return looking.user


def _owner_of_link(token: str) -> Credentials:
    """Whose password the link may replace. Raises Refused."""
    link = read_reset_token(runtime().settings.secret_key, token)
    return redeem(link, credentials_by_id(session(), link.user_id))


def _device() -> Device:
    """The device as its cookie tells, or a new one."""
    token = request.cookies.get(DEVICE_COOKIE, "")
    return device_of_token(runtime().settings.secret_key, token) or new_device()


def _with_device(response: Response, device: Device, credentials: Credentials) -> Response:
    """Have the device remembered as one this person signs in on."""
    settings = runtime().settings
    response.set_cookie(
        DEVICE_COOKIE,
        device_token(settings.secret_key, device.with_user(credentials.user_id)),
        max_age=DEVICE_COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.secure_cookies,
    )
    return response


def _retry_later(response: Response, blocked: TooManyAttempts) -> Response:
    response.headers["Retry-After"] = str(blocked.retry_after)
    return response


def _sign_in_page(form: SignInForm, status: int = 200) -> Response:
    kept = unpacked(form.kept.data)
    page = render_template(
        "auth/sign_in.html",
        form=form,
        kept=kept,
        kept_text=form.kept.data if kept else None,
        demo_sign_ins=demo_sign_ins(),
        demo_password=DEMO_PASSWORD,
    )
    return make_response(page, status)


def _forgot_page(form: ForgotPasswordForm, status: int = 200) -> Response:
    return make_response(render_template("auth/forgot_password.html", form=form), status)


def _reset_page(form: NewPasswordForm, credentials: Credentials, status: int = 200) -> Response:
    return make_response(
        render_template("auth/reset_password.html", form=form, email=credentials.email), status
    )


def _gone_page() -> Response:
    """The page for a link that is used, too old or not ours."""
    return make_response(render_template("auth/reset_link_gone.html"), 410)


def _change_page(form: ChangePasswordForm, status: int = 200) -> Response:
    return make_response(
        render_template("auth/change_password.html", form=form, email=_person().email), status
    )
