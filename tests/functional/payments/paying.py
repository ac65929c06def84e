"""A dealer who owes an invoice and pays it through a provider; what the books have of it in the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import func, select

from portal.adapters.payments.provider import PaymentProvider
from portal.core.database import Database
from portal.extensions import Runtime
from portal.invoices.models import Invoice
from portal.jobs.context import Services
from portal.jobs.models import Job
from portal.ledger.models import Book, Posting
from portal.payments.models import Payment, PaymentEvent, PaymentEventKind, PaymentState, ProviderNotice
from portal.worker import Worker
from tests.browser import Page
from tests.conftest import NOW
from tests.dealer import Person
from tests.invoicing import make_invoice
from tests.storefront import Shop

AMOUNT = 11_000
"""What the invoice is about, won."""


@dataclass(frozen=True)
class Books:
    """What the database has of the payment and its invoice, won."""

    state: PaymentState
    failure: str
    refunded: int
    open: int
    money: int
    settlements: int
    """How often it was booked as paid."""
    receipts: int


SETTLED = Books(PaymentState.PAID, "", 0, 0, AMOUNT, 1, 1)
"""Paid once: the invoice settled, the money booked, one receipt."""


def unpaid(state: PaymentState = PaymentState.ACTION_REQUIRED, failure: str = "") -> Books:
    """Nothing settled, nothing booked."""
    return Books(state, failure, 0, AMOUNT, 0, 0, 0)


class Payer:
    """A signed-in buyer and their payment."""

    def __init__(self, app: Flask, database: Database, shop: Shop, provider: PaymentProvider) -> None:
        self.app, self.database, self.provider = app, database, provider
        self.shop = shop
        self.invoice = make_invoice(shop.session, shop.account).number
        shop.commit()
        self.person = Person(app, shop.buyer)
        self.reference = ""

    def ask(self, method: str = "card") -> Page:
        """Choose the provider on the page that asks how; the payment's page."""
        self.person.open(f"/payments/new?invoice={self.invoice}")
        page = self.person.browser.submit("/payments/new", way=f"{self.provider.code}:{method}")
        assert self.person.browser.status == 200, page.text
        self.reference = page.having("data-payment")[0].attributes["data-payment"]
        return page

    def island(self) -> dict[str, str]:
        """What the page gives the provider's script."""
        page = self.person.open(f"/payments/{self.reference}")
        (section,) = page.all("section", id="provider")
        return section.attributes

    @property
    def provider_ref(self) -> str:
        """The provider's key of the payment."""
        return self.payment.provider_ref or ""

    @property
    def payment(self) -> Payment:
        with self.database.reading() as session:
            return session.scalars(select(Payment).where(Payment.reference == self.reference)).one()

    def come_back(self, **claims: str) -> Page:
        """Where the provider's page leads the browser."""
        return self.person.open(f"/payments/{self.reference}/return?{urlencode(claims)}")

    def notify(self, headers: Mapping[str, str], body: bytes) -> int:
        """A notice from anywhere, signed or not; the answer's status."""
        kept = {name: value for name, value in headers.items() if name not in ("host", "content-length")}
        client = self.app.test_client()
        return client.post(f"/webhooks/{self.provider.code}", data=body, headers=kept).status_code

    def notices(self) -> list[str]:
        """What came of the notices that were taken in, in order."""
        with self.database.reading() as session:
            return list(session.scalars(select(ProviderNotice.outcome).order_by(ProviderNotice.id)))

    def books(self) -> Books:
        payment = self.payment
        with self.database.reading() as session:
            settlements = select(func.count()).where(
                PaymentEvent.payment_id == payment.id, PaymentEvent.kind == PaymentEventKind.PAID
            )
            money = select(func.coalesce(func.sum(Posting.amount), 0)).where(Posting.book == Book.TEST_MONEY)
            return Books(
                state=payment.state,
                failure=payment.failure,
                refunded=payment.refunded,
                open=session.scalars(select(Invoice.open_amount).where(Invoice.number == self.invoice)).one(),
                money=int(session.scalar(money) or 0),
                settlements=session.scalar(settlements) or 0,
                receipts=session.scalar(select(func.count()).where(Job.name == "receipt_mail")) or 0,
            )

    def work(self, *names: str, now: datetime = NOW + timedelta(hours=1)) -> None:
        """Let the worker do the jobs of these names that are due."""
        runtime: Runtime = self.app.extensions["portal"]
        worker = Worker(
            self.database,
            runtime.mailer,
            runtime.settings,
            services=Services(runtime.press, runtime.providers),
        )
        with self.database.transaction() as session:
            for job in session.scalars(select(Job).where(Job.finished_at.is_(None), Job.name.not_in(names))):
                # Not what this test is about.
                session.delete(job)
        while worker.step(now):
            pass


@contextmanager
def offered(app: Flask, provider: PaymentProvider) -> Iterator[None]:
    """The application offers this one way to pay."""
    runtime: Runtime = app.extensions["portal"]
    app.extensions["portal"] = replace(runtime, providers={provider.code: provider})
    yield
    app.extensions["portal"] = runtime
