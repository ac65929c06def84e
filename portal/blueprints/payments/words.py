"""The words for payments: ways to pay, states, why something failed, what is refused."""

from __future__ import annotations

from portal.blueprints.placing_words import Notice
from portal.core import formats
from portal.core.errors import Refused
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.payments.models import PaymentState, RefundState


def way_word(provider: str, method: str) -> str:
    """How one pays, in a few words."""
    if provider == "test_card":
        return _("Test card (no money moves)")
    if method == "cash":
        return _("Cash")
    if provider == "bank_transfer" or method == "transfer":
        return _("Bank transfer")
    if method == "virtual_account":
        return _("Transfer to an account of your own (virtual account)")
    if provider == "toss":
        return _("Card or simple pay")
    return _("Card")


def way_note(provider: str, method: str) -> str:
    """What comes next if one pays so; empty if nothing needs to be said."""
    if provider == "test_card":
        return _("TEST: try out how paying goes. Nothing is charged.")
    if provider == "bank_transfer":
        return _("We show where to transfer to. It is paid once the money has arrived, in one to three days.")
    if method == "virtual_account":
        return _("You get an account number for this payment. It is paid as soon as the money is there.")
    return _("Paid at once. We never see your card's number.")


def state_word(state: PaymentState) -> str:
    """Where a payment stands, in a word or two."""
    match state:
        case PaymentState.CREATED | PaymentState.ACTION_REQUIRED:
            return _("Not paid yet")
        case PaymentState.PENDING | PaymentState.AUTHORIZED:
            return _("Being paid")
        case PaymentState.WAITING_DEPOSIT:
            return _("Waiting for your transfer")
        case PaymentState.PAID:
            return _("Completed")
        case PaymentState.FAILED:
            return _("Failed")
        case PaymentState.CANCELLED:
            return _("Payment cancelled")
        case PaymentState.EXPIRED:
            return _("Expired")
        case PaymentState.REVIEW:
            return _("We are checking")


def state_kind(state: PaymentState) -> str:
    """The look of the state's badge."""
    match state:
        case PaymentState.PAID:
            return "good"
        case PaymentState.FAILED | PaymentState.CANCELLED | PaymentState.EXPIRED:
            return "bad"
        case PaymentState.REVIEW | PaymentState.WAITING_DEPOSIT:
            return "warn"
    return "accent"


def refund_word(state: RefundState) -> str:
    """Where a refund stands."""
    match state:
        case RefundState.ASKED:
            return _("on its way")
        case RefundState.DONE:
            return _("done")
        case RefundState.FAILED:
            return _("did not work; we take care of it")


def failure_words(failure: str) -> str:
    """Why a payment did not go through, and what to do; empty for none."""
    match failure:
        case "":
            return ""
        case "card_declined":
            return _("The card was declined. Try again, use another card, or ask your bank.")
        case "insufficient_funds":
            return _("There is not enough money on the card. Use another card, or pay less for now.")
        case "expired_card":
            return _("The card has expired. Use another card.")
        case "authentication_failed":
            return _("Your bank did not confirm the payment. Try again and confirm it with your bank.")
        case "limit_exceeded":
            return _("The amount is above the card's limit. Use another card, or pay in parts.")
        case "cancelled_by_payer":
            return _("The payment was stopped. You can try again.")
        case "deposit_expired":
            return _("No money arrived in time. Start again if you still want to pay.")
        case "taken_back":
            return _("A transfer was taken for this payment by mistake. Ask us if you have paid it.")
    return _("The payment did not go through. Try again, or pay in another way.")


def refused_words(refused: Refused, currency: str) -> Notice:
    """Why nothing could be paid, and what to do."""
    facts = refused.facts

    def amount(name: str) -> str:
        return formats.money(int(str(facts[name])), currency, locale=locale())

    match refused.code:
        case "settled":
            return Notice(
                _("Invoice %(number)s is paid already", number=facts["number"]),
                _("Nothing was charged. Take it out, or pay the others."),
                kind="warning",
            )
        case "more_than_open":
            return Notice(
                _("That is more than is open of invoice %(number)s", number=facts["number"]),
                _("Open is %(amount)s. Nothing was charged.", amount=amount("open")),
            )
        case "negative_amount":
            return Notice(
                _("Enter an amount for invoice %(number)s", number=facts.get("number", "")),
                _("It has to be above zero. Leave the field empty to pay nothing of this invoice."),
            )
        case "nothing_chosen":
            return Notice(_("Nothing is chosen"), _("Enter an amount for at least one invoice."))
        case "too_many":
            return Notice(
                _("Too many invoices at once"),
                _("Pay %(maximum)s at a time.", maximum=facts["maximum"]),
            )
        case "order_not_waiting":
            return Notice(
                _("This order does not wait for a payment"),
                _("It is paid already, or was cancelled. Nothing was charged."),
                kind="warning",
            )
    return Notice(_("Choose how you want to pay"), _("Nothing was charged."))
