"""What becomes of lines: every one ends once, and the cart is what they add."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalog.models import Unit
from portal.orders.entry.outcome import (
    Facts,
    Fix,
    FixKind,
    LineOutcome,
    PriceState,
    Reason,
    Rounding,
    Status,
    Wanted,
    settle,
)
from portal.orders.entry.quantities import Doubt, Quantity, read_quantity
from portal.orders.rules import MAX_QUANTITY


def _one(line: Wanted, *facts: Facts, rounding: Rounding = Rounding.UP) -> LineOutcome:
    outcome = settle([line], {its.variant: its for its in facts}, rounding)
    assert len(outcome.lines) == 1
    return outcome.lines[0]


def _want(variant: int | None, number: int, unit: Unit | None = None) -> Wanted:
    return Wanted(variant, Quantity(number, unit, str(unit) if unit else None))


def _reasons(line: LineOutcome) -> list[Reason]:
    return [why.reason for why in line.reasons]


def test_a_line_that_fits_is_added_as_it_is() -> None:
    line = _one(_want(1, 12), Facts(1, minimum=6, step=6, available=100))

    assert line == LineOutcome(Status.ADDED, 1, 12, 12)


@pytest.mark.parametrize(
    "wanted, rounding, status, quantity, reasons",
    [
        (7, Rounding.UP, Status.CHANGED, 12, [Reason.ROUNDED_UP]),
        (7, Rounding.DOWN, Status.CHANGED, 6, [Reason.ROUNDED_DOWN]),
        (7, Rounding.REFUSE, Status.REFUSED, 0, [Reason.OFF_STEP]),
        (2, Rounding.UP, Status.CHANGED, 6, [Reason.RAISED_TO_MINIMUM]),
        (2, Rounding.DOWN, Status.REFUSED, 0, [Reason.BELOW_MINIMUM]),
        (500, Rounding.UP, Status.CHANGED, 96, [Reason.CAPPED]),
        (97, Rounding.UP, Status.CHANGED, 96, [Reason.CAPPED]),
    ],
)
def test_quantities_are_rounded_and_capped_as_said(
    wanted: int, rounding: Rounding, status: Status, quantity: int, reasons: list[Reason]
) -> None:
    line = _one(_want(1, wanted), Facts(1, minimum=6, step=6, available=100), rounding=rounding)

    assert (line.status, line.quantity, line.wanted, _reasons(line)) == (status, quantity, wanted, reasons)


def test_what_is_in_the_cart_counts_for_minimum_step_and_stock() -> None:
    facts = Facts(1, minimum=10, step=5, available=20, in_cart=10)

    assert _one(_want(1, 5), facts).status is Status.ADDED
    assert _one(_want(1, 15), facts).quantity == 10
    refused = _one(_want(1, 5), Facts(1, minimum=10, step=5, available=10, in_cart=10))
    assert (_reasons(refused), refused.quantity) == ([Reason.OUT_OF_STOCK], 0)


def test_nothing_there_offers_a_substitute_a_later_day_and_word_when_it_is_back() -> None:
    line = _one(
        _want(1, 4), Facts(1, available=0, lead_days=5, substitutes=(2, 3)), Facts(2), Facts(3, available=0)
    )

    assert _reasons(line) == [Reason.OUT_OF_STOCK]
    assert line.fixes == (Fix(FixKind.SUBSTITUTE, 2, 4), Fix(FixKind.LATER, 1, 4), Fix(FixKind.WATCH, 1))


def test_what_may_be_ordered_beyond_the_shelf_is_not_capped() -> None:
    assert _one(_want(1, 40), Facts(1, available=3, allow_backorder=True)).status is Status.ADDED


def test_what_is_no_longer_sold_is_replaced_by_what_follows_it() -> None:
    old = Facts(1, active=False, replaced_by=2)
    line = _one(_want(1, 3), old, Facts(2, active=False, replaced_by=3), Facts(3))

    assert (line.status, line.variant, line.quantity, _reasons(line)) == (
        Status.CHANGED,
        3,
        3,
        [Reason.REPLACED],
    )


def test_replacements_that_go_in_a_circle_end() -> None:
    line = _one(_want(1, 3), Facts(1, active=False, replaced_by=2), Facts(2, active=False, replaced_by=1))

    assert (line.status, _reasons(line)) == (Status.REFUSED, [Reason.INACTIVE])


def test_a_variant_without_a_price_is_refused_and_the_price_can_be_asked() -> None:
    asked = _one(_want(1, 3), Facts(1, price=PriceState.ON_REQUEST))
    none = _one(_want(1, 3), Facts(1, price=PriceState.NONE))

    assert (_reasons(asked), asked.fixes) == ([Reason.PRICE_ON_REQUEST], (Fix(FixKind.ASK_PRICE, 1, 3),))
    assert (_reasons(none), none.fixes) == ([Reason.NO_PRICE], ())


def test_lines_of_one_variant_are_summed_and_say_so() -> None:
    outcome = settle([_want(1, 4), _want(1, 3), _want(2, 1)], {1: Facts(1, step=6), 2: Facts(2)})

    assert [(line.status, line.quantity) for line in outcome.lines] == [
        (Status.ADDED, 4),
        (Status.CHANGED, 8),
        (Status.ADDED, 1),
    ]
    assert outcome.cart == {1: 12, 2: 1}
    assert _reasons(outcome.lines[0]) == [Reason.ROUNDED_UP, Reason.SUMMED]
    assert outcome.lines[0].reasons[1].total == 7


def test_units_that_mean_two_things_are_asked_about() -> None:
    box_of_twelve = Facts(1, unit=Unit.BOX, pack_size=12)

    assert _one(_want(1, 2, Unit.CASE), box_of_twelve).quantity == 2
    pieces = _one(_want(1, 24, Unit.EACH), box_of_twelve)
    assert _reasons(pieces) == [Reason.UNIT]
    assert pieces.fixes == (Fix(FixKind.SET_QUANTITY, 1, 2), Fix(FixKind.SET_QUANTITY, 1, 24))
    chosen = Wanted(1, Quantity(24, Unit.EACH, "개"), units_chosen=True)
    assert _one(chosen, box_of_twelve).quantity == 24


def test_what_is_unsure_or_unknown_is_refused_with_what_it_may_be() -> None:
    unsure = _one(Wanted(None, Quantity(2), (1, 2, 9)), Facts(1), Facts(2, visible=False))
    unknown = _one(Wanted(None, Quantity(2)))
    hidden = _one(_want(2, 1), Facts(2, visible=False))

    assert (_reasons(unsure), unsure.fixes) == ([Reason.UNSURE], (Fix(FixKind.CHOOSE, 1, 2),))
    assert (_reasons(unknown), unknown.fixes) == ([Reason.NOT_FOUND], ())
    assert _reasons(hidden) == [Reason.NOT_SOLD_HERE]


def test_a_doubtful_quantity_is_asked_with_its_readings() -> None:
    line = _one(Wanted(1, read_quantity("1.000", "ko")), Facts(1))

    assert [(why.reason, why.doubt) for why in line.reasons] == [(Reason.QUANTITY, Doubt.SEPARATOR)]
    assert line.fixes == (Fix(FixKind.SET_QUANTITY, 1, 1000), Fix(FixKind.SET_QUANTITY, 1, 1))


_number = st.one_of(st.none(), st.integers(1, MAX_QUANTITY), st.integers(1, 60))
_quantity = st.builds(
    Quantity,
    _number,
    st.one_of(st.none(), st.sampled_from(Unit)),
    st.just(None),
    st.one_of(st.none(), st.none(), st.sampled_from(Doubt)),
    st.lists(st.integers(0, 100), max_size=2).map(tuple),
)
_wanted = st.builds(
    Wanted,
    st.one_of(st.none(), st.integers(1, 6)),
    _quantity,
    st.lists(st.integers(1, 8), max_size=3).map(tuple),
    st.booleans(),
    st.booleans(),
)


@st.composite
def _facts(draw: st.DrawFn) -> dict[int, Facts]:
    known = draw(st.sets(st.integers(1, 6)))
    return {
        variant: Facts(
            variant,
            unit=draw(st.sampled_from(Unit)),
            pack_size=draw(st.sampled_from([1, 1, 6, 12])),
            minimum=draw(st.integers(1, 30)),
            step=draw(st.integers(1, 12)),
            available=draw(st.one_of(st.none(), st.integers(0, 60))),
            allow_backorder=draw(st.booleans()),
            lead_days=draw(st.one_of(st.none(), st.integers(0, 9))),
            active=draw(st.booleans()),
            visible=draw(st.sampled_from([True, True, False])),
            price=draw(st.sampled_from([PriceState.PRICED, PriceState.PRICED, *PriceState])),
            replaced_by=draw(st.one_of(st.none(), st.integers(1, 6))),
            substitutes=draw(st.lists(st.integers(1, 6), max_size=3).map(tuple)),
            in_cart=draw(st.integers(0, 30)),
        )
        for variant in known
    }


@given(st.lists(_wanted, max_size=20), _facts(), st.sampled_from(Rounding))
def test_every_line_ends_once_and_the_cart_is_their_sum(
    lines: list[Wanted], facts: dict[int, Facts], rounding: Rounding
) -> None:
    outcome = settle(lines, facts, rounding)

    assert len(outcome.lines) == len(lines)
    assert sum(outcome.count(status) for status in Status) == len(lines)
    sums: dict[int, int] = {}
    for wanted, line in zip(lines, outcome.lines, strict=True):
        if line.status is Status.REFUSED:
            assert (line.variant, line.quantity) == (None, 0)
            assert line.reasons
            continue
        assert line.variant is not None
        assert line.quantity > 0
        sums[line.variant] = sums.get(line.variant, 0) + line.quantity
        if line.status is Status.ADDED:
            assert (line.variant, line.quantity) == (wanted.variant, line.wanted)
        else:
            assert line.variant != wanted.variant or line.quantity != line.wanted
            assert line.reasons
    assert sums == dict(outcome.cart)
    for variant, units in sums.items():
        its = facts[variant]
        in_all = its.in_cart + units
        assert in_all % its.step == 0
        assert its.minimum <= in_all <= MAX_QUANTITY
        assert its.sellable
        assert its.available is None or its.allow_backorder or in_all <= its.available


@given(st.lists(_wanted, max_size=12), _facts())
def test_the_order_of_lines_changes_nothing_in_the_cart(lines: list[Wanted], facts: dict[int, Facts]) -> None:
    assert settle(lines, facts).cart == settle(lines[::-1], facts).cart
