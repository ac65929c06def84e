"""GET, POST /quick-order; GET, POST /quick-order/<key>; POST /quick-order/commit; the live check; nicknames."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import Deed
from portal.blueprints import undo
from portal.blueprints.access import account_required
from portal.blueprints.htmx import announce_to_reader, leave, wants_part
from portal.blueprints.quick_order import pages
from portal.blueprints.quick_order.deeds import done
from portal.blueprints.quick_order.forms import MAX_TEXT_BYTES, MAX_UPLOAD_BYTES, LineForm, StartForm
from portal.blueprints.quick_order.reading import entering, read
from portal.blueprints.quick_order.words import refused_input
from portal.blueprints.typed import MAX_SUBMIT_KEY, one_line
from portal.core.errors import Conflict, Refused
from portal.core.ids import submit_key
from portal.extensions import buyer, now, release_session, session
from portal.i18n import gettext as _
from portal.orders import bulk
from portal.orders.bulk import Entry
from portal.orders.bulk_lines import Reader, Reading
from portal.orders.bulk_outcome import Assessment, assess
from portal.orders.nicknames import Forgotten, forget, know_again

blueprint = Blueprint("quick_order", __name__)

TOO_LARGE = 413

FORGOTTEN: Final = "nickname"
"""Kind of undo: a nickname as it was: words, variant (id), uses, moment."""


@blueprint.url_value_preprocessor
def take_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Files and pasted tables are larger than other forms. Runs before the token is looked for in what was sent."""
    request.max_content_length = MAX_UPLOAD_BYTES
    request.max_form_memory_size = MAX_TEXT_BYTES


@blueprint.get("/quick-order")
@account_required(Deed.ORDER)
def show() -> Response:
    """Where lines are typed, pasted, uploaded or scanned."""
    code = one_line(request.args.get("code"))[:100]
    values = pages.start_values(rows=[(code, "")] if code else [])
    return make_response(render_template("quick_order/start.html", **values))


@blueprint.post("/quick-order")
@account_required(Deed.ORDER)
def start() -> Response:
    """Read what was sent, keep it, and show what would become of it."""
    try:
        form = StartForm.from_request()
    except Refused as refused:
        values = pages.start_values(
            lines=request.form.get("lines", ""), error=refused_input(refused), lost_file="file"
        )
        return make_response(render_template("quick_order/start.html", **values), TOO_LARGE)
    if form.wants_more_rows:
        return _start_again(form, "", 200, extra_rows=pages.MORE_ROWS)
    if form.is_empty:
        return _start_again(form, _("Type, paste or choose a file first."), 422)
    try:
        reading = read(lambda reader: _everything(reader, form))
        bulk.with_last_order(session(), buyer().account_id, reading, form.lines[:200])
        if not reading.lines:
            return _start_again(form, _("We found no lines to order in it."), 422)
        entry = _keep(form, reading)
    except Refused as refused:
        release_session()
        status = TOO_LARGE if refused.code == "file_too_large" else 422
        return _start_again(form, refused_input(refused), status)
    return _preview(entry)


@blueprint.get("/quick-order/check")
@account_required(Deed.ORDER)
def check() -> Response:
    """What a row that is being typed would become."""
    code = one_line(request.args.get("code"))[:100]
    said = one_line(request.args.get("quantity"))[:20]
    lines: list[pages.ShownLine] = []
    found: Assessment | None = None
    if code:
        reading = read(lambda reader: reader.rows([(code, said or "1")]))
        found = assess(session(), entering(), reading.lines)
        lines = [pages.shown_line(line, found) for line in found.lines]
    return make_response(
        render_template(
            "quick_order/_check.html",
            line=lines[0] if lines else None,
            row=found.lines[0].variant if found and found.lines else None,
            candidates=[
                found.goods.rows[each] for each in found.lines[0].line.candidates if each in found.goods.rows
            ]
            if found and found.lines
            else [],
            currency=buyer().currency,
        )
    )


@blueprint.post("/quick-order/commit")
@account_required(Deed.ORDER)
def commit() -> Response:
    """Put all of an entry into the cart, once."""
    key = one_line(request.form.get("submit_key"))[:MAX_SUBMIT_KEY]
    seen = one_line(request.form.get("seen"))[:MAX_SUBMIT_KEY] or None
    try:
        bulk.commit_entry(session(), entering(), key, seen, now())
    except Conflict:
        release_session()
        problem = _("Stock or prices have changed since you looked. This is how it stands now.")
        return _preview(_entry(key), problem=problem, status=409)
    except Refused as refused:
        release_session()
        problem = (
            _("More of one product would be kept for later than a line can hold. Leave a line of it out.")
            if refused.code == "too_much_for_later"
            else _("Nothing here can go into the cart yet. Mend a line first.")
        )
        return _preview(_entry(key), problem=problem, status=422)
    return leave(url_for("quick_order.entry", key=key))


@blueprint.get("/quick-order/<key>")
@account_required(Deed.ORDER)
def entry(key: str) -> Response:
    """A preview that was left, or what became of it; ``line`` opens one of its lines."""
    line = request.args.get("line", "")
    opened = int(line) if line.isascii() and line.isdigit() and len(line) < 7 else None
    return _preview(_entry(key), opened=opened)


