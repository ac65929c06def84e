"""What became of a line, in words a buyer can act on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from portal.core import formats
from portal.core.errors import Refused
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.bulk import NO_LAST_ORDER
from portal.orders.bulk_lines import NOT_UNDERSTOOD, TAKEN_BACK
from portal.orders.entry.lines import Problem
from portal.orders.entry.outcome import Reason, Why
from portal.orders.entry.quantities import Doubt

MAX_FILE_MEGABYTES: Final = 5


def number(units: object) -> str:
    """A whole number in the reader's language."""
    return formats.quantity(int(str(units)), locale=locale())


def reason_words(why: Why, names: Mapping[int, str]) -> str:
    """A reason of the rules; ``names`` of variants by id. Empty for one that needs no words of its own."""
    facts: dict[str, Any] = {
        "wanted": number(why.wanted or 0),
        "granted": number(why.granted or 0),
        "total": number(why.total or 0),
        "minimum": number(why.minimum or 0),
        "step": number(why.step or 0),
        "available": number(why.available or 0),
    }
    name = names.get(why.variant or 0, "")
    match why.reason:
        case Reason.NOT_FOUND | Reason.NOT_SOLD_HERE:
            return _("We found no product for this.")
        case Reason.UNSURE:
            return _("Which one do you mean?")
        case Reason.QUANTITY:
            return _doubt_words(why.doubt)
        case Reason.UNIT:
            return _("Is this counted in pieces or in packs? Choose how many to order.")
        case Reason.INACTIVE:
            return _("This is no longer sold.")
        case Reason.PRICE_ON_REQUEST:
            return _("The price of this is on request. Ask us for it before you order.")
        case Reason.NO_PRICE:
            return _("There is no price for this. Please ask us.")
        case Reason.REPLACED:
            return _("No longer sold. It is replaced by %(name)s.", name=name)
        case Reason.ROUNDED_UP | Reason.ROUNDED_DOWN:
            return _("Sold in steps of %(step)s: %(wanted)s became %(granted)s.", **facts)
        case Reason.RAISED_TO_MINIMUM:
            return _("You can order this from %(minimum)s on: %(wanted)s became %(granted)s.", **facts)
        case Reason.BELOW_MINIMUM:
            return _("You can order this from %(minimum)s on.", **facts)
        case Reason.OFF_STEP:
            return _("This is sold in steps of %(step)s.", **facts)
        case Reason.CAPPED:
            return _("Only %(available)s in stock: %(wanted)s became %(granted)s.", **facts)
        case Reason.OUT_OF_STOCK:
            if why.available:
                return _("Only %(available)s in stock, which is less than can be ordered.", **facts)
            return _("Out of stock.")
        case Reason.TOO_LARGE:
            return _("This is more than fits into one line: %(wanted)s became %(granted)s.", **facts)
        case Reason.SUMMED:
            return _("Named on several lines, %(total)s altogether.", **facts)
        case Reason.CODE_MENDED:
            return _("The code was damaged, as spreadsheets do. We took it for this product.")


def problem_words(problem: str) -> str:
    """Why a line could not be looked up; empty if nothing stands in the way."""
    match problem:
        case Problem.UNKNOWN_CODE:
            return _("We do not know this code.")
        case Problem.DIGITS_LOST:
            return _("A spreadsheet has cut off the last digits of this code. Type the whole code.")
        case Problem.CODE_IS_DATE:
            return _("A spreadsheet has made a date of this code. Type the code as it should be.")
        case Problem.SEVERAL_CODES:
            return _("This may be more than one code.")
        case Problem.NO_CODE:
            return _("Neither a code nor a name stands here.")
        case _ if problem == NOT_UNDERSTOOD:
            return _("We did not understand this.")
        case _ if problem == TAKEN_BACK:
            return _("You wrote to leave this out. Leave out the line it is about.")
        case _ if problem == NO_LAST_ORDER:
            return _("There is no earlier order to repeat.")
    return ""


def refused_input(refused: Refused) -> str:
    """Why a text or file was not read."""
    facts: dict[str, Any] = refused.facts
    match refused.code:
        case "file_too_large" | "too_large":
            text = _(
                "The file is larger than %(most)s MB. Split it, or paste the lines.", most=MAX_FILE_MEGABYTES
            )
        case "text_too_long":
            text = _(
                "The text is longer than %(most)s characters. Send it in parts.", most=number(facts["most"])
            )
        case "too_many_rows":
            text = _("That is more than %(most)s lines. Send them in parts.", most=number(facts["most"]))
        case "too_many_columns":
            text = _(
                "There are more than %(most)s columns. Keep the code and the quantity.",
                most=number(facts["most"]),
            )
        case "empty":
            text = _("There is nothing in it.")
        case "password":
            text = _("The file is locked with a password. Save it without one and send it again.")
        case "macros":
            text = _("The file has macros in it. Save it without them and send it again.")
        case "unknown_format":
            text = _("This is not a table we can read. Send Excel, CSV, OpenDocument or plain text.")
        case "not_text":
            text = _(
                "The text in this file could not be read. Save it as UTF-8 or as Excel and send it again."
            )
        case _:
            text = _(
                "The file is damaged or of a kind we do not read. Save it as Excel or CSV and send it again."
            )
    if facts.get("row"):
        return _("Row %(row)s: %(problem)s", row=number(facts["row"]), problem=text)
    return text


def _doubt_words(doubt: Doubt | None) -> str:
    match doubt:
        case Doubt.MISSING:
            return _("How many?")
        case Doubt.FRACTION:
            return _("Only whole units are sold. How many?")
        case Doubt.RANGE | Doubt.ABOUT:
            return _("How many exactly?")
        case Doubt.SEPARATOR:
            return _("This number can be read in two ways. Which one do you mean?")
        case Doubt.TWO_NUMBERS:
            return _("Two numbers stand here. Which one is the quantity?")
        case Doubt.TOO_LARGE:
            return _("This is more than can be ordered at once. How many?")
    return _("We could not read the quantity. How many?")
