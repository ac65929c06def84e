"""Small makers of rows for tests: every value a test does not speak of has a default, names count up.

Each adds its row to the session and flushes, so that its id is known; nothing commits. ``changes`` are columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from typing import Any, TypeVar

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import (
    Account,
    AccountRole,
    Location,
    Membership,
    PaymentTerms,
    Segment,
    StaffRole,
    TaxProfile,
    TaxRounding,
    TermsKind,
    User,
)
from portal.accounts.queries import Buyer, buyer_of
from portal.catalog.categories import above_of
from portal.catalog.models import (
    Assortment,
    AssortmentGrant,
    AssortmentItem,
    Brand,
    Category,
    Product,
    Stock,
    Variant,
    Warehouse,
)
from portal.catalog.search_text import search_text_of
from portal.core.tables import Base
from portal.pricing.models import (
    Price,
    PriceList,
    PriceListAssignment,
    PriceListKind,
    Promotion,
    PromotionAmount,
    PromotionAudience,
    PromotionKind,
    PromotionTarget,
    TaxRate,
)

CREATED = datetime(2025, 1, 2, 3, 4, tzinfo=UTC)
PASSWORD = "correct horse battery"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Makes real hashes that cost nothing."""

_numbers = count(1)
Row = TypeVar("Row", bound=Base)


def added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


@cache
def password_hash(password: str = PASSWORD) -> str:
    """A real but cheap hash, made once per password and process."""
    return HASHER.hash(password)


def make_warehouse(session: Session, **changes: Any) -> Warehouse:
    number = next(_numbers)
    values = {"code": f"WH{number}", "name": f"Warehouse {number}", "country": "KR", "timezone": "Asia/Seoul"}
    return added(session, Warehouse(**values | changes))


def make_segment(session: Session, **changes: Any) -> Segment:
    number = next(_numbers)
    return added(session, Segment(**{"code": f"segment-{number}", "name": f"Segment {number}"} | changes))


def make_tax_profile(session: Session, *, rate_ppm: int | None = 100_000, **changes: Any) -> TaxProfile:
    """A profile with one tax on the standard class, Korean 10 % unless told; None: without any tax."""
    number = next(_numbers)
    values = {"code": f"tax-{number}", "name": f"Tax {number}", "rounding": TaxRounding.LINE_DOWN}
    profile = added(session, TaxProfile(**values | changes))
    if rate_ppm is not None:
        add_tax_rate(session, profile, rate_ppm=rate_ppm)
    return profile


def add_tax_rate(session: Session, profile: TaxProfile, **changes: Any) -> TaxRate:
    values = {
        "tax_profile_id": profile.id,
        "tax_class": "standard",
        "code": "VAT",
        "rate_ppm": 100_000,
        "valid_from": date(2000, 1, 1),
    }
    return added(session, TaxRate(**values | changes))


def make_account(session: Session, *, sees_everything: bool = True, **changes: Any) -> Account:
    """A Korean dealer on account (net 30, 10 000 000 won) that sees the whole catalog unless told otherwise."""
    number = next(_numbers)
    if "payment_terms_id" not in changes:
        changes["payment_terms_id"] = make_terms(session).id
    if "tax_profile_id" not in changes:
        changes["tax_profile_id"] = make_tax_profile(session).id
    values = {
        "code": f"A{number}",
        "name": f"Dealer {number}",
        "country": "KR",
        "currency": "KRW",
        "locale": "ko",
        "timezone": "Asia/Seoul",
        "credit_limit": 10_000_000,
        "created_at": CREATED,
    }
    account = added(session, Account(**values | changes))
    if sees_everything:
        whole = session.scalar(select(Assortment).where(Assortment.code == "everything"))
        whole = whole or added(session, Assortment(code="everything", name="Everything", everything=True))
        added(session, AssortmentGrant(assortment_id=whole.id, account_id=account.id))
    return account


def make_terms(session: Session, **changes: Any) -> PaymentTerms:
    number = next(_numbers)
    values = {"code": f"net30-{number}", "kind": TermsKind.NET, "net_days": 30}
    return added(session, PaymentTerms(**values | changes))


def make_location(session: Session, account: Account, warehouse: Warehouse, **changes: Any) -> Location:
    number = next(_numbers)
    values = {
        "account_id": account.id,
        "code": f"L{number}",
        "name": f"Store {number}",
        "country": "KR",
        "timezone": "Asia/Seoul",
        "warehouse_id": warehouse.id,
    }
    return added(session, Location(**values | changes))


def make_user(
    session: Session,
    account: Account | None = None,
    *,
    role: AccountRole = AccountRole.BUYER,
    staff_role: StaffRole | None = None,
    **changes: Any,
) -> User:
    """A person with PASSWORD; a member of ``account`` if one is given."""
    number = next(_numbers)
    values = {
        "email": f"person{number}@example.com",
        "name": f"Person {number}",
        "password_hash": password_hash(),
        "staff_role": staff_role,
        "created_at": CREATED,
    }
    user = added(session, User(**values | changes))
    if account is not None:
        added(session, Membership(user_id=user.id, account_id=account.id, role=role))
    return user


def make_buyer(session: Session, account: Account) -> Buyer:
    """The account as prices and catalog see it."""
    return buyer_of(session, account.id)


def make_category(session: Session, parent: Category | None = None, **changes: Any) -> Category:
    number = next(_numbers)
    values = {
        "slug": f"category-{number}",
        "parent_id": parent.id if parent else None,
        "above": above_of(parent),
        "names": {"ko": f"분류 {number}", "en": f"Category {number}"},
    }
    return added(session, Category(**values | changes))


