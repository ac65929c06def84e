"""What the pages of ordering again are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.accounts.queries import LocationView
from portal.blueprints.again_forms import ReorderForm
from portal.blueprints.again_words import Trouble, notes_of, price_note, trouble_of
from portal.blueprints.arrivals import fields_of
from portal.blueprints.cards import picture_url, unit_word
from portal.blueprints.credit import credit_for
from portal.blueprints.placing_words import Notice
from portal.extensions import buyer, location, now, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.reorder import Again, AgainLine, Target, again
from portal.orders.reorder_sources import Source


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the lines come from, as the page names it."""

    title: str
    note: str
    url: str
    """Where its form is sent."""
    back_url: str
    back_label: str
    source: str
    """What a bulk entry notes: the order's number, the list's name."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line as the page shows it."""

    line: AgainLine
    name: str
    field: str
    """What stands in the quantity field."""
    trouble: Trouble | None
    notes: list[str]
    price_note: str
    substitutes: tuple[ShownLine, ...] = ()

    @property
    def id(self) -> int:
        """Of the variant: what its fields are called by."""
        return self.line.wanted.variant_id


def place_of(form: ReorderForm, source: Source) -> LocationView | None:
    """The place that is chosen; else the order's own, else the one the viewer orders for."""
    looking = viewer()
    places = {place.id: place for place in looking.locations} if looking else {}
    for location_id in (form.location_id, source.location_id):
        if location_id in places:
            return places[location_id]
    return location()


def look(form: ReorderForm, source: Source) -> Again:
    """The lines as they could be ordered now."""
    place = place_of(form, source)
    target = Target(place.id, place.warehouse_id) if place else None
    return again(session(), buyer(), source.lines, form.choices, target, locale(), today(), now())


def reorder_values(
    form: ReorderForm,
    origin: Origin,
    source: Source,
    found: Again,
    *,
    notice: Notice | None = None,
    asked: str = "",
) -> dict[str, Any]:
    """The values of the page and of its parts.

    ``asked`` is the refusal that the order's button answers: ``ordered_before`` or ``arrives_later``.
    """
    looking = viewer()
    document = found.document
    button = _("Place order")
    if asked == "ordered_before":
        button = _("Order it all the same")
    elif asked == "arrives_later":
        button = _("Order for the new days")
    return {
        "form": form,
        "origin": origin,
        "source": source,
        "found": found,
        "lines": [_shown(line, form) for line in found.lines],
        "left_out": [line.variant.name if line.variant else line.wanted.name for line in found.left_out],
        "document": document,
        "credit": credit_for(document.total) if document else None,
        "delivery": found.deliveries[0] if found.deliveries else None,
        "place": place_of(form, source),
        "places": looking.locations if looking else (),
        "arrival_fields": fields_of(found.deliveries),
        "despite_recent": form.despite_recent or asked == "ordered_before",
        "notice": notice,
        "button": button,
        "picture_url": picture_url,
        "unit_word": unit_word,
    }


def _shown(line: AgainLine, form: ReorderForm) -> ShownLine:
    typed = form.typed.get(line.wanted.variant_id)
    return ShownLine(
        line,
        line.variant.name if line.variant else line.wanted.name,
        str(line.quantity) if typed is None or line.refusal is None else typed,
        trouble_of(line),
        notes_of(line),
        "" if line.is_substitute else price_note(line),
        tuple(_shown(other, form) for other in line.substitutes),
    )
