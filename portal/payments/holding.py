"""A payment while it is changed: its locks, in the one order everybody takes them, its columns and its events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.invoices.books import Books, open_books
from portal.orders.moving import locked
from portal.payments.models import Payment, PaymentEvent, PaymentEventKind


@dataclass(frozen=True, slots=True)
class Held:
    """A payment with what it hangs on, locked until the transaction ends."""

    payment: Any
    """The columns of ``payment`` as they are now."""
    order: Any | None
    """A row of orders.moving.locked: the order it is paid in advance for."""
    books: Books


def hold_payment(session: Session, payment_id: int) -> Held:
    """Lock the order, the account and the payment. Raises NotFound."""
    found = session.execute(
        select(Payment.account_id, Payment.order_id).where(Payment.id == payment_id)
    ).one_or_none()
    if found is None:
        raise NotFound("payment", payment_id)
    order = locked(session, found.order_id) if found.order_id is not None else None
    books = open_books(session, found.account_id)
    row = session.execute(
        select(*Payment.__table__.columns).where(Payment.id == payment_id).with_for_update()
    ).one()
    return Held(row, order, books)


def write_payment(session: Session, payment_id: int, now: datetime, **values: Any) -> None:
    """Set columns of a payment."""
    session.execute(
        update(Payment)
        .where(Payment.id == payment_id)
        .values(updated_at=now, **values)
        .execution_options(synchronize_session=False)
    )


def note_event(
    session: Session,
    payment_id: int,
    kind: PaymentEventKind,
    now: datetime,
    *,
    actor_id: int | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Add to what happened to a payment."""
    session.execute(
        insert(PaymentEvent).values(
            payment_id=payment_id, kind=kind, facts=facts or {}, actor_id=actor_id, at=now
        )
    )
