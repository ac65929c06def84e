from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.errors import Conflict, NotFound, Refused
from portal.jobs.models import Job
from portal.orders import actions
from portal.orders.mail_choices import choose_mail, mail_choices, wants_mail
from portal.orders.models import Drop, MailTopic, Order, OrderStatus, ShipmentEvent, TrackingKind
from portal.orders.queries import order_of
from portal.orders.tracking import add_step, arrivals, progress_of, take_in, tracks_of
from tests.ordering import NOW, Shop, open_shop

NUMBER = "2026-000001"
LATER = NOW + timedelta(hours=5)
K = TrackingKind


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


@pytest.fixture
def order(session: Session, shop: Shop) -> Order:
    """Sixty boxes in two lines, of which forty left."""
    first = shop.sell(session, won=1_000, on_hand=100, unit="box")
    second = shop.sell(session, won=1_000, on_hand=100, unit="box")
    placed = shop.order(session, {first: 40, second: 20}, requested_date=date(2026, 11, 27))
    facts: dict[str, Any] = {"actor_id": shop.staff_id, "now": NOW}
    actions.confirm(session, placed.id, version=1, **facts)
    actions.start_picking(session, placed.id, version=2, **facts)
    drop = session.scalars(select(Drop.id).order_by(Drop.id).limit(1)).one()
    actions.ship(
        session, placed.id, {drop: 40}, carrier="cj", tracking_number="", submit_key="k", version=3, **facts
    )
    return placed


def step(session: Session, order: Order, kind: TrackingKind = K.IN_TRANSIT, **changes: Any) -> bool:
    facts: dict[str, Any] = {"place": "Hub", "note": "", "at": LATER, "now": LATER} | changes
    return add_step(session, order.id, facts.pop("shipment", f"{NUMBER}-S1"), kind, **facts)


def steps(session: Session, order: Order) -> list[tuple[str, str]]:
    (track,) = tracks_of(session, order.id).values()
    return [(each.kind.value, each.place) for each in track.steps]


def test_leaving_and_arriving_are_steps_of_their_own(session: Session, shop: Shop, order: Order):
    assert steps(session, order) == [("handed_over", "")]
    actions.deliver(session, order.id, f"{NUMBER}-S1", version=4, actor_id=shop.staff_id, now=LATER)
    assert steps(session, order) == [("handed_over", ""), ("delivered", "")]


def test_steps_stand_in_the_order_in_which_they_happened(session: Session, order: Order):
    assert step(session, order, K.OUT_FOR_DELIVERY)
    assert step(session, order, K.IN_TRANSIT, at=NOW + timedelta(hours=1))
    assert not step(session, order, K.IN_TRANSIT, at=NOW + timedelta(hours=1))

    assert steps(session, order) == [("handed_over", ""), ("in_transit", "Hub"), ("out_for_delivery", "Hub")]
    (track,) = tracks_of(session, order.id).values()
    assert (track.place_name, track.timezone) == ("Gangnam store", "Asia/Seoul")
    mails = session.scalars(select(Job.unique_key).where(Job.unique_key.like("%out_for_delivery"))).all()
    assert mails == [f"order_mail:{NUMBER}-S1:out_for_delivery"]


def test_a_step_that_cannot_be_is_refused(session: Session, shop: Shop, order: Order):
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"at": LATER + timedelta(minutes=1)}, "wrong_moment"),
        ({"at": NOW - timedelta(minutes=1)}, "wrong_moment"),
        ({"kind": K.DELIVERED}, "wrong_kind"),
    ]
    for changes, error in wrong:
        with pytest.raises(Refused, match=error):
            step(session, order, **changes)
    with pytest.raises(NotFound):
        step(session, order, shipment=f"{NUMBER}-S9")
    actions.deliver(session, order.id, f"{NUMBER}-S1", version=4, actor_id=shop.staff_id, now=LATER)
    with pytest.raises(Conflict, match="already_delivered"):
        step(session, order)
    assert len(session.scalars(select(ShipmentEvent.id)).all()) == 2


def test_part_of_an_order_is_never_all_of_it(session: Session, shop: Shop, order: Order):
    progress = progress_of(order_of(session, shop.account_id, NUMBER))

    assert (progress.shipped, progress.wanted, progress.delivered) == (40, 60, 0)
    assert (progress.left, progress.shipments, progress.arrived) == (1, 2, 0)
    assert (progress.unit, progress.is_partial) == ("box", True)


def test_the_next_arrival_is_that_of_what_is_still_to_come(session: Session, order: Order):
    first, second = session.scalars(select(Drop.id).order_by(Drop.id))
    session.execute(update(Drop).values(promised_date=None))
    session.execute(update(Drop).where(Drop.id == second).values(promised_date=date(2026, 11, 30)))
    assert arrivals(session, [order.id]) == {order.id: date(2026, 11, 27)}
    session.execute(update(Drop).where(Drop.id == first).values(delivered=40))
    assert arrivals(session, [order.id]) == {order.id: date(2026, 11, 30)}
    session.execute(update(Drop).where(Drop.id == second).values(promised_date=None, requested_date=None))
    assert arrivals(session, [order.id]) == {}
    assert arrivals(session, []) == {}


def test_what_a_carrier_reports_is_taken_in_once(session: Session, order: Order):
    event = {
        "shipment": f"{NUMBER}-S1",
        "kind": "in_transit",
        "at": "2026-11-23T11:00:00+09:00",
        "place": "Hub",
    }
    assert [take_in(session, event, now=LATER) for _ in range(2)] == [True, False]
    arrival = {"shipment": f"{NUMBER}-S1", "kind": "delivered", "at": "2026-11-23T12:00:00+09:00"}
    assert [take_in(session, arrival, now=LATER) for _ in range(2)] == [True, False]

    assert steps(session, order) == [("handed_over", ""), ("in_transit", "Hub"), ("delivered", "")]
    session.refresh(order)
    assert order.status is OrderStatus.PARTIALLY_DELIVERED


@pytest.mark.parametrize(
    "changes", [{"kind": "lost"}, {"at": "2026-11-23T11:00:00"}, {"at": "noon"}, {"at": None}, {"kind": None}]
)
def test_what_cannot_be_read_is_refused(session: Session, order: Order, changes: dict[str, Any]):
    event = {"shipment": f"{NUMBER}-S1", "kind": "in_transit", "at": "2026-11-23T11:00:00+09:00"} | changes
    with pytest.raises(Refused, match="unreadable"):
        take_in(session, event, now=LATER)
    with pytest.raises(NotFound):
        take_in(session, {**event, "kind": "failed", "at": LATER.isoformat(), "shipment": "x"}, now=LATER)
    assert steps(session, order) == [("handed_over", "")]


def test_every_topic_is_on_until_it_is_chosen_away(session: Session, shop: Shop):
    assert mail_choices(session, shop.user_id) == dict.fromkeys(MailTopic, True)
    choose_mail(session, shop.user_id, list(MailTopic), [MailTopic.PLACED])
    choose_mail(session, shop.user_id, [MailTopic.RETURNS], [MailTopic.RETURNS])
    choose_mail(session, shop.user_id, [], [])

    wanted = {topic for topic, is_wanted in mail_choices(session, shop.user_id).items() if is_wanted}
    assert wanted == {MailTopic.PLACED, MailTopic.RETURNS}
    assert not wants_mail(session, shop.user_id, MailTopic.SHIPPED)
    assert wants_mail(session, shop.user_id, MailTopic.PLACED)
    assert wants_mail(session, shop.staff_id, MailTopic.SHIPPED)
