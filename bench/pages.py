"""How long a page takes: the portal under gunicorn, with Online Retail loaded, beside a bare Flask page.

    make bench pages                        SQLite, imported once into instance/bench/
    make bench pages ARGS="--url postgresql://…"

One client on one kept connection, as one dealer would be. The account is the one with the most orders. The baseline
is a Flask application that answers a page of the same bytes, on the same server, in the same run: what is left
between the two is ours. Goals: p50 8 ms, p95 16 ms.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import func, select, text

from bench.online_retail import imported
from portal.accounts.models import Membership, User
from portal.accounts.sign_in import hash_password
from portal.catalog.models import Category, Product, Variant
from portal.core.database import Database
from portal.orders.models import Order, OrderLine

ROUNDS = 300
WARM_UP = 40
PASSWORD = "a password of the bench"  # noqa: S105 -- of a throwaway database on loopback.
CART_LINES = 12


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one page's answers, and its bytes."""

    p50: float
    p95: float
    raw: int
    sent: int


def main() -> int:
    """Measure and print the table."""
    options = arguments()
    database = imported(options.url)
    email, pages = prepare(database)
    url = database.engine.url.render_as_string(hide_password=False)
    database.dispose()
    with served("wsgi:app", DATABASE_URL=url, PORTAL_MODE="demo") as port:
        client = Client(port)
        client.sign_in(email)
        client.fill_cart(pages["search"])
        rows = {name: client.measure(path) for name, path in pages.items() if name != "cold"}
        cold = client.cold_bytes("/")
    sizes = {name: row.raw for name, row in rows.items()}
    with served("bench.pages:bare_app()", BENCH_SIZES=",".join(map(str, sizes.values()))) as port:
        bare = {name: Client(port).measure(f"/{size}") for name, size in sizes.items()}
    print(f"{'page':<14}{'p50 ms':>8}{'p95 ms':>8}{'bare p50':>10}{'bare p95':>10}{'kB':>8}{'kB sent':>9}")
    for name, row in rows.items():
        floor = bare[name]
        print(
            f"{name:<14}{row.p50:>8.2f}{row.p95:>8.2f}{floor.p50:>10.2f}{floor.p95:>10.2f}"
            f"{row.raw / 1000:>8.1f}{row.sent / 1000:>9.1f}"
        )
    print(f"home, first visit: {cold / 1000:.1f} kB of HTML, CSS and JavaScript, compressed (goal 60)")
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--url", help="a PostgreSQL database to measure instead of SQLite; it must be ours to fill"
    )
    return parser.parse_args()


def prepare(database: Database) -> tuple[str, dict[str, str]]:
    """Let the busiest account's person sign in; name the pages to measure."""
    with database.transaction() as session:
        account_id = session.execute(
            select(Order.account_id).group_by(Order.account_id).order_by(func.count().desc()).limit(1)
        ).scalar_one()
        user = session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(Membership.account_id == account_id)
        ).first()
        if user is None:
            raise SystemExit("the import made nobody who can sign in")
        user.password_hash = hash_password(PASSWORD)
        session.execute(text("DELETE FROM sign_in_throttle"))
        slug = session.execute(
            select(Category.slug)
            .join(Product, Product.category_id == Category.id)
            .group_by(Category.slug)
            .order_by(func.count().desc())
            .limit(1)
        ).scalar_one()
        sku = session.execute(
            select(Variant.sku)
            .join(OrderLine, OrderLine.variant_id == Variant.id)
            .where(Variant.active.is_(True))
            .group_by(Variant.sku)
            .order_by(func.count().desc())
            .limit(1)
        ).scalar_one()
        orders = session.scalar(select(func.count()).select_from(Order).where(Order.account_id == account_id))
        number = session.scalars(
            select(Order.number).where(Order.account_id == account_id).order_by(Order.id.desc()).limit(1)
        ).one()
        email = user.email
    print(f"{email} with {orders} orders; {database.engine.url.get_backend_name()}")
    return email, {
        "home": "/",
        "category": f"/categories/{slug}",
        "product": f"/products/{sku}",
        "search": "/search?q=bag",
        "suggest": "/search/suggest?q=bag",
        "cart": "/cart",
        "checkout": "/checkout",
        "orders": "/orders",
        "order": f"/orders/{number}",
    }


