"""What the templates of quick order get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.blueprints.cards import product_url, unit_word
from portal.blueprints.quick_order.reading import entering
from portal.blueprints.quick_order.words import number, problem_words, reason_words
from portal.catalog.queries import VariantRow, variants_by_id
from portal.core.ids import submit_key
from portal.extensions import buyer, session
from portal.i18n import counted
from portal.i18n import gettext as _
from portal.orders.bulk import Entry
from portal.orders.bulk_lines import BulkLine
from portal.orders.bulk_outcome import LATER, LEFT_OUT, AssessedLine, Assessment
from portal.orders.entry.outcome import Fix, FixKind, Reason, Status, Why
from portal.orders.entry.quantities import Doubt
from portal.orders.nicknames import nickname_rows
from portal.orders.queries import orders_of

FIRST_ROWS: Final = 5
MORE_ROWS: Final = 5
NICKNAMES_SHOWN: Final = 50
LAST_ORDERS: Final = 3
MOST_SUGGESTED: Final = 3
MOST_OPEN: Final = 50
"""Lines with all their buttons on one page; further ones are opened one by one."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A button that mends a line."""

    deed: str
    label: str
    note: str = ""
    """More about what it takes, smaller."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line as the pages show it, before and after it was committed."""

    number: int
    row: int
    original: str
    status: str
    decision: str
    sku: str
    name: str
    url: str | None
    unit: str
    unit_label: str
    quantity: int
    unit_price_e4: int | None
    line_total: int | None
    reasons: tuple[str, ...]
    taps: tuple[Tap, ...] = ()
    needs_attention: bool = False
    is_remembered: bool = False
    is_watched: bool = False
    may_count: bool = False
    """Whether a quantity can be typed for it."""
    may_rewrite: bool = False
    """Whether it can be typed anew."""
    may_restore: bool = False
    field: str = ""
    """What stands in the quantity field."""
    minimum: int = 1
    step: int = 1
    typed: str = ""
    """What was typed anew and refused."""
    error: str = ""


def start_values(
    *,
    rows: Sequence[tuple[str, str]] = (),
    lines: str = "",
    key: str = "",
    error: str = "",
    lost_file: str = "",
    extra_rows: int = 0,
) -> dict[str, Any]:
    """The values of the page where lines are entered; ``error`` says why what was sent was not read."""
    shown = [*rows, *[("", "")] * (max(FIRST_ROWS - len(rows), 0) + extra_rows)]
    nicknames = nickname_rows(session(), buyer().account_id, NICKNAMES_SHOWN)
    return {
        "rows": shown,
        "lines": lines,
        "submit_key": key or submit_key(),
        "error": error,
        "lost_file": lost_file,
        "last_orders": orders_of(session(), buyer().account_id, page_size=LAST_ORDERS).rows,
        "nicknames": nicknames,
        "nickname_names": _names([row.variant_id for row in nicknames]),
    }


def entry_values(
    entry: Entry,
    found: Assessment,
    *,
    problem: str = "",
    opened: int | None = None,
    refused: tuple[int, str, str, str] | None = None,
) -> dict[str, Any]:
    """The values of the preview. ``opened`` is the place of a line that is shown with all its buttons.

    ``refused``: a line's place, what was typed as quantity or anew there, and why not.
    """
    lines = [
        shown_line(line, found, refused if refused and refused[0] == line.number else None)
        for line in found.lines
    ]
    return {
        "entry": entry,
        "is_done": False,
        "problem": problem,
        **_folded(lines, opened if refused is None else refused[0]),
        **summary_values(found),
    }


def _folded(lines: Sequence[ShownLine], opened: int | None) -> dict[str, list[ShownLine]]:
    """The lines by how they are shown: open, needing a person as well but folded, and in order."""
    first = [line for line in lines if line.number == opened]
    rest = [line for line in lines if line.number != opened]
    waiting = [line for line in rest if line.needs_attention]
    room = MOST_OPEN - len(first)
    return {
        "open_lines": first + waiting[:room],
        "more_lines": waiting[room:],
        "folded_lines": [line for line in rest if not line.needs_attention],
    }


def summary_values(found: Assessment) -> dict[str, Any]:
    """The values of the counts and the bar with the button."""
    return {
        "counts": {status.value: found.count(status) for status in Status},
        "count": len(found.lines),
        "attention": len(found.attention),
        "total": found.total,
        "currency": found.currency,
        "tax_included": found.tax_included,
        "digest": found.digest,
        "can_commit": bool(found.cart) or any(line.line.later and line.variant for line in found.lines),
    }


def outcome_values(entry: Entry) -> dict[str, Any]:
    """The values of the page after the commit, from what was kept then."""
    outcome = entry.outcome or ()
    lines = [_kept_line(place, entry.lines[place], kept) for place, kept in enumerate(outcome)]
    refused = [line for line in lines if line.status == Status.REFUSED]
    return {
        "entry": entry,
        "is_done": True,
        "problem": "",
        "open_lines": refused,
        "more_lines": [],
        "folded_lines": [line for line in lines if line.status != Status.REFUSED],
        "counts": {status.value: sum(line.status == status.value for line in lines) for status in Status},
        "count": len(lines),
        "attention": 0,
        "total": sum(line.line_total or 0 for line in lines),
        "currency": buyer().currency,
        "tax_included": False,
        "digest": "",
        "can_commit": False,
    }


