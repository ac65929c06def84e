"""Credit notes: what an invoice charged is given back by another document, never by changing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import InvoiceRhythm, TaxRounding, TermsKind
from portal.core.clock import local_date
from portal.core.errors import NotFound, Refused
from portal.core.money import allocate as share_out
from portal.core.money import divide, e4_from_minor
from portal.invoices.books import Books, Source, Use, allocate, claim_again, given_up, open_books
from portal.invoices.crediting import (
    Charged,
    ChargedTax,
    Credit,
    CreditLine,
    Given,
    TaxKey,
    adjusted,
    all_left,
    credit,
)
from portal.invoices.due import Terms
from portal.invoices.facts import Parties
from portal.invoices.models import CreditReasonKind, Invoice, InvoiceKind, InvoiceLine, LineKind
from portal.invoices.numbers import zone_of
from portal.invoices.terms import release_if_paid
from portal.invoices.writing import Draft, Written, number_by_key, write_document
from portal.ledger.models import Book

__all__ = ["Charged", "CreditLine", "creditable", "full_credit", "lines_for_amount", "write_credit_note"]


def write_credit_note(
    session: Session,
    invoice_id: int,
    lines: Sequence[CreditLine],
    *,
    reason: CreditReasonKind,
    note: str,
    key: str,
    actor_id: int | None,
    now: datetime,
    total: int | None = None,
    settle_at_once: bool = True,
    return_number: str = "",
) -> str:
    """Give back what the lines say of the invoice; the credit note's number. The same ``key`` gives back once.

    With ``total`` (with tax, minor units) what rounding left is put on the last lines, so that the note comes to it as
    far as they bear it. ``settle_at_once`` takes it off what is open of its own invoice; the rest is the account's
    credit. Raises NotFound; Refused ``not_an_invoice``; as ``crediting.credit``.
    """
    invoice = _invoice(session, invoice_id)
    books = open_books(session, invoice.account_id)
    known = number_by_key(session, invoice.account_id, key)
    if known is not None:
        return known
    charged, taxes = creditable(session, invoice_id)
    found = credit(charged, taxes, lines)
    if total is not None:
        found = adjusted(found, total)
    return write_found(
        session,
        books,
        invoice,
        found,
        reason=reason,
        note=note,
        key=key,
        actor_id=actor_id,
        now=now,
        settle_at_once=settle_at_once,
        return_number=return_number,
    )


def full_credit(session: Session, invoice_id: int) -> list[CreditLine]:
    """The lines that give back all that is left of the invoice; empty if nothing is. Raises as write_credit_note."""
    _invoice(session, invoice_id)
    return all_left(creditable(session, invoice_id)[0])


def lines_for_amount(session: Session, invoice_id: int, total: int) -> list[CreditLine]:
    """The lines that give back ``total`` (with tax, minor units) in proportion; to be written with this ``total``.

    Raises as write_credit_note; Refused ``nothing_to_credit`` and ``more_than_charged`` (``left``).
    """
    invoice = _invoice(session, invoice_id)
    if total < 1:
        raise Refused("nothing_to_credit", field="amount")
    charged, taxes = creditable(session, invoice_id)
    left = invoice.total - credited_total(session, invoice_id)
    if total > left:
        raise Refused("more_than_charged", field="amount", left=left)
    if total == left:
        return all_left(charged)
    nets = [line.net - line.credited_net for line in charged]
    whole = sum(nets) + sum(tax.amount - tax.credited_amount for tax in taxes)
    wanted = share_out(divide(total * sum(nets), whole), nets) if sum(nets) else []
    # A line with its tax inside gives back its tax as well.
    amounts = [
        min(divide(part * line.line_total, line.net), line.total_left) if line.net else 0
        for line, part in zip(charged, wanted, strict=True)
    ]
    return [
        CreditLine(line.id, amount=amount) for line, amount in zip(charged, amounts, strict=True) if amount
    ]


def credited_total(session: Session, invoice_id: int) -> int:
    """What credit notes gave back of the invoice, with tax, minor units."""
    given = select(func.coalesce(func.sum(Invoice.total), 0)).where(Invoice.credits_id == invoice_id)
    return int(session.scalar(given) or 0)


def creditable(session: Session, invoice_id: int) -> tuple[list[Charged], list[ChargedTax]]:
    """The lines and taxes of the invoice with what was given back of them. Four statements; empty for no invoice."""
    before = {
        line_id: (units, total, net, tax)
        for line_id, units, total, net, tax in session.execute(
            select(
                InvoiceLine.credits_line_id,
                func.sum(InvoiceLine.quantity).filter(InvoiceLine.kind != LineKind.ADJUSTMENT),
                func.sum(InvoiceLine.line_total),
                func.sum(InvoiceLine.net),
                func.sum(InvoiceLine.tax),
            )
            .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
            .where(Invoice.credits_id == invoice_id)
            .group_by(InvoiceLine.credits_line_id)
        )
    }
    rows = session.execute(
        select(
            InvoiceLine.id,
            InvoiceLine.kind,
            InvoiceLine.quantity,
            InvoiceLine.line_total,
            InvoiceLine.net,
            InvoiceLine.tax,
            InvoiceLine.taxes,
        )
        .where(InvoiceLine.invoice_id == invoice_id)
        .order_by(InvoiceLine.position)
    )
    charged = [
        Charged(
            row.id,
            row.quantity,
            row.line_total,
            row.net,
            row.tax,
            tuple(_key_of(tax) for tax in row.taxes),
            *(int(value or 0) for value in before.get(row.id, (0, 0, 0, 0))),
        )
        for row in rows
    ]
    return charged, _taxes(session, invoice_id)


def _taxes(session: Session, invoice_id: int) -> list[ChargedTax]:
    given: dict[TaxKey, tuple[int, int]] = {}
    for taxes in session.scalars(select(Invoice.taxes).where(Invoice.credits_id == invoice_id)):
        for tax in taxes:
            key = _key_of(tax)
            base, amount = given.get(key, (0, 0))
            given[key] = (base + tax["base"], amount + tax["amount"])
    own = session.scalar(select(Invoice.taxes).where(Invoice.id == invoice_id)) or []
    return [
        ChargedTax(key, tax["exemption"], tax["base"], tax["amount"], *given.get(key, (0, 0)))
        for tax in own
        for key in [_key_of(tax)]
    ]


def _key_of(tax: Mapping[str, Any]) -> TaxKey:
    return tax["code"], tax["rate_ppm"], tax["category"]


def write_found(
    session: Session,
    books: Books,
    invoice: Invoice,
    found: Credit,
    *,
    reason: CreditReasonKind,
    note: str,
    key: str,
    actor_id: int | None,
    now: datetime,
    settle_at_once: bool = True,
    return_number: str = "",
) -> str:
    """Write a credit note whose lines have been looked at; its number."""
    parties = _parties(invoice)
    rows = session.scalars(
        select(InvoiceLine).where(InvoiceLine.id.in_([each.line.id for each in found.given]))
    )
    originals = {row.id: row for row in rows}
    lines = [_line(originals[each.line.id], each, invoice.currency) for each in found.given]
    draft = Draft(
        kind=InvoiceKind.CREDIT_NOTE,
        key=key,
        issued_on=local_date(now, parties.timezone),
        lines=lines,
        net=found.net,
        taxes=found.tax_rows(),
        supplied_from=invoice.supplied_from,
        supplied_to=invoice.supplied_to,
        freight=sum(line["net"] for line in lines if line["kind"] is LineKind.FREIGHT),
        order_id=invoice.order_id,
        po_numbers=invoice.po_numbers,
        ship_to=invoice.ship_to,
        more={
            "credits_id": invoice.id,
            "reason": reason.value,
            "note": note,
            "return_number": return_number,
        },
    )
    written = write_document(session, books, parties, draft, reserved={}, actor_id=actor_id, now=now)
    if settle_at_once:
        _claim_what_was_given_up(session, books, invoice, written, now)
    amount = min(written.total, _open_of(session, invoice.id))
    if settle_at_once and amount:
        allocate(
            session,
            books,
            [Use(Source(credit_note_id=written.id), invoice.id, amount)],
            key=f"credits:{written.number}",
            reference=written.number,
            actor_id=actor_id,
            now=now,
        )
    if books.held_for_overdue:
        release_if_paid(session, books.account_id, now)
    return written.number


def _claim_what_was_given_up(
    session: Session, books: Books, invoice: Invoice, written: Written, now: datetime
) -> None:
    """Claim again what was given up of what is credited now: nobody gets back what was never paid.

    Of a discount the part that was granted on it, of what was written off as much as the note would pay out.
    """
    granted = given_up(session, invoice.id, Book.DISCOUNT)
    if granted:
        left = invoice.total - credited_total(session, invoice.id)
        kept = divide(granted * left, left + written.total)
        key = f"discount_again:{written.number}"
        claim_again(session, books, invoice.id, Book.DISCOUNT, granted - kept, key=key, now=now)
    paid_out = written.total - _open_of(session, invoice.id)
    if paid_out > 0:
        key = f"claimed_again:{written.number}"
        claim_again(session, books, invoice.id, Book.WRITTEN_OFF, paid_out, key=key, now=now)


def _open_of(session: Session, invoice_id: int) -> int:
    return session.scalars(select(Invoice.open_amount).where(Invoice.id == invoice_id)).one()


def _invoice(session: Session, invoice_id: int) -> Invoice:
    invoice = session.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound("invoice", invoice_id)
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        raise Refused("not_an_invoice")
    return invoice


def _parties(invoice: Invoice) -> Parties:
    """The parties as the invoice names them."""
    terms = invoice.terms
    return Parties(
        seller_id=invoice.seller_id,
        seller_code=invoice.seller["code"],
        seller_country=invoice.seller["country"],
        timezone=zone_of(
            invoice.seller.get("timezone", ""), invoice.seller["country"], invoice.buyer["timezone"]
        ),
        seller=invoice.seller,
        buyer=invoice.buyer,
        locale=invoice.locale,
        currency=invoice.currency,
        rhythm=InvoiceRhythm.SHIPMENT,
        terms=Terms(**{**terms, "kind": TermsKind(terms["kind"])}),
        tax_profile_id=0,
        tax_rounding=TaxRounding(invoice.tax_rounding),
    )


def _line(original: InvoiceLine, each: Given, currency: str) -> dict[str, Any]:
    is_sum = each.is_amount and original.kind is not LineKind.FREIGHT
    return {
        "kind": LineKind.ADJUSTMENT if is_sum else original.kind,
        "order_line_id": original.order_line_id,
        "shipment_id": original.shipment_id,
        "drop_id": original.drop_id,
        "credits_line_id": original.id,
        "order_number": original.order_number,
        "shipment_number": original.shipment_number,
        "supplied_on": original.supplied_on,
        "sku": original.sku,
        "name": original.name,
        "unit": original.unit,
        "pack_size": original.pack_size,
        "quantity": 1 if each.is_amount else each.quantity,
        "unit_price_e4": e4_from_minor(each.total, currency) if each.is_amount else original.unit_price_e4,
        "line_total": each.total,
        "net": each.net,
        "tax": each.tax,
        "tax_class": original.tax_class,
        "tax_included": original.tax_included,
        "taxes": original.taxes,
    }
