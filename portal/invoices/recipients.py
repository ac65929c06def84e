"""Who is written to about an account's money."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountRole, BillingProfile, Membership, User
from portal.accounts.rules import Deed, may
from portal.orders.mail_choices import wants_mail
from portal.orders.models import MailTopic

_FIRST_ASKED = (AccountRole.OWNER, AccountRole.FINANCE)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is written to."""

    name: str
    email: str
    user_id: int | None
    """Null: the address that the account gave for its invoices."""


def recipients_of(session: Session, account_id: int, topic: MailTopic | None = None) -> tuple[Recipient, ...]:
    """The account's own address for invoices; without one its active owners and accountants, else all who may see them.

    Who wants no mail about ``topic`` is left out, and nobody is written to in their place. Empty for an account without
    people, or one that is not there.
    """
    account = session.execute(
        select(Account.name, BillingProfile.email)
        .outerjoin(BillingProfile, BillingProfile.account_id == Account.id)
        .where(Account.id == account_id)
    ).one_or_none()
    if account is None:
        return ()
    if account.email:
        return (Recipient(account.name, account.email, None),)
    rows = session.execute(
        select(User.id, User.name, User.email, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.account_id == account_id, User.active.is_(True))
        .order_by(User.id)
    ).all()
    seeing = [row for row in rows if may(row.role, Deed.SEE_INVOICES)]
    first = [row for row in seeing if row.role in _FIRST_ASKED]
    return tuple(
        Recipient(row.name, row.email, row.id)
        for row in first or seeing
        if topic is None or wants_mail(session, row.id, topic)
    )


def recipient_of(
    session: Session, account_id: int, user_id: int | None, topic: MailTopic | None = None
) -> Recipient | None:
    """One of them again, by key; None if they are not written to any more."""
    return next((each for each in recipients_of(session, account_id, topic) if each.user_id == user_id), None)
