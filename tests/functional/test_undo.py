"""What is done at once can be taken back: by the person who did it, once, for ten minutes, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import AccountRole, StaffRole
from portal.catalog.models import Variant
from portal.core.database import Database
from portal.discovery.actions import add_redirect, add_synonyms
from portal.discovery.models import SearchRedirect, SynonymGroup
from portal.orders.list_queries import lists_of
from portal.orders.models import Cart, CartDrop, CartLine, LaterLine, Nickname, SavedListLine
from portal.orders.nicknames import remember
from portal.pricing.models import PromotionKind
from tests.browser import Form
from tests.conftest import NOW
from tests.dealer import Person, dealer, moment, shop
from tests.factories import make_promotion, make_user
from tests.storefront import Shop

__all__ = ["dealer", "moment", "shop"]

TUESDAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Case:
    """Something that disappears."""

    do: Callable[[Person, Session], str]
    """Makes it disappear, and gives the address of the page that says so."""
    state: Callable[[Session], object]
    """What must be as it was."""
    staff: bool = False


def _rows(*columns: object) -> Callable[[Session], object]:
    return lambda session: [tuple(row) for row in session.execute(select(*columns).order_by(*columns))]  # type: ignore[call-overload]


def _only(session: Session, column: object) -> int:
    return int(session.scalars(select(column).order_by(column)).first() or 0)  # type: ignore[call-overload]


def take_a_line_out(person: Person, session: Session) -> str:
    person.post(f"/cart/lines/{_only(session, CartLine.id)}/delete")
    return "/cart"


def empty(person: Person, _session: Session) -> str:
    return str(person.post("/cart/empty").location)


def take_what_is_gone_out(person: Person, session: Session) -> str:
    person.post("/cart/gone/delete")
    return "/cart"


def take_one_gone_out(person: Person, session: Session) -> str:
    gone = session.scalars(select(CartLine.id).join(Variant).where(Variant.active.is_(False))).all()[0]
    person.post(f"/cart/lines/{gone}/delete")
    return "/cart"


def keep_for_later(person: Person, session: Session) -> str:
    person.post(f"/cart/lines/{_only(session, CartLine.id)}/later")
    return "/cart"


def keep_no_longer(person: Person, session: Session) -> str:
    person.post(f"/cart/later/{_only(session, LaterLine.id)}/delete")
    return "/cart"


def take_the_code_out(person: Person, _session: Session) -> str:
    person.post("/cart/code", code="")
    return "/cart"


def split_nothing(person: Person, _session: Session) -> str:
    person.post("/cart/places/clear")
    return "/cart/places"


def bring_it_whole(person: Person, session: Session) -> str:
    place = _only(session, CartDrop.location_id)
    person.post("/cart/places/whole", new_place=place, new_day="2026-11-26")
    return "/cart/places"


def forget_a_nickname(person: Person, session: Session) -> str:
    person.post(f"/quick-order/nicknames/{_only(session, Nickname.id)}/delete")
    return "/quick-order"


def take_off_a_list(person: Person, session: Session) -> str:
    list_id, variant_id = _only(session, SavedListLine.list_id), _only(session, SavedListLine.variant_id)
    person.open(f"/lists/{list_id}")
    form = person.browser.form(f"/lists/{list_id}/lines")
    person.browser.send(form, button=("remove", str(variant_id)))
    return f"/lists/{list_id}"


def delete_a_list(person: Person, session: Session) -> str:
    person.post(f"/lists/{_only(session, SavedListLine.list_id)}/delete", version=1)
    return "/lists"


def remove_synonyms(person: Person, session: Session) -> str:
    person.post(f"/desk/search/synonyms/{_only(session, SynonymGroup.id)}/removal")
    return "/desk/search"


def remove_a_redirect(person: Person, session: Session) -> str:
    person.post(f"/desk/search/redirects/{_only(session, SearchRedirect.id)}/removal")
    return "/desk/search"


CART = _rows(CartLine.id, CartLine.variant_id, CartLine.quantity, CartLine.seen_unit_price_e4)
DROPS = _rows(CartDrop.cart_line_id, CartDrop.location_id, CartDrop.requested_date, CartDrop.quantity)
LATER = _rows(LaterLine.variant_id, LaterLine.quantity, LaterLine.kept_at)
LIST = _rows(SavedListLine.position, SavedListLine.variant_id, SavedListLine.quantity)

CASES = {
    "cart line": Case(take_a_line_out, lambda session: (CART(session), DROPS(session))),
    "whole cart": Case(empty, lambda session: (CART(session), DROPS(session))),
    "all that is gone": Case(take_what_is_gone_out, CART),
    "one that is gone": Case(take_one_gone_out, CART),
    "kept for later": Case(keep_for_later, _rows(CartLine.variant_id, CartLine.quantity)),
    "no longer kept": Case(keep_no_longer, LATER),
    "promotion code": Case(take_the_code_out, _rows(Cart.id, Cart.promotion_code)),
    "places and days": Case(split_nothing, DROPS),
    "one place for all": Case(bring_it_whole, DROPS),
    "nickname": Case(
        forget_a_nickname, _rows(Nickname.folded, Nickname.variant_id, Nickname.uses, Nickname.updated_at)
    ),
    "list line": Case(take_off_a_list, LIST),
    "list": Case(delete_a_list, LIST),
    "synonyms": Case(remove_synonyms, _rows(SynonymGroup.words), staff=True),
    "redirect": Case(remove_a_redirect, _rows(SearchRedirect.words, SearchRedirect.target), staff=True),
}

SIGNED = [name for name in CASES if name not in {"kept for later", "promotion code"}]
"""Those whose button sends something signed; the two others send what any form of the cart's page sends."""


