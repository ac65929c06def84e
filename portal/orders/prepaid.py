"""Orders that are paid, whole or in part, before they go on.

Such an order stands on hold from the moment it is placed. Of the account's credit it reserves only what is not paid in
advance; as money for it arrives it reserves as much more, so that the account's balance and the reservation cancel out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts.credit import owe
from portal.accounts.models import CreditReason, TermsKind
from portal.core.money import share_of
from portal.jobs.queue import enqueue
from portal.orders.models import EventKind, Order, OrderStatus
from portal.orders.moving import locked, mail, move
from portal.orders.rules import Move


def prepay_of(kind: TermsKind, deposit_ppm: int, credit_limit: int | None, total: int) -> int:
    """What of an order of ``total`` is paid in advance by the account's terms; all in minor units.

    All of it without credit and by prepaid terms, else the deposit; 0: all of it is on account.
    """
    if credit_limit is None or kind is TermsKind.PREPAID:
        return total
    return min(share_of(total, deposit_ppm), total)


def take_payment(session: Session, order: Any, amount: int, now: datetime) -> int:
    """Count money that arrived towards the order, whose row and account are locked; gives how much of it counts.

    Once all is paid that is paid in advance, the order goes on and the dealer gets its confirmation. Nothing of it
    counts for an order that was cancelled, or that waits for nothing. ``order`` is a row of ``moving.locked``.
    """
    if order.status is OrderStatus.CANCELLED:
        return 0
    part: int = min(amount, order.prepay - order.prepaid)
    if part <= 0:
        return 0
    owe(session, order.account_id, part, CreditReason.ORDER_PLACED, order.number, now)
    session.execute(
        update(Order)
        .where(Order.id == order.id)
        .values(prepaid=Order.prepaid + part)
        .execution_options(synchronize_session=False)
    )
    if order.prepaid + part == order.prepay and waits(order.status, order.pay_until):
        _go_on(session, order, now)
    return part


def go_on_if_paid(session: Session, order_id: int, now: datetime) -> None:
    """Let an order go on that waits for its payment, and of which what was paid is enough by now: it costs less."""
    order = locked(session, order_id)
    if order.prepaid == order.prepay and waits(order.status, order.pay_until):
        _go_on(session, order, now)


def _go_on(session: Session, order: Any, now: datetime) -> None:
    move(
        session,
        order,
        Move.RELEASE,
        order.status_before_hold or OrderStatus.PLACED,
        EventKind.RELEASED,
        None,
        now,
        facts={"paid": True},
        status_before_hold=None,
        pay_until=None,
    )
    mail(session, order.number, "placed", now)


def waits(status: OrderStatus, pay_until: datetime | None) -> bool:
    """Whether an order waits for its payment."""
    return status is OrderStatus.ON_HOLD and pay_until is not None


def watch(session: Session, order_id: int, number: str, until: datetime, now: datetime) -> None:
    """Have the order looked at again when its time to be paid is over."""
    enqueue(
        session,
        "expire_order",
        {"order_id": order_id},
        now=now,
        run_after=until,
        unique_key=f"expire_order:{number}:{until.isoformat()}",
    )


def wait_longer(session: Session, order_id: int, until: datetime) -> None:
    """Let an order wait for its payment until ``until``, never shorter than before."""
    session.execute(
        update(Order)
        .where(Order.id == order_id, Order.pay_until < until)
        .values(pay_until=until)
        .execution_options(synchronize_session=False)
    )
