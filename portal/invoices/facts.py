"""What a document copies of the parties, the terms and the law of its day, and what it needs to know of its orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import (
    Account,
    BillingProfile,
    ClosedDay,
    InvoiceRhythm,
    Location,
    PaymentTerms,
    Seller,
    TaxProfile,
    TaxRounding,
)
from portal.core.errors import Refused
from portal.delivery.calendar import works_on
from portal.invoices.bill import Rate, Rates
from portal.invoices.due import IsBusinessDay, Terms
from portal.invoices.numbers import zone_of
from portal.pricing.models import TaxRate

_SELLER_COLUMNS: Final = (
    "code", "name", "country", "address", "representative", "business_number", "tax_numbers", "business_type",
    "business_item", "phone", "email", "footnote", "timezone",
)  # fmt: skip

_PLACE_COLUMNS: Final = (
    "name", "recipient", "phone", "country", "region", "city", "line1", "line2", "postal_code",
)  # fmt: skip

_ADDRESS: Final = ("line1", "line2", "city", "region", "postal_code", "country")


@dataclass(frozen=True, slots=True)
class Parties:
    """Who sells and who buys, as a document of today names them, and how they deal."""

    seller_id: int
    seller_code: str
    seller_country: str
    timezone: str
    """Where the seller's day begins."""
    seller: dict[str, Any]
    buyer: dict[str, Any]
    locale: str
    currency: str
    rhythm: InvoiceRhythm
    terms: Terms
    tax_profile_id: int
    tax_rounding: TaxRounding


def parties_of(session: Session, account_id: int) -> Parties:
    """The parties of a document to the account. Three statements. Raises Refused ``no_seller``."""
    row = session.execute(
        select(Account, TaxProfile.rounding, PaymentTerms, BillingProfile)
        .join(TaxProfile, TaxProfile.id == Account.tax_profile_id)
        .join(PaymentTerms, PaymentTerms.id == Account.payment_terms_id)
        .outerjoin(BillingProfile, BillingProfile.account_id == Account.id)
        .where(Account.id == account_id)
        .execution_options(populate_existing=True)
    ).one()
    account: Account = row.Account
    seller = session.scalar(
        select(Seller).where(
            Seller.id == account.seller_id if account.seller_id is not None else Seller.is_default.is_(True)
        )
    )
    if seller is None:
        raise Refused("no_seller", account=account.code)
    terms: PaymentTerms = row.PaymentTerms
    bank = next((each for each in seller.bank_accounts if each["currency"] == account.currency), {})
    return Parties(
        seller_id=seller.id,
        seller_code=seller.code,
        seller_country=seller.country,
        timezone=zone_of(seller.timezone, seller.country, account.timezone),
        seller={name: getattr(seller, name) for name in _SELLER_COLUMNS} | {"bank": bank},
        buyer=_buyer(session, account, row.BillingProfile),
        locale=account.locale,
        currency=account.currency,
        rhythm=InvoiceRhythm(account.invoice_rhythm),
        terms=Terms(
            code=terms.code,
            kind=terms.kind,
            net_days=terms.net_days,
            end_of_month=terms.end_of_month,
            discount_ppm=terms.discount_ppm,
            discount_days=terms.discount_days,
            interest_ppm=terms.interest_ppm,
        ),
        tax_profile_id=account.tax_profile_id,
        tax_rounding=row.rounding,
    )


def _buyer(session: Session, account: Account, profile: BillingProfile | None) -> dict[str, Any]:
    address = dict(profile.address) if profile else {}
    if not address:
        place = session.scalars(
            select(Location)
            .where(Location.account_id == account.id)
            .order_by(Location.active.desc(), Location.position, Location.id)
            .limit(1)
        ).one_or_none()
        if place is not None:
            address = {name: value for name in _ADDRESS if (value := getattr(place, name))}
    return {
        "code": account.code,
        "name": (profile.name if profile else "") or account.name,
        "country": account.country,
        "business_number": account.business_number or "",
        "address": address,
        "representative": profile.representative if profile else "",
        "business_type": profile.business_type if profile else "",
        "business_item": profile.business_item if profile else "",
        "tax_numbers": dict(profile.tax_numbers) if profile else {},
        "timezone": account.timezone,
    }


def business_days(session: Session, country: str) -> IsBusinessDay:
    """Which days a seller of this country works on. One statement."""
    closed = frozenset(session.scalars(select(ClosedDay.day)))
    return lambda day: works_on(country, day, closed)


def rates_in_force(session: Session, tax_profile_id: int, on: date) -> Rates:
    """Tax class → its taxes on the day, in the order of documents. One statement.

    Where an older rate was left open, the one that began last counts.
    """
    rows = session.scalars(
        select(TaxRate)
        .where(
            TaxRate.tax_profile_id == tax_profile_id,
            TaxRate.valid_from <= on,
            or_(TaxRate.valid_to.is_(None), TaxRate.valid_to >= on),
        )
        .order_by(TaxRate.valid_from)
    )
    latest = {(row.tax_class, row.code): row for row in rows}
    by_class: dict[str, list[Rate]] = {}
    for (tax_class, code), row in latest.items():
        rate = Rate(code, row.rate_ppm, row.position, row.category, row.exemption)
        by_class.setdefault(tax_class, []).append(rate)
    return {
        tax_class: tuple(sorted(rates, key=lambda rate: (rate.position, rate.code)))
        for tax_class, rates in by_class.items()
    }


def places(session: Session, location_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Name and address of places (by id) as they are."""
    rows = session.scalars(select(Location).where(Location.id.in_(set(location_ids))))
    return {row.id: {name: getattr(row, name) for name in _PLACE_COLUMNS} for row in rows}
