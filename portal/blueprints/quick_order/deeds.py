"""What a tap does to a line of an entry; pure but for what is learned and watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from portal.blueprints.quick_order.forms import LineForm
from portal.blueprints.quick_order.reading import entering, read
from portal.catalog.queries import variants_by_id
from portal.core.errors import NotFound, Refused
from portal.extensions import now, session
from portal.orders.bulk_lines import BulkLine, chosen, counted
from portal.orders.nicknames import remember
from portal.orders.rules import parse_quantity
from portal.orders.watches import unwatch, watch


def done(lines: Sequence[BulkLine], form: LineForm) -> list[BulkLine]:
    """The lines once the tap is done. Raises NotFound for a line or variant that is none, Refused as parse_quantity.

    Refused ``nothing_typed`` and ``unknown_deed`` too. Lines are only ever added at the end: no place changes.
    """
    if not 0 <= form.line < len(lines):
        raise NotFound("line", form.line)
    line = lines[form.line]
    after = list(lines)
    match form.deed:
        case "choose" if form.variant_id is not None:
            after[form.line] = _chosen(line, form.variant_id)
        case "substitute" if form.variant_id is not None:
            _require_visible(form.variant_id)
            taken = replace(chosen(line, form.variant_id), instead_of=line.variant_id, mended=False)
            after[form.line] = counted(taken, form.units) if form.units else taken
        case "take" if form.units:
            _take(after, form.line, form.units)
        case "quantity":
            _take(after, form.line, parse_quantity(form.quantity))
        case "text":
            return _rewritten(after, form)
        case "leave_out":
            after[form.line] = replace(line, left_out=True, later=False)
        case "later":
            after[form.line] = replace(line, later=True)
            _watch(line)
        case "restore":
            after[form.line] = replace(line, left_out=False, later=False)
        case "watch":
            _watch(line)
        case "unwatch" if line.variant_id is not None:
            who = entering()
            unwatch(session(), who.user_id, who.buyer.account_id, line.variant_id)
        case _:
            raise Refused("unknown_deed")
    return after


def _chosen(line: BulkLine, variant_id: int) -> BulkLine:
    _require_visible(variant_id)
    learned = remember(session(), entering().buyer.account_id, {line.words: variant_id}, now())
    return replace(chosen(line, variant_id), remembered=bool(learned))


def _take(lines: list[BulkLine], place: int, units: int) -> None:
    """Give a line its units; other lines of the same variant are summed into it, and stay as left out."""
    taken = counted(lines[place], units)
    for other, line in enumerate(lines):
        if other != place and line.variant_id == taken.variant_id and line.variant_id is not None:
            lines[other] = replace(line, left_out=True)
    lines[place] = taken


def _rewritten(lines: list[BulkLine], form: LineForm) -> list[BulkLine]:
    if not form.text:
        raise Refused("nothing_typed")
    line = lines[form.line]
    # Lines that are read from it beyond the first are new ones; the first keeps the text it was written as at first.
    found = read(lambda reader: reader.text(form.text)).lines
    if not found:
        raise Refused("nothing_typed")
    first = found[0]
    if first.variant_id is not None and len(found) == 1 and line.words:
        remember(session(), entering().buyer.account_id, {line.words: first.variant_id}, now())
    if first.quantity.number is None and line.quantity.number is not None:
        first = replace(first, quantity=line.quantity)
    lines[form.line] = replace(first, original=line.original, row=line.row, said=line.said)
    return [*lines, *found[1:]]


def _watch(line: BulkLine) -> None:
    if line.variant_id is None:
        raise NotFound("variant", None)
    _require_visible(line.variant_id)
    who = entering()
    watch(session(), who.user_id, who.buyer.account_id, line.variant_id, who.warehouse_id, now())


def _require_visible(variant_id: int) -> None:
    who = entering()
    if not variants_by_id(session(), who.buyer, [variant_id], who.warehouse_id, who.locale):
        raise NotFound("variant", variant_id)
