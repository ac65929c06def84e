"""GET /desk/invoices, one document with its paper, what is credited and written off of it, and its tax report."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.rules import StaffDeed
from portal.blueprints.access import staff_required
from portal.blueprints.desk.money_common import actor, dealer_of
from portal.blueprints.desk.money_forms import CreditForm, amount_in, reason_of, submit_key_of
from portal.blueprints.desk.money_pages import invoice_helpers, journal_word
from portal.blueprints.desk.money_words import credit_reason_word, lacks_words, problem_of
from portal.blueprints.desk.pages import Chip, allowed, own_accounts_of
from portal.blueprints.htmx import leave
from portal.blueprints.typed import one_line, search_words
from portal.core.clock import local_date
from portal.core.errors import NotFound, Refused
from portal.core.ids import submit_key
from portal.extensions import now, release_session, runtime, session, today
from portal.i18n import gettext as _
from portal.invoices import books
from portal.invoices.credit_notes import creditable, lines_for_amount, write_credit_note
from portal.invoices.crediting import CreditLine
from portal.invoices.desk_documents import invoice_id_of, search_invoices
from portal.invoices.document import InvoiceDocument, document_of
from portal.invoices.invoice_list import InvoiceFilter
from portal.invoices.models import CreditReasonKind, FileKind, Invoice, InvoiceKind
from portal.invoices.papers import file_of, sheet_of
from portal.invoices.queries import credit_notes_of, settlements_of
from portal.invoices.tax_report_files import ReportForm, export_file
from portal.invoices.tax_reports import note_approval, reports_of_invoice, reports_of_month
from portal.invoices.terms import release_if_paid

blueprint = Blueprint("desk_invoices", __name__, url_prefix="/desk")

MAX_PAGE: Final = 1_000
_PAGE: Final = re.compile(r"[0-9]{1,4}", re.ASCII)
_MONTH: Final = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])", re.ASCII)


@blueprint.get("/invoices")
@staff_required(StaffDeed.SEE_MONEY)
def index() -> Response:
    """Documents of all accounts, or of a rep's own, found as people look for them."""
    asked, page_text = request.args.get("status", "all"), request.args.get("page", "")
    shown = InvoiceFilter(asked) if asked in set(InvoiceFilter) else InvoiceFilter.ALL
    page = min(max(int(page_text), 1), MAX_PAGE) if _PAGE.fullmatch(page_text) else 1
    q = search_words(request.args.get("q", ""), 100)
    found = search_invoices(
        session(), q=q, shown=shown, today=today(), page=page, sales_rep_id=own_accounts_of()
    )
    labels = {
        InvoiceFilter.ALL: _("All"),
        InvoiceFilter.OPEN: _("Open"),
        InvoiceFilter.DUE: _("Due soon"),
        InvoiceFilter.OVERDUE: _("Overdue"),
        InvoiceFilter.PAID: _("Paid"),
        InvoiceFilter.CREDIT: _("Credit notes"),
    }

    def url(**changes: Any) -> str:
        return url_for("desk_invoices.index", **{"status": shown.value, "q": q or None, **changes})

    return make_response(
        render_template(
            "desk/money_invoices.html",
            rows=found.rows,
            q=q,
            shown=shown,
            chips=[
                Chip(label, url(status=each.value, page=None), each is shown)
                for each, label in labels.items()
            ],
            previous_url=url(page=page - 1) if page > 1 else None,
            next_url=url(page=page + 1) if found.has_more else None,
            **invoice_helpers(today()),
        )
    )


@blueprint.get("/invoices/<number>")
@staff_required(StaffDeed.SEE_MONEY)
def show(number: str) -> Response:
    """One document, with what settled it and what can be done."""
    return _page(number)


@blueprint.get("/invoices/<number>.pdf")
@staff_required(StaffDeed.SEE_MONEY)
def pdf(number: str) -> Response:
    """The paper as it was filed; drawn in memory while it is not filed yet."""
    document, _code = _document(number)
    content = file_of(session(), document.id, FileKind.PDF)
    if content is None:
        release_session()
        content = runtime().press.pdf(sheet_of(document, base_url=runtime().settings.base_url))
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers.set("Content-Disposition", "inline", filename=f"{document.number}.pdf")
    return response


@blueprint.post("/invoices/<number>/credit-notes")
@staff_required(StaffDeed.MANAGE_MONEY)
def credit(number: str) -> Response:
    """Give back units of lines, or an amount; the same form gives back once."""
    document, _code = _document(number)
    form = CreditForm.read(request.form, document.currency)
    if form.reason not in set(CreditReasonKind):
        return _page(number, _("Choose what the credit note is for."), 422)
    if form.units is None:
        return _page(number, _("Units are whole numbers, such as 12."), 422)
    if form.amount_text and (form.amount is None or form.units):
        return _page(number, _("Enter units of lines or an amount, not both."), 422)
    if not form.submit_key:
        return _stale(number)
    reason, units = CreditReasonKind(form.reason), form.units

    def deed() -> None:
        # The lines are looked at under the account's lock, so that two forms cannot give back the same.
        books.open_books(session(), document.account_id)
        lines = (
            lines_for_amount(session(), document.id, form.amount)
            if form.amount is not None
            else [CreditLine(line, quantity=count) for line, count in units.items()]
        )
        write_credit_note(
            session(),
            document.id,
            lines,
            reason=reason,
            note=form.note,
            key=f"desk:{form.submit_key}",
            actor_id=actor(),
            now=now(),
            total=form.amount,
        )

    return _done(document, _("The credit note is written."), deed)


