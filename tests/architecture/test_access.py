"""Every address has an answer for strangers: this test walks the address map, so a new route needs one too.

A route with a record in its address must be listed in RECORDS, with the address of a record of *another* account.
Whatever is refused must also change nothing: the whole database is compared before and after.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.accounts.models import Account, AccountRole, Membership, StaffRole, User
from portal.accounts.rules import may, staff_may
from portal.blueprints.access import ACCESS, DEED
from portal.catalog.models import Category, Document, DocumentKind, StoredFile, Variant
from portal.core.database import Database
from portal.core.tables import Base
from portal.orders import actions
from portal.orders.models import CartLine, Drop
from tests import factories as make
from tests.ordering import NOW, open_shop

PUBLIC = {
    "static",
    "auth.sign_in",
    "auth.sign_in_submit",
    "auth.sign_out",
    "auth.forgot_password",
    "auth.forgot_password_submit",
    "auth.reset_password",
    "auth.reset_password_submit",
    # The language and the size of text can be chosen before signing in.
    "account.switch_language",
    "account.switch_text_size",
    # A picture is found by the digest of its bytes; it names no account and no price.
    "catalog.picture",
    "ops.healthz",
    "ops.readyz",
    # Guards itself by a token or the loopback address.
    "ops.metrics",
}
"""Endpoints open to everybody. Adding one is a decision."""


@dataclass(frozen=True)
class World:
    """A dealer's records, and everybody else who might try to reach them."""

    owner: str
    colleagues: dict[AccountRole, str]
    rival: str
    staff: dict[StaffRole, str]
    order_number: str
    shipment_number: str
    cart_line_id: int
    hidden_sku: str
    document_id: int
    category_slug: str


RECORDS: dict[str, Callable[[World], dict[str, object]]] = {
    "cart.change": lambda world: {"line_id": world.cart_line_id},
    "cart.remove": lambda world: {"line_id": world.cart_line_id},
    "catalog.product": lambda world: {"sku": world.hidden_sku},
    "catalog.document": lambda world: {"sku": world.hidden_sku, "document_id": world.document_id},
    "orders.show": lambda world: {"number": world.order_number},
    "orders.cancel": lambda world: {"number": world.order_number},
}
"""For each dealer's route with a record in its address: a record that the rival must not reach."""

SHARED = {"catalog.category"}
"""Dealers' routes whose record is the seller's and the same for every account; what is listed inside is scoped."""


@pytest.fixture
def world(session: Session) -> World:
    shop = open_shop(session)
    rival = shop.dealer(session)
    ordered, hidden = shop.sell(session, won=12_000, on_hand=100), shop.sell(session, won=500, on_hand=100)
    hidden_variant = session.get_one(Variant, hidden)
    make.make_assortment(
        session, [hidden_variant], account=session.get_one(Account, rival.account_id), hides=True
    )
    content = b"%PDF-1.7"
    file = make.added(
        session,
        StoredFile(
            sha256=hashlib.sha256(content).hexdigest(),
            media_type="application/pdf",
            size=len(content),
            content=content,
        ),
    )
    document = make.added(
        session,
        Document(
            product_id=hidden_variant.product_id,
            kind=DocumentKind.MANUAL,
            titles={"en": "Manual"},
            file_name="manual.pdf",
            file_id=file.id,
        ),
    )
    order = shop.order(session, {ordered: 2})
    actions.confirm(session, order.id, version=1, actor_id=shop.staff_id, now=NOW)
    actions.start_picking(session, order.id, version=2, actor_id=shop.staff_id, now=NOW)
    drop_id = session.scalars(select(Drop.id)).one()
    shipped = actions.ship(
        session,
        order.id,
        {drop_id: 1},
        carrier="",
        tracking_number="",
        submit_key="k",
        version=3,
        actor_id=shop.staff_id,
        now=NOW,
    )
    shop.put(session, {hidden: 1})
    account = session.get_one(Account, shop.account_id)
    world = World(
        owner=session.get_one(User, shop.user_id).email,
        colleagues={role: make.make_user(session, account, role=role).email for role in AccountRole},
        rival=session.get_one(User, rival.user_id).email,
        staff={role: make.make_user(session, staff_role=role).email for role in StaffRole},
        order_number=order.number,
        shipment_number=shipped.number,
        cart_line_id=session.scalars(select(CartLine.id)).one(),
        hidden_sku=hidden_variant.sku,
        document_id=document.id,
        category_slug=session.scalars(select(Category.slug)).first() or "",
    )
    # Both dealers are owners of their accounts: no refusal below may come from a role that is too small.
    session.execute(
        update(Membership).where(Membership.user_id.in_([shop.user_id, rival.user_id])).values(role="owner")
    )
    session.commit()
    return world


class Visitor:
    """A client that sends valid tokens, so that what refuses it is never the CSRF check."""

    def __init__(self, app: Flask, email: str | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        if email is not None:
            response = self.client.post(
                "/login", data={"email": email, "password": make.PASSWORD, "csrf_token": self.token()}
            )
            assert response.status_code == 303, email

    def token(self) -> str:
        for page in ("/login", "/account"):
            found = re.search(
                r'name="csrf-?_?token"[^>]*(?:value|content)="([^"]+)"', self.client.get(page).text
            )
            if found:
                return found.group(1)
        raise AssertionError("no page gives a token")

    def ask(self, method: str, address: str, **headers: str) -> TestResponse:
        sent = {**headers, **({} if method == "GET" else {"X-CSRFToken": self.token()})}
        return self.client.open(address, method=method, headers=sent)


def rules(app: Flask, *guards: str | None) -> list[tuple[Rule, str]]:
    """Every (rule, method) whose guard is one of these."""
    return [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
        if getattr(app.view_functions[rule.endpoint], ACCESS, None) in guards
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def address(app: Flask, rule: Rule, method: str, values: dict[str, object]) -> str:
    return app.url_map.bind("localhost").build(rule.endpoint, values, method=method)


def of_nobody(rule: Rule) -> dict[str, object]:
    """Values for a rule's arguments that name no record."""
    return {name: 0 if name.endswith("_id") else "nothing" for name in rule.arguments}


def everything(database: Database) -> dict[str, list[str]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table))))
            for table in Base.metadata.sorted_tables
            # Signing in counts attempts; that is no record of anybody's.
            if table.name not in {"sign_in_throttle", "user"}
        }


