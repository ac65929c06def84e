"""VAT of a document as EN 16931 asks for it: every line in one category at one rate, and a sum for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.core.money import plain_minor
from portal.invoices.document import DocumentLine, InvoiceDocument
from portal.invoices.einvoice.codes import EXEMPT, OUTSIDE_SCOPE, REASONS, STANDARD, WITHIN_UNION, ZERO_RATED
from portal.invoices.einvoice.texts import percent


@dataclass(frozen=True, slots=True, order=True)
class Vat:
    """What a line bears: a category of UNCL 5305 and a rate in parts per million."""

    category: str
    rate_ppm: int

    @property
    def percent(self) -> str | None:
        """The rate as the files say it; None outside the scope of VAT, where there is none, not even 0."""
        return None if self.category == OUTSIDE_SCOPE else percent(self.rate_ppm)


class Categories:
    """Category and rate of each line, and the breakdown of the document (BG-23)."""

    def __init__(self, document: InvoiceDocument) -> None:
        self._document = document
        # Outside the scope of VAT is a whole document or nothing of it; beside VAT the rules know it as exempt.
        self._untaxed = Vat(
            EXEMPT if any(not _is_outside(line) for line in document.lines) else OUTSIDE_SCOPE, 0
        )

    @property
    def all_outside(self) -> bool:
        """True if nothing of the document is within the scope of VAT."""
        return self._untaxed.category == OUTSIDE_SCOPE

    @property
    def within_union(self) -> bool:
        """True if goods went to another country of the Union without VAT."""
        return any(self.of(line).category == WITHIN_UNION for line in self._document.lines)

    def of(self, line: DocumentLine) -> Vat:
        """What the line bears."""
        if _is_outside(line):
            return self._untaxed
        (tax,) = line.taxes
        return _vat_of(tax["category"], tax["rate_ppm"])

    def breakdown(self) -> list[dict[str, Any]]:
        """Base and tax of each category and rate; the bases are the sums of their lines."""
        bases: dict[Vat, int] = {}
        for line in self._document.lines:
            vat = self.of(line)
            bases[vat] = bases.get(vat, 0) + line.net
        amounts: dict[Vat, int] = {}
        for tax in self._document.taxes:
            vat = _vat_of(tax.category, tax.rate_ppm)
            amounts[vat] = amounts.get(vat, 0) + tax.amount
        return [self._entry(vat, bases[vat], amounts.get(vat, 0)) for vat in sorted(bases)]

    def _entry(self, vat: Vat, base: int, amount: int) -> dict[str, Any]:
        currency = self._document.currency
        entry: dict[str, Any] = {
            "BT-116": plain_minor(base, currency),
            "BT-117": plain_minor(amount, currency),
            "BT-118": vat.category,
        }
        if vat.percent is not None:
            entry["BT-119"] = vat.percent
        if vat.category in REASONS:
            code, entry["BT-120"] = REASONS[vat.category]
            own = {tax.exemption for tax in self._document.taxes if tax.category == vat.category} - {""}
            if code := own.pop() if len(own) == 1 else code:
                entry["BT-121"] = code
        return entry


def _vat_of(category: str, rate_ppm: int) -> Vat:
    # Only the standard category has a rate; what is called so and bears nothing is rated at zero.
    if category == STANDARD:
        return Vat(STANDARD if rate_ppm else ZERO_RATED, rate_ppm)
    return Vat(category, 0)


def _is_outside(line: DocumentLine) -> bool:
    return not line.taxes or line.taxes[0]["category"] == OUTSIDE_SCOPE
