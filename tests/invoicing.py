"""Makers of sellers, invoices and money for tests; the rooms' own verbs do the booking.

``tests.ordering`` makes the shop whose goods are shipped and invoiced here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, BillingProfile, Seller
from portal.core.clock import local_date
from portal.invoices.books import Source, Use, allocate, book_document, open_books, receive
from portal.invoices.issue import issue_for_shipment
from portal.invoices.models import Invoice, InvoiceKind, InvoiceLine, LineKind
from portal.invoices.numbers import next_number
from portal.ledger.models import Book
from portal.orders import fulfil
from portal.orders.models import Drop, Order, OrderLine, Shipment
from portal.payments.models import Payment, PaymentState
from tests import factories as make
from tests.ordering import NOW, TODAY, Shop

_numbers = count(1)


def make_seller(session: Session, **changes: Any) -> Seller:
    """The default seller, a Korean company, with the code HB unless told otherwise."""
    values: dict[str, Any] = {
        "code": "HB",
        "name": "한빛상사 주식회사",
        "country": "KR",
        "address": {"line1": "테헤란로 1", "city": "서울", "region": "강남구", "postal_code": "06130"},
        "representative": "김한빛",
        "business_number": "2208100001",
        "business_type": "도매",
        "business_item": "철물",
        "phone": "02-555-0100",
        "email": "billing@example.com",
        "bank_accounts": [
            {"currency": "KRW", "bank": "한빛은행", "number": "110-000-000000", "holder": "한빛상사"}
        ],
        "is_default": True,
    }
    return make.added(session, Seller(**values | changes))


def the_seller(session: Session) -> Seller:
    """The default seller; made if there is none."""
    found = session.scalars(select(Seller).where(Seller.is_default.is_(True))).one_or_none()
    return found or make_seller(session)


def make_billing_profile(session: Session, account: Account, **changes: Any) -> BillingProfile:
    values: dict[str, Any] = {
        "account_id": account.id,
        "name": "강남철물 주식회사",
        "address": {"line1": "강남대로 2", "city": "서울", "postal_code": "06200", "country": "KR"},
        "representative": "이강남",
        "business_type": "소매",
        "business_item": "공구",
    }
    return make.added(session, BillingProfile(**values | changes))


def make_invoice(
    session: Session,
    account: Account,
    *,
    net: int = 10_000,
    tax: int = 1_000,
    issued_on: date = TODAY,
    days: int = 30,
    now: datetime = NOW,
    **changes: Any,
) -> Invoice:
    """An invoice of one line, numbered and booked, that no order stands behind; due ``days`` after its issue.

    ``changes`` are columns; a credit note needs ``kind`` and ``credits_id``.
    """
    seller = the_seller(session)
    number = next(_numbers)
    kind = changes.get("kind", InvoiceKind.INVOICE)
    taxes = [
        {"code": "VAT", "rate_ppm": 100_000, "base": net, "amount": tax, "category": "S", "exemption": ""}
    ]
    values: dict[str, Any] = {
        "number": next_number(session, kind, seller.code, issued_on),
        "kind": kind,
        "seller_id": seller.id,
        "account_id": account.id,
        "key": f"test:{number}",
        "currency": account.currency,
        "locale": account.locale,
        "issued_on": issued_on,
        "supplied_from": issued_on,
        "supplied_to": issued_on,
        "due_on": issued_on + timedelta(days=days),
        "terms": {
            "code": f"net{days}",
            "kind": "net",
            "net_days": days,
            "end_of_month": False,
            "discount_ppm": 0,
            "discount_days": 0,
            "interest_ppm": 0,
        },
        "seller": {
            "code": seller.code,
            "name": seller.name,
            "country": seller.country,
            "address": seller.address,
            "representative": seller.representative,
            "business_number": seller.business_number,
            "tax_numbers": seller.tax_numbers,
            "business_type": seller.business_type,
            "business_item": seller.business_item,
            "phone": seller.phone,
            "email": seller.email,
            "footnote": seller.footnote,
            "timezone": seller.timezone,
            "bank": seller.bank_accounts[0] if seller.bank_accounts else {},
        },
        "buyer": {
            "code": account.code,
            "name": account.name,
            "country": account.country,
            "business_number": account.business_number or "",
            "address": {},
            "representative": "",
            "business_type": "",
            "business_item": "",
            "tax_numbers": {},
            "timezone": account.timezone,
        },
        "ship_to": [],
        "net": net,
        "tax": tax,
        "total": net + tax,
        "taxes": taxes if net else [],
        "tax_rounding": "line_down",
        "open_amount": net + tax,
        "settled_on": None if net + tax else issued_on,
        "created_at": now,
    }
    values |= changes
    invoice_id: int = session.execute(insert(Invoice).values(values).returning(Invoice.id)).scalar_one()
    session.execute(
        insert(InvoiceLine).values(
            invoice_id=invoice_id,
            position=1,
            kind=LineKind.GOODS,
            supplied_on=issued_on,
            sku=f"SKU-{number}",
            name=f"품목 {number}",
            unit="EA",
            quantity=1,
            unit_price_e4=net * 10_000,
            line_total=net,
            net=net,
            tax=tax,
            tax_class="standard",
            taxes=[{"code": "VAT", "rate_ppm": 100_000, "category": "S"}],
        )
    )
    book_document(session, open_books(session, account.id), invoice_id, reserved={}, now=now)
    return session.get_one(Invoice, invoice_id)


def make_payment(
    session: Session, account: Account, amount: int, *, now: datetime = NOW, **changes: Any
) -> Payment:
    """A bank transfer that has arrived, booked, and has settled nothing yet."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "reference": f"PTEST{number:04d}",
        "account_id": account.id,
        "submit_key": f"test:{number}",
        "provider": "bank_transfer",
        "method": "transfer",
        "state": PaymentState.PAID,
        "amount": amount,
        "currency": account.currency,
        "paid_at": now,
        "created_at": now,
        "updated_at": now,
    }
    payment = make.added(session, Payment(**values | changes))
    receive(
        session,
        open_books(session, account.id),
        payment.id,
        amount,
        book=Book.BANK,
        detail="",
        reference=payment.reference,
        received_on=local_date(now, account.timezone),
        now=now,
    )
    return payment


