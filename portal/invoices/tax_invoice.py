"""The data of a Korean tax invoice (세금계산서), and what is done with it before it is issued. Pure; amounts in won."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from portal.invoices.models import TaxReportState

MOST_ITEMS: Final = 99
"""Items a tax invoice holds."""

ISSUE_BY_DAY: Final = 10
"""Day of the next month by which a tax invoice must be issued."""


class TaxKind(StrEnum):
    """What a tax invoice is, by the tax office's code."""

    TAXED = "01"
    ZERO_RATED = "02"
    EXEMPT = "05"


class CorrectionReason(StrEnum):
    """Why a tax invoice is corrected, by the tax office's code."""

    AMOUNT_CHANGED = "02"
    RETURNED = "03"
    CONTRACT_ENDED = "04"


@dataclass(frozen=True, slots=True)
class TaxParty:
    """A side of a tax invoice; what is not known is empty."""

    number: str
    """사업자등록번호, digits only."""
    name: str
    representative: str
    address: str
    business_type: str
    business_item: str
    email: str


@dataclass(frozen=True, slots=True)
class TaxItem:
    """An item (품목); amounts in won, below zero on a correction."""

    supplied_on: date
    name: str
    specification: str
    quantity: int | None
    unit_price_e4: int | None
    """Without tax, e4; null where the price has tax in it, and for what was summed up."""
    net: int
    tax: int


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction refers to."""

    reason: CorrectionReason
    number: str
    """Our number of the invoice corrected."""
    written_on: date
    """작성일자 of its tax invoice."""
    approval_number: str
    """Empty: not known, and the correction cannot be issued yet."""


@dataclass(frozen=True, slots=True)
class TaxInvoice:
    """The data of a tax invoice; amounts in won."""

    invoice_ids: tuple[int, ...]
    numbers: tuple[str, ...]
    """Ours, of the documents it is made of."""
    account_id: int
    kind: TaxKind
    written_on: date
    """작성일자: the day of supply, of a supply over several days the last day of its month; of a correction its own."""
    supplier: TaxParty
    buyer: TaxParty
    items: tuple[TaxItem, ...]
    is_paid: bool
    """True: 영수, paid by the day of issue; false: 청구."""
    note: str
    correction: Correction | None
    state: TaxReportState
    approval_number: str
    message: str
    currency: str

    @property
    def net(self) -> int:
        """공급가액."""
        return sum(item.net for item in self.items)

    @property
    def tax(self) -> int:
        """세액."""
        return sum(item.tax for item in self.items)

    @property
    def total(self) -> int:
        """합계금액."""
        return self.net + self.tax

    def to_report(self) -> dict[str, Any]:
        """The data for a service that reports it, with as many items as a tax invoice holds."""
        return asdict(self) | {
            "items": [asdict(item) for item in items_within(self.items)],
            "net": self.net,
            "tax": self.tax,
            "total": self.total,
        }

    @property
    def issue_by(self) -> date:
        """Last day to issue it without a surcharge."""
        first = last_day(self.written_on).toordinal() + 1
        return date.fromordinal(first + ISSUE_BY_DAY - 1)

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is missing before it can be issued, as words: currency, supplier_number, original_approval_number."""
        missing = [] if self.currency == "KRW" else ["currency"]
        for side, party in (("supplier", self.supplier), ("buyer", self.buyer)):
            missing += [
                f"{side}_{field}"
                for field in ("number", "name", "representative")
                if not getattr(party, field)
            ]
        if self.correction is not None and not self.correction.approval_number:
            missing.append("original_approval_number")
        return tuple(missing)

    @property
    def fits_form(self) -> bool:
        """Whether a form of the tax office can hold it: it is complete, corrects nothing and is not issued yet."""
        return not self.lacks and self.correction is None and not self.approval_number


def merged(reports: Iterable[TaxInvoice]) -> list[TaxInvoice]:
    """Those of an account in a month as one (월합계), written on the last day of it.

    Corrections and what the tax office has already stay alone, and so do invoices that lack something.
    """
    found: list[TaxInvoice] = []
    groups: dict[tuple[Any, ...], list[TaxInvoice]] = {}
    for report in reports:
        if report.fits_form:
            key = (report.account_id, report.supplier.number, report.kind, last_day(report.written_on))
            groups.setdefault(key, []).append(report)
        else:
            found.append(report)
    for (_, _, _, last), group in groups.items():
        found.append(group[0] if len(group) == 1 else _merged(group, last))
    return sorted(found, key=lambda each: (each.written_on, each.numbers, each.kind))


def items_within(items: Sequence[TaxItem], most: int = MOST_ITEMS) -> list[TaxItem]:
    """At most ``most`` items with the same sums: what is too many becomes one, "… 외 N건", at the end."""
    if len(items) <= most:
        return list(items)
    kept, rest = list(items[: most - 1]), items[most - 1 :]
    last = TaxItem(
        supplied_on=rest[-1].supplied_on,
        name=f"{rest[0].name} 외 {len(rest) - 1}건",
        specification="",
        quantity=None,
        unit_price_e4=None,
        net=sum(item.net for item in rest),
        tax=sum(item.tax for item in rest),
    )
    return [*kept, last]


def _merged(group: Sequence[TaxInvoice], last: date) -> TaxInvoice:
    numbers = tuple(number for report in group for number in report.numbers)
    return replace(
        group[-1],
        invoice_ids=tuple(invoice_id for report in group for invoice_id in report.invoice_ids),
        numbers=numbers,
        written_on=last,
        items=tuple(item for report in group for item in report.items),
        is_paid=all(report.is_paid for report in group),
        note=f"{numbers[0]} 외 {len(numbers) - 1}건",
    )


def last_day(day: date) -> date:
    """The last day of the month of ``day``."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
