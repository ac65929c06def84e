"""A basket of lines: which promotions are on each, and those that look over several lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from portal.core.money import allocate, divide, e4_per_minor
from portal.pricing.models import PromotionKind
from portal.pricing.priced import Ask, StepKind
from portal.pricing.rules.lines import Effect, Line
from portal.pricing.terms import PricingTerms, PromotionTerms


class _Part(NamedTuple):
    """Units of a line that go into bundles; ``worth`` is what they cost so far, minor units."""

    line: Line
    units: int
    worth: int


class _Share(NamedTuple):
    """What a promotion takes off a line, minor units."""

    line: Line
    promotion: PromotionTerms
    amount: int


class Basket:
    """Prices baskets on one set of terms; what depends on the terms alone is made ready once."""

    def __init__(self, terms: PricingTerms) -> None:
        self._terms = terms
        self._per_minor = e4_per_minor(terms.currency)
        self._tax_ppm = {tax_class: terms.tax_ppm(tax_class) for tax_class in terms.tax_rates}
        self._places = {promotion.id: place for place, promotion in enumerate(terms.promotions)}
        self._bundles = [each for each in terms.promotions if each.kind is PromotionKind.BUNDLE]
        self._amounts_off = [each for each in terms.promotions if each.kind is PromotionKind.ORDER_AMOUNT]
        self._on_all: list[PromotionTerms] = []
        self._on_variant: dict[int, list[PromotionTerms]] = {}
        self._on_product: dict[int, list[PromotionTerms]] = {}
        self._on_category: dict[int, list[PromotionTerms]] = {}
        for promotion in terms.promotions:
            if promotion.parts is not None:
                _index(self._on_variant, promotion.parts, promotion)
            elif promotion.all_products:
                self._on_all.append(promotion)
            else:
                _index(self._on_variant, promotion.variant_ids, promotion)
                _index(self._on_product, promotion.product_ids, promotion)
                _index(self._on_category, promotion.category_ids, promotion)

    def lines_of(self, asks: Sequence[Ask]) -> list[Line]:
        """``asks`` priced together, in their order."""
        lines = []
        for ask in asks:
            offers = self._terms.prices.get(ask.variant_id, ())
            line = Line(ask, offers, self._tax_ppm.get(ask.tax_class, 0))
            line.total = self._owed(line)
            lines.append(line)
        if self._terms.promotions:
            # What is spread over lines falls to them in an order of their own, whatever the order of the asks.
            self._promote(sorted(lines, key=_rank))
        return lines

    def _promote(self, lines: Sequence[Line]) -> None:
        for line in lines:
            line.promotions = self._promotions_on(line.ask)
        unmet = self._with_unmet_minimum(lines)
        for line in lines:
            if unmet:
                line.promotions = [promotion for promotion in line.promotions if promotion.id not in unmet]
            if line.promotions and line.is_open:
                line.apply_own()
                line.total = self._owed(line)
        if self._bundles:
            asked = {line.ask.variant_id for line in lines}
            self._make_bundles(
                lines,
                [
                    each
                    for each in self._bundles
                    if each.id not in unmet and asked.issuperset(each.parts or ())
                ],
            )
        self._take_amounts_off(lines, [each for each in self._amounts_off if each.id not in unmet])

    def _promotions_on(self, ask: Ask) -> Sequence[PromotionTerms]:
        """The promotions on the variant, its product and its categories, by priority and id."""
        found = [*self._on_variant.get(ask.variant_id, ()), *self._on_product.get(ask.product_id, ())]
        for category_id in ask.category_ids:
            found += self._on_category.get(category_id, ())
        if not found:
            return self._on_all
        by_id = {promotion.id: promotion for promotion in (*self._on_all, *found)}
        return [by_id[promotion_id] for promotion_id in sorted(by_id, key=self._places.__getitem__)]

    def _with_unmet_minimum(self, lines: Iterable[Line]) -> set[int]:
        """Promotions whose lines do not come to their minimum value, before any promotion."""
        missing = {
            promotion.id: promotion.minimum_value
            for promotion in self._terms.promotions
            if promotion.minimum_value is not None
        }
        if missing:
            for line in lines:
                for promotion in line.promotions:
                    if promotion.id in missing and promotion.min_quantity <= line.ask.quantity:
                        missing[promotion.id] -= line.total
        return {promotion_id for promotion_id, value in missing.items() if value > 0}

    # Bundles

    def _make_bundles(self, lines: Sequence[Line], waiting: list[PromotionTerms]) -> None:
        while waiting:
            tried = [(*self._bundles_of(bundle, lines), bundle) for bundle in waiting]
            saving, count, parts, bundle = max(tried, key=lambda each: each[0])
            if not saving:
                return
            for part, share in zip(parts, allocate(saving, [part.worth for part in parts]), strict=True):
                part.line.bundled += part.units
                self._take_off(_Share(part.line, bundle, share), StepKind.BUNDLE, count)
            waiting.remove(bundle)

    def _bundles_of(self, bundle: PromotionTerms, lines: Iterable[Line]) -> tuple[int, int, list[_Part]]:
        """What the bundle saves (minor units), how often it can be made, and out of what.

        Lines with and without tax do not go into one bundle: its price is one or the other.
        """
        wanted = bundle.parts or {}
        taken_from = [line for line in lines if line.ask.variant_id in wanted and line.takes(bundle)]
        at_hand = dict.fromkeys(wanted, 0)
        for line in taken_from:
            at_hand[line.ask.variant_id] += line.charge.paid - line.bundled
        count = min((at_hand[variant_id] // units for variant_id, units in wanted.items()), default=0)
        if not count or len({line.answer.price_list.tax_mode for line in taken_from if line.answer}) > 1:
            return 0, 0, []
        missing = {variant_id: units * count for variant_id, units in wanted.items()}
        parts = []
        for line in taken_from:
            units = min(missing[line.ask.variant_id], line.charge.paid - line.bundled)
            missing[line.ask.variant_id] -= units
            # Two bundles on one line may each round up; more than is left of the line is not taken.
            worth = min(line.total, divide(line.charge.unit_e4 * units, self._per_minor))
            parts.append(_Part(line, units, worth))
        saving = sum(part.worth for part in parts) - count * (bundle.amount or 0)
        return max(0, saving), count, parts

    # Amounts off the order

    def _take_amounts_off(self, lines: Sequence[Line], promotions: Sequence[PromotionTerms]) -> None:
        waiting = [[each] for each in promotions if not each.stackable]
        if combining := [each for each in promotions if each.stackable]:
            waiting.insert(0, combining)
        while waiting:
            tried = [(_shares_of(group, lines), group) for group in waiting]
            shares, group = max(tried, key=lambda each: sum(share.amount for share in each[0]))
            if not any(share.amount for share in shares):
                return
            for share in shares:
                self._take_off(share, StepKind.ORDER, None)
            waiting.remove(group)

    def _take_off(self, share: _Share, kind: StepKind, quantity: int | None) -> None:
        if share.amount:
            share.line.total -= share.amount
            share.line.enter(Effect(kind, share.promotion, -share.amount * self._per_minor, quantity))

    def _owed(self, line: Line) -> int:
        return divide(line.charge.unit_e4 * line.charge.paid, self._per_minor)


def _shares_of(group: Iterable[PromotionTerms], lines: Sequence[Line]) -> list[_Share]:
    """What each promotion of the group, one after the other, takes off the lines it may touch."""
    left = {id(line): line.total for line in lines}
    shares = []
    for promotion in group:
        taken_from = [line for line in lines if line.takes(promotion)]
        worths = [left[id(line)] for line in taken_from]
        amounts = allocate(min(promotion.amount or 0, sum(worths)), worths)
        for line, amount in zip(taken_from, amounts, strict=True):
            left[id(line)] -= amount
            shares.append(_Share(line, promotion, amount))
    return shares


def _rank(line: Line) -> tuple[int, int, int, str, tuple[int, ...]]:
    ask = line.ask
    return ask.variant_id, ask.quantity, ask.product_id, ask.tax_class, ask.category_ids


def _index(
    promotions: dict[int, list[PromotionTerms]], keys: Iterable[int], promotion: PromotionTerms
) -> None:
    for key in keys:
        promotions.setdefault(key, []).append(promotion)
