"""GET parameters of the cart page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from flask import request

from portal.orders.rules import MAX_QUANTITY


@dataclass(frozen=True, slots=True)
class CartParams:
    """What was taken out a moment ago, so that it can be put back."""

    removed: str
    """SKU; empty: nothing was."""
    quantity: int

    @classmethod
    def from_args(cls) -> Self:
        """Read the address; anything odd counts as nothing taken out."""
        removed = request.args.get("removed", "")[:100]
        quantity = request.args.get("quantity", "")
        if not (quantity.isascii() and quantity.isdigit() and 0 < int(quantity[:9]) <= MAX_QUANTITY):
            return cls("", 0)
        return cls(removed, int(quantity[:9]))
