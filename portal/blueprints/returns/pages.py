"""What the templates of returns get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from portal.accounts.queries import LocationView, closed_days
from portal.accounts.rules import Deed, may
from portal.blueprints.cards import product_url, unit_word
from portal.blueprints.return_words import (
    reason_word,
    remedy_word,
    return_status_kind,
    return_status_word,
)
from portal.blueprints.returns.forms import ReturnForm
from portal.core import formats
from portal.core.clock import local_date
from portal.core.errors import Conflict, NotFound, Refused
from portal.delivery.calendar import delivery_days
from portal.extensions import now, session, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.models import Remedy, ReturnReason, ReturnStatus
from portal.orders.queries import OrderView
from portal.orders.return_queries import ReturnableLine, ReturnView, returnable_lines
from portal.orders.return_rules import PICKUP_DAYS
from portal.orders.returns import expected_credits

AT_THE_DOOR = (ReturnReason.SHORT, ReturnReason.DAMAGED, ReturnReason.WRONG_ITEM)
"""What is told in two taps when goods are handed over."""


@dataclass(frozen=True, slots=True)
class Credit:
    """What the chosen goods are worth back."""

    amount: int | None
    """With tax, minor units; None while nothing is chosen, or not rightly."""
    problem: str = ""
    of_lines: tuple[tuple[int, int], ...] = ()
    """Order line id and minor units, for each chosen line."""


def form_values(
    order: OrderView, form: ReturnForm, *, problem: str | None = None, only: int | None = None
) -> dict[str, Any]:
    """The values of the form, with the credit of what is chosen. ``only`` leaves one line (id) to choose from.

    Raises NotFound for a line that is not the order's, or of which nothing left us.
    """
    lines = returnable_lines(session(), order)
    if only is not None:
        lines = tuple(each for each in lines if each.line.id == only)
        if not lines:
            raise NotFound("order line", only)
    pickups = pickup_days(order)
    return {
        "order": order,
        "lines": [each for each in lines if each.left],
        "all_back": [each for each in lines if not each.left],
        "form": form,
        "credit": credit_of(lines, form),
        "problem": problem,
        "reasons": [(reason.value, reason_word(reason)) for reason in ReturnReason],
        "remedies": [(remedy.value, remedy_word(remedy)) for remedy in Remedy],
        "pickups": [(day.isoformat(), formats.local_day(day, locale=locale())) for day in pickups],
        "at_the_door": [(reason.value, reason_word(reason)) for reason in AT_THE_DOOR],
        "unit_word": unit_word,
        "product_url": product_url,
    }


def credit_of(lines: tuple[ReturnableLine, ...], form: ReturnForm) -> Credit:
    """What is chosen is worth; what is wrong with it in words."""
    if not form.chosen:
        return Credit(None)
    if any(line.units is None for line in form.chosen.values()):
        return Credit(None, _("Units are whole numbers, such as 12."))
    wishes = form.wishes()
    try:
        amounts = expected_credits(lines, wishes)
    except Conflict as conflict:
        facts: dict[str, Any] = conflict.facts
        names = {each.line.id: each.line.name for each in lines}
        line_id, left = facts["lines"][0]
        return Credit(None, too_many_words(names[line_id], left))
    except (NotFound, Refused):
        return Credit(None, _("This page is out of date. Look at the order again."))
    of_lines = tuple((wish.order_line_id, amount) for wish, amount in zip(wishes, amounts, strict=True))
    return Credit(sum(amounts), of_lines=of_lines)


def too_many_words(name: str, left: int) -> str:
    """More units were chosen than can come back."""
    return _(
        "%(name)s: at most %(left)s can come back.", name=name, left=formats.quantity(left, locale=locale())
    )


def pickup_days(order: OrderView) -> list[date]:
    """The next days on which a truck comes by the order's place; none for a place that is no longer in use."""
    place = _place(order.location_id)
    if place is None:
        return []
    today = local_date(now(), place.timezone)
    closed = closed_days(session(), today, today + timedelta(days=90))
    days = delivery_days(place.country, place.region, place.delivery_weekdays, today, today, closed)
    return list(islice(days, PICKUP_DAYS))


def return_values(found: ReturnView, *, is_new: bool = False, problem: str | None = None) -> dict[str, Any]:
    """The values of one return's page."""
    looking = viewer()
    may_change = bool(looking and looking.account and may(looking.account.role, Deed.ORDER))
    return {
        "found": found,
        "is_new": is_new,
        "problem": problem,
        "can_change": may_change and found.status is ReturnStatus.REQUESTED,
        "status_word": return_status_word(found.status),
        "status_kind": return_status_kind(found.status),
        "reason_word": reason_word,
        "remedy_word": remedy_word,
        "unit_word": unit_word,
        "product_url": product_url,
    }


def _place(location_id: int) -> LocationView | None:
    looking = viewer()
    return next((place for place in looking.locations if place.id == location_id), None) if looking else None
