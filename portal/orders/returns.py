"""Returns and claims: what a dealer asks for, what the seller decides, goods that come back, and the credit.

Every verb locks the order first and then the return, as everything else that is done to an order does. Those of the
seller take the ``version`` the person saw and raise: NotFound; Conflict ``changed_meanwhile`` (``version``,
``status``) if the return is another by now; Conflict ``illegal_move`` (``status``, ``move``) if its state does not
allow it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, StaffRole, User
from portal.catalog.actions import keep_photo
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.ids import return_number
from portal.jobs.queue import enqueue
from portal.orders.backorders import receive_goods
from portal.orders.models import (
    Drop,
    EventKind,
    Order,
    OrderLine,
    Remedy,
    ReturnLine,
    ReturnReason,
    ReturnRequest,
    ReturnStatus,
)
from portal.orders.order_view import OrderView, order_view
from portal.orders.return_queries import (
    ReturnableLine,
    claimed_units,
    line_charges,
    return_by_key,
    returnable_lines,
)
from portal.orders.return_rules import ReturnMove, after_move, credit_for
from portal.orders.return_steps import (
    lock_order,
    locked_return,
    mail_about,
    move_return,
    note_event,
    require_version,
)

_LINES = cast(Table, ReturnLine.__table__)


@dataclass(frozen=True, slots=True)
class Wish:
    """Units of an order's line that come back, came short or were wrong, and what the dealer wants for them."""

    order_line_id: int
    quantity: int
    reason: ReturnReason
    remedy: Remedy
    photo: bytes | None = None
    """As the camera gave it."""


@dataclass(frozen=True, slots=True)
class RequestedReturn:
    """The return of a submission."""

    number: str
    is_repeat: bool
    """True if this key had asked for it before."""


def expected_credits(lines: Sequence[ReturnableLine], wishes: Sequence[Wish]) -> list[int]:
    """What each wish is worth, with tax, minor units; a replacement is worth no credit.

    Raises NotFound for a line of which nothing left us; Refused ``nothing_to_return`` without wishes and
    ``negative_quantity`` for a quantity below 1; Conflict ``more_than_delivered`` (``lines``: id and units left).
    """
    if not wishes:
        raise Refused("nothing_to_return", field="quantity")
    by_id = {each.line.id: each for each in lines}
    unknown = [wish.order_line_id for wish in wishes if wish.order_line_id not in by_id]
    if unknown:
        raise NotFound("order line", unknown[0])
    if any(wish.quantity < 1 for wish in wishes):
        raise Refused("negative_quantity", field="quantity")
    wanted: dict[int, int] = {}
    for wish in wishes:
        wanted[wish.order_line_id] = wanted.get(wish.order_line_id, 0) + wish.quantity
    too_many = [
        (line_id, by_id[line_id].left) for line_id, units in wanted.items() if units > by_id[line_id].left
    ]
    if too_many:
        raise Conflict("more_than_delivered", field="quantity", lines=too_many)
    taken: dict[int, int] = {}
    amounts = []
    for wish in wishes:
        each, before = by_id[wish.order_line_id], taken.get(wish.order_line_id, 0)
        if wish.remedy is Remedy.REPLACEMENT:
            amounts.append(0)
            continue
        amounts.append(credit_for(each.charged, each.units, each.credited + before, wish.quantity))
        taken[wish.order_line_id] = before + wish.quantity
    return amounts


