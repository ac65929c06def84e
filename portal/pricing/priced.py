"""What is asked of the price engine and what it answers: frozen values that any page, order or export may keep.

Units, everywhere in this room: names that end in ``_e4`` are ten-thousandths of the currency's major unit and hold
unit prices and steps; amounts without a suffix are minor units; rates are parts per million (``_ppm``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from portal.catalog.queries import VariantRow
from portal.pricing.models import PromotionKind


class PriceState(StrEnum):
    """Whether a line has a price. A price on request is a state of its own: it is neither zero nor unknown."""

    PRICED = "priced"
    ON_REQUEST = "on_request"


class StepKind(StrEnum):
    """What a step of a price did, in the order in which steps come."""

    LIST = "list"
    """The list price of the whole line: where every explanation begins."""

    TAX = "tax"
    """The list price brought into the line's tax mode."""

    CONTRACT = "contract"
    SEGMENT = "segment"
    BASE = "base"
    """Another list than the one that gave the list price answers."""

    TIER = "tier"
    """The list's price for this many pieces."""

    PROMOTION = "promotion"
    BUNDLE = "bundle"
    ORDER = "order"
    """The line's share of an amount off the whole order."""

    ROUNDING = "rounding"
    """From ten-thousandths to what can be paid."""

    ON_REQUEST = "on_request"
    """The list asks the buyer to ask. The only step of its line."""

    UNPRICED = "unpriced"
    """No list of the buyer prices the variant. The only step of its line, which is on request for the buyer."""


class CodeState(StrEnum):
    """What became of a promotion code that was entered."""

    APPLIED = "applied"
    UNKNOWN = "unknown"
    """No promotion with this code runs for this buyer today; whether one ever did is not told."""

    NOT_APPLICABLE = "not_applicable"
    """The promotion runs, but nothing in the basket meets its terms, or something better applies."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A variant and how much of it, with what promotions and taxes need to know about it.

    ``quantity`` is in units of the variant, at least 1 (ValueError otherwise: quantities that people type are
    checked long before). ``category_ids`` are the product's category and all above it.
    """

    variant_id: int
    quantity: int
    product_id: int
    category_ids: tuple[int, ...]
    tax_class: str

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise ValueError(f"a price is asked for at least one unit, not {self.quantity}")

    @classmethod
    def of(cls, variant: VariantRow, quantity: int) -> Ask:
        """Ask for ``quantity`` units of a variant."""
        return cls(variant.id, quantity, variant.product_id, variant.category_path_ids, variant.tax_class)


class Tier(NamedTuple):
    """What a unit costs from ``min_quantity`` units on; ``saving_e4`` is against the first tier, 0 if none."""

    min_quantity: int
    unit_price_e4: int
    saving_e4: int


class Step(NamedTuple):
    """One rule's part in a line's price. The ``amount_e4`` of all steps sum exactly to what the line costs."""

    kind: StepKind
    name_key: str
    """The rule's short name: code of the list or tax, name key of the promotion; empty for rounding and unpriced."""

    names: Mapping[str, str]
    """The rule's name by locale; empty where the kind says it all (rounding, tax, unpriced)."""

    valid_from: date | None
    """First day of the rule; null: since ever."""

    valid_to: date | None
    """Last day of the rule, included; null: open."""

    amount_e4: int
    """Signed part of the line's price."""

    quantity: int | None = None
    """tier: units from which it holds; promotion that gives units away: how many; bundle: how many bundles."""

    def to_snapshot(self) -> dict[str, Any]:
        """The step as plain JSON values, for the copy an order line keeps."""
        return {
            "kind": self.kind.value,
            "name_key": self.name_key,
            "names": dict(self.names),
            "valid_from": self.valid_from and self.valid_from.isoformat(),
            "valid_to": self.valid_to and self.valid_to.isoformat(),
            "amount_e4": self.amount_e4,
            "quantity": self.quantity,
        }


@dataclass(frozen=True, slots=True)
class PricedLine:
    """The engine's answer for one ask.

    On request, ``unit_price_e4``, ``list_unit_price_e4``, ``line_total``, ``list_total``, ``unit_net_e4`` and
    ``unit_gross_e4`` are null: there is no amount, and such a line can be put into no order.
    """

    variant_id: int
    quantity: int
    """Units asked for."""

    currency: str
    """ISO 4217; the buyer's."""

    state: PriceState
    unit_price_e4: int | None
    """Per unit after list, tier and promotions on the unit, in the line's tax mode."""

    list_unit_price_e4: int | None
    """Per unit by the base list, in the line's tax mode: what a lower price is compared with."""

    line_total: int | None
    """To pay for the line, in its tax mode, minor units: all promotions are in it."""

    list_total: int | None
    """The quantity at list price, in the line's tax mode, minor units."""

    tax_class: str
    tax_included: bool
    """True: the line's amounts are with tax."""

    unit_net_e4: int | None
    """``unit_price_e4`` without tax, for display."""

    unit_gross_e4: int | None
    """``unit_price_e4`` with tax, for display."""

    tiers: tuple[Tier, ...]
    """Quantities from which the unit price is another, rising; quantities on request are left out."""

    steps: tuple[Step, ...]
    """How the price came about, in order."""

    @property
    def is_priced(self) -> bool:
        """True if the line has a price; false if it must be asked for."""
        return self.state is PriceState.PRICED

    def to_snapshot(self) -> list[dict[str, Any]]:
        """The steps as plain JSON values, for the copy an order line keeps."""
        return [step.to_snapshot() for step in self.steps]


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One tax of a document: ``rate_ppm`` of ``base`` (net, minor units) makes ``amount`` (minor units)."""

    code: str
    rate_ppm: int
    base: int
    amount: int

    def to_snapshot(self) -> dict[str, Any]:
        """The tax as plain JSON values, for the copy an order keeps."""
        return {"code": self.code, "rate_ppm": self.rate_ppm, "base": self.base, "amount": self.amount}


@dataclass(frozen=True, slots=True)
class PricedDocument:
    """A basket priced as a whole, with its taxes. ``net + tax == total``, always.

    Lines on request have no part in any sum.
    """

    lines: tuple[PricedLine, ...]
    """In the order asked."""

    currency: str
    subtotal: int
    """Sum of the lines' totals, each in its own tax mode, minor units."""

    net: int
    taxes: tuple[TaxLine, ...]
    """By their position on documents."""

    tax: int
    total: int
    code_state: CodeState | None
    """What became of the entered code; null if none was entered."""

    freight: int = 0
    """Bringing the goods, without tax, minor units; part of the net."""

    @property
    def is_complete(self) -> bool:
        """True if every line has a price."""
        return all(line.is_priced for line in self.lines)


@dataclass(frozen=True, slots=True)
class Target:
    """What a promotion is on; exactly one of the ids is set. ``quantity`` is units in one bundle."""

    variant_id: int | None
    product_id: int | None
    category_id: int | None
    quantity: int


@dataclass(frozen=True, slots=True)
class RunningPromotion:
    """A promotion that runs for a buyer today, to tell about it. Amounts are in the buyer's currency."""

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
    valid_from: date | None
    valid_to: date | None
    all_products: bool
    targets: tuple[Target, ...]
    """The first few, in the order entered; empty if it is on all products."""


@dataclass(frozen=True, slots=True)
class PromotedGoods:
    """What the promotions that run for a buyer are on. Those on a whole order count for no goods in particular."""

    everything: bool
    """True: one of them is on all goods."""
    variant_ids: frozenset[int]
    product_ids: frozenset[int]
    category_ids: frozenset[int]
    """With all that is below them."""
