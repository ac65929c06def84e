"""What there is to say about a line that is ordered again, and about an order that was not placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask_babel import ngettext

from portal.blueprints.placing_words import Notice, notice_of
from portal.core import formats
from portal.core.errors import Refused
from portal.extensions import buyer, now, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.reorder import Again, AgainLine, Obstacle

MOST_NAMED: Final = 12
"""Names that a message says one by one."""

LONGEST_NAME: Final = 40
"""Characters of a name in a message that travels with the person's session."""

OF_THE_LINES: Final = frozenset(
    {"not_available", "line_quantities", "price_on_request", "out_of_stock", "cart_empty"}
)
"""Refusals that the lines of the page tell themselves."""

ELSEWHERE: Final = frozenset(
    {"order_limit", "credit_exceeded", "drop_minimum", "delivery_day", "too_many_lines"}
)
"""Refusals whose next step in the checkout leads to the cart, which holds none of this."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stands in the way of a line, with quantities that would do, each one tap away."""

    text: str
    fixes: tuple[int, ...] = ()


def trouble_of(line: AgainLine) -> Trouble | None:
    """What stands in the way of ordering the line; None if nothing does."""
    match line.obstacle:
        case None:
            return None
        case Obstacle.GONE:
            return Trouble(_("No longer sold to you. It is left out; the rest is ordered."))
        case Obstacle.ON_REQUEST:
            return Trouble(_("Its price is on request. It is left out; ask us for the price."))
        case Obstacle.OUT_OF_STOCK:
            if line.most_now:
                return Trouble(_("Only %(count)s left.", count=number(line.most_now)), (line.most_now,))
            return Trouble(_("Out of stock. It is left out; the rest is ordered."))
        case Obstacle.QUANTITY:
            return _quantity_trouble(line.refusal)


def _quantity_trouble(refusal: Refused | None) -> Trouble:
    facts = refusal.facts if refusal else {}
    match refusal and refusal.code:
        case "off_step":
            return Trouble(
                _(
                    "This is sold in steps of %(step)s. Choose the nearest quantity:",
                    step=number(facts["step"]),
                ),
                tuple(dict.fromkeys((int(str(facts["lower"])), int(str(facts["upper"]))))),
            )
        case "below_minimum":
            return Trouble(
                _("You can order this from %(minimum)s on.", minimum=number(facts["minimum"])),
                (int(str(facts["nearest"])),),
            )
        case "too_large":
            return Trouble(
                _(
                    "At most %(maximum)s go into one line. For more, ask us.",
                    maximum=number(facts["maximum"]),
                ),
                (int(str(facts["nearest"])),),
            )
    return Trouble(_("Type a quantity, such as 12."))


def notes_of(line: AgainLine) -> list[str]:
    """What is another than it was: price, steps, what is left."""
    notes: list[str] = []
    wanted, variant = line.wanted, line.variant
    if variant is None:
        return notes
    if line.sold_in != wanted.quantity:
        notes.append(
            _(
                "It was %(wanted)s; now it is sold in steps of %(step)s from %(minimum)s on.",
                wanted=number(wanted.quantity),
                step=number(variant.step),
                minimum=number(variant.first_quantity),
            )
        )
    is_short = not variant.allow_backorder and variant.available < line.sold_in
    if is_short and line.obstacle is None and line.quantity < line.sold_in:
        notes.append(
            _(
                "Only %(count)s left; it was %(wanted)s.",
                count=number(max(variant.available, 0)),
                wanted=number(wanted.quantity),
            )
        )
    return notes


def price_note(line: AgainLine) -> str:
    """How today's unit price stands to that of then; empty if that is not known."""
    now_e4 = line.priced.unit_price_e4 if line.priced else None
    then_e4 = line.wanted.unit_price_e4
    if now_e4 is None or then_e4 is None or line.priced is None:
        return ""
    change = line.price_change_e4
    if change == 0:
        return _("Price as then") if now_e4 == then_e4 else ""
    currency = line.priced.currency
    before = formats.unit_price(then_e4, currency, locale=locale())
    difference = formats.unit_price(abs(change), currency, locale=locale())
    if change > 0:
        return _("%(before)s then: %(difference)s more each", before=before, difference=difference)
    return _("%(before)s then: %(difference)s less each", before=before, difference=difference)


def left_out_words(found: Again) -> str:
    """What is not ordered, by name; empty if everything is. Short enough to travel with a session."""
    names = [_short(line.variant.name if line.variant else line.wanted.name) for line in found.left_out]
    if not names:
        return ""
    shown = ", ".join(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        more = len(names) - MOST_NAMED
        return ngettext(
            "Left out: %(names)s and %(num)s more", "Left out: %(names)s and %(num)s more", more, names=shown
        )
    return _("Left out: %(names)s", names=shown)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def nothing_chosen() -> Notice:
    """The message for an order without any line."""
    return Notice(_("Nothing is chosen"), _("Tick what you want to order again."), kind="warning")


def lines_wrong(lines: Sequence[AgainLine]) -> Notice:
    """The message for lines that are picked and cannot be ordered as they stand."""
    return Notice(
        ngettext(
            "%(num)s line needs a change before you can order",
            "%(num)s lines need a change before you can order",
            len(lines),
        ),
        _("Nothing is ordered yet. Change the quantity, or take the tick away to order the rest."),
        kind="warning",
        names=tuple(line.variant.name if line.variant else line.wanted.name for line in lines[:MOST_NAMED]),
    )


def refused_words(refused: Refused, found: Again) -> Notice:
    """The message for an order that was not placed."""
    if refused.code == "prices_changed":
        currency = buyer().currency
        before = formats.money(int(str(refused.facts["shown_total"])), currency, locale=locale())
        after = formats.money(int(str(refused.facts["total"])), currency, locale=locale())
        if int(str(refused.facts["shown_total"])) < 0:
            return Notice(
                _("Look at the total first"),
                _("It comes to %(now)s. Nothing is ordered yet.", now=after),
                kind="warning",
            )
        return Notice(
            _("The total is another one now"),
            _(
                "It was %(before)s and is now %(now)s. Nothing is ordered yet: look, then order.",
                before=before,
                now=after,
            ),
            kind="warning",
        )
    if refused.code in OF_THE_LINES:
        return Notice(
            _("Some lines have changed since you looked"),
            _("They are marked below. Nothing is ordered yet: look at the rest, then order."),
            kind="warning",
        )
    looking = viewer()
    places = {place.id: place.name for place in looking.locations} if looking else {}
    variants = {line.wanted.variant_id: line.wanted.name for line in found.all_lines}
    notice = notice_of(refused, buyer().currency, places, variants, now())
    if refused.code in ELSEWHERE:
        return replace(notice, action_url=None, action_label=None)
    return notice


def number(count: object) -> str:
    """A whole number in the reader's language."""
    return formats.quantity(int(str(count)), locale=locale())
