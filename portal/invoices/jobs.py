"""Background work of invoices: issuing them, crediting returns, proving the books."""

from __future__ import annotations

from datetime import date

from portal.invoices.credit_returns import credit_return_of
from portal.invoices.issue import issue_for_order, issue_for_shipment
from portal.invoices.month import ask_for_months, issue_month
from portal.invoices.proof import keep_proof
from portal.jobs.context import JobContext


def invoice_shipment(context: JobContext, shipment_id: int) -> None:
    """Issue the invoice for a shipment; nothing if it is done, or the account wants another rhythm."""
    issue_for_shipment(context.session, shipment_id, now=context.now)


def invoice_order(context: JobContext, order_id: int) -> None:
    """Issue the invoice for an order all of which has left, or end what it still reserves once all is invoiced."""
    issue_for_order(context.session, order_id, now=context.now)


def invoice_months(context: JobContext) -> None:
    """Ask for the invoices of months that are over, account by account, so that nobody waits for all of them."""
    ask_for_months(context.session, context.now)


def invoice_month(context: JobContext, account_id: int, month: str) -> None:
    """Issue an account's invoice over a month (its first day, ISO)."""
    issue_month(context.session, account_id, date.fromisoformat(month), context.now)


def credit_return(context: JobContext, return_id: int) -> None:
    """Write the credit notes of a return; what is on no invoice yet waits until it is, which asks for this again."""
    credit_return_of(context.session, return_id, now=context.now)


def prove_books(context: JobContext) -> None:
    """Prove the books and keep what was found."""
    keep_proof(context.session, context.now)
