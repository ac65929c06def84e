"""What was found, as this account sees it: at its prices, with what it bought before and what is in its cart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from babel.dates import format_skeleton
from markupsafe import Markup

from portal.blueprints.cards import Card, cards_of, may_order
from portal.blueprints.search.marking import marked
from portal.catalog.queries import VariantRow
from portal.core import clock
from portal.core.formats import quantity
from portal.core.locales import BABEL_NAMES
from portal.extensions import buyer, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.queries import in_cart, last_bought
from search.query import Plan

THIS_YEAR: Final = "MMMd"
OTHER_YEAR: Final = "yMMMd"
"""What is said of a day, in CLDR's letters; order and words are the language's."""


@dataclass(frozen=True, slots=True)
class Row:
    """A hit in the list under the search field."""

    card: Card
    title: Markup | str
    """The name with what was found marked."""
    code: Markup | None
    """The SKU, part number or barcode, marked, if that is what was found."""
    bought: str
    """When it was bought last and how many, in words; empty if never."""


def cards_with_marks(rows: Sequence[VariantRow], plan: Plan) -> list[Card]:
    """A card for each row, with the marks of ``plan``, the last purchase and what is in the cart."""
    bought, carted = _history(rows)
    may_be_code = any(letter.isascii() and letter.isalnum() for letter in plan.text)
    return [
        replace(
            card,
            marked_name=marked(plan, card.name),
            marked_sku=marked(plan, card.sku) if may_be_code else None,
            bought=bought.get(row.id, ""),
            in_cart=carted.get(row.id, 0),
        )
        for row, card in zip(rows, cards_of(rows), strict=True)
    ]


def rows_with_marks(rows: Sequence[VariantRow], plan: Plan) -> list[Row]:
    """The same for the list under the search field."""
    return [
        Row(card, card.marked_name or card.name, _code(row, card, plan), card.bought)
        for row, card in zip(rows, cards_with_marks(rows, plan), strict=True)
    ]


def _code(row: VariantRow, card: Card, plan: Plan) -> Markup | None:
    """The code that was typed, where a name tells nothing of it."""
    if card.marked_sku or card.marked_name:
        return card.marked_sku
    for code in (row.part_number, row.barcode):
        if code and (found := marked(plan, code)):
            return found
    return None


def _history(rows: Sequence[VariantRow]) -> tuple[dict[int, str], dict[int, int]]:
    looking = viewer()
    ids = [row.id for row in rows]
    if looking is None or not ids:
        return {}, {}
    bought = {
        variant_id: _bought_in_words(last.quantity, last.placed_at)
        for variant_id, last in last_bought(session(), buyer().account_id, ids).items()
    }
    carted = in_cart(session(), looking.user.id, buyer().account_id, ids) if _has_cart() else {}
    return bought, carted


def _has_cart() -> bool:
    looking = viewer()
    return looking is not None and looking.cart_count > 0 and may_order()


def _bought_in_words(units: int, at: datetime) -> str:
    """When something was bought last, such as "Bought before · 12 on 3 Mar"; with the year if it is another one."""
    day = clock.local_date(at, buyer().timezone)
    skeleton = THIS_YEAR if day.year == today().year else OTHER_YEAR
    return _(
        "Bought before · %(count)s on %(date)s",
        count=quantity(units, locale=locale()),
        date=format_skeleton(skeleton, day, locale=BABEL_NAMES[locale()]),
    )
