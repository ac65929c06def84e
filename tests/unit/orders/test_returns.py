from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.adapters.mail import Mail
from portal.adapters.mail_templates import MailRenderer
from portal.catalog.models import Stock, StoredFile, Variant
from portal.core.errors import Conflict, NotFound, Refused
from portal.jobs.context import JobContext
from portal.jobs.models import Job
from portal.orders import actions, returns
from portal.orders.actions import Checkout, place_basket
from portal.orders.basket import Basket, BasketDrop, BasketLine
from portal.orders.jobs import RETURN_KINDS, return_mail
from portal.orders.mail_choices import choose_mail
from portal.orders.models import (
    Drop,
    MailTopic,
    Order,
    OrderEvent,
    OrderLine,
    Remedy,
    ReturnLine,
    ReturnReason,
    ReturnRequest,
    ReturnStatus,
)
from portal.orders.queries import order_of
from portal.orders.return_queries import line_charges, photo_of, return_of, return_queue, returnable_lines
from portal.orders.returns import Wish
from tests import factories as make
from tests.ordering import NOW, TODAY, Shop, assert_books_balance, credit_used, open_shop, photo, stock_of

LATER = NOW + timedelta(days=3)


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


@pytest.fixture
def order(session: Session, shop: Shop) -> Order:
    """Three bags for 36,000 won and seven cups for 385 won, with 10 % tax 40,023 won, all of it shipped."""
    beans = shop.sell(session, won=12_000, on_hand=10, sku="BEANS")
    cups = shop.sell(session, won=55, on_hand=10, sku="CUPS")
    placed = shop.order(session, {beans: 3, cups: 7})
    send(session, shop, placed)
    return placed


def send(session: Session, shop: Shop, order: Order, *, key: str = "k") -> None:
    facts: dict[str, Any] = {"actor_id": shop.staff_id, "now": NOW}
    actions.confirm(session, order.id, version=1, **facts)
    actions.start_picking(session, order.id, version=2, **facts)
    own = select(Drop).join(OrderLine).where(OrderLine.order_id == order.id)
    leaving = {drop.id: drop.reserved for drop in session.scalars(own)}
    actions.ship(
        session, order.id, leaving, carrier="", tracking_number="", submit_key=key, version=3, **facts
    )


def line_ids(session: Session, order: Order) -> list[int]:
    return list(
        session.scalars(
            select(OrderLine.id).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
        )
    )


def wish(line_id: int, quantity: int, remedy: Remedy = Remedy.CREDIT, photo: bytes | None = None) -> Wish:
    return Wish(line_id, quantity, ReturnReason.DAMAGED, remedy, photo)


def ask(
    session: Session, shop: Shop, order: Order, *wishes: Wish, key: str = "key", shown: int | None = None
) -> str:
    view = order_of(session, shop.account_id, order.number)
    worth = sum(returns.expected_credits(returnable_lines(session, view), wishes))
    return returns.request_return(
        session, shop.account_id, shop.user_id, order.number, wishes,
        pickup_date=date(2026, 11, 30), notes="By the door", submit_key=key,
        shown_credit=worth if shown is None else shown, now=LATER,
    ).number  # fmt: skip


def row(session: Session, number: str) -> ReturnRequest:
    return session.scalars(
        select(ReturnRequest).where(ReturnRequest.number == number).execution_options(populate_existing=True)
    ).one()


def decide(session: Session, shop: Shop, number: str, *granted: int, note: str = "", **changes: Any) -> None:
    found = row(session, number)
    ids = session.scalars(
        select(ReturnLine.id).where(ReturnLine.return_id == found.id).order_by(ReturnLine.id)
    )
    facts: dict[str, Any] = {"version": found.version, "actor_id": shop.staff_id, "now": LATER} | changes
    returns.decide(session, found.id, dict(zip(ids, granted, strict=False)), note=note, **facts)


def do(session: Session, shop: Shop, number: str, verb: str, *arguments: Any) -> None:
    found = row(session, number)
    getattr(returns, verb)(
        session, found.id, *arguments, version=found.version, actor_id=shop.staff_id, now=LATER
    )


def test_what_was_charged_is_shared_out_to_the_unit(session: Session, shop: Shop, order: Order):
    view = order_of(session, shop.account_id, order.number)
    charged = line_charges(session, view)

    assert order.total == 40_023
    assert list(charged.values()) == [39_600, 423]


