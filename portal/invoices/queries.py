"""Reads of invoices. What they are made of stands in ``invoice_list``, ``standing`` and ``settlements``."""

from __future__ import annotations

from portal.invoices.invoice_list import (
    InvoiceFilter,
    InvoicePage,
    InvoiceRow,
    InvoiceStatus,
    invoices_of,
    numbered,
    status_of,
    unused_credit_notes,
)
from portal.invoices.papers import file_of
from portal.invoices.settlements import (
    Batch,
    CreditNoteRow,
    Settlement,
    batch_content,
    batch_of,
    credit_notes_of,
    settlements_of,
)
from portal.invoices.standing import (
    DueDay,
    DueNow,
    OpenInvoice,
    Standing,
    due_now,
    standing_of,
    to_free,
)

__all__ = [
    "Batch",
    "CreditNoteRow",
    "DueDay",
    "DueNow",
    "InvoiceFilter",
    "InvoicePage",
    "InvoiceRow",
    "InvoiceStatus",
    "OpenInvoice",
    "Settlement",
    "Standing",
    "batch_content",
    "batch_of",
    "credit_notes_of",
    "due_now",
    "file_of",
    "invoices_of",
    "numbered",
    "settlements_of",
    "standing_of",
    "status_of",
    "to_free",
    "unused_credit_notes",
]
