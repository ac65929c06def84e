"""Background work of orders: mail about orders and returns, to those who want it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import select

from portal.accounts.models import User
from portal.accounts.queries import buyer_of
from portal.adapters.mail import Mail
from portal.catalog.queries import variants_by_id
from portal.core.errors import NotFound
from portal.core.locales import LOCALES
from portal.jobs.context import JobContext
from portal.orders.bulk import KEEP_ENTRIES, forget_entries
from portal.orders.carriers import carrier_name, tracking_url
from portal.orders.diff import OrderDiff
from portal.orders.mail_choices import wants_mail
from portal.orders.models import EventKind, MailTopic
from portal.orders.once import forget_forms
from portal.orders.order_view import OrderView, ShipmentView, order_view
from portal.orders.return_queries import any_return
from portal.orders.taken_away import forget_taken_away
from portal.orders.watches import tell_watchers

TOPICS: Final = {
    "placed": MailTopic.PLACED,
    "confirmed": MailTopic.CONFIRMED,
    "shipped": MailTopic.SHIPPED,
    "out_for_delivery": MailTopic.OUT_FOR_DELIVERY,
    "delivered": MailTopic.DELIVERED,
    "cancelled": MailTopic.CHANGED,
    "changed": MailTopic.CHANGED,
}
"""What a dealer is told of an order by mail, and the choice that decides it; each has its templates, order_<kind>."""

KINDS: Final = frozenset(TOPICS)

OF_SHIPMENTS: Final = frozenset({"shipped", "out_for_delivery", "delivered"})
"""Those that speak of one shipment."""

RETURN_KINDS: Final = frozenset({"requested", "reported", "decided", "credited"})
"""What is told of a return by mail, ``reported`` to the seller's people; each has its templates, return_<kind>."""


def order_mail(
    context: JobContext,
    number: str,
    kind: str,
    shipment_number: str | None = None,
    version: int | None = None,
) -> Mail | None:
    """What became of an order, for the person who placed it, in the language of the order's documents.

    ``number`` is the order's, ``kind`` one of KINDS; ``shipment_number`` says which shipment it is about,
    ``version`` which change: the one that made it this version. A second run gives the same mail under the same
    Message-ID. None for a person who is no longer active, or wants no such
    mail.

    Raises NotFound for an unknown order, shipment or change, ValueError for an unknown kind: the job then waits for a
    person.
    """
    if kind not in KINDS:
        raise ValueError(f"no mail of kind {kind!r}")
    order = order_view(context.session, number)
    if order is None:
        raise NotFound("order", number)
    shipment = _shipment(order, shipment_number) if kind in OF_SHIPMENTS else None
    return _mail(
        context,
        order.placed_by_id,
        TOPICS[kind],
        f"order_{kind}",
        order.locale,
        reference="-".join(["order", shipment_number or number, kind, *([str(version)] if version else [])]),
        link=f"{context.base_url}/orders/{number}",
        order=order,
        shipment=shipment,
        carrier=carrier_name(shipment.carrier, order.locale) if shipment else "",
        tracking_link=tracking_url(shipment.carrier, shipment.tracking_number) if shipment else None,
        reason=_reason(order),
        change=_change(order, version) if kind == "changed" else None,
    )


def return_mail(context: JobContext, number: str, kind: str, user_id: int) -> Mail | None:
    """What became of a return (its number), for the person ``user_id``; ``kind`` is one of RETURN_KINDS.

    A dealer reads it in the language of the order's documents, the seller's people in their own. Otherwise as
    order_mail. Raises NotFound, ValueError.
    """
    if kind not in RETURN_KINDS:
        raise ValueError(f"no mail of kind {kind!r}")
    found = any_return(context.session, number)
    to_seller = kind == "reported"
    own = context.session.scalar(select(User.locale).where(User.id == user_id))
    return _mail(
        context,
        user_id,
        MailTopic.RETURNS,
        f"return_{kind}",
        (own or LOCALES[0]) if to_seller else found.locale,
        reference=f"return-{number}-{kind}-{user_id}",
        link=f"{context.base_url}{'/desk' if to_seller else ''}/returns/{number}",
        found=found,
    )


def forget_old_entries(context: JobContext) -> None:
    """Delete bulk entries, what was kept to be undone and keys of forms that nobody comes back to."""
    before = context.now - KEEP_ENTRIES
    forget_entries(context.session, before)
    forget_taken_away(context.session, before)
    forget_forms(context.session, before)


def came_in_stock(context: JobContext, places: Sequence[tuple[int, int]]) -> None:
    """Have those told who wait for what came in; ``places`` are pairs of variant and warehouse (ids)."""
    tell_watchers(context.session, places, context.now)


def back_in_stock_mail(
    context: JobContext, user_id: int, account_id: int, variant_ids: Sequence[int], reference: str
) -> Mail | None:
    """What somebody waited for can be had again; in the person's language, else the account's.

    None for a person who is no longer active or wants no such mail, and where the account sees none of it any more.
    """
    buyer = buyer_of(context.session, account_id)
    own = context.session.scalar(select(User.locale).where(User.id == user_id))
    locale = own or buyer.locale
    # What is there is looked at when it is opened: a mail may be read days later.
    rows = variants_by_id(context.session, buyer, list(variant_ids), 0, locale)
    goods = [row for row in rows if row.active]
    if not goods:
        return None
    links = {row.id: f"{context.base_url}/products/{quote(row.sku, safe='')}" for row in goods}
    return _mail(
        context,
        user_id,
        MailTopic.BACK_IN_STOCK,
        "back_in_stock",
        locale,
        reference=reference,
        goods=goods,
        links=links,
    )


def _mail(
    context: JobContext,
    user_id: int,
    topic: MailTopic,
    name: str,
    locale: str,
    *,
    reference: str,
    **values: Any,
) -> Mail | None:
    person = context.session.execute(
        select(User.name, User.email).where(User.id == user_id, User.active.is_(True))
    ).one_or_none()
    if person is None or not wants_mail(context.session, user_id, topic):
        return None
    choices_url = f"{context.base_url}/account#mail"
    subject, text, html = context.mail_renderer.render(
        name,
        locale,
        person=person.name,
        brand_name=context.brand_name,
        choices_url=choices_url,
        **values,
    )
    return Mail(person.email, subject, text, html, context.message_id(reference), choices_url)


def _shipment(order: OrderView, shipment_number: str | None) -> ShipmentView:
    shipments = {shipment.number: shipment for shipment in order.shipments}
    if shipment_number not in shipments:
        raise NotFound("shipment", shipment_number)
    return shipments[shipment_number]


def _change(order: OrderView, version: int | None) -> OrderDiff:
    for event in order.events:
        if event.kind is EventKind.CHANGED and event.facts.get("version") == version:
            return OrderDiff.from_facts(event.facts)
    raise NotFound("change", version)


def _reason(order: OrderView) -> str:
    for event in reversed(order.events):
        if event.kind is EventKind.CANCELLED:
            return str(event.facts.get("reason", ""))
    return ""
