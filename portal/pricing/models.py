"""Tables of price lists, promotions and tax rates."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.columns import Json, MoneyAmount, word_of
from portal.core.tables import Base, Id


class PriceListKind(StrEnum):
    """Whom a list is for. A contract goes before a segment's list, that before the base list."""

    BASE = "base"
    SEGMENT = "segment"
    CONTRACT = "contract"


class TaxMode(StrEnum):
    """Whether a list's amounts are without tax (net) or with it (gross)."""

    NET = "net"
    GROSS = "gross"


class PromotionKind(StrEnum):
    """What a promotion does."""

    PERCENT = "percent"
    AMOUNT = "amount"
    BUY_GET = "buy_get"
    BUNDLE = "bundle"
    ORDER_AMOUNT = "order_amount"


class PriceList(Base):
    """A dated set of prices in one currency."""

    __tablename__ = "price_list"
    __table_args__ = (
        CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to", name="validity_in_order"
        ),
        Index("ix_price_list_kind_currency", "kind", "currency"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    code: Mapped[str] = mapped_column(unique=True)

    names: Mapped[dict[str, str]] = mapped_column(Json)
    """Name by locale; dealers see it under "why this price"."""

    kind: Mapped[PriceListKind] = mapped_column(word_of(PriceListKind))

    currency: Mapped[str]
    """ISO 4217."""

    tax_mode: Mapped[TaxMode] = mapped_column(word_of(TaxMode), default=TaxMode.NET)

    valid_from: Mapped[date | None]
    """First day, in the account's time zone; null: since ever."""

    valid_to: Mapped[date | None]
    """Last day, included; null: open."""

    priority: Mapped[int] = mapped_column(default=100)
    """Among lists of the same kind the lower number is asked first; an assignment may set its own."""

    forbids_promotions: Mapped[bool] = mapped_column(default=False)
    """True: a price of this list is final."""

    active: Mapped[bool] = mapped_column(default=True)


class PriceListAssignment(Base):
    """Gives a contract list to an account, or a segment list to a segment. Base lists need none."""

    __tablename__ = "price_list_assignment"
    __table_args__ = (
        CheckConstraint("(account_id IS NULL) <> (segment_id IS NULL)", name="one_audience"),
        Index("uq_price_list_assignment_account_id", "account_id", "price_list_id", unique=True),
        Index("uq_price_list_assignment_segment_id", "segment_id", "price_list_id", unique=True),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"), index=True)

    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id"))

    priority: Mapped[int | None]
    """Place in this audience's own order; null: the list's."""


class Price(Base):
    """What one unit of a variant costs from a quantity on."""

    __tablename__ = "price"
    __table_args__ = (
        CheckConstraint("min_quantity >= 1", name="min_quantity_positive"),
        CheckConstraint("amount_e4 IS NULL OR amount_e4 >= 0", name="amount_not_negative"),
        {"sqlite_with_rowid": False},
    )

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), primary_key=True)

    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"), primary_key=True, index=True)

    min_quantity: Mapped[int] = mapped_column(primary_key=True, default=1)
    """Tier: the price holds from this quantity on, in units."""

    amount_e4: Mapped[int | None] = mapped_column(MoneyAmount)
    """Ten-thousandths of the list's currency per unit; null: price on request. 0 is a price."""


