"""localstripe (others wrote it) on 127.0.0.1, with the little it lacks for what the portal asks.

Run as a program: it prints its port and serves until it is ended. Nothing of it is imported by the portal's tests.
Added: fields of a PaymentIntent that are newer than it, a second card after a declined one, lists by day, and disputes
(POST /_config/disputes).
"""

from __future__ import annotations

import json
import socket
import sys
import time

from aiohttp import web
from localstripe import resources, server  # type: ignore[import-untyped]

UNKNOWN_FIELDS = ("allowed_payment_method_types", "description")

DISPUTES: list[dict] = []

intent_of_localstripe = resources.PaymentIntent.__init__

update_of_localstripe = resources.PaymentIntent._update


def intent_with_newer_fields(self, **data) -> None:
    kept = {name: data.pop(name, None) for name in UNKNOWN_FIELDS}
    intent_of_localstripe(self, **data)
    vars(self).update(kept)


def another_card(self, **data) -> None:
    """A declined card is followed by another one, which localstripe does not let an intent have."""
    if "payment_method" in data and self.latest_charge is not None and self.latest_charge.status == "failed":
        self.latest_charge = None
    update_of_localstripe(self, **data)


@web.middleware
async def lists_by_day(request: web.Request, handler):
    """Answer ``created[gte]`` and ``created[lt]``, which localstripe does not know for charges and refunds."""
    if request.method != "GET" or request.path not in ("/v1/charges", "/v1/refunds"):
        return await handler(request)
    query = request.url.query
    rest = [(name, value) for name, value in query.items() if not name.startswith("created")]
    answer = await handler(request.clone(rel_url=request.rel_url.with_query(rest)))
    listed = json.loads(answer.text)
    first, end = int(query.get("created[gte]", 0)), int(query.get("created[lt]", 2**40))
    listed["data"] = [row for row in listed["data"] if first <= row["created"] < end]
    return web.json_response(listed)


async def dispute(request: web.Request) -> web.Response:
    """Let a payer's bank take money back: ``{"payment_intent", "amount", "status"}``."""
    wanted = await request.json()
    intent = resources.PaymentIntent._api_retrieve(wanted["payment_intent"])
    intent.latest_charge.disputed = True
    DISPUTES.append({"id": f"dp_{len(DISPUTES)}", "object": "dispute", "created": int(time.time()), **wanted})
    return web.json_response(DISPUTES[-1])


async def end_disputes(request: web.Request) -> web.Response:
    """Let the bank decide: ``{"payment_intent", "status"}``. The charge stays one that was disputed."""
    wanted = await request.json()
    for row in DISPUTES:
        if row["payment_intent"] == wanted["payment_intent"]:
            row["status"] = wanted["status"]
    return web.json_response({})


async def list_disputes(request: web.Request) -> web.Response:
    query = request.url.query
    first, end = int(query.get("created[gte]", 0)), int(query.get("created[lt]", 2**40))
    rows = [
        row
        for row in DISPUTES
        if query.get("payment_intent") in (None, row["payment_intent"]) and first <= row["created"] < end
    ]
    return web.json_response({"object": "list", "url": "/v1/disputes", "has_more": False, "data": rows})


def main() -> None:
    # It would write what it holds to a file that every copy of it on this machine shares.
    resources.Store.dump_to_disk = lambda _self: None
    resources.PaymentIntent.__init__ = intent_with_newer_fields
    resources.PaymentIntent._update = another_card
    server.app.middlewares.append(lists_by_day)
    server.app.router.add_post("/_config/disputes", dispute)
    server.app.router.add_post("/_config/disputes/end", end_disputes)
    server.app.router.add_get("/v1/disputes", list_disputes)
    # By itself it would listen on all addresses of the machine.
    listening = socket.create_server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0))
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    web.run_app(server.app, sock=listening, print=None, access_log=None)


if __name__ == "__main__":
    main()
