"""Who may see which variant: the one condition that every list, page, link and order of an account passes."""

from __future__ import annotations

from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    literal,
    or_,
    select,
)

from portal.accounts.queries import Buyer
from portal.catalog.models import Assortment, AssortmentGrant, AssortmentItem, Variant

_VARIANT = cast(Table, Variant.__table__)
_ASSORTMENT = cast(Table, Assortment.__table__)
_GRANT = cast(Table, AssortmentGrant.__table__)
_ITEM = cast(Table, AssortmentItem.__table__)


def _visible(account_id: ColumnElement[Any], segment_id: ColumnElement[Any]) -> ColumnElement[bool]:
    # Only the look-up of one item depends on the variant; the grants are worked out once per statement.
    audience = or_(_GRANT.c.account_id == account_id, _GRANT.c.segment_id == segment_id)

    def whole_catalog(*, hides: bool) -> ColumnElement[bool]:
        return exists(
            select(1)
            .select_from(_GRANT.join(_ASSORTMENT, _ASSORTMENT.c.id == _GRANT.c.assortment_id))
            .where(audience, _GRANT.c.hides.is_(hides), _ASSORTMENT.c.everything.is_(True))
            .correlate(None)
        )

    def item(*, hides: bool) -> ScalarSelect[Any]:
        granted: Select[Any] = (
            select(_GRANT.c.assortment_id).where(audience, _GRANT.c.hides.is_(hides)).correlate(None)
        )
        # Not EXISTS: PostgreSQL makes one join of that over the whole catalog, where a page wants 24 in order.
        return (
            select(literal(1))
            .select_from(_ITEM)
            .where(_ITEM.c.variant_id == _VARIANT.c.id, _ITEM.c.assortment_id.in_(granted))
            .limit(1)
            .correlate_except(_ITEM)
            .scalar_subquery()
        )

    shown = or_(whole_catalog(hides=False), item(hides=False).is_not(None))
    return and_(shown, ~whole_catalog(hides=True), item(hides=True).is_(None))


VISIBLE: Final = _visible(bindparam("seen_by_account_id"), bindparam("seen_by_segment_id"))
"""The condition that a buyer may see the variant: some grant shows it and none hides it.

It speaks of the table ``variant`` of the statement it stands in, which is executed with ``audience_of(buyer)``. It
says nothing about whether the variant is active.
"""


def audience_of(buyer: Buyer) -> dict[str, int | None]:
    """The parameters of VISIBLE for ``buyer``."""
    return {"seen_by_account_id": buyer.account_id, "seen_by_segment_id": buyer.segment_id}
