"""Every address has an answer for strangers: this test walks the address map, so a new route needs one too.

A route with a record in its address must be listed in RECORDS, with the address of a record of *another* account.
Whatever is refused must also change nothing: the whole database is compared before and after.
"""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from portal.accounts.models import StaffRole
from portal.accounts.rules import may, staff_may
from portal.blueprints.access import DEED
from portal.core.database import Database
from portal.core.tables import Base
from tests.architecture.strangers import RECORDS, SHARED, Visitor, World, address, rules

PUBLIC = {
    "static",
    "auth.sign_in",
    "auth.sign_in_submit",
    "auth.sign_out",
    "auth.forgot_password",
    "auth.forgot_password_submit",
    "auth.reset_password",
    "auth.reset_password_submit",
    # The language and the looks can be chosen before signing in.
    "account.switch_language",
    "account.switch_text_size",
    "account.switch_theme",
    # A picture is found by the digest of its bytes; it names no account and no price.
    "catalog.picture",
    # What a phone keeps of the portal: names, icons and words, the same for everybody.
    "installed.manifest",
    "installed.service_worker",
    "installed.offline",
    # Shows parts with invented values, and only in a demo.
    "styleguide.show",
    "ops.healthz",
    "ops.readyz",
    # Guards itself by a token or the loopback address.
    "ops.metrics",
    # What comes in is no more than a reason to ask the provider.
    "webhooks.receive",
}
"""Endpoints open to everybody. Adding one is a decision."""

WITHOUT_TOKEN = {"webhooks.receive"}
"""Where machines send something, which have no token."""

LEADS_ON = {"payments.come_back"}
"""Addresses that lead on to a page."""


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
            reached = 303 if rule.endpoint in LEADS_ON else 200
            assert owner.ask(method, where).status_code == reached, f"the owner should reach {where}"
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
        if method == "GET" or rule.endpoint in WITHOUT_TOKEN:
            continue
        values = RECORDS[rule.endpoint](world) if rule.endpoint in RECORDS else of_nobody(rule)
        where = address(app, rule, method, values)
        forged = owner.client.open(where, method=method, headers={"X-CSRFToken": "forged"})
        elsewhere = owner.client.open(where, method=method, headers={"Sec-Fetch-Site": "cross-site"})

        assert forged.status_code == 422, (method, where)
        assert elsewhere.status_code == 403, (method, where)
    assert everything(database) == before
