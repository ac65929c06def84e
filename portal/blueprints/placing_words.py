"""Why an order was not placed, in words: what is wrong, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from flask import url_for
from flask_babel import ngettext

from portal.blueprints.credit import freeing_of
from portal.core import formats
from portal.core.errors import Refused
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.drops import LaterArrival


@dataclass(frozen=True, slots=True)
class Notice:
    """A message about the whole order, with one next step."""

    title: str
    text: str
    kind: str = "error"
    action_url: str | None = None
    action_label: str | None = None
    names: tuple[str, ...] = ()
    """What it is about, one by one."""


MAX_ITEMS: Final = 12
"""How many things a message names one by one."""


def notice_of(
    refused: Refused, currency: str, places: Mapping[int, str], variants: Mapping[int, str], now: datetime
) -> Notice:
    """The message for what place_order refused about the order as a whole.

    ``places`` and ``variants`` are names by id.
    """
    facts: dict[str, Any] = refused.facts

    def amount(minor: int) -> str:
        return formats.money(minor, currency, locale=locale())

    match refused.code:
        case "account_on_hold":
            return Notice(
                _("Your account is on hold"),
                _(
                    "Nothing was ordered; your cart is kept. Call or write to us, and we will sort it out together."
                ),
                action_url="/account",
                action_label=_("Your contact"),
            )
        case "account_closed":
            return Notice(
                _("This account is closed"),
                _("Nothing can be ordered for it any more. Ask us if you think this is a mistake."),
                action_url="/account",
                action_label=_("Your contact"),
            )
        case "no_credit":
            return Notice(
                _("Your account has no credit terms yet"),
                _("Orders here are placed on account. Your cart is kept; ask us for credit terms."),
                action_url="/account",
                action_label=_("Your contact"),
            )
        case "order_limit":
            return Notice(
                _("This order is above the limit for one order"),
                _(
                    "It comes to %(total)s, and one order may come to %(limit)s. Take something out, or split it.",
                    total=amount(facts["total"]),
                    limit=amount(facts["limit"]),
                ),
                action_url=url_for("cart.show"),
                action_label=_("Change the cart"),
            )
        case "credit_exceeded":
            freeing = freeing_of(facts["needed"] - facts["left"])
            return Notice(
                _(
                    "Your credit is %(missing)s short",
                    missing=amount(facts["needed"] - max(facts["left"], 0)),
                ),
                _(
                    "The order comes to %(total)s, and %(left)s of your credit is left. Take something out, pay an"
                    " open invoice, or ask us to raise the limit.",
                    total=amount(facts["needed"]),
                    left=amount(facts["left"]),
                ),
                action_url=freeing.url if freeing else url_for("cart.show"),
                action_label=freeing.text if freeing else _("Change the cart"),
            )
        case "drop_minimum":
            return Notice(
                _("A delivery is below its minimum"),
                _("Put more into it, or bring it together with another one."),
                action_url=url_for("splits.show"),
                action_label=_("Places and days"),
                names=tuple(
                    _(
                        "%(place)s, %(day)s: %(missing)s is missing",
                        place=places.get(location_id, ""),
                        day=day_words(day),
                        missing=amount(missing),
                    )
                    for location_id, day, missing in facts["drops"][:MAX_ITEMS]
                ),
            )
        case "ordered_before":
            minutes = max(1, int((now - facts["placed_at"]).total_seconds() // 60))
            return Notice(
                ngettext(
                    "You ordered nearly this %(num)s minute ago",
                    "You ordered nearly this %(num)s minutes ago",
                    minutes,
                ),
                _(
                    "Order %(number)s of %(name)s has nearly the same lines. Nothing is ordered yet: look at it,"
                    " or order all the same.",
                    number=facts["number"],
                    name=facts["placed_by"],
                ),
                kind="warning",
                action_url=url_for("orders.show", number=facts["number"]),
                action_label=_("See that order"),
            )
        case "arrives_later":
            return Notice(
                _("Some of it would arrive later than shown"),
                _("Nothing is ordered yet: look at the new days, then order."),
                kind="warning",
                names=tuple(
                    _later_words(change, places, variants) for change in facts["changes"][:MAX_ITEMS]
                ),
            )
        case "delivery_day":
            return Notice(
                day_message(str(facts["problem"]), facts["day"]),
                _("Choose another day for %(place)s.", place=places.get(facts["location_id"], "")),
                action_url=url_for("splits.show"),
                action_label=_("Places and days"),
            )
        case "too_many_lines":
            return Notice(
                _("Too many lines for one order"),
                _("One order takes %(maximum)s lines. Split it in two.", maximum=facts["maximum"]),
                action_url=url_for("cart.show"),
                action_label=_("Change the cart"),
            )
        case "out_of_stock":
            return Notice(
                _("Some of this was just sold to someone else"),
                _("The lines that are short are marked in your cart, with what is left of each."),
                action_url=url_for("cart.show"),
                action_label=_("See what is left"),
            )
    return Notice(
        _("Some lines need a change before you can order"),
        _("They are marked in your cart, each with what to do."),
        action_url=url_for("cart.show"),
        action_label=_("Change the cart"),
    )


def day_words(day: date | None) -> str:
    """A day of delivery in the reader's language; as soon as possible without one."""
    if day is None:
        return _("as soon as possible")
    return formats.local_day(day, locale=locale())


def _later_words(change: LaterArrival, places: Mapping[int, str], variants: Mapping[int, str]) -> str:
    place = places.get(change.location_id, "")
    what = place if change.variant_id is None else f"{place} · {variants.get(change.variant_id, '')}"
    after = formats.local_day(change.promised, locale=locale()) if change.promised else _("day unknown")
    if change.shown is None:
        return _("%(what)s: arrives %(after)s", what=what, after=after)
    before = formats.local_day(change.shown, locale=locale())
    return _("%(what)s: %(before)s was shown, now %(after)s", what=what, before=before, after=after)


def day_message(problem: str, day: date) -> str:
    """Why nothing can arrive on the day; ``problem`` as delivery.rules.day_problem names it."""
    shown = formats.local_date(day, locale=locale(), style="full")
    match problem:
        case "too_soon":
            return _("%(day)s is in the past or too soon.", day=shown)
        case "too_far":
            return _("%(day)s is too far ahead: at most a year.", day=shown)
        case "weekday":
            return _("We do not deliver to this place on that weekday (%(day)s).", day=shown)
        case "holiday":
            return _("%(day)s is a public holiday.", day=shown)
    return _("We are closed on %(day)s.", day=shown)