@pytest.fixture
def person(shop: Shop, app: Flask, database: Database, case: Case) -> Person:
    """Somebody with one of everything that can disappear."""
    goods = [shop.sell(sku, sku.title(), won=1_000) for sku in ("BEANS", "CUPS", "LIDS", "MUGS", "TRAYS")]
    make_promotion(shop.session, kind=PromotionKind.PERCENT, percent_ppm=100_000, code="SPRING")
    who = make_user(shop.session, staff_role=StaffRole.DESK, locale="en") if case.staff else shop.buyer
    add_synonyms(shop.session, ["cup", "mug"], now=NOW)
    add_redirect(shop.session, "sale", "/search?promo=1", now=NOW)
    remember(shop.session, shop.account.id, {"the brown ones": goods[0].id}, NOW)
    shop.commit()
    buyer = Person(app, shop.buyer)
    for sku in ("MUGS", "BEANS", "CUPS", "LIDS", "TRAYS"):
        buyer.add(sku, 12)
    buyer.post("/lists", name="Mondays", text="BEANS 1\nCUPS 2\nLIDS 3")
    with database.transaction() as session:
        mugs = session.scalars(select(CartLine.id).order_by(CartLine.id)).first()
    buyer.post(f"/cart/lines/{mugs}/later")
    buyer.open("/cart")
    with database.transaction() as session:
        for line_id in session.scalars(select(CartLine.id)):
            session.add_all(
                CartDrop(cart_line_id=line_id, location_id=shop.place.id, requested_date=day, quantity=6)
                for day in (TUESDAY, TUESDAY + timedelta(days=2))
            )
        session.execute(update(Cart).values(promotion_code="SPRING"))
        gone = session.scalars(select(Variant).where(Variant.sku.in_(["LIDS", "TRAYS"])))
        for variant in gone:
            variant.active = case.do not in (take_what_is_gone_out, take_one_gone_out)
    made = Person(app, who) if case.staff else buyer
    made.open("/")
    return made


