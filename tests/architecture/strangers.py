"""A dealer's records and everybody who might try to reach them, for the tests that walk the address map."""

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
from portal.blueprints.access import ACCESS
from portal.catalog.models import Category, Document, DocumentKind, StoredFile, Variant
from portal.invoices.models import BatchState, DownloadBatch
from portal.orders import actions
from portal.orders.bulk import keep_entry
from portal.orders.bulk_lines import BulkLine, Reading
from portal.orders.entry.quantities import Quantity
from portal.orders.lists import create_list
from portal.orders.models import (
    CartLine,
    Drop,
    LaterLine,
    Nickname,
    OrderLine,
    Remedy,
    ReturnLine,
    ReturnReason,
)
from portal.orders.nicknames import remember
from portal.orders.returns import Wish, request_return
from portal.payments.actions import Way, pay_invoices
from tests import factories as make
from tests.invoicing import make_invoice
from tests.ordering import NOW, open_shop, photo


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
    later_id: int
    hidden_sku: str
    document_id: int
    category_slug: str
    return_number: str
    return_line_id: int
    list_id: int
    entry_key: str
    nickname_id: int
    invoice_number: str
    payment_reference: str
    batch_id: int


RECORDS: dict[str, Callable[[World], dict[str, object]]] = {
    "cart.change": lambda world: {"line_id": world.cart_line_id},
    "cart.remove": lambda world: {"line_id": world.cart_line_id},
    "later.keep": lambda world: {"line_id": world.cart_line_id},
    "later.bring_back": lambda world: {"later_id": world.later_id},
    "later.forget": lambda world: {"later_id": world.later_id},
    "catalog.product": lambda world: {"sku": world.hidden_sku},
    "catalog.document": lambda world: {"sku": world.hidden_sku, "document_id": world.document_id},
    "orders.show": lambda world: {"number": world.order_number},
    "order_papers.confirmation": lambda world: {"number": world.order_number},
    "order_papers.packing_slip": lambda world: {
        "number": world.order_number,
        "shipment": world.shipment_number,
    },
    "quick_order.entry": lambda world: {"key": world.entry_key},
    "quick_order.change": lambda world: {"key": world.entry_key},
    "quick_order.forget_nickname": lambda world: {"nickname_id": world.nickname_id},
    "reorder.show": lambda world: {"number": world.order_number},
    "reorder.act": lambda world: {"number": world.order_number},
    "lists.show": lambda world: {"list_id": world.list_id},
    "lists.change": lambda world: {"list_id": world.list_id},
    "lists.save": lambda world: {"list_id": world.list_id},
    "lists.add": lambda world: {"list_id": world.list_id},
    "lists.put_back": lambda world: {"list_id": world.list_id},
    "lists.preview": lambda world: {"list_id": world.list_id},
    "lists.reorder": lambda world: {"list_id": world.list_id},
    "lists.copy": lambda world: {"list_id": world.list_id},
    "lists.delete": lambda world: {"list_id": world.list_id},
    "lists.paper": lambda world: {"list_id": world.list_id},
    "lists.sheet": lambda world: {"list_id": world.list_id},
    "changes.show": lambda world: {"number": world.order_number},
    "changes.change": lambda world: {"number": world.order_number},
    "changes.cancel_rest": lambda world: {"number": world.order_number},
    "orders.cancel": lambda world: {"number": world.order_number},
    "deliveries.of_order": lambda world: {"number": world.order_number},
    "payments.show": lambda world: {"reference": world.payment_reference},
    "payments.start": lambda world: {"reference": world.payment_reference},
    "payments.confirm": lambda world: {"reference": world.payment_reference},
    "payments.come_back": lambda world: {"reference": world.payment_reference},
    "payments.cancel": lambda world: {"reference": world.payment_reference},
    "invoices.show": lambda world: {"number": world.invoice_number},
    "invoice_files.pdf": lambda world: {"number": world.invoice_number},
    "invoice_files.xml": lambda world: {"number": world.invoice_number},
    "invoice_files.paper": lambda world: {"number": world.invoice_number},
    "invoice_batches.batch": lambda world: {"batch_id": world.batch_id},
    "invoice_batches.again": lambda world: {"batch_id": world.batch_id},
    "invoice_batches.batch_file": lambda world: {"batch_id": world.batch_id},
    "returns.new": lambda world: {"number": world.order_number},
    "returns.create": lambda world: {"number": world.order_number},
    "returns.show": lambda world: {"number": world.return_number},
    "returns.withdraw": lambda world: {"number": world.return_number},
    "returns.photo": lambda world: {"number": world.return_number, "line_id": world.return_line_id},
    "returns.add_photo": lambda world: {"number": world.return_number, "line_id": world.return_line_id},
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
    wish = Wish(
        session.scalars(select(OrderLine.id)).one(), 1, ReturnReason.DAMAGED, Remedy.REPLACEMENT, photo()
    )
    asked = request_return(
        session, shop.account_id, shop.user_id, order.number, [wish],
        pickup_date=None, notes="", submit_key="r", shown_credit=0, now=NOW,
    )  # fmt: skip
    shop.put(session, {hidden: 1})
    account = session.get_one(Account, shop.account_id)
    # Of a European seller, so that it has each kind of file.
    german = {"name": "HB", "country": "DE", "tax_numbers": {"VAT": "DE136695976"}, "bank": {}}
    invoice = make_invoice(session, account, seller=german)
    keep_entry(
        session, shop.account_id, shop.user_id, "entry-of-dealer", "text",
        Reading([BulkLine("Beans 2", Quantity(2), variant_id=ordered)]), NOW,
    )  # fmt: skip
    remember(session, shop.account_id, {"our beans": ordered}, NOW)
    world = World(
        owner=session.get_one(User, shop.user_id).email,
        colleagues={role: make.make_user(session, account, role=role).email for role in AccountRole},
        rival=session.get_one(User, rival.user_id).email,
        staff={role: make.make_user(session, staff_role=role).email for role in StaffRole},
        order_number=order.number,
        shipment_number=shipped.number,
        cart_line_id=session.scalars(select(CartLine.id)).one(),
        later_id=make.added(
            session,
            LaterLine(
                cart_id=session.scalars(select(CartLine.cart_id)).one(),
                variant_id=ordered,
                quantity=1,
                kept_at=NOW,
            ),
        ).id,
        hidden_sku=hidden_variant.sku,
        document_id=document.id,
        category_slug=session.scalars(select(Category.slug)).first() or "",
        return_number=asked.number,
        return_line_id=session.scalars(select(ReturnLine.id)).one(),
        entry_key="entry-of-dealer",
        invoice_number=invoice.number,
        payment_reference=pay_invoices(
            session,
            account.id,
            {invoice.number: 1_000},
            way=Way("test_card", "card", is_test=True),
            credit_first=False,
            user_id=shop.user_id,
            submit_key="payment",
            now=NOW,
        ).reference,
        batch_id=make.added(
            session,
            DownloadBatch(
                account_id=account.id,
                user_id=shop.user_id,
                submit_key="batch",
                state=BatchState.READY,
                invoice_ids=[invoice.id],
                done=1,
                stored_file_id=file.id,
                created_at=NOW,
            ),
        ).id,
        nickname_id=session.scalars(select(Nickname.id)).one(),
        list_id=create_list(
            session, shop.account_id, shop.user_id, "Mine", {ordered: 2}, shared=False, now=NOW
        ),
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