def request_return(
    session: Session,
    account_id: int,
    user_id: int,
    number: str,
    wishes: Sequence[Wish],
    *,
    pickup_date: date | None,
    notes: str,
    submit_key: str,
    shown_credit: int,
    now: datetime,
) -> RequestedReturn:
    """Ask for the return of goods of the order ``number``; both sides get a mail.

    The same ``submit_key`` never asks twice: the first return is given back. ``shown_credit`` is what the person saw
    before sending, minor units. Raises what expected_credits raises, Refused for a photo as add_picture does, and
    Conflict ``credit_changed`` (``shown``, ``credit``) if the goods are worth something else by now.
    """
    lock_order(session, Order.number == number, Order.account_id == account_id)
    asked_before = return_by_key(session, account_id, submit_key)
    if asked_before is not None:
        return RequestedReturn(asked_before, is_repeat=True)
    order = cast(OrderView, order_view(session, number))
    amounts = expected_credits(returnable_lines(session, order), wishes)
    if sum(amounts) != shown_credit:
        raise Conflict("credit_changed", field="credit", shown=shown_credit, credit=sum(amounts))
    photos = [keep_photo(session, wish.photo) if wish.photo else None for wish in wishes]
    sequence = session.scalar(
        select(func.count()).select_from(ReturnRequest).where(ReturnRequest.order_id == order.id)
    )
    made = return_number(order.number, (sequence or 0) + 1)
    return_id: int = session.execute(
        insert(ReturnRequest)
        .values(
            number=made,
            account_id=account_id,
            order_id=order.id,
            requested_by_id=user_id,
            submit_key=submit_key,
            status=ReturnStatus.REQUESTED,
            version=1,
            pickup_date=pickup_date,
            notes=notes,
            decision_note="",
            currency=order.currency,
            expected_credit=sum(amounts),
            created_at=now,
        )
        .returning(ReturnRequest.id)
    ).scalar_one()
    session.connection().execute(
        insert(_LINES),
        [
            {
                "return_id": return_id,
                "order_line_id": wish.order_line_id,
                "quantity": wish.quantity,
                "reason": wish.reason,
                "remedy": wish.remedy,
                "photo_file_id": photo,
                "expected_credit": amount,
            }
            for wish, photo, amount in zip(wishes, photos, amounts, strict=True)
        ],
    )
    facts = {"return": made, "units": sum(wish.quantity for wish in wishes)}
    note_event(session, order.id, EventKind.RETURN_REQUESTED, user_id, facts, now)
    mail_about(session, made, "requested", user_id, now)
    for staff_id in _who_handles(session, account_id):
        mail_about(session, made, "reported", staff_id, now)
    return RequestedReturn(made, is_repeat=False)


def add_photo(session: Session, account_id: int, number: str, line_id: int, raw: bytes) -> None:
    """Keep a photo of what is wrong with a line (id) of a return nobody has decided yet; it replaces an earlier one.

    Raises NotFound, also for another account's return; Conflict ``illegal_move``; Refused as add_picture does.
    """
    found = locked_return(session, ReturnRequest.number == number, ReturnRequest.account_id == account_id)
    if found.status is not ReturnStatus.REQUESTED:
        raise Conflict("illegal_move", status=found.status, move="add_photo")
    own = select(ReturnLine.id).where(ReturnLine.id == line_id, ReturnLine.return_id == found.id)
    if session.scalar(own) is None:
        raise NotFound("return line", line_id)
    session.execute(
        update(ReturnLine)
        .where(ReturnLine.id == line_id)
        .values(photo_file_id=keep_photo(session, raw))
        .execution_options(synchronize_session=False)
    )


def withdraw(
    session: Session, account_id: int, number: str, *, version: int, actor_id: int, now: datetime
) -> None:
    """Take back a return nobody has decided yet; its units can be returned again."""
    found = locked_return(session, ReturnRequest.number == number, ReturnRequest.account_id == account_id)
    require_version(found, version)
    move_return(session, found, ReturnMove.WITHDRAW, actor_id, now)


