"""Writing the demo's catalog, dealers, lists and stock; the orders come after, in history.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from portal.accounts.models import (
    Account,
    AccountRole,
    AccountStatus,
    Location,
    Membership,
    Segment,
    User,
)
from portal.accounts.rules import business_number_of
from portal.catalog.categories import above_of
from portal.catalog.models import (
    Brand,
    Category,
    LinkKind,
    Product,
    ProductLink,
    Stock,
    Variant,
    Warehouse,
)
from portal.catalog.search_text import search_text_of
from portal.demo.assortments import write_assortments
from portal.demo.dealers import (
    CHAIN_MEMBER,
    DEALERS,
    NEW_JERSEY,
    SEGMENTS,
    SEOUL,
    STAFF,
    WAREHOUSES,
    Dealer,
)
from portal.demo.goods import Article, attributes_of, description_of, families, links_of
from portal.demo.rounds import lead_days_of, write_rounds
from portal.demo.words import CHILDREN, ROOTS
from portal.importers.bulk import insert_rows, reserve_ids
from portal.importers.reference import Reference

MAIL_HOST: Final = "demo.example"

NEW_SINCE_DAYS: Final = 45
"""How long the new dealer, who has no credit, is known."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of what was written, by the codes the demo's own tables use."""

    categories: dict[str, int]
    products: dict[str, int]
    variants: dict[str, int]
    warehouses: dict[str, int]
    segments: dict[str, int]
    accounts: dict[str, int]
    locations: dict[tuple[str, str], int]
    """By account and place."""
    users: dict[str, int]
    """By mail name."""
    stock: dict[tuple[str, str], int]
    """Units on hand by SKU and warehouse; nothing is promised yet."""


def write_masters(
    session: Session, all_articles: tuple[Article, ...], reference: Reference, today: date, password_hash: str
) -> Keys:
    """Write everything but prices, files and orders."""
    warehouses = _warehouses(session)
    write_rounds(session, warehouses)
    categories = _categories(session)
    products, variants = _products(session, all_articles, categories, today)
    stock = _stock(session, all_articles, variants, warehouses)
    segments = _segments(session)
    users = _staff(session, today, password_hash)
    accounts, locations = _accounts(
        session, reference, segments, warehouses, users, _morning(today, -900), password_hash, today
    )
    write_assortments(session, all_articles, variants, accounts, segments)
    return Keys(categories, products, variants, warehouses, segments, accounts, locations, users, stock)


def morning_of(day: date) -> datetime:
    """Eight in the morning of a day in Seoul, where the seller is."""
    return datetime.combine(day - timedelta(days=1), time(23), tzinfo=UTC)


def _morning(today: date, days: int) -> datetime:
    return morning_of(today + timedelta(days=days))


def _warehouses(session: Session) -> dict[str, int]:
    rows = [
        Warehouse(code=code, name=name, country=country, timezone=zone)
        for code, name, country, zone in WAREHOUSES
    ]
    session.add_all(rows)
    session.flush()
    return {row.code: row.id for row in rows}


def _categories(session: Session) -> dict[str, int]:
    roots = [
        Category(slug=slug, names=names, position=index) for index, (slug, names) in enumerate(ROOTS.items())
    ]
    session.add_all(roots)
    session.flush()
    keys = {row.slug: row.id for row in roots}
    parents = {row.slug: row for row in roots}
    children = []
    for index, (slug, names) in enumerate(CHILDREN.items()):
        parent = parents[slug.split("-", maxsplit=1)[0]]
        children.append(
            Category(slug=slug, parent_id=parent.id, above=above_of(parent), names=names, position=index)
        )
    session.add_all(children)
    session.flush()
    return keys | {row.slug: row.id for row in children}


def _products(
    session: Session, all_articles: tuple[Article, ...], categories: dict[str, int], today: date
) -> tuple[dict[str, int], dict[str, int]]:
    by_family = families(all_articles)
    brands = {article.brand: article.brand_names for article in all_articles}
    brand_rows = [Brand(code=code, names=names) for code, names in brands.items()]
    session.add_all(brand_rows)
    session.flush()
    brand_ids = {row.code: row.id for row in brand_rows}
    connection = session.connection()
    product_ids = dict(zip(by_family, reserve_ids(connection, Product, len(by_family)), strict=True))
    variant_ids = dict(
        zip(
            (article.sku for article in all_articles),
            reserve_ids(connection, Variant, len(all_articles)),
            strict=True,
        )
    )
    products: list[tuple[object, ...]] = []
    variants: list[tuple[object, ...]] = []
    for index, (family, members) in enumerate(by_family.items()):
        first = members[0]
        # The last families of the file came last to the shop; the newest stand first where newness counts.
        created = _morning(today, 5 * (index - len(by_family)) - 3)
        products.append(
            (
                product_ids[family],
                family,
                categories[first.category],
                brand_ids[first.brand],
                first.product_names,
                description_of(first, index),
                attributes_of(first),
                index,
                True,
                created,
            )
        )
        for position, article in enumerate(members):
            variants.append(
                (
                    variant_ids[article.sku],
                    product_ids[family],
                    article.sku,
                    article.barcode,
                    article.part_number,
                    article.reading,
                    article.names,
                    list(article.options),
                    article.unit,
                    article.pack_size,
                    article.step,
                    article.step,
                    article.weight_grams,
                    article.tax_class,
                    article.allow_backorder,
                    lead_days_of(article, len(variants)),
                    position,
                    True,
                    search_text_of(
                        sku=article.sku,
                        barcode=article.barcode,
                        part_number=article.part_number,
                        names=article.names,
                        brand_names=article.brand_names,
                    ),
                    created,
                )
            )
    insert_rows(connection, Product, _PRODUCT, products)
    insert_rows(connection, Variant, _VARIANT, variants)
    session.add_all(
        ProductLink(
            product_id=product_ids[family],
            other_id=product_ids[other],
            kind=LinkKind(kind),
            quantity=quantity,
            position=position,
        )
        for position, (family, other, kind, quantity) in enumerate(links_of(by_family))
    )
    session.flush()
    return product_ids, variant_ids


