"""Numbers and texts as the files carry them."""

from __future__ import annotations

import re
from typing import Final

from portal.core.money import PPM, UNIT_SCALE, divide, minor_digits, plain_e4

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_MOST_DECIMALS: Final = 10


def text(value: object) -> str:
    """A text without the space around it and without signs that XML cannot carry."""
    return _FORBIDDEN.sub("", str(value)).strip()


def percent(rate_ppm: int) -> str:
    """A rate in percent, without needless zeros: 55_000 ppm is ``5.5``."""
    whole, rest = divmod(rate_ppm, PPM // 100)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


def net_price(net: int, quantity: int, unit_price_e4: int, currency: str) -> str:
    """The price of a unit without tax, in major units, that times ``quantity`` rounds to ``net`` (minor units).

    The price charged (``unit_price_e4``, e4), where it does; else, for a price with tax in it or spread over a
    bundle, the quotient with as few decimals more as it takes, ten at most. ``quantity`` is above 0, ``net`` not below.
    """
    digits = minor_digits(currency)
    if divide(unit_price_e4 * quantity * 10**digits, UNIT_SCALE) == net:
        return plain_e4(unit_price_e4, currency)
    for decimals in range(digits, _MOST_DECIMALS + 1):
        scale = int(10 ** (decimals - digits))
        price = divide(net * scale, quantity)
        if decimals == _MOST_DECIMALS or divide(price * quantity, scale) == net:
            break
    whole, rest = divmod(price, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)
