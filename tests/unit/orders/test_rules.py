from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import Conflict, Refused
from portal.orders.models import OrderStatus
from portal.orders.rules import (
    MAX_QUANTITY,
    OPEN_STATUSES,
    TRANSITIONS,
    Move,
    check_quantity,
    moves_from,
    parse_quantity,
    require_move,
    status_of_drops,
)

S = OrderStatus

# Rows: where an order stands. Columns: where it would go. A cell names the one move that leads there, or none.
COLUMNS = "placed on_hold confirmed picking part_ship shipped part_deliv delivered cancelled"
MATRIX = """
placed     units   hold    confirm  .        .     .     .        .        cancel
on_hold    release units   release  release  .     .     .        .        cancel
confirmed  .       hold    units    start    .     .     .        .        cancel
picking    .       hold    .        .        ship  ship  .        .        .
part_ship  .       .       .        .        s+u   s+u   deliver  .        .
shipped    .       .       .        .        .     .     deliver  deliver  .
part_deliv .       .       .        .        .     .     all      d+u      .
delivered  .       .       .        .        .     .     .        .        .
cancelled  .       .       .        .        .     .     .        .        .
"""
SHORT = {"part_ship": S.PARTIALLY_SHIPPED, "part_deliv": S.PARTIALLY_DELIVERED}
MOVES = {".": set(), "start": {Move.START_PICKING}, "units": {Move.CANCEL_UNITS}}
MOVES |= {"s+u": {Move.SHIP, Move.CANCEL_UNITS}, "d+u": {Move.DELIVER, Move.CANCEL_UNITS}}
MOVES |= {"all": {Move.SHIP, Move.DELIVER, Move.CANCEL_UNITS}}


def status(word: str) -> OrderStatus:
    return SHORT.get(word) or S(word)


def matrix() -> dict[tuple[OrderStatus, OrderStatus], set[Move]]:
    cells = {}
    for row in MATRIX.strip().splitlines():
        start, *words = row.split()
        for end, word in zip(COLUMNS.split(), words, strict=True):
            cells[status(start), status(end)] = MOVES[word] if word in MOVES else {Move(word)}
    return cells


def test_the_matrix_speaks_of_every_pair_of_states():
    assert matrix().keys() == {(start, end) for start in S for end in S}


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("start", S)
def test_a_move_leads_where_the_matrix_says_and_nowhere_else(start: OrderStatus, move: Move):
    cells = matrix()

    assert {end for end in S if (start, move, end) in TRANSITIONS} == {
        end for end in S if move in cells[start, end]
    }


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("start", S)
def test_an_illegal_move_is_a_conflict_that_names_the_state(start: OrderStatus, move: Move):
    if move in moves_from(start):
        require_move(start, move)
        return
    with pytest.raises(Conflict) as refused:
        require_move(start, move)
    assert refused.value.code == "illegal_move"
    assert refused.value.facts == {"status": start, "move": move}


def test_a_legal_move_to_a_wrong_end_is_refused():
    with pytest.raises(Conflict):
        require_move(S.PLACED, Move.CONFIRM, S.SHIPPED)


def test_nothing_can_be_done_at_the_end():
    assert {state for state in S if not moves_from(state)} == {S.DELIVERED, S.CANCELLED}
    assert set(S) - OPEN_STATUSES == {S.DELIVERED, S.CANCELLED}


@dataclass
class Units:
    quantity: int
    shipped: int = 0
    delivered: int = 0
    cancelled: int = 0


@pytest.mark.parametrize(
    ("drops", "expected"),
    [
        ([Units(5)], None),
        ([Units(5, shipped=2)], S.PARTIALLY_SHIPPED),
        ([Units(5, shipped=5), Units(1)], S.PARTIALLY_SHIPPED),
        ([Units(5, shipped=5), Units(1, shipped=1)], S.SHIPPED),
        ([Units(5, shipped=3, cancelled=2)], S.SHIPPED),
        ([Units(5, shipped=2, delivered=2)], S.PARTIALLY_DELIVERED),
        ([Units(5, shipped=5, delivered=4)], S.PARTIALLY_DELIVERED),
        ([Units(5, shipped=5, delivered=5), Units(2, cancelled=2)], S.DELIVERED),
        ([Units(2, cancelled=2)], S.CANCELLED),
    ],
)
def test_where_an_order_stands_by_what_left_and_arrived(drops: list[Units], expected: OrderStatus | None):
    assert status_of_drops(drops) is expected


