"""Credit: what an account may still owe, taken and given back in one conditional statement each.

What is used is what orders have reserved and is not invoiced yet, and what the books say the account owes.

The row lock of the UPDATE is what keeps parallel orders within the limit: nothing is read first and written
later. Every change is also a row of credit_entry, so that ``credit_used`` is always the sum of the entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, func, insert, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, CreditEntry, CreditReason
from portal.core.errors import Conflict, NotFound, Refused

OF_ORDERS: Final = (
    CreditReason.ORDER_PLACED,
    CreditReason.ORDER_CHANGED,
    CreditReason.ORDER_CANCELLED,
    CreditReason.INVOICED,
)
"""Reasons of the entries whose sum is what an order still has reserved of its account's credit."""


def credit_left(limit: int | None, used: int) -> int:
    """Minor units an account may still use; below zero if it owes too much; 0 without credit."""
    return 0 if limit is None else limit - used


def use_credit(
    session: Session, account_id: int, amount: int, reason: CreditReason, reference: str, now: datetime
) -> None:
    """Take ``amount`` (minor units, not negative) of the account's credit for ``reference``; 0 takes nothing.

    Raises Conflict ``credit_exceeded`` (``left``, ``needed``, minor units) if it does not fit, Refused
    ``no_credit`` if the account has none at all, NotFound, ValueError for a negative amount.
    """
    if amount < 0:
        raise ValueError("credit is given back by free_credit")
    if amount == 0:
        return
    taken = _change(
        session,
        update(Account).where(
            Account.id == account_id,
            Account.credit_limit.is_not(None),
            Account.credit_used + amount <= Account.credit_limit,
        ),
        amount,
    )
    if not taken:
        row = session.execute(
            select(Account.credit_limit, Account.credit_used).where(Account.id == account_id)
        ).one_or_none()
        if row is None:
            raise NotFound("account", account_id)
        require_credit(row.credit_limit, row.credit_used, amount)
    _note(session, account_id, amount, reason, reference, now)


def free_credit(
    session: Session, account_id: int, amount: int, reason: CreditReason, reference: str, now: datetime
) -> None:
    """Give ``amount`` (minor units, not negative) of the account's credit back; 0 gives nothing.

    Raises NotFound, ValueError for a negative amount.
    """
    if amount < 0:
        raise ValueError("credit is taken by use_credit")
    if amount == 0:
        return
    if not _change(session, update(Account).where(Account.id == account_id), -amount):
        raise NotFound("account", account_id)
    _note(session, account_id, -amount, reason, reference, now)


def owe(
    session: Session, account_id: int, amount: int, reason: CreditReason, reference: str, now: datetime
) -> None:
    """Change what the account uses by ``amount`` (minor units, negative frees), whatever its limit: it has happened.

    Raises NotFound.
    """
    if amount == 0:
        return
    if not _change(session, update(Account).where(Account.id == account_id), amount):
        raise NotFound("account", account_id)
    _note(session, account_id, amount, reason, reference, now)


def reserved_by(session: Session, account_id: int, order_numbers: Sequence[str]) -> dict[str, int]:
    """What each order still has reserved of the account's credit, minor units; one that never took any is left out."""
    rows = session.execute(
        select(CreditEntry.reference, func.sum(CreditEntry.amount))
        .where(
            CreditEntry.account_id == account_id,
            CreditEntry.reason.in_(OF_ORDERS),
            CreditEntry.reference.in_(order_numbers),
        )
        .group_by(CreditEntry.reference)
    )
    return {reference: int(amount) for reference, amount in rows}


def require_credit(limit: int | None, used: int, amount: int) -> None:
    """Raise as ``use_credit`` does if ``amount`` does not fit, all in minor units."""
    if limit is None:
        raise Refused("no_credit", field="credit")
    if used + amount > limit:
        raise Conflict("credit_exceeded", field="credit", left=credit_left(limit, used), needed=amount)


def _change(session: Session, statement: Any, amount: int) -> bool:
    result = session.execute(
        statement.values(credit_used=Account.credit_used + amount).execution_options(
            synchronize_session=False
        )
    )
    return cast("CursorResult[Any]", result).rowcount == 1


def _note(
    session: Session, account_id: int, amount: int, reason: CreditReason, reference: str, now: datetime
) -> None:
    session.execute(
        insert(CreditEntry).values(
            account_id=account_id, reason=reason, reference=reference, amount=amount, created_at=now
        )
    )
