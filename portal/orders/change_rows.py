"""The rows of a change: everything has been looked at, only writing is left."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, update
from sqlalchemy.orm import Session

from portal.catalog import stock
from portal.orders.change_plan import Draft, Stocked, kept_lines
from portal.orders.drops import changeable_until
from portal.orders.models import Drop, OrderLine
from portal.pricing.priced import CodeState

_LINES = cast(Table, OrderLine.__table__)
_DROPS = cast(Table, Drop.__table__)


def totals(draft: Draft, settled: Stocked) -> dict[str, Any]:
    """The columns of the order that the change sets."""
    document = draft.document
    days = {drop.day for line in draft.ordered for drop in line.drops}
    return {
        "requested_date": days.pop() if len(days) == 1 else draft.order.requested_date,
        "promotion_code": draft.order.promotion_code if document.code_state is CodeState.APPLIED else None,
        "subtotal": document.subtotal,
        "net": document.net,
        "tax": document.tax,
        "total": document.total,
        "freight": document.freight,
        "freight_charges": draft.book.charges(),
        "taxes": [tax.to_snapshot() for tax in document.taxes],
        "changeable_until": changeable_until(settled.planned),
    }


def move_stock(session: Session, settled: Stocked, now: datetime) -> None:
    """Reserve what is more and release what is less, of rows that are locked."""
    levels = stock.lock(session, settled.moves)
    more = {place: by for place, by in settled.moves.items() if by.reserved >= 0 and by.backordered >= 0}
    less = {place: by for place, by in settled.moves.items() if place not in more}
    stock.change(session, levels, less, now=now)
    wants = [stock.Want(*place, by.reserved + by.backordered, True) for place, by in sorted(more.items())]
    if wants:
        stock.reserve(session, wants, now=now, levels=levels)


def write_lines(session: Session, draft: Draft, settled: Stocked) -> None:
    """Write the lines as they are wanted now: what is taken out stays as a line without units."""
    before = {line.variant_id: line for line in kept_lines(draft.order)}
    kept, added = [], []
    position = max(line.position for line in draft.order.lines)
    for ordered, priced in zip(draft.ordered, draft.document.lines, strict=True):
        columns = {
            "quantity": ordered.quantity,
            "cancelled": 0,
            "unit_price_e4": priced.unit_price_e4,
            "list_unit_price_e4": priced.list_unit_price_e4,
            "line_total": priced.line_total,
            "tax_class": priced.tax_class,
            "tax_included": priced.tax_included,
            "steps": priced.to_snapshot(),
        }
        variant = ordered.variant
        line = before.get(variant.id)
        if line is None:
            position += 1
            added.append(
                columns
                | {
                    "order_id": draft.order.id,
                    "position": position,
                    "variant_id": variant.id,
                    "sku": variant.sku,
                    "name": variant.name,
                    "unit": variant.unit,
                    "pack_size": variant.pack_size,
                }
            )
        elif variant.id in draft.changed or line.line_total != priced.line_total:
            if variant.id not in draft.changed:
                # Units taken back earlier stay on record with a line that only costs something else now.
                columns |= {"quantity": line.quantity, "cancelled": line.cancelled}
            kept.append({"line_id": line.id, **{f"new_{name}": value for name, value in columns.items()}})
    if kept:
        names = [name.removeprefix("new_") for name in kept[0] if name != "line_id"]
        session.connection().execute(
            update(_LINES)
            .where(_LINES.c.id == bindparam("line_id"))
            .values({name: bindparam(f"new_{name}") for name in names}),
            kept,
        )
    wanted = {ordered.variant.id for ordered in draft.ordered}
    gone = [line.id for variant_id, line in before.items() if variant_id not in wanted]
    if gone:
        _take_out(session, gone)
    ids = {variant_id: line.id for variant_id, line in before.items()}
    if added:
        inserted = session.execute(insert(_LINES).returning(_LINES.c.id, _LINES.c.variant_id), added)
        ids |= {variant_id: line_id for line_id, variant_id in inserted}
    _write_drops(session, draft, settled, ids)


def _take_out(session: Session, line_ids: list[int]) -> None:
    session.execute(
        update(OrderLine)
        .where(OrderLine.id.in_(line_ids))
        .values(cancelled=OrderLine.quantity, line_total=0, steps=[])
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Drop)
        .where(Drop.order_line_id.in_(line_ids))
        .values(reserved=0, backordered=0, cancelled=Drop.quantity)
        .execution_options(synchronize_session=False)
    )


def _write_drops(session: Session, draft: Draft, settled: Stocked, ids: dict[int, int]) -> None:
    """The drops of the changed lines anew: nothing has left of them, so nothing refers to the old ones."""
    session.execute(
        delete(Drop)
        .where(Drop.order_line_id.in_([ids[variant_id] for variant_id in settled.promised]))
        .execution_options(synchronize_session=False)
    )
    rows = [
        {
            "order_line_id": ids[ordered.variant.id],
            "location_id": each.drop.location_id,
            "warehouse_id": each.warehouse_id,
            "requested_date": each.drop.day,
            "promised_date": arrival.promised,
            "quantity": each.drop.quantity,
            "reserved": each.reserved,
            "backordered": each.backordered,
            "shipped": 0,
            "cancelled": 0,
            "delivered": 0,
        }
        for ordered, arriving in zip(draft.ordered, settled.arriving, strict=True)
        for each, arrival in zip(settled.promised.get(ordered.variant.id, ()), arriving, strict=False)
    ]
    if rows:
        session.connection().execute(insert(_DROPS), rows)
