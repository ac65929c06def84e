"""One line while it is priced, and the promotions that look at one line alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from portal.core.money import share_of
from portal.pricing.models import PromotionKind
from portal.pricing.priced import Ask, StepKind
from portal.pricing.rules.standing import Standing, standing
from portal.pricing.terms import ListPrices, PromotionTerms

ON_UNITS: Final = frozenset({PromotionKind.PERCENT, PromotionKind.AMOUNT})
"""Promotions that lower what a unit costs."""

ON_A_LINE: Final = ON_UNITS | {PromotionKind.BUY_GET}
"""Promotions that need no other line."""


class Touch(IntEnum):
    """Which promotions have changed a line so far."""

    NONE = 0
    COMBINING = 1
    ALONE = 2


class Effect(NamedTuple):
    """What one promotion did to a line."""

    kind: StepKind
    promotion: PromotionTerms
    amount_e4: int
    """Signed, on the whole line."""
    quantity: int | None
    """Units given away, or bundles made."""


class Charge(NamedTuple):
    """What a line costs before anything over several lines: ``unit_e4`` for each of ``paid`` units."""

    unit_e4: int
    paid: int
    effects: tuple[Effect, ...]


class Line:
    """A line while it is priced. ``offers`` are what the buyer's lists say about its variant."""

    __slots__ = (
        "answer", "ask", "bundled", "charge", "effects", "offers", "promotions", "tax_ppm", "total", "touch",
        "touch_of_units",
    )  # fmt: skip

    def __init__(self, ask: Ask, offers: Sequence[ListPrices], tax_ppm: int) -> None:
        self.ask = ask
        self.offers = offers
        self.tax_ppm = tax_ppm
        """All tax on the variant."""
        self.answer: Standing | None = standing(offers, ask.quantity, tax_ppm)
        self.charge = Charge(self.answer.unit_e4 if self.answer else 0, ask.quantity, ())
        self.total = 0
        """To pay, minor units."""
        self.promotions: Sequence[PromotionTerms] = ()
        """On the variant, by priority and id; the line's quantity may be too small for them."""
        self.effects: list[Effect] = []
        self.touch = Touch.NONE
        """By any promotion so far."""
        self.touch_of_units = Touch.NONE
        """By promotions that look at this line alone: they touch all its units."""
        self.bundled = 0
        """Units that are in a bundle."""

    @property
    def is_open(self) -> bool:
        """Whether promotions may touch the line at all."""
        return (
            self.answer is not None
            and not self.answer.on_request
            and not self.answer.price_list.forbids_promotions
        )

    @property
    def gives_units(self) -> bool:
        """Whether units given away may have been chosen over a lower price of the unit."""
        return any(promotion.kind is PromotionKind.BUY_GET for promotion in self.promotions)

    def takes(self, promotion: PromotionTerms) -> bool:
        """Whether a promotion over several lines may touch this one; a bundle, the units not in another."""
        if not self.is_open or promotion.min_quantity > self.ask.quantity:
            return False
        touch = self.touch_of_units if promotion.kind is PromotionKind.BUNDLE else self.touch
        if touch > (Touch.COMBINING if promotion.stackable else Touch.NONE):
            return False
        return promotion in self.promotions

    def apply_own(self) -> None:
        """Apply the promotions that look at this line alone."""
        quantity = self.ask.quantity
        own = [
            promotion
            for promotion in self.promotions
            if promotion.kind in ON_A_LINE and promotion.min_quantity <= quantity
        ]
        self.charge = best_charge(self.charge.unit_e4, quantity, own)
        for effect in self.charge.effects:
            self.enter(effect)
        self.touch_of_units = self.touch

    def enter(self, effect: Effect) -> None:
        """Keep what a promotion did, and that it touched the line."""
        self.effects.append(effect)
        self.touch = max(self.touch, Touch.COMBINING if effect.promotion.stackable else Touch.ALONE)


def best_charge(unit_e4: int, quantity: int, promotions: Sequence[PromotionTerms]) -> Charge:
    """The cheapest of: all promotions that combine, or one that stands alone; the earlier of equals."""
    combining = [promotion for promotion in promotions if promotion.stackable]
    best = _charge(unit_e4, quantity, combining) if combining else Charge(unit_e4, quantity, ())
    for promotion in promotions:
        if not promotion.stackable:
            alone = _charge(unit_e4, quantity, (promotion,))
            if alone.unit_e4 * alone.paid < best.unit_e4 * best.paid:
                best = alone
    return best


def _charge(unit_e4: int, quantity: int, promotions: Iterable[PromotionTerms]) -> Charge:
    """What a line costs under all of ``promotions``: first those on units, then those that give units away."""
    effects = []
    giving = []
    for promotion in promotions:
        if promotion.kind is PromotionKind.BUY_GET:
            giving.append(promotion)
            continue
        off_e4 = min(unit_e4, _off(promotion, unit_e4))
        if off_e4:
            effects.append(Effect(StepKind.PROMOTION, promotion, -off_e4 * quantity, None))
            unit_e4 -= off_e4
    paid = quantity
    for promotion in giving:
        get = promotion.get_quantity or 0
        free = paid // ((promotion.buy_quantity or 0) + get) * get
        if free and unit_e4:
            effects.append(Effect(StepKind.PROMOTION, promotion, -unit_e4 * free, free))
            paid -= free
    return Charge(unit_e4, paid, tuple(effects))


def _off(promotion: PromotionTerms, unit_e4: int) -> int:
    """What a promotion takes off a unit, e4; a percentage of it is rounded half up."""
    if promotion.kind is PromotionKind.PERCENT:
        return share_of(unit_e4, promotion.percent_ppm or 0)
    return promotion.off_e4 or 0
