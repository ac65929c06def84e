"""Reads of orders across all accounts, for the seller's people alone."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.orders.models import Order, OrderStatus
from portal.orders.order_list import OrderPage, order_page
from portal.orders.order_view import OrderView, order_view
from portal.orders.rules import OPEN_STATUSES


def work_queue(
    session: Session,
    *,
    q: str = "",
    statuses: Collection[OrderStatus] = OPEN_STATUSES,
    page: int = 1,
    page_size: int = 20,
) -> OrderPage:
    """A page of orders of every account, the oldest first as they are worked off; one statement.

    Every word of ``q`` must occur in the order's number, its PO number, or the account's name or code.
    ``statuses`` empty means all; ``page`` counts from 1.
    """
    return order_page(
        session,
        (),
        q=q,
        statuses=statuses,
        page=page,
        page_size=page_size,
        oldest_first=True,
        in_lines=False,
    )


def queue_counts(session: Session) -> dict[OrderStatus, int]:
    """How many orders stand at each open status; a status without any counts 0; one statement."""
    rows = session.execute(
        select(Order.status, func.count())
        .where(Order.status.in_(sorted(OPEN_STATUSES)))
        .group_by(Order.status)
    )
    found: dict[OrderStatus, int] = {row[0]: row[1] for row in rows}
    return {status: found.get(status, 0) for status in OrderStatus if status in OPEN_STATUSES}


def any_order(session: Session, number: str) -> OrderView:
    """The order of this number, whosever it is; four statements. Raises NotFound."""
    found = order_view(session, number)
    if found is None:
        raise NotFound("order", number)
    return found
