"""What is done with lines that are ordered again, whether they come from an order or a list."""

from __future__ import annotations

from flask import Response, flash, make_response, render_template, url_for

from portal.blueprints import again_pages as pages
from portal.blueprints import again_words as words
from portal.blueprints.again_forms import ReorderForm
from portal.blueprints.htmx import announce_to_reader, leave, wants_part
from portal.blueprints.placing_words import Notice
from portal.blueprints.prepaying import after_placing, pay_until
from portal.core import formats
from portal.core.clock import local_date
from portal.core.errors import Refused
from portal.extensions import buyer, now, release_session, runtime, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.actions import Checkout, place_basket
from portal.orders.reorder import Again
from portal.orders.reorder_actions import basket_of, put_in_cart
from portal.orders.reorder_sources import Source, placed_with


def answer(form: ReorderForm, origin: pages.Origin, source: Source) -> Response:
    """Do what the form asks for; whatever is refused comes back with everything as it was chosen."""
    if form.to == "order" and (number := placed_with(session(), buyer().account_id, form.submit_key)):
        # Asked before anything is looked at: the first tap took the stock that the second would miss.
        return leave(url_for("orders.show", number=number, placed=1))
    found = pages.look(form, source)
    if form.to == "look":
        return _looked(form, origin, source, found)
    if found.wrong:
        return page(form, origin, source, found, notice=words.lines_wrong(found.wrong), status=422)
    if not found.ordered:
        return page(form, origin, source, found, notice=words.nothing_chosen(), status=422)
    if form.to == "cart":
        return _to_cart(form, origin, source, found)
    return _to_order(form, origin, source, found)


def _to_cart(form: ReorderForm, origin: pages.Origin, source: Source, found: Again) -> Response:
    looking = viewer()
    try:
        put_in_cart(
            session(),
            looking.user.id if looking else 0,
            buyer().account_id,
            found,
            submit_key=form.submit_key,
            source=origin.source,
            now=now(),
        )
    except Refused as refused:
        release_session()
        notice = Notice(
            _("A line would be too large"),
            _(
                "With what your cart holds of %(sku)s already it would be more than %(maximum)s. Nothing was added.",
                sku=refused.facts["sku"],
                maximum=words.number(refused.facts["maximum"]),
            ),
        )
        return page(form, origin, source, pages.look(form, source), notice=notice, status=422)
    flash(_("In the cart: %(count)s", count=words.number(len(found.ordered))), "success")
    _tell_left_out(found)
    return leave(url_for("cart.show"))


def _to_order(form: ReorderForm, origin: pages.Origin, source: Source, found: Again) -> Response:
    looking, place = viewer(), pages.place_of(form, source)
    if looking is None or place is None:
        notice = Notice(
            _("Your account has no place of delivery yet"), _("Ask us to enter your first place of delivery.")
        )
        return page(form, origin, source, found, notice=notice, status=422)
    checkout = Checkout(
        submit_key=form.submit_key,
        location_id=place.id,
        # A page that has shown no total orders nothing: the total is shown first.
        shown_total=-1 if form.shown_total is None else form.shown_total,
        po_number=form.po_number,
        shown_arrivals=form.shown_arrivals,
        despite_recent=form.despite_recent,
        pay_until=pay_until(),
    )
    year = local_date(now(), runtime().settings.seller_timezone).year
    try:
        placed = place_basket(
            session(),
            buyer(),
            looking.user.id,
            basket_of(found),
            checkout,
            year=year,
            today=today(),
            now=now(),
        )
    except Refused as refused:
        # Locks are given up before the page is made, so that nobody waits for it.
        release_session()
        after = pages.look(form, source)
        notice = words.refused_words(refused, after)
        return page(form, origin, source, after, notice=notice, status=refused.status, asked=refused.code)
    if not placed.is_repeat:
        _tell_left_out(found)
    return leave(after_placing(placed))


def _tell_left_out(found: Again) -> None:
    if left_out := words.left_out_words(found):
        flash(left_out, "warning")


def _looked(form: ReorderForm, origin: pages.Origin, source: Source, found: Again) -> Response:
    """Only what follows from the choices: the fields stay, and whatever is typed in them meanwhile."""
    if not wants_part():
        return page(form, origin, source, found)
    values = pages.reorder_values(form, origin, source, found)
    response = make_response(render_template("orders/reorder.swap.html", **values))
    document = found.document
    total = formats.money(document.total, document.currency, locale=locale()) if document else None
    announce_to_reader(response, _("Total now %(total)s", total=total) if total else _("Nothing is chosen"))
    return response


def page(
    form: ReorderForm,
    origin: pages.Origin,
    source: Source,
    found: Again,
    *,
    notice: Notice | None = None,
    status: int = 200,
    asked: str = "",
) -> Response:
    """The page of what may be ordered again."""
    values = pages.reorder_values(form, origin, source, found, notice=notice, asked=asked)
    return make_response(render_template("orders/reorder.html", **values), status)
