from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import SignInThrottle
from portal.accounts.sign_in import ADDRESS_BUDGET, DEVICE_BUDGET, EMAIL_BUDGET
from tests.browser import Page
from tests.conftest import NOW
from tests.factories import PASSWORD

pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


class Visitor:
    """Somebody at one network address with one browser."""

    def __init__(self, app: Flask, address: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.address = address
        page = self.client.get("/login")
        self.token = Page(page.text).all("input", name="csrf_token")[0].attributes["value"]

    def tries(self, email: str, password: str):
        return self.client.post(
            "/login",
            data={"email": email, "password": password, "csrf_token": self.token},
            environ_base={"REMOTE_ADDR": self.address},
        )

    def signs_in(self) -> None:
        assert self.tries("kim@example.com", PASSWORD).status_code == 303
        self.forgets_session()

    def forgets_session(self) -> None:
        """Ends the session and stays the same device."""
        self.client.delete_cookie("portal")
        self.token = (
            Page(self.client.get("/login").text).all("input", name="csrf_token")[0].attributes["value"]
        )

    def hammers(self, email: str, times: int) -> list[int]:
        return [self.tries(email, f"guess number {number}").status_code for number in range(times)]


@pytest.fixture
def attacker(app: Flask, clock) -> Visitor:
    return Visitor(app, "198.51.100.66")


@pytest.fixture
def victim(app: Flask, clock) -> Visitor:
    """Kim, on a phone she has signed in on before."""
    visitor = Visitor(app, "203.0.113.5")
    visitor.signs_in()
    return visitor


def test_guessing_is_stopped_with_the_time_to_wait(attacker):
    assert attacker.hammers("kim@example.com", EMAIL_BUDGET.attempts) == [422] * 10
    refused = attacker.tries("kim@example.com", PASSWORD)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "900"
    page = Page(refused.text)
    assert "15" in page.all(id="password-error")[0].text
    assert page.all("a", href="/password/forgot")
    assert attacker.client.get("/account").status_code == 302


def test_guessing_at_nobody_is_stopped_alike(attacker):
    assert attacker.hammers("nobody@example.com", EMAIL_BUDGET.attempts + 1) == [422] * 10 + [429]


def test_an_attacker_cannot_lock_the_owner_out_of_her_own_device(attacker, victim):
    attacker.hammers("kim@example.com", 40)
    assert attacker.tries("kim@example.com", PASSWORD).status_code == 429
    assert victim.tries("kim@example.com", PASSWORD).status_code == 303


def test_not_even_from_the_same_network(app, clock, victim):
    neighbour = Visitor(app, victim.address)
    for number in range(ADDRESS_BUDGET.attempts):
        assert neighbour.tries(f"person{number}@example.com", "whatever1234").status_code == 422
    assert neighbour.tries("new@example.com", "whatever1234").status_code == 429
    assert victim.tries("kim@example.com", PASSWORD).status_code == 303


def test_a_block_ends_by_itself_however_much_is_tried_meanwhile(attacker, clock):
    attacker.hammers("kim@example.com", 10)
    for _ in range(89):
        clock.shift(10)
        assert attacker.tries("kim@example.com", PASSWORD).status_code == 429
    clock.shift(10)
    assert attacker.tries("kim@example.com", PASSWORD).status_code == 303


def test_another_mail_address_is_not_blocked(attacker):
    attacker.hammers("kim@example.com", 10)
    assert attacker.tries("lee@example.com", PASSWORD).status_code == 303


def test_a_network_address_cannot_try_many_people(app, clock, attacker):
    for number in range(ADDRESS_BUDGET.attempts):
        assert attacker.tries(f"person{number}@example.com", "whatever1234").status_code == 422
    assert attacker.tries("kim@example.com", PASSWORD).status_code == 429
    elsewhere = Visitor(app, "203.0.113.77")
    assert elsewhere.tries("kim@example.com", PASSWORD).status_code == 303


def test_signing_in_with_ones_own_password_refills_no_budget(attacker):
    for _ in range(EMAIL_BUDGET.attempts):
        assert attacker.tries("kim@example.com", "a guess at it").status_code == 422
        # Each success is given back; the guesses stay counted.
        assert attacker.tries("lee@example.com", PASSWORD).status_code == 303
        attacker.forgets_session()
    assert attacker.tries("kim@example.com", PASSWORD).status_code == 429


def test_a_known_device_has_a_budget_of_its_own_too(victim, clock):
    assert victim.hammers("kim@example.com", DEVICE_BUDGET.attempts) == [422] * 10
    refused = victim.tries("kim@example.com", PASSWORD)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "300")
    clock.shift(300)
    assert victim.tries("kim@example.com", PASSWORD).status_code == 303


def test_a_success_on_a_known_device_begins_anew(victim):
    for _ in range(3):
        victim.hammers("kim@example.com", DEVICE_BUDGET.attempts - 1)
        assert victim.tries("kim@example.com", PASSWORD).status_code == 303
        victim.forgets_session()


def test_a_device_known_for_one_person_is_a_stranger_to_another(app, clock, victim):
    Visitor(app, "198.51.100.1").hammers("lee@example.com", 10)
    assert victim.tries("lee@example.com", PASSWORD).status_code == 429
    assert victim.tries("kim@example.com", PASSWORD).status_code == 303


def test_a_made_up_device_cookie_gains_nothing(attacker):
    attacker.hammers("kim@example.com", 10)
    for value in ("x", "WyJkIiwxXQ.forged", ""):
        attacker.client.set_cookie("portal_device", value)
        assert attacker.tries("kim@example.com", PASSWORD).status_code == 429


def test_the_mail_link_works_while_blocked_and_opens_the_device(app, clock, attacker, mailer, run_jobs):
    attacker.hammers("kim@example.com", 10)
    owner = Visitor(app, "203.0.113.200")
    assert owner.tries("kim@example.com", PASSWORD).status_code == 429
    asked = owner.client.post(
        "/password/forgot",
        data={"email": "kim@example.com", "csrf_token": owner.token},
        environ_base={"REMOTE_ADDR": owner.address},
    )
    assert asked.status_code == 303
    run_jobs()
    link = next(line for line in mailer.sent[0].text.splitlines() if "/password/reset/" in line)
    path = link.removeprefix("http://localhost")
    chosen = owner.client.post(path, data={"password": "a new one for her", "csrf_token": owner.token})
    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/login")
    # Strangers are still blocked; the device on which the mail was opened is not.
    assert attacker.tries("kim@example.com", "a new one for her").status_code == 429
    owner.forgets_session()
    assert owner.tries("kim@example.com", "a new one for her").status_code == 303


def test_failures_are_counted_although_the_request_is_refused(attacker, session):
    attacker.hammers("kim@example.com", 2)
    counts = {row.subject.partition(":")[0]: row.failures for row in session.query(SignInThrottle)}
    assert counts == {"email": 2, "ip": 2}
