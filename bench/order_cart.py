"""The part "cart" of ``make bench orders``: the cart's page and one change of it, as a browser is answered.

A request is timed inside the process, from its first byte to the commit: what a server adds is the same for every page.
"""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.sign_in import hash_password
from portal.app import create_app
from portal.core.process import settle
from portal.orders.models import Cart, CartLine
from portal.settings import Mode, Settings

if TYPE_CHECKING:
    from bench.orders import Shop

PASSWORD = "a password of the bench"  # noqa: S105 -- of a throwaway database on loopback.
SMALL, LARGE = 1, 300
"""Lines of the two carts that are compared."""

Row = tuple[str, tuple[float, ...], float]
"""What was done, how long each time took (milliseconds), and the goal for the slowest twentieth."""


def measured(shop: Shop) -> tuple[list[Row], list[str]]:
    """What each request took, and sentences about bytes."""
    app = application(shop)
    client = Client(app)
    # As wsgi.py does once a server has started.
    settle()
    rows: list[Row] = []
    notes: list[str] = []
    for lines, goal in ((SMALL, 30.0), (LARGE, 100.0)):
        client.fill(shop, lines)
        rows.append((f"cart page, {lines} lines", client.get_times("/cart", 25), goal))
        page = client.page("/cart")
        notes.append(f"cart page, {lines} lines: {len(page) / 1000:.1f} kB, {_sent(page):.1f} kB compressed")
        rows.append((f"change one of {lines} lines", client.change_times(60), 15.0))
        rows.append((f"sums after it, {lines} lines", client.get_times("/cart/sums", 25, htmx=True), 100.0))
        rows.append((f"find in {lines} lines", client.get_times("/cart?q=product", 25), 100.0))
    for lines in (0, LARGE - 1):
        client.fill(shop, lines)
        rows.append((f"add to {lines} lines", client.add_times(shop, 40), 15.0))
    return rows, notes


def application(shop: Shop) -> Flask:
    """The portal over the bench's database."""
    url = shop.database.engine.url.render_as_string(hide_password=False)
    return create_app(
        Settings(mode=Mode.TEST, secret_key=PASSWORD, database_url=url, base_url="http://localhost")
    )


class Client:
    """The bench's buyer, signed in."""

    def __init__(self, app: Flask) -> None:
        self.database = app.extensions["portal"].database
        with self.database.transaction() as session:
            session.execute(update(User).values(password_hash=hash_password(PASSWORD)))
            self.email = session.scalars(select(User.email)).one()
        self.client: FlaskClient = app.test_client()
        fields = {"email": self.email, "password": PASSWORD, "csrf_token": self.token("/login")}
        if self.client.post("/login", data=fields).status_code != 303:
            raise SystemExit("the bench's buyer could not sign in")
        self.headers = {"HX-Request": "true", "X-CSRFToken": self.token("/cart")}

    def token(self, path: str) -> str:
        """The CSRF token of a page."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.page(path))
        if found is None:
            raise SystemExit(f"{path} has no CSRF token")
        return found[1]

    def page(self, path: str) -> str:
        """A page's text."""
        return self.client.get(path).get_data(as_text=True)

    def fill(self, shop: Shop, lines: int) -> None:
        """Make the cart hold so many lines."""
        with self.database.transaction() as session:
            _fill(session, shop, lines)

    def get_times(self, path: str, rounds: int, *, htmx: bool = False) -> tuple[float, ...]:
        """What a page takes, in milliseconds, once it is warm."""
        for _ in range(3):
            self._time("get", path, {}, 200, htmx=htmx)
        return tuple(self._time("get", path, {}, 200, htmx=htmx) for _ in range(rounds))

    def change_times(self, rounds: int) -> tuple[float, ...]:
        """What a new quantity for one line takes, in milliseconds."""
        with self.database.reading() as session:
            line = session.scalars(select(CartLine.id).order_by(CartLine.id.desc()).limit(1)).one()
        return tuple(
            self._time("post", f"/cart/lines/{line}", {"quantity": str(13 + number % 2)}, 200)
            for number in range(rounds)
        )

    def add_times(self, shop: Shop, rounds: int) -> tuple[float, ...]:
        """What putting one more variant in takes, in milliseconds; it is taken out again each time."""
        with self.database.reading() as session:
            held = set(session.scalars(select(CartLine.variant_id)))
        variant = next(variant for variant in shop.variant_ids if variant not in held)
        times = []
        for _ in range(rounds):
            sku = f"B-{shop.variant_ids.index(variant)}"
            times.append(self._time("post", "/cart/lines", {"sku": sku, "quantity": "1"}, 200))
            with self.database.transaction() as session:
                session.query(CartLine).filter_by(variant_id=variant).delete()
        return tuple(times)

    def _time(
        self, method: str, path: str, fields: dict[str, str], expected: int, *, htmx: bool = True
    ) -> float:
        headers = self.headers if htmx else {}
        began = perf_counter()
        if method == "get":
            response = self.client.get(path, headers=headers)
        else:
            response = self.client.post(path, data=fields, headers=headers)
        took = (perf_counter() - began) * 1_000
        if response.status_code != expected:
            raise SystemExit(f"{method} {path} was answered with {response.status}")
        return took


def _fill(session: Session, shop: Shop, lines: int) -> None:
    session.query(CartLine).delete()
    cart = session.scalars(select(Cart.id).limit(1)).one_or_none()
    if cart is None:
        made = Cart(user_id=shop.user_id, account_id=shop.buyer.account_id, updated_at=datetime.now(UTC))
        session.add(made)
        session.flush()
        cart = made.id
    session.add_all(
        CartLine(cart_id=cart, variant_id=variant, quantity=12, added_at=datetime.now(UTC))
        for variant in shop.variant_ids[:lines]
    )


def _sent(page: str) -> float:
    """Kilobytes of a page as a proxy would send it."""
    return len(gzip.compress(page.encode(), 6)) / 1000
