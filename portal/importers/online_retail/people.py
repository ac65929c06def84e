"""Accounts, people and catalog of Online Retail. Only what is missing is added; what is there is left as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.orm import DeclarativeBase, Session

from portal.accounts.models import Account, AccountRole, AccountStatus, Location, Membership, Segment, User
from portal.catalog.models import Assortment, AssortmentGrant, Warehouse
from portal.core.money import divide
from portal.importers.bulk import insert_rows, reserve_ids
from portal.importers.online_retail import source
from portal.importers.online_retail.places import country_of, locale_of, tax_profile_of, timezone_of
from portal.importers.online_retail.source import ImportProblem, SourceAccount
from portal.importers.reference import Reference

CURRENCY: Final = "GBP"
"""The source has no other; accounts abroad are billed in it too."""

CODE_PREFIX: Final = "OR-"
SHIP_TO: Final = ("name", "recipient", "phone", "country", "region", "city", "line1", "line2", "postal_code")
"""What an order keeps of the place it goes to. The source knows the country alone."""

WAREHOUSE: Final = "OR-UK"
ASSORTMENT: Final = "online-retail"

TIERS: Final = {
    "key": "Online Retail key",
    "regular": "Online Retail regular",
    "standard": "Online Retail standard",
}


@dataclass(frozen=True, slots=True)
class Dealer:
    """An imported account as its orders need it."""

    account_id: int
    location_id: int
    user_id: int
    tax_profile_id: int
    locale: str
    ship_to: dict[str, str]


@dataclass(frozen=True, slots=True)
class People:
    """What :func:`load_people` found and added."""

    dealers: dict[int, Dealer]
    """By customer number."""
    others: frozenset[int]
    """Customers in the source that are no dealers; their lines are passed over."""
    lines: int
    """Order lines of the dealers, for the progress bar."""
    added: int
    """Accounts added by this run."""


def ensure_id(session: Session, model: type[DeclarativeBase], code: str, **values: Any) -> int:
    """Key of the row with this ``code``, added with ``values`` if there is none."""
    columns: Any = model
    if (found := session.scalar(select(columns.id).where(columns.code == code))) is not None:
        return int(found)
    row = columns(code=code, **values)
    session.add(row)
    session.flush()
    return int(row.id)


def ensure_warehouse(session: Session) -> int:
    """Key of the wholesaler's warehouse."""
    return ensure_id(
        session,
        Warehouse,
        WAREHOUSE,
        name="Online Retail, United Kingdom",
        country="GB",
        timezone="Europe/London",
    )


def ensure_assortment(session: Session, segments: dict[str, int]) -> int:
    """Key of the assortment of all imported goods, granted to the imported segments."""
    found = session.scalar(select(Assortment.id).where(Assortment.code == ASSORTMENT))
    if found is not None:
        return found
    key = ensure_id(session, Assortment, ASSORTMENT, name="Online Retail", everything=False)
    session.add_all(AssortmentGrant(assortment_id=key, segment_id=segment) for segment in segments.values())
    session.flush()
    return key


def ensure_segments(session: Session) -> dict[str, int]:
    """Keys of the segments by the source's tier."""
    return {
        tier: ensure_id(session, Segment, f"online-retail-{tier}", name=name) for tier, name in TIERS.items()
    }


