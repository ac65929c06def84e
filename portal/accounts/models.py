"""Tables of accounts and the seller; those of people and of credit are named here too."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.credit_models import (
    AccountChange,
    BillingProfile,
    CreditEntry,
    CreditOverride,
    CreditReason,
)
from portal.accounts.people_models import AccountRole, Membership, SignInThrottle, StaffRole, User
from portal.core.columns import Json, MoneyAmount, UtcDateTime, word_of
from portal.core.money import Rounding
from portal.core.tables import Base, Id

__all__ = [
    "Account",
    "AccountChange",
    "AccountRole",
    "AccountStatus",
    "BillingProfile",
    "ClosedDay",
    "CreditEntry",
    "CreditOverride",
    "CreditReason",
    "InvoiceRhythm",
    "Location",
    "Membership",
    "PaymentTerms",
    "Segment",
    "Seller",
    "SignInThrottle",
    "StaffRole",
    "TaxProfile",
    "TaxRounding",
    "TermsKind",
    "User",
]


class AccountStatus(StrEnum):
    """Whether an account may order."""

    ACTIVE = "active"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


class TermsKind(StrEnum):
    """How an account pays."""

    NET = "net"
    PREPAID = "prepaid"


class InvoiceRhythm(StrEnum):
    """For what an account gets one invoice."""

    SHIPMENT = "shipment"
    ORDER = "order"
    MONTH = "month"


class TaxRounding(StrEnum):
    """Where and how tax is rounded; a custom of the seller's country, sometimes of the seller."""

    DOCUMENT_HALF_UP = "document_half_up"
    DOCUMENT_DOWN = "document_down"
    LINE_DOWN = "line_down"

    @property
    def per_line(self) -> bool:
        """True if each line's tax is rounded and then summed; else once per rate per document."""
        return self is TaxRounding.LINE_DOWN

    @property
    def rounding(self) -> Rounding:
        """How the quotient is rounded."""
        return Rounding.HALF_UP if self is TaxRounding.DOCUMENT_HALF_UP else Rounding.DOWN


class Segment(Base):
    """A group of accounts that shares prices, promotions and assortments, such as franchise or café."""

    __tablename__ = "segment"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    code: Mapped[str] = mapped_column(unique=True)
    """Short name for imports and the desk."""

    name: Mapped[str]
    """Name shown to the seller's people."""


