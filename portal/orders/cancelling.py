"""Taking an order back: the whole of it, or units of its lines.

As in ``fulfil``, the order is locked first, then the account, then stock in its fixed order, and each verb raises
NotFound, Conflict ``changed_meanwhile`` and ``illegal_move``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from portal.accounts.credit import free_credit
from portal.accounts.models import CreditReason
from portal.accounts.queries import buyer_of
from portal.catalog import stock
from portal.core.clock import local_date
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.money import divide
from portal.jobs.queue import enqueue
from portal.orders.backorders import allot_backorders
from portal.orders.checkout import lock_account
from portal.orders.models import Drop, EventKind, Order, OrderLine, OrderStatus
from portal.orders.moving import (
    Units,
    ask_for_invoice,
    locked,
    mail,
    move,
    reserved_of,
    settle_credit,
    units_of,
)
from portal.orders.order_view import LineView
from portal.orders.prepaid import go_on_if_paid
from portal.orders.rules import Move, require_move, status_of_drops
from portal.pricing.prices import taxes_on

_LINES = cast(Table, OrderLine.__table__)
_DROPS = cast(Table, Drop.__table__)


@dataclass(frozen=True, slots=True)
class _Charged:
    """What a line costs now, as taxes take it."""

    line_total: int
    tax_class: str
    tax_included: bool


BEFORE_PICKING: Final = frozenset({OrderStatus.PLACED, OrderStatus.CONFIRMED, OrderStatus.ON_HOLD})
"""Where units on the shelf can still be left there; later only what waits for goods is taken back."""


def cancel(
    session: Session, order_id: int, *, reason: str, version: int, actor_id: int | None, now: datetime
) -> None:
    """Take the order back: its credit and its stock are free again. The dealer gets a mail.

    Units it sets free go to back-orders that wait for them, the oldest order first.
    """
    order = locked(session, order_id, version)
    require_move(order.status, Move.CANCEL)
    free_credit(
        session, order.account_id, reserved_of(order), CreditReason.ORDER_CANCELLED, order.number, now
    )
    # Goods that come in may be promised to these drops until their stock is locked, so they are read after that.
    levels = stock.lock(session, {drop.place for drop in units_of(session, order_id).values()})
    freed: dict[stock.Place, stock.Change] = {}
    for drop in units_of(session, order_id).values():
        freed[drop.place] = freed.get(drop.place, stock.Change()) + stock.Change(
            reserved=-drop.reserved, backordered=-drop.backordered
        )
    stock.change(session, levels, freed, now=now)
    lines = select(OrderLine.id).where(OrderLine.order_id == order_id)
    session.execute(
        update(Drop)
        .where(Drop.order_line_id.in_(lines))
        .values(reserved=0, backordered=0, cancelled=Drop.cancelled + Drop.reserved + Drop.backordered)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(OrderLine)
        .where(OrderLine.order_id == order_id)
        .values(cancelled=OrderLine.quantity)
        .execution_options(synchronize_session=False)
    )
    move(
        session, order, Move.CANCEL, OrderStatus.CANCELLED, EventKind.CANCELLED, actor_id, now,
        facts={"reason": reason}, status_before_hold=None, pay_until=None,
    )  # fmt: skip
    if order.prepay:
        # What was paid in advance goes back, and nobody pays for it any more.
        enqueue(
            session,
            "return_prepaid",
            {"order_id": order_id},
            now=now,
            unique_key=f"return_prepaid:{order.number}",
        )
    mail(session, order.number, "cancelled", now)
    allot_backorders(session, freed, now=now)


def cancel_units(
    session: Session,
    order_id: int,
    units: Mapping[int, int],
    *,
    reason: str,
    version: int,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Take back units of lines (by the line's id) while the rest goes on; what waits for goods goes first.

    Before picking any units can be taken back, later only those on back-order. What stays keeps its price: a tier
    is not lost because something never came. What was charged for bringing it stays. The dealer gets a mail.

    Raises further: NotFound for a line that is not the order's; Refused ``nothing_to_cancel``,
    ``negative_quantity``, ``cancel_whole`` where nothing would be left (that is ``cancel``); Conflict
    ``not_cancellable`` (``lines``: line id and units that could be taken back).
    """
    order = locked(session, order_id, version)
    require_move(order.status, Move.CANCEL_UNITS)
    wanted = {line_id: count for line_id, count in units.items() if count}
    if any(count < 0 for count in wanted.values()):
        raise Refused("negative_quantity", field="units")
    if not wanted:
        raise Refused("nothing_to_cancel", field="units")
    # The account is locked before stock: everybody takes these locks in that order.
    header = _header(session, order_id)
    lock_account(session, order.account_id)
    levels = stock.lock(session, {drop.place for drop in units_of(session, order_id).values()})
    drops = units_of(session, order_id)
    by_line: dict[int, list[Units]] = {}
    for drop in drops.values():
        by_line.setdefault(drop.line_id, []).append(drop)
    for line_id in sorted(wanted.keys() - by_line.keys()):
        raise NotFound("order line", line_id)
    possible = {line_id: _cancellable(by_line[line_id], order.status) for line_id in wanted}
    too_many = [(line_id, most) for line_id, most in possible.items() if wanted[line_id] > most]
    if too_many:
        raise Conflict("not_cancellable", field="units", lines=too_many)
    before = {drop.id: (drop.reserved, drop.backordered) for drop in drops.values()}
    for line_id, count in wanted.items():
        _take(by_line[line_id], count)
    if not sum(drop.quantity - drop.cancelled for drop in drops.values()):
        raise Refused("cancel_whole", field="units")
    freed: dict[stock.Place, stock.Change] = {}
    for drop in drops.values():
        reserved, backordered = before[drop.id]
        by = stock.Change(reserved=drop.reserved - reserved, backordered=drop.backordered - backordered)
        if by != stock.Change():
            freed[drop.place] = freed.get(drop.place, stock.Change()) + by
    stock.change(session, levels, freed, now=now)
    _write_drops(
        session, [drop for drop in drops.values() if before[drop.id] != (drop.reserved, drop.backordered)]
    )
    facts, totals = _write_lines(session, order_id, header, wanted, reason)
    settle_credit(session, order, totals["total"], now)
    to = status_of_drops(drops.values()) or order.status
    move(
        session, order, Move.CANCEL_UNITS, to, EventKind.CHANGED, actor_id, now,
        facts={**facts, "version": version + 1}, **totals,
    )  # fmt: skip
    mail(session, order.number, "changed", now, version=version + 1)
    if not any(drop.waiting for drop in drops.values()):
        ask_for_invoice(session, order, now)
    go_on_if_paid(session, order_id, now)
    allot_backorders(session, freed, now=now)