def test_every_route_says_who_may_come_in(app: Flask):
    unguarded = {rule.endpoint for rule, _ in rules(app, None)}
    public = {rule.endpoint for rule, _ in rules(app, "public")}

    assert unguarded == {"static"}
    assert public | unguarded == PUBLIC


def test_who_is_not_signed_in_is_sent_to_sign_in(app: Flask, world: World, database: Database):
    visitor, before = Visitor(app), everything(database)

    for rule, method in rules(app, "signed_in", "account", "staff"):
        where = address(app, rule, method, of_nobody(rule))
        plain, part = visitor.ask(method, where), visitor.ask(method, where, **{"HX-Request": "true"})

        assert plain.status_code in {302, 303}, (method, where)
        assert plain.headers["Location"].partition("?")[0] == "/login", (method, where)
        assert part.status_code == 401, (method, where)
        assert part.headers["HX-Redirect"].partition("?")[0] == "/login", (method, where)
    assert everything(database) == before


def test_a_rival_does_not_find_a_dealers_records(app: Flask, world: World, database: Database):
    owner, rival, before = Visitor(app, world.owner), Visitor(app, world.rival), everything(database)
    walked = set()

    for rule, method in rules(app, "account", "signed_in"):
        if not rule.arguments or rule.endpoint in SHARED:
            continue
        assert rule.endpoint in RECORDS, f"{rule.endpoint} has a record in its address: add it to RECORDS"
        where = address(app, rule, method, RECORDS[rule.endpoint](world))
        walked.add(rule.endpoint)

        assert rival.ask(method, where).status_code == 404, (method, where)
        assert rival.ask(method, where, **{"HX-Request": "true"}).status_code == 404, (method, where)
        if method == "GET":
            assert owner.ask(method, where).status_code == 200, f"the owner should reach {where}"
    assert walked == set(RECORDS), "RECORDS names a route that is gone"
    assert everything(database) == before


def test_a_role_that_is_too_small_is_refused(app: Flask, world: World, database: Database):
    before = everything(database)

    for role, email in world.colleagues.items():
        colleague = Visitor(app, email)
        for rule, method in rules(app, "account"):
            if may(role, getattr(app.view_functions[rule.endpoint], DEED)):
                continue
            values = RECORDS[rule.endpoint](world) if rule.endpoint in RECORDS else of_nobody(rule)
            where = address(app, rule, method, values)

            assert colleague.ask(method, where).status_code == 403, (role, method, where)
    assert everything(database) == before


def test_the_sellers_people_have_no_cart(app: Flask, world: World, database: Database):
    desk, before = Visitor(app, world.staff[StaffRole.ADMIN]), everything(database)

    for rule, method in rules(app, "account"):
        where = address(app, rule, method, of_nobody(rule))
        assert desk.ask(method, where).status_code in {403, 404}, (method, where)
    assert everything(database) == before


def test_the_desk_does_not_exist_for_dealers(app: Flask, world: World, database: Database):
    dealer, before = Visitor(app, world.owner), everything(database)

    for rule, method in rules(app, "staff"):
        values = {"number": world.order_number, "shipment": world.shipment_number}
        where = address(app, rule, method, {name: values.get(name, 1) for name in rule.arguments})
        assert dealer.ask(method, where).status_code == 404, (method, where)
    assert everything(database) == before


def test_staff_of_the_wrong_role_are_refused_at_the_desk(app: Flask, world: World, database: Database):
    before = everything(database)

    for role, email in world.staff.items():
        person = Visitor(app, email)
        for rule, method in rules(app, "staff"):
            values = {"number": world.order_number, "shipment": world.shipment_number}
            where = address(app, rule, method, {name: values.get(name, 1) for name in rule.arguments})
            if not staff_may(role, getattr(app.view_functions[rule.endpoint], DEED)):
                assert person.ask(method, where).status_code == 403, (role, method, where)
            elif role is StaffRole.REP and "number" in rule.arguments:
                # The order's account is not one this rep looks after.
                assert person.ask(method, where).status_code == 404, (role, method, where)
    assert everything(database) == before


def test_a_form_without_its_token_changes_nothing(app: Flask, world: World, database: Database):
    owner, before = Visitor(app, world.owner), everything(database)

    for rule, method in rules(app, "public", "signed_in", "account", "staff"):
        if method == "GET":
            continue
        values = RECORDS[rule.endpoint](world) if rule.endpoint in RECORDS else of_nobody(rule)
        where = address(app, rule, method, values)
        forged = owner.client.open(where, method=method, headers={"X-CSRFToken": "forged"})
        elsewhere = owner.client.open(where, method=method, headers={"Sec-Fetch-Site": "cross-site"})

        assert forged.status_code == 422, (method, where)
        assert elsewhere.status_code == 403, (method, where)
    assert everything(database) == before
