"""Money is whole numbers, rounded in one place."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import CurrencyMismatch, UnknownCurrency
from portal.core.money import (
    MINOR_DIGITS,
    Money,
    Rounding,
    allocate,
    divide,
    e4_from_minor,
    minor_from_e4,
    plain_e4,
    plain_minor,
    share_of,
)

MODES = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.DOWN: ROUND_DOWN, Rounding.UP: ROUND_UP}
AMOUNTS = st.integers(-(10**15), 10**15)


class TestDivide:
    @pytest.mark.parametrize(
        ("numerator", "denominator", "half_up", "down", "up"),
        [
            (5, 2, 3, 2, 3),
            (-5, 2, -3, -2, -3),
            (7, 3, 2, 2, 3),
            (8, 3, 3, 2, 3),
            (6, 3, 2, 2, 2),
            (5, -2, -3, -2, -3),
        ],
    )
    def test_ties_go_away_from_zero(self, numerator, denominator, half_up, down, up):
        assert divide(numerator, denominator) == half_up
        assert divide(numerator, denominator, Rounding.DOWN) == down
        assert divide(numerator, denominator, Rounding.UP) == up

    @given(AMOUNTS, st.integers(1, 10**6), st.sampled_from(list(Rounding)))
    def test_agrees_with_decimal(self, numerator, denominator, rounding):
        # Thirty digits hold every quotient here, so Decimal's answer is the true one except on an inexact tie,
        # which cannot be: a quotient's tie is exact in base ten.
        exact = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), rounding=MODES[rounding])

        assert divide(numerator, denominator, rounding) == int(exact)

    def test_nothing_divides_by_zero(self):
        with pytest.raises(ZeroDivisionError):
            divide(1, 0)


class TestUnits:
    @pytest.mark.parametrize(
        ("amount", "currency", "minor"),
        [
            (120_000_000, "KRW", 12_000),
            (135_000, "USD", 1_350),
            (125, "USD", 1),
            (50, "USD", 1),
            (49, "USD", 0),
        ],
    )
    def test_minor_from_e4(self, amount, currency, minor):
        assert minor_from_e4(amount, currency) == minor

    @given(AMOUNTS, st.sampled_from(sorted(MINOR_DIGITS)))
    def test_minor_to_e4_and_back_is_the_same(self, minor, currency):
        assert minor_from_e4(e4_from_minor(minor, currency), currency) == minor

    @pytest.mark.parametrize(
        ("amount", "currency", "text"),
        [
            (120_000_000, "KRW", "12000"),
            (120_005_000, "KRW", "12000.5"),
            (135_000, "USD", "13.50"),
            (125, "USD", "0.0125"),
            (-135_000, "USD", "-13.50"),
            (0, "JPY", "0"),
        ],
    )
    def test_a_unit_price_in_plain_digits(self, amount, currency, text):
        assert plain_e4(amount, currency) == text

    @pytest.mark.parametrize(
        ("minor", "currency", "text"),
        [(12_000, "KRW", "12000"), (1_350, "USD", "13.50"), (-5, "USD", "-0.05"), (-7, "KRW", "-7")],
    )
    def test_an_amount_in_plain_digits(self, minor, currency, text):
        assert plain_minor(minor, currency) == text

    def test_a_currency_we_do_not_trade_in(self):
        with pytest.raises(UnknownCurrency):
            minor_from_e4(1, "BTC")

    def test_a_rate_in_parts_per_million(self):
        assert share_of(10_000, 99_750) == 998
        assert share_of(10_000, 99_750, Rounding.DOWN) == 997


class TestAllocate:
    @given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
    def test_shares_sum_to_the_total_and_stay_near_their_due(self, total, weights):
        shares = allocate(total, weights)

        assert sum(shares) == total
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share * sum(weights) - total * weight) < sum(weights)
            assert weight or share == 0

    def test_ties_go_to_the_earlier(self):
        assert allocate(10, [1, 1, 1]) == [4, 3, 3]
        assert allocate(-10, [1, 1, 1]) == [-4, -3, -3]

    def test_nothing_over_nothing_is_nothing(self):
        assert allocate(0, [0, 0]) == [0, 0]

    @pytest.mark.parametrize(("total", "weights"), [(1, [0, 0]), (1, []), (1, [2, -1])])
    def test_what_cannot_be_split(self, total, weights):
        with pytest.raises(ValueError, match="weights"):
            allocate(total, weights)


class TestMoney:
    def test_adds_and_subtracts_its_own_currency(self):
        assert Money(500, "KRW") + Money(700, "KRW") == Money(1_200, "KRW")
        assert Money(500, "KRW") - Money(700, "KRW") == -Money(200, "KRW")
        assert str(Money(1_350, "USD")) == "13.50 USD"

    def test_never_adds_another(self):
        with pytest.raises(CurrencyMismatch):
            Money(1, "KRW") + Money(1, "USD")

    @pytest.mark.parametrize("amount", [1.5, True, Decimal(1), "1"])
    def test_never_holds_anything_but_a_whole_number(self, amount):
        with pytest.raises(TypeError):
            Money(amount, "KRW")
