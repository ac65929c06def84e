"""Placing an order: everything is looked at again, then all of it is written in one transaction, or none of it.

On PostgreSQL rows are locked in one fixed order: the account, the person's cart lines, stock by (variant, warehouse),
the number series. The series comes last, because every order of the year waits for it until the transaction ends.
The account's lock is what makes a second submission of the same form wait, and then find the first one's order.
On SQLite the whole transaction holds the one write lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, delete, insert, update
from sqlalchemy.orm import Session

from portal.accounts.credit import require_credit, use_credit
from portal.accounts.models import CreditReason
from portal.accounts.queries import Buyer
from portal.catalog import stock
from portal.core.errors import NotFound, Refused
from portal.core.ids import order_number
from portal.core.upsert import insert_for
from portal.jobs.queue import enqueue
from portal.orders.checkout import (
    CHECKOUT_FACTS,
    LOCK_ACCOUNT,
    Checkout,
    OrderedLine,
    ordered_lines,
    require_delivery_day,
    require_prices,
    require_quantities,
    require_standing,
)
from portal.orders.models import (
    Cart,
    CartLine,
    Drop,
    EventKind,
    NumberSeries,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
)
from portal.pricing.priced import Ask, CodeState, PricedDocument
from portal.pricing.prices import price_document


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """The order of a submission."""

    number: str
    is_repeat: bool
    """True if this key had placed it before."""


def place_order(
    session: Session, buyer: Buyer, user_id: int, checkout: Checkout, *, year: int, today: date, now: datetime
) -> PlacedOrder:
    """Place the order of this person's cart at the account, on account, and empty the cart of what was ordered.

    ``today`` is the day of the account's prices; ``year`` the seller's, for the number.

    Nothing is written if anything is refused. Raises, in this order:
    Refused ``account_on_hold``, ``account_closed``, ``no_credit``; NotFound for a place that is not the account's;
    Refused ``delivery_day`` (``problem`` as delivery_day_problem names it); Conflict ``cart_empty``; Refused
    ``too_many_lines`` (``maximum``); Conflict ``not_available`` (``variant_ids`` no longer sold to the account);
    Refused ``line_quantities`` (``lines``: LineProblem); Refused ``price_on_request`` (``variant_ids``); Conflict
    ``prices_changed`` (``lines``: ChangedPrice, ``shown_total``, ``total``, ``currency``); Refused ``order_limit``
    (``limit``, ``total``, ``currency``); Conflict ``credit_exceeded`` (``left``, ``needed``); Conflict
    ``out_of_stock`` (``shortages``: variant id and units available).
    """
    account = session.execute(LOCK_ACCOUNT, {"account_id": buyer.account_id}).one_or_none()
    if account is None:
        raise NotFound("account", buyer.account_id)
    facts = session.execute(
        CHECKOUT_FACTS,
        {
            "account_id": buyer.account_id,
            "submit_key": checkout.submit_key,
            "location_id": checkout.location_id,
            "day": checkout.requested_date,
        },
    ).one()
    if facts.placed is not None:
        return PlacedOrder(facts.placed, is_repeat=True)
    require_standing(account)
    if facts.id is None:
        raise NotFound("location", checkout.location_id)
    require_delivery_day(facts, checkout.requested_date, now)
    cart_id, code, ordered = ordered_lines(session, buyer, user_id, facts.warehouse_id)
    require_quantities(ordered)
    asks = [Ask.of(line.variant, line.quantity) for line in ordered]
    document = price_document(session, buyer, asks, today, code=code, with_tiers=False)
    require_prices(ordered, document, checkout.shown_total)
    if account.order_limit is not None and document.total > account.order_limit:
        raise Refused(
            "order_limit", limit=account.order_limit, total=document.total, currency=document.currency
        )
    require_credit(account.credit_limit, account.credit_used, document.total)
    granted = stock.reserve(
        session,
        [
            stock.Want(line.variant.id, facts.warehouse_id, line.quantity, line.variant.allow_backorder)
            for line in ordered
        ],
    )
    # From here on nothing is refused any more: the rest is writing.
    number = order_number(year, _next_in_series(session, f"order:{year}"))
    use_credit(session, buyer.account_id, document.total, CreditReason.ORDER_PLACED, number, now)
    order_id = _insert_order(session, buyer, user_id, checkout, facts, code, document, number, now)
    _insert_lines(session, order_id, ordered, document, granted, facts, checkout.requested_date)
    session.execute(
        insert(OrderEvent).values(
            order_id=order_id, kind=EventKind.PLACED, actor_id=user_id, facts={}, at=now
        )
    )
    enqueue(
        session,
        "order_mail",
        {"number": number, "kind": "placed"},
        now=now,
        unique_key=f"order_mail:{number}:placed",
    )
    _empty_cart_of(session, cart_id, code, ordered)
    return PlacedOrder(number, is_repeat=False)


def _next_in_series(session: Session, name: str) -> int:
    """The next number of a gapless series; its row stays locked until the transaction ends."""
    series = insert_for(session, NumberSeries).values(name=name, last=1)
    last: int = session.execute(
        series.on_conflict_do_update(index_elements=["name"], set_={"last": NumberSeries.last + 1}).returning(
            NumberSeries.last
        )
    ).scalar_one()
    return last


_SHIP_TO = ("name", "recipient", "phone", "country", "region", "city", "line1", "line2", "postal_code")

_LINES = cast(Table, OrderLine.__table__)
_DROPS = cast(Table, Drop.__table__)


def _insert_order(
    session: Session,
    buyer: Buyer,
    user_id: int,
    checkout: Checkout,
    place: Any,
    code: str | None,
    document: PricedDocument,
    number: str,
    now: datetime,
) -> int:
    order_id: int = session.execute(
        insert(Order)
        .values(
            number=number,
            account_id=buyer.account_id,
            location_id=checkout.location_id,
            placed_by_id=user_id,
            status=OrderStatus.PLACED,
            version=1,
            submit_key=checkout.submit_key,
            currency=document.currency,
            locale=buyer.locale,
            po_number=checkout.po_number,
            requested_date=checkout.requested_date,
            notes=checkout.notes,
            promotion_code=code if document.code_state is CodeState.APPLIED else None,
            subtotal=document.subtotal,
            net=document.net,
            tax=document.tax,
            total=document.total,
            taxes=[tax.to_snapshot() for tax in document.taxes],
            ship_to={name: getattr(place, name) for name in _SHIP_TO},
            placed_at=now,
        )
        .returning(Order.id)
    ).scalar_one()
    return order_id


def _insert_lines(
    session: Session,
    order_id: int,
    ordered: Sequence[OrderedLine],
    document: PricedDocument,
    granted: Sequence[stock.Reserved],
    place: Any,
    requested_date: date | None,
) -> None:
    lines = [
        {
            "order_id": order_id,
            "position": position,
            "variant_id": line.variant.id,
            "sku": line.variant.sku,
            "name": line.variant.name,
            "unit": line.variant.unit,
            "pack_size": line.variant.pack_size,
            "quantity": line.quantity,
            "cancelled": 0,
            "unit_price_e4": priced.unit_price_e4,
            "list_unit_price_e4": priced.list_unit_price_e4,
            "line_total": priced.line_total,
            "tax_class": priced.tax_class,
            "tax_included": priced.tax_included,
            "steps": priced.to_snapshot(),
        }
        for position, (line, priced) in enumerate(zip(ordered, document.lines, strict=True), 1)
    ]
    inserted = session.execute(insert(_LINES).returning(_LINES.c.id, _LINES.c.position), lines)
    line_ids = {position: line_id for line_id, position in inserted}
    # Asking for the ids back makes SQLAlchemy send all rows as one statement, on either database.
    session.execute(
        insert(_DROPS).returning(_DROPS.c.id),
        [
            {
                "order_line_id": line_ids[position],
                "location_id": place.id,
                "warehouse_id": place.warehouse_id,
                "requested_date": requested_date,
                "quantity": line.quantity,
                "reserved": given.reserved,
                "backordered": given.backordered,
                "shipped": 0,
                "cancelled": 0,
                "delivered": 0,
            }
            for position, (line, given) in enumerate(zip(ordered, granted, strict=True), 1)
        ],
    )


def _empty_cart_of(session: Session, cart_id: int, code: str | None, ordered: Sequence[OrderedLine]) -> None:
    session.execute(
        delete(CartLine)
        .where(CartLine.id.in_([line.cart_line_id for line in ordered]))
        .execution_options(synchronize_session=False)
    )
    if code is not None:
        session.execute(
            update(Cart)
            .where(Cart.id == cart_id)
            .values(promotion_code=None)
            .execution_options(synchronize_session=False)
        )
