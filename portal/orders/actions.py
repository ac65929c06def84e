"""The verbs of the orders room, by name; what they do stands in cart.py, place.py and fulfil.py."""

from __future__ import annotations

from portal.orders.cart import (
    add_to_cart,
    choose_location,
    empty_cart,
    remove_cart_line,
    see_prices,
    set_cart_quantity,
    set_promotion_code,
)
from portal.orders.place import ChangedPrice, Checkout, LineProblem, PlacedOrder, place_order

__all__ = [
    "ChangedPrice",
    "Checkout",
    "LineProblem",
    "PlacedOrder",
    "add_to_cart",
    "choose_location",
    "empty_cart",
    "place_order",
    "remove_cart_line",
    "see_prices",
    "set_cart_quantity",
    "set_promotion_code",
]
