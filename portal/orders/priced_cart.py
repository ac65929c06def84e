"""A cart as its owner sees it: lines with what they are, what they cost today, and what stands in their way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog.models import Variant
from portal.catalog.queries import VariantRow, variants_by_id
from portal.catalog.stock import available_at
from portal.core.errors import NotFound, Refused
from portal.delivery.queries import rounds_of
from portal.delivery.rules import Round
from portal.orders.basket import BasketDrop, settled
from portal.orders.drops import Arrival, Delivery, FreightBook, arrivals, deliveries
from portal.orders.queries import CartLineRow, cart_drops, cart_of
from portal.orders.rules import check_quantity
from portal.pricing.priced import Ask, PricedDocument, PricedLine
from portal.pricing.prices import price_document


class Hindrance(StrEnum):
    """Why a line of a cart cannot be ordered as it stands."""

    QUANTITY = "quantity"
    """The quantity is no longer one the variant is sold in."""
    OUT_OF_STOCK = "out_of_stock"
    """More than there is, and it may not be ordered ahead of stock."""
    ON_REQUEST = "on_request"
    """Its price must be asked for."""


@dataclass(frozen=True, slots=True)
class Going:
    """Where and when the lines go that are not split, and from when on the way there counts."""

    location_id: int
    day: date | None
    """Day of arrival asked for, at the place; null: as soon as possible."""
    now: datetime
    """Aware, UTC."""


@dataclass(frozen=True, slots=True)
class PricedCartLine:
    """A line that is still sold to the account."""

    id: int
    quantity: int
    """Units."""
    seen_unit_price_e4: int | None
    """What a unit cost when the person last changed the line; None: unknown, or on request then."""
    variant: VariantRow
    priced: PricedLine
    dropped: int = 0
    """Units its drops were entered for; 0: it is not split."""
    drops: tuple[BasketDrop, ...] = ()
    """Where its units go, summing to the quantity; empty where nobody asked."""
    arrivals: tuple[Arrival, ...] = ()
    """When each of the drops arrives."""

    @property
    def moved(self) -> int:
        """Units that its last drop gets more (below zero: that the last ones lose) than was entered."""
        return self.quantity - self.dropped if self.dropped else 0

    @property
    def hindrance(self) -> Hindrance | None:
        """What must be mended before it can be ordered; None if nothing."""
        if not self.priced.is_priced:
            return Hindrance.ON_REQUEST
        if self.quantity_refusal is not None:
            return Hindrance.QUANTITY
        if self.shortfall and not self.variant.allow_backorder:
            return Hindrance.OUT_OF_STOCK
        return None

    @property
    def quantity_refusal(self) -> Refused | None:
        """Why the quantity is not one the variant is sold in; None if it is."""
        try:
            check_quantity(self.quantity, self.variant.minimum, self.variant.step)
        except Refused as refused:
            return refused
        return None

    @property
    def shortfall(self) -> int:
        """Units that are not on the shelf; of a split line 0 where nobody asked when it arrives."""
        if self.arrivals or self.dropped:
            return sum(arrival.waiting for arrival in self.arrivals)
        return max(0, self.quantity - max(0, self.variant.available))

    @property
    def most_now(self) -> int:
        """Most units that could be ordered from the shelf alone, on the step; 0 if not even the minimum."""
        possible = max(0, self.variant.available) // self.variant.step * self.variant.step
        return possible if possible >= self.variant.minimum else 0

    @property
    def price_changed(self) -> bool:
        """True if a unit costs something else than when the person last changed the line."""
        return (
            self.seen_unit_price_e4 is not None
            and self.priced.is_priced
            and self.seen_unit_price_e4 != self.priced.unit_price_e4
        )


@dataclass(frozen=True, slots=True)
class GoneLine:
    """A line of something that is no longer sold to the account. It has no price and can only be taken out."""

    id: int
    sku: str
    quantity: int
    variant: VariantRow | None
    """None: it is no longer in the assortment."""


@dataclass(frozen=True)
class PricedCart:
    """A cart with today's prices as one basket."""

    lines: tuple[PricedCartLine, ...]
    gone: tuple[GoneLine, ...]
    promotion_code: str | None
    document: PricedDocument | None
    """None: there is no line to price."""
    deliveries: tuple[Delivery, ...] = ()
    """What is brought together; empty where nobody asked."""
    ways: Mapping[int, Round] = field(default_factory=dict)
    """The way to each place it goes to, and to the one that was asked about."""

    @property
    def is_split(self) -> bool:
        """True if any line is split over places or days."""
        return any(line.dropped for line in self.lines)

    @property
    def is_empty(self) -> bool:
        """True if there is nothing in it at all."""
        return not self.lines and not self.gone

    @property
    def count(self) -> int:
        """Lines, those that are gone included."""
        return len(self.lines) + len(self.gone)

    @cached_property
    def hindered(self) -> tuple[PricedCartLine, ...]:
        """The lines that cannot be ordered as they stand."""
        return tuple(line for line in self.lines if line.hindrance is not None)

    @property
    def can_be_ordered(self) -> bool:
        """True if nothing in it stands in the way of an order; credit and terms are another matter."""
        return bool(self.lines) and not self.gone and not self.hindered

    def line(self, line_id: int) -> PricedCartLine | None:
        """The line with this id; None if there is none, or it is gone."""
        return next((line for line in self.lines if line.id == line_id), None)

    def require(self, line_id: int) -> PricedCartLine:
        """The line with this id. Raises NotFound, also for a line that is gone."""
        found = self.line(line_id)
        if found is None:
            raise NotFound("cart line", line_id)
        return found

    def has(self, line_id: int) -> bool:
        """True if a line with this id is in the cart, be it gone."""
        return self.line(line_id) is not None or any(line.id == line_id for line in self.gone)


