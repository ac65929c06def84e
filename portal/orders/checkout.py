"""What is looked at before an order is placed: each check raises what stands in the way and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountStatus, Location, PaymentTerms, TermsKind, User
from portal.accounts.queries import Buyer
from portal.catalog.queries import VariantRow, variants_by_id
from portal.core.errors import Conflict, NotFound, Refused
from portal.delivery.queries import ROUNDS, round_of
from portal.delivery.rules import Round, day_problem
from portal.orders.basket import Basket, BasketDrop, BasketLine, Group, settled
from portal.orders.drops import Arrival, Carried, Delivery, Shown, broken
from portal.orders.models import Cart, CartDrop, CartLine, Order
from portal.orders.nearly import RECENTLY, nearly_same, recent_lines, recent_of
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
    shown_arrivals: Shown | None = None
    """Days of arrival the page showed: a later one is told before anything is ordered; null: none were shown."""
    despite_recent: bool = False
    """True: the person knows of the order like this one that was placed a moment ago, and wants another."""
    pay_until: datetime | None = None
    """How long an order that is paid in advance waits for its payment; null: such orders are refused."""


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
    """A line that is ordered beside the variant as it is today, with where and when its units go."""

    quantity: int
    seen_unit_price_e4: int | None
    variant: VariantRow
    drops: tuple[BasketDrop, ...]
    """At least one; they sum to the quantity."""


@dataclass(frozen=True, slots=True)
class LockedCart:
    """A person's cart while its lines are locked."""

    id: int
    line_ids: tuple[int, ...]
    basket: Basket


@dataclass(frozen=True, slots=True)
class CheckoutFacts:
    """What is known of the order before its lines are looked at."""

    placed: str | None
    """Number of the order that this submission has placed already."""
    places: Mapping[int, Any]
    """Rows of the account's places in use, by id: those the order names."""
    ways: Mapping[int, Round]
    """The way to each of them."""
    recent: Mapping[str, Mapping[int, int]]
    """What the account ordered a moment ago: units by variant id, by the order's number, the last first."""


LOCK_ACCOUNT = (
    select(
        Account.status,
        Account.credit_limit,
        Account.credit_used,
        Account.order_limit,
        PaymentTerms.kind,
        PaymentTerms.deposit_ppm,
    )
    .join(PaymentTerms, PaymentTerms.id == Account.payment_terms_id)
    .where(Account.id == bindparam("account_id"))
    # NO KEY UPDATE: rows that merely point at the account can be added meanwhile.
    .with_for_update(of=Account, key_share=True)
)

_PLACED = (
    # Read after the account is locked, so that a first submission that has just been committed is seen.
    select(Order.number).where(
        Order.account_id == bindparam("account_id"), Order.submit_key == bindparam("submit_key")
    )
)

_FACTS = (
    ROUNDS.add_columns(
        _PLACED.scalar_subquery().label("placed"),
        recent_lines().label("recent"),
        Location.name,
        Location.recipient,
        Location.phone,
        Location.city,
        Location.line1,
        Location.line2,
        Location.postal_code,
    )
    .join(Account, Account.id == Location.account_id)
    .where(Location.account_id == bindparam("account_id"), Location.active.is_(True))
)

_CART = (
    select(
        Cart.id.label("cart_id"),
        Cart.promotion_code,
        CartLine.id,
        CartLine.variant_id,
        CartLine.quantity,
        CartLine.seen_unit_price_e4,
        CartDrop.location_id,
        CartDrop.requested_date,
        CartDrop.quantity.label("units"),
    )
    .join(CartLine, CartLine.cart_id == Cart.id)
    .outerjoin(
        # Places that are no longer in use lose their drops to the line's others, as on the page.
        CartDrop,
        (CartDrop.cart_line_id == CartLine.id)
        & CartDrop.location_id.in_(select(Location.id).where(Location.active.is_(True))),
    )
    .where(Cart.user_id == bindparam("user_id"), Cart.account_id == bindparam("account_id"))
    .order_by(CartLine.id)
    # What is added to these lines meanwhile waits, and is then a line of its own: it is not ordered unseen.
    .with_for_update(of=CartLine)
)


def lock_account(session: Session, account_id: int) -> Any:
    """The account's standing; its row stays locked until the transaction ends. Raises NotFound."""
    account = session.execute(LOCK_ACCOUNT, {"account_id": account_id}).one_or_none()
    if account is None:
        raise NotFound("account", account_id)
    return account


def checkout_facts(
    session: Session, account_id: int, checkout: Checkout, basket: Basket, now: datetime
) -> CheckoutFacts:
    """Whether this submission has been placed, the places it names and the ways there; after ``lock_account``.

    One statement; one more if none of the places is the account's.
    """
    key = {"account_id": account_id, "submit_key": checkout.submit_key}
    rows = session.execute(
        _FACTS,
        {
            **key,
            "location_ids": {checkout.location_id, *basket.location_ids},
            "location_id": checkout.location_id,
            # Who has been asked about the last orders is not asked again: none is read.
            "recently": now + RECENTLY if checkout.despite_recent else now - RECENTLY,
        },
    ).all()
    if not rows:
        return CheckoutFacts(session.scalar(_PLACED, key), {}, {}, {})
    return CheckoutFacts(
        placed=rows[0].placed,
        places={row.id: row for row in rows},
        ways={row.id: round_of(row) for row in rows},
        recent=recent_of(rows[0].recent),
    )


