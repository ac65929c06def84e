"""How long ordering at trade scale takes, on SQLite and PostgreSQL.

    make bench orders                          SQLite in a temporary folder
    make bench orders ARGS="--url postgresql://user@host/empty_database"
    make bench orders ARGS="--only place"

Each part is a function over a common shop: a dealer on account with eight places, one warehouse with a route, freight,
and as many variants as a part asks for. What is measured is the room's own work in one transaction, commit included.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import insert
from sqlalchemy.orm import Session

import portal.discovery.models
import portal.jobs.models  # noqa: F401 -- the tables of all rooms are made.
from bench import order_cart, order_rate
from portal.accounts.models import (
    Account,
    AccountRole,
    Location,
    Membership,
    PaymentTerms,
    TaxProfile,
    TaxRounding,
    TermsKind,
    User,
)
from portal.accounts.queries import Buyer, buyer_of
from portal.catalog.codes import variants_of_codes
from portal.catalog.models import (
    Assortment,
    AssortmentGrant,
    Category,
    Product,
    Stock,
    Unit,
    Variant,
    Warehouse,
)
from portal.core.database import Database
from portal.core.tables import Base
from portal.delivery.models import FreightRule, Route
from portal.orders.actions import Checkout, place_order
from portal.orders.basket import Basket, BasketDrop, BasketLine
from portal.orders.bulk import commit_entry, entry_of, keep_entry
from portal.orders.bulk_facts import Entering
from portal.orders.bulk_lines import Reader
from portal.orders.bulk_outcome import assess
from portal.orders.models import Cart, CartDrop, CartLine
from portal.orders.place import place_basket
from portal.orders.priced_cart import Going, priced_cart
from portal.pricing.models import Price, PriceList, PriceListKind, TaxMode, TaxRate

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday, 10:00 in Seoul: before the cutoff."""

TODAY = date(2026, 11, 23)
VARIANTS = 1_000
PLACES = 8
DAYS = tuple(date(2026, 11, 24) + timedelta(days=ahead) for ahead in (0, 1, 2, 3, 6, 7))


@dataclass(frozen=True)
class Shop:
    """The common data: ids, and the buyer as prices see it."""

    database: Database
    buyer: Buyer
    user_id: int
    warehouse_id: int
    location_ids: tuple[int, ...]
    variant_ids: tuple[int, ...]


@dataclass(frozen=True)
class Result:
    """One line of the table, in milliseconds."""

    name: str
    times: tuple[float, ...]
    goal: float


Part = Callable[[Shop], Sequence[Result]]


def main() -> int:
    """Run the chosen parts and print what they took."""
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(options.url or f"sqlite:///{Path(folder) / 'bench.db'}")
        Base.metadata.create_all(database.writer)
        shop = build(database)
        print(f"{database.engine.dialect.name}\n{'':<44}{'p50 ms':>9}{'p95 ms':>9}{'goal':>7}")
        for name, part in PARTS.items():
            if options.only and name not in options.only:
                continue
            for result in part(shop):
                ordered = sorted(result.times)
                high = ordered[min(len(ordered) - 1, round(len(ordered) * 0.95))]
                print(f"{result.name:<44}{statistics.median(ordered):>9.1f}{high:>9.1f}{result.goal:>7.0f}")
        database.dispose()
    return 0