def make_brand(session: Session, **changes: Any) -> Brand:
    number = next(_numbers)
    values = {"code": f"BR{number}", "names": {"ko": f"상표 {number}", "en": f"Brand {number}"}}
    return added(session, Brand(**values | changes))


def make_product(session: Session, category: Category | None = None, **changes: Any) -> Product:
    number = next(_numbers)
    if "category_id" not in changes:
        changes["category_id"] = (category or make_category(session)).id
    values = {
        "code": f"P{number}",
        "names": {"ko": f"상품 {number}", "en": f"Product {number}"},
        "rank": number,
        "created_at": CREATED,
    }
    return added(session, Product(**values | changes))


def make_variant(session: Session, product: Product | None = None, **changes: Any) -> Variant:
    """A variant that can be searched; of a new product unless one is given."""
    number = next(_numbers)
    product = product or make_product(session)
    values = {
        "product_id": product.id,
        "sku": f"SKU-{number}",
        "names": {"ko": f"품목 {number}", "en": f"Item {number}"},
        "created_at": CREATED,
    }
    variant = Variant(**values | changes)
    if not variant.search_text:
        brand = session.get(Brand, product.brand_id) if product.brand_id else None
        variant.search_text = search_text_of(
            sku=variant.sku,
            barcode=variant.barcode,
            part_number=variant.part_number,
            names=variant.names,
            brand_names=brand.names if brand else None,
        )
    return added(session, variant)


def make_stock(
    session: Session, variant: Variant, warehouse: Warehouse, on_hand: int, **changes: Any
) -> Stock:
    values = {"variant_id": variant.id, "warehouse_id": warehouse.id, "on_hand": on_hand}
    return added(session, Stock(**values | changes))


def make_assortment(
    session: Session,
    variants: Sequence[Variant],
    *,
    account: Account | None = None,
    segment: Segment | None = None,
    hides: bool = False,
) -> Assortment:
    """Shows (or hides) the variants to an account or a segment."""
    number = next(_numbers)
    assortment = added(session, Assortment(code=f"assortment-{number}", name=f"Assortment {number}"))
    session.add_all(
        AssortmentItem(assortment_id=assortment.id, variant_id=variant.id) for variant in variants
    )
    added(
        session,
        AssortmentGrant(
            assortment_id=assortment.id,
            account_id=account.id if account else None,
            segment_id=segment.id if segment else None,
            hides=hides,
        ),
    )
    return assortment


def make_price_list(
    session: Session, *, account: Account | None = None, segment: Segment | None = None, **changes: Any
) -> PriceList:
    """A base list in won; a contract list if an account is given, a segment list if a segment is."""
    number = next(_numbers)
    kind = PriceListKind.CONTRACT if account else PriceListKind.SEGMENT if segment else PriceListKind.BASE
    values = {
        "code": f"list-{number}",
        "names": {"ko": f"단가표 {number}", "en": f"Price list {number}"},
        "kind": kind,
        "currency": "KRW",
    }
    price_list = added(session, PriceList(**values | changes))
    if account or segment:
        added(
            session,
            PriceListAssignment(
                price_list_id=price_list.id,
                account_id=account.id if account else None,
                segment_id=segment.id if segment else None,
            ),
        )
    return price_list


def make_price(
    session: Session, price_list: PriceList, variant: Variant, amount_e4: int | None, min_quantity: int = 1
) -> Price:
    """``amount_e4``: ten-thousandths of the currency's major unit; None: on request."""
    return added(
        session,
        Price(
            variant_id=variant.id,
            price_list_id=price_list.id,
            min_quantity=min_quantity,
            amount_e4=amount_e4,
        ),
    )


def make_promotion(
    session: Session,
    kind: PromotionKind,
    *,
    account: Account | None = None,
    segment: Segment | None = None,
    targets: Sequence[Variant | Product | Category | tuple[Variant, int]] = (),
    currency: str = "KRW",
    off_e4: int | None = None,
    amount: int | None = None,
    minimum_value: int | None = None,
    **changes: Any,
) -> Promotion:
    """For everyone unless an account or segment is given, on all products unless targets are.

    A target may be a pair of a variant and its units in a bundle. Amounts are in ``currency``, won unless told.
    """
    number = next(_numbers)
    values = {
        "name_key": f"promotion-{number}",
        "names": {"ko": f"행사 {number}", "en": f"Promotion {number}"},
        "kind": kind,
        "everyone": not (account or segment),
        "all_products": not targets,
    }
    promotion = added(session, Promotion(**values | changes))
    if account:
        session.add(PromotionAudience(promotion_id=promotion.id, account_id=account.id))
    if segment:
        session.add(PromotionAudience(promotion_id=promotion.id, segment_id=segment.id))
    for target in targets:
        row, quantity = target if isinstance(target, tuple) else (target, 1)
        key = {Variant: "variant_id", Product: "product_id", Category: "category_id"}[type(row)]
        session.add(PromotionTarget(promotion_id=promotion.id, quantity=quantity, **{key: row.id}))
    if any(each is not None for each in (off_e4, amount, minimum_value)):
        session.add(
            PromotionAmount(
                promotion_id=promotion.id,
                currency=currency,
                off_e4=off_e4,
                amount=amount,
                minimum_value=minimum_value,
            )
        )
    session.flush()
    return promotion
