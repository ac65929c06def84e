"""What the cart's forms send, as it was typed. Whether a quantity can be sold is for the orders room to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from flask import request

from portal.blueprints.typed import one_line
from portal.orders.cart_line import LoneLine

MAX_SKU: Final = 100
"""Longest SKU that is looked up, in characters."""

MAX_WAS: Final = 1_000
"""Characters of the quantities a page knows of: more than a hundred taps without an answer."""


@dataclass(frozen=True, slots=True)
class AddForm:
    """POST /cart/lines."""

    sku: str
    quantity: str
    """As typed."""
    replaces: bool
    """True: the line is to have this quantity; False: it is added to what is there."""

    @property
    def deed(self) -> str:
        """What is done once by a page: this quantity of this SKU."""
        return f"add:{self.quantity[:MAX_SKU]}:{self.sku}"

    @classmethod
    def from_request(cls) -> Self:
        """Read the request; a field that is missing is empty."""
        return cls(
            sku=one_line(request.form.get("sku"))[:MAX_SKU],
            quantity=one_line(request.form.get("quantity")),
            replaces=request.form.get("set") == "1",
        )


@dataclass(frozen=True, slots=True)
class QuantityForm:
    """POST /cart/lines/<id>."""

    quantity: str
    """As typed."""
    was: frozenset[int]
    """Quantities the page knows of (units): the one it was shown and those it has sent since; empty: it says none."""

    @classmethod
    def from_request(cls) -> Self:
        """Read the request; a field that is missing is empty."""
        was = request.form.get("was", "")[:MAX_WAS].split(",")
        return cls(
            one_line(request.form.get("quantity")),
            frozenset(int(each) for each in was if each.isascii() and each.isdigit() and len(each) < 10),
        )


def is_other(line: LoneLine) -> bool:
    """True if the form was shown for a line of something else.

    SQLite gives the id of a line that was taken out to the next one.
    """
    sku = one_line(request.form.get("sku"))[:MAX_SKU]
    return bool(sku) and line.variant is not None and line.variant.sku != sku


@dataclass(frozen=True, slots=True)
class CodeForm:
    """POST /cart/code. An empty code takes the present one out."""

    code: str
    """As typed."""

    @classmethod
    def from_request(cls) -> Self:
        """Read the request."""
        return cls(one_line(request.form.get("code")))
