"""What an account has bought before, as a table that searches can join."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Subquery, bindparam, func, select

from portal.orders.models import Order, OrderLine, OrderStatus

BOUGHT: Final[Subquery] = (
    select(OrderLine.variant_id, func.count().label("times"))
    .join(Order, Order.id == OrderLine.order_id)
    .where(Order.account_id == bindparam("bought_by_account_id"), Order.status != OrderStatus.CANCELLED)
    .group_by(OrderLine.variant_id)
    .subquery("bought")
)
"""Rows (variant_id, times): on how many order lines of the account it stands; parameter ``bought_by_account_id``."""
