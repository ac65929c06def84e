"""GET /invoices/<number>, its papers and data."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from portal.adapters.paper import Sheet
from portal.catalog.models import StoredFile
from portal.extensions import Runtime
from portal.invoices.models import FileKind, InvoiceFile, InvoiceKind
from tests.conftest import NOW
from tests.dealer import Person
from tests.factories import added
from tests.invoicing import make_invoice, make_payment, settle
from tests.storefront import Shop


class CountingPress:
    """A press that notes what it is given, and gives a little paper."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []

    def pdf(self, sheet: Sheet) -> bytes:
        self.sheets.append(sheet)
        return b"%PDF-1.7 " + sheet.title.encode()

    def html(self, sheet: Sheet, *, stylesheet: str = "") -> str:
        self.sheets.append(sheet)
        return f"<!doctype html><title>{sheet.title}</title><link rel=stylesheet href={stylesheet}>"


@pytest.fixture
def press(app: Flask, monkeypatch: pytest.MonkeyPatch) -> CountingPress:
    made = CountingPress()
    runtime: Runtime = app.extensions["portal"]
    monkeypatch.setitem(app.extensions, "portal", replace(runtime, press=made))
    return made


def test_one_invoice_with_what_settled_it(shop: Shop, dealer: Person) -> None:
    invoice = make_invoice(shop.session, shop.account, po_numbers=["PO-7"], note="Thank <you>")
    payment = make_payment(shop.session, shop.account, 4_000)
    settle(shop.session, payment, invoice, 4_000)
    credit = make_invoice(
        shop.session, shop.account, kind=InvoiceKind.CREDIT_NOTE, credits_id=invoice.id,
        net=900, tax=90, reason="return",
    )  # fmt: skip
    shop.commit()

    page = dealer.open(f"/invoices/{invoice.number}")
    (head,) = [each for each in page.having("data-invoice") if each.attributes.get("data-status")]
    assert {name: head.attributes[f"data-{name}"] for name in ("invoice", "status", "total", "currency")} == {
        "invoice": invoice.number,
        "status": "open",
        "total": "11000",
        "currency": "KRW",
    }
    (line,) = page.having("data-sku")
    assert line.attributes["data-quantity"] == "1"
    assert line.attributes["data-unit-price"] == line.attributes["data-line-total"] == "10000"
    (settled,) = page.having("data-settled")
    assert settled.attributes["data-settled"] == "4000"
    links = {link.attributes.get("href") for link in page.all("a")}
    assert {
        f"/payments/{payment.reference}",
        f"/invoices/{credit.number}",
        f"/payments/new?invoice={invoice.number}",
        f"/invoices/{invoice.number}.pdf",
        f"/invoices/{invoice.number}/paper",
    } <= links
    assert f"/invoices/{invoice.number}.xml" not in links
    assert "Pay ₩7,000" in page.text
    assert "PO-7" in page.text
    assert "Thank <you>" in page.text

    page = dealer.open(f"/invoices/{credit.number}")
    assert f"Credit note {credit.number}" in page.text
    links = {link.attributes.get("href") for link in page.all("a")}
    assert {f"/invoices/{invoice.number}", f"/payments/new?invoice={invoice.number}"} <= links


def test_a_paid_invoice_asks_for_nothing(shop: Shop, dealer: Person) -> None:
    invoice = make_invoice(shop.session, shop.account)
    settle(shop.session, make_payment(shop.session, shop.account, 11_000), invoice, 11_000)
    shop.commit()
    page = dealer.open(f"/invoices/{invoice.number}")
    assert "Paid on Monday, November 23, 2026" in page.text
    assert not [link for link in page.all("a") if "/payments/new" in link.attributes.get("href", "")]


def test_the_filed_paper_is_served_as_it_is(shop: Shop, dealer: Person, press: CountingPress) -> None:
    invoice = make_invoice(shop.session, shop.account)
    content = b"%PDF-1.7 filed"
    stored = added(
        shop.session,
        StoredFile(
            sha256=hashlib.sha256(content).hexdigest(),
            media_type="application/pdf",
            size=len(content),
            content=content,
        ),
    )
    added(
        shop.session,
        InvoiceFile(invoice_id=invoice.id, kind=FileKind.PDF, stored_file_id=stored.id, made_at=NOW),
    )
    shop.commit()
    response = dealer.get(f"/invoices/{invoice.number}.pdf")
    assert (response.status_code, response.data) == (200, content)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f"attachment; filename={invoice.number}.pdf"
    assert response.headers["Cache-Control"] == "private, no-store"
    shown = dealer.get(f"/invoices/{invoice.number}.pdf?inline=1")
    assert shown.headers["Content-Disposition"] == f"inline; filename={invoice.number}.pdf"
    assert press.sheets == []


def test_a_paper_not_filed_yet_is_drawn_in_memory(shop: Shop, dealer: Person, press: CountingPress) -> None:
    invoice = make_invoice(shop.session, shop.account)
    shop.commit()
    response = dealer.get(f"/invoices/{invoice.number}.pdf")
    assert response.data.startswith(b"%PDF-1.7")
    assert [sheet.template for sheet in press.sheets] == ["invoice"]
    shop.session.expire_all()
    assert shop.session.scalars(select(InvoiceFile)).all() == []
    page = dealer.get(f"/invoices/{invoice.number}/paper")
    assert invoice.number in page.text
    assert "/static/css/pages/paper." in page.text


def test_the_real_press_draws_it(shop: Shop, dealer: Person) -> None:
    invoice = make_invoice(shop.session, shop.account)
    shop.commit()
    assert dealer.get(f"/invoices/{invoice.number}.pdf").data.startswith(b"%PDF-")
    assert invoice.number in dealer.get(f"/invoices/{invoice.number}/paper").text


def test_data_for_machines_is_for_european_documents(shop: Shop, dealer: Person) -> None:
    korean = make_invoice(shop.session, shop.account)
    seller = korean.seller | {
        "country": "DE",
        "tax_numbers": {"VAT": "DE136695976"},
        "bank": {"currency": "EUR", "iban": "DE89370400440532013000", "holder": "HB"},
    }
    german = make_invoice(shop.session, shop.account, seller=seller)
    shop.commit()
    assert dealer.get(f"/invoices/{korean.number}.xml").status_code == 404
    response = dealer.get(f"/invoices/{german.number}.xml")
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert german.number.encode() in response.data
    page = dealer.open(f"/invoices/{german.number}")
    assert f"/invoices/{german.number}.xml" in {link.attributes.get("href") for link in page.all("a")}


def test_a_strangers_document_does_not_exist(
    shop: Shop, dealer: Person, app: Flask, press: CountingPress
) -> None:
    invoice = make_invoice(shop.session, shop.account)
    _account, rival = shop.rival()
    shop.commit()
    stranger = Person(app, rival)
    for ending in ("", ".pdf", ".pdf?inline=1", ".xml", "/paper"):
        assert stranger.get(f"/invoices/{invoice.number}{ending}").status_code == 404, ending
        assert dealer.get(f"/invoices/HB-1900-000001{ending}").status_code == 404, ending
    assert not stranger.open(f"/invoices?status=all&q={invoice.number}").having("data-invoice")
    assert press.sheets == []
    assert dealer.browser.client.put(f"/invoices/{invoice.number}").status_code == 405