def arguments() -> argparse.Namespace:
    """The command's words."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="an empty database; without it SQLite in a temporary folder")
    parser.add_argument("--only", nargs="*", choices=sorted(PARTS), help="the parts to run")
    return parser.parse_args()


def build(database: Database) -> Shop:
    """The common data in an empty database."""
    with database.writing() as session:
        made = _build(session, database)
        session.commit()
    return made


def _build(session: Session, database: Database) -> Shop:
    def add(row: Base) -> int:
        session.add(row)
        session.flush()
        return int(row.id)  # type: ignore[attr-defined]

    profile = add(TaxProfile(code="KR", name="Korea", rounding=TaxRounding.LINE_DOWN))
    add(
        TaxRate(
            tax_profile_id=profile,
            tax_class="standard",
            code="VAT",
            rate_ppm=100_000,
            valid_from=date(2000, 1, 1),
        )
    )
    terms = add(PaymentTerms(code="net30", kind=TermsKind.NET, net_days=30))
    account = add(
        Account(
            code="BENCH",
            name="Bench dealer",
            country="KR",
            currency="KRW",
            locale="ko",
            timezone="Asia/Seoul",
            payment_terms_id=terms,
            tax_profile_id=profile,
            credit_limit=10**14,
            created_at=NOW,
        )
    )
    everything = add(Assortment(code="everything", name="Everything", everything=True))
    add(AssortmentGrant(assortment_id=everything, account_id=account))
    user = add(User(email="bench@example.com", name="Bench", password_hash="", created_at=NOW))
    session.add(Membership(user_id=user, account_id=account, role=AccountRole.BUYER))
    warehouse = add(Warehouse(code="ICN", name="Incheon", country="KR", timezone="Asia/Seoul"))
    add(Route(code="parcel:ICN", name="Parcels", warehouse_id=warehouse, cutoff_minutes=14 * 60, lead_days=1))
    add(FreightRule(route_id=None, currency="KRW", charge=3_000, free_from=50_000))
    places = tuple(
        add(
            Location(
                account_id=account,
                code=f"P{number}",
                name=f"Place {number}",
                country="KR",
                timezone="Asia/Seoul",
                warehouse_id=warehouse,
            )
        )
        for number in range(PLACES)
    )
    category = add(Category(slug="bench", names={"en": "Bench"}, above=""))
    prices = add(
        PriceList(
            code="base",
            names={"en": "Base"},
            kind=PriceListKind.BASE,
            currency="KRW",
            tax_mode=TaxMode.NET,
            valid_from=date(2000, 1, 1),
        )
    )
    variants = []
    for number in range(VARIANTS):
        product = add(
            Product(
                code=f"B{number}", names={"en": f"Product {number}"}, category_id=category, created_at=NOW
            )
        )
        variants.append(
            add(
                Variant(
                    product_id=product,
                    sku=f"B-{number}",
                    names={"en": f"Product {number}"},
                    unit=Unit.EACH,
                    created_at=NOW,
                )
            )
        )
    for first, amount in ((1, 1_000), (12, 900), (100, 800)):
        session.execute(
            insert(Price),
            [
                {
                    "price_list_id": prices,
                    "variant_id": variant,
                    "min_quantity": first,
                    "amount_e4": (amount + variant % 97) * 10_000,
                }
                for variant in variants
            ],
        )
    session.execute(
        insert(Stock),
        [
            {
                "variant_id": variant,
                "warehouse_id": warehouse,
                "on_hand": 10**8,
                "reserved": 0,
                "backordered": 0,
            }
            for variant in variants
        ],
    )
    return Shop(database, buyer_of(session, account), user, warehouse, places, tuple(variants))


def place(shop: Shop) -> list[Result]:
    """Placing: the last step of a checkout, from the account's lock to the commit."""
    return [
        _placing(shop, "place an order of 10 lines", 10, 30, 20),
        _placing(shop, "place an order of 300 lines", 300, 15, 120),
        _placing_split(shop, "place 50 lines x 8 places x 6 days", 50, 5, 1_000),
        _looking(shop, "price a checkout of 300 lines", 300, 15, 100),
    ]


def _placing(shop: Shop, name: str, lines: int, rounds: int, goal: float) -> Result:
    times = []
    for number in range(rounds):
        with shop.database.writing() as session:
            fill_cart(session, shop, lines)
            total = _total(session, shop)
            session.commit()
        form = Checkout(f"{name} {number}", shop.location_ids[0], total, despite_recent=True)
        began = perf_counter()
        with shop.database.writing() as session:
            place_order(session, shop.buyer, shop.user_id, form, year=2026, today=TODAY, now=NOW)
            session.commit()
        times.append((perf_counter() - began) * 1_000)
    return Result(name, tuple(times), goal)


def _placing_split(shop: Shop, name: str, lines: int, rounds: int, goal: float) -> Result:
    cells = [(location, day) for location in shop.location_ids for day in DAYS]
    basket = Basket(
        tuple(
            BasketLine(
                variant,
                len(cells) * 2,
                drops=tuple(BasketDrop(location, day, 2) for location, day in cells),
            )
            for variant in shop.variant_ids[:lines]
        )
    )
    times = []
    for number in range(rounds):
        with shop.database.writing() as session:
            fill_cart(session, shop, lines, len(cells) * 2, cells)
            total = _total(session, shop)
        form = Checkout(f"{name} {number}", shop.location_ids[0], total, despite_recent=True)
        began = perf_counter()
        with shop.database.writing() as session:
            place_basket(session, shop.buyer, shop.user_id, basket, form, year=2026, today=TODAY, now=NOW)
            session.commit()
        times.append((perf_counter() - began) * 1_000)
    return Result(name, tuple(times), goal)


def _looking(shop: Shop, name: str, lines: int, rounds: int, goal: float) -> Result:
    with shop.database.writing() as session:
        fill_cart(session, shop, lines)
        session.commit()
    times = []
    for _ in range(rounds):
        began = perf_counter()
        with shop.database.reading() as session:
            _total(session, shop)
        times.append((perf_counter() - began) * 1_000)
    return Result(name, tuple(times), goal)


