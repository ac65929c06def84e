from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.adapters.mail import Mail
from portal.adapters.mail_templates import MailRenderer
from portal.core.errors import NotFound
from portal.jobs.context import JobContext
from portal.orders import actions
from portal.orders.actions import Change
from portal.orders.basket import BasketDrop, BasketLine
from portal.orders.jobs import KINDS, OF_SHIPMENTS, order_mail
from portal.orders.models import Drop, Order
from portal.orders.order_view import order_view
from tests.ordering import NOW, Shop, open_shop

SNAPSHOTS = Path(__file__).parent / "mails"


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session, locale="en")


@pytest.fixture
def order(session: Session, shop: Shop) -> Order:
    """Three boxes of beans of which one must wait, and 150 cups."""
    beans = shop.sell(
        session,
        won=12_000,
        on_hand=2,
        sku="BEANS",
        names={"en": "Beans <dark> & strong"},
        allow_backorder=True,
    )
    cups = shop.sell(session, won=55, on_hand=1_000, sku="CUPS", names={"en": "Paper cup"})
    session.execute(
        update(User).values(name="Kim Min-ji", email="minji@example.com").where(User.id == shop.user_id)
    )
    return shop.order(
        session, {beans: 3, cups: 1_500 // 10}, po_number="PO-7", requested_date=date(2026, 11, 27)
    )


def send(session: Session, *arguments: Any, **more: Any) -> list[Mail]:
    context = JobContext(
        session=session,
        now=NOW,
        mail_renderer=MailRenderer(),
        base_url="https://portal.example:8443",
        brand_name="Bean & Co",
        secret_key="unused",
    )
    mail = order_mail(context, *arguments, **more)
    return [mail] if mail else []


def ship(session: Session, shop: Shop, order: Order) -> str:
    facts: dict[str, Any] = {"actor_id": shop.staff_id, "now": NOW}
    actions.confirm(session, order.id, version=1, **facts)
    actions.start_picking(session, order.id, version=2, **facts)
    leaving = {drop.id: drop.reserved for drop in session.scalars(select(Drop))}
    goods: dict[str, Any] = {"carrier": "CJ Logistics", "tracking_number": "6801-22", "submit_key": "k"}
    return actions.ship(session, order.id, leaving, version=3, **goods, **facts).number


def change(session: Session, shop: Shop, order: Order) -> int:
    """Two boxes of beans instead of three, none of the cups, another order number; the version it makes."""
    view = order_view(session, order.number)
    assert view is not None
    beans = view.lines[0]
    lines = (BasketLine(beans.variant_id, 2, drops=(BasketDrop(shop.location_id, date(2026, 11, 27), 2),)),)
    sent = Change("key", 1, lines, "PO-8", "", shown_total=26_400)
    actions.change_order(session, shop.buyer, shop.user_id, order.number, sent, now=NOW)
    return 2


def read(mail: Mail) -> str:
    return f"To: {mail.to}\nSubject: {mail.subject}\nMessage-ID: {mail.message_id}\n\n{mail.text}"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_mail_reads_as_it_should(session: Session, shop: Shop, order: Order, kind: str):
    more: dict[str, Any] = {"shipment_number": ship(session, shop, order)} if kind in OF_SHIPMENTS else {}
    if kind == "cancelled":
        actions.cancel(session, order.id, reason="Ordered twice", version=1, actor_id=shop.staff_id, now=NOW)

    if kind == "changed":
        more = {"version": change(session, shop, order)}

    (mail,) = send(session, order.number, kind, **more)

    assert read(mail) == (SNAPSHOTS / f"order_{kind}.txt").read_text(encoding="utf-8")
    assert "Beans &lt;dark&gt; &amp; strong" in mail.html
    assert "<dark>" not in mail.html
    assert 'href="https://portal.example:8443/orders/2026-000001"' in mail.html
    assert "Bean &amp; Co" in mail.html


@pytest.mark.parametrize("locale", ["ko", "en", "ja", "fr-CA"])
@pytest.mark.parametrize("kind", ["placed", "confirmed"])
def test_a_mail_can_be_written_in_every_language(session: Session, order: Order, kind: str, locale: str):
    session.execute(update(Order).values(locale=locale))

    (mail,) = send(session, order.number, kind)

    assert "2026-000001" in mail.subject
    assert "BEANS" in mail.text


def test_a_second_run_sends_the_same_mail(session: Session, order: Order):
    assert send(session, order.number, "placed") == send(session, order.number, "placed")


def test_each_shipment_and_kind_has_a_message_id_of_its_own(session: Session, shop: Shop, order: Order):
    number = ship(session, shop, order)
    mails = [
        *send(session, order.number, "placed"),
        *send(session, order.number, "confirmed"),
        *send(session, order.number, "shipped", shipment_number=number),
    ]

    assert [mail.message_id for mail in mails] == [
        "order-2026-000001-placed@portal.example",
        "order-2026-000001-confirmed@portal.example",
        "order-2026-000001-S1-shipped@portal.example",
    ]


def test_nobody_writes_to_a_person_who_left(session: Session, shop: Shop, order: Order):
    session.execute(update(User).where(User.id == shop.user_id).values(active=False))

    assert send(session, order.number, "placed") == []


def test_what_cannot_be_written_is_an_error_and_sends_nothing(session: Session, order: Order):
    with pytest.raises(NotFound):
        send(session, "2026-000099", "placed")
    with pytest.raises(NotFound):
        send(session, order.number, "shipped", shipment_number="2026-000001-S9")
    with pytest.raises(NotFound):
        send(session, order.number, "changed", version=7)
    with pytest.raises(ValueError, match="no mail of kind"):
        send(session, order.number, "delighted")
