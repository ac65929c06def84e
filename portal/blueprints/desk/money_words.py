"""Words about money at the desk: why nothing was done, what a journal is, what a credit note is for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.accounts.billing import TermsView
from portal.accounts.models import InvoiceRhythm, TermsKind
from portal.core import formats
from portal.core.errors import Refused
from portal.i18n import gettext as _
from portal.i18n import locale, ngettext
from portal.invoices.models import CreditReasonKind


def terms_word(terms: TermsView) -> str:
    """When who has these terms pays, and what they are called here: several may fall due after as many days."""
    if terms.kind is TermsKind.PREPAID:
        words = _("Paid before the goods leave")
    else:
        words = ngettext(
            "On account, due after %(num)s day", "On account, due after %(num)s days", terms.net_days
        )
    return f"{words} ({terms.code})"


def problem_of(refused: Refused, currency: str) -> str:
    """Why nothing was done; amounts are in ``currency``."""
    facts: dict[str, Any] = refused.facts
    match refused.code:
        case "more_than_open":
            return _("No more than %(amount)s is open of it.", amount=_money(facts["open"], currency))
        case "more_than_unused":
            return _("No more than %(amount)s is left of it.", amount=_money(facts["unused"], currency))
        case "more_than_paid" | "more_than_charged":
            return _("No more than %(amount)s can go back.", amount=_money(facts.get("left", 0), currency))
        case "changed_meanwhile" | "already_reversed" | "not_paid" | "not_in_review":
            return _("Nothing was done: somebody has changed this since you looked. Look again.")
        case "not_acceptable":
            return _("What came is no money of this payment, so it cannot be booked as such. Refuse it.")
        case "in_use":
            return _("What this brought has been used since. Take that back first.")
        case "negative_amount":
            return _("Enter an amount above zero.")
        case "nothing_to_credit":
            return _("Enter units or an amount to give back.")
        case "in_the_past":
            return _("The last day of a limit lies in the future.")
        case "no_credit":
            return _("An account without credit has no limit to return to. Give it a lasting one first.")
        case "approval_number":
            return _("An approval number has 24 digits or letters.")
        case "not_an_invoice":
            return _("Only an invoice or an interest note can be credited.")
        case "no_seller" | "no_vat_number":
            return refusal_word(refused.code)
    return _("This was not done. Look at what stands here and try again.")


def refusal_word(code: str) -> str:
    """Why no document could be issued; empty for a reason that is none of trade."""
    match code:
        case "no_seller":
            return _(
                "No company is set up to issue invoices. Set up a seller; the work is then done by itself."
            )
        case "no_vat_number":
            return _(
                "The buyer is to pay the tax, but has no VAT number. Enter it among the account's invoice details; "
                "the work is then done by itself."
            )
    return ""


def rhythm_word(rhythm: InvoiceRhythm) -> str:
    """For what an account gets one invoice."""
    match rhythm:
        case InvoiceRhythm.SHIPMENT:
            return _("One for each shipment")
        case InvoiceRhythm.ORDER:
            return _("One for each order")
        case InvoiceRhythm.MONTH:
            return _("One for each month")


def credit_reason_word(reason: CreditReasonKind) -> str:
    """What a credit note is for."""
    match reason:
        case CreditReasonKind.RETURN:
            return _("Goods came back")
        case CreditReasonKind.CLAIM:
            return _("Short, damaged or wrong")
        case CreditReasonKind.PRICE:
            return _("Wrong price")
        case CreditReasonKind.CANCELLATION:
            return _("Cancelled")
        case CreditReasonKind.GOODWILL:
            return _("Goodwill")


def method_word(method: str) -> str:
    """How money was received by hand."""
    return {"transfer": _("Transfer"), "cash": _("Cash"), "check": _("Check")}.get(method, method)


def way_word(provider: str, method: str) -> str:
    """How a payment was made: the kind of money, and the provider that brought it where there is one."""
    kind = {
        "card": _("Card"),
        "transfer": _("Bank transfer"),
        "virtual_account": _("Virtual account"),
        "cash": _("Cash"),
        "check": _("Check"),
    }.get(method, method)
    if provider == "test_card":
        return _("Test card (no money moves)")
    if provider == "bank_transfer":
        return kind or _("Bank transfer")
    return f"{kind} · {provider}" if kind else provider


def lacks_words(lacks: Iterable[str]) -> str:
    """What a tax invoice lacks before it can be issued, as a list in words."""
    words = {
        "currency": _("an amount in won"),
        "supplier_number": _("registration number of the supplier"),
        "supplier_name": _("name of the supplier"),
        "supplier_representative": _("representative of the supplier"),
        "buyer_number": _("registration number of the buyer"),
        "buyer_name": _("name of the buyer"),
        "buyer_representative": _("representative of the buyer"),
        "original_approval_number": _("approval number of the original"),
    }
    return ", ".join(words[name] for name in lacks)


def _money(minor: int, currency: str) -> str:
    return formats.money(minor, currency, locale=locale())
