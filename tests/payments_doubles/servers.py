"""Starts the doubles and speaks to them as people, banks and networks do."""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import time_machine

from portal.adapters.payments.provider import Attempt
from portal.adapters.payments.stripe import StripeProvider
from portal.adapters.payments.toss import TossProvider

HERE = Path(__file__).parent

STRIPE_KEY = "sk_test_portal"
WEBHOOK_SECRET = "whsec_of_the_portal"

PAYS = "4242424242424242"
ASKS_FOR_CONFIRMATION = "4000002500003155"
IS_DECLINED = "4000000000000341"


@contextmanager
def served(program: str) -> Iterator[str]:
    """A double in its own process; gives its address, and ends it."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / program)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def attempt(reference: str = "P7K2M9QXA", amount: int = 150_000, **changes) -> Attempt:
    facts = {
        "id": 1,
        "reference": reference,
        "amount": amount,
        "currency": "KRW",
        "provider_ref": None,
        "description": "Invoice HB-2026-000042",
        "customer_name": "Harbor Beans",
        "customer_email": "buyer@example.com",
        "locale": "ko",
        "return_url": "http://localhost/payments/P7K2M9QXA/return",
        "cancel_url": "http://localhost/payments/P7K2M9QXA",
    }
    return Attempt(**{**facts, **changes})


def signed(body: bytes, *, secret: str = WEBHOOK_SECRET, at: float | None = None) -> dict[str, str]:
    """Stripe's signature of a notice, made now unless told."""
    moment = int(at if at is not None else time.time())
    mark = hmac.new(secret.encode(), b"%d.%s" % (moment, body), hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={moment},v1={mark}"}


class Card:
    """What Stripe's script does in the browser, done by its interface."""

    def __init__(self, api: str) -> None:
        self.http = httpx.Client(base_url=api, auth=(STRIPE_KEY, ""), trust_env=False)

    def pay(self, intent: str, number: str = PAYS) -> httpx.Response:
        """Type in a card and press Pay."""
        card = {"number": number, "exp_month": "12", "exp_year": "2030", "cvc": "123"}
        method = self.http.post(
            "/v1/payment_methods",
            data={"type": "card", **{f"card[{name}]": value for name, value in card.items()}},
        ).json()
        self.http.post(f"/v1/payment_intents/{intent}", data={"payment_method": method["id"]})
        return self.http.post(f"/v1/payment_intents/{intent}/confirm", data={"expand[]": "latest_charge"})

    def answer_bank(self, intent: str, client_secret: str, *, agrees: bool) -> None:
        """Confirm the payment with the bank, or fail to (3-D Secure)."""
        self.http.post(
            f"/v1/payment_intents/{intent}/_authenticate",
            data={"client_secret": client_secret, "success": str(agrees).lower()},
        )

    def read(self, intent: str) -> dict:
        return self.http.get(f"/v1/payment_intents/{intent}").json()

    def intents(self) -> list[dict]:
        return self.http.get("/v1/payment_intents", params={"limit": "100"}).json()["data"]

    def refunds(self, intent: str) -> list[int]:
        listed = self.http.get("/v1/refunds", params={"payment_intent": intent}).json()["data"]
        return [refund["amount"] for refund in listed]

    def dispute(self, intent: str, amount: int, status: str = "needs_response") -> None:
        """The payer's bank takes money back."""
        self.http.post(
            "/_config/disputes", json={"payment_intent": intent, "amount": amount, "status": status}
        ).raise_for_status()

    def end_dispute(self, intent: str, status: str) -> None:
        """The bank decides about every dispute of a payment: won or lost."""
        self.http.post(
            "/_config/disputes/end", json={"payment_intent": intent, "status": status}
        ).raise_for_status()

    def send_notices_to(self, url: str) -> None:
        self.http.post(
            "/_config/webhooks/portal", json={"url": url, "secret": WEBHOOK_SECRET}
        ).raise_for_status()

    def close(self) -> None:
        self.http.close()


class TossDouble:
    """The person, the bank and the network on Toss's side."""

    def __init__(self, api: str) -> None:
        self.api = api
        self.http = httpx.Client(base_url=api, trust_env=False)

    def __getattr__(self, deed: str):
        def ask(**body) -> dict:
            answer = self.http.post(f"/_double/{deed}", json=body)
            answer.raise_for_status()
            return answer.json()

        return ask

    def confirmations(self, order: str) -> list[dict]:
        """The calls to confirm that were made for an order."""
        calls = self.http.get("/_double/calls").json()
        return [
            call for call in calls if call["path"].endswith("/confirm") and call["body"]["orderId"] == order
        ]

    def made(self, part: str) -> list[dict]:
        """The calls whose path has ``part`` in it."""
        return [call for call in self.http.get("/_double/calls").json() if part in call["path"]]

    def close(self) -> None:
        self.http.close()


def stripe_at(api: str, **changes) -> StripeProvider:
    facts = {"secret_key": STRIPE_KEY, "publishable_key": "pk_test_portal", "webhook_secret": WEBHOOK_SECRET}
    return StripeProvider(**{**facts, **changes}, api=api)


def toss_at(api: str, secret_key: str = "test_sk_of_the_double") -> TossProvider:
    return TossProvider(secret_key, "test_ck_of_the_double", api)


class Mailbox:
    """Keeps the notices that are delivered to it: headers in lower case, and the body as it came."""

    def __init__(self) -> None:
        self.notices: list[tuple[dict[str, str], bytes]] = []
        box = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_words) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                box.notices.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    def about(self, intent: str, seconds: int = 10) -> tuple[dict[str, str], bytes]:
        """The first notice that names ``intent``; waits for it."""
        # Counted, not read from a clock, which a test may have stopped.
        for _ in range(seconds * 20):
            for headers, body in list(self.notices):
                if intent.encode() in body:
                    return headers, body
            time.sleep(0.05)
        raise AssertionError(f"no notice about {intent} came")

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def stripe_mock() -> str | None:
    """The program that knows the shape of every request Stripe takes; None: it is not installed."""
    places = (
        os.environ.get("STRIPE_MOCK"),
        shutil.which("stripe-mock"),
        Path(sys.executable).parent / "stripe-mock",
    )
    return next((str(place) for place in places if place and Path(place).is_file()), None)


@contextmanager
def served_stripe_mock(program: str) -> Iterator[str]:
    """stripe-mock on the loopback address alone; gives its address, and ends it."""
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        ports = first.getsockname()[1], second.getsockname()[1]
    process = subprocess.Popen(
        [program, "-http-addr", f"127.0.0.1:{ports[0]}", "-https-addr", f"127.0.0.1:{ports[1]}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", ports[0]), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{ports[0]}"
    finally:
        process.terminate()
        process.wait(10)


def real_day() -> date:
    """Today (UTC) by the real clock, which the doubles go by."""
    return real_now().date()


def real_now() -> datetime:
    """This moment by the clock that no test stops."""
    hatch = time_machine.escape_hatch
    return datetime.fromtimestamp(hatch.time.time() if hatch.is_travelling() else time.time(), UTC)
