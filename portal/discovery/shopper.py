"""What a search needs to know of the account that asks: which assortments it sees, and what it has bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Integer, Select, Table, bindparam, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog.models import Assortment, AssortmentGrant
from portal.orders.models import Order, OrderLine, OrderStatus
from search.engine import AnyOf, Audience

LAST_ORDERS: Final = 500
"""Orders of an account that tell what it has bought; a longer history costs a search nothing more."""

LAST_ORDERS_WHILE_TYPING: Final = 100
"""The same for suggestions, which are asked for with every key."""

MOST_BOUGHT: Final = 2_000
"""Variants that count as bought before, the last bought first."""

MOST_BOUGHT_WHILE_TYPING: Final = 150
"""The same for suggestions, where they only go first among others of about the same fit."""

MOST_BOOSTED: Final = 500
"""Of these, so many go before others of about the same fit."""

_GRANT = cast(Table, AssortmentGrant.__table__).c
_ASSORTMENT = cast(Table, Assortment.__table__).c
_ORDER = cast(Table, Order.__table__).c
_LINE = cast(Table, OrderLine.__table__).c


@dataclass(frozen=True, slots=True)
class Shopper:
    """An account as search sees it now."""

    audience: Audience
    bought: Mapping[int, int]
    """Variant id → on how many of the last orders it stands; what was bought last comes first."""

    @property
    def boost_ids(self) -> tuple[int, ...]:
        """What goes before others of about the same fit."""
        return tuple(self.bought)[:MOST_BOOSTED]

    @property
    def any_bought(self) -> AnyOf:
        """What the account has bought before."""
        return AnyOf(ids=tuple(self.bought))


def shopper_of(
    session: Session, buyer: Buyer, *, last_orders: int = LAST_ORDERS, most: int = MOST_BOUGHT
) -> Shopper:
    """The account as it stands in the database, never in an index; one statement."""
    shows: list[int] = []
    hides: list[int] = []
    shows_everything = hides_everything = False
    bought: dict[int, int] = {}
    rows = session.connection().execute(
        _FACTS,
        {
            "account_id": buyer.account_id,
            "segment_id": buyer.segment_id,
            "last_orders": last_orders,
            "most": most,
        },
    )
    for is_bought, row_id, number, is_everything in rows:
        if is_bought:
            bought[row_id] = number
        elif number:
            hides.append(row_id)
            hides_everything = hides_everything or bool(is_everything)
        else:
            shows.append(row_id)
            shows_everything = shows_everything or bool(is_everything)
    if hides_everything:
        return Shopper(Audience(shows=()), bought)
    audience = Audience(
        shows=None if shows_everything else tuple(sorted(set(shows))), hides=tuple(sorted(set(hides)))
    )
    return Shopper(audience, bought)


def _facts() -> Select[Any]:
    """The grants of the account and its segment; then what it bought, the last first."""
    audience = or_(_GRANT.account_id == bindparam("account_id"), _GRANT.segment_id == bindparam("segment_id"))
    grants = (
        select(
            literal(0, Integer).label("is_bought"),
            _GRANT.assortment_id.label("row_id"),
            case((_GRANT.hides, 1), else_=0).label("number"),
            case((_ASSORTMENT.everything, 1), else_=0).label("place"),
        )
        .join_from(AssortmentGrant.__table__, Assortment.__table__, _ASSORTMENT.id == _GRANT.assortment_id)
        .where(audience)
    )
    recent = (
        select(_ORDER.id)
        .where(_ORDER.account_id == bindparam("account_id"), _ORDER.status != OrderStatus.CANCELLED)
        .order_by(_ORDER.id.desc())
        .limit(bindparam("last_orders"))
        .subquery("recent")
    )
    bought = (
        select(
            literal(1, Integer).label("is_bought"),
            _LINE.variant_id.label("row_id"),
            func.count().label("number"),
            func.max(_LINE.order_id).label("place"),
        )
        .join_from(recent, OrderLine.__table__, _LINE.order_id == recent.c.id)
        .group_by(_LINE.variant_id)
        .order_by(func.max(_LINE.order_id).desc(), _LINE.variant_id)
        .limit(bindparam("most"))
        .subquery("bought")
    )
    both = union_all(
        grants, select(bought.c.is_bought, bought.c.row_id, bought.c.number, bought.c.place)
    ).subquery("facts")
    return select(both).order_by(both.c.is_bought, both.c.place.desc(), both.c.row_id)


_FACTS: Final = _facts()
