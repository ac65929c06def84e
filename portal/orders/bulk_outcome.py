"""A bulk entry as it would end now: what each line became, what it costs, what must still be decided."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.catalog.queries import VariantRow, variants_by_id
from portal.orders.basket import shares
from portal.orders.bulk_facts import Entering, Goods, goods_for
from portal.orders.bulk_lines import BulkLine
from portal.orders.entry.outcome import (
    Fix,
    FixKind,
    LineOutcome,
    Outcome,
    Reason,
    Status,
    Wanted,
    Why,
    settle,
)
from portal.orders.queries import CartView, cart_of
from portal.orders.watches import watched_by
from portal.pricing.priced import Ask, PricedLine
from portal.pricing.prices import price_document

LEFT_OUT: Final = "left_out"
LATER: Final = "later"
"""What the person decided, beside the reasons of the rules."""

_SETTLED: Final = frozenset({Reason.SUMMED, Reason.CODE_MENDED})
"""Reasons that only say what was done and ask for nothing."""


@dataclass(frozen=True, slots=True)
class AssessedLine:
    """A line and what becomes of it."""

    number: int
    """Its place in the entry, from 0."""
    line: BulkLine
    status: Status
    quantity: int
    """Units that go into the cart; 0 if refused."""
    wanted: int | None
    reasons: tuple[Why, ...]
    fixes: tuple[Fix, ...]
    variant: VariantRow | None
    """What is or would be meant; null: not known."""
    unit_price_e4: int | None
    """Of a unit in the cart as it will be; null: nothing goes in."""
    line_total: int | None
    """Minor units, in the price's own tax mode."""
    is_watched: bool
    """Whether the person will be told when the variant is back."""
    shares_variant: bool
    """True: other lines want the same variant."""

    @property
    def needs_attention(self) -> bool:
        """Whether a person should look at it: refused and undecided, or changed by the portal."""
        if self.status is Status.REFUSED:
            return not (self.line.left_out or self.line.later or self.is_watched)
        return any(why.reason not in _SETTLED for why in self.reasons)

    @property
    def decision(self) -> str:
        """LEFT_OUT, LATER, or empty."""
        return LEFT_OUT if self.line.left_out else LATER if self.line.later else ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """All lines in their order, with what goes into the cart."""

    lines: tuple[AssessedLine, ...]
    goods: Goods
    cart: Mapping[int, int]
    """Units to add by variant."""
    prices: Mapping[int, PricedLine]
    """By variant, for what will be in the cart of it."""
    currency: str
    total: int
    """Sum of the lines' totals, minor units, in the lines' own tax modes."""
    tax_included: bool

    def count(self, status: Status) -> int:
        """How many lines end so; the three sum to the number of lines."""
        return sum(line.status is status for line in self.lines)

    @property
    def attention(self) -> tuple[AssessedLine, ...]:
        """The lines a person should look at."""
        return tuple(line for line in self.lines if line.needs_attention)

    @property
    def digest(self) -> str:
        """Names what a person saw: another one after a change of stock, price or lines."""
        seen = [
            (line.status.value, line.variant.id if line.variant else None, line.quantity, line.line_total)
            for line in self.lines
        ]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def assess(session: Session, entering: Entering, lines: Sequence[BulkLine]) -> Assessment:
    """Decide every line as things stand now. A fixed number of statements, whatever the number of lines."""
    account_id = entering.buyer.account_id
    cart = cart_of(session, entering.user_id, account_id)
    in_cart = {line.variant_id: line.quantity for line in cart.lines}
    goods = goods_for(session, entering, lines, in_cart)
    deciding = [number for number, line in enumerate(lines) if not (line.left_out or line.later)]
    outcome = settle([_wanted(lines[number]) for number in deciding], goods.facts)
    ends = dict(zip(deciding, outcome.lines, strict=True))
    prices = _prices(session, entering, cart, outcome, goods)
    totals = _line_totals(outcome, in_cart, prices)
    watched = watched_by(session, entering.user_id, account_id)
    wanting: dict[int, int] = {}
    for number in deciding:
        if (variant_id := lines[number].variant_id) is not None:
            wanting[variant_id] = wanting.get(variant_id, 0) + 1
    place_of = {number: place for place, number in enumerate(deciding)}
    assessed = []
    for number, line in enumerate(lines):
        end = ends.get(number) or LineOutcome(Status.REFUSED, None, 0, line.quantity.number)
        variant_id = end.variant if end.variant is not None else line.variant_id
        priced = prices.get(end.variant) if end.variant is not None else None
        assessed.append(
            AssessedLine(
                number,
                line,
                _status(line, end),
                end.quantity,
                end.wanted,
                end.reasons,
                _fixes(end, goods),
                goods.rows.get(variant_id) if variant_id is not None else None,
                priced.unit_price_e4 if priced else None,
                totals[place_of[number]] if priced else None,
                variant_id in watched,
                wanting.get(line.variant_id or 0, 0) > 1,
            )
        )
    return Assessment(
        tuple(assessed),
        goods,
        outcome.cart,
        prices,
        entering.buyer.currency,
        sum(total for total in totals if total is not None),
        any(priced.tax_included for priced in prices.values()),
    )