class Promotion(Base):
    """A dated rule that lowers prices."""

    __tablename__ = "promotion"
    __table_args__ = (
        CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to", name="validity_in_order"
        ),
        CheckConstraint("percent_ppm IS NULL OR percent_ppm BETWEEN 1 AND 1000000", name="percent_in_range"),
        CheckConstraint("kind <> 'percent' OR percent_ppm IS NOT NULL", name="percent_has_a_rate"),
        CheckConstraint(
            "kind <> 'buy_get' OR (buy_quantity >= 1 AND get_quantity >= 1)", name="buy_get_has_counts"
        ),
        CheckConstraint("min_quantity >= 1", name="min_quantity_positive"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    name_key: Mapped[str] = mapped_column(unique=True)
    """Short name for imports and the desk."""

    names: Mapped[dict[str, str]] = mapped_column(Json)
    """Name by locale; dealers see it."""

    kind: Mapped[PromotionKind] = mapped_column(word_of(PromotionKind))

    percent_ppm: Mapped[int | None]
    """For percent: parts per million off; 100_000 is 10 %."""

    buy_quantity: Mapped[int | None]
    """For buy_get: units paid for …"""

    get_quantity: Mapped[int | None]
    """… and units given with them."""

    min_quantity: Mapped[int] = mapped_column(default=1)
    """A line takes part from this quantity on, in units."""

    code: Mapped[str | None] = mapped_column(unique=True)
    """Must be entered in the cart, in capitals; null: applies by itself."""

    stackable: Mapped[bool] = mapped_column(default=False)
    """True: combines with other stackable ones; false: stands alone on a line."""

    priority: Mapped[int] = mapped_column(default=100)
    """Stackable ones apply in this order, the lower first; then by id."""

    everyone: Mapped[bool] = mapped_column(default=True)
    """False: only for the audiences listed."""

    all_products: Mapped[bool] = mapped_column(default=False)
    """True: every variant; false: only the targets listed."""

    valid_from: Mapped[date | None]
    """First day, in the account's time zone."""

    valid_to: Mapped[date | None]
    """Last day, included."""

    active: Mapped[bool] = mapped_column(default=True)


class PromotionAudience(Base):
    """An account or segment a promotion is for."""

    __tablename__ = "promotion_audience"
    __table_args__ = (
        CheckConstraint("(account_id IS NULL) <> (segment_id IS NULL)", name="one_audience"),
        Index("uq_promotion_audience_account_id", "account_id", "promotion_id", unique=True),
        Index("uq_promotion_audience_segment_id", "segment_id", "promotion_id", unique=True),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id"), index=True)

    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id"))


class PromotionTarget(Base):
    """What a promotion is on: a variant, a product, or a category with all below it.

    For a bundle every target is a variant, and quantity says how many of it make one bundle.
    """

    __tablename__ = "promotion_target"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN variant_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN product_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN category_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_target",
        ),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
        # Without the rows that are on something else, which are most: their number would mislead the planner.
        *(
            Index(f"ix_promotion_target_{name}", name, sqlite_where=is_set, postgresql_where=is_set)
            for name in ("variant_id", "product_id", "category_id")
            for is_set in (text(f"{name} IS NOT NULL"),)
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id"), index=True)

    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variant.id"))

    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))

    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))

    quantity: Mapped[int] = mapped_column(default=1)
    """Units of the variant in one bundle."""


class PromotionAmount(Base):
    """A promotion's amounts in one currency.

    Without a row for its currency an account does not get the promotion, unless it needs no amount at all.
    """

    __tablename__ = "promotion_amount"

    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id"), primary_key=True)

    currency: Mapped[str] = mapped_column(primary_key=True)

    off_e4: Mapped[int | None] = mapped_column(MoneyAmount)
    """For amount: e4 off each unit."""

    amount: Mapped[int | None] = mapped_column(MoneyAmount)
    """For bundle: price of one bundle; for order_amount: off the whole order. Minor units."""

    minimum_value: Mapped[int | None] = mapped_column(MoneyAmount)
    """The lines at list or contract price, before promotions, must come to this; minor units; null: no minimum."""


class TaxRate(Base):
    """A tax of a tax profile on a tax class, from a day to a day. Rates are rows, so a change of law is an entry."""

    __tablename__ = "tax_rate"
    __table_args__ = (
        UniqueConstraint("tax_profile_id", "tax_class", "code", "valid_from"),
        CheckConstraint("rate_ppm >= 0", name="rate_not_negative"),
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="validity_in_order"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    tax_profile_id: Mapped[int] = mapped_column(ForeignKey("tax_profile.id"))

    tax_class: Mapped[str]
    """standard, reduced or zero, as on the variant."""

    code: Mapped[str]
    """VAT, JCT, GST, QST, HST."""

    rate_ppm: Mapped[int]
    """Parts per million of the net amount: 99_750 is 9.975 %. No tax of the portal is charged on another tax."""

    valid_from: Mapped[date]

    valid_to: Mapped[date | None]
    """Last day, included; null: until further notice."""

    position: Mapped[int] = mapped_column(default=0)
    """Order on documents."""

    category: Mapped[str] = mapped_column(default="S", server_default="S")
    """Why the rate is what it is, as UNCL 5305 and EN 16931 say it: S standard or reduced, Z zero rated, E exempt,
    AE reverse charge, K supply within the EU, G export, O outside the scope."""

    exemption: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """Code of the reason (VATEX-EU-AE …) of the categories that need one; empty for S and Z."""
