"""Names of brands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.catalog.rows import BRAND, can_be_stored

_NAMES: Final = select(BRAND.c.code, BRAND.c.names).where(
    BRAND.c.code.in_(bindparam("codes", expanding=True))
)


def names_of_brands(session: Session, codes: Collection[str]) -> dict[str, Mapping[str, str]]:
    """The names of each brand by its code, by locale; codes nobody has are left out; one statement, or none."""
    codes = [code for code in codes if can_be_stored(code)]
    if not codes:
        return {}
    rows = session.connection().execute(_NAMES, {"codes": codes})
    return {code: names for code, names in rows}  # noqa: C416 - a row is no pair for mypy
