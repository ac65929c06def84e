"""Which list answers for a variant and a quantity, and with which amount: the price before any promotion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from portal.core.money import PPM, divide
from portal.pricing.models import PriceListKind, TaxMode
from portal.pricing.terms import ListPrices, ListTerms


class Standing(NamedTuple):
    """The answer of one list."""

    price_list: ListTerms
    on_request: bool
    """True: the list asks the buyer to ask, and the amounts here are 0."""

    unit_e4: int
    """In the list's tax mode."""

    first_e4: int
    """What the list asks at its first tier that has a price: tiers are explained from it."""

    tier: int
    """The min_quantity of the tier that holds."""


def standing(offers: Sequence[ListPrices], quantity: int, tax_ppm: int) -> Standing | None:
    """The price of a unit when ``quantity`` units are bought, or null if no list prices so few or any.

    ``offers`` are one variant's, the list that is asked first in front: the first one with a tier the quantity
    reaches answers. A contract answers to the letter, with the highest tier reached. In a segment's and a base list
    more pieces never raise the price: the lowest amount among the tiers reached holds; and where such a list only
    begins at some quantity, what one piece less cost by the lists after it stays if that is lower. The highest tier
    reached decides whether the price is on request.

    ``tax_ppm`` is all tax on the variant, to compare lists with and without tax.
    """
    for place, offer in enumerate(offers):
        begins = offer.tiers[0][0]
        if begins > quantity:
            continue
        answer = _answer(offer, quantity)
        if answer.on_request or begins == 1 or offer.price_list.kind is PriceListKind.CONTRACT:
            return answer
        fewer = standing(offers[place + 1 :], begins - 1, tax_ppm)
        if fewer is None or fewer.on_request:
            return answer
        return fewer if _weight(fewer, tax_ppm) < _weight(answer, tax_ppm) else answer
    return None


def list_price(offers: Sequence[ListPrices], answered: Standing, quantity: int) -> tuple[ListTerms, int]:
    """What the answer is compared with: the first tier of the base list, in that list's tax mode.

    Where no base list has a price for so few, it is the answering list's own first price.
    """
    for offer in offers:
        begins, amount_e4 = offer.tiers[0]
        if offer.price_list.kind is PriceListKind.BASE and amount_e4 is not None and begins <= quantity:
            return offer.price_list, amount_e4
    return answered.price_list, answered.first_e4


def converted(amount_e4: int, mode: TaxMode, wanted: TaxMode, tax_ppm: int) -> int:
    """An amount of a list in ``mode`` as it is in ``wanted``: tax added or taken out, rounded half up."""
    if mode is wanted:
        return amount_e4
    if wanted is TaxMode.GROSS:
        return divide(amount_e4 * (PPM + tax_ppm), PPM)
    return divide(amount_e4 * PPM, PPM + tax_ppm)


def _answer(offer: ListPrices, quantity: int) -> Standing:
    reached = [tier for tier in offer.tiers if tier[0] <= quantity]
    tier, unit_e4 = reached[-1]
    if unit_e4 is None:
        return Standing(offer.price_list, True, 0, 0, tier)
    priced = [(amount_e4, begins) for begins, amount_e4 in reached if amount_e4 is not None]
    first_e4 = priced[0][0]
    if offer.price_list.kind is not PriceListKind.CONTRACT:
        unit_e4, tier = min(priced)
    return Standing(offer.price_list, False, unit_e4, first_e4, tier)


def _weight(answer: Standing, tax_ppm: int) -> int:
    """A number by which amounts with and without tax compare exactly, without rounding either."""
    return answer.unit_e4 * (PPM if answer.price_list.tax_mode is TaxMode.GROSS else PPM + tax_ppm)
