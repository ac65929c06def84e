"""Returns in words: for the dealer's pages and the desk alike."""

from __future__ import annotations

from portal.core.errors import Refused
from portal.i18n import gettext as _
from portal.orders.models import Remedy, ReturnReason, ReturnStatus


def reason_word(reason: ReturnReason) -> str:
    """Why goods come back, in a few words."""
    match reason:
        case ReturnReason.SHORT:
            return _("Came short")
        case ReturnReason.DAMAGED:
            return _("Damaged")
        case ReturnReason.WRONG_ITEM:
            return _("Wrong product")
        case ReturnReason.DEFECTIVE:
            return _("Does not work")
        case ReturnReason.ORDERED_BY_MISTAKE:
            return _("Ordered by mistake")
        case ReturnReason.NOT_NEEDED:
            return _("No longer needed")


def remedy_word(remedy: Remedy) -> str:
    """What the dealer wants instead."""
    return _("Credit") if remedy is Remedy.CREDIT else _("Replacement")


def return_status_word(status: ReturnStatus) -> str:
    """The state in one or two words."""
    match status:
        case ReturnStatus.REQUESTED:
            return _("Asked for")
        case ReturnStatus.APPROVED:
            return _("Accepted")
        case ReturnStatus.DECLINED:
            return _("Declined")
        case ReturnStatus.RECEIVED:
            return _("Goods are back")
        case ReturnStatus.CREDITED:
            return _("Settled")
        case ReturnStatus.WITHDRAWN:
            return _("Withdrawn")


def return_status_kind(status: ReturnStatus) -> str:
    """How its badge looks, as templates/_shared/badge.html takes it."""
    match status:
        case ReturnStatus.CREDITED:
            return "good"
        case ReturnStatus.DECLINED:
            return "bad"
        case ReturnStatus.WITHDRAWN:
            return ""
        case _:
            return "accent"


def photo_problem(refused: Refused) -> str:
    """Why a photo was not taken."""
    if refused.code == "picture_too_large":
        return _("This photo is too large. Take one of at most 20 MB.")
    return _("This file is not a photo we can read. Take a JPEG, PNG or WebP.")