def kept_outcome(line: AssessedLine) -> dict[str, Any]:
    """What became of a line, as it is kept for good: names and prices are copies."""
    return {
        "status": line.status,
        "variant_id": line.variant.id if line.variant else None,
        "sku": line.variant.sku if line.variant else "",
        "name": line.variant.name if line.variant else "",
        "unit": line.variant.unit if line.variant else "",
        "quantity": line.quantity,
        "wanted": line.wanted,
        "unit_price_e4": line.unit_price_e4,
        "line_total": line.line_total,
        "decision": line.decision,
        "reasons": [
            {name: value for name, value in asdict(why).items() if value is not None} for why in line.reasons
        ],
    }


def _wanted(line: BulkLine) -> Wanted:
    return Wanted(line.variant_id, line.quantity, line.candidates, line.mended, line.units_chosen)


def _status(line: BulkLine, end: LineOutcome) -> Status:
    by_hand = line.instead_of is not None or (line.said is not None and line.said != line.quantity.number)
    return Status.CHANGED if end.status is Status.ADDED and by_hand else end.status


def _fixes(end: LineOutcome, goods: Goods) -> tuple[Fix, ...]:
    """Those a tap can do: a price is asked for in words, and what cannot be seen is not offered."""
    return tuple(
        fix
        for fix in end.fixes
        if fix.kind is not FixKind.ASK_PRICE and (fix.variant is None or fix.variant in goods.rows)
    )


def _prices(
    session: Session, entering: Entering, cart: CartView, outcome: Outcome, goods: Goods
) -> dict[int, PricedLine]:
    """Prices by variant as the cart will show them: bundles and amounts off the order see all that is in it."""
    if not outcome.cart:
        return {}
    after = {line.variant_id: line.quantity for line in cart.lines}
    for variant_id, units in outcome.cart.items():
        after[variant_id] = after.get(variant_id, 0) + units
    unread = [variant_id for variant_id in after if variant_id not in goods.rows]
    rows = dict(goods.rows)
    if unread:
        found = variants_by_id(session, entering.buyer, unread, entering.warehouse_id, entering.locale)
        rows |= {row.id: row for row in found}
    asks = [
        Ask.of(rows[variant_id], units)
        for variant_id, units in after.items()
        if variant_id in rows and rows[variant_id].active
    ]
    document = price_document(
        session, entering.buyer, asks, entering.today, code=cart.promotion_code, with_tiers=False
    )
    return {ask.variant_id: priced for ask, priced in zip(asks, document.lines, strict=True)}


def _line_totals(
    outcome: Outcome, in_cart: Mapping[int, int], prices: Mapping[int, PricedLine]
) -> list[int | None]:
    """Each line's part of what its variant costs in the cart; the parts sum to it exactly."""
    totals: list[int | None] = [None] * len(outcome.lines)
    places: dict[int, list[int]] = {}
    for place, line in enumerate(outcome.lines):
        if line.variant is not None:
            places.setdefault(line.variant, []).append(place)
    for variant_id, its in places.items():
        priced = prices.get(variant_id)
        if priced is None or priced.line_total is None:
            continue
        weights = [outcome.lines[place].quantity for place in its]
        parts = shares(priced.line_total, [*weights, in_cart.get(variant_id, 0)])
        for place, part in zip(its, parts, strict=False):
            totals[place] = part
    return totals
