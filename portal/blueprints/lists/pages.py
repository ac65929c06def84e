"""What the templates of lists get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from flask_babel import ngettext

from portal.blueprints import again_pages
from portal.blueprints.again_forms import ReorderForm
from portal.blueprints.cards import warehouse_id
from portal.catalog.queries import VariantRow, variants_by_id
from portal.core.errors import Refused
from portal.extensions import buyer, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.list_queries import ListView
from portal.orders.reorder import Again, Choice
from portal.orders.reorder_sources import Source, Wanted
from portal.orders.usual import Usual, nearest, usual_list


@dataclass(frozen=True, slots=True)
class UsualLine:
    """What is usually bought, as it can be bought today."""

    usual: Usual
    variant: VariantRow
    quantity: int
    """Units, one the variant is sold in."""


def user_id() -> int:
    """Who looks."""
    looking = viewer()
    return looking.user.id if looking else 0


def origin_of(shown: ListView) -> again_pages.Origin:
    """How the page of ordering a list again names it."""
    list_id, name = shown.row.id, shown.row.name
    return again_pages.Origin(
        title=_("Order from a list"),
        note=name,
        url=url_for("lists.reorder", list_id=list_id),
        back_url=url_for("lists.show", list_id=list_id),
        back_label=name,
        source=name,
    )


def usual_origin() -> again_pages.Origin:
    """The same for the list that keeps itself."""
    return again_pages.Origin(
        title=_("Order what you usually buy"),
        note="",
        url=url_for("lists.reorder_usual"),
        back_url=url_for("lists.usual"),
        back_label=_("What you usually buy"),
        source="usual",
    )


def list_values(shown: ListView, form: ReorderForm | None = None, *, problem: str = "") -> dict[str, Any]:
    """The values of a list's page. ``form`` is what was typed."""
    source = Source(shown.lines)
    found = look_at(form, source)
    values = again_pages.reorder_values(form or ReorderForm(), origin_of(shown), source, found)
    return values | {
        "list": shown.row,
        "is_own": shown.row.owner_id == user_id(),
        "problem": problem,
    }


def look_at(form: ReorderForm | None, source: Source) -> Again:
    """The lines with the quantities of the list, picked unless something stands in their way."""
    if form is not None and form.choices is not None:
        return again_pages.look(form, source)
    choices = {line.variant_id: Choice(picked=True, quantity=line.quantity) for line in source.lines}
    found = again_pages.look(replace(form or ReorderForm(), choices=choices), source)
    lines = tuple(replace(line, picked=False) if line.obstacle else line for line in found.lines)
    return replace(found, lines=lines)


def usual_lines() -> list[UsualLine]:
    """What the account usually buys and can still buy."""
    usual = usual_list(session(), buyer().account_id, buyer().timezone, today())
    ids = [one.variant_id for one in usual]
    rows = {row.id: row for row in variants_by_id(session(), buyer(), ids, warehouse_id(), locale())}
    sold = [(one, rows[one.variant_id]) for one in usual if one.variant_id in rows]
    return [
        UsualLine(one, row, nearest(one.quantity, row.minimum, row.step)) for one, row in sold if row.active
    ]


def usual_source(lines: Sequence[UsualLine]) -> Source:
    """The same as lines that can be ordered."""
    return Source(
        tuple(Wanted(line.variant.id, line.variant.sku, line.variant.name, line.quantity) for line in lines)
    )


def usual_words(line: UsualLine) -> str:
    """How often it is bought."""
    every = line.usual.every_days
    if every is None:
        return _("bought once lately")
    return ngettext("about every day", "about every %(num)s days", every)


def paper_lines(shown: ListView) -> list[tuple[str, str, str, str, int]]:
    """SKU, barcode, name, unit (empty if it is no longer sold) and quantity of each line."""
    ids = [line.variant_id for line in shown.lines]
    rows = {row.id: row for row in variants_by_id(session(), buyer(), ids, warehouse_id(), locale())}
    found = []
    for line in shown.lines:
        row = rows.get(line.variant_id)
        found.append(
            (
                line.sku,
                (row.barcode or "") if row else "",
                row.name if row else _("No longer sold to you"),
                row.unit if row else "",
                line.quantity,
            )
        )
    return found


def refused_words(refused: Refused) -> str:
    """Why a list was not made or changed."""
    facts = refused.facts
    match refused.code:
        case "name_missing":
            return _("Give the list a name.")
        case "name_too_long":
            return _("At most %(maximum)s characters.", maximum=facts["maximum"])
        case "too_many_lines":
            return _("A list takes %(maximum)s lines.", maximum=facts["maximum"])
        case "too_many_lists":
            return _("There are %(maximum)s lists already. Delete one first.", maximum=facts["maximum"])
        case "not_owner":
            return _("Only who made the list may make it private or delete it.")
        case "changed_meanwhile":
            return _("Somebody changed this list meanwhile. This is how it stands now; yours is not saved.")
        case "file_too_large" | "text_too_long" | "too_many_rows" | "too_many_columns":
            return _("This is too large. At most %(most)s.", most=facts.get("most", ""))
        case "empty":
            return _("There is nothing in the file.")
    return _("The file cannot be read. Send a spreadsheet (xlsx, xls, ods) or a text (csv, txt).")
