"""GET and POST /checkout: the POST places the order once per submit_key."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.arrivals import FIELD, MAX_FIELDS, shown_in
from portal.blueprints.checkout import pages
from portal.blueprints.checkout.forms import CheckoutForm
from portal.blueprints.htmx import leave, render
from portal.blueprints.placing_words import day_message, notice_of
from portal.blueprints.prepaying import after_placing, pay_until
from portal.core.clock import local_date
from portal.core.errors import Refused
from portal.core.ids import submit_key
from portal.extensions import buyer, location, now, release_session, runtime, session, today, viewer
from portal.i18n import gettext as _
from portal.orders.actions import Checkout, place_order
from portal.orders.priced_cart import PricedCart

blueprint = Blueprint("checkout", __name__)


KEPT: Final = ("location_id", "requested_date", "po_number", "notes", "submit_key")
"""Fields that come along when another place is chosen."""


@blueprint.get("/checkout")
@account_required(Deed.ORDER)
def show() -> Response:
    """The order as it would be placed, everything filled in; what was typed so far stays when the place changes."""
    place = location()
    values = {"location_id": str(place.id) if place else "", "submit_key": submit_key()}
    form = _form(**values | {name: request.args[name] for name in KEPT if request.args.get(name)})
    form.read_day()
    return _page(form, pages.cart_at(form.place, form.day))


@blueprint.post("/checkout")
@account_required(Deed.ORDER)
def place() -> Response:
    """Place the order; whatever is refused comes back with a message where it belongs and all that was typed."""
    form = _form()
    looking = viewer()
    if looking is None:
        raise LookupError("guard the route with account_required")
    if not form.validate() or form.place is None:
        if "submit_key" in form.errors:
            form.submit_key.data = submit_key()
        return _page(form, pages.cart_at(form.place, form.day), 422)
    checkout = Checkout(
        submit_key=form.submit_key.data or "",
        location_id=form.place.id,
        # A form without a total has shown none, and no order costs less than nothing: the new total is shown first.
        shown_total=-1 if form.total_shown is None else form.total_shown,
        po_number=form.po_number.data or "",
        requested_date=form.day,
        notes=form.notes.data or "",
        shown_arrivals=shown_in(request.form.getlist(FIELD)[:MAX_FIELDS]),
        despite_recent=form.orders_despite_recent,
        pay_until=pay_until(),
    )
    year = local_date(now(), runtime().settings.seller_timezone).year
    try:
        placed = place_order(
            session(), buyer(), looking.user.id, checkout, year=year, today=today(), now=now()
        )
    except Refused as refused:
        # Locks are given up before the page is made, so that nobody waits for it.
        release_session()
        return _refused(form, refused)
    return leave(after_placing(placed))


def _form(**values: str) -> CheckoutForm:
    looking = viewer()
    return CheckoutForm(looking.locations if looking else (), data=values or None)


def _refused(form: CheckoutForm, refused: Refused) -> Response:
    day_is_wrong = refused.code == "delivery_day"
    cart = pages.cart_at(form.place, None if day_is_wrong else form.day)
    if day_is_wrong and form.place is not None:
        typed_here = (refused.facts["location_id"], refused.facts["day"]) == (form.place.id, form.day)
        if typed_here and form.day is not None:
            form.requested_date.errors = [day_message(str(refused.facts["problem"]), form.day)]
            return _page(form, cart, refused.status)
    if refused.code == "prices_changed":
        return _page(form, cart, refused.status, old_total=form.total_shown, changed=refused.facts["lines"])
    if refused.code == "cart_empty":
        return _page(form, cart, refused.status)
    looking = viewer()
    names = {place.id: place.name for place in looking.locations} if looking else {}
    variants = {line.variant.id: line.variant.name for line in cart.lines}
    notice = notice_of(refused, buyer().currency, names, variants, now())
    button = None
    if refused.code == "ordered_before":
        # The page that asks carries the answer: its button orders all the same.
        form.despite_recent.data = "1"
        button = _("Order it all the same")
    elif refused.code == "arrives_later":
        button = _("Order for the new days")
    return _page(form, cart, refused.status, notice=notice, button=button)


def _page(form: CheckoutForm, cart: PricedCart, status: int = 200, **values: Any) -> Response:
    # What the page shows is what its button orders.
    form.shown_total.data = str(cart.document.total) if cart.document else ""
    shown = pages.page_values(form, cart, **values)
    return render("checkout/checkout.html", "checkout/_checkout.html", status=status, **shown)
