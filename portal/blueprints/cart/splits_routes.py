"""GET, POST /cart/places: where and when units go; …/pattern, …/whole, …/clear fill it at once, …/back undoes that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import ngettext

from portal.accounts.rules import Deed
from portal.blueprints import undo
from portal.blueprints.access import account_required
from portal.blueprints.cart import splits_pages as pages
from portal.blueprints.cart.splits_forms import GridForm, GridParams, PatternForm, columns_in
from portal.blueprints.cart.splits_pages import Grid, GridLine, Tried
from portal.blueprints.cart.words import trouble_of
from portal.blueprints.htmx import leave, render
from portal.core import formats
from portal.core.errors import NotFound, Refused
from portal.extensions import buyer, now, release_session, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders import splits
from portal.orders.actions import set_cart_quantity
from portal.orders.rules import check_quantity
from portal.orders.splits import Assigned, Column, misfit_of, spread
from portal.pricing.priced import Ask
from portal.pricing.prices import price_each

blueprint = Blueprint("splits", __name__)

UNSPLIT: Final = "places"
"""Kind of undo: the key by which the cart's places and days come back."""


@blueprint.get("/cart/places")
@account_required(Deed.ORDER)
def show() -> Response:
    """The grid: on a phone one line at a time, as a table where there is room."""
    params = GridParams.from_args()
    return _page(pages.grid(params.columns), line_id=params.line_id, is_table=params.is_table)


@blueprint.post("/cart/places")
@account_required(Deed.ORDER)
def save() -> Response:
    """Keep the cells that were sent, or do with them what the tapped button says."""
    form = GridForm.from_request()
    shown = pages.grid((*form.columns, *(column for cells in form.cells.values() for column in cells)))
    _require_lines(shown, form)
    match form.deed:
        case "column":
            return _column_added(shown, form)
        case "even":
            line = _line(shown, form)
            even = spread(line.quantity, line.variant.step, dict.fromkeys(shown.columns, 1))
            return _kept(shown, form, {line.id: even})
        case "copy":
            return _copied(shown, form)
        case "adopt":
            return _adopted(shown, form)
    return _kept(shown, form, form.cells)


@blueprint.post("/cart/places/pattern")
@account_required(Deed.ORDER)
def repeat() -> Response:
    """Spread every line evenly over “these weekdays to these places for so many weeks”."""
    form = PatternForm.from_request()
    shown = pages.grid()
    error = ""
    if not form.place_ids or not form.weekdays:
        error = _("Choose at least one place and one weekday.")
    elif form.weeks is None:
        error = _("Type for how many weeks: from 1 to %(maximum)s.", maximum=splits.MAX_WEEKS)
    if error or form.weeks is None:
        return _page(shown, status=422, tried=Tried(pattern_error=error, pattern=form))
    columns, left_out = splits.pattern(
        session(), buyer().account_id, form.place_ids, form.weekdays, form.weeks, now()
    )
    if not columns:
        error = _("Nothing can arrive there on these weekdays. Choose others.")
        return _page(shown, status=422, tried=Tried(pattern_error=error, pattern=form))
    before = _remembered()
    _keep(
        shown,
        {
            line.id: spread(line.quantity, line.variant.step, dict.fromkeys(columns, 1))
            for line in shown.lines
        },
    )
    _offer(ngettext("Spread over %(num)s delivery.", "Spread over %(num)s deliveries.", len(columns)), before)
    if left_out:
        days = sorted({day for _place, day, _problem in left_out})
        words = ", ".join(formats.local_day(day, locale=locale()) for day in days)
        flash(_("Left out, because nothing arrives then: %(days)s", days=words), "warning")
    return leave(pages.address(columns))


@blueprint.post("/cart/places/whole")
@account_required(Deed.ORDER)
def bring_whole() -> Response:
    """Bring all of every line to one place on one day."""
    columns = columns_in([f"{request.form.get('new_place', '')}:{request.form.get('new_day', '')}"])
    shown = pages.grid()
    error = _column_error(columns[0] if columns else None)
    if error:
        return _page(shown, status=422, tried=Tried(column_error=error))
    before = _remembered()
    _keep(shown, {line.id: {columns[0]: line.quantity} for line in shown.lines})
    _offer(_("Everything goes to one place on one day."), before)
    return leave(pages.address(columns))


@blueprint.post("/cart/places/clear")
@account_required(Deed.ORDER)
def clear() -> Response:
    """Split nothing any more: place and day are chosen at checkout."""
    shown = pages.grid()
    before = _remembered()
    _keep(shown, {line.id: {} for line in shown.lines})
    _offer(_("Nothing is split any more."), before)
    return leave(pages.address(()))


@blueprint.post("/cart/places/back")
@account_required(Deed.ORDER)
def put_back() -> Response:
    """Let every line go where it went before it was changed at once."""
    key = undo.opened(UNSPLIT)
    if key is not None:
        splits.restore_splits(session(), _user_id(), buyer().account_id, key)
        flash(_("Places and days are as they were."), "success")
    return leave(pages.address(()))


def _remembered() -> str:
    return splits.keep_splits(session(), _user_id(), buyer().account_id, now())


def _offer(words: str, before: str) -> None:
    undo.offer(words, url_for("splits.put_back"), undo=undo.seal(UNSPLIT, before))


def _user_id() -> int:
    looking = viewer()
    return looking.user.id if looking else 0


def _column_added(shown: Grid, form: GridForm) -> Response:
    """The page with one more column, and all that was typed: nothing is kept yet."""
    error = _column_error(form.new_column)
    if error:
        return _again(shown, form, Tried(form.typed, form.wrong, column_error=error))
    columns = (*shown.columns, *((form.new_column,) if form.new_column else ()))
    return _again(pages.grid(columns), form, Tried(form.typed, form.wrong), status=200)


