"""Terms that are enforced: accounts that owe for too long are put on hold, and released by paying."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountStatus
from portal.invoices.overdue import Overdue, is_covered, overdue_accounts
from portal.invoices.recipients import recipients_of
from portal.jobs import queue
from portal.jobs.context import JobContext


def hold_overdue(context: JobContext) -> None:
    """Put on hold who owes for longer than its terms bear, and have both sides told.

    Accounts whose unused money covers what is overdue are spared, and so are those that are on hold already.
    """
    session = context.session
    for overdue in overdue_accounts(session, context.now):
        if is_too_late(overdue) and not is_covered(session, overdue):
            _hold(session, overdue, context.now)


def release_if_paid(session: Session, account_id: int, now: datetime) -> bool:
    """Release an account that the rule put on hold, once nothing is overdue for too long any more. True if it was.

    A hold that a person decided stays. Whoever calls has just changed what is open and holds the account's row.
    """
    found = overdue_accounts(session, now, account_ids=[account_id])
    if any(is_too_late(overdue) and not is_covered(session, overdue) for overdue in found):
        return False
    released = session.execute(
        update(Account)
        .where(
            Account.id == account_id,
            Account.held_for_overdue.is_(True),
            Account.status == AccountStatus.ON_HOLD,
        )
        .values(status=AccountStatus.ACTIVE, held_for_overdue=False)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", released).rowcount != 1:
        return False
    for recipient in recipients_of(session, account_id):
        arguments = {"account_id": account_id, "user_id": recipient.user_id, "at": now.isoformat()}
        queue.enqueue(session, "released_mail", arguments, now=now)
    return True


def is_too_late(overdue: Overdue) -> bool:
    """True if the oldest of it is overdue for longer than the account's terms bear."""
    return overdue.hold_after_days is not None and overdue.invoices[0].days > overdue.hold_after_days


def _hold(session: Session, overdue: Overdue, now: datetime) -> None:
    held = session.execute(
        update(Account)
        .where(Account.id == overdue.account_id, Account.status == AccountStatus.ACTIVE)
        .values(status=AccountStatus.ON_HOLD, held_for_overdue=True)
        .returning(Account.sales_rep_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if held is None:
        return
    for recipient in recipients_of(session, overdue.account_id):
        arguments = {
            "account_id": overdue.account_id,
            "user_id": recipient.user_id,
            "day": overdue.today.isoformat(),
        }
        queue.enqueue(session, "held_mail", arguments, now=now)
    if held.sales_rep_id is not None:
        arguments = {
            "account_id": overdue.account_id,
            "staff_id": held.sales_rep_id,
            "day": overdue.today.isoformat(),
        }
        queue.enqueue(session, "held_seller_mail", arguments, now=now)
