"""The rules of the price: a pure function from terms and asks to priced lines. Private to this room.

The order in which a basket is priced, and who goes before whom, is stated here once:

1. Each line stands at its list price (``standing.py``).
2. Promotions on units (percent, amount) and units given away (buy_get), per line: all that combine, units first, each
   kind in order of priority and id; or one of those that stand alone. What costs the buyer least is taken; the
   combination if nothing is cheaper, then the first by priority and id.
3. Bundles over lines. A unit is in one bundle only, and a unit given away is in none. What saves most goes first.
4. Amounts off the order: all that combine, or one that stands alone; what saves most goes first, until nothing more
   can be saved.

A promotion that stands alone touches only what no other has touched; one that combines also touches what others that
combine have touched. A line of a list that forbids promotions is never touched. No promotion raises a price, and none
takes a line below zero. What is spread over lines is spread by their worth, with no unit of money lost; the order in
which lines are asked has no influence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from portal.core.money import allocate, divide, e4_per_minor, share_of
from portal.pricing.models import PromotionKind, TaxMode
from portal.pricing.priced import Ask, PricedLine, PriceState, Step, StepKind, Tier
from portal.pricing.standing import Standing, converted, list_price, standing
from portal.pricing.terms import ListPrices, ListTerms, PricingTerms, PromotionTerms, TaxTerms

_ON_UNITS: Final = frozenset({PromotionKind.PERCENT, PromotionKind.AMOUNT})
_OF_A_LINE: Final = _ON_UNITS | {PromotionKind.BUY_GET}


def price(terms: PricingTerms, asks: Sequence[Ask]) -> list[PricedLine]:
    """Price ``asks`` as one basket; the answers come in the order of the asks."""
    return _Pricing(terms).basket(asks)


def price_each(terms: PricingTerms, asks: Iterable[Ask]) -> list[PricedLine]:
    """Price each ask as a basket of its own, by the same rules."""
    pricing = _Pricing(terms)
    return [line for ask in asks for line in pricing.basket((ask,))]


class _Touch(IntEnum):
    """Which promotions have changed a line so far."""

    NONE = 0
    COMBINING = 1
    ALONE = 2


class _Effect(NamedTuple):
    """What one promotion did to a line."""

    kind: StepKind
    promotion: PromotionTerms
    amount_e4: int
    quantity: int | None


class _Charge(NamedTuple):
    """What a line costs after promotions of the second rule: ``unit_e4`` for each of ``paid`` units."""

    unit_e4: int
    paid: int
    effects: tuple[_Effect, ...]


class _Line:
    """A line while it is priced."""

    __slots__ = (
        "answer", "ask", "bundled", "charge", "effects", "offers", "promotions", "tax_ppm", "total", "touch",
        "touch_of_units",
    )  # fmt: skip

    def __init__(self, ask: Ask, offers: Sequence[ListPrices], tax_ppm: int) -> None:
        self.ask = ask
        self.offers = offers
        self.tax_ppm = tax_ppm
        self.answer = standing(offers, ask.quantity, tax_ppm)
        self.promotions: Sequence[PromotionTerms] = ()
        """That are on the variant, by priority and id, whatever their conditions."""
        self.charge = _Charge(0, 0, ())
        self.total = 0
        """Minor units."""
        self.effects: list[_Effect] = []
        self.touch = _Touch.NONE
        self.touch_of_units = _Touch.NONE
        """By promotions of the second rule, which touch every unit of the line."""
        self.bundled = 0
        """Units that are in a bundle."""

    @property
    def forbids_promotions(self) -> bool:
        return self.answer is None or self.answer.unit_e4 is None or self.answer.price_list.forbids_promotions

    def takes(self, promotion: PromotionTerms) -> bool:
        """Whether a promotion over several lines may touch this one (of a bundle: its units not in another)."""
        if self.forbids_promotions or promotion.min_quantity > self.ask.quantity:
            return False
        touch = self.touch_of_units if promotion.kind is PromotionKind.BUNDLE else self.touch
        is_open = touch <= (_Touch.COMBINING if promotion.stackable else _Touch.NONE)
        return is_open and any(each is promotion for each in self.promotions)

    def touched_by(self, promotion: PromotionTerms) -> None:
        self.touch = max(self.touch, _Touch.COMBINING if promotion.stackable else _Touch.ALONE)


class _Pricing:
    """The engine on one set of terms."""

    def __init__(self, terms: PricingTerms) -> None:
        self.terms = terms
        self.per_minor = e4_per_minor(terms.currency)
        self.places = {promotion.id: place for place, promotion in enumerate(terms.promotions)}
        self.on_all: list[PromotionTerms] = []
        self.on_variant: dict[int, list[PromotionTerms]] = {}
        self.on_product: dict[int, list[PromotionTerms]] = {}
        self.on_category: dict[int, list[PromotionTerms]] = {}
        for promotion in terms.promotions:
            if promotion.parts is not None:
                _enter(self.on_variant, promotion.parts, promotion)
            elif promotion.all_products:
                self.on_all.append(promotion)
            else:
                _enter(self.on_variant, promotion.variant_ids, promotion)
                _enter(self.on_product, promotion.product_ids, promotion)
                _enter(self.on_category, promotion.category_ids, promotion)
        self.tax_ppm = {tax_class: terms.tax_ppm(tax_class) for tax_class in terms.tax_rates}

    def basket(self, asks: Sequence[Ask]) -> list[PricedLine]:
        """Price ``asks`` together."""
        lines = [self._standing_line(ask) for ask in asks]
        if self.terms.promotions:
            self._promote(sorted(lines, key=_rank_of_line))
        return [self._priced(line) for line in lines]

    def _standing_line(self, ask: Ask) -> _Line:
        line = _Line(ask, self.terms.prices.get(ask.variant_id, ()), self.tax_ppm.get(ask.tax_class, 0))
        if line.answer is not None and line.answer.unit_e4 is not None:
            line.charge = _Charge(line.answer.unit_e4, ask.quantity, ())
            line.total = self._minor(line.answer.unit_e4 * ask.quantity)
        return line

    # Promotions

    def _promote(self, lines: Sequence[_Line]) -> None:
        for line in lines:
            line.promotions = self._promotions_on(line.ask)
        unmet = self._with_unmet_minimum(lines)
        for line in lines:
            if unmet:
                line.promotions = [promotion for promotion in line.promotions if promotion.id not in unmet]
            if line.promotions and not line.forbids_promotions:
                self._promote_line(line)
        across = [promotion for promotion in self.terms.promotions if promotion.kind not in _OF_A_LINE]
        if across:
            self._apply_bundles(lines, [each for each in across if each.kind is PromotionKind.BUNDLE])
            self._apply_amounts_off(
                lines, [each for each in across if each.kind is PromotionKind.ORDER_AMOUNT]
            )

    def _promotions_on(self, ask: Ask) -> Sequence[PromotionTerms]:
        """The promotions on the variant, its product and its categories, by priority and id."""
        found = [*self.on_variant.get(ask.variant_id, ()), *self.on_product.get(ask.product_id, ())]
        for category_id in ask.category_ids:
            found += self.on_category.get(category_id, ())
        if not found:
            return self.on_all
        by_id = {promotion.id: promotion for promotion in (*self.on_all, *found)}
        return sorted(by_id.values(), key=lambda promotion: self.places[promotion.id])

    def _with_unmet_minimum(self, lines: Iterable[_Line]) -> set[int]:
        """Promotions whose lines do not come to their minimum value, before any promotion."""
        missing = {
            promotion.id: promotion.minimum_value
            for promotion in self.terms.promotions
            if promotion.minimum_value is not None
        }
        if missing:
            for line in lines:
                for promotion in line.promotions:
                    if promotion.id in missing and promotion.min_quantity <= line.ask.quantity:
                        missing[promotion.id] -= line.total
        return {promotion_id for promotion_id, value in missing.items() if value > 0}

    def _promote_line(self, line: _Line) -> None:
        line.charge = _best_charge(
            line.charge.unit_e4,
            line.ask.quantity,
            [
                promotion
                for promotion in line.promotions
                if promotion.kind in _OF_A_LINE and promotion.min_quantity <= line.ask.quantity
            ],
        )
        line.total = self._minor(line.charge.unit_e4 * line.charge.paid)
        line.effects += line.charge.effects
        for effect in line.charge.effects:
            line.touched_by(effect.promotion)
        line.touch_of_units = line.touch

    def _apply_bundles(self, lines: Sequence[_Line], bundles: Iterable[PromotionTerms]) -> None:
        waiting = list(bundles)
        while waiting:
            tried = [(self._bundled(bundle, lines), bundle) for bundle in waiting]
            (saving, count, taken), bundle = max(tried, key=lambda each: each[0][0])
            if not saving:
                return
            worths = [worth for _line, _units, worth in taken]
            for (line, units, _worth), share in zip(taken, allocate(saving, worths), strict=True):
                line.bundled += units
                self._take_off(line, StepKind.BUNDLE, bundle, share, count)
            waiting.remove(bundle)

    def _bundled(
        self, bundle: PromotionTerms, lines: Iterable[_Line]
    ) -> tuple[int, int, list[tuple[_Line, int, int]]]:
        """What the bundle saves, how often it can be made, and of which lines: (line, units, their worth).

        Money in minor units. Lines with and without tax do not go into one bundle: its price is either.
        """
        parts = bundle.parts or {}
        open_lines = [line for line in lines if line.ask.variant_id in parts and line.takes(bundle)]
        at_hand = dict.fromkeys(parts, 0)
        for line in open_lines:
            at_hand[line.ask.variant_id] += line.charge.paid - line.bundled
        count = min((at_hand[variant_id] // units for variant_id, units in parts.items()), default=0)
        if not count or len({line.answer and line.answer.price_list.tax_mode for line in open_lines}) > 1:
            return 0, 0, []
        needed = {variant_id: units * count for variant_id, units in parts.items()}
        taken = []
        for line in open_lines:
            units = min(needed[line.ask.variant_id], line.charge.paid - line.bundled)
            needed[line.ask.variant_id] -= units
            # Two bundles on one line may each round up: what is left of the line is the most that can be taken.
            taken.append((line, units, min(line.total, self._minor(line.charge.unit_e4 * units))))
        saving = sum(worth for _line, _units, worth in taken) - count * (bundle.amount or 0)
        return max(0, saving), count, taken

    def _apply_amounts_off(self, lines: Sequence[_Line], promotions: Sequence[PromotionTerms]) -> None:
        combining = tuple(promotion for promotion in promotions if promotion.stackable)
        waiting = [combining, *((promotion,) for promotion in promotions if not promotion.stackable)]
        while waiting:
            tried = [(self._amounts_off(group, lines), group) for group in waiting]
            shares, group = max(tried, key=lambda each: sum(share for _line, _promotion, share in each[0]))
            if not any(share for _line, _promotion, share in shares):
                return
            for line, promotion, share in shares:
                self._take_off(line, StepKind.ORDER, promotion, share, None)
            waiting.remove(group)

    def _amounts_off(
        self, group: Iterable[PromotionTerms], lines: Iterable[_Line]
    ) -> list[tuple[_Line, PromotionTerms, int]]:
        """What each promotion of the group, one after the other, takes off each line it may touch; minor units."""
        left = {id(line): line.total for line in lines}
        shares = []
        for promotion in group:
            open_lines = [line for line in lines if line.takes(promotion)]
            worths = [left[id(line)] for line in open_lines]
            for line, share in zip(
                open_lines, allocate(min(promotion.amount or 0, sum(worths)), worths), strict=True
            ):
                left[id(line)] -= share
                shares.append((line, promotion, share))
        return shares

    def _take_off(
        self, line: _Line, kind: StepKind, promotion: PromotionTerms, share: int, quantity: int | None
    ) -> None:
        if share:
            line.total -= share
            line.effects.append(_Effect(kind, promotion, -share * self.per_minor, quantity))
            line.touched_by(promotion)

    # Answers

    def _priced(self, line: _Line) -> PricedLine:
        ask, answer = line.ask, line.answer
        if answer is None or answer.unit_e4 is None:
            return self._on_request(line, answer)
        mode = answer.price_list.tax_mode
        reference, raw_list_e4 = list_price(line.offers, answer, ask.quantity)
        list_e4 = converted(raw_list_e4, reference.tax_mode, mode, line.tax_ppm)
        unit_e4 = line.charge.unit_e4
        return PricedLine(
            variant_id=ask.variant_id,
            quantity=ask.quantity,
            currency=self.terms.currency,
            state=PriceState.PRICED,
            unit_price_e4=unit_e4,
            list_unit_price_e4=list_e4,
            line_total=line.total,
            list_total=self._minor(list_e4 * ask.quantity),
            tax_class=ask.tax_class,
            tax_included=mode is TaxMode.GROSS,
            unit_net_e4=converted(unit_e4, mode, TaxMode.NET, line.tax_ppm),
            unit_gross_e4=converted(unit_e4, mode, TaxMode.GROSS, line.tax_ppm),
            tiers=self._tiers(line, mode),
            steps=self._steps(line, answer, reference, raw_list_e4, list_e4),
        )

    def _on_request(self, line: _Line, answer: Standing | None) -> PricedLine:
        if answer is None:
            step = Step(StepKind.UNPRICED, "", {}, None, None, 0)
            mode = TaxMode.NET
        else:
            step = _list_step(StepKind.ON_REQUEST, answer.price_list, 0, answer.tier)
            mode = answer.price_list.tax_mode
        return PricedLine(
            variant_id=line.ask.variant_id,
            quantity=line.ask.quantity,
            currency=self.terms.currency,
            state=PriceState.ON_REQUEST,
            unit_price_e4=None,
            list_unit_price_e4=None,
            line_total=None,
            list_total=None,
            tax_class=line.ask.tax_class,
            tax_included=mode is TaxMode.GROSS,
            unit_net_e4=None,
            unit_gross_e4=None,
            tiers=self._tiers(line, mode),
            steps=(step,),
        )

    def _tiers(self, line: _Line, mode: TaxMode) -> tuple[Tier, ...]:
        """Unit prices at every quantity where a list or a promotion on units begins, as long as they differ."""
        unit_promotions = [each for each in line.promotions if each.kind in _ON_UNITS]
        begins = {promotion.min_quantity for promotion in unit_promotions}
        for offer in line.offers:
            begins.update(quantity for quantity, _amount in offer.tiers)
            if offer.tiers[0][0] == 1:
                # Lists after one that prices every quantity are never asked.
                break
        tiers: list[Tier] = []
        for quantity in sorted(begins):
            answer = standing(line.offers, quantity, line.tax_ppm)
            if answer is None or answer.unit_e4 is None:
                continue
            unit_e4 = answer.unit_e4
            if unit_promotions and not answer.price_list.forbids_promotions:
                apply = [promotion for promotion in unit_promotions if promotion.min_quantity <= quantity]
                unit_e4 = _best_charge(unit_e4, quantity, apply).unit_e4
            unit_e4 = converted(unit_e4, answer.price_list.tax_mode, mode, line.tax_ppm)
            if not tiers or unit_e4 != tiers[-1].unit_price_e4:
                saving_e4 = max(0, tiers[0].unit_price_e4 - unit_e4) if tiers else 0
                tiers.append(Tier(quantity, unit_e4, saving_e4))
        return tuple(tiers)

    def _steps(
        self, line: _Line, answer: Standing, reference: ListTerms, raw_list_e4: int, list_e4: int
    ) -> tuple[Step, ...]:
        """How the total came about: each part exact in e4, the rounding last, together the charge."""
        quantity = line.ask.quantity
        steps = [_list_step(StepKind.LIST, reference, raw_list_e4 * quantity)]
        if list_e4 != raw_list_e4:
            taxes = self.terms.tax_rates[line.ask.tax_class]
            steps.append(_tax_step(taxes, (list_e4 - raw_list_e4) * quantity))
        if answer.price_list is not reference:
            kind = StepKind(answer.price_list.kind.value)
            steps.append(_list_step(kind, answer.price_list, (answer.first_e4 - list_e4) * quantity))
            list_e4 = answer.first_e4
        if answer.unit_e4 != list_e4 and answer.unit_e4 is not None:
            tier_e4 = (answer.unit_e4 - list_e4) * quantity
            steps.append(_list_step(StepKind.TIER, answer.price_list, tier_e4, answer.tier))
        steps += (
            Step(
                effect.kind,
                effect.promotion.name_key,
                effect.promotion.names,
                effect.promotion.valid_from,
                effect.promotion.valid_to,
                effect.amount_e4,
                effect.quantity,
            )
            for effect in line.effects
        )
        rounding_e4 = line.total * self.per_minor - sum(step.amount_e4 for step in steps)
        if rounding_e4:
            steps.append(Step(StepKind.ROUNDING, "", {}, None, None, rounding_e4))
        return tuple(steps)

    def _minor(self, amount_e4: int) -> int:
        return divide(amount_e4, self.per_minor)


def _enter(index: dict[int, list[PromotionTerms]], keys: Iterable[int], promotion: PromotionTerms) -> None:
    for key in keys:
        index.setdefault(key, []).append(promotion)


def _rank_of_line(line: _Line) -> tuple[int, int, int, str, tuple[int, ...]]:
    """The order in which lines share what is spread, so that the order of the asks does not matter."""
    ask = line.ask
    return ask.variant_id, ask.quantity, ask.product_id, ask.tax_class, ask.category_ids


def _best_charge(unit_e4: int, quantity: int, promotions: Sequence[PromotionTerms]) -> _Charge:
    """The cheapest of: all promotions that combine, or one that stands alone; the earlier of equals."""
    best = _charge(unit_e4, quantity, [promotion for promotion in promotions if promotion.stackable])
    for promotion in promotions:
        if not promotion.stackable:
            alone = _charge(unit_e4, quantity, (promotion,))
            if alone.unit_e4 * alone.paid < best.unit_e4 * best.paid:
                best = alone
    return best


def _charge(unit_e4: int, quantity: int, promotions: Iterable[PromotionTerms]) -> _Charge:
    """What a line costs under all of ``promotions``: first those on units, then those that give units away."""
    effects = []
    giving = []
    for promotion in promotions:
        if promotion.kind is PromotionKind.BUY_GET:
            giving.append(promotion)
            continue
        off_e4 = promotion.off_e4 or 0
        if promotion.kind is PromotionKind.PERCENT:
            off_e4 = share_of(unit_e4, promotion.percent_ppm or 0)
        off_e4 = min(off_e4, unit_e4)
        if off_e4:
            effects.append(_Effect(StepKind.PROMOTION, promotion, -off_e4 * quantity, None))
            unit_e4 -= off_e4
    paid = quantity
    for promotion in giving:
        given = promotion.get_quantity or 0
        free = paid // ((promotion.buy_quantity or 0) + given) * given
        if free and unit_e4:
            effects.append(_Effect(StepKind.PROMOTION, promotion, -unit_e4 * free, free))
            paid -= free
    return _Charge(unit_e4, paid, tuple(effects))


def _list_step(kind: StepKind, price_list: ListTerms, amount_e4: int, quantity: int | None = None) -> Step:
    return Step(
        kind,
        price_list.code,
        price_list.names,
        price_list.valid_from,
        price_list.valid_to,
        amount_e4,
        quantity,
    )


def _tax_step(taxes: Sequence[TaxTerms], amount_e4: int) -> Step:
    """The step from a list with tax to one without, or back; valid while all the taxes are."""
    ends = [tax.valid_to for tax in taxes if tax.valid_to is not None]
    return Step(
        StepKind.TAX,
        "+".join(tax.code for tax in taxes),
        {},
        max(tax.valid_from for tax in taxes),
        min(ends, default=None),
        amount_e4,
    )
