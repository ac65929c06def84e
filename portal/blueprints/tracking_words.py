"""Shipments in words: their steps, and how much of an order is under way. For the dealer's pages and the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.core import formats
from portal.core.clock import local_date
from portal.extensions import now
from portal.i18n import counted, locale, ngettext
from portal.i18n import gettext as _
from portal.orders.carriers import carrier_name, tracking_url
from portal.orders.models import TrackingKind
from portal.orders.queries import OrderView, ShipmentView
from portal.orders.tracking import Progress, Step, Track, progress_of

WAY = (
    TrackingKind.HANDED_OVER,
    TrackingKind.IN_TRANSIT,
    TrackingKind.OUT_FOR_DELIVERY,
    TrackingKind.DELIVERED,
)
"""The stations of a shipment that goes well."""


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as templates/orders/_shipments.html takes it."""

    label: str
    state: str
    """done, current or todo."""
    at: str | None = None
    """In the time of the place it goes to."""
    note: str | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ShownShipment:
    """A shipment with its way."""

    shipment: ShipmentView
    carrier: str
    """Name; empty if none was given."""
    url: str | None
    """Where the parcel is followed."""
    place: str
    steps: list[ShownStep]
    arrives_on: date | None
    """None once it has arrived, and when no day is known."""
    is_late: bool
    """The day has passed and it has not arrived."""


def tracking_word(kind: TrackingKind) -> str:
    """The step in a few words."""
    match kind:
        case TrackingKind.HANDED_OVER:
            return _("Handed over")
        case TrackingKind.IN_TRANSIT:
            return _("On its way")
        case TrackingKind.OUT_FOR_DELIVERY:
            return _("Out for delivery")
        case TrackingKind.DELIVERED:
            return _("Arrived")
        case TrackingKind.FAILED:
            return _("Could not be delivered")


def shown_shipments(
    order: OrderView, tracks: dict[int, Track], timezone: str | None = None
) -> list[ShownShipment]:
    """The shipments of an order with their ways, the latest first.

    Moments are shown in ``timezone`` (IANA); without one in that of the place to which a shipment goes.
    """
    return [_shown(each, tracks.get(each.id), timezone) for each in reversed(order.shipments)]


def progress_words(order: OrderView) -> str | None:
    """How much is under way, in a sentence; None before anything has left and when all of it has arrived."""
    progress = progress_of(order)
    if not progress.shipped or progress.delivered == progress.wanted:
        return None
    facts = _facts(progress)
    if progress.is_partial:
        return _(
            "Shipments that have left: %(left)s of %(all)s, with %(units)s. To follow: %(rest)s.", **facts
        )
    if not progress.arrived:
        return _("All of it is on its way.")
    return _("All of it has left; %(arrived)s of %(all)s shipments have arrived.", **facts)


def _facts(progress: Progress) -> dict[str, Any]:
    def spelled(number: int) -> str:
        return formats.quantity(number, locale=locale())

    def so_many(units: int) -> str:
        if progress.unit:
            return counted(units, progress.unit)
        return ngettext("%(shown)s unit", "%(shown)s units", units, shown=spelled(units))

    return {
        "left": spelled(progress.left),
        "arrived": spelled(progress.arrived),
        "all": spelled(progress.shipments),
        "units": so_many(progress.shipped),
        "rest": so_many(progress.wanted - progress.shipped),
    }


def _shown(shipment: ShipmentView, track: Track | None, timezone: str | None) -> ShownShipment:
    # A shipment from before steps were kept still left, and may have arrived.
    known = list(track.steps) if track else []
    kinds = {step.kind for step in known}
    if TrackingKind.HANDED_OVER not in kinds:
        known.insert(0, Step(TrackingKind.HANDED_OVER, "", "", shipment.shipped_at))
    if shipment.delivered_at is not None and TrackingKind.DELIVERED not in kinds:
        known.append(Step(TrackingKind.DELIVERED, "", "", shipment.delivered_at))
    arrives_on = track.arrives_on if track and shipment.delivered_at is None else None
    place_timezone = track.timezone if track else "UTC"
    return ShownShipment(
        shipment=shipment,
        carrier=carrier_name(shipment.carrier, locale()),
        url=tracking_url(shipment.carrier, shipment.tracking_number),
        place=track.place_name if track else "",
        steps=_steps(known, timezone or place_timezone, has_arrived=shipment.delivered_at is not None),
        arrives_on=arrives_on,
        is_late=arrives_on is not None and arrives_on < local_date(now(), place_timezone),
    )


def _steps(known: list[Step], timezone: str, *, has_arrived: bool) -> list[ShownStep]:
    """What happened in its order, then the stations still to come."""
    shown = [
        ShownStep(
            tracking_word(step.kind),
            "current" if index == len(known) - 1 and not has_arrived else "done",
            _moment(step.at, timezone),
            " · ".join(filter(None, (step.place, step.note))) or None,
            step.kind.value,
        )
        for index, step in enumerate(known)
    ]
    if has_arrived:
        return shown
    reached = max((WAY.index(step.kind) for step in known if step.kind in WAY), default=-1)
    # Not every carrier tells of every station, so what is still certain to come is the arrival.
    to_come = [kind for kind in WAY[reached + 1 :] if kind is not TrackingKind.IN_TRANSIT]
    return [*shown, *(ShownStep(tracking_word(kind), "todo", kind=kind.value) for kind in to_come)]


def _moment(at: datetime, timezone: str) -> str:
    return formats.local_datetime(at, timezone, locale=locale())
