"""Deliveries in words, as calendars show them."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask_babel import ngettext

from portal.extensions import runtime
from portal.i18n import counted
from portal.i18n import gettext as _
from portal.orders.calendar_file import Delivery, Entry

SHOWN_LINES: Final = 30
"""Goods written out in an entry; of longer ones the rest is counted."""


def entry_of(delivery: Delivery) -> Entry:
    """A delivery as an entry of a calendar."""
    base_url = runtime().settings.base_url
    place = delivery.place
    if delivery.is_cancelled:
        summary = _("Cancelled: delivery to %(place)s", place=place["name"])
    elif delivery.has_arrived:
        summary = _("Delivered to %(place)s", place=place["name"])
    else:
        summary = _("Delivery to %(place)s", place=place["name"])
    return Entry(
        uid=f"{delivery.order_number}-{delivery.key}@{urlsplit(base_url).hostname}",
        sequence=delivery.version,
        day=delivery.day,
        summary=summary,
        description="\n".join(_lines(delivery)),
        location=" ".join(
            filter(None, (place[part] for part in ("postal_code", "region", "city", "line1", "line2")))
        ),
        url=f"{base_url}/orders/{delivery.order_number}",
        is_cancelled=delivery.is_cancelled,
    )


def _lines(delivery: Delivery) -> list[str]:
    lines = [_("Order %(number)s", number=delivery.order_number)]
    for goods in delivery.goods[:SHOWN_LINES]:
        lines.append(f"{counted(goods.quantity, goods.unit)} {goods.name} ({goods.sku})")
    if (rest := len(delivery.goods) - SHOWN_LINES) > 0:
        lines.append(ngettext("and %(num)s more", "and %(num)s more", rest))
    return lines
