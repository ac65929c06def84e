"""How an order went its way: moments, parcels and events, from its plan and the state it is in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from portal.demo.plans import PlannedOrder
from portal.orders.carriers import number_fits
from portal.orders.models import EventKind, OrderStatus, TrackingKind

CARRIERS: Final = {
    "KR": ("cj", "hanjin", "own"),
    "US": ("ups", "fedex"),
    "CA": ("Purolator", "canadapost"),
    "JP": ("yamato", "sagawa"),
}
"""By country of the dealer: what a shipment keeps of each."""

HUBS: Final = {"KR": "옥천 허브", "US": "Edison, NJ", "CA": "Mississauga (Ont.)", "JP": "厚木ゲートウェイ"}
"""Where parcels pass through, by country of the dealer."""

PAID_AFTER: Final = timedelta(minutes=2)
"""What is paid in advance is paid by card so soon after the order."""

HOLD_REASON: Final = {
    "ko": "여신 한도 확인",
    "en": "Credit limit is being checked",
    "ja": "与信限度額の確認",
    "fr-CA": "Vérification de la limite de crédit",
}
CANCEL_REASON: Final = {
    "ko": "거래처 요청",
    "en": "No longer needed",
    "ja": "取引先のご都合",
    "fr-CA": "À la demande du client",
}
"""What is written at the desk, in the language of the dealer who reads it."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Goods that left together."""

    lines: frozenset[int]
    """Which lines of the order, counted from 0, whole."""
    carrier: str
    tracking_number: str
    shipped_at: datetime
    delivered_at: datetime | None
    hub: str

    def steps(self) -> list[tuple[TrackingKind, str, datetime]]:
        """What the carrier told of it: kind, place and moment, in time order."""
        found = [(TrackingKind.HANDED_OVER, "", self.shipped_at)]
        if self.carrier != "own":
            found.append((TrackingKind.IN_TRANSIT, self.hub, self.shipped_at + timedelta(hours=9)))
        if self.delivered_at is not None:
            found.append((TrackingKind.OUT_FOR_DELIVERY, "", self.delivered_at - timedelta(hours=4)))
            found.append((TrackingKind.DELIVERED, "", self.delivered_at))
        return found


@dataclass(frozen=True, slots=True)
class Happening:
    """An event-to-be. ``actor`` is a mail name, or None for the portal itself."""

    kind: EventKind
    actor: str | None
    at: datetime
    parcel: int | None = None
    """Which parcel it is about, counted from 0."""
    reason: str | None = None
    is_paid: bool = False
    """True: it happened because the order was paid."""

    def facts(self, shipment: str, parcel: Parcel | None, units: int) -> dict[str, Any]:
        """What a reader needs to know, in the shape in which the order room keeps it."""
        if self.reason is not None:
            return {"reason": self.reason}
        if self.is_paid:
            return {"paid": True}
        if parcel is None:
            return {}
        if self.kind is EventKind.DELIVERED:
            return {"shipment": shipment}
        return {
            "shipment": shipment,
            "carrier": parcel.carrier,
            "tracking_number": parcel.tracking_number,
            "units": units,
        }


@dataclass(frozen=True, slots=True)
class Track:
    """The way of an order so far."""

    happenings: tuple[Happening, ...]
    """In time order."""
    parcels: tuple[Parcel, ...]

    @property
    def finished_at(self) -> datetime:
        """When the last thing happened."""
        return self.happenings[-1].at


_S = OrderStatus
_BEFORE_PICKING: Final = {_S.PLACED, _S.CONFIRMED, _S.ON_HOLD, _S.CANCELLED}
_IN_TRANSIT: Final = {_S.SHIPPED, _S.PARTIALLY_SHIPPED}


def track_of(order: PlannedOrder, line_count: int, first_parcel: int) -> Track:
    """The way of ``order`` with ``line_count`` lines, of which ``first_parcel`` left first if there are two parcels.

    Always the same for the same order.
    """
    random = Random(f"track {order.dealer.code} {order.placed_at.isoformat()}")
    placed = order.placed_at
    happenings = [Happening(EventKind.PLACED, order.buyer, placed)]
    if order.dealer.terms == "prepaid":
        happenings.append(Happening(EventKind.RELEASED, None, placed + PAID_AFTER, is_paid=True))
    confirmed = placed + timedelta(minutes=random.randint(20, 240))
    picking = placed + timedelta(hours=random.randint(16, 22), minutes=random.randint(0, 59))
    if order.status is _S.CANCELLED:
        at = placed + timedelta(hours=random.randint(1, 20))
        happenings.append(
            Happening(EventKind.CANCELLED, "desk", at, reason=CANCEL_REASON[order.dealer.locale])
        )
    elif order.status is not _S.PLACED:
        happenings.append(Happening(EventKind.CONFIRMED, "desk", confirmed))
    if order.status is _S.ON_HOLD:
        happenings.append(
            Happening(
                EventKind.HELD,
                "finance",
                confirmed + timedelta(hours=2),
                reason=HOLD_REASON[order.dealer.locale],
            )
        )
    parcels: tuple[Parcel, ...] = ()
    if order.status not in _BEFORE_PICKING:
        happenings.append(Happening(EventKind.PICKING_STARTED, "desk", picking))
        if order.status is not _S.PICKING:
            parcels = _parcels(order, line_count, first_parcel, picking, random)
    for index, parcel in enumerate(parcels):
        happenings.append(Happening(EventKind.SHIPPED, "desk", parcel.shipped_at, index))
        if parcel.delivered_at is not None:
            happenings.append(Happening(EventKind.DELIVERED, None, parcel.delivered_at, index))
    return Track(tuple(sorted(happenings, key=lambda happening: happening.at)), parcels)


def _parcels(
    order: PlannedOrder, line_count: int, first_parcel: int, picking: datetime, random: Random
) -> tuple[Parcel, ...]:
    lines = list(range(line_count))
    groups = [lines[:first_parcel], lines[first_parcel:]] if order.parcels == 2 else [lines]
    parcels = []
    for index, group in enumerate(group for group in groups if group):
        if index and order.status is _S.PARTIALLY_SHIPPED:
            break
        shipped = picking + timedelta(hours=2 + 30 * index, minutes=random.randint(0, 110))
        arrived = shipped + timedelta(hours=random.randint(20, 44))
        carrier = random.choice(CARRIERS[order.dealer.country])
        on_the_way = order.status in _IN_TRANSIT or (index and order.status is _S.PARTIALLY_DELIVERED)
        parcels.append(
            Parcel(
                lines=frozenset(group),
                carrier=carrier,
                tracking_number=_number(carrier, "".join(str(random.randrange(10)) for _ in range(12))),
                shipped_at=shipped,
                delivered_at=None if on_the_way else arrived,
                hub=HUBS[order.dealer.country],
            )
        )
    return tuple(parcels)


def _number(carrier: str, digits: str) -> str:
    """A tracking number in the carrier's own form, made of twelve digits; none for our own truck."""
    begin = {"ups": f"1Z999AA1{digits[:9]}", "canadapost": f"400{digits}", "own": ""}.get(carrier, digits)
    if carrier not in {"ups", "canadapost"}:
        return begin
    return next(begin + check for check in "0123456789" if number_fits(carrier, begin + check))
