"""Pairs of orders as they come within half an hour: nearly the same (a second submission in good faith), or not.

Written down before the rule was tried on them; what the rule asks about must nearly always be a second order in truth.
"""

from __future__ import annotations

import random

from portal.orders.nearly import nearly_same, recent_of

Lines = dict[int, int]
BASE = {n: 4 + n % 5 for n in range(1, 21)}

DUPLICATES: list[tuple[str, Lines, Lines]] = [
    ("the same again after a lost answer", BASE, BASE),
    ("one line of one", {1: 10}, {1: 10}),
    ("two lines", {1: 10, 2: 5}, {2: 5, 1: 10}),
    ("a colleague forgot one of twenty", BASE, {k: v for k, v in BASE.items() if k != 20}),
    ("one more that was forgotten", BASE, BASE | {99: 3}),
    ("one quantity mended", BASE, BASE | {3: 100}),
    ("two quantities mended of twenty", BASE, BASE | {3: 100, 4: 1}),
    ("one gone, one other", BASE, {k: v for k, v in BASE.items() if k != 7} | {70: 7}),
    ("five of which one is larger", {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}, {1: 1, 2: 1, 3: 1, 4: 1, 5: 2}),
    ("ten of which two are left out", {n: n for n in range(1, 11)}, {n: n for n in range(1, 9)}),
    ("three hundred again", dict.fromkeys(range(300), 1), dict.fromkeys(range(300), 1)),
    (
        "three hundred, thirty mended",
        dict.fromkeys(range(300), 1),
        {n: 2 if n < 30 else 1 for n in range(300)},
    ),
]

OTHERS: list[tuple[str, Lines, Lines]] = [
    ("something that was forgotten, alone", BASE, {99: 3}),
    ("the beans again, not the rest", BASE, {1: 5}),
    ("another store's standing order in other quantities", BASE, {k: v * 3 for k, v in BASE.items()}),
    ("half of it for the other store", BASE, {k: v for k, v in BASE.items() if k <= 10}),
    ("one product in another quantity", {1: 10}, {1: 20}),
    ("two lines, one the same", {1: 10, 2: 5}, {1: 10, 3: 5}),
    ("three of four", {1: 1, 2: 1, 3: 1, 4: 1}, {1: 1, 2: 1, 3: 1, 5: 1}),
    ("cups beside beans", {1: 10, 2: 5}, {3: 500, 4: 50}),
    ("nothing", {}, {}),
    ("a long one beside a short one in it", dict.fromkeys(range(300), 1), dict.fromkeys(range(200), 1)),
]


def test_what_is_asked_about_was_ordered_before():
    drawn = random.Random(20261123)
    cases = [(one, other, True) for _, one, other in DUPLICATES] + [(a, b, False) for _, a, b in OTHERS]
    # Two orders of one dealer who buys from a few dozen products are not the same because they share some.
    usual = list(range(1, 41))
    for _ in range(500):
        one, other = (
            {n: drawn.choice((1, 2, 5, 10)) for n in drawn.sample(usual, drawn.randint(1, 15))} for _ in "ab"
        )
        cases.append((one, other, one == other))
    asked = [truth for one, other, truth in cases if nearly_same(one, other)]
    missed = sum(1 for one, other, truth in cases if truth and not nearly_same(one, other))

    assert sum(asked) / len(asked) >= 0.95
    assert missed == 0


def test_it_does_not_matter_which_was_first():
    for _, one, other in DUPLICATES + OTHERS:
        assert nearly_same(one, other) == nearly_same(other, one)


def test_recent_orders_are_read_the_last_first():
    text = "2026-000001 7 3,2026-000002 7 1,2026-000001 8 2,2026-000001 7 1"

    assert list(recent_of(text).items()) == [("2026-000002", {7: 1}), ("2026-000001", {7: 4, 8: 2})]
    assert recent_of(None) == recent_of("") == {}