@blueprint.post("/invoices/<number>/write-offs")
@staff_required(StaffDeed.MANAGE_MONEY)
def write_off(number: str) -> Response:
    """Give up what will not be paid. There must be a reason."""
    document, _code = _document(number)
    amount, reason = amount_in(request.form, "amount", document.currency), reason_of(request.form)
    key = submit_key_of(request.form)
    if amount is None:
        return _page(number, _("Enter an amount above zero."), 422)
    if not reason:
        return _page(number, _("Say why it is written off."), 422)
    if not key:
        return _stale(number)
    return _done(
        document,
        _("It is written off."),
        lambda: books.write_off(
            session(),
            books.open_books(session(), document.account_id),
            document.id,
            amount,
            key=f"write_off:{document.id}:{key}",
            note=reason,
            actor_id=actor(),
            now=now(),
        ),
    )


@blueprint.post("/invoices/<number>/approval")
@staff_required(StaffDeed.MANAGE_MONEY)
def approve(number: str) -> Response:
    """Note the approval number the tax office gave, where it was filed by hand."""
    document, _code = _document(number)
    typed = one_line(request.form.get("approval_number"))[:40]
    return _done(
        document,
        _("The approval number is noted."),
        lambda: note_approval(session(), document.id, typed, now=now()),
    )


@blueprint.get("/tax-reports")
@staff_required(StaffDeed.SEE_MONEY)
def tax_reports() -> Response:
    """The Korean tax invoices of a month, with where each stands; nothing is sent by the portal."""
    _only_for_all()
    month = _month()
    reports = reports_of_month(session(), month)
    earlier = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
    later = date(month.year + (month.month == 12), month.month % 12 + 1, 1)
    return make_response(
        render_template(
            "desk/money_tax_reports.html",
            reports=reports,
            left_out=sum(not each.fits_form and not each.approval_number for each in reports),
            lacks_words=lacks_words,
            month=month,
            previous_url=url_for("desk_invoices.tax_reports", month=f"{earlier:%Y-%m}"),
            next_url=url_for("desk_invoices.tax_reports", month=f"{later:%Y-%m}"),
            forms=list(ReportForm),
        )
    )


@blueprint.get("/tax-reports/<form>")
@staff_required(StaffDeed.SEE_MONEY)
def tax_report_file(form: str) -> Response:
    """The month's data as a file."""
    _only_for_all()
    if form not in set(ReportForm):
        raise NotFound("form", form)
    made = export_file(session(), _month(), ReportForm(form))
    response = make_response(made.content)
    response.headers["Content-Type"] = made.media_type
    response.headers.set("Content-Disposition", "attachment", filename=made.name)
    return response


def _only_for_all() -> None:
    """A tax report is of all accounts: a rep, who sees some, does not find it."""
    if own_accounts_of() is not None:
        raise NotFound("tax report")


def _month() -> date:
    text = request.args.get("month", "")
    return date.fromisoformat(f"{text}-01") if _MONTH.fullmatch(text) else today().replace(day=1)


def _document(number: str) -> tuple[InvoiceDocument, str]:
    invoice_id, code = invoice_id_of(session(), number, sales_rep_id=own_accounts_of())
    return document_of(session(), Invoice.id == invoice_id), code


def _done(document: InvoiceDocument, done: str, deed: Callable[[], object]) -> Response:
    try:
        deed()
    except NotFound:
        release_session()
        return _page(document.number, _("There is nothing of this kind to note here."), 422)
    except Refused as refused:
        release_session()
        return _page(document.number, problem_of(refused, document.currency), refused.status)
    release_if_paid(session(), document.account_id, now())
    flash(done, "success")
    return leave(url_for("desk_invoices.show", number=document.number))


def _stale(number: str) -> Response:
    return _page(number, _("This page is out of date. Look again and send it anew."), 422)


def _page(number: str, problem: str | None = None, status: int = 200) -> Response:
    document, code = _document(number)
    dealer = dealer_of(code)
    charged = {line.id: line for line in creditable(session(), document.id)[0]}
    values = {
        "document": document,
        "dealer": dealer,
        "problem": problem,
        "settlements": settlements_of(session(), document.id),
        "credit_notes": credit_notes_of(session(), document.id),
        "charged": charged,
        "reports": reports_of_invoice(session(), document.id),
        "reasons": [(each.value, credit_reason_word(each)) for each in CreditReasonKind],
        "may_manage": allowed(StaffDeed.MANAGE_MONEY),
        "is_claim": document.kind is InvoiceKind.INVOICE,
        "submit_key": submit_key(),
        "journal_word": journal_word,
        **invoice_helpers(local_date(now(), dealer.timezone)),
    }
    return make_response(render_template("desk/money_invoice.html", **values), status)
