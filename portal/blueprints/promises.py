"""The cutoff clock and the promised day in words, as templates/_shared/promise.html takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from flask import g
from flask_babel import ngettext

from portal.catalog.queries import VariantRow
from portal.core import formats
from portal.core.clock import local_date
from portal.delivery import rules
from portal.delivery.queries import rounds_of
from portal.delivery.rules import Goods, NoDay, Promise, Round
from portal.extensions import location, now, session
from portal.i18n import gettext as _
from portal.i18n import locale

COUNTED_DOWN: Final = timedelta(hours=24)
"""Time to the cutoff from which on it is counted down; before, the moment itself is named."""


@dataclass(frozen=True, slots=True)
class ShownPromise:
    """When goods arrive at the viewer's place, in the reader's language."""

    day: date | None
    """None: no day can be promised."""
    day_words: str
    """Such as ``tomorrow (Tue)``; empty without a day."""
    seconds_left: int | None
    """Until the cutoff, where it is counted down; None where ``order_by`` is named, or without a day."""
    order_by: str
    """The moment of the cutoff in the place's time; empty without a day."""
    note: str
    """Why there is no day, or what of it arrives before; empty if there is nothing to say."""

    @property
    def left(self) -> str:
        """The time to the cutoff in words, whole minutes; never more than there is."""
        minutes = (self.seconds_left or 0) // 60
        return time_left(minutes // 60, minutes % 60)

    @property
    def words(self) -> dict[str, str]:
        """The words of ``left`` for the script that counts down, with {h} and {m} for the numbers."""
        return {
            "hours": time_left("{h}", "{m}"),
            "minutes": time_left(0, "{m}"),
            "moment": time_left(0, 0),
        }


def way_here() -> Round | None:
    """The way to the place the viewer orders for; None without a place. Read once in a request."""
    if "way_here" not in g:
        place = location()
        g.way_here = rounds_of(session(), [place.id]).get(place.id) if place else None
    way: Round | None = g.way_here
    return way


def goods_of(variant: VariantRow, quantity: int) -> Goods:
    """So many units of a variant, of those its warehouse has."""
    return Goods(quantity, variant.available, variant.lead_days)


def shown_promise(wanted: Sequence[Goods | None] = (None,)) -> ShownPromise | None:
    """When all of ``wanted`` has arrived at the viewer's place; without it, anything that is on the shelf.

    None for an account without a place.
    """
    way = way_here()
    if way is None:
        return None
    each = rules.promises(way, now(), wanted)
    promised = each[0] if len(each) == 1 else rules.together(each)
    if promised.day is None or promised.order_by is None:
        return ShownPromise(None, "", None, "", _no_day(promised, way))
    left = promised.order_by - now()
    is_counted = left <= COUNTED_DOWN
    return ShownPromise(
        day=promised.day,
        day_words=day_in_words(promised.day, local_date(now(), way.place_timezone)),
        seconds_left=int(left.total_seconds()) if is_counted else None,
        order_by=formats.local_datetime(promised.order_by, way.place_timezone, locale=locale(), style="near"),
        note=_part(promised, way),
    )


def day_in_words(day: date, today_there: date) -> str:
    """A day as people speak of it: today and tomorrow by name, with the weekday."""
    weekday = formats.local_date(day, locale=locale(), style="EEE")
    if day == today_there:
        return _("today (%(weekday)s)", weekday=weekday)
    if day == today_there + timedelta(days=1):
        return _("tomorrow (%(weekday)s)", weekday=weekday)
    return formats.local_day(day, locale=locale())


def time_left(hours: int | str, minutes: int | str) -> str:
    """A time to the cutoff; the numbers may be placeholders that a script fills."""
    if hours != 0:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
    return _("a minute") if minutes == 0 else _("%(minutes)s min", minutes=minutes)


def _part(promised: Promise, way: Round) -> str:
    """What of the goods arrives before the rest; empty if nothing does."""
    if promised.there_day is None or promised.there_day == promised.day:
        return ""
    return ngettext(
        "%(count)s of it arrives %(day)s.", "%(count)s of it arrive %(day)s.", promised.there,
        count=formats.quantity(promised.there, locale=locale()),
        day=day_in_words(promised.there_day, local_date(now(), way.place_timezone)),
    )  # fmt: skip


def _no_day(promised: Promise, way: Round) -> str:
    if promised.reason is NoDay.NO_LEAD_TIME:
        if promised.there_day is None:
            return _("Delivery day unknown: we cannot say yet when it comes in.")
        return ngettext(
            "%(count)s of it arrives %(day)s; for the rest the delivery day is still unknown.",
            "%(count)s of it arrive %(day)s; for the rest the delivery day is still unknown.",
            promised.there,
            count=formats.quantity(promised.there, locale=locale()),
            day=day_in_words(promised.there_day, local_date(now(), way.place_timezone)),
        )
    if promised.reason is NoDay.NO_WEEKDAYS:
        return _("No delivery days are agreed for this place yet. Ask your contact.")
    if promised.reason is NoDay.TOO_FAR:
        return _("Delivery day unknown: we are closed until further notice.")
    return _("Delivery day unknown: we tell you when we confirm the order.")
