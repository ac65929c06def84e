"""GET and POST /lists and what is below it."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import Deed
from portal.blueprints import again_pages, undo
from portal.blueprints.access import account_required
from portal.blueprints.again_answer import answer, page
from portal.blueprints.again_forms import ReorderForm
from portal.blueprints.cards import unit_word
from portal.blueprints.htmx import announce_to_reader, leave, wants_part
from portal.blueprints.lists import pages
from portal.blueprints.lists.forms import MAX_UPLOAD_BYTES, LinesForm, NewListForm
from portal.blueprints.once import done_before
from portal.blueprints.typed import one_line, spreadsheet_cell
from portal.catalog.queries import variants_by_sku
from portal.core.errors import Conflict, NotFound, Refused
from portal.extensions import buyer, now, release_session, session
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders import lists
from portal.orders.list_queries import ListView, Reading, list_of, lists_of, read_list
from portal.orders.queries import cart_of
from portal.orders.reorder_sources import Source, lines_of_order
from portal.orders.rules import parse_quantity

blueprint = Blueprint("lists", __name__)

DELETED: Final = "list"
"""Kind of undo: the key by which a list comes back."""

TAKEN_OFF: Final = "list line"
"""Kind of undo: list (id), variant (id), units, and the variant it stood behind."""


@blueprint.url_value_preprocessor
def take_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A file is larger than any other form. This runs before the token is looked for in what was sent."""
    request.max_content_length = MAX_UPLOAD_BYTES


@blueprint.get("/lists")
@account_required(Deed.ORDER)
def index() -> Response:
    """The person's lists and the account's shared ones."""
    found = lists_of(session(), buyer().account_id, pages.user_id())
    return make_response(render_template("lists/index.html", lists=found, user_id=pages.user_id()))


@blueprint.get("/lists/new")
@account_required(Deed.ORDER)
def new() -> Response:
    """The form of a new list: empty, or of an order or the cart."""
    form = NewListForm.read(request.args)
    if form.order:
        lines_of_order(session(), buyer().account_id, form.order)
    return make_response(render_template("lists/new.html", form=form, problem="", problems=()))


@blueprint.post("/lists")
@account_required(Deed.ORDER)
def create() -> Response:
    """Make a list. What is not understood of a text or a file comes back by name; nothing is dropped unasked."""
    form = NewListForm.read(request.form, request.files)
    if done_before("new"):
        return leave(url_for("lists.index"))
    try:
        reading = _wanted(form)
        if reading.problems and not form.without:
            return _new_page(form, "", reading, 422)
        list_id = lists.create_list(
            session(),
            buyer().account_id,
            pages.user_id(),
            form.name,
            reading.wanted,
            shared=form.shared,
            now=now(),
        )
    except Refused as refused:
        return _new_page(form, pages.refused_words(refused), Reading(), refused.status)
    flash(_("The list is made."), "success")
    return leave(url_for("lists.show", list_id=list_id))


def _wanted(form: NewListForm) -> Reading:
    account_id = buyer().account_id
    if form.order:
        source = lines_of_order(session(), account_id, form.order)
        return Reading({line.variant_id: line.quantity for line in source.lines})
    if form.cart:
        cart = cart_of(session(), pages.user_id(), account_id)
        return Reading({line.variant_id: line.quantity for line in cart.lines})
    if form.file is not None:
        return read_list(session(), buyer(), locale(), content=form.file.read() or b"\0")
    return read_list(session(), buyer(), locale(), text=form.text) if form.text else Reading()


def _new_page(form: NewListForm, problem: str, reading: Reading, status: int) -> Response:
    values = {
        "form": form,
        "problem": problem,
        "problems": reading.problems,
        "understood": len(reading.wanted),
    }
    return make_response(render_template("lists/new.html", **values), status)


@blueprint.post("/lists/restore")
@account_required(Deed.ORDER)
def restore() -> Response:
    """Bring back a list that was deleted a moment ago."""
    key = undo.opened(DELETED)
    if key is None:
        return leave(url_for("lists.index"))
    try:
        list_id = lists.restore_list(session(), buyer().account_id, pages.user_id(), key, now())
    except NotFound:
        # It was theirs to bring back, and is used up.
        flash(_("It is back already."), "info")
        return leave(url_for("lists.index"))
    return leave(url_for("lists.show", list_id=list_id))


@blueprint.get("/lists/usual")
@account_required(Deed.ORDER)
def usual() -> Response:
    """What the account usually buys, with usual quantities, kept by itself."""
    lines = pages.usual_lines()
    form = ReorderForm()
    source = pages.usual_source(lines)
    values = again_pages.reorder_values(form, pages.usual_origin(), source, pages.look_at(None, source))
    words = {line.variant.id: pages.usual_words(line) for line in lines}
    return make_response(render_template("lists/usual.html", **values, usual_words=words))


