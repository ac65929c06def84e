"""The rows of an order that is placed: everything has been looked at, only writing is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog import stock
from portal.core.upsert import insert_for
from portal.orders.checkout import Checkout, OrderedLine
from portal.orders.drops import Arrival
from portal.orders.models import Drop, NumberSeries, Order, OrderLine, OrderStatus
from portal.pricing.priced import CodeState, PricedDocument


def next_in_series(session: Session, name: str) -> int:
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

_INSERT_DROP = insert(_DROPS).values(
    order_line_id=select(_LINES.c.id)
    .where(_LINES.c.order_id == bindparam("of_order"), _LINES.c.position == bindparam("at_position"))
    .scalar_subquery()
)


def insert_order(
    session: Session,
    buyer: Buyer,
    user_id: int,
    checkout: Checkout,
    place: Any,
    code: str | None,
    document: PricedDocument,
    number: str,
    now: datetime,
    *,
    freight_charges: list[dict[str, object]],
    changeable_until: datetime | None,
    prepay: int = 0,
) -> int:
    """Write the order itself and give its id. ``place`` is the row of the place it is made for.

    With something to ``prepay`` (minor units) it stands on hold until ``checkout.pay_until``.
    """
    order_id: int = session.execute(
        insert(Order)
        .values(
            number=number,
            account_id=buyer.account_id,
            location_id=checkout.location_id,
            placed_by_id=user_id,
            status=OrderStatus.ON_HOLD if prepay else OrderStatus.PLACED,
            status_before_hold=OrderStatus.PLACED if prepay else None,
            prepay=prepay,
            pay_until=checkout.pay_until if prepay else None,
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
            freight=document.freight,
            freight_charges=freight_charges,
            changeable_until=changeable_until,
            taxes=[tax.to_snapshot() for tax in document.taxes],
            ship_to={name: getattr(place, name) for name in _SHIP_TO},
            placed_at=now,
        )
        .returning(Order.id)
    ).scalar_one()
    return order_id


def insert_lines(
    session: Session,
    order_id: int,
    ordered: Sequence[OrderedLine],
    document: PricedDocument,
    granted: Sequence[stock.Reserved],
    arriving: Sequence[Sequence[Arrival]],
    places: Mapping[int, Any],
) -> None:
    """Write the lines and their drops; ``granted`` and ``arriving`` say of each drop what it got and when it comes."""
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
    # Executed for each row: a text for hundreds of rows takes PostgreSQL's driver longer to read than to send.
    session.connection().execute(insert(_LINES), lines)
    given = iter(granted)
    drops = [
        {
            "of_order": order_id,
            "at_position": position,
            "location_id": drop.location_id,
            "warehouse_id": places[drop.location_id].warehouse_id,
            "requested_date": drop.day,
            "promised_date": arrival.promised,
            "quantity": drop.quantity,
            "reserved": units.reserved,
            "backordered": units.backordered,
            "shipped": 0,
            "cancelled": 0,
            "delivered": 0,
        }
        for position, line in enumerate(ordered, 1)
        for drop, arrival, units in zip(line.drops, arriving[position - 1], given, strict=False)
    ]
    session.connection().execute(_INSERT_DROP, drops)