class Client:
    """One browser's worth of HTTP on one connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}

    def sign_in(self, email: str) -> None:
        """Sign in as a person does; SystemExit if it is refused."""
        token = self.token("/login")
        status, _, _ = self.request(
            "POST", "/login", {"email": email, "password": PASSWORD, "csrf_token": token}
        )
        if status != 303:
            raise SystemExit(f"sign-in answered {status}")

    def fill_cart(self, found: str) -> None:
        """Put a cart's worth of products in, unless they are there."""
        _, _, page = self.request("GET", found)
        token = self.token(found)
        skus = re.findall(r'data-sku="([^"]+)"[^>]*data-unit-price="[^"]', page.decode())
        for sku in list(dict.fromkeys(skus))[:CART_LINES]:
            self.request(
                "POST", "/cart/lines", {"sku": sku, "quantity": "1200", "set": "1", "csrf_token": token}
            )
        _, _, cart = self.request("GET", "/cart")
        print(f"cart of {len(re.findall(r'data-line-total=', cart.decode()))} lines")

    def token(self, path: str) -> str:
        """The CSRF token of a page's first form."""
        _, _, page = self.request("GET", path)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.decode())
        if found is None:
            raise SystemExit(f"no form on {path}")
        return found.group(1)

    def measure(self, path: str) -> Timing:
        """Ask for a page again and again; SystemExit if it is not answered with 200."""
        taken: list[float] = []
        size = sent = 0
        for index in range(WARM_UP + ROUNDS):
            started = time.perf_counter()
            status, sent, body = self.request("GET", path)
            spent = (time.perf_counter() - started) * 1000
            if status != 200:
                raise SystemExit(f"{path} answered {status}")
            size = len(body)
            if index >= WARM_UP:
                taken.append(spent)
        cuts = statistics.quantiles(taken, n=20)
        return Timing(statistics.median(taken), cuts[18], size, sent)

    def cold_bytes(self, path: str) -> int:
        """Compressed bytes of a page with its style sheet and scripts, as a first visit loads them."""
        _, sent, page = self.request("GET", path)
        for name in re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page.decode()):
            sent += self.request("GET", name)[1]
        return sent

    def request(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, int, bytes]:
        """Status, bytes on the wire, and the body."""
        headers = {
            "Accept-Encoding": "gzip",
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
        }
        body = urlencode(form) if form else None
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        except http.client.RemoteDisconnected:
            # The server lets go of a connection that was idle for two seconds.
            self.connection.close()
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
        content = response.read()
        for value in response.headers.get_all("Set-Cookie") or []:
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        plain = gzip.decompress(content) if response.headers.get("Content-Encoding") == "gzip" else content
        return response.status, len(content), plain


@contextmanager
def served(application: str, **environment: str) -> Iterator[int]:
    """Gunicorn with ``application`` as `make run` starts it, on a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}",
        "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "error",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
            cwd=Path(__file__).parent.parent,
        )
        try:
            _wait_for(port, lambda: server.poll() is None)
            yield port
        finally:
            server.terminate()
            server.wait()


def _wait_for(port: int, alive: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and alive():
        # The port listens before the application is there: only an answer says that it is.
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise SystemExit("the server did not start")


def bare_app() -> Flask:
    """A Flask application whose pages are nothing but bytes: the floor."""
    app = Flask("bare")
    pages = {size: "x" * int(size) for size in os.environ["BENCH_SIZES"].split(",")}

    @app.get("/<size>")
    def page(size: str) -> str:
        return pages[size]

    return app


if __name__ == "__main__":
    sys.exit(main())
