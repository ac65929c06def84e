"""Orders a second: 16 dealers order 10 lines each, again and again, from two processes on one database.

What is counted is the room's work, commit included, as a web process does it in its threads; pages are not built.
Dealers share some of their goods, so they wait for each other's stock and for the numbers of the year as in life.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountRole, Location, Membership, User
from portal.accounts.queries import Buyer, buyer_of
from portal.catalog.models import AssortmentGrant
from portal.core.database import Database
from portal.core.process import settle
from portal.orders.actions import Checkout
from portal.orders.basket import Basket, BasketDrop, BasketLine
from portal.orders.place import place_basket

CLIENTS = 16
PROCESSES = 2
LINES = 10
SECONDS = 10.0


@dataclass(frozen=True)
class Dealer:
    """One client: who orders, what, where, and what it comes to."""

    buyer: Buyer
    user_id: int
    location_id: int
    variant_ids: tuple[int, ...]
    total: int
    """Minor units."""

    @property
    def basket(self) -> Basket:
        """Twelve of each, to one place, as soon as possible."""
        return Basket(
            tuple(
                BasketLine(variant, 12, drops=(BasketDrop(self.location_id, None, 12),))
                for variant in self.variant_ids
            )
        )


def dealer(
    session: Session, like: Account, place: Location, number: int, now: datetime
) -> tuple[Buyer, int, int]:
    """One more account of the same kind, with a person and a place: buyer, user id, location id."""
    account = Account(
        code=f"RATE-{number}",
        name=f"Dealer {number}",
        country=like.country,
        currency=like.currency,
        locale=like.locale,
        timezone=like.timezone,
        payment_terms_id=like.payment_terms_id,
        tax_profile_id=like.tax_profile_id,
        credit_limit=like.credit_limit,
        created_at=now,
    )
    user = User(email=f"rate-{number}@example.com", name="Rate", password_hash="", created_at=now)
    session.add_all([account, user])
    session.flush()
    own = Location(
        account_id=account.id,
        code="P",
        name="Place",
        country=place.country,
        timezone=place.timezone,
        warehouse_id=place.warehouse_id,
    )
    grant = session.query(AssortmentGrant).filter_by(account_id=like.id).one()
    session.add_all(
        [
            own,
            Membership(user_id=user.id, account_id=account.id, role=AccountRole.BUYER),
            AssortmentGrant(assortment_id=grant.assortment_id, account_id=account.id),
        ]
    )
    session.flush()
    return buyer_of(session, account.id), user.id, own.id


def rate(url: str, dealers: Sequence[Dealer], today: date, now: datetime) -> float:
    """Orders placed a second by all dealers together."""
    shares = [(url, list(dealers[number::PROCESSES]), today, now) for number in range(PROCESSES)]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        counts = pool.starmap(_order, shares)
    return sum(counts) / SECONDS


def _order(url: str, dealers: Sequence[Dealer], today: date, now: datetime) -> int:
    database = Database(url, pool_size=len(dealers))
    settle()

    def one(who: Dealer) -> int:
        until, placed = time.monotonic() + SECONDS, 0
        while time.monotonic() < until:
            key = f"rate {placed} {time.monotonic_ns()}"
            form = Checkout(key, who.location_id, who.total, despite_recent=True)
            with database.writing() as session:
                place_basket(
                    session, who.buyer, who.user_id, who.basket, form, year=now.year, today=today, now=now
                )
                session.commit()
            placed += 1
        return placed

    with ThreadPoolExecutor(len(dealers)) as threads:
        done = sum(threads.map(one, dealers))
    database.dispose()
    return done
