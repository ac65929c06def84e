"""Why a deed at the desk was not done, in words."""

from __future__ import annotations

from typing import Any

from portal.blueprints.order_words import status_word
from portal.core.errors import Refused
from portal.i18n import gettext as _
from portal.orders.models import OrderStatus


def problem_of(refused: Refused, status: OrderStatus) -> str:
    """The message for what was refused about an order that now stands at ``status``."""
    facts: dict[str, Any] = refused.facts
    match refused.code:
        case "changed_meanwhile" | "illegal_move" | "already_delivered":
            return _(
                "Nothing was done: the order has moved on since you looked. It is now: %(status)s.",
                status=status_word(status),
            )
        case "nothing_to_ship":
            return _("Enter how many units leave, at least one.")
        case "negative_quantity":
            return _("Units that leave cannot be less than none.")
        case "not_reserved":
            most = min(units for _drop, units in facts["drops"])
            return _(
                "More than is on the shelf for this order: at most %(units)s at the marked line.", units=most
            )
        case "several_locations":
            return _("One shipment goes to one place. Ship the places one after the other.")
        case "nothing_to_cancel":
            return _("Enter how many units are cancelled, at least one.")
        case "not_cancellable":
            most = min(units for _line, units in facts["lines"])
            return _("More than can still be cancelled: at most %(units)s at one of the lines.", units=most)
        case "cancel_whole":
            return _("Nothing would be left of the order. Cancel the whole of it instead.")
        case "waits_for_payment":
            return _("The order waits to be paid. It goes on by itself as soon as the money is there.")
        case "wrong_kind":
            return _("Choose what happened to the shipment.")
    return _("This was not done. Look at the order and try again.")
