"""What the templates about money get."""

from __future__ import annotations

from typing import Any

from portal.accounts.billing import billing_of, changes_of, terms_to_choose
from portal.accounts.models import InvoiceRhythm
from portal.accounts.rules import StaffDeed
from portal.blueprints.desk.money_forms import ADDRESS, METHODS, TAX_NUMBERS
from portal.blueprints.desk.money_words import method_word, refusal_word, rhythm_word, terms_word, way_word
from portal.blueprints.desk.pages import allowed, own_accounts_of
from portal.blueprints.invoice_words import kind_word, status_kind, status_word
from portal.core.clock import local_date
from portal.core.ids import submit_key
from portal.extensions import now, session, today
from portal.i18n import gettext as _
from portal.invoices import desk_queries
from portal.invoices.ageing import Ageing
from portal.invoices.desk_documents import DeskInvoice, latest_documents, open_invoices
from portal.invoices.desk_queries import AccountMoney
from portal.invoices.queries import standing_of, status_of
from portal.ledger.models import JournalKind
from portal.payments import desk_queries as payment_queries
from portal.payments.bank_lines import waiting_lines


def overview_values() -> dict[str, Any]:
    """How the money stands; what belongs to no single account only for those who see all."""
    rep = own_accounts_of()
    sees_all = rep is None
    return {
        "receivables": desk_queries.receivables(session(), today(), sales_rep_id=rep),
        "debtors": desk_queries.debtors(session(), today(), sales_rep_id=rep),
        "age_labels": age_labels(),
        "review": payment_queries.payments_to_review(session(), sales_rep_id=rep),
        "refunds": payment_queries.refunds_to_do(session(), sales_rep_id=rep),
        "way_word": way_word,
        "sees_all": sees_all,
        "may_manage": allowed(StaffDeed.MANAGE_MONEY),
        "waiting": waiting_lines(session()) if sees_all else {},
        "proof": desk_queries.last_proof(session()) if sees_all else None,
        "reconciliations": payment_queries.reconciliations(session()) if sees_all else (),
        "failed": payment_queries.failed_jobs(session()) if sees_all else (),
        "refusal_word": refusal_word,
    }


def account_values(dealer: AccountMoney, problem: str | None = None) -> dict[str, Any]:
    """The values of one account; ``problem`` says why a deed was not done."""
    day = local_date(now(), dealer.timezone)
    terms = [(each.id, terms_word(each)) for each in terms_to_choose(session())]
    return {
        "dealer": dealer,
        "problem": problem,
        "standing": standing_of(session(), dealer.id, day),
        "age_labels": age_labels(),
        "open_invoices": open_invoices(session(), dealer.id),
        "documents": latest_documents(session(), dealer.id),
        "payments": payment_queries.latest_payments(session(), dealer.id),
        "sources": desk_queries.unused_sources(session(), dealer.id),
        "journals": desk_queries.journals_of(session(), dealer.id),
        "overrides": desk_queries.overrides_of(session(), dealer.id),
        "changes": changes_of(session(), dealer.id),
        "change_words": {"terms": _("Terms and rhythm of invoices"), "billing": _("Whom invoices name")},
        "rhythm_words": {each.value: rhythm_word(each) for each in InvoiceRhythm},
        "profile": billing_of(session(), dealer.id),
        "terms": terms,
        "own_terms": dict(terms).get(dealer.terms_id, dealer.terms_code),
        "rhythms": [(each.value, rhythm_word(each)) for each in InvoiceRhythm],
        "methods": [(each, method_word(each)) for each in METHODS],
        "address_fields": list(zip(ADDRESS, _address_labels(), strict=True)),
        "tax_fields": TAX_NUMBERS,
        "may_manage": allowed(StaffDeed.MANAGE_MONEY),
        "today": today(),
        "submit_key": submit_key(),
        "journal_word": journal_word,
        "way_word": way_word,
        **invoice_helpers(day),
    }


def invoice_helpers(day: Any) -> dict[str, Any]:
    """The words and colours of documents, as they stand on ``day``."""

    def status(row: DeskInvoice) -> Any:
        return status_of(row.kind, row.open_amount, row.due_on, day)

    return {
        "kind_word": kind_word,
        "status_of": status,
        "status_word": status_word,
        "status_kind": status_kind,
    }


def age_labels() -> tuple[str, str, str, str, str]:
    """The five ages, the youngest first."""
    return (_("Not due"), _("1–30 days"), _("31–60 days"), _("61–90 days"), _("Over 90 days"))


def ageing_parts(ageing: Ageing) -> list[tuple[str, int]]:
    """Each age with its words."""
    return list(zip(age_labels(), ageing.parts, strict=True))


def journal_word(kind: JournalKind) -> str:
    """What a journal records."""
    match kind:
        case JournalKind.INVOICE:
            return _("Invoice")
        case JournalKind.CREDIT_NOTE:
            return _("Credit note")
        case JournalKind.PAYMENT:
            return _("Payment received")
        case JournalKind.ALLOCATION:
            return _("Settled from credit or payment")
        case JournalKind.DISCOUNT:
            return _("Early-payment discount")
        case JournalKind.REFUND:
            return _("Refund")
        case JournalKind.CHARGEBACK:
            return _("Chargeback")
        case JournalKind.WRITE_OFF:
            return _("Written off")
        case JournalKind.REVERSAL:
            return _("Taken back")


def _address_labels() -> tuple[str, ...]:
    return (
        _("Street"),
        _("Street, second line"),
        _("City"),
        _("State or province"),
        _("Postal code"),
        _("Country"),
    )
