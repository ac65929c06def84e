"""Words for invoices and the books, and the addresses where invoices are paid."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from portal.i18n import gettext as _
from portal.invoices.models import CreditReasonKind, InvoiceKind
from portal.invoices.queries import InvoiceStatus
from portal.ledger.models import JournalKind


def pay_url(numbers: Iterable[str]) -> str:
    """Where these invoices are paid."""
    query = urlencode([("invoice", number) for number in numbers])
    return f"/payments/new?{query}" if query else "/payments/new"


def kind_word(kind: InvoiceKind) -> str:
    """What the document is."""
    match kind:
        case InvoiceKind.INVOICE:
            return _("Invoice")
        case InvoiceKind.CREDIT_NOTE:
            return _("Credit note")
        case InvoiceKind.INTEREST:
            return _("Interest note")


def status_word(status: InvoiceStatus) -> str:
    """How a document stands, as a pill says it."""
    match status:
        case InvoiceStatus.OPEN:
            return _("Open")
        case InvoiceStatus.DUE:
            return _("Due soon")
        case InvoiceStatus.OVERDUE:
            return _("Overdue")
        case InvoiceStatus.PAID:
            return _("Paid")
        case InvoiceStatus.CREDIT:
            return _("Credit to use")
        case InvoiceStatus.USED:
            return _("Used up")


def status_kind(status: InvoiceStatus) -> str:
    """The colour of that pill."""
    match status:
        case InvoiceStatus.OVERDUE:
            return "bad"
        case InvoiceStatus.DUE:
            return "warn"
        case InvoiceStatus.PAID | InvoiceStatus.CREDIT:
            return "good"
        case InvoiceStatus.OPEN:
            return "accent"
        case InvoiceStatus.USED:
            return ""


def reason_word(reason: str) -> str:
    """Why a credit note was written; empty for a reason nobody named."""
    words: dict[str, str] = {
        CreditReasonKind.RETURN: _("Return"),
        CreditReasonKind.CLAIM: _("Claim"),
        CreditReasonKind.PRICE: _("Price correction"),
        CreditReasonKind.CANCELLATION: _("Cancellation"),
        CreditReasonKind.GOODWILL: _("Goodwill"),
    }
    return words.get(reason, "")


def journal_word(kind: JournalKind) -> str:
    """What an event in the books was."""
    match kind:
        case JournalKind.INVOICE:
            return _("Invoice")
        case JournalKind.CREDIT_NOTE:
            return _("Credit note")
        case JournalKind.PAYMENT:
            return _("Payment received")
        case JournalKind.ALLOCATION:
            return _("Settlement")
        case JournalKind.DISCOUNT:
            return _("Discount for paying early")
        case JournalKind.REFUND:
            return _("Refund")
        case JournalKind.CHARGEBACK:
            return _("Taken back by your bank")
        case JournalKind.WRITE_OFF:
            return _("Written off")
        case JournalKind.REVERSAL:
            return _("Correction")