def locked_cart(session: Session, user_id: int, account_id: int) -> LockedCart | None:
    """The person's cart at the account with its lines locked; None without any line. One statement.

    Drops that no longer sum to their line's quantity are settled.
    """
    rows = session.execute(_CART, {"user_id": user_id, "account_id": account_id}).all()
    if not rows:
        return None
    lines = {row.id: row for row in rows}
    drops: dict[int, list[BasketDrop]] = {}
    for row in rows:
        if row.units is not None:
            drops.setdefault(row.id, []).append(BasketDrop(row.location_id, row.requested_date, row.units))
    return LockedCart(
        rows[0].cart_id,
        tuple(lines),
        Basket(
            tuple(
                BasketLine(
                    row.variant_id,
                    row.quantity,
                    row.seen_unit_price_e4,
                    settled(row.quantity, drops.get(line_id, ())),
                )
                for line_id, row in lines.items()
            ),
            rows[0].promotion_code,
        ),
    )


def require_standing(account: Any, *, may_prepay: bool = False) -> None:
    """Refuse an account that may not order, or not on account unless it ``may_prepay``.

    ``account`` is a row of LOCK_ACCOUNT.
    """
    if account.status is AccountStatus.ON_HOLD:
        raise Refused("account_on_hold")
    if account.status is AccountStatus.CLOSED:
        raise Refused("account_closed")
    if not may_prepay and (account.credit_limit is None or account.kind is TermsKind.PREPAID):
        raise Refused("no_credit", field="credit")


def require_places(facts: CheckoutFacts, checkout: Checkout, basket: Basket) -> None:
    """Raise NotFound for a place that is not the account's, or not in use."""
    for location_id in (checkout.location_id, *sorted(basket.location_ids)):
        if location_id not in facts.places:
            raise NotFound("location", location_id)


def require_delivery_days(facts: CheckoutFacts, checkout: Checkout, basket: Basket, now: datetime) -> None:
    """Refuse days on which nothing can arrive at their places, however much is on the shelf."""
    asked = {(checkout.location_id, checkout.requested_date)}
    asked.update(drop.group for line in basket.lines for drop in line.drops)
    for location_id, day in sorted((location_id, day) for location_id, day in asked if day is not None):
        problem = day_problem(facts.ways[location_id], day, now)
        if problem is not None:
            raise Refused(
                "delivery_day", field="requested_date", problem=problem, day=day, location_id=location_id
            )


def require_minimum(carried: Mapping[Group, Carried], currency: str) -> None:
    """Refuse drops whose goods are worth less than what is brought to their places."""
    short = [
        (location_id, day, each.freight.missing_for_minimum)
        for (location_id, day), each in carried.items()
        if each.freight.missing_for_minimum
    ]
    if short:
        raise Refused("drop_minimum", drops=short, currency=currency)


def require_new(
    session: Session, account_id: int, facts: CheckoutFacts, checkout: Checkout, basket: Basket
) -> None:
    """Ask before an order nearly like one of the last minutes is placed. Raises Conflict ``ordered_before``."""
    if checkout.despite_recent:
        return
    units: dict[int, int] = {}
    for line in basket.lines:
        units[line.variant_id] = units.get(line.variant_id, 0) + line.quantity
    for number, lines in facts.recent.items():
        if nearly_same(units, lines):
            before = session.execute(
                select(Order.placed_at, User.name)
                .join(User, User.id == Order.placed_by_id)
                .where(Order.account_id == account_id, Order.number == number)
            ).one()
            raise Conflict("ordered_before", number=number, placed_at=before.placed_at, placed_by=before.name)


def require_arrivals(
    ordered: Sequence[OrderedLine],
    arriving: Sequence[Sequence[Arrival]],
    planned: Sequence[Delivery],
    shown: Shown | None,
) -> None:
    """Refuse to bring goods later than was shown. Raises Conflict ``arrives_later`` (``changes``: LaterArrival)."""
    if shown is None:
        return
    # What is short and may not wait for goods to come in is refused as such, not as late.
    unavailable = {
        line.variant.id
        for line, each in zip(ordered, arriving, strict=True)
        if not line.variant.allow_backorder and any(arrival.waiting for arrival in each)
    }
    changes = [change for change in broken(planned, shown) if change.variant_id not in unavailable]
    if changes:
        raise Conflict("arrives_later", changes=changes)


def ordered_lines(
    session: Session, buyer: Buyer, basket: Basket, checkout: Checkout, warehouse_id: int
) -> list[OrderedLine]:
    """The lines of the basket beside today's variants; one statement. Raises as place_basket says."""
    if not basket.lines:
        raise Conflict("cart_empty")
    if len(basket.lines) > MAX_LINES:
        raise Refused("too_many_lines", maximum=MAX_LINES)
    variant_ids = [line.variant_id for line in basket.lines]
    variants = {
        variant.id: variant
        for variant in variants_by_id(session, buyer, variant_ids, warehouse_id, buyer.locale)
        if variant.active
    }
    gone = [variant_id for variant_id in variant_ids if variant_id not in variants]
    if gone:
        raise Conflict("not_available", variant_ids=gone)
    return [
        OrderedLine(
            line.quantity,
            line.seen_unit_price_e4,
            variants[line.variant_id],
            line.drops_or(checkout.location_id, checkout.requested_date),
        )
        for line in basket.lines
    ]


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
