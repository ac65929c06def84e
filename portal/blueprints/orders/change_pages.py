"""What the page that changes an order gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.blueprints.arrivals import fields_of
from portal.blueprints.cards import unit_word, warehouse_id
from portal.blueprints.credit import credit_for
from portal.blueprints.orders.change_forms import ChangeForm, Row
from portal.blueprints.orders.change_words import why_not
from portal.blueprints.placing_words import Notice
from portal.catalog.queries import VariantRow, variants_by_id, variants_by_sku
from portal.core.clock import local_date
from portal.core.errors import Refused
from portal.discovery.finding import suggest
from portal.extensions import buyer, now, runtime, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.change import ChangePlan, why_unchangeable
from portal.orders.change_plan import known_variants, priced_on
from portal.orders.queries import OrderView
from portal.orders.rules import parse_quantity

OFFERED: Final = 5
"""Products offered for what is looked for."""


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of the form."""

    index: int
    row: Row
    units_error: str
    day_error: str


@dataclass(frozen=True, slots=True)
class LineForm:
    """A line of the form."""

    variant: VariantRow
    rows: tuple[RowView, ...]
    unit: str
    ordered: int
    """Units in the order as it stands; 0: it is new."""
    unit_price_e4: int | None
    """What a unit of it was ordered at; None: it is new."""

    @property
    def units(self) -> int:
        """Units of all rows that hold a number."""
        return sum(each.row.quantity or 0 for each in self.rows)


def place_names(order: OrderView) -> dict[int, str]:
    """Places that can be chosen, and those the order goes to already, by id."""
    looking = viewer()
    names = {place.id: place.name for place in looking.locations} if looking else {}
    going = {drop.location_id: drop.place_name for line in order.lines for drop in line.drops}
    return names | {key: name for key, name in going.items() if key not in names}


def variants_of(order: OrderView, form: ChangeForm) -> dict[int, VariantRow]:
    """What the form is about, by id: what was ordered, and what the account may see."""
    own = {line.variant_id for line in order.lines}
    found = known_variants(session(), [key for key in form.variant_ids if key in own], locale())
    new = [key for key in form.variant_ids if key not in own]
    return found | {row.id: row for row in variants_by_id(session(), buyer(), new, warehouse_id(), locale())}


def found_variants(text: str) -> list[VariantRow]:
    """What may be meant by an article number or some words, the best first."""
    if not text:
        return []
    exact = variants_by_sku(session(), buyer(), [text, text.upper()], warehouse_id(), locale())
    if exact:
        return [row for row in exact if row.active][:1]
    found = suggest(runtime().search, session(), buyer(), warehouse_id(), text, locale(), OFFERED, today())
    return [row for row in found.rows if row.active]


def found_by_id(variant_id: int) -> VariantRow | None:
    """The variant if it is sold to the account."""
    rows = variants_by_id(session(), buyer(), [variant_id], warehouse_id(), locale())
    return rows[0] if rows and rows[0].active else None


def change_values(
    order: OrderView,
    form: ChangeForm,
    *,
    plan: ChangePlan | None = None,
    notice: Notice | None = None,
    offered: Sequence[VariantRow] | None = None,
) -> dict[str, Any]:
    """The values of the page. ``plan`` is what the change would do; ``offered`` what was found to be added."""
    reason = why_unchangeable(order, now())
    variants = variants_of(order, form)
    stands = {line.variant_id: line for line in order.lines if line.quantity > line.cancelled}
    more = plan.diff.total[1] - plan.diff.total[0] if plan else 0
    names = place_names(order)
    planned = plan.stocked.planned if plan and plan.stocked else ()
    return {
        "order": order,
        "form": form,
        "lines": [
            LineForm(
                variant=variants[variant_id],
                rows=_rows(form, variant_id),
                unit=unit_word(variants[variant_id].unit),
                ordered=stands[variant_id].quantity - stands[variant_id].cancelled
                if variant_id in stands
                else 0,
                unit_price_e4=stands[variant_id].unit_price_e4 if variant_id in stands else None,
            )
            for variant_id in form.variant_ids
            if variant_id in variants
        ],
        "places": names,
        "plan": plan,
        "diff": plan.diff if plan and not plan.diff.is_empty else None,
        "planned": planned,
        "arrival_fields": fields_of(planned),
        "variant_names": {key: row.name for key, row in variants.items()},
        "credit": credit_for(more) if plan else None,
        "priced_on": priced_on(order, buyer().timezone),
        "first_day": local_date(now(), buyer().timezone),
        "is_closed": reason is not None,
        "notice": notice or (why_not(reason) if reason else None),
        "offered": offered,
        "unit_word": unit_word,
    }


def _rows(form: ChangeForm, variant_id: int) -> tuple[RowView, ...]:
    own = [row for row in form.rows if row.variant_id == variant_id]
    return tuple(
        RowView(
            index,
            row,
            _units_error(row),
            _("Write the date as year-month-day, such as 2026-12-24.") if row.is_day_wrong else "",
        )
        for index, row in enumerate(own)
    )


def _units_error(row: Row) -> str:
    if row.quantity is not None:
        return ""
    try:
        parse_quantity(row.units)
    except Refused as refused:
        if refused.code == "ambiguous_number":
            return _("Write %(plain)s without a separator.", plain=refused.facts["plain"])
    return _("Units are whole numbers, such as 12.")
