"""Which documents charge an order, or give back of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.invoices.models import Invoice, InvoiceKind, InvoiceLine
from portal.orders.models import OrderLine

MOST: Final = 100
"""Documents of one order that are named."""


@dataclass(frozen=True, slots=True)
class OrderDocument:
    """A document of an order, as the order names it."""

    number: str
    kind: InvoiceKind
    issued_on: date


def documents_of_order(session: Session, account_id: int, order_id: int) -> tuple[OrderDocument, ...]:
    """The invoices and credit notes of one of the account's orders, the oldest first; one statement.

    An invoice of a whole month belongs to each order it has lines of. Nothing found gives an empty tuple.
    """
    by_line = (
        select(InvoiceLine.invoice_id)
        .join(OrderLine, OrderLine.id == InvoiceLine.order_line_id)
        .where(OrderLine.order_id == order_id)
    )
    rows = session.execute(
        select(Invoice.number, Invoice.kind, Invoice.issued_on)
        .where(Invoice.account_id == account_id, or_(Invoice.order_id == order_id, Invoice.id.in_(by_line)))
        .order_by(Invoice.issued_on, Invoice.id)
        .limit(MOST)
    )
    return tuple(OrderDocument(*row) for row in rows)