@blueprint.post("/lists/usual/reorder")
@account_required(Deed.ORDER)
def reorder_usual() -> Response:
    """Look at what is chosen of it, put it in the cart, or order it."""
    return answer(
        ReorderForm.read(request.form), pages.usual_origin(), pages.usual_source(pages.usual_lines())
    )


@blueprint.get("/lists/<int:list_id>")
@account_required(Deed.ORDER)
def show(list_id: int) -> Response:
    """A list with today's prices and stock."""
    return make_response(render_template("lists/show.html", **pages.list_values(_list(list_id))))


@blueprint.post("/lists/<int:list_id>")
@account_required(Deed.ORDER)
def change(list_id: int) -> Response:
    """Rename a list, share it or make it private."""
    shown = _list(list_id)
    try:
        lists.change_list(
            session(),
            buyer().account_id,
            pages.user_id(),
            list_id,
            LinesForm.read(request.form).version,
            name=one_line(request.form.get("name")),
            shared=request.form.get("shared") == "1",
            now=now(),
        )
    except Refused as refused:
        return _refused(shown, refused)
    return leave(url_for("lists.show", list_id=list_id))


@blueprint.post("/lists/<int:list_id>/lines")
@account_required(Deed.ORDER)
def save(list_id: int) -> Response:
    """Keep the quantities that stand in the fields, then move or remove a line if that was asked."""
    shown = _list(list_id)
    form, asked = ReorderForm.read(request.form), LinesForm.read(request.form)
    typed = {key: each.quantity for key, each in (form.choices or {}).items()}
    quantities = {key: units for key, units in typed.items() if units is not None}
    if None in typed.values() and not wants_part():
        # What is no quantity is asked about first; all that was typed stays.
        return make_response(render_template("lists/show.html", **pages.list_values(shown, form)), 422)
    who = (session(), buyer().account_id, pages.user_id(), list_id)
    taken = None
    try:
        turn = asked.turn([line.variant_id for line in shown.lines])
        version = lists.save_lines(*who, asked.version, quantities, order=turn, now=now())
        if asked.remove is not None:
            taken = lists.remove_lines(*who, version, {asked.remove}, now())
    except Refused as refused:
        return _conflict(shown, form, refused) if isinstance(refused, Conflict) else _refused(shown, refused)
    if wants_part():
        return _saved(pages.list_values(_list(list_id), form))
    if taken:
        _offer_line(shown, int(asked.remove or 0), sum(taken.values()))
        return leave(url_for("lists.show", list_id=list_id))
    anchor = f"again-line-{asked.move[0]}" if asked.move else None
    return leave(url_for("lists.show", list_id=list_id, _anchor=anchor))


def _offer_line(shown: ListView, variant_id: int, quantity: int) -> None:
    ids = [line.variant_id for line in shown.lines]
    place = ids.index(variant_id)
    undo.offer(
        _("%(name)s is off the list.", name=shown.lines[place].sku),
        url_for("lists.put_back", list_id=shown.row.id),
        undo=undo.seal(TAKEN_OFF, [shown.row.id, variant_id, quantity, ids[place - 1] if place else None]),
    )


@blueprint.post("/lists/<int:list_id>/back")
@account_required(Deed.ORDER)
def put_back(list_id: int) -> Response:
    """Put a line back on a list, where it stood."""
    shown = _list(list_id)
    facts = undo.opened(TAKEN_OFF)
    if facts is None:
        return leave(url_for("lists.show", list_id=list_id))
    whose, variant_id, quantity, after = facts
    if whose != list_id:
        raise NotFound("list line", variant_id)
    who = (session(), buyer().account_id, pages.user_id(), list_id)
    try:
        lists.put_line_back(*who, variant_id, quantity, after, now())
    except Refused as refused:
        return _refused(shown, refused)
    return leave(url_for("lists.show", list_id=list_id, _anchor=f"again-line-{variant_id}"))


@blueprint.post("/lists/<int:list_id>/add")
@account_required(Deed.ORDER)
def add(list_id: int) -> Response:
    """Put a SKU on a list."""
    shown = _list(list_id)
    sku = one_line(request.form.get("sku"))[:100]
    if not sku:
        return _page_of(shown, _("Say which product you mean: the SKU is missing."), 422)
    found = variants_by_sku(session(), buyer(), [sku], 0, locale())
    if not found:
        return _page_of(
            shown, _("We do not know the SKU %(sku)s. Check it, or search by name.", sku=sku), 422
        )
    try:
        quantity = parse_quantity(request.form.get("quantity") or str(found[0].first_quantity))
        lists.add_lines(
            session(), buyer().account_id, pages.user_id(), list_id, {found[0].id: quantity}, now()
        )
    except Refused as refused:
        if refused.code == "too_many_lines":
            return _refused(shown, refused)
        return _page_of(shown, _("Type a quantity, such as 12."), 422)
    return leave(url_for("lists.show", list_id=list_id, _anchor=f"again-line-{found[0].id}"))


