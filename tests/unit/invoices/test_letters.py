from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from hashlib import sha256

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountRole, BillingProfile, User
from portal.adapters.mail import SmtpMailer
from portal.catalog.models import StoredFile
from portal.core.errors import NotFound
from portal.invoices.letters import PaperNotReady, invoice_letter, invoice_mail
from portal.invoices.models import FileKind, Invoice, InvoiceFile, InvoiceKind
from portal.orders.mail_choices import choose_mail
from portal.orders.models import MailTopic
from tests import factories as make
from tests.factories import added
from tests.unit.invoices.owing import (
    NOW,
    TODAY,
    context,
    days_ago,
    jobs,
    make_dealer,
    owe,
    pay,
    person_of,
    written,
)


@pytest.fixture
def dealer(session: Session) -> Account:
    return make_dealer(session, locale="en")


@pytest.fixture
def invoice(session: Session, dealer: Account) -> Invoice:
    return owe(session, dealer, due=days_ago(-30), po_numbers=["PO-7"])


def store_paper(session: Session, invoice: Invoice, content: bytes) -> None:
    file = added(
        session,
        StoredFile(
            sha256=sha256(content).hexdigest(),
            media_type="application/pdf",
            size=len(content),
            content=content,
        ),
    )
    added(
        session,
        InvoiceFile(invoice_id=invoice.id, kind=FileKind.PDF, stored_file_id=file.id, made_at=NOW),
    )


def test_everyone_who_gets_invoices_is_written_to_once(session, dealer, invoice):
    finance = make.make_user(session, dealer, role=AccountRole.FINANCE)
    make.make_user(session, dealer, role=AccountRole.VIEWER)

    invoice_mail(context(session), invoice.id)
    invoice_mail(context(session), invoice.id)

    person = person_of(session, dealer)
    assert jobs(session, "invoice_letter") == [
        {"invoice_id": invoice.id, "user_id": person.id},
        {"invoice_id": invoice.id, "user_id": finance.id},
    ]


def test_who_wants_no_mail_about_invoices_gets_none(session, dealer, invoice):
    finance = make.make_user(session, dealer, role=AccountRole.FINANCE)
    person = person_of(session, dealer)
    choose_mail(session, person.id, {MailTopic.INVOICES}, set())

    invoice_mail(context(session), invoice.id)

    assert jobs(session, "invoice_letter") == [{"invoice_id": invoice.id, "user_id": finance.id}]
    # What was asked for before the choice is not sent any more.
    assert invoice_letter(context(session), invoice.id, person.id) is None
    assert invoice_letter(context(session), invoice.id, finance.id) is not None


def test_an_unknown_invoice_is_an_error(session):
    with pytest.raises(NotFound):
        invoice_mail(context(session), 99)


def test_an_invoice_says_what_to_pay_until_when_and_where(session, dealer, invoice):
    person = person_of(session, dealer)

    mail = written(invoice_letter(context(session), invoice.id, person.id))

    assert mail.subject == f"Invoice {invoice.number}: ₩110,000, due Dec 23, 2026"
    assert (mail.to, mail.message_id) == (
        person.email,
        f"invoice-{invoice.number}-{person.id}@portal.example",
    )
    assert "Without tax: ₩100,000\nVAT 10%: ₩10,000\nTotal: ₩110,000" in mail.text
    assert "Your order number: PO-7" in mail.text
    assert "Please pay ₩110,000 by Dec 23, 2026." in mail.text
    assert f"https://portal.example:8443/invoices/{invoice.number}\n" in mail.text
    assert f'href="https://portal.example:8443/payments/new?invoice={invoice.number}"' in mail.html
    assert mail.attachments == ()


@pytest.mark.parametrize(
    ("locale", "tax"),
    [("ko", "부가세 10%: ₩10,000"), ("ja", "10%：₩10,000"), ("fr-CA", "10 %\u00a0: 10 000 KRW")],
)
def test_a_tax_and_its_amount_stand_apart_as_the_language_has_it(session, dealer, locale, tax):
    note = owe(session, dealer, due=days_ago(-30), locale=locale)

    mail = written(invoice_letter(context(session), note.id, person_of(session, dealer).id))

    assert " ".join(tax.split()) in " ".join(mail.text.split())


def test_a_discount_for_paying_early_is_named(session, dealer):
    early = owe(session, dealer, due=days_ago(-30), discount=2_200, discount_until=TODAY + timedelta(days=10))
    mail = written(invoice_letter(context(session), early.id, person_of(session, dealer).id))
    assert "Pay all of it by Dec 3, 2026 and take ₩2,200 off." in mail.text


