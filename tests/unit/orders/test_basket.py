from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.orders.basket import BasketDrop, BasketLine, settled, shares

MONDAY = date(2026, 11, 23)


def drop(quantity: int, place: int = 1, ahead: int = 0) -> BasketDrop:
    return BasketDrop(place, MONDAY + timedelta(days=ahead), quantity)


DROPS = st.lists(
    st.builds(drop, st.integers(1, 500), st.integers(1, 8), st.integers(0, 5)),
    max_size=12,
    unique_by=lambda each: each.group,
)


def test_what_is_added_goes_to_the_last_drop():
    assert settled(30, [drop(10, ahead=3), drop(8)]) == (drop(8), drop(22, ahead=3))


def test_what_is_taken_away_is_taken_from_the_last_ones():
    assert settled(9, [drop(8), drop(6, ahead=1), drop(10, ahead=3)]) == (drop(8), drop(1, ahead=1))


def test_more_and_then_less_leaves_what_was_entered():
    entered = (drop(8), drop(6, ahead=1))

    assert settled(14, entered) == entered


def test_a_line_that_is_not_split_stays_so():
    assert settled(5, ()) == ()


@given(DROPS, st.integers(1, 10_000))
def test_settled_drops_sum_to_the_line_and_only_the_last_ones_change(drops: list[BasketDrop], quantity: int):
    kept = settled(quantity, drops)

    assert sum(each.quantity for each in kept) == (quantity if drops else 0)
    assert all(each.quantity > 0 for each in kept)
    before = {each.group: each.quantity for each in drops}
    assert all(each.quantity == before[each.group] for each in kept[:-1])
    assert {each.group for each in kept} <= before.keys()


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), max_size=60))
def test_shares_sum_to_the_amount_and_are_nearest_to_their_weights(amount: int, weights: list[int]):
    given_out = shares(amount, weights)

    assert len(given_out) == len(weights)
    assert sum(given_out) == (amount if weights else 0)
    whole = sum(weights)
    if whole:
        # Never a unit or more away from the exact share.
        assert all(
            abs(share * whole - amount * weight) < whole
            for share, weight in zip(given_out, weights, strict=True)
        )


def test_the_largest_remainders_round_up_the_first_of_equals_first():
    assert shares(10, [1, 1, 1]) == [4, 3, 3]
    assert shares(10, [5, 3, 1]) == [6, 3, 1]
    assert shares(7, [0, 0]) == [7, 0]
    assert shares(7, []) == []


def test_a_line_without_drops_goes_where_the_order_goes():
    assert BasketLine(1, 5).drops_or(7, None) == (BasketDrop(7, None, 5),)
    assert BasketLine(1, 5, drops=(drop(3, ahead=1), drop(2))).drops_or(7, None) == (
        drop(2),
        drop(3, ahead=1),
    )


@pytest.mark.parametrize("drops", [(drop(3),), (drop(2), drop(4, place=2)), (drop(2), drop(3))])
def test_a_line_refuses_drops_that_do_not_add_up(drops: tuple[BasketDrop, ...]):
    with pytest.raises(ValueError, match="variant 1"):
        BasketLine(1, 5, drops=drops)
