"""What the checkout's templates get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from portal.accounts.queries import LocationView
from portal.blueprints.arrivals import fields_of
from portal.blueprints.cards import picture_url, unit_word
from portal.blueprints.checkout.forms import CheckoutForm
from portal.blueprints.credit import credit_for
from portal.blueprints.placing_words import Notice
from portal.blueprints.prepaying import prepay_for
from portal.core import formats
from portal.delivery.rules import days_to_choose, first_day
from portal.extensions import buyer, now, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.actions import ChangedPrice
from portal.orders.priced_cart import Going, PricedCart, priced_cart

NEXT_DAYS: Final = 3
"""How many of the next delivery days are named beside the date field."""

MAX_LATER: Final = 20
"""Products named in a delivery because they come on another day; that there are more is said by the number of lines."""

SHOWN_LINES: Final = 5
"""Lines that are shown at once; the others unfold."""


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """What is brought to one place on one day, as the page shows it."""

    place_name: str
    day: date | None
    """Day asked for; None: as soon as possible."""
    promised: date | None
    later: tuple[tuple[str, date | None], ...]
    """Names of products that arrive on another day, and that day; None: it cannot be told."""
    units: int
    lines: int
    goods: int
    """Minor units, in the lines' tax modes."""
    freight: int
    """Without tax, minor units."""
    missing_for_free: int
    """Minor units without tax; 0: it is brought for nothing, or never is."""
    missing_for_minimum: int
    """Minor units without tax; 0: enough."""
    order_by: str
    """The moment to order by, in words; empty: unknown."""


def cart_at(place: LocationView | None, day: date | None = None) -> PricedCart:
    """The viewer's cart at today's prices, with its deliveries if what is not split goes to ``place`` on ``day``."""
    looking = viewer()
    user_id = looking.user.id if looking else 0
    if place is None:
        return priced_cart(session(), buyer(), user_id, 0, locale(), today())
    going = Going(place.id, day, now())
    return priced_cart(session(), buyer(), user_id, place.warehouse_id, locale(), today(), going=going)


def delivery_views(cart: PricedCart) -> list[DeliveryView]:
    """The deliveries of the cart, the earliest first."""
    looking = viewer()
    names = {place.id: place.name for place in looking.locations} if looking else {}
    variants = {line.variant.id: line.variant.name for line in cart.lines}
    return [
        DeliveryView(
            place_name=names.get(delivery.location_id, ""),
            day=delivery.day,
            promised=delivery.promised,
            later=tuple(
                (variants[variant_id], promised)
                for variant_id, promised in list(delivery.later.items())[:MAX_LATER]
            ),
            units=delivery.units,
            lines=delivery.lines,
            goods=delivery.goods,
            freight=delivery.freight.charge,
            missing_for_free=delivery.freight.missing_for_free or 0,
            missing_for_minimum=delivery.freight.missing_for_minimum,
            order_by=_moment(delivery.order_by, cart.ways[delivery.location_id].place_timezone),
        )
        for delivery in cart.deliveries
    ]


def _moment(moment: datetime | None, timezone: str) -> str:
    return "" if moment is None else formats.local_datetime(moment, timezone, locale=locale(), style="near")


def page_values(
    form: CheckoutForm,
    cart: PricedCart,
    *,
    notice: Notice | None = None,
    old_total: int | None = None,
    changed: list[ChangedPrice] | None = None,
    button: str | None = None,
) -> dict[str, Any]:
    """The values of the page.

    ``old_total`` (minor units) and ``changed`` are told where prices have changed; ``button`` is what the button says
    instead of "place order".
    """
    looking = viewer()
    account = looking.account if looking else None
    place = form.place
    document = cart.document
    old_prices = {line.variant_id: line.seen_unit_price_e4 for line in changed or ()}
    way = cart.ways.get(place.id) if place else None
    prepay = prepay_for(document.total if document else 0)
    return {
        "form": form,
        "cart": cart,
        "document": document,
        "credit": credit_for(document.total - prepay if document else 0),
        "account": account,
        "place": place,
        "first_day": first_day(way, now()) if way else None,
        "next_days": list(islice(days_to_choose(way, now()), NEXT_DAYS)) if way else [],
        "deliveries": delivery_views(cart),
        "arrival_fields": fields_of(cart.deliveries),
        "can_split": bool(looking and looking.locations),
        "notice": notice,
        "prepay": prepay,
        "button": button or _button(is_new_price=old_total is not None, prepays=bool(prepay)),
        "old_total": old_total,
        "old_prices": old_prices,
        "shown_lines": SHOWN_LINES,
        "picture_url": picture_url,
        "unit_word": unit_word,
    }


def _button(*, is_new_price: bool, prepays: bool) -> str:
    if is_new_price:
        return _("Order at the new price")
    return _("Order and pay") if prepays else _("Place order")
