"""Changing a placed order until its cutoff: looked at again as placing does, then written at once, or not at all.

Locks are taken as everywhere: the order, the account, stock by (variant, warehouse). Prices are those of the day the
order was placed, reckoned by the one engine; stock and credit move by the difference alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.credit import require_credit
from portal.accounts.queries import Buyer
from portal.catalog import stock
from portal.core.errors import Conflict, NotFound, Refused
from portal.orders.backorders import allot_backorders
from portal.orders.basket import BasketLine, Group
from portal.orders.change_plan import Draft, Stocked, basket_lines, changes_of, drafted, kept_lines, stocked
from portal.orders.change_rows import move_stock, totals, write_lines
from portal.orders.checkout import lock_account, require_arrivals, require_prices, require_standing
from portal.orders.diff import ArrivalChange, OrderDiff, units_by_group
from portal.orders.drops import Shown
from portal.orders.models import EventKind, Order, OrderStatus
from portal.orders.moving import locked, mail, note, require_version, settle_credit, units_of
from portal.orders.order_view import OrderView, order_view
from portal.pricing.priced import CodeState

CHANGEABLE: Final = frozenset({OrderStatus.PLACED, OrderStatus.CONFIRMED})
"""Where nothing has been picked yet; an order on hold is judged by where it was."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a person sends to change the order that the page showed."""

    submit_key: str
    """Key of the form: the same key never changes the order twice."""
    version: int
    """Of the order that was shown."""
    lines: tuple[BasketLine, ...]
    """All that is wanted now, each line split into its drops; a line that is missing is taken out."""
    po_number: str
    notes: str
    shown_total: int | None = None
    """Total the page showed, minor units: another one is told before anything is changed; null: none was shown."""
    shown_arrivals: Shown | None = None
    """Days of arrival the page showed: a later one is told first; null: none were shown."""


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """What a change would do."""

    diff: OrderDiff
    draft: Draft | None
    """None: no goods are touched."""
    stocked: Stocked | None
    """None: no goods are touched."""


@dataclass(frozen=True, slots=True)
class ChangedOrder:
    """The change of a submission."""

    number: str
    is_repeat: bool
    """True if this key had done it before."""


def why_unchangeable(order: OrderView, now: datetime) -> str | None:
    """Why the dealer changes nothing any more: ``cancelled``, ``picking``, ``left``, ``cutoff``; None: it may."""
    status = order.status_before_hold or order.status
    if status is OrderStatus.CANCELLED:
        return "cancelled"
    if status is OrderStatus.PICKING:
        return "picking"
    if status not in CHANGEABLE:
        return "left"
    if order.changeable_until is not None and now > order.changeable_until:
        return "cutoff"
    return None


def plan_change(session: Session, buyer: Buyer, number: str, change: Change, *, now: datetime) -> ChangePlan:
    """What ``change_order`` would do, with all its checks; nothing is written, but the locks are taken.

    Raises as change_order does, except for what was shown.
    """
    order = _locked(session, buyer, number)
    return _planned(session, buyer, order, change, now, shown=False)


def change_order(
    session: Session, buyer: Buyer, user_id: int, number: str, change: Change, *, now: datetime
) -> ChangedOrder:
    """Make the account's order what ``change`` says; the person who placed it gets a mail.

    Nothing is written if anything is refused. Raises NotFound; Conflict ``not_changeable`` (``reason`` as
    why_unchangeable); Conflict ``changed_meanwhile`` (``version``, ``status``); Refused ``nothing_changed``; then as
    ``drafted`` says; Conflict ``prices_changed`` (``shown_total``, ``total``, …); Refused ``prepaid_order`` (``total``,
    ``before``) if what is paid in advance comes to another total; if it comes to more than before
    what place_basket raises about the account's standing, ``order_limit`` and ``credit_exceeded``; Conflict
    ``out_of_stock``, ``arrives_later``.
    """
    order = _locked(session, buyer, number)
    if any(
        event.kind is EventKind.CHANGED and event.facts.get("submit_key") == change.submit_key
        for event in order.events
    ):
        return ChangedOrder(number, is_repeat=True)
    plan = _planned(session, buyer, order, change, now, shown=True)
    if plan.diff.is_empty:
        raise Refused("nothing_changed")
    values: dict[str, Any] = {"po_number": change.po_number, "notes": change.notes}
    if plan.draft is not None and plan.stocked is not None:
        settle_credit(session, order, plan.draft.document.total, now)
        move_stock(session, plan.stocked, now)
        write_lines(session, plan.draft, plan.stocked)
        values |= totals(plan.draft, plan.stocked)
    version = order.version + 1
    facts = {**plan.diff.to_facts(), "submit_key": change.submit_key, "version": version}
    note(session, order.id, EventKind.CHANGED, user_id, now, facts=facts, **values)
    mail(session, number, "changed", now, version=version)
    if plan.stocked is not None:
        freed = [place for place, by in plan.stocked.moves.items() if by.reserved < 0]
        allot_backorders(session, freed, now=now)
    return ChangedOrder(number, is_repeat=False)


