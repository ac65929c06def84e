"""What the cart's forms send, as it was typed. Whether a quantity can be sold is for the orders room to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from flask import request

from portal.blueprints.typed import one_line

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


@dataclass(frozen=True, slots=True)
class CodeForm:
    """POST /cart/code. An empty code takes the present one out."""

    code: str
    """As typed."""

    @classmethod
    def from_request(cls) -> Self:
        """Read the request."""
        return cls(one_line(request.form.get("code")))
