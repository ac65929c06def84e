"""What the desk's templates get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import url_for

from portal.accounts.models import StaffRole
from portal.accounts.rules import StaffDeed, staff_may
from portal.blueprints.cards import unit_word
from portal.blueprints.desk.forms import ShipForm, TakeBackForm
from portal.blueprints.desk.params import CHANGED, FILTERS, WAITING, DeskParams
from portal.blueprints.order_words import happenings, status_word, timeline_of
from portal.blueprints.return_words import return_status_kind, return_status_word
from portal.blueprints.tracking_words import progress_words, shown_shipments, tracking_word
from portal.core.locales import localized
from portal.extensions import session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale, timezone
from portal.orders.cancelling import cancellable_units
from portal.orders.carriers import CARRIERS
from portal.orders.desk_queries import any_order, changed_count, queue_counts, waiting_count, work_queue
from portal.orders.models import OrderStatus, TrackingKind
from portal.orders.queries import OrderPage, OrderRow, OrderView
from portal.orders.return_queries import return_counts, returns_of_order
from portal.orders.rules import OPEN_STATUSES, Move
from portal.orders.tracking import tracks_of

STEPS: Final = (TrackingKind.IN_TRANSIT, TrackingKind.OUT_FOR_DELIVERY, TrackingKind.FAILED)
"""What the desk notes of a shipment by itself: leaving and arriving are moves of the order."""

UNSENT: Final = OPEN_STATUSES - FILTERS["shipped"]
"""Where some of an order is still to leave."""

QUEUE_ROWS: Final = 8
"""Orders shown of each kind of work; the rest is one link away."""


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work that waits."""

    key: str
    title: str
    count: int
    rows: tuple[OrderRow, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter of the list."""

    label: str
    url: str
    is_current: bool


def is_late(order: OrderRow | OrderView) -> bool:
    """True if the day the dealer asked for has passed and not all of the order has left."""
    wanted = order.requested_date
    return wanted is not None and wanted < today() and order.status in UNSENT


def own_accounts_of() -> int | None:
    """The rep whose accounts alone may be seen; None for staff who see all."""
    looking = viewer()
    if looking is None or looking.user.staff_role is not StaffRole.REP:
        return None
    return looking.user.id


def allowed(deed: StaffDeed) -> bool:
    """True if the viewer may do this."""
    looking = viewer()
    return bool(looking and looking.user.staff_role and staff_may(looking.user.staff_role, deed))


def order_at_desk(number: str) -> OrderView:
    """The order, if the viewer may see it. Raises NotFound."""
    return any_order(session(), number, sales_rep_id=own_accounts_of())


def queue_values() -> dict[str, Any]:
    """The values of the work queue: as many statements whatever there is to do."""
    rep = own_accounts_of()
    counts = queue_counts(session(), sales_rep_id=rep)
    works = []
    for key, title in _titles().items():
        found = work_queue(
            session(),
            statuses=FILTERS[key],
            page_size=QUEUE_ROWS,
            sales_rep_id=rep,
            waiting_for_goods=key == WAITING,
            changed=key == CHANGED,
        )
        if key == WAITING:
            count = waiting_count(session(), sales_rep_id=rep)
        elif key == CHANGED:
            count = changed_count(session(), sales_rep_id=rep)
        else:
            count = sum(counts[status] for status in FILTERS[key])
        works.append(Work(key, title, count, found.rows, url_for("desk.orders", status=key)))
    open_returns = sum(return_counts(session(), sales_rep_id=rep).values())
    return {"works": works, "open_returns": open_returns, "is_late": is_late}


def list_values(params: DeskParams) -> dict[str, Any]:
    """The values of the list of orders."""
    found = _found(params)
    labels = {
        "": _("All open"),
        **_titles(),
        "delivered": _("Delivered"),
        "cancelled": _("Cancelled"),
        "all": _("All"),
    }
    if params.status not in labels:
        labels[params.status] = status_word(OrderStatus(params.status))

    def url(**changes: Any) -> str:
        return url_for("desk.orders", **dict[str, Any](params.to_args(**changes)))

    return {
        "params": params,
        "rows": found.rows,
        "is_late": is_late,
        "chips": [Chip(label, url(status=key), key == params.status) for key, label in labels.items()],
        "previous_url": url(page=params.page - 1) if params.page > 1 else None,
        "next_url": url(page=params.page + 1) if found.has_more else None,
    }


def order_values(
    order: OrderView,
    *,
    problem: str | None = None,
    ship: ShipForm | None = None,
    take_back: TakeBackForm | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """The values of one order.

    ``problem`` says why a deed was not done; ``ship``, ``take_back`` and ``reason`` are what was typed.
    """
    may_confirm, may_ship = allowed(StaffDeed.CONFIRM_ORDERS), allowed(StaffDeed.SHIP_ORDERS)
    doable = {
        Move.CONFIRM: may_confirm,
        Move.HOLD: may_confirm,
        Move.RELEASE: may_confirm,
        Move.CANCEL: may_confirm,
        Move.CANCEL_UNITS: may_confirm,
        Move.START_PICKING: may_ship,
        Move.SHIP: may_ship,
        Move.DELIVER: may_ship,
    }
    on_shelf = {drop.id: drop.reserved for line in order.lines for drop in line.drops if drop.reserved}
    if not on_shelf and not any(line.backordered for line in order.lines):
        # All of it is on its way: nothing is left to ship, and nothing waits for goods.
        doable[Move.SHIP] = False
    return {
        "order": order,
        "is_late": is_late(order),
        "timeline": timeline_of(order),
        "happenings": happenings(order, with_names=True),
        "moves": {move.value for move in order.moves if doable[move]},
        "ship": ship or ShipForm.empty(order.version, _due_first(order, on_shelf)),
        "on_shelf": on_shelf,
        "take_back": take_back,
        "cancellable": {
            line.id: most for line in order.lines if (most := cancellable_units(order.status, line))
        },
        "problem": problem,
        "reason": reason,
        "unit_word": unit_word,
        "carriers": [localized(carrier.names, locale()) for carrier in CARRIERS],
        # The desk reads one clock all over its page, not that of each place.
        "shipments": shown_shipments(order, tracks_of(session(), order.id), timezone())
        if order.shipments
        else [],
        "under_way": progress_words(order),
        "may_ship": may_ship,
        "step_choices": [(kind.value, tracking_word(kind)) for kind in STEPS],
        "returns": returns_of_order(session(), order.id) if order.shipments else (),
        "return_status_word": return_status_word,
        "return_status_kind": return_status_kind,
    }


def _found(params: DeskParams) -> OrderPage:
    return work_queue(
        session(),
        q=params.q,
        statuses=params.statuses,
        page=params.page,
        sales_rep_id=own_accounts_of(),
        waiting_for_goods=params.status == WAITING,
        changed=params.status == CHANGED,
    )


def _titles() -> dict[str, str]:
    """What needs a decision comes first, then what needs hands, last what is only watched."""
    return {
        "placed": _("To confirm"),
        CHANGED: _("Changed by the dealer"),
        "on_hold": _("On hold"),
        "confirmed": _("To pick"),
        "picking": _("To ship"),
        WAITING: _("Back-orders"),
        "shipped": _("On the road"),
    }


def _due_first(order: OrderView, on_shelf: Mapping[int, int]) -> dict[int, int]:
    """Units by drop of what can be shipped of the delivery that is due first: one shipment goes to one place."""
    drops = [drop for line in order.lines for drop in line.drops if drop.id in on_shelf]
    if not drops:
        return {}
    first = min(drops, key=lambda drop: (drop.requested_date or date.min, drop.location_id))
    group = (first.location_id, first.requested_date)
    return {
        drop.id: on_shelf[drop.id] if (drop.location_id, drop.requested_date) == group else 0
        for drop in drops
    }
