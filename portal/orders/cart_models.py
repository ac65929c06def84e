"""Tables of what becomes an order: carts, lists, bulk entries."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.columns import Json, MoneyAmount, UtcDateTime
from portal.core.tables import Base, Id


class Cart(Base):
    """What one person is about to order for one account."""

    __tablename__ = "cart"
    __table_args__ = (UniqueConstraint("user_id", "account_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)

    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    """Where the person is ordering for; null: the account's default place."""

    promotion_code: Mapped[str | None]
    """Code the person entered, in capitals."""

    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CartLine(Base):
    """A variant in a cart."""

    __tablename__ = "cart_line"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    cart_id: Mapped[int] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"))

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))

    quantity: Mapped[int]
    """Units."""

    seen_unit_price_e4: Mapped[int | None] = mapped_column(MoneyAmount)
    """Unit price the person last saw for it, to tell when it has changed; null: price on request."""

    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CartDrop(Base):
    """How much of a cart's line goes to one place on one day. A line without any goes to the cart's place at once.

    The quantities are kept as entered. Where the line's quantity has changed since, orders/basket.settled puts the
    difference on the last ones wherever they are read.
    """

    __tablename__ = "cart_drop"
    __table_args__ = (
        UniqueConstraint("cart_line_id", "location_id", "requested_date"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    cart_line_id: Mapped[int] = mapped_column(ForeignKey("cart_line.id", ondelete="CASCADE"))

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))

    requested_date: Mapped[date]
    """Day of arrival, at the place."""

    quantity: Mapped[int]
    """Units."""


class LaterLine(Base):
    """A variant a person took out of the cart to think about again."""

    __tablename__ = "later_line"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    cart_id: Mapped[int] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"))

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))

    quantity: Mapped[int]
    """Units."""

    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SavedList(Base):
    """A named set of variants with quantities, of one person or shared within the account."""

    __tablename__ = "saved_list"
    __table_args__ = (Index("ix_saved_list_account_id_id", "account_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    """Who made it."""

    name: Mapped[str]

    shared: Mapped[bool] = mapped_column(default=False)
    """True: everyone of the account sees and changes it; false: its owner alone."""

    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change, to notice two people changing at once."""

    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SavedListLine(Base):
    """A variant of a list."""

    __tablename__ = "saved_list_line"
    __table_args__ = (
        UniqueConstraint("list_id", "variant_id"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    list_id: Mapped[int] = mapped_column(ForeignKey("saved_list.id", ondelete="CASCADE"))

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))

    quantity: Mapped[int]
    """Units."""

    position: Mapped[int] = mapped_column(default=0)


class Nickname(Base):
    """What an account calls a variant, learned from what its people corrected."""

    __tablename__ = "nickname"
    __table_args__ = (UniqueConstraint("account_id", "folded"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    folded: Mapped[str]
    """The words, folded as queries are."""

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), index=True)

    uses: Mapped[int] = mapped_column(default=1)
    """How often it was meant so."""

    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BulkEntry(Base):
    """Lines someone pasted, uploaded or asked for again, from the preview to what became of each of them."""

    __tablename__ = "bulk_entry"
    __table_args__ = (
        UniqueConstraint("account_id", "submit_key"),
        Index("ix_bulk_entry_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    submit_key: Mapped[str]
    """Names the entry in forms; the same key is committed once."""

    source: Mapped[str]
    """What it came from: text, the name of a file, the number of an order, the name of a list."""

    lines: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """The lines as read, each with its original text."""

    outcome: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """What became of each line: added, changed or refused, and why; null: not committed yet."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    committed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StockWatch(Base):
    """Somebody wants to be told when a variant can be delivered again."""

    __tablename__ = "stock_watch"
    __table_args__ = (
        UniqueConstraint("user_id", "account_id", "variant_id"),
        Index("ix_stock_watch_variant_id", "variant_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))

    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
