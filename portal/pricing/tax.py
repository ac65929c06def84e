"""Taxes of a document: once for each rate, or line by line where the seller's country does it so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol

from portal.core.money import PPM, Rounding, divide
from portal.pricing.priced import TaxLine
from portal.pricing.terms import PricingTerms, TaxTerms

STANDARD: Final = "standard"
"""The tax class of most goods, as on the variant, and of bringing them."""


class Taxable(Protocol):
    """What is charged for a line."""

    @property
    def line_total(self) -> int | None:
        """Minor units, in the line's tax mode; null: on request."""
        ...

    @property
    def tax_class(self) -> str:
        """Class of the goods."""
        ...

    @property
    def tax_included(self) -> bool:
        """True: the total is with tax."""
        ...


@dataclass(frozen=True, slots=True)
class DocumentTaxes:
    """The taxes by their position, and what the document comes to without them; minor units."""

    net: int
    taxes: tuple[TaxLine, ...]


_Key = tuple[int, str, int]
"""Position, code and rate of a tax: its place on a document, and what makes it one line there."""


@dataclass(slots=True)
class _Pot:
    """Lines that bear the same taxes: the sums of those without tax and of those with it, minor units."""

    taxes: Sequence[TaxTerms]
    net: int = 0
    gross: int = 0


def nets_of(terms: PricingTerms, lines: Iterable[Taxable]) -> list[int]:
    """What each line costs without tax, minor units, rounded line by line; 0 for one on request."""
    nets = []
    for line in lines:
        net = line.line_total or 0
        if line.tax_included:
            whole = PPM + terms.tax_ppm(line.tax_class)
            net -= sum(
                divide(net * tax.rate_ppm, whole, terms.tax_rounding.rounding)
                for tax in terms.tax_rates.get(line.tax_class, ())
            )
        nets.append(net)
    return nets


def taxes_of(terms: PricingTerms, lines: Iterable[Taxable], freight: int = 0) -> DocumentTaxes:
    """The taxes of ``lines`` and of ``freight`` (minor units, without tax); lines on request have no part.

    Freight is an entry of its own of the standard class.

    By document, each rate is rounded once, on the sum of its lines, as its half up or down says. By line, every
    line's tax is rounded and then summed. From a line with tax the tax is taken out; such a line costs its total
    to the unit, whatever is rounded. No tax is charged on another tax.
    """
    priced = [(line, line.line_total) for line in lines if line.line_total is not None]
    sums: dict[_Key, list[int]] = {}
    if terms.tax_rounding.per_line:
        net = sum(_tax_line(terms, line, total, sums) for line, total in priced)
        if freight:
            net += _tax_entry(terms, STANDARD, freight, sums)
    else:
        pots: dict[str, _Pot] = {}
        for line, total in priced:
            pot = pots.setdefault(line.tax_class, _Pot(terms.tax_rates.get(line.tax_class, ())))
            if line.tax_included:
                pot.gross += total
            else:
                pot.net += total
        if freight:
            pots.setdefault(STANDARD, _Pot(terms.tax_rates.get(STANDARD, ()))).net += freight
        net = _tax_pots(pots.values(), terms.tax_rounding.rounding, sums)
    return DocumentTaxes(
        net,
        tuple(TaxLine(code, rate, base, amount) for (_, code, rate), (base, amount) in sorted(sums.items())),
    )


def _tax_line(terms: PricingTerms, line: Taxable, total: int, sums: dict[_Key, list[int]]) -> int:
    """Round the taxes of one line and add them to ``sums`` (base, amount); give the line's net."""
    return _tax_entry(terms, line.tax_class, total, sums, included=line.tax_included)


def _tax_entry(
    terms: PricingTerms, tax_class: str, total: int, sums: dict[_Key, list[int]], *, included: bool = False
) -> int:
    taxes = terms.tax_rates.get(tax_class, ())
    whole = PPM + terms.tax_ppm(tax_class) if included else PPM
    amounts = [divide(total * tax.rate_ppm, whole, terms.tax_rounding.rounding) for tax in taxes]
    net = total - sum(amounts) if included else total
    for tax, amount in zip(taxes, amounts, strict=True):
        known = sums.setdefault((tax.position, tax.code, tax.rate_ppm), [0, 0])
        known[0] += net
        known[1] += amount
    return net


def _tax_pots(pots: Iterable[_Pot], rounding: Rounding, sums: dict[_Key, list[int]]) -> int:
    """Round each tax once over all ``pots`` and put it in ``sums`` (base, amount); give the pots' net."""
    net = 0
    charged: dict[_Key, Fraction] = {}
    inside: dict[_Key, Fraction] = {}
    for pot in pots:
        whole = PPM + sum(tax.rate_ppm for tax in pot.taxes)
        net += pot.net + pot.gross
        base = pot.net + pot.gross
        for tax in pot.taxes:
            base -= divide(pot.gross * tax.rate_ppm, whole, rounding)
        for tax in pot.taxes:
            key = (tax.position, tax.code, tax.rate_ppm)
            taken_out = Fraction(pot.gross * tax.rate_ppm, whole)
            inside[key] = inside.get(key, Fraction()) + taken_out
            charged[key] = charged.get(key, Fraction()) + taken_out + Fraction(pot.net * tax.rate_ppm, PPM)
            sums.setdefault(key, [0, 0])[0] += base
    for key, exact in charged.items():
        net -= _rounded(inside[key], rounding)
        sums[key][1] = _rounded(exact, rounding)
    return net


def _rounded(exact: Fraction, rounding: Rounding) -> int:
    return divide(exact.numerator, exact.denominator, rounding)
