"""Bulk entries: lines somebody pasted, typed or uploaded, kept from the preview to what became of each of them.

An entry is committed once: its row is locked, and what became of its lines is written beside them in the transaction
that fills the cart. Whoever sends it again finds that and changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.core.errors import Conflict, NotFound, Refused
from portal.core.upsert import insert_for
from portal.orders.bulk_facts import Entering
from portal.orders.bulk_lines import TAKEN_BACK, BulkLine, Reading
from portal.orders.bulk_outcome import Assessment, assess, kept_outcome
from portal.orders.entry.quantities import Doubt, Quantity
from portal.orders.models import (
    BulkEntry,
    CartLine,
    LaterLine,
    Order,
    OrderLine,
    OrderStatus,
)
from portal.orders.own_cart import touch_cart
from portal.orders.rules import MAX_QUANTITY

KEEP_ENTRIES: Final = timedelta(days=60)
"""How long an entry is kept."""

NO_LAST_ORDER: Final = "no_last_order"
"""Problem of a text that wants the last order again, where there is none."""

MOST_LINES: Final = 5_000
"""Lines of an entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A person's entry as it is kept."""

    id: int
    key: str
    source: str
    lines: tuple[BulkLine, ...]
    notes: tuple[str, ...]
    """Texts that are no lines but were understood."""
    left: tuple[str, ...]
    """Rows that are no lines."""
    outcome: tuple[dict[str, Any], ...] | None
    """What became of each line, as ``kept_outcome`` gives it; null: not committed yet."""
    created_at: datetime


def entry_of(session: Session, account_id: int, user_id: int, key: str, *, lock: bool = False) -> Entry:
    """A person's entry. Raises NotFound, also for a colleague's and a stranger's."""
    wanted = select(BulkEntry).where(
        BulkEntry.account_id == account_id,
        BulkEntry.user_id == user_id,
        BulkEntry.submit_key == key,
    )
    if lock:
        wanted = wanted.with_for_update()
    row = session.scalar(wanted.execution_options(populate_existing=True))
    lines = tuple(BulkLine.from_json(kept) for kept in row.lines if "original" in kept) if row else ()
    # What was ordered again has a key too, but no lines that were read.
    if row is None or (row.outcome is not None and len(row.outcome) != len(lines)):
        raise NotFound("bulk entry", key)
    return Entry(
        row.id,
        row.submit_key,
        row.source,
        lines,
        tuple(kept["note"] for kept in row.lines if "note" in kept),
        tuple(kept["left"] for kept in row.lines if "left" in kept),
        tuple(row.outcome) if row.outcome is not None else None,
        row.created_at,
    )


def keep_entry(
    session: Session,
    account_id: int,
    user_id: int,
    key: str,
    source: str,
    reading: Reading,
    now: datetime,
) -> bool:
    """Keep what was read under ``key``; a person's own entry that is not committed yet is replaced.

    False, and nothing is kept, if the key names another entry: one that is committed, or a colleague's. Raises Refused
    ``too_many_rows`` (``most``, ``found``).
    """
    if len(reading.lines) > MOST_LINES:
        raise Refused("too_many_rows", most=MOST_LINES, found=len(reading.lines))
    lines = _to_json(reading.lines, reading.notes, reading.left)
    statement = insert_for(session, BulkEntry).values(
        account_id=account_id,
        user_id=user_id,
        submit_key=key,
        source=source,
        lines=lines,
        created_at=now,
    )
    kept = session.scalar(
        statement.on_conflict_do_update(
            index_elements=["account_id", "submit_key"],
            set_={"lines": statement.excluded.lines, "source": statement.excluded.source},
            where=(BulkEntry.user_id == user_id) & BulkEntry.committed_at.is_(None),
        ).returning(BulkEntry.id)
    )
    return kept is not None


def forget_entries(session: Session, before: datetime) -> None:
    """Delete what was entered before that moment; what went into carts and orders stays there."""
    session.execute(
        delete(BulkEntry).where(BulkEntry.created_at < before).execution_options(synchronize_session=False)
    )


def change_entry(session: Session, entry: Entry, lines: Sequence[BulkLine]) -> Entry:
    """Keep the lines of a locked entry as they are now. Raises Conflict ``committed`` if it went into the cart."""
    if entry.outcome is not None:
        raise Conflict("committed")
    session.execute(
        update(BulkEntry)
        .where(BulkEntry.id == entry.id)
        .values(lines=_to_json(lines, entry.notes, entry.left))
        .execution_options(synchronize_session=False)
    )
    return replace(entry, lines=tuple(lines))


