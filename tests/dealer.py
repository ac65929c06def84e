"""People at work for tests of buying: a dealer at a storefront, signed in, with what a form or htmx would send."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import User
from portal.core.database import Database
from portal.orders.models import Cart, CartLine, Order
from tests.browser import Browser, Page
from tests.conftest import NOW
from tests.factories import PASSWORD
from tests.storefront import Shop


class Person:
    """Someone who is signed in: pages through ``browser``, single requests by ``post`` and ``htmx``."""

    def __init__(self, app: Flask, user: User) -> None:
        self.user_id = user.id
        self.browser = Browser(app.test_client())
        self.browser.sign_in(user.email, PASSWORD)
        assert self.browser.status == 200, user.email

    @property
    def token(self) -> str:
        """The CSRF token of the page that is open."""
        return self.browser.page.all("meta", name="csrf-token")[0].attributes["content"]

    def open(self, address: str) -> Page:
        return self.browser.open(address)

    def get(self, address: str, **headers: str) -> TestResponse:
        return self.browser.client.get(address, headers=headers)

    def post(self, address: str, **fields: object) -> TestResponse:
        """What a plain form sends; redirects are not followed."""
        return self.browser.client.post(address, data={**fields, "csrf_token": self.token})

    def htmx(self, address: str, **fields: object) -> TestResponse:
        """What htmx sends for the same form."""
        headers = {"HX-Request": "true", "X-CSRFToken": self.token}
        return self.browser.client.post(address, data=fields, headers=headers)

    def htmx_get(self, address: str) -> TestResponse:
        """What htmx is answered when it asks for a part."""
        return self.browser.client.get(address, headers={"HX-Request": "true"})

    def add(self, sku: str, quantity: object) -> None:
        """Put something in the cart; it must work."""
        response = self.htmx("/cart/lines", sku=sku, quantity=quantity)
        assert response.status_code == 200, response.text


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """It is Monday, 23 November 2026, 10:00 in Seoul."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop(session: Session) -> Shop:
    """A storefront whose dealer reads English and buys in won with 10 % tax."""
    made = Shop(session)
    made.account.locale = "en"
    return made


@pytest.fixture
def dealer(app: Flask, shop: Shop) -> Person:
    """The dealer's buyer, signed in. What the test sells beforehand is there."""
    shop.commit()
    return Person(app, shop.buyer)


def cart_of(database: Database, user_id: int) -> dict[int, int]:
    """Units by variant id in a person's cart, as the database has them."""
    with database.reading() as session:
        rows = session.execute(
            select(CartLine.variant_id, CartLine.quantity)
            .join(Cart, Cart.id == CartLine.cart_id)
            .where(Cart.user_id == user_id)
        )
        return {row.variant_id: row.quantity for row in rows}


def order_count(database: Database) -> int:
    """How many orders there are."""
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(Order)).one()


def part(response: TestResponse) -> Page:
    """The answer to an htmx request, parsed."""
    return Page(response.get_data(as_text=True))
