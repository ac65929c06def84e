"""What every step of a return does beside its own deed: hold the rows, check what was seen, move, note, tell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.core.errors import Conflict, NotFound
from portal.jobs.queue import enqueue
from portal.orders.models import EventKind, Order, OrderEvent, ReturnRequest
from portal.orders.return_rules import ReturnMove, after_move


def lock_order(session: Session, *conditions: Any) -> None:
    """Hold the order these conditions name until the transaction ends. Raises NotFound."""
    statement = select(Order.id).where(*conditions).with_for_update(key_share=True)
    if session.scalar(statement) is None:
        raise NotFound("order")


def locked_return(session: Session, *conditions: Any) -> Any:
    """The return these conditions name, held after its order until the transaction ends. Raises NotFound."""
    order_id = session.scalar(select(ReturnRequest.order_id).where(*conditions))
    if order_id is None:
        raise NotFound("return")
    lock_order(session, Order.id == order_id)
    return session.execute(
        select(
            ReturnRequest.id,
            ReturnRequest.number,
            ReturnRequest.account_id,
            ReturnRequest.order_id,
            Order.number.label("order_number"),
            ReturnRequest.requested_by_id,
            ReturnRequest.status,
            ReturnRequest.version,
            ReturnRequest.granted_credit,
        )
        .join(Order, Order.id == ReturnRequest.order_id)
        .where(*conditions)
        .with_for_update(of=ReturnRequest)
    ).one()


def require_version(found: Any, version: int) -> None:
    """Raise Conflict ``changed_meanwhile`` if the return is another than the person saw."""
    if found.version != version:
        raise Conflict("changed_meanwhile", version=found.version, status=found.status)


def move_return(
    session: Session, found: Any, move: ReturnMove, actor_id: int | None, now: datetime, **values: Any
) -> None:
    """Let the return go to its next state with ``values``, and note it at its order. Raises as ``after_move`` does."""
    status = after_move(found.status, move)
    session.execute(
        update(ReturnRequest)
        .where(ReturnRequest.id == found.id)
        .values(status=status, version=ReturnRequest.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    facts = {"return": found.number, "status": status.value}
    note_event(session, found.order_id, EventKind.RETURN_DECIDED, actor_id, facts, now)


def note_event(
    session: Session,
    order_id: int,
    kind: EventKind,
    actor_id: int | None,
    facts: dict[str, Any],
    now: datetime,
) -> None:
    """Add to what happened to the order."""
    session.execute(
        insert(OrderEvent).values(order_id=order_id, kind=kind, actor_id=actor_id, facts=facts, at=now)
    )


def mail_about(session: Session, number: str, kind: str, user_id: int, now: datetime) -> None:
    """Ask for the mail of this kind to the person, once for each return."""
    enqueue(
        session,
        "return_mail",
        {"number": number, "kind": kind, "user_id": user_id},
        now=now,
        unique_key=f"return_mail:{number}:{kind}:{user_id}",
    )
