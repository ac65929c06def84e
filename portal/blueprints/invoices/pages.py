"""What the templates of the invoice pages get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.accounts.rules import Deed, may
from portal.blueprints.cards import product_url, unit_word
from portal.blueprints.invoice_words import (
    journal_word,
    kind_word,
    pay_url,
    reason_word,
    status_kind,
    status_word,
)
from portal.blueprints.invoices.params import InvoicesParams
from portal.catalog.models import Unit
from portal.core.ids import submit_key
from portal.extensions import buyer, session, today, viewer
from portal.i18n import gettext as _
from portal.invoices.ageing import Ageing
from portal.invoices.document import InvoiceDocument
from portal.invoices.einvoice import is_european
from portal.invoices.models import InvoiceKind
from portal.invoices.queries import (
    DueDay,
    InvoiceFilter,
    InvoicePage,
    InvoiceStatus,
    Settlement,
    Standing,
    credit_notes_of,
    settlements_of,
    status_of,
    to_free,
)
from portal.ledger.models import JournalKind

BAR_WIDTH = 1_000
"""Units across the bar of ages."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter of the list."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Age:
    """A part of the bar of ages."""

    key: str
    label: str
    amount: int
    """Minor units."""
    start: int
    width: int
    """Of BAR_WIDTH."""


@dataclass(frozen=True, slots=True)
class Freed:
    """Credit that is free again once what falls due by a day is paid; minor units."""

    day: DueDay
    left: int
    """Credit left then."""


@dataclass(frozen=True, slots=True)
class ShownSettlement:
    """What settled a document, in words."""

    settlement: Settlement
    label: str
    document_url: str | None
    payment_url: str | None
    reference: str


def list_values(params: InvoicesParams, found: InvoicePage, standing: Standing) -> dict[str, Any]:
    """The values of the list."""
    labels = {
        InvoiceFilter.OPEN: _("Unpaid"),
        InvoiceFilter.OVERDUE: _("Overdue"),
        InvoiceFilter.DUE: _("Due soon"),
        InvoiceFilter.PAID: _("Paid"),
        InvoiceFilter.CREDIT: _("Credit notes"),
        InvoiceFilter.ALL: _("All"),
    }

    def url(**changes: Any) -> str:
        return url_for("invoices.index", **dict[str, Any](params.to_args(**changes)))

    looking = viewer()
    account = looking.account if looking else None
    left = account.credit_left if account and may(account.role, Deed.SEE_CREDIT) else None
    return {
        "params": params,
        "rows": found.rows,
        "chips": [Chip(label, url(status=key), key is params.shown) for key, label in labels.items()],
        "previous_url": url(page=params.page - 1) if params.page > 1 else None,
        "next_url": url(page=params.page + 1) if found.has_more else None,
        "standing": standing,
        "ages": ages_of(standing.ageing),
        "bar_width": BAR_WIDTH,
        "credit_left": left,
        "freed": _freed(standing, left) if left is not None else [],
        "use_url": pay_url(row.number for row in found.rows if row.is_payable)
        if params.shown is InvoiceFilter.OPEN and not params.is_search
        else pay_url(()),
        "currency": buyer().currency,
        "may_pay": may_pay(),
        "submit_key": submit_key(),
        "status_word": status_word,
        "status_kind": status_kind,
        "kind_word": kind_word,
    }


def document_values(document: InvoiceDocument) -> dict[str, Any]:
    """The values of one document's page."""
    status = status_of(document.kind, document.open_amount, document.due_on, today())
    settled = settlements_of(session(), document.id)
    shipments = dict.fromkeys(
        (line.order_number, line.shipment_number) for line in document.lines if line.order_number
    )
    has_discount = (
        status in (InvoiceStatus.OPEN, InvoiceStatus.DUE, InvoiceStatus.OVERDUE)
        and document.discount_until is not None
        and document.open_amount == document.total
        and today() <= document.discount_until
    )
    return {
        "document": document,
        "title": _("%(kind)s %(number)s", kind=kind_word(document.kind), number=document.number),
        "kind_word": kind_word(document.kind),
        "status": status,
        "status_word": status_word(status),
        "status_kind": status_kind(status),
        "days_late": (today() - document.due_on).days if status is InvoiceStatus.OVERDUE else 0,
        "has_discount": has_discount,
        "settlements": [_shown(settlement) for settlement in settled],
        "credit_notes": credit_notes_of(session(), document.id)
        if document.kind is InvoiceKind.INVOICE
        else (),
        "orders": {
            order: [shipment for number, shipment in shipments if number == order and shipment]
            for order in dict.fromkeys(number for number, _shipment in shipments)
        },
        "reason": reason_word(document.reason),
        "is_european": is_european(document),
        "pay_url": pay_url(_to_pay(document)),
        "may_pay": may_pay(),
        "product_url": product_url,
        "unit_text": unit_text,
    }


def unit_text(unit: str) -> str:
    """A unit in the reader's language; as it is on the document if the catalog does not know it."""
    return unit_word(unit) if unit in set(Unit) else unit


def ages_of(ageing: Ageing) -> list[Age]:
    """The parts of the bar; an age with anything in it is wide enough to be seen."""
    labels = (_("Not due"), _("1–30 days"), _("31–60 days"), _("61–90 days"), _("Over 90 days"))
    keys = ("current", "30", "60", "90", "older")
    parts = ageing.parts
    total = sum(parts)
    ends = [BAR_WIDTH * sum(parts[: index + 1]) // total if total else 0 for index in range(len(parts))]
    starts = [0, *ends[:-1]]
    return [
        Age(key, label, amount, start, end - start)
        for key, label, amount, start, end in zip(keys, labels, parts, starts, ends, strict=True)
    ]


def may_pay() -> bool:
    """True if the person may pay for the account."""
    looking = viewer()
    return bool(looking and looking.account and may(looking.account.role, Deed.PAY))


def _to_pay(document: InvoiceDocument) -> list[str]:
    """The invoice itself; of a credit note the invoices that were due first and that it can settle."""
    if not document.is_credit_note:
        return [document.number]
    if not document.open_amount:
        return []
    return [invoice.number for invoice in to_free(session(), document.account_id, document.open_amount)]


def _freed(standing: Standing, left: int) -> list[Freed]:
    freed = standing.ageing.overdue
    steps = []
    for day in standing.next_days:
        freed += day.amount
        steps.append(Freed(day, left + freed))
    return steps


def _shown(settlement: Settlement) -> ShownSettlement:
    label = journal_word(settlement.kind)
    if settlement.kind is JournalKind.ALLOCATION and settlement.payment_id is not None:
        label = _("Payment received")
    elif settlement.kind is JournalKind.ALLOCATION:
        label = _("Credit note")
    number = settlement.document_number
    return ShownSettlement(
        settlement,
        label,
        url_for("invoices.show", number=number) if number and not settlement.payment_id else None,
        f"/payments/{settlement.payment_reference}" if settlement.payment_reference else None,
        settlement.payment_reference or number,
    )
