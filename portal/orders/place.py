"""Placing an order: everything is looked at again, then all of it is written in one transaction, or none of it.

On PostgreSQL rows are locked in one fixed order: the account, the person's cart lines, stock by (variant, warehouse),
the number series. The series comes last, because every order of the year waits for it until the transaction ends.
The account's lock is what makes a second submission of the same form wait, and then find the first one's order.
On SQLite the whole transaction holds the one write lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from portal.accounts.credit import require_credit, use_credit
from portal.accounts.models import CreditReason
from portal.accounts.queries import Buyer
from portal.catalog import stock
from portal.core.errors import Refused
from portal.core.ids import order_number
from portal.orders.basket import Basket
from portal.orders.checkout import (
    Checkout,
    LockedCart,
    OrderedLine,
    checkout_facts,
    lock_account,
    locked_cart,
    ordered_lines,
    require_arrivals,
    require_delivery_days,
    require_minimum,
    require_new,
    require_places,
    require_prices,
    require_quantities,
    require_standing,
)
from portal.orders.drops import FreightBook, arrivals, changeable_until, deliveries
from portal.orders.models import Cart, CartLine, EventKind, Order, OrderEvent
from portal.orders.moving import mail
from portal.orders.order_rows import insert_lines, insert_order, next_in_series
from portal.orders.prepaid import prepay_of, waits, watch
from portal.pricing.priced import Ask
from portal.pricing.prices import price_document


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """The order of a submission."""

    number: str
    is_repeat: bool
    """True if this key had placed it before."""
    waits_for_payment: bool = False
    """True: it goes on once it is paid."""


def place_order(
    session: Session, buyer: Buyer, user_id: int, checkout: Checkout, *, year: int, today: date, now: datetime
) -> PlacedOrder:
    """Place the order of this person's cart at the account, on account, and empty the cart of what was ordered.

    Raises as ``place_basket`` does; Conflict ``cart_empty`` if there is no line.
    """
    account = lock_account(session, buyer.account_id)
    cart = locked_cart(session, user_id, buyer.account_id)
    basket = cart.basket if cart else Basket(())
    placed = _place(session, buyer, user_id, account, basket, checkout, year=year, today=today, now=now)
    if cart is not None and not placed.is_repeat:
        _empty(session, cart)
    return placed


def place_basket(
    session: Session,
    buyer: Buyer,
    user_id: int,
    basket: Basket,
    checkout: Checkout,
    *,
    year: int,
    today: date,
    now: datetime,
) -> PlacedOrder:
    """Place an order of ``basket``; the person's cart is left alone.

    What the account's terms ask for in advance is not taken from its credit: the order then stands on hold, its goods
    reserved, until it is paid, or cancelled after ``checkout.pay_until``.

    Lines without drops go to the place and day of ``checkout``. ``today`` is the day of the account's prices; ``year``
    the seller's, for the number. The statements are as many for one line as for a thousand, split or not.

    Nothing is written if anything is refused. Raises, in this order:
    Refused ``account_on_hold``, ``account_closed``, ``no_credit``; NotFound for a place that is not the account's;
    Refused ``delivery_day`` (``problem`` as delivery_day_problem names it, ``day``, ``location_id``); Conflict
    ``cart_empty``; Refused ``too_many_lines`` (``maximum``); Conflict ``not_available`` (``variant_ids`` no longer
    sold to the account); Refused ``line_quantities`` (``lines``: LineProblem); Refused ``price_on_request``
    (``variant_ids``); Conflict ``prices_changed`` (``lines``: ChangedPrice, ``shown_total``, ``total``,
    ``currency``); Refused ``drop_minimum`` (``drops``: place, day and what is missing, ``currency``); Refused
    ``order_limit`` (``limit``, ``total``, ``currency``); Conflict ``credit_exceeded`` (``left``, ``needed``); Conflict
    ``ordered_before`` (``number``, ``placed_at``, ``placed_by``); Conflict ``arrives_later`` (``changes``:
    LaterArrival); Conflict ``out_of_stock`` (``shortages``: variant id and units available).
    """
    account = lock_account(session, buyer.account_id)
    return _place(session, buyer, user_id, account, basket, checkout, year=year, today=today, now=now)


def _place(
    session: Session,
    buyer: Buyer,
    user_id: int,
    account: Any,
    basket: Basket,
    checkout: Checkout,
    *,
    year: int,
    today: date,
    now: datetime,
) -> PlacedOrder:
    """Place the basket of an account whose row is locked."""
    facts = checkout_facts(session, buyer.account_id, checkout, basket, now)
    if facts.placed is not None:
        return PlacedOrder(facts.placed, True, _waits(session, buyer.account_id, facts.placed))
    require_standing(account, may_prepay=checkout.pay_until is not None)
    require_places(facts, checkout, basket)
    require_delivery_days(facts, checkout, basket, now)
    place = facts.places[checkout.location_id]
    code = basket.promotion_code
    ordered = ordered_lines(session, buyer, basket, checkout, place.warehouse_id)
    require_quantities(ordered)
    asks = [Ask.of(line.variant, line.quantity) for line in ordered]
    book = FreightBook([line.drops for line in ordered], facts.ways)
    document = price_document(
        session, buyer, asks, today, code=code, with_tiers=False, freight=book.freight_of
    )
    require_prices(ordered, document, checkout.shown_total)
    require_minimum(book.carried, document.currency)
    if account.order_limit is not None and document.total > account.order_limit:
        raise Refused(
            "order_limit", limit=account.order_limit, total=document.total, currency=document.currency
        )
    prepay = prepay_of(account.kind, account.deposit_ppm, account.credit_limit, document.total)
    if prepay and checkout.pay_until is None:
        raise Refused("no_credit", field="credit")
    on_account = document.total - prepay
    if on_account or not prepay:
        require_credit(account.credit_limit, account.credit_used, on_account)
    require_new(session, buyer.account_id, facts, checkout, basket)
    wants = _wants(ordered, facts.places)
    levels = stock.lock(session, {(want.variant_id, want.warehouse_id) for want in wants})
    available = {where: level.available for where, level in levels.items()}
    arriving = arrivals(ordered, facts.ways, available, now)
    planned = deliveries(ordered, arriving, book.carried, facts.ways, now)
    require_arrivals(ordered, arriving, planned, checkout.shown_arrivals)
    granted = stock.reserve(session, wants, now=now, levels=levels)
    # From here on nothing is refused any more: the rest is writing.
    number = order_number(year, next_in_series(session, f"order:{year}"))
    use_credit(session, buyer.account_id, on_account, CreditReason.ORDER_PLACED, number, now)
    order_id = insert_order(
        session, buyer, user_id, checkout, place, code, document, number, now,
        freight_charges=book.charges(),
        changeable_until=changeable_until(planned),
        prepay=prepay,
    )  # fmt: skip
    insert_lines(session, order_id, ordered, document, granted, arriving, facts.places)
    session.execute(
        insert(OrderEvent).values(
            order_id=order_id, kind=EventKind.PLACED, actor_id=user_id, facts={}, at=now
        )
    )
    if prepay and checkout.pay_until is not None:
        # The confirmation is sent once it is paid.
        watch(session, order_id, number, checkout.pay_until, now)
    else:
        mail(session, number, "placed", now)
    return PlacedOrder(number, is_repeat=False, waits_for_payment=bool(prepay))


def _waits(session: Session, account_id: int, number: str) -> bool:
    found = session.execute(
        select(Order.status, Order.pay_until).where(Order.account_id == account_id, Order.number == number)
    ).one()
    return waits(found.status, found.pay_until)


def _wants(ordered: Sequence[OrderedLine], places: Mapping[int, Any]) -> list[stock.Want]:
    """What each drop wants from the warehouse of its place, in the order of lines and drops."""
    return [
        stock.Want(
            line.variant.id,
            places[drop.location_id].warehouse_id,
            drop.quantity,
            line.variant.allow_backorder,
        )
        for line in ordered
        for drop in line.drops
    ]


def _empty(session: Session, cart: LockedCart) -> None:
    """Take out what was ordered; drops go with their lines."""
    session.execute(
        delete(CartLine).where(CartLine.id.in_(cart.line_ids)).execution_options(synchronize_session=False)
    )
    if cart.basket.promotion_code is not None:
        session.execute(
            update(Cart)
            .where(Cart.id == cart.id)
            .values(promotion_code=None)
            .execution_options(synchronize_session=False)
        )