def decide(
    session: Session,
    return_id: int,
    granted: Mapping[int, int],
    *,
    note: str,
    version: int,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Accept units by return line (id); a line that is left out is accepted with none. The dealer gets a mail.

    With no unit accepted the return is declined. Raises further: NotFound for a line of another return; Refused
    ``more_than_asked`` (``lines``: id and units asked) and ``reason_needed`` if less is accepted than was asked and
    ``note`` does not say why.
    """
    found = locked_return(session, ReturnRequest.id == return_id)
    require_version(found, version)
    lines = session.execute(
        select(ReturnLine.id, ReturnLine.order_line_id, ReturnLine.quantity, ReturnLine.remedy)
        .where(ReturnLine.return_id == return_id)
        .order_by(ReturnLine.id)
    ).all()
    unknown = granted.keys() - {line.id for line in lines}
    if unknown:
        raise NotFound("return line", min(unknown))
    wrong = [(line.id, line.quantity) for line in lines if not 0 <= granted.get(line.id, 0) <= line.quantity]
    if wrong:
        raise Refused("more_than_asked", field="granted", lines=wrong)
    accepted = {line.id: granted.get(line.id, 0) for line in lines}
    is_less = any(accepted[line.id] < line.quantity for line in lines)
    move = ReturnMove.APPROVE if any(accepted.values()) else ReturnMove.DECLINE
    after_move(found.status, move)
    if is_less and not note:
        raise Refused("reason_needed", field="note")
    session.connection().execute(
        update(_LINES).where(_LINES.c.id == bindparam("line_id")).values(granted=bindparam("units")),
        [{"line_id": line_id, "units": units} for line_id, units in accepted.items()],
    )
    credit = _granted_credit(session, found, lines, accepted)
    move_return(
        session, found, move, actor_id, now,
        granted_credit=credit, decision_note=note, decided_at=now, decided_by_id=actor_id,
    )  # fmt: skip
    mail_about(session, found.number, "decided", found.requested_by_id, now)


def receive(
    session: Session,
    return_id: int,
    restock: Mapping[int, int],
    *,
    version: int,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Record that the goods came back; ``restock`` are units by return line (id) fit to be sold again.

    They go on the shelf they came from, where back-orders may wait for them. Raises further: NotFound for a line of
    another return; Refused ``more_than_granted`` (``lines``: id and units accepted).
    """
    found = locked_return(session, ReturnRequest.id == return_id)
    require_version(found, version)
    first_drop = (
        select(func.min(Drop.id))
        # Of a line that goes to several places only what left us can come back.
        .where(Drop.order_line_id == OrderLine.id, Drop.shipped > 0)
        .correlate(OrderLine)
        .scalar_subquery()
    )
    lines = session.execute(
        select(ReturnLine.id, ReturnLine.granted, OrderLine.variant_id, Drop.warehouse_id)
        .join(OrderLine, OrderLine.id == ReturnLine.order_line_id)
        .join(Drop, Drop.id == first_drop)
        .where(ReturnLine.return_id == return_id)
    ).all()
    unknown = restock.keys() - {line.id for line in lines}
    if unknown:
        raise NotFound("return line", min(unknown))
    wrong = [
        (line.id, line.granted or 0)
        for line in lines
        if not 0 <= restock.get(line.id, 0) <= (line.granted or 0)
    ]
    if wrong:
        raise Refused("more_than_granted", field="restock", lines=wrong)
    move_return(session, found, ReturnMove.RECEIVE, actor_id, now)
    units: dict[tuple[int, int], int] = {}
    for line in lines:
        if count := restock.get(line.id, 0):
            place = (line.variant_id, line.warehouse_id)
            units[place] = units.get(place, 0) + count
    if units:
        receive_goods(session, units, now=now)


def credited(session: Session, return_id: int, *, version: int, actor_id: int | None, now: datetime) -> None:
    """Close the return: a credit note over what was granted is asked for. The dealer gets a mail."""
    found = locked_return(session, ReturnRequest.id == return_id)
    require_version(found, version)
    move_return(session, found, ReturnMove.CREDIT, actor_id, now)
    enqueue(
        session,
        "credit_return",
        {"return_id": return_id},
        now=now,
        unique_key=f"credit_return:{return_id}",
    )
    mail_about(session, found.number, "credited", found.requested_by_id, now)


def _granted_credit(session: Session, found: Any, lines: Sequence[Any], accepted: Mapping[int, int]) -> int:
    """What the accepted units are worth, after those of returns decided before."""
    order = cast(OrderView, order_view(session, found.order_number))
    charged = line_charges(session, order)
    # What is only asked for takes no place before this return: it is worth what is left once it is decided.
    before = {
        line_id: claimed.credited
        for line_id, claimed in claimed_units(session, found.order_id, decided=True).items()
    }
    total = 0
    for line in lines:
        if line.remedy is Remedy.CREDIT:
            of_order = next(each for each in order.lines if each.id == line.order_line_id)
            first = before.get(line.order_line_id, 0)
            units = of_order.quantity - of_order.cancelled
            total += credit_for(charged[line.order_line_id], units, first, accepted[line.id])
            before[line.order_line_id] = first + accepted[line.id]
    return total


def _who_handles(session: Session, account_id: int) -> list[int]:
    """Who at the seller's is told of a return: the account's representative, else everybody at the order desk."""
    rep = session.scalar(
        select(User.id)
        .join(Account, Account.sales_rep_id == User.id)
        .where(Account.id == account_id, User.active.is_(True))
    )
    if rep is not None:
        return [rep]
    desk = select(User.id).where(User.staff_role == StaffRole.DESK, User.active.is_(True)).order_by(User.id)
    return list(session.scalars(desk))
