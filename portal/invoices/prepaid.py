"""Money that was paid for orders in advance, as far as it has settled nothing yet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import column, func, select, table
from sqlalchemy.orm import Session

from portal.ledger.models import Book, Posting

_PAYMENT = table("payment", column("id"), column("order_id"))
"""The room of payments stands above this one and is not known here; which order a payment is for is its one fact."""


def unused_of_orders(session: Session, account_id: int, order_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Payments of the account for these orders with what is left to use of each (above 0), the oldest first."""
    unused = -func.sum(Posting.amount)
    rows = session.execute(
        select(_PAYMENT.c.id, unused)
        .join(Posting, Posting.payment_id == _PAYMENT.c.id)
        .where(
            _PAYMENT.c.order_id.in_(order_ids),
            Posting.account_id == account_id,
            Posting.book == Book.ACCOUNT_CREDIT,
        )
        .group_by(_PAYMENT.c.id)
        .having(unused > 0)
        .order_by(_PAYMENT.c.id)
    )
    return [(payment_id, int(amount)) for payment_id, amount in rows]
