"""Placing an order: everything is looked at again, then all of it is written in one transaction, or none of it.

On PostgreSQL rows are locked in one fixed order: the account, the person's cart lines, stock by (variant, warehouse),
the number series. The series comes last, because every order of the year waits for it until the transaction ends.
The account's lock is what makes a second submission of the same form wait, and then find the first one's order.
On SQLite the whole transaction holds the one write lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from portal.accounts.credit import require_credit, use_credit
from portal.accounts.models import (
    Account,
    AccountStatus,
    ClosedDay,
    CreditReason,
    Location,
    PaymentTerms,
    TermsKind,
)
from portal.accounts.queries import Buyer
from portal.accounts.rules import delivery_day_problem
from portal.catalog import stock
from portal.catalog.queries import VariantRow, variants_by_id
from portal.core.clock import local_date
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.ids import order_number
from portal.core.upsert import insert_for
from portal.jobs.queue import enqueue
from portal.orders.models import (
    Cart,
    CartLine,
    Drop,
    EventKind,
    NumberSeries,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
)
from portal.orders.rules import check_quantity
from portal.pricing.priced import Ask, CodeState, PricedDocument
from portal.pricing.prices import price_document

MAX_LINES: Final = 1_000
"""Most lines of one order."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a person sends to place the order that the checkout page showed."""

    submit_key: str
    """Key of the form: the same key of the same account never places a second order."""
    location_id: int
    shown_total: int
    """Total the page showed, minor units: another one today is told before anything is ordered."""
    po_number: str = ""
    requested_date: date | None = None
    """Day the goods are wanted, at the place; null: as soon as possible."""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """The order of a submission."""

    number: str
    is_repeat: bool
    """True if this key had placed it before."""


@dataclass(frozen=True, slots=True)
class LineProblem:
    """Why a line of the cart cannot be ordered as it is."""

    variant_id: int
    sku: str
    code: str
    """As check_quantity names it."""
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class ChangedPrice:
    """A line whose price is no longer what the person saw, e4 per unit; null: it was on request."""

    variant_id: int
    sku: str
    seen_unit_price_e4: int | None
    unit_price_e4: int


@dataclass(frozen=True, slots=True)
class _Ordered:
    """A line of the cart beside the variant as it is today."""

    cart_line_id: int
    quantity: int
    seen_unit_price_e4: int | None
    variant: VariantRow


def place_order(
    session: Session, buyer: Buyer, user_id: int, checkout: Checkout, *, year: int, today: date, now: datetime
) -> PlacedOrder:
    """Place the order of this person's cart at the account, on account, and empty the cart of what was ordered.

    ``today`` is the day of the account's prices; ``year`` the seller's, for the number.

    Nothing is written if anything is refused. Raises, in this order:
    Refused ``account_on_hold``, ``account_closed``, ``no_credit``; NotFound for a place that is not the account's;
    Refused ``delivery_day`` (``problem`` as delivery_day_problem names it); Conflict ``cart_empty``; Refused
    ``too_many_lines`` (``maximum``); Conflict ``not_available`` (``variant_ids`` no longer sold to the account);
    Refused ``line_quantities`` (``lines``: LineProblem); Refused ``price_on_request`` (``variant_ids``); Conflict
    ``prices_changed`` (``lines``: ChangedPrice, ``shown_total``, ``total``, ``currency``); Refused ``order_limit``
    (``limit``, ``total``, ``currency``); Conflict ``credit_exceeded`` (``left``, ``needed``); Conflict
    ``out_of_stock`` (``shortages``: variant id and units available).
    """
    account = session.execute(_ACCOUNT, {"account_id": buyer.account_id}).one_or_none()
    if account is None:
        raise NotFound("account", buyer.account_id)
    facts = session.execute(
        _FACTS,
        {
            "account_id": buyer.account_id,
            "submit_key": checkout.submit_key,
            "location_id": checkout.location_id,
            "day": checkout.requested_date,
        },
    ).one()
    if facts.placed is not None:
        return PlacedOrder(facts.placed, is_repeat=True)
    _require_standing(account)
    if facts.id is None:
        raise NotFound("location", checkout.location_id)
    _require_delivery_day(facts, checkout.requested_date, now)
    cart_id, code, ordered = _ordered(session, buyer, user_id, facts.warehouse_id)
    _require_quantities(ordered)
    document = price_document(session, buyer, [_ask(line) for line in ordered], today, code=code)
    _require_prices(ordered, document, checkout.shown_total)
    if account.order_limit is not None and document.total > account.order_limit:
        raise Refused(
            "order_limit", limit=account.order_limit, total=document.total, currency=document.currency
        )
    require_credit(account.credit_limit, account.credit_used, document.total)
    granted = stock.reserve(
        session,
        [
            stock.Want(line.variant.id, facts.warehouse_id, line.quantity, line.variant.allow_backorder)
            for line in ordered
        ],
    )
    # From here on nothing is refused any more: the rest is writing.
    number = order_number(year, _next_in_series(session, f"order:{year}"))
    use_credit(session, buyer.account_id, document.total, CreditReason.ORDER_PLACED, number, now)
    order_id = _insert_order(session, buyer, user_id, checkout, facts, code, document, number, now)
    _insert_lines(session, order_id, ordered, document, granted, facts, checkout.requested_date)
    session.execute(
        insert(OrderEvent).values(
            order_id=order_id, kind=EventKind.PLACED, actor_id=user_id, facts={}, at=now
        )
    )
    enqueue(
        session,
        "order_mail",
        {"order_id": order_id, "kind": "placed"},
        now=now,
        unique_key=f"order_mail:{number}:placed",
    )
    _empty_cart_of(session, cart_id, code, ordered)
    return PlacedOrder(number, is_repeat=False)


