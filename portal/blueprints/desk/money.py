"""GET /desk/money and /desk/accounts/<code>/money; POST what is booked and decided about an account's money."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts import billing
from portal.accounts.rules import StaffDeed
from portal.blueprints.access import staff_required
from portal.blueprints.desk import money_pages
from portal.blueprints.desk.money_common import actor, dealer_of
from portal.blueprints.desk.money_forms import (
    AllocationForm,
    LimitForm,
    ReceiptForm,
    TermsForm,
    billing_of_form,
    reason_of,
)
from portal.blueprints.desk.money_words import problem_of
from portal.blueprints.desk.pages import own_accounts_of
from portal.blueprints.htmx import leave
from portal.core.errors import NotFound, Refused
from portal.extensions import now, release_session, session, today
from portal.i18n import gettext as _
from portal.invoices import books
from portal.invoices.desk_documents import invoice_id_of
from portal.invoices.desk_queries import AccountMoney
from portal.invoices.terms import release_if_paid
from portal.jobs import queue
from portal.jobs.models import Job
from portal.ledger.models import JournalKind
from portal.ledger.queries import journal_of
from portal.payments.actions import receive_transfer
from portal.payments.desk_queries import MONEY_JOBS

blueprint = Blueprint("desk_money", __name__, url_prefix="/desk")

TAKEN_BACK_HERE = frozenset({JournalKind.ALLOCATION, JournalKind.DISCOUNT, JournalKind.WRITE_OFF})
"""What is reversed as it is. Documents, payments and refunds have ways of their own to be put right."""


@blueprint.get("/money")
@staff_required(StaffDeed.SEE_MONEY)
def index() -> Response:
    """How the money stands today: what is owed, what waits for a person, whether the books add up."""
    return make_response(render_template("desk/money.html", **money_pages.overview_values()))


@blueprint.post("/money/jobs/<int:job_id>/again")
@staff_required(StaffDeed.MANAGE_MONEY)
def try_again(job_id: int) -> Response:
    """Let work about money that has failed for good start anew; what was done already is not done twice."""
    condition = (Job.id == job_id) & Job.name.in_(MONEY_JOBS)
    if own_accounts_of() is not None or not queue.try_again(session(), condition, now=now()):
        flash(_("Nothing was done: somebody has changed this since you looked. Look again."), "error")
    else:
        flash(_("The work is done again at once."), "success")
    return leave(url_for("desk_money.index"))


@blueprint.get("/accounts/<code>/money")
@staff_required(StaffDeed.SEE_MONEY)
def account(code: str) -> Response:
    """One account: what it owes and has, its documents and payments, and what can be done."""
    return _page(dealer_of(code))


@blueprint.post("/accounts/<code>/receipts")
@staff_required(StaffDeed.MANAGE_MONEY)
def receive(code: str) -> Response:
    """Record money that came by hand or stands in no file; the same form records it once."""
    dealer = dealer_of(code)
    form = ReceiptForm.read(request.form, dealer.currency)
    if form.amount is None or form.booked_on is None or not form.method:
        return _page(dealer, _("Enter an amount above zero, the day, and how it came."), 422)
    if form.booked_on > today():
        return _page(dealer, _("Money that has not come yet cannot be recorded."), 422)
    if not form.submit_key:
        return _stale(dealer)
    amount, day = form.amount, form.booked_on
    return _done(
        dealer,
        _("The payment is recorded."),
        lambda: receive_transfer(
            session(),
            dealer.id,
            amount,
            booked_on=day,
            text=form.text,
            submit_key=f"desk:{form.submit_key}",
            now=now(),
            actor_id=actor(),
            invoice_numbers=None if form.settles_oldest else [],
            method=form.method,
        ),
    )


@blueprint.post("/accounts/<code>/allocations")
@staff_required(StaffDeed.MANAGE_MONEY)
def allocate(code: str) -> Response:
    """Settle an invoice from money of the account that is not used yet."""
    dealer = dealer_of(code)
    form = AllocationForm.read(request.form, dealer.currency)
    if form.source is None or form.amount is None or not form.invoice_number:
        return _page(dealer, _("Choose what is used, for which invoice, and an amount above zero."), 422)
    if not form.submit_key:
        return _stale(dealer)
    source, amount = form.source, form.amount

    def deed() -> None:
        opened = books.open_books(session(), dealer.id)
        invoice_id, _code = invoice_id_of(session(), form.invoice_number)
        books.allocate(
            session(),
            opened,
            [books.Use(source, invoice_id, amount)],
            key=f"desk:{dealer.id}:{form.submit_key}",
            reference=form.invoice_number,
            now=now(),
            actor_id=actor(),
        )

    return _done(dealer, _("The invoice is settled by as much."), deed)


@blueprint.post("/accounts/<code>/journals/<int:journal_id>/reversal")
@staff_required(StaffDeed.MANAGE_MONEY)
def reverse(code: str, journal_id: int) -> Response:
    """Take back a settlement, a discount or a write-off; both stay in the books."""
    dealer, reason = dealer_of(code), reason_of(request.form)
    journal = journal_of(session(), journal_id)
    if journal.account_id != dealer.id or journal.kind not in TAKEN_BACK_HERE:
        raise NotFound("journal", journal_id)
    if not reason:
        return _page(dealer, _("Say why it is taken back."), 422)

    def deed() -> None:
        opened = books.open_books(session(), dealer.id)
        books.take_back(session(), opened, journal_id, note=reason, actor_id=actor(), now=now())

    return _done(dealer, _("It is taken back. Both stay in the books."), deed)


@blueprint.post("/accounts/<code>/limit")
@staff_required(StaffDeed.MANAGE_MONEY)
def limit(code: str) -> Response:
    """Give the account another credit limit, for good or for a while."""
    dealer = dealer_of(code)
    form = LimitForm.read(request.form, dealer.currency)
    if form.is_wrong:
        return _page(dealer, _("A limit is an amount, or empty for no credit."), 422)
    if form.is_until_wrong:
        return _page(dealer, _("The last day is not in the calendar."), 422)
    if not form.reason:
        return _page(dealer, _("Say why the limit changes."), 422)
    return _done(
        dealer,
        _("The credit limit is changed."),
        lambda: billing.change_limit(
            session(),
            dealer.id,
            form.limit,
            shown=form.shown,
            reason=form.reason,
            actor_id=actor(),
            now=now(),
            until=form.until,
        ),
    )


@blueprint.post("/accounts/<code>/terms")
@staff_required(StaffDeed.MANAGE_MONEY)
def terms(code: str) -> Response:
    """Have the account pay by other terms, and get its invoices in another rhythm."""
    dealer, form = dealer_of(code), TermsForm.read(request.form)
    if form.rhythm is None:
        return _page(dealer, _("Choose terms and a rhythm."), 422)
    rhythm = form.rhythm
    return _done(
        dealer,
        _("The terms are changed. They hold from the next invoice on."),
        lambda: billing.change_terms(
            session(), dealer.id, form.terms_id, rhythm, shown=form.shown, actor_id=actor(), now=now()
        ),
    )


@blueprint.post("/accounts/<code>/billing")
@staff_required(StaffDeed.MANAGE_MONEY)
def save_billing(code: str) -> Response:
    """Keep whom the account's invoices name, and where they are mailed to."""
    dealer, profile = dealer_of(code), billing_of_form(request.form)
    if profile.email and "@" not in profile.email[1:-1]:
        return _page(dealer, _("The mail address is not complete."), 422)
    return _done(
        dealer,
        _("The next invoice will name this."),
        lambda: billing.save_billing(session(), dealer.id, profile, actor_id=actor(), now=now()),
    )


def _done(dealer: AccountMoney, done: str, deed: Callable[[], object]) -> Response:
    """Do it and show the account again; what is refused shows how it stands now."""
    try:
        deed()
    except NotFound:
        release_session()
        return _page(dealer_of(dealer.code), _("What you chose is not this account's. Look again."), 422)
    except Refused as refused:
        release_session()
        return _page(dealer_of(dealer.code), problem_of(refused, dealer.currency), refused.status)
    release_if_paid(session(), dealer.id, now())
    flash(done, "success")
    return leave(url_for("desk_money.account", code=dealer.code))


def _stale(dealer: AccountMoney) -> Response:
    return _page(dealer, _("This page is out of date. Look again and send it anew."), 422)


def _page(dealer: AccountMoney, problem: str | None = None, status: int = 200) -> Response:
    values = money_pages.account_values(dealer, problem)
    return make_response(render_template("desk/money_account.html", **values), status)
