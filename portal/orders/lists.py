"""What people do to their lists. Each change raises the list's version, and refuses to overwrite one it did not see."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.core.errors import Conflict, NotFound, Refused
from portal.orders.list_queries import visible_to
from portal.orders.models import SavedList, SavedListLine, TakenAway, TakenAwayKind
from portal.orders.rules import MAX_QUANTITY
from portal.orders.taken_away import is_kept, keep

MAX_NAME: Final = 80
"""Characters of a list's name."""

MAX_LINES: Final = 1_000
"""Most lines of a list: as many as an order may have."""

MAX_LISTS: Final = 200
"""Most lists of one account."""


def create_list(
    session: Session,
    account_id: int,
    user_id: int,
    name: str,
    wanted: Mapping[int, int],
    *,
    shared: bool,
    now: datetime,
) -> int:
    """Make a list of these units by variant id, in their order, and give its id.

    Raises Refused ``name_missing``, ``name_too_long`` (``maximum``), ``too_many_lines`` (``maximum``),
    ``too_many_lists`` (``maximum``).
    """
    _require_name(name)
    _require_lines(len(wanted))
    there = session.scalar(
        select(func.count()).select_from(SavedList).where(SavedList.account_id == account_id)
    )
    if (there or 0) >= MAX_LISTS:
        raise Refused("too_many_lists", maximum=MAX_LISTS)
    list_id: int = session.execute(
        insert(SavedList)
        .values(account_id=account_id, owner_id=user_id, name=name, shared=shared, version=1, updated_at=now)
        .returning(SavedList.id)
    ).scalar_one()
    _insert(session, list_id, wanted, 1)
    return list_id


def change_list(
    session: Session,
    account_id: int,
    user_id: int,
    list_id: int,
    version: int,
    *,
    name: str,
    shared: bool,
    now: datetime,
) -> None:
    """Rename a list, share it or make it private; only its owner takes it away from the others.

    Raises NotFound; Conflict ``changed_meanwhile`` (``version``); Refused as ``create_list`` for the name, and
    ``not_owner``.
    """
    _require_name(name)
    found = _locked(session, account_id, user_id, list_id, version)
    if found.owner_id != user_id and not shared:
        raise Refused("not_owner", field="shared")
    _raise_version(session, list_id, now, name=name, shared=shared)


def save_lines(
    session: Session,
    account_id: int,
    user_id: int,
    list_id: int,
    version: int,
    quantities: Mapping[int, int],
    *,
    order: Sequence[int] = (),
    now: datetime,
) -> int:
    """Give lines other quantities (units by variant id) and another order, and give the list's new version.

    ``order`` are variant ids; lines it does not name keep their places behind those it does. What the list does not
    hold is passed over. At most four statements. Raises NotFound; Conflict ``changed_meanwhile`` (``version``);
    Refused ``quantity`` for one below 1 or too large.
    """
    if any(not 1 <= quantity <= MAX_QUANTITY for quantity in quantities.values()):
        raise Refused("quantity", field="quantity")
    _locked(session, account_id, user_id, list_id, version)
    rows = session.execute(
        select(SavedListLine.variant_id, SavedListLine.quantity, SavedListLine.position)
        .where(SavedListLine.list_id == list_id)
        .order_by(SavedListLine.position, SavedListLine.id)
    ).all()
    there = [row.variant_id for row in rows]
    named = [variant_id for variant_id in dict.fromkeys(order) if variant_id in set(there)]
    turn = [*named, *(variant_id for variant_id in there if variant_id not in set(named))]
    places = {variant_id: place for place, variant_id in enumerate(turn, 1)}
    moved = {row.variant_id: places[row.variant_id] for row in rows if row.position != places[row.variant_id]}
    other = {
        row.variant_id: quantities[row.variant_id]
        for row in rows
        if quantities.get(row.variant_id, row.quantity) != row.quantity
    }
    _set(session, list_id, "quantity", other)
    _set(session, list_id, "position", moved if order else {})
    if not other and not (order and moved):
        return version
    return _raise_version(session, list_id, now)


def add_lines(
    session: Session, account_id: int, user_id: int, list_id: int, wanted: Mapping[int, int], now: datetime
) -> None:
    """Put units by variant id at a list's end; those it holds already get the new quantity. Nothing is overwritten.

    Raises NotFound; Refused ``too_many_lines``.
    """
    _locked(session, account_id, user_id, list_id, None)
    rows = session.execute(
        select(SavedListLine.variant_id, SavedListLine.position).where(SavedListLine.list_id == list_id)
    ).all()
    there = {row.variant_id for row in rows}
    new = {variant_id: units for variant_id, units in wanted.items() if variant_id not in there}
    _require_lines(len(there) + len(new))
    _set(session, list_id, "quantity", {key: units for key, units in wanted.items() if key in there})
    _insert(session, list_id, new, max((row.position for row in rows), default=0) + 1)
    _raise_version(session, list_id, now)


def remove_lines(
    session: Session,
    account_id: int,
    user_id: int,
    list_id: int,
    version: int,
    variant_ids: Collection[int],
    now: datetime,
) -> dict[int, int]:
    """Take variants out of a list and give what was taken out, units by variant id. Raises as ``save_lines``."""
    _locked(session, account_id, user_id, list_id, version)
    gone = session.execute(
        delete(SavedListLine)
        .where(SavedListLine.list_id == list_id, SavedListLine.variant_id.in_(variant_ids))
        .returning(SavedListLine.variant_id, SavedListLine.quantity)
    ).all()
    _raise_version(session, list_id, now)
    return {row.variant_id: row.quantity for row in gone}


