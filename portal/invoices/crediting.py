"""How much a credit note gives back of an invoice. Everything here is pure; amounts are minor units.

Of no line and of no tax more is given back than the invoice charged, whatever was credited before and in which steps;
who gives back all of it gives back exactly what was charged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from portal.core.errors import Conflict, NotFound, Refused
from portal.core.money import divide
from portal.invoices.bill import part_of

TaxKey = tuple[str, int, str]
"""Code, rate and category of a tax."""


@dataclass(frozen=True, slots=True)
class CreditLine:
    """What is given back of a line of an invoice: units of it, or an amount in the line's tax mode; one of the two."""

    invoice_line_id: int
    quantity: int | None = None
    amount: int | None = None

    def __post_init__(self) -> None:
        if (self.quantity is None) == (self.amount is None):
            raise ValueError("units or an amount are given back")


@dataclass(frozen=True, slots=True)
class Charged:
    """A line of the invoice, and what credit notes gave back of it before."""

    id: int
    quantity: int
    line_total: int
    net: int
    tax: int | None
    taxes: tuple[TaxKey, ...]
    credited_units: int = 0
    credited_total: int = 0
    credited_net: int = 0
    credited_tax: int = 0

    @property
    def units_left(self) -> int:
        """Units that can still be given back."""
        return self.quantity - self.credited_units

    @property
    def total_left(self) -> int:
        """What can still be given back, in the line's tax mode."""
        return self.line_total - self.credited_total


@dataclass(frozen=True, slots=True)
class ChargedTax:
    """A tax of the invoice, and what credit notes gave back of it before."""

    key: TaxKey
    exemption: str
    base: int
    amount: int
    credited_base: int = 0
    credited_amount: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """What is given back of a line."""

    line: Charged
    quantity: int
    is_amount: bool
    """True: an amount and no units."""
    total: int
    """In the line's tax mode."""
    net: int
    tax: int | None
    """Its own tax, where the invoice's lines have theirs; else None."""


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit note's lines and taxes."""

    given: tuple[Given, ...]
    charged: tuple[Charged, ...]
    """All lines of the invoice."""
    charged_taxes: tuple[ChargedTax, ...]
    taxes: tuple[tuple[int, int], ...]
    """(base, amount) of each of the invoice's taxes, in their order."""

    @property
    def net(self) -> int:
        """Without tax."""
        return sum(each.net for each in self.given)

    @property
    def total(self) -> int:
        """With tax."""
        return self.net + sum(amount for _base, amount in self.taxes)

    def tax_rows(self) -> list[dict[str, Any]]:
        """The taxes as a document keeps them; those it does not touch are left out."""
        return [
            {
                "code": tax.key[0],
                "rate_ppm": tax.key[1],
                "base": base,
                "amount": amount,
                "category": tax.key[2],
                "exemption": tax.exemption,
            }
            for tax, (base, amount) in zip(self.charged_taxes, self.taxes, strict=True)
            if base or amount
        ]


def credit(
    charged: Sequence[Charged], charged_taxes: Sequence[ChargedTax], lines: Sequence[CreditLine]
) -> Credit:
    """What the lines come to.

    Raises NotFound for a line of another invoice; Refused ``nothing_to_credit`` and ``negative_quantity``; Conflict
    ``more_than_charged`` (``line``, ``units``, ``left``: of units, and of the amount in the line's tax mode).
    """
    by_id = {line.id: line for line in charged}
    by_line = all(line.tax is not None and len(line.taxes) <= 1 for line in charged)
    given: dict[tuple[int, bool], Given] = {}
    for wanted in lines:
        line = by_id.get(wanted.invoice_line_id)
        if line is None:
            raise NotFound("invoice line", wanted.invoice_line_id)
        part = _given(line, wanted, by_line=by_line)
        before = given.get((line.id, part.is_amount))
        given[line.id, part.is_amount] = _added(before, part) if before else part
        by_id[line.id] = replace(
            line,
            credited_units=line.credited_units + part.quantity,
            credited_total=line.credited_total + part.total,
            credited_net=line.credited_net + part.net,
            credited_tax=line.credited_tax + (part.tax or 0),
        )
    made = tuple(each for each in given.values() if each.total or each.quantity)
    if not made:
        raise Refused("nothing_to_credit", field="amount")
    return Credit(made, tuple(charged), tuple(charged_taxes), _taxes(made, charged_taxes))


