"""The verbs of the orders room, by name; what they do stands in the modules they come from."""

from __future__ import annotations

from portal.orders.backorders import allot_backorders, receive_goods
from portal.orders.cancelling import cancel, cancel_units
from portal.orders.cart import (
    add_to_cart,
    change_cart_line,
    choose_location,
    empty_cart,
    put_back,
    set_cart_quantity,
    set_promotion_code,
    take_out,
)
from portal.orders.change import Change, ChangedOrder, change_order, plan_change
from portal.orders.checkout import ChangedPrice, Checkout, LineProblem
from portal.orders.fulfil import ShippedGoods, confirm, deliver, hold, release, ship, start_picking
from portal.orders.place import PlacedOrder, place_basket, place_order

__all__ = [
    "Change",
    "ChangedOrder",
    "ChangedPrice",
    "Checkout",
    "LineProblem",
    "PlacedOrder",
    "ShippedGoods",
    "add_to_cart",
    "allot_backorders",
    "cancel",
    "cancel_units",
    "change_cart_line",
    "change_order",
    "choose_location",
    "confirm",
    "deliver",
    "empty_cart",
    "hold",
    "place_basket",
    "place_order",
    "plan_change",
    "put_back",
    "receive_goods",
    "release",
    "set_cart_quantity",
    "set_promotion_code",
    "ship",
    "start_picking",
    "take_out",
]