def commit_entry(
    session: Session, entering: Entering, key: str, seen: str | None, now: datetime
) -> Assessment | None:
    """Put the lines of an entry into the person's cart, all at once, and keep what became of each.

    ``seen`` is the digest of what the person saw; null: whatever stands now. None if it was committed before: nothing
    is done. Raises NotFound, Conflict ``changed_meanwhile`` if it would end otherwise than seen, Refused
    ``nothing_to_add``, or ``too_much_for_later`` (``maximum``) where a line kept for later could not hold the sum.
    """
    account_id = entering.buyer.account_id
    entry = entry_of(session, account_id, entering.user_id, key, lock=True)
    if entry.outcome is not None:
        return None
    # The cart's row is held from here on, so that what is in the cart and what is added to it are summed once.
    cart_id = touch_cart(session, entering.user_id, account_id, now)
    # So are its lines, in the order in which placing takes them.
    session.execute(
        select(CartLine.id).where(CartLine.cart_id == cart_id).order_by(CartLine.id).with_for_update()
    )
    found = assess(session, entering, entry.lines)
    if seen is not None and seen != found.digest:
        raise Conflict("changed_meanwhile")
    later = [line for line in found.lines if line.line.later and line.variant]
    if not found.cart and not later:
        raise Refused("nothing_to_add")
    _add_all(session, cart_id, found, now)
    _keep_for_later(session, cart_id, found, now)
    session.execute(
        update(BulkEntry)
        .where(BulkEntry.id == entry.id)
        .values(outcome=[kept_outcome(line) for line in found.lines], committed_at=now)
        .execution_options(synchronize_session=False)
    )
    return found


def with_last_order(session: Session, account_id: int, reading: Reading, text: str) -> None:
    """Put the lines of the account's last order into a reading that asks for them; then take out what is not wanted.

    One statement. ``text`` is what was written, shown where there is no last order.
    """
    if reading.repeats_last_order:
        again = _last_order(session, account_id)
        reading.lines[:0] = again or [_problem(text, "", NO_LAST_ORDER)]
    for removal in reading.removals:
        unwanted = {
            number
            for number, line in enumerate(reading.lines)
            if removal.variant is not None and line.variant_id == removal.variant
        }
        if unwanted:
            for number in unwanted:
                reading.lines[number] = replace(reading.lines[number], left_out=True)
            reading.notes.append(removal.original)
        else:
            reading.lines.append(_problem(removal.original, removal.words, TAKEN_BACK))


def _problem(original: str, words: str, problem: str) -> BulkLine:
    return BulkLine(original, Quantity(None, doubt=Doubt.MISSING), words=words, problem=problem)


def _last_order(session: Session, account_id: int) -> list[BulkLine]:
    last = (
        select(func.max(Order.id))
        .where(Order.account_id == account_id, Order.status != OrderStatus.CANCELLED)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Order.number, OrderLine.name, OrderLine.variant_id, OrderLine.quantity - OrderLine.cancelled)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.id == last, OrderLine.quantity > OrderLine.cancelled)
        .order_by(OrderLine.position)
    )
    return [
        BulkLine(
            f"{number}: {name} {units}", Quantity(units), variant_id=variant_id, units_chosen=True, said=units
        )
        for number, name, variant_id, units in rows
    ]


def _to_json(
    lines: Sequence[BulkLine], notes: Collection[str], left: Collection[str]
) -> list[dict[str, Any]]:
    return [
        *(line.to_json() for line in lines),
        *({"note": note} for note in notes),
        *({"left": row} for row in left),
    ]


def _add_all(session: Session, cart_id: int, found: Assessment, now: datetime) -> None:
    if not found.cart:
        return
    line = insert_for(session, CartLine)
    session.connection().execute(
        line.on_conflict_do_update(
            index_elements=["cart_id", "variant_id"],
            set_={
                "quantity": CartLine.quantity + line.excluded.quantity,
                "seen_unit_price_e4": line.excluded.seen_unit_price_e4,
            },
        ),
        [
            {
                "cart_id": cart_id,
                "variant_id": variant_id,
                "quantity": units,
                "seen_unit_price_e4": found.prices[variant_id].unit_price_e4,
                "added_at": now,
            }
            for variant_id, units in found.cart.items()
        ],
    )


def _keep_for_later(session: Session, cart_id: int, found: Assessment, now: datetime) -> None:
    units: dict[int, int] = {}
    for each in found.lines:
        if each.line.later and each.variant:
            wanted = units.get(each.variant.id, 0) + (
                each.line.quantity.number or each.variant.first_quantity
            )
            units[each.variant.id] = wanted
    if not units:
        return
    # The cart's row is held, so nobody keeps more of them meanwhile.
    present = session.execute(
        select(LaterLine.variant_id, LaterLine.quantity).where(LaterLine.cart_id == cart_id)
    )
    kept = {row.variant_id: row.quantity for row in present}
    if any(kept.get(variant_id, 0) + count > MAX_QUANTITY for variant_id, count in units.items()):
        raise Refused("too_much_for_later", maximum=MAX_QUANTITY)
    line = insert_for(session, LaterLine)
    session.execute(
        line.on_conflict_do_update(
            index_elements=["cart_id", "variant_id"],
            set_={"quantity": LaterLine.quantity + line.excluded.quantity, "kept_at": line.excluded.kept_at},
        ),
        [
            {"cart_id": cart_id, "variant_id": variant_id, "quantity": count, "kept_at": now}
            for variant_id, count in units.items()
        ],
    )