def adjusted(found: Credit, total: int) -> Credit:
    """The same with what rounding left put on its last lines, so that it comes to ``total``, as far as they bear it."""
    missing = total - found.total
    given = list(found.given)
    for index in reversed(range(len(given))):
        if not missing:
            break
        each = given[index]
        more = min(missing, _net_left(each, given)) if missing > 0 else max(missing, -each.net, -each.total)
        given[index] = replace(each, net=each.net + more, total=each.total + more)
        missing -= more
    taxes = []
    for (base, amount), tax in zip(_bases(found, given), found.charged_taxes, strict=True):
        if tax.credited_base + base == tax.base:
            # All that bore the tax is given back, and so is all of the tax.
            taxes.append((base, tax.amount - tax.credited_amount))
            continue
        more = (
            min(missing, tax.amount - tax.credited_amount - amount) if missing > 0 else max(missing, -amount)
        )
        taxes.append((base, amount + more))
        missing -= more
    return replace(found, given=tuple(given), taxes=tuple(taxes))


def all_left(charged: Iterable[Charged]) -> list[CreditLine]:
    """All that can still be given back of an invoice."""
    found = []
    for line in charged:
        if line.units_left > 0:
            found.append(CreditLine(line.id, quantity=line.units_left))
        elif line.total_left > 0:
            found.append(CreditLine(line.id, amount=line.total_left))
    return found


def _given(line: Charged, wanted: CreditLine, *, by_line: bool) -> Given:
    if min(wanted.quantity or 0, wanted.amount or 0) < 0:
        raise Refused("negative_quantity", field="quantity")
    if (wanted.quantity or 0) > line.units_left or (wanted.amount or 0) > line.total_left:
        raise Conflict(
            "more_than_charged", field="quantity", line=line.id, units=line.units_left, left=line.total_left
        )
    units = wanted.quantity or 0
    if wanted.amount is None:
        total = part_of(line.line_total, line.quantity, line.credited_total, line.credited_units, units)
    else:
        total = wanted.amount
    upto = line.credited_total + total
    net = _upto(line.net, upto, line.line_total) - line.credited_net
    tax = _upto(line.tax or 0, upto, line.line_total) - line.credited_tax if by_line else None
    return Given(
        line, units, wanted.amount is not None, total, max(net, 0), None if tax is None else max(tax, 0)
    )


def _upto(whole: int, credited: int, line_total: int) -> int:
    return divide(whole * credited, line_total) if line_total else 0


def _added(before: Given, more: Given) -> Given:
    tax = None if before.tax is None else before.tax + (more.tax or 0)
    return replace(
        before,
        quantity=before.quantity + more.quantity,
        total=before.total + more.total,
        net=before.net + more.net,
        tax=tax,
    )


def _taxes(given: Sequence[Given], charged: Sequence[ChargedTax]) -> tuple[tuple[int, int], ...]:
    found = []
    for tax in charged:
        bearing = [each for each in given if tax.key in each.line.taxes]
        base = sum(each.net for each in bearing)
        upto, left = tax.credited_base + base, tax.amount - tax.credited_amount
        if upto == tax.base:
            amount = left
        elif any(each.tax is not None for each in bearing):
            amount = sum(each.tax or 0 for each in bearing)
        else:
            amount = _upto(tax.amount, upto, tax.base) - tax.credited_amount
        found.append((base, min(max(amount, 0), left)))
    return tuple(found)


def _bases(found: Credit, given: Sequence[Given]) -> list[tuple[int, int]]:
    """The taxes with the bases that the lines have now."""
    return [
        (sum(each.net for each in given if tax.key in each.line.taxes), amount)
        for tax, (_base, amount) in zip(found.charged_taxes, found.taxes, strict=True)
    ]


def _net_left(each: Given, given: Sequence[Given]) -> int:
    """How much more of its line can be given back."""
    own: Mapping[str, int] = {
        "net": sum(other.net for other in given if other.line.id == each.line.id),
        "total": sum(other.total for other in given if other.line.id == each.line.id),
    }
    return min(
        each.line.net - each.line.credited_net - own["net"],
        each.line.line_total - each.line.credited_total - own["total"],
    )
