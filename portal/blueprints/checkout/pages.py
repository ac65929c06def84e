"""What the checkout's templates get."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice, takewhile
from typing import Any, Final

from portal.accounts.queries import LocationView, closed_days
from portal.blueprints.cards import picture_url, unit_word
from portal.blueprints.checkout.forms import CheckoutForm
from portal.blueprints.checkout.words import Notice
from portal.blueprints.credit import credit_for
from portal.core.clock import local_date
from portal.delivery.calendar import MIN_DAYS_AHEAD, delivery_days
from portal.extensions import buyer, now, session, today, viewer
from portal.i18n import locale
from portal.orders.actions import ChangedPrice
from portal.orders.priced_cart import PricedCart, priced_cart

NEXT_DAYS: Final = 3
"""How many of the next delivery days are named beside the date field."""

SHOWN_LINES: Final = 5
"""Lines that are shown at once; the others unfold."""


def cart_at(place: LocationView | None) -> PricedCart:
    """The viewer's cart at today's prices, with the stock that serves ``place``."""
    looking = viewer()
    user_id = looking.user.id if looking else 0
    warehouse_id = place.warehouse_id if place else 0
    return priced_cart(session(), buyer(), user_id, warehouse_id, locale(), today())


def page_values(
    form: CheckoutForm,
    cart: PricedCart,
    *,
    notice: Notice | None = None,
    old_total: int | None = None,
    changed: list[ChangedPrice] | None = None,
) -> dict[str, Any]:
    """The values of the page. ``old_total`` (minor units) and ``changed`` are told where prices have changed."""
    looking = viewer()
    account = looking.account if looking else None
    place = form.place
    document = cart.document
    old_prices = {line.variant_id: line.seen_unit_price_e4 for line in changed or ()}
    days = next_days(place) if place else []
    return {
        "form": form,
        "cart": cart,
        "document": document,
        "credit": credit_for(document.total if document else 0),
        "account": account,
        "place": place,
        "first_day": min_day(place) if place else None,
        "next_days": days,
        "notice": notice,
        "old_total": old_total,
        "old_prices": old_prices,
        "shown_lines": SHOWN_LINES,
        "picture_url": picture_url,
        "unit_word": unit_word,
    }


def min_day(place: LocationView) -> date:
    """The first day that can be asked for at the place."""
    return local_date(now(), place.timezone) + timedelta(days=MIN_DAYS_AHEAD)


def next_days(place: LocationView) -> list[date]:
    """The next few days on which goods can arrive at the place."""
    today_there, first = local_date(now(), place.timezone), min_day(place)
    last = first + timedelta(days=31)
    closed = closed_days(session(), first, last)
    possible = delivery_days(place.country, place.region, place.delivery_weekdays, first, today_there, closed)
    return list(islice(takewhile(lambda day: day <= last, possible), NEXT_DAYS))
