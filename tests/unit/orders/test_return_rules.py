from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import Conflict
from portal.orders.models import ReturnStatus
from portal.orders.return_rules import (
    RETURN_TRANSITIONS,
    ReturnMove,
    after_move,
    credit_for,
    return_moves,
    shares,
)


@given(st.integers(0, 10**12), st.integers(1, 5_000), st.data())
def test_however_a_line_comes_back_its_credits_sum_to_the_charge(
    charged: int, units: int, data: st.DataObject
):
    before, given_back = 0, 0
    while before < units:
        wanted = data.draw(st.integers(1, units - before))
        credit = credit_for(charged, units, before, wanted)
        assert credit >= 0
        given_back, before = given_back + credit, before + wanted

    assert given_back == charged


def test_the_last_unit_takes_what_rounding_left():
    assert [credit_for(100, 3, before, 1) for before in range(3)] == [33, 33, 34]
    assert credit_for(100, 3, 0, 3) == 100


def test_nothing_is_credited_beyond_the_line():
    assert credit_for(100, 3, 2, 5) == 34
    assert credit_for(100, 3, 3, 1) == 0
    assert credit_for(100, 0, 0, 1) == 0


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), max_size=40))
def test_shares_sum_to_the_whole(total: int, weights: list[int]):
    parts = shares(total, weights)

    assert len(parts) == len(weights)
    assert sum(parts) == (total if sum(weights) else 0)
    assert all(part >= 0 for part in parts)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if not weight)


def test_a_line_of_whole_units_is_worth_just_these():
    million = 1_000_000
    # 39 600 and 423.5, rounded down once to 40 023 or up to 40 024.
    assert shares(40_023, [39_600 * million, 423_500_000]) == [39_600, 423]
    assert shares(40_024, [39_600 * million, 423_500_000]) == [39_600, 424]
    assert shares(30, [10_500_000, 10_500_000, 9_000_000]) == [11, 10, 9]
    # What does not add up at all is shared in proportion.
    assert shares(100, [10 * million, 30 * million]) == [25, 75]
    assert shares(100, [0, 0]) == [0, 0]


def test_moves_are_those_of_the_table_and_no_others():
    for status in ReturnStatus:
        for move in ReturnMove:
            ends = [end for start, by, end in RETURN_TRANSITIONS if (start, by) == (status, move)]
            assert (move in return_moves(status)) == bool(ends)
            if ends:
                assert [after_move(status, move)] == ends
            else:
                with pytest.raises(Conflict, match="illegal_move"):
                    after_move(status, move)


def test_what_is_over_stays_over():
    for status in (ReturnStatus.DECLINED, ReturnStatus.WITHDRAWN, ReturnStatus.CREDITED):
        assert return_moves(status) == frozenset()