def test_asking_keeps_what_was_said_and_tells_both_sides(session: Session, shop: Shop, order: Order):
    beans, cups = line_ids(session, order)
    number = ask(session, shop, order, wish(beans, 2), wish(cups, 1, Remedy.REPLACEMENT))

    found = return_of(session, shop.account_id, number)
    assert (number, found.status, found.version) == ("2026-000001-R1", ReturnStatus.REQUESTED, 1)
    assert (found.expected_credit, found.granted_credit, found.notes) == (26_400, None, "By the door")
    assert [(line.sku, line.quantity, line.expected_credit) for line in found.lines] == [
        ("BEANS", 2, 26_400), ("CUPS", 1, 0),
    ]  # fmt: skip
    event = session.scalars(select(OrderEvent).order_by(OrderEvent.id.desc()).limit(1)).one()
    assert (event.kind, event.facts) == ("return_requested", {"return": number, "units": 3})
    jobs = session.scalars(select(Job.arguments).where(Job.name == "return_mail").order_by(Job.id)).all()
    assert jobs == [
        {"number": number, "kind": "requested", "user_id": shop.user_id},
        {"number": number, "kind": "reported", "user_id": shop.staff_id},
    ]


def test_the_accounts_representative_is_told_instead_of_the_desk(session: Session, shop: Shop, order: Order):
    session.execute(update(Account).where(Account.id == shop.account_id).values(sales_rep_id=shop.staff_id))
    session.add(
        User(email="desk2@example.com", name="D", password_hash="x", staff_role="desk", created_at=NOW)
    )
    session.flush()
    ask(session, shop, order, wish(line_ids(session, order)[0], 1))

    told = session.scalars(select(Job.arguments).where(Job.unique_key.like("return_mail:%:reported:%"))).all()
    assert [each["user_id"] for each in told] == [shop.staff_id]


def test_the_same_form_asks_once(session: Session, shop: Shop, order: Order):
    beans, _ = line_ids(session, order)
    first = ask(session, shop, order, wish(beans, 1))
    again = returns.request_return(
        session, shop.account_id, shop.user_id, order.number, [wish(beans, 1)],
        pickup_date=None, notes="", submit_key="key", shown_credit=1, now=LATER,
    )  # fmt: skip

    assert (again.number, again.is_repeat) == (first, True)
    assert session.scalars(select(ReturnRequest.number)).all() == [first]


@pytest.mark.parametrize(
    "wishes, code",
    [([], "nothing_to_return"), ([(0, 0)], "negative_quantity"), ([(0, 4)], "more_than_delivered"),
     ([(0, 2), (0, 2)], "more_than_delivered")],
)  # fmt: skip
def test_what_cannot_come_back_is_refused(
    session: Session, shop: Shop, order: Order, wishes: list[tuple[int, int]], code: str
):
    ids = line_ids(session, order)
    with pytest.raises(Refused, match=code):
        ask(session, shop, order, *(wish(ids[at], units) for at, units in wishes))
    assert session.scalars(select(ReturnRequest)).all() == []


def test_a_line_of_another_order_and_a_strangers_order_are_not_found(
    session: Session, shop: Shop, order: Order
):
    rival = shop.dealer(session)
    with pytest.raises(NotFound):
        ask(session, shop, order, wish(999_999, 1))
    with pytest.raises(NotFound):
        returns.request_return(
            session, rival.account_id, rival.user_id, order.number, [wish(line_ids(session, order)[0], 1)],
            pickup_date=None, notes="", submit_key="x", shown_credit=0, now=LATER,
        )  # fmt: skip
    assert session.scalars(select(ReturnRequest)).all() == []


def test_nobody_sends_a_credit_they_have_not_seen(session: Session, shop: Shop, order: Order):
    with pytest.raises(Conflict, match="credit_changed") as refused:
        ask(session, shop, order, wish(line_ids(session, order)[0], 1), shown=1)
    assert refused.value.facts == {"shown": 1, "credit": 13_200}


def test_units_are_returned_once_and_again_when_it_came_to_nothing(
    session: Session, shop: Shop, order: Order
):
    beans, _ = line_ids(session, order)
    first = ask(session, shop, order, wish(beans, 3))
    with pytest.raises(Conflict, match="more_than_delivered"):
        ask(session, shop, order, wish(beans, 1), key="two")

    returns.withdraw(session, shop.account_id, first, version=1, actor_id=shop.user_id, now=LATER)
    assert row(session, first).status is ReturnStatus.WITHDRAWN
    second = ask(session, shop, order, wish(beans, 3), key="three")
    decide(session, shop, second, 1, note="Two are fine")
    assert ask(session, shop, order, wish(beans, 2), key="four") == "2026-000001-R3"


def test_unit_by_unit_the_credits_sum_to_the_charge(session: Session, shop: Shop, order: Order):
    _, cups = line_ids(session, order)
    view = order_of(session, shop.account_id, order.number)
    charged = line_charges(session, view)[cups]
    numbers = [ask(session, shop, order, wish(cups, 1), key=f"{at}") for at in range(7)]
    # Decided the other way round than asked for: the sum is the same.
    for number in reversed(numbers):
        decide(session, shop, number, 1)

    assert sum(row(session, number).granted_credit or 0 for number in numbers) == charged
    assert sum(row(session, number).expected_credit for number in numbers) == charged


