"""An order's way and what happened to it, in words: for the dealer's pages and the desk alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask_babel import ngettext

from portal.core import formats
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.carriers import carrier_name
from portal.orders.diff import OrderDiff
from portal.orders.models import EventKind, OrderStatus, ReturnStatus
from portal.orders.queries import EventView, OrderView

WAY: Final = (
    frozenset({OrderStatus.PLACED}),
    frozenset({OrderStatus.CONFIRMED}),
    frozenset({OrderStatus.PICKING}),
    frozenset({OrderStatus.PARTIALLY_SHIPPED, OrderStatus.SHIPPED}),
    frozenset({OrderStatus.PARTIALLY_DELIVERED, OrderStatus.DELIVERED}),
)
"""The stations of an order that goes well."""

_REACHED_BY: Final = (
    EventKind.PLACED,
    EventKind.CONFIRMED,
    EventKind.PICKING_STARTED,
    EventKind.SHIPPED,
    EventKind.DELIVERED,
)
"""What brings an order to each of the stations."""


@dataclass(frozen=True, slots=True)
class Station:
    """A step of an order's way, as templates/_shared/timeline.html takes it."""

    label: str
    state: str
    """done, current or todo."""
    at: datetime | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """An event in words."""

    text: str
    at: datetime
    by: str | None
    """Who did it; None: the portal itself, or not for this reader."""
    change: OrderDiff | None = None
    """What was different after it; None: it changed nothing of what was ordered."""


def status_word(status: OrderStatus) -> str:
    """The state in one or two words."""
    match status:
        case OrderStatus.PLACED:
            return _("Placed")
        case OrderStatus.ON_HOLD:
            return _("On hold")
        case OrderStatus.CONFIRMED:
            return _("Confirmed")
        case OrderStatus.PICKING:
            return _("Being picked")
        case OrderStatus.PARTIALLY_SHIPPED:
            return _("Partly shipped")
        case OrderStatus.SHIPPED:
            return _("Shipped")
        case OrderStatus.PARTIALLY_DELIVERED:
            return _("Partly delivered")
        case OrderStatus.DELIVERED:
            return _("Delivered")
        case OrderStatus.CANCELLED:
            return _("Cancelled")


def stations(status: OrderStatus) -> list[Station]:
    """The way with the place where an order stands; empty for one on hold or cancelled, which is on no way."""
    at = _place(status)
    if at is None:
        return []
    return [Station(label, _state(index, at, status)) for index, label in enumerate(_labels(status))]


def timeline_of(order: OrderView) -> list[Station]:
    """The way of one order with times and notes; an order off its way shows how far it came and what stopped it."""
    at = _place(order.status)
    held = order.status is OrderStatus.ON_HOLD
    if order.status is OrderStatus.CANCELLED:
        return _cancelled_way(order)
    if at is None:
        at = _place(order.status_before_hold or OrderStatus.PLACED) or 0
    found = []
    for index, label in enumerate(_labels(order.status)):
        event = _last(order, _REACHED_BY[index])
        state = _state(index, at, order.status)
        note = _station_note(event) if event and state != "todo" else None
        if held and index == at:
            state, note = "current", _hold_note(order)
        found.append(Station(label, state, event.at if event and state != "todo" else None, note))
    return found


def happenings(order: OrderView, *, with_names: bool) -> list[Happening]:
    """All that happened, the latest first. Dealers see the names of their own people only, staff see all."""
    dealers_own = {EventKind.PLACED, EventKind.RETURN_REQUESTED}
    return [
        Happening(
            _in_words(event),
            event.at,
            event.actor_name if with_names or event.kind in dealers_own else None,
            OrderDiff.from_facts(event.facts) if event.kind is EventKind.CHANGED else None,
        )
        for event in reversed(order.events)
    ]


def _labels(status: OrderStatus) -> list[str]:
    shipped = _("Partly shipped") if status is OrderStatus.PARTIALLY_SHIPPED else _("Shipped")
    delivered = _("Partly delivered") if status is OrderStatus.PARTIALLY_DELIVERED else _("Delivered")
    return [_("Placed"), _("Confirmed"), _("Being picked"), shipped, delivered]


