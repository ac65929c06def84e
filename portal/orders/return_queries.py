"""Reads of returns and claims; frozen rows come out. What an account may see is scoped by the account."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.catalog.models import StoredFile
from portal.core.clock import local_date
from portal.core.errors import NotFound
from portal.core.money import PPM
from portal.orders.models import (
    Order,
    OrderLine,
    Remedy,
    ReturnLine,
    ReturnReason,
    ReturnRequest,
    ReturnStatus,
)
from portal.orders.order_view import LineView, OrderView
from portal.orders.return_rules import LAPSED_RETURNS, OPEN_RETURNS, credit_for, shares
from portal.pricing.prices import STANDARD
from portal.pricing.queries import taxes_in_force

MAX_PAGE: Final = 1_000
"""Deepest page of the desk's list."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Units of a line that returns speak of."""

    units: int = 0
    """All of them, but for those that came to nothing."""
    credited: int = 0
    """Those that were, or are to be, credited."""


@dataclass(frozen=True, slots=True)
class ReturnableLine:
    """A line of an order as far as it can come back."""

    line: LineView
    left: int
    """Units that left us and are in no return yet."""
    charged: int
    """With tax, minor units."""
    units: int
    """Units that is for."""
    credited: int
    """Units of them that were, or are to be, credited."""

    def credit(self, wanted: int) -> int:
        """What ``wanted`` more units are worth, with tax, minor units."""
        return credit_for(self.charged, self.units, self.credited, wanted)


