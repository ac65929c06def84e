"""What the payments' templates get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from flask import url_for

from portal.accounts.rules import Deed, may
from portal.blueprints.payments import words
from portal.blueprints.payments.params import HistoryParams, NewParams
from portal.blueprints.placing_words import Notice
from portal.core import formats
from portal.core.amounts import amount_of
from portal.core.ids import submit_key
from portal.extensions import buyer, runtime, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.queries import order_of
from portal.payments.actions import BANK_TRANSFER, Way
from portal.payments.models import PaymentState
from portal.payments.payable import Payable, credit_for_orders, credits_of, payables
from portal.payments.queries import (
    PAGE,
    PaymentRow,
    PaymentView,
    bank_account_of,
    history,
    payments_under_way,
)
from portal.payments.rules import GIVEN_UP, OPEN

TRANSFER_FIELDS: Final = ("bank", "branch", "number", "holder", "iban", "bic", "routing", "reference")
"""What is shown of where to transfer to, in this order."""


@dataclass(frozen=True, slots=True)
class ShownWay:
    """A way to pay as the page offers it."""

    value: str
    word: str
    note: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class ShownInvoice:
    """An invoice with the amount to pay of it as it stands in its field."""

    invoice: Payable
    typed: str
    under_way: int
    """What payments under way will settle of it, minor units."""
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Copyable:
    """A fact that is copied into a bank's form."""

    label: str
    value: str


def ways_of(currency: str) -> list[Way]:
    """The ways in which the viewer's account can pay the currency, in the order in which they are offered."""
    found = []
    for code, provider in runtime().providers.items():
        if not provider.takes(currency):
            continue
        if code == BANK_TRANSFER and bank_account_of(session(), buyer().account_id, currency) is None:
            continue
        found += [Way(code, method, provider.is_test) for method in provider.methods]
    return found


def new_values(
    params: NewParams,
    *,
    notice: Notice | None = None,
    key: str = "",
    wrong: str = "",
    way: str = "",
    credit: bool = True,
) -> dict[str, Any]:
    """The values of the page that asks what to pay and how. Raises NotFound."""
    account = buyer()
    currency = account.currency
    ways = ways_of(currency)
    shown_ways = [
        ShownWay(
            f"{each.provider}:{each.method}",
            words.way_word(each.provider, each.method),
            words.way_note(each.provider, each.method),
            each.is_test,
        )
        for each in ways
    ]
    values: dict[str, Any] = {
        "currency": currency,
        "ways": shown_ways,
        "way": way or (shown_ways[0].value if shown_ways else ""),
        "notice": notice,
        "submit_key": key or submit_key(),
        "order": None,
        "wanted": 0,
        "invoices": [],
        "credit": 0,
        "credit_first": credit,
        "total": 0,
    }
    if params.order:
        order = order_of(session(), account.account_id, params.order)
        wanted = order.prepay - order.prepaid if order.waits_for_payment else 0
        usable = min(credit_for_orders(session(), account.account_id), wanted) if wanted else 0
        return values | {
            "order": order,
            "wanted": wanted,
            "credit": usable,
            "total": wanted - (usable if credit else 0),
        }
    found = payables(session(), account.account_id, list(params.amounts), today())
    under_way = payments_under_way(session(), account.account_id, [each.invoice_id for each in found])
    values["invoices"] = [
        ShownInvoice(
            each,
            params.amounts[each.number] or formats.typed_money(each.due, currency, locale=locale()),
            under_way.get(each.invoice_id, 0),
            each.number == wrong,
        )
        for each in found
        if each.open_amount
    ]
    values["settled"] = [each for each in found if not each.open_amount]
    values["credit"] = sum(each.amount for each in credits_of(session(), account.account_id))
    values["total"] = _total(values["invoices"], currency, values["credit"] if credit else 0)
    return values