_ACCOUNT = (
    select(Account.status, Account.credit_limit, Account.credit_used, Account.order_limit, PaymentTerms.kind)
    .join(PaymentTerms, PaymentTerms.id == Account.payment_terms_id)
    .where(Account.id == bindparam("account_id"))
    # NO KEY UPDATE: rows that merely point at the account can be added meanwhile.
    .with_for_update(of=Account, key_share=True)
)

_FACTS = (
    # Read after the account is locked, so that a first submission that has just been committed is seen.
    select(
        select(Order.number)
        .where(Order.account_id == Account.id, Order.submit_key == bindparam("submit_key"))
        .correlate(Account)
        .scalar_subquery()
        .label("placed"),
        exists(select(1).where(ClosedDay.day == bindparam("day", type_=ClosedDay.day.type))).label(
            "is_closed"
        ),
        Location.id,
        Location.name,
        Location.recipient,
        Location.phone,
        Location.country,
        Location.region,
        Location.city,
        Location.line1,
        Location.line2,
        Location.postal_code,
        Location.timezone,
        Location.warehouse_id,
        Location.delivery_weekdays,
    )
    .select_from(Account)
    .outerjoin(
        Location,
        (Location.account_id == Account.id)
        & (Location.id == bindparam("location_id"))
        & Location.active.is_(True),
    )
    .where(Account.id == bindparam("account_id"))
)

_CART = (
    select(
        Cart.id.label("cart_id"),
        Cart.promotion_code,
        CartLine.id,
        CartLine.variant_id,
        CartLine.quantity,
        CartLine.seen_unit_price_e4,
    )
    .join(CartLine, CartLine.cart_id == Cart.id)
    .where(Cart.user_id == bindparam("user_id"), Cart.account_id == bindparam("account_id"))
    .order_by(CartLine.id)
    # What is added to these lines meanwhile waits, and is then a line of its own: it is not ordered unseen.
    .with_for_update(of=CartLine)
)


def _require_standing(account: Any) -> None:
    if account.status is AccountStatus.ON_HOLD:
        raise Refused("account_on_hold")
    if account.status is AccountStatus.CLOSED:
        raise Refused("account_closed")
    if account.credit_limit is None or account.kind is TermsKind.PREPAID:
        raise Refused("no_credit", field="credit")


def _require_delivery_day(place: Any, day: date | None, now: datetime) -> None:
    if day is None:
        return
    problem = delivery_day_problem(
        place.country,
        place.region,
        place.delivery_weekdays,
        day,
        local_date(now, place.timezone),
        {day} if place.is_closed else (),
    )
    if problem is not None:
        raise Refused("delivery_day", field="requested_date", problem=problem, day=day)


def _ordered(
    session: Session, buyer: Buyer, user_id: int, warehouse_id: int
) -> tuple[int, str | None, list[_Ordered]]:
    rows = session.execute(_CART, {"user_id": user_id, "account_id": buyer.account_id}).all()
    if not rows:
        raise Conflict("cart_empty")
    if len(rows) > MAX_LINES:
        raise Refused("too_many_lines", maximum=MAX_LINES)
    variants = {
        variant.id: variant
        for variant in variants_by_id(
            session, buyer, [row.variant_id for row in rows], warehouse_id, buyer.locale
        )
        if variant.active
    }
    gone = [row.variant_id for row in rows if row.variant_id not in variants]
    if gone:
        raise Conflict("not_available", variant_ids=gone)
    ordered = [
        _Ordered(row.id, row.quantity, row.seen_unit_price_e4, variants[row.variant_id]) for row in rows
    ]
    return rows[0].cart_id, rows[0].promotion_code, ordered


def _require_quantities(ordered: Sequence[_Ordered]) -> None:
    problems = []
    for line in ordered:
        try:
            check_quantity(line.quantity, line.variant.minimum, line.variant.step)
        except Refused as refusal:
            problems.append(LineProblem(line.variant.id, line.variant.sku, refusal.code, refusal.facts))
    if problems:
        raise Refused("line_quantities", lines=problems)


