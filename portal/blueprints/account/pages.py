"""What My is given: the account's facts in words."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import get_locale, gettext, ngettext
from sqlalchemy.orm import Session

from portal.accounts.models import AccountRole, AccountStatus, StaffRole, TermsKind
from portal.accounts.people_queries import Contact, contact_of, members_of
from portal.accounts.queries import AccountView, LocationView, Viewer
from portal.accounts.rules import Deed, business_number_text, may
from portal.extensions import buyer, today
from portal.orders.mail_choices import mail_choices
from portal.orders.models import MailTopic
from portal.pricing.prices import taxes_for
from portal.pricing.terms import TaxTerms


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A ship-to place as My shows it."""

    place: LocationView
    days: str
    """Weekdays on which deliveries arrive, in words; empty if there are none."""
    is_current: bool


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person of the account as My shows it."""

    name: str
    email: str
    role: str
    is_viewer: bool


@dataclass(frozen=True, slots=True)
class MailRow:
    """A kind of mail and whether the person wants it."""

    topic: str
    label: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class MyPage:
    """Everything of My but the person, whom the page has as ``viewer``."""

    account: AccountView | None
    role: str
    status: str | None
    """What keeps the account from ordering, in words; None if nothing does."""
    terms: str
    taxes: tuple[TaxTerms, ...]
    """On goods of the standard class today; empty if the account pays none."""
    business_number: str | None
    may_order: bool
    sees_credit: bool
    sees_invoices: bool
    contact: Contact | None
    places: tuple[PlaceRow, ...]
    members: tuple[MemberRow, ...] | None
    """None for a person who may not see them."""
    mail: tuple[MailRow, ...]
    """What the person can be told of by mail; empty for a person without an account."""


def my_page(session: Session, viewer: Viewer) -> MyPage:
    """The page of whoever looks, in at most four statements."""
    account = viewer.account
    if account is None:
        staff_role = viewer.user.staff_role
        role = staff_role_name(staff_role) if staff_role else ""
        return MyPage(
            None, role, None, "", (), None, False, False, False, None, (), None, mail_rows(session, viewer)
        )
    members = None
    if may(account.role, Deed.SEE_MEMBERS):
        members = tuple(
            MemberRow(member.name, member.email, role_name(member.role), member.user_id == viewer.user.id)
            for member in members_of(session, account.id)
        )
    return MyPage(
        account=account,
        role=role_name(account.role),
        status=_status(account.status),
        terms=_terms(account),
        taxes=taxes_for(session, buyer(), today()),
        business_number=business_number_text(account.country, account.business_number)
        if account.business_number
        else None,
        may_order=may(account.role, Deed.ORDER),
        sees_invoices=may(account.role, Deed.SEE_INVOICES),
        sees_credit=may(account.role, Deed.SEE_CREDIT) and account.credit_limit is not None,
        contact=contact_of(session, account.sales_rep_id),
        places=tuple(
            PlaceRow(place, _days(place.delivery_weekdays), place == viewer.location)
            for place in viewer.locations
        ),
        members=members,
        mail=mail_rows(session, viewer),
    )


def topics_for(viewer: Viewer) -> tuple[MailTopic, ...]:
    """What a person can be told of: a dealer of everything, the seller's people of returns."""
    if viewer.is_staff:
        return (MailTopic.RETURNS,)
    return tuple(MailTopic) if viewer.account else ()


def mail_rows(session: Session, viewer: Viewer) -> tuple[MailRow, ...]:
    """The kinds of mail the person can choose from; one statement, none for a person without an account."""
    topics = topics_for(viewer)
    if not topics:
        return ()
    chosen = mail_choices(session, viewer.user.id)
    return tuple(MailRow(topic.value, topic_name(topic), chosen[topic]) for topic in topics)


def topic_name(topic: MailTopic) -> str:
    """The kind of mail in the reader's language."""
    names: dict[MailTopic, str] = {
        MailTopic.PLACED: gettext("An order was placed"),
        MailTopic.CONFIRMED: gettext("An order was confirmed"),
        MailTopic.CHANGED: gettext("An order was changed or cancelled"),
        MailTopic.SHIPPED: gettext("Goods have left"),
        MailTopic.OUT_FOR_DELIVERY: gettext("Goods are out for delivery"),
        MailTopic.DELIVERED: gettext("Goods have arrived"),
        MailTopic.RETURNS: gettext("Returns"),
        MailTopic.BACK_IN_STOCK: gettext("Something can be delivered again"),
        MailTopic.INVOICES: gettext("An invoice was issued, or waits to be paid"),
    }
    return names[topic]


def role_name(role: AccountRole) -> str:
    """The role in the reader's language."""
    names: dict[AccountRole, str] = {
        AccountRole.OWNER: gettext("Owner"),
        AccountRole.BUYER: gettext("Buyer"),
        AccountRole.APPROVER: gettext("Approver"),
        AccountRole.FINANCE: gettext("Finance"),
        AccountRole.VIEWER: gettext("Viewer"),
    }
    return names[role]


def staff_role_name(role: StaffRole) -> str:
    """The seller's role in the reader's language."""
    names: dict[StaffRole, str] = {
        StaffRole.REP: gettext("Sales representative"),
        StaffRole.DESK: gettext("Order desk"),
        StaffRole.FINANCE: gettext("Finance"),
        StaffRole.MANAGER: gettext("Manager"),
        StaffRole.ADMIN: gettext("Administrator"),
    }
    return names[role]


def _status(status: AccountStatus) -> str | None:
    if status is AccountStatus.ON_HOLD:
        return str(gettext("This account is on hold: ordering is stopped. Please call us."))
    if status is AccountStatus.CLOSED:
        return str(gettext("This account is closed: nothing can be ordered."))
    return None


def _terms(account: AccountView) -> str:
    if account.terms_kind is TermsKind.PREPAID:
        return str(gettext("Paid before the goods leave"))
    return str(
        ngettext("On account, due after %(num)s day", "On account, due after %(num)s days", account.net_days)
    )


def _days(mask: int) -> str:
    names: dict[int, str] = get_locale().days["stand-alone"]["abbreviated"]
    return " ".join(names[day] for day in range(7) if mask >> day & 1)
