"""What the cart refuses, in words a buyer can act on, with the quantities that would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from portal.core import formats
from portal.core.errors import Refused
from portal.i18n import gettext as _
from portal.i18n import locale

MAX_SHOWN: Final = 24
"""Characters of a wrong input that a message repeats."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A message that belongs to one line."""

    text: str
    fixes: tuple[int, ...] = ()
    """Quantities in units, each one tap away."""


def trouble_of(refused: Refused, typed: str) -> Trouble:
    """The message for what the orders room refused about one line; ``typed`` is what stood in the field."""
    facts: dict[str, Any] = refused.facts
    code = refused.code
    if code == "off_step":
        return Trouble(
            _("This is sold in steps of %(step)s. Choose the nearest quantity:", step=_number(facts["step"])),
            _fixes(facts["lower"], facts["upper"]),
        )
    if code == "below_minimum":
        return Trouble(
            _("You can order this from %(minimum)s on.", minimum=_number(facts["minimum"])),
            _fixes(facts["nearest"]),
        )
    if code == "too_large":
        return Trouble(
            _("At most %(maximum)s go into one line. For more, ask us.", maximum=_number(facts["maximum"])),
            _fixes(facts["nearest"]),
        )
    if code == "fractional":
        return Trouble(
            _("Only whole units are sold. Choose the nearest quantity:"),
            _fixes(facts["lower"], facts["upper"]),
        )
    if code == "ambiguous_number":
        plain = str(facts["plain"]).lstrip("+")
        return Trouble(
            _("This number can be read in two ways. Do you mean this one?"),
            _fixes(int(plain)) if plain.isdigit() else (),
        )
    if code == "price_on_request":
        return Trouble(_("The price of this is on request. Ask us for it before you order."))
    if code == "changed_elsewhere":
        text = _(
            "On another page this was made %(there)s in the meantime, and that was kept. You asked for %(asked)s.",
            there=_number(facts["quantity"]),
            asked=_number(facts["asked"]),
        )
        return Trouble(text, _fixes(facts["asked"]))
    if code == "not_available":
        return Trouble(_("This is no longer sold."))
    if not typed:
        return Trouble(_("Type a quantity, such as 12."))
    return Trouble(
        _("“%(typed)s” is not a quantity. Type a whole number, such as 12.", typed=typed[:MAX_SHOWN])
    )


def unknown_sku(sku: str) -> Trouble:
    """The message for a SKU that is unknown, or that this account does not see: nobody is told which."""
    if not sku:
        return Trouble(_("Say which product you mean: the SKU is missing."))
    return Trouble(_("We do not know the SKU %(sku)s. Check it, or search by name.", sku=sku))


def _fixes(*quantities: object) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(str(quantity)) for quantity in quantities))


def _number(quantity: object) -> str:
    return formats.quantity(int(str(quantity)), locale=locale())