def load_people(
    session: Session,
    folder: Path,
    reference: Reference,
    segments: dict[str, int],
    warehouse_id: int,
    password_hash: str,
) -> People:
    """Every dealer as an account with one place and one buyer. Raises ImportProblem."""
    rows = list(source.accounts(folder))
    dealers = [row for row in rows if row.dealer]
    for row in dealers:
        if row.tier not in segments:
            raise ImportProblem(source.ACCOUNTS, row.row, f"tier {row.tier!r}: not a tier of dealers")
    known = set(session.scalars(select(Account.code).where(Account.code.startswith(CODE_PREFIX))))
    missing = [row for row in dealers if f"{CODE_PREFIX}{row.customer}" not in known]
    connection = session.connection()
    _insert_people(connection, missing, reference, segments, warehouse_id, password_hash)
    found = {
        row.code: row
        for row in session.execute(
            select(
                Account.code,
                Account.id,
                Account.tax_profile_id,
                Account.locale,
                Location.id.label("location_id"),
                Location.name.label("location_name"),
                Location.country,
                Membership.user_id,
            )
            .join(Location, Location.account_id == Account.id)
            .join(Membership, Membership.account_id == Account.id)
            .where(Account.code.startswith(CODE_PREFIX))
            .order_by(Location.position.desc(), Location.id.desc(), Membership.user_id.desc())
        )
    }
    by_customer = {
        row.customer: Dealer(
            account_id=entry.id,
            location_id=entry.location_id,
            user_id=entry.user_id,
            tax_profile_id=entry.tax_profile_id,
            locale=entry.locale,
            ship_to=dict.fromkeys(SHIP_TO, "") | {"name": entry.location_name, "country": entry.country},
        )
        for row in dealers
        for entry in (found[f"{CODE_PREFIX}{row.customer}"],)
    }
    others = frozenset(row.customer for row in rows if not row.dealer)
    return People(by_customer, others, sum(row.lines for row in dealers), len(missing))


def credit_limit_of(account: SourceAccount) -> int:
    """Six average orders, rounded up to the next 1,000 pounds, in pence. The source has no limits."""
    average = divide(account.revenue_pence, max(account.orders, 1))
    return max(1, -(-6 * average // 100_000)) * 100_000


def _insert_people(
    connection: Connection,
    rows: list[SourceAccount],
    reference: Reference,
    segments: dict[str, int],
    warehouse_id: int,
    password_hash: str,
) -> None:
    account_ids = reserve_ids(connection, Account, len(rows))
    user_ids = reserve_ids(connection, User, len(rows))
    location_ids = reserve_ids(connection, Location, len(rows))
    accounts: list[tuple[object, ...]] = []
    locations: list[tuple[object, ...]] = []
    users: list[tuple[object, ...]] = []
    memberships: list[tuple[object, ...]] = []
    for row, account_id, user_id, location_id in zip(rows, account_ids, user_ids, location_ids, strict=True):
        country = country_of(row.country_iso)
        zone = timezone_of(country)
        accounts.append(
            (
                account_id,
                f"{CODE_PREFIX}{row.customer}",
                f"Dealer {row.customer}, {row.country}",
                AccountStatus.ACTIVE,
                segments[row.tier],
                country,
                CURRENCY,
                locale_of(row.locale),
                zone,
                reference.tax_profiles[tax_profile_of(country)],
                reference.payment_terms["net30"],
                credit_limit_of(row),
                0,
                row.first_order,
            )
        )
        locations.append(
            (location_id, account_id, "MAIN", f"Dealer {row.customer}", "", "", country, "", "", "", "", "", zone,
             warehouse_id, "", 0b0011111, 0, True)
        )  # fmt: skip
        email = f"buyer.{row.customer}@online-retail.example"
        users.append((user_id, email, f"Buyer {row.customer}", password_hash, 0, True, row.first_order))
        memberships.append((user_id, account_id, AccountRole.BUYER))
    insert_rows(connection, Account, _ACCOUNT, accounts)
    insert_rows(connection, Location, _LOCATION, locations)
    insert_rows(connection, User, _USER, users)
    insert_rows(connection, Membership, ("user_id", "account_id", "role"), memberships)


_ACCOUNT: Final = (
    "id", "code", "name", "status", "segment_id", "country", "currency", "locale", "timezone", "tax_profile_id",
    "payment_terms_id", "credit_limit", "credit_used", "created_at",
)  # fmt: skip
_LOCATION: Final = (
    "id", "account_id", "code", "name", "recipient", "phone", "country", "region", "city", "line1", "line2",
    "postal_code", "timezone", "warehouse_id", "route", "delivery_weekdays", "position", "active",
)  # fmt: skip
_USER: Final = ("id", "email", "name", "password_hash", "session_epoch", "active", "created_at")