def test_from_asking_to_the_credit(session: Session, shop: Shop, order: Order):
    beans, cups = line_ids(session, order)
    before, stock = credit_used(session, shop.account_id), stock_of(session, variant_of(session, beans))
    number = ask(session, shop, order, wish(beans, 2), wish(cups, 7))
    decide(session, shop, number, 2, 0, note="The cups are as ordered")
    accepted = row(session, number)
    assert (accepted.status, accepted.granted_credit, accepted.version) == (ReturnStatus.APPROVED, 26_400, 2)
    assert accepted.decided_by_id == shop.staff_id
    assert credit_used(session, shop.account_id) == before

    lines = return_of(session, shop.account_id, number).lines
    do(session, shop, number, "receive", {lines[0].id: 1})
    assert stock_of(session, variant_of(session, beans)) == (stock[0] + 1, *stock[1:])
    do(session, shop, number, "credited")

    closed = row(session, number)
    assert closed.status is ReturnStatus.CREDITED
    # The credit is the credit note's, which is asked for.
    assert credit_used(session, shop.account_id) == before
    assert session.scalars(select(Job.arguments).where(Job.name == "credit_return")).all() == [
        {"return_id": closed.id}
    ]
    kinds = session.scalars(select(OrderEvent.facts).where(OrderEvent.kind == "return_decided")).all()
    assert [facts["status"] for facts in kinds] == ["approved", "received", "credited"]
    mails = session.scalars(select(Job.arguments).where(Job.name == "return_mail").order_by(Job.id)).all()
    assert [mail["kind"] for mail in mails] == ["requested", "reported", "decided", "credited"]
    assert_books_balance(session)


def test_the_return_that_waits_longest_comes_first(session: Session, shop: Shop, order: Order):
    line_id = line_ids(session, order)[0]
    first = ask(session, shop, order, wish(line_id, 1), key="a")
    second = ask(session, shop, order, wish(line_id, 1), key="b")
    assert [each.number for each in return_queue(session).rows] == [first, second]

    row(session, first).created_at = LATER + timedelta(days=1)
    session.flush()

    assert [each.number for each in return_queue(session).rows] == [second, first]


def variant_of(session: Session, line_id: int) -> int:
    return session.scalars(select(OrderLine.variant_id).where(OrderLine.id == line_id)).one()


def test_what_comes_back_goes_to_the_warehouse_it_left(session: Session, shop: Shop):
    other = make.make_warehouse(session)
    there = make.make_location(session, session.get_one(Account, shop.account_id), other)
    beans = shop.sell(session, won=1_000, on_hand=5)
    make.make_stock(session, session.get_one(Variant, beans), other, 5)
    line = BasketLine(beans, 4, drops=(BasketDrop(shop.location_id, None, 2), BasketDrop(there.id, None, 2)))
    checkout = Checkout(submit_key="key", location_id=shop.location_id, shown_total=4_400)
    number = place_basket(
        session, shop.buyer, shop.user_id, Basket((line,)), checkout, year=2026, today=TODAY, now=NOW
    ).number
    order = session.scalars(select(Order).where(Order.number == number)).one()
    facts: dict[str, Any] = {"actor_id": shop.staff_id, "now": NOW}
    actions.confirm(session, order.id, version=1, **facts)
    actions.start_picking(session, order.id, version=2, **facts)
    (leaving,) = session.scalars(select(Drop.id).where(Drop.location_id == there.id))
    actions.ship(
        session, order.id, {leaving: 2}, carrier="", tracking_number="", submit_key="k", version=3, **facts
    )

    asked = ask(session, shop, order, wish(line_ids(session, order)[0], 2))
    decide(session, shop, asked, 2)
    do(session, shop, asked, "receive", {return_of(session, shop.account_id, asked).lines[0].id: 2})

    on_hand = {row[0]: row[1] for row in session.execute(select(Stock.warehouse_id, Stock.on_hand))}
    assert on_hand == {shop.warehouse_id: 5, other.id: 5}


def test_what_came_short_is_credited_without_coming_back(session: Session, shop: Shop, order: Order):
    number = ask(session, shop, order, wish(line_ids(session, order)[0], 1))
    decide(session, shop, number, 1)
    do(session, shop, number, "credited")

    closed = row(session, number)
    assert (closed.status, closed.granted_credit) == (ReturnStatus.CREDITED, 13_200)