def _place(status: OrderStatus) -> int | None:
    return next((index for index, statuses in enumerate(WAY) if status in statuses), None)


def _state(index: int, at: int, status: OrderStatus) -> str:
    if index == at:
        return "done" if status is OrderStatus.DELIVERED else "current"
    return "done" if index < at else "todo"


def _cancelled_way(order: OrderView) -> list[Station]:
    passed = [
        Station(label, "done", event.at)
        for kind, label in zip(_REACHED_BY, _labels(order.status), strict=True)
        if (event := _last(order, kind)) is not None
    ]
    event = _last(order, EventKind.CANCELLED)
    reason = str(event.facts.get("reason") or "") if event else ""
    return [*passed, Station(_("Cancelled"), "current", event.at if event else None, reason or None)]


def _last(order: OrderView, kind: EventKind) -> EventView | None:
    return next((event for event in reversed(order.events) if event.kind is kind), None)


def _station_note(event: EventView) -> str | None:
    if event.kind is EventKind.SHIPPED:
        carrier = carrier_name(str(event.facts.get("carrier") or ""), locale())
        return " · ".join(filter(None, (carrier, event.facts.get("tracking_number")))) or None
    return None


def _hold_note(order: OrderView) -> str:
    if order.waits_for_payment:
        return _("Waiting for payment")
    event = _last(order, EventKind.HELD)
    reason = str(event.facts.get("reason") or "") if event else ""
    return _("On hold: %(reason)s", reason=reason) if reason else _("On hold")


def _in_words(event: EventView) -> str:
    facts: dict[str, Any] = event.facts
    reason = str(facts.get("reason") or "")
    match event.kind:
        case EventKind.PLACED:
            return _("The order was placed.")
        case EventKind.CONFIRMED:
            return _("The order was confirmed.")
        case EventKind.HELD:
            return (
                _("The order was put on hold: %(reason)s", reason=reason)
                if reason
                else _("The order was put on hold.")
            )
        case EventKind.RELEASED if facts.get("paid"):
            return _("The order was paid and goes on.")
        case EventKind.RELEASED:
            return _("The order was released and goes on.")
        case EventKind.PICKING_STARTED:
            return _("Picking began in the warehouse.")
        case EventKind.SHIPPED:
            return _shipped_in_words(facts)
        case EventKind.DELIVERED:
            if shipment := facts.get("shipment"):
                return _("Shipment %(shipment)s arrived.", shipment=shipment)
            return _("The goods arrived.")
        case EventKind.CANCELLED:
            return (
                _("The order was cancelled: %(reason)s", reason=reason)
                if reason
                else _("The order was cancelled.")
            )
        case EventKind.CHANGED:
            return _("The order was changed.")
        case EventKind.RETURN_REQUESTED:
            return _("The return %(number)s was asked for.", number=facts.get("return", ""))
        case EventKind.RETURN_DECIDED:
            return _return_in_words(facts)


def _return_in_words(facts: dict[str, Any]) -> str:
    number = facts.get("return", "")
    match facts.get("status"):
        case ReturnStatus.DECLINED:
            return _("The return %(number)s was declined.", number=number)
        case ReturnStatus.WITHDRAWN:
            return _("The return %(number)s was taken back.", number=number)
        case ReturnStatus.RECEIVED:
            return _("The goods of the return %(number)s are back.", number=number)
        case ReturnStatus.CREDITED:
            return _("The return %(number)s is settled.", number=number)
        case _:
            return _("The return %(number)s was accepted.", number=number)


def _shipped_in_words(facts: dict[str, Any]) -> str:
    units = facts.get("units")
    if not units:
        return _("Goods left our warehouse.")
    shown = formats.quantity(int(units), locale=locale())
    if carrier := carrier_name(str(facts.get("carrier") or ""), locale()):
        return ngettext(
            "%(shown)s unit left with %(carrier)s.", "%(shown)s units left with %(carrier)s.", int(units),
            shown=shown, carrier=carrier,
        )  # fmt: skip
    return ngettext(
        "%(shown)s unit left our warehouse.", "%(shown)s units left our warehouse.", int(units), shown=shown
    )
