"""Korean tax invoices (세금계산서): their data as it follows from our documents, and where the report of each stands.

A document becomes one tax invoice for each kind of tax on it: what is taxed, what is rated at zero, and what is exempt
(that one is a 계산서). A credit note becomes a correction (수정세금계산서) with amounts below zero, a reason and the
approval number of what it corrects. Amounts are won; an invoice in another currency says so, nothing is converted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import BillingProfile
from portal.core.errors import NotFound, Refused
from portal.core.money import allocate
from portal.invoices.models import (
    CreditReasonKind,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    TaxReport,
    TaxReportState,
)
from portal.invoices.tax_invoice import (
    Correction,
    CorrectionReason,
    TaxInvoice,
    TaxItem,
    TaxKind,
    TaxParty,
    last_day,
)

APPROVAL_SIGNS: Final = 24
"""Length of an approval number (승인번호): the day, then sixteen signs."""


def reports_of_month(session: Session, month: date, *, seller_id: int | None = None) -> list[TaxInvoice]:
    """The tax invoices whose 작성일자 is in the month of the day ``month``, by day and number; two statements.

    Only sales within Korea: what is exported needs none. ``seller_id``: only of this company of the seller's.
    """
    first, last = month.replace(day=1), last_day(month)
    is_credit_note = Invoice.kind == InvoiceKind.CREDIT_NOTE
    conditions = [
        or_(
            and_(is_credit_note, Invoice.issued_on.between(first, last)),
            and_(~is_credit_note, Invoice.supplied_to.between(first, last)),
        )
    ]
    if seller_id is not None:
        conditions.append(Invoice.seller_id == seller_id)
    return sorted(_reports(session, *conditions), key=lambda each: (each.written_on, each.numbers, each.kind))


def reports_of_invoice(session: Session, invoice_id: int) -> list[TaxInvoice]:
    """The tax invoices of one document; none if it needs none."""
    return _reports(session, Invoice.id == invoice_id)


def note_approval(session: Session, invoice_id: int, approval_number: str, *, now: datetime) -> None:
    """Write down the approval number that the tax office gave a document; empty takes it back.

    Raises NotFound for a document that is not reported; Refused ``approval_number`` for what is none.
    """
    number = "".join(approval_number.replace("-", "").split()).upper()
    is_one = len(number) == APPROVAL_SIGNS and number.isascii() and number.isalnum() and number[:8].isdigit()
    if number and not is_one:
        raise Refused("approval_number", field="approval_number")
    changed = session.execute(
        update(TaxReport)
        .where(TaxReport.invoice_id == invoice_id)
        .values(
            approval_number=number,
            state=TaxReportState.ACCEPTED if number else TaxReportState.NOT_CONNECTED,
            message="",
            updated_at=now,
        )
        .returning(TaxReport.invoice_id)
        .execution_options(synchronize_session=False)
    )
    if changed.scalar_one_or_none() is None:
        raise NotFound("tax_report", invoice_id)


def _reports(session: Session, *conditions: Any) -> list[TaxInvoice]:
    credited, credited_report = aliased(Invoice), aliased(TaxReport)
    rows = session.execute(
        select(
            Invoice.id,
            Invoice.number,
            Invoice.kind,
            Invoice.account_id,
            Invoice.reason,
            Invoice.note,
            Invoice.currency,
            Invoice.issued_on,
            Invoice.supplied_from,
            Invoice.supplied_to,
            Invoice.settled_on,
            Invoice.seller,
            Invoice.buyer,
            Invoice.tax,
            Invoice.total,
            TaxReport.state,
            TaxReport.approval_number,
            TaxReport.message,
            BillingProfile.email,
            credited.number.label("credited_number"),
            credited.supplied_from.label("credited_from"),
            credited.supplied_to.label("credited_to"),
            credited.total.label("credited_total"),
            credited_report.approval_number.label("credited_approval"),
        )
        .join(TaxReport, TaxReport.invoice_id == Invoice.id)
        .outerjoin(BillingProfile, BillingProfile.account_id == Invoice.account_id)
        .outerjoin(credited, credited.id == Invoice.credits_id)
        .outerjoin(credited_report, credited_report.invoice_id == credited.id)
        .where(*conditions)
    ).all()
    rows = [row for row in rows if row.buyer.get("country") == "KR"]
    lines: dict[int, list[Any]] = {}
    for line in session.execute(
        select(
            InvoiceLine.invoice_id,
            InvoiceLine.supplied_on,
            InvoiceLine.name,
            InvoiceLine.sku,
            InvoiceLine.quantity,
            InvoiceLine.unit_price_e4,
            InvoiceLine.net,
            InvoiceLine.tax,
            InvoiceLine.tax_included,
            InvoiceLine.taxes,
        )
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .join(TaxReport, TaxReport.invoice_id == Invoice.id)
        .where(*conditions)
        .order_by(InvoiceLine.invoice_id, InvoiceLine.position)
    ):
        lines.setdefault(line.invoice_id, []).append(line)
    return [report for row in rows for report in _split(row, lines.get(row.id, ()))]


def _split(row: Any, lines: Sequence[Any]) -> list[TaxInvoice]:
    """One tax invoice for each kind of tax on the document."""
    taxes = _taxes_of(row.tax, lines)
    sign = -1 if row.kind is InvoiceKind.CREDIT_NOTE else 1
    by_kind: dict[TaxKind, list[TaxItem]] = {}
    for line, tax in zip(lines, taxes, strict=True):
        item = TaxItem(
            supplied_on=line.supplied_on,
            name=line.name,
            specification=line.sku,
            quantity=sign * line.quantity,
            unit_price_e4=None if line.tax_included else line.unit_price_e4,
            net=sign * line.net,
            tax=sign * tax,
        )
        by_kind.setdefault(_kind_of(line.taxes), []).append(item)
    correction = _correction(row)
    return [
        TaxInvoice(
            invoice_ids=(row.id,),
            numbers=(row.number,),
            account_id=row.account_id,
            kind=kind,
            written_on=row.issued_on if correction else _written_on(row.supplied_from, row.supplied_to),
            supplier=_party(row.seller, row.seller.get("email") or ""),
            buyer=_party(row.buyer, row.email or ""),
            items=tuple(items),
            is_paid=row.settled_on is not None and row.settled_on <= row.issued_on,
            note=_note(row, correction),
            correction=correction,
            state=row.state,
            approval_number=row.approval_number,
            message=row.message,
            currency=row.currency,
        )
        for kind, items in sorted(by_kind.items())
    ]


def _kind_of(taxes: Sequence[Mapping[str, Any]]) -> TaxKind:
    if any(tax["rate_ppm"] for tax in taxes):
        return TaxKind.TAXED
    return TaxKind.ZERO_RATED if any(tax["category"] in ("S", "Z", "G") for tax in taxes) else TaxKind.EXEMPT


def _taxes_of(tax: int, lines: Sequence[Any]) -> list[int]:
    """The tax of each line: its own, or its share of the document's where that alone is known."""
    if all(line.tax is not None for line in lines):
        return [line.tax for line in lines]
    weights = [max(line.net, 0) if _kind_of(line.taxes) is TaxKind.TAXED else 0 for line in lines]
    return allocate(tax, weights)