def cancellable_units(status: OrderStatus, line: LineView) -> int:
    """How many units of a line ``cancel_units`` would take back, if the others of the order stay."""
    return line.backordered + (line.reserved if status in BEFORE_PICKING else 0)


def _cancellable(drops: list[Units], status: OrderStatus) -> int:
    waiting = sum(drop.backordered for drop in drops)
    return waiting + (sum(drop.reserved for drop in drops) if status in BEFORE_PICKING else 0)


def _take(drops: list[Units], count: int) -> None:
    """Move ``count`` units to the cancelled ones: those that wait, of the last drops first, then those on the shelf."""
    for name in ("backordered", "reserved"):
        for drop in reversed(drops):
            taken = min(count, getattr(drop, name))
            setattr(drop, name, getattr(drop, name) - taken)
            drop.cancelled += taken
            count -= taken


def _header(session: Session, order_id: int) -> Any:
    return session.execute(
        select(Order.freight, Order.net, Order.total, Order.placed_at, Order.account_id).where(
            Order.id == order_id
        )
    ).one()


def _write_drops(session: Session, drops: list[Units]) -> None:
    session.connection().execute(
        update(_DROPS)
        .where(_DROPS.c.id == bindparam("drop_id"))
        .values(
            reserved=bindparam("on_shelf"),
            backordered=bindparam("waiting"),
            cancelled=bindparam("taken_back"),
        ),
        [
            {
                "drop_id": drop.id,
                "on_shelf": drop.reserved,
                "waiting": drop.backordered,
                "taken_back": drop.cancelled,
            }
            for drop in drops
        ],
    )


def _write_lines(
    session: Session, order_id: int, header: Any, wanted: Mapping[int, int], reason: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Charge the lines for what is left of them; what to note of it, and the order's new totals."""
    rows = session.execute(
        select(
            OrderLine.id,
            OrderLine.sku,
            OrderLine.name,
            OrderLine.unit,
            OrderLine.variant_id,
            OrderLine.quantity,
            OrderLine.cancelled,
            OrderLine.line_total,
            OrderLine.tax_class,
            OrderLine.tax_included,
            OrderLine.steps,
        )
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.position)
    ).all()
    changed, charged, noted = [], [], []
    for row in rows:
        total, left = row.line_total, row.quantity - row.cancelled
        if count := wanted.get(row.id, 0):
            total = divide(row.line_total * (left - count), left)
            changed.append(
                {
                    "line_id": row.id,
                    "taken_back": row.cancelled + count,
                    "charged": total,
                    "explained": _shrunk(row.steps, row.line_total, total),
                }
            )
            noted.append(
                {
                    "variant_id": row.variant_id,
                    "sku": row.sku,
                    "name": row.name,
                    "unit": row.unit,
                    "quantity": [left, left - count],
                    "total": [row.line_total, total],
                    "cells": [],
                }
            )
        charged.append(_Charged(total, row.tax_class, row.tax_included))
    session.connection().execute(
        update(_LINES)
        .where(_LINES.c.id == bindparam("line_id"))
        .values(
            cancelled=bindparam("taken_back"), line_total=bindparam("charged"), steps=bindparam("explained")
        ),
        changed,
    )
    buyer = buyer_of(session, header.account_id)
    taxed = taxes_on(
        session, buyer, charged, local_date(header.placed_at, buyer.timezone), freight=header.freight
    )
    tax = sum(each.amount for each in taxed.taxes)
    totals = {
        "subtotal": sum(each.line_total for each in charged),
        "net": taxed.net,
        "tax": tax,
        "total": taxed.net + tax,
        "taxes": [each.to_snapshot() for each in taxed.taxes],
    }
    facts = {"reason": reason, "lines": noted, "total": [header.total, taxed.net + tax]}
    return facts, totals


def _shrunk(steps: list[dict[str, Any]], before: int, after: int) -> list[dict[str, Any]]:
    """The steps of a price for a line that costs ``after`` instead of ``before``; the last takes what rounding left."""
    if not steps or not before or not after:
        return steps if before == after else []
    # The steps sum to the line's total: this is how many ten-thousandths a minor unit has.
    scale = sum(step["amount_e4"] for step in steps) // before
    parts = [divide(step["amount_e4"] * after, before) for step in steps]
    parts[-1] += after * scale - sum(parts)
    return [{**step, "amount_e4": part} for step, part in zip(steps, parts, strict=True)]