def test_what_is_paid_already_asks_for_nothing(session, dealer, invoice):
    pay(session, dealer, [(invoice, 110_000)])
    session.expire_all()
    mail = written(invoice_letter(context(session), invoice.id, person_of(session, dealer).id))
    assert mail.subject == f"Invoice {invoice.number}: ₩110,000, paid"
    assert "It is paid already: there is nothing to do." in mail.text
    assert "payments/new" not in mail.text + mail.html


def test_a_credit_note_says_what_is_given_back(session, dealer, invoice):
    note = owe(
        session,
        dealer,
        due=TODAY,
        amount=22_000,
        kind=InvoiceKind.CREDIT_NOTE,
        credits=invoice,
        return_number="2026-000001-R1",
        note="Wet <boxes>",
    )
    mail = written(invoice_letter(context(session), note.id, person_of(session, dealer).id))
    assert mail.subject == f"Credit note {note.number}: ₩22,000"
    assert f"we give back ₩22,000 of invoice {invoice.number}." in mail.text
    assert "It settles your return 2026-000001-R1." in mail.text
    assert "₩22,000 of it is yours to use" in mail.text
    assert "Wet &lt;boxes&gt;" in mail.html


def test_an_interest_note_names_what_was_late(session, dealer):
    note = owe(session, dealer, due=days_ago(-30), amount=4_400, kind=InvoiceKind.INTEREST)
    mail = written(invoice_letter(context(session), note.id, person_of(session, dealer).id))
    assert mail.subject == f"Interest note {note.number}: ₩4,400"
    assert "- Beans <dark>: ₩4,000" in mail.text
    assert "Beans &lt;dark&gt;" in mail.html


@pytest.mark.parametrize("kind", list(InvoiceKind))
@pytest.mark.parametrize("locale", ["ko", "ja", "fr-CA"])
def test_each_is_in_the_language_of_the_document(session, dealer, invoice, kind, locale):
    credits = invoice if kind is InvoiceKind.CREDIT_NOTE else None
    note = owe(session, dealer, due=days_ago(-30), kind=kind, credits=credits, locale=locale)
    person = person_of(session, dealer).id
    english = owe(session, dealer, due=days_ago(-30), kind=kind, credits=credits, locale="en")
    mail = written(invoice_letter(context(session), note.id, person))
    assert mail.subject.replace(note.number, english.number) != (
        written(invoice_letter(context(session), english.id, person)).subject
    )
    assert note.number in mail.subject


def test_the_paper_comes_along_where_the_account_asked_for_it(session, dealer, invoice):
    added(session, BillingProfile(account_id=dealer.id, email="billing@example.com", attach_pdf=True))

    with pytest.raises(PaperNotReady):
        invoice_letter(context(session), invoice.id, None)

    store_paper(session, invoice, b"%PDF-1.7 paper")
    mail = written(invoice_letter(context(session), invoice.id, None))

    assert mail.to == "billing@example.com"
    (paper,) = mail.attachments
    assert (paper.name, paper.media_type, paper.content) == (
        f"{invoice.number}.pdf",
        "application/pdf",
        b"%PDF-1.7 paper",
    )


def test_an_attachment_goes_through_the_mail_server(session, dealer, invoice, monkeypatch):
    added(session, BillingProfile(account_id=dealer.id, email="billing@example.com", attach_pdf=True))
    store_paper(session, invoice, b"%PDF-1.7 paper")
    mail = written(invoice_letter(context(session), invoice.id, None))
    sent: list[EmailMessage] = []

    class Server:
        def __init__(self, *_: object, **__: object) -> None: ...

        def __enter__(self) -> Server:
            return self

        def __exit__(self, *_: object) -> None: ...

        def has_extn(self, _: str) -> bool:
            return False

        def send_message(self, message: EmailMessage) -> None:
            sent.append(message)

    monkeypatch.setattr("portal.adapters.mail.smtplib.SMTP", Server)
    SmtpMailer.from_url("smtp://mail.example", sender="portal@example.com", brand_name="Bean").send(mail)

    (attached,) = sent[0].iter_attachments()
    assert attached.get_filename() == f"{invoice.number}.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == b"%PDF-1.7 paper"


def test_who_left_or_was_never_meant_is_not_written_to(session, dealer, invoice):
    person = person_of(session, dealer)
    assert invoice_letter(context(session), invoice.id, None) is None
    session.execute(update(User).where(User.id == person.id).values(active=False))
    assert invoice_letter(context(session), invoice.id, person.id) is None
