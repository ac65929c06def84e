"""The circumstances a price depends on, all of them, as frozen values: what the rules get besides the asks.

Nothing here falls back on anything around it: who asks, in which currency, on which day, and every list, promotion
and tax rate that may matter is inside. Equal terms and equal asks give equal prices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from portal.accounts.models import TaxRounding
from portal.pricing.models import PriceListKind, PromotionKind, TaxMode

TierPrice = tuple[int, int | None]
"""Units from which it holds, and e4 per unit; null: on request."""


@dataclass(frozen=True, slots=True)
class ListTerms:
    """A price list that is open to the buyer on the day."""

    id: int
    code: str
    names: Mapping[str, str]
    kind: PriceListKind
    tax_mode: TaxMode
    valid_from: date | None
    valid_to: date | None
    forbids_promotions: bool


class ListPrices(NamedTuple):
    """What one list says about one variant."""

    price_list: ListTerms
    tiers: tuple[TierPrice, ...]
    """At least one, rising in quantity."""


@dataclass(frozen=True, slots=True, eq=False)
class PromotionTerms:
    """A promotion that runs for the buyer on the day. Amounts are in the buyer's currency.

    One of a set of terms is only ever itself: comparing by identity makes looking one up cheap.
    """

    id: int
    name_key: str
    names: Mapping[str, str]
    kind: PromotionKind
    percent_ppm: int | None
    off_e4: int | None
    amount: int | None
    buy_quantity: int | None
    get_quantity: int | None
    min_quantity: int
    minimum_value: int | None
    code: str | None
    stackable: bool
    valid_from: date | None
    valid_to: date | None
    all_products: bool
    variant_ids: frozenset[int] = frozenset()
    product_ids: frozenset[int] = frozenset()
    category_ids: frozenset[int] = frozenset()
    parts: Mapping[int, int] | None = None
    """For a bundle: variant → units of it in one bundle."""


@dataclass(frozen=True, slots=True)
class TaxTerms:
    """A tax on a class of goods, in force on the day."""

    code: str
    rate_ppm: int
    position: int
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class PricingTerms:
    """Everything the price of a basket depends on, besides the basket."""

    account_id: int
    segment_id: int | None
    currency: str
    day: date
    code: str | None
    """The promotion code that was entered, folded; null: none."""

    tax_rounding: TaxRounding
    prices: Mapping[int, tuple[ListPrices, ...]]
    """Variant → what the lists say about it, the list that is asked first in front. A variant no list prices is not
    in it."""

    promotions: tuple[PromotionTerms, ...]
    """In the order of priority, then id. Those with a code are here only if it was entered."""

    tax_rates: Mapping[str, tuple[TaxTerms, ...]]
    """Tax class → the taxes on it, in the order of documents. A class that is not in it bears no tax."""

    def tax_ppm(self, tax_class: str) -> int:
        """All taxes on ``tax_class`` together, parts per million of the net amount."""
        return sum(tax.rate_ppm for tax in self.tax_rates.get(tax_class, ()))
