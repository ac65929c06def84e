"""Mail about an account's money: documents that were issued, reminders, holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from portal.accounts.models import Account, BillingProfile, User
from portal.adapters.mail import Mail
from portal.adapters.paper import Attachment
from portal.catalog.models import StoredFile
from portal.core.errors import NotFound
from portal.core.locales import LOCALES
from portal.invoices.document import InvoiceDocument, document_of
from portal.invoices.models import FileKind, Invoice, InvoiceFile, InvoiceKind
from portal.invoices.overdue import Overdue, overdue_accounts
from portal.invoices.recipients import Recipient, recipient_of, recipients_of
from portal.jobs import queue
from portal.jobs.context import JobContext
from portal.ledger.queries import balance_of
from portal.orders.models import MailTopic

_TEMPLATES: Final = {
    InvoiceKind.INVOICE: "invoice_issued",
    InvoiceKind.CREDIT_NOTE: "invoice_credited",
    InvoiceKind.INTEREST: "invoice_interest",
}


class PaperNotReady(Exception):
    """The paper that a mail is to carry is not made yet: the mail is tried again."""


def invoice_mail(context: JobContext, invoice_id: int) -> None:
    """Have everyone written to who gets the documents of the invoice's account; each mail is a job of its own."""
    session = context.session
    account_id = session.scalar(select(Invoice.account_id).where(Invoice.id == invoice_id))
    if account_id is None:
        raise NotFound("invoice", invoice_id)
    for recipient in recipients_of(session, account_id, MailTopic.INVOICES):
        queue.enqueue(
            session,
            "invoice_letter",
            {"invoice_id": invoice_id, "user_id": recipient.user_id},
            now=context.now,
            unique_key=f"invoice_letter:{invoice_id}:{recipient.user_id or ''}",
        )


def invoice_letter(context: JobContext, invoice_id: int, user_id: int | None) -> Mail | None:
    """A document that was issued, with its paper where the account asked for that; in the document's language.

    None for who is no longer written to. Raises NotFound, and PaperNotReady as long as the paper is not there.
    """
    document = document_of(context.session, Invoice.id == invoice_id)
    recipient = recipient_of(context.session, document.account_id, user_id, MailTopic.INVOICES)
    if recipient is None:
        return None
    return _mail(
        context,
        recipient,
        _TEMPLATES[document.kind],
        document.locale,
        reference=f"invoice-{document.number}-{user_id or 'billing'}",
        attachments=_papers(context, document),
        document=document,
        link=f"{context.base_url}/invoices/{document.number}",
        pay_link=f"{context.base_url}/payments/new?invoice={document.number}",
    )


def reminder_mail(
    context: JobContext, account_id: int, user_id: int | None, level: int, day: str
) -> Mail | None:
    """All that is overdue of an account, in its language; the higher the level (from 1), the firmer.

    None if everything was paid meanwhile, and for who is no longer written to.
    """
    found = _overdue(context, account_id)
    recipient = recipient_of(context.session, account_id, user_id, MailTopic.INVOICES)
    if found is None or recipient is None:
        return None
    return _mail(
        context,
        recipient,
        "reminder",
        _account(context, account_id).locale,
        reference=f"reminder-{account_id}-{day}-{user_id or 'billing'}",
        overdue=found,
        level=level,
        currency=found.invoices[0].currency,
        credit=balance_of(context.session, account_id).credit,
        pay_link=_pay_link(context, found),
    )


def held_mail(context: JobContext, account_id: int, user_id: int | None, day: str) -> Mail | None:
    """The account was put on hold for what is overdue; None if nothing is any more."""
    found = _overdue(context, account_id)
    recipient = recipient_of(context.session, account_id, user_id)
    if found is None or recipient is None:
        return None
    return _mail(
        context,
        recipient,
        "reminder_held",
        _account(context, account_id).locale,
        reference=f"held-{account_id}-{day}-{user_id or 'billing'}",
        overdue=found,
        currency=found.invoices[0].currency,
        pay_link=_pay_link(context, found),
    )


def held_seller_mail(context: JobContext, account_id: int, staff_id: int, day: str) -> Mail | None:
    """An account the person looks after was put on hold; in the person's language. None if nothing is overdue now."""
    found = _overdue(context, account_id)
    person = context.session.execute(
        select(User.name, User.email, User.locale).where(User.id == staff_id, User.active.is_(True))
    ).one_or_none()
    if found is None or person is None:
        return None
    account = _account(context, account_id)
    return _mail(
        context,
        Recipient(person.name, person.email, staff_id),
        "reminder_held_seller",
        person.locale or LOCALES[0],
        reference=f"held-{account_id}-{day}-seller-{staff_id}",
        overdue=found,
        currency=found.invoices[0].currency,
        account=account.name,
        link=f"{context.base_url}/desk/accounts/{account.code}/money",
    )


def released_mail(context: JobContext, account_id: int, user_id: int | None, at: str) -> Mail | None:
    """The account was released by what it paid (moment ``at``, ISO); None for who is no longer written to."""
    recipient = recipient_of(context.session, account_id, user_id)
    if recipient is None:
        return None
    moment = datetime.fromisoformat(at)
    return _mail(
        context,
        recipient,
        "reminder_released",
        _account(context, account_id).locale,
        reference=f"released-{account_id}-{int(moment.timestamp())}-{user_id or 'billing'}",
        link=f"{context.base_url}/",
    )


def _mail(
    context: JobContext,
    recipient: Recipient,
    name: str,
    locale: str,
    *,
    reference: str,
    attachments: tuple[Attachment, ...] = (),
    **values: Any,
) -> Mail:
    subject, text, html = context.mail_renderer.render(
        name, locale, person=recipient.name, brand_name=context.brand_name, **values
    )
    return Mail(
        recipient.email,
        subject,
        text,
        html,
        context.message_id(reference),
        attachments=attachments,
    )


def _papers(context: JobContext, document: InvoiceDocument) -> tuple[Attachment, ...]:
    wanted = context.session.scalar(
        select(BillingProfile.attach_pdf).where(BillingProfile.account_id == document.account_id)
    )
    if not wanted:
        return ()
    paper = context.session.execute(
        select(StoredFile.content, StoredFile.media_type)
        .join(InvoiceFile, InvoiceFile.stored_file_id == StoredFile.id)
        .where(InvoiceFile.invoice_id == document.id, InvoiceFile.kind == FileKind.PDF)
    ).one_or_none()
    if paper is None:
        raise PaperNotReady(document.number)
    return (Attachment(f"{document.number}.pdf", paper.media_type, paper.content),)


def _overdue(context: JobContext, account_id: int) -> Overdue | None:
    return next(iter(overdue_accounts(context.session, context.now, account_ids=[account_id])), None)


def _account(context: JobContext, account_id: int) -> Any:
    row = context.session.execute(
        select(Account.code, Account.name, Account.locale).where(Account.id == account_id)
    ).one_or_none()
    if row is None:
        raise NotFound("account", account_id)
    return row


def _pay_link(context: JobContext, overdue: Overdue) -> str:
    numbers = "&".join(f"invoice={invoice.number}" for invoice in overdue.invoices)
    return f"{context.base_url}/payments/new?{numbers}"
