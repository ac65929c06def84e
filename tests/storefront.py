"""A storefront for tests of pages: a dealer with a store, a base price list, short ways to put things on sale."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountRole, User
from portal.catalog.models import Category, Product, Variant
from portal.orders.models import Order, OrderLine, OrderStatus
from tests.factories import (
    added,
    make_account,
    make_category,
    make_location,
    make_price,
    make_price_list,
    make_product,
    make_stock,
    make_user,
    make_variant,
    make_warehouse,
)


class Shop:
    """Everything a page needs; ``commit`` before the application looks."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.warehouse = make_warehouse(session)
        self.account = make_account(session, name="한빛커피유통")
        self.place = make_location(session, self.account, self.warehouse, name="본점")
        self.buyer = make_user(session, self.account, name="김민지")
        self.base = make_price_list(session, names={"ko": "기준 단가", "en": "General prices"})
        self.category = make_category(session, slug="cafe-beans", names={"ko": "원두", "en": "Beans"})

    def sell(
        self,
        sku: str,
        name: str = "원두",
        *,
        won: int | None = 12_000,
        stock: int = 100,
        product: Product | None = None,
        category: Category | None = None,
        **changes: Any,
    ) -> Variant:
        """Put a variant on sale at ``won`` (None: on request)."""
        product = product or make_product(self.session, category or self.category)
        variant = make_variant(
            self.session, product, sku=sku, names={"ko": name, "en": f"{name} en"}, **changes
        )
        if stock:
            make_stock(self.session, variant, self.warehouse, stock)
        make_price(self.session, self.base, variant, None if won is None else won * 10_000)
        return variant

    def order(
        self,
        number: str,
        *variants: Variant,
        status: OrderStatus = OrderStatus.DELIVERED,
        quantity: int = 1,
        at: datetime = datetime(2026, 11, 2, tzinfo=UTC),
    ) -> Order:
        """An order of the dealer as history knows it; its amounts play no part."""
        placed = added(
            self.session,
            Order(
                number=number,
                account_id=self.account.id,
                location_id=self.place.id,
                placed_by_id=self.buyer.id,
                status=status,
                submit_key=number,
                currency="KRW",
                locale="ko",
                subtotal=1_000,
                net=1_000,
                tax=0,
                total=1_000,
                taxes=[],
                ship_to={"name": "본점"},
                placed_at=at,
            ),
        )
        for position, variant in enumerate(variants, 1):
            added(
                self.session,
                OrderLine(
                    order_id=placed.id,
                    position=position,
                    variant_id=variant.id,
                    sku=variant.sku,
                    name=variant.names["ko"],
                    unit=variant.unit,
                    pack_size=1,
                    quantity=quantity,
                    unit_price_e4=0,
                    list_unit_price_e4=0,
                    line_total=0,
                    tax_class="standard",
                    tax_included=False,
                    steps=[],
                ),
            )
        return placed

    def rival(self, **changes: Any) -> tuple[Account, User]:
        """Another dealer with a store of its own and a person who signs in."""
        account = make_account(self.session, **changes)
        make_location(self.session, account, self.warehouse)
        return account, make_user(self.session, account)

    def person(self, role: AccountRole) -> User:
        """A colleague with another role."""
        return make_user(self.session, self.account, role=role)

    def commit(self) -> None:
        self.session.commit()


@pytest.fixture
def shop(session: Session) -> Shop:
    return Shop(session)