@blueprint.post("/quick-order/<key>")
@account_required(Deed.ORDER)
def change(key: str) -> Response:
    """Do what was tapped at one line."""
    form = LineForm.from_request()
    who = entering()
    kept = bulk.entry_of(session(), who.buyer.account_id, who.user_id, key, lock=True)
    if kept.outcome is not None:
        return leave(url_for("quick_order.entry", key=key))
    before = assess(session(), who, kept.lines) if wants_part() else None
    try:
        kept = bulk.change_entry(session(), kept, done(kept.lines, form))
    except Refused as refused:
        release_session()
        return _change_refused(key, form, refused)
    if before is None:
        return leave(url_for("quick_order.entry", key=key, _anchor=f"entry-line-{form.line}"))
    return _changed(kept, before, assess(session(), who, kept.lines), form.line)


@blueprint.post("/quick-order/nicknames/<int:nickname_id>/delete")
@account_required(Deed.ORDER)
def forget_nickname(nickname_id: int) -> Response:
    """Take back what was learned, and offer to know it again."""
    gone = forget(session(), buyer().account_id, nickname_id)
    facts = [gone.words, gone.variant_id, gone.uses, gone.updated_at.isoformat()]
    undo.offer(
        _("“%(words)s” is forgotten.", words=gone.words),
        url_for("quick_order.know_nickname_again"),
        undo=undo.seal(FORGOTTEN, facts),
    )
    return leave(url_for("quick_order.show"))


@blueprint.post("/quick-order/nicknames/again")
@account_required(Deed.ORDER)
def know_nickname_again() -> Response:
    """Know a forgotten name again."""
    facts = undo.opened(FORGOTTEN)
    if facts is not None:
        words, variant_id, uses, at = facts
        forgotten = Forgotten(words, variant_id, uses, datetime.fromisoformat(at))
        know_again(session(), buyer().account_id, forgotten)
        flash(_("“%(words)s” is known again.", words=words), "success")
    return leave(url_for("quick_order.show", _anchor="nicknames"))


def _everything(reader: Reader, form: StartForm) -> Reading:
    reading = reader.rows(form.rows)
    for further in (
        reader.text(form.lines) if form.lines.strip() else None,
        reader.file(form.content) if form.file_name else None,
    ):
        if further is not None:
            reading.lines += further.lines
            reading.removals += further.removals
            reading.repeats_last_order = reading.repeats_last_order or further.repeats_last_order
            reading.notes += further.notes
            reading.left += further.left
    return reading


def _keep(form: StartForm, reading: Reading) -> Entry:
    who = entering()
    source = form.file_name or ("text" if form.lines.strip() else "rows")
    key = form.key
    if not bulk.keep_entry(session(), who.buyer.account_id, who.user_id, key, source, reading, now()):
        # The page was sent before, and what it made is in the cart: this is another entry.
        key = submit_key()
        bulk.keep_entry(session(), who.buyer.account_id, who.user_id, key, source, reading, now())
    return _entry(key)


def _entry(key: str) -> Entry:
    who = entering()
    return bulk.entry_of(session(), who.buyer.account_id, who.user_id, key)


def _preview(kept: Entry, *, problem: str = "", status: int = 200, opened: int | None = None) -> Response:
    if kept.outcome is not None:
        values = pages.outcome_values(kept)
    else:
        found = assess(session(), entering(), kept.lines)
        values = pages.entry_values(kept, found, problem=problem, opened=opened)
    return make_response(render_template("quick_order/entry.html", **values), status)


def _changed(kept: Entry, before: Assessment, after: Assessment, place: int) -> Response:
    """The line that was tapped, the others that are different now, the counts and the button."""
    others = [
        pages.shown_line(line, after)
        for line in after.lines[: len(before.lines)]
        if line.number != place and line != before.lines[line.number]
    ]
    added = [pages.shown_line(line, after) for line in after.lines[len(before.lines) :]]
    line = pages.shown_line(after.lines[place], after)
    response = make_response(
        render_template(
            "quick_order/changed.swap.html",
            entry=kept,
            is_done=False,
            line=line,
            others=others,
            added=added,
            **pages.summary_values(after),
        )
    )
    announce_to_reader(response, line.reasons[0] if line.reasons else _("This line is in order."))
    return response


def _change_refused(key: str, form: LineForm, refused: Refused) -> Response:
    kept = _entry(key)
    if refused.code == "nothing_typed":
        error = _("Type a product and a quantity.")
    elif form.deed == "quantity":
        error = _("Type a whole number, such as 12.")
    else:
        error = _("This cannot be done any more. Look again.")
    found = assess(session(), entering(), kept.lines)
    typed = (form.line, form.quantity, form.text, error)
    if wants_part():
        line = pages.shown_line(found.lines[form.line], found, typed)
        response = make_response(
            render_template(
                "quick_order/_lines.html",
                lines=[line],
                entry=kept,
                is_done=False,
                currency=found.currency,
            ),
            422,
        )
        announce_to_reader(response, error)
        return response
    values = pages.entry_values(kept, found, refused=typed)
    return make_response(render_template("quick_order/entry.html", **values), 422)


def _start_again(form: StartForm, error: str, status: int, *, extra_rows: int = 0) -> Response:
    values = pages.start_values(
        rows=[row for row in form.rows if row != ("", "")] if not extra_rows else form.rows,
        lines=form.lines,
        key=form.key,
        error=error,
        lost_file=form.file_name,
        extra_rows=extra_rows,
    )
    return make_response(render_template("quick_order/start.html", **values), status)