def _correction(row: Any) -> Correction | None:
    if row.kind is not InvoiceKind.CREDIT_NOTE:
        return None
    reason = CorrectionReason.AMOUNT_CHANGED
    if row.reason == CreditReasonKind.RETURN:
        reason = CorrectionReason.RETURNED
    elif row.reason == CreditReasonKind.CANCELLATION and row.total == row.credited_total:
        # A part of a contract that ends is a changed amount to the tax office.
        reason = CorrectionReason.CONTRACT_ENDED
    return Correction(
        reason,
        row.credited_number,
        _written_on(row.credited_from, row.credited_to),
        row.credited_approval or "",
    )


def _written_on(supplied_from: date, supplied_to: date) -> date:
    return supplied_to if supplied_from == supplied_to else last_day(supplied_to)


def _note(row: Any, correction: Correction | None) -> str:
    parts = [row.number]
    if correction is not None:
        # The law asks for it: the day of the tax invoice that is corrected.
        parts.append(f"당초 작성일자 {correction.written_on:%Y-%m-%d}")
    return " / ".join(parts)


def _party(party: Mapping[str, Any], email: str) -> TaxParty:
    address = party.get("address") or {}
    return TaxParty(
        number="".join(sign for sign in party.get("business_number") or "" if sign.isdigit()),
        name=party.get("name") or "",
        representative=party.get("representative") or "",
        address=" ".join(
            part for name in ("region", "city", "line1", "line2") if (part := address.get(name))
        ),
        business_type=party.get("business_type") or "",
        business_item=party.get("business_item") or "",
        email=email,
    )
