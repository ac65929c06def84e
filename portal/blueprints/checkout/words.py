"""Why an order was not placed, in words: what is wrong, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from portal.core import formats
from portal.core.errors import Refused
from portal.i18n import gettext as _
from portal.i18n import locale


@dataclass(frozen=True, slots=True)
class Notice:
    """A message about the whole order, with one next step."""

    title: str
    text: str
    kind: str = "error"
    action_url: str | None = None
    action_label: str | None = None


def notice_of(refused: Refused, currency: str) -> Notice:
    """The message for what place_order refused about the order as a whole."""
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
            return Notice(
                _(
                    "%(missing)s is missing in your credit",
                    missing=amount(facts["needed"] - max(facts["left"], 0)),
                ),
                _(
                    "The order comes to %(total)s, and %(left)s of your credit is left. Take something out, pay an"
                    " open invoice, or ask us to raise the limit.",
                    total=amount(facts["needed"]),
                    left=amount(facts["left"]),
                ),
                action_url=url_for("cart.show"),
                action_label=_("Change the cart"),
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
