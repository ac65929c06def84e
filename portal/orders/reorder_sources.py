"""What can be ordered again: the lines of an order as they were, and which order was the last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.orders.models import Drop, Order, OrderLine, OrderStatus


@dataclass(frozen=True, slots=True)
class Wanted:
    """A variant that is wanted again, as it was."""

    variant_id: int
    sku: str
    name: str
    """As it was called then."""
    quantity: int
    """Units."""
    unit_price_e4: int | None = None
    """What a unit cost then; None: not known."""
    tax_included: bool | None = None
    """Whether that was with tax; None: not known."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the lines come from."""

    lines: tuple[Wanted, ...]
    location_id: int | None = None
    """The place the order was made for; None for a list."""
    places: int = 1
    """To how many places the order went."""


_ORDER = (
    select(
        Order.location_id,
        select(func.count(Drop.location_id.distinct()))
        .join(OrderLine, OrderLine.id == Drop.order_line_id)
        .where(OrderLine.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
        .label("places"),
        OrderLine.variant_id,
        OrderLine.sku,
        OrderLine.name,
        OrderLine.quantity,
        OrderLine.unit_price_e4,
        OrderLine.tax_included,
    )
    .join(OrderLine, OrderLine.order_id == Order.id)
    .where(Order.account_id == bindparam("account_id"), Order.number == bindparam("number"))
    .order_by(OrderLine.position)
)


def lines_of_order(session: Session, account_id: int, number: str) -> Source:
    """What an order of this account was of; one statement. Raises NotFound, also for another account's order."""
    rows = (
        session.execute(_ORDER, {"account_id": account_id, "number": number}).all()
        if number.isprintable()
        else []
    )
    if not rows:
        raise NotFound("order", number)
    found: dict[int, Wanted] = {}
    for row in rows:
        before = found.get(row.variant_id)
        found[row.variant_id] = Wanted(
            row.variant_id,
            row.sku,
            row.name,
            row.quantity + (before.quantity if before else 0),
            row.unit_price_e4,
            row.tax_included,
        )
    return Source(tuple(found.values()), rows[0].location_id, rows[0].places or 1)


_LAST = (
    select(
        Order.number,
        Order.placed_at,
        Order.total,
        Order.currency,
        select(func.count())
        .where(OrderLine.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
        .label("line_count"),
        select(OrderLine.name)
        .where(OrderLine.order_id == Order.id)
        .order_by(OrderLine.position)
        .limit(1)
        .correlate(Order)
        .scalar_subquery()
        .label("first_name"),
    )
    .where(Order.account_id == bindparam("account_id"), Order.status != OrderStatus.CANCELLED)
    .order_by(Order.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class LastOrder:
    """The order that is most likely ordered again."""

    number: str
    placed_at: datetime
    total: int
    """Minor units of ``currency``."""
    currency: str
    line_count: int
    first_name: str


def last_order(session: Session, account_id: int) -> LastOrder | None:
    """The account's last order that was not cancelled; None before the first; one statement."""
    row = session.connection().execute(_LAST, {"account_id": account_id}).one_or_none()
    return LastOrder(**row._mapping) if row else None


def placed_with(session: Session, account_id: int, submit_key: str) -> str | None:
    """Number of the account's order that this form's key has placed already; None if none; one statement."""
    return session.scalar(
        select(Order.number).where(Order.account_id == account_id, Order.submit_key == submit_key)
    )
