"""What the seller's people decide about how an account pays: terms, limit, rhythm of invoices, whom invoices name.

Each verb is told what the person saw, so that nobody overwrites what somebody else has just decided.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import (
    Account,
    AccountChange,
    BillingProfile,
    CreditOverride,
    InvoiceRhythm,
    PaymentTerms,
    TermsKind,
    User,
)
from portal.core.clock import local_date
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.upsert import insert_for
from portal.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class TermsView:
    """Payment terms to choose from."""

    id: int
    code: str
    kind: TermsKind
    net_days: int


@dataclass(frozen=True, slots=True)
class Billing:
    """Whom invoices to an account name, beyond its name and number."""

    name: str = ""
    address: dict[str, str] = field(default_factory=dict)
    representative: str = ""
    business_type: str = ""
    business_item: str = ""
    tax_numbers: dict[str, str] = field(default_factory=dict)
    email: str = ""
    attach_pdf: bool = False


def terms_to_choose(session: Session) -> tuple[TermsView, ...]:
    """All payment terms, by their code."""
    rows = session.execute(
        select(PaymentTerms.id, PaymentTerms.code, PaymentTerms.kind, PaymentTerms.net_days).order_by(
            PaymentTerms.code
        )
    )
    return tuple(TermsView(*row) for row in rows)


def change_terms(
    session: Session,
    account_id: int,
    terms_id: int,
    rhythm: InvoiceRhythm,
    *,
    shown: tuple[int, str],
    actor_id: int,
    now: datetime,
) -> None:
    """Have the account pay by other terms, and get its invoices in another rhythm, from the next invoice on.

    ``shown``: the terms and the rhythm the person saw. Raises NotFound; Conflict ``changed_meanwhile``.
    """
    account = _locked(session, account_id)
    codes: dict[int, str] = {
        row.id: row.code for row in session.execute(select(PaymentTerms.id, PaymentTerms.code))
    }
    if terms_id not in codes:
        raise NotFound("terms", terms_id)
    if (account.payment_terms_id, account.invoice_rhythm) != shown:
        raise Conflict("changed_meanwhile", field="terms")
    _write(session, account_id, payment_terms_id=terms_id, invoice_rhythm=rhythm)
    before = {"terms": codes[account.payment_terms_id], "rhythm": str(account.invoice_rhythm)}
    after = {"terms": codes[terms_id], "rhythm": str(rhythm)}
    _note(session, account_id, "terms", before, after, actor_id, now)


def change_limit(
    session: Session,
    account_id: int,
    limit: int | None,
    *,
    shown: int | None,
    reason: str,
    actor_id: int,
    now: datetime,
    until: date | None = None,
) -> None:
    """Give the account another limit (minor units; None: no credit at all), for good or until a day of its own.

    A limit for a while returns to the lasting one, whatever was granted in between. Raises NotFound; Refused
    ``negative_amount``, ``reason_needed``, ``in_the_past`` and ``no_credit`` (nothing to return to); Conflict
    ``changed_meanwhile`` if the limit is not the one ``shown``.
    """
    account = _locked(session, account_id)
    if not reason:
        raise Refused("reason_needed", field="reason")
    if limit is not None and limit < 0:
        raise Refused("negative_amount", field="limit")
    if account.credit_limit != shown:
        raise Conflict("changed_meanwhile", field="limit")
    today = local_date(now, account.timezone)
    before = limit
    if until is not None:
        if until < today:
            raise Refused("in_the_past", field="until")
        if limit is None or account.credit_limit is None:
            raise Refused("no_credit", field="limit")
        before = _lasting(session, account_id, account.credit_limit)
    # A lasting change is noted as well: what was granted for a while before ends with it.
    session.execute(
        insert(CreditOverride).values(
            account_id=account_id,
            limit_before=before or 0,
            limit_meanwhile=limit or 0,
            until=until or today,
            reason=reason,
            granted_by_id=actor_id,
            created_at=now,
        )
    )
    _write(session, account_id, credit_limit=limit)
    _note(
        session,
        account_id,
        "credit_limit",
        {"limit": account.credit_limit},
        {"limit": limit, "until": until.isoformat() if until else ""},
        actor_id,
        now,
        reason,
    )


def end_overrides(context: JobContext) -> None:
    """Return to the lasting limit where the last day of another one is over, by the account's calendar."""
    session = context.session
    last = select(func.max(CreditOverride.id)).group_by(CreditOverride.account_id)
    rows = session.execute(
        select(
            Account.id,
            Account.timezone,
            CreditOverride.until,
            CreditOverride.limit_before,
            CreditOverride.limit_meanwhile,
        )
        .join(CreditOverride, CreditOverride.account_id == Account.id)
        .where(
            CreditOverride.id.in_(last),
            CreditOverride.limit_before != CreditOverride.limit_meanwhile,
            Account.credit_limit == CreditOverride.limit_meanwhile,
        )
        .order_by(Account.id)
    ).all()
    for row in rows:
        if row.until < local_date(context.now, row.timezone):
            session.execute(
                update(Account)
                .where(Account.id == row.id, Account.credit_limit == row.limit_meanwhile)
                .values(credit_limit=row.limit_before)
                .execution_options(synchronize_session=False)
            )


