"""What the pages about money share: who does it, whose account it is, an amount as it was typed."""

from __future__ import annotations

from flask import abort

from portal.blueprints.desk.pages import own_accounts_of
from portal.extensions import session, viewer
from portal.invoices.desk_queries import AccountMoney, account_at_desk


def actor() -> int:
    """The person of the seller's who does it."""
    looking = viewer()
    if looking is None:
        abort(404)
    return looking.user.id


def dealer_of(code: str) -> AccountMoney:
    """The account of this code, if the viewer may see it. Raises NotFound."""
    return account_at_desk(session(), code, sales_rep_id=own_accounts_of())