def _stock(
    session: Session, all_articles: tuple[Article, ...], variants: dict[str, int], warehouses: dict[str, int]
) -> dict[tuple[str, str], int]:
    random = Random("demo stock")
    on_hand: dict[tuple[str, str], int] = {}
    for index, article in enumerate(all_articles):
        for code in (SEOUL, NEW_JERSEY):
            if code == NEW_JERSEY and article.root not in {"cafe", "food"}:
                continue
            on_hand[article.sku, code] = _units(article, index, random)
    insert_rows(
        session.connection(),
        Stock,
        ("variant_id", "warehouse_id", "on_hand", "reserved", "backordered"),
        [(variants[sku], warehouses[code], units, 0, 0) for (sku, code), units in on_hand.items()],
    )
    return on_hand


def _units(article: Article, index: int, random: Random) -> int:
    """None where the file says so, hardly any of some, plenty of the rest."""
    spread = random.randrange(70, 131)
    if not article.in_stock:
        return 0
    if index % 13 == 5:
        return article.step * (1 + index % 3)
    return article.plenty * spread // 100


def _segments(session: Session) -> dict[str, int]:
    rows = [Segment(code=code, name=name) for code, name in SEGMENTS]
    session.add_all(rows)
    session.flush()
    return {row.code: row.id for row in rows}


def _staff(session: Session, today: date, password_hash: str) -> dict[str, int]:
    rows = {
        mail: User(
            email=f"{mail}@{MAIL_HOST}",
            name=name,
            password_hash=password_hash,
            session_epoch=0,
            staff_role=role,
            active=True,
            created_at=_morning(today, -1000),
        )
        for mail, name, role in STAFF
    }
    session.add_all(rows.values())
    session.flush()
    return {mail: row.id for mail, row in rows.items()}


def _accounts(
    session: Session,
    reference: Reference,
    segments: dict[str, int],
    warehouses: dict[str, int],
    users: dict[str, int],
    created: datetime,
    password_hash: str,
    today: date,
) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    accounts: dict[str, int] = {}
    locations: dict[tuple[str, str], int] = {}
    for dealer in DEALERS:
        row = Account(
            code=dealer.code,
            name=dealer.name,
            status=AccountStatus.ACTIVE,
            segment_id=segments[dealer.segment],
            country=dealer.country,
            currency=dealer.currency,
            locale=dealer.locale,
            timezone=dealer.timezone,
            business_number=business_number_of(dealer.country, dealer.business_number),
            tax_profile_id=reference.tax_profiles[dealer.tax_profile],
            payment_terms_id=reference.payment_terms[dealer.terms],
            credit_limit=dealer.credit_limit,
            credit_used=0,
            order_limit=dealer.order_limit,
            parent_id=accounts.get(dealer.parent or ""),
            sales_rep_id=users["rep"],
            created_at=_morning(today, -NEW_SINCE_DAYS) if dealer.credit_limit is None else created,
        )
        session.add(row)
        session.flush()
        accounts[dealer.code] = row.id
        places = _places(dealer, row.id, warehouses[dealer.warehouse])
        session.add_all(places)
        people = [
            User(
                email=f"{member.email}@{MAIL_HOST}",
                name=member.name,
                password_hash=password_hash,
                session_epoch=0,
                active=True,
                created_at=row.created_at,
            )
            for member in dealer.members
        ]
        session.add_all(people)
        session.flush()
        locations |= {(dealer.code, place.code): place.id for place in places}
        for member, person in zip(dealer.members, people, strict=True):
            users[member.email] = person.id
            session.add(Membership(user_id=person.id, account_id=row.id, role=member.role))
    mail, other = CHAIN_MEMBER
    session.add(Membership(user_id=users[mail], account_id=accounts[other], role=AccountRole.BUYER))
    session.flush()
    return accounts, locations


def _places(dealer: Dealer, account_id: int, warehouse_id: int) -> list[Location]:
    return [
        Location(
            account_id=account_id,
            code=place.code,
            name=place.name,
            recipient=place.recipient,
            phone=place.phone,
            country=dealer.country,
            region=place.region,
            city=place.city,
            line1=place.line1,
            line2=place.line2,
            postal_code=place.postal_code,
            timezone=dealer.timezone,
            warehouse_id=warehouse_id,
            route=place.route,
            delivery_weekdays=place.delivery_weekdays,
            position=position,
            active=True,
        )
        for position, place in enumerate(dealer.places)
    ]


_PRODUCT: Final = (
    "id", "code", "category_id", "brand_id", "names", "descriptions", "attributes", "rank", "active", "created_at",
)  # fmt: skip
_VARIANT: Final = (
    "id", "product_id", "sku", "barcode", "part_number", "reading", "names", "options", "unit", "pack_size", "minimum",
    "step", "weight_grams", "tax_class", "allow_backorder", "lead_days", "position", "active", "search_text",
    "created_at",
)  # fmt: skip