def settle(session: Session, payment: Payment, invoice: Invoice, amount: int, *, now: datetime = NOW) -> None:
    """Settle so much of the invoice from the payment; the row of the invoice is read anew."""
    use = Use(Source(payment_id=payment.id), invoice.id, amount)
    key = f"test:allocation:{next(_numbers)}"
    books = open_books(session, payment.account_id)
    allocate(session, books, [use], key=key, reference=payment.reference, now=now)
    session.refresh(invoice)


def ship(
    session: Session,
    shop: Shop,
    order: Order,
    quantities: Mapping[int, int] | None = None,
    *,
    now: datetime = NOW,
) -> Shipment:
    """Confirm, pick (as far as needed) and ship units by variant; all that is on the shelf unless told."""
    for step in (fulfil.confirm, fulfil.start_picking):
        session.refresh(order)
        if order.status in {"placed", "confirmed"}:
            step(session, order.id, version=order.version, actor_id=shop.staff_id, now=now)
    session.refresh(order)
    rows = session.execute(
        select(Drop.id, Drop.reserved, OrderLine.variant_id)
        .join(OrderLine, OrderLine.id == Drop.order_line_id)
        .where(OrderLine.order_id == order.id, Drop.reserved > 0)
        .order_by(Drop.id)
    ).all()
    leaving: dict[int, int] = {}
    wanted = dict(quantities) if quantities is not None else None
    for row in rows:
        units = row.reserved if wanted is None else min(row.reserved, wanted.get(row.variant_id, 0))
        if wanted is not None:
            wanted[row.variant_id] = wanted.get(row.variant_id, 0) - units
        if units:
            leaving[row.id] = units
    shipped = fulfil.ship(
        session,
        order.id,
        leaving,
        carrier="CJ",
        tracking_number="1",
        submit_key=f"test:{next(_numbers)}",
        version=order.version,
        actor_id=shop.staff_id,
        now=now,
    )
    session.refresh(order)
    return session.scalars(select(Shipment).where(Shipment.number == shipped.number)).one()


def ship_and_invoice(
    session: Session,
    shop: Shop,
    order: Order,
    quantities: Mapping[int, int] | None = None,
    *,
    now: datetime = NOW,
) -> Invoice:
    """Ship as ``ship`` does and issue the invoice for it; a seller is made if there is none."""
    the_seller(session)
    shipment = ship(session, shop, order, quantities, now=now)
    number = issue_for_shipment(session, shipment.id, now=now)
    return session.scalars(select(Invoice).where(Invoice.number == number)).one()
