"""Makers of terms and asks, so that a price test shows its data: lists as ``{from quantity: won}``, and the rules.

Amounts are in major units of the currency (won, dollars) as a person would say them, given as text where they have
decimals; the makers turn them into e4 and minor units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import count
from typing import Any

from portal.accounts.models import TaxRounding
from portal.core.money import minor_digits
from portal.pricing.models import PriceListKind, PromotionKind, TaxMode
from portal.pricing.priced import Ask, PricedLine
from portal.pricing.terms import ListPrices, ListTerms, PricingTerms, PromotionTerms, TaxTerms

DAY = date(2026, 11, 23)
Amount = int | str

_ids = count(1)


def e4(amount: Amount) -> int:
    """``"0.0125"`` dollars are 125 e4."""
    exact = Fraction(amount) * 10_000
    assert exact.denominator == 1, amount
    return exact.numerator


def minor(amount: Amount, currency: str = "KRW") -> int:
    exact = Fraction(amount) * 10 ** minor_digits(currency)
    assert exact.denominator == 1, amount
    return exact.numerator


Tiers = Mapping[int, Amount | None]


def a_list(kind: PriceListKind, tiers: Tiers, **changes: Any) -> ListPrices:
    number = next(_ids)
    values: dict[str, Any] = {
        "id": number,
        "code": f"{kind.value}-{number}",
        "names": {"en": kind.value.title()},
        "kind": kind,
        "tax_mode": TaxMode.NET,
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
        "forbids_promotions": False,
    }
    in_e4 = tuple((quantity, None if amount is None else e4(amount)) for quantity, amount in tiers.items())
    return ListPrices(ListTerms(**values | changes), in_e4)


def base(tiers: Tiers, **changes: Any) -> ListPrices:
    return a_list(PriceListKind.BASE, tiers, **changes)


def segment(tiers: Tiers, **changes: Any) -> ListPrices:
    return a_list(PriceListKind.SEGMENT, tiers, **changes)


def contract(tiers: Tiers, **changes: Any) -> ListPrices:
    return a_list(PriceListKind.CONTRACT, tiers, **changes)


def a_promotion(kind: PromotionKind, **changes: Any) -> PromotionTerms:
    """On all products and standing alone, unless told otherwise."""
    number = next(_ids)
    values: dict[str, Any] = {
        "id": number,
        "name_key": f"{kind.value}-{number}",
        "names": {"en": kind.value.title()},
        "kind": kind,
        "percent_ppm": None,
        "off_e4": None,
        "amount": None,
        "buy_quantity": None,
        "get_quantity": None,
        "min_quantity": 1,
        "minimum_value": None,
        "code": None,
        "stackable": False,
        "valid_from": date(2026, 11, 1),
        "valid_to": date(2026, 11, 30),
        "all_products": not {"variant_ids", "product_ids", "category_ids", "parts"} & changes.keys(),
    }
    return PromotionTerms(**values | changes)


def percent(rate: Amount, **changes: Any) -> PromotionTerms:
    """``percent(10)`` takes 10 % off each unit."""
    return a_promotion(PromotionKind.PERCENT, percent_ppm=e4(rate), **changes)


def amount_off(amount: Amount, **changes: Any) -> PromotionTerms:
    return a_promotion(PromotionKind.AMOUNT, off_e4=e4(amount), **changes)


def buy_get(buy: int, get: int, **changes: Any) -> PromotionTerms:
    return a_promotion(PromotionKind.BUY_GET, buy_quantity=buy, get_quantity=get, **changes)


def bundle(parts: Mapping[int, int], amount: int, **changes: Any) -> PromotionTerms:
    """``bundle({1: 2, 2: 1}, 2500)``: two of variant 1 and one of variant 2 for 2,500 (minor units)."""
    return a_promotion(PromotionKind.BUNDLE, parts=parts, amount=amount, **changes)


def off_order(amount: int, **changes: Any) -> PromotionTerms:
    """``off_order(1000)`` takes 1,000 (minor units) off the order."""
    return a_promotion(PromotionKind.ORDER_AMOUNT, amount=amount, **changes)


def tax(code: str, rate: Amount, position: int = 0, **changes: Any) -> TaxTerms:
    """``tax("QST", "9.975")`` is 9.975 %."""
    values: dict[str, Any] = {"valid_from": date(2020, 1, 1), "valid_to": None}
    return TaxTerms(code, e4(rate), position, **values | changes)


def ask(
    variant: int = 1, quantity: int = 1, *, tax_class: str = "standard", categories: Sequence[int] = ()
) -> Ask:
    """Variant 7 is of product 70."""
    return Ask(variant, quantity, variant * 10, tuple(categories), tax_class)


def terms(
    prices: Sequence[ListPrices] | Mapping[int, Sequence[ListPrices]],
    promotions: Sequence[PromotionTerms] = (),
    *,
    currency: str = "KRW",
    taxes: Mapping[str, Sequence[TaxTerms]] | None = None,
    rounding: TaxRounding = TaxRounding.LINE_DOWN,
    code: str | None = None,
) -> PricingTerms:
    """Lists of variant 1, or by variant, the one asked first in front; without taxes unless they are given."""
    by_variant = prices if isinstance(prices, Mapping) else {1: prices}
    return PricingTerms(
        account_id=1,
        segment_id=None,
        currency=currency,
        day=DAY,
        code=code,
        tax_rounding=rounding,
        prices={variant: tuple(offers) for variant, offers in by_variant.items()},
        promotions=tuple(promotions),
        tax_rates={tax_class: tuple(rates) for tax_class, rates in (taxes or {}).items()},
    )


def steps_of(line: PricedLine) -> list[tuple[str, int]]:
    """Kinds and amounts (e4) of a line's steps."""
    return [(step.kind.value, step.amount_e4) for step in line.steps]
