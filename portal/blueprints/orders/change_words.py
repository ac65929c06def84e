"""Why an order was not changed, in words: what is wrong, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.blueprints.credit import freeing_of
from portal.blueprints.placing_words import MAX_ITEMS, Notice, day_message, notice_of
from portal.core import formats
from portal.core.errors import Refused
from portal.i18n import gettext as _
from portal.i18n import locale


def why_not(reason: str) -> Notice:
    """Why nothing can be changed any more; ``reason`` as orders.change.why_unchangeable names it."""
    match reason:
        case "cancelled":
            return Notice(_("This order is cancelled"), _("Order again what you still need."), kind="warning")
        case "picking":
            return Notice(
                _("We are picking this order already"),
                _("Nothing was changed. Call or write to us: often it can still be stopped by hand."),
                action_url="/account",
                action_label=_("Your contact"),
            )
        case "left":
            return Notice(
                _("This order has left us"),
                _("Nothing was changed. What arrives can be returned; what is missing can be ordered again."),
            )
    return Notice(
        _("The time to change this order has passed"),
        _("Nothing was changed. Call or write to us: often it can still be stopped by hand."),
        action_url="/account",
        action_label=_("Your contact"),
    )


def change_notice(
    refused: Refused, currency: str, places: Mapping[int, str], variants: Mapping[int, str], now: datetime
) -> Notice:
    """The message for what change_order refused; ``places`` and ``variants`` are names by id."""
    facts: dict[str, Any] = refused.facts

    def amount(minor: int) -> str:
        return formats.money(minor, currency, locale=locale())

    def count(units: int) -> str:
        return formats.quantity(units, locale=locale())

    match refused.code:
        case "not_changeable":
            return why_not(facts["reason"])
        case "changed_meanwhile":
            return Notice(
                _("The order changed while you looked at it"),
                _(
                    "Nothing of yours is lost: it stands below beside the order as it is now. Look at it again."
                ),
                kind="warning",
            )
        case "prices_changed":
            return Notice(
                _("This is what the change comes to"),
                _(
                    "The new total is %(total)s. Nothing is changed yet: look, then send the change.",
                    total=amount(facts["total"]),
                ),
                kind="warning",
            )
        case "arrives_later":
            return Notice(
                _("Some of it would arrive later than shown"),
                _("Nothing is changed yet: look at the new days, then send the change."),
                kind="warning",
                names=notice_of(refused, currency, places, variants, now).names,
            )
        case "credit_exceeded":
            freeing = freeing_of(facts["needed"] - facts["left"])
            return Notice(
                _(
                    "Your credit is %(missing)s short",
                    missing=amount(facts["needed"] - max(facts["left"], 0)),
                ),
                _(
                    "The change adds %(more)s, and %(left)s of your credit is left.",
                    more=amount(facts["needed"]),
                    left=amount(facts["left"]),
                ),
                action_url=freeing.url if freeing else None,
                action_label=freeing.text if freeing else None,
            )
        case "order_limit":
            return Notice(
                _("This order is above the limit for one order"),
                _(
                    "It comes to %(total)s, and one order may come to %(limit)s. Take something out.",
                    total=amount(facts["total"]),
                    limit=amount(facts["limit"]),
                ),
            )
        case "drop_minimum":
            return Notice(
                _("A delivery is below its minimum"),
                _("Put more into it, or bring it together with another one."),
                names=notice_of(refused, currency, places, variants, now).names,
            )
        case "delivery_day":
            return Notice(
                day_message(str(facts["problem"]), facts["day"]),
                _("Choose another day for %(place)s.", place=places.get(facts["location_id"], "")),
            )
        case "out_of_stock":
            return Notice(
                _("Less is left than you want"),
                _("Take what there is, or take the line out."),
                names=tuple(
                    _("%(name)s: %(count)s can be had", name=variants.get(variant, ""), count=count(units))
                    for variant, units in facts["shortages"][:MAX_ITEMS]
                ),
            )
        case "not_available":
            return Notice(
                _("Some of this is no longer sold"),
                _("What you ordered of it stays; more of it cannot be had."),
                names=tuple(variants.get(variant, "") for variant in facts["variant_ids"][:MAX_ITEMS]),
            )
        case "price_on_request":
            return Notice(
                _("Some of this has a price on request"),
                _("Take it out of the change and ask us for its price."),
                names=tuple(variants.get(variant, "") for variant in facts["variant_ids"][:MAX_ITEMS]),
            )
        case "line_quantities":
            return Notice(
                _("Some quantities cannot be had like this"),
                _("Change them to what is named here."),
                names=tuple(
                    _quantity_words(variants.get(line.variant_id, line.sku), line.code, line.facts)
                    for line in facts["lines"][:MAX_ITEMS]
                ),
            )
        case "misfits":
            return Notice(
                _("Some quantities cannot be had like this"),
                _("Change them to what is named here."),
                names=tuple(
                    _(
                        "%(name)s: in steps of %(step)s",
                        name=variants.get(each.line_id, ""),
                        step=count(each.step),
                    )
                    for each in facts["lines"][:MAX_ITEMS]
                ),
            )
        case "nothing_left":
            return Notice(
                _("Nothing would be left of the order"),
                _("To take all of it back, cancel the order on its page."),
            )
        case "nothing_changed":
            return Notice(
                _("Nothing is different yet"), _("Change something first, then look at it."), kind="info"
            )
        case "prepaid_order":
            return Notice(
                _("This order is paid in advance"),
                _(
                    "With this change it would come to %(total)s instead of %(before)s, so nothing is changed. "
                    "Order what is more by itself; to take something out, call or write to us.",
                    total=formats.money(facts["total"], currency, locale=locale()),
                    before=formats.money(facts["before"], currency, locale=locale()),
                ),
            )
        case "account_on_hold" | "account_closed" | "no_credit":
            return Notice(
                notice_of(refused, currency, places, variants, now).title,
                _("The order cannot grow now; it can still become smaller. Ask us, and we will sort it out."),
                action_url="/account",
                action_label=_("Your contact"),
            )
    return Notice(
        _("The change is too large"),
        _("Change fewer lines or deliveries at once: at most %(maximum)s.", maximum=facts.get("maximum", "")),
    )


def rest_problem(refused: Refused) -> str:
    """Why what has not come was not taken back."""
    match refused.code:
        case "changed_meanwhile":
            return _(
                "The order changed while you looked at it, so nothing was cancelled. This is how it stands now."
            )
        case "nothing_to_cancel":
            return _("Enter how many units you no longer want, at least one.")
        case "not_cancellable":
            return _(
                "Some of these units are on their way already, so nothing was cancelled. Look at what still waits."
            )
    return _("Nothing was cancelled. Look at the order and try again.")


def _quantity_words(name: str, code: str, facts: Mapping[str, Any]) -> str:
    def count(key: str) -> str:
        return formats.quantity(int(facts[key]), locale=locale())

    if code == "off_step":
        return _("%(name)s: %(lower)s or %(upper)s", name=name, lower=count("lower"), upper=count("upper"))
    if code == "below_minimum":
        return _("%(name)s: at least %(nearest)s", name=name, nearest=count("nearest"))
    return _("%(name)s: at most %(nearest)s", name=name, nearest=count("nearest"))