def _locked(session: Session, buyer: Buyer, number: str) -> OrderView:
    order_id = session.scalar(
        select(Order.id).where(Order.number == number, Order.account_id == buyer.account_id)
    )
    if order_id is None:
        raise NotFound("order", number)
    locked(session, order_id)
    order = order_view(session, number, Order.account_id == buyer.account_id)
    if order is None:
        raise NotFound("order", number)
    return order


def _planned(
    session: Session, buyer: Buyer, order: OrderView, change: Change, now: datetime, *, shown: bool
) -> ChangePlan:
    reason = why_unchangeable(order, now)
    if reason is not None:
        raise Conflict("not_changeable", reason=reason, status=order.status)
    require_version(order, change.version)
    words: dict[str, Any] = {
        "po_number": (order.po_number, change.po_number) if order.po_number != change.po_number else None,
        "notes": (order.notes, change.notes) if order.notes != change.notes else None,
    }
    if _goods(change.lines) == _goods(basket_lines(order)):
        return ChangePlan(OrderDiff(**words, total=(order.total, order.total)), None, None)
    account = lock_account(session, buyer.account_id)
    draft = drafted(session, buyer, order, change.lines, now)
    document = draft.document
    if shown:
        # A form without a total has shown none, and no order costs less than nothing: it is shown first.
        require_prices(draft.ordered, document, -1 if change.shown_total is None else change.shown_total)
    more = document.total - order.total
    if more and order.prepay:
        raise Refused("prepaid_order", total=document.total, before=order.total, currency=document.currency)
    if more > 0:
        require_standing(account)
        if account.order_limit is not None and document.total > account.order_limit:
            raise Refused(
                "order_limit", limit=account.order_limit, total=document.total, currency=document.currency
            )
        require_credit(account.credit_limit, account.credit_used, more)
    levels = stock.lock(session, draft.places)
    held, warehouses = _held(session, order)
    settled = stocked(draft, held, warehouses, levels, now)
    if shown:
        require_arrivals(draft.ordered, settled.arriving, settled.planned, change.shown_arrivals)
    diff = OrderDiff(
        **words,
        lines=changes_of(draft),
        arrivals=_arrival_changes(draft, settled),
        code=order.promotion_code if document.code_state is not CodeState.APPLIED else None,
        freight=(order.freight, document.freight),
        total=(order.total, document.total),
    )
    return ChangePlan(diff, draft, settled)


def _goods(lines: tuple[BasketLine, ...]) -> dict[int, dict[Group, int]]:
    return {line.variant_id: units_by_group(line.drops) for line in lines}


def _held(
    session: Session, order: OrderView
) -> tuple[dict[int, dict[Group, tuple[int, int]]], dict[int, dict[Group, int]]]:
    """What each line holds, by variant and group, and from where; read once stock is locked: goods may have come in."""
    days = {drop.id: drop.requested_date for line in order.lines for drop in line.drops}
    held: dict[int, dict[Group, tuple[int, int]]] = {}
    warehouses: dict[int, dict[Group, int]] = {}
    for drop in units_of(session, order.id).values():
        if drop.quantity == drop.cancelled:
            continue
        group = (drop.location_id, days[drop.id])
        held.setdefault(drop.variant_id, {})[group] = (drop.reserved, drop.backordered)
        warehouses.setdefault(drop.variant_id, {})[group] = drop.warehouse_id
    return held, warehouses


def _arrival_changes(draft: Draft, settled: Stocked) -> tuple[ArrivalChange, ...]:
    """Deliveries of before whose last goods arrive on another day."""
    before: dict[Group, list[date | None]] = {}
    for line in kept_lines(draft.order):
        for drop in line.drops:
            if drop.quantity > drop.cancelled:
                before.setdefault((drop.location_id, drop.requested_date), []).append(drop.promised_date)
    after: dict[Group, list[date | None]] = {}
    for ordered, arriving in zip(draft.ordered, settled.arriving, strict=True):
        for wanted, arrival in zip(ordered.drops, arriving, strict=True):
            after.setdefault(wanted.group, []).append(arrival.promised)
    return tuple(
        ArrivalChange(
            draft.place_names.get(group[0], ""), group[1], _last(before[group]), _last(after[group])
        )
        for group in before
        if group in after and _last(before[group]) != _last(after[group])
    )


def _last(days: list[date | None]) -> date | None:
    """The last of the days; None if one of them is not known."""
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None