def test_less_than_asked_needs_a_reason(session: Session, shop: Shop, order: Order):
    number = ask(session, shop, order, wish(line_ids(session, order)[0], 2))
    with pytest.raises(Refused, match="reason_needed"):
        decide(session, shop, number, 1)
    with pytest.raises(Refused, match="more_than_asked"):
        decide(session, shop, number, 3)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        decide(session, shop, number, 2, version=7)
    with pytest.raises(NotFound):
        returns.decide(
            session, row(session, number).id, {999_999: 1}, note="", version=1, actor_id=None, now=LATER
        )
    assert row(session, number).status is ReturnStatus.REQUESTED

    decide(session, shop, number, 0, note="Nothing is wrong with them")
    declined = row(session, number)
    assert (declined.status, declined.granted_credit) == (ReturnStatus.DECLINED, 0)
    with pytest.raises(Conflict, match="illegal_move"):
        do(session, shop, number, "credited")


def test_no_more_comes_back_than_was_accepted(session: Session, shop: Shop, order: Order):
    number = ask(session, shop, order, wish(line_ids(session, order)[0], 2))
    decide(session, shop, number, 2)
    (line,) = return_of(session, shop.account_id, number).lines
    with pytest.raises(Refused, match="more_than_granted"):
        do(session, shop, number, "receive", {line.id: 3})
    assert row(session, number).status is ReturnStatus.APPROVED


def test_a_photo_is_kept_without_its_secrets_and_can_follow(session: Session, shop: Shop, order: Order):
    beans, cups = line_ids(session, order)
    number = ask(session, shop, order, wish(beans, 1, photo=photo()), wish(cups, 1))
    first, second = return_of(session, shop.account_id, number).lines
    assert (first.has_photo, second.has_photo) == (True, False)

    returns.add_photo(session, shop.account_id, number, second.id, photo("blue"))
    media_type, content = photo_of(session, row(session, number).id, second.id)
    assert media_type == "image/jpeg"
    with Image.open(BytesIO(content)) as kept:
        assert (kept.size, dict(kept.getexif())) == ((40, 30), {})
    with pytest.raises(NotFound):
        photo_of(session, 999_999, second.id)
    with pytest.raises(Refused, match="picture_unreadable"):
        returns.add_photo(session, shop.account_id, number, second.id, b"no photo")
    with pytest.raises(NotFound):
        returns.add_photo(session, shop.dealer(session).account_id, number, second.id, photo())
    with pytest.raises(NotFound):
        returns.add_photo(session, shop.account_id, number, 999_999, photo())
    assert len(session.scalars(select(StoredFile.id)).all()) == 2

    decide(session, shop, number, 1, 1)
    with pytest.raises(Conflict, match="illegal_move"):
        returns.add_photo(session, shop.account_id, number, second.id, photo("green"))


def letter(session: Session, number: str, kind: str, user_id: int) -> Mail | None:
    context = JobContext(
        session=session,
        now=LATER,
        mail_renderer=MailRenderer(),
        base_url="https://portal.example",
        brand_name="Bean & Co",
        secret_key="unused",
    )
    return return_mail(context, number, kind, user_id)


@pytest.mark.parametrize("locale", ["ko", "en", "ja", "fr-CA"])
def test_both_sides_are_told_in_their_language(session: Session, shop: Shop, order: Order, locale: str):
    session.execute(update(Order).values(locale=locale))
    session.execute(update(User).where(User.id == shop.staff_id).values(locale=locale))
    number = ask(session, shop, order, wish(line_ids(session, order)[0], 2))
    decide(session, shop, number, 1, note="One <b>is</b> whole")
    do(session, shop, number, "credited")
    mails = {
        kind: letter(session, number, kind, shop.staff_id if kind == "reported" else shop.user_id)
        for kind in RETURN_KINDS
    }

    for kind, mail in mails.items():
        assert mail is not None, kind
        assert number in mail.subject
        assert mail.choices_url == "https://portal.example/account#mail"
        assert mail.choices_url in mail.text
        assert mail.message_id.startswith(f"return-{number}-{kind}-")
        where = "/desk/returns/" if kind == "reported" else "/returns/"
        assert f"https://portal.example{where}{number}\n" in mail.text
    decided = mails["decided"]
    assert decided is not None
    assert "One <b>is</b> whole" in decided.text
    assert "One &lt;b&gt;is&lt;/b&gt; whole" in decided.html


def test_who_wants_no_mail_of_returns_gets_none(session: Session, shop: Shop, order: Order):
    number = ask(session, shop, order, wish(line_ids(session, order)[0], 2))
    choose_mail(session, shop.user_id, [MailTopic.RETURNS], [])

    assert letter(session, number, "requested", shop.user_id) is None
    assert letter(session, number, "reported", shop.staff_id) is not None
    with pytest.raises(ValueError, match="no mail of kind"):
        letter(session, number, "delighted", shop.user_id)
    with pytest.raises(NotFound):
        letter(session, "2026-000099-R1", "requested", shop.user_id)
