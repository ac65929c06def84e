"""Credit before and after an order, as templates/_shared/credit.html shows it."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import ngettext

from portal.accounts.credit import credit_left
from portal.accounts.rules import Deed, may
from portal.blueprints.invoice_words import pay_url
from portal.core import formats
from portal.extensions import session, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.invoices.queries import to_free


@dataclass(frozen=True, slots=True)
class Freeing:
    """What to pay so that credit is free again."""

    text: str
    """What is paid and how much it frees."""
    url: str


@dataclass(frozen=True, slots=True)
class ShownCredit:
    """The account's credit; amounts in minor units of ``currency``."""

    limit: int
    left: int
    """Below zero if the account owes too much."""
    after: int
    """What is left once the order is placed."""
    currency: str
    freeing: Freeing | None
    """What to pay where ``after`` is below zero; None: nothing is open, or the person may not pay."""


def credit_for(total: int) -> ShownCredit | None:
    """Credit before and after an order of ``total`` minor units; None without credit, or if it is not to be seen."""
    looking = viewer()
    account = looking.account if looking else None
    if account is None or account.credit_limit is None or not may(account.role, Deed.SEE_CREDIT):
        return None
    left = credit_left(account.credit_limit, account.credit_used)
    after = left - total
    return ShownCredit(account.credit_limit, left, after, account.currency, freeing_of(-after))


def freeing_of(missing: int) -> Freeing | None:
    """The invoices to pay, the longest due first, until ``missing`` minor units of credit are free.

    None if nothing is missing, if nothing is open, or if the person may not pay.
    """
    looking = viewer()
    account = looking.account if looking else None
    if missing <= 0 or account is None or not may(account.role, Deed.PAY):
        return None
    invoices = to_free(session(), account.id, missing)
    if not invoices:
        return None
    amount = formats.money(
        sum(invoice.open_amount for invoice in invoices), account.currency, locale=locale()
    )
    first = invoices[0].number
    if len(invoices) == 1:
        text = _("Pay invoice %(number)s (%(amount)s) to free %(amount)s", number=first, amount=amount)
    else:
        text = ngettext(
            "Pay %(num)s invoice from %(number)s on (%(amount)s) to free %(amount)s",
            "Pay %(num)s invoices from %(number)s on (%(amount)s) to free %(amount)s",
            len(invoices),
            number=first,
            amount=amount,
        )
    return Freeing(text, pay_url(invoice.number for invoice in invoices))
