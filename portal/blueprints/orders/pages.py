"""What the order pages' templates get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.accounts.rules import Deed, may
from portal.blueprints.cards import product_url, unit_word
from portal.blueprints.order_words import Station, happenings, stations, status_word, timeline_of
from portal.blueprints.orders.forms import CancelForm
from portal.blueprints.orders.params import OrdersParams
from portal.extensions import viewer
from portal.i18n import gettext as _
from portal.orders.models import OrderStatus
from portal.orders.queries import OrderPage, OrderRow, OrderView
from portal.orders.rules import OPEN_STATUSES


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
    }


def order_values(
    order: OrderView, *, is_placed: bool = False, form: CancelForm | None = None, problem: str | None = None
) -> dict[str, Any]:
    """The values of one order's page. ``problem`` says why a cancellation was not done."""
    if form is None:
        form = CancelForm(formdata=None)
    form.version.data = order.version
    return {
        "order": order,
        "is_placed": is_placed,
        "timeline": timeline_of(order),
        "happenings": happenings(order, with_names=False),
        "is_open": order.status in OPEN_STATUSES,
        "can_cancel": dealer_may_cancel(order) and _may_order(),
        "form": form,
        "problem": problem,
        "product_url": product_url,
        "unit_word": unit_word,
    }


def dealer_may_cancel(order: OrderView) -> bool:
    """True while nobody at the seller's works on the order; after that the dealer asks the desk.

    An order on hold is judged by where it was: holding it gives nothing back that confirming took.
    """
    return (order.status_before_hold or order.status) is OrderStatus.PLACED


def _may_order() -> bool:
    looking = viewer()
    return bool(looking and looking.account and may(looking.account.role, Deed.ORDER))
