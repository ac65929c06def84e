"""What the home template is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import url_for
from flask_babel import ngettext

from portal.accounts.rules import Deed, may
from portal.blueprints.cards import cards_of, may_order, product_url, warehouse_id
from portal.blueprints.invoice_words import pay_url
from portal.blueprints.order_words import Station, stations
from portal.blueprints.promises import shown_promise
from portal.catalog.queries import CategoryTree, VariantRow, variants_by_id
from portal.core import formats
from portal.core.locales import localized
from portal.extensions import buyer, runtime, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.invoices.queries import DueNow, InvoiceFilter, due_now
from portal.orders.queries import OrderRow, UsualVariant, open_orders, usual_variants
from portal.orders.reorder_sources import last_order
from portal.orders.tracking import arrivals
from portal.orders.usual import nearest
from portal.pricing.models import PromotionKind
from portal.pricing.priced import RunningPromotion
from portal.pricing.prices import promotions_for

USUAL: Final = 8
"""Products in "what you usually buy"."""

UNDER_WAY: Final = 4
"""Open orders shown."""

PROMOTIONS: Final = 6
"""Promotions shown."""


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """An order under way."""

    row: OrderRow
    steps: list[Station]
    """Empty for an order on hold, which is not on its way."""
    arrives_on: date | None
    """The next day on which goods of it arrive; None if no day is known."""


@dataclass(frozen=True, slots=True)
class ShownDue:
    """What is to be paid, in words."""

    now: DueNow
    title: str
    amount: int
    """Minor units: what the title speaks of."""
    url: str
    """The list of what the title speaks of."""
    pay_url: str | None
    """Where the oldest is paid; None for a person who may not pay."""


@dataclass(frozen=True, slots=True)
class ShownPromotion:
    """A promotion in words."""

    name: str
    offer: str
    valid_to: date | None
    url: str


def home() -> dict[str, Any]:
    """Everything on the home page of the account that is looking."""
    looking = viewer()
    usual = usual_variants(session(), buyer().account_id, USUAL)
    promotions = promotions_for(session(), buyer(), today())[:PROMOTIONS]
    targets = [target.variant_id for shown in promotions for target in shown.targets[:1] if target.variant_id]
    # The variants that promotions are on are read along with the usual ones.
    wanted = [item.variant_id for item in usual] + targets
    rows = {row.id: row for row in variants_by_id(session(), buyer(), wanted, warehouse_id(), locale())}
    tree = runtime().shared.tree(session())
    under_way = open_orders(session(), buyer().account_id, UNDER_WAY)
    arriving = arrivals(session(), [row.id for row in under_way])
    return {
        "name": looking.user.name if looking else "",
        "promise": shown_promise(),
        "due": _due(),
        "last": last_order(session(), buyer().account_id) if may_order() else None,
        "usual": _usual(usual, rows),
        "orders": [ShownOrder(row, stations(row.status), arriving.get(row.id)) for row in under_way],
        "promotions": _promotions(promotions, rows, tree),
        "tiles": _tiles(tree),
        "may_order": may_order(),
    }


def _due() -> ShownDue | None:
    """What is overdue, else what is due soon, else the invoice that is next; None if nothing is to be paid."""
    looking = viewer()
    if looking is None or looking.account is None or not may(looking.account.role, Deed.SEE_INVOICES):
        return None
    found = due_now(session(), buyer().account_id, today())
    if found is None:
        return None
    shown, amount = InvoiceFilter.OPEN, found.oldest.open_amount
    title = _("The next invoice to pay")
    if found.overdue_count:
        shown, amount = InvoiceFilter.OVERDUE, found.overdue
        title = ngettext("%(num)s invoice is overdue", "%(num)s invoices are overdue", found.overdue_count)
    elif found.is_soon:
        shown, amount = InvoiceFilter.DUE, found.amount
        title = ngettext("%(num)s invoice is due soon", "%(num)s invoices are due soon", found.count)
    return ShownDue(
        found,
        title,
        amount,
        url_for("invoices.index", status=shown),
        pay_url([found.oldest.number]) if may(looking.account.role, Deed.PAY) else None,
    )


def _tiles(tree: CategoryTree) -> list[tuple[str, str]]:
    """(slug, name) of the categories below the roots; a root without any stands for itself."""
    return [
        (node.slug, node.name(locale())) for root in tree.roots for node in tree.children(root.id) or (root,)
    ]


def _usual(usual: Sequence[UsualVariant], rows: dict[int, VariantRow]) -> list[Any]:
    sold = [
        (item, rows[item.variant_id])
        for item in usual
        if item.variant_id in rows and rows[item.variant_id].active
    ]
    # Minimum and step may have changed since it was bought.
    quantities = {row.id: nearest(item.quantity, row.minimum, row.step) for item, row in sold}
    return cards_of([row for _item, row in sold], quantities)


def _promotions(
    promotions: Sequence[RunningPromotion], rows: dict[int, VariantRow], tree: CategoryTree
) -> list[ShownPromotion]:
    return [
        ShownPromotion(
            localized(promotion.names, locale()) or promotion.name_key,
            _offer(promotion),
            promotion.valid_to,
            _leads_to(promotion, rows, tree),
        )
        for promotion in promotions
    ]


def _leads_to(promotion: RunningPromotion, rows: dict[int, VariantRow], tree: CategoryTree) -> str:
    for target in promotion.targets[:1]:
        if target.variant_id in rows:
            return product_url(rows[target.variant_id].sku)
        if target.category_id is not None and target.category_id in tree.by_id:
            return url_for("catalog.category", slug=tree.by_id[target.category_id].slug)
    return url_for("search.results")


def _offer(promotion: RunningPromotion) -> str:
    """What it gives, in a few words; the name says the rest."""
    currency = buyer().currency
    match promotion.kind:
        case PromotionKind.PERCENT if promotion.percent_ppm is not None:
            return _("%(percent)s off", percent=formats.percent(promotion.percent_ppm, locale=locale()))
        case PromotionKind.AMOUNT if promotion.off_e4 is not None:
            return _(
                "%(amount)s off each", amount=formats.unit_price(promotion.off_e4, currency, locale=locale())
            )
        case PromotionKind.BUY_GET:
            return _(
                "Buy %(buy)s, get %(free)s free", buy=promotion.buy_quantity, free=promotion.get_quantity
            )
        case PromotionKind.BUNDLE if promotion.amount is not None:
            return _(
                "Together for %(amount)s", amount=formats.money(promotion.amount, currency, locale=locale())
            )
        case PromotionKind.ORDER_AMOUNT if promotion.amount is not None:
            return _order_offer(promotion, promotion.amount, currency)
        case _:
            return ""


def _order_offer(promotion: RunningPromotion, amount: int, currency: str) -> str:
    off = formats.money(amount, currency, locale=locale())
    if promotion.minimum_value is None:
        return _("%(amount)s off the order", amount=off)
    least = formats.money(promotion.minimum_value, currency, locale=locale())
    return _("%(amount)s off orders from %(least)s", amount=off, least=least)
