"""GET /payments, /payments/new, /payments/<reference>; what is done with a payment."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.htmx import leave, render, wants_part
from portal.blueprints.payments import asking, pages, words
from portal.blueprints.payments.forms import PayForm, chosen, typed_amounts
from portal.blueprints.payments.params import HistoryParams, NewParams
from portal.blueprints.placing_words import Notice
from portal.core.amounts import amount_of
from portal.core.errors import Refused
from portal.extensions import buyer, now, own_transaction, release_session, runtime, session, viewer
from portal.i18n import gettext as _
from portal.payments import actions
from portal.payments.models import PaymentState
from portal.payments.queries import PaymentView, payment_of
from portal.payments.rules import OPEN
from portal.responses import allow_sources

blueprint = Blueprint("payments", __name__)


@blueprint.get("/payments")
@account_required(Deed.SEE_INVOICES)
def index() -> Response:
    """What the account has paid, the latest first."""
    values = pages.history_values(HistoryParams.from_args(request.args))
    return make_response(render_template("payments/index.html", **values))


@blueprint.get("/payments/new")
@account_required(Deed.PAY)
def new() -> Response:
    """What to pay and how: everything is filled in."""
    params = NewParams.from_args(request.args)
    if not params.amounts and not params.order:
        return make_response(redirect(url_for("invoices.index"), 302))
    return make_response(render_template("payments/new.html", **pages.new_values(params)))


@blueprint.post("/payments/new")
@account_required(Deed.PAY)
def create() -> Response:
    """Ask for the payment and open it at its provider. The same form sent twice pays once."""
    form = PayForm()
    typed = typed_amounts(request.form.getlist("invoice"), request.form.getlist("amount"))
    params = NewParams(typed, form.order.data or "")
    if not form.validate():
        notice = Notice(_("Nothing was charged"), " ".join(form.submit_key.errors))
        return _asked_again(params, notice, form)
    account = buyer()
    amounts: dict[str, int] = {}
    for number, text in typed.items():
        if not text:
            continue
        amount = amount_of(text, account.currency)
        if amount is None or amount < 0:
            notice = Notice(
                _("This amount cannot be read"),
                _("Write the amount of invoice %(number)s as a plain number.", number=number),
            )
            return _asked_again(params, notice, form, wrong=number)
        amounts[number] = amount
    way = chosen(request.form.get("way"), pages.ways_of(account.currency))
    looking = viewer()
    user_id = looking.user.id if looking else 0
    release_session()
    try:
        with own_transaction() as own:
            if params.order:
                asked = actions.pay_order(
                    own, account.account_id, params.order,
                    way=way,
                    credit_first=request.form.get("credit_first") == "1",
                    user_id=user_id,
                    submit_key=form.submit_key.data or "",
                    transfer_days=runtime().settings.transfer_days,
                    now=now(),
                )  # fmt: skip
            else:
                asked = actions.pay_invoices(
                    own, account.account_id, amounts,
                    way=way,
                    credit_first=request.form.get("credit_first") == "1",
                    user_id=user_id,
                    submit_key=form.submit_key.data or "",
                    now=now(),
                )  # fmt: skip
    except Refused as refused:
        notice = words.refused_words(refused, account.currency)
        return _asked_again(
            params, notice, form, wrong=str(refused.facts.get("number", "")), status=refused.status
        )
    if asked.payment_id is None:
        flash(_("Settled with your credit. Nothing is left to pay."), "success")
        if params.order:
            return leave(url_for("orders.show", number=params.order))
        return leave(url_for("invoices.index"))
    payment = payment_of(session(), account.account_id, asked.reference)
    if payment.state is PaymentState.CREATED:
        _start(payment)
    return leave(url_for("payments.show", reference=asked.reference))


@blueprint.get("/payments/<reference>")
@account_required(Deed.SEE_INVOICES)
def show(reference: str) -> Response:
    """One payment: what is to be done, or what became of it. While it is under way the page asks for news."""
    payment = _payment(reference)
    if wants_part() and request.args.get("state") == payment.state.value:
        return make_response("", 204)
    provider = runtime().providers.get(payment.provider)
    if provider is not None and payment.state in OPEN:
        allow_sources(provider.script_sources())
    return render("payments/payment.html", "payments/_payment.html", **pages.payment_values(payment))


@blueprint.post("/payments/<reference>/start")
@account_required(Deed.PAY)
def start(reference: str) -> Response:
    """Open a payment whose provider could not be reached before."""
    payment = _payment(reference)
    if payment.state is PaymentState.CREATED:
        _start(payment)
    return leave(url_for("payments.show", reference=reference))


@blueprint.post("/payments/<reference>/confirm")
@account_required(Deed.PAY)
def confirm(reference: str) -> Response:
    """Finish a payment from our own page; what the form says is for the provider to judge."""
    return _finish(_payment(reference), dict(request.form.items()))


@blueprint.get("/payments/<reference>/return")
@account_required(Deed.PAY)
def come_back(reference: str) -> Response:
    """Where a provider's page leads back to; what the address says is never believed."""
    payment = _payment(reference)
    # The test card believes what is chosen on our own form; another site could make a browser open this address.
    return _finish(
        payment, {} if payment.is_test and payment.provider == "test_card" else dict(request.args.items())
    )


@blueprint.post("/payments/<reference>/cancellation")
@account_required(Deed.PAY)
def cancel(reference: str) -> Response:
    """Give up a payment nobody has made yet."""
    state = asking.give_up(_payment(reference))
    if state is None:
        flash(_("We cannot reach the payment service right now. Nothing was changed."), "error")
    elif state is PaymentState.CANCELLED:
        flash(_("The payment is cancelled. Nothing was charged."), "success")
    return leave(url_for("payments.show", reference=reference))


def _payment(reference: str) -> PaymentView:
    payment = payment_of(session(), buyer().account_id, reference)
    if payment.state in OPEN and payment.provider not in runtime().providers and request.method != "GET":
        # The way it was to be paid is no longer offered here.
        abort(404)
    return payment


def _start(payment: PaymentView) -> None:
    if not asking.start(payment.id, payment.provider):
        flash(_("We cannot reach the payment service right now. Nothing was charged; try again."), "error")


def _finish(payment: PaymentView, claims: dict[str, str]) -> Response:
    if payment.provider not in runtime().providers:
        abort(404)
    if not asking.confirm(payment, claims):
        flash(
            _("The payment service does not answer right now. We keep asking; you need not pay again."),
            "warning",
        )
    return leave(url_for("payments.show", reference=payment.reference))


def _asked_again(
    params: NewParams, notice: Notice, form: PayForm, *, wrong: str = "", status: int = 422
) -> Response:
    release_session()
    values = pages.new_values(
        params,
        notice=notice,
        key=form.submit_key.data or "",
        wrong=wrong,
        way=request.form.get("way", ""),
        credit=request.form.get("credit_first") == "1",
    )
    return make_response(render_template("payments/new.html", **values), status)