def _ask(line: _Ordered) -> Ask:
    variant = line.variant
    return Ask(variant.id, line.quantity, variant.product_id, variant.category_path_ids, variant.tax_class)


def _require_prices(ordered: Sequence[_Ordered], document: PricedDocument, shown_total: int) -> None:
    if not document.is_complete:
        raise Refused(
            "price_on_request", variant_ids=[line.variant_id for line in document.lines if not line.is_priced]
        )
    if document.total != shown_total:
        raise Conflict(
            "prices_changed",
            shown_total=shown_total,
            total=document.total,
            currency=document.currency,
            lines=[
                ChangedPrice(line.variant.id, line.variant.sku, line.seen_unit_price_e4, priced.unit_price_e4)
                for line, priced in zip(ordered, document.lines, strict=True)
                if priced.unit_price_e4 is not None and priced.unit_price_e4 != line.seen_unit_price_e4
            ],
        )


def _next_in_series(session: Session, name: str) -> int:
    """The next number of a gapless series; its row stays locked until the transaction ends."""
    series = insert_for(session, NumberSeries).values(name=name, last=1)
    last: int = session.execute(
        series.on_conflict_do_update(index_elements=["name"], set_={"last": NumberSeries.last + 1}).returning(
            NumberSeries.last
        )
    )
    assert last is not None  # noqa: S101 - an upsert always has its row.
    return last


_SHIP_TO = ("name", "recipient", "phone", "country", "region", "city", "line1", "line2", "postal_code")

_LINES = cast(Table, OrderLine.__table__)
_DROPS = cast(Table, Drop.__table__)


def _insert_order(
    session: Session,
    buyer: Buyer,
    user_id: int,
    checkout: Checkout,
    place: Any,
    code: str | None,
    document: PricedDocument,
    number: str,
    now: datetime,
) -> int:
    order_id: int = session.execute(
        insert(Order)
        .values(
            number=number,
            account_id=buyer.account_id,
            location_id=checkout.location_id,
            placed_by_id=user_id,
            status=OrderStatus.PLACED,
            version=1,
            submit_key=checkout.submit_key,
            currency=document.currency,
            locale=buyer.locale,
            po_number=checkout.po_number,
            requested_date=checkout.requested_date,
            notes=checkout.notes,
            promotion_code=code if document.code_state is CodeState.APPLIED else None,
            subtotal=document.subtotal,
            net=document.net,
            tax=document.tax,
            total=document.total,
            taxes=[tax.to_snapshot() for tax in document.taxes],
            ship_to={name: getattr(place, name) for name in _SHIP_TO},
            placed_at=now,
        )
        .returning(Order.id)
    ).scalar_one()
    return order_id


def _insert_lines(
    session: Session,
    order_id: int,
    ordered: Sequence[_Ordered],
    document: PricedDocument,
    granted: Sequence[stock.Reserved],
    place: Any,
    requested_date: date | None,
) -> None:
    lines = [
        {
            "order_id": order_id,
            "position": position,
            "variant_id": line.variant.id,
            "sku": line.variant.sku,
            "name": line.variant.name,
            "unit": line.variant.unit,
            "pack_size": line.variant.pack_size,
            "quantity": line.quantity,
            "cancelled": 0,
            "unit_price_e4": priced.unit_price_e4,
            "list_unit_price_e4": priced.list_unit_price_e4,
            "line_total": priced.line_total,
            "tax_class": priced.tax_class,
            "tax_included": priced.tax_included,
            "steps": priced.to_snapshot(),
        }
        for position, (line, priced) in enumerate(zip(ordered, document.lines, strict=True), 1)
    ]
    inserted = session.execute(insert(_LINES).returning(_LINES.c.id, _LINES.c.position), lines)
    line_ids = {position: line_id for line_id, position in inserted}
    session.connection().execute(
        insert(_DROPS),
        [
            {
                "order_line_id": line_ids[position],
                "location_id": place.id,
                "warehouse_id": place.warehouse_id,
                "requested_date": requested_date,
                "quantity": line.quantity,
                "reserved": given.reserved,
                "backordered": given.backordered,
                "shipped": 0,
                "cancelled": 0,
                "delivered": 0,
            }
            for position, (line, given) in enumerate(zip(ordered, granted, strict=True), 1)
        ],
    )


def _empty_cart_of(session: Session, cart_id: int, code: str | None, ordered: Sequence[_Ordered]) -> None:
    session.execute(
        delete(CartLine)
        .where(CartLine.id.in_([line.cart_line_id for line in ordered]))
        .execution_options(synchronize_session=False)
    )
    if code is not None:
        session.execute(
            update(Cart)
            .where(Cart.id == cart_id)
            .values(promotion_code=None)
            .execution_options(synchronize_session=False)
        )
