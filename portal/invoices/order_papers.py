"""Papers about an order: its confirmation, and the packing slip of each of its shipments.

They show the order as it is when they are asked for, so nothing of them is filed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.accounts.letterhead import Party, address_lines, party_of
from portal.accounts.models import Location
from portal.adapters.mail_templates import translations
from portal.adapters.paper import Sheet
from portal.core.clock import local_date
from portal.core.errors import NotFound, Refused
from portal.invoices.facts import parties_of
from portal.invoices.statement_paper import LETTER_COUNTRIES
from portal.orders.carriers import carrier_name
from portal.orders.order_view import OrderView

_PLACE_PARTS: Final = (
    "name", "recipient", "phone", "country", "region", "city", "line1", "line2", "postal_code"
)  # fmt: skip


def confirmation_sheet(session: Session, order: OrderView, *, brand_name: str, timezone: str) -> Sheet:
    """The confirmation of the order as it stands; ``timezone`` is the account's."""
    seller, buyer = _companies(session, order, brand_name)
    ship_to = [order.ship_to.get("name", ""), *_place(order, seller.country).lines]
    placed_on = local_date(order.placed_at, timezone)
    lines = [line for line in order.lines if line.quantity > line.cancelled]
    return _sheet(
        order,
        seller,
        "order",
        f"{_word(order.locale, 'Order confirmation')} {order.number}",
        {
            "buyer": buyer,
            "placed_on": placed_on,
            "lines": lines,
            "prices_include_tax": any(line.tax_included for line in lines),
            "ship_to": ", ".join(part for part in ship_to if part),
        },
        dated=placed_on,
    )


def packing_sheet(
    session: Session, order: OrderView, shipment_number: str, *, brand_name: str, timezone: str
) -> Sheet:
    """The packing slip of a shipment of the order. Raises NotFound."""
    shipment = next((each for each in order.shipments if each.number == shipment_number), None)
    if shipment is None:
        raise NotFound("shipment", shipment_number)
    seller, _buyer = _companies(session, order, brand_name)
    shipped_on = local_date(shipment.shipped_at, timezone)
    return _sheet(
        order,
        seller,
        "packing_slip",
        f"{_word(order.locale, 'Packing slip')} {shipment.number}",
        {
            "shipment": shipment,
            "shipped_on": shipped_on,
            "carrier": carrier_name(shipment.carrier, order.locale),
            "place": _destination(session, order, {line.drop_id for line in shipment.lines}, seller.country),
            "units": sum(line.quantity for line in shipment.lines),
        },
        dated=shipped_on,
    )


def _sheet(
    order: OrderView, seller: Party, template: str, title: str, values: dict[str, Any], *, dated: date
) -> Sheet:
    return Sheet(
        template=template,
        locale=order.locale,
        title=title,
        values={
            "order": order,
            "layout": "",
            "seller": seller,
            "seller_name": seller.name,
            "honorific": "御中" if order.locale == "ja" else "",
            **values,
        },
        author=seller.name,
        dated=dated,
        page_size="Letter" if seller.country in LETTER_COUNTRIES else "A4",
    )


def _companies(session: Session, order: OrderView, brand_name: str) -> tuple[Party, Party]:
    try:
        parties = parties_of(session, order.account_id)
    except Refused:
        # No company is set up to invoice yet; an order can be confirmed all the same.
        seller: dict[str, Any] = {"name": brand_name}
        buyer: dict[str, Any] = {"name": order.account_name}
    else:
        seller, buyer = dict(parties.seller), dict(parties.buyer)
    home = str(seller.get("country") or "")
    return (
        party_of(seller, home=home, locale=order.locale),
        party_of(buyer, home=home, locale=order.locale),
    )


def _destination(session: Session, order: OrderView, drop_ids: set[int], home: str) -> Party:
    """Where a shipment went: the order's place as it was then; another place of the account as it is today."""
    places = {drop.location_id for line in order.lines for drop in line.drops if drop.id in drop_ids} - {
        order.location_id
    }
    place = session.get(Location, min(places)) if places else None
    if place is None:
        return _place(order, home)
    return _party({name: getattr(place, name) for name in _PLACE_PARTS}, home, order.locale)


def _place(order: OrderView, home: str) -> Party:
    """Where the order goes, as it was then."""
    return _party(order.ship_to, home, order.locale)


def _party(place: Mapping[str, str], home: str, locale: str) -> Party:
    country = place.get("country") or home
    return Party(
        name=place.get("name", ""),
        country=country,
        lines=address_lines(place, country, home=home, locale=locale),
        registration="",
        representative=place.get("recipient", ""),
        business_type="",
        business_item="",
        tax_numbers=(),
        phone=place.get("phone", ""),
        email="",
    )


def _word(locale: str, message: str) -> str:
    return str(translations(locale).ugettext(message))
