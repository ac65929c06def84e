"""What a product card on a page is given: a variant, this account's price for it, and the words around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from flask import url_for
from markupsafe import Markup

from portal.accounts.rules import Deed, may
from portal.catalog.models import Unit
from portal.catalog.queries import VariantRow
from portal.extensions import buyer, location, session, today, viewer
from portal.i18n import gettext as _
from portal.pricing.priced import Ask, PricedLine
from portal.pricing.prices import price_each

NO_WAREHOUSE = 0
"""Serves an account without a place to deliver to: nothing is in stock there."""


@dataclass(frozen=True, slots=True)
class Card:
    """A product in a list, as templates/_shared/product_card.html takes it."""

    sku: str
    url: str
    """Of its page."""
    name: str
    brand: str
    option_text: str
    unit_label: str
    pack_size: int
    minimum: int
    step: int
    picture_url: str | None
    """None: the drawing of ``category_key``."""
    category_key: str
    price: PricedLine
    """For ``quantity`` units."""
    available: int
    allow_backorder: bool
    quantity: int
    """What the quantity field begins with."""
    is_orderable: bool
    name_language: str = ""
    """Where it is not the reader's."""
    in_cart: int = 0
    """Units that are in the cart already."""
    marked_name: Markup | None = None
    """The name with what was searched for marked in it; None: shown as it is."""
    marked_sku: Markup | None = None
    """The same for the SKU."""
    bought: str = ""
    """When the account bought it last, in words; empty: never, or not asked."""


def warehouse_id() -> int:
    """The warehouse that serves the place the viewer orders for."""
    place = location()
    return place.warehouse_id if place else NO_WAREHOUSE


def may_order() -> bool:
    """Whether the person who looks may put things in a cart; others are shown prices without a button."""
    looking = viewer()
    return looking is not None and looking.account is not None and may(looking.account.role, Deed.ORDER)


def cards_of(rows: Sequence[VariantRow], quantities: Mapping[int, int] | None = None) -> list[Card]:
    """A card for each row at this account's price of today, all prices at once.

    ``quantities`` are units by variant id that the fields begin with and that are priced.
    """
    if not rows:
        return []
    wanted = [(quantities or {}).get(row.id) or row.first_quantity for row in rows]
    asks = [Ask.of(row, quantity) for row, quantity in zip(rows, wanted, strict=True)]
    prices = price_each(session(), buyer(), asks, today(), with_tiers=False)
    return [card_of(row, price) for row, price in zip(rows, prices, strict=True)]


def card_of(row: VariantRow, price: PricedLine) -> Card:
    """The card of one priced row."""
    return Card(
        sku=row.sku,
        url=product_url(row.sku),
        name=row.name,
        brand=row.brand,
        # Most names already end with their options.
        option_text="" if row.options_text in row.name else row.options_text,
        unit_label=unit_word(row.unit),
        pack_size=row.pack_size,
        minimum=row.minimum,
        step=row.step,
        picture_url=picture_url(row.picture_small),
        category_key=row.category_slug,
        price=price,
        available=row.available,
        allow_backorder=row.allow_backorder,
        quantity=price.quantity,
        is_orderable=row.is_orderable and price.is_priced,
        name_language=row.name_language,
    )


def product_url(sku: str) -> str:
    """The address of a product's page; the SKU is one part of the path whatever is in it."""
    return f"/products/{quote(sku, safe='')}"


def picture_url(sha256: str | None) -> str | None:
    """The address of a stored picture; None for None."""
    return url_for("catalog.picture", sha256=sha256) if sha256 else None


def unit_word(unit: str) -> str:
    """One unit in the reader's language, as it stands after a price: "/ box"."""
    match Unit(unit):
        case Unit.EACH:
            return _("piece")
        case Unit.PACK:
            return _("pack")
        case Unit.BOX:
            return _("box")
        case Unit.CASE:
            return _("case")
        case Unit.BAG:
            return _("bag")
        case Unit.BOTTLE:
            return _("bottle")
        case Unit.ROLL:
            return _("roll")
        case Unit.SET:
            return _("set")
