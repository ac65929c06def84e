"""A dealer who owes: invoices that were issued and booked, without the orders behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountRole, Seller, User
from portal.adapters.mail import Mail
from portal.adapters.mail_templates import MailRenderer
from portal.invoices import books
from portal.invoices.models import Invoice, InvoiceKind, InvoiceLine, LineKind
from portal.jobs.context import JobContext
from portal.jobs.models import Job
from portal.ledger.models import Book
from portal.payments.models import Payment, PaymentState
from tests import factories as make
from tests.factories import added

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
_numbers = count(1)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def make_dealer(session: Session, *, role: AccountRole = AccountRole.OWNER, **changes: Any) -> Account:
    """An account with one person of this role; ``terms`` are columns of its terms."""
    terms = changes.pop("terms", {})
    account = make.make_account(session, payment_terms_id=make.make_terms(session, **terms).id, **changes)
    make.make_user(session, account, role=role, name="Kim Min-ji", email=f"minji{account.id}@example.com")
    return account


def owe(
    session: Session,
    account: Account,
    *,
    due: date,
    amount: int = 110_000,
    kind: InvoiceKind = InvoiceKind.INVOICE,
    credits: Invoice | None = None,
    **changes: Any,
) -> Invoice:
    """An invoice over ``amount`` with its tax, due on ``due``, issued thirty days before and booked."""
    number = f"HB-2026-{next(_numbers):06d}"
    seller = session.scalars(select(Seller)).first() or added(
        session, Seller(code="HB", name="Hanbada", country="KR", is_default=True)
    )
    net = amount * 10 // 11
    issued_on = due - timedelta(days=30)
    tax = {
        "code": "VAT",
        "rate_ppm": 100_000,
        "base": net,
        "amount": amount - net,
        "category": "S",
        "exemption": "",
    }
    values: dict[str, Any] = {
        "number": number,
        "kind": kind,
        "seller_id": seller.id,
        "account_id": account.id,
        "key": f"test:{number}",
        "credits_id": credits.id if credits else None,
        "currency": account.currency,
        "locale": account.locale,
        "issued_on": issued_on,
        "supplied_from": issued_on,
        "supplied_to": issued_on,
        "due_on": due,
        "seller": {"name": seller.name, "country": "KR"},
        "buyer": {"name": account.name, "country": "KR"},
        "net": net,
        "tax": amount - net,
        "total": amount,
        "taxes": [tax],
        "tax_rounding": "line_down",
        "open_amount": amount,
        "created_at": NOW,
    }
    invoice = added(session, Invoice(**values | changes))
    added(
        session,
        InvoiceLine(
            invoice_id=invoice.id,
            position=1,
            kind=LineKind.GOODS,
            supplied_on=issued_on,
            sku="BEANS",
            name="Beans <dark>",
            quantity=1,
            unit_price_e4=net * 10_000,
            line_total=net,
            net=net,
            tax=amount - net,
            tax_class="standard",
        ),
    )
    opened = books.open_books(session, account.id)
    books.book_document(session, opened, invoice.id, reserved={}, now=NOW)
    return invoice


def pay(session: Session, account: Account, uses: Sequence[tuple[Invoice, int]], *, more: int = 0) -> None:
    """Money arrives by transfer: for these invoices, and ``more`` that stays unused."""
    payment_id = make_payment(session, account, sum(part for _, part in uses) + more)
    opened = books.open_books(session, account.id)
    reference = f"payment-{payment_id}"
    amount = sum(part for _, part in uses) + more
    books.receive(
        session,
        opened,
        payment_id,
        amount,
        book=Book.BANK,
        detail="",
        reference=reference,
        received_on=TODAY,
        now=NOW,
    )
    if uses:
        source = books.Source(payment_id=payment_id)
        books.allocate(
            session,
            opened,
            [books.Use(source, invoice.id, part) for invoice, part in uses],
            key=f"allocation:{payment_id}",
            reference=reference,
            now=NOW,
        )


def make_payment(session: Session, account: Account, amount: int) -> int:
    number = next(_numbers)
    row = Payment(
        reference=f"P{number:08d}",
        account_id=account.id,
        submit_key=f"key-{number}",
        provider="bank_transfer",
        state=PaymentState.PAID,
        amount=amount,
        currency=account.currency,
        created_at=NOW,
        updated_at=NOW,
    )
    return added(session, row).id


def context(session: Session, now: datetime = NOW) -> JobContext:
    return JobContext(
        session=session,
        now=now,
        mail_renderer=MailRenderer(),
        base_url="https://portal.example:8443",
        brand_name="Bean & Co",
        secret_key="unused",
    )


def written(mail: Mail | None) -> Mail:
    """The mail, which must be there."""
    assert mail is not None
    return mail


def jobs(session: Session, name: str) -> list[dict[str, Any]]:
    """Arguments of the jobs of this name, in the order they were asked for."""
    return list(session.scalars(select(Job.arguments).where(Job.name == name).order_by(Job.id)))


def person_of(session: Session, account: Account) -> User:
    return session.scalars(select(User).where(User.email == f"minji{account.id}@example.com")).one()
