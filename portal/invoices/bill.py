"""What a document charges: the part of each line, its net, and the taxes. Everything here is pure.

Amounts are minor units. Taxes are those of ``pricing.tax``, rounded as the account's tax profile says; here they are
told apart by their category as well, and what they leave as net is brought down to the lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from portal.accounts.models import TaxRounding
from portal.core.money import PPM, Rounding, allocate, divide
from portal.pricing.tax import nets_of, taxes_of
from portal.pricing.terms import PricingTerms, TaxTerms

_DAY: Final = date(2000, 1, 1)
_SEPARATOR: Final = "\x1f"


class Rate(NamedTuple):
    """A tax in force on a class of goods."""

    code: str
    rate_ppm: int
    position: int
    category: str = "S"
    exemption: str = ""

    def to_snapshot(self) -> dict[str, Any]:
        """What a line keeps of it."""
        return {"code": self.code, "rate_ppm": self.rate_ppm, "category": self.category}


Rates = Mapping[str, tuple[Rate, ...]]
"""Tax class → the taxes on it; a class that is not in it bears none."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What a line of the document charges, in its tax mode, and the taxes it bears."""

    amount: int
    rates: tuple[Rate, ...]
    tax_included: bool = False


class BilledTax(NamedTuple):
    """A tax of the document: ``rate_ppm`` of ``base`` makes ``amount``."""

    code: str
    rate_ppm: int
    base: int
    amount: int
    category: str
    exemption: str

    def to_snapshot(self) -> dict[str, Any]:
        """The tax as plain JSON values, for the copy a document keeps."""
        return self._asdict()


@dataclass(frozen=True, slots=True)
class Bill:
    """What the document comes to. The nets of its lines sum to its net."""

    nets: tuple[int, ...]
    """Line by line, as the charges were given."""
    line_taxes: tuple[int | None, ...]
    """Each line's own tax where taxes are rounded line by line; else None."""
    taxes: tuple[BilledTax, ...]
    net: int
    tax: int

    @property
    def total(self) -> int:
        """To pay."""
        return self.net + self.tax


def part_of(total: int, units: int, charged: int, charged_units: int, leaving: int) -> int:
    """What ``leaving`` units cost of a line that costs ``total`` for ``units``, after what was charged before.

    The parts of a line sum to its total, however its units leave: the last takes what rounding left. 0 if no unit is
    left to be charged.
    """
    left = units - charged_units
    if left <= 0:
        return 0
    return max(divide((total - charged) * min(leaving, left), left), 0)


def freight_part(
    freight: int,
    charges: Sequence[Mapping[str, Any]],
    charged: int,
    leaving: Iterable[tuple[int, str | None]],
    left_before: Iterable[tuple[int, str | None]],
    *,
    completes: bool,
) -> int:
    """What bringing costs with this document: each group of drops (place, day) with the first of it that leaves.

    ``freight`` is the order's, ``charges`` what it keeps of each group, ``charged`` what earlier documents took. The
    document that completes the order takes what is left of it: it was agreed on, whatever was taken back since.
    """
    left = max(freight - charged, 0)
    known = {(each["location_id"], each["date"]): int(each["amount"]) for each in charges}
    if completes or sum(known.values()) != freight:
        return left
    first = set(leaving) - set(left_before)
    return min(sum(known.get(group, 0) for group in first), left)


def bill(charges: Sequence[Charge], rounding: TaxRounding) -> Bill:
    """The taxes of ``charges`` and the nets of the lines."""
    lines = [_Line(each.amount, _class_of(each.rates), each.tax_included) for each in charges]
    terms = _terms(charges, rounding)
    document = taxes_of(terms, lines)
    taxes = tuple(_billed(tax.code, tax.rate_ppm, tax.base, tax.amount) for tax in document.taxes)
    tax = sum(each.amount for each in taxes)
    nets = nets_of(terms, lines)
    if rounding.per_line:
        own: list[int | None] = [
            _tax_of_line(charge, net, rounding) for charge, net in zip(charges, nets, strict=True)
        ]
    else:
        nets, own = _shared_out(charges, nets, document.net, rounding.rounding), [None] * len(charges)
    return Bill(tuple(nets), tuple(own), taxes, document.net, tax)


@dataclass(frozen=True, slots=True)
class _Line:
    line_total: int
    tax_class: str
    tax_included: bool


def _class_of(rates: Sequence[Rate]) -> str:
    """A name for goods that bear these taxes: classes with the same taxes are one to the document."""
    return repr([tuple(rate) for rate in rates])


def _terms(charges: Sequence[Charge], rounding: TaxRounding) -> PricingTerms:
    return PricingTerms(
        account_id=0,
        segment_id=None,
        currency="",
        day=_DAY,
        code=None,
        tax_rounding=rounding,
        prices={},
        promotions=(),
        tax_rates={
            _class_of(rates): tuple(
                TaxTerms(
                    _SEPARATOR.join((rate.code, rate.category, rate.exemption)),
                    rate.rate_ppm,
                    rate.position,
                    _DAY,
                    None,
                )
                for rate in rates
            )
            for rates in {charge.rates for charge in charges}
        },
    )


def _billed(key: str, rate_ppm: int, base: int, amount: int) -> BilledTax:
    code, category, exemption = key.split(_SEPARATOR)
    return BilledTax(code, rate_ppm, base, amount, category, exemption)


def _tax_of_line(charge: Charge, net: int, rounding: TaxRounding) -> int:
    if charge.tax_included:
        return charge.amount - net
    return sum(divide(net * rate.rate_ppm, PPM, rounding.rounding) for rate in charge.rates)


def _shared_out(charges: Sequence[Charge], nets: list[int], net: int, rounding: Rounding) -> list[int]:
    """The lines' nets so that they sum to the document's: lines with tax share out what rounding once left them.

    Lines that bear the same taxes are brought to the base of these first, so that each base is the sum of its lines.
    """
    by_class: dict[tuple[Rate, ...], list[int]] = {}
    for index, charge in enumerate(charges):
        if charge.tax_included and charge.amount:
            by_class.setdefault(charge.rates, []).append(index)
    if not by_class:
        return nets
    rounded = list(nets)
    for rates, indexes in by_class.items():
        amounts = [charges[index].amount for index in indexes]
        gross, whole = sum(amounts), PPM + sum(rate.rate_ppm for rate in rates)
        base = gross - sum(divide(gross * rate.rate_ppm, whole, rounding) for rate in rates)
        for index, part in zip(indexes, allocate(base, amounts), strict=True):
            rounded[index] = part
    # Where two classes share a tax, it was rounded once over both of them.
    largest = max((index for each in by_class.values() for index in each), key=lambda index: rounded[index])
    rounded[largest] += net - sum(rounded)
    return rounded