def payment_values(payment: PaymentView) -> dict[str, Any]:
    """The values of one payment's page."""
    looking = viewer()
    is_open = payment.state in OPEN
    due = payment.instructions.get("due")
    provider = runtime().providers.get(payment.provider)
    return {
        "payment": payment,
        "is_open": is_open,
        "is_paid": payment.state is PaymentState.PAID,
        "is_given_up": payment.state in GIVEN_UP,
        "is_polled": payment.state
        in (PaymentState.PENDING, PaymentState.AUTHORIZED, PaymentState.WAITING_DEPOSIT),
        "may_pay": bool(looking and looking.account and may(looking.account.role, Deed.PAY)),
        "provider_is_there": provider is not None,
        "state_word": words.state_word(payment.state),
        "state_kind": words.state_kind(payment.state),
        "way_word": words.way_word(payment.provider, payment.method),
        "failure": words.failure_words(payment.failure) if payment.state is not PaymentState.REVIEW else "",
        "transfer": _copyables(payment) if is_open else [],
        "due": _day(due),
        "client": payment.instructions.get("client") or {},
        "redirect": payment.instructions.get("redirect") if is_open else None,
        "step": payment.instructions.get("step", "card"),
        "again_url": again_url(payment),
        "refund_word": words.refund_word,
    }


def history_values(params: HistoryParams) -> dict[str, Any]:
    """The values of the list of payments."""
    rows = history(session(), buyer().account_id, before=params.before, limit=PAGE + 1)
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return {
        "rows": rows[:PAGE],
        "next_url": url_for("payments.index", before=more) if more else None,
        "previous_url": url_for("payments.index") if params.before else None,
        "state_word": words.state_word,
        "state_kind": words.state_kind,
        "way_word": words.way_word,
        "what_for": _what_for,
    }


def again_url(payment: PaymentView) -> str:
    """Where what a payment was meant for can be paid anew, its amounts filled in."""
    if payment.order_number:
        return url_for("payments.new", order=payment.order_number)
    pairs = [
        pair
        for target in payment.targets
        for pair in (
            ("invoice", target.number),
            ("amount", formats.typed_money(target.amount, payment.currency, locale=locale())),
        )
    ]
    return f"{url_for('payments.new')}?{urlencode(pairs)}"


def _total(rows: Sequence[ShownInvoice], currency: str, credit: int) -> int | None:
    """What would be paid as the amounts stand in their fields, minor units; None where one of them cannot be read."""
    wanted = [_wanted(row, currency) for row in rows]
    known = [amount for amount in wanted if amount is not None]
    return max(sum(known) - credit, 0) if len(known) == len(wanted) else None


def _wanted(row: ShownInvoice, currency: str) -> int | None:
    """What would be paid of an invoice as it stands in its field, minor units; None where that cannot be read."""
    amount = amount_of(row.typed, currency)
    if amount is None or amount < 0:
        return None
    if row.invoice.due < amount <= row.invoice.open_amount:
        return row.invoice.due
    return amount


def _copyables(payment: PaymentView) -> list[Copyable]:
    labels = {
        "bank": _("Bank"),
        "branch": _("Branch"),
        "number": _("Account number"),
        "holder": _("Account holder"),
        "iban": "IBAN",
        "bic": "BIC",
        "routing": _("Routing number"),
        "reference": _("Payment reference"),
    }
    told = payment.instructions
    return [Copyable(labels[name], str(told[name])) for name in TRANSFER_FIELDS if told.get(name)]


def _day(text: Any) -> date | None:
    try:
        return datetime.fromisoformat(str(text)).date() if text else None
    except ValueError:
        return None


def _what_for(row: PaymentRow) -> str:
    if row.order_number:
        return _("Order %(number)s", number=row.order_number)
    if len(row.numbers) > 3:
        return _(
            "%(numbers)s and %(more)s more", numbers=", ".join(row.numbers[:3]), more=len(row.numbers) - 3
        )
    return ", ".join(row.numbers)