@pytest.mark.parametrize(
    ("typed", "quantity"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("+12", 12),
        ("012", 12),
        ("１２", 12),
        ("１ ２００", 1200),
        ("1 200", 1200),
        ("1\u00a0200", 1200),
        ("1\u202f200", 1200),
        ("1,000,000", 1_000_000),
        ("1.000.000", 1_000_000),
        ("12.0", 12),
        ("12,00", 12),
    ],
)
def test_a_quantity_is_read_as_people_type_it(typed: str, quantity: int):
    assert parse_quantity(typed) == quantity


@pytest.mark.parametrize(
    ("typed", "code", "facts"),
    [
        ("", "not_a_number", {}),
        ("   ", "not_a_number", {}),
        ("twelve", "not_a_number", {}),
        ("12개", "not_a_number", {}),
        ("1e3", "not_a_number", {}),
        ("0x10", "not_a_number", {}),
        ("1,00,000", "not_a_number", {}),
        ("1 00", "not_a_number", {}),
        ("--3", "not_a_number", {}),
        ("5²", "not_a_number", {}),
        ("①", "not_a_number", {}),
        ("½", "not_a_number", {}),
        ("٣", "not_a_number", {}),
        ("NaN", "not_a_number", {}),
        ("inf", "not_a_number", {}),
        ("\0", "not_a_number", {}),
        ("9" * 41, "not_a_number", {}),
        ("9" * 100_000, "not_a_number", {}),
        ("1,000", "ambiguous_number", {"plain": "1000"}),
        ("1.000", "ambiguous_number", {"plain": "1000"}),
        ("12,500", "ambiguous_number", {"plain": "12500"}),
        ("2.5", "fractional", {"lower": 2, "upper": 3}),
        ("2,5", "fractional", {"lower": 2, "upper": 3}),
        (".5", "fractional", {"lower": 1, "upper": 1}),
        ("-2.5", "fractional", {"lower": 1, "upper": 1}),
        ("0", "below_minimum", {"minimum": 1, "nearest": 1}),
        ("-3", "below_minimum", {"minimum": 1, "nearest": 1}),
        ("\u22123", "below_minimum", {"minimum": 1, "nearest": 1}),
        ("1000001", "too_large", {"maximum": 1_000_000, "nearest": 1_000_000}),
        ("9" * 40, "too_large", {"maximum": 1_000_000, "nearest": 1_000_000}),
    ],
)
def test_what_is_no_quantity_is_refused_with_what_would_be(typed: str, code: str, facts: dict[str, object]):
    with pytest.raises(Refused) as refused:
        parse_quantity(typed)
    assert (refused.value.code, refused.value.field, refused.value.facts) == (code, "quantity", facts)


@pytest.mark.parametrize(
    ("quantity", "minimum", "step", "code", "facts"),
    [
        (11, 12, 12, "below_minimum", {"minimum": 12, "nearest": 12}),
        (13, 12, 12, "off_step", {"step": 12, "lower": 12, "upper": 24}),
        (5, 5, 2, "below_minimum", {"minimum": 6, "nearest": 6}),
        (7, 5, 2, "off_step", {"step": 2, "lower": 6, "upper": 8}),
        (1_000_000, 1, 7, "too_large", {"maximum": 999_999, "nearest": 999_999}),
        (0, 50, 50, "below_minimum", {"minimum": 50, "nearest": 50}),
    ],
)
def test_a_quantity_off_the_rules_is_told_the_nearest_ones(
    quantity: int, minimum: int, step: int, code: str, facts: dict[str, int]
):
    with pytest.raises(Refused) as refused:
        check_quantity(quantity, minimum, step)
    assert (refused.value.code, refused.value.facts) == (code, facts)


def test_a_fraction_is_told_quantities_on_the_step():
    with pytest.raises(Refused) as refused:
        parse_quantity("12.5", minimum=12, step=12)
    assert refused.value.facts == {"lower": 12, "upper": 24}


@given(quantity=st.integers(-10, MAX_QUANTITY + 10), minimum=st.integers(1, 500), step=st.integers(1, 500))
def test_what_is_offered_instead_is_always_allowed(quantity: int, minimum: int, step: int):
    try:
        check_quantity(quantity, minimum, step)
    except Refused as refused:
        offered = [refused.facts[name] for name in ("nearest", "lower", "upper") if name in refused.facts]
        assert offered
        for number in offered:
            assert isinstance(number, int)
            check_quantity(number, minimum, step)
    else:
        assert quantity >= minimum
        assert quantity % step == 0


@given(st.text(max_size=60))
def test_any_text_is_a_quantity_or_refused(typed: str):
    try:
        quantity = parse_quantity(typed)
    except Refused:
        return
    assert 1 <= quantity <= MAX_QUANTITY
