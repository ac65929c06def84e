"""The one cart that a person has at an account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.core.upsert import insert_for
from portal.orders.models import Cart


def own_cart(user_id: int, account_id: int) -> Select[int]:
    """The id of the person's cart, as part of a statement; no row where there is none yet."""
    return select(Cart.id).where(Cart.user_id == user_id, Cart.account_id == account_id)


def touch_cart(session: Session, user_id: int, account_id: int, now: datetime, **values: Any) -> int:
    """Set ``values`` and the time of change of the person's cart, made if there is none; gives its id.

    One statement. The cart's row is held until the transaction ends.
    """
    cart = insert_for(session, Cart).values(user_id=user_id, account_id=account_id, updated_at=now, **values)
    cart_id: int = session.execute(
        cart.on_conflict_do_update(
            index_elements=["user_id", "account_id"],
            set_={"updated_at": cart.excluded.updated_at, **values},
        ).returning(Cart.id)
    ).scalar_one()
    return cart_id
