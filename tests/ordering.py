"""A small shop for tests of ordering: one dealer on account, one place, one warehouse, won prices with 10 % tax.

Everything goes through the rooms' own verbs; only prices, people and goods are made by the factories.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from PIL import Image
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, CreditEntry, StaffRole
from portal.accounts.queries import Buyer
from portal.catalog.models import Stock, Warehouse
from portal.catalog.queries import VariantRow, variants_by_id
from portal.orders.actions import Checkout, PlacedOrder, place_order, set_cart_quantity
from portal.orders.models import Drop, Order, OrderLine
from portal.orders.priced_cart import priced_cart
from portal.pricing.models import PriceList
from tests import factories as make

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday, 10:00 in Seoul."""

TODAY = date(2026, 11, 23)
YEAR = 2026


@dataclass(frozen=True)
class Shop:
    """Ids of the shop and its one dealer; ``dealer()`` makes another dealer of the same shop."""

    account_id: int
    user_id: int
    location_id: int
    warehouse_id: int
    price_list_id: int
    staff_id: int
    buyer: Buyer

    def dealer(self, session: Session, **account: Any) -> Shop:
        """Another dealer who buys the same goods at the same prices from the same warehouse."""
        made = make.make_account(session, tax_profile_id=self.buyer.tax_profile_id, **account)
        warehouse = session.get_one(Warehouse, self.warehouse_id)
        return replace(
            self,
            account_id=made.id,
            user_id=make.make_user(session, made).id,
            location_id=make.make_location(session, made, warehouse).id,
            buyer=make.make_buyer(session, made),
        )

    def colleague(self, session: Session) -> Shop:
        """Another person of the same account."""
        account = session.get_one(Account, self.account_id)
        return replace(self, user_id=make.make_user(session, account).id)

    def sell(self, session: Session, *, won: int | None, on_hand: int = 0, **variant: Any) -> int:
        """A variant at a net price (null: on request) with units on the shelf; its id."""
        made = make.make_variant(session, **variant)
        price = None if won is None else won * 10_000
        make.make_price(session, session.get_one(PriceList, self.price_list_id), made, price)
        if on_hand:
            make.make_stock(session, made, session.get_one(Warehouse, self.warehouse_id), on_hand)
        return made.id

    def variant(self, session: Session, variant_id: int) -> VariantRow:
        """The variant as this dealer sees it."""
        (row,) = variants_by_id(session, self.buyer, [variant_id], self.warehouse_id, self.buyer.locale)
        return row

    def put(self, session: Session, wanted: Mapping[int, int]) -> None:
        """Make the cart hold these units of each variant (id)."""
        rows = variants_by_id(session, self.buyer, list(wanted), self.warehouse_id, self.buyer.locale)
        for row in rows:
            set_cart_quantity(session, self.user_id, self.account_id, row, wanted[row.id], None, NOW)

    def shown_total(self, session: Session) -> int:
        """What the checkout page would show, minor units."""
        document = self.cart(session).document
        return document.total if document else 0

    def cart(self, session: Session) -> Any:
        """The cart at today's prices."""
        return priced_cart(session, self.buyer, self.user_id, self.warehouse_id, self.buyer.locale, TODAY)

    def place(self, session: Session, key: str = "key", **checkout: Any) -> PlacedOrder:
        """Order what is in the cart at the total the page would show now."""
        if "shown_total" not in checkout:
            checkout["shown_total"] = self.shown_total(session)
        # Tests order the same things again within minutes; those of the question about it say so.
        known: dict[str, Any] = {"submit_key": key, "location_id": self.location_id, "despite_recent": True}
        form = Checkout(**known | checkout)
        return place_order(session, self.buyer, self.user_id, form, year=YEAR, today=TODAY, now=NOW)

    def order(self, session: Session, wanted: Mapping[int, int], key: str = "key", **checkout: Any) -> Order:
        """Put and place; the order's row."""
        self.put(session, wanted)
        placed = self.place(session, key, **checkout)
        return session.scalars(select(Order).where(Order.number == placed.number)).one()


