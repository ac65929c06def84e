"""What an account has bought before, as a table that searches can join."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Subquery, bindparam, func, select

from portal.orders.models import Order, OrderLine, OrderStatus

BOUGHT: Final[Subquery] = (
    select(OrderLine.variant_id, func.count(OrderLine.order_id.distinct()).label("times"))
    .join(Order, Order.id == OrderLine.order_id)
    .where(Order.account_id == bindparam("bought_by_account_id"), Order.status != OrderStatus.CANCELLED)
    .group_by(OrderLine.variant_id)
    .subquery("bought")
)
"""Rows (variant_id, times): in how many orders the account took it. Needs the parameter ``bought_by_account_id``."""
