"""What a printed code stands for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog.access import VISIBLE, audience_of
from portal.catalog.rows import PRODUCT, VARIANT, can_be_stored
from portal.core.among import among_texts

LONGEST_CODE: Final = 100
"""Characters; what is longer is no code of ours."""

EAN_DIGITS: Final = 13
UPC_DIGITS: Final = 12

ENOUGH: Final = 2
"""More than one is many: nobody needs to know how many."""

_OF_CODE: Final = (
    select(VARIANT.c.sku)
    .select_from(VARIANT.join(PRODUCT, PRODUCT.c.id == VARIANT.c.product_id))
    .where(
        or_(
            VARIANT.c.barcode.in_(bindparam("codes", expanding=True)),
            VARIANT.c.sku.in_(bindparam("codes", expanding=True)),
            VARIANT.c.part_number.in_(bindparam("codes", expanding=True)),
        ),
        VARIANT.c.active.is_(True),
        PRODUCT.c.active.is_(True),
        VISIBLE,
    )
    .order_by(VARIANT.c.id)
    .limit(ENOUGH)
)


def skus_of_code(session: Session, buyer: Buyer, code: str) -> tuple[str, ...]:
    """SKUs of what is sold to ``buyer`` with this barcode, SKU or part number: none, one, or two for "several".

    One statement. A scanner reads the twelve digits of a UPC also as thirteen with a zero before them.
    """
    code = code.strip()
    if not code or len(code) > LONGEST_CODE or not can_be_stored(code):
        return ()
    codes = [code]
    if code.isascii() and code.isdigit():
        if len(code) == UPC_DIGITS:
            codes.append(code.zfill(EAN_DIGITS))
        elif len(code) == EAN_DIGITS and code.startswith("0"):
            codes.append(code[1:])
    rows = session.connection().execute(_OF_CODE, {"codes": codes, **audience_of(buyer)})
    return tuple(rows.scalars())


_OF_CODES: Final = (
    select(VARIANT.c.id, VARIANT.c.sku, VARIANT.c.barcode, VARIANT.c.part_number)
    .select_from(VARIANT.join(PRODUCT, PRODUCT.c.id == VARIANT.c.product_id))
    .where(
        or_(
            among_texts(VARIANT.c.sku, "codes"),
            among_texts(VARIANT.c.barcode, "codes"),
            among_texts(VARIANT.c.part_number, "codes"),
        ),
        VISIBLE,
    )
    .order_by(VARIANT.c.id)
)


def variants_of_codes(session: Session, buyer: Buyer, codes: Collection[str]) -> dict[str, tuple[int, ...]]:
    """Variants (id) that ``buyer`` may see by which of ``codes`` is their SKU, barcode or part number; one statement.

    What is no longer sold is among them. A code of none is left out.
    """
    wanted = {code for code in codes if len(code) <= LONGEST_CODE and can_be_stored(code)}
    found: dict[str, tuple[int, ...]] = {}
    if not wanted:
        return found
    rows = session.connection().execute(_OF_CODES, {"codes": sorted(wanted), **audience_of(buyer)})
    for variant_id, *its in rows:
        for code in {code for code in its if code in wanted}:
            found[code] = (*found.get(code, ()), variant_id)
    return found
