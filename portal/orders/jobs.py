"""Background work of orders: mail to the person who placed one."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from portal.accounts.models import User
from portal.adapters.mail import Mail
from portal.core.errors import NotFound
from portal.jobs.context import JobContext
from portal.orders.models import EventKind
from portal.orders.order_view import OrderView, ShipmentView, order_view

KINDS: Final = frozenset({"placed", "confirmed", "shipped", "cancelled"})
"""What a dealer is told of by mail; each has its templates, order_<kind>."""


def order_mail(
    context: JobContext, number: str, kind: str, shipment_number: str | None = None
) -> Mail | None:
    """What became of an order, for the person who placed it, in the language of the order's documents.

    ``number`` is the order's, ``kind`` one of KINDS; ``shipment_number`` says which shipment left. A second run
    gives the same mail under the same Message-ID. None for a person who is no longer active.

    Raises NotFound for an unknown order or shipment, ValueError for an unknown kind: the job then waits for a person.
    """
    if kind not in KINDS:
        raise ValueError(f"no mail of kind {kind!r}")
    order = order_view(context.session, number)
    if order is None:
        raise NotFound("order", number)
    person = context.session.execute(
        select(User.name, User.email).where(User.id == order.placed_by_id, User.active.is_(True))
    ).one_or_none()
    if person is None:
        return None
    subject, text, html = context.mail_renderer.render(
        f"order_{kind}",
        order.locale,
        person=person.name,
        brand_name=context.brand_name,
        link=f"{context.base_url}/orders/{number}",
        order=order,
        shipment=_shipment(order, shipment_number) if kind == "shipped" else None,
        reason=_reason(order),
    )
    message_id = context.message_id(f"order-{shipment_number or number}-{kind}")
    return Mail(person.email, subject, text, html, message_id)


def _shipment(order: OrderView, shipment_number: str | None) -> ShipmentView:
    shipments = {shipment.number: shipment for shipment in order.shipments}
    if shipment_number not in shipments:
        raise NotFound("shipment", shipment_number)
    return shipments[shipment_number]


def _reason(order: OrderView) -> str:
    for event in reversed(order.events):
        if event.kind is EventKind.CANCELLED:
            return str(event.facts.get("reason", ""))
    return ""
