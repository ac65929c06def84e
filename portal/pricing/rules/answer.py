"""From a line that has been priced to the answer: amounts, tiers, and the steps that explain the charge."""

from __future__ import annotations

from collections.abc import Sequence

from portal.core.money import divide, e4_per_minor
from portal.pricing.models import TaxMode
from portal.pricing.priced import PricedLine, PriceState, Step, StepKind, Tier
from portal.pricing.rules.lines import ON_UNITS, Line, best_charge
from portal.pricing.rules.standing import Standing, converted, list_price, standing
from portal.pricing.terms import ListTerms, PricingTerms, TaxTerms


class Answers:
    """Words answers in the currency and with the taxes of one set of terms."""

    def __init__(self, terms: PricingTerms, *, with_tiers: bool) -> None:
        self._terms = terms
        self._with_tiers = with_tiers
        self._per_minor = e4_per_minor(terms.currency)

    def of(self, line: Line) -> PricedLine:
        """The answer for a line, its price or that it is on request."""
        ask, answer = line.ask, line.answer
        if answer is None:
            return self._on_request(line, TaxMode.NET, Step(StepKind.UNPRICED, "", {}, None, None, 0))
        if answer.on_request:
            step = _list_step(StepKind.ON_REQUEST, answer.price_list, 0, answer.tier)
            return self._on_request(line, answer.price_list.tax_mode, step)
        mode = answer.price_list.tax_mode
        reference, raw_list_e4 = list_price(line.offers, answer, ask.quantity)
        list_e4 = converted(raw_list_e4, reference.tax_mode, mode, line.tax_ppm)
        unit_e4 = line.charge.unit_e4
        return PricedLine(
            variant_id=ask.variant_id,
            quantity=ask.quantity,
            currency=self._terms.currency,
            state=PriceState.PRICED,
            unit_price_e4=unit_e4,
            list_unit_price_e4=list_e4,
            line_total=line.total,
            list_total=divide(list_e4 * ask.quantity, self._per_minor),
            tax_class=ask.tax_class,
            tax_included=mode is TaxMode.GROSS,
            unit_net_e4=converted(unit_e4, mode, TaxMode.NET, line.tax_ppm),
            unit_gross_e4=converted(unit_e4, mode, TaxMode.GROSS, line.tax_ppm),
            tiers=_tiers(line, mode) if self._with_tiers else (),
            steps=self._steps(line, answer, reference, raw_list_e4, list_e4),
        )

    def _on_request(self, line: Line, mode: TaxMode, step: Step) -> PricedLine:
        return PricedLine(
            variant_id=line.ask.variant_id,
            quantity=line.ask.quantity,
            currency=self._terms.currency,
            state=PriceState.ON_REQUEST,
            unit_price_e4=None,
            list_unit_price_e4=None,
            line_total=None,
            list_total=None,
            tax_class=line.ask.tax_class,
            tax_included=mode is TaxMode.GROSS,
            unit_net_e4=None,
            unit_gross_e4=None,
            tiers=_tiers(line, mode) if self._with_tiers else (),
            steps=(step,),
        )

    def _steps(
        self, line: Line, answer: Standing, reference: ListTerms, raw_list_e4: int, list_e4: int
    ) -> tuple[Step, ...]:
        """How the total came about: every part exact in e4, the rounding last, together the charge.

        ``raw_list_e4`` is the list price in its own tax mode, ``list_e4`` in the line's.
        """
        quantity = line.ask.quantity
        steps = [_list_step(StepKind.LIST, reference, raw_list_e4 * quantity)]
        if list_e4 != raw_list_e4:
            taxes = self._terms.tax_rates[line.ask.tax_class]
            steps.append(_tax_step(taxes, (list_e4 - raw_list_e4) * quantity))
        if answer.price_list is not reference:
            kind = StepKind(answer.price_list.kind.value)
            steps.append(_list_step(kind, answer.price_list, (answer.first_e4 - list_e4) * quantity))
        if answer.unit_e4 != answer.first_e4:
            tier_e4 = (answer.unit_e4 - answer.first_e4) * quantity
            steps.append(_list_step(StepKind.TIER, answer.price_list, tier_e4, answer.tier))
        for effect in line.effects:
            rule = effect.promotion
            steps.append(
                Step(
                    effect.kind,
                    rule.name_key,
                    rule.names,
                    rule.valid_from,
                    rule.valid_to,
                    effect.amount_e4,
                    effect.quantity,
                )
            )
        rounding_e4 = line.total * self._per_minor - sum(step.amount_e4 for step in steps)
        if rounding_e4:
            steps.append(Step(StepKind.ROUNDING, "", {}, None, None, rounding_e4))
        return tuple(steps)


def _tiers(line: Line, mode: TaxMode) -> tuple[Tier, ...]:
    """Unit prices at every quantity where a list or a promotion on units begins, where they differ.

    They hold for a line bought alone with what promotions this basket has earned. Units given away are not in them.
    """
    on_units = [promotion for promotion in line.promotions if promotion.kind in ON_UNITS]
    begins = {promotion.min_quantity for promotion in on_units}
    for offer in line.offers:
        begins.update(quantity for quantity, _amount_e4 in offer.tiers)
        if offer.tiers[0][0] == 1:
            # This list prices any quantity: those after it are never asked.
            break
    if len(begins) == 1 and line.answer is not None and not line.answer.on_request and not line.gives_units:
        # Nothing changes with the quantity: the line's own price is that of its one tier.
        return (Tier(begins.pop(), line.charge.unit_e4, 0),)
    tiers: list[Tier] = []
    for quantity in sorted(begins):
        answer = standing(line.offers, quantity, line.tax_ppm)
        if answer is None or answer.on_request:
            continue
        unit_e4 = answer.unit_e4
        if on_units and not answer.price_list.forbids_promotions:
            reached = [promotion for promotion in on_units if promotion.min_quantity <= quantity]
            unit_e4 = best_charge(unit_e4, quantity, reached).unit_e4
        unit_e4 = converted(unit_e4, answer.price_list.tax_mode, mode, line.tax_ppm)
        if not tiers:
            tiers.append(Tier(quantity, unit_e4, 0))
        elif unit_e4 != tiers[-1].unit_price_e4:
            tiers.append(Tier(quantity, unit_e4, max(0, tiers[0].unit_price_e4 - unit_e4)))
    return tuple(tiers)


def _list_step(kind: StepKind, rule: ListTerms, amount_e4: int, quantity: int | None = None) -> Step:
    return Step(kind, rule.code, rule.names, rule.valid_from, rule.valid_to, amount_e4, quantity)


def _tax_step(taxes: Sequence[TaxTerms], amount_e4: int) -> Step:
    """Tax taken out of a list price, or added to it; valid as long as all the taxes are."""
    ends = [tax.valid_to for tax in taxes if tax.valid_to is not None]
    return Step(
        StepKind.TAX,
        "+".join(tax.code for tax in taxes),
        {},
        max(tax.valid_from for tax in taxes),
        min(ends, default=None),
        amount_e4,
    )
