"""Money as integers, and the one rounding function of the portal.

Two integer units exist, and every name or column says which one it holds:

* *minor*: the currency's minor unit (won, yen, cent). Line totals, taxes and document totals are minor units.
* *e4*: ten-thousandths of the currency's major unit. Unit prices are e4, because a contract price of $0.0125
  a screw must survive; 1 USD = 10_000 e4 = 100 minor, 1 KRW = 10_000 e4 = 1 minor.

Floats and Decimals never hold money: SQLite keeps ``Numeric`` as a float without a warning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portal.core.errors import CurrencyMismatch, UnknownCurrency

UNIT_SCALE: Final = 10_000
"""e4 units in one major unit."""

MINOR_DIGITS: Final[dict[str, int]] = {"KRW": 0, "JPY": 0, "USD": 2, "CAD": 2, "EUR": 2, "GBP": 2}
"""Digits after the decimal point of each currency the portal trades in. Source: ISO 4217, list one."""

PPM: Final = 1_000_000
"""Rates and percentages are integers in parts per million: 9.975 % is 99_750."""


class Rounding(StrEnum):
    """How a quotient that is not whole becomes an integer."""

    HALF_UP = "half_up"
    DOWN = "down"
    UP = "up"


_HALF_UP: Final = Rounding.HALF_UP


def divide(numerator: int, denominator: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """Divide two integers and round: the only place in the portal where money is rounded.

    ``HALF_UP`` takes ties away from zero (2.5 → 3, −2.5 → −3), the commercial rounding of KRW, JPY, USD, CAD and
    EUR line amounts; Python's ``round`` and Babel take ties to even and must not be used for money. ``DOWN`` drops
    the fraction (Korean VAT by custom, Japanese consumption tax by the usual choice of issuers; both are a setting
    of the tax profile), ``UP`` takes it away from zero.

    Raises ZeroDivisionError if ``denominator`` is 0.
    """
    if rounding is _HALF_UP and numerator >= 0 and denominator > 0:
        # What a page asks for a hundred times: one division less than the general way below.
        return (2 * numerator + denominator) // (2 * denominator)
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    sign = -1 if numerator < 0 else 1
    whole, rest = divmod(abs(numerator), denominator)
    if (rounding is Rounding.HALF_UP and 2 * rest >= denominator) or (rounding is Rounding.UP and rest):
        whole += 1
    return sign * whole


def minor_digits(currency: str) -> int:
    """Digits after the decimal point of ``currency``. Raises UnknownCurrency."""
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


def e4_per_minor(currency: str) -> int:
    """How many e4 units one minor unit is worth: 10_000 for KRW, 100 for USD."""
    return UNIT_SCALE // int(10 ** minor_digits(currency))


def minor_from_e4(amount_e4: int, currency: str, rounding: Rounding = Rounding.HALF_UP) -> int:
    """An amount in e4 as minor units of ``currency``, rounded."""
    return divide(amount_e4, e4_per_minor(currency), rounding)


def e4_from_minor(minor: int, currency: str) -> int:
    """An amount in minor units as e4; always exact."""
    return minor * e4_per_minor(currency)


def share_of(amount: int, ppm: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """``ppm`` parts per million of ``amount``, rounded, in the unit of ``amount``."""
    return divide(amount * ppm, PPM, rounding)


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` over ``weights`` so that the shares sum exactly to it (largest remainder method).

    Ties go to the earlier weight; a weight of 0 gets 0; a negative total is split like a positive one. Weights must
    not be negative. Raises ValueError if all weights are 0 while the total is not.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ValueError("a total cannot be split over weights that are all zero")
        return [0] * len(weights)
    sign = -1 if total < 0 else 1
    quotients = [divmod(abs(total) * weight, whole) for weight in weights]
    shares = [quotient for quotient, _ in quotients]
    missing = abs(total) - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda index: (-quotients[index][1], index))
    for index in by_remainder[:missing]:
        shares[index] += 1
    return [sign * share for share in shares]


def plain_minor(minor: int, currency: str) -> str:
    """Minor units as a plain decimal for machines: ``12000`` (KRW), ``13.50`` (USD)."""
    digits = minor_digits(currency)
    if not digits:
        return str(minor)
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}"


def plain_e4(amount_e4: int, currency: str) -> str:
    """A unit price as a plain decimal for machines: the currency's digits, more only if the price has them.

    12_000_0000 e4 KRW is ``12000``; 13_5000 e4 USD is ``13.50``; 125 e4 USD is ``0.0125``.
    """
    sign = "-" if amount_e4 < 0 else ""
    whole, rest = divmod(abs(amount_e4), UNIT_SCALE)
    digits = f"{rest:04d}".rstrip("0").ljust(minor_digits(currency), "0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units with its currency. Adds only to its own currency; never holds a float."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"money is a whole number of minor units, not {self.minor!r}")
        minor_digits(self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{plain_minor(self.minor, self.currency)} {self.currency}"

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor
