"""GET /desk/search: what is sought; synonyms and redirects below it, and POST what is done to them."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import StaffDeed
from portal.blueprints import undo
from portal.blueprints.access import staff_required
from portal.blueprints.desk import search_pages as pages
from portal.blueprints.desk.search_forms import RedirectForm, SynonymForm
from portal.blueprints.htmx import leave
from portal.blueprints.typed import one_line
from portal.core.errors import NotFound, Refused
from portal.discovery import actions
from portal.discovery.queries import RedirectRow, SynonymRow, redirects, synonym_groups
from portal.extensions import now, release_session, session
from portal.i18n import gettext as _

blueprint = Blueprint("desk_search", __name__, url_prefix="/desk/search")

SYNONYMS: Final = "synonyms"
"""Kind of undo: the words of a group."""

REDIRECT: Final = "redirect"
"""Kind of undo: the words, and where they lead."""


@blueprint.get("")
@staff_required(StaffDeed.SEE_SEARCHES)
def overview() -> Response:
    """What dealers look for, what they do not find, and the words that lead them."""
    return make_response(render_template("desk/search.html", **pages.overview()))


@blueprint.get("/synonyms/new")
@staff_required(StaffDeed.MANAGE_SEARCH)
def new_synonyms() -> Response:
    """The form of a new group; ``word`` begins it."""
    return _synonyms(None, one_line(request.args.get("word"))[: actions.LONGEST_WORD])


@blueprint.post("/synonyms/new")
@staff_required(StaffDeed.MANAGE_SEARCH)
def add_synonyms() -> Response:
    """Keep a new group."""
    form = SynonymForm.from_request()
    try:
        actions.add_synonyms(session(), form.words, now=now())
    except Refused as refused:
        return _synonyms(None, form.typed, refused)
    return _done(_("The words are kept. Search knows them in a moment."))


@blueprint.get("/synonyms/<int:group_id>")
@staff_required(StaffDeed.MANAGE_SEARCH)
def synonyms(group_id: int) -> Response:
    """The form of a group."""
    group = _group(group_id)
    return _synonyms(group, pages.typed_of(group))


@blueprint.post("/synonyms/<int:group_id>")
@staff_required(StaffDeed.MANAGE_SEARCH)
def change_synonyms(group_id: int) -> Response:
    """Give a group other words."""
    form, group = SynonymForm.from_request(), _group(group_id)
    try:
        actions.change_synonyms(session(), group_id, form.words, now=now())
    except Refused as refused:
        return _synonyms(group, form.typed, refused)
    return _done(_("The words are kept. Search knows them in a moment."))


@blueprint.post("/synonyms/<int:group_id>/removal")
@staff_required(StaffDeed.MANAGE_SEARCH)
def remove_synonyms(group_id: int) -> Response:
    """Forget a group."""
    group = _group(group_id)
    actions.remove_synonyms(session(), group_id, now=now())
    undo.offer(
        _("The group is gone. Its words mean only themselves again."),
        url_for("desk_search.restore_synonyms"),
        undo=undo.seal(SYNONYMS, list(group.words)),
    )
    return leave(url_for("desk_search.overview"))


@blueprint.post("/synonyms/restored")
@staff_required(StaffDeed.MANAGE_SEARCH)
def restore_synonyms() -> Response:
    """Keep a group again that was forgotten."""
    words = undo.opened(SYNONYMS)
    if words is None:
        return leave(url_for("desk_search.overview"))
    try:
        actions.add_synonyms(session(), words, now=now())
    except Refused:
        return _in_use()
    return _done(_("The words are kept. Search knows them in a moment."))


@blueprint.get("/redirects/new")
@staff_required(StaffDeed.MANAGE_SEARCH)
def new_redirect() -> Response:
    """The form of a new redirect; ``words`` begins it."""
    words = one_line(request.args.get("words"))[: actions.LONGEST_TARGET]
    return _redirect(None, RedirectForm(words, ""))


@blueprint.post("/redirects/new")
@staff_required(StaffDeed.MANAGE_SEARCH)
def add_redirect() -> Response:
    """Keep a new redirect."""
    form = RedirectForm.from_request()
    try:
        actions.add_redirect(session(), form.words, form.target, now=now())
    except Refused as refused:
        return _redirect(None, form, refused)
    return _done(_("Kept: whoever searches for these words is led there."))


@blueprint.get("/redirects/<int:redirect_id>")
@staff_required(StaffDeed.MANAGE_SEARCH)
def show_redirect(redirect_id: int) -> Response:
    """The form of a redirect."""
    row = _row(redirect_id)
    return _redirect(row, RedirectForm(row.words, row.target))


@blueprint.post("/redirects/<int:redirect_id>")
@staff_required(StaffDeed.MANAGE_SEARCH)
def change_redirect(redirect_id: int) -> Response:
    """Give a redirect other words, or another page."""
    form, row = RedirectForm.from_request(), _row(redirect_id)
    try:
        actions.change_redirect(session(), redirect_id, form.words, form.target, now=now())
    except Refused as refused:
        return _redirect(row, form, refused)
    return _done(_("Kept: whoever searches for these words is led there."))


@blueprint.post("/redirects/<int:redirect_id>/removal")
@staff_required(StaffDeed.MANAGE_SEARCH)
def remove_redirect(redirect_id: int) -> Response:
    """Forget a redirect."""
    row = _row(redirect_id)
    actions.remove_redirect(session(), redirect_id)
    undo.offer(
        _("The line is gone. The words lead to their hits again."),
        url_for("desk_search.restore_redirect"),
        undo=undo.seal(REDIRECT, [row.words, row.target]),
    )
    return leave(url_for("desk_search.overview"))


@blueprint.post("/redirects/restored")
@staff_required(StaffDeed.MANAGE_SEARCH)
def restore_redirect() -> Response:
    """Keep a redirect again that was forgotten."""
    facts = undo.opened(REDIRECT)
    if facts is None:
        return leave(url_for("desk_search.overview"))
    words, target = facts
    try:
        actions.add_redirect(session(), words, target, now=now())
    except Refused:
        return _in_use()
    return _done(_("Kept: whoever searches for these words is led there."))


def _group(group_id: int) -> SynonymRow:
    group = next((group for group in synonym_groups(session()) if group.id == group_id), None)
    if group is None:
        raise NotFound("synonyms", group_id)
    return group


def _row(redirect_id: int) -> RedirectRow:
    row = next((row for row in redirects(session()) if row.id == redirect_id), None)
    if row is None:
        raise NotFound("redirect", redirect_id)
    return row


def _synonyms(group: SynonymRow | None, typed: str, problem: Refused | None = None) -> Response:
    values = pages.synonym_values(group, typed, problem)
    page = render_template("desk/search_synonyms.html", **values)
    return make_response(page, problem.status if problem else 200)


def _redirect(row: RedirectRow | None, form: RedirectForm, problem: Refused | None = None) -> Response:
    values = pages.redirect_values(row, form, problem)
    page = render_template("desk/search_redirect.html", **values)
    return make_response(page, problem.status if problem else 200)


def _in_use() -> Response:
    """Also where the undo was tapped twice: then what is in use is what was put back."""
    release_session()
    flash(_("These words are in use by now, so nothing was changed."), "warning")
    return leave(url_for("desk_search.overview"))


def _done(words: str) -> Response:
    flash(words, "success")
    return leave(url_for("desk_search.overview"))
