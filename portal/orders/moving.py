"""What every deed to a placed order shares: its lock, its version, its units, the move and its event, the mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.accounts.credit import free_credit, reserved_by, use_credit
from portal.accounts.models import CreditReason
from portal.catalog import stock
from portal.core.errors import Conflict, NotFound
from portal.jobs.queue import enqueue
from portal.orders.models import Drop, EventKind, Order, OrderEvent, OrderLine, OrderStatus
from portal.orders.rules import Move, require_move

ALL_LEFT: Final = frozenset({OrderStatus.SHIPPED, OrderStatus.DELIVERED})
"""Where nothing of an order is still to leave."""


NOTHING_LEFT: Final = frozenset(
    {OrderStatus.PLACED, OrderStatus.CONFIRMED, OrderStatus.ON_HOLD, OrderStatus.PICKING}
)
"""Where nothing has left yet, so that nothing is invoiced either."""


@dataclass(slots=True)
class Units:
    """A drop's units while they are moved."""

    id: int
    line_id: int
    variant_id: int
    warehouse_id: int
    location_id: int
    quantity: int
    reserved: int
    backordered: int
    shipped: int
    delivered: int
    cancelled: int

    @property
    def waiting(self) -> int:
        """Units that are wanted and have not left."""
        return self.quantity - self.cancelled - self.shipped

    @property
    def place(self) -> stock.Place:
        """The row of stock they come from."""
        return self.variant_id, self.warehouse_id


def locked(session: Session, order_id: int, version: int | None = None) -> Any:
    """The order's row, locked until the transaction ends. Raises NotFound; Conflict as ``require_version``."""
    order = session.execute(
        select(
            Order.id,
            Order.number,
            Order.account_id,
            Order.status,
            Order.status_before_hold,
            Order.version,
            Order.total,
            Order.prepay,
            Order.prepaid,
            Order.pay_until,
        )
        .where(Order.id == order_id)
        .with_for_update(key_share=True)
    ).one_or_none()
    if order is None:
        raise NotFound("order", order_id)
    if version is not None:
        require_version(order, version)
    return order


def require_version(order: Any, version: int) -> None:
    """Raise Conflict ``changed_meanwhile`` (``version``, ``status``) if the order is another by now."""
    if order.version != version:
        raise Conflict("changed_meanwhile", version=order.version, status=order.status)


def units_of(session: Session, order_id: int) -> dict[int, Units]:
    """The drops of the order, by their ids, in the order they were made."""
    rows = session.execute(
        select(
            Drop.id,
            Drop.order_line_id,
            OrderLine.variant_id,
            Drop.warehouse_id,
            Drop.location_id,
            Drop.quantity,
            Drop.reserved,
            Drop.backordered,
            Drop.shipped,
            Drop.delivered,
            Drop.cancelled,
        )
        .join(OrderLine, OrderLine.id == Drop.order_line_id)
        .where(OrderLine.order_id == order_id)
        .order_by(Drop.id)
    )
    return {row[0]: Units(*cast(Any, row)) for row in rows}


def move(
    session: Session,
    order: Any,
    by: Move,
    to: OrderStatus,
    kind: EventKind,
    actor_id: int | None,
    now: datetime,
    *,
    facts: dict[str, Any] | None = None,
    **values: Any,
) -> None:
    """Bring the order to where the move leads, with ``values`` of its columns, and note it. Raises as require_move.

    Once all that is wanted of it has left, its invoice is asked for.
    """
    require_move(order.status, by, to)
    note(session, order.id, kind, actor_id, now, facts=facts, status=to, **values)
    if to in ALL_LEFT:
        ask_for_invoice(session, order, now)


def ask_for_invoice(session: Session, order: Any, now: datetime) -> None:
    """Ask, once, for the invoice of an order all that is wanted of which has left, delivered or not."""
    enqueue(
        session,
        "invoice_order",
        {"order_id": order.id},
        now=now,
        unique_key=f"invoice_order:{order.number}",
    )


def note(
    session: Session,
    order_id: int,
    kind: EventKind,
    actor_id: int | None,
    now: datetime,
    *,
    facts: dict[str, Any] | None = None,
    **values: Any,
) -> None:
    """Raise the order's version, set ``values`` of its columns and add the event."""
    session.execute(
        update(Order)
        .where(Order.id == order_id)
        .values(version=Order.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        insert(OrderEvent).values(order_id=order_id, kind=kind, actor_id=actor_id, facts=facts or {}, at=now)
    )


def settle_credit(session: Session, order: Any, total: int, now: datetime) -> None:
    """Take or give back the account's credit for an order that comes to ``total`` (minor units) now.

    Of an order that waits for its payment no more is paid in advance than it costs. Raises as ``use_credit`` does if
    it costs more and the credit does not reach.
    """
    prepay = min(order.prepay, max(total, order.prepaid))
    more = (total - prepay) - (order.total - order.prepay)
    if more < 0 and order.status not in NOTHING_LEFT:
        # The taxes of invoices, rounded one by one, may have used a unit of what is taken back now.
        left = reserved_by(session, order.account_id, [order.number]).get(order.number, 0)
        more = max(more, -left)
    verb = use_credit if more > 0 else free_credit
    verb(session, order.account_id, abs(more), CreditReason.ORDER_CHANGED, order.number, now)
    if prepay != order.prepay:
        session.execute(
            update(Order)
            .where(Order.id == order.id)
            .values(prepay=prepay)
            .execution_options(synchronize_session=False)
        )


def reserved_of(order: Any) -> int:
    """What an order that is not invoiced yet reserves of the account's credit, minor units."""
    waiting: int = order.total - (order.prepay - order.prepaid)
    return waiting


def mail(
    session: Session,
    number: str,
    kind: str,
    now: datetime,
    *,
    shipment_number: str | None = None,
    version: int | None = None,
) -> None:
    """Ask for a mail about the order: of one shipment (its number), or of what one version of it brought."""
    arguments: dict[str, Any] = {"number": number, "kind": kind}
    key = ["order_mail", shipment_number or number, kind]
    if shipment_number is not None:
        arguments["shipment_number"] = shipment_number
    if version is not None:
        arguments["version"] = version
        key.append(str(version))
    enqueue(session, "order_mail", arguments, now=now, unique_key=":".join(key))
