"""Credit notes for returns: what was granted is given back on the invoices that charged it, the oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from portal.core.errors import NotFound
from portal.invoices.books import open_books
from portal.invoices.credit_notes import creditable, write_found
from portal.invoices.crediting import Credit, CreditLine, adjusted, credit
from portal.invoices.issue import lock_orders, uncharged_shipments
from portal.invoices.models import CreditReasonKind, Invoice, InvoiceLine, LineKind
from portal.orders.models import Remedy, ReturnLine, ReturnRequest, ReturnStatus, Shipment


def credit_return_of(session: Session, return_id: int, *, now: datetime) -> tuple[str, ...]:
    """Write the credit notes of a return the seller has closed; their numbers.

    They come to what was granted, to the unit, as far as rounding alone stands between. Nothing if it is done, if
    nothing was granted, or while some of it is on no invoice yet: issuing that asks again. Raises NotFound.
    """
    found = session.execute(
        select(
            ReturnRequest.number,
            ReturnRequest.account_id,
            ReturnRequest.order_id,
            ReturnRequest.status,
            ReturnRequest.granted_credit,
        ).where(ReturnRequest.id == return_id)
    ).one_or_none()
    if found is None:
        raise NotFound("return", return_id)
    lock_orders(session, [found.order_id])
    books = open_books(session, found.account_id)
    done = select(Invoice.id).where(
        Invoice.account_id == found.account_id, Invoice.return_number == found.number
    )
    if found.status is not ReturnStatus.CREDITED or session.scalar(done.limit(1)) is not None:
        return ()
    wanted = _granted(session, return_id)
    parts, missing = _parts(session, wanted)
    if missing and uncharged_shipments(session, Shipment.order_id == found.order_id):
        return ()
    credits = {
        invoice_id: credit(*creditable(session, invoice_id), lines) for invoice_id, lines in parts.items()
    }
    if found.granted_credit is not None and not missing:
        credits = _evened(credits, found.granted_credit)
    return tuple(
        write_found(
            session,
            books,
            session.get_one(Invoice, invoice_id),
            each,
            reason=CreditReasonKind.RETURN,
            note="",
            key=f"return:{found.number}:{invoice_id}",
            actor_id=None,
            now=now,
            return_number=found.number,
        )
        for invoice_id, each in credits.items()
    )


def _granted(session: Session, return_id: int) -> dict[int, int]:
    """Units to be credited by order line; what is to be replaced is worth no credit."""
    rows = session.execute(
        select(ReturnLine.order_line_id, func.sum(ReturnLine.granted))
        .where(ReturnLine.return_id == return_id, ReturnLine.remedy == Remedy.CREDIT, ReturnLine.granted > 0)
        .group_by(ReturnLine.order_line_id)
    )
    return {line_id: int(units or 0) for line_id, units in rows}


def _parts(session: Session, wanted: Mapping[int, int]) -> tuple[dict[int, list[CreditLine]], int]:
    """By invoice, the oldest first, what is given back on it; and the units no invoice is left for."""
    credits = aliased(InvoiceLine)
    before = (
        select(func.coalesce(func.sum(credits.quantity), 0))
        .where(credits.credits_line_id == InvoiceLine.id, credits.kind == LineKind.GOODS)
        .correlate(InvoiceLine)
        .scalar_subquery()
    )
    rows: list[Any] = list(
        session.execute(
            select(
                InvoiceLine.id,
                InvoiceLine.invoice_id,
                InvoiceLine.order_line_id,
                (InvoiceLine.quantity - before).label("left"),
            )
            .where(
                InvoiceLine.order_line_id.in_(wanted),
                InvoiceLine.credits_line_id.is_(None),
                InvoiceLine.kind == LineKind.GOODS,
            )
            .order_by(InvoiceLine.invoice_id, InvoiceLine.position)
        )
    )
    missing = dict(wanted)
    parts: dict[int, list[CreditLine]] = {}
    for row in rows:
        units = min(missing[row.order_line_id], row.left)
        if units > 0:
            missing[row.order_line_id] -= units
            parts.setdefault(row.invoice_id, []).append(CreditLine(row.id, quantity=units))
    return parts, sum(missing.values())


def _evened(credits: Mapping[int, Credit], granted: int) -> dict[int, Credit]:
    """The same with what rounding left on the last of them, so that they come to ``granted``.

    What is more than rounding can have left is no such thing and stays as the invoices say it.
    """
    evened = dict(credits)
    off = granted - sum(each.total for each in credits.values())
    if abs(off) > sum(len(each.given) + len(each.taxes) for each in credits.values()):
        return evened
    for invoice_id in reversed(list(credits)):
        each = evened[invoice_id]
        evened[invoice_id] = adjusted(each, each.total + off)
        off -= evened[invoice_id].total - each.total
    return evened