def open_shop(session: Session, **account: Any) -> Shop:
    """The shop with its dealer; ``account`` are columns of the dealer's account."""
    profile = make.make_tax_profile(session)
    dealer = make.make_account(session, tax_profile_id=profile.id, **account)
    warehouse = make.make_warehouse(session)
    return Shop(
        account_id=dealer.id,
        user_id=make.make_user(session, dealer).id,
        location_id=make.make_location(session, dealer, warehouse, name="Gangnam store").id,
        warehouse_id=warehouse.id,
        price_list_id=make.make_price_list(session).id,
        staff_id=make.make_user(session, staff_role=StaffRole.DESK).id,
        buyer=make.make_buyer(session, dealer),
    )


def photo(colour: str = "red") -> bytes:
    """A photo as a camera might give it, only smaller."""
    out = BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


def stock_of(session: Session, variant_id: int) -> tuple[int, int, int]:
    """(on hand, reserved, back-ordered) of a variant in the one warehouse; zeros without a row."""
    row = session.execute(
        select(Stock.on_hand, Stock.reserved, Stock.backordered).where(Stock.variant_id == variant_id)
    ).one_or_none()
    return (row[0], row[1], row[2]) if row else (0, 0, 0)


def credit_used(session: Session, account_id: int) -> int:
    """Credit the account uses, minor units."""
    return session.scalars(select(Account.credit_used).where(Account.id == account_id)).one()


def assert_books_balance(session: Session) -> None:
    """Stock, drops, lines and credit agree, where nothing is invoiced yet, and order numbers have no gap."""
    promised = (
        select(
            OrderLine.variant_id,
            Drop.warehouse_id,
            func.sum(Drop.reserved).label("reserved"),
            func.sum(Drop.backordered).label("backordered"),
        )
        .join(OrderLine, OrderLine.id == Drop.order_line_id)
        .group_by(OrderLine.variant_id, Drop.warehouse_id)
        .subquery()
    )
    for row in session.execute(
        select(Stock, promised.c.reserved, promised.c.backordered)
        .outerjoin(
            promised,
            (promised.c.variant_id == Stock.variant_id) & (promised.c.warehouse_id == Stock.warehouse_id),
        )
        .execution_options(populate_existing=True)
    ):
        assert (row.Stock.reserved, row.Stock.backordered) == (row.reserved or 0, row.backordered or 0)
        assert 0 <= row.Stock.reserved <= row.Stock.on_hand
    for line_id, ordered, in_drops in session.execute(
        select(OrderLine.id, OrderLine.quantity, func.sum(Drop.quantity))
        .join(Drop, Drop.order_line_id == OrderLine.id)
        .group_by(OrderLine.id, OrderLine.quantity)
    ):
        assert ordered == in_drops, line_id
    entries = (
        select(CreditEntry.account_id, func.sum(CreditEntry.amount).label("used"))
        .group_by(CreditEntry.account_id)
        .subquery()
    )
    open_totals = (
        select(Order.account_id, func.sum(Order.total).label("open"))
        .where(Order.status != "cancelled")
        .group_by(Order.account_id)
        .subquery()
    )
    for account_id, used, limit, noted, opened in session.execute(
        select(
            Account.id,
            Account.credit_used,
            Account.credit_limit,
            entries.c.used,
            open_totals.c.open,
        )
        .outerjoin(entries, entries.c.account_id == Account.id)
        .outerjoin(open_totals, open_totals.c.account_id == Account.id)
    ):
        assert used == (noted or 0) == (opened or 0), account_id
        assert limit is None or used <= limit
    numbers = sorted(session.scalars(select(Order.number)))
    assert numbers == [f"{YEAR}-{place:06d}" for place in range(1, len(numbers) + 1)]


class counted_statements:  # noqa: N801 - reads like a verb where it is used.
    """A block in which the SQL statements of an engine are kept in ``texts``; savepoints and pragmas are not."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.texts: list[str] = []

    def __enter__(self) -> counted_statements:
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def __len__(self) -> int:
        return len(self.texts)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            self.texts.append(statement)
