"""What the order pages' templates get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from portal.accounts.people_queries import contact_of
from portal.accounts.rules import Deed, may
from portal.blueprints.cards import product_url, unit_word
from portal.blueprints.invoice_words import kind_word
from portal.blueprints.order_words import Station, happenings, stations, status_word, timeline_of
from portal.blueprints.orders.forms import CancelForm
from portal.blueprints.orders.params import OrdersParams
from portal.blueprints.return_words import return_status_kind, return_status_word
from portal.blueprints.tracking_words import progress_words, shown_shipments
from portal.extensions import buyer, now, session, viewer
from portal.i18n import gettext as _
from portal.invoices.of_order import documents_of_order
from portal.orders.change import why_unchangeable
from portal.orders.models import EventKind, OrderStatus
from portal.orders.queries import OrderPage, OrderRow, OrderView
from portal.orders.return_queries import claimed_units, returns_of_order
from portal.orders.rules import OPEN_STATUSES, Move
from portal.orders.tracking import tracks_of


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter of the list."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    """An order in the list."""

    row: OrderRow
    stations: list[Station]
    """Empty for an order on hold or cancelled, and for one that has arrived: nothing is to come."""


def list_values(params: OrdersParams, found: OrderPage) -> dict[str, Any]:
    """The values of the list."""
    labels = {
        "": _("All"),
        "open": _("Under way"),
        "shipped": _("On the road"),
        "delivered": _("Delivered"),
        "cancelled": _("Cancelled"),
    }
    if params.status not in labels:
        labels[params.status] = status_word(OrderStatus(params.status))

    def url(**changes: Any) -> str:
        return url_for("orders.index", **dict[str, Any](params.to_args(**changes)))

    return {
        "params": params,
        "rows": [
            ShownRow(row, stations(row.status) if row.status in OPEN_STATUSES else []) for row in found.rows
        ],
        "chips": [Chip(label, url(status=key), key == params.status) for key, label in labels.items()],
        "previous_url": url(page=params.page - 1) if params.page > 1 else None,
        "next_url": url(page=params.page + 1) if found.has_more else None,
        "is_filtered": bool(params.q or params.status),
        "may_order": _may_order(),
    }


def order_values(
    order: OrderView, *, is_placed: bool = False, form: CancelForm | None = None, problem: str | None = None
) -> dict[str, Any]:
    """The values of one order's page. ``problem`` says why a cancellation was not done."""
    if form is None:
        form = CancelForm(formdata=None)
    form.version.data = order.version
    # What has not left us has neither a way nor anything to be returned.
    tracks = tracks_of(session(), order.id) if order.shipments else {}
    claimed = claimed_units(session(), order.id) if order.shipments else {}
    has_days = any(delivery.requested_date or delivery.promised for delivery in order.deliveries)
    return {
        "order": order,
        "is_placed": is_placed,
        "timeline": timeline_of(order),
        "happenings": happenings(order, with_names=False),
        "is_open": order.status in OPEN_STATUSES,
        "may_order": _may_order(),
        "may_pay": _may(Deed.PAY),
        "can_cancel": why_dealer_may_not_cancel(order, now()) is None and _may_order(),
        "can_change": _may_order() and why_unchangeable(order, now()) is None,
        "is_past_cutoff": why_unchangeable(order, now()) == "cutoff",
        "rest": [line for line in order.lines if line.backordered]
        if _may_order() and Move.CANCEL_UNITS in order.moves and order.shipments
        else [],
        "form": form,
        "problem": problem,
        "product_url": product_url,
        "unit_word": unit_word,
        "shipments": shown_shipments(order, tracks),
        "steps_seen": sum(len(track.steps) for track in tracks.values()),
        "under_way": progress_words(order),
        "calendar_url": url_for("deliveries.of_order", number=order.number)
        if has_days and order.status in OPEN_STATUSES
        else None,
        "left_to_return": {
            line.id: left
            for line in order.lines
            if (left := line.shipped - (claimed[line.id].units if line.id in claimed else 0)) > 0
        }
        if _may_order()
        else {},
        # What is billed has left us, or was paid in advance.
        "documents": documents_of_order(session(), buyer().account_id, order.id)
        if (order.shipments or order.prepay) and _may(Deed.SEE_INVOICES)
        else (),
        "kind_word": kind_word,
        "contact": contact_of(session(), _sales_rep()) if order.status in OPEN_STATUSES else None,
        "returns": returns_of_order(session(), order.id) if claimed_or_asked(order) else (),
        "return_status_word": return_status_word,
        "return_status_kind": return_status_kind,
    }


def claimed_or_asked(order: OrderView) -> bool:
    """True if anybody ever asked for a return of it: its events say so without another statement."""
    return any(event.kind is EventKind.RETURN_REQUESTED for event in order.events)


def why_dealer_may_not_cancel(order: OrderView, moment: datetime) -> str | None:
    """Why the dealer asks the desk instead: ``working`` (somebody there works on it), ``cutoff``; None: it may.

    An order on hold is judged by where it was: holding it gives nothing back that confirming took.
    """
    if (order.status_before_hold or order.status) is not OrderStatus.PLACED:
        return "working"
    return why_unchangeable(order, moment)


def _sales_rep() -> int | None:
    looking = viewer()
    return looking.account.sales_rep_id if looking and looking.account else None


def _may_order() -> bool:
    return _may(Deed.ORDER)


def _may(deed: Deed) -> bool:
    looking = viewer()
    return bool(looking and looking.account and may(looking.account.role, deed))