@dataclass(frozen=True, slots=True)
class ReturnLineView:
    """A line of a return."""

    id: int
    order_line_id: int
    variant_id: int
    sku: str
    name: str
    unit: str
    quantity: int
    reason: ReturnReason
    remedy: Remedy
    has_photo: bool
    expected_credit: int
    granted: int | None
    """Units the seller accepted; None: not decided."""


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A return with its lines."""

    id: int
    number: str
    account_id: int
    account_code: str
    account_name: str
    order_id: int
    order_number: str
    location_id: int
    locale: str
    """Language of the order's documents."""
    ship_to: dict[str, str]
    requested_by_id: int
    requested_by_name: str
    status: ReturnStatus
    version: int
    pickup_date: date | None
    notes: str
    decision_note: str
    currency: str
    expected_credit: int
    granted_credit: int | None
    created_at: datetime
    decided_at: datetime | None
    lines: tuple[ReturnLineView, ...]

    @property
    def wants_replacement(self) -> bool:
        """True if goods are to be sent instead of any of it; the desk places that order."""
        return any(
            line.remedy is Remedy.REPLACEMENT and (line.granted is None or line.granted > 0)
            for line in self.lines
        )


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A return as a list shows it."""

    number: str
    order_number: str
    account_name: str
    status: ReturnStatus
    currency: str
    expected_credit: int
    granted_credit: int | None
    pickup_date: date | None
    created_at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """A page of a list of returns."""

    rows: tuple[ReturnRow, ...]
    page: int
    """Counts from 1."""
    has_more: bool


def claimed_units(session: Session, order_id: int, *, decided: bool = False) -> dict[int, Claimed]:
    """Units in returns by order line (id); a line in none is left out; one statement.

    With ``decided`` only returns the seller has decided count.
    """
    units = func.coalesce(ReturnLine.granted, ReturnLine.quantity)
    rows = session.execute(
        select(
            ReturnLine.order_line_id,
            func.sum(units),
            func.sum(case((ReturnLine.remedy == Remedy.CREDIT, units), else_=0)),
        )
        .join(ReturnRequest, ReturnRequest.id == ReturnLine.return_id)
        .where(
            ReturnRequest.order_id == order_id,
            ReturnRequest.status.not_in(sorted(LAPSED_RETURNS)),
            *([ReturnRequest.status != ReturnStatus.REQUESTED] if decided else []),
        )
        .group_by(ReturnLine.order_line_id)
    )
    return {line_id: Claimed(int(claimed), int(credited)) for line_id, claimed, credited in rows}


def line_charges(session: Session, order: OrderView) -> dict[int, int]:
    """What each line of the order (id) was charged with tax, minor units; two statements.

    The lines and the freight sum to the order's total to the unit: tax that was rounded once for the document is
    shared out, not rounded anew.
    """
    facts = session.execute(
        select(Account.tax_profile_id, Account.timezone, Order.freight)
        .join(Order, Order.account_id == Account.id)
        .where(Order.id == order.id)
    ).one()
    in_force = taxes_in_force(session, facts.tax_profile_id, local_date(order.placed_at, facts.timezone))
    charged = {(tax["code"], tax["rate_ppm"]) for tax in order.taxes}

    def with_tax(amount: int, tax_class: str) -> int:
        rates = in_force.get(tax_class, ())
        return amount * (PPM + sum(tax.rate_ppm for tax in rates if (tax.code, tax.rate_ppm) in charged))

    weights = [
        line.line_total * PPM if line.tax_included else with_tax(line.line_total, line.tax_class)
        for line in order.lines
    ]
    parts = shares(order.total, [*weights, with_tax(facts.freight, STANDARD)])
    return {line.id: part for line, part in zip(order.lines, parts, strict=False)}


def returnable_lines(session: Session, order: OrderView) -> tuple[ReturnableLine, ...]:
    """The lines of which anything left us, with what can still come back; three statements."""
    claimed, charged = claimed_units(session, order.id), line_charges(session, order)
    return tuple(
        ReturnableLine(
            line=line,
            left=max(0, line.shipped - claimed.get(line.id, Claimed()).units),
            charged=charged[line.id],
            units=line.quantity - line.cancelled,
            credited=claimed.get(line.id, Claimed()).credited,
        )
        for line in order.lines
        if line.shipped
    )


_VIEW = (
    select(
        ReturnRequest.id,
        ReturnRequest.number,
        ReturnRequest.account_id,
        Account.code.label("account_code"),
        Account.name.label("account_name"),
        ReturnRequest.order_id,
        Order.number.label("order_number"),
        Order.location_id,
        Order.locale,
        Order.ship_to,
        ReturnRequest.requested_by_id,
        User.name.label("requested_by_name"),
        ReturnRequest.status,
        ReturnRequest.version,
        ReturnRequest.pickup_date,
        ReturnRequest.notes,
        ReturnRequest.decision_note,
        ReturnRequest.currency,
        ReturnRequest.expected_credit,
        ReturnRequest.granted_credit,
        ReturnRequest.created_at,
        ReturnRequest.decided_at,
    )
    .join(Order, Order.id == ReturnRequest.order_id)
    .join(Account, Account.id == ReturnRequest.account_id)
    .join(User, User.id == ReturnRequest.requested_by_id)
)

_VIEW_LINES = (
    select(
        ReturnLine.id,
        ReturnLine.order_line_id,
        OrderLine.variant_id,
        OrderLine.sku,
        OrderLine.name,
        OrderLine.unit,
        ReturnLine.quantity,
        ReturnLine.reason,
        ReturnLine.remedy,
        ReturnLine.photo_file_id.is_not(None).label("has_photo"),
        ReturnLine.expected_credit,
        ReturnLine.granted,
    )
    .join(OrderLine, OrderLine.id == ReturnLine.order_line_id)
    .order_by(OrderLine.position, ReturnLine.id)
)


def return_of(session: Session, account_id: int, number: str) -> ReturnView:
    """One return of this account; two statements. Raises NotFound, also for another account's."""
    return _view(session, number, ReturnRequest.account_id == account_id)


def return_by_key(session: Session, account_id: int, submit_key: str) -> str | None:
    """The number of the account's return that a form with this key asked for; None if none did."""
    return session.scalar(
        select(ReturnRequest.number).where(
            ReturnRequest.account_id == account_id, ReturnRequest.submit_key == submit_key
        )
    )


def any_return(session: Session, number: str, *, sales_rep_id: int | None = None) -> ReturnView:
    """The return of this number, for the seller's people; with ``sales_rep_id`` of this person's accounts alone.

    Raises NotFound.
    """
    return _view(session, number, *_of_rep(sales_rep_id))


