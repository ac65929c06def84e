"""Reads of accounts and of who looks. Everything comes out as frozen rows that outlive the session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, case, select
from sqlalchemy.orm import Session

from portal.accounts.credit import credit_left
from portal.accounts.models import (
    Account,
    AccountRole,
    AccountStatus,
    ClosedDay,
    Location,
    Membership,
    PaymentTerms,
    StaffRole,
    TaxProfile,
    TaxRounding,
    TermsKind,
    User,
)
from portal.accounts.rules import Deed, may
from portal.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who is asking, as price, catalog and orders need it: an account and what its prices depend on."""

    account_id: int
    segment_id: int | None
    currency: str
    locale: str
    """BCP 47 tag of the account's documents, not of the person who looks."""
    country: str
    timezone: str
    tax_profile_id: int
    tax_rounding: TaxRounding
    shows_tax_included: bool


@dataclass(frozen=True, slots=True)
class ViewerUser:
    """The person who is signed in."""

    id: int
    name: str
    email: str
    locale: str | None
    """The person's own choice; None: the account's language."""
    staff_role: StaffRole | None
    session_epoch: int


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as its own people see it."""

    id: int
    code: str
    name: str
    status: AccountStatus
    role: AccountRole
    """Role of the person who looks."""
    country: str
    currency: str
    locale: str
    timezone: str
    business_number: str | None
    terms_code: str
    terms_kind: TermsKind
    net_days: int
    deposit_ppm: int
    """Share of an order that is paid in advance, parts per million."""
    tax_profile_code: str
    credit_limit: int | None
    """Minor units; None: no credit at all."""
    credit_used: int
    """Minor units."""
    order_limit: int | None
    """Minor units; None: no such limit."""
    sales_rep_id: int | None

    @property
    def credit_left(self) -> int | None:
        """Minor units the account may still use, below zero if it owes too much; None: no credit at all."""
        return None if self.credit_limit is None else credit_left(self.credit_limit, self.credit_used)

    @property
    def sees_invoices(self) -> bool:
        """Whether the person who looks may see the account's invoices."""
        return may(self.role, Deed.SEE_INVOICES)


@dataclass(frozen=True, slots=True)
class LocationView:
    """A ship-to place of an account."""

    id: int
    code: str
    name: str
    recipient: str
    phone: str
    country: str
    region: str
    city: str
    line1: str
    line2: str
    postal_code: str
    timezone: str
    warehouse_id: int
    route: str
    delivery_weekdays: int
    """Bit mask, bit 0 is Monday."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """All a page needs to know of the person who looks and of the account the person acts for."""

    user: ViewerUser
    account: AccountView | None
    """None for the seller's people, and for a person without any account."""
    buyer: Buyer | None
    """The same account as prices see it."""
    accounts: tuple[tuple[int, str], ...]
    """Id and name of each account the person can switch to, the present one included."""
    location: LocationView | None
    """The place the person is ordering for; None if the account has none."""
    locations: tuple[LocationView, ...]
    """The account's places in use; the first is its default."""
    cart_count: int = 0
    """Lines in the person's cart at this account."""

    @property
    def is_staff(self) -> bool:
        """True for the seller's people."""
        return self.user.staff_role is not None


_BUYER_COLUMNS = (
    Account.id.label("account_id"),
    Account.segment_id,
    Account.currency,
    Account.locale.label("account_locale"),
    Account.country,
    Account.timezone,
    Account.tax_profile_id,
    TaxProfile.rounding.label("tax_rounding"),
    TaxProfile.shows_tax_included,
)

_BUYER = (
    select(*_BUYER_COLUMNS)
    .join(TaxProfile, TaxProfile.id == Account.tax_profile_id)
    .where(Account.id == bindparam("account_id"))
)

_VIEWER = (
    select(
        User.id.label("user_id"),
        User.name.label("user_name"),
        User.email,
        User.locale.label("user_locale"),
        User.staff_role,
        User.session_epoch,
        Membership.role,
        *_BUYER_COLUMNS,
        Account.code,
        Account.name,
        Account.status,
        Account.business_number,
        Account.credit_limit,
        Account.credit_used,
        Account.order_limit,
        Account.sales_rep_id,
        PaymentTerms.code.label("terms_code"),
        PaymentTerms.kind.label("terms_kind"),
        PaymentTerms.net_days,
        PaymentTerms.deposit_ppm,
        TaxProfile.code.label("tax_profile_code"),
    )
    .select_from(User)
    # The seller's people act at the desk; a membership of theirs, if there is one, opens no account.
    .outerjoin(Membership, (Membership.user_id == User.id) & User.staff_role.is_(None))
    .outerjoin(Account, Account.id == Membership.account_id)
    .outerjoin(PaymentTerms, PaymentTerms.id == Account.payment_terms_id)
    .outerjoin(TaxProfile, TaxProfile.id == Account.tax_profile_id)
    .where(User.id == bindparam("user_id"), User.session_epoch == bindparam("epoch"), User.active.is_(True))
    .order_by(
        case((Account.id == bindparam("wanted"), 0), (Account.status != AccountStatus.CLOSED, 1), else_=2),
        Account.name,
        Account.id,
    )
    .limit(1)
)

