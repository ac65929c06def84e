"""What is looked at before an order is placed: each check raises what stands in the way and writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountStatus, ClosedDay, Location, PaymentTerms, TermsKind
from portal.accounts.queries import Buyer
from portal.accounts.rules import delivery_day_problem
from portal.catalog.queries import VariantRow, variants_by_id
from portal.core.clock import local_date
from portal.core.errors import Conflict, Refused
from portal.orders.models import Cart, CartLine, Order
from portal.orders.rules import check_quantity
from portal.pricing.priced import PricedDocument

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
class OrderedLine:
    """A line of the cart beside the variant as it is today."""

    cart_line_id: int
    quantity: int
    seen_unit_price_e4: int | None
    variant: VariantRow


LOCK_ACCOUNT = (
    select(Account.status, Account.credit_limit, Account.credit_used, Account.order_limit, PaymentTerms.kind)
    .join(PaymentTerms, PaymentTerms.id == Account.payment_terms_id)
    .where(Account.id == bindparam("account_id"))
    # NO KEY UPDATE: rows that merely point at the account can be added meanwhile.
    .with_for_update(of=Account, key_share=True)
)

CHECKOUT_FACTS = (
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


def require_standing(account: Any) -> None:
    """Refuse an account that may not order, or not on account. ``account`` is a row of LOCK_ACCOUNT."""
    if account.status is AccountStatus.ON_HOLD:
        raise Refused("account_on_hold")
    if account.status is AccountStatus.CLOSED:
        raise Refused("account_closed")
    if account.credit_limit is None or account.kind is TermsKind.PREPAID:
        raise Refused("no_credit", field="credit")


def require_delivery_day(place: Any, day: date | None, now: datetime) -> None:
    """Refuse a day on which nothing arrives at the place. ``place`` is a row of CHECKOUT_FACTS."""
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


def ordered_lines(
    session: Session, buyer: Buyer, user_id: int, warehouse_id: int
) -> tuple[int, str | None, list[OrderedLine]]:
    """The cart's id, its promotion code, and its lines beside today's variants; two statements.

    The lines are locked. Raises as place_order says.
    """
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
        OrderedLine(row.id, row.quantity, row.seen_unit_price_e4, variants[row.variant_id]) for row in rows
    ]
    return rows[0].cart_id, rows[0].promotion_code, ordered


def require_quantities(ordered: Sequence[OrderedLine]) -> None:
    """Refuse quantities that are (no longer) ones the variant is sold in, all of them at once."""
    problems = []
    for line in ordered:
        try:
            check_quantity(line.quantity, line.variant.minimum, line.variant.step)
        except Refused as refusal:
            problems.append(LineProblem(line.variant.id, line.variant.sku, refusal.code, refusal.facts))
    if problems:
        raise Refused("line_quantities", lines=problems)


def require_prices(ordered: Sequence[OrderedLine], document: PricedDocument, shown_total: int) -> None:
    """Refuse what has no price, and a total other than the one that was shown (minor units)."""
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
