"""The rules of the price: pure functions from terms and asks to priced lines. Private to this room.

The order in which a basket is priced, and who goes before whom, is stated here once:

1. Each line stands at its list price (``standing.py``).
2. Promotions on units (percent, amount) and units given away (buy_get: in every full set of bought and given units
   of a line, the given ones are free), line by line: all that combine, those on units first, each sort in order of
   priority and id; or one of those that stand alone. What costs the buyer least is taken; among equals the
   combination, then the first by priority and id (``lines.py``).
3. Bundles over lines. A unit is in one bundle only, and a unit given away is in none. What saves most goes first.
4. Amounts off the order: all that combine, or one that stands alone. What saves most goes first, and so on until
   nothing more can be saved (``basket.py``).

A promotion that stands alone touches only what no other has touched; one that combines also touches what others that
combine have touched. A line of a list that forbids promotions is never touched. No promotion raises a price, and none
takes a line below zero. What is spread over lines is spread by their worth, to the last unit of money; the order in
which lines are asked has no influence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portal.pricing.priced import Ask, PricedLine
from portal.pricing.rules.answer import Answers
from portal.pricing.rules.basket import Basket
from portal.pricing.terms import PricingTerms


def price(terms: PricingTerms, asks: Sequence[Ask], *, with_tiers: bool = True) -> list[PricedLine]:
    """Price ``asks`` as one basket; the answers come in the order of the asks."""
    basket, answers = Basket(terms), Answers(terms, with_tiers=with_tiers)
    return [answers.of(line) for line in basket.lines_of(asks)]


def price_each(terms: PricingTerms, asks: Iterable[Ask], *, with_tiers: bool = True) -> list[PricedLine]:
    """Price each ask as a basket of its own, by the same rules."""
    basket, answers = Basket(terms), Answers(terms, with_tiers=with_tiers)
    return [answers.of(line) for ask in asks for line in basket.lines_of((ask,))]


def unit_prices(terms: PricingTerms, asks: Iterable[Ask]) -> list[int | None]:
    """The unit price of each ask as ``price_each`` gives it, e4; null where it is on request."""
    basket = Basket(terms)
    return [
        line.charge.unit_e4 if line.answer is not None and not line.answer.on_request else None
        for ask in asks
        for line in basket.lines_of((ask,))
    ]