def paste(shop: Shop) -> list[Result]:
    """A pasted text: read, previewed and kept; then put into an empty cart, commits included."""
    return [
        _pasting(shop, "a cart of 300 lines by paste", 300, 15, 300),
        _pasting(shop, "preview and commit of 1,000 lines", 1_000, 7, 1_500),
    ]


def _pasting(shop: Shop, name: str, lines: int, rounds: int, goal: float) -> Result:
    text = "\n".join(f"B-{number}\t{number % 40 + 1}" for number in range(lines))
    who = Entering(shop.buyer, shop.user_id, shop.warehouse_id, "ko", TODAY)
    times = []
    for number in range(rounds):
        with shop.database.writing() as session:
            session.query(CartLine).delete()
            session.commit()
        key = f"{name} {number}"
        began = perf_counter()
        with shop.database.writing() as session:
            found: dict[str, tuple[int, ...]] = {}

            def known(
                codes: Collection[str],
                session: Session = session,
                found: dict[str, tuple[int, ...]] = found,
            ) -> Collection[str]:
                found |= variants_of_codes(session, shop.buyer, codes)
                return found.keys()

            reader = Reader(known, lambda _: found, lambda _: (), {}, "ko")  # noqa: B023 -- read at once.
            reading = reader.text(text)
            keep_entry(session, shop.buyer.account_id, shop.user_id, key, "text", reading, NOW)
            entry = entry_of(session, shop.buyer.account_id, shop.user_id, key)
            seen = assess(session, who, entry.lines).digest
            session.commit()
        with shop.database.writing() as session:
            done = commit_entry(session, who, key, seen, NOW)
            session.commit()
        times.append((perf_counter() - began) * 1_000)
        if done is None or len(done.cart) != lines:
            raise LookupError("not every line went into the cart")
    return Result(name, tuple(times), goal)


def fill_cart(
    session: Session,
    shop: Shop,
    lines: int,
    quantity: int = 12,
    cells: Sequence[tuple[int, date]] = (),
) -> None:
    """Make the cart hold so many lines of ``quantity`` units each, split evenly over ``cells`` if any."""
    session.query(CartLine).delete()
    cart = session.query(Cart).filter_by(user_id=shop.user_id).one_or_none() or Cart(
        user_id=shop.user_id, account_id=shop.buyer.account_id, updated_at=NOW
    )
    session.add(cart)
    session.flush()
    rows = [
        CartLine(cart_id=cart.id, variant_id=variant, quantity=quantity, added_at=NOW)
        for variant in shop.variant_ids[:lines]
    ]
    session.add_all(rows)
    session.flush()
    if cells:
        session.execute(
            insert(CartDrop),
            [
                {
                    "cart_line_id": row.id,
                    "location_id": location,
                    "requested_date": day,
                    "quantity": quantity // len(cells),
                }
                for row in rows
                for location, day in cells
            ],
        )


def _total(session: Session, shop: Shop) -> int:
    going = Going(shop.location_ids[0], None, NOW)
    cart = priced_cart(session, shop.buyer, shop.user_id, shop.warehouse_id, "ko", TODAY, going=going)
    if cart.document is None:
        raise LookupError("the cart is empty")
    return cart.document.total


def cart(shop: Shop) -> list[Result]:
    """The cart's pages and changes, as a browser is answered."""
    rows, notes = order_cart.measured(shop)
    print("\n".join(notes))
    return [Result(*row) for row in rows]


def orders_a_second(shop: Shop) -> list[Result]:
    """What sixteen dealers get done together; said as a note, for it is no time."""
    with shop.database.writing() as session:
        like, place = (
            session.get_one(Account, shop.buyer.account_id),
            session.get_one(Location, shop.location_ids[0]),
        )
        dealers = []
        for number in range(order_rate.CLIENTS):
            buyer, user_id, location_id = order_rate.dealer(session, like, place, number, NOW)
            variants = shop.variant_ids[number * 7 : number * 7 + order_rate.LINES]
            own = replace(
                shop, buyer=buyer, user_id=user_id, location_ids=(location_id,), variant_ids=variants
            )
            fill_cart(session, own, order_rate.LINES)
            dealers.append(order_rate.Dealer(buyer, user_id, location_id, variants, _total(session, own)))
        session.query(CartLine).delete()
        session.commit()
    url = shop.database.engine.url.render_as_string(hide_password=False)
    done = order_rate.rate(url, dealers, TODAY, NOW)
    print(
        f"{order_rate.CLIENTS} dealers in {order_rate.PROCESSES} processes: {done:.0f} orders a second (goal 50)"
    )
    return []


PARTS: dict[str, Part] = {"paste": paste, "place": place, "cart": cart, "rate": orders_a_second}
"""The parts of this measurement, by the word that chooses them."""


if __name__ == "__main__":
    sys.exit(main())
