"""Words about transfers: why a file or a row was not read, why a deed was not done, how a line was matched."""

from __future__ import annotations

from typing import Any

from portal.core.errors import Refused
from portal.i18n import gettext as _
from portal.payments.matching import Because, Way
from portal.payments.models import BankLineState


def file_problem(refused: Refused) -> str:
    """Why a file was not read."""
    facts: dict[str, Any] = refused.facts
    match refused.code:
        case "file_too_large" | "too_large":
            return _("The file is too large. Choose a shorter period at your bank.")
        case "too_many_rows":
            return _("The file has too many rows: at most %(most)s are read at once.", most=facts["most"])
        case "password":
            return _("The file is locked with a password. Save it without one and choose it again.")
        case "macros":
            return _("The workbook contains macros. Save it without them (.xlsx) and choose it again.")
        case "empty":
            return _("The file is empty.")
        case "no_columns":
            return _(
                "We could not tell days from amounts in this file. Keep the row with the headings of your bank,"
                " or save the list as CSV or Excel."
            )
    return _("This file cannot be read. Save the list of your bank as CSV or Excel and choose it again.")


def row_problem(reason: str) -> str:
    """Why a row was not read."""
    match reason:
        case "amount":
            return _("The amount cannot be read.")
        case "date":
            return _("The day cannot be read.")
        case "future":
            return _("The day lies in the future, or long ago.")
        case "direction":
            return _("It does not say whether money came or left.")
    return _("It is in another currency.")


def line_problem(refused: Refused) -> str:
    """Why nothing was done about a transfer."""
    match refused.code:
        case "already_decided" | "not_decided" | "not_paid":
            return _("Nothing was done: somebody has decided about this transfer meanwhile.")
        case "other_currency":
            return _("This account does not pay in the currency of the transfer.")
        case "refunded":
            return _("Some of this payment was refunded already, so the match cannot be taken back.")
        case "order_paid":
            return _("An order went on by this payment, so the match cannot be taken back.")
        case "in_use":
            return _("What this brought has been used since. Take that back first.")
    return _("This was not done. Look at the transfer and try again.")


def state_word(state: BankLineState) -> str:
    """How a transfer stands."""
    match state:
        case BankLineState.UNMATCHED:
            return _("Waits")
        case BankLineState.MATCHED:
            return _("Matched")
        case BankLineState.IGNORED:
            return _("Put aside")


def way_word(way: str) -> str:
    """How it was decided; empty for one that waits."""
    match way:
        case Way.REFERENCE:
            return _("by its reference")
        case Way.AMOUNT_AND_PAYER:
            return _("by amount and payer")
        case Way.PERSON:
            return _("by a person")
    return way


def because_word(because: Because) -> str:
    """Why an account is suggested."""
    match because:
        case Because.NAME_AND_AMOUNT:
            return _("Name and amount fit")
        case Because.NAME:
            return _("The name fits")
        case Because.AMOUNT:
            return _("The amount fits")