_LOCATION_COLUMNS = (
    Location.id,
    Location.code,
    Location.name,
    Location.recipient,
    Location.phone,
    Location.country,
    Location.region,
    Location.city,
    Location.line1,
    Location.line2,
    Location.postal_code,
    Location.timezone,
    Location.warehouse_id,
    Location.route,
    Location.delivery_weekdays,
)

_SURROUNDINGS = (
    # One row per account the person can switch to; the present one is repeated for each of its places.
    select(Account.id.label("switch_id"), Account.name.label("switch_name"), *_LOCATION_COLUMNS)
    .join(Membership, Membership.account_id == Account.id)
    .outerjoin(
        Location,
        (Location.account_id == Account.id)
        & (Location.account_id == bindparam("account_id"))
        & Location.active.is_(True),
    )
    .where(Membership.user_id == bindparam("user_id"))
    .order_by(Account.name, Account.id, Location.position, Location.id)
)


def buyer_of(session: Session, account_id: int) -> Buyer:
    """The account as a buyer. Raises NotFound."""
    row = session.execute(_BUYER, {"account_id": account_id}).one_or_none()
    if row is None:
        raise NotFound("account", account_id)
    return _buyer(row)


def viewer_of(session: Session, user_id: int, epoch: int, account_id: int | None) -> Viewer | None:
    """The person of a session with the account it acts for, in two statements (one for the seller's people).

    ``epoch`` is the value the session began with; ``account_id`` the account chosen last. If the person is no
    member there (any more), or none was chosen, it is the person's first account that is not closed.

    None if the session no longer holds: person unknown or inactive, or every session was ended since.
    """
    # By the connection: the ORM would look at every one of these columns again on every request.
    connection = session.connection()
    row = connection.execute(
        _VIEWER, {"user_id": user_id, "epoch": epoch, "wanted": account_id or 0}
    ).one_or_none()
    if row is None:
        return None
    user = ViewerUser(
        row.user_id, row.user_name, row.email, row.user_locale, row.staff_role, row.session_epoch
    )
    if row.account_id is None:
        return Viewer(user, None, None, (), None, ())
    surroundings = connection.execute(_SURROUNDINGS, {"user_id": user_id, "account_id": row.account_id}).all()
    accounts = {found.switch_id: found.switch_name for found in surroundings}
    locations = tuple(_location(found) for found in surroundings if found.id is not None)
    return Viewer(
        user,
        _account(row),
        _buyer(row),
        tuple(accounts.items()),
        locations[0] if locations else None,
        locations,
    )


def closed_days(session: Session, first: date, last: date) -> frozenset[date]:
    """The days from ``first`` to ``last``, both included, on which the seller does not deliver."""
    return frozenset(session.scalars(select(ClosedDay.day).where(ClosedDay.day.between(first, last))))


def _buyer(row: Row[*tuple[Any, ...]]) -> Buyer:
    return Buyer(
        account_id=row.account_id,
        segment_id=row.segment_id,
        currency=row.currency,
        locale=row.account_locale,
        country=row.country,
        timezone=row.timezone,
        tax_profile_id=row.tax_profile_id,
        tax_rounding=row.tax_rounding,
        shows_tax_included=row.shows_tax_included,
    )


def _account(row: Row[*tuple[Any, ...]]) -> AccountView:
    return AccountView(
        id=row.account_id,
        code=row.code,
        name=row.name,
        status=row.status,
        role=row.role,
        country=row.country,
        currency=row.currency,
        locale=row.account_locale,
        timezone=row.timezone,
        business_number=row.business_number,
        terms_code=row.terms_code,
        terms_kind=row.terms_kind,
        net_days=row.net_days,
        deposit_ppm=row.deposit_ppm,
        tax_profile_code=row.tax_profile_code,
        credit_limit=row.credit_limit,
        credit_used=row.credit_used,
        order_limit=row.order_limit,
        sales_rep_id=row.sales_rep_id,
    )


def _location(row: Row[*tuple[Any, ...]]) -> LocationView:
    return LocationView(
        id=row.id,
        code=row.code,
        name=row.name,
        recipient=row.recipient,
        phone=row.phone,
        country=row.country,
        region=row.region,
        city=row.city,
        line1=row.line1,
        line2=row.line2,
        postal_code=row.postal_code,
        timezone=row.timezone,
        warehouse_id=row.warehouse_id,
        route=row.route,
        delivery_weekdays=row.delivery_weekdays,
    )
