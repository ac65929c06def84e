"""Reads of lists: those of a person, one of them, and what a pasted text or a file would make a list of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.queries import Buyer
from portal.catalog.access import VISIBLE, audience_of
from portal.catalog.models import Unit, Variant
from portal.catalog.rows import PRODUCT, VARIANT, can_be_stored
from portal.core.errors import NotFound
from portal.orders.entry.lines import EntryLine
from portal.orders.entry.quantities import Doubt
from portal.orders.entry.text import read_file, read_text
from portal.orders.entry.units import units_for
from portal.orders.models import SavedList, SavedListLine
from portal.orders.reorder_sources import Wanted
from portal.orders.rules import MAX_QUANTITY

MOST_CODES: Final = 5_000
"""Codes asked for in one statement."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list among others."""

    id: int
    name: str
    shared: bool
    owner_id: int
    owner_name: str
    version: int
    updated_at: datetime
    line_count: int


@dataclass(frozen=True, slots=True)
class ListView:
    """A list with its lines."""

    row: ListRow
    lines: tuple[Wanted, ...]
    """In their order; the quantity is that of the list."""


def visible_to(account_id: int, user_id: int) -> ColumnElement[bool]:
    """The condition that a person may see a list: it is the account's, and shared or the person's own."""
    return (SavedList.account_id == account_id) & or_(
        SavedList.shared.is_(True), SavedList.owner_id == user_id
    )


_ROWS = select(
    SavedList.id,
    SavedList.name,
    SavedList.shared,
    SavedList.owner_id,
    User.name.label("owner_name"),
    SavedList.version,
    SavedList.updated_at,
    select(func.count())
    .where(SavedListLine.list_id == SavedList.id)
    .correlate(SavedList)
    .scalar_subquery()
    .label("line_count"),
).join(User, User.id == SavedList.owner_id)


def lists_of(session: Session, account_id: int, user_id: int) -> tuple[ListRow, ...]:
    """The person's own lists and the account's shared ones, by name; one statement."""
    rows = session.execute(
        _ROWS.where(visible_to(account_id, user_id)).order_by(SavedList.name, SavedList.id)
    )
    return tuple(ListRow(**row._mapping) for row in rows)


def list_of(session: Session, account_id: int, user_id: int, list_id: int) -> ListView:
    """One list; two statements. Raises NotFound, also for another account's, or a colleague's private one."""
    row = session.execute(_ROWS.where(SavedList.id == list_id, visible_to(account_id, user_id))).one_or_none()
    if row is None:
        raise NotFound("list", list_id)
    lines = session.execute(
        select(SavedListLine.variant_id, Variant.sku, SavedListLine.quantity)
        .join(Variant, Variant.id == SavedListLine.variant_id)
        .where(SavedListLine.list_id == list_id)
        .order_by(SavedListLine.position, SavedListLine.id)
    )
    return ListView(
        ListRow(**row._mapping),
        # Its name is the catalog's to tell: what left the assortment shows the SKU the person knew it by.
        tuple(Wanted(line.variant_id, line.sku, line.sku, line.quantity) for line in lines),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text or a file would make a list of."""

    wanted: dict[int, int] = field(default_factory=dict)
    """Units by variant id, in the order of the lines; a variant named twice has the sum."""
    problems: tuple[str, ...] = ()
    """The original text of each line that names no variant, or several, or no quantity that is sure."""


@dataclass(frozen=True, slots=True)
class _Found:
    id: int
    unit: Unit
    pack_size: int


def read_list(
    session: Session, buyer: Buyer, locale: str, *, text: str = "", content: bytes = b""
) -> Reading:
    """Read a pasted text, or a file's ``content``, by SKU, barcode or part number. A line without a quantity is one.

    Every line is in the list or among the problems. Raises Refused as the readers of portal.orders.entry do.
    """
    by_code: dict[str, list[_Found]] = {}

    def known(texts: Collection[str]) -> Collection[str]:
        _look_up(session, buyer, texts, by_code)
        return [one for one in texts if one in by_code]

    entry = read_file(content, known, locale) if content else read_text(text, known, locale)
    wanted: dict[int, int] = {}
    problems: list[str] = []
    for line in entry.lines:
        found, units = _read(line, by_code, in_table=bool(entry.layouts))
        # More than a line may hold is no quantity either, be it the sum of many.
        if found is None or units is None or wanted.get(found.id, 0) + units > MAX_QUANTITY:
            problems.append(line.original)
        else:
            wanted[found.id] = wanted.get(found.id, 0) + units
    return Reading(wanted, tuple(problems))


def _read(
    line: EntryLine, by_code: dict[str, list[_Found]], *, in_table: bool
) -> tuple[_Found | None, int | None]:
    found = {one.id: one for code in line.codes for one in by_code.get(code, [])}
    if len(found) != 1:
        return None, None
    variant = next(iter(found.values()))
    said = line.quantity
    if said.number is None or said.doubt is not None:
        # A list of codes alone is one of each; words beside a code may have meant a quantity.
        is_alone = in_table or line.original.strip() in line.codes
        return variant, 1 if is_alone and said.doubt in {None, Doubt.MISSING} else None
    units = units_for(variant.unit, variant.pack_size, said.unit, said.number, word=said.word).number
    return variant, units if units and units > 0 else None


def _look_up(
    session: Session, buyer: Buyer, texts: Collection[str], by_code: dict[str, list[_Found]]
) -> None:
    asked = [one for one in dict.fromkeys(texts) if one and one not in by_code and can_be_stored(one)]
    for first in range(0, len(asked), MOST_CODES):
        codes = asked[first : first + MOST_CODES]
        rows = session.execute(
            select(
                VARIANT.c.id,
                VARIANT.c.sku,
                VARIANT.c.barcode,
                VARIANT.c.part_number,
                VARIANT.c.unit,
                VARIANT.c.pack_size,
            )
            .select_from(VARIANT.join(PRODUCT, PRODUCT.c.id == VARIANT.c.product_id))
            .where(
                or_(
                    *(
                        column.in_(codes)
                        for column in (VARIANT.c.sku, VARIANT.c.barcode, VARIANT.c.part_number)
                    )
                ),
                VISIBLE,
            ),
            audience_of(buyer),
        )
        wanted = set(codes)
        for row in rows:
            for code in {row.sku, row.barcode, row.part_number} & wanted:
                by_code.setdefault(code, []).append(_Found(row.id, Unit(row.unit), row.pack_size))
