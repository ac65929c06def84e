"""Whatever is typed, pasted or forged, no address answers with a fault of ours.

The test walks the address map like ``test_access`` does: every route is asked with every kind of garbage in its
query or form, by people whose role lets them through. A new route takes part by itself.
"""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.accounts.models import StaffRole
from tests.architecture.strangers import RECORDS, Visitor, World, address, rules

GARBAGE = [
    "",
    " ",
    "0",
    "-1",
    "1.5",
    "１２",
    "1e9",
    "9" * 30,
    "NaN",
    "null",
    "2026-02-30",
    "1900-01-01",
    "9999-12-31",
    "' OR 1=1 --",
    "%_\\",
    '{"a": [1]}',
    "<script>alert(1)</script>",
    "\u202eright to left",
    "ㅋㅍ 🍜 \u200b",
    "\ud83d",
    "\0",
    "a\r\nb",
    "x" * 10_000,
]

NAMES = (
    "q", "page", "sort", "status", "category", "brand", "in_stock", "bought", "next", "placed", "location_id",
    "quantity", "sku", "set", "code", "po_number", "requested_date", "notes", "submit_key", "shown_total", "version",
    "reason", "carrier", "tracking_number", "email", "password", "new_password", "current_password", "locale",
    "language", "size", "account_id", "shipment", "intent",
)  # fmt: skip
"""Fields of the portal's addresses and forms; a name that a route does not know does no harm."""


def values(rule: Rule, world: World, text: str) -> list[dict[str, object]]:
    """Arguments for the address: a real record, and the garbage itself where it can stand in an address."""
    real: dict[str, object] = {
        "number": world.order_number,
        "shipment": world.shipment_number,
        "slug": world.category_slug,
        "sku": world.hidden_sku,
        "line_id": world.cart_line_id,
        "document_id": world.document_id,
    }
    known = RECORDS[rule.endpoint](world) if rule.endpoint in RECORDS else {}
    first = {
        name: known.get(name, real.get(name, 1 if name.endswith("_id") else "x")) for name in rule.arguments
    }
    if not rule.arguments or not text.strip() or "\ud83d" in text or "/" in text:
        return [first]
    huge = 10**30  # No column holds it.
    return [first, {name: huge if name.endswith("_id") else text for name in rule.arguments}]


@pytest.fixture
def visitors(app: Flask, world: World) -> list[Visitor]:
    return [Visitor(app, world.owner), Visitor(app, world.staff[StaffRole.ADMIN]), Visitor(app)]


@pytest.mark.parametrize("text", GARBAGE, ids=lambda text: ascii(text)[:24])
def test_no_garbage_breaks_a_page(app: Flask, world: World, visitors: list[Visitor], text: str):
    sent = {name: text.encode("utf-8", "surrogatepass") for name in NAMES}
    owner, staff, stranger = visitors
    tokens = {id(visitor): visitor.token() for visitor in visitors}

    for rule, method in rules(app, "public", "signed_in", "account", "staff"):
        # Signing out would end the walk.
        if rule.endpoint in {"auth.sign_out", "auth.sign_out_everywhere"}:
            continue
        visitor = (
            staff
            if rule.endpoint.startswith("desk.")
            else stranger
            if rule.endpoint.startswith("auth.")
            else owner
        )
        for arguments in values(rule, world, text):
            where = address(app, rule, method, arguments)
            response = visitor.client.open(
                where,
                method=method,
                query_string=sent if method == "GET" else None,
                data=sent if method != "GET" else None,
                headers={"X-CSRFToken": tokens[id(visitor)]},
            )
            assert response.status_code < 500, (method, where)
