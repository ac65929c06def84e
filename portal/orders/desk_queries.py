"""Reads of orders across all accounts, for the seller's people alone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.core.errors import NotFound
from portal.orders.models import Drop, EventKind, Order, OrderEvent, OrderLine, OrderStatus
from portal.orders.order_list import OrderPage, order_page
from portal.orders.order_view import OrderView, order_view
from portal.orders.rules import OPEN_STATUSES

CHANGED_STATUSES: Final = frozenset({OrderStatus.PLACED, OrderStatus.CONFIRMED, OrderStatus.ON_HOLD})
"""Where a change by the dealer is still news to the desk."""


def work_queue(
    session: Session,
    *,
    q: str = "",
    statuses: Collection[OrderStatus] = OPEN_STATUSES,
    page: int = 1,
    page_size: int = 20,
    sales_rep_id: int | None = None,
    waiting_for_goods: bool = False,
    changed: bool = False,
) -> OrderPage:
    """A page of orders of every account; one statement.

    What is open comes oldest first, as it is worked off; a list with finished orders in it newest first.

    Every word of ``q`` must occur in the order's number, its PO number, or the account's name or code.
    ``statuses`` empty means all; ``page`` counts from 1. With ``sales_rep_id`` only orders of the accounts this
    person looks after; with ``waiting_for_goods`` only those with units on back-order; with ``changed`` only those
    the dealer has changed since they were placed or confirmed.
    """
    conditions = [
        *_of_rep(sales_rep_id),
        *([_HAS_BACKORDERS] if waiting_for_goods else []),
        *([_CHANGED] if changed else []),
    ]
    return order_page(
        session,
        conditions,
        q=q,
        statuses=statuses,
        page=page,
        page_size=page_size,
        oldest_first=bool(statuses) and OPEN_STATUSES.issuperset(statuses),
        in_lines=False,
    )


def queue_counts(session: Session, *, sales_rep_id: int | None = None) -> dict[OrderStatus, int]:
    """How many orders stand at each open status; a status without any counts 0; one statement."""
    rows = session.execute(
        select(Order.status, func.count())
        .join(Account, Account.id == Order.account_id)
        .where(Order.status.in_(sorted(OPEN_STATUSES)), *_of_rep(sales_rep_id))
        .group_by(Order.status)
    )
    found: dict[OrderStatus, int] = {row[0]: row[1] for row in rows}
    return {status: found.get(status, 0) for status in OrderStatus if status in OPEN_STATUSES}


def waiting_count(session: Session, *, sales_rep_id: int | None = None) -> int:
    """How many open orders have units on back-order; one statement."""
    return session.scalars(
        select(func.count())
        .select_from(Order)
        .join(Account, Account.id == Order.account_id)
        .where(Order.status.in_(sorted(OPEN_STATUSES)), _HAS_BACKORDERS, *_of_rep(sales_rep_id))
    ).one()


def changed_count(session: Session, *, sales_rep_id: int | None = None) -> int:
    """How many orders the dealer has changed since they were placed or confirmed; one statement."""
    return session.scalars(
        select(func.count())
        .select_from(Order)
        .join(Account, Account.id == Order.account_id)
        .where(_CHANGED, *_of_rep(sales_rep_id))
    ).one()


def any_order(session: Session, number: str, *, sales_rep_id: int | None = None) -> OrderView:
    """The order of this number; four statements. With ``sales_rep_id`` only of an account this person looks after.

    Raises NotFound.
    """
    found = order_view(session, number, *_of_rep(sales_rep_id))
    if found is None:
        raise NotFound("order", number)
    return found


_LAST_WORD = (
    select(func.max(OrderEvent.id))
    .where(OrderEvent.order_id == Order.id, OrderEvent.kind.in_([EventKind.CHANGED, EventKind.CONFIRMED]))
    .correlate(Order)
    .scalar_subquery()
)

_CHANGED = Order.status.in_(sorted(CHANGED_STATUSES)) & exists(
    select(1)
    .select_from(OrderEvent)
    .where(OrderEvent.order_id == Order.id, OrderEvent.id == _LAST_WORD, OrderEvent.kind == EventKind.CHANGED)
    .correlate(Order)
)
"""The dealer changed it after it was placed or confirmed, and it is not picked yet."""

_HAS_BACKORDERS = exists(
    select(1)
    .select_from(Drop)
    .join(OrderLine, OrderLine.id == Drop.order_line_id)
    .where(OrderLine.order_id == Order.id, Drop.backordered > 0)
    .correlate(Order)
)


def _of_rep(sales_rep_id: int | None) -> list[ColumnElement[bool]]:
    return [] if sales_rep_id is None else [Account.sales_rep_id == sales_rep_id]
