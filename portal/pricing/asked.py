"""For whom and for which day the statements about prices are asked, said the same way in all of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Row, bindparam, or_

from portal.accounts.queries import Buyer

AnyRow = Row[*tuple[Any, ...]]


def open_on_day(columns: Any) -> Any:
    """Active, and valid on the day: both ends are included, an empty end is open."""
    day = bindparam("day", type_=Date)
    return (
        columns.active
        & or_(columns.valid_from.is_(None), columns.valid_from <= day)
        & or_(columns.valid_to.is_(None), columns.valid_to >= day)
    )


def facts_of(buyer: Buyer, on: date, code: str | None) -> dict[str, Any]:
    """The parameters of a statement: who asks, for which day, and with which code (folded already)."""
    return {
        "account_id": buyer.account_id,
        "segment_id": buyer.segment_id,
        "currency": buyer.currency,
        "day": on,
        "code": code,
    }