def put_line_back(
    session: Session,
    account_id: int,
    user_id: int,
    list_id: int,
    variant_id: int,
    quantity: int,
    after: int | None,
    now: datetime,
) -> None:
    """Put a line back behind the variant it stood behind (id; None: it was the first), or at the end if that is gone.

    What is on the list by now stays as it is. Raises NotFound; Refused ``too_many_lines``.
    """
    _locked(session, account_id, user_id, list_id, None)
    there = list(
        session.scalars(
            select(SavedListLine.variant_id)
            .where(SavedListLine.list_id == list_id)
            .order_by(SavedListLine.position, SavedListLine.id)
        )
    )
    if variant_id in there:
        return
    _require_lines(len(there) + 1)
    place = 0 if after is None else there.index(after) + 1 if after in there else len(there)
    turn = [*there[:place], variant_id, *there[place:]]
    _insert(session, list_id, {variant_id: quantity}, place + 1)
    _set(session, list_id, "position", {each: position for position, each in enumerate(turn, 1)})
    _raise_version(session, list_id, now)


def copy_list(session: Session, account_id: int, user_id: int, list_id: int, name: str, now: datetime) -> int:
    """Make a private copy of a list for this person, and give its id. Raises as ``create_list``, and NotFound."""
    _locked(session, account_id, user_id, list_id, None)
    rows = session.execute(
        select(SavedListLine.variant_id, SavedListLine.quantity)
        .where(SavedListLine.list_id == list_id)
        .order_by(SavedListLine.position, SavedListLine.id)
    )
    wanted = {row.variant_id: row.quantity for row in rows}
    return create_list(session, account_id, user_id, name[:MAX_NAME], wanted, shared=False, now=now)


def delete_list(
    session: Session, account_id: int, user_id: int, list_id: int, version: int, now: datetime
) -> str:
    """Delete a list and give the key by which ``restore_list`` brings it back.

    Raises NotFound; Conflict ``changed_meanwhile``; Refused ``not_owner``.
    """
    found = _locked(session, account_id, user_id, list_id, version)
    if found.owner_id != user_id:
        raise Refused("not_owner")
    rows = session.execute(
        select(SavedListLine.variant_id, SavedListLine.quantity)
        .where(SavedListLine.list_id == list_id)
        .order_by(SavedListLine.position, SavedListLine.id)
    ).all()
    content = {
        "name": found.name,
        "shared": found.shared,
        "lines": [{"variant_id": row.variant_id, "quantity": row.quantity} for row in rows],
    }
    key = keep(session, user_id, account_id, TakenAwayKind.LIST, content, now)
    session.execute(delete(SavedListLine).where(SavedListLine.list_id == list_id))
    session.execute(delete(SavedList).where(SavedList.id == list_id))
    return key


def restore_list(session: Session, account_id: int, user_id: int, key: str, now: datetime) -> int:
    """Bring back a list that this person deleted, and give its new id. Raises NotFound, also the second time."""
    kept = session.scalar(
        update(TakenAway)
        .where(*is_kept(user_id, account_id, TakenAwayKind.LIST, key), TakenAway.put_back_at.is_(None))
        .values(put_back_at=now)
        .returning(TakenAway.content)
        .execution_options(synchronize_session=False)
    )
    if kept is None:
        raise NotFound("deleted list", key)
    wanted = {line["variant_id"]: line["quantity"] for line in kept["lines"]}
    return create_list(session, account_id, user_id, kept["name"], wanted, shared=kept["shared"], now=now)


def _require_name(name: str) -> None:
    if not name.strip():
        raise Refused("name_missing", field="name")
    if len(name) > MAX_NAME:
        raise Refused("name_too_long", field="name", maximum=MAX_NAME)


def _require_lines(count: int) -> None:
    if count > MAX_LINES:
        raise Refused("too_many_lines", maximum=MAX_LINES)


def _locked(session: Session, account_id: int, user_id: int, list_id: int, version: int | None) -> Any:
    row = session.execute(
        select(SavedList.owner_id, SavedList.version, SavedList.name, SavedList.shared)
        .where(SavedList.id == list_id, visible_to(account_id, user_id))
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("list", list_id)
    if version is not None and row.version != version:
        raise Conflict("changed_meanwhile", version=row.version)
    return row


def _raise_version(session: Session, list_id: int, now: datetime, **values: Any) -> int:
    version: int = session.execute(
        update(SavedList)
        .where(SavedList.id == list_id)
        .values(version=SavedList.version + 1, updated_at=now, **values)
        .returning(SavedList.version)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    return version


def _set(session: Session, list_id: int, column: str, values: Mapping[int, int]) -> None:
    """Set a column of many lines, by variant id, in one statement."""
    if values:
        session.execute(
            update(SavedListLine)
            .where(SavedListLine.list_id == list_id, SavedListLine.variant_id.in_(values))
            .values({column: case(dict(values), value=SavedListLine.variant_id)})
            .execution_options(synchronize_session=False)
        )


def _insert(session: Session, list_id: int, wanted: Mapping[int, int], first: int) -> None:
    if wanted:
        session.execute(
            insert(SavedListLine),
            [
                {"list_id": list_id, "variant_id": variant_id, "quantity": units, "position": place}
                for place, (variant_id, units) in enumerate(wanted.items(), first)
            ],
        )
