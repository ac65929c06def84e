"""Writing a document: its number, its rows, its place in the books, and what is asked for once it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from portal.core.errors import Refused
from portal.invoices.books import Books, book_document
from portal.invoices.due import discount_of, discount_until, due_on
from portal.invoices.einvoice.parties import vat_id_of
from portal.invoices.facts import Parties, business_days
from portal.invoices.models import Invoice, InvoiceKind, InvoiceLine, TaxReport, TaxReportState
from portal.invoices.numbers import next_number
from portal.jobs.queue import enqueue
from portal.ledger.queries import balance_of

KOREAN_OFFICE: Final = "kr_nts"
"""The channel of reports to Korea's National Tax Service."""

BUYER_PAYS: Final = frozenset({"K", "AE"})
"""Categories (UNCL 5305) of which the buyer pays the tax: within the Union, and reverse charge."""

_LINES = cast(Table, InvoiceLine.__table__)


@dataclass(frozen=True, slots=True)
class Draft:
    """A document before it has a number. ``lines`` are columns of ``invoice_line`` without invoice and position."""

    kind: InvoiceKind
    key: str
    issued_on: date
    lines: Sequence[Mapping[str, Any]]
    net: int
    taxes: Sequence[Mapping[str, Any]]
    supplied_from: date
    supplied_to: date
    freight: int = 0
    order_id: int | None = None
    po_numbers: Sequence[str] = ()
    ship_to: Sequence[Mapping[str, Any]] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further columns: of a credit note what it refers to and why."""

    @property
    def tax(self) -> int:
        """All taxes, minor units."""
        return sum(tax["amount"] for tax in self.taxes)


@dataclass(frozen=True, slots=True)
class Written:
    """A document that was just written."""

    id: int
    number: str
    total: int


def write_document(
    session: Session,
    books: Books,
    parties: Parties,
    draft: Draft,
    *,
    reserved: Mapping[str, int],
    actor_id: int | None,
    now: datetime,
) -> Written:
    """Number, write and book the document, and ask for its paper and its mail.

    The number is taken last, for whoever else issues waits for it; ``reserved`` is as in ``book_document``. Raises
    Refused ``no_vat_number`` (``account``) for an invoice whose tax is the buyer's to pay, if that has no VAT number.
    """
    _require_vat_number(parties, draft)
    total = draft.net + draft.tax
    is_claim = draft.kind is not InvoiceKind.CREDIT_NOTE
    due, until, discount = draft.issued_on, None, 0
    if is_claim:
        is_business_day = business_days(session, parties.seller_country)
        due = due_on(parties.terms, draft.issued_on, is_business_day)
    if draft.kind is InvoiceKind.INVOICE:
        until = discount_until(parties.terms, draft.issued_on, is_business_day)
        discount = discount_of(parties.terms, total) if until else 0
    open_before = balance_of(session, books.account_id).owed
    number = next_number(session, draft.kind, parties.seller_code, draft.issued_on)
    invoice_id: int = session.execute(
        insert(Invoice)
        .values(
            number=number,
            kind=draft.kind,
            seller_id=parties.seller_id,
            account_id=books.account_id,
            key=draft.key,
            order_id=draft.order_id,
            currency=parties.currency,
            locale=parties.locale,
            po_numbers=list(draft.po_numbers),
            issued_on=draft.issued_on,
            supplied_from=draft.supplied_from,
            supplied_to=draft.supplied_to,
            due_on=due,
            discount_until=until,
            discount=discount,
            terms=parties.terms.to_snapshot(),
            seller=parties.seller,
            buyer=parties.buyer,
            ship_to=list(draft.ship_to),
            freight=draft.freight,
            net=draft.net,
            tax=draft.tax,
            total=total,
            taxes=list(draft.taxes),
            tax_rounding=parties.tax_rounding.value,
            open_before=open_before,
            open_amount=total,
            settled_on=None if total else draft.issued_on,
            issued_by_id=actor_id,
            created_at=now,
            **draft.more,
        )
        .returning(Invoice.id)
    ).scalar_one()
    session.connection().execute(
        insert(_LINES),
        [
            {"invoice_id": invoice_id, "position": position, **line}
            for position, line in enumerate(draft.lines, 1)
        ],
    )
    book_document(session, books, invoice_id, reserved=reserved, now=now)
    if is_reported(parties) and draft.kind is not InvoiceKind.INTEREST:
        session.execute(
            insert(TaxReport).values(
                invoice_id=invoice_id,
                channel=KOREAN_OFFICE,
                state=TaxReportState.NOT_CONNECTED,
                updated_at=now,
            )
        )
    for job in ("make_paper", "invoice_mail"):
        enqueue(session, job, {"invoice_id": invoice_id}, now=now, unique_key=f"{job}:{invoice_id}")
    return Written(invoice_id, number, total)


def is_reported(parties: Parties) -> bool:
    """True if Korea's tax office is told of what is sold between the parties: sales within Korea."""
    return parties.seller_country == "KR" and parties.buyer["country"] == "KR"


def _require_vat_number(parties: Parties, draft: Draft) -> None:
    # Without it the tax would be the seller's to pay, and such an invoice proves nothing to either tax office.
    bears = {tax["category"] for tax in draft.taxes}
    if draft.kind is InvoiceKind.INVOICE and bears & BUYER_PAYS and not vat_id_of(parties.buyer):
        raise Refused("no_vat_number", account=parties.buyer["code"])


def number_by_key(session: Session, account_id: int, key: str) -> str | None:
    """The number of the document of the account that was issued for ``key``; None if none was."""
    return session.scalar(select(Invoice.number).where(Invoice.account_id == account_id, Invoice.key == key))
