"""Credit before and after an order, as templates/_shared/credit.html shows it."""

from __future__ import annotations

from dataclasses import dataclass

from portal.accounts.credit import credit_left
from portal.accounts.rules import Deed, may
from portal.extensions import viewer


@dataclass(frozen=True, slots=True)
class ShownCredit:
    """The account's credit; amounts in minor units of ``currency``."""

    limit: int
    left: int
    """Below zero if the account owes too much."""
    after: int
    """What is left once the order is placed."""
    currency: str


def credit_for(total: int) -> ShownCredit | None:
    """Credit before and after an order of ``total`` minor units; None without credit, or if it is not to be seen."""
    looking = viewer()
    account = looking.account if looking else None
    if account is None or account.credit_limit is None or not may(account.role, Deed.SEE_CREDIT):
        return None
    left = credit_left(account.credit_limit, account.credit_used)
    return ShownCredit(account.credit_limit, left, left - total, account.currency)
