"""The days of arrival a page shows, as fields of its form: what was promised is compared when the order is placed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from portal.orders.drops import Delivery, shown_of

FIELD: Final = "arrival"
"""Name of the fields: one for each delivery, and one for each product that comes on another day."""

MAX_FIELDS: Final = 100_000
"""Most of them that are read."""

_ANY: Final = "-"
_FIELD = re.compile(r"(\d{1,15}):(-|\d{4}-\d{2}-\d{2}):(-|\d{1,15}):(-|\d{4}-\d{2}-\d{2})", re.ASCII)


def fields_of(deliveries: Iterable[Delivery]) -> list[str]:
    """The fields' values for what a page shows."""
    return [
        f"{location_id}:{day or _ANY}:{variant_id or _ANY}:{promised or _ANY}"
        for (location_id, day, variant_id), promised in shown_of(deliveries).items()
    ]


def shown_in(values: Iterable[str]) -> Mapping[tuple[int, date | None, int | None], date | None]:
    """What a form says was shown; a field that no page of ours has made counts as not there."""
    shown: dict[tuple[int, date | None, int | None], date | None] = {}
    for value in values:
        found = _FIELD.fullmatch(value)
        if found is None:
            continue
        place, day, variant, promised = found.groups()
        try:
            shown[int(place), _day(day), None if variant == _ANY else int(variant)] = _day(promised)
        except ValueError:
            continue
    return shown


def _day(text: str) -> date | None:
    return None if text == _ANY else date.fromisoformat(text)
