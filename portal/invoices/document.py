"""A document as it was issued, whole: what pages, papers and files for machines are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from portal.core.errors import NotFound
from portal.invoices.models import Invoice, InvoiceKind, InvoiceLine, LineKind
from portal.orders.models import Order


@dataclass(frozen=True, slots=True)
class DocumentTax:
    """A tax of the document; amounts in minor units."""

    code: str
    rate_ppm: int
    base: int
    amount: int
    category: str
    """As UNCL 5305 says it: S, Z, E, AE, K, G, O."""
    exemption: str
    """Code of the reason, such as VATEX-EU-AE; empty for S and Z."""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A line of the document; amounts in minor units, unit prices in e4."""

    id: int
    position: int
    kind: LineKind
    order_line_id: int | None
    credits_line_id: int | None
    order_number: str
    shipment_number: str
    supplied_on: date
    sku: str
    name: str
    unit: str
    pack_size: int
    quantity: int
    unit_price_e4: int
    line_total: int
    net: int
    tax: int | None
    """Null: only the document's taxes are known."""
    tax_class: str
    tax_included: bool
    taxes: tuple[Mapping[str, Any], ...]
    """code, rate_ppm and category of each tax it bears."""


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """The document; see the columns of ``invoice`` for what each field means."""

    id: int
    number: str
    kind: InvoiceKind
    account_id: int
    order_number: str
    """Of the one order it is about; empty: several, or none."""
    credits_number: str
    """Number of the invoice a credit note refers to; empty for others."""
    credits_issued_on: date | None
    return_number: str
    reason: str
    note: str
    currency: str
    locale: str
    po_numbers: tuple[str, ...]
    issued_on: date
    supplied_from: date
    supplied_to: date
    due_on: date
    discount_until: date | None
    discount: int
    terms: Mapping[str, Any]
    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    ship_to: tuple[Mapping[str, Any], ...]
    freight: int
    net: int
    tax: int
    total: int
    taxes: tuple[DocumentTax, ...]
    tax_rounding: str
    open_before: int
    open_amount: int
    settled_on: date | None
    lines: tuple[DocumentLine, ...]

    @property
    def is_credit_note(self) -> bool:
        """True if it gives back."""
        return self.kind is InvoiceKind.CREDIT_NOTE


_LINE_COLUMNS = tuple(getattr(InvoiceLine, each.name) for each in fields(DocumentLine))


def document_of(session: Session, *conditions: ColumnElement[bool]) -> InvoiceDocument:
    """The document that fits the conditions (number and account, or id). Two statements. Raises NotFound."""
    credited = aliased(Invoice)
    row = session.execute(
        select(
            Invoice,
            Order.number.label("order_number"),
            credited.number.label("credits_number"),
            credited.issued_on.label("credits_issued_on"),
        )
        .outerjoin(Order, Order.id == Invoice.order_id)
        .outerjoin(credited, credited.id == Invoice.credits_id)
        .where(*conditions)
    ).one_or_none()
    if row is None:
        raise NotFound("invoice")
    invoice: Invoice = row.Invoice
    lines = session.execute(
        select(*_LINE_COLUMNS).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.position)
    )
    return InvoiceDocument(
        id=invoice.id,
        number=invoice.number,
        kind=invoice.kind,
        account_id=invoice.account_id,
        order_number=row.order_number or "",
        credits_number=row.credits_number or "",
        credits_issued_on=row.credits_issued_on,
        return_number=invoice.return_number,
        reason=invoice.reason,
        note=invoice.note,
        currency=invoice.currency,
        locale=invoice.locale,
        po_numbers=tuple(invoice.po_numbers),
        issued_on=invoice.issued_on,
        supplied_from=invoice.supplied_from,
        supplied_to=invoice.supplied_to,
        due_on=invoice.due_on,
        discount_until=invoice.discount_until,
        discount=invoice.discount,
        terms=invoice.terms,
        seller=invoice.seller,
        buyer=invoice.buyer,
        ship_to=tuple(invoice.ship_to),
        freight=invoice.freight,
        net=invoice.net,
        tax=invoice.tax,
        total=invoice.total,
        taxes=tuple(DocumentTax(**tax) for tax in invoice.taxes),
        tax_rounding=invoice.tax_rounding,
        open_before=invoice.open_before,
        open_amount=invoice.open_amount,
        settled_on=invoice.settled_on,
        lines=tuple(DocumentLine(**{**line._mapping, "taxes": tuple(line.taxes)}) for line in lines),
    )
