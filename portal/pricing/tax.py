"""Taxes of a document: once for each rate, or line by line where the seller's country does it so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from portal.core.money import PPM, Rounding, divide
from portal.pricing.priced import PricedLine, TaxLine
from portal.pricing.terms import PricingTerms, TaxTerms


@dataclass(frozen=True, slots=True)
class DocumentTaxes:
    """The taxes by their position, and what the lines come to without them; minor units."""

    net: int
    taxes: tuple[TaxLine, ...]


@dataclass(slots=True)
class _Pot:
    """Lines that bear the same taxes: the sums of those without tax and of those with it, minor units."""

    taxes: Sequence[TaxTerms]
    net: int = 0
    gross: int = 0

    @property
    def tax_ppm(self) -> int:
        return sum(tax.rate_ppm for tax in self.taxes)


def taxes_of(terms: PricingTerms, lines: Iterable[PricedLine]) -> DocumentTaxes:
    """The taxes of ``lines``; lines on request have no part.

    By document, each rate is rounded once, on the sum of its lines, as its half up or down says. By line, every
    line's tax is rounded and then summed. From a line with tax the tax is taken out; such a line costs its total
    to the unit, whatever is rounded. No tax is charged on another tax.
    """
    pots: dict[object, _Pot] = {}
    for number, line in enumerate(lines):
        if line.line_total is not None:
            key: object = number if terms.tax_rounding.per_line else line.tax_class
            pot = pots.setdefault(key, _Pot(terms.tax_rates.get(line.tax_class, ())))
            if line.tax_included:
                pot.gross += line.line_total
            else:
                pot.net += line.line_total
    together = [[pot] for pot in pots.values()] if terms.tax_rounding.per_line else [list(pots.values())]
    net = 0
    sums: dict[tuple[int, str, int], tuple[int, int]] = {}
    for group in together:
        net += _tax_group(group, terms.tax_rounding.rounding, sums)
    return DocumentTaxes(
        net,
        tuple(TaxLine(code, rate, base, amount) for (_, code, rate), (base, amount) in sorted(sums.items())),
    )


def _tax_group(
    pots: Iterable[_Pot], rounding: Rounding, sums: dict[tuple[int, str, int], tuple[int, int]]
) -> int:
    """Round the taxes of ``pots`` together, add them to ``sums`` (base, amount); give the pots' net sum.

    ``sums`` has a key of position, code and rate, which is the order of a document.
    """
    net = 0
    bases: dict[tuple[int, str, int], int] = {}
    charged: dict[tuple[int, str, int], Fraction] = {}
    inside: dict[tuple[int, str, int], Fraction] = {}
    for pot in pots:
        with_tax = PPM + pot.tax_ppm
        net += pot.net + pot.gross
        pot_net = pot.net + pot.gross
        for tax in pot.taxes:
            pot_net -= divide(pot.gross * tax.rate_ppm, with_tax, rounding)
        for tax in pot.taxes:
            key = (tax.position, tax.code, tax.rate_ppm)
            taken_out = Fraction(pot.gross * tax.rate_ppm, with_tax)
            inside[key] = inside.get(key, Fraction()) + taken_out
            charged[key] = charged.get(key, Fraction()) + taken_out + Fraction(pot.net * tax.rate_ppm, PPM)
            bases[key] = bases.get(key, 0) + pot_net
    for key, exact in charged.items():
        net -= _rounded(inside[key], rounding)
        base, amount = sums.get(key, (0, 0))
        sums[key] = base + bases[key], amount + _rounded(exact, rounding)
    return net


def _rounded(exact: Fraction, rounding: Rounding) -> int:
    return divide(exact.numerator, exact.denominator, rounding)
