"""What is usual: how much, how often, and what no longer is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from portal.orders.usual import Bought, Usual, nearest, usual_list, usual_of
from tests.storefront import Shop

TODAY = date(2026, 11, 23)


def bought(variant: int, *ago_and_units: tuple[int, int]) -> list[Bought]:
    return [Bought(variant, TODAY - timedelta(days=ago), units) for ago, units in ago_and_units]


def test_the_middle_of_the_last_five_quantities_and_the_middle_interval():
    history = bought(1, (70, 900), (28, 10), (21, 12), (14, 11), (7, 50), (1, 12))

    assert usual_of(history, TODAY) == [Usual(1, 6, 12, 7, TODAY - timedelta(days=1))]


def test_the_most_frequent_comes_first_then_the_latest():
    history = bought(1, (9, 1), (2, 1)) + bought(2, (9, 1), (5, 1), (1, 1)) + bought(3, (9, 1), (1, 1))

    assert [one.variant_id for one in usual_of(history, TODAY)] == [2, 3, 1]


@pytest.mark.parametrize(
    "days, is_usual",
    [
        ((30,), True),
        ((31,), False),
        ((400,), False),
        # Every week, and then not for a month and a half.
        ((59, 52, 45), True),
        ((60, 53, 46), False),
        # Twice a year is an interval, too.
        ((700, 520, 340), True),
        ((1100, 920, 740), False),
        # Twice on one day says nothing of an interval.
        ((45, 45), True),
        ((46, 46), False),
    ],
)
def test_what_lapsed_is_not_usual(days: tuple[int, ...], is_usual: bool):
    assert bool(usual_of(bought(1, *((ago, 2) for ago in days)), TODAY)) is is_usual


@pytest.mark.parametrize(
    "quantity, minimum, step, found",
    [
        (12, 1, 1, 12),
        (13, 1, 6, 12),
        (15, 1, 6, 18),
        (2, 12, 6, 12),
        (1, 7, 5, 10),
        (3, 1, 500, 500),
        (10**9, 1, 7, 999_999),
    ],
)
def test_the_nearest_quantity_that_is_sold(quantity: int, minimum: int, step: int, found: int):
    assert nearest(quantity, minimum, step) == found


@pytest.mark.parametrize(
    "timezone, last, every",
    [
        ("Asia/Seoul", date(2026, 11, 21), 7),
        ("UTC", date(2026, 11, 20), 6),
        ("America/Los_Angeles", date(2026, 11, 20), 7),
    ],
)
def test_days_are_those_of_the_account(session: Session, timezone: str, last: date, every: int):
    shop = Shop(session)
    beans = shop.sell("BEANS", "Beans", won=12_000)
    shop.order("2026-000001", beans, quantity=4, at=datetime(2026, 11, 14, 7, 30, tzinfo=UTC))
    shop.order("2026-000002", beans, quantity=4, at=datetime(2026, 11, 20, 15, 30, tzinfo=UTC))

    (usual,) = usual_list(session, shop.account.id, timezone, TODAY)

    assert (usual.last_day, usual.every_days) == (last, every)