def _view(session: Session, number: str, *conditions: ColumnElement[bool]) -> ReturnView:
    if not number.isprintable():
        raise NotFound("return", number)
    row = session.execute(_VIEW.where(ReturnRequest.number == number, *conditions)).one_or_none()
    if row is None:
        raise NotFound("return", number)
    lines = session.execute(_VIEW_LINES.where(ReturnLine.return_id == row.id))
    return ReturnView(**row._mapping, lines=tuple(ReturnLineView(**line._mapping) for line in lines))


_ROWS = (
    select(
        ReturnRequest.number,
        Order.number.label("order_number"),
        Account.name.label("account_name"),
        ReturnRequest.status,
        ReturnRequest.currency,
        ReturnRequest.expected_credit,
        ReturnRequest.granted_credit,
        ReturnRequest.pickup_date,
        ReturnRequest.created_at,
        select(func.sum(ReturnLine.quantity))
        .where(ReturnLine.return_id == ReturnRequest.id)
        .correlate(ReturnRequest)
        .scalar_subquery()
        .label("units"),
    )
    .join(Order, Order.id == ReturnRequest.order_id)
    .join(Account, Account.id == ReturnRequest.account_id)
)


def returns_of_order(session: Session, order_id: int) -> tuple[ReturnRow, ...]:
    """The returns of an order, the first first; one statement."""
    rows = session.execute(_ROWS.where(ReturnRequest.order_id == order_id).order_by(ReturnRequest.id))
    return tuple(ReturnRow(**row._mapping) for row in rows)


def return_queue(
    session: Session,
    *,
    statuses: Collection[ReturnStatus] = OPEN_RETURNS,
    page: int = 1,
    page_size: int = 20,
    sales_rep_id: int | None = None,
) -> ReturnPage:
    """A page of returns of every account, the oldest first; one statement. ``statuses`` empty means all."""
    page = min(max(page, 1), MAX_PAGE)
    conditions: list[Any] = list(_of_rep(sales_rep_id))
    if statuses:
        conditions.append(ReturnRequest.status.in_(sorted(statuses)))
    rows = session.execute(
        _ROWS.where(and_(True, *conditions))
        .order_by(ReturnRequest.created_at, ReturnRequest.id)
        .limit(page_size + 1)
        .offset((page - 1) * page_size)
    ).all()
    return ReturnPage(
        tuple(ReturnRow(**row._mapping) for row in rows[:page_size]), page, len(rows) > page_size
    )


def return_counts(session: Session, *, sales_rep_id: int | None = None) -> dict[ReturnStatus, int]:
    """How many returns stand at each open state; a state without any counts 0; one statement."""
    rows = session.execute(
        select(ReturnRequest.status, func.count())
        .join(Account, Account.id == ReturnRequest.account_id)
        .where(ReturnRequest.status.in_(sorted(OPEN_RETURNS)), *_of_rep(sales_rep_id))
        .group_by(ReturnRequest.status)
    )
    found: dict[ReturnStatus, int] = {row[0]: row[1] for row in rows}
    return {status: found.get(status, 0) for status in ReturnStatus if status in OPEN_RETURNS}


def photo_of(session: Session, return_id: int, line_id: int) -> tuple[str, bytes]:
    """Type and bytes of the photo of a return's line; who may see the return is asked before.

    Raises NotFound for a line without one, and for another return's line.
    """
    row = session.execute(
        select(StoredFile.media_type, StoredFile.content)
        .join(ReturnLine, ReturnLine.photo_file_id == StoredFile.id)
        .where(ReturnLine.return_id == return_id, ReturnLine.id == line_id)
    ).one_or_none()
    if row is None:
        raise NotFound("photo", line_id)
    return row.media_type, row.content


def _of_rep(sales_rep_id: int | None) -> Sequence[ColumnElement[bool]]:
    return [] if sales_rep_id is None else [Account.sales_rep_id == sales_rep_id]