class PaymentTerms(Base):
    """When an account pays for what it orders."""

    __tablename__ = "payment_terms"
    __table_args__ = (CheckConstraint("net_days >= 0", name="net_days_not_negative"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    code: Mapped[str] = mapped_column(unique=True)
    """Short name such as net30."""

    kind: Mapped[TermsKind] = mapped_column(word_of(TermsKind))
    """Net: on account, within net_days. Prepaid: before the goods leave."""

    net_days: Mapped[int] = mapped_column(default=0)
    """Days from invoice to due date, or from the end of its month; 0 for prepaid."""

    end_of_month: Mapped[bool] = mapped_column(default=False, server_default="0")
    """True: net_days are counted from the last day of the month of the invoice."""

    deposit_ppm: Mapped[int] = mapped_column(default=0, server_default="0")
    """Share of an order that is paid before it goes on, parts per million of its total; prepaid pays all of it."""

    discount_ppm: Mapped[int] = mapped_column(default=0, server_default="0")
    """What is taken off an invoice paid within discount_days, parts per million of its total."""

    discount_days: Mapped[int] = mapped_column(default=0, server_default="0")
    """Days from invoice in which discount_ppm is granted."""

    interest_ppm: Mapped[int] = mapped_column(default=0, server_default="0")
    """Late interest for a year, parts per million of what is overdue; 0: none is charged."""

    reminder_days: Mapped[list[int]] = mapped_column(Json, default=list, server_default="[]")
    """Days after the due date on which a reminder is sent, rising; empty: none."""

    hold_after_days: Mapped[int | None]
    """Days overdue after which the account is put on hold by itself; null: never."""


class Seller(Base):
    """A company of the seller's that sells and invoices: most sellers have one, some have one for each country."""

    __tablename__ = "seller"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    code: Mapped[str] = mapped_column(unique=True)
    """Begins the numbers of its documents: HB in HB-2026-000042. Capital letters and digits."""

    name: Mapped[str]
    """Registered name."""

    country: Mapped[str]
    """ISO 3166-1 alpha-2."""

    address: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """line1, line2, city, region, postal_code; what is not there is left out."""

    timezone: Mapped[str] = mapped_column(default="")
    """IANA name; decides the day a document is issued on. Empty: that of the country's capital of trade."""

    representative: Mapped[str] = mapped_column(default="")
    """Who stands for the company (대표자)."""

    business_number: Mapped[str] = mapped_column(default="")
    """Registration number in the country's plain form, as accounts.rules checks it: KR 등록번호, JP T…, CA BN."""

    tax_numbers: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """Registration with a tax by its code: {"GST": "123456789 RT0001", "QST": "…", "VAT": "DE…"}."""

    business_type: Mapped[str] = mapped_column(default="")
    """업태, for Korean documents."""

    business_item: Mapped[str] = mapped_column(default="")
    """종목, for Korean documents."""

    phone: Mapped[str] = mapped_column(default="")

    email: Mapped[str] = mapped_column(default="")

    bank_accounts: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    """Where money is transferred to, the first of a currency counts: currency, bank, number, holder, and where the
    country has them iban, bic, routing, branch."""

    footnote: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """What every invoice says at its foot, by locale."""

    is_default: Mapped[bool] = mapped_column(default=False)
    """True: invoices accounts that name no other."""


class TaxProfile(Base):
    """Which taxes an account's purchases bear and how they are rounded. The rates are dated rows of pricing."""

    __tablename__ = "tax_profile"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    code: Mapped[str] = mapped_column(unique=True)
    """Short name such as KR, JP, CA-QC, US-RESALE, EU-DE."""

    name: Mapped[str]
    """Name shown to the seller's people."""

    rounding: Mapped[TaxRounding] = mapped_column(word_of(TaxRounding))
    """Where and how tax is rounded."""

    shows_tax_included: Mapped[bool] = mapped_column(default=False)
    """True if this market expects the price with tax to be the larger one on the page."""


class Account(Base):
    """A buying company (dealer). All prices, stock and documents are seen through one account."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("credit_limit IS NULL OR credit_limit >= 0", name="credit_limit_not_negative"),
        CheckConstraint("order_limit IS NULL OR order_limit > 0", name="order_limit_positive"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    code: Mapped[str] = mapped_column(unique=True)
    """The seller's customer number."""

    name: Mapped[str]
    """Registered name of the company."""

    status: Mapped[AccountStatus] = mapped_column(word_of(AccountStatus), default=AccountStatus.ACTIVE)

    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id"), index=True)

    country: Mapped[str]
    """ISO 3166-1 alpha-2."""

    currency: Mapped[str]
    """ISO 4217. Every price and document of the account is in it; nothing is converted on the fly."""

    locale: Mapped[str]
    """BCP 47 tag; the language of documents and mail to the account."""

    timezone: Mapped[str]
    """IANA name; decides which day today is for prices and delivery dates."""

    business_number: Mapped[str | None]
    """Registration number in the country's plain form, checked by accounts.rules; null if not given."""

    tax_profile_id: Mapped[int] = mapped_column(ForeignKey("tax_profile.id"))

    payment_terms_id: Mapped[int] = mapped_column(ForeignKey("payment_terms.id"))

    seller_id: Mapped[int | None] = mapped_column(ForeignKey("seller.id"), index=True)
    """Which company of the seller's invoices the account; null: the default one."""

    invoice_rhythm: Mapped[str] = mapped_column(default=InvoiceRhythm.SHIPMENT, server_default="shipment")
    """For what it gets one invoice; a word of InvoiceRhythm."""

    held_for_overdue: Mapped[bool] = mapped_column(default=False, server_default="0")
    """True: put on hold by the rule of its terms, and released by paying; false: a person decided."""

    credit_limit: Mapped[int | None] = mapped_column(MoneyAmount)
    """Most the account may owe, orders not yet invoiced included, in minor units; null: no credit at all."""

    credit_used: Mapped[int] = mapped_column(MoneyAmount, default=0)
    """Sum of the account's credit entries, in minor units; kept in step with them in one transaction."""

    order_limit: Mapped[int | None] = mapped_column(MoneyAmount)
    """Most a single order may come to, in minor units; null: no such limit."""

    parent_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    """The company this one belongs to, for chains; null if it stands alone."""

    sales_rep_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    """The seller's person who looks after the account."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Location(Base):
    """A ship-to place of an account: a store or a warehouse."""

    __tablename__ = "location"
    __table_args__ = (
        UniqueConstraint("account_id", "code"),
        CheckConstraint("delivery_weekdays BETWEEN 0 AND 127", name="delivery_weekdays_is_a_mask"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    code: Mapped[str]
    """The account's short name for the place, unique within the account."""

    name: Mapped[str]

    recipient: Mapped[str] = mapped_column(default="")
    """Person who takes the delivery."""

    phone: Mapped[str] = mapped_column(default="")

    country: Mapped[str]
    """ISO 3166-1 alpha-2; with ``region`` decides public holidays."""

    region: Mapped[str] = mapped_column(default="")
    """State or province as its ISO 3166-2 part (QC, CA), or the Korean or Japanese name."""

    city: Mapped[str] = mapped_column(default="")

    line1: Mapped[str] = mapped_column(default="")

    line2: Mapped[str] = mapped_column(default="")

    postal_code: Mapped[str] = mapped_column(default="")

    timezone: Mapped[str]
    """IANA name of the place."""

    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), index=True)
    """The seller's warehouse that serves the place."""

    route: Mapped[str] = mapped_column(default="")
    """Delivery route of the seller; empty if parcels go out by carrier."""

    delivery_weekdays: Mapped[int] = mapped_column(default=0b0011111)
    """Bit mask of the days on which deliveries arrive; bit 0 is Monday."""

    position: Mapped[int] = mapped_column(default=0)
    """Order in lists; the lowest is the account's default place."""

    active: Mapped[bool] = mapped_column(default=True)


class ClosedDay(Base):
    """A day on which the seller does not deliver, beyond the public holidays of the place."""

    __tablename__ = "closed_day"

    day: Mapped[date] = mapped_column(primary_key=True)

    reason: Mapped[str] = mapped_column(default="")
    """Shown to the seller's people."""
