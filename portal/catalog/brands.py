"""Names of brands."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.catalog.rows import BRAND, can_be_stored
from portal.core.locales import localized

_NAMES: Final = select(BRAND.c.code, BRAND.c.names).where(
    BRAND.c.code.in_(bindparam("codes", expanding=True))
)


def brand_names(session: Session, codes: Collection[str], locale: str) -> dict[str, str]:
    """The name of each brand by its code; codes nobody has are left out; one statement, or none."""
    codes = [code for code in codes if can_be_stored(code)]
    if not codes:
        return {}
    rows = session.connection().execute(_NAMES, {"codes": codes})
    return {code: localized(names, locale) or code for code, names in rows}