@blueprint.get("/lists/<int:list_id>/reorder")
@account_required(Deed.ORDER)
def preview(list_id: int) -> Response:
    """A list as it could be ordered now."""
    shown = _list(list_id)
    form, source = ReorderForm(), Source(shown.lines)
    return page(form, pages.origin_of(shown), source, again_pages.look(form, source))


@blueprint.post("/lists/<int:list_id>/reorder")
@account_required(Deed.ORDER)
def reorder(list_id: int) -> Response:
    """Look at what is chosen of a list, put it in the cart, or order it."""
    shown = _list(list_id)
    return answer(ReorderForm.read(request.form), pages.origin_of(shown), Source(shown.lines))


@blueprint.post("/lists/<int:list_id>/copy")
@account_required(Deed.ORDER)
def copy(list_id: int) -> Response:
    """A private copy for the person who asks."""
    shown = _list(list_id)
    if done_before(f"copy:{list_id}"):
        return leave(url_for("lists.index"))
    name = _("%(name)s (copy)", name=shown.row.name[: lists.MAX_NAME - 20])
    try:
        made = lists.copy_list(session(), buyer().account_id, pages.user_id(), list_id, name, now())
    except Refused as refused:
        return _refused(shown, refused)
    flash(_("The list is copied. The copy is yours alone."), "success")
    return leave(url_for("lists.show", list_id=made))


@blueprint.post("/lists/<int:list_id>/delete")
@account_required(Deed.ORDER)
def delete(list_id: int) -> Response:
    """Delete a list, and offer to bring it back."""
    if done_before(f"delete:{list_id}"):
        return leave(url_for("lists.index"))
    shown = _list(list_id)
    version = LinesForm.read(request.form).version
    try:
        key = lists.delete_list(session(), buyer().account_id, pages.user_id(), list_id, version, now())
    except Refused as refused:
        return _refused(shown, refused)
    words = _("The list is deleted.")
    undo.offer(words, url_for("lists.restore"), undo=undo.seal(DELETED, key))
    return leave(url_for("lists.index"))


@blueprint.get("/lists/<int:list_id>/print")
@account_required(Deed.ORDER)
def paper(list_id: int) -> Response:
    """A list for paper, or for the browser to save as PDF."""
    shown = _list(list_id)
    return make_response(render_template("lists/print.html", list=shown.row, lines=pages.paper_lines(shown)))


@blueprint.get("/lists/<int:list_id>.csv")
@account_required(Deed.ORDER)
def sheet(list_id: int) -> Response:
    """A list for a spreadsheet: UTF-8 with a byte order mark, and no cell that runs as a formula."""
    shown = _list(list_id)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("SKU"), _("Barcode"), _("Product name"), _("Unit"), _("Quantity")])
    for sku, barcode, name, unit, quantity in pages.paper_lines(shown):
        texts = (sku, barcode, name, unit_word(unit) if unit else "")
        writer.writerow([*(spreadsheet_cell(text) for text in texts), quantity])
    response = make_response("\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="list-{list_id}.csv"'
    return response


def _list(list_id: int) -> ListView:
    return list_of(session(), buyer().account_id, pages.user_id(), list_id)


def _saved(values: dict[str, object]) -> Response:
    response = make_response(render_template("lists/saved.swap.html", **values))
    announce_to_reader(response, _("The list is saved."))
    return response


def _conflict(shown: ListView, form: ReorderForm, refused: Refused) -> Response:
    """Somebody else was faster: their list is shown, and what was typed here is named, not lost."""
    release_session()
    current = _list(shown.row.id)
    there = {line.variant_id: line.quantity for line in current.lines}
    unsaved = [
        f"{line.sku}: {form.typed[line.variant_id]}"
        for line in shown.lines
        if line.variant_id in form.typed and form.typed[line.variant_id] != str(there.get(line.variant_id))
    ]
    words = pages.refused_words(refused)
    if unsaved:
        words = " ".join((words, _("Not saved: %(lines)s", lines=", ".join(unsaved[:20]))))
    if wants_part():
        flash(words, "warning")
        return leave(url_for("lists.show", list_id=shown.row.id))
    return _page_of(current, words, refused.status)


def _refused(shown: ListView, refused: Refused) -> Response:
    release_session()
    try:
        shown = _list(shown.row.id)
    except NotFound:
        return leave(url_for("lists.index"))
    return _page_of(shown, pages.refused_words(refused), refused.status)


def _page_of(shown: ListView, problem: str, status: int) -> Response:
    return make_response(
        render_template("lists/show.html", **pages.list_values(shown, problem=problem)), status
    )