def priced_cart(
    session: Session,
    buyer: Buyer,
    user_id: int,
    warehouse_id: int,
    locale: str,
    on: date,
    *,
    going: Going | None = None,
) -> PricedCart:
    """The cart of this person at the account, priced for the day ``on`` with stock of the warehouse.

    With ``going`` it knows its deliveries, and the document has their freight.

    The statements are as many for one line as for three hundred: the cart, its variants, their prices; one more if
    something in it has left the assortment. With ``going`` two more, and one if it comes from several warehouses.
    """
    cart = cart_of(session, user_id, buyer.account_id)
    rows = variants_by_id(session, buyer, [line.variant_id for line in cart.lines], warehouse_id, locale)
    variants = {row.id: row for row in rows}
    sold = [line for line in cart.lines if line.variant_id in variants and variants[line.variant_id].active]
    kept = {line.id for line in sold}
    gone = [line for line in cart.lines if line.id not in kept]
    asks = [Ask.of(variants[line.variant_id], line.quantity) for line in sold]
    priced = PricedCart((), _gone_lines(session, gone, variants), cart.promotion_code, None)
    if going is not None:
        return _going_cart(session, buyer, user_id, warehouse_id, on, going, priced, sold, variants, asks)
    if sold:
        priced = replace(priced, document=price_document(session, buyer, asks, on, code=cart.promotion_code))
    return replace(
        priced,
        lines=tuple(
            PricedCartLine(
                line.id,
                line.quantity,
                line.seen_unit_price_e4,
                variants[line.variant_id],
                each,
                dropped=line.dropped,
            )
            for line, each in zip(sold, priced.document.lines if priced.document else (), strict=True)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Split:
    """A line before it is priced."""

    variant: VariantRow
    drops: tuple[BasketDrop, ...]


def _going_cart(
    session: Session,
    buyer: Buyer,
    user_id: int,
    warehouse_id: int,
    on: date,
    going: Going,
    cart: PricedCart,
    sold: Sequence[CartLineRow],
    variants: Mapping[int, VariantRow],
    asks: Sequence[Ask],
) -> PricedCart:
    entered = cart_drops(session, user_id, buyer.account_id)
    lines = [
        _Split(
            variants[line.variant_id],
            settled(line.quantity, entered.get(line.id, ()))
            or (BasketDrop(going.location_id, going.day, line.quantity),),
        )
        for line in sold
    ]
    ways = rounds_of(
        session, {going.location_id, *(drop.location_id for line in lines for drop in line.drops)}
    )
    if not sold or not ways:
        return replace(cart, ways=ways)
    book = FreightBook([line.drops for line in lines], ways)
    document = price_document(session, buyer, asks, on, code=cart.promotion_code, freight=book.freight_of)
    warehouses = {ways[drop.location_id].warehouse_id for line in lines for drop in line.drops}
    available = {(line.variant.id, warehouse_id): line.variant.available for line in lines}
    if warehouses != {warehouse_id}:
        available = available_at(session, [line.variant.id for line in lines], warehouses)
    arriving = arrivals(lines, ways, available, going.now)
    return replace(
        cart,
        lines=tuple(
            PricedCartLine(
                line.id,
                line.quantity,
                line.seen_unit_price_e4,
                split.variant,
                priced,
                dropped=sum(drop.quantity for drop in entered.get(line.id, ())),
                drops=split.drops,
                arrivals=tuple(arrive),
            )
            for line, split, priced, arrive in zip(sold, lines, document.lines, arriving, strict=True)
        ),
        document=document,
        deliveries=tuple(deliveries(lines, arriving, book.carried, ways, going.now)),
        ways=ways,
    )


def _gone_lines(
    session: Session, lines: Sequence[CartLineRow], variants: Mapping[int, VariantRow]
) -> tuple[GoneLine, ...]:
    unseen = [line.variant_id for line in lines if line.variant_id not in variants]
    skus: dict[int, str] = {}
    if unseen:
        # The person saw the SKU when putting it in; nothing else of what left the assortment is told.
        rows = session.execute(select(Variant.id, Variant.sku).where(Variant.id.in_(unseen)))
        skus = {row.id: row.sku for row in rows}
    return tuple(
        GoneLine(line.id, variant.sku if variant else skus[line.variant_id], line.quantity, variant)
        for line, variant in ((line, variants.get(line.variant_id)) for line in lines)
    )