def _copied(shown: Grid, form: GridForm) -> Response:
    """Keep the line as typed, and give the others the same shares."""
    line = _line(shown, form)
    cells = {column: units for column, units in form.cells.get(line.id, {}).items() if units}
    misfit = misfit_of(line.id, cells.values(), line.quantity, line.variant.step)
    if not cells or misfit is not None or form.wrong:
        return _kept(shown, form, {line.id: cells})
    copied = {
        other.id: spread(other.quantity, other.variant.step, cells)
        for other in shown.lines
        if other.id != line.id
    }
    return _kept(shown, form, {line.id: cells, **copied})


def _adopted(shown: Grid, form: GridForm) -> Response:
    """Make the line's quantity the sum of its cells."""
    line = _line(shown, form)
    cells = form.cells.get(line.id, {})
    if form.wrong:
        return _kept(shown, form, {line.id: cells})
    total = sum(cells.values())
    try:
        check_quantity(total, line.variant.minimum, line.variant.step)
    except Refused as refused:
        trouble = trouble_of(refused, str(total))
        return _again(shown, form, Tried(form.typed, form.wrong, {line.id: (trouble.text, 0)}))
    priced = price_each(session(), buyer(), [Ask.of(line.variant, total)], today(), with_tiers=False)[0]
    set_cart_quantity(
        session(),
        _user_id(),
        buyer().account_id,
        line.variant,
        total,
        priced.unit_price_e4,
        now(),
    )
    return _kept(shown, form, {line.id: cells})


def _kept(shown: Grid, form: GridForm, cells: Mapping[int, Mapping[Column, int]]) -> Response:
    if form.wrong:
        messages = {
            int(name.split(".")[1]): (_("Type whole numbers only, such as 12."), 0) for name in form.wrong
        }
        return _again(shown, form, Tried(form.typed, form.wrong, messages))
    try:
        _keep(shown, cells)
    except Refused as refused:
        release_session()
        return _again(shown, form, Tried(form.typed, form.wrong, _misfits(refused)))
    flash(_("Places and days are kept."), "success")
    return leave(pages.address(shown.columns, line_id=_next_line(shown, form), is_table=form.is_table))


def _keep(shown: Grid, cells: Mapping[int, Mapping[Column, int]]) -> None:
    splits.split_lines(
        session(),
        _user_id(),
        buyer().account_id,
        [Assigned(line_id, of_line) for line_id, of_line in cells.items()],
        shown.steps,
    )


def _misfits(refused: Refused) -> dict[int, tuple[str, int]]:
    if refused.code != "misfits":
        raise refused
    found: dict[int, tuple[str, int]] = {}
    for misfit in refused.facts["lines"]:  # type: ignore[attr-defined]
        assigned, quantity = _number(misfit.assigned), _number(misfit.quantity)
        if misfit.code == "step":
            found[misfit.line_id] = (
                _("This is sold in steps of %(step)s, also for each delivery.", step=_number(misfit.step)),
                0,
            )
        elif misfit.assigned < misfit.quantity:
            found[misfit.line_id] = (
                _(
                    "%(assigned)s of %(quantity)s assigned: say where the rest goes.",
                    assigned=assigned,
                    quantity=quantity,
                ),
                misfit.assigned,
            )
        else:
            found[misfit.line_id] = (
                _(
                    "%(assigned)s assigned, but the line has %(quantity)s.",
                    assigned=assigned,
                    quantity=quantity,
                ),
                misfit.assigned,
            )
    return found


def _column_error(column: Column | None) -> str:
    """Why nothing can be brought there on that day; empty if it can."""
    if column is None:
        return _("Choose a place and a day.")
    problem = splits.column_problem(session(), buyer().account_id, column, now())
    if problem is None:
        return ""
    day = formats.local_date(column[1], locale=locale(), style="full")
    match problem:
        case "too_soon":
            return _("%(day)s is in the past or too soon.", day=day)
        case "too_far":
            return _("%(day)s is too far ahead: at most a year.", day=day)
        case "weekday":
            return _("We do not deliver to this place on that weekday (%(day)s).", day=day)
        case "holiday":
            return _("%(day)s is a public holiday.", day=day)
    return _("We are closed on %(day)s.", day=day)


def _next_line(shown: Grid, form: GridForm) -> int | None:
    """After a line is kept the next one that is not split opens; where there is none, the same."""
    if form.line_id is None:
        return None
    ids = [line.id for line in shown.lines]
    after = ids.index(form.line_id) + 1 if form.line_id in ids else 0
    return next((line.id for line in shown.lines[after:] if not line.cells), form.line_id)


def _line(shown: Grid, form: GridForm) -> GridLine:
    line = shown.line(form.line_id)
    if line is None:
        raise NotFound("cart line", form.line_id)
    return line


def _require_lines(shown: Grid, form: GridForm) -> None:
    for line_id, cells in form.cells.items():
        if shown.line(line_id) is None:
            raise NotFound("cart line", line_id)
        for place_id, _day in cells:
            if place_id not in shown.places:
                raise NotFound("location", place_id)


def _again(shown: Grid, form: GridForm, tried: Tried, status: int = 422) -> Response:
    return _page(shown, line_id=form.line_id, is_table=form.is_table, tried=tried, status=status)


def _page(
    shown: Grid,
    *,
    line_id: int | None = None,
    is_table: bool = False,
    tried: Tried | None = None,
    status: int = 200,
) -> Response:
    shown_values = pages.values(shown, line_id=line_id, is_table=is_table, tried=tried)
    return render("cart/splits.html", "cart/_splits.html", status=status, **shown_values)


def _number(units: int) -> str:
    return formats.quantity(units, locale=locale())
