"""What the home template is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import url_for
from flask_babel import gettext as _

from portal.blueprints.cards import cards_of, may_order, product_url, warehouse_id
from portal.blueprints.order_words import Station, stations
from portal.catalog.queries import CategoryTree, VariantRow, category_tree, variants_by_id
from portal.core import formats
from portal.core.locales import localized
from portal.extensions import buyer, session, today, viewer
from portal.i18n import locale
from portal.orders.queries import OrderRow, UsualVariant, open_orders, usual_variants
from portal.pricing.models import PromotionKind
from portal.pricing.priced import RunningPromotion
from portal.pricing.prices import promotions_for

USUAL: Final = 8
"""Products in "what you usually buy"."""

UNDERdef _promotions(
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
            return _("%(amount)s off each", amount=formats.unit_price(promotion.off_e4, currency, locale=locale()))
        case PromotionKind.BUY_GET:
            return _(
                "Buy %(buy)s, get %(free)s free", buy=promotion.buy_quantity, free=promotion.get_quantity
            )
        case PromotionKind.BUNDLE if promotion.amount is not None:
            return _("Together for %(amount)s", amount=formats.money(promotion.amount, currency, locale=locale()))
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