def billing_of(session: Session, account_id: int) -> Billing:
    """Whom the account's invoices name; empty where nothing was entered."""
    row = session.execute(
        select(
            BillingProfile.name,
            BillingProfile.address,
            BillingProfile.representative,
            BillingProfile.business_type,
            BillingProfile.business_item,
            BillingProfile.tax_numbers,
            BillingProfile.email,
            BillingProfile.attach_pdf,
        ).where(BillingProfile.account_id == account_id)
    ).one_or_none()
    return Billing() if row is None else Billing(*row)


def save_billing(
    session: Session, account_id: int, billing: Billing, *, actor_id: int, now: datetime
) -> None:
    """Keep whom the account's invoices name from now on; issued ones stay as they are. Raises NotFound."""
    _locked(session, account_id)
    before = asdict(billing_of(session, account_id))
    values = {
        "name": billing.name,
        "address": billing.address,
        "representative": billing.representative,
        "business_type": billing.business_type,
        "business_item": billing.business_item,
        "tax_numbers": billing.tax_numbers,
        "email": billing.email,
        "attach_pdf": billing.attach_pdf,
    }
    statement = insert_for(session, BillingProfile).values(account_id=account_id, payer_names=[], **values)
    session.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=values))
    _note(session, account_id, "billing", before, asdict(billing), actor_id, now)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """What was changed of an account: each field's value before and after, where they differ."""

    what: str
    """terms, credit_limit or billing."""
    fields: tuple[tuple[str, Any, Any], ...]
    reason: str
    by: str
    at: datetime


def changes_of(session: Session, account_id: int, most: int = 10) -> tuple[ChangeView, ...]:
    """What was changed of the account's terms, limit and billing, the newest first; one statement."""
    rows = session.execute(
        select(AccountChange, User.name)
        .join(User, User.id == AccountChange.actor_id)
        .where(AccountChange.account_id == account_id)
        .order_by(AccountChange.id.desc())
        .limit(most)
    )
    return tuple(
        ChangeView(
            change.what,
            tuple((name, change.before.get(name), value) for name, value in change.after.items()),
            change.reason,
            by,
            change.created_at,
        )
        for change, by in rows
    )


def _note(
    session: Session,
    account_id: int,
    what: str,
    before: dict[str, Any],
    after: dict[str, Any],
    actor_id: int,
    now: datetime,
    reason: str = "",
) -> None:
    """Note what is another now; nothing if all is as it was."""
    changed = [name for name in after if before.get(name, "") != after[name]]
    if not changed:
        return
    session.execute(
        insert(AccountChange).values(
            account_id=account_id,
            what=what,
            before={name: before.get(name, "") for name in changed},
            after={name: after[name] for name in changed},
            reason=reason,
            actor_id=actor_id,
            created_at=now,
        )
    )


def _lasting(session: Session, account_id: int, limit: int) -> int:
    """The limit that returns when what holds now ends: that of an override that holds, else the present one."""
    row = session.execute(
        select(CreditOverride.limit_before, CreditOverride.limit_meanwhile)
        .where(CreditOverride.account_id == account_id)
        .order_by(CreditOverride.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.limit_meanwhile != limit:
        return limit
    lasting: int = row.limit_before
    return lasting


def _locked(session: Session, account_id: int) -> Any:
    row = session.execute(
        select(
            Account.credit_limit,
            Account.payment_terms_id,
            Account.invoice_rhythm,
            Account.timezone,
        )
        .where(Account.id == account_id)
        .with_for_update(key_share=True)
    ).one_or_none()
    if row is None:
        raise NotFound("account", account_id)
    return row


def _write(session: Session, account_id: int, **values: Any) -> None:
    session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