@pytest.fixture
def done(person: Person, database: Database, case: Case) -> tuple[Form, object, object]:
    """The undo that is offered once something has disappeared; the state before and after."""
    with database.reading() as session:
        before = case.state(session)
        address = case.do(person, session)
    if not person.browser.page.all("div", class_="message message--success message--undo"):
        person.open(address)
    page = person.browser.page
    if case.do is take_a_line_out:
        # The page of the cart shows it for ten minutes: it has the focus where one is led to it, and not each time.
        assert page.all("ul", id="taken-out")[0].attributes["tabindex"] == "-1"
    else:
        (button,) = page.having("data-focus")
        (described,) = page.all(id=button.attributes["aria-describedby"])
        assert (button.tag, described.tag, bool(described.text)) == ("button", "p", True)
    forms = [
        form for form in page.forms if form.text.strip() in {"Undo", "Put it back", "Put everything back"}
    ]
    with database.reading() as session:
        after = case.state(session)
    assert after != before
    return forms[0], before, after


def state(database: Database, case: Case) -> object:
    with database.reading() as session:
        return case.state(session)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_was_done_is_taken_back_whole_and_once(
    person: Person, database: Database, case: Case, done: tuple[Form, object, object]
) -> None:
    undo, before, _after = done

    person.browser.send(undo)
    assert state(database, case) == before
    assert person.browser.status == 200

    # The tap that came twice.
    person.browser.send(undo)
    assert state(database, case) == before


@pytest.mark.parametrize("case", [CASES[name] for name in SIGNED], ids=SIGNED)
def test_after_ten_minutes_it_says_that_it_is_too_late(
    person: Person, database: Database, case: Case, done: tuple[Form, object, object]
) -> None:
    undo, _before, after = done

    with time_machine.travel(NOW + timedelta(minutes=10, seconds=1), tick=False):
        page = person.browser.send(undo)

    assert "It is too late to undo this: it can be undone for ten minutes." in page.text
    assert state(database, case) == after


@pytest.mark.parametrize("case", [CASES[name] for name in SIGNED], ids=SIGNED)
def test_nobody_else_takes_it_back(
    person: Person, database: Database, shop: Shop, app: Flask, case: Case, done: tuple[Form, object, object]
) -> None:
    undo, _before, after = done
    _account, rival = shop.rival()
    colleague = shop.person(AccountRole.OWNER)
    other_desk = make_user(shop.session, staff_role=StaffRole.DESK)
    shop.commit()

    for user in [other_desk] if case.staff else [rival, colleague]:
        stranger = Person(app, user)
        stranger.open("/")
        values = dict(undo.values)
        assert stranger.post(undo.action, undo=values["undo"]).status_code == 404
        assert stranger.post(undo.action, undo=values["undo"] + "x").status_code == 404
        assert stranger.post(undo.action).status_code == 404
    assert state(database, case) == after


@pytest.mark.parametrize("case", [CASES["cart line"]], ids=["cart line"])
def test_an_undo_of_one_kind_does_nothing_of_another(
    person: Person, shop: Shop, database: Database, case: Case, done: tuple[Form, object, object]
) -> None:
    token = dict(done[0].values)["undo"]
    with database.reading() as session:
        (kept,) = lists_of(session, shop.account.id, person.user_id)
    for address in (
        "/cart/later/again",
        "/cart/places/back",
        "/quick-order/nicknames/again",
        "/lists/restore",
    ):
        assert person.post(address, undo=token).status_code == 404
    assert person.post(f"/lists/{kept.id}/back", undo=token).status_code == 404
    assert state(database, case) == done[2]


def test_what_no_cookie_can_hold_is_said_without_a_button(shop: Shop, app: Flask) -> None:
    letters = iter(range(0xAC00, 0xD7A4))
    words = ["".join(chr(next(letters)) for _ in range(60)) for _ in range(30)]
    group_id = add_synonyms(shop.session, words, now=NOW)
    desk = make_user(shop.session, staff_role=StaffRole.DESK, locale="en")
    shop.commit()
    person = Person(app, desk)
    person.open("/desk/search")

    answer = person.post(f"/desk/search/synonyms/{group_id}/removal")
    page = person.open("/desk/search")

    assert max(len(cookie) for cookie in answer.headers.getlist("Set-Cookie")) < 4_096
    assert "The group is gone. Its words mean only themselves again." in page.text
    assert not page.all("div", class_="message message--success message--undo")