def shown_line(
    assessed: AssessedLine, found: Assessment, refused: tuple[int, str, str, str] | None = None
) -> ShownLine:
    """One line of the preview."""
    line, variant = assessed.line, assessed.variant
    names = {each.id: each.name for each in found.goods.rows.values()}
    return ShownLine(
        number=assessed.number,
        row=line.row,
        original=line.original,
        status=assessed.status,
        decision=assessed.decision,
        sku=variant.sku if variant else "",
        name=variant.name if variant else "",
        url=product_url(variant.sku) if variant else None,
        unit=variant.unit if variant else "",
        unit_label=unit_word(variant.unit) if variant else "",
        quantity=assessed.quantity,
        unit_price_e4=assessed.unit_price_e4,
        line_total=assessed.line_total,
        reasons=_reasons(assessed, names),
        taps=() if assessed.decision else _taps(assessed, found),
        needs_attention=assessed.needs_attention,
        is_remembered=line.remembered,
        is_watched=assessed.is_watched and assessed.status is Status.REFUSED,
        may_count=variant is not None and variant.active and not assessed.decision,
        may_rewrite=assessed.status is Status.REFUSED and line.variant_id is None and not line.left_out,
        may_restore=bool(assessed.decision),
        field=refused[1] if refused and refused[1] else str(assessed.quantity or line.quantity.number or ""),
        minimum=variant.minimum if variant else 1,
        step=variant.step if variant else 1,
        typed=refused[2] if refused else "",
        error=refused[3] if refused else "",
    )


def _reasons(assessed: AssessedLine, names: Mapping[int, str]) -> tuple[str, ...]:
    line = assessed.line
    if assessed.decision == LEFT_OUT:
        return (_("Left out."),)
    if assessed.decision == LATER:
        return (_("Kept for later, beside your cart."),)
    words: list[str] = []
    if line.instead_of is not None and assessed.status is not Status.REFUSED:
        words.append(_("Taken instead of %(name)s.", name=names.get(line.instead_of, "…")))
    if problem := problem_words(line.problem):
        words.append(problem)
    if line.asked and line.variant_id is None:
        words.append(_("This is a question. Do you want to order it?"))
    words += [
        text
        for why in assessed.reasons
        if not (problem and why.reason is Reason.NOT_FOUND) and (text := reason_words(why, names))
    ]
    if assessed.status is not Status.REFUSED and (short := _waiting(assessed)):
        count = counted(short, assessed.variant.unit) if assessed.variant else number(short)
        words.append(_("%(count)s will come later, as soon as in stock.", count=count))
    return tuple(words)


def _waiting(assessed: AssessedLine) -> int:
    variant = assessed.variant
    if variant is None or not variant.allow_backorder:
        return 0
    return max(0, assessed.quantity - max(variant.available, 0))


def _taps(assessed: AssessedLine, found: Assessment) -> tuple[Tap, ...]:
    taps = [tap for fix in assessed.fixes if (tap := _tap(fix, assessed, found))]
    if assessed.status is Status.REFUSED and not assessed.fixes and assessed.line.candidates:
        taps += [
            Tap(f"choose:{each}", row.name, row.sku)
            for each in assessed.line.candidates
            if (row := found.goods.rows.get(each))
        ]
    return tuple(taps)


def _tap(fix: Fix, assessed: AssessedLine, found: Assessment) -> Tap | None:
    row = found.goods.rows.get(fix.variant) if fix.variant is not None else None
    units = fix.quantity
    match fix.kind:
        case FixKind.CHOOSE if row:
            return Tap(f"choose:{row.id}", row.name, row.sku)
        case FixKind.SUBSTITUTE if row:
            label = _("Take %(name)s instead", name=row.name)
            return Tap(f"substitute:{row.id}:{units}" if units else f"substitute:{row.id}", label, row.sku)
        case FixKind.TAKE_AVAILABLE:
            return Tap(f"take:0:{units}", _("Take what is there: %(count)s", count=number(units)))
        case FixKind.SET_QUANTITY:
            if assessed.shares_variant:
                return Tap(f"take:0:{units}", _("Take %(count)s altogether", count=number(units)))
            return Tap(f"take:0:{units}", _("Take %(count)s", count=number(units)))
        case FixKind.LATER:
            return Tap("later", _("Keep for later"))
        case FixKind.WATCH if not assessed.is_watched:
            return Tap("watch", _("Tell me when it is back"))
    return None


def _kept_line(place: int, line: BulkLine, kept: Mapping[str, Any]) -> ShownLine:
    names: dict[int, str] = {kept["variant_id"]: kept["name"]} if kept["variant_id"] else {}
    if kept["decision"] == LEFT_OUT:
        reasons: tuple[str, ...] = (_("Left out."),)
    elif kept["decision"] == LATER:
        reasons = (_("Kept for later, beside your cart."),)
    else:
        reasons = tuple(text for why in kept["reasons"] if (text := reason_words(_why(why), names)))
    return ShownLine(
        number=place,
        row=line.row,
        original=line.original,
        status=kept["status"],
        decision=kept["decision"],
        sku=kept["sku"],
        name=kept["name"],
        url=product_url(kept["sku"]) if kept["sku"] else None,
        unit=kept["unit"],
        unit_label=unit_word(kept["unit"]) if kept["unit"] else "",
        quantity=kept["quantity"],
        unit_price_e4=kept["unit_price_e4"],
        line_total=kept["line_total"],
        reasons=reasons,
        is_remembered=line.remembered,
    )


def _why(kept: Mapping[str, Any]) -> Why:
    doubt = kept.get("doubt")
    return Why(**{**kept, "reason": Reason(kept["reason"]), "doubt": Doubt(doubt) if doubt else None})


def _names(variant_ids: Sequence[int]) -> dict[int, VariantRow]:
    who = entering()
    rows = variants_by_id(session(), who.buyer, variant_ids, who.warehouse_id, who.locale)
    return {row.id: row for row in rows}
